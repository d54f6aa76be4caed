//! Reads TOML with line numbers: every mistake in a file becomes a finding, and the other records
//! still load.
//!
//! serde alone stops at the first mistake in a file. Here each record is deserialized by itself, so
//! one bad quotation does not hide the other fifty. Unknown keys are findings too, because they are
//! nearly always misspelled.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::characters::{check_escapes, odd_space};
use super::finding::{Finding, Located, Place};
use crate::text_position::{LineStarts, toml_error};

/// The text of one TOML file, or the TOML part of one.
pub(super) struct TomlText<'a> {
    file: Arc<str>,
    text: &'a str,
    lines: LineStarts,
    /// The number of lines in the file before `text`.
    lines_above: usize,
}

/// A parsed table whose values are not deserialized yet.
pub(super) struct Table<'a> {
    source: &'a TomlText<'a>,
    table: DeTable<'a>,
    /// The start of the table.
    place: Place,
}

impl<'a> TomlText<'a> {
    pub fn new(file: &str, text: &'a str, lines_above: usize) -> Self {
        Self { file: file.into(), text, lines: LineStarts::of(text), lines_above }
    }

    /// Parses the whole text. Every line with a syntax error becomes a finding; the rest is returned.
    pub fn parse(&'a self, findings: &mut Vec<Finding>) -> Table<'a> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        findings.extend(self.syntax_findings(&errors));
        self.check_escapes_in_table(table.get_ref(), findings);
        Table { source: self, table: table.into_inner(), place: self.place(0) }
    }

    /// The place of a byte of the text.
    fn place(&self, offset: usize) -> Place {
        self.place_of_line(self.lines.line_at(offset))
    }

    fn place_of_line(&self, line: usize) -> Place {
        Place { file: self.file.clone(), line: self.lines_above + line }
    }

    /// One finding for each line, because one mistake can lead to several errors. A mistake that is
    /// known says best what to do.
    fn syntax_findings(&self, errors: &[toml::de::Error]) -> Vec<Finding> {
        let mut mistakes: BTreeMap<usize, (Option<Mistake>, &str)> = BTreeMap::new();
        for error in errors {
            let (line, message) = toml_error(self.text, error, 0);
            let at = error.span().unwrap_or_default();
            let mistake = mistake_at(self.text, at.start, at.end, message);
            let first = mistakes.entry(line).or_insert((None, message));
            if first.0.is_none() {
                *first = (mistake, message);
            }
        }
        let repeated: Vec<usize> = mistakes
            .iter()
            .filter(|(_, (mistake, _))| matches!(mistake, Some(Mistake::Twice(_))))
            .map(|(line, _)| *line)
            .collect();
        let is_own = |line: &usize| !self.is_in_repeated_table(*line, &repeated);
        mistakes.retain(|line, _| is_own(line));
        let findings = mistakes.into_iter().map(|(line, (mistake, message))| {
            let (seen, help) = mistake.map_or_else(|| in_general(message), Mistake::in_words);
            self.place_of_line(line).error("toml-syntax", seen, help)
        });
        findings.collect()
    }

    /// Whether a repeated key is below the heading of a table that is repeated itself.
    fn is_in_repeated_table(&self, line: usize, repeated: &[usize]) -> bool {
        let is_heading = |line: &str| line.trim_start().starts_with('[');
        let above = self.text.lines().take(line).collect::<Vec<_>>();
        let heading = above.iter().rposition(|line| is_heading(line)).map(|place| place + 1);
        repeated.contains(&line)
            && heading.is_some_and(|heading| heading != line && repeated.contains(&heading))
    }

    fn check_escapes_in_table(&self, table: &DeTable<'_>, findings: &mut Vec<Finding>) {
        for (key, value) in table {
            check_escapes(key.get_ref(), &self.place(key.span().start), findings);
            self.check_escapes_in(value, findings);
        }
    }

    fn check_escapes_in(&self, value: &Spanned<DeValue<'_>>, findings: &mut Vec<Finding>) {
        match value.get_ref() {
            DeValue::String(text) => {
                check_escapes(text, &self.place(value.span().start), findings);
            }
            DeValue::Array(items) => {
                items.iter().for_each(|item| self.check_escapes_in(item, findings));
            }
            DeValue::Table(table) => self.check_escapes_in_table(table, findings),
            _ => {}
        }
    }

    fn shape_finding(&self, error: &toml::de::Error, value_start: usize) -> Finding {
        let (line, message) = toml_error(self.text, error, value_start);
        let (seen, help) = shape_in_words(message);
        self.place_of_line(line).error("bad-record", seen, help)
    }
}

impl<'a> Table<'a> {
    /// Deserializes the whole table as one value.
    pub fn read<T: DeserializeOwned>(self, findings: &mut Vec<Finding>) -> Option<T> {
        let span = 0..self.source.text.len();
        read_value(self.source, Spanned::new(span, DeValue::Table(self.table)), findings)
    }

    /// Reads a file of tables `[key]`, in the order of the file. A record that could not be read is
    /// returned with its key and without a value, so that references to it are not reported.
    pub fn read_keyed<T: DeserializeOwned>(
        self,
        findings: &mut Vec<Finding>,
    ) -> Vec<(String, Located<Option<T>>)> {
        let source = self.source;
        let mut records = Vec::new();
        for (key, value) in self.table {
            let place = source.place(key.span().start);
            let value = read_value(source, value, findings);
            records.push((key.into_inner().into_owned(), Located { value, place }));
        }
        // The parser sorts by key; restore the order of the file.
        records.sort_by_key(|(_, record)| record.place.line);
        records
    }

    /// Removes the array of tables `[[name]]`, and deserializes each of its records.
    pub fn take_list<T: DeserializeOwned>(
        &mut self,
        name: &str,
        findings: &mut Vec<Finding>,
    ) -> Vec<Located<T>> {
        let source = self.source;
        let Some(list) = self.table.remove(name) else {
            return Vec::new();
        };
        let start = list.span().start;
        let DeValue::Array(items) = list.into_inner() else {
            findings.push(source.place(start).error(
                "bad-record",
                format!("`{name}` must be a list of records"),
                format!("write each record under its own [[{name}]]"),
            ));
            return Vec::new();
        };
        let mut records = Vec::new();
        for item in items {
            let place = source.place(item.span().start);
            if let Some(value) = read_value(source, item, findings) {
                records.push(Located { value, place });
            }
        }
        records
    }

    /// Removes the table `[name]`.
    pub fn take_table(&mut self, name: &str, findings: &mut Vec<Finding>) -> Option<Table<'a>> {
        let value = self.table.remove(name)?;
        let place = self.source.place(value.span().start);
        match value.into_inner() {
            DeValue::Table(table) => Some(Table { source: self.source, table, place }),
            _ => {
                findings.push(place.error(
                    "bad-record",
                    format!("`{name}` must be a table"),
                    format!("write its lines below a line of [{name}]"),
                ));
                None
            }
        }
    }

    /// Removes the text under `name`.
    pub fn take_text(
        &mut self,
        name: &str,
        findings: &mut Vec<Finding>,
    ) -> Option<Located<String>> {
        let value = self.table.remove(name)?;
        let place = self.source.place(value.span().start);
        let value = read_value(self.source, value, findings)?;
        Some(Located { value, place })
    }

    /// Reports every key that is still in the table.
    pub fn report_unknown_keys(self, findings: &mut Vec<Finding>) {
        for (key, _) in &self.table {
            findings.push(unknown_key(self.source.place(key.span().start), key.get_ref()));
        }
    }

    /// The start of the table.
    pub fn place(&self) -> &Place {
        &self.place
    }

    pub fn place_of_key(&self, name: &str) -> Option<Place> {
        let (key, _) = self.table.iter().find(|(key, _)| key.get_ref() == name)?;
        Some(self.source.place(key.span().start))
    }

    /// The places of the elements of the array under `name`, in order; none if there is no array.
    pub fn places_of_elements(&self, name: &str) -> Vec<Place> {
        match self.table.get(name).map(Spanned::get_ref) {
            Some(DeValue::Array(items)) => {
                items.iter().map(|item| self.source.place(item.span().start)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn read_value<T: DeserializeOwned>(
    source: &TomlText,
    value: Spanned<DeValue<'_>>,
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let start = value.span().start;
    let tree = value.clone();
    let mut unknown = Vec::new();
    let read = serde_ignored::deserialize(ValueDeserializer::from(value), |path| {
        unknown.push(path.to_string())
    });
    for path in unknown {
        let offset = key_offset(tree.get_ref(), &path).unwrap_or(start);
        let key = path.rsplit('.').next().unwrap_or(&path);
        push_unless_explained(unknown_key(source.place(offset), key), findings);
    }
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            push_unless_explained(source.shape_finding(&error, start), findings);
            None
        }
    }
}

/// Adds a finding, unless its line has one: a syntax error usually causes an error in the record too.
fn push_unless_explained(finding: Finding, findings: &mut Vec<Finding>) {
    let is_on_same_line =
        |other: &Finding| other.file == finding.file && other.line == finding.line;
    if !findings.iter().any(is_on_same_line) {
        findings.push(finding);
    }
}

fn unknown_key(place: Place, key: &str) -> Finding {
    place.error(
        "unknown-key",
        format!("nothing reads the key `{key}`"),
        "compare its spelling with faq/README.md, or make it a note with # in front",
    )
}

/// Finds the key at the end of a dotted path such as `readings.0.sayz`, as serde_ignored writes it.
fn key_offset(value: &DeValue<'_>, path: &str) -> Option<usize> {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    // An optional value adds the step "?".
    if head == "?" {
        return key_offset(value, rest?);
    }
    match value {
        DeValue::Array(items) => {
            key_offset(items.get(head.parse::<usize>().ok()?)?.get_ref(), rest?)
        }
        DeValue::Table(table) => {
            let (key, value) = table.iter().find(|(key, _)| key.get_ref() == head)?;
            match rest {
                Some(rest) => key_offset(value.get_ref(), rest),
                None => Some(key.span().start),
            }
        }
        _ => None,
    }
}

/// A mistake that makes a file no TOML, with words of the file.
enum Mistake {
    /// A key or the heading of a table that is there already.
    Twice(String),
    CurlyQuotes,
    OddSpace(String),
    Date(String),
}

impl Mistake {
    /// What is seen, and what to do.
    fn in_words(self) -> (String, String) {
        let (seen, help) = match self {
            Self::Twice(key) => (
                format!("`{key}` is here for the second time"),
                "remove one of the two, or rename one",
            ),
            Self::CurlyQuotes => (
                "curly quotation marks stand around a text here".to_owned(),
                "use straight quotation marks: \"…\"",
            ),
            Self::OddSpace(space) => {
                (format!("{space} stands here, instead of a space"), "replace it by a space")
            }
            Self::Date(typed) => (format!("{typed} is not a date"), DATE_FORM),
        };
        (seen, help.to_owned())
    }
}

const DATE_FORM: &str = "write the date as 2026-11-22 (year, month, day), without quotation marks";

/// The mistake behind an error of the parser, if it is one that is often made.
fn mistake_at(text: &str, start: usize, end: usize, message: &str) -> Option<Mistake> {
    let (before, after) = text.split_at_checked(start)?;
    let found = text.get(start..end).unwrap_or_default();
    if message.starts_with("duplicate key") {
        return Some(Mistake::Twice(found.to_owned()));
    }
    let line_before = before.rsplit('\n').next().unwrap_or_default();
    let line_after = after.lines().next().unwrap_or_default();
    let is_curly = |c| "“”„‟‘’«»".contains(c);
    // A text that begins with a straight mark and ends with a curly one goes on to the end of the line.
    let is_open =
        message.starts_with("invalid basic string") && line_before.contains(['“', '”', '„']);
    if is_open || found.contains(is_curly) || after.trim_start_matches(' ').starts_with(is_curly) {
        return Some(Mistake::CurlyQuotes);
    }
    let next: String = after.trim_start_matches(' ').chars().take(1).collect();
    if let Some(space) = odd_space(found).or_else(|| odd_space(&next)) {
        return Some(Mistake::OddSpace(space));
    }
    let ends_value = |c: char| c.is_whitespace() || "=,[]{}\"'#".contains(c);
    let value_before = line_before.rsplit(ends_value).next().unwrap_or_default();
    let value_after = line_after.split(ends_value).next().unwrap_or_default();
    let value = format!("{value_before}{value_after}");
    looks_like_a_date(&value).then_some(Mistake::Date(value))
}

/// Whether a value consists of three numbers.
fn looks_like_a_date(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['.', '/', '-']).collect();
    parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// What is seen and what to do, by the parser's message.
fn in_general(message: &str) -> (String, String) {
    let remedies = [
        (
            "string values must be quoted",
            "write a text between quotation marks: \"…\", and a date as 2026-11-22 without them",
        ),
        ("missing comma", "put a comma between the two"),
        ("invalid boolean", "write true or false, in small letters"),
        ("key with no value", "write name = value, or put # in front of a note"),
        ("unclosed", "add the bracket that is missing at the end"),
        (
            "unexpected key or value",
            "write each key on a line of its own, and \\\" for a quotation mark within a text",
        ),
        ("invalid basic string", "end the text with a quotation mark, on the line where it begins"),
    ];
    let known = remedies.into_iter().find(|(start, _)| message.starts_with(start));
    let help = known.map_or("check quotation marks, commas and brackets near this line", |it| it.1);
    (format!("this is not valid TOML: {message}"), help.to_owned())
}

/// What is seen and what to do, by a message about the form of a record.
fn shape_in_words(message: &str) -> (String, String) {
    if let Some(key) = message.strip_prefix("missing field ") {
        return (
            format!("{key} is missing here"),
            format!("add {key} to this record; faq/README.md shows its form"),
        );
    }
    let help = if message.starts_with("unknown variant") {
        "write one of these words"
    } else if message.contains("not a date") || message.contains("expected a date") {
        DATE_FORM
    } else if message.contains("expected a string") {
        "write it between quotation marks: \"…\""
    } else if message.contains("expected a sequence") {
        "write it between square brackets: […]"
    } else {
        "compare it with another record of this file, and with faq/README.md"
    };
    (format!("this cannot be read: {}", in_plain_words(message)), help.to_owned())
}

/// Rewords a message of the parser for editors.
fn in_plain_words(message: &str) -> String {
    let words = [
        ("expected a sequence", "expected a list between square brackets"),
        ("expected a boolean", "expected true or false"),
        ("invalid type: sequence", "found a list"),
        ("invalid type: map", "found a table"),
        ("invalid type:", "found"),
        ("unknown variant", "unknown word"),
        ("expected one of", "it must be one of"),
    ];
    words
        .into_iter()
        .fold(message.to_owned(), |message, (theirs, ours)| message.replace(theirs, ours))
}

//! Reads TOML with line numbers: every mistake in a file becomes a finding, and the other records
//! still load.
//!
//! serde alone stops at the first mistake in a file. Here each record is deserialized by itself, so
//! one bad quotation does not hide the other fifty. Unknown keys are findings too, because they are
//! nearly always misspelled.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

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

    /// Parses the whole text. Every syntax error becomes a finding; the rest is returned.
    pub fn parse(&'a self, findings: &mut Vec<Finding>) -> Table<'a> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        findings.extend(errors.iter().map(|error| self.syntax_finding(error)));
        Table { source: self, table: table.into_inner(), place: self.place(0) }
    }

    /// The place of a byte of the text.
    fn place(&self, offset: usize) -> Place {
        self.place_of_line(self.lines.line_at(offset))
    }

    fn place_of_line(&self, line: usize) -> Place {
        Place { file: self.file.clone(), line: self.lines_above + line }
    }

    fn syntax_finding(&self, error: &toml::de::Error) -> Finding {
        let (line, message) = toml_error(self.text, error, 0);
        self.place_of_line(line).error(
            "toml-syntax",
            format!("this is not valid TOML: {message}"),
            "check quotation marks, commas and brackets near this line; every text is written \
             between double quotes",
        )
    }

    fn shape_finding(&self, error: &toml::de::Error, value_start: usize) -> Finding {
        let (line, message) = toml_error(self.text, error, value_start);
        self.place_of_line(line).error(
            "bad-record",
            format!("this cannot be read: {}", in_plain_words(message)),
            "compare it with another record of this file, and with faq/README.md",
        )
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
        findings.push(unknown_key(source.place(offset), key));
    }
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            let finding = source.shape_finding(&error, start);
            // A syntax error usually causes an error here too; one finding per line is enough.
            let is_on_same_line =
                |other: &Finding| other.file == finding.file && other.line == finding.line;
            if !findings.iter().any(is_on_same_line) {
                findings.push(finding);
            }
            None
        }
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

/// Rewords a message of the parser for editors.
fn in_plain_words(message: &str) -> String {
    let words = [
        ("expected a sequence", "expected a list between square brackets"),
        ("expected a boolean", "expected true or false"),
        ("invalid type: sequence", "found a list"),
        ("invalid type: map", "found a table"),
        ("invalid type:", "found"),
        ("missing field", "this line is missing:"),
        ("unknown variant", "unknown word"),
        ("expected one of", "it must be one of"),
    ];
    words
        .into_iter()
        .fold(message.to_owned(), |message, (theirs, ours)| message.replace(theirs, ours))
}

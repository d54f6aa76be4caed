//! Puts what moderators taught into the texts of the files. It only adds lines, in the style of the
//! file, and leaves every other byte as it is.
//!
//! toml_edit finds the places. It does not write the text, because it would replace the line ends of
//! Windows.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Array, Document, Item, Value};

use super::amendment::{Amendment, Change, GROUP};
use super::finding::{Finding, Place};
use super::front_matter::head_of;
use super::load::{ANSWERS, ELSEWHERE, read_inside};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The indentation in a list that has no lines yet.
const INDENTATION: &str = "  ";

/// A file of the content, before and after it is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file, relative to the content folder, with forward slashes.
    pub file: String,
    pub before: String,
    pub after: String,
}

/// A part of a text, and what to put in its place.
type Replacement = (Range<usize>, String);

/// The edits with which the files in `root` contain these amendments: phrasings go into the files of
/// their answers, and questions for elsewhere into elsewhere.toml. A hold or a check is not for the
/// files.
///
/// It does not look whether the files contain one already.
pub fn edits(root: &Path, amendments: &[Amendment]) -> Result<Vec<Edit>, Finding> {
    let mut added: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for Amendment { change, .. } in amendments {
        let (Some(file), Change::Phrasing { words, .. } | Change::Elsewhere { words }) =
            (file_of(change), change)
        else {
            continue;
        };
        let texts = added.entry(file).or_default();
        if !texts.contains(&words.as_str()) {
            texts.push(words);
        }
    }
    added.into_iter().map(|(file, texts)| edit(root, file, &texts)).collect()
}

/// The file that a change belongs into, relative to the content folder; `None` if it is not for the
/// files.
pub fn file_of(change: &Change) -> Option<String> {
    match change {
        Change::Phrasing { entry, .. } => Some(format!("{ANSWERS}/{entry}.md")),
        Change::Elsewhere { .. } => Some(ELSEWHERE.to_owned()),
        Change::Hold { .. } | Change::Checked { .. } => None,
    }
}

fn edit(root: &Path, file: String, texts: &[&str]) -> Result<Edit, Finding> {
    let place = Place::new(file.as_str(), 1);
    let read = read_inside(root, &file).map_err(|error| error.to_string());
    let read = read.and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string()));
    let before = read.map_err(|error| {
        let help = "restore the file, or correct its permissions";
        place.error("unreadable-file", format!("cannot read {file}: {error}"), help)
    })?;
    let mark = if before.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let (mark, text) = before.split_at(mark);
    let edited = match file == ELSEWHERE {
        true => with_questions(text, texts),
        false => with_phrasings(text, texts),
    };
    let edited = edited.ok_or_else(|| {
        let seen = "nothing can be added to this file as it is written";
        let help = "bring it into the form that faq/README.md shows, or add the words by hand";
        place.error("bad-record", seen, help)
    })?;
    let after = format!("{mark}{edited}");
    Ok(Edit { file, before, after })
}

/// The text of an answer's file with more phrasings; `None` if it is no such file.
fn with_phrasings(text: &str, phrasings: &[&str]) -> Option<String> {
    let head_bytes = head_of(text)?;
    let head = &text[head_bytes.clone()];
    let document = Document::parse(head).ok()?;
    let edited = match document.as_table().get("phrasings") {
        Some(list) => with_elements(head, list.as_array()?, phrasings)?,
        None => {
            let end = line_end(head);
            format!("phrasings = {}{end}{head}", list_in_lines(phrasings, end))
        }
    };
    Some(replaced(text, vec![(head_bytes, edited)]))
}

/// The text of elsewhere.toml with more questions, in a group of their own; `None` if it lists its
/// groups in another way than under `[[groups]]`.
fn with_questions(text: &str, questions: &[&str]) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let (key, groups) = document.as_table().get_key_value("groups")?;
    let end = line_end(text);
    let list = list_in_lines(questions, end);
    let group = format!("[[groups]]{end}name = \"{GROUP}\"{end}questions = {list}");
    let Some(groups) = groups.as_array_of_tables() else {
        groups.as_array().filter(|groups| groups.is_empty())?;
        let empty = key.span()?.start..groups.span()?.end;
        return Some(replaced(text, vec![(empty, group)]));
    };
    let is_own = |name: Option<&Item>| name.and_then(Item::as_str) == Some(GROUP);
    match groups.iter().find(|group| is_own(group.get("name"))) {
        Some(own) => with_elements(text, own.get("questions")?.as_array()?, questions),
        None => {
            let gap = if text.ends_with('\n') { "" } else { end };
            Some(format!("{text}{gap}{end}{group}{end}"))
        }
    }
}

/// The text with more elements at the end of a list: on lines of their own if the list has lines.
fn with_elements(text: &str, list: &Array, elements: &[&str]) -> Option<String> {
    let closing = list.span()?.end - 1;
    let last = list.iter().last().and_then(Value::span);
    let has_comma = list.trailing_comma();
    // Only white space and comments are between here and the closing bracket.
    let rest = match &last {
        Some(last) if !has_comma => last.end,
        _ => list.trailing().span().map_or(closing, |trailing| trailing.start),
    };
    let mut replacements = Vec::new();
    if let Some(line) = text[rest..closing].rfind('\n').map(|at| rest + at + 1) {
        if let Some(last) = last.as_ref().filter(|_| !has_comma) {
            replacements.push((last.end..last.end, ",".to_owned()));
        }
        let indentation = last.map_or(INDENTATION, |last| indentation(text, last.start));
        replacements.push((line..line, in_lines(elements, indentation, line_end(text))));
    } else {
        let elements = elements.iter().map(|element| quoted(element)).collect::<Vec<_>>();
        let elements = elements.join(", ");
        let added = match (last, has_comma) {
            (None, _) => elements,
            (Some(_), true) => format!(" {elements},"),
            (Some(_), false) => format!(", {elements}"),
        };
        replacements.push((rest..rest, added));
    }
    Some(replaced(text, replacements))
}

fn list_in_lines(elements: &[&str], line_end: &str) -> String {
    format!("[{line_end}{}]", in_lines(elements, INDENTATION, line_end))
}

fn in_lines(elements: &[&str], indentation: &str, line_end: &str) -> String {
    let line = |element: &&str| format!("{indentation}{},{line_end}", quoted(element));
    elements.iter().map(line).collect()
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The white space before a place, if there is nothing else on its line.
fn indentation(text: &str, at: usize) -> &str {
    let before = text[..at].rsplit('\n').next().unwrap_or_default();
    if before.trim().is_empty() { before } else { INDENTATION }
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The text with some of its parts replaced, which are in order.
fn replaced(text: &str, replacements: Vec<Replacement>) -> String {
    let mut edited = text.to_owned();
    for (range, replacement) in replacements.into_iter().rev() {
        edited.replace_range(range, &replacement);
    }
    edited
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(head: &str) -> String {
        format!("+++\n{head}standing = \"press\"\n+++\n\n# Is it?\n\nphrasings = []\n")
    }

    #[test]
    fn phrasings_are_added_in_the_style_of_the_list() {
        for (before, after) in [
            (
                "phrasings = [\n    \"one\", # 1\n    # two, or [three]\n]\n",
                "phrasings = [\n    \"one\", # 1\n    # two, or [three]\n    \"new\",\n    'a \"b\"',\n]\n",
            ),
            (
                "phrasings = [\n  \"one\" # the only, so far\n  ]\n",
                "phrasings = [\n  \"one\", # the only, so far\n  \"new\",\n  'a \"b\"',\n  ]\n",
            ),
            (
                "# note\nphrasings = [ \"one\", 'two' ] # here\n",
                "# note\nphrasings = [ \"one\", 'two', \"new\", 'a \"b\"' ] # here\n",
            ),
            ("phrasings = [\"one\",]\n", "phrasings = [\"one\", \"new\", 'a \"b\"',]\n"),
            ("phrasings = [\"one\"\n, ]\n", "phrasings = [\"one\"\n, \"new\", 'a \"b\"', ]\n"),
            ("phrasings = []\n", "phrasings = [\"new\", 'a \"b\"']\n"),
            ("phrasings = [\n]\n", "phrasings = [\n  \"new\",\n  'a \"b\"',\n]\n"),
            (
                "phrasings = [\"one\",\n             \"two\",\n]\n",
                "phrasings = [\"one\",\n             \"two\",\n             \"new\",\n             'a \"b\"',\n]\n",
            ),
            ("as_of = 1\n", "phrasings = [\n  \"new\",\n  'a \"b\"',\n]\nas_of = 1\n"),
        ] {
            let added = ["new", "a \"b\""];
            let (before, after) = (answer(before), answer(after));
            assert_eq!(with_phrasings(&before, &added).as_ref(), Some(&after));
            let windows = |text: &str| text.replace('\n', "\r\n");
            assert_eq!(with_phrasings(&windows(&before), &added), Some(windows(&after)));
        }
    }

    #[test]
    fn what_is_no_answer_stays_as_it_is() {
        for text in ["# Is it?\n\nNo.\n", "+++\nphrasings = \"one\"\n+++\n", "+++\nx = \n+++\n"] {
            assert_eq!(with_phrasings(text, &["new"]), None, "{text}");
        }
    }

    #[test]
    fn questions_for_elsewhere_get_a_group_of_their_own() {
        let group = "[[groups]]\nname = \"amendments\"\nquestions = [\n  \"new\",\n]";
        let more = "[[groups]]\nname = \"amendments\"\nquestions = [\n  \"new\",\n  \"newer\",\n]";
        let other = "# note\n\n[[groups]]\nname = \"close\"\nquestions = [\"one\"]\n# end\n";
        let once = format!("{other}\n{group}\n");
        assert_eq!(with_questions(other, &["new"]), Some(once.clone()));
        assert_eq!(with_questions(&once, &["newer"]), Some(format!("{other}\n{more}\n")));
        assert_eq!(with_questions(other.trim_end(), &["new"]), Some(once));
        let none = "# note\ngroups = [] # none yet\n";
        assert_eq!(with_questions(none, &["new"]), Some(format!("# note\n{group} # none yet\n")));
        let in_a_line = "groups = [{ name = \"close\", questions = [\"one\"] }]\n";
        assert_eq!(with_questions(in_a_line, &["new"]), None);
    }
}

//! A reply as one JSON object, the same for every outcome.

use std::io::{self, Write};

use jiff::civil::Date;
use serde::Serialize;

use super::answer::{
    Answer, ConflictNote, QuotedWords, Reply, ShownCitation, Suggestion, WhyNoAnswer,
};
use crate::knowledge::{EntryId, TopicId};
use crate::legal::{SourceKey, Standing};
use crate::matcher::Evidence;

/// What `caseclerk ask --json` prints.
#[derive(Debug, Serialize)]
pub struct JsonReply<'a> {
    question: &'a str,
    outcome: JsonOutcome,
    reason: Option<WhyNoAnswer>,
    /// The ISO 639-1 code of the language of the question; `und` for another one than English that
    /// cannot be told.
    language: String,
    entry: Option<EntryId>,
    topic: Option<TopicId>,
    /// A sentence for somebody in distress, to show before the text.
    care: Option<String>,
    /// The text in Markdown, without the stamp.
    text: String,
    standing: Option<Standing>,
    quotations: Vec<JsonQuotation>,
    conflicts: Vec<ConflictNote>,
    citations: Vec<ShownCitation>,
    stamp: String,
    as_of: Option<Date>,
    suggestions: Vec<Suggestion>,
    /// The raw BM25 score of the best candidate.
    score: Option<f32>,
    evidence: Option<Evidence>,
}

/// What `caseclerk ask --batch` prints for a line that is not a question.
#[derive(Debug, Serialize)]
pub struct JsonError {
    pub error: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// Writes a value as JSON over several lines, for people.
pub fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Writes a value as JSON on one line, for programs that read line by line.
pub fn write_json_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum JsonOutcome {
    Answered,
    Ambiguous,
    NoAnswer,
}

#[derive(Debug, Serialize)]
struct JsonQuotation {
    words: String,
    speaker: String,
    document: Option<String>,
    source: SourceKey,
    locator: Option<String>,
    standing: Standing,
    caveat: Option<String>,
}

impl<'a> JsonReply<'a> {
    /// The reply to `question`, with the evidence if the matcher decided it.
    pub fn new(question: &'a str, reply: Reply, evidence: Option<Evidence>) -> Self {
        let empty = Self {
            question,
            outcome: JsonOutcome::NoAnswer,
            reason: None,
            language: "en".to_owned(),
            entry: None,
            topic: None,
            care: None,
            text: String::new(),
            standing: None,
            quotations: Vec::new(),
            conflicts: Vec::new(),
            citations: Vec::new(),
            stamp: String::new(),
            as_of: None,
            suggestions: Vec::new(),
            score: evidence.as_ref().and_then(Evidence::best_bm25),
            evidence,
        };
        match reply {
            Reply::Answer(answer) => {
                Self { outcome: JsonOutcome::Answered, ..empty.with_answer(&answer) }
            }
            Reply::Choice(choice) => Self {
                outcome: JsonOutcome::Ambiguous,
                stamp: choice.stamp_line(),
                text: choice.text,
                suggestions: choice.suggestions,
                ..empty
            },
            Reply::NoAnswer(no_answer) => Self {
                reason: Some(no_answer.reason),
                stamp: no_answer.stamp_line(),
                language: no_answer.language.unwrap_or(empty.language.clone()),
                text: no_answer.text,
                suggestions: no_answer.nearest,
                ..empty
            },
            Reply::Sheet(sheet) => Self {
                text: sheet.title().to_owned(),
                stamp: sheet.stamp_line(),
                citations: sheet.citations().into_iter().cloned().collect(),
                ..empty
            },
        }
    }

    fn with_answer(self, answer: &Answer) -> Self {
        let quotations = answer.quotations().iter().chain(answer.responses());
        Self {
            entry: Some(answer.entry().clone()),
            topic: Some(answer.entry().topic()),
            care: answer.care().map(str::to_owned),
            text: answer.body().to_markdown(),
            standing: Some(answer.standing()),
            quotations: quotations.map(JsonQuotation::from).collect(),
            conflicts: answer.conflicts().to_vec(),
            citations: answer.citations().to_vec(),
            stamp: answer.stamp_line(),
            as_of: Some(answer.as_of()),
            suggestions: answer.related().to_vec(),
            ..self
        }
    }
}

impl From<&QuotedWords> for JsonQuotation {
    fn from(quoted: &QuotedWords) -> Self {
        Self {
            words: quoted.words.clone(),
            speaker: quoted.speaker.clone(),
            document: quoted.document.clone(),
            source: quoted.source.clone(),
            locator: quoted.locator.clone(),
            standing: quoted.standing,
            caveat: quoted.caveat.clone(),
        }
    }
}

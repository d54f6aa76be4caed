//! A reply as one JSON object, the same for every outcome.

use jiff::civil::Date;
use serde::Serialize;

use crate::knowledge::{EntryId, TopicId};
use crate::legal::{SourceKey, Standing};
use crate::matcher::{Evidence, NoAnswerReason};
use crate::reply::{
    Answer, ConflictNote, QuotedWords, Reply, ShownCitation, Suggestion, stamp_line,
};
use crate::responder::Response;

/// What `caseclerk ask --json` prints.
#[derive(Debug, Serialize)]
pub struct JsonReply<'a> {
    question: &'a str,
    outcome: JsonOutcome,
    /// Why there is no answer; `withdrawn` if the entry that was asked for by name does not answer
    /// any more.
    reason: Option<JsonReason>,
    entry: Option<EntryId>,
    topic: Option<TopicId>,
    /// The body in Markdown, without the stamp.
    text: String,
    standing: Option<Standing>,
    quotations: Vec<JsonQuotation>,
    conflicts: Vec<ConflictNote>,
    citations: Vec<ShownCitation>,
    stamp: String,
    as_of: Option<Date>,
    suggestions: Vec<Suggestion>,
    /// Tantivy's raw score of the best candidate.
    score: Option<f32>,
    evidence: Option<Evidence>,
}

/// What `--batch` prints for a line that is not a question.
#[derive(Debug, Serialize)]
pub struct JsonError {
    /// What is wrong with it.
    pub error: String,
    /// Which line, counted from 1.
    pub line: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum JsonOutcome {
    Answered,
    Ambiguous,
    NoAnswer,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum JsonReason {
    NoAnswer(NoAnswerReason),
    Withdrawn(&'static str),
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
    /// The JSON of a response to a question.
    pub fn new(question: &'a str, response: Response) -> Self {
        let score = response.score();
        let empty = Self {
            question,
            outcome: JsonOutcome::NoAnswer,
            reason: None,
            entry: None,
            topic: None,
            text: String::new(),
            standing: None,
            quotations: Vec::new(),
            conflicts: Vec::new(),
            citations: Vec::new(),
            stamp: String::new(),
            as_of: None,
            suggestions: Vec::new(),
            score,
            evidence: response.evidence,
        };
        match response.reply {
            Reply::Answer(answer) => {
                Self { outcome: JsonOutcome::Answered, ..empty.with_answer(&answer) }
            }
            Reply::Choice(choice) => Self {
                outcome: JsonOutcome::Ambiguous,
                stamp: stamp_line(&choice.stamp),
                text: choice.text,
                suggestions: choice.suggestions,
                ..empty
            },
            Reply::NoAnswer(no_answer) => Self {
                reason: Some(
                    no_answer
                        .reason
                        .map_or(JsonReason::Withdrawn("withdrawn"), JsonReason::NoAnswer),
                ),
                stamp: stamp_line(&no_answer.stamp),
                text: no_answer.text,
                suggestions: no_answer.nearest,
                ..empty
            },
            Reply::Sheet(sheet) => {
                Self { text: sheet.title, stamp: sheet.stamp, citations: sheet.citations, ..empty }
            }
        }
    }

    fn with_answer(self, answer: &Answer) -> Self {
        let quotations = answer.quotations().iter().chain(answer.responses());
        Self {
            entry: Some(answer.entry().clone()),
            topic: Some(answer.entry().topic()),
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

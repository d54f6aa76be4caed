//! Reads the file of an answer: TOML front matter between `+++` lines, the question, the answer.

use std::ops::Range;

use jiff::civil::Date;
use serde::Deserialize;

use super::characters::odd_space;
use super::faq_entry::{FaqEntry, Vetting};
use super::finding::{Finding, Located, Place};
use super::ids::{ConflictKey, EntryId, QuotationKey};
use super::toml_file::TomlText;
use crate::legal::{Citation, PartialDate, Standing, deserialize_date};

const FENCE: &str = "+++";

/// The front matter of an answer.
#[derive(Deserialize)]
struct FrontMatter {
    #[serde(default)]
    phrasings: Vec<String>,
    #[serde(default)]
    keywords: Vec<String>,
    standing: Standing,
    #[serde(deserialize_with = "deserialize_date")]
    as_of: Date,
    #[serde(default)]
    citations: Vec<Citation>,
    #[serde(default)]
    quotations: Vec<QuotationKey>,
    #[serde(default)]
    quoted_in_reply: Vec<QuotationKey>,
    #[serde(default)]
    responses: Vec<QuotationKey>,
    #[serde(default)]
    no_response: Option<String>,
    #[serde(default)]
    conflicts: Vec<ConflictKey>,
    #[serde(default)]
    related: Vec<EntryId>,
    #[serde(default)]
    see_also: Vec<EntryId>,
    vetting: VettingAsTyped,
}

#[derive(Deserialize)]
struct VettingAsTyped {
    state: VettingState,
    #[serde(default)]
    date: Option<PartialDate>,
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum VettingState {
    Draft,
    Vetted,
    Withdrawn,
}

struct Parts<'a> {
    head: Part<'a>,
    /// The bytes of the head in the file.
    head_bytes: Range<usize>,
    body: Part<'a>,
}

/// A part of a file, with the number of its first line.
struct Part<'a> {
    text: &'a str,
    line: usize,
}

/// Reads one answer. `None` if it is incomplete; the findings then say why.
pub(super) fn read_entry(
    id: EntryId,
    file: &str,
    text: &str,
    findings: &mut Vec<Finding>,
) -> Option<FaqEntry> {
    let place = Place::new(file, 1);
    let Some(parts) = split(text) else {
        findings.push(place.error(
            "front-matter",
            "this answer has no head",
            "begin the file with a line of +++, then the head, then another line of +++",
        ));
        return None;
    };
    let head_text = TomlText::new(file, parts.head.text, parts.head.line - 1);
    let head = head_text.parse(findings);
    let phrasing_places = head.places_of_elements("phrasings");
    let vetting_place = head.place_of_key("vetting").unwrap_or_else(|| place.clone());
    let question = question_and_answer(&parts.body, &place, findings);
    let head: FrontMatter = head.read(findings)?;
    let (question, answer) = question?;
    let vetting = read_vetting(head.vetting, &vetting_place, findings)?;
    let phrasings = head.phrasings.into_iter().zip(phrasing_places);
    Some(FaqEntry {
        id,
        question,
        phrasings: phrasings.map(|(value, place)| Located { value, place }).collect(),
        keywords: head.keywords,
        answer,
        standing: head.standing,
        citations: head.citations,
        quotations: head.quotations,
        quoted_in_reply: head.quoted_in_reply,
        responses: head.responses,
        no_response: head.no_response,
        conflicts: head.conflicts,
        related: head.related,
        see_also: head.see_also,
        as_of: head.as_of,
        vetting,
        place,
    })
}

/// The bytes of the front matter, without its `+++` lines.
pub(super) fn head_of(text: &str) -> Option<Range<usize>> {
    split(text).map(|parts| parts.head_bytes)
}

/// Splits a file at its two `+++` lines.
fn split(text: &str) -> Option<Parts<'_>> {
    let mut offset = 0;
    let mut fences = Vec::new();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let end = offset + line.len();
        if line.trim() == FENCE {
            fences.push((number + 1, offset, end));
        } else if fences.is_empty() && !line.trim().is_empty() {
            return None;
        }
        if fences.len() == 2 {
            break;
        }
        offset = end;
    }
    let [(first_line, _, head_start), (second_line, head_end, body_start)] = fences[..] else {
        return None;
    };
    let head_bytes = head_start..head_end;
    Some(Parts {
        head: Part { text: &text[head_bytes.clone()], line: first_line + 1 },
        head_bytes,
        body: Part { text: &text[body_start..], line: second_line + 1 },
    })
}

/// The question, which is the first heading, and the text below it.
fn question_and_answer(
    body: &Part<'_>,
    place: &Place,
    findings: &mut Vec<Finding>,
) -> Option<(String, Located<String>)> {
    let mut lines = body.text.lines().enumerate().skip_while(|(_, line)| line.trim().is_empty());
    let heading = lines.next();
    let question =
        heading.and_then(|(_, line)| line.strip_prefix("# ")).map(str::trim).unwrap_or_default();
    let heading_line = body.line + heading.map_or(0, |(number, _)| number);
    if question.is_empty() {
        findings.push(place.at_line(heading_line).error(
            "question-heading",
            match heading.and_then(|(_, line)| odd_space_before_words(line)) {
                Some(odd) => format!("{odd} stands beside # here, instead of a space"),
                None => "there is no question below the head".to_owned(),
            },
            "write the question on a line of its own that begins with # and a space, \
             then the answer",
        ));
        return None;
    }
    let answer_start = lines.clone().find(|(_, line)| !line.trim().is_empty());
    let Some((start, _)) = answer_start else {
        findings.push(place.at_line(heading_line).error(
            "question-heading",
            "there is no answer below the question",
            "write the answer below the question, or keep the file elsewhere until it has one",
        ));
        return None;
    };
    let answer: Vec<&str> = body.text.lines().skip(start).collect();
    let answer = Located {
        value: answer.join("\n").trim_end().to_owned(),
        place: place.at_line(body.line + start),
    };
    Some((question.to_owned(), answer))
}

/// A heading looks right with any space, but is none.
fn odd_space_before_words(line: &str) -> Option<String> {
    line.split(char::is_alphanumeric).next().filter(|mark| mark.contains('#')).and_then(odd_space)
}

fn read_vetting(
    typed: VettingAsTyped,
    place: &Place,
    findings: &mut Vec<Finding>,
) -> Option<Vetting> {
    let date = typed.date.and_then(|date| date.day());
    let reason = typed.reason.filter(|reason| !reason.trim().is_empty());
    match (typed.state, date, reason) {
        (VettingState::Draft, _, _) => Some(Vetting::Draft),
        (VettingState::Vetted, Some(date), _) => Some(Vetting::Vetted(date)),
        (VettingState::Withdrawn, Some(date), Some(reason)) => {
            Some(Vetting::Withdrawn { date, reason })
        }
        (VettingState::Vetted, None, _) => {
            findings.push(place.error(
                "vetting-date",
                "a vetted answer must say when it was vetted",
                "add a line such as date = 2026-11-22 under [vetting]",
            ));
            None
        }
        (VettingState::Withdrawn, _, _) => {
            findings.push(place.error(
                "vetting-date",
                "a withdrawn answer must say when and why",
                "add date = 2026-11-22 and reason = \"…\" under [vetting]",
            ));
            None
        }
    }
}

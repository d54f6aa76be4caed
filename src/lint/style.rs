//! Rules about how an answer is written: no promises, loaded words, relative dates or unchecked
//! quotations, and a limited length.

use super::{Rule, Subject};
use crate::knowledge::{FaqEntry, Finding, HouseWord, Severity};
use crate::language::fold;
use crate::reply::parse_markdown;

/// In characters. The description of a Discord embed can have 4,096, which the answer shares with
/// its citations.
const LONGEST_ANSWER: usize = 2_000;

/// In characters. This is Discord's limit for an autocomplete choice and a select menu option.
const LONGEST_QUESTION: usize = 100;

pub(super) const QUOTATION_MARKS: Rule = Rule {
    name: "quotation-in-answer",
    severity: Severity::Error,
    ensures: "all quotations are in quotations.toml, where their words are checked",
    check: |subject| {
        in_every_line(subject, |entry, line, number| {
            let mark = line
                .chars()
                .find(|c| matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»'))?;
            Some(entry.place.at_line(number).error(
                "quotation-in-answer",
                format!("the answer contains the quotation mark {mark}"),
                "put the exact words into quotations.toml and list their key under `quotations`; \
                 write names of settings in **bold**",
            ))
        })
    },
};

pub(super) const MARKUP: Rule = Rule {
    name: "unsupported-markup",
    severity: Severity::Error,
    ensures: "answers use only paragraphs, lists, bold, italic and links",
    check: |subject| {
        let mut findings = Vec::new();
        for entry in subject.knowledge.library.entries.values() {
            let (_, unsupported) = parse_markdown(&entry.answer.value);
            findings.extend(unsupported.into_iter().map(|markup| {
                entry.place.at_line(entry.answer.place.line + markup.line).error(
                    "unsupported-markup",
                    format!("an answer cannot contain {}", markup.what),
                    "use only paragraphs, lists without lists in them, links, and words in **bold** \
                     or *italic*, not both",
                )
            }));
        }
        findings
    },
};

pub(super) const LENGTH: Rule = Rule {
    name: "answer-too-long",
    severity: Severity::Error,
    ensures: "an answer and its citations fit into one message",
    check: |subject| {
        let finding = |(entry, length): (&FaqEntry, usize)| {
            entry.answer.place.error(
                "answer-too-long",
                format!("the answer has {length} characters; the limit is {LONGEST_ANSWER}"),
                "shorten it, or split it into two answers",
            )
        };
        longer_than(LONGEST_ANSWER, subject, |entry| &entry.answer.value).map(finding).collect()
    },
};

pub(super) const QUESTION_LENGTH: Rule = Rule {
    name: "question-too-long",
    severity: Severity::Error,
    ensures: "a question is shown in full where it is suggested",
    check: |subject| {
        let finding = |(entry, length): (&FaqEntry, usize)| {
            entry.place.error(
                "question-too-long",
                format!("the question has {length} characters; the limit is {LONGEST_QUESTION}"),
                "shorten the line that begins with `# `; add the long form as a phrasing",
            )
        };
        longer_than(LONGEST_QUESTION, subject, |entry| &entry.question).map(finding).collect()
    },
};

pub(super) const YES_OR_NO: Rule = Rule {
    name: "yes-or-no",
    severity: Severity::Warning,
    ensures: "no answer confirms the opposite of what was asked",
    check: |subject| {
        let opens_so = |entry: &&FaqEntry| {
            let (first, _) = entry.answer.value.split_at(
                entry.answer.value.find(|c: char| !c.is_alphabetic()).unwrap_or_default(),
            );
            let is_sentence = entry.answer.value[first.len()..].starts_with([',', '.', ':', ';']);
            matches!(first, "Yes" | "No") && is_sentence
        };
        let asked_with = |entry: &FaqEntry, negated: bool| {
            let mut ways = entry.ways_of_asking().map(fold);
            ways.find(|way| wants_yes_or_no(way) && is_negated(way) == negated)
        };
        let entries = subject.knowledge.library.vetted().filter(opens_so);
        let findings = entries.filter_map(|entry| {
            let (plain, negated) = (asked_with(entry, false)?, asked_with(entry, true)?);
            Some(entry.answer.place.warning(
                "yes-or-no",
                format!("the answer opens with yes or no, to “{plain}” and to “{negated}” alike"),
                "open with the fact itself",
            ))
        });
        findings.collect()
    },
};

/// Whether a folded question can be answered with yes or no.
fn wants_yes_or_no(question: &str) -> bool {
    const VERBS: &[&str] = &[
        "am", "are", "can", "could", "did", "do", "does", "has", "have", "is", "should", "was",
        "were", "will", "would",
    ];
    let first = question.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let verb = first.strip_suffix('n').filter(|_| question.contains("n't")).unwrap_or(first);
    VERBS.contains(&verb) || question.ends_with("right?") || question.ends_with("right")
}

fn is_negated(question: &str) -> bool {
    question.contains("n't")
        || question
            .split(|c: char| !c.is_alphabetic())
            .any(|word| matches!(word, "not" | "never" | "no" | "nobody" | "without"))
}

pub(super) const RELATIVE_DATE: Rule = Rule {
    name: "relative-date",
    severity: Severity::Error,
    ensures: "no date depends on when the answer is read",
    check: |subject| {
        house_words(
            subject,
            "relative-date",
            Severity::Error,
            &subject.knowledge.case_file.house_style.relative_dates,
        )
    },
};

pub(super) const PROMISE: Rule = Rule {
    name: "promise",
    severity: Severity::Error,
    ensures: "no answer promises anything",
    check: |subject| {
        house_words(
            subject,
            "promise",
            Severity::Error,
            &subject.knowledge.case_file.house_style.promises,
        )
    },
};

pub(super) const LOADED_WORD: Rule = Rule {
    name: "loaded-word",
    severity: Severity::Warning,
    ensures: "answers do not take sides",
    check: |subject| {
        house_words(
            subject,
            "loaded-word",
            Severity::Warning,
            &subject.knowledge.case_file.house_style.loaded,
        )
    },
};

/// The entries whose `part` has more than `limit` characters, each with that number.
fn longer_than<'s>(
    limit: usize,
    subject: &'s Subject<'_>,
    part: fn(&FaqEntry) -> &str,
) -> impl Iterator<Item = (&'s FaqEntry, usize)> {
    let lengths = subject
        .knowledge
        .library
        .entries
        .values()
        .map(move |entry| (entry, part(entry).chars().count()));
    lengths.filter(move |(_, length)| *length > limit)
}

/// Reports the words of a house style list in every answer.
fn house_words(
    subject: &Subject<'_>,
    rule: &'static str,
    severity: Severity,
    list: &[HouseWord],
) -> Vec<Finding> {
    let list: Vec<(String, &HouseWord)> =
        list.iter().map(|word| (spaced(&word.word), word)).collect();
    in_every_line(subject, |entry, line, number| {
        let line = spaced(line);
        let (_, found) = list.iter().find(|(word, _)| line.contains(word))?;
        let place = entry.place.at_line(number);
        let message = format!("the answer says “{}”", found.word);
        let help = format!("write this instead: {}", found.say);
        Some(match severity {
            Severity::Error => place.error(rule, message, help),
            Severity::Warning => place.warning(rule, message, help),
        })
    })
}

/// Puts one space before and after each word, so that a search for " word " finds whole words only.
fn spaced(text: &str) -> String {
    let folded = fold(text);
    let words =
        folded.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}

/// Calls `check` with every line of every answer and its line number in the file.
fn in_every_line(
    subject: &Subject<'_>,
    check: impl Fn(&FaqEntry, &str, usize) -> Option<Finding>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in subject.knowledge.library.entries.values() {
        let lines = entry.answer.value.lines().enumerate();
        findings.extend(
            lines.filter_map(|(offset, line)| check(entry, line, entry.answer.place.line + offset)),
        );
    }
    findings
}

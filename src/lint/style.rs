//! How an answer is written: words that promise or take sides, dates that go stale, marks that
//! nobody checks.

use super::{Rule, Subject};
use crate::knowledge::{FaqEntry, Finding, HouseWord, Severity};
use crate::language::fold;
use crate::reply::parse_markdown;

/// How many characters an answer may have. Discord shows at most 4,096 in the text of an embed, and
/// the answer must share that room with its citations.
const LONGEST_ANSWER: usize = 2_000;

/// How many characters a question may have: as many as Discord shows of a suggestion or of a choice
/// in a menu.
const LONGEST_QUESTION: usize = 100;

pub(super) const QUOTATION_MARKS: Rule = Rule {
    name: "quotation-in-answer",
    severity: Severity::Error,
    guards: "nothing is quoted outside quotations.toml, where the words are checked",
    check: |subject| {
        in_every_line(subject, |entry, line, number| {
            let mark = line
                .chars()
                .find(|c| matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»'))?;
            Some(entry.place.at_line(number).error(
                "quotation-in-answer",
                format!("the answer holds the quotation mark {mark}"),
                "put exact words into quotations.toml and name their key under quotations; write names of settings in **bold**",
            ))
        })
    },
};

pub(super) const MARKUP: Rule = Rule {
    name: "unsupported-markup",
    severity: Severity::Error,
    guards: "an answer uses only paragraphs, lists, bold, italic and links",
    check: |subject| {
        let mut findings = Vec::new();
        for entry in subject.knowledge.library.entries.values() {
            let (_, unsupported) = parse_markdown(&entry.answer.value);
            findings.extend(unsupported.into_iter().map(|markup| {
                entry.place.at_line(entry.answer.place.line + markup.line).error(
                    "unsupported-markup",
                    format!("an answer cannot hold {}", markup.what),
                    "use paragraphs, lists, **bold**, *italic* and links only",
                )
            }));
        }
        findings
    },
};

pub(super) const LENGTH: Rule = Rule {
    name: "answer-too-long",
    severity: Severity::Error,
    guards: "an answer fits into one message beside its citations",
    check: |subject| {
        let finding = |(entry, length): (&FaqEntry, usize)| {
            entry.answer.place.error(
                "answer-too-long",
                format!("the answer has {length} characters; a message holds {LONGEST_ANSWER}"),
                "shorten it, or make two answers of it",
            )
        };
        longer_than(LONGEST_ANSWER, subject, |entry| &entry.answer.value).map(finding).collect()
    },
};

pub(super) const QUESTION_LENGTH: Rule = Rule {
    name: "question-too-long",
    severity: Severity::Error,
    guards: "a question can be read whole where it is suggested",
    check: |subject| {
        let finding = |(entry, length): (&FaqEntry, usize)| {
            entry.place.error(
                "question-too-long",
                format!(
                    "the question has {length} characters; a suggestion shows {LONGEST_QUESTION}"
                ),
                "shorten the line that begins with `# `; put the rest among the phrasings",
            )
        };
        longer_than(LONGEST_QUESTION, subject, |entry| &entry.question).map(finding).collect()
    },
};

pub(super) const RELATIVE_DATE: Rule = Rule {
    name: "relative-date",
    severity: Severity::Error,
    guards: "no date depends on when the answer is read",
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
    guards: "no answer promises anything",
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
    guards: "answers do not take sides",
    check: |subject| {
        house_words(
            subject,
            "loaded-word",
            Severity::Warning,
            &subject.knowledge.case_file.house_style.loaded,
        )
    },
};

/// The entries of which a part has more characters than this, each with how many it has.
fn longer_than<'s>(
    most: usize,
    subject: &'s Subject<'_>,
    part: fn(&FaqEntry) -> &str,
) -> impl Iterator<Item = (&'s FaqEntry, usize)> {
    let lengths = subject
        .knowledge
        .library
        .entries
        .values()
        .map(move |entry| (entry, part(entry).chars().count()));
    lengths.filter(move |(_, length)| *length > most)
}

/// Finds words of the house style in every answer.
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
        let help = format!("write instead: {}", found.say);
        Some(match severity {
            Severity::Error => place.error(rule, message, help),
            Severity::Warning => place.warning(rule, message, help),
        })
    })
}

/// A text with a single space around each word, so that whole words can be found by looking for "
/// word ".
fn spaced(text: &str) -> String {
    let folded = fold(text);
    let words =
        folded.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}

/// Looks at every line of every answer, with its number in the file.
fn in_every_line(
    subject: &Subject<'_>,
    look: impl Fn(&FaqEntry, &str, usize) -> Option<Finding>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in subject.knowledge.library.entries.values() {
        let lines = entry.answer.value.lines().enumerate();
        findings.extend(
            lines.filter_map(|(offset, line)| look(entry, line, entry.answer.place.line + offset)),
        );
    }
    findings
}

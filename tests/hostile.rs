//! Property tests: any input gets a reply or a finding without a panic, and a question without
//! words gets no answer.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test hostile` runs more cases.

#[path = "support/shipped_faq.rs"]
mod shipped_faq;
mod tiny;

use std::path::Path;
use std::sync::LazyLock;

use caseclerk::ask::{Ask, Query};
use caseclerk::knowledge::load;
use caseclerk::language::words;
use caseclerk::lint::{self, Subject};
use caseclerk::matcher::NoAnswerReason;
use caseclerk::reply::{JsonReply, Reply, WhyNoAnswer};
use caseclerk::responder::Responder;
use caseclerk::terminal::{ChatInput, Look, explanation_text, read_chat_line, reply_text};
use proptest::prelude::*;
use proptest::test_runner::{FailurePersistence, FileFailurePersistence};
use shipped_faq::open_shipped_faq;
use tiny::{TODAY, Tiny};

/// Answers from the real FAQ. Unlike the tiny one, it has many guards, synonyms and questions that
/// belong elsewhere.
static RESPONDER: LazyLock<Responder> = LazyLock::new(open_shipped_faq);

/// Strings with a meaning for query parsers, shells, Markdown, terminals, JSON or this program.
const SYNTAX: &[&str] = &[
    "AND",
    "OR",
    "NOT",
    "TO",
    "*",
    "?",
    "~2",
    "^10",
    "-",
    "+",
    "&&",
    "||",
    "!",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    ":",
    "\\",
    "/",
    "question:",
    "answer:",
    "*:*",
    "[* TO *]",
    "IN [a b]",
    "\"a b\"~3",
    "/re.*/",
    "<b>",
    "@everyone",
    "`",
    "**",
    "](http://x)",
    "$(reboot)",
    ";",
    "|",
    "%s",
    "{0}",
    "\0",
    "\u{1b}[2J",
    "\r\n",
    "\u{7}",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "../..",
    "status/is-it-over",
    "status/",
    "/quote",
    "+++",
    "null",
    "1e999",
    "5:25-cv-00709",
    "$1,000",
    "-1",
];

/// Words that people ask the FAQ about.
const PLAIN: &[&str] = &[
    "is",
    "the",
    "case",
    "over",
    "linkedin",
    "opt",
    "out",
    "messages",
    "paid",
    "wer",
    "что",
    "为什么",
];

/// Hostile texts.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(SYNTAX).prop_map(str::to_owned),
        prop::sample::select(PLAIN).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop_oneof![
        4 => any::<String>(),
        2 => r"\PC{0,40}",
        2 => r"[\x00-\x20]{0,20}",
        8 => prop::collection::vec(piece.clone(), 0..20).prop_map(|pieces| pieces.join(" ")),
        2 => prop::collection::vec(piece.clone(), 0..20).prop_map(|pieces| pieces.concat()),
        1 => (piece, 1_usize..2_000).prop_map(|(piece, times)| piece.repeat(times)),
    ]
}

/// Texts without letters and digits.
fn wordless_text() -> impl Strategy<Value = String> {
    r"[ -/:-@\[-`\{-~\t\r\n\x00-\x1f\u{2000}-\u{206f}\u{1f600}-\u{1f64f}。、？！]{0,60}"
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: regressions(),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_question_gets_a_reply(text in hostile_text()) {
        let ask = Ask { query: Query::Question(text.clone()), today: TODAY };
        let response = RESPONDER.respond(&ask).expect("no text is an error");
        if words(&text).is_empty() {
            prop_assert!(is_empty_question(&response.reply), "{text:?} got {:?}", response.reply);
        }
        prop_assert!(!reply_text(&response.reply, Look::PLAIN).is_empty());
        if let Some(evidence) = &response.evidence {
            prop_assert!(!explanation_text(evidence, Look::PLAIN).is_empty());
        }
        let json = JsonReply::new(&text, response.reply, response.evidence);
        let json = serde_json::to_string(&json).expect("JSON is written");
        let read: serde_json::Value = serde_json::from_str(&json).expect("JSON can be read");
        prop_assert_eq!(read["question"].as_str(), Some(text.as_str()));
        prop_assert!(!read["stamp"].as_str().unwrap_or_default().is_empty());
    }

    #[test]
    fn no_words_no_answer(text in wordless_text()) {
        let ask = Ask { query: Query::Question(text.clone()), today: TODAY };
        let response = RESPONDER.respond(&ask).expect("no text is an error");
        prop_assert!(is_empty_question(&response.reply), "{text:?} got {:?}", response.reply);
    }

    #[test]
    fn the_same_question_gets_the_same_reply(text in hostile_text()) {
        let ask = Ask { query: Query::Question(text), today: TODAY };
        let reply = || RESPONDER.respond(&ask).expect("no text is an error").reply;
        let (once, twice) = (reply(), reply());
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn typing_never_gets_more_suggestions_than_wanted(
        text in hostile_text(),
        limit in 1_usize..30,
    ) {
        let suggestions = RESPONDER.suggest(&text, limit).expect("no text is an error");
        let count = suggestions.len();
        prop_assert!(count <= limit, "{count} suggestions, {limit} wanted");
    }

    #[test]
    fn a_search_for_quotations_takes_any_words(text in hostile_text()) {
        let ask = Ask { query: Query::Quote(text), today: TODAY };
        let response = RESPONDER.respond(&ask).expect("no text is an error");
        prop_assert!(matches!(response.reply, Reply::Sheet(_)));
    }

    #[test]
    fn a_line_without_a_slash_is_a_question(text in hostile_text()) {
        let line = text.trim();
        let question = !line.is_empty() && !line.starts_with('/');
        let input = read_chat_line(&text, &RESPONDER.commands(), &[]);
        if question {
            prop_assert_eq!(input, ChatInput::Ask(Query::Question(line.to_owned())));
        } else {
            let is_question = matches!(input, ChatInput::Ask(Query::Question(_)));
            prop_assert!(!is_question || line.starts_with("/ask"), "{text:?} is a question");
        }
    }
}

proptest! {
    // Fewer cases, because each one writes and reads files.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.div_ceil(8),
        failure_persistence: regressions(),
        ..ProptestConfig::default()
    })]

    /// For any change to a file, loading and checking return findings and do not panic.
    #[test]
    fn broken_files_are_findings(
        file in prop::sample::select(files(&tiny::original())),
        (from, length) in (any::<prop::sample::Index>(), 0_usize..30),
        instead in prop_oneof![any::<Vec<u8>>(), hostile_text().prop_map(String::into_bytes)],
    ) {
        let tiny = Tiny::new();
        let mut bytes = std::fs::read(tiny.faq().join(&file)).expect("the file can be read");
        let from = from.index(bytes.len());
        bytes.splice(from..(from + length).min(bytes.len()), instead);
        tiny.write(&file, &bytes);
        let loaded = load(&tiny.faq()).expect("the folder can be read");
        let mut findings = loaded.findings;
        if let Some(knowledge) = &loaded.knowledge {
            let (review_after_days, reading_grade) = (365, 12.0);
            let subject = Subject { knowledge, today: TODAY, review_after_days, reading_grade };
            findings.extend(lint::run(&subject));
        }
        for finding in findings {
            let text = std::fs::read(tiny.faq().join(&finding.file)).unwrap_or_default();
            // At most: `\r\n` ends one line.
            let lines = 1 + text.iter().filter(|byte| b"\r\n".contains(byte)).count();
            prop_assert!(
                (1..=lines).contains(&finding.line),
                "{finding}: the file has {lines} lines"
            );
        }
    }
}

/// Every file under a folder, relative to it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

/// Failing inputs are stored in a file, and are tested first in later runs.
fn regressions() -> Option<Box<dyn FailurePersistence>> {
    Some(Box::new(FileFailurePersistence::Direct("tests/hostile.regressions")))
}

fn is_empty_question(reply: &Reply) -> bool {
    matches!(reply, Reply::NoAnswer(no_answer) if no_answer.reason == WhyNoAnswer::Question(NoAnswerReason::Empty))
}

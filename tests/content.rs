//! Checks the real FAQ: no findings, and every answer is found by its own question.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use caseclerk::ask::{Ask, Query};
use caseclerk::config::{Options, Settings};
use caseclerk::eval::read_sets;
use caseclerk::knowledge::{FaqEntry, Knowledge, load};
use caseclerk::lint::{self, Subject};
use caseclerk::reply::Reply;
use caseclerk::responder::Responder;
use jiff::civil::Date;

#[test]
fn the_faq_has_no_findings() {
    let loaded = load(Path::new("faq")).expect("the FAQ can be read");
    let knowledge = loaded.knowledge.expect("the case and the voice can be read");
    let settings = settings(Path::new("unused"));
    let mut findings = loaded.findings;
    findings.extend(lint::run(&Subject {
        knowledge: &knowledge,
        // An old check must not fail the tests of an unrelated change.
        today: last_change(&knowledge),
        review_after_days: settings.review_after_days,
        reading_grade: settings.reading_grade,
    }));
    let printed: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(printed.is_empty(), "{}", printed.join("\n\n"));
}

/// The day of the last check of anything.
fn last_change(knowledge: &Knowledge) -> Date {
    let answers = knowledge.library.entries.values().map(|entry| entry.as_of);
    let sources = knowledge.case_file.sources.values().map(|source| source.checked);
    let pages = knowledge.case_file.pages.values().flat_map(|page| &page.sections);
    let pages = pages.map(|section| section.checked);
    let all = answers.chain(sources).chain(pages).max();
    all.unwrap_or_default().max(knowledge.case_file.case.last_checked)
}

/// The plainest questions, which people ask most. The models learn from all phrasings, and an edit
/// elsewhere must not take one of these away.
#[test]
fn the_plainest_questions_get_their_answers() {
    let index = tempfile::tempdir().expect("a temporary folder");
    let responder = Responder::open(&settings(index.path())).expect("the FAQ can be served");
    let plain = [
        ("is it over?", "status/is-it-over"),
        ("is the case over", "status/is-it-over"),
        ("do I get paid?", "payout/will-i-be-paid"),
        ("will i get paid", "payout/will-i-be-paid"),
        ("how much do i get", "payout/will-i-be-paid"),
        ("how do I opt out?", "opt-out/how-to-opt-out"),
        ("how can i opt out", "opt-out/how-to-opt-out"),
        ("opt out", "opt-out/how-to-opt-out"),
        ("how do i turn it off", "opt-out/how-to-opt-out"),
        ("can i join", "join/can-i-join"),
        ("is there a settlement", "status/did-it-settle"),
        ("who won", "status/who-won"),
        ("why did he drop it", "why-dropped/why-did-he-drop-it"),
        ("did linkedin read my messages", "did-it-happen/did-linkedin-use-messages"),
        ("is this a scam", "payout/scam-email"),
    ];
    let mut wrong = Vec::new();
    for (question, expected) in plain {
        let ask = Ask { query: Query::Question(question.to_owned()), today: Date::MAX };
        match responder.respond(&ask).expect("a question is answered").reply {
            Reply::Answer(answer) if answer.entry().as_str() == expected => {}
            Reply::Answer(answer) => wrong.push(format!("{question}: {}", answer.entry())),
            _ => wrong.push(format!("{question}: no answer")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_matcher_is_not_measured_by_what_it_learns_from() {
    let knowledge = knowledge();
    let learnt = knowledge.library.entries.values().flat_map(FaqEntry::ways_of_asking);
    let elsewhere =
        knowledge.library.elsewhere.iter().flat_map(|group| &group.questions).map(String::as_str);
    let examples = knowledge
        .library
        .guards
        .iter()
        .flat_map(|guard| guard.examples.iter().chain(&guard.counter_examples));
    let learnt: HashSet<Vec<String>> =
        learnt.chain(elsewhere).chain(examples.map(String::as_str)).map(plain_words).collect();
    let measured = questions("eval").into_iter().chain(questions("eval/unseen"));
    let leaked: Vec<String> = measured.filter(|q| learnt.contains(&plain_words(q))).collect();
    assert!(leaked.is_empty(), "take these out of eval/, or out of faq/: {leaked:#?}");
}

#[test]
fn the_calibration_has_not_seen_the_unseen_questions() {
    let seen: HashSet<Vec<String>> = questions("eval").iter().map(|q| plain_words(q)).collect();
    let both: Vec<String> =
        questions("eval/unseen").into_iter().filter(|q| seen.contains(&plain_words(q))).collect();
    assert!(both.is_empty(), "take these out of eval/unseen/: {both:#?}");
}

fn questions(folder: &str) -> Vec<String> {
    let sets = read_sets(Path::new(folder)).expect("the sets can be read");
    sets.into_iter().map(|truth| truth.q).collect()
}

/// The words of a text in lower case, without punctuation. A text without words equals only itself.
fn plain_words(text: &str) -> Vec<String> {
    let words =
        text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    if words.is_empty() { vec![text.to_owned()] } else { words }
}

#[test]
fn every_answer_is_found_by_its_own_question() {
    let index = tempfile::tempdir().expect("a temporary folder");
    let responder = Responder::open(&settings(index.path())).expect("the FAQ can be served");
    let mut lost = Vec::new();
    let knowledge = knowledge();
    for entry in knowledge.library.vetted() {
        let ask = Ask {
            query: Query::Question(entry.question.clone()),
            today: knowledge.case_file.case.last_checked,
        };
        let response = responder.respond(&ask).expect("the index answers");
        let first = match &response.reply {
            Reply::Answer(answer) => Some(answer.entry().clone()),
            Reply::Choice(choice) => {
                choice.suggestions.first().map(|suggestion| suggestion.entry.clone())
            }
            Reply::NoAnswer(_) | Reply::Sheet(_) => None,
        };
        if first.as_ref() != Some(&entry.id) {
            lost.push(format!("“{}” of `{}` leads to {first:?}", entry.question, entry.id));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn every_topic_has_an_answer_to_lead_with() {
    let knowledge = knowledge();
    for topic in &knowledge.library.topics {
        let lead = topic.lead.as_ref().and_then(|id| knowledge.library.entries.get(id));
        assert!(
            lead.is_some_and(|entry| entry.is_vetted()),
            "the topic `{}` leads nowhere",
            topic.id
        );
    }
}

#[test]
fn the_worked_example_of_the_manual_is_right() {
    let manual = std::fs::read_to_string("faq/README.md").expect("the manual can be read");
    let (_, after) = manual.split_once("```markdown\n").expect("the manual has an example");
    let (example, _) = after.split_once("```").expect("the example ends");
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(Path::new("faq"), folder.path());
    let file = folder.path().join("answers/without-prejudice/what-it-means.md");
    std::fs::write(file, example).expect("the example can be written");
    let errors: Vec<_> = load(folder.path())
        .expect("the folder can be read")
        .findings
        .into_iter()
        .filter(|finding| finding.file.contains("what-it-means"))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder can be read").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}

fn knowledge() -> Knowledge {
    load(Path::new("faq")).expect("the FAQ can be read").knowledge.expect("the FAQ is whole")
}

fn settings(index: &Path) -> Settings {
    let flags =
        vec![("knowledge.index", "--index", index.to_str().expect("a path in letters").to_owned())];
    let options =
        Options::collect(None, std::iter::empty(), flags).expect("the shipped options are right");
    Settings::from_options(&options).expect("the shipped options are right")
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_folder_is_read() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("secret.toml"), "[secret]\nkey = \"hush\"\n").expect("written");
    let findings = |link: &str, to: &Path| {
        let faq = tempfile::tempdir().expect("a folder");
        copy(Path::new("tests/tiny/faq"), faq.path());
        let link = faq.path().join(link);
        if link.is_dir() {
            fs::remove_dir_all(&link).expect("the folder goes");
        } else if link.exists() {
            fs::remove_file(&link).expect("the file goes");
        }
        symlink(to, &link).expect("a link");
        let loaded = load(faq.path()).expect("the folder can be read");
        loaded.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let secret = findings("sources.toml", &outside.path().join("secret.toml"));
    assert!(secret.contains("leads out of the folder") && !secret.contains("hush"), "{secret}");
    let etc = findings("answers/money", outside.path());
    assert!(etc.contains("leads out of the folder") && !etc.contains("secret.toml"), "{etc}");
    let endless = findings("answers/status/is-it-over.md", Path::new("/dev/zero"));
    assert!(endless.contains("leads out of the folder"), "{endless}");
    let dangling = findings("guards.toml", Path::new("nowhere.toml"));
    assert!(dangling.contains("cannot read guards.toml"), "{dangling}");
    // Links inside the folder are fine: Kubernetes makes them.
    let faq = tempfile::tempdir().expect("a folder");
    copy(Path::new("tests/tiny/faq"), &faq.path().join("..data"));
    for name in fs::read_dir("tests/tiny/faq").expect("a folder").flatten() {
        let name = name.file_name();
        symlink(Path::new("..data").join(&name), faq.path().join(&name)).expect("a link");
    }
    assert_eq!(load(faq.path()).expect("it can be read").findings, []);
}

#[test]
fn a_large_file_is_refused_quickly() {
    let faq = tempfile::tempdir().expect("a folder");
    copy(Path::new("tests/tiny/faq"), faq.path());
    fs::write(faq.path().join("guards.toml"), "=".repeat(3 << 20)).expect("it can be written");
    let loaded = load(faq.path()).expect("the folder can be read");
    let texts = loaded.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(texts.contains("larger than"), "{texts}");
}

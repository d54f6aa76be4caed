//! What moderators change at run time: laid over the files, with the same effect as an edit of them.

mod tiny;

use std::fs;
use std::path::Path;

use caseclerk::ask::{Ask, Query};
use caseclerk::eval::{read_sets, run};
use caseclerk::index::Origin;
use caseclerk::knowledge::{Amendment, Change, EntryId, Knowledge, PageName, Scope, TopicId, load};
use caseclerk::matcher::{Check, Setup, Snapshot, VectorTable};
use caseclerk::reply::{Reply, WhyNoAnswer};
use caseclerk::responder::{Responder, ResponderError};
use jiff::Timestamp;
use jiff::civil::date;
use tiny::{TODAY, Tiny};

const STATUS: &str = "has the lamp suit ended";
const MONEY: &str = "do lamp owners get any money";

fn amendment(id: i64, change: Change) -> Amendment {
    let made_at: Timestamp = "2026-01-18T10:00:00Z".parse().expect("a time");
    Amendment { id, change, made_by: "7".to_owned(), made_at, undone: None }
}

fn phrasing(id: i64, entry: &str, words: &str) -> Amendment {
    amendment(id, Change::Phrasing { entry: EntryId::new(entry), words: words.to_owned() })
}

fn hold(id: i64, scope: Scope, until: Option<jiff::civil::Date>) -> Amendment {
    amendment(id, Change::Hold { scope, reason: "new facts".to_owned(), until })
}

fn ask(responder: &Responder, question: &str) -> Reply {
    let ask = Ask { query: Query::Question(question.to_owned()), today: TODAY };
    responder.respond(&ask).expect("a question is answered").reply
}

fn answered_by(reply: &Reply) -> Option<&str> {
    match reply {
        Reply::Answer(answer) => Some(answer.entry().as_str()),
        _ => None,
    }
}

fn is_under_review(reply: &Reply) -> bool {
    matches!(reply, Reply::NoAnswer(no) if no.reason == WhyNoAnswer::UnderReview
        && no.text.contains("under review since 18 January 2026")
        && no.stamp_line().contains("without prejudice"))
}

#[test]
fn a_taught_phrasing_is_answered_from_then_on() {
    let tiny = Tiny::new();
    let responder = Responder::open(&tiny.settings()).expect("it can be served");
    let question = "zorgle flim";
    assert_eq!(answered_by(&ask(&responder, question)), None);
    let taught = vec![phrasing(1, "status/is-it-over", question)];
    let proposal = responder.propose(Vec::new(), &taught, TODAY).expect("it breaks no rule");
    assert_eq!(answered_by(&ask(&responder, question)), None, "nothing is adopted yet");
    responder.adopt(proposal, TODAY).expect("it can be served");
    assert_eq!(answered_by(&ask(&responder, question)), Some("status/is-it-over"));
    // It outlives a reload and a restart, and goes when it is undone.
    responder.reload(TODAY).expect("it can be served");
    assert_eq!(answered_by(&ask(&responder, question)), Some("status/is-it-over"));
    drop(responder);
    let restarted = Responder::open_amended(&tiny.settings(), taught, TODAY).expect("it starts");
    assert!(matches!(restarted.index_origin(), Origin::Found(_)));
    assert_eq!(answered_by(&ask(&restarted, question)), Some("status/is-it-over"));
    restarted.serve_amended(Vec::new(), TODAY).expect("it can be served");
    assert_eq!(answered_by(&ask(&restarted, question)), None);
}

/// Teaching takes a while, and somebody may reload meanwhile.
#[test]
fn teaching_does_not_undo_a_reload() {
    let tiny = Tiny::new();
    let responder = Responder::open(&tiny.settings()).expect("it can be served");
    let taught = vec![phrasing(1, "status/is-it-over", "zorgle flim")];
    let proposal = responder.propose(Vec::new(), &taught, TODAY).expect("it breaks no rule");
    tiny.edit("answers/money/will-i-be-paid.md", "No. There is", "No. Certainly, there is");
    responder.reload(TODAY).expect("it can be served");
    responder.adopt(proposal, TODAY).expect("it can be served");
    assert_eq!(answered_by(&ask(&responder, "zorgle flim")), Some("status/is-it-over"));
    let Reply::Answer(money) = ask(&responder, MONEY) else { panic!("no answer") };
    assert!(format!("{:?}", money.body()).contains("Certainly"), "the reload was undone");
}

#[test]
fn what_breaks_a_rule_cannot_be_taught() {
    let tiny = Tiny::new();
    let responder = Responder::open(&tiny.settings()).expect("it can be served");
    let Err(ResponderError::Findings(findings)) =
        responder.propose(Vec::new(), &[phrasing(3, "money/will-i-be-paid", STATUS)], TODAY)
    else {
        panic!("a phrasing of another answer was taught");
    };
    let said = findings.iter().map(ToString::to_string).collect::<String>();
    assert!(said.contains("already leads to") && said.contains("amendments:3"), "{said}");
}

/// The files may have been edited since something was taught.
#[test]
fn what_breaks_a_rule_by_now_is_left_out_and_the_bot_starts() {
    let tiny = Tiny::new();
    let all = vec![
        phrasing(1, "money/will-i-be-paid", STATUS),
        phrasing(2, "no/longer-there", "anything"),
        phrasing(3, "status/is-it-over", "zorgle flim"),
        hold(4, Scope::Entry(EntryId::new("no/longer-there")), None),
    ];
    let responder = Responder::open_amended(&tiny.settings(), all, TODAY).expect("it starts");
    assert_eq!(answered_by(&ask(&responder, STATUS)), Some("status/is-it-over"));
    assert_eq!(answered_by(&ask(&responder, "zorgle flim")), Some("status/is-it-over"));
}

#[test]
fn what_is_on_hold_is_not_answered_by_any_way() {
    let tiny = Tiny::new();
    let guard = r#"
        [[guards]]
        name = "last-certainty"
        leads_to = "last-answer/certainty"
        only = true
        words = ["are you sure"]
        examples = ["are you sure"]
        counter_examples = ["are you sure that lamps read"]
    "#;
    tiny.write("guards.toml", guard);
    let responder = Responder::open(&tiny.settings()).expect("it can be served");
    let serve = |amendments| responder.serve_amended(amendments, TODAY).expect("it can be served");
    let by_id = |id: &str| {
        let ask = Ask { query: Query::Entry(EntryId::new(id)), today: TODAY };
        responder.respond(&ask).expect("an id is answered").reply
    };
    serve(vec![hold(1, Scope::Entry(EntryId::new("status/is-it-over")), None)]);
    assert!(
        is_under_review(&ask(&responder, STATUS)) && is_under_review(&by_id("status/is-it-over"))
    );
    assert!(answered_by(&ask(&responder, MONEY)).is_some());
    // Somebody who asks on after the answer was held back.
    let ended = Ask { query: Query::Question(STATUS.to_owned()), today: TODAY };
    serve(Vec::new());
    let turn = responder.respond(&ended).expect("it is answered").turn;
    serve(vec![hold(2, Scope::Topic(TopicId::new("status")), Some(TODAY))]);
    let again = Ask { query: Query::Question("are you sure".to_owned()), today: TODAY };
    let reply = responder.respond_after(&again, Some(&turn)).expect("it is answered").reply;
    assert!(is_under_review(&reply), "{reply:?}");
    serve(vec![hold(3, Scope::Everything, None)]);
    assert!(is_under_review(&ask(&responder, MONEY)));
    let status = Ask { query: Query::Status, today: TODAY };
    assert!(matches!(responder.respond(&status).expect("a status").reply, Reply::Sheet(_)));
    for query in [Query::Page(PageName::new("light")), Query::Quote("lamp".to_owned())] {
        let reply = responder.respond(&Ask { query, today: TODAY }).expect("a reply").reply;
        assert!(is_under_review(&reply), "{reply:?}");
    }
    serve(vec![hold(4, Scope::Everything, Some(date(2026, 1, 19)))]);
    assert!(answered_by(&ask(&responder, MONEY)).is_some(), "it ended by itself");
}

/// The real FAQ and its questions: nothing may depend on where a phrasing comes from.
#[test]
fn a_taught_phrasing_has_the_same_outcomes_as_a_line_of_the_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = tempfile::tempdir().expect("a folder");
    let faq = copy.path().join("faq");
    tiny::lay_over(&root.join("faq"), &faq);
    let words = "has he given up on his inmail fight then";
    let mut amended = knowledge(&root.join("faq"));
    let entry = amended.library.vetted().next().expect("there are answers").clone();
    amended.amend(&[phrasing(1, entry.id.as_str(), words)]);
    let file = faq.join("answers").join(format!("{}.md", entry.id));
    let text = fs::read_to_string(&file).expect("a file");
    let last = format!("  \"{}\",\n", entry.phrasings.last().expect("phrasings").value);
    assert!(text.contains(&last), "{last}");
    fs::write(&file, text.replacen(&last, &format!("{last}  \"{words}\",\n"), 1)).expect("a file");
    let table = VectorTable::open(&root.join("models/vectors.bin")).expect("the vectors");
    let setup = Setup::new(Some(table.into()), "amendments");
    let questions = read_sets(&root.join("eval")).expect("the questions");
    let outcomes = |knowledge: Knowledge| {
        let index = tempfile::tempdir().expect("a folder");
        let library = knowledge.library;
        let snapshot =
            Snapshot::open(library, &setup, index.path(), &Check::none()).expect("ready").0;
        let outcomes = run(&snapshot, &questions).expect("outcomes");
        outcomes.rows.iter().map(|outcome| format!("{outcome:?}")).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(amended), outcomes(knowledge(&faq)));
}

fn knowledge(faq: &Path) -> Knowledge {
    load(faq).expect("the folder can be read").knowledge.expect("it is whole")
}

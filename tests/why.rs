//! What moderators read about a question (`/faq show question:`).

#[path = "support/shipped_faq.rs"]
mod shipped_faq;
mod tiny;

use caseclerk::knowledge::{Amendment, Change, Scope};
use caseclerk::reply::Why;
use caseclerk::responder::Responder;
use jiff::Timestamp;
use shipped_faq::open_shipped_faq;
use tiny::{TODAY, Tiny};

fn text(why: &Why) -> String {
    let bodies = why.sheet.sections().map(|section| {
        let heading = section.heading.as_ref().map_or(String::new(), |text| format!("{text}: "));
        format!("{heading}{}", section.body.plain_words())
    });
    format!("{}\n{}", why.sheet.title(), bodies.collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_outcome_of_the_real_faq_has_a_reason_in_plain_words() {
    let responder = open_shipped_faq();
    let cases = [
        (
            "is it over",
            "Answered: Is the case over?",
            "“Is the case over?” has exactly these words",
        ),
        (
            "did microsoft do this too",
            "Answered: Was Microsoft sued too?",
            "answers it. Its nearest",
        ),
        ("status/is-it-over", "Answered: Is the case over?", "is the id of this answer"),
        ("what about the case", "A choice is offered", "enough to let whoever asks choose"),
        ("settlement", "A choice is offered", "A word alone can mean several of them"),
        ("who feeds the zorgleflim", "Not answered", "Not found: no answer uses “zorgleflim”."),
        (
            "who won the election??",
            "Not answered",
            "It is like “who won the election”, which elsewhere.toml lists",
        ),
        (
            "how do i join the equifax settlement",
            "Not answered",
            "in guards.toml says that this is",
        ),
        ("hello", "Not taken for a question", "a greeting or the like, and no question"),
        ("🎃", "Not taken for a question", "There are no words in it."),
        ("wann wird das geld endlich ausgezahlt", "Not answered", "its language: de"),
        ("i want to kill myself", "Not answered", "somebody in distress"),
    ];
    for (question, title, reason) in cases {
        let text = text(&responder.why(question, TODAY).expect("the index answers"));
        assert!(text.starts_with(title) && text.contains(reason), "{question}: {text}");
    }
    let teachable = |question| {
        let why = responder.why(question, TODAY).expect("the index answers");
        why.teachable.into_iter().map(|found| found.question).collect::<Vec<_>>()
    };
    // What is not found, offered, or answered by another can be taught; what is right, or is no
    // question for this FAQ, cannot.
    assert!(!teachable("who feeds the zorgleflim").is_empty());
    assert!(teachable("what about the case").contains(&"Is the case over?".to_owned()));
    let others = teachable("did microsoft do this too");
    assert!(!others.is_empty() && !others.contains(&"Was Microsoft sued too?".to_owned()));
    for question in ["is it over", "how do i join the equifax settlement", "hello", "🎃"] {
        assert_eq!(teachable(question), Vec::<String>::new(), "{question}");
    }
    for question in ["wann wird das geld endlich ausgezahlt", "i want to kill myself"] {
        assert_eq!(teachable(question), Vec::<String>::new(), "{question}");
    }
}

#[test]
fn what_moderators_did_is_named() {
    let amendment = |id, change| Amendment {
        id,
        change,
        made_by: "1".to_owned(),
        made_at: Timestamp::UNIX_EPOCH,
        undone: None,
    };
    let (scope, reason) = (Scope::Everything, "new facts".to_owned());
    let hold = Change::Hold { scope, reason, until: None };
    let elsewhere = Change::Elsewhere { words: "zorgle flim".to_owned() };
    let tiny = Tiny::new();
    let amendments = vec![amendment(1, hold), amendment(2, elsewhere)];
    let responder = Responder::open_amended(&tiny.settings(), amendments, TODAY).expect("a FAQ");
    let why = |question| text(&responder.why(question, TODAY).expect("the index answers"));
    let held = why("is it finished");
    assert!(held.starts_with("Held back: under review"), "{held}");
    assert!(held.contains("“Is the case over?” would answer it, but is held back."), "{held}");
    let elsewhere = why("zorgle flim!");
    assert!(
        elsewhere.contains("“zorgle flim”, which a moderator said is not for us"),
        "{elsewhere}"
    );
}

//! Every command, button and failure in Discord, through the real request, router and render, over
//! the real FAQ.

#![cfg(feature = "discord")]

#[path = "support/bot.rs"]
mod bot;

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use bot::*;
use caseclerk::discord::sentences;
use caseclerk::reply::APOLOGY;
use jiff::civil::date;
use serde_json::json;

const STATUS: &str = "is the linkedin case over";
const NONSENSE: &str = "how long do I boil an egg";

#[test]
fn a_question_is_answered_privately_with_source_and_stamp() {
    let answer = TestBot::new().ask(MEMBER, STATUS);
    answer.shows("dropped").shows("](http").shows("Standing");
    assert!(answer.is_private() && answer.is_stamped() && answer.has("Post to channel"));
}

#[test]
fn in_a_direct_message_nothing_is_private_and_nothing_is_posted() {
    let answer = TestBot::new().ask(FRIEND, STATUS);
    assert!(!answer.is_private() && answer.is_stamped() && !answer.has("Post to channel"));
}

#[test]
fn the_member_chooses_who_sees_it() {
    let shown = TestBot::new().slash(MEMBER, "ask", json!({"question": STATUS, "private": false}));
    assert!(!shown.is_private() && !shown.has("Post to channel"));
}

#[test]
fn the_operator_chooses_by_channel() {
    let bot = TestBot::with(&[("CASECLERK_DISCORD_PUBLIC_CHANNELS", "10")]);
    assert!(!bot.ask(MEMBER, STATUS).is_private());
    let bot = TestBot::with(&[
        ("CASECLERK_DISCORD_VISIBILITY", "public"),
        ("CASECLERK_DISCORD_PRIVATE_CHANNELS", "10"),
    ]);
    assert!(bot.ask(MEMBER, STATUS).is_private());
}

#[test]
fn suggestions_lead_to_entries() {
    let bot = TestBot::new();
    let suggested = bot.complete(MEMBER, "ask", "question", "opt ou");
    bot.ask(MEMBER, &suggested[0].1).shows("opt").shows("Sources");
    assert!(!bot.complete(MEMBER, "ask", "question", "").is_empty());
    assert_eq!(bot.complete(MEMBER, "status", "question", "opt"), []);
}

#[test]
fn quotations_are_suggested_and_shown() {
    let bot = TestBot::new();
    let suggested = bot.complete(MEMBER, "quote", "words", "");
    bot.slash(MEMBER, "quote", json!({"words": suggested[0].1})).shows("Standing").shows("Read in");
}

#[test]
fn an_honest_no() {
    let no = TestBot::new().ask(MEMBER, NONSENSE);
    no.shows("no vetted answer");
    assert!(no.is_stamped() && !no.has("Post to channel") && !no.text().contains("egg"));
}

#[test]
fn every_sheet_works_for_everybody() {
    let bot = TestBot::new();
    let sheets = [
        ("status", "5:25-cv-00709"),
        ("optout", "Data for Generative AI Improvement"),
        ("timeline", "2024"),
        ("sources", "reliability"),
        ("about", "legal advice"),
    ];
    for (name, words) in sheets {
        for who in [MEMBER, FRIEND] {
            let shown = bot.slash(who, name, json!({}));
            shown.shows(words);
            assert!(shown.is_stamped(), "{name}");
        }
    }
    assert!(bot.slash(MEMBER, "optout", json!({})).has("Open the setting"));
}

#[test]
fn pages_are_turned_in_place() {
    let bot = TestBot::new();
    let first = bot.slash(MEMBER, "sources", json!({}));
    let second = bot.press(MEMBER, &first, sentences::NEXT_PAGE);
    assert_eq!(second.kind, 7);
    second.shows("Page 2 of");
    assert!(second.has(sentences::PREVIOUS_PAGE));
}

#[test]
fn a_private_answer_is_posted_once_with_the_name_and_without_a_ping() {
    let bot = TestBot::new();
    let answer = bot.ask(MEMBER, STATUS);
    let posted = bot.press(MEMBER, &answer, "Post to channel");
    posted.shows("Shared by <@1>");
    assert!(!posted.is_private() && posted.is_stamped() && !posted.has("Post to channel"));
    assert!(
        bot.press(MEMBER, &answer, "Post to channel").shows(sentences::ALREADY_POSTED).is_private()
    );
}

#[test]
fn who_may_not_write_may_not_post() {
    let bot = TestBot::new();
    let answer = bot.ask(SILENCED, STATUS);
    assert!(
        bot.press(SILENCED, &answer, "Post to channel").shows(sentences::MAY_NOT_POST).is_private()
    );
}

#[test]
fn a_related_question_opens_beside_the_answer() {
    let bot = TestBot::new();
    let related = bot.choose(MEMBER, &bot.ask(MEMBER, STATUS));
    assert!(related.kind == 4 && related.is_private() && related.is_stamped());
}

#[test]
fn a_choice_is_turned_over_by_whoever_asked() {
    let bot = TestBot::new();
    let choice = some_choice(&bot);
    assert_eq!(bot.choose(MEMBER, &choice).kind, 7);
    let by_another = bot.choose(OTHER, &choice);
    assert!(by_another.kind == 4 && by_another.is_private());
}

#[test]
fn none_of_these_says_what_happens_next() {
    let bot = TestBot::new();
    let none = bot.press(MEMBER, &some_choice(&bot), "None of these");
    assert!(none.kind == 7 && none.is_stamped());
    none.shows("other words");
}

/// A public message in which the bot asks back.
fn some_choice(bot: &TestBot) -> Shown {
    let vague = [
        "who",
        "data",
        "settings changed?",
        "what did linkedin do",
        "lawsuit linkedin",
        "linkedin messages",
        "ai training data",
    ];
    let shown = vague
        .iter()
        .map(|words| bot.slash(MEMBER, "ask", json!({"question": words, "private": false})));
    shown.into_iter().find(|shown| shown.has("None of these")).expect("one of these is ambiguous")
}

#[test]
fn a_message_is_checked_privately() {
    let bot = TestBot::new();
    let checked =
        bot.check(MEMBER, json!({"content": "lol we all get 1000 dollars from linkedin"}));
    assert!(checked.is_private() && checked.is_stamped());
    let forwarded = json!({"content": "", "message_snapshots": [{"message": {"content": STATUS}}]});
    bot.check(MEMBER, forwarded).shows("dropped");
    let components = json!({"content": "", "components": [{"type": 17, "components": [{"type": 10, "content": STATUS}]}]});
    bot.check(MEMBER, components).shows("dropped");
    bot.check(MEMBER, json!({"content": " "})).shows(sentences::NOTHING_TO_READ);
}

#[test]
fn mentions_and_direct_messages_are_answered_and_nothing_else() {
    let bot = TestBot::new();
    assert!(bot.say(MEMBER, &format!("<@{BOT}> {STATUS}?")).unwrap().is_stamped());
    assert!(bot.say(FRIEND, STATUS).unwrap().is_stamped());
    assert!(bot.say(MEMBER, "no bot was asked here").is_none());
    bot.say(MEMBER, &format!("<@{BOT}>")).unwrap().shows("How to ask").shows("/ask");
}

#[test]
fn other_programs_are_ignored() {
    let bot = TestBot::new();
    let message = |author, more: serde_json::Value| {
        let mut message = json!({"id": "1", "channel_id": "2", "author": author, "content": STATUS, "mentions": []});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    assert!(bot.hear(&message(json!({"id": "8"}), json!({}))).is_some());
    assert!(bot.hear(&message(json!({"id": "8", "bot": true}), json!({}))).is_none());
    assert!(bot.hear(&message(json!({"id": BOT.to_string()}), json!({}))).is_none());
    assert!(bot.hear(&message(json!({"id": "8"}), json!({"webhook_id": "8"}))).is_none());
    assert!(bot.hear(&message(json!({"id": "8"}), json!({"type": 7}))).is_none());
}

#[test]
fn forged_buttons_explain_themselves() {
    let bot = TestBot::new();
    let answer = bot.ask(MEMBER, STATUS);
    for forged in [
        "",
        "nonsense",
        "page:quote:1",
        "page:faq:0",
        "post:/nothing",
        "pick",
        "open",
        "page:status:x",
    ] {
        assert!(
            bot.press_id(MEMBER, &answer, forged, &[])
                .shows(sentences::UNKNOWN_BUTTON)
                .is_private(),
            "{forged}"
        );
    }
    bot.press_id(MEMBER, &answer, "pick", &["no/such-entry"]).shows("no vetted answer");
    bot.press_id(MEMBER, &answer, "post:no/such-entry", &[]).shows("no vetted answer");
    bot.press_id(MEMBER, &answer, "page:status:99999", &[]).shows("5:25-cv-00709");
    bot.send(MEMBER, json!({"type": 5, "data": {"custom_id": "x"}}))
        .shows(sentences::UNKNOWN_BUTTON);
    bot.slash(MEMBER, "removed", json!({})).shows(sentences::UNKNOWN_COMMAND);
}

#[test]
fn a_panic_costs_one_answer_and_leaves_a_reference() {
    static DAYS: AtomicUsize = AtomicUsize::new(0);
    let bot = TestBot::by(|| match DAYS.fetch_add(1, Ordering::Relaxed) {
        0 | 2 => panic!("no day today"),
        _ => date(2026, 11, 20),
    });
    assert!(bot.ask(MEMBER, STATUS).shows(APOLOGY).shows("reference").is_private());
    assert!(bot.ask(MEMBER, STATUS).is_stamped());
    bot.say(FRIEND, STATUS).unwrap().shows(APOLOGY);
    assert!(bot.say(FRIEND, STATUS).unwrap().is_stamped());
}

#[test]
fn nothing_that_was_typed_is_repeated() {
    let bot = TestBot::new();
    for typed in [
        "@everyone is it over",
        "<@&1> <@1> @here status of the case",
        "](http://x) `@everyone` **is the case over",
    ] {
        assert!(!bot.ask(MEMBER, typed).text().contains("<@"));
        assert!(!bot.say(FRIEND, typed).unwrap().text().contains("<@"));
    }
}

#[test]
fn too_many_questions_are_put_off_kindly() {
    let bot = TestBot::with(&[
        ("CASECLERK_DISCORD_MEMBER_QUESTIONS", "2"),
        ("CASECLERK_DISCORD_MEMBER_SECONDS", "1000"),
    ]);
    let questions = [STATUS; 3].map(|question| bot.ask(MEMBER, question));
    assert!(questions[1].is_stamped());
    assert!(questions[2].shows("Please ask again in").is_private());
    assert!(bot.ask(OTHER, STATUS).is_stamped());
    assert!(bot.say(MEMBER, &format!("<@{BOT}> {STATUS}")).is_none());
}

#[test]
fn a_channel_that_had_enough_is_spared() {
    let bot = TestBot::with(&[
        ("CASECLERK_DISCORD_CHANNEL_REPLIES", "1"),
        ("CASECLERK_DISCORD_CHANNEL_SECONDS", "1000"),
    ]);
    let public = || bot.slash(MEMBER, "ask", json!({"question": STATUS, "private": false}));
    assert!(!public().is_private());
    assert!(public().is_private());
    assert!(bot.say(OTHER, &format!("<@{BOT}> {STATUS}")).is_none());
}

#[test]
fn only_moderators_of_the_own_server_have_the_desk() {
    let bot = TestBot::new();
    for command in ["faq reload", "faq check", "faq show"] {
        let refused = bot.slash(MEMBER, command, json!({}));
        assert!(refused.shows(sentences::DESK_NOT_YOU).is_private() && refused.later.is_none());
        bot.slash(MODERATOR_ELSEWHERE, command, json!({})).shows(sentences::DESK_ELSEWHERE);
        bot.slash(FRIEND, command, json!({})).shows(sentences::DESK_ELSEWHERE);
    }
    assert_eq!(bot.complete(MEMBER, "faq show", "entry", ""), []);
}

#[test]
fn the_desk_shows_an_entry_with_its_evidence() {
    let bot = TestBot::new();
    let suggested = bot.complete(MODERATOR, "faq show", "entry", "payout/");
    let shown = bot.slash(MODERATOR, "faq show", json!({"entry": suggested[0].1}));
    assert!(shown.shows("Phrasings").shows("Rests on").shows("Vetted on").is_private());
    bot.slash(MODERATOR, "faq show", json!({"entry": "no/such"})).shows(sentences::DESK_NO_ENTRY);
}

#[test]
fn the_desk_shows_every_entry_to_its_end() {
    let bot = TestBot::new();
    for folder in fs::read_dir("faq/answers").unwrap().map(|folder| folder.unwrap().path()) {
        for file in fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
            let id = file.strip_prefix("faq/answers").unwrap().with_extension("");
            bot.slash(MODERATOR, "faq show", json!({"entry": id}))
                .shows("Rests on")
                .shows(" more in answers/");
        }
    }
}

#[test]
fn the_desk_says_why_a_question_is_answered_as_it_is() {
    let bot = TestBot::new();
    let why = bot.slash(MODERATOR, "faq show", json!({"question": "is the linkdin lawsuit over"}));
    assert!(why.is_private() && why.is_stamped());
    why.shows("status/is-it-over").shows("Confidence").shows("linkdin").shows("people ask with it");
    bot.slash(MODERATOR, "faq show", json!({"question": "  "})).shows(sentences::DESK_SHOW_WHAT);
    bot.slash(MEMBER, "faq show", json!({"question": "is it over"})).shows(sentences::DESK_NOT_YOU);
}

#[test]
fn a_reload_reports_what_changed_and_an_error_changes_nothing() {
    let faq = tempfile::tempdir().unwrap();
    copy(std::path::Path::new("faq"), faq.path());
    let bot = TestBot::over_faq(faq.path());
    let reload = || {
        let promised = bot.slash(MODERATOR, "faq reload", json!({}));
        assert!(promised.kind == 5 && promised.is_private());
        bot.slash(MODERATOR, "faq reload", json!({})).shows(sentences::DESK_BUSY);
        bot.router.finish(promised.later.unwrap()).body()["content"].as_str().unwrap().to_owned()
    };
    assert!(reload().contains("Reloaded: 0 added, 0 changed, 0 withdrawn"));
    let entry = faq.path().join("answers/court/judge.md");
    let text = std::fs::read_to_string(&entry).unwrap();
    std::fs::write(&entry, "this is no entry").unwrap();
    let refused = reload();
    assert!(
        refused.contains("Nothing was changed") && refused.contains("answers/court/judge.md:1"),
        "{refused}"
    );
    assert!(bot.ask(MEMBER, "court/judge").is_stamped());
    std::fs::write(&entry, text.trim_end().to_owned() + " It is one more sentence.\n").unwrap();
    assert!(reload().contains("0 added, 1 changed, 0 withdrawn"));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

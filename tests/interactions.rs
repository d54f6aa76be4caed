//! Tests every command, button and failure in Discord with the tiny FAQ: from the JSON that Discord
//! sends, through the real router, to the JSON that Discord receives.

#![cfg(feature = "discord")]

#[path = "support/bot.rs"]
mod bot;
#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use bot::*;
use caseclerk::discord::desk::DeskAction;
use caseclerk::discord::interaction::router::{Deferred, Report};
use caseclerk::discord::sentences;
use caseclerk::discord::sentences::SHARE;
use caseclerk::reply::APOLOGY;
use jiff::civil::date;
use serde_json::json;
use tiny::{TODAY, Tiny};

const STATUS: &str = "has the lamp suit ended";
/// Words of the answer to it.
const ENDED: &str = "The plaintiff ended it";
const NONSENSE: &str = "how long do I boil an egg";

#[test]
fn a_question_is_answered_privately_with_source_and_stamp() {
    let answer = TestBot::new().ask(MEMBER, STATUS);
    answer.shows(ENDED).shows("](http").shows("Sources: ");
    assert!(answer.is_private() && answer.is_stamped() && answer.has(SHARE));
}

#[test]
fn in_a_direct_message_nothing_is_private_and_nothing_is_posted() {
    let answer = TestBot::new().ask(FRIEND, STATUS);
    assert!(!answer.is_private() && answer.is_stamped() && !answer.has(SHARE));
}

#[test]
fn the_member_chooses_who_sees_it() {
    let shown = TestBot::new().slash(MEMBER, "ask", json!({"question": STATUS, "private": false}));
    assert!(!shown.is_private() && !shown.has(SHARE));
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
    let suggested = bot.complete(MEMBER, "ask", "question", "lamp su");
    bot.ask(MEMBER, &suggested[0].1).shows(ENDED).shows("Sources");
    assert!(!bot.complete(MEMBER, "ask", "question", "").is_empty());
    assert_eq!(bot.complete(MEMBER, "status", "question", "lamp"), []);
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
    assert!(no.is_stamped() && !no.has(SHARE) && !no.text().contains("egg"));
}

#[test]
fn every_sheet_works_for_everybody() {
    let bot = TestBot::new();
    // Words that are on no other page, unlike the stamp and the disclaimer.
    let sheets = [
        ("status", "3:24-cv-00042"),
        ("light", "Reading light"),
        ("timeline", "Lantern writes about its lamps"),
        ("sources", "2 sources"),
        ("about", "About Caseclerk"),
        ("help", "/ask"),
    ];
    for (name, words) in sheets {
        for who in [MEMBER, FRIEND] {
            let shown = bot.slash(who, name, json!({}));
            shown.shows(words);
            assert!(shown.is_stamped(), "{name}");
        }
    }
    assert!(bot.slash(MEMBER, "light", json!({})).has("Open the setting"));
}

#[test]
fn pages_are_chosen_in_place() {
    let copy = Tiny::new();
    let sources = fs::read_to_string(copy.faq().join("sources.toml")).unwrap();
    let more: String = (0..40).map(another_source).collect();
    copy.write("sources.toml", sources + &more);
    let bot = TestBot::over_copy(&copy);
    let first = bot.slash(MEMBER, "sources", json!({}));
    let another = bot.choose_option(MEMBER, &first, 5);
    assert_eq!(another.kind, 7);
    another.shows("Reliability: ");
    // Earlier versions had a button for the next page.
    let by_button = bot.press_id(MEMBER, &first, "page:sources:5", &[]);
    assert_eq!(by_button.text(), another.text());
    let public = bot.slash(MEMBER, "sources", json!({"private": false}));
    assert!(bot.choose_option(OTHER, &public, 5).is_private());
}

#[test]
fn the_timeline_begins_with_its_end() {
    let copy = Tiny::new();
    let timeline = fs::read_to_string(copy.faq().join("timeline.toml")).unwrap();
    let earlier: String = (1..30).map(another_event).collect();
    copy.write("timeline.toml", earlier + &timeline);
    let bot = TestBot::over_copy(&copy);
    let shown = bot.slash(MEMBER, "timeline", json!({}));
    shown.shows("4 March 2024");
    bot.choose_option(MEMBER, &shown, 0).shows("1 January 2020");
}

fn another_event(day: usize) -> String {
    format!(
        r#"
[[events]]
date = 2020-01-{day:02}
what = "Something happened on this day that takes a few words to tell, as most things do."
standing = "press"
citations = [{{ source = "gazette" }}]
"#
    )
}

fn another_source(number: usize) -> String {
    format!(
        r#"
[gazette-{number}]
publisher = "The Rivertown Gazette"
title = "Report number {number} on the suit about the lamps, with everything that was said in court"
date = 2024-03-16
url = "https://example.com/gazette/{number}"
kind = "press"
read_as = "original"
reliability = "medium"
checked = 2026-01-10
"#
    )
}

#[test]
fn an_answer_is_posted_once_after_a_question_and_without_a_ping() {
    let bot = TestBot::new();
    let answer = bot.ask(MEMBER, STATUS);
    let question = bot.press(MEMBER, &answer, SHARE);
    assert!(question.is_private());
    let posted = bot.press(MEMBER, &question, sentences::POST);
    posted.shows(ENDED);
    assert!(!posted.is_private() && posted.is_stamped() && !posted.has(SHARE));
    assert!(!posted.text().contains("Shared by"));
    let question = bot.press(MEMBER, &answer, SHARE);
    let again = bot.press(MEMBER, &question, sentences::POST_WITH_NAME);
    assert!(again.shows(sentences::ALREADY_POSTED).is_private());
}

#[test]
fn the_name_is_posted_if_the_member_wants_it() {
    let bot = TestBot::new();
    for shown in [bot.ask(MEMBER, STATUS), bot.slash(MEMBER, "status", json!({}))] {
        let bot = TestBot::new();
        let question = bot.press(MEMBER, &shown, SHARE);
        let posted = bot.press(MEMBER, &question, sentences::POST_WITH_NAME);
        posted.shows("Shared by <@1>");
        assert!(!posted.is_private() && posted.is_stamped());
    }
}

#[test]
fn what_was_posted_can_be_removed_by_who_posted_it_and_by_moderators() {
    let bot = TestBot::new();
    let question = bot.press(MEMBER, &bot.ask(MEMBER, STATUS), SHARE);
    let posted = bot.press(MEMBER, &question, sentences::POST);
    for allowed in [MEMBER, MODERATOR] {
        let removal = bot.press(allowed, &posted, sentences::REMOVE);
        assert_eq!((removal.kind, removal.deferred), (6, Some(Deferred::DeleteMessage)));
    }
    let refused = bot.press(OTHER, &posted, sentences::REMOVE);
    assert!(refused.shows(sentences::MAY_NOT_REMOVE).is_private() && refused.deferred.is_none());
}

#[test]
fn who_may_not_write_may_not_post() {
    let bot = TestBot::new();
    let member_may_not = [SILENCED, ONLY_IN_THREADS, NOT_IN_THREADS];
    let member_may_not = member_may_not.map(|who| (who, sentences::MAY_NOT_POST));
    let bot_may_not = [WITHOUT_BOT, IN_A_THREAD_WITHOUT_BOT];
    let bot_may_not = bot_may_not.map(|who| (who, sentences::BOT_MAY_NOT_POST));
    for (refused, sentence) in member_may_not.into_iter().chain(bot_may_not) {
        let answer = bot.ask(refused, STATUS);
        // The member may lose the right between the question and the answer to it.
        let question = bot.press(MEMBER, &answer, SHARE);
        for response in
            [bot.press(refused, &answer, SHARE), bot.press(refused, &question, sentences::POST)]
        {
            assert!(response.shows(sentence).is_private());
        }
        let public = bot.slash(refused, "ask", json!({"question": STATUS, "private": false}));
        assert!(public.is_private());
        let related = bot.choose(refused, &answer);
        assert!(related.is_private() && related.kind == 4, "{related:?}");
    }
    let question = bot.press(IN_A_THREAD, &bot.ask(IN_A_THREAD, STATUS), SHARE);
    assert!(!bot.press(IN_A_THREAD, &question, sentences::POST).is_private());
}

#[test]
fn the_evidence_is_a_tap_away_and_private() {
    let bot = TestBot::new();
    let public = bot.slash(MEMBER, "ask", json!({"question": STATUS, "private": false}));
    let label = public.labels().find(|label| label.starts_with("Sources (")).unwrap();
    for who in [MEMBER, OTHER] {
        let evidence = bot.press(who, &public, &label);
        evidence.shows("**Sources**").shows("The Rivertown Gazette");
        assert!(evidence.kind == 4 && evidence.is_private() && evidence.is_stamped());
    }
    let direct = bot.ask(FRIEND, STATUS);
    assert!(!bot.press(FRIEND, &direct, &label).is_private());
}

#[test]
fn the_link_of_a_topic_is_under_each_of_its_answers() {
    let bot = TestBot::new();
    assert!(bot.ask(MEMBER, "money/will-i-be-paid").has("Read about claims"));
    assert!(!bot.ask(MEMBER, STATUS).has("Read about claims"));
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

/// A public message in which the bot offers a choice.
fn some_choice(bot: &TestBot) -> Shown {
    let vague = ["suit", "lamp", "money", "letters", "claimed or paid", "what about the case"];
    let shown = vague
        .iter()
        .map(|words| bot.slash(MEMBER, "ask", json!({"question": words, "private": false})));
    shown.into_iter().find(|shown| shown.has("None of these")).expect("one of these is ambiguous")
}

#[test]
fn a_message_is_checked_privately() {
    let bot = TestBot::new();
    let checked = bot.check(MEMBER, &json!({"content": "lol do lamp owners get any money"}));
    assert!(checked.is_private() && checked.is_stamped());
    let forwarded =
        json!({"message_snapshots": [{"message": discord_json::message(7, 2, None, STATUS)}]});
    bot.check(MEMBER, &forwarded).shows(ENDED);
    bot.check(MEMBER, &json!({"embeds": [{"title": STATUS}]})).shows(ENDED);
    let unknown_component = discord_json::message_with_unknown_component(5, 2, STATUS);
    bot.check(MEMBER, &unknown_component).shows(ENDED);
    bot.check(MEMBER, &json!({"content": " "})).shows(sentences::NOTHING_TO_READ);
}

/// Markup that would change the decision if it became words.
const MARKED: &[&str] = &[
    "<a:party_blob:100000000000000001> {}",
    "<@100000000000000001> # {} <t:1700000000:R>",
    "</ask:100000000000000001> [{}](https://example.com/boiled-eggs)",
    "```text\n{}\n``` https://discord.com/channels/1/2/3 1️⃣",
];

#[test]
fn a_question_with_markup_is_answered_as_without_it() {
    let bot = TestBot::new();
    let (asked, said) = (bot.ask(MEMBER, STATUS), bot.say(FRIEND, STATUS).unwrap());
    let checked = bot.check(MEMBER, &json!({"content": STATUS}));
    let suggested = bot.complete(MEMBER, "ask", "question", STATUS);
    let why = bot.slash(MODERATOR, "faq show", json!({"question": STATUS}));
    for marked in MARKED.iter().map(|marked| marked.replace("{}", STATUS)) {
        assert_eq!(bot.ask(MEMBER, &marked).data, asked.data, "{marked}");
        let in_chat = bot.say(FRIEND, &marked).unwrap();
        assert_eq!(in_chat.data["embeds"], said.data["embeds"], "{marked}");
        let mention = bot.say(MEMBER, &format!("<@{BOT}> {marked}")).unwrap();
        assert_eq!(mention.data["embeds"], said.data["embeds"], "{marked}");
        let on_message = bot.check(MEMBER, &json!({"content": marked}));
        assert_eq!(on_message.data, checked.data, "{marked}");
        let explained = bot.slash(MODERATOR, "faq show", json!({"question": marked}));
        assert_eq!(explained.deferred, why.deferred, "{marked}");
        assert_eq!(bot.complete(MEMBER, "ask", "question", &marked), suggested, "{marked}");
    }
}

#[test]
fn markup_alone_is_an_empty_question() {
    let bot = TestBot::new();
    let (empty, help) = (bot.ask(MEMBER, ""), bot.say(MEMBER, &format!("<@{BOT}>")).unwrap());
    for marked in ["<@2> <:blob:3>", "👍", "</ask:1>", "@everyone"] {
        assert_eq!(bot.ask(MEMBER, marked).data, empty.data, "{marked}");
        let mention = bot.say(MEMBER, &format!("<@{BOT}> {marked}")).unwrap();
        assert_eq!(mention.data["embeds"], help.data["embeds"], "{marked}");
        bot.check(MEMBER, &json!({"content": marked})).shows(sentences::NOTHING_TO_READ);
        let with_embed = json!({"content": marked, "embeds": [{"title": STATUS}]});
        bot.check(MEMBER, &with_embed).shows(ENDED);
    }
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
    let by_person = discord_json::message(1, 8, None, STATUS);
    assert!(bot.hear(by_person.clone()).is_some());
    let by_this_bot = discord_json::message(1, BOT, None, STATUS);
    assert!(bot.hear(by_this_bot).is_none());
    let mut by_bot = by_person.clone();
    by_bot["author"]["bot"] = json!(true);
    assert!(bot.hear(by_bot).is_none());
    let mut by_webhook = by_person.clone();
    by_webhook["webhook_id"] = json!("8");
    assert!(bot.hear(by_webhook).is_none());
    let mut by_discord = by_person;
    by_discord["type"] = json!(7);
    assert!(bot.hear(by_discord).is_none());
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
        "post:6:/nothing",
        "post:no/such-entry",
        "pages:sources:0",
        "pick",
        "open",
        "page:status:x",
        // Without a store, nobody counts it.
        "helpful:status/is-it-over",
    ] {
        assert!(
            bot.press_id(MEMBER, &answer, forged, &[])
                .shows(sentences::UNKNOWN_BUTTON)
                .is_private(),
            "{forged}"
        );
    }
    bot.press_id(MEMBER, &answer, "pick", &["no/such-entry"]).shows("no vetted answer");
    bot.press_id(MEMBER, &answer, "evidence:no/such-entry", &[]).shows("no vetted answer");
    bot.press_id(MEMBER, &answer, "post:6:no/such-entry", &[]).shows("no vetted answer");
    assert!(bot.press_id(MEMBER, &answer, "page:status:99999", &[]).is_stamped());
    let modal = json!({"custom_id": "x", "components": []});
    bot.send(MEMBER, 5, modal, None).shows(sentences::UNKNOWN_BUTTON);
    bot.slash(MEMBER, "removed", json!({})).shows(sentences::UNKNOWN_COMMAND);
}

#[test]
fn a_panic_costs_one_answer_and_leaves_a_reference() {
    static DAYS: AtomicUsize = AtomicUsize::new(0);
    let bot = TestBot::by(|| match DAYS.fetch_add(1, Ordering::Relaxed) {
        0 | 2 => panic!("no day today"),
        _ => TODAY,
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
        "<@&1> <@1> @here status of the suit",
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
fn only_moderators_of_the_operators_server_may_moderate() {
    let bot = TestBot::new();
    for command in ["faq reload", "faq check", "faq show"] {
        let refused = bot.slash(MEMBER, command, json!({}));
        assert!(
            refused.shows(sentences::NOT_A_MODERATOR).is_private() && refused.deferred.is_none()
        );
        bot.slash(MODERATOR_ELSEWHERE, command, json!({})).shows(sentences::MODERATION_ELSEWHERE);
        bot.slash(FRIEND, command, json!({})).shows(sentences::MODERATION_ELSEWHERE);
    }
    assert_eq!(bot.complete(MEMBER, "faq show", "entry", ""), []);
}

/// Every command, button and menu of the desk, for everybody who is no moderator. A button can be
/// forged, or come from a message that a moderator left open.
#[test]
fn a_server_has_its_own_visibility_and_contact() {
    let bot = TestBot::configured(
        "[servers.701]\nmoderators = true\nvisibility = \"public\"\ncontact = \"#faq-help\"\n",
    );
    let elsewhere = MODERATOR_ELSEWHERE;
    assert!(bot.ask(MODERATOR, STATUS).is_private());
    assert!(!bot.ask(elsewhere, STATUS).is_private());
    assert!(!bot.slash(MODERATOR, "about", json!({})).text().contains("Contact:"));
    bot.slash(elsewhere, "about", json!({})).shows("Contact: #faq-help");
    // Both look after the FAQ.
    for who in [MODERATOR, elsewhere] {
        let response = bot.slash(who, "faq check", json!({}));
        assert!(matches!(response.deferred, Some(Deferred::Report(_))), "{response:?}");
        bot.router.report(Report::Check);
    }
}

#[test]
fn the_desk_is_for_moderators_of_the_operators_server() {
    let bot = TestBot::new();
    let nobody = [
        (MEMBER, sentences::NOT_A_MODERATOR),
        (MODERATOR_ELSEWHERE, sentences::MODERATION_ELSEWHERE),
        (FRIEND, sentences::MODERATION_ELSEWHERE),
    ];
    let hold = json!({"entry": "everything", "reason": "none"});
    let commands = ["faq gaps", "faq release", "faq audit", "faq hold", "faq stats"];
    let buttons = [
        "gaps",
        "gap:1",
        "propose:1:status/is-it-over",
        "teach:1:status/is-it-over",
        "holds",
        "not-for-us:1",
        "release:1",
        "audit",
        "undo:1",
        "outdated",
        "correct",
        "correct:status/is-it-over",
        "leave",
        "corrections",
        "stats:30",
        "draft:1",
        "checked",
        "put-aside:1",
        "explain",
        "propose-words:status/is-it-over",
        "teach-words:status/is-it-over",
    ];
    let menus = [
        ("choose:gap", "1"),
        ("choose:propose:1", "a/b"),
        ("choose:undo", "1"),
        ("choose:correct", "status/is-it-over"),
        ("choose:propose-words", "a/b"),
    ];
    let shown = bot.ask(MODERATOR, STATUS);
    let evidence = json!([{"type": 1, "components": [
        {"type": 2, "style": 2, "label": "Sources (2)", "custom_id": "evidence:status/is-it-over"},
    ]}]);
    for (who, refusal) in nobody {
        let refuse = |response: Shown| {
            assert!(response.shows(refusal).is_private() && response.deferred.is_none());
        };
        for command in commands {
            refuse(bot.slash(who, command, hold.clone()));
        }
        for button in buttons {
            refuse(bot.press_id(who, &shown, button, &[]));
        }
        for (menu, chosen) in menus {
            refuse(bot.press_id(who, &shown, menu, &[chosen]));
        }
        refuse(bot.press_id(who, &shown, "find:1", &[]));
        refuse(bot.hold_shown(who, evidence.clone()));
        for form in ["hold:status/is-it-over", "find:1"] {
            refuse(bot.fill_in(who, form));
        }
        assert_eq!(bot.complete(who, "faq hold", "entry", ""), []);
    }
    for button in buttons {
        let response = bot.press_id(MODERATOR, &shown, button, &[]);
        let Some(Deferred::Desk(task)) = &response.deferred else { panic!("{response:?}") };
        assert!([6, 7].contains(&response.kind) && task.by.get() == MODERATOR.id, "{response:?}");
    }
    assert_eq!(bot.press_id(MODERATOR, &shown, "find:1", &[]).kind, 9);
    assert_eq!(bot.hold_shown(MODERATOR, evidence).kind, 9);
    bot.hold_shown(MODERATOR, json!([])).shows(sentences::NO_ANSWER_TO_HOLD);
    for form in ["hold:status/is-it-over", "find:1"] {
        let response = bot.fill_in(MODERATOR, form);
        assert!(matches!(response.deferred, Some(Deferred::Desk(_))), "{response:?}");
    }
    let day = json!({"entry": "everything", "reason": "the judge spoke", "until": "tomorrow"});
    let refused = bot.slash(MODERATOR, "faq hold", day);
    refused.shows("do not understand the day “tomorrow”").shows("the judge spoke");
    let scopes = bot.complete(MODERATOR, "faq hold", "entry", "");
    assert!(scopes.iter().any(|(_, value)| value == "everything"), "{scopes:?}");
    assert!(scopes.iter().any(|(_, value)| value == "topic money"), "{scopes:?}");
}

#[test]
fn a_moderator_sees_an_entry_with_its_evidence() {
    let bot = TestBot::new();
    let suggested = bot.complete(MODERATOR, "faq show", "entry", "money/will");
    let shown = bot.slash(MODERATOR, "faq show", json!({"entry": suggested[0].1}));
    assert!(shown.shows("Phrasings").shows("Rests on").shows("Vetted on").is_private());
    let by_title = bot.slash(MODERATOR, "faq show", json!({"entry": "is the case over"}));
    by_title.shows("status/is-it-over");
    bot.slash(MODERATOR, "faq show", json!({"entry": "no/such"})).shows(sentences::NO_SUCH_ENTRY);
}

#[test]
fn a_moderator_sees_an_entry_to_its_end() {
    let copy = Tiny::new();
    let phrasings: String =
        (0..60).map(|number| format!("  \"has lamp suit number {number} ended\",\n")).collect();
    copy.edit(
        "answers/status/is-it-over.md",
        "phrasings = [\n",
        &format!("phrasings = [\n{phrasings}"),
    );
    TestBot::over_copy(&copy)
        .slash(MODERATOR, "faq show", json!({"entry": "status/is-it-over"}))
        .shows("Rests on")
        .shows(" more in answers/status/is-it-over.md");
}

#[test]
fn a_moderator_sees_why_a_question_is_answered_as_it_is() {
    let bot = TestBot::new();
    let why = bot.slash(MODERATOR, "faq show", json!({"question": "has the **suit** ended"}));
    let Some(Deferred::Desk(task)) = &why.deferred else { panic!("{why:?}") };
    assert_eq!(task.action, DeskAction::Explain("has the suit ended".to_owned()));
    assert!(why.is_private());
    bot.slash(MODERATOR, "faq show", json!({"question": "  "})).shows(sentences::NOTHING_TO_SHOW);
    bot.slash(MEMBER, "faq show", json!({"question": "is it over"}))
        .shows(sentences::NOT_A_MODERATOR);
}

#[test]
fn the_statistics_look_back_on_the_days_that_the_command_offers() {
    let bot = TestBot::new();
    let looks_back = |options| match bot.slash(MODERATOR, "faq stats", options).deferred {
        Some(Deferred::Desk(task)) => task.action,
        other => panic!("{other:?}"),
    };
    assert_eq!(looks_back(json!({})), DeskAction::Stats(30));
    assert_eq!(looks_back(json!({"days": 90})), DeskAction::Stats(90));
    assert_eq!(looks_back(json!({"days": 1_000_000})), DeskAction::Stats(30));
}

#[test]
fn a_reload_reports_what_changed_and_an_error_changes_nothing() {
    let copy = Tiny::new();
    let bot = TestBot::over_copy(&copy);
    let reload = || {
        let promised = bot.slash(MODERATOR, "faq reload", json!({}));
        assert!(promised.kind == 5 && promised.is_private());
        bot.slash(MODERATOR, "faq reload", json!({})).shows(sentences::RELOAD_RUNNING);
        let Some(Deferred::Report(report)) = promised.deferred else { panic!("no report") };
        let report = json!(bot.router.report(report).edit_response());
        assert_eq!(report["allowed_mentions"], nobody());
        report["content"].as_str().unwrap().to_owned()
    };
    assert!(reload().contains("Reloaded: 0 added, 0 changed, 0 withdrawn"));
    let entry = "answers/money/will-i-be-paid.md";
    let text = fs::read_to_string(copy.faq().join(entry)).unwrap();
    copy.write(entry, "this is no entry");
    let refused = reload();
    assert!(
        refused.contains("Nothing was changed") && refused.contains(&format!("{entry}:1")),
        "{refused}"
    );
    assert!(bot.ask(MEMBER, "money/will-i-be-paid").is_stamped());
    copy.write(entry, text.trim_end().to_owned() + " This is one more sentence.\n");
    assert!(reload().contains("0 added, 1 changed, 0 withdrawn"));
    // What lint warns of, moderators see too.
    copy.edit(entry, "as_of = 2026-01-10", "as_of = 2027-11-22");
    let warned = reload();
    assert!(warned.contains("future-date") && warned.contains("22 November 2027"), "{warned}");
}

#[test]
fn a_report_that_does_not_fit_into_a_message_comes_as_a_file() {
    let copy = Tiny::new();
    let bot = TestBot::over_copy(&copy);
    let short = bot.router.report(Report::Check);
    // Nobody has checked the status of the tiny case for a while.
    assert!(short.content().contains("A reload would do this") && short.file().is_none());
    let stale = "Nobody has checked the status of the case since 10 January 2026";
    let later = TestBot::over_copy_by(&copy, || date(2026, 12, 24)).router.report(Report::Check);
    assert!(!short.content().contains(stale) && later.content().contains(stale));
    for number in 10..50 {
        copy.write(&format!("answers/money/entry-{number}.md"), "this is no entry");
    }
    let long = bot.router.report(Report::Check);
    let file = long.file().expect("a file");
    let whole = String::from_utf8(file.data.clone()).expect("text");
    assert!(long.content().contains("more lines in the file"), "{}", long.content());
    assert_eq!(long.overruns(), [""; 0]);
    for number in 10..50 {
        assert!(whole.contains(&format!("answers/money/entry-{number}.md:1")), "{whole}");
    }
}

#[test]
fn lint_warns_of_an_answer_that_does_not_fit_into_a_message() {
    let copy = Tiny::new();
    assert!(!lint(&copy).contains("[discord-limits]"), "the tiny FAQ fits");
    let long = "This sentence is about a lamp and says nothing new. ".repeat(120);
    copy.edit("answers/money/will-i-be-paid.md", "No. There is", &format!("No. {long}There is"));
    let found = lint(&copy);
    assert!(
        found.contains("answers/money/will-i-be-paid.md:1: warning [discord-limits]")
            && found.contains("not all of it fits into 6000 characters"),
        "{found}"
    );
}

fn lint(copy: &Tiny) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
    command.args(["lint", "--date", &TODAY.to_string(), "--faq"]).arg(copy.faq());
    let output = command.output().expect("the program starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

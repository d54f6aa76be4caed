//! Snapshots of every kind of reply, in the terminal and as JSON, and of `caseclerk chat`.
//!
//! The replies are composed from the tiny FAQ and from fixed outcomes, so that changes in the
//! matcher do not affect them. `INSTA_UPDATE=always cargo test --test replies` rewrites the
//! snapshots. Review the diff before you commit it.

mod tiny;

use caseclerk::ask::{Ask, Query};
use caseclerk::commands::Commands;
use caseclerk::knowledge::{EntryId, Knowledge, PageName, TAKEN_NAMES};
use caseclerk::legal::CaseStamp;
use caseclerk::matcher::{NoAnswerReason, Outcome};
use caseclerk::reply::{JsonReply, Reply, Suggestion, WhyNoAnswer, compose, entry_reply};
use caseclerk::responder::Responder;
use caseclerk::terminal::{
    ChatInput, Look, chat_commands, evidence_text, read_chat_line, reply_text, sheet_text,
};
use jiff::civil::{Date, date};
use tiny::{TODAY, Tiny};

#[test]
fn an_answer_with_everything() {
    let reply = by_name("claims/what-was-claimed");
    insta::assert_snapshot!("answer_with_response.terminal", plain(&reply));
    insta::assert_snapshot!("evidence.terminal", evidence(&reply));
    insta::assert_snapshot!("answer_with_response.json", json("claims/what-was-claimed", reply));
}

#[test]
fn an_answer_that_touches_a_conflict() {
    let reply = by_name("status/is-it-over");
    insta::assert_snapshot!("answer_with_conflict.terminal", plain(&reply));
    insta::assert_snapshot!("answer_with_conflict.json", json("status/is-it-over", reply));
}

#[test]
fn an_answer_with_markup() {
    let reply = by_name("money/will-i-be-paid");
    insta::assert_snapshot!("answer_with_markup.terminal", plain(&reply));
    insta::assert_snapshot!("answer_with_markup.json", json("money/will-i-be-paid", reply));
}

#[test]
fn a_choice() {
    let reply = decided(Outcome::Ambiguous(ids(&["status/is-it-over", "money/will-i-be-paid"])));
    insta::assert_snapshot!("choice.terminal", plain(&reply));
    insta::assert_snapshot!("choice.json", json("is it over and paid", reply));
}

#[test]
fn not_sure() {
    let nearest = ids(&["money/will-i-be-paid"]);
    let reply =
        decided(Outcome::NoAnswer { reason: NoAnswerReason::NotSure, nearest, guard: None });
    insta::assert_snapshot!("not_sure.terminal", plain(&reply));
    insta::assert_snapshot!("not_sure.json", json("do lamps pay", reply));
}

#[test]
fn outside() {
    let reply = decided(Outcome::NoAnswer {
        reason: NoAnswerReason::Outside,
        nearest: Vec::new(),
        guard: None,
    });
    insta::assert_snapshot!("outside.terminal", plain(&reply));
    insta::assert_snapshot!("outside.json", json("how tall is a giraffe", reply));
}

#[test]
fn empty() {
    let reply = decided(Outcome::NoAnswer {
        reason: NoAnswerReason::Empty,
        nearest: Vec::new(),
        guard: None,
    });
    insta::assert_snapshot!("empty.terminal", plain(&reply));
    insta::assert_snapshot!("empty.json", json("", reply));
}

#[test]
fn withdrawn() {
    let reply = by_name("money/old-claim-form");
    insta::assert_snapshot!("withdrawn.terminal", plain(&reply));
    insta::assert_snapshot!("withdrawn.json", json("money/old-claim-form", reply));
}

#[test]
fn members_read_the_same_of_a_draft_as_of_an_unknown_id() {
    let unknown = by_name("money/there-is-no-such-answer");
    assert_eq!(plain(&by_name("money/court-fees")), plain(&unknown));
    insta::assert_snapshot!("unknown_name.terminal", plain(&unknown));
}

#[test]
fn programs_can_tell_why_an_id_has_no_answer() {
    let reasons = [
        ("money/there-is-no-such-answer", WhyNoAnswer::UnknownId, "unknown_id"),
        ("money/court-fees", WhyNoAnswer::Draft, "draft"),
        ("money/old-claim-form", WhyNoAnswer::Withdrawn, "withdrawn"),
    ];
    for (id, why, in_json) in reasons {
        let Reply::NoAnswer(no_answer) = by_name(id) else { panic!("`{id}` has an answer") };
        assert_eq!(no_answer.reason, why, "{id}");
        let json: serde_json::Value = serde_json::from_str(&json(id, by_name(id))).expect("JSON");
        assert_eq!(json["reason"], in_json, "{id}");
    }
}

#[test]
fn the_bots_own_sentences_are_content() {
    let tiny = Tiny::new();
    tiny.edit("voice.toml", "Nearest to it are:", "Perhaps {case} helps:");
    tiny.edit("voice.toml", "Court record, as reported", "Read in the court's file");
    let outcome = Outcome::NoAnswer {
        reason: NoAnswerReason::Outside,
        nearest: ids(&["status/is-it-over"]),
        guard: None,
    };
    let outside = plain(&compose(&tiny.knowledge(), &outcome, false, &stamp(TODAY)));
    assert!(outside.contains("Perhaps Rivera v. Lantern helps:"), "{outside}");
    let answer = plain(&by_name_in(&tiny, "status/is-it-over"));
    assert!(answer.contains("Standing: Read in the court's file"), "{answer}");
}

#[test]
fn a_case_has_the_pages_that_its_faq_has() {
    let names = |tiny: &Tiny| {
        let commands = Commands::new(&tiny.knowledge().case_file);
        commands.list.iter().map(|command| command.name.clone()).collect::<Vec<String>>()
    };
    let tiny = Tiny::new();
    assert_eq!(names(&tiny), ["status", "light", "timeline", "quote", "sources", "about"]);
    let page = std::fs::read(tiny.faq().join("pages/light.toml")).expect("the page can be read");
    tiny.write("pages/dark.toml", page);
    assert_eq!(names(&tiny)[1..3], ["dark", "light"]);
    std::fs::remove_dir_all(tiny.faq().join("pages")).expect("the pages can be removed");
    assert_eq!(names(&tiny), ["status", "timeline", "quote", "sources", "about"]);
}

#[test]
fn no_page_can_take_the_name_of_a_command() {
    let tiny = Tiny::new();
    std::fs::remove_dir_all(tiny.faq().join("pages")).expect("the pages can be removed");
    for command in Commands::new(&tiny.knowledge().case_file).list {
        assert!(TAKEN_NAMES.contains(&command.name.as_str()), "{}", command.name);
    }
}

#[test]
fn a_page_that_was_removed_is_an_unknown_id() {
    let tiny = Tiny::new();
    let responder = Responder::open(&tiny.settings()).expect("the tiny FAQ can be served");
    let query = Query::Page(PageName::new("no-such-page"));
    let response = responder.respond(&Ask { query, today: TODAY }).expect("the index answers");
    let Reply::NoAnswer(no_answer) = response.reply else { panic!("there is no such page") };
    assert_eq!(no_answer.reason, WhyNoAnswer::UnknownId);
}

#[test]
fn in_a_conversation_a_number_chooses_only_what_was_offered() {
    let commands = Commands::new(&knowledge().case_file);
    let id = EntryId::new("status/is-it-over");
    let offered =
        [Suggestion { entry: id.clone(), question: "Is it over?".into(), topic: id.topic() }];
    let read = |line: &str| read_chat_line(line, &commands, &offered);
    assert_eq!(read("1"), ChatInput::Ask(Query::Entry(id)));
    for other in ["0", "2", "-1", "99999999999999999999"] {
        assert_eq!(read(other), ChatInput::Ask(Query::Question(other.into())));
    }
}

#[test]
fn in_a_conversation_commands_are_found_by_name() {
    let commands = Commands::new(&knowledge().case_file);
    let read = |line: &str| read_chat_line(line, &commands, &[]);
    assert_eq!(read(" /status "), ChatInput::Ask(Query::Status));
    assert_eq!(read("/light"), ChatInput::Ask(Query::Page(PageName::new("light"))));
    assert_eq!(read("/quote no eyes"), ChatInput::Ask(Query::Quote("no eyes".into())));
    assert!(matches!(read("/quote"), ChatInput::Misused(_)));
    assert_eq!(
        read("/stauts"),
        ChatInput::Misused("There is no command /stauts. /help lists them.".into())
    );
    assert_eq!(read("/"), ChatInput::Misused("There is no command /. /help lists them.".into()));
}

#[test]
fn an_old_check_is_said_in_words() {
    let reply =
        entry_reply(&knowledge(), &EntryId::new("status/is-it-over"), &stamp(date(2026, 3, 1)));
    let printed = plain(&reply);
    assert!(printed.replace('\n', " ").contains("Checked 10 Jan 2026, 50 days ago"), "{printed}");
    let evidence = evidence(&reply).replace('\n', " ");
    assert!(evidence.contains("That check is 50 days old"), "{evidence}");
}

#[test]
fn facts_older_than_the_check_of_the_case_say_so() {
    let tiny = Tiny::new();
    tiny.edit("answers/status/is-it-over.md", "as_of = 2026-01-10", "as_of = 2026-01-05");
    let reply = by_name_in(&tiny, "status/is-it-over");
    assert!(plain(&reply).contains("Checked 5 Jan 2026"), "{}", plain(&reply));
    let printed = evidence(&reply).replace('\n', " ");
    assert!(
        printed.contains(
            "Status last checked on 10 January 2026. Facts checked up to 5 January 2026."
        ),
        "{printed}"
    );
}

#[test]
fn a_date_that_the_place_names_is_not_said_twice() {
    let cited = |place: &str| {
        let tiny = Tiny::new();
        tiny.edit("sources.toml", "date = 2024-03-16", "date = 2024-03-06");
        tiny.edit("answers/status/is-it-over.md", "last paragraph", place);
        let printed = evidence(&by_name_in(&tiny, "status/is-it-over"));
        printed.split_whitespace().collect::<Vec<&str>>().join(" ")
    };
    let twice = cited("update of 6 March 2024");
    assert!(twice.contains("The Rivertown Gazette (update of 6 March 2024):"), "{twice}");
    let another = cited("update of 16 March 2024");
    assert!(
        another.contains("The Rivertown Gazette, 6 March 2024 (update of 16 March 2024):"),
        "{another}"
    );
}

#[test]
fn an_address_in_a_text_is_never_broken() {
    let tiny = Tiny::new();
    let address = "https://example.com/gazette/lamp-suit/the-second-page-of-it/and-the-third-one";
    tiny.edit(
        "answers/money/will-i-be-paid.md",
        "https://example.com/gazette/lamp-suit)",
        &format!("{address})"),
    );
    let printed = plain(&by_name_in(&tiny, "money/will-i-be-paid"));
    assert!(printed.contains(&format!("({address})")), "{printed}");
}

#[test]
fn every_sheet() {
    let tiny = Tiny::new();
    let responder = Responder::open(&tiny.settings()).expect("the tiny FAQ can be served");
    for command in &responder.commands().list {
        let query = command.query("lamp reads");
        let Reply::Sheet(sheet) =
            responder.respond(&Ask { query, today: TODAY }).expect("the index answers").reply
        else {
            panic!("/{} is not a sheet", command.name);
        };
        insta::assert_snapshot!(
            format!("sheet_{}.terminal", command.name),
            steady(&sheet_text(&sheet, Look::PLAIN))
        );
    }
    let query = Query::Quote("nobody ever said this".to_owned());
    let none = responder.respond(&Ask { query, today: TODAY }).expect("the index answers").reply;
    insta::assert_snapshot!("sheet_quote_of_nothing.terminal", plain(&none));
    let help = responder.help(&chat_commands(&responder.commands()), TODAY);
    insta::assert_snapshot!("help.terminal", steady(&sheet_text(&help, Look::PLAIN)));
}

#[test]
fn nothing_is_wider_than_the_terminal_but_addresses() {
    let replies =
        ["claims/what-was-claimed", "status/is-it-over", "money/will-i-be-paid"].map(by_name);
    for line in replies.iter().map(plain).collect::<String>().lines() {
        assert!(line.chars().count() <= 80 || line.contains("https://"), "{line}");
    }
}

#[test]
fn a_terminal_with_hyperlinks_shows_no_address() {
    let look = Look { has_hyperlinks: true, ..Look::PLAIN };
    let text = reply_text(&by_name("status/is-it-over"), look);
    let link = "\u{1b}]8;;https://example.com/gazette/lamp-suit\u{1b}\\";
    assert!(text.contains(link), "{text:?}");
    // A program that knows no hyperlinks prints the text alone.
    assert!(!anstream::adapter::strip_str(&text).to_string().contains("https://"));
}

fn knowledge() -> Knowledge {
    Tiny::new().knowledge()
}

fn stamp(today: Date) -> CaseStamp {
    knowledge().case_file.case.stamp(today, 30)
}

fn by_name(id: &str) -> Reply {
    by_name_in(&Tiny::new(), id)
}

fn by_name_in(tiny: &Tiny, id: &str) -> Reply {
    entry_reply(&tiny.knowledge(), &EntryId::new(id), &stamp(TODAY))
}

fn decided(outcome: Outcome) -> Reply {
    compose(&knowledge(), &outcome, false, &stamp(TODAY))
}

fn ids(names: &[&str]) -> Vec<EntryId> {
    names.iter().map(|name| EntryId::new(*name)).collect()
}

fn plain(reply: &Reply) -> String {
    steady(&reply_text(reply, Look::PLAIN))
}

fn evidence(reply: &Reply) -> String {
    let Reply::Answer(answer) = reply else { panic!("no answer") };
    steady(&evidence_text(answer, Look::PLAIN))
}

/// A text without colours and without version numbers.
fn steady(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let knowledge = Tiny::new().knowledge().library.content_hash.clone();
    plain.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace(knowledge.short(), "HASH")
}

fn json(question: &str, reply: Reply) -> String {
    let reply = JsonReply::new(question, reply, None);
    serde_json::to_string_pretty(&reply).expect("a reply can be written as JSON")
}

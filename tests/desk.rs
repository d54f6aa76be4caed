//! The moderators' desk, from Discord: the real program, a real store, a mock Discord.

#![cfg(feature = "discord")]

#[path = "support/database.rs"]
mod database;
#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[cfg(feature = "postgres-tests")]
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;

use std::path::PathBuf;
use std::time::Duration;

use caseclerk::knowledge::{Change, EntryId, Scope};
use caseclerk::store::{Store, Votes};
use jiff::Timestamp;
use jiff::civil::date;
use mock_discord::{Desk, MockDiscord};
use serde_json::{Value, json};
use tiny::Tiny;

const STATUS: &str = "has the lamp suit ended";
const IS_IT_OVER: &str = "answers/status/is-it-over.md";
const MISSED: &str = "zorgle flim";

/// Questions that must not get a worse answer.
const PROTECTED: &str = r#"
    [[questions]]
    q = "has the lamp suit ended"
    topics = ["status"]
    style = "plain"

    [[questions]]
    q = "any lamp money for owners"
    topics = ["money"]
    style = "plain"
"#;

struct Server {
    discord: MockDiscord,
    tiny: Tiny,
}

impl Server {
    async fn start() -> Self {
        let mut server = Self::new().await;
        server.run(1).await;
        server
    }

    async fn new() -> Self {
        let tiny = Tiny::new();
        let questions = tiny.root().join("questions");
        std::fs::create_dir(&questions).expect("a folder");
        std::fs::write(questions.join("own.toml"), PROTECTED).expect("a file");
        Self { discord: MockDiscord::start().await, tiny }
    }

    /// While the store does not work, every question is answered and the desk says what is wrong. As
    /// soon as it is mended, the desk works again.
    async fn is_explained_and_recovers(&mut self, mend: impl FnOnce(&mut Self)) {
        assert!(self.ask(STATUS).await.contains("The plaintiff ended it"));
        let options = json!({"entry": "status/is-it-over", "reason": "new facts"});
        let refused = self.command("hold", options.clone()).await;
        assert!(text(&refused["content"]).contains("the store does not work now"), "{refused}");
        assert!(self.ask(STATUS).await.contains("The plaintiff ended it"));
        mend(self);
        let held = self.command("hold", options).await;
        assert!(text(&held["content"]).contains("Held back"), "{held}");
        assert!(self.ask(STATUS).await.contains("under review since"));
        let holds = self.command("release", json!({})).await;
        self.choose(&holds, "").await;
        assert!(self.ask(STATUS).await.contains("The plaintiff ended it"));
    }

    async fn run(&mut self, session: u64) {
        self.run_with(session, &[]).await;
    }

    async fn run_with(&mut self, session: u64, more: &[(&str, &str)]) {
        let questions = self.tiny.root().join("questions").display().to_string();
        let store = self.store();
        let environment = [
            ("CASECLERK_STORE_ADDRESS", store.as_str()),
            ("CASECLERK_KNOWLEDGE_QUESTIONS", &questions),
        ];
        let environment = [&environment[..], more].concat();
        self.discord.run_bot_over(&self.tiny.faq(), &self.tiny.index(), &environment);
        self.discord.happened("identify", session).await;
    }

    /// The address of the store.
    fn store(&self) -> String {
        self.tiny.root().join("store/desk.db").display().to_string()
    }

    async fn restart(&mut self) {
        self.discord.terminate();
        self.discord.ended().await;
        self.run(2).await;
    }

    /// Asks as a member does.
    async fn ask(&mut self, question: &str) -> String {
        let mention = self.discord.mention(question);
        self.discord.event("MESSAGE_CREATE", mention);
        self.discord.request("POST /channels/10/messages").await.to_string()
    }

    async fn command(&mut self, name: &str, options: Value) -> Value {
        self.discord.desk(Desk::Command(name, options)).await
    }

    /// Presses the button with this label.
    async fn press(&mut self, shown: &Value, label: &str) -> Value {
        let button = components(shown).find(|component| component["label"] == label);
        let button = button.unwrap_or_else(|| panic!("no {label:?} in {shown}"));
        let custom_id = button["custom_id"].as_str().expect("an id").to_owned();
        self.discord.desk_below(&text(&shown["content"]), Desk::Button(&custom_id)).await
    }

    /// Chooses the first option whose label contains this.
    async fn choose(&mut self, shown: &Value, label: &str) -> Value {
        let menu = components(shown).find(|component| component["type"] == 3);
        let menu = menu.unwrap_or_else(|| panic!("no menu in {shown}"));
        let options = menu["options"].as_array().expect("options").iter();
        let option = options.clone().find(|option| text(&option["label"]).contains(label));
        let option = option.unwrap_or_else(|| panic!("no {label:?} in {menu}"));
        let (custom_id, chosen) = (text(&menu["custom_id"]), text(&option["value"]));
        let below = text(&shown["content"]);
        self.discord.desk_below(&below, Desk::Menu(&custom_id, &chosen)).await
    }

    /// What the bot could not answer, as soon as it has stored it.
    async fn gaps(&mut self, words: &str) -> Value {
        for _ in 0..100 {
            let shown = self.command("gaps", json!({})).await;
            if shown.to_string().contains(words) {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{words:?} was not kept");
    }
}

fn components(shown: &Value) -> impl Iterator<Item = &Value> {
    let rows = shown["components"].as_array().into_iter().flatten();
    rows.flat_map(|row| row["components"].as_array().into_iter().flatten())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_question_is_taught_by_two_choices_and_a_confirmation() {
    let mut server = Server::start().await;
    assert!(server.ask(MISSED).await.contains("no vetted answer"));
    let gaps = server.gaps(MISSED).await;
    let group = server.choose(&gaps, MISSED).await;
    let asked = server.choose(&group, "Is the case over?").await;
    assert!(text(&asked["content"]).contains(MISSED), "{asked}");
    assert!(text(&asked["content"]).contains("Today it is found for"), "{asked}");
    let learnt = server.press(&asked, "Yes").await;
    assert!(text(&learnt["content"]).contains("Learnt"), "{learnt}");
    assert!(server.ask(MISSED).await.contains("The plaintiff ended it"));
    let left = server.press(&learnt, "Next").await;
    assert!(text(&left["content"]).contains("no question that I could not answer"), "{left}");

    server.restart().await;
    assert!(server.ask(MISSED).await.contains("The plaintiff ended it"));
    let audit = server.command("audit", json!({})).await;
    assert!(text(&audit["content"]).contains("**1:** “zorgle flim” is answered by"), "{audit}");
    server.choose(&audit, "1.").await;
    assert!(server.ask(MISSED).await.contains("no vetted answer"));
    let audit = server.command("audit", json!({})).await;
    assert!(text(&audit["content"]).contains("Undone by <@1>"), "{audit}");
}

/// Undoing takes nothing out of the files, so it must not look as if it had.
#[tokio::test(flavor = "multi_thread")]
async fn undoing_what_the_files_hold_by_now_says_so() {
    let mut server = Server::start().await;
    let store = Store::open(&server.store()).expect("an address");
    for words in [STATUS, MISSED] {
        let entry = EntryId::new("status/is-it-over");
        let change = Change::Phrasing { entry, words: words.to_owned() };
        store.amend(&[change], "1", Timestamp::now()).await.expect("the store works");
    }
    let audit = server.command("audit", json!({})).await;
    let in_files = server.choose(&audit, "1.").await;
    assert!(text(&in_files["content"]).contains("Change 1 was undone"), "{in_files}");
    assert!(text(&in_files["content"]).contains("into the files"), "{in_files}");
    let in_store = server.choose(&audit, "2.").await;
    assert!(text(&in_store["content"]).contains("Change 2 was undone"), "{in_store}");
    assert!(!text(&in_store["content"]).contains("into the files"), "{in_store}");
    // From the command line.
    let change = Change::Elsewhere { words: MISSED.to_owned() };
    let ids = store.amend(&[change], "1", Timestamp::now()).await.expect("the store works");
    store.undo(ids[0], "grace", Timestamp::now()).await.expect("the store works");
    let audit = server.command("audit", json!({})).await;
    assert!(text(&audit["content"]).contains("Undone by grace on"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_taught_to_an_answer_that_is_searched_for_or_drafted() {
    let mut server = Server::start().await;
    server.ask(MISSED).await;
    let gaps = server.gaps(MISSED).await;
    let group = server.choose(&gaps, MISSED).await;
    let draft = server.press(&group, "Draft an answer").await;
    let file: Vec<u8> = serde_json::from_value(draft["files"][0]["content"].clone()).unwrap();
    assert!(String::from_utf8(file).unwrap().contains("\"zorgle flim\","), "{draft}");
    let find = components(&group).find(|button| button["label"] == "Another answer").unwrap();
    let form = server.discord.press(1 << 5, &text(&find["custom_id"])).await;
    assert_eq!(form["type"], 9);
    let id = text(&form["data"]["custom_id"]);
    let found = server.discord.desk(Desk::Form(&id, "paid")).await;
    let asked = server.choose(&found, "Will I be paid?").await;
    server.press(&asked, "Yes").await;
    assert!(server.ask(MISSED).await.contains("There is *no* payment"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_learnt_is_put_aside_and_what_is_known_is_not_learnt_again() {
    let mut server = Server::start().await;
    server.ask(MISSED).await;
    let gaps = server.gaps(MISSED).await;
    let group = server.choose(&gaps, MISSED).await;
    let aside = server.press(&group, "Put aside").await;
    assert!(text(&aside["content"]).contains("Put aside"), "{aside}");
    let left = server.press(&aside, "Next").await;
    assert!(text(&left["content"]).contains("no question that I could not answer"), "{left}");
    // Somebody calls the right answer to a known question not right.
    server.ask(STATUS).await;
    server.discord.desk(Desk::Form("not-right:status/is-it-over", "it is not")).await;
    let gaps = server.gaps("Is the case over?").await;
    let complaints = server.choose(&gaps, "Is the case over?").await;
    let group = server.choose(&complaints, STATUS).await;
    let asked = server.choose(&group, "Is the case over?").await;
    let known = server.press(&asked, "Yes").await;
    assert!(text(&known["content"]).contains("I know that already"), "{known}");
    let right = server.press(&complaints, "It is right").await;
    assert!(text(&right["content"]).contains("stays as it is"), "{right}");
    let left = server.press(&right, "Next").await;
    assert!(!left.to_string().contains("called not right"), "{left}");
    // Somebody else has pressed the button meanwhile.
    let gone = server.press(&complaints, "It is right").await;
    assert!(text(&gone["content"]).contains("dealt with these questions already"), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_got_a_wrong_answer_is_taught_to_another_or_the_answer_is_held_back() {
    let mut server = Server::start().await;
    server.ask(STATUS).await;
    server.discord.desk(Desk::Form("not-right:status/is-it-over", "i meant the money")).await;
    let gaps = server.gaps("Is the case over?").await;
    let complaints = server.choose(&gaps, "Is the case over?").await;
    let shown = text(&complaints["content"]);
    assert!(shown.contains(STATUS) && shown.contains("i meant the money"), "{shown}");
    let hold = components(&complaints).find(|button| button["label"] == "Hold this answer back");
    let id = text(&hold.expect("a button")["custom_id"]);
    assert_eq!(server.discord.press(1 << 5, &id).await["type"], 9);
    let group = server.choose(&complaints, STATUS).await;
    let shown = text(&group["content"]);
    assert!(shown.contains("Asked 1×: called not right") && shown.contains(STATUS), "{shown}");
    assert!(components(&group).any(|button| button["label"] == "Another answer"), "{group}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_has_pages_and_says_why() {
    let mut server = Server::start().await;
    let store = Store::open(&server.store()).expect("an address");
    for count in 0..40 {
        let change = Change::Hold {
            scope: Scope::Everything,
            reason: format!("reason {count}"),
            until: Some(date(2026, 1, 1)),
        };
        store.amend(&[change], "1", Timestamp::now()).await.expect("the store works");
    }
    let mut page = server.command("audit", json!({})).await;
    let latest = text(&page["content"]);
    assert!(latest.contains("**40:**") && latest.contains("reason 39"), "{latest}");
    let mut pages = 1;
    while components(&page).any(|button| button["label"] == "Older") {
        page = server.press(&page, "Older").await;
        pages += 1;
    }
    let oldest = text(&page["content"]);
    assert!(pages == 3 && oldest.contains("**1:**") && oldest.contains("reason 0"), "{oldest}");
    let page = server.press(&page, "Latest").await;
    assert_eq!(text(&page["content"]), latest);
}

/// A moderator who types does not always choose from the list that opens.
#[tokio::test(flavor = "multi_thread")]
async fn a_typed_title_or_topic_is_as_good_as_a_chosen_one() {
    let mut server = Server::start().await;
    for (typed, held) in [
        ("is the case  over", "Held back: “Is the case over?”"),
        ("Money", "every answer of the topic"),
        ("Topic: What was claimed", "every answer of the topic"),
        ("Everything", "every answer"),
    ] {
        let options = json!({"entry": typed, "reason": "new facts"});
        let shown = server.command("hold", options).await;
        assert!(text(&shown["content"]).contains(held), "{typed}: {shown}");
        server.press(&shown, "Release").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_twice_is_released_twice() {
    let mut server = Server::start().await;
    let hold = |entry: &str| json!({"entry": entry, "reason": "new facts"});
    let first = server.command("hold", hold("status/is-it-over")).await;
    let again = server.command("hold", hold("status/is-it-over")).await;
    assert!(text(&again["content"]).contains("held back already, by change 1"), "{again}");
    server.command("hold", hold("topic status")).await;
    let released = server.press(&first, "Release").await;
    assert!(text(&released["content"]).contains("still held back"), "{released}");
    assert!(server.ask(STATUS).await.contains("under review since"));
    let holds = server.press(&released, "What is held back").await;
    let released = server.choose(&holds, "topic").await;
    assert!(text(&released["content"]).contains("Members get it again"), "{released}");
    assert!(server.ask(STATUS).await.contains("The plaintiff ended it"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_held_back_from_its_own_menu() {
    let mut server = Server::start().await;
    server.ask(STATUS).await;
    let held = Desk::Form("hold:status/is-it-over", "new facts");
    let held = server.discord.desk(held).await;
    assert!(text(&held["content"]).contains("Held back: “Is the case over?”"), "{held}");
    assert!(server.ask(STATUS).await.contains("under review since"));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_say_what_they_think_of_an_answer() {
    let mut server = Server::start().await;
    let answer = server.ask(STATUS).await;
    assert!(answer.contains("\"helpful:status/is-it-over\""), "{answer}");
    let votes = async |server: &Server| {
        let votes =
            Store::open(&server.store()).unwrap().votes_since(date(2026, 1, 1)).await.unwrap();
        votes.get(&EntryId::new("status/is-it-over")).copied().unwrap_or_default()
    };
    for _ in 0..2 {
        let thanks = server.discord.desk(Desk::Button("helpful:status/is-it-over")).await;
        assert!(text(&thanks["content"]).contains("called this answer helpful"), "{thanks}");
        assert_eq!(votes(&server).await, Votes { helpful: 1, not_right: 0 });
    }
    let form = server.discord.press(0, "not-right:status/is-it-over").await;
    assert_eq!(
        (&form["type"], &form["data"]["custom_id"]),
        (&json!(9), &json!("not-right:status/is-it-over"))
    );
    let written = Desk::Form("not-right:status/is-it-over", "mail me at ann@example.com");
    let thanks = server.discord.desk(written).await;
    assert!(text(&thanks["content"]).contains("not who you are"), "{thanks}");
    assert_eq!(votes(&server).await, Votes { helpful: 0, not_right: 1 });
    let gaps = server.gaps("Is the case over?").await;
    let complaints = server.choose(&gaps, "Is the case over?").await;
    let shown = text(&complaints["content"]);
    assert!(shown.contains("Called not right 1×") && shown.contains("mail me at"), "{shown}");
    assert!(!shown.contains("ann@"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opinion_is_only_confirmed_if_it_was_stored() {
    let mut server = Server::start().await;
    server.ask(STATUS).await;
    let folder = server.tiny.root().join("store");
    // The bot makes the folder again whenever it looks at the store.
    while std::fs::write(&folder, "no folder").is_err() {
        let _ = std::fs::remove_dir_all(&folder);
    }
    let failed = server.discord.desk(Desk::Button("helpful:status/is-it-over")).await;
    assert!(text(&failed["content"]).contains("could not count that"), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_posted_is_corrected_when_the_answer_changes() {
    let mut server = Server::start().await;
    // A reply to a message, and a public answer of a command. A private one is not remembered.
    server.ask(STATUS).await;
    for private in [false, true] {
        let options = json!({"question": STATUS, "private": private});
        server.discord.slash(1 << 11, "ask", options).await;
    }
    let clean = server.command("reload", json!({})).await;
    assert!(!clean.to_string().contains("as it was before"), "{clean}");
    server.tiny.edit(IS_IT_OVER, "The plaintiff ended it", "She ended it");
    let report = server.command("reload", json!({})).await;
    assert!(text(&report["content"]).contains("as it was before: 2"), "{report}");
    let outdated = server.press(&report, "Look at them").await;
    assert!(text(&outdated["content"]).contains("“Is the case over?” was changed"), "{outdated}");
    let correcting = server.press(&outdated, "Correct all").await;
    assert!(text(&correcting["content"]).contains("Correcting messages: 2"), "{correcting}");
    for id in ["4000", "4100"] {
        let edit = server.discord.request(&format!("PATCH /channels/10/messages/{id}")).await;
        let shown = edit["embeds"].to_string();
        assert!(shown.contains("She ended it") && shown.contains("Corrected on"), "{edit}");
        // Who posted it stays above it, and the buttons stay below it.
        assert!(edit.get("content").is_none() && edit.get("components").is_none(), "{edit}");
    }
    server.discord.slash(0, "corrections", json!({})).await;
    let list = server.discord.request("PATCH /webhooks/901/secret-token/messages/@original").await;
    assert!(text(&list["content"]).contains("was corrected. Messages: 2"), "{list}");
    assert!(text(&list["content"]).contains("without prejudice"), "{list}");
    let mut far = server.press(&correcting, "How far is it?").await;
    while !text(&far["content"]).contains("corrected: 2") {
        far = server.press(&far, "Look again").await;
    }
    assert!(!text(&far["content"]).contains("still to do"), "{far}");
    let again = server.command("reload", json!({})).await;
    assert!(!again.to_string().contains("as it was before"), "{again}");

    // Then it is withdrawn.
    let withdrawn = "state = \"withdrawn\"\nreason = \"It was wrong.\"";
    server.tiny.edit(IS_IT_OVER, "state = \"vetted\"", withdrawn);
    let report = server.command("reload", json!({})).await;
    assert!(text(&report["content"]).contains("as it was before: 2"), "{report}");
    let outdated = server.press(&report, "Look at them").await;
    server.choose(&outdated, "Is the case over?").await;
    for id in ["4000", "4100"] {
        let edit = server.discord.request(&format!("PATCH /channels/10/messages/{id}")).await;
        let shown = edit["embeds"].to_string();
        assert!(shown.contains("Withdrawn on") && !shown.contains("She ended it"), "{edit}");
        assert!(!shown.contains("Corrected on"), "{edit}");
        assert_eq!(edit["components"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_corrected_while_its_answer_was_held_back_is_corrected_again() {
    let mut server = Server::start().await;
    server.ask(STATUS).await;
    let hold = json!({"entry": "status/is-it-over", "reason": "new facts"});
    let held = server.command("hold", hold).await;
    server.tiny.edit(IS_IT_OVER, "The plaintiff ended it", "She ended it");
    server.command("reload", json!({})).await;
    let correcting = server.discord.desk(Desk::Button("correct")).await;
    let edit = server.discord.request("PATCH /channels/10/messages/4000").await;
    assert!(edit["embeds"].to_string().contains("under review since"), "{edit}");
    let mut far = server.press(&correcting, "How far is it?").await;
    while !text(&far["content"]).contains("corrected: 1") {
        far = server.press(&far, "Look again").await;
    }
    server.press(&held, "Release").await;
    let report = server.command("reload", json!({})).await;
    assert!(text(&report["content"]).contains("as it was before: 1"), "{report}");
    server.discord.desk(Desk::Button("correct")).await;
    let edit = server.discord.request("PATCH /channels/10/messages/4000").await;
    assert!(edit["embeds"].to_string().contains("She ended it"), "{edit}");
}

/// Words that no answer has, with marks that Discord would take for markup.
const EXPORT: &str = "zorgle *export* flim_flams";

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_taught_from_its_explanation() {
    let mut server = Server::start().await;
    let shown = server.command("show", json!({"question": EXPORT})).await;
    let why = shown["embeds"][0]["description"].as_str().expect("a text");
    assert!(why.contains("Not found: no answer uses “zorgle” or “export”"), "{why}");
    let asked = server.choose(&shown, "Will I be paid?").await;
    assert!(text(&asked["content"]).contains("“Will I be paid?” answers this?"), "{asked}");
    let back = server.press(&asked, "Back").await;
    assert_eq!(back, shown);
    let learnt = server.press(&asked, "Yes").await;
    assert!(text(&learnt["content"]).contains("Learnt"), "{learnt}");
    assert!(server.ask(EXPORT).await.contains("There is *no* payment"));
    let again = server.press(&asked, "Yes").await;
    assert!(text(&again["content"]).contains("learnt already"), "{again}");
    let shown = server.command("show", json!({"question": EXPORT})).await;
    assert!(shown.to_string().contains("has exactly these words"), "{shown}");
    assert_eq!(components(&shown).count(), 0, "{shown}");
    server.press(&learnt, "Undo").await;
    assert!(!server.ask(EXPORT).await.contains("There is *no* payment"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_kept_or_would_do_harm_is_not_taught() {
    let mut server = Server::start().await;
    let private = "export zorgle to jane.doe@example.com";
    let shown = server.command("show", json!({"question": private})).await;
    assert_eq!(components(&shown).count(), 0, "{shown}");
    for (below, answer) in [
        ("> export zorgle to jane.doe@example.com", "not to be kept"),
        ("no quote", "Ask again with /faq show"),
        // A phrasing of another answer.
        ("> is it finished", "already leads to"),
    ] {
        let teach = Desk::Button("teach-words:money/will-i-be-paid");
        let refused = server.discord.desk_below(below, teach).await;
        assert!(text(&refused["content"]).contains(answer), "{refused}");
    }
    let nowhere = Desk::Button("teach-words:no/such-answer");
    let refused = server.discord.desk_below("> can i export it", nowhere).await;
    assert!(text(&refused["content"]).contains("no such answer"), "{refused}");
    let audit = server.command("audit", json!({})).await;
    assert!(text(&audit["content"]).contains("Nobody has changed anything"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statistics_count_what_came_in_by_every_door() {
    let mut server = Server::start().await;
    assert!(server.command("stats", json!({})).await.to_string().contains("Nobody has asked"));
    server.ask(STATUS).await;
    server.ask(MISSED).await;
    server.discord.slash(0, "ask", json!({"question": STATUS})).await;
    server.discord.check("suit").await;
    server.discord.slash(0, "status", json!({})).await;
    server.discord.check(STATUS).await;
    server.discord.choose("open", "money/will-i-be-paid").await;
    server.discord.press(0, "evidence:status/is-it-over").await;
    server.discord.desk(Desk::Button("helpful:status/is-it-over")).await;
    server.gaps(MISSED).await;
    let numbers = [
        "Asked: 5\n",
        "Answered: 3 (60 %)",
        "Choice offered: 1 (20 %)",
        "Silent: 1 (20 %): 1 not found",
        "Chosen from menus: 1",
        "Called helpful: 1. Called not right: 0.",
        "3× Is the case over?\n1× Will I be paid?",
        "1× zorgle flim",
        "on 10 January 2026. Look for news",
    ];
    for session in 1..=2 {
        let shown = server.command("stats", json!({"days": 7})).await;
        let content = text(&shown["content"]);
        assert!(content.contains("the last 7 days"), "{content}");
        assert_eq!(numbers.iter().find(|number| !content.contains(*number)), None, "{content}");
        let file = &shown["attachments"][0];
        assert!(text(&file["description"]).contains("answered (3 in all)"), "{file}");
        let png: Vec<u8> = serde_json::from_value(shown["files"][0]["content"].clone()).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        // The next message does not keep the picture.
        let gaps = server.press(&shown, "Gaps").await;
        assert!(text(&gaps["content"]).contains("What I could not answer"), "{gaps}");
        assert_eq!(gaps["attachments"], json!([]));
        let longer = server.press(&shown, "90 days").await;
        assert!(text(&longer["content"]).contains("the last 90 days"), "{longer}");
        if session == 1 {
            server.restart().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_held_back_at_once_and_after_a_restart() {
    let mut server = Server::start().await;
    let options = json!({"entry": "status/is-it-over", "reason": "new facts"});
    let held = server.command("hold", options).await;
    assert!(text(&held["content"]).contains("Held back: “Is the case over?”"), "{held}");
    assert!(server.ask(STATUS).await.contains("under review since"));
    server.restart().await;
    let answer = server.ask(STATUS).await;
    assert!(answer.contains("under review since") && answer.contains("without prejudice"));
    let holds = server.command("release", json!({})).await;
    server.choose(&holds, "Is the case over?").await;
    assert!(server.ask(STATUS).await.contains("The plaintiff ended it"));
    for (entry, until, answer) in [
        ("everything", "2020-01-01", "over already"),
        ("no/such-answer", "", "no such answer"),
        ("topic nothing", "", "no such topic"),
    ] {
        let options = json!({"entry": entry, "reason": "x", "until": until});
        let refused = server.command("hold", options).await;
        assert!(text(&refused["content"]).contains(answer), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_us_is_taken_away() {
    let mut server = Server::start().await;
    server.ask("how do i join the pumpkin settlement").await;
    let gaps = server.gaps("pumpkin").await;
    let group = server.choose(&gaps, "pumpkin").await;
    let taken = server.press(&group, "Not for us").await;
    assert!(text(&taken["content"]).contains("Taken away"), "{taken}");
    let left = server.press(&taken, "Next").await;
    assert!(text(&left["content"]).contains("no question that I could not answer"), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_store_every_question_is_answered_and_the_desk_says_why() {
    let mut server = Server::start().await;
    let file = PathBuf::from(server.store());
    std::fs::remove_file(&file).expect("the store was made");
    std::fs::create_dir(&file).expect("a folder in its place");
    assert!(server.ask(STATUS).await.contains("The plaintiff ended it"));
    let options = json!({"entry": "status/is-it-over", "reason": "new facts"});
    let refused = server.command("hold", options.clone()).await;
    assert!(text(&refused["content"]).contains("the store does not work now"), "{refused}");
    assert!(server.ask(STATUS).await.contains("The plaintiff ended it"));
    std::fs::remove_dir(&file).expect("it is empty");
    let held = server.command("hold", options).await;
    assert!(text(&held["content"]).contains("Held back"), "{held}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_costs_no_answer_and_the_desk_recovers() {
    let mut server = Server::new().await;
    server.discord.survives_full_disk = true;
    server.run(1).await;
    // The store is made while there is room.
    server.command("audit", json!({})).await;
    server.discord.fill_disk(true);
    server.is_explained_and_recovers(|server| server.discord.fill_disk(false)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_store_costs_no_answer_and_the_desk_recovers() {
    use sqlx::Executor;
    let mut server = Server::start().await;
    server.command("audit", json!({})).await;
    let mut other = database::connect(&format!("sqlite:{}", server.store())).await;
    other.execute("BEGIN EXCLUSIVE").await.expect("nobody else writes");
    // Closing the connection ends its transaction.
    server.is_explained_and_recovers(|_| drop(other)).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_or_silent_costs_no_answer_and_the_desk_recovers() {
    let database = database::Database::postgres().await;
    let address = database.address.strip_prefix("postgres://test@").expect("the test's address");
    let (host, name) = address.split_once('/').expect("a server and a database");
    let proxy = proxy::Proxy::before(host.to_owned()).await;
    let store = format!("postgres://test@{}/{name}", proxy.address);
    for traffic in [proxy::Traffic::Ends, proxy::Traffic::Stalls] {
        let mut server = Server::new().await;
        server.run_with(1, &[("CASECLERK_STORE_ADDRESS", &store)]).await;
        server.command("audit", json!({})).await;
        proxy.set(traffic);
        server.is_explained_and_recovers(|_| proxy.set(proxy::Traffic::Passes)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_newer_version_is_left_alone_and_the_remedy_is_named() {
    use sqlx::{AnyConnection, Connection, Executor};
    let mut server = Server::start().await;
    server.discord.terminate();
    server.discord.ended().await;
    sqlx::any::install_default_drivers();
    let store = format!("sqlite:{}", server.store());
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                 execution_time) VALUES (9999, 'later', true, x'00', 0)";
    AnyConnection::connect(&store).await.unwrap().execute(newer).await.unwrap();
    server.run(2).await;
    assert!(server.ask(STATUS).await.contains("The plaintiff ended it"));
    let refused = server.command("audit", json!({})).await;
    let remedy = "Run that version or a later one";
    assert!(text(&refused["content"]).contains(remedy), "{refused}");
    server.discord.terminate();
    let log = server.discord.ended().await.log;
    assert!(log.contains(remedy) && log.contains("its last known state is served"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_stays_so_if_the_store_does_not_work_at_the_start() {
    let mut server = Server::start().await;
    let options = json!({"entry": "status/is-it-over", "reason": "new facts"});
    server.command("hold", options).await;
    let last_known = server.tiny.index().join("amendments.json");
    let is_kept = || std::fs::read_to_string(&last_known).is_ok_and(|text| text.contains("hold"));
    for _ in 0..100 {
        if !is_kept() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    server.discord.terminate();
    server.discord.ended().await;
    let store = PathBuf::from(server.store());
    std::fs::remove_dir_all(store.parent().expect("a folder")).expect("the store was made");
    std::fs::create_dir_all(&store).expect("a folder in its place");
    server.run(2).await;
    assert!(server.ask(STATUS).await.contains("under review since"));
    // A new store holds nothing back.
    std::fs::remove_dir(&store).expect("it is empty");
    let held = server.command("release", json!({})).await;
    assert!(text(&held["content"]).contains("Nothing is held back"), "{held}");
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_are_told_once_that_nobody_has_checked_the_status_and_confirm_it() {
    let mut server = Server::start().await;
    server.discord.terminate();
    server.discord.ended().await;
    let mut notice = Value::Null;
    for session in [2, 3] {
        server.run_with(session, &[("CASECLERK_MODERATION_CHANNEL", "77")]).await;
        if session == 2 {
            notice = server.discord.request("POST /channels/77/messages").await;
            let told = text(&notice["content"]);
            assert!(told.contains("Nobody has checked the status") && told.contains("10 January"));
        }
        // Whatever else was said would have come before this answer.
        assert!(server.ask(STATUS).await.contains("The plaintiff ended it"));
        assert_eq!(server.discord.unseen("POST /channels/77/messages"), 0);
        server.discord.terminate();
        let log = server.discord.ended().await.log;
        assert!(log.contains("nobody has checked the status of the case"), "{log}");
    }
    server.run(4).await;
    let checked = server.command("check", json!({})).await;
    assert!(components(&checked).any(|button| button["label"] == "Checked today, nothing new"));
    let noted = server.press(&notice, "Checked today, nothing new").await;
    assert!(text(&noted["content"]).contains("<@1> has looked: nothing new"), "{noted}");
    let today = jiff::Zoned::now().date().strftime("Checked %-d %b %Y").to_string();
    assert!(server.ask(MISSED).await.contains(&today));
    // The facts of this answer are older than the check of the status.
    let answer = server.ask(STATUS).await;
    assert!(answer.contains("Checked 10 Jan 2026 ·"), "{answer}");
    server.press(&noted, "Undo").await;
    assert!(server.ask(MISSED).await.contains("Checked 10 Jan 2026, "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_keeps_nothing_says_so() {
    let mut discord = MockDiscord::with_bot().await;
    for name in ["gaps", "audit", "release", "stats"] {
        let shown = discord.desk(Desk::Command(name, json!({}))).await;
        assert!(text(&shown["content"]).contains("store.address"), "{shown}");
    }
    let shown = discord.desk(Desk::Command("show", json!({"question": EXPORT}))).await;
    assert!(shown.to_string().contains("no answer uses “zorgle” or “export”"), "{shown}");
    assert_eq!(components(&shown).count(), 0, "{shown}");
}

//! The watch of the docket and of the sources: the real program, a real store, a CourtListener and a
//! Discord on loopback.

#![cfg(feature = "discord")]

#[path = "support/court_listener.rs"]
mod court_listener;
#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use court_listener::{CourtListener, NEW_ENTRIES, NOTHING, OWN};
use jiff::Timestamp;
use mock_discord::{Desk, MockDiscord};
use serde_json::json;
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection};
use tiny::Tiny;

const TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";
const CHANNEL: &str = "31";
const POST: &str = "POST /channels/31/messages";
const STATUS_DAYS: (&str, &str) = ("CASECLERK_KNOWLEDGE_STATUS_STALE_AFTER_DAYS", "36500");

struct Bot {
    discord: MockDiscord,
    outside: CourtListener,
    tiny: Tiny,
    store: String,
    runs: u64,
    options: Vec<(&'static str, &'static str)>,
}

impl Bot {
    async fn new(options: &[(&'static str, &'static str)]) -> Self {
        let tiny = Tiny::new();
        Self {
            discord: MockDiscord::start().await,
            outside: CourtListener::start().await,
            store: tiny.root().join("desk.db").display().to_string(),
            tiny,
            runs: 0,
            options: options.to_vec(),
        }
    }

    /// A bot that watches the docket.
    async fn of_docket() -> Self {
        Self::new(&[("CASECLERK_WATCH_DOCKET", "true"), ("COURTLISTENER_TOKEN", TOKEN)]).await
    }

    async fn run(&mut self) {
        self.runs += 1;
        let (faq, index) = (self.tiny.faq(), self.tiny.index());
        let base = self.outside.base();
        let environment = [
            ("CASECLERK_KNOWLEDGE_FAQ", faq.to_str().expect("a path in letters")),
            ("CASECLERK_KNOWLEDGE_INDEX", index.to_str().expect("a path in letters")),
            ("CASECLERK_KNOWLEDGE_QUESTIONS", ""),
            ("CASECLERK_STORE_ADDRESS", &self.store),
            ("CASECLERK_MODERATION_CHANNEL", CHANNEL),
            ("CASECLERK_WATCH_API_BASE", &base),
            ("CASECLERK_WATCH_PAUSE_SECONDS", "0"),
            STATUS_DAYS,
        ];
        let log = self.log_file();
        self.discord.run_bot_logging(&[], &[&environment, &*self.options].concat(), &log);
        self.discord.happened("identify", self.runs).await;
    }

    fn log_file(&self) -> PathBuf {
        self.tiny.root().join(format!("log-{}", self.runs))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_file()).expect("a log")
    }

    /// Waits until the log of this run has these words.
    async fn logs(&self, words: &str) {
        for _ in 0..1200 {
            if self.log().contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no {words:?} in {}", self.log());
    }

    async fn database(&self) -> AnyConnection {
        install_default_drivers();
        AnyConnection::connect(&format!("sqlite:{}", self.store)).await.expect("a store")
    }

    /// In how many seconds the bot looks again, and whether it ever looked with success.
    async fn due(&self, watch: &str) -> (i64, bool) {
        let statement = "SELECT due_at, looked_at FROM watches WHERE name = $1";
        let mut database = self.database().await;
        let row = sqlx::query_as(statement).bind(watch.to_owned());
        let (due_at, looked_at): (i64, i64) = row.fetch_one(&mut database).await.expect("a row");
        (due_at - Timestamp::now().as_second(), looked_at > 0)
    }

    /// Starts it again when it is time for the next look.
    async fn run_later(&mut self) {
        self.discord.terminate();
        self.discord.ended().await;
        let mut database = self.database().await;
        sqlx::query("UPDATE watches SET due_at = 0").execute(&mut database).await.expect("a store");
        drop(database);
        self.run().await;
    }

    async fn told(&self) -> String {
        self.discord.request(POST).await.to_string()
    }

    async fn check(&mut self) -> String {
        self.discord.desk(Desk::Command("check", json!({}))).await.to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_told_with_its_address_and_confirmed_in_one_click() {
    let mut bot = Bot::of_docket().await;
    bot.run().await;
    // Another docket between the parties is told of at once, what the case file knows is not.
    let told = bot.told().await;
    for said in [
        "Another docket between the parties: Rivera v. Lantern Corp",
        "1:26-cv-00007",
        "<https://www.courtlistener.com/docket/7777/rivera-v-lantern-corp/>",
        "Checked today, nothing new",
    ] {
        assert!(told.contains(said), "no {said:?} in {told}");
    }
    assert!(!told.contains("8888") && !told.contains("COMPLAINT"), "{told}");
    bot.logs("new outside").await;
    let check = bot.check().await;
    assert!(check.contains("not confirmed yet: 1") && check.contains("/docket/7777/"), "{check}");
    bot.discord.desk(Desk::Button("checked")).await;
    let check = bot.check().await;
    assert!(check.contains("nothing new") && !check.contains("/docket/7777/"), "{check}");

    // The token goes to the API only, whatever address that names for the next page.
    let requests = bot.outside.requests();
    assert!(requests.iter().any(|asked| asked.target.contains("cursor=cz0yMzUu")), "{requests:?}");
    for asked in &requests {
        assert_eq!(asked.authorization, format!("Token {TOKEN}"));
        assert!(asked.user_agent.starts_with("caseclerk/"), "{asked:?}");
    }
    let (due, succeeded) = bot.due("docket").await;
    assert!((86_000..=86_400).contains(&due) && succeeded, "{due}");

    // The next day, nothing is new.
    bot.run_later().await;
    bot.logs("looked outside").await;
    // Another day, there is an entry.
    bot.outside.answers_with("docket-entries", 200, NEW_ENTRIES);
    bot.run_later().await;
    let told = bot.told().await;
    assert!(
        told.contains("A new entry 3 in the docket, of 2026-01-15: MOTION to reopen"),
        "{told}"
    );
    assert!(told.contains("/docket/4242/") && !told.contains("NOTICE of Voluntary"), "{told}");
    assert_eq!(bot.discord.unseen(POST), 0);
    for run in 1..=bot.runs {
        let log = fs::read_to_string(bot.tiny.root().join(format!("log-{run}"))).unwrap();
        assert!(!log.contains(TOKEN), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_case_file_cannot_know_is_new_on_the_first_look() {
    let mut bot = Bot::of_docket().await;
    bot.outside.answers_with("party_name=", 200, NOTHING);
    bot.outside.answers_with("docket-entries", 200, NEW_ENTRIES);
    bot.run().await;
    let told = bot.told().await;
    assert!(told.contains("MOTION to reopen") && !told.contains("NOTICE of"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_told_once_with_the_remedy() {
    let mut bot = Bot::of_docket().await;
    bot.outside.answers_with("docket_number=", 401, r#"{"detail": "Invalid token."}"#);
    bot.run().await;
    let told = bot.told().await;
    assert!(told.contains("refused the API token (401)"), "{told}");
    assert!(told.contains("COURTLISTENER\\\\_TOKEN"), "{told}");
    bot.logs("refused the API token").await;
    let check = bot.check().await;
    assert!(check.contains("refused the API token"), "{check}");
    bot.run_later().await;
    bot.logs("refused the API token").await;
    // When it is accepted again, the look goes on; that is the next thing to be told.
    bot.outside.answers_with("docket_number=", 200, OWN);
    bot.run_later().await;
    let told = bot.told().await;
    assert!(told.contains("Another docket"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_busy_or_broken_is_left_alone_for_a_while() {
    let mut bot = Bot::of_docket().await;
    let asked_to_wait = ("retry-after", "7200".to_owned());
    bot.outside.answers_with_header("docket_number=", 429, asked_to_wait);
    bot.run().await;
    bot.logs("too many requests").await;
    bot.outside.answers_with("docket_number=", 502, "");
    let mut hours = Vec::new();
    for _ in 0..2 {
        hours.push(bot.due_in_hours().await);
        bot.run_later().await;
        bot.logs("did not answer").await;
    }
    hours.push(bot.due_in_hours().await);
    assert_eq!(hours, [2, 2, 4]);
    assert_eq!(bot.discord.unseen(POST), 0);
}

impl Bot {
    /// Waits until the result of a look was stored.
    async fn due_in_hours(&self) -> i64 {
        for _ in 0..200 {
            let (due, _) = self.due("docket").await;
            if due > 3_000 {
                return (due + 60) / 3_600;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the result was not stored");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_form_changes_nothing_and_is_told() {
    for (answer, says) in [
        ("<html>", "expected value"),
        (r#"{"results": [{"docketNumber": "3:24-cv-00042"}]}"#, "docket_id"),
        (r#"{"found": []}"#, "results"),
        (&format!("[{}]", " ".repeat(5 << 20)), "more than 4 MiB"),
    ] {
        let mut bot = Bot::of_docket().await;
        bot.outside.answers_with("docket_number=", 200, answer);
        bot.run().await;
        let told = bot.told().await;
        assert!(
            told.contains("does not understand") && told.contains("can no longer see"),
            "{told}"
        );
        assert!(told.replace('\\', "").contains(says), "no {says:?} in {told}");
        assert!(!bot.log().contains("panicked"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_see_no_entries_still_sees_dockets() {
    let mut bot = Bot::of_docket().await;
    bot.outside.answers_with("docket-entries", 403, r#"{"detail": "No permission."}"#);
    bot.run().await;
    assert!(bot.told().await.contains("Another docket"));
    let check = bot.check().await;
    assert!(check.contains("may not see the entries"), "{check}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_store_it_is_remembered_while_the_bot_runs() {
    let mut bot = Bot::of_docket().await;
    bot.options.push(("CASECLERK_STORE_ADDRESS", ""));
    bot.run().await;
    assert!(bot.told().await.contains("Another docket"));
    let check = bot.check().await;
    assert!(check.contains("not confirmed yet: 1"), "{check}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_gone_only_after_two_looks() {
    let mut bot = Bot::new(&[("CASECLERK_WATCH_SOURCES", "true")]).await;
    let page = |path: &str, key: &str| {
        let url = bot.outside.site(path);
        format!(
            "\n[{key}]\npublisher = \"The {key}\"\ntitle = \"About {key}\"\nurl = \"{url}\"\n\
             kind = \"press\"\nread_as = \"original\"\nreliability = \"medium\"\n\
             checked = 2026-01-10\n"
        )
    };
    let pages = [
        page("there", "there"),
        page("missing", "missing"),
        page("wall", "wall"),
        page("dropped/page", "dropped"),
    ]
    .concat();
    let sources = fs::read_to_string(bot.tiny.faq().join("sources.toml")).unwrap();
    let sources =
        sources.replace("https://example.com/gazette/lamp-suit", &bot.outside.site("there"));
    bot.tiny.write("sources.toml", sources + &pages);
    bot.outside.answers_with("there", 200, "a page");
    bot.outside.answers_with("wall", 403, "no robots");
    bot.outside.answers_with_header("dropped", 302, ("location", bot.outside.site("")));
    // The first page of the site.
    bot.outside.answers_with("/", 200, "welcome");
    bot.outside.answers_with("missing", 404, "");
    bot.run().await;
    bot.logs("looked outside").await;
    assert!(!bot.log().contains("new outside"), "{}", bot.log());
    bot.run_later().await;
    let told = bot.told().await;
    assert!(told.contains("“The missing: About missing” is gone"), "{told}");
    assert!(told.contains("404") && told.contains("on two looks"), "{told}");
    assert!(told.contains("“The dropped: About dropped” is gone"), "{told}");
    assert!(!told.contains("wall") && !told.contains("About there"), "{told}");
    let check = bot.check().await;
    assert!(check.contains("could not be checked") && check.contains("403"), "{check}");
    assert!(bot.outside.requests().iter().all(|asked| asked.authorization.is_empty()));
    // A page that moves to another site may have become another page.
    let elsewhere = bot.outside.site("elsewhere").replace("127.0.0.1", "localhost");
    bot.outside.answers_with_header("there", 302, ("location", elsewhere));
    bot.outside.answers_with("elsewhere", 200, "a page");
    bot.run_later().await;
    let told = bot.told().await;
    assert!(told.contains("now leads to localhost"), "{told}");
    assert!(!told.contains("is gone"), "{told}");
    let (due, _) = bot.due("sources").await;
    assert!(due > 6 * 86_400, "{due}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_at_the_token_and_the_way() {
    let (discord, outside) = (MockDiscord::start().await, CourtListener::start().await);
    let base = outside.base();
    let doctor = async |token: &str, arguments: &[&str]| {
        let options = [
            ("CASECLERK_WATCH_DOCKET", "true"),
            ("CASECLERK_WATCH_API_BASE", &base),
            ("COURTLISTENER_TOKEN", token),
        ];
        let ended = discord.doctor(arguments, &options).await;
        let line = ended.log.lines().find(|line| line.contains(" docket: ")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("nothing about the docket in {}", ended.log))
    };
    let well = doctor(TOKEN, &[]).await;
    assert!(well.starts_with("ok") && well.contains("has the docket"), "{well}");
    assert_eq!(outside.requests().len(), 1);
    let offline = doctor(TOKEN, &["--offline"]).await;
    assert!(offline.starts_with("ok") && outside.requests().len() == 1, "{offline}");
    let none = doctor("", &[]).await;
    assert!(none.starts_with("failed") && none.contains("COURTLISTENER_TOKEN"), "{none}");
    outside.answers_with("docket_number=", 200, NOTHING);
    let lost = doctor(TOKEN, &[]).await;
    assert!(lost.starts_with("warning") && lost.contains("no docket 3:24-cv-00042"), "{lost}");
    outside.answers_with("docket_number=", 403, "{}");
    let refused = doctor(TOKEN, &[]).await;
    assert!(refused.starts_with("failed") && refused.contains("refused"), "{refused}");
}

//! SIGHUP: the real program takes over what needs no restart, and nothing if there is an error.

#![cfg(feature = "discord")]

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

use mock_discord::MockDiscord;
use rustix::process::Signal;
use serde_json::{Value, json};
use tiny::Tiny;

const MEMBER: u64 = 1 << 11;
const QUESTION: &str = "has the lamp suit ended";

struct Bot {
    discord: MockDiscord,
    tiny: Tiny,
}

impl Bot {
    async fn start(configuration: &str) -> Self {
        let mut bot = Self { discord: MockDiscord::start().await, tiny: Tiny::new() };
        bot.configure(configuration);
        let (file, log) = (bot.file("own.toml"), bot.file("log"));
        let faq = bot.tiny.faq();
        let arguments = [
            "--config",
            file.to_str().expect("a path in letters"),
            "--faq",
            faq.to_str().expect("a path in letters"),
        ];
        bot.discord.run_bot_with(&arguments, &log);
        bot.discord.happened("identify", 1).await;
        bot
    }

    fn file(&self, name: &str) -> PathBuf {
        self.tiny.root().join(name)
    }

    fn configure(&self, text: &str) {
        fs::write(self.file("own.toml"), text).expect("the file can be written");
    }

    fn log(&self) -> String {
        fs::read_to_string(self.file("log")).expect("a log")
    }

    /// Sends SIGHUP and waits until the log has one more line with these words.
    async fn hang_up(&self, words: &str) {
        let before = self.log().matches(words).count();
        self.discord.signal(Signal::HUP);
        for _ in 0..1200 {
            if self.log().matches(words).count() > before {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no {words:?} in {}", self.log());
    }

    async fn use_command(&mut self, command: &str, options: Value) -> Value {
        self.discord.slash(MEMBER, command, options).await
    }

    async fn ask(&mut self) -> Value {
        self.use_command("ask", json!({"question": QUESTION})).await
    }
}

fn is_private(answer: &Value) -> bool {
    answer["data"]["flags"] == 64
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_restart_is_taken_over_and_the_rest_is_named() {
    let mut bot = Bot::start("log.filter = \"info\"\n").await;
    assert!(is_private(&bot.ask().await));
    bot.tiny.edit("answers/status/is-it-over.md", "The plaintiff ended it", "Somebody ended it");
    bot.configure(
        "log.filter = \"info\"\noperator.name = \"Ada\"\n[discord]\nvisibility = \"public\"\n\
         member_questions = 3\nmember_seconds = 80000\nhttp_timeout_seconds = 20\n",
    );
    bot.hang_up("the content is up to date").await;
    let answer = bot.ask().await;
    assert!(answer.to_string().contains("Somebody ended it"), "{answer}");
    assert!(!is_private(&answer), "{answer}");
    let about = bot.use_command("about", json!({})).await;
    assert!(about.to_string().contains("Ada"), "{about}");
    bot.ask().await;
    let waits = bot.ask().await;
    assert!(waits["data"]["content"].to_string().contains("That was a lot at once"), "{waits}");
    let log = bot.log();
    for said in [
        "changed=\"discord.member_questions, discord.member_seconds, discord.visibility, \
         operator.name\"",
        "these options need a restart changed=\"discord.http_timeout_seconds\"",
        "changed=1 withdrawn=0",
    ] {
        assert!(log.contains(said), "no {said:?} in {log}");
    }
    // What is logged changes at once, and what needs a restart is named again.
    bot.configure("log.filter = \"caseclerk=warn\"\ndiscord.http_timeout_seconds = 20\n");
    bot.hang_up("need a restart").await;
    bot.ask().await;
    let log = bot.log();
    let (_, after) = log.rsplit_once("need a restart").expect("it was logged");
    assert!(!after.contains("INFO"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_changes_nothing_and_is_logged_with_its_place() {
    let mut bot = Bot::start("").await;
    bot.tiny.edit("answers/status/is-it-over.md", "The plaintiff ended it", "Somebody ended it");
    for (configuration, place) in [
        ("discord.visibility = \"public\"\noperator.nam = \"Ada\"\n", "own.toml:2"),
        ("discord.visibility = \"public\"\n\nlint.reading_grade = 400\n", "own.toml:3"),
        ("discord.visibility = \"public\"\n[discord\n", "own.toml:2"),
    ] {
        bot.configure(configuration);
        bot.hang_up("nothing was changed").await;
        let log = bot.log();
        let line = log.lines().rfind(|line| line.contains("nothing was changed"));
        assert!(line.is_some_and(|line| line.contains(place)), "{log}");
        let answer = bot.ask().await;
        assert!(is_private(&answer) && answer.to_string().contains("The plaintiff ended it"));
    }
    // The configuration is applied although the content has an error.
    bot.configure("discord.visibility = \"public\"\n");
    bot.tiny.edit("answers/status/is-it-over.md", "court-record", "court-recrd");
    bot.hang_up("the old answers stay").await;
    assert!(bot.log().contains("answers/status/is-it-over.md:"), "{}", bot.log());
    let answer = bot.ask().await;
    assert!(!is_private(&answer) && answer.to_string().contains("The plaintiff ended it"));
}

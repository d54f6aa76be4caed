//! Content from elsewhere: the real program notices by itself that the files of the FAQ have changed,
//! serves them if they pass the rules, and tells moderators.

#![cfg(feature = "discord")]

#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use mock_discord::{Desk, MockDiscord};
use serde_json::json;
use tiny::{Tiny, lay_over, original};

const QUESTION: &str = "has the lamp suit ended";
const IS_IT_OVER: &str = "answers/status/is-it-over.md";
const WILL_I_BE_PAID: &str = "answers/money/will-i-be-paid.md";
/// The channel of moderators.
const CHANNEL: &str = "31";
const POST: &str = "POST /channels/31/messages";
const OLD: &str = "The plaintiff ended it";
const NEW: &str = "Somebody ended it";

struct Bot {
    discord: MockDiscord,
    /// The files are not always those of this copy, but its folder holds everything.
    tiny: Tiny,
    log: PathBuf,
}

impl Bot {
    /// Runs over a folder that may be a link.
    async fn start(tiny: Tiny, faq: &Path, options: &[(&str, &str)]) -> Self {
        let log = tiny.root().join("log");
        let mut bot = Self { discord: MockDiscord::start().await, tiny, log };
        let path = |path: &Path| path.to_str().expect("a path in letters").to_owned();
        let (faq, index) = (path(faq), path(&bot.tiny.index()));
        let own = [
            ("CASECLERK_KNOWLEDGE_FAQ", faq.as_str()),
            ("CASECLERK_KNOWLEDGE_INDEX", &index),
            ("CASECLERK_KNOWLEDGE_QUESTIONS", ""),
            ("CASECLERK_KNOWLEDGE_WATCH", "events"),
            ("CASECLERK_MODERATION_CHANNEL", CHANNEL),
            // Nobody shall be told that the invented status is old.
            ("CASECLERK_KNOWLEDGE_STATUS_STALE_AFTER_DAYS", "36500"),
        ];
        bot.discord.run_bot_logging(&[], &[&own, options].concat(), &bot.log);
        bot.discord.happened("identify", 1).await;
        bot.logs("the files of the FAQ are those that are served", 1).await;
        bot
    }

    /// Runs over a copy of the tiny FAQ.
    async fn over_a_folder(options: &[(&str, &str)]) -> Self {
        let tiny = Tiny::new();
        let faq = tiny.faq();
        Self::start(tiny, &faq, options).await
    }

    /// Waits until the log has these words so often.
    async fn logs(&self, words: &str, times: usize) {
        let mut log = String::new();
        for _ in 0..1200 {
            log = fs::read_to_string(&self.log).expect("a log");
            if log.matches(words).count() >= times {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no {words:?} in {log}");
    }

    /// What moderators are told next.
    async fn told(&self) -> String {
        self.discord.request(POST).await["content"].as_str().expect("a text").to_owned()
    }

    async fn answer(&mut self) -> String {
        self.discord.slash(1 << 11, "ask", json!({"question": QUESTION})).await.to_string()
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let own = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    let output = Command::new("git")
        .current_dir(folder)
        .args(own)
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Replaces words in all files of a folder of the FAQ.
fn edit(faq: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(faq.join(file)).expect("the file can be read");
    assert!(text.contains(from), "{file} does not hold {from:?}");
    fs::write(faq.join(file), text.replace(from, to)).expect("the file can be written");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_file_goes_live_and_a_broken_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("desk.db").display().to_string();
    let mut bot = Bot::over_a_folder(&[("CASECLERK_STORE_ADDRESS", &store)]).await;
    assert!(bot.answer().await.contains(OLD));

    bot.tiny.edit(IS_IT_OVER, OLD, NEW);
    let told = bot.told().await;
    assert!(told.contains("files of the FAQ have changed"), "{told}");
    assert!(told.contains("0 added, 1 changed, 0 withdrawn"), "{told}");
    assert!(bot.answer().await.contains(NEW));

    bot.tiny.edit(IS_IT_OVER, "court-record", "court-recrd");
    let told = bot.told().await;
    for said in ["Nothing was changed", "answers/status/is-it-over.md:", "court-record"] {
        assert!(told.contains(said), "no {said:?} in {told}");
    }
    bot.logs("the content has errors; the old answers stay", 1).await;
    assert!(bot.answer().await.contains(NEW));

    // Files that stay broken are not told of again, and a reload by hand says why.
    bot.tiny.write("answers/.a-hidden-file", "x");
    let reload = bot.discord.desk(Desk::Command("reload", json!({}))).await;
    assert!(reload.to_string().contains("Nothing was changed"), "{reload}");

    bot.tiny.edit(IS_IT_OVER, "court-recrd", "court-record");
    let told = bot.told().await;
    assert!(told.contains("as they were before the errors"), "{told}");

    // What was reloaded by hand is not told of once more: the next news are the next change.
    bot.tiny.edit(IS_IT_OVER, NEW, OLD);
    bot.discord.desk(Desk::Command("reload", json!({}))).await;
    assert!(bot.answer().await.contains(OLD));
    bot.logs("the files of the FAQ are those that are served", 3).await;
    bot.tiny.edit(WILL_I_BE_PAID, "court-record", "court-record ");
    bot.tiny.edit(WILL_I_BE_PAID, "court-record ", "court-recrd");
    let told = bot.told().await;
    assert!(told.contains(WILL_I_BE_PAID), "{told}");
    assert_eq!(bot.discord.unseen(POST), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_missed_until_a_reload_by_hand() {
    let mut bot = Bot::over_a_folder(&[]).await;
    fs::remove_file(bot.tiny.faq().join("answers/money/court-fees.md")).unwrap();
    bot.tiny.edit(IS_IT_OVER, OLD, NEW);
    let told = bot.told().await;
    for said in ["Nothing was changed", "court-fees.md:1", "was there, and is gone", "/faq reload"]
    {
        assert!(told.contains(said), "no {said:?} in {told}");
    }
    assert!(bot.answer().await.contains(OLD));
    let reload = bot.discord.desk(Desk::Command("reload", json!({}))).await;
    assert!(reload.to_string().contains("1 changed"), "{reload}");
    assert!(bot.answer().await.contains(NEW));
    // Nobody misses it any more.
    bot.tiny.edit(IS_IT_OVER, NEW, OLD);
    let told = bot.told().await;
    assert!(told.contains("0 added, 1 changed, 0 withdrawn"), "{told}");
}

/// Kubernetes puts the files of a ConfigMap into a new folder, and then makes one link lead there.
#[tokio::test(flavor = "multi_thread")]
async fn the_links_of_a_config_map_are_followed() {
    let tiny = Tiny::new();
    let mounted = tiny.root().join("mounted");
    let version = |name: &str| mounted.join(name);
    lay_over(&original(), &version("..2026_12_01_1"));
    symlink("..2026_12_01_1", mounted.join("..data")).unwrap();
    for entry in fs::read_dir(original()).unwrap() {
        let name = entry.unwrap().file_name();
        symlink(Path::new("..data").join(&name), mounted.join(&name)).unwrap();
    }
    let mut bot = Bot::start(tiny, &mounted, &[]).await;
    for (old, new, from, to) in [
        ("..2026_12_01_1", "..2026_12_01_2", OLD, NEW),
        // The folder that was watched first is gone by now.
        ("..2026_12_01_2", "..2026_12_01_3", NEW, "Nobody ended it"),
    ] {
        lay_over(&version(old), &version(new));
        edit(&version(new), IS_IT_OVER, from, to);
        symlink(new, mounted.join("..data_tmp")).unwrap();
        fs::rename(mounted.join("..data_tmp"), mounted.join("..data")).unwrap();
        fs::remove_dir_all(version(old)).unwrap();
        let told = bot.told().await;
        assert!(told.contains("0 added, 1 changed, 0 withdrawn"), "{told}");
        assert!(bot.answer().await.contains(to));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_of_git_is_taken_as_a_whole() {
    let tiny = Tiny::new();
    let checkout = tiny.root().to_owned();
    git(&checkout, &["init", "--quiet", "--initial-branch=main"]);
    git(&checkout, &["add", "faq"]);
    git(&checkout, &["commit", "--quiet", "--message=first"]);
    git(&checkout, &["checkout", "--quiet", "-b", "next"]);
    for file in [IS_IT_OVER, WILL_I_BE_PAID, "answers/money/court-fees.md"] {
        let text = fs::read_to_string(tiny.faq().join(file)).unwrap();
        tiny.write(file, format!("{text}\nThat is all that the files say.\n"));
    }
    tiny.edit(IS_IT_OVER, OLD, NEW);
    git(&checkout, &["commit", "--quiet", "--all", "--message=second"]);
    git(&checkout, &["checkout", "--quiet", "main"]);
    let faq = tiny.faq();
    let mut bot = Bot::start(tiny, &faq, &[]).await;

    // While git works, the files may be of two versions.
    let lock = checkout.join(".git/index.lock");
    fs::write(&lock, "").unwrap();
    bot.tiny.edit(WILL_I_BE_PAID, "court-record", "court-recrd");
    tokio::time::sleep(Duration::from_secs(2)).await;
    bot.tiny.edit(WILL_I_BE_PAID, "court-recrd", "court-record");
    fs::remove_file(&lock).unwrap();

    git(&checkout, &["checkout", "--quiet", "next"]);
    let told = bot.told().await;
    assert!(told.contains("0 added, 2 changed, 0 withdrawn"), "{told}");
    assert!(bot.answer().await.contains(NEW));
}

/// As programs do that keep a checkout up to date, such as git-sync: the folder is a link.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_replaced_is_found_again() {
    let tiny = Tiny::new();
    let top = tiny.root().to_owned();
    for version in ["1", "2"] {
        lay_over(&original(), &top.join(version).join("faq"));
    }
    edit(&top.join("2/faq"), IS_IT_OVER, OLD, NEW);
    symlink("1", top.join("current")).unwrap();
    let faq = top.join("current/faq");
    let mut bot = Bot::start(tiny, &faq, &[]).await;
    symlink("2", top.join("other")).unwrap();
    fs::rename(top.join("other"), top.join("current")).unwrap();
    let told = bot.told().await;
    assert!(told.contains("0 added, 1 changed, 0 withdrawn"), "{told}");
    assert!(bot.answer().await.contains(NEW));

    // Deleted, and made again later.
    fs::remove_dir_all(&faq).unwrap();
    let told = bot.told().await;
    assert!(told.contains("Nothing was changed") && told.contains("there is no folder"), "{told}");
    assert!(bot.answer().await.contains(NEW));
    lay_over(&original(), &faq);
    let told = bot.told().await;
    assert!(told.contains("0 added, 1 changed, 0 withdrawn"), "{told}");
    assert!(bot.answer().await.contains(OLD));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_events_come_the_bot_looks_itself_and_needs_no_channel() {
    let options = [
        ("CASECLERK_KNOWLEDGE_WATCH", "poll"),
        ("CASECLERK_KNOWLEDGE_WATCH_SECONDS", "1"),
        ("CASECLERK_MODERATION_CHANNEL", ""),
    ];
    let mut bot = Bot::over_a_folder(&options).await;
    bot.tiny.edit(IS_IT_OVER, OLD, NEW);
    bot.logs("the content is up to date", 1).await;
    assert!(bot.answer().await.contains(NEW));
    bot.tiny.edit(IS_IT_OVER, "court-record", "court-recrd");
    bot.logs("the content has errors; the old answers stay", 1).await;
    assert_eq!(bot.discord.unseen(POST), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_say_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("desk.db").display().to_string();
    let tiny = Tiny::new();
    let faq = tiny.faq();
    let options = [("CASECLERK_STORE_ADDRESS", store.as_str())];
    let one = Bot::start(tiny, &faq, &options).await;
    let other = Bot::start(Tiny::new(), &faq, &options).await;
    one.tiny.edit(IS_IT_OVER, OLD, NEW);
    for bot in [&one, &other] {
        bot.logs("the content is up to date", 1).await;
    }
    one.tiny.edit(WILL_I_BE_PAID, "court-record", "court-recrd");
    for bot in [&one, &other] {
        bot.logs("the content has errors", 1).await;
    }
    one.tiny.edit(WILL_I_BE_PAID, "court-recrd", "court-record");
    for bot in [&one, &other] {
        bot.logs("those that are served", 2).await;
    }
    // By the third news, the first two were told, by one or the other.
    let mut told = Vec::new();
    for bot in [&one, &other] {
        while bot.discord.unseen(POST) > 0 {
            told.push(bot.told().await);
        }
    }
    let about = |words: &str| told.iter().filter(|told| told.contains(words)).count();
    assert_eq!((about("1 changed"), about("Nothing was changed")), (1, 1), "{told:#?}");
}

//! `caseclerk doctor`: the real program, a mock Discord, and one thing wrong at a time.

#![cfg(feature = "discord")]

#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;

use std::fs;
use std::path::Path;

use futures_util::future::join_all;
use mock_discord::{Ended, MockDiscord};
use serde_json::{Value, json};
use tiny::{Tiny, lay_over};

/// The state and the text of the check of a subject.
#[track_caller]
fn check<'l>(ended: &'l Ended, subject: &str) -> (&'l str, &'l str) {
    let line = |line: &'l str| {
        let (state, rest) = line.split_once(' ')?;
        Some((state, rest.trim_start().strip_prefix(subject)?.strip_prefix(": ")?))
    };
    let found = ended.log.lines().find_map(line);
    found.unwrap_or_else(|| panic!("nothing about {subject} in {}", ended.log))
}

/// Asserts that this alone is wrong, and returns what is said about it.
#[track_caller]
fn only_fault<'l>(ended: &'l Ended, state: &str, subject: &str) -> &'l str {
    let (found, text) = check(ended, subject);
    assert_eq!(found, state, "{}", ended.log);
    let (code, end) = match state {
        "warning" => (0, "Failed: 0, warnings: 1."),
        _ => (1, "Failed: 1, warnings: 0."),
    };
    assert!(ended.log.contains(end), "{}", ended.log);
    assert_eq!(ended.code, Some(code));
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_is_well_it_says_so_and_changes_nothing() {
    let discord = MockDiscord::start().await;
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("new/desk.db");
    let variables = [("CASECLERK_STORE_ADDRESS", store.to_str().unwrap())];
    let well = discord.doctor(&[], &variables).await;
    assert!(well.log.ends_with("All is well.\n"), "{}", well.log);
    assert_eq!(well.code, Some(0));
    for (subject, said) in [
        ("configuration", "config.toml"),
        ("content", "answers"),
        ("index", "up to date"),
        ("store", "the next start makes it"),
        ("way to Discord", "127.0.0.1"),
        ("clock", "differs"),
        ("token", "Lampclerk"),
        ("session starts", "1000 of 1000"),
        ("gateway", "accepts connections"),
        ("intents", "no privileged intent"),
        ("interactions", "over the gateway"),
        ("moderators", "/faq can be used in the server 700"),
        ("servers", "permissions"),
    ] {
        let (state, text) = check(&well, subject);
        assert!(state == "ok" && text.contains(said), "{subject}: {}", well.log);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(discord.unseen("PUT") + discord.unseen("POST"), 0);
    assert_eq!(discord.count("identify"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_it_asks_nobody() {
    let discord = MockDiscord::start().await;
    let ended = discord.doctor(&["--offline"], &[]).await;
    assert!(ended.log.ends_with("All is well.\n"), "{}", ended.log);
    assert!(!ended.log.contains("way to Discord"), "{}", ended.log);
    assert_eq!(discord.unseen(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_missing_malformed_or_refused_is_told_apart() {
    let discord = MockDiscord::start().await;
    for (token, said) in [("", "there is no token"), ("Bot abc.def", "leave it out")] {
        let ended = discord.doctor(&[], &[("DISCORD_TOKEN", token)]).await;
        assert!(only_fault(&ended, "failed", "token").contains(said), "{}", ended.log);
    }
    discord.fail("GET /gateway/bot", 401, json!({"code": 0, "message": "401: Unauthorized"}));
    let ended = discord.doctor(&[], &[]).await;
    assert!(only_fault(&ended, "failed", "token").contains("reset"), "{}", ended.log);
    assert!(!ended.log.contains("test.token.only"), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn intents_that_the_bot_does_not_need_are_a_warning() {
    let discord = MockDiscord::start().await;
    let application = json!({"id": "901", "flags": (1 << 19) | (1 << 14) | (1 << 23)});
    discord.fail("GET /oauth2/applications/@me", 200, application);
    let ended = discord.doctor(&[], &[]).await;
    let text = only_fault(&ended, "warning", "intents");
    assert!(text.starts_with("Server Members Intent, Message Content Intent"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interactions_endpoint_takes_the_commands_away() {
    let discord = MockDiscord::start().await;
    let application = json!({"id": "901", "interactions_endpoint_url": "https://old.example/"});
    discord.fail("GET /oauth2/applications/@me", 200, application);
    let ended = discord.doctor(&[], &[]).await;
    assert!(only_fault(&ended, "failed", "interactions").contains("clear that field"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_a_warning() {
    let discord = MockDiscord::start().await;
    discord.has_the_time("Sat, 01 Jan 2022 00:00:00 GMT");
    let ended = discord.doctor(&[], &[]).await;
    let text = only_fault(&ended, "warning", "clock");
    assert!(text.contains("ahead of Discord's") && text.contains("timedatectl"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_step_of_the_way_to_discord_that_fails_is_named() {
    let discord = MockDiscord::start().await;
    let base = |scheme: &str, port: u16| format!("{scheme}://127.0.0.1:{port}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    // Each of them is tried for ten seconds.
    let ways = [
        (base("http", port), "(TCP)"),
        (base("https", port), "(TCP)"),
        (base("https", discord.port()), "(TLS)"),
    ];
    let tried = ways.iter().map(async |(base, step)| {
        let ended = discord.doctor(&[], &[("CASECLERK_DISCORD_API_BASE", base)]).await;
        let text = only_fault(&ended, "failed", "way to Discord");
        assert!(text.contains(step), "{text}");
    });
    join_all(tried).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_that_answers_with_errors_is_named() {
    let discord = MockDiscord::start().await;
    for _ in 0..20 {
        discord.fail("GET /gateway/bot", 503, Value::Null);
    }
    let ended = discord.doctor(&[], &[]).await;
    assert!(only_fault(&ended, "failed", "way to Discord").contains("503"), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_cannot_be_reached_is_named() {
    let discord = MockDiscord::start().await;
    discord.has_no_gateway();
    let ended = discord.doctor(&[], &[]).await;
    assert!(only_fault(&ended, "failed", "gateway").contains("websocket handshake"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_none_is_named() {
    let discord = MockDiscord::start().await;
    let ended = discord.doctor(&[], &[("CASECLERK_DISCORD_CA_FILE", "README.md")]).await;
    assert!(only_fault(&ended, "failed", "certificates").contains("README.md"), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn few_session_starts_are_a_warning() {
    let discord = MockDiscord::start().await;
    let limit = json!({"total": 1000, "remaining": 10, "reset_after": 60000, "max_concurrency": 1});
    let gateway = json!({"url": discord.gateway(), "shards": 1, "session_start_limit": limit});
    discord.fail("GET /gateway/bot", 200, gateway);
    let ended = discord.doctor(&[], &[]).await;
    assert!(only_fault(&ended, "warning", "session starts").contains("waits 6 s"), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_shards_are_a_warning() {
    let discord = MockDiscord::start().await;
    discord.has_shards(4, 1);
    let ended = discord.doctor(&[], &[("CASECLERK_DISCORD_SHARDS", "0/2")]).await;
    let warning = only_fault(&ended, "warning", "shards");
    assert!(warning.contains("1 of 2; Discord recommends 4"), "{warning}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_bot_its_commands_or_its_permissions_is_named() {
    let discord = MockDiscord::start().await;
    let refused = json!({"code": 50001, "message": "Missing Access"});
    discord.fail("GET /applications/901/guilds/700/commands", 403, refused);
    let ended = discord.doctor(&[], &[]).await;
    assert!(only_fault(&ended, "failed", "moderators").contains("Invite it there again"));

    discord.fail("GET /users/@me/guilds", 200, json!([]));
    let ended = discord.doctor(&[], &[]).await;
    assert!(only_fault(&ended, "warning", "moderators").contains("no member"), "{}", ended.log);

    let lamps = json!({"id": "700", "name": "Lamps", "permissions": "1024"});
    let admin = json!({"id": "701", "name": "Shades", "permissions": "8"});
    for _ in 0..2 {
        discord.fail("GET /users/@me/guilds", 200, json!([lamps, admin]));
    }
    let ended = discord.doctor(&[], &[]).await;
    let text = only_fault(&ended, "warning", "servers");
    assert!(text.contains("“Lamps” (") && text.contains("Embed Links"), "{text}");
    assert!(text.contains("1 of 2") && !text.contains("Shades"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_the_content_is_named_with_its_line() {
    let discord = MockDiscord::start().await;
    let tiny = Tiny::new();
    lay_over(Path::new("tests/lint/unknown-source/in"), &tiny.faq());
    let faq = tiny.faq().display().to_string();
    let ended = discord.doctor(&[], &[("CASECLERK_KNOWLEDGE_FAQ", &faq)]).await;
    let text = only_fault(&ended, "failed", "content");
    assert!(text.contains("errors: 1. The first is in answers/money/will-i-be-paid.md:"), "{text}");
    assert!(text.contains("`caseclerk lint` shows all"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_used_is_named_without_its_password() {
    let discord = MockDiscord::start().await;
    let nobody = "postgres://clerk:hidden-word@127.0.0.1:9/desk";
    for (address, said) in [
        ("README.md", "not a database"),
        ("mysql://clerk:hidden-word@127.0.0.1/desk", "neither a file nor a Postgres database"),
        (nobody, "refused"),
    ] {
        let ended = discord.doctor(&[], &[("CASECLERK_STORE_ADDRESS", address)]).await;
        let text = only_fault(&ended, "failed", "store");
        assert!(text.contains(said), "{text}");
        assert!(!ended.log.contains("hidden-word"), "{}", ended.log);
    }
    let ended = discord.doctor(&["--offline"], &[("CASECLERK_STORE_ADDRESS", nobody)]).await;
    assert_eq!(check(&ended, "store"), ("ok", "a Postgres database; it was not asked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_named() {
    use caseclerk::knowledge::Change;
    use caseclerk::store::Store;
    let discord = MockDiscord::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.db");
    let variables = [("CASECLERK_STORE_ADDRESS", file.to_str().unwrap())];
    let store = Store::open(file.to_str().unwrap()).unwrap();
    let words = "a long question ".repeat(400);
    for _ in 0..20 {
        let change = Change::Elsewhere { words: words.clone() };
        store.amend(&[change], "1", jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    }
    drop(store);
    let backup = folder.path().join("backup.db");
    Store::open(file.to_str().unwrap()).unwrap().back_up(&backup).await.unwrap();
    // A backup has no write-ahead log beside it.
    fs::rename(&backup, &file).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", file.display()));
    }
    let ended = discord.doctor(&[], &variables).await;
    assert_eq!(check(&ended, "store"), ("ok", "it can be read and written"));
    let mut bytes = fs::read(&file).unwrap();
    let end = bytes.len();
    bytes[end / 2..].fill(0xAA);
    fs::write(&file, bytes).unwrap();
    let ended = discord.doctor(&[], &variables).await;
    assert!(only_fault(&ended, "failed", "store").contains("backup"), "{}", ended.log);
}

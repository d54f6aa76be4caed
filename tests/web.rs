//! The web listener of the real program, over sockets on loopback.

#![cfg(feature = "discord")]

#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
#[path = "support/web.rs"]
mod web;

use std::collections::BTreeSet;
use std::net::TcpListener;

use discord_json::{command_data, interaction};
use jiff::{Timestamp, ToSpan};
use mock_discord::{GUILD, MockDiscord};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use web::{Site, free_address, until};

const STATUS: &str = "has the lamp suit ended";
const MEMBER: u64 = 1 << 11;
const MODERATOR: u64 = 1 << 5;

/// The button that shows the evidence of an answer.
const EVIDENCE: &str = "evidence:status/is-it-over";

fn stamped(message: &Value) -> bool {
    message.to_string().contains("without prejudice")
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_say_how_the_bot_is() {
    let site = Site::start(&[]).await;
    assert_eq!(site.page("/healthz").await, (200, "ok\n".to_owned()));
    assert_eq!(site.becomes("gateway", "connected").await, 200);
    let (_, body) = site.page("/readyz").await;
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert!(body["ready"] == true && body["store"] == "none", "{body}");
    assert!(body["answers"] == 3, "{body}");
    assert_eq!(site.page("/nothing-here").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_the_gateway_is_counted() {
    let mut site = Site::start(&[]).await;
    site.discord.happened("identify", 1).await;
    site.discord.fail("POST /interactions/", 502, Value::Null);
    let answer = site.discord.slash(MEMBER, "ask", json!({"question": STATUS})).await;
    assert!(stamped(&answer), "{answer}");
    let (_, metrics) = until(async || {
        let page = site.page("/metrics").await;
        // It is counted after Discord has taken the response.
        page.1.contains("caseclerk_interaction_response_seconds_count 1").then_some(page)
    })
    .await;
    for line in [
        r#"caseclerk_questions_total{door="gateway",outcome="answered"} 1"#,
        r#"caseclerk_gateway_sessions_total{kind="new"} 1"#,
        r#"caseclerk_rest_errors_total{kind="server"} 1"#,
        "caseclerk_gateway_wanted 1",
        "caseclerk_answers 3",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in:\n{metrics}");
    }
}

/// The files for Prometheus and Grafana name only metrics that there are, and the dashboard shows all.
#[tokio::test(flavor = "multi_thread")]
async fn alerts_and_dashboard_know_the_metrics() {
    let site = Site::start(&[("CASECLERK_WEB_PUBLIC_URL", "https://faq.example.org")]).await;
    // A histogram is there as soon as something is measured.
    site.page("/search?q=lamp").await;
    let (_, metrics) = site.page("/metrics").await;
    let names = |text: &str| -> BTreeSet<String> {
        let is_of_name = |c: &char| c.is_ascii_lowercase() || *c == '_';
        let names = text.match_indices("caseclerk_");
        names.map(|(start, _)| text[start..].chars().take_while(is_of_name).collect()).collect()
    };
    let there = names(&metrics);
    let read = |file: &str| std::fs::read_to_string(file).expect("the file can be read");
    let alerts = names(&read("deploy/prometheus/alerts.yaml"));
    let dashboard = names(&read("deploy/grafana/caseclerk.json"));
    for (file, wanted) in [("the alerts", &alerts), ("the dashboard", &dashboard)] {
        let unknown: Vec<_> = wanted.difference(&there).collect();
        assert!(!wanted.is_empty() && unknown.is_empty(), "{file}: {unknown:?}");
    }
    let families = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    for family in families.filter_map(|line| line.split(' ').next()) {
        let is_shown = dashboard.iter().any(|name| name.starts_with(family));
        assert!(is_shown, "the dashboard does not show {family}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gateway_that_is_wanted_it_is_alive_and_not_ready() {
    let discord = MockDiscord::start().await;
    discord.has_no_gateway();
    let site = Site::over(discord, &[]);
    assert_eq!(site.becomes("gateway", "not connected").await, 503);
    assert_eq!(site.page("/healthz").await.0, 200);
    let mut discord = site.discord;
    discord.terminate();
    assert_eq!(discord.ended().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_does_not_work_is_named_and_answers_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    // A folder is no file, so the store cannot be opened.
    let store = folder.path().to_str().expect("a path in letters");
    let mut site = Site::without_gateway(&[("CASECLERK_STORE_ADDRESS", store)]).await;
    assert_eq!(site.becomes("store", "does not work").await, 200);
    let asked = site.discord.interaction(MEMBER, "ask", json!({"question": STATUS}));
    let (status, answer) = site.interaction(&asked).await;
    assert!(status == 200 && stamped(&answer), "{answer}");
    let (_, metrics) = site.page("/metrics").await;
    assert!(metrics.contains("caseclerk_store_up 0"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_can_send_everything_over_http() {
    let mut site = Site::without_gateway(&[]).await;
    let discord = &mut site.discord;
    let asked = discord.interaction(MEMBER, "ask", json!({"question": STATUS}));
    let pressed = discord.pressed(MEMBER, EVIDENCE);
    let typing = command_data("ask", &json!({"question": "over"}), "question");
    let typing = interaction(51, 4, Some(GUILD), (1, MEMBER), &typing);
    let opens = discord.pressed(MEMBER, "nonsense");
    let reload = discord.interaction(MODERATOR, "faq reload", json!({}));

    assert_eq!(site.interaction(&json!({"type": 1})).await, (200, json!({"type": 1})));
    let (status, answer) = site.interaction(&asked).await;
    assert!(status == 200 && answer["type"] == 4 && stamped(&answer), "{answer}");
    let (_, evidence) = site.interaction(&pressed).await;
    assert!(evidence["type"] == 4 && stamped(&evidence), "{evidence}");
    let (_, choices) = site.interaction(&typing).await;
    assert!(choices["type"] == 8 && choices["data"]["choices"][0]["value"].is_string());
    assert_eq!(site.interaction(&opens).await.1["type"], 4);
    // The work that follows goes through the webhook, after Discord has taken the response.
    assert_eq!(site.interaction(&reload).await.1["type"], 5);
    let report = site.discord.request("PATCH /webhooks/901/secret-token/messages/@original").await;
    assert!(report.to_string().contains("0 added, 0 changed, 0 withdrawn"), "{report}");
    assert_eq!(site.discord.unseen("POST /interactions"), 0);
    assert_eq!(site.discord.count("identify"), 0);

    let (_, metrics) = site.page("/metrics").await;
    for line in [
        r#"caseclerk_questions_total{door="http",outcome="answered"} 2"#,
        r#"caseclerk_reloads_total{result="loaded"} 1"#,
        r#"caseclerk_http_request_seconds_count{route="/interactions"} 6"#,
        "caseclerk_gateway_wanted 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in:\n{metrics}");
    }
    assert!(!metrics.contains("lamp") && !metrics.contains("700"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_and_a_public_answer_reach_the_store_over_http() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("desk.db");
    let store = store.to_str().expect("a path in letters");
    let visibility = ("CASECLERK_DISCORD_VISIBILITY", "public");
    let mut site = Site::without_gateway(&[("CASECLERK_STORE_ADDRESS", store), visibility]).await;
    let asked = site.discord.interaction(MEMBER, "ask", json!({"question": STATUS}));
    // At first, Discord has not taken the response yet.
    site.discord.fail("GET /webhooks/901/secret-token/messages/@original", 404, json!({}));
    let (_, answer) = site.interaction(&asked).await;
    assert!(stamped(&answer), "{answer}");
    site.discord.request("GET /webhooks/901/secret-token/messages/@original").await;
    let field = json!({"type": 4, "custom_id": "words", "value": "no longer true"});
    let data = json!({
        "custom_id": "hold:status/is-it-over",
        "components": [{"type": 1, "components": [field]}],
    });
    let form = interaction(52, 5, Some(GUILD), (1, MODERATOR), &data);
    let (_, acknowledged) = site.interaction(&form).await;
    assert_eq!(acknowledged["type"], 5, "{acknowledged}");
    let held = site.discord.request("PATCH /webhooks/901/secret-token/messages/@original").await;
    assert!(!held.to_string().contains("Nothing was changed"), "{held}");
    let again = site.discord.interaction(MEMBER, "ask", json!({"question": STATUS}));
    let (_, answer) = site.interaction(&again).await;
    assert!(answer.to_string().contains("under review"), "{answer}");
    site.discord.terminate();
    assert_eq!(site.discord.ended().await.code, Some(0));
    let store = caseclerk::store::Store::open(store).expect("a store");
    let posted = store.posted_versions().await.expect("it works");
    assert_eq!((posted.len(), posted[0].messages), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_discord_did_not_sign_is_refused() {
    let mut site = Site::without_gateway(&[]).await;
    let asked = site.discord.interaction(MEMBER, "ask", json!({"question": STATUS}));
    let (body, now) = (asked.to_string(), Timestamp::now());
    let timestamp = now.as_second().to_string();
    let signature = site.sign(&timestamp, &body);
    let forged = body.replace("lamp", "lawn");
    let earlier = (now - 10.minutes()).as_second().to_string();
    let recorded = site.sign(&earlier, &body);
    for (signature, timestamp, body) in [
        (signature.as_str(), timestamp.as_str(), &forged),
        (&signature, &earlier, &body),
        (&recorded, &earlier, &body),
        (&"0".repeat(128), &timestamp, &body),
        ("", "", &body),
        (&signature, "now", &body),
    ] {
        assert_eq!(site.post(signature, timestamp, body.clone()).await.0, 401);
    }
    // The same request is answered once.
    assert_eq!(site.post(&signature, &timestamp, body.clone()).await.0, 200);
    assert_eq!(site.post(&signature, &timestamp, body).await.0, 409);
    let garbage = "{".to_owned();
    assert_eq!(site.post(&site.sign(&timestamp, &garbage), &timestamp, garbage).await.0, 400);
    assert_eq!(site.get("/interactions").await.status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_too_long_is_not_read() {
    let site = Site::without_gateway(&[]).await;
    for (head, status) in [
        ("POST /interactions HTTP/1.1\r\nhost: bot\r\ncontent-length: 600000\r\n\r\n", "413"),
        (&*format!("GET /healthz HTTP/1.1\r\nhost: bot\r\nx: {}", "x".repeat(20_000)), "431"),
    ] {
        let mut stream = TcpStream::connect(site.address).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(answer, format!("HTTP/1.1 {status}").as_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_an_error_with_a_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut discord = MockDiscord::start().await;
    discord.run_bot(&[("CASECLERK_WEB_LISTEN", &address)]);
    let ended = discord.ended().await;
    assert_eq!(ended.code, Some(2));
    let expected = format!("cannot listen on {address} (web.listen): another program");
    assert!(ended.log.contains(&expected), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_asks_the_listener_if_there_is_no_gateway() {
    let site = Site::without_gateway(&[]).await;
    let address = format!("0.0.0.0:{}", site.address.port());
    let environment =
        [("CASECLERK_DISCORD_GATEWAY", "false"), ("CASECLERK_WEB_LISTEN", address.as_str())];
    assert_eq!(site.discord.health(&environment).await, Some(0));
    let nobody = free_address().to_string();
    let environment = [environment[0], (environment[1].0, nobody.as_str())];
    assert_eq!(site.discord.health(&environment).await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_gateway_nor_listener_is_an_error() {
    let mut discord = MockDiscord::start().await;
    discord.run_bot(&[("CASECLERK_DISCORD_GATEWAY", "false")]);
    let ended = discord.ended().await;
    assert!(ended.code == Some(2) && ended.log.contains("there is nothing to do"), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_in_flight_are_finished_when_it_stops() {
    let mut site = Site::without_gateway(&[]).await;
    let asked = site.discord.interaction(MEMBER, "ask", json!({"question": STATUS})).to_string();
    let timestamp = Timestamp::now().as_second().to_string();
    let head = format!(
        "POST /interactions HTTP/1.1\r\nhost: bot\r\nexpect: 100-continue\r\n\
         content-length: {}\r\nx-signature-ed25519: {}\r\nx-signature-timestamp: {timestamp}\r\n\r\n",
        asked.len(),
        site.sign(&timestamp, &asked),
    );
    let mut stream = TcpStream::connect(site.address).await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut went_on = [0; 25];
    stream.read_exact(&mut went_on).await.expect("100 Continue");
    site.discord.terminate();
    // No new connection is taken any more, and the request is still answered.
    until(async || TcpStream::connect(site.address).await.err()).await;
    stream.write_all(asked.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("a whole answer");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("without prejudice"), "{answer}");
    assert_eq!(site.discord.ended().await.code, Some(0));
}

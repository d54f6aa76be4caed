//! Several processes share the work: three with a web listener behind HAProxy, two with a shard each,
//! and one Postgres. `tools/with_postgres` runs it; it stops and starts that Postgres, so no other test
//! may use it at the same time.

#![cfg(all(feature = "discord", feature = "postgres-tests"))]

#[path = "support/database.rs"]
mod database;
#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/fleet.rs"]
mod fleet;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;
#[path = "support/web.rs"]
mod web;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use caseclerk::knowledge::EntryId;
use caseclerk::store::Votes;
use discord_json::command_data;
use fleet::{Fleet, Process, follows, postgres};
use jiff::civil::date;
use serde_json::{Value, json};
use shared_index::shared_index;
use tiny::Tiny;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use web::until;

const STATUS: &str = "has the lamp suit ended";
const CLAIMS: &str = "what are lantern lamps accused of";
/// Leads to the last answer.
const WHO: &str = "who says that";

const GUARDS: &str = r#"
    [[guards]]
    name = "last-sources"
    leads_to = "last-answer/sources"
    only = true
    words = ["who says that"]
    examples = ["who says that"]
    counter_examples = ["who says that the suit has ended"]
"#;

/// The servers that the load comes from.
const SERVERS: u64 = 10_000;

/// How many interactions are under way at the same time.
const CLIENTS: u64 = 8;

/// What others change is seen within a second. A busy machine may take a little longer, but not as long
/// as a process that only looks from time to time.
const SOON: Duration = Duration::from_secs(8);

/// An id of a server. The lower bits do not count for its shard.
fn server(number: u64) -> u64 {
    ((number % SERVERS) << 22) | 1
}

fn is_answer(answer: &Value) -> bool {
    answer.to_string().contains("without prejudice") || answer.to_string().contains("under review")
}

/// An interaction that was sent.
struct Sent {
    token: String,
    /// Whether something follows after the first response.
    has_more: bool,
    began: Instant,
    /// Why Discord would tell the member that the bot does not answer.
    failure: Option<String>,
}

/// Members who use the bot through the balancer.
struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Vec<Sent>>>,
}

impl Load {
    fn start(fleet: &Arc<Fleet>, balancer: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let clients = (0..CLIENTS).map(|client| {
            let (fleet, stop) = (fleet.clone(), stop.clone());
            tokio::spawn(async move {
                let mut sent = Vec::new();
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    sent.push(send(&fleet, balancer, number * CLIENTS + client).await);
                    sleep(Duration::from_millis(5)).await;
                }
                sent
            })
        });
        let clients = clients.collect();
        Self { stop, clients }
    }

    async fn stop(self) -> Vec<Sent> {
        self.stop.store(true, Ordering::Relaxed);
        let mut sent = Vec::new();
        for client in self.clients {
            sent.extend(client.await.expect("no panic"));
        }
        sent
    }
}

async fn send(fleet: &Fleet, balancer: SocketAddr, number: u64) -> Sent {
    let typing = || command_data("ask", &json!({"question": "over"}), "question");
    let (kind, data, expected) = match number % 4 {
        0 => (4, typing(), 8),
        1 => (3, json!({"custom_id": "helpful:status/is-it-over", "component_type": 2}), 5),
        2 => (3, json!({"custom_id": "evidence:status/is-it-over", "component_type": 2}), 4),
        _ => (2, command_data("ask", &json!({"question": STATUS}), ""), 4),
    };
    // Each member votes once.
    let (token, interaction) =
        fleet.interaction(kind, server(number), 1_000_000 + fleet.id() % 1_000_000, &data);
    let began = Instant::now();
    let failure = match fleet.post(balancer, &interaction).await {
        Ok((200, answer))
            if answer["type"] == expected && (expected != 4 || is_answer(&answer)) =>
        {
            None
        }
        Ok((status, answer)) => Some(format!("{status}: {answer}")),
        Err(error) => Some(format!("{error:?}")),
    };
    Sent { token, has_more: kind == 3 && expected == 5, began, failure }
}

/// Everything was answered, and what follows came.
async fn all_answered(fleet: &Fleet, sent: &[Sent]) {
    let failures: Vec<&String> = sent.iter().filter_map(|sent| sent.failure.as_ref()).collect();
    assert!(failures.is_empty() && sent.len() > 100, "{failures:?} of {}", sent.len());
    for sent in sent.iter().filter(|sent| sent.has_more) {
        fleet.discord.request(&follows(&sent.token)).await;
    }
}

/// The data of a form that holds an answer back.
fn hold(entry: &str) -> Value {
    let field = json!({"type": 4, "custom_id": "words", "value": "no longer true"});
    json!({
        "custom_id": format!("hold:{entry}"),
        "components": [{"type": 1, "components": [field]}],
    })
}

/// Waits until every process says this about a question, and returns how long that took.
async fn all_say(
    fleet: &Fleet,
    webs: &[&Process],
    shards: &[u64],
    question: &str,
    words: &str,
) -> Duration {
    let began = Instant::now();
    for process in webs {
        let says = until(async || {
            fleet.ask(process, 31, question).await.to_string().contains(words).then_some(())
        });
        let said = timeout(SOON, says).await;
        assert!(said.is_ok(), "{} does not say {words:?}:\n{}", process.name, fleet.log(process));
    }
    for shard in shards {
        let says = until(async || {
            fleet.mention(server(*shard), question);
            let reply = fleet.discord.request("POST /channels/10/messages").await;
            reply.to_string().contains(words).then_some(())
        });
        if timeout(SOON, says).await.is_err() {
            panic!("shard {shard} does not say {words:?}:\n{}", fleet.log_of_shard(*shard));
        }
    }
    began.elapsed()
}

/// Waits until so many conversations stand at an answer, or at none, in the store.
async fn conversations(fleet: &Fleet, answer: &str, rows: i64) {
    let mut connection = fleet.database.connect().await;
    let count = "SELECT count(*) FROM conversations WHERE coalesce(entry, '') = $1";
    until(async || {
        let found: i64 = sqlx::query_scalar(count)
            .bind(answer.to_owned())
            .fetch_one(&mut connection)
            .await
            .ok()?;
        (found == rows).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_are_one_bot() {
    let tiny = Tiny::new();
    tiny.write("guards.toml", GUARDS);
    let fleet = Fleet::over(tiny.faq()).await;
    fleet.discord.has_shards(2, 1);
    let no_gateway = [("CASECLERK_DISCORD_GATEWAY", "false")];
    // The tables are made by whoever comes first.
    let mut webs: Vec<Process> =
        ["web1", "web2", "web3"].iter().map(|name| fleet.start(name, &no_gateway)).collect();
    let mut gateways: Vec<Process> = ["0/2", "1/2"]
        .iter()
        .map(|own| {
            let name = format!("gateway{}", &own[..1]);
            fleet.start(&name, &[("CASECLERK_DISCORD_SHARDS", own)])
        })
        .collect();
    for process in webs.iter().chain(&gateways) {
        fleet.is_ready(process).await;
    }
    // They took turns, although they started at the same time.
    assert_eq!((fleet.discord.count("identify"), fleet.discord.count("too early")), (2, 0));
    let fleet = Arc::new(fleet);
    let balancer = fleet.balancer(&webs).await;

    members_are_told_what_is_shared(&fleet, &webs[0]).await;
    one_member_votes_once(&fleet, &webs).await;
    a_conversation_goes_on_elsewhere(&fleet, &webs).await;
    without_the_store_nobody_goes_on_from_an_older_answer(&fleet, &webs).await;

    // What is held back through one process is held back in all.
    let held = fleet.desk(&webs[0], 5, 2, &hold("status/is-it-over")).await;
    assert!(held.to_string().contains("Held back"), "{held}");
    let everybody: Vec<&Process> = webs.iter().collect();
    let took = all_say(&fleet, &everybody, &[0, 1], STATUS, "under review").await;
    println!("a hold was in force in five processes after {took:?}");

    // One of the web processes is killed under load, and a shard.
    let load = Load::start(&fleet, balancer.address);
    for number in 0..50 {
        fleet.mention(server(number), STATUS);
        sleep(Duration::from_millis(10)).await;
    }
    let killed = Instant::now();
    webs[1].kill();
    let dead = Instant::now();
    sleep(Duration::from_secs(2)).await;
    for _ in 0..50 {
        fleet.discord.request("POST /channels/10/messages").await;
    }
    gateways[1].kill();
    for number in 0..50 {
        fleet.mention(server(2 * number), STATUS);
    }
    for _ in 0..50 {
        let reply = fleet.discord.request("POST /channels/10/messages").await;
        assert!(reply.to_string().contains("under review"), "{reply}");
    }
    let sent = load.stop().await;
    let (lost, answered): (Vec<Sent>, Vec<Sent>) =
        sent.into_iter().partition(|sent| sent.failure.is_some());
    println!("{} were answered, and {} died with their process", answered.len(), lost.len());
    let earliest = killed - Duration::from_secs(1);
    for lost in &lost {
        // It had reached the process before that was gone.
        assert!(lost.began > earliest && lost.began < dead, "{:?}", lost.failure);
    }
    assert!(lost.len() <= CLIENTS as usize && answered.len() > 100);
    // What follows on those that the other processes have answered comes. Of the killed process, it may
    // be missing.
    for answered in answered.iter().filter(|sent| sent.has_more && sent.began > dead) {
        fleet.discord.request(&follows(&answered.token)).await;
    }
    fleet.restart(&mut webs[1]);
    fleet.restart(&mut gateways[1]);
    for process in [&webs[1], &gateways[1]] {
        fleet.is_ready(process).await;
    }
    let everybody: Vec<&Process> = webs.iter().collect();
    all_say(&fleet, &everybody, &[0, 1], STATUS, "under review").await;

    // Postgres crashes under load, and comes back.
    let load = Load::start(&fleet, balancer.address);
    sleep(Duration::from_millis(500)).await;
    postgres("stop").await;
    for number in 0..20 {
        fleet.mention(server(number), STATUS);
        let reply = fleet.discord.request("POST /channels/10/messages").await;
        assert!(reply.to_string().contains("under review"), "{reply}");
    }
    let refused = fleet.desk(&webs[0], 5, 2, &hold("claims/what-was-claimed")).await;
    assert!(refused.to_string().contains("the store does not work"), "{refused}");
    sleep(Duration::from_secs(1)).await;
    postgres("start").await;
    sleep(Duration::from_secs(1)).await;
    let sent = load.stop().await;
    println!("{} were answered while Postgres crashed and came back", sent.len());
    all_answered(&fleet, &sent).await;
    let everybody: Vec<&Process> = webs.iter().collect();
    all_say(&fleet, &everybody, &[0, 1], STATUS, "under review").await;
    let held = until(async || {
        let held = fleet.desk(&webs[2], 5, 2, &hold("claims/what-was-claimed")).await;
        held.to_string().contains("Held back").then_some(held)
    })
    .await;
    assert!(held.to_string().contains("What did the suit claim"), "{held}");
    let took = all_say(&fleet, &everybody, &[0, 1], CLAIMS, "under review").await;
    println!("after the crash, another hold was in force in five processes after {took:?}");
}

async fn members_are_told_what_is_shared(fleet: &Fleet, process: &Process) {
    let (_, about) = fleet.interaction(2, 700, 1, &command_data("about", &json!({}), ""));
    let (_, about) = fleet.post(process.address, &about).await.expect("an answer");
    assert!(about.to_string().contains("given last is kept in the store"), "{about}");
}

async fn one_member_votes_once(fleet: &Fleet, webs: &[Process]) {
    let vote = json!({"custom_id": "helpful:claims/what-was-claimed", "component_type": 2});
    for process in webs {
        let thanks = fleet.desk(process, 3, 11, &vote).await;
        assert!(thanks.to_string().contains("Thank you"), "{thanks}");
    }
    let votes = fleet.database.open().votes_since(date(2026, 1, 1)).await.expect("the store works");
    let expected = Votes { helpful: 1, not_right: 0 };
    assert_eq!(votes.get(&EntryId::new("claims/what-was-claimed")), Some(&expected));
}

async fn a_conversation_goes_on_elsewhere(fleet: &Fleet, webs: &[Process]) {
    // Member 21 asks one process, then another, and goes on at the first.
    fleet.ask(&webs[0], 21, STATUS).await;
    conversations(fleet, "status/is-it-over", 1).await;
    // Member 22 asks nothing before.
    let alone = fleet.ask(&webs[2], 22, WHO).await;
    // Longer than a process takes what it has answered itself for the last answer.
    sleep(Duration::from_millis(2_500)).await;
    fleet.ask(&webs[1], 21, CLAIMS).await;
    conversations(fleet, "claims/what-was-claimed", 1).await;
    let followed = fleet.ask(&webs[0], 21, WHO).await;
    // As within one process.
    fleet.ask(&webs[2], 23, CLAIMS).await;
    let expected = fleet.ask(&webs[2], 23, WHO).await;
    assert_eq!(followed, expected);
    assert_ne!(followed, alone);
    fleet.ask(&webs[2], 24, STATUS).await;
    assert_ne!(fleet.ask(&webs[2], 24, WHO).await, expected);
    // The last question had no answer, so nobody goes on from the one before.
    // Those of member 22, and of who has asked about the bot.
    conversations(fleet, "", 2).await;
    fleet.ask(&webs[1], 21, "zorgle flim").await;
    conversations(fleet, "", 3).await;
    assert_eq!(fleet.ask(&webs[2], 21, WHO).await, alone);
}

async fn without_the_store_nobody_goes_on_from_an_older_answer(fleet: &Fleet, webs: &[Process]) {
    let mut connection = fleet.database.connect().await;
    fleet.ask(&webs[0], 25, STATUS).await;
    sleep(Duration::from_millis(2_500)).await;
    // Whoever wants to read the table waits.
    let lock = "BEGIN; LOCK TABLE conversations";
    sqlx::Executor::execute(&mut connection, lock).await.expect("a lock");
    let began = Instant::now();
    let followed = fleet.ask(&webs[0], 25, WHO).await;
    assert!(began.elapsed() < Duration::from_secs(3), "it waited for the store");
    sqlx::Executor::execute(&mut connection, "ROLLBACK").await.expect("no lock");
    assert_eq!(followed, fleet.ask(&webs[0], 26, WHO).await);
}

/// Not a test: what one process takes of the machine, for the table in `docs/scaling.md`. With an
/// optimised build:
///
/// ```text
/// tools/with_postgres cargo test --release --features postgres-tests --test scaling -- \
///     --ignored --nocapture
/// ```
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it checks nothing: it prints what an optimised build takes of the machine"]
async fn how_much_one_process_takes() {
    let faq = Path::new(env!("CARGO_MANIFEST_DIR")).join("faq");
    let index = shared_index(&faq).display().to_string();
    let fleet = Fleet::over(faq).await;
    let index = ("CASECLERK_KNOWLEDGE_INDEX", index.as_str());
    // A service logs each question, and the log is a file here.
    let web = fleet.start("web", &[index, ("CASECLERK_DISCORD_GATEWAY", "false")]);
    fleet.is_ready(&web).await;
    let gateway = fleet.start("gateway", &[index]);
    fleet.is_ready(&gateway).await;
    println!("memory before: web {} MB, gateway {} MB", web.memory(), gateway.memory());
    let fleet = Arc::new(fleet);

    let (web_before, gateway_before) = (web.computed(), gateway.computed());
    sleep(Duration::from_secs(10)).await;
    println!(
        "doing nothing for 10 s: web {:?}, gateway {:?} of computing",
        web.computed() - web_before,
        gateway.computed() - gateway_before
    );

    let questions = questions();
    let (before, committed, began) = (web.computed(), transactions(&fleet).await, Instant::now());
    let asked: u64 = 8_000;
    let clients = (0..CLIENTS).map(|client| {
        let (fleet, questions, address) = (fleet.clone(), questions.clone(), web.address);
        tokio::spawn(async move {
            for number in (client..asked).step_by(CLIENTS as usize) {
                let question = &questions[number as usize % questions.len()];
                let question = fleet.question(server(number), 1_000_000 + number, question);
                let (status, _) = fleet.post(address, &question).await.expect("an answer");
                assert_eq!(status, 200);
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    for client in clients {
        client.await.expect("no panic");
    }
    let took = began.elapsed();
    let computed = web.computed() - before;
    // What is stored beside the answers.
    sleep(Duration::from_secs(2)).await;
    println!(
        "{asked} questions over HTTP in {took:?}: {:.3} ms of computing each, {:.2} transactions each",
        computed.as_secs_f64() * 1000.0 / asked as f64,
        (transactions(&fleet).await - committed) as f64 / asked as f64,
    );

    let before = gateway.computed();
    let mentioned: u64 = 2_000;
    for number in 0..mentioned {
        fleet.mention(server(number), &questions[number as usize % questions.len()]);
        if number % 100 == 99 {
            let all = || fleet.discord.unseen("POST /channels/") as u64 > number;
            until(async || all().then_some(())).await;
        }
    }
    let computed = gateway.computed() - before;
    println!(
        "{mentioned} mentions over the gateway: {:.3} ms of computing each, with the reply",
        computed.as_secs_f64() * 1000.0 / mentioned as f64
    );

    let before = gateway.computed();
    let others: u64 = 100_000;
    for number in 0..others {
        let mut message = discord_json::message(fleet.id(), 3, Some(server(number)), "");
        message["member"] = discord_json::member(3, 0);
        fleet.discord.event("MESSAGE_CREATE", message);
        if number % 1000 == 999 {
            // When a mention is answered, all earlier events have reached the bot.
            let seen = fleet.discord.unseen("POST /channels/");
            fleet.mention(server(number), STATUS);
            until(async || (fleet.discord.unseen("POST /channels/") > seen).then_some(())).await;
        }
    }
    let computed = gateway.computed() - before;
    println!(
        "{others} messages to others: {:.1} µs of computing each",
        computed.as_secs_f64() * 1_000_000.0 / others as f64
    );
    println!("memory after: web {} MB, gateway {} MB", web.memory(), gateway.memory());
    let connections: i64 = of_postgres(
        &fleet,
        "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    println!("connections to Postgres of the two processes: {connections}");
}

/// Questions as people ask them.
fn questions() -> Vec<String> {
    let text = include_str!("../eval/answerable.toml");
    let quoted = text.lines().filter_map(|line| line.strip_prefix("q = \"")?.strip_suffix('"'));
    let questions: Vec<String> = quoted.map(str::to_owned).collect();
    assert!(questions.len() > 100);
    questions
}

async fn transactions(fleet: &Fleet) -> i64 {
    let committed = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()";
    of_postgres(fleet, committed).await
}

async fn of_postgres(fleet: &Fleet, statement: &str) -> i64 {
    let mut connection = fleet.database.connect().await;
    let number = sqlx::query_scalar(statement).fetch_one(&mut connection).await.expect("a number");
    sqlx::Connection::close(connection).await.expect("it is closed");
    number
}

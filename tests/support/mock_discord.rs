//! A mock Discord on loopback, with a gateway and the parts of the API that the bot uses, and the
//! real program connected to it.

// Each test file uses only a part of this module.
#![allow(dead_code)]

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::discord_json::{self, command_data, context_menu_data, user};
use super::shared_index::shared_index;

pub const BOT: u64 = 900;
pub const GUILD: u64 = 700;
/// The bot's own role.
pub const ROLE: u64 = 800;

/// A status for [`MockDiscord::fail`]: the request is never answered.
pub const SILENCE: u16 = 0;

/// A wait longer than this fails the test. Otherwise the tests do not depend on timing.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a killed program's last requests and frames may take on their way.
const ON_THE_WAY: Duration = Duration::from_millis(30);

/// The shortest time between two sessions that are counted together. The bot measures from the moment
/// at which it begins to connect.
const BETWEEN_SESSIONS: Duration = Duration::from_millis(4800);

/// Ids of messages, if each has its own, begin here.
pub const FIRST_MESSAGE: u64 = 5000;

pub struct MockDiscord {
    state: Arc<State>,
    api: SocketAddr,
    bot: Option<Child>,
    /// Reads its log. A pipe that nobody reads would be full at some point, and the program would wait.
    log: Option<JoinHandle<Vec<u8>>>,
    next: u64,
    /// Whether a test fills the disk; see [`Self::fill_disk`].
    pub survives_full_disk: bool,
}

#[derive(Default)]
struct State {
    gateway: Mutex<String>,
    requests: Mutex<Vec<(String, Value)>>,
    happened: Mutex<HashMap<&'static str, u64>>,
    commands: Mutex<HashMap<String, Value>>,
    faults: Mutex<Vec<(String, u16, Value)>>,
    refuse_identify: Mutex<Option<(u16, u32)>>,
    /// In milliseconds; by default a second.
    heartbeat_interval: Mutex<Option<u64>>,
    mute: Mutex<bool>,
    /// What each message of the bot shows, by its id; `None` if they all have one id.
    messages: Mutex<Option<BTreeMap<u64, Value>>>,
    /// The time by its clock, if that is wrong.
    date: Mutex<Option<&'static str>>,
    /// The connection of each shard.
    to_bot: Mutex<BTreeMap<u64, mpsc::UnboundedSender<Frame>>>,
    sharding: Mutex<Sharding>,
    silent_shard: Mutex<Option<u64>>,
    changed: Notify,
}

/// How it divides the servers.
struct Sharding {
    shards: u64,
    max_concurrency: u64,
    /// When a session that is counted as this one was started last.
    identified: HashMap<u64, Instant>,
}

impl Default for Sharding {
    fn default() -> Self {
        Self { shards: 1, max_concurrency: 1, identified: HashMap::new() }
    }
}

/// What a moderator uses.
pub enum Desk<'d> {
    /// A subcommand of `/faq`, and its options.
    Command(&'d str, Value),
    Button(&'d str),
    Menu(&'d str, &'d str),
    /// A form, and what was written into it.
    Form(&'d str, &'d str),
}

enum Frame {
    Json(Value),
    Cut,
}

/// The exit code and the output of the program.
pub struct Ended {
    pub code: Option<i32>,
    pub log: String,
}

impl MockDiscord {
    /// The mock without the program.
    pub async fn start() -> Self {
        let state = Arc::new(State::default());
        let gateway = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        *state.gateway.lock().unwrap() =
            format!("ws://{}", gateway.local_addr().expect("an address"));
        tokio::spawn(accept_gateway(gateway, state.clone()));
        let api = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = api.local_addr().expect("an address");
        tokio::spawn(accept_api(api, state.clone()));
        Self { state, api: address, bot: None, log: None, next: 1, survives_full_disk: false }
    }

    /// The address of its gateway.
    pub fn gateway(&self) -> String {
        self.state.gateway.lock().unwrap().clone()
    }

    /// The port of its API.
    pub fn port(&self) -> u16 {
        self.api.port()
    }

    /// The mock with a running program that has registered its commands.
    pub async fn with_bot() -> Self {
        let mut discord = Self::start().await;
        discord.run_bot(&[]);
        discord.request("PUT /applications/901/commands").await;
        discord.happened("identify", 1).await;
        discord
    }

    /// Starts the program with the tiny FAQ.
    pub fn run_bot(&mut self, environment: &[(&str, &str)]) {
        self.run_bot_as(&[], environment);
    }

    /// The same with more arguments.
    pub fn run_bot_as(&mut self, arguments: &[&str], environment: &[(&str, &str)]) {
        let bot = self
            .command(&[&["run"], arguments].concat(), environment)
            .stderr(Stdio::piped())
            .spawn();
        let mut bot = bot.expect("the program starts");
        let mut stderr = bot.stderr.take().expect("a pipe");
        self.log = Some(spawn(move || {
            let mut log = Vec::new();
            stderr.read_to_end(&mut log).expect("a log");
            log
        }));
        self.bot = Some(bot);
    }

    /// Starts the program with a FAQ.
    pub fn run_bot_over(&mut self, faq: &Path, index: &Path, environment: &[(&str, &str)]) {
        let path = |path: &Path| path.to_str().expect("a path in letters").to_owned();
        let (faq, index) = (path(faq), path(index));
        let own = [("CASECLERK_KNOWLEDGE_FAQ", &*faq), ("CASECLERK_KNOWLEDGE_INDEX", &*index)];
        self.run_bot(&[environment, &own].concat());
    }

    /// The same as [`Self::run_bot`] with more arguments, and with its log in a file.
    pub fn run_bot_with(&mut self, arguments: &[&str], log: &Path) {
        self.run_bot_logging(arguments, &[], log);
    }

    /// The same with variables.
    pub fn run_bot_logging(
        &mut self,
        arguments: &[&str],
        environment: &[(&str, &str)],
        log: &Path,
    ) {
        let mut command = self.command(&[&["run"], arguments].concat(), environment);
        let log = File::create(log).expect("a file");
        self.bot = Some(command.stderr(log).spawn().expect("the program starts"));
    }

    /// What `caseclerk doctor` prints, and how it ends.
    pub async fn doctor(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        let mut command = self.command(&[&["doctor"], arguments].concat(), environment);
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.expect("no panic").expect("the program starts");
        let text = [output.stdout, output.stderr].concat();
        Ended { code: output.status.code(), log: String::from_utf8_lossy(&text).into_owned() }
    }

    /// The program with the tiny FAQ and this Discord.
    pub fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let program = env!("CARGO_BIN_EXE_caseclerk");
        let mut command = match self.survives_full_disk {
            // A limit on the size of files stands for a full disk, and sends a signal besides.
            true => {
                let mut shell = Command::new("sh");
                shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", program]);
                shell
            }
            false => Command::new(program),
        };
        // The settings of the tests, and of whoever runs them, are not the program's.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CASECLERK_")) {
            command.env_remove(name);
        }
        let faq = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tiny/faq");
        // Variables, so that a test can set them too.
        command
            .args(arguments)
            .env("CASECLERK_KNOWLEDGE_INDEX", shared_index(&faq))
            .env("CASECLERK_KNOWLEDGE_FAQ", &faq)
            .env("DISCORD_TOKEN", "test.token.only")
            .env("CASECLERK_DISCORD_API_BASE", format!("http://{}", self.api));
        command
            .env("CASECLERK_MODERATION_GUILD", GUILD.to_string())
            // Each test that needs a store has its own.
            .env("CASECLERK_STORE_ADDRESS", "")
            .envs(environment.iter().copied());
        command
    }

    /// The exit code of `caseclerk health`.
    pub async fn health(&self, environment: &[(&str, &str)]) -> Option<i32> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
        command
            .arg("health")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = tokio::task::spawn_blocking(move || command.status());
        status.await.expect("no panic").expect("the program starts").code()
    }

    /// Whether the program is still running.
    pub fn is_running(&mut self) -> bool {
        let bot = self.bot.as_mut().expect("the program was started");
        matches!(bot.try_wait(), Ok(None))
    }

    /// The program can write no file any more, or can again.
    pub fn fill_disk(&self, is_full: bool) {
        let bot = Pid::from_child(self.bot.as_ref().expect("the program runs"));
        let limit = Rlimit { current: is_full.then_some(0), maximum: None };
        prlimit(Some(bot), Resource::Fsize, limit).expect("the limit can be set");
    }

    /// Asks the program to stop.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        let bot = Pid::from_child(self.bot.as_ref().expect("the program runs"));
        kill_process(bot, signal).expect("the signal can be sent");
    }

    /// Ends the program with SIGKILL, which it cannot notice.
    pub async fn kill(&mut self) -> Ended {
        let bot = Pid::from_child(self.bot.as_ref().expect("the program was started"));
        kill_process(bot, Signal::KILL).expect("the signal can be sent");
        let ended = self.ended().await;
        tokio::time::sleep(ON_THE_WAY).await;
        ended
    }

    /// Waits until the program has ended.
    pub async fn ended(&mut self) -> Ended {
        let bot = self.bot.take().expect("the program was started");
        let output = tokio::task::spawn_blocking(move || bot.wait_with_output());
        let output = timeout(PATIENCE, output)
            .await
            .expect("it ends")
            .expect("no panic")
            .expect("it can be waited for");
        let log = self.log.take().map(|log| log.join().expect("no panic")).unwrap_or_default();
        Ended { code: output.status.code(), log: String::from_utf8_lossy(&log).into_owned() }
    }

    /// Waits for a request, such as `POST /channels/10/messages`; each is returned once.
    pub async fn request(&self, start: &str) -> Value {
        let find = || {
            let mut requests = self.state.requests.lock().unwrap();
            let place = requests.iter().position(|(line, _)| line.starts_with(start))?;
            Some(requests.remove(place).1)
        };
        self.state.until(find, start).await
    }

    /// Waits for such a request, and leaves it to others.
    pub async fn arrived(&self, start: &str) -> Value {
        self.state.until(|| self.look(start), start).await
    }

    /// The first such request that no test has waited for, if it has come.
    pub fn look(&self, start: &str) -> Option<Value> {
        let requests = self.state.requests.lock().unwrap();
        requests.iter().find(|(line, _)| line.starts_with(start)).map(|(_, body)| body.clone())
    }

    /// Gives every message that the bot posts an id of its own.
    pub fn tells_messages_apart(&self) {
        *self.state.messages.lock().unwrap() = Some(BTreeMap::new());
    }

    /// What a message of the bot shows, after all edits.
    pub fn shown(&self, message: u64) -> Option<Value> {
        self.state.messages.lock().unwrap().as_ref()?.get(&message).cloned()
    }

    /// The number of such requests that no test has waited for.
    pub fn unseen(&self, start: &str) -> usize {
        self.state
            .requests
            .lock()
            .unwrap()
            .iter()
            .filter(|(line, _)| line.starts_with(start))
            .count()
    }

    /// Waits until something has happened this many times: `identify`, `resume` or `close` at the
    /// gateway, a session that starts `too early`, or a `refusal` of a request.
    pub async fn happened(&self, what: &'static str, times: u64) {
        let find = || (*self.state.happened.lock().unwrap().get(what)? >= times).then_some(());
        self.state.until(find, what).await
    }

    /// How often something has happened so far; see [`Self::happened`].
    pub fn count(&self, what: &str) -> u64 {
        self.state.happened.lock().unwrap().get(what).copied().unwrap_or_default()
    }

    /// Registers commands that somebody else has made.
    pub fn has_commands(&self, path: &str, commands: Value) {
        self.state.commands.lock().unwrap().insert(path.to_owned(), commands);
    }

    /// Answers the next such request with this status, or not at all for [`SILENCE`].
    pub fn fail(&self, start: &str, status: u16, body: Value) {
        self.state.faults.lock().unwrap().push((start.to_owned(), status, body));
    }

    /// Closes the next connections that identify, with this close code.
    pub fn refuse_identify(&self, code: u16, times: u32) {
        *self.state.refuse_identify.lock().unwrap() = Some((code, times));
    }

    /// Divides the servers into so many shards.
    pub fn has_shards(&self, shards: u64, max_concurrency: u64) {
        let identified = HashMap::new();
        *self.state.sharding.lock().unwrap() = Sharding { shards, max_concurrency, identified };
    }

    /// Never answers this shard.
    pub fn has_silent_shard(&self, shard: u64) {
        *self.state.silent_shard.lock().unwrap() = Some(shard);
    }

    /// Tells the bot to send heartbeats as rarely as Discord does.
    pub fn has_slow_heartbeats(&self) {
        *self.state.heartbeat_interval.lock().unwrap() = Some(41_250);
    }

    /// Gives the bot an address of the gateway where no gateway is.
    pub fn has_no_gateway(&self) {
        *self.state.gateway.lock().unwrap() = format!("ws://{}/no-gateway", self.api);
    }

    /// Sets its clock.
    pub fn has_the_time(&self, date: &'static str) {
        *self.state.date.lock().unwrap() = Some(date);
    }

    /// Stops answering heartbeats and new connections.
    pub fn fall_silent(&self) {
        *self.state.mute.lock().unwrap() = true;
    }

    /// Sends something over the gateway, to the first shard.
    pub fn send(&self, frame: Value) {
        self.state.frame(0, Frame::Json(frame));
    }

    /// Cuts the connection.
    pub fn cut(&self) {
        self.state.frame(0, Frame::Cut);
    }

    /// Sends an event to the bot: to the shard of its server, or to the first one.
    pub fn event(&self, name: &str, data: Value) {
        let guild = data["guild_id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(0);
        let frame = json!({"op": 0, "s": 2, "t": name, "d": data});
        self.state.frame(self.shard_of(guild), Frame::Json(frame));
    }

    /// The shard of a server.
    pub fn shard_of(&self, guild: u64) -> u64 {
        (guild >> 22) % self.state.sharding.lock().unwrap().shards
    }

    /// Uses a command, and returns the response.
    pub async fn slash(&mut self, permissions: u64, command: &str, options: Value) -> Value {
        let interaction = self.interaction(permissions, command, options);
        self.event("INTERACTION_CREATE", interaction);
        self.request("POST /interactions/").await
    }

    /// The event for a command.
    pub fn interaction(&mut self, permissions: u64, command: &str, options: Value) -> Value {
        let data = command_data(command, &options, "");
        discord_json::interaction(self.id(), 2, Some(GUILD), (1, permissions), &data)
    }

    /// Clicks a button of a message that the same member caused, and returns the response.
    pub async fn press(&mut self, permissions: u64, custom_id: &str) -> Value {
        let interaction = self.pressed(permissions, custom_id);
        self.event("INTERACTION_CREATE", interaction);
        self.request("POST /interactions/").await
    }

    /// Uses a command of the desk, a button or a menu of it, and returns what it shows then.
    pub async fn desk(&mut self, used: Desk<'_>) -> Value {
        self.desk_below("", used).await
    }

    /// The same for a button or a menu below this text.
    pub async fn desk_below(&mut self, text: &str, used: Desk<'_>) -> Value {
        let id = self.id();
        let component = |kind: u8, custom_id: &str, values: Value| json!({"custom_id": custom_id, "component_type": kind, "values": values});
        let (kind, data) = match used {
            Desk::Command(name, options) => (2, command_data(&format!("faq {name}"), &options, "")),
            Desk::Button(custom_id) => (3, component(2, custom_id, Value::Null)),
            Desk::Menu(custom_id, chosen) => (3, component(3, custom_id, json!([chosen]))),
            Desk::Form(custom_id, words) => {
                let field = json!({"type": 4, "custom_id": "words", "value": words});
                let row = json!({"type": 1, "components": [field]});
                (5, json!({"custom_id": custom_id, "components": [row]}))
            }
        };
        let mut interaction = discord_json::interaction(id, kind, Some(GUILD), (1, 1 << 5), &data);
        interaction["message"] = discord_json::message(6, BOT, None, text);
        self.event("INTERACTION_CREATE", interaction);
        let acknowledged = self.request("POST /interactions/").await;
        assert!([5, 6, 7].map(Value::from).contains(&acknowledged["type"]), "{acknowledged}");
        self.request("PATCH /webhooks/901/secret-token/messages/@original").await
    }

    /// Chooses from a menu as a member does, and returns the response.
    pub async fn choose(&mut self, custom_id: &str, chosen: &str) -> Value {
        let mut interaction = self.pressed(0, custom_id);
        interaction["data"]["component_type"] = json!(3);
        interaction["data"]["values"] = json!([chosen]);
        self.event("INTERACTION_CREATE", interaction);
        self.request("POST /interactions/").await
    }

    /// Uses the message command on a message with this text, and returns the response.
    pub async fn check(&mut self, text: &str) -> Value {
        let message = discord_json::message(5, 2, None, text);
        let data = context_menu_data("Check against the FAQ", &message);
        let interaction = discord_json::interaction(self.id(), 2, Some(GUILD), (1, 0), &data);
        self.event("INTERACTION_CREATE", interaction);
        self.request("POST /interactions/").await
    }

    /// The event for such a click.
    pub fn pressed(&mut self, permissions: u64, custom_id: &str) -> Value {
        let data = json!({"custom_id": custom_id, "component_type": 2});
        let mut interaction =
            discord_json::interaction(self.id(), 3, Some(GUILD), (1, permissions), &data);
        interaction["message"] = discord_json::message(6, BOT, None, "");
        interaction["message"]["interaction_metadata"] = json!({
            "id": "7", "type": 2, "user": user(1), "authorizing_integration_owners": {},
        });
        interaction
    }

    /// The event for a message that mentions the bot.
    pub fn mention(&mut self, words: &str) -> Value {
        let mut message =
            discord_json::message(self.id(), 1, Some(GUILD), &format!("<@{BOT}> {words}"));
        message["mentions"] = json!([user(BOT)]);
        message
    }

    fn id(&mut self) -> u64 {
        self.next += 1;
        // Ids that are newer than the start of the program.
        u64::MAX / 4 + self.next
    }
}

impl Drop for MockDiscord {
    fn drop(&mut self) {
        if let Some(bot) = &mut self.bot {
            // The program may have ended by itself.
            let _ = bot.kill();
            let _ = bot.wait();
        }
    }
}

impl State {
    async fn until<T>(&self, find: impl Fn() -> Option<T>, what: &str) -> T {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if let Some(found) = find() {
                    return found;
                }
                changed.await;
            }
        };
        match timeout(PATIENCE, wait).await {
            Ok(found) => found,
            Err(_) => panic!("never seen: {what}; seen were {:?}", self.requests.lock().unwrap()),
        }
    }

    fn happens(&self, what: &'static str) {
        *self.happened.lock().unwrap().entry(what).or_default() += 1;
        self.changed.notify_waiters();
    }

    /// The close code for a connection that identifies; `None` if it may.
    fn refusal(&self) -> Option<u16> {
        let mut refusal = self.refuse_identify.lock().unwrap();
        let (code, times) = refusal.as_mut().filter(|(_, times)| *times > 0)?;
        *times -= 1;
        Some(*code)
    }

    fn frame(&self, shard: u64, frame: Frame) {
        self.to_bot.lock().unwrap().get(&shard).expect("the shard is connected").send(frame).ok();
    }

    /// Whether a shard starts its session sooner than Discord allows.
    fn is_too_early(&self, shard: u64) -> bool {
        let mut sharding = self.sharding.lock().unwrap();
        if sharding.shards == 1 {
            return false;
        }
        let key = shard % sharding.max_concurrency;
        let last = sharding.identified.insert(key, Instant::now());
        last.is_some_and(|last| last.elapsed() < BETWEEN_SESSIONS)
    }

    /// The id of a new message; `None` if they all have one id.
    fn posted(&self, body: &Value) -> Option<u64> {
        let mut messages = self.messages.lock().unwrap();
        let messages = messages.as_mut()?;
        let id = messages.keys().last().map_or(FIRST_MESSAGE, |last| last + 1);
        messages.insert(id, body.clone());
        Some(id)
    }

    fn edited(&self, message: &str, body: &Value) {
        if let Some(messages) = self.messages.lock().unwrap().as_mut() {
            messages.insert(message.parse().expect("an id"), body.clone());
        }
    }

    /// The status and the body of the answer.
    fn answer(&self, line: &str, body: &Value) -> (u16, Value) {
        let mut faults = self.faults.lock().unwrap();
        if let Some(place) = faults.iter().position(|(start, ..)| line.starts_with(start)) {
            let (_, status, body) = faults.remove(place);
            return (status, body);
        }
        let (method, path) = line.split_once(' ').expect("a request line");
        match (method, path.rsplit('/').next()) {
            ("GET", Some("bot")) => {
                let limit = json!({
                    "total": 1000, "remaining": 1000, "reset_after": 0,
                    "max_concurrency": self.sharding.lock().unwrap().max_concurrency,
                });
                let shards = self.sharding.lock().unwrap().shards;
                let url = self.gateway.lock().unwrap().clone();
                self.happens("lookup");
                (200, json!({"url": url, "shards": shards, "session_start_limit": limit}))
            }
            ("GET", Some("roles")) => {
                let own = json!({"id": ROLE.to_string(), "tags": {"bot_id": BOT.to_string()}});
                (200, json!([{"id": "1"}, {"id": "2", "tags": {"premium_subscriber": null}}, own]))
            }
            ("GET", Some("@me")) => (200, json!({"id": "901", "username": "Lampclerk"})),
            ("GET", Some("guilds")) => {
                let permissions = "274877991936";
                let guild = json!({
                    "id": GUILD.to_string(), "name": "Lamps", "permissions": permissions,
                });
                (200, json!([guild]))
            }
            ("GET", Some("commands")) => {
                (200, self.commands.lock().unwrap().get(path).cloned().unwrap_or(json!([])))
            }
            ("PUT", Some("commands")) => {
                self.commands.lock().unwrap().insert(path.to_owned(), body.clone());
                (200, body.clone())
            }
            ("GET", Some("@original")) => (200, json!({"id": "4100", "channel_id": "10"})),
            ("POST", Some("messages")) => {
                (200, json!({"id": self.posted(body).unwrap_or(4000).to_string()}))
            }
            ("PATCH", Some(message)) if path.starts_with("/channels/") => {
                self.edited(message, body);
                (200, json!({}))
            }
            ("POST", Some("callback")) | ("DELETE", _) => (204, Value::Null),
            _ => (200, json!({})),
        }
    }
}

async fn accept_api(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        let serve = service_fn(move |request| respond(request, state.clone()));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), serve));
    }
}

async fn respond(
    request: Request<Incoming>,
    state: Arc<State>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().trim_start_matches("/api/v10").to_owned();
    let query = request.uri().query().unwrap_or_default();
    let wants_message = query.contains("with_response=true");
    let line = format!("{} {path}", request.method());
    let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let body = match boundary {
        Some(boundary) => form(body, boundary).await,
        None => serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let (status, answer) = match state.answer(&line, &body) {
        (204, Value::Null) if wants_message => {
            let message = json!({"id": "4100", "channel_id": "10"});
            let resource = json!({"type": body["type"], "message": message});
            (200, json!({"interaction": {}, "resource": resource}))
        }
        answer => answer,
    };
    if status == SILENCE {
        std::future::pending::<()>().await;
    }
    if status < 300 {
        state.requests.lock().unwrap().push((line, body));
        state.changed.notify_waiters();
    } else {
        state.happens("refusal");
    }
    let answer = if answer.is_null() { Bytes::new() } else { Bytes::from(answer.to_string()) };
    let mut response = Response::builder().status(status);
    if let Some(date) = *state.date.lock().unwrap() {
        response = response.header("date", date);
    }
    Ok(response.body(Full::new(answer)).expect("a response"))
}

/// The JSON of a form, with the content of its files under `files`.
async fn form(body: Bytes, boundary: String) -> Value {
    let once = futures_util::stream::once(async { Ok::<_, Infallible>(body) });
    let mut form = multer::Multipart::new(once, boundary);
    let (mut json, mut files) = (Value::Null, Vec::new());
    while let Some(field) = form.next_field().await.expect("a form") {
        let name = field.name().expect("a name").to_owned();
        let content = field.bytes().await.expect("a whole form");
        match name.as_str() {
            "payload_json" => json = serde_json::from_slice(&content).expect("JSON"),
            _ => files.push(json!({"name": name, "content": content.to_vec()})),
        }
    }
    json["files"] = json!(files);
    json
}

async fn accept_gateway(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(gateway(stream, state.clone()));
    }
}

/// One connection of the bot.
async fn gateway(stream: TcpStream, state: Arc<State>) {
    let Ok(mut socket) = accept_async(stream).await else { return };
    if *state.mute.lock().unwrap() {
        return std::future::pending().await;
    }
    let (sender, mut frames) = mpsc::unbounded_channel();
    let mut is_silent = false;
    let interval = state.heartbeat_interval.lock().unwrap().unwrap_or(1000);
    let hello = json!({"op": 10, "d": {"heartbeat_interval": interval}});
    if socket.send(Message::Text(hello.to_string())).await.is_err() {
        return;
    }
    loop {
        let reply = tokio::select! {
            frame = frames.recv() => match frame {
                Some(Frame::Json(frame)) => Some(frame),
                Some(Frame::Cut) | None => return,
            },
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let said: Value = serde_json::from_str(&text).expect("the bot speaks JSON");
                    if said["op"] == 2 && let Some(code) = state.refusal() {
                        let close = CloseFrame { code: code.into(), reason: "".into() };
                        socket.close(Some(close)).await.ok();
                        continue;
                    }
                    if let Some(shard) = shard_of(&said) {
                        state.to_bot.lock().unwrap().insert(shard, sender.clone());
                        is_silent = *state.silent_shard.lock().unwrap() == Some(shard);
                    }
                    if is_silent { None } else { answer_to(&said, &state) }
                }
                Some(Ok(Message::Close(_))) => { state.happens("close"); continue; }
                Some(Ok(_)) => None,
                Some(Err(_)) | None => return,
            },
        };
        if let Some(reply) = reply
            && socket.send(Message::Text(reply.to_string())).await.is_err()
        {
            return;
        }
    }
}

/// The shard that starts or resumes a session.
fn shard_of(said: &Value) -> Option<u64> {
    match said["op"].as_u64()? {
        2 => Some(said["d"]["shard"][0].as_u64().unwrap_or_default()),
        6 => said["d"]["session_id"].as_str()?.parse().ok(),
        _ => None,
    }
}

fn answer_to(said: &Value, state: &State) -> Option<Value> {
    match said["op"].as_u64()? {
        1 if !*state.mute.lock().unwrap() => Some(json!({"op": 11})),
        2 => {
            let shard = shard_of(said)?;
            if state.is_too_early(shard) {
                state.happens("too early");
                return Some(json!({"op": 9, "d": false}));
            }
            state.happens("identify");
            let mut user = user(BOT);
            user["bot"] = json!(true);
            user["mfa_enabled"] = json!(false);
            user["verified"] = json!(true);
            user["email"] = json!(null);
            user["flags"] = json!(0);
            let ready = json!({
                "v": 10, "user": user, "guilds": [], "session_id": shard.to_string(), "shard": said["d"]["shard"],
                "resume_gateway_url": "ws://127.0.0.1:1", "application": {"id": "901", "flags": 0},
            });
            Some(json!({"op": 0, "s": 1, "t": "READY", "d": ready}))
        }
        6 => {
            state.happens("resume");
            Some(json!({"op": 0, "s": 3, "t": "RESUMED", "d": {}}))
        }
        _ => None,
    }
}

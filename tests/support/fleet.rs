//! Several processes of the program on one Postgres, behind HAProxy, as `docs/scaling.md` describes
//! them.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::database::Database;
use super::discord_json::{self, command_data};
use super::mock_discord::{BOT, MockDiscord};
use super::web::{free_address, hex, until};

/// The page with the configuration of the balancer.
const PAGE: &str = include_str!("../../docs/scaling.md");

/// A process with a web listener.
pub struct Process {
    pub name: String,
    pub address: SocketAddr,
    child: Child,
    environment: Vec<(String, String)>,
}

pub struct Fleet {
    pub discord: MockDiscord,
    pub database: Database,
    faq: PathBuf,
    /// For everything that the processes write.
    folder: TempDir,
    pub client: Client,
    key: SigningKey,
    next: AtomicU64,
}

impl Fleet {
    /// Nothing runs yet.
    pub async fn over(faq: PathBuf) -> Self {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(20));
        Self {
            discord: MockDiscord::start().await,
            database: Database::postgres().await,
            faq,
            folder: tempfile::tempdir().expect("a folder"),
            client: client.build().expect("a client"),
            key: SigningKey::from_bytes(&[7; 32]),
            next: AtomicU64::new(u64::MAX / 4),
        }
    }

    /// Starts a process that listens.
    pub fn start(&self, name: &str, more: &[(&str, &str)]) -> Process {
        let address = free_address();
        let path = |path: &Path| path.to_str().expect("a path in letters").to_owned();
        let own = [
            ("CASECLERK_KNOWLEDGE_FAQ", path(&self.faq)),
            // Each as on a machine of its own.
            ("CASECLERK_KNOWLEDGE_INDEX", path(&self.folder.path().join(name))),
            ("CASECLERK_STORE_ADDRESS", self.database.address.clone()),
            ("CASECLERK_WEB_LISTEN", address.to_string()),
            ("CASECLERK_DISCORD_PUBLIC_KEY", hex(self.key.verifying_key().as_bytes())),
            ("CASECLERK_DISCORD_MEMBER_QUESTIONS", "0".to_owned()),
            ("CASECLERK_DISCORD_CHANNEL_REPLIES", "0".to_owned()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment: Vec<_> = own.chain(more).collect();
        Process { name: name.to_owned(), address, child: self.run(name, &environment), environment }
    }

    /// Starts a process again that was killed.
    pub fn restart(&self, process: &mut Process) {
        process.child = self.run(&process.name, &process.environment);
    }

    fn run(&self, name: &str, environment: &[(String, String)]) -> Child {
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let log = File::options().create(true).append(true).open(self.log_of(name));
        let mut command = self.discord.command(&["run"], &environment);
        command.stderr(log.expect("a file")).spawn().expect("the program starts")
    }

    fn log_of(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }

    pub fn log(&self, process: &Process) -> String {
        fs::read_to_string(self.log_of(&process.name)).expect("a log")
    }

    pub fn log_of_shard(&self, shard: u64) -> String {
        fs::read_to_string(self.log_of(&format!("gateway{shard}"))).expect("a log")
    }

    /// Waits until a process is ready and hears of what others change.
    pub async fn is_ready(&self, process: &Process) {
        let url = format!("http://{}/readyz", process.address);
        until(async || {
            let answer = self.client.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        let heard = "changes of other processes are heard of at once";
        until(async || self.log(process).contains(heard).then_some(())).await;
    }

    /// HAProxy in front of these processes, configured as the page says.
    pub async fn balancer(&self, processes: &[Process]) -> Balancer {
        let (address, file) = (free_address(), self.folder.path().join("haproxy.cfg"));
        let (_, block) = PAGE.split_once("```haproxy\n").expect("a block");
        let (block, _) = block.split_once("```").expect("a whole block");
        let mut servers = processes.iter();
        let line = |line: &str| match line.trim_start().split(' ').next() {
            Some("bind") => Some(format!("    bind {address}\n")),
            Some("server") => servers
                .next()
                .map(|process| format!("    server {} {}\n", process.name, process.address)),
            _ => Some(format!("{line}\n")),
        };
        let text: String = block.lines().filter_map(line).collect();
        assert!(servers.next().is_none(), "the page has too few servers");
        fs::write(&file, text).expect("it can be written");
        let mut haproxy = Command::new("haproxy");
        haproxy.arg("-db").arg("-f").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let child = haproxy.spawn().expect("HAProxy starts");
        let balancer = Balancer { address, child };
        until(async || {
            let url = format!("http://{address}/healthz");
            let answer = self.client.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        balancer
    }

    /// The next id of an interaction or a message.
    pub fn id(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// An interaction of a member in a server. Its token is its own, so that it can be told what
    /// follows on it.
    pub fn interaction(&self, kind: u8, guild: u64, member: u64, data: &Value) -> (String, Value) {
        let id = self.id();
        let token = format!("token-{id}");
        let mut interaction =
            discord_json::interaction(id, kind, Some(guild), (member, 1 << 5), data);
        interaction["token"] = json!(token);
        if kind == 3 {
            interaction["message"] = discord_json::message(6, BOT, None, "");
        }
        (token, interaction)
    }

    /// A question of a member in a server.
    pub fn question(&self, guild: u64, member: u64, words: &str) -> Value {
        self.interaction(2, guild, member, &command_data("ask", &json!({"question": words}), "")).1
    }

    /// Posts an interaction as Discord does.
    pub async fn post(&self, to: SocketAddr, interaction: &Value) -> reqwest::Result<(u16, Value)> {
        let body = interaction.to_string();
        let timestamp = Timestamp::now().as_second().to_string();
        let signature = self.key.sign(format!("{timestamp}{body}").as_bytes()).to_bytes();
        let request = self.client.post(format!("http://{to}/interactions"));
        let request = request.header("x-signature-ed25519", hex(&signature));
        let response = request.header("x-signature-timestamp", timestamp).body(body).send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// Asks one process, and returns what it shows.
    pub async fn ask(&self, process: &Process, member: u64, words: &str) -> Value {
        let question = self.question(700, member, words);
        let (status, answer) = self.post(process.address, &question).await.expect("an answer");
        assert_eq!(status, 200, "{answer}");
        answer["data"].clone()
    }

    /// Uses something of the desk over a process, and returns what it shows in the end.
    pub async fn desk(&self, process: &Process, kind: u8, member: u64, data: &Value) -> Value {
        let (token, interaction) = self.interaction(kind, 700, member, data);
        let (status, answer) = self.post(process.address, &interaction).await.expect("an answer");
        assert_eq!(status, 200, "{answer}");
        self.discord.request(&follows(&token)).await
    }

    /// Somebody mentions the bot in a server.
    pub fn mention(&self, guild: u64, words: &str) {
        let mut message = discord_json::message(self.id(), 1, Some(guild), words);
        message["content"] = json!(format!("<@{BOT}> {words}"));
        message["mentions"] = json!([discord_json::user(BOT)]);
        self.discord.event("MESSAGE_CREATE", message);
    }
}

/// The request with which the bot shows what follows on an interaction.
pub fn follows(token: &str) -> String {
    format!("PATCH /webhooks/901/{token}/messages/@original")
}

impl Process {
    /// Ends it with SIGKILL. Nobody can connect to it any more when this returns.
    pub fn kill(&mut self) {
        kill_process(self.pid(), Signal::KILL).expect("the signal can be sent");
        self.child.wait().expect("it ends");
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The time that it has computed.
    pub fn computed(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("Linux");
        // The name of the program may hold spaces.
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
        // Linux counts in hundredths of a second, whatever the hardware does.
        Duration::from_millis(ticks * 10)
    }

    /// The memory that it occupies, in MB.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("Linux");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
        let kilobytes = line.split_whitespace().nth(1).expect("a number");
        kilobytes.parse::<u64>().expect("a number") / 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Balancer {
    pub address: SocketAddr,
    child: Child,
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Stops the Postgres of the tests as if it had crashed, or starts it again.
pub async fn postgres(what: &str) {
    let program = std::env::var("CASECLERK_TEST_POSTGRES_SERVER").expect("tools/with_postgres");
    let mut command = Command::new(program);
    // What it starts would keep a pipe open.
    command.arg(what).stdout(Stdio::null()).stderr(Stdio::null());
    let status = tokio::task::spawn_blocking(move || command.status()).await.expect("no panic");
    assert!(status.expect("it can be run").success(), "{what}");
}

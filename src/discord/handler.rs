//! Events of the gateway: each is read, answered and forgotten.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use serde_json::{Value, json};
use serenity::all::{Context, Event, Interaction, RawEventHandler};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tracing::{info, warn};

use super::memory::Memory;
use super::request::{Request, Written};
use super::rest::{Rest, RestError};
use super::router::Router;

/// How many events are worked on at the same time; more of them wait.
pub const AT_ONCE: u32 = 1024;

/// How many interactions are remembered, so that one that comes twice is answered once.
const INTERACTIONS: usize = 4096;

/// The first millisecond of Discord's ids.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

/// Answers what the gateway tells of.
pub struct Handler {
    router: Arc<Router>,
    rest: Arc<Rest>,
    bot: AtomicU64,
    interactions: Memory<u64, ()>,
    questions: Memory<u64, Arc<Mutex<Answered>>>,
    /// The smallest id that something can have that was written while this process runs.
    first_id: u64,
    started: Instant,
    /// When the gateway last gave a sign of life, in milliseconds since the start.
    alive: AtomicU64,
    sessions: AtomicU64,
    at_work: Arc<Semaphore>,
}

/// What answers a question that was asked in a message.
#[derive(Debug, Default)]
struct Answered {
    /// The id of our reply.
    reply: Option<u64>,
    /// A fingerprint of the question that the reply answers: an edit that changes no word changes
    /// no answer.
    words: Option<u64>,
    deleted: bool,
}

impl Handler {
    /// Answers by this router, through this door, and remembers so many questions.
    pub fn new(router: Arc<Router>, rest: Arc<Rest>, remembered: usize) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as u64);
        Self {
            router,
            rest,
            bot: AtomicU64::new(0),
            interactions: Memory::new(INTERACTIONS),
            questions: Memory::new(remembered),
            first_id: now.saturating_sub(DISCORD_EPOCH) << 22,
            started: Instant::now(),
            alive: AtomicU64::new(0),
            sessions: AtomicU64::new(0),
            at_work: Arc::new(Semaphore::new(AT_ONCE as usize)),
        }
    }

    /// Waits until nothing is being answered any more.
    pub async fn idle(&self) {
        let _all = self.at_work.acquire_many(AT_ONCE).await;
    }

    /// Notes a sign of life.
    pub fn is_alive(&self) {
        self.alive.store(self.started.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// For how long there was no sign of life.
    pub fn silent_for(&self) -> std::time::Duration {
        let alive = std::time::Duration::from_millis(self.alive.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(alive)
    }

    /// How many sessions were begun.
    pub fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::Relaxed)
    }

    /// A session began: now it is known who we are.
    fn ready(&self, bot: u64) {
        info!("connected");
        self.bot.store(bot, Ordering::Relaxed);
        self.sessions.fetch_add(1, Ordering::Relaxed);
    }

    async fn interaction(&self, interaction: &Value) {
        let Some(request) = Request::read(interaction) else { return };
        if !self.interactions.is_first(request.id) {
            return;
        }
        let turn = self.router.interaction(&request);
        match self.rest.respond(&request, &turn.callback).await {
            // What we wanted to say does not pass: an apology does, and the log has the reason
            // under its reference.
            Err(error @ RestError::Refused { status: StatusCode::BAD_REQUEST, .. }) => {
                let apology = Router::apology(&error);
                told("an apology", self.rest.respond(&request, &apology.callback).await);
            }
            result => told("a response", result),
        }
        if let Some(later) = turn.later {
            let router = self.router.clone();
            let Ok(message) = tokio::task::spawn_blocking(move || router.finish(later)).await
            else {
                return;
            };
            told("a report", self.rest.fulfil(&request, &message).await);
        }
    }

    async fn written(&self, message: &Value) {
        let Some(written) = self.read(message).filter(Written::is_for_bot) else { return };
        let (answered, is_new) = self.questions.get_or_insert(written.id, Arc::default);
        if is_new {
            self.answer(&written, &mut *answered.lock().await).await;
        }
    }

    /// An edited question is answered anew, in the same reply. One that begins to name the bot is
    /// answered like a new one, unless it is so old that it may have been answered before this
    /// process began. One that names the bot no longer is no question to it any more, and takes its
    /// reply along.
    async fn edited(&self, message: &Value) {
        let Some(written) = self.read(message) else { return };
        if !written.is_for_bot() {
            // An update that tells only of a preview does not say who is named.
            if message["mentions"].is_array() {
                self.withdraw(written.channel, written.id, false).await;
            }
            return;
        }
        let answered = match self.questions.get(&written.id) {
            Some(answered) => answered,
            None if written.id >= self.first_id => {
                self.questions.get_or_insert(written.id, Arc::default).0
            }
            None => return,
        };
        let mut answered = answered.lock().await;
        if answered.words != Some(fingerprint(&written)) {
            self.answer(&written, &mut answered).await;
        }
    }

    async fn answer(&self, written: &Written, answered: &mut Answered) {
        if answered.deleted {
            return;
        }
        answered.words = Some(fingerprint(written));
        let Some(message) = self.router.message(written) else { return };
        match answered.reply {
            Some(reply) => {
                told("an edited reply", self.rest.replace(written.channel, reply, &message).await)
            }
            None => match self.rest.reply(written, &message).await {
                Ok(reply) => answered.reply = reply,
                Err(error) => told("a reply", Err(error)),
            },
        }
    }

    /// Takes the reply to a question away; for good if the question was deleted.
    async fn withdraw(&self, channel: u64, question: u64, deleted: bool) {
        let Some(answered) = self.questions.get(&question) else { return };
        let mut answered = answered.lock().await;
        answered.deleted |= deleted;
        answered.words = None;
        if let Some(reply) = answered.reply.take() {
            told("a removal", self.rest.remove(channel, reply).await);
        }
    }

    fn read(&self, message: &Value) -> Option<Written> {
        Written::read(message, self.bot.load(Ordering::Relaxed))
    }

    /// Reads what the client library could not, so that one unknown component does not cost a
    /// member the answer.
    async fn unread(&self, kind: &str, event: &Value) {
        match kind {
            "INTERACTION_CREATE" => self.interaction(event).await,
            "MESSAGE_CREATE" => self.written(event).await,
            "MESSAGE_UPDATE" => self.edited(event).await,
            _ => {}
        }
    }
}

#[serenity::async_trait]
impl RawEventHandler for Handler {
    async fn raw_event(&self, _: Context, event: Event) {
        self.is_alive();
        // Closed only when the process ends.
        let Ok(_permit) = self.at_work.clone().acquire_owned().await else { return };
        match event {
            Event::Ready(event) => self.ready(event.ready.user.id.get()),
            Event::InteractionCreate(event) => {
                self.interaction(&interaction_json(&event.interaction)).await
            }
            Event::MessageCreate(event)
                if event.message.guild_id.is_none() || !event.message.mentions.is_empty() =>
            {
                self.written(&json!(event.message)).await;
            }
            Event::MessageUpdate(event) => self.edited(&json!(event)).await,
            Event::MessageDelete(event) => {
                self.withdraw(event.channel_id.get(), event.message_id.get(), true).await
            }
            Event::MessageDeleteBulk(event) => {
                for id in event.ids {
                    self.withdraw(event.channel_id.get(), id.get(), true).await;
                }
            }
            Event::Unknown(event) => self.unread(&event.kind, &event.value).await,
            _ => {}
        }
    }
}

/// An interaction as Discord sent it; the library keeps the type beside it. Of a command, which
/// comes most often, only what is read: the rest of it is long, and above all the member's own
/// affair.
fn interaction_json(interaction: &Interaction) -> Value {
    let mut value = match interaction {
        Interaction::Command(command) | Interaction::Autocomplete(command) => json!({
            "id": command.id,
            "token": command.token,
            "application_id": command.application_id,
            "guild_id": command.guild_id,
            "channel_id": command.channel_id,
            "context": command.context,
            "user": {"id": command.user.id},
            "member": command.member.as_ref().map(|member| json!({"permissions": member.permissions, "roles": member.roles})),
            "app_permissions": command.app_permissions,
            "data": command.data,
        }),
        other => json!(other),
    };
    value["type"] = json!(u8::from(interaction.kind()));
    value
}

fn fingerprint(written: &Written) -> u64 {
    let mut hasher = DefaultHasher::new();
    written.words.hash(&mut hasher);
    hasher.finish()
}

/// What cannot be sent is noted: Discord has refused it for good, or nobody waits for it any more.
fn told(what: &'static str, result: Result<(), RestError>) {
    if let Err(error) = result {
        warn!(what, %error, "not delivered");
    }
}

//! Handles the events of the gateway.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use serde_json::Value;
use serenity::all::{
    ChannelId, Context, Event, Interaction, InteractionId, Message, MessageId, MessageUpdateEvent,
    RawEventHandler, UnknownEvent, UserId,
};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tracing::{info, warn};

use super::api::{Api, ApiError};
use super::cache::BoundedCache;
use super::interaction::read::{ChatMessage, parse_without_components};
use super::interaction::router::{Deferred, Response, Router};

/// The most events that are handled at the same time; further events wait.
const CONCURRENT_EVENTS: u32 = 1024;

/// How many interactions are remembered, so that an interaction that is delivered twice is answered
/// once.
const REMEMBERED_INTERACTIONS: usize = 4096;

/// The epoch of Discord's ids (snowflakes), as Unix time in milliseconds.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

/// Handles the events of the gateway.
pub struct Handler {
    router: Arc<Router>,
    api: Arc<Api>,
    /// The bot's own user, known after a session has started.
    bot: OnceLock<UserId>,
    interactions: BoundedCache<InteractionId, ()>,
    questions: BoundedCache<MessageId, Arc<Mutex<Question>>>,
    /// A message with a smaller id was written before this process started.
    first_id: MessageId,
    started: Instant,
    /// The time of the last gateway activity, in milliseconds since the start.
    last_activity: AtomicU64,
    sessions: AtomicU64,
    permits: Arc<Semaphore>,
}

/// A question that was asked in a message.
#[derive(Debug, Default)]
struct Question {
    reply: Option<MessageId>,
    /// The hash of the answered text. An edit that does not change the text does not change the
    /// reply.
    answered_text: Option<u64>,
    is_deleted: bool,
}

impl Handler {
    /// `remembered` is the number of questions to keep, so that edits can change their replies.
    pub fn new(router: Arc<Router>, api: Arc<Api>, remembered: usize) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as u64);
        Self {
            router,
            api,
            bot: OnceLock::new(),
            interactions: BoundedCache::new(REMEMBERED_INTERACTIONS),
            questions: BoundedCache::new(remembered),
            first_id: MessageId::new((now.saturating_sub(DISCORD_EPOCH) << 22).max(1)),
            started: Instant::now(),
            last_activity: AtomicU64::new(0),
            sessions: AtomicU64::new(0),
            permits: Arc::new(Semaphore::new(CONCURRENT_EVENTS as usize)),
        }
    }

    /// Waits until no event is being handled.
    pub async fn idle(&self) {
        let _all = self.permits.acquire_many(CONCURRENT_EVENTS).await;
    }

    pub fn note_activity(&self) {
        self.last_activity.store(self.started.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// The time since the last gateway activity.
    pub fn silent_for(&self) -> Duration {
        let last = Duration::from_millis(self.last_activity.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(last)
    }

    /// The number of sessions that were started.
    pub fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::Relaxed)
    }

    fn ready(&self, bot: UserId) {
        info!("connected");
        // Every session has the same bot user.
        let _ = self.bot.set(bot);
        self.sessions.fetch_add(1, Ordering::Relaxed);
    }

    async fn interaction(&self, interaction: &Interaction) {
        if !self.interactions.insert(interaction.id()) {
            return;
        }
        let Response { callback, deferred } = self.router.interaction(interaction);
        match self.api.respond(interaction.id(), interaction.token(), &callback).await {
            // Discord rejected the body. The member gets an apology with a reference to this error
            // in the log.
            Err(error @ ApiError::Refused { status: StatusCode::BAD_REQUEST, .. }) => {
                let apology = Router::apology(&error).callback;
                let result =
                    self.api.respond(interaction.id(), interaction.token(), &apology).await;
                log_failure("an apology", result);
            }
            result => log_failure("a response", result),
        }
        let (application, token) = (interaction.application_id(), interaction.token());
        match deferred {
            None => {}
            Some(Deferred::Report(report)) => {
                let router = self.router.clone();
                let report = tokio::task::spawn_blocking(move || router.report(report)).await;
                let Ok(report) = report else { return };
                let result =
                    self.api.edit_response(application, token, &report.edit_response()).await;
                log_failure("a report", result);
            }
            Some(Deferred::DeleteMessage) => {
                let result = self.api.delete_response(application, token).await;
                log_failure("a deletion", result);
            }
        }
    }

    async fn message(&self, message: &Message) {
        let Some(bot) = self.bot.get() else { return };
        let Some(message) = ChatMessage::read(message, *bot).filter(ChatMessage::is_for_bot) else {
            return;
        };
        let (question, is_new) = self.questions.get_or_insert(message.id, Arc::default);
        if is_new {
            self.answer(&message, &mut *question.lock().await).await;
        }
    }

    /// Answers an edited question by editing the reply. A message that now mentions the bot is
    /// answered like a new one, unless it is older than this process, because an earlier process
    /// may have answered it. If a message no longer mentions the bot, its reply is deleted.
    async fn message_update(&self, update: &MessageUpdateEvent) {
        let Some(bot) = self.bot.get() else { return };
        let Some(message) = ChatMessage::read_update(update, *bot) else { return };
        if !message.is_for_bot() {
            // An update that only adds an embed has no mentions field.
            if update.mentions.is_some() {
                self.remove_reply(message.channel, message.id, false).await;
            }
            return;
        }
        let question = match self.questions.get(&message.id) {
            Some(question) => question,
            None if message.id >= self.first_id => {
                self.questions.get_or_insert(message.id, Arc::default).0
            }
            None => return,
        };
        let mut question = question.lock().await;
        if question.answered_text != Some(hash(&message.text)) {
            self.answer(&message, &mut question).await;
        }
    }

    async fn answer(&self, message: &ChatMessage, question: &mut Question) {
        if question.is_deleted {
            return;
        }
        question.answered_text = Some(hash(&message.text));
        let Some(answer) = self.router.message(message) else { return };
        match question.reply {
            Some(reply) => {
                let result = self.api.edit_message(message.channel, reply, &answer.edit()).await;
                log_failure("an edited reply", result);
            }
            None => match self.api.create_message(message.channel, &answer.reply(message)).await {
                Ok(reply) => question.reply = Some(reply),
                Err(error) => log_failure("a reply", Err(error)),
            },
        }
    }

    /// Deletes the reply to a question. If the question itself was deleted, it is never answered
    /// again.
    async fn remove_reply(&self, channel: ChannelId, question: MessageId, is_deleted: bool) {
        let Some(question) = self.questions.get(&question) else { return };
        let mut question = question.lock().await;
        question.is_deleted |= is_deleted;
        question.answered_text = None;
        if let Some(reply) = question.reply.take() {
            log_failure("a deletion", self.api.delete_message(channel, reply).await);
        }
    }

    /// Handles an event that serenity could not parse.
    async fn unknown(&self, UnknownEvent { kind, value, .. }: UnknownEvent) {
        match kind.as_str() {
            "INTERACTION_CREATE" => {
                let (id, token) = (value["id"].clone(), value["token"].clone());
                match parse_without_components(value) {
                    Some(interaction) => self.interaction(&interaction).await,
                    None => self.unreadable_interaction(id, token).await,
                }
            }
            "MESSAGE_CREATE" => {
                if let Some(message) = parse_without_components(value) {
                    self.message(&message).await;
                }
            }
            "MESSAGE_UPDATE" => {
                if let Some(update) = parse_without_components(value) {
                    self.message_update(&update).await;
                }
            }
            _ => {}
        }
    }

    /// Responds to an interaction of which only the id and the token can be parsed, so that the
    /// member is told that it failed.
    async fn unreadable_interaction(&self, id: Value, token: Value) {
        warn!("an interaction cannot be parsed");
        let (Ok(id), Some(token)) = (serde_json::from_value(id), token.as_str()) else { return };
        if self.interactions.insert(id) {
            let response = Router::unreadable().callback;
            log_failure("a response", self.api.respond(id, token, &response).await);
        }
    }
}

#[serenity::async_trait]
impl RawEventHandler for Handler {
    async fn raw_event(&self, _: Context, event: Event) {
        self.note_activity();
        // The semaphore is never closed.
        let Ok(_permit) = self.permits.clone().acquire_owned().await else { return };
        match event {
            Event::Ready(event) => self.ready(event.ready.user.id),
            Event::InteractionCreate(event) => self.interaction(&event.interaction).await,
            Event::MessageCreate(event) => self.message(&event.message).await,
            Event::MessageUpdate(event) => self.message_update(&event).await,
            Event::MessageDelete(event) => {
                self.remove_reply(event.channel_id, event.message_id, true).await;
            }
            Event::MessageDeleteBulk(event) => {
                for id in event.ids {
                    self.remove_reply(event.channel_id, id, true).await;
                }
            }
            Event::Unknown(event) => self.unknown(event).await,
            _ => {}
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Logs a failed request.
fn log_failure(what: &'static str, result: Result<(), ApiError>) {
    if let Err(error) = result {
        warn!(what, %error, "not delivered");
    }
}

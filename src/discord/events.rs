//! Handles the events of the gateway.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use serenity::all::{
    ChannelId, Context, Event, GuildId, Interaction, InteractionId, Message, MessageId,
    MessageUpdateEvent, RawEventHandler, RoleId, UnknownEvent, UserId,
};
use tokio::sync::{Mutex, OnceCell, Semaphore};
use tokio::time::Instant;
use tracing::{info, warn};

use super::api::ApiError;
use super::bot::{Bot, log_failure};
use super::cache::BoundedCache;
use super::interaction::outgoing::OutgoingMessage;
use super::interaction::read::{ChatMessage, parse_leniently};
use super::interaction::router::{Response, Router};
use super::sentences;
use crate::metrics::Session;

/// The most interactions that are handled at the same time; further ones wait.
const CONCURRENT_INTERACTIONS: u32 = 1024;

/// The same for messages. They have permits of their own, because replies may wait for a rate limit,
/// and an interaction must be answered within seconds.
const CONCURRENT_MESSAGES: u32 = 256;

/// How many messages are matched at the same time. One core is left for interactions.
fn concurrent_matching() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// If so many messages wait for their turn, further ones get no reply.
const WAITING_MESSAGES: usize = 4096;

/// How many interactions are remembered, so that an interaction that is delivered twice is answered
/// once.
const REMEMBERED_INTERACTIONS: usize = 4096;

/// An update of a message that was edited longer ago is about something else, in seconds.
const JUST_NOW: i64 = 120;

/// How many deletions are remembered, in case the deleted message is only handled afterwards.
const REMEMBERED_DELETIONS: usize = 1024;

/// For how many servers the bot's own role is remembered.
const REMEMBERED_ROLES: usize = 10_000;

/// Discord's code if the bot may not do something in a channel, such as embed links.
const MISSING_PERMISSIONS: isize = 50_013;

/// The epoch of Discord's ids (snowflakes), as Unix time in milliseconds.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

/// Handles the events of the gateway.
pub struct Handler {
    bot: Bot,
    /// The bot's own user, known after a session has started.
    own_user: OnceLock<UserId>,
    interactions: BoundedCache<InteractionId, ()>,
    questions: BoundedCache<MessageId, Arc<Mutex<Question>>>,
    /// The role that Discord made for the bot, by server.
    own_roles: BoundedCache<GuildId, Arc<OnceCell<Option<RoleId>>>>,
    /// The messages that were deleted last.
    deleted: BoundedCache<MessageId, ()>,
    /// A message with a smaller id was written before this process started.
    first_id: MessageId,
    /// When each shard was last active, or else when it was started.
    heard: std::sync::Mutex<BTreeMap<u32, Instant>>,
    sessions: AtomicU64,
    interaction_permits: Semaphore,
    message_permits: Semaphore,
    matching_permits: Semaphore,
    waiting_messages: AtomicUsize,
}

/// A question that was asked in a message.
#[derive(Debug, Default)]
struct Question {
    reply: Option<MessageId>,
    /// How many replies it has had, those included that were deleted.
    replies: u32,
    /// The hash of the answered text. An edit that does not change the text does not change the
    /// reply.
    answered_text: Option<u64>,
    /// Whether it, or its reply, was deleted. Then it is never answered again.
    is_deleted: bool,
}

impl Handler {
    /// `remembered` is the number of questions to keep, so that edits can change their replies.
    pub fn new(bot: Bot, remembered: usize) -> Self {
        let now = u64::try_from(bot.api.now().as_millisecond()).unwrap_or_default();
        Self {
            bot,
            own_user: OnceLock::new(),
            interactions: BoundedCache::new(REMEMBERED_INTERACTIONS),
            questions: BoundedCache::new(remembered),
            own_roles: BoundedCache::new(REMEMBERED_ROLES),
            deleted: BoundedCache::new(REMEMBERED_DELETIONS),
            first_id: MessageId::new((now.saturating_sub(DISCORD_EPOCH) << 22).max(1)),
            heard: std::sync::Mutex::default(),
            sessions: AtomicU64::new(0),
            interaction_permits: Semaphore::new(CONCURRENT_INTERACTIONS as usize),
            message_permits: Semaphore::new(CONCURRENT_MESSAGES as usize),
            matching_permits: Semaphore::new(concurrent_matching()),
            waiting_messages: AtomicUsize::new(0),
        }
    }

    /// Waits until no event is being handled.
    pub async fn idle(&self) {
        let _interactions = self.interaction_permits.acquire_many(CONCURRENT_INTERACTIONS).await;
        let _messages = self.message_permits.acquire_many(CONCURRENT_MESSAGES).await;
    }

    pub fn note_activity(&self, shard: u32) {
        self.heard().insert(shard, Instant::now());
    }

    /// From now on, the shard counts for [`Self::silent_for`].
    pub fn expect_shard(&self, shard: u32) {
        self.note_activity(shard);
    }

    /// No shard was started yet.
    pub fn expect_no_shard(&self) {
        self.heard().clear();
    }

    /// The time since the last activity of the shard that has been silent for the longest time.
    pub fn silent_for(&self) -> Duration {
        self.heard().values().map(Instant::elapsed).max().unwrap_or_default()
    }

    fn heard(&self) -> MutexGuard<'_, BTreeMap<u32, Instant>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of sessions that were started.
    pub fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::Relaxed)
    }

    fn ready(&self, bot: UserId, shard: u32) {
        info!(shard, "connected");
        self.bot.metrics.session(Session::New);
        // Every session has the same bot user.
        let _ = self.own_user.set(bot);
        self.sessions.fetch_add(1, Ordering::Relaxed);
    }

    async fn interaction(&self, interaction: &Interaction) {
        if !self.interactions.insert(interaction.id()) {
            return;
        }
        let Bot { router, desk, api, metrics } = &self.bot;
        let came = Instant::now();
        router.recall(interaction).await;
        let Response { callback, deferred, posts, shown } = router.interaction(interaction);
        let (id, token) = (interaction.id(), interaction.token());
        let result = api.respond(id, token, &callback, shown.is_some()).await;
        if result.is_ok() {
            metrics.responded(came.elapsed());
        }
        if let Ok(Some(message)) = &result {
            desk.note_post(message.channel_id, message.id, shown).await;
        }
        let result = result.map(drop);
        if let (Err(_), Some(from)) = (&result, posts) {
            router.was_not_posted(from);
        }
        match result {
            // Discord rejected the body. The member gets an apology with a reference to this error
            // in the log, unless they are only typing.
            Err(error @ ApiError::Refused { status: StatusCode::BAD_REQUEST, .. })
                if !matches!(interaction, Interaction::Autocomplete(_)) =>
            {
                let apology = Router::apology(&error).callback;
                let result = api.respond(id, token, &apology, false).await;
                log_failure("an apology", result.map(drop));
            }
            result => log_failure("a response", result),
        }
        if let Some(deferred) = deferred {
            self.bot.finish(deferred, interaction.application_id(), token).await;
        }
    }

    async fn message(&self, message: &Message) {
        let Some(bot) = self.own_user.get() else { return };
        let Some(mut message) = ChatMessage::read(message, *bot) else { return };
        self.note_own_role(&mut message, *bot).await;
        if !message.is_for_bot() {
            return;
        }
        let (question, is_new) = self.questions.get_or_insert(message.id, Arc::default);
        // Events are handled side by side, so the deletion may come first.
        if is_new && !self.deleted.contains(&message.id) {
            self.answer(message, &mut *question.lock().await).await;
        }
    }

    /// Answers an edited question by editing the reply. A message that now mentions the bot is
    /// answered like a new one, unless it is older than this process, because an earlier process
    /// may have answered it. If a message no longer mentions the bot, its reply is deleted.
    async fn message_update(&self, update: &MessageUpdateEvent) {
        let Some(bot) = self.own_user.get() else { return };
        let Some(mut message) = ChatMessage::read_update(update, *bot) else { return };
        self.note_own_role(&mut message, *bot).await;
        if !message.is_for_bot() {
            // An update that only adds an embed has no mentions field.
            if update.mentions.is_some() {
                self.remove_reply(message.channel, message.id, false).await;
            }
            return;
        }
        let question = match self.questions.get(&message.id) {
            Some(question) => question,
            // Pins and previews of links are updates, too, of messages that may have been answered
            // and forgotten.
            None if message.id >= self.first_id && self.was_just_edited(update) => {
                self.questions.get_or_insert(message.id, Arc::default).0
            }
            None => return,
        };
        let mut question = question.lock().await;
        if question.answered_text != Some(hash(&message.text)) {
            self.answer(message, &mut question).await;
        }
    }

    /// Finds out whether a message mentions the role that Discord made for the bot.
    async fn note_own_role(&self, message: &mut ChatMessage, bot: UserId) {
        let Some(guild) = message.guild.filter(|_| !message.mentioned_roles.is_empty()) else {
            return;
        };
        let (role, _) = self.own_roles.get_or_insert(guild, Arc::default);
        // After a failure, as if there were no such role, so that the request is not repeated with
        // every message.
        let look_up = async || self.bot.api.role_of(bot, guild).await.unwrap_or_default();
        let role = role.get_or_init(look_up).await;
        message.mentions_own_role =
            role.is_some_and(|role| message.mentioned_roles.contains(&role));
    }

    fn was_just_edited(&self, update: &MessageUpdateEvent) -> bool {
        let edited = update.edited_timestamp.map(|time| time.unix_timestamp());
        edited.is_some_and(|edited| self.bot.api.now().as_second() - edited <= JUST_NOW)
    }

    async fn answer(&self, message: ChatMessage, question: &mut Question) {
        if question.is_deleted {
            return;
        }
        // Who has to wait is answered when the next update of the message comes.
        let Some((message, answer)) = self.reply(message).await else { return };
        let answered_text = Some(hash(&message.text));
        if let Some(reply) = question.reply {
            match self.bot.api.edit_message(message.channel, reply, &answer.clone().edit()).await {
                Ok(()) => {
                    question.answered_text = answered_text;
                    self.bot.desk.note_post(message.channel, reply, answer.shown.clone()).await;
                }
                // Somebody deleted the reply, and does not want another.
                Err(ApiError::Refused { status: StatusCode::NOT_FOUND, .. }) => {
                    question.is_deleted = true;
                }
                Err(error) => {
                    log_failure("an edited reply", Err(error));
                    // The old answer must not stand under the new question.
                    question.reply = None;
                    log_failure(
                        "a deletion",
                        self.bot.api.delete_message(message.channel, reply).await,
                    );
                }
            }
        }
        if question.reply.is_none() && !question.is_deleted {
            let mut shown = answer.shown.clone();
            let reply = answer.reply(&message, question.replies);
            let reply = match self.bot.api.create_message(message.channel, &reply).await {
                Err(ApiError::Refused { code: MISSING_PERMISSIONS, .. }) => {
                    shown = None;
                    let text = OutgoingMessage::text(sentences::NO_EMBEDS);
                    let reply = text.reply(&message, question.replies);
                    self.bot.api.create_message(message.channel, &reply).await
                }
                result => result,
            };
            match reply {
                Ok(reply) => {
                    question.answered_text = answered_text;
                    question.reply = Some(reply);
                    question.replies += 1;
                    if shown.is_some() {
                        self.bot.desk.note_post(message.channel, reply, shown).await;
                    }
                }
                Err(error) => log_failure("a reply", Err(error)),
            }
        }
    }

    /// The reply to a message, worked out beside the thread that answers interactions.
    async fn reply(&self, message: ChatMessage) -> Option<(ChatMessage, OutgoingMessage)> {
        self.bot.router.recall_before(&message).await;
        // The semaphore is never closed.
        let _permit = self.matching_permits.acquire().await;
        let router = self.bot.router.clone();
        let work = move || router.message(&message).map(|reply| (message, reply));
        tokio::task::spawn_blocking(work).await.ok().flatten()
    }

    /// Deletes the reply to a question. If the question itself was deleted, it is never answered
    /// again.
    async fn remove_reply(&self, channel: ChannelId, question: MessageId, is_deleted: bool) {
        if is_deleted {
            self.deleted.insert(question);
        }
        let Some(question) = self.questions.get(&question) else { return };
        let mut question = question.lock().await;
        question.is_deleted |= is_deleted;
        question.answered_text = None;
        self.delete_reply(channel, &mut question).await;
    }

    /// Deletes the reply. If that fails, it is tried again when the question changes again.
    async fn delete_reply(&self, channel: ChannelId, question: &mut Question) {
        let Some(reply) = question.reply else { return };
        match self.bot.api.delete_message(channel, reply).await {
            // A reply that Discord does not let the bot delete is gone, or stays.
            Ok(()) | Err(ApiError::Refused { .. }) => question.reply = None,
            Err(error) => log_failure("a deletion", Err(error)),
        }
    }

    /// Handles an event that serenity could not parse.
    async fn unknown(&self, UnknownEvent { kind, value, .. }: UnknownEvent) {
        match kind.as_str() {
            "INTERACTION_CREATE" => {
                let (id, token) = (value["id"].clone(), value["token"].clone());
                match parse_leniently(value) {
                    Some(interaction) => self.interaction(&interaction).await,
                    None => self.unreadable_interaction(id, token).await,
                }
            }
            "MESSAGE_CREATE" => match parse_leniently(value) {
                Some(message) => self.message(&message).await,
                None => warn!("a message cannot be parsed"),
            },
            "MESSAGE_UPDATE" => match parse_leniently(value) {
                Some(update) => self.message_update(&update).await,
                None => warn!("an edited message cannot be parsed"),
            },
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
            let result = self.bot.api.respond(id, token, &response, false).await;
            log_failure("a response", result.map(drop));
        }
    }
}

#[serenity::async_trait]
impl RawEventHandler for Handler {
    async fn raw_event(&self, context: Context, event: Event) {
        let shard = context.shard_id.0;
        self.note_activity(shard);
        let is_message = match &event {
            Event::MessageCreate(_)
            | Event::MessageUpdate(_)
            | Event::MessageDelete(_)
            | Event::MessageDeleteBulk(_) => true,
            Event::Unknown(event) => event.kind.starts_with("MESSAGE_"),
            _ => false,
        };
        // The semaphores are never closed.
        let _permit = if is_message {
            let waiting = self.waiting_messages.fetch_add(1, Ordering::Relaxed);
            let permit = match waiting < WAITING_MESSAGES {
                true => Some(self.message_permits.acquire().await),
                false => None,
            };
            self.waiting_messages.fetch_sub(1, Ordering::Relaxed);
            let Some(permit) = permit else {
                warn!("too many messages wait for their reply; dropping one");
                return;
            };
            permit
        } else {
            self.interaction_permits.acquire().await
        };
        match event {
            Event::Ready(event) => self.ready(event.ready.user.id, shard),
            Event::Resumed(_) => self.bot.metrics.session(Session::Resumed),
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

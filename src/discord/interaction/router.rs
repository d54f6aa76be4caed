//! Routes interactions and messages to the core, and builds the responses. It does not use the
//! network, so it works for the gateway and for an HTTP endpoint alike.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, Unit};
use serenity::all::{
    AutocompleteChoice, ChannelId, CommandInteraction, CommandType, ComponentInteraction,
    CreateAutocompleteResponse, CreateInteractionResponse, Interaction, Message, MessageId,
    ModalInteraction, Permissions, UserId,
};
use tracing::{error, field, info, info_span};

use super::super::cache::BoundedCache;
use super::super::commands::{self, Action, ModerationAction};
use super::super::desk::{
    self, Complaint, Desk, DeskAction, Opinion, PERIODS, Recorder, SharedMemory, Task,
    USUAL_PERIOD, counted, quoted,
};
use super::super::moderation::{self, Permission};
use super::super::sentences;
use super::super::token_bucket::{Admission, TokenBuckets};
use super::components::{ComponentAction, Shared};
use super::forms::{FilledIn, Form};
use super::limits;
use super::markdown::{clip, escape};
use super::outgoing::{OutgoingMessage, ShownAnswer, deferred};
use super::read::{
    ChatMessage, Invocation, Options, RepliesTo, asker, is_ephemeral, selected_value, shown_answer,
    target_text,
};
use super::render::{
    Audience, confirmation, evidence, posted, render, whole_sheet, with_feedback, with_link,
};
use crate::ask::{Ask, Query};
use crate::commands::{Command, Commands};
use crate::config::{DiscordSettings, Servers};
use crate::conversation::Turn;
use crate::knowledge::{EntryId, Scope, TopicId};
use crate::markup::{is_only_markup, without_markup};
use crate::metrics::{Door, Metrics, Outcome};
use crate::reply::{APOLOGY, Answer, Reply, Sheet, page_path};
use crate::responder::Responder;
use crate::store::{self, LastAnswer, WhyKept};

/// How many messages are remembered whose answer was posted to the channel, so that a second click
/// does not post it again.
const REMEMBERED_POSTS: usize = 1000;

/// A question that was asked so lately in this process is the last one: nobody asks again elsewhere
/// meanwhile, and other processes may not know of it yet.
const JUST_NOW: Duration = Duration::from_secs(2);

/// How many conversations are remembered, and no longer than the operator wants.
const REMEMBERED_CONVERSATIONS: usize = 10_000;

/// How the option of `/faq hold` names everything, and a topic. No id of an answer has a space.
const EVERYTHING: &str = "everything";
const TOPIC: &str = "topic ";

/// How the list of `/faq hold` shows a topic.
const TOPIC_LABEL: &str = "Topic: ";

/// The front end of a question that was chosen from a menu.
const MENU: &str = "menu";

/// Where a member has a conversation.
type Place = (UserId, ChannelId);

/// What was asked last in a place.
#[derive(Clone)]
struct Asked {
    at: Instant,
    turn: Turn,
    /// When other processes forget it.
    expires_at: Timestamp,
}

/// Turns interactions and messages into responses. A clone shares everything.
#[derive(Clone)]
pub struct Router {
    responder: Arc<Responder>,
    discord: Arc<ArcSwap<DiscordSettings>>,
    servers: Arc<ArcSwap<Servers>>,
    users: Arc<TokenBuckets<UserId>>,
    channels: Arc<TokenBuckets<ChannelId>>,
    posted: Arc<BoundedCache<MessageId, ()>>,
    /// Who wrote each of the latest questions.
    askers: Arc<BoundedCache<MessageId, UserId>>,
    conversations: Arc<BoundedCache<Place, Asked>>,
    /// `None`: no other process has a part in conversations.
    shared: Option<SharedMemory>,
    is_reloading: Arc<AtomicBool>,
    recorder: Recorder,
    metrics: Metrics,
    door: Door,
    /// Where the answers can be read as pages.
    pages: Option<Arc<str>>,
    /// Whether there is a desk with a store.
    has_desk: bool,
    today: fn() -> Date,
}

/// The response to an interaction.
#[derive(Debug, Clone)]
pub struct Response {
    /// The first response, which Discord expects within three seconds.
    pub callback: CreateInteractionResponse,
    pub deferred: Option<Deferred>,
    /// The message whose answer this posts to the channel; see [`Router::was_not_posted`].
    pub posts: Option<MessageId>,
    /// The public answer in the first response.
    pub shown: Option<ShownAnswer>,
}

/// What follows after the first response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deferred {
    /// A report replaces the response.
    Report(Report),
    /// What the desk shows replaces the response.
    Desk(Task),
    /// Whether an opinion was counted replaces the response.
    Count(Opinion),
    /// The list of corrections replaces the response.
    Corrections,
    /// The message whose component was used is deleted.
    DeleteMessage,
}

/// A report that may take longer than Discord waits for the first response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    Reload,
    /// What a reload would change.
    Check,
}

/// An internal error. The log has the cause under this reference.
#[derive(Debug, Clone)]
struct Failure {
    reference: String,
}

impl Router {
    pub fn new(
        responder: Arc<Responder>,
        discord: &DiscordSettings,
        servers: &Servers,
        today: fn() -> Date,
    ) -> Self {
        Self {
            responder,
            discord: Arc::new(ArcSwap::from_pointee(discord.clone())),
            servers: Arc::new(ArcSwap::from_pointee(servers.clone())),
            users: Arc::new(TokenBuckets::new(discord.member_limit)),
            channels: Arc::new(TokenBuckets::new(discord.channel_limit)),
            posted: Arc::new(BoundedCache::new(REMEMBERED_POSTS)),
            askers: Arc::new(BoundedCache::new(discord.remembered_replies)),
            conversations: Arc::new(BoundedCache::new(REMEMBERED_CONVERSATIONS)),
            shared: None,
            is_reloading: Arc::default(),
            recorder: Recorder::none(),
            metrics: Metrics::default(),
            door: Door::Gateway,
            pages: None,
            has_desk: false,
            today,
        }
    }

    /// Reports to the desk what it wants to know.
    pub fn with_desk(self, desk: &Arc<Desk>) -> Self {
        let (recorder, shared) = (desk.recorder(), desk.shared_memory());
        Self { recorder, shared, has_desk: desk.has_store(), ..self }
    }

    /// Counts questions there.
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Links to the pages below this URL.
    pub fn with_pages(self, public_url: Option<&str>) -> Self {
        Self { pages: public_url.map(Arc::from), ..self }
    }

    /// The same router for what comes in through another door.
    pub fn behind(&self, door: Door) -> Self {
        Self { door, ..self.clone() }
    }

    /// Takes over what can change while the bot runs.
    pub fn adjust(&self, discord: &DiscordSettings, servers: &Servers) {
        self.users.set_limit(discord.member_limit);
        self.channels.set_limit(discord.channel_limit);
        self.discord.store(Arc::new(discord.clone()));
        self.servers.store(Arc::new(servers.clone()));
    }

    /// The commands for the current content.
    pub fn commands(&self) -> Arc<Commands> {
        self.responder.commands()
    }

    /// Finds out what other processes have answered last where this interaction comes from, if its
    /// question seems to go on from an answer. To be called before [`Self::interaction`].
    pub async fn recall(&self, interaction: &Interaction) {
        let Interaction::Command(command) = interaction else { return };
        let options = Options::of(&command.data);
        let asks = command.data.kind == CommandType::ChatInput
            && matches!(
                commands::find(&self.commands(), &command.data.name, options.subcommand),
                Some(Action::Ask)
            );
        if let Some(question) = options.text(commands::QUESTION).filter(|_| asks) {
            self.recall_in((command.user.id, command.channel_id), question).await;
        }
    }

    /// The same before [`Self::message`].
    pub async fn recall_before(&self, message: &ChatMessage) {
        if message.is_direct || message.replies_to == RepliesTo::Bot {
            self.recall_in((message.author, message.channel), &message.text).await;
        }
    }

    /// What this process has answered itself counts only if no other one has answered since.
    async fn recall_in(&self, place: Place, text: &str) {
        let Some(shared) = &self.shared else { return };
        let own = self.conversations.get(&place);
        if self.discord.load().conversation.is_zero()
            || own.as_ref().is_some_and(|own| own.at.elapsed() < JUST_NOW)
            || !self.goes_on(own.as_ref(), text)
        {
            return;
        }
        let last = shared.recall(shared_place(place)).await;
        let Some(LastAnswer { entry, expires_at }) = last else {
            return self.conversations.remove(&place);
        };
        if own.is_some_and(|own| own.expires_at >= expires_at) {
            return;
        }
        let question = entry.as_ref().and_then(|entry| self.responder.question_of(entry));
        match question {
            Some(question) => {
                let turn = Turn { question, answered: entry, offered: Vec::new() };
                self.conversations.put(place, Asked { at: Instant::now(), turn, expires_at });
            }
            None => self.conversations.remove(&place),
        }
    }

    /// Whether what was said before may change the answer to a text.
    fn goes_on(&self, own: Option<&Asked>, text: &str) -> bool {
        let depends = || self.responder.depends_on_what_was_said(text).unwrap_or(false);
        own.is_some_and(|own| own.turn.chosen(text).is_some())
            || catch_panic(depends).unwrap_or(false)
    }

    /// Responds to any interaction.
    pub fn interaction(&self, interaction: &Interaction) -> Response {
        catch_panic(|| self.route(interaction))
            .unwrap_or_else(|failure| Response::private(failure.message()))
    }

    /// Replies to a message. `None` if it is not addressed to the bot, or if its author or channel
    /// is rate limited and has been told so.
    pub fn message(&self, message: &ChatMessage) -> Option<OutgoingMessage> {
        if !message.is_for_bot() {
            return None;
        }
        self.askers.put(message.id, message.author);
        let now = Instant::now();
        // A member who has to wait costs the channel nothing.
        let admission = match self.users.take(message.author, now) {
            Admission::Allowed => self.channels.take(message.channel, now),
            limited => limited,
        };
        if let Admission::Limited { retry_after, is_first } = admission {
            let wait = sentences::please_wait(retry_after.as_secs());
            return is_first.then(|| OutgoingMessage::text(wait));
        }
        let reply = catch_panic(|| {
            if message.mentions_own_role && !message.mentions_bot && message.text.is_empty() {
                return Ok(OutgoingMessage::text(sentences::MENTION_ME));
            }
            if is_only_markup(&message.text) {
                return Ok(whole_sheet(&self.help()));
            }
            let front_end = if message.is_direct { "direct message" } else { "mention" };
            let place = (message.author, message.channel);
            let goes_on = message.is_direct || message.replies_to == RepliesTo::Bot;
            if message.replies_to == RepliesTo::SomebodyElse
                && self.responder.is_about_an_answer(&message.text)
            {
                return Ok(OutgoingMessage::text(sentences::CANNOT_SEE));
            }
            let query = Query::Question(message.text.clone());
            let reply = self.respond_in(place, goes_on, message.is_direct, front_end, query)?;
            let rendered = render(&reply, Audience::Everybody, None);
            Ok(self.finish(&reply, rendered, !message.is_direct))
        });
        Some(reply.flatten().unwrap_or_else(|failure| failure.message()))
    }

    /// Does the work and returns the report. This may take seconds.
    pub fn report(&self, report: Report) -> OutgoingMessage {
        let report = catch_panic(|| match report {
            Report::Reload => {
                let result = self.responder.reload((self.today)());
                self.metrics.reloaded(result.is_ok());
                moderation::report(&result, true, self.has_desk)
            }
            Report::Check => {
                let result = self.responder.check((self.today)());
                moderation::report(&result, false, self.has_desk)
            }
        });
        self.is_reloading.store(false, Ordering::Release);
        report.unwrap_or_else(|failure| failure.message())
    }

    /// The response to an interaction that failed with this error. Logs the error.
    pub fn apology(error: &dyn std::error::Error) -> Response {
        Response::private(Failure::log(error).message())
    }

    /// Discord did not take a response that [posts](Response::posts) this answer, so it may be posted
    /// again.
    pub fn was_not_posted(&self, from: MessageId) {
        self.posted.remove(&from);
    }

    /// The member who caused a message of the bot. Discord sometimes leaves out the message to which
    /// it replies.
    fn asker(&self, message: &Message) -> Option<UserId> {
        asker(message).or_else(|| {
            let question = message.message_reference.as_ref()?.message_id?;
            self.askers.get(&question)
        })
    }

    /// The response to an interaction that cannot be parsed.
    pub fn unreadable() -> Response {
        Response::sentence(sentences::UNREADABLE)
    }

    fn route(&self, interaction: &Interaction) -> Response {
        match interaction {
            Interaction::Command(command) => match command.data.kind {
                CommandType::Message if command.data.name == commands::HOLD => {
                    self.hold_shown_answer(command)
                }
                CommandType::Message => self.check(command),
                _ => self.command(command),
            },
            Interaction::Autocomplete(command) => self.complete(command),
            Interaction::Component(component) => self.component(component),
            Interaction::Modal(form) => self.form(form),
            // A ping. The gateway sends none, and an HTTP endpoint must answer them before routing.
            _ => Response::sentence(sentences::UNKNOWN_BUTTON),
        }
    }

    fn command(&self, command: &CommandInteraction) -> Response {
        let options = Options::of(&command.data);
        let invocation = &Invocation::from(command);
        let shared = self.commands();
        match commands::find(&shared, &command.data.name, options.subcommand) {
            Some(Action::Moderate(action)) => self.moderate(invocation, action, options),
            Some(Action::Ask) => self.ask(invocation, options),
            Some(Action::Show(shared)) => self.show(invocation, shared, options),
            Some(Action::Help) => {
                Response::message(whole_sheet(&self.help()), self.is_private(invocation, options))
            }
            Some(Action::Corrections) => {
                let private = self.is_private(invocation, options);
                let wait = self.limit(invocation);
                wait.unwrap_or_else(|| Response {
                    deferred: Some(Deferred::Corrections),
                    ..Response::only(deferred(private))
                })
            }
            Some(Action::Check) | None => Response::sentence(sentences::UNKNOWN_COMMAND),
        }
    }

    fn ask(&self, invocation: &Invocation<'_>, options: Options<'_>) -> Response {
        let question = options.text(commands::QUESTION).unwrap_or_default();
        let private = self.is_private(invocation, options);
        self.answer(invocation, "command", Query::Question(question.to_owned()), private, None)
    }

    fn show(
        &self,
        invocation: &Invocation<'_>,
        shared: &Command,
        options: Options<'_>,
    ) -> Response {
        let words = shared.words.and_then(|(name, _)| options.text(name)).unwrap_or_default();
        // A sheet for given words is not chosen by pages, because a custom_id does not contain the
        // words.
        let page = shared.words.is_none().then_some((shared.name.as_str(), None));
        self.answer(
            invocation,
            &shared.name,
            shared.query(words),
            self.is_private(invocation, options),
            page,
        )
    }

    fn check(&self, command: &CommandInteraction) -> Response {
        let text = target_text(&command.data);
        if text.trim().is_empty() {
            return Response::sentence(sentences::NOTHING_TO_READ);
        }
        let invocation = &Invocation::from(command);
        // The words are somebody else's, so they are no part of a conversation.
        let respond = || self.respond("context menu", Query::Question(text));
        self.answer_by(respond, invocation, true, None)
    }

    /// Asks why the answer that a message shows is to be held back.
    fn hold_shown_answer(&self, command: &CommandInteraction) -> Response {
        let invocation = &Invocation::from(command);
        if let Some(refusal) = self.refuse_to_moderate(invocation) {
            return refusal;
        }
        match shown_answer(&command.data) {
            Some(entry) => Response::form(&Form::Hold(entry)),
            None => Response::sentence(sentences::NO_ANSWER_TO_HOLD),
        }
    }

    /// Answers in a new message.
    fn answer(
        &self,
        invocation: &Invocation<'_>,
        front_end: &str,
        query: Query,
        private: bool,
        page: Option<(&str, Option<usize>)>,
    ) -> Response {
        let place = (invocation.user, invocation.channel);
        let is_direct = invocation.guild.is_none();
        let servers = self.servers.load();
        let server = servers.of(invocation.guild.map(|id| id.get()));
        let contact = server.and_then(|server| server.contact.as_deref());
        let respond = || match query {
            Query::About if contact.is_some() => Ok(self.responder.about(contact, (self.today)())),
            query => self.respond_in(place, true, is_direct, front_end, query),
        };
        self.answer_by(respond, invocation, private, page)
    }

    fn answer_by(
        &self,
        respond: impl FnOnce() -> Result<Reply, Failure>,
        invocation: &Invocation<'_>,
        private: bool,
        page: Option<(&str, Option<usize>)>,
    ) -> Response {
        if let Some(wait) = self.limit(invocation) {
            return wait;
        }
        // In a rate-limited channel, the member still gets a private answer.
        let private = private
            || (!invocation.is_bot_dm
                && self.channels.take(invocation.channel, Instant::now()) != Admission::Allowed);
        match respond() {
            Ok(reply) => {
                let message = render(&reply, audience(invocation, private), page);
                let is_public = !private && invocation.guild.is_some();
                Response::message(self.finish(&reply, message, is_public), private)
            }
            Err(failure) => Response::private(failure.message()),
        }
    }

    fn component(&self, component: &ComponentInteraction) -> Response {
        let invocation = &Invocation::from(component);
        if let Some(form @ (Form::FindAnswer(_) | Form::Hold(_))) =
            Form::parse(&component.data.custom_id)
        {
            let refusal = self.refuse_to_moderate(invocation);
            return refusal.unwrap_or_else(|| Response::form(&form));
        }
        if let Some(action) = desk_action(component) {
            let acknowledgement = match action.takes_seconds() {
                true => OutgoingMessage::text(sentences::CHECKING).update(),
                false => CreateInteractionResponse::Acknowledge,
            };
            return self.desk(invocation, action, acknowledgement);
        }
        let message = &component.message;
        let private = is_ephemeral(message);
        // Only the asker can change the message; other members get a private answer.
        let is_own =
            private || invocation.is_bot_dm || self.asker(message) == Some(invocation.user);
        let replace = |front_end, query, page: Option<(&str, Option<usize>)>| {
            if is_own {
                self.replace(invocation, front_end, query, private, page)
            } else {
                self.answer(invocation, front_end, query, true, page)
            }
        };
        let entry = |chosen: &str| Query::Entry(EntryId::new(chosen));
        let chosen = selected_value(component);
        match (ComponentAction::parse(&component.data.custom_id), chosen) {
            (Some(ComponentAction::Choose), Some(chosen)) => replace(MENU, entry(chosen), None),
            (Some(ComponentAction::OpenRelated), Some(chosen)) => {
                self.answer(invocation, MENU, entry(chosen), !invocation.is_bot_dm, None)
            }
            (Some(ComponentAction::ChoosePage(command, _)), Some(chosen)) => {
                match (self.sheet_query(&command), chosen.parse().ok()) {
                    (Some(query), Some(number)) => {
                        replace("page", query, Some((&command, Some(number))))
                    }
                    _ => Response::sentence(sentences::UNKNOWN_BUTTON),
                }
            }
            (Some(ComponentAction::NoneOfThese), _) => self.none_of_these(invocation, is_own),
            (Some(ComponentAction::ShowEvidence(entry)), _) => self.evidence(invocation, entry),
            (Some(ComponentAction::Helpful(entry)), _) => {
                self.count(invocation, Opinion::helpful(entry, invocation.user))
            }
            (Some(ComponentAction::NotRight(entry)), _) => match self.limit(invocation) {
                Some(wait) => wait,
                None => Response::form(&Form::NotRight(entry)),
            },
            (Some(ComponentAction::Share(shared)), _) => match self.refuse_to_post(invocation) {
                Some(refusal) => Response::sentence(refusal),
                None => Response::private(confirmation(&shared, message.id)),
            },
            (Some(ComponentAction::Post { shared, from, is_named }), _) => {
                self.post(invocation, from, shared, is_named)
            }
            (Some(ComponentAction::Remove), _) => self.remove(invocation, message),
            (Some(ComponentAction::ShowPage(command, number)), _) => {
                match self.sheet_query(&command) {
                    Some(query) => replace("page", query, Some((&command, Some(number)))),
                    None => Response::sentence(sentences::UNKNOWN_BUTTON),
                }
            }
            (
                Some(
                    ComponentAction::Choose
                    | ComponentAction::OpenRelated
                    | ComponentAction::ChoosePage(..),
                ),
                None,
            )
            | (None, _) => Response::sentence(sentences::UNKNOWN_BUTTON),
        }
    }

    /// A form that a member has filled in.
    fn form(&self, form: &ModalInteraction) -> Response {
        let invocation = &Invocation::from(form);
        let FilledIn { words, until } = FilledIn::of(form);
        match Form::parse(&form.data.custom_id) {
            Some(Form::NotRight(entry)) => self.complain(invocation, entry, words),
            Some(Form::Hold(entry)) => self.hold(invocation, Scope::Entry(entry), words, until),
            Some(Form::FindAnswer(question)) => {
                let action = DeskAction::FindAnswer { question, words: words.to_owned() };
                self.desk(invocation, action, CreateInteractionResponse::Acknowledge)
            }
            None => Response::sentence(sentences::UNKNOWN_BUTTON),
        }
    }

    /// Counts that an answer is not right, in the words of a member.
    fn complain(&self, invocation: &Invocation<'_>, entry: EntryId, words: &str) -> Response {
        let last = self.conversations.get(&(invocation.user, invocation.channel));
        let asked =
            last.map(|last| last.turn).filter(|turn| turn.answered.as_ref() == Some(&entry));
        let about =
            asked.map_or_else(|| self.responder.question_of(&entry), |turn| Some(turn.question));
        let complaint = Complaint {
            asked: about.unwrap_or_default(),
            note: Some(words.to_owned()).filter(|words| !words.is_empty()),
            in_direct_message: invocation.guild.is_none(),
        };
        self.count(invocation, Opinion::not_right(entry, invocation.user, complaint))
    }

    /// Acknowledges an opinion of an answer, and leaves the rest to the desk.
    fn count(&self, invocation: &Invocation<'_>, opinion: Opinion) -> Response {
        if let Some(wait) = self.limit(invocation) {
            return wait;
        }
        if !self.has_desk || self.responder.question_of(&opinion.entry).is_none() {
            return Response::sentence(sentences::UNKNOWN_BUTTON);
        }
        Response { deferred: Some(Deferred::Count(opinion)), ..Response::only(deferred(true)) }
    }

    /// Adds to an answer what needs the desk: buttons for feedback, and what to remember of it if it
    /// is public.
    fn finish(&self, reply: &Reply, message: OutgoingMessage, is_public: bool) -> OutgoingMessage {
        let message = match reply {
            Reply::Answer(answer) if answer.shows_evidence() => self.with_page(message, answer),
            _ => message,
        };
        match reply {
            Reply::Answer(answer) if self.has_desk => {
                let entry = answer.entry().clone();
                let revision = self.responder.revision_of(&entry).filter(|_| is_public);
                let message = with_feedback(message, &entry);
                let shown = revision.map(|revision| ShownAnswer { entry, revision });
                OutgoingMessage { shown, ..message }
            }
            _ => message,
        }
    }

    /// Answers by replacing the message whose component was used.
    fn replace(
        &self,
        invocation: &Invocation<'_>,
        front_end: &str,
        query: Query,
        private: bool,
        page: Option<(&str, Option<usize>)>,
    ) -> Response {
        if let Some(wait) = self.limit(invocation) {
            return wait;
        }
        let (place, is_direct) =
            ((invocation.user, invocation.channel), invocation.guild.is_none());
        match self.respond_in(place, false, is_direct, front_end, query) {
            Ok(reply) => {
                let message = render(&reply, audience(invocation, private), page);
                let is_public = !private && invocation.guild.is_some();
                Response::update(self.finish(&reply, message, is_public))
            }
            Err(failure) => Response::private(failure.message()),
        }
    }

    fn help(&self) -> Sheet {
        self.responder.help(&commands::help(&self.commands()), (self.today)())
    }

    /// The query of a command without words.
    fn sheet_query(&self, name: &str) -> Option<Query> {
        let shared = self.commands();
        let command = shared.find(name).filter(|command| command.words.is_none())?;
        Some(command.query(""))
    }

    fn none_of_these(&self, invocation: &Invocation<'_>, is_own: bool) -> Response {
        let place = (invocation.user, invocation.channel);
        if let Some(Asked { turn: Turn { question, answered: None, .. }, .. }) =
            self.conversations.get(&place)
            && is_own
        {
            self.record(question, WhyKept::Ambiguous, invocation.guild.is_none());
        }
        let reply = self.responder.none_of_these((self.today)());
        let message = render(&reply, Audience::Everybody, None);
        if is_own {
            Response::update(message)
        } else {
            Response::message(message, !invocation.is_bot_dm)
        }
    }

    /// Shows the evidence of an answer to the member who pressed the button.
    fn evidence(&self, invocation: &Invocation<'_>, entry: EntryId) -> Response {
        if let Some(wait) = self.limit(invocation) {
            return wait;
        }
        let message = match self.respond("evidence", Query::Entry(entry)) {
            Ok(Reply::Answer(answer)) => self.with_page(evidence(&answer), &answer),
            // The answer was withdrawn in the meantime.
            Ok(reply) => render(&reply, Audience::Everybody, None),
            Err(failure) => failure.message(),
        };
        Response::message(message, !invocation.is_bot_dm)
    }

    /// Links to the page of an answer, if there are pages.
    fn with_page(&self, message: OutgoingMessage, answer: &Answer) -> OutgoingMessage {
        match &self.pages {
            Some(url) => with_link(message, &format!("{url}{}", page_path(answer.entry()))),
            None => message,
        }
    }

    /// Why nothing can be posted for this member in this channel. The member and the bot both need
    /// the permission to write there.
    fn refuse_to_post(&self, invocation: &Invocation<'_>) -> Option<&'static str> {
        let needed = match invocation.is_thread {
            true => Permissions::SEND_MESSAGES_IN_THREADS,
            false => Permissions::SEND_MESSAGES,
        };
        let may_write = |permissions: Permissions| {
            invocation.guild.is_none()
                || permissions.intersects(Permissions::ADMINISTRATOR | needed)
        };
        if !may_write(invocation.user_permissions()) {
            Some(sentences::MAY_NOT_POST)
        } else if !may_write(invocation.app_permissions) {
            Some(sentences::BOT_MAY_NOT_POST)
        } else {
            None
        }
    }

    /// Posts a reply publicly for the member who pressed the button. `from` is the message with the
    /// reply; it is posted once.
    fn post(
        &self,
        invocation: &Invocation<'_>,
        from: MessageId,
        shared: Shared,
        is_named: bool,
    ) -> Response {
        let (query, page) = match &shared {
            Shared::Answer(entry) => (Query::Entry(entry.clone()), None),
            Shared::Sheet(command) => match self.sheet_query(command) {
                Some(query) => (query, Some((command.as_str(), None))),
                None => return Response::sentence(sentences::UNKNOWN_BUTTON),
            },
        };
        if let Some(refusal) = self.refuse_to_post(invocation) {
            return Response::sentence(refusal);
        }
        if let Some(wait) = self.limit(invocation) {
            return wait;
        }
        if let Admission::Limited { retry_after, .. } =
            self.channels.take(invocation.channel, Instant::now())
        {
            return Response::sentence(sentences::please_wait(retry_after.as_secs()));
        }
        match self.respond("post", query) {
            // The answer was withdrawn in the meantime. Only the member is told.
            Ok(reply @ Reply::NoAnswer(_)) => {
                Response::private(render(&reply, Audience::Everybody, None))
            }
            Ok(_) if !self.posted.insert(from) => Response::sentence(sentences::ALREADY_POSTED),
            Ok(reply) => {
                let by = is_named.then_some(invocation.user);
                let is_public = invocation.guild.is_some();
                let message = self.finish(&reply, posted(&reply, page, by), is_public);
                let response = Response::message(message, false);
                Response { posts: Some(from), ..response }
            }
            Err(failure) => Response::private(failure.message()),
        }
    }

    /// Deletes a posted message for the member who posted it, or for a moderator.
    fn remove(&self, invocation: &Invocation<'_>, message: &Message) -> Response {
        let moderates = invocation
            .user_permissions()
            .intersects(Permissions::ADMINISTRATOR | Permissions::MANAGE_MESSAGES);
        if self.asker(message) == Some(invocation.user) || moderates {
            let callback = CreateInteractionResponse::Acknowledge;
            Response { deferred: Some(Deferred::DeleteMessage), ..Response::only(callback) }
        } else {
            Response::sentence(sentences::MAY_NOT_REMOVE)
        }
    }

    fn moderate(
        &self,
        invocation: &Invocation<'_>,
        action: ModerationAction,
        options: Options<'_>,
    ) -> Response {
        if let Some(refusal) = self.refuse_to_moderate(invocation) {
            return refusal;
        }
        let work = match action {
            ModerationAction::Reload => Report::Reload,
            ModerationAction::Check => Report::Check,
            // A message command, which is routed by itself.
            ModerationAction::HoldShown => return Response::sentence(sentences::NO_ANSWER_TO_HOLD),
            ModerationAction::Show => return self.show_to_moderator(invocation, options),
            ModerationAction::Gaps => {
                return self.desk(invocation, DeskAction::Gaps, deferred(true));
            }
            ModerationAction::Release => {
                return self.desk(invocation, DeskAction::Holds, deferred(true));
            }
            ModerationAction::Audit => {
                return self.desk(invocation, DeskAction::Audit { before: None }, deferred(true));
            }
            ModerationAction::Stats => {
                return self.desk(invocation, DeskAction::Stats(period(options)), deferred(true));
            }
            ModerationAction::Hold => {
                let given = |option| options.text(option).unwrap_or_default().trim();
                let (held, reason) = (given(commands::ENTRY), given(commands::REASON));
                let until = options.text(commands::UNTIL);
                return self.hold(invocation, self.scope(held), reason, until);
            }
        };
        if self.is_reloading.swap(true, Ordering::AcqRel) {
            return Response::sentence(sentences::RELOAD_RUNNING);
        }
        Response { deferred: Some(Deferred::Report(work)), ..Response::only(deferred(true)) }
    }

    /// The response to somebody who is no moderator; `None` to a moderator.
    fn refuse_to_moderate(&self, invocation: &Invocation<'_>) -> Option<Response> {
        let permission = Permission::of(invocation, &self.servers.load());
        permission.refusal().map(Response::sentence)
    }

    /// Holds answers back for a reason, until the end of a day if one is given.
    fn hold(
        &self,
        invocation: &Invocation<'_>,
        scope: Scope,
        reason: &str,
        until: Option<&str>,
    ) -> Response {
        let until = until.map(str::trim).filter(|text| !text.is_empty());
        let reason = reason.trim().to_owned();
        match until.map(str::parse).transpose() {
            Ok(until) => {
                let action = DeskAction::Hold { scope, reason, until };
                self.desk(invocation, action, deferred(true))
            }
            Err(_) => {
                let text = sentences::no_such_day(until.unwrap_or_default(), &reason);
                Response::private(OutgoingMessage::text(clip(&escape(&text), limits::CONTENT)))
            }
        }
    }

    /// What the option of `/faq hold` names. Somebody who types does not always choose from the list.
    fn scope(&self, held: &str) -> Scope {
        let topic = held.strip_prefix(TOPIC).or_else(|| held.strip_prefix(TOPIC_LABEL));
        match topic {
            _ if held.eq_ignore_ascii_case(EVERYTHING) => Scope::Everything,
            Some(topic) => Scope::Topic(
                self.responder.topic_named(topic).unwrap_or_else(|| TopicId::new(topic)),
            ),
            None => match (self.responder.entry_named(held), self.responder.topic_named(held)) {
                (None, Some(topic)) => Scope::Topic(topic),
                (entry, _) => Scope::Entry(entry.unwrap_or_else(|| EntryId::new(held))),
            },
        }
    }

    /// Acknowledges, and leaves the rest to the desk.
    fn desk(
        &self,
        invocation: &Invocation<'_>,
        action: DeskAction,
        acknowledgement: CreateInteractionResponse,
    ) -> Response {
        if let Some(refusal) = self.refuse_to_moderate(invocation) {
            return refusal;
        }
        let task = Task { action, by: invocation.user };
        Response { deferred: Some(Deferred::Desk(task)), ..Response::only(acknowledgement) }
    }

    /// Everything about an entry, or why a question is answered as it is.
    fn show_to_moderator(&self, invocation: &Invocation<'_>, options: Options<'_>) -> Response {
        let given =
            |option| options.text(option).map(str::trim).filter(|text: &&str| !text.is_empty());
        match (given(commands::ENTRY), given(commands::QUESTION)) {
            (Some(name), _) => {
                let entry = self.responder.entry_named(name);
                match entry.and_then(|id| self.responder.editors_view(&id, (self.today)())) {
                    Some(sheet) => Response::private(whole_sheet(&sheet)),
                    None => Response::sentence(sentences::NO_SUCH_ENTRY),
                }
            }
            (None, Some(question)) => {
                let words = without_markup(question).trim().to_owned();
                self.desk(invocation, DeskAction::Explain(words), deferred(true))
            }
            (None, None) => Response::sentence(sentences::NOTHING_TO_SHOW),
        }
    }

    /// Autocomplete: suggestions for the option that is being typed.
    fn complete(&self, command: &CommandInteraction) -> Response {
        let options = Options::of(&command.data);
        let shared = self.commands();
        let action = commands::find(&shared, &command.data.name, options.subcommand);
        let (option, typed) =
            command.data.autocomplete().map_or(("", ""), |option| (option.name, option.value));
        let choices: Vec<(String, String)> = match action {
            Some(Action::Ask) if option == commands::QUESTION => {
                let found =
                    self.responder.suggest(typed, limits::CHOICES).unwrap_or_else(|error| {
                        Failure::log(&error);
                        Vec::new()
                    });
                found.into_iter().map(|s| (s.question, s.entry.as_str().to_owned())).collect()
            }
            Some(Action::Show(shared)) if shared.words.is_some_and(|(name, _)| name == option) => {
                let found = self.responder.suggest_quotations(typed, limits::CHOICES);
                found.into_iter().map(|(key, words)| (words, key.as_str().to_owned())).collect()
            }
            Some(Action::Moderate(action @ (ModerationAction::Show | ModerationAction::Hold)))
                if Permission::of(&Invocation::from(command), &self.servers.load())
                    == Permission::Granted =>
            {
                let found = self.responder.editors_choices(typed, limits::CHOICES);
                let found = found
                    .into_iter()
                    .map(|(id, question)| (format!("{id}: {question}"), id.as_str().to_owned()));
                match action {
                    ModerationAction::Hold => self.scopes(typed).chain(found).collect(),
                    _ => found.collect(),
                }
            }
            _ => Vec::new(),
        };
        // Values that are too long are left out, because a clipped id would not be valid.
        let valid =
            choices.into_iter().filter(|(_, value)| limits::length(value) <= limits::CHOICE_TEXT);
        let choices = valid
            .map(|(name, value)| AutocompleteChoice::new(clip(&name, limits::CHOICE_TEXT), value));
        let choices = choices.take(limits::CHOICES).collect();
        let response = CreateAutocompleteResponse::new().set_choices(choices);
        Response::only(CreateInteractionResponse::Autocomplete(response))
    }

    /// What can be held back at once, as (name, value), if its name contains the typed text.
    fn scopes(&self, typed: &str) -> impl Iterator<Item = (String, String)> {
        let topics = self.responder.topics().into_iter();
        let topics =
            topics.map(|(id, name)| (format!("{TOPIC_LABEL}{name}"), format!("{TOPIC}{id}")));
        let everything = ("Everything".to_owned(), EVERYTHING.to_owned());
        let typed = typed.trim().to_lowercase();
        let all = std::iter::once(everything).chain(topics);
        all.filter(move |(name, _)| name.to_lowercase().contains(&typed))
    }

    /// Asks the core in a conversation. `goes_on` is whether what was asked before may count.
    fn respond_in(
        &self,
        place: Place,
        goes_on: bool,
        is_direct: bool,
        front_end: &str,
        query: Query,
    ) -> Result<Reply, Failure> {
        let keeps = self.discord.load().conversation;
        let last = self.conversations.get(&place);
        let last = last.filter(|last| goes_on && last.at.elapsed() < keeps).map(|last| last.turn);
        let (reply, turn) = self.respond_after(front_end, query.clone(), last.as_ref())?;
        if let (Query::Question(words), Reply::NoAnswer(no_answer)) = (query, &reply)
            && no_answer.is_a_gap()
        {
            self.record(words, WhyKept::Unanswered, is_direct);
        }
        if !keeps.is_zero() {
            self.remember(place, turn, keeps);
        }
        Ok(reply)
    }

    /// Remembers what was asked, for this process and for others.
    fn remember(&self, place: Place, turn: Turn, keeps: Duration) {
        let expires_at = Timestamp::now() + SignedDuration::try_from(keeps).unwrap_or_default();
        let expires_at = expires_at.round(Unit::Millisecond).unwrap_or(expires_at);
        if let Some(shared) = &self.shared {
            shared.remember(
                shared_place(place),
                LastAnswer { entry: turn.answered.clone(), expires_at },
            );
        }
        self.conversations.put(place, Asked { at: Instant::now(), turn, expires_at });
    }

    fn record(&self, words: String, why: WhyKept, in_direct_message: bool) {
        let asked = desk::Asked { words, why, entry: None, note: None, in_direct_message };
        self.recorder.record(asked);
    }

    /// Asks the core without a conversation.
    fn respond(&self, front_end: &str, query: Query) -> Result<Reply, Failure> {
        self.respond_after(front_end, query, None).map(|(reply, _)| reply)
    }

    /// Asks the core. The span records the outcome, but neither the question nor the asker.
    fn respond_after(
        &self,
        front_end: &str,
        query: Query,
        last: Option<&Turn>,
    ) -> Result<(Reply, Turn), Failure> {
        let start = Instant::now();
        let span = info_span!(
            "question",
            front_end,
            outcome = field::Empty,
            entry = field::Empty,
            score = field::Empty,
            milliseconds = field::Empty
        );
        let _entered = span.enter();
        let ask = Ask { query, today: (self.today)() };
        let response = self.responder.respond_after(&ask, last);
        let took = start.elapsed();
        span.record("milliseconds", took.as_secs_f64() * 1000.0);
        let asked = response.as_ref().map_or(Outcome::Failed, |found| Outcome::of(&found.reply));
        self.metrics.question(self.door, asked, took);
        let response = response.map_err(|error| Failure::log(&error))?;
        if let Some(counted) = counted(&ask.query, front_end == MENU, &response.reply) {
            self.recorder.count(ask.today, counted);
        }
        span.record("outcome", asked.name());
        if let Reply::Answer(answer) = &response.reply {
            span.record("entry", answer.entry().as_str());
        }
        if let Some(score) = response.evidence.as_ref().and_then(|evidence| evidence.best_bm25()) {
            span.record("score", score);
        }
        info!("done");
        Ok((response.reply, response.turn))
    }

    /// The response to a user who is rate limited; `None` if the user is not.
    fn limit(&self, invocation: &Invocation<'_>) -> Option<Response> {
        match self.users.take(invocation.user, Instant::now()) {
            Admission::Allowed => None,
            Admission::Limited { retry_after, .. } => {
                Some(Response::sentence(sentences::please_wait(retry_after.as_secs())))
            }
        }
    }

    fn is_private(&self, invocation: &Invocation<'_>, options: Options<'_>) -> bool {
        let (discord, servers) = (self.discord.load(), self.servers.load());
        let server = servers.of(invocation.guild.map(|id| id.get()));
        let private = server.and_then(|server| server.private).unwrap_or(discord.private);
        let default = match invocation.channel.get() {
            channel if discord.public_channels.contains(&channel) => false,
            channel if discord.private_channels.contains(&channel) => true,
            // In the direct message with the bot, nobody else can see the reply.
            _ => private && !invocation.is_bot_dm,
        };
        // Nobody writes through the bot where they could not write themselves.
        options.flag(commands::PRIVATE).unwrap_or(default)
            || self.refuse_to_post(invocation).is_some()
    }
}

impl Response {
    /// A response that is not deferred.
    fn only(callback: CreateInteractionResponse) -> Self {
        Self { callback, deferred: None, posts: None, shown: None }
    }

    fn message(message: OutgoingMessage, private: bool) -> Self {
        let shown = message.shown.clone();
        Self { shown, ..Self::only(message.response(private)) }
    }

    fn private(message: OutgoingMessage) -> Self {
        Self::message(message, true)
    }

    fn sentence(text: impl Into<String>) -> Self {
        Self::private(OutgoingMessage::text(text))
    }

    fn form(form: &Form) -> Self {
        Self::only(CreateInteractionResponse::Modal(form.modal()))
    }

    fn update(message: OutgoingMessage) -> Self {
        let shown = message.shown.clone();
        Self { shown, ..Self::only(message.update()) }
    }
}

impl Failure {
    fn log(error: &dyn std::error::Error) -> Self {
        let failure = Self::new();
        error!(reference = failure.reference, %error, "a question could not be answered");
        failure
    }

    /// A random reference, which is in the member's message and in the log.
    fn new() -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self { reference: format!("{:08x}", RandomState::new().hash_one(()) as u32) }
    }

    fn message(&self) -> OutgoingMessage {
        OutgoingMessage::text(format!("{APOLOGY} {}", sentences::reference(&self.reference)))
    }
}

/// Turns a panic into a failure, so that it affects one answer and not the whole bot.
fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let failure = Failure::new();
        // The panic message is not logged, because it can contain the text of the question. The
        // panic hook has logged the location in the code.
        error!(reference = failure.reference, "answering panicked");
        failure
    })
}

/// What a moderator wants from the desk; `None` if the component is none of the desk's.
fn desk_action(component: &ComponentInteraction) -> Option<DeskAction> {
    let custom_id = &component.data.custom_id;
    let action = match selected_value(component) {
        Some(chosen) => DeskAction::of_menu(custom_id, chosen),
        None => DeskAction::of_button(custom_id),
    };
    Some(action?.with_words(quoted(&component.message.content)))
}

/// A place as the store knows it.
fn shared_place((member, channel): Place) -> store::Place {
    store::Place { member: member.get(), channel: channel.get() }
}

/// The days to look back on that the options of the command name.
fn period(options: Options<'_>) -> u16 {
    let days = options.number(commands::DAYS).and_then(|days| u16::try_from(days).ok());
    days.filter(|days| PERIODS.contains(days)).unwrap_or(USUAL_PERIOD)
}

fn audience(invocation: &Invocation<'_>, private: bool) -> Audience {
    if private && invocation.guild.is_some() { Audience::OneMember } else { Audience::Everybody }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_costs_one_answer_and_leaves_a_reference() {
        let failure = catch_panic(|| -> () { panic!("on purpose") }).unwrap_err();
        let text = failure.message().content;
        assert!(text.contains(APOLOGY) && text.contains(&failure.reference), "{text}");
        assert_eq!(catch_panic(|| 1).unwrap(), 1);
    }
}

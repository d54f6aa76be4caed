//! What somebody did becomes what to respond. No network here: JSON in, JSON out, whichever door it
//! came by.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::civil::Date;
use serenity::model::permissions::Permissions;
use tracing::{error, field, info, info_span};

use super::callback::{Callback, Choice};
use super::commands::{self, Action, DeskAction};
use super::components::Press;
use super::cooldown::{Cooldown, Verdict};
use super::desk::{self, Permission};
use super::limits;
use super::markdown::clip;
use super::memory::Memory;
use super::render::{Audience, Message, render, whole_sheet};
use super::request::{Request, Typed, Wish, Written};
use super::sentences;
use crate::ask::{Ask, Query};
use crate::commands::{Command, Commands};
use crate::config::{DiscordSettings, ModerationSettings};
use crate::knowledge::EntryId;
use crate::reply::{APOLOGY, Reply};
use crate::responder::Responder;

/// How many messages are remembered from which an answer was posted, so that a second press does
/// not post a second time.
const POSTED: usize = 1000;

/// The one way from a request to a response.
pub struct Router {
    responder: Arc<Responder>,
    discord: DiscordSettings,
    moderation: ModerationSettings,
    members: Cooldown,
    channels: Cooldown,
    posted: Memory<u64, ()>,
    /// Whether the FAQ is being loaded.
    busy: AtomicBool,
    today: fn() -> Date,
}

/// A response to an interaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The response itself, in full.
    pub callback: Callback,
    /// What is to be done afterwards, if the response only promised an answer.
    pub later: Option<Later>,
}

/// Work that may take longer than Discord waits for a first response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// Load the FAQ again.
    Reload,
    /// Say what that would do.
    Check,
}

/// Something broke while answering; the log has the reason under this id.
#[derive(Debug, Clone)]
pub struct Broken(String);

impl Router {
    /// Routes by these settings.
    pub fn new(
        responder: Arc<Responder>,
        discord: &DiscordSettings,
        moderation: &ModerationSettings,
        today: fn() -> Date,
    ) -> Self {
        Self {
            responder,
            discord: discord.clone(),
            moderation: moderation.clone(),
            members: Cooldown::new(discord.member_allowance),
            channels: Cooldown::new(discord.channel_allowance),
            posted: Memory::new(POSTED),
            busy: AtomicBool::new(false),
            today,
        }
    }

    /// The commands of the content that is served now.
    pub fn commands(&self) -> Arc<Commands> {
        self.responder.commands()
    }

    /// Responds to an interaction, whatever it holds.
    pub fn interaction(&self, request: &Request) -> Turn {
        guarded(|| self.route(request)).unwrap_or_else(|broken| Turn::private(broken.message()))
    }

    /// Replies to a message in which the bot was asked; `None` if it was not, or if silence is
    /// kinder.
    pub fn message(&self, written: &Written) -> Option<Message> {
        if !written.is_for_bot() {
            return None;
        }
        let now = Instant::now();
        for verdict in
            [self.members.take(written.author, now), self.channels.take(written.channel, now)]
        {
            if let Verdict::Wait { rest, first } = verdict {
                return first.then(|| Message::sentence(sentences::please_wait(rest.as_secs())));
            }
        }
        let message = guarded(|| {
            if written.words.is_empty() {
                return Ok(whole_sheet(
                    &self.responder.help(&commands::help(&self.commands()), (self.today)()),
                ));
            }
            let front_end = if written.direct { "direct message" } else { "mention" };
            let reply = self.respond(front_end, Query::Question(written.words.clone()))?;
            Ok(render(&reply, Audience::Everybody, None))
        });
        Some(message.flatten().unwrap_or_else(|broken| broken.message()))
    }

    /// Does what a response promised, and says what came of it. It may take seconds.
    pub fn finish(&self, later: Later) -> Message {
        let report = guarded(|| match later {
            Later::Reload => desk::report(&self.responder.reload(), true),
            Later::Check => desk::report(&self.responder.check(), false),
        });
        self.busy.store(false, Ordering::Release);
        report.map_or_else(|broken| broken.message(), Message::sentence)
    }

    /// What to respond when the response itself could not be delivered for this reason.
    pub fn apology(error: &dyn std::error::Error) -> Turn {
        Turn::private(Broken::by(error).message())
    }

    fn route(&self, request: &Request) -> Turn {
        match &request.wish {
            Wish::Ping => Turn::only(Callback::pong()),
            Wish::Complete(typed, option) => self.complete(request, typed, option),
            Wish::Command(typed) => {
                match commands::find(&self.commands(), &typed.name, typed.subcommand.as_deref()) {
                    Some(Action::Desk(action)) => self.desk(request, action, typed),
                    Some(Action::Ask) => self.ask(request, typed),
                    Some(Action::Show(shared)) => self.show(request, shared, typed),
                    Some(Action::Check) | None => Turn::sentence(sentences::UNKNOWN_COMMAND),
                }
            }
            Wish::Check(text) => self.check(request, text),
            Wish::Press { custom_id, values, message, private, own } => {
                match Press::parse(custom_id) {
                    Some(press) => self.press(request, press, values, *message, (*private, *own)),
                    None => Turn::sentence(sentences::UNKNOWN_BUTTON),
                }
            }
            Wish::Unknown => Turn::sentence(sentences::UNKNOWN_BUTTON),
        }
    }

    fn ask(&self, request: &Request, typed: &Typed) -> Turn {
        let question = typed.text(commands::QUESTION).unwrap_or_default();
        let private = self.is_private(request, typed);
        self.answer(request, "command", Query::Question(question.to_owned()), private, None)
    }

    fn show(&self, request: &Request, shared: &Command, typed: &Typed) -> Turn {
        let words = shared.words.and_then(|(name, _)| typed.text(name)).unwrap_or_default();
        // What depends on words cannot be turned to another page later: the words are not kept.
        let page = shared.words.is_none().then_some((shared.name.as_str(), 0));
        self.answer(
            request,
            &shared.name,
            shared.query(words),
            self.is_private(request, typed),
            page,
        )
    }

    fn check(&self, request: &Request, text: &str) -> Turn {
        if text.trim().is_empty() {
            return Turn::sentence(sentences::NOTHING_TO_READ);
        }
        self.answer(request, "context menu", Query::Question(text.to_owned()), true, None)
    }

    /// Answers in a message of its own.
    fn answer(
        &self,
        request: &Request,
        front_end: &str,
        what: Query,
        private: bool,
        page: Option<(&str, usize)>,
    ) -> Turn {
        if let Some(wait) = self.wait(request) {
            return wait;
        }
        // A channel that has had enough is spared, the member is not: the answer comes in private.
        let private = private
            || (!request.direct
                && self.channels.take(request.channel, Instant::now()) != Verdict::Go);
        match self.respond(front_end, what) {
            Ok(reply) => Turn::message(render(&reply, audience(request, private), page), private),
            Err(broken) => Turn::private(broken.message()),
        }
    }

    fn press(
        &self,
        request: &Request,
        press: Press,
        values: &[String],
        message: u64,
        (private, own): (bool, bool),
    ) -> Turn {
        let chosen = values.first().map(|value| Query::Entry(EntryId::new(value)));
        // Whoever asked turns their own message over; somebody else gets a private one.
        let own = own || private || request.direct;
        match (press, chosen) {
            (Press::Pick, Some(what)) => self.turn_over(request, "menu", what, private, own, None),
            (Press::Open, Some(what)) => self.answer(request, "menu", what, !request.direct, None),
            (Press::NoneOfThese, _) => self.none_of_these(request, own),
            (Press::PostAnswer(entry), _) => self.post(request, message, Query::Entry(entry), None),
            (Press::PostSheet(name), _) => match self.sheet(&name) {
                Some(what) => self.post(request, message, what, Some((&name, 0))),
                None => Turn::sentence(sentences::UNKNOWN_BUTTON),
            },
            (Press::Page(name, number), _) => match self.sheet(&name) {
                Some(what) => {
                    self.turn_over(request, "page", what, private, own, Some((&name, number)))
                }
                None => Turn::sentence(sentences::UNKNOWN_BUTTON),
            },
            (Press::Pick | Press::Open, None) => Turn::sentence(sentences::UNKNOWN_BUTTON),
        }
    }

    /// Puts another reply in the place of the message that was pressed.
    fn turn_over(
        &self,
        request: &Request,
        front_end: &str,
        what: Query,
        private: bool,
        own: bool,
        page: Option<(&str, usize)>,
    ) -> Turn {
        if !own {
            return self.answer(request, front_end, what, true, page);
        }
        if let Some(wait) = self.wait(request) {
            return wait;
        }
        match self.respond(front_end, what) {
            Ok(reply) => Turn::update(render(&reply, audience(request, private), page)),
            Err(broken) => Turn::private(broken.message()),
        }
    }

    fn none_of_these(&self, request: &Request, own: bool) -> Turn {
        let reply = self.responder.none_of_these((self.today)());
        let message = render(&reply, Audience::Everybody, None);
        if own { Turn::update(message) } else { Turn::message(message, !request.direct) }
    }

    /// Posts for the member who pressed the button, with their name above it, where both of them
    /// may write.
    fn post(&self, request: &Request, from: u64, what: Query, page: Option<(&str, usize)>) -> Turn {
        let may_write = |permissions: Permissions| {
            request.guild.is_none()
                || permissions.intersects(
                    Permissions::ADMINISTRATOR
                        | Permissions::SEND_MESSAGES
                        | Permissions::SEND_MESSAGES_IN_THREADS,
                )
        };
        if !may_write(request.permissions) {
            return Turn::sentence(sentences::MAY_NOT_POST);
        }
        if !may_write(request.own_permissions) {
            return Turn::sentence(sentences::BOT_MAY_NOT_POST);
        }
        if let Some(wait) = self.wait(request) {
            return wait;
        }
        if let Verdict::Wait { rest, .. } = self.channels.take(request.channel, Instant::now()) {
            return Turn::sentence(&sentences::please_wait(rest.as_secs()));
        }
        match self.respond("post", what) {
            // An answer that was withdrawn in the meantime is told to the member, not posted.
            Ok(reply @ Reply::NoAnswer(_)) => {
                Turn::private(render(&reply, Audience::Everybody, None))
            }
            Ok(_) if !self.posted.is_first(from) => Turn::sentence(sentences::ALREADY_POSTED),
            Ok(reply) => {
                let message = render(&reply, Audience::Everybody, page)
                    .under(sentences::shared_by(request.member));
                Turn::message(message, false)
            }
            Err(broken) => Turn::private(broken.message()),
        }
    }

    fn desk(&self, request: &Request, action: DeskAction, typed: &Typed) -> Turn {
        if let Some(refusal) = Permission::of(request, &self.moderation).refusal() {
            return Turn::sentence(refusal);
        }
        let later = match action {
            DeskAction::Reload => Later::Reload,
            DeskAction::Check => Later::Check,
            DeskAction::Show => return self.show_at_the_desk(typed),
        };
        if self.busy.swap(true, Ordering::AcqRel) {
            return Turn::sentence(sentences::DESK_BUSY);
        }
        Turn { callback: Callback::promise(), later: Some(later) }
    }

    /// An entry with everything behind it, or why a question is answered as it is.
    fn show_at_the_desk(&self, typed: &Typed) -> Turn {
        let given = |option| typed.text(option).map(str::trim).filter(|text| !text.is_empty());
        match (given(commands::ENTRY), given(commands::QUESTION)) {
            (Some(id), _) => match self.responder.editors_view(&EntryId::new(id), (self.today)()) {
                Some(sheet) => Turn::private(whole_sheet(&sheet)),
                None => Turn::sentence(sentences::DESK_NO_ENTRY),
            },
            (None, Some(question)) => match self.responder.why(question, (self.today)()) {
                Ok(sheet) => Turn::private(whole_sheet(&sheet)),
                Err(error) => Self::apology(&error),
            },
            (None, None) => Turn::sentence(sentences::DESK_SHOW_WHAT),
        }
    }

    fn complete(&self, request: &Request, typed: &Typed, option: &str) -> Turn {
        let so_far = typed.text(option).unwrap_or_default();
        let shared = self.commands();
        let action = commands::find(&shared, &typed.name, typed.subcommand.as_deref());
        let choices: Vec<(String, String)> = match action {
            Some(Action::Ask) if option == commands::QUESTION => {
                let found = self.responder.suggest(so_far, limits::CHOICES);
                found.into_iter().map(|s| (s.question, s.entry.as_str().to_owned())).collect()
            }
            Some(Action::Show(shared)) if shared.words.is_some_and(|(name, _)| name == option) => {
                let found = self.responder.suggest_quotations(so_far, limits::CHOICES);
                found.into_iter().map(|(key, words)| (words, key.as_str().to_owned())).collect()
            }
            Some(Action::Desk(DeskAction::Show))
                if Permission::of(request, &self.moderation) == Permission::Granted =>
            {
                let found = self.responder.editors_choices(so_far, limits::CHOICES);
                found
                    .into_iter()
                    .map(|(id, question)| (format!("{id}: {question}"), id.as_str().to_owned()))
                    .collect()
            }
            _ => Vec::new(),
        };
        // A value is all or nothing: half an id leads nowhere.
        let fitting =
            choices.into_iter().filter(|(_, value)| limits::length(value) <= limits::CHOICE_TEXT);
        let choices =
            fitting.map(|(name, value)| Choice { name: clip(&name, limits::CHOICE_TEXT), value });
        Turn::only(Callback::choices(choices.take(limits::CHOICES).collect()))
    }

    /// Asks the core, in a span that tells how it went, and never what was asked or who asked.
    fn respond(&self, front_end: &str, what: Query) -> Result<Reply, Broken> {
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
        let response = self.responder.respond(&Ask { query: what, today: (self.today)() });
        span.record("milliseconds", start.elapsed().as_secs_f64() * 1000.0);
        let response = response.map_err(|error| Broken::by(&error))?;
        let (outcome, entry) = match &response.reply {
            Reply::Answer(answer) => ("answered", Some(answer.entry().as_str())),
            Reply::Choice(_) => ("ambiguous", None),
            Reply::NoAnswer(_) => ("no answer", None),
            Reply::Sheet(_) => ("sheet", None),
        };
        span.record("outcome", outcome);
        if let Some(entry) = entry {
            span.record("entry", entry);
        }
        if let Some(best) =
            response.evidence.as_ref().and_then(|evidence| evidence.candidates.first())
        {
            span.record("score", best.words_score);
        }
        info!("done");
        Ok(response.reply)
    }

    /// What a command shows that needs no words.
    fn sheet(&self, name: &str) -> Option<Query> {
        let shared = self.commands();
        let command = shared.find(name).filter(|command| command.words.is_none())?;
        Some(command.query(""))
    }

    /// The kind sentence for a member who asked too much at once.
    fn wait(&self, request: &Request) -> Option<Turn> {
        match self.members.take(request.member, Instant::now()) {
            Verdict::Go => None,
            Verdict::Wait { rest, .. } => {
                Some(Turn::sentence(&sentences::please_wait(rest.as_secs())))
            }
        }
    }

    fn is_private(&self, request: &Request, typed: &Typed) -> bool {
        let by_channel = match request.channel {
            channel if self.discord.public_channels.contains(&channel) => false,
            channel if self.discord.private_channels.contains(&channel) => true,
            // In a direct message there is nobody to hide it from.
            _ => self.discord.private && !request.direct,
        };
        typed.flag(commands::PRIVATE).unwrap_or(by_channel)
    }
}

impl Turn {
    /// A response that is all.
    fn only(callback: Callback) -> Self {
        Self { callback, later: None }
    }

    fn message(message: Message, private: bool) -> Self {
        Self::only(Callback::message(message, private))
    }

    fn private(message: Message) -> Self {
        Self::message(message, true)
    }

    fn sentence(text: &str) -> Self {
        Self::private(Message::sentence(text))
    }

    fn update(message: Message) -> Self {
        Self::only(Callback::update(message))
    }
}

impl Broken {
    fn by(error: &dyn std::error::Error) -> Self {
        let broken = Self::new();
        error!(reference = broken.0, %error, "a question could not be answered");
        broken
    }

    /// A short id that means nothing by itself: it joins what the member saw with a line of the
    /// log.
    fn new() -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self(format!("{:08x}", RandomState::new().hash_one(()) as u32))
    }

    fn message(&self) -> Message {
        Message::sentence(format!("{APOLOGY} {}", sentences::reference(&self.0)))
    }
}

/// Runs something that must not take the bot down with it: a panic costs one answer.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Broken> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let broken = Broken::new();
        // The message of a panic can hold the words of the question; the panic hook has logged the
        // place in the code.
        error!(reference = broken.0, "answering panicked");
        broken
    })
}

fn audience(request: &Request, private: bool) -> Audience {
    if private && !request.direct && request.guild.is_some() {
        Audience::OneMember
    } else {
        Audience::Everybody
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_costs_one_answer_and_leaves_a_reference() {
        let broken = guarded(|| -> () { panic!("on purpose") }).unwrap_err();
        let text = broken.message().body()["content"].as_str().unwrap().to_owned();
        assert!(text.contains(APOLOGY) && text.contains(&broken.0), "{text}");
        assert_eq!(guarded(|| 1).unwrap(), 1);
    }
}

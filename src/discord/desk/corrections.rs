//! Corrections that travel: the messages that show an old version of an answer are edited.
//!
//! What is to be done is in the store, so it goes on after a restart. An edit replaces the whole
//! answer, so making it twice does no harm.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use serenity::all::{ChannelId, MessageId};
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::super::api::{Api, ApiError};
use super::super::interaction::escape;
use super::super::interaction::outgoing::{OutgoingMessage, ShownAnswer};
use super::super::interaction::render::corrected;
use super::super::sentences;
use super::amend::{day, who};
use super::screen::{Choice, Screen};
use super::task::DeskAction;
use super::{Desk, DeskError};
use crate::ask::{Ask, Query};
use crate::knowledge::EntryId;
use crate::reply::Reply;
use crate::store::{Correction, EditOutcome, PendingEdit, Post, Progress, Store, StoreError};

/// The pause between two edits, so that they stay far within Discord's limits and answers never wait
/// for them.
const PAUSE: Duration = Duration::from_secs(1);

/// How often messages to correct are looked for, if nobody says that there are some.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How often, while the store does not work.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// How many corrections are listed.
const LISTED: u32 = 10;

/// An answer that changed after it was posted.
struct OutdatedAnswer {
    entry: EntryId,
    question: String,
    /// The present version; `None` if the answer was withdrawn.
    revision: Option<String>,
    messages: u64,
}

impl Desk {
    /// Remembers which answer a message shows. If it shows none any more, forgets the message.
    pub async fn note_post(
        &self,
        channel: ChannelId,
        message: MessageId,
        shown: Option<ShownAnswer>,
    ) {
        let Some(store) = &self.store else { return };
        let result = match shown {
            Some(ShownAnswer { entry, revision }) => {
                let (channel, message) = (channel.get(), message.get());
                let posted_at = Timestamp::now();
                store.remember_post(&Post { channel, message, entry, revision, posted_at }).await
            }
            None => store.forget_post(message.get()).await,
        };
        if let Err(error) = result {
            warn!(%error, "an answer was posted, and cannot be corrected later");
        }
    }

    /// Adds to the report of a reload how many messages show an answer that has changed.
    pub async fn with_outdated(&self, report: OutgoingMessage) -> OutgoingMessage {
        let Ok(outdated) = self.outdated_answers().await else { return report };
        let messages: u64 = outdated.iter().map(|outdated| outdated.messages).sum();
        let checked = (sentences::CHECKED_TODAY, DeskAction::CheckedToday);
        let overdue = self.responder.overdue_check((self.today)()).map(|_| checked);
        if messages == 0 {
            return match overdue {
                Some(button) => Screen::after(&report).buttons([button]).above(report),
                None => report,
            };
        }
        let line = format!(
            "Messages that show an answer as it was before: {messages}. They can be corrected."
        );
        let buttons = [("Look at them", DeskAction::Outdated)].into_iter().chain(overdue);
        Screen::after(&report).line(&line).buttons(buttons).above(report)
    }

    /// Lists the answers that changed after they were posted.
    pub(super) async fn outdated(&self) -> Result<OutgoingMessage, DeskError> {
        let outdated = self.outdated_answers().await?;
        if outdated.is_empty() {
            let screen = Screen::new("Every message shows its answer as it is now.");
            return Ok(screen.buttons([("Corrections", DeskAction::Corrections)]).message());
        }
        let in_words = |OutdatedAnswer { question, revision, messages, .. }: &OutdatedAnswer| {
            let what = if revision.is_some() { "changed" } else { "withdrawn" };
            format!("“{question}” was {what}. Messages: {messages}.")
        };
        let choices = outdated.iter().map(|outdated| Choice {
            value: outdated.entry.to_string(),
            label: outdated.question.clone(),
            description: format!("Messages: {}", outdated.messages),
        });
        let screen = Screen::new("Answers that changed after I posted them")
            .lines(outdated.iter().map(in_words))
            .line(
                "If I correct a message, it shows the answer as it is now, and says on which day it \
                 was corrected.",
            )
            .menu("correct", "Correct one of them", choices.collect())
            .buttons([
                ("Correct all", DeskAction::Correct(None)),
                ("Leave all as they are", DeskAction::LeaveAsTheyAre),
            ]);
        Ok(screen.message())
    }

    /// Decides to correct the messages of an answer, or of all outdated ones.
    pub(super) async fn correct(
        &self,
        entry: Option<EntryId>,
        by: String,
    ) -> Result<OutgoingMessage, DeskError> {
        let store = self.store()?;
        let mut messages = 0;
        let outdated = self.outdated_answers().await?.into_iter();
        let wanted =
            |outdated: &OutdatedAnswer| entry.as_ref().is_none_or(|entry| *entry == outdated.entry);
        for OutdatedAnswer { entry, question, revision, .. } in outdated.filter(wanted) {
            let (made_by, made_at) = (by.clone(), Timestamp::now());
            let correction =
                Correction { id: 0, entry, question, revision, messages: 0, made_by, made_at };
            messages += store.correct(&correction).await?;
        }
        if messages == 0 {
            return Err(DeskError::Refused("There is nothing to correct any more.".to_owned()));
        }
        let screen = Screen::new(&format!("Correcting messages: {messages}."))
            .line("I edit about one in a second, and go on after a restart.")
            .buttons([("How far is it?", DeskAction::Corrections)]);
        Ok(screen.message())
    }

    pub(super) async fn leave_as_they_are(&self) -> Result<OutgoingMessage, DeskError> {
        let store = self.store()?;
        for OutdatedAnswer { entry, revision, .. } in self.outdated_answers().await? {
            store.leave_as_they_are(&entry, &revision.unwrap_or_default()).await?;
        }
        Ok(Screen::new("They stay as they are.").message())
    }

    /// Lists the corrections, with what became of the messages.
    pub(super) async fn how_far(&self) -> Result<OutgoingMessage, DeskError> {
        let store = self.store()?;
        let mut lines = Vec::new();
        for correction in store.corrections(LISTED).await? {
            let Progress { pending, corrected, gone, failed } =
                store.progress(correction.id).await?;
            let counts = [
                ("corrected", corrected),
                ("still to do", pending),
                ("deleted by somebody", gone),
                ("not possible", failed),
            ];
            let counts = counts.into_iter().filter(|(_, count)| *count > 0);
            let counts: Vec<String> =
                counts.map(|(what, count)| format!("{what}: {count}")).collect();
            let Correction { made_by, .. } = &correction;
            let counts = match counts.is_empty() {
                true => "Replaced by a later correction".to_owned(),
                false => format!("Of these: {}", counts.join(", ")),
            };
            let what = escape(&in_words(&correction));
            lines.push(format!("{what} By {}. {counts}.", who(made_by)));
        }
        if lines.is_empty() {
            return Ok(Screen::new("Nothing was corrected yet.").message());
        }
        let title = Screen::new("Corrections of messages");
        let screen = lines.into_iter().fold(title, Screen::marked_up);
        Ok(screen.buttons([("Look again", DeskAction::Corrections)]).message())
    }

    /// The corrections, for members.
    pub async fn list_corrections(&self) -> OutgoingMessage {
        let Some(store) = &self.store else {
            return OutgoingMessage::text(sentences::KEEPS_NO_CORRECTIONS);
        };
        let text = match store.corrections(LISTED).await {
            Ok(corrections) if corrections.is_empty() => sentences::NO_CORRECTIONS.to_owned(),
            Ok(corrections) => {
                let lines =
                    corrections.iter().map(|correction| format!("• {}", in_words(correction)));
                let screen = Screen::new(sentences::CORRECTIONS).lines(lines);
                return screen.line(&self.responder.brief_stamp((self.today)())).message();
            }
            Err(error) => {
                warn!(%error, "the corrections cannot be listed");
                sentences::CORRECTIONS_UNKNOWN.to_owned()
            }
        };
        OutgoingMessage::text(text)
    }

    async fn outdated_answers(&self) -> Result<Vec<OutdatedAnswer>, DeskError> {
        let mut outdated: Vec<OutdatedAnswer> = Vec::new();
        for posted in self.store()?.posted_versions().await? {
            let revision = self.responder.revision_of(&posted.entry);
            if posted.revision == *revision.as_deref().unwrap_or_default() {
                continue;
            }
            match outdated.last_mut().filter(|last| last.entry == posted.entry) {
                Some(same) => same.messages += posted.messages,
                None => {
                    let question = self.responder.heading_of(&posted.entry);
                    let entry = posted.entry;
                    let question = question.unwrap_or_else(|| entry.to_string());
                    let messages = posted.messages;
                    outdated.push(OutdatedAnswer { entry, question, revision, messages });
                }
            }
        }
        Ok(outdated)
    }

    /// Edits the messages that are to be corrected, one after the other, as long as the runtime
    /// lives.
    pub fn start_correcting(self: Arc<Self>, api: Arc<Api>) {
        tokio::spawn(async move { self.correct_posts(&api).await });
    }

    async fn correct_posts(&self, api: &Api) {
        let Some(store) = &self.store else { return };
        loop {
            match self.correct_next(store, api).await {
                Ok(true) => sleep(PAUSE).await,
                Ok(false) => drop(timeout(LOOK_EVERY, self.heard.notified()).await),
                // Whether the store works is logged where amendments are looked for.
                Err(_) => sleep(LOOK_AGAIN).await,
            }
        }
    }

    /// Returns whether there was a message to correct.
    async fn correct_next(&self, store: &Store, api: &Api) -> Result<bool, StoreError> {
        let Some(edit) = store.claim_edit(Timestamp::now()).await? else { return Ok(false) };
        let (message, revision) = self.corrected_message(&edit);
        let (channel, id) = (ChannelId::new(edit.channel), MessageId::new(edit.message));
        let outcome = match api.edit_message(channel, id, &message.correct()).await {
            Ok(()) => EditOutcome::Corrected,
            Err(ApiError::Refused { status: StatusCode::NOT_FOUND, .. }) => EditOutcome::Gone,
            Err(ApiError::Refused { status: StatusCode::FORBIDDEN, .. }) => EditOutcome::Refused,
            Err(error @ ApiError::Refused { .. }) => {
                warn!(%error, "a message could not be corrected");
                EditOutcome::Failed
            }
            // It is claimed again after a while.
            Err(error) => {
                warn!(%error, "a message could not be corrected yet");
                return Ok(true);
            }
        };
        store.settle_edit(&edit, outcome, revision.as_deref()).await?;
        info!(?outcome, correction = edit.correction.id, "a message was to be corrected");
        Ok(true)
    }

    /// The message as it should be, and the version of the answer that it shows. An answer that is
    /// held back is not shown, so its messages are outdated when it is released.
    pub(in super::super) fn corrected_message(
        &self,
        edit: &PendingEdit,
    ) -> (OutgoingMessage, Option<String>) {
        let Correction { entry, made_at, .. } = &edit.correction;
        let revision = self.responder.revision_of(entry);
        let ask = Ask { query: Query::Entry(entry.clone()), today: (self.today)() };
        match self.responder.respond(&ask).map(|response| response.reply) {
            Ok(reply @ Reply::Answer(_)) => {
                (corrected(&reply, &sentences::corrected_on(&day(*made_at))), revision)
            }
            Ok(reply) => (corrected(&reply, &sentences::withdrawn_on(&day(*made_at))), None),
            Err(error) => {
                warn!(%error, "the answer of a message to correct cannot be read");
                let text = OutgoingMessage::text(sentences::withdrawn_on(&day(*made_at)));
                (text, None)
            }
        }
    }
}

fn in_words(correction: &Correction) -> String {
    let Correction { question, revision, messages, made_at, .. } = correction;
    let what = if revision.is_some() { "corrected" } else { "withdrawn" };
    format!("{}: “{question}” was {what}. Messages: {messages}.", day(*made_at))
}

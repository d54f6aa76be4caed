//! The moderators' desk: what they see, teach, hold back and undo from Discord.
//!
//! Everything here waits for the store, so it happens after the interaction was acknowledged. A
//! change is confirmed once it is stored. What the store does not do, the desk says.

mod amend;
mod corrections;
mod draft;
mod explain;
mod feedback;
mod files;
mod gaps;
mod notices;
mod outside;
mod record;
mod screen;
mod shared_memory;
mod stats;
mod tally;
mod task;
mod turns;

use std::sync::{Arc, Mutex as StdMutex};

use jiff::civil::Date;
use tokio::sync::{Mutex, Notify, mpsc};
use tracing::warn;

use self::tally::Tally;
use super::interaction::outgoing::OutgoingMessage;
use crate::config::PrivacySettings;
use crate::metrics::Metrics;
use crate::responder::{Responder, ResponderError};
use crate::store::{LastKnown, Store, StoreError};

pub use feedback::{Complaint, Opinion};
pub use files::log_reload;
pub use outside::Outside;
pub use record::{Asked, Recorder};
pub use screen::quoted;
pub use shared_memory::SharedMemory;
pub use tally::counted;
pub use task::{DeskAction, PERIODS, Task, USUAL_PERIOD};

/// How many broken rules are named.
const SHOWN_FINDINGS: usize = 3;

/// If so many messages wait to be told, further ones are only logged.
const WAITING: usize = 64;

/// A message for the channel of moderators, by its name.
type News = (String, OutgoingMessage);

/// The moderators' desk.
pub struct Desk {
    responder: Arc<Responder>,
    /// `None` if the operator wants none.
    store: Option<Store>,
    privacy: PrivacySettings,
    last_known: Option<LastKnown>,
    /// Where moderators are told what they should know.
    channel: Option<u64>,
    news: mpsc::Sender<News>,
    /// What was seen outside, without a store.
    memory: Mutex<outside::InMemory>,
    /// What nobody has told yet, until somebody does.
    untold: StdMutex<Option<mpsc::Receiver<News>>>,
    today: fn() -> Date,
    tally: Arc<Tally>,
    metrics: Metrics,
    /// Held while the content changes, so that no change is lost to another.
    changing: Mutex<()>,
    /// Another process may have decided on a correction.
    heard: Notify,
}

/// Why the desk did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
enum DeskError {
    #[error(
        "The bot has no store, so it cannot keep what you do here. Whoever runs it can name one: \
         store.address in config.toml."
    )]
    NoStore,
    #[error(
        "Nothing was changed, because the store does not work now: {0}. Members get their answers \
         all the same. Try again in a minute."
    )]
    Store(#[from] StoreError),
    #[error("Nothing was changed: {0}.")]
    Responder(ResponderError),
    /// A sentence for the moderator.
    #[error("{0}")]
    Refused(String),
}

impl From<ResponderError> for DeskError {
    fn from(error: ResponderError) -> Self {
        let ResponderError::Findings(findings) = error else { return Self::Responder(error) };
        let broken = findings.iter().take(SHOWN_FINDINGS).map(|finding| finding.message.as_str());
        let broken = broken.collect::<Vec<_>>().join("; ");
        Self::Refused(format!("Nothing was changed, because of a rule of the FAQ: {broken}."))
    }
}

impl Desk {
    pub fn new(
        responder: Arc<Responder>,
        store: Option<Store>,
        privacy: PrivacySettings,
        today: fn() -> Date,
    ) -> Self {
        let (tally, metrics, changing, heard) = Default::default();
        let (news, untold) = mpsc::channel(WAITING);
        Self {
            responder,
            store,
            privacy,
            last_known: None,
            channel: None,
            news,
            memory: Mutex::default(),
            untold: StdMutex::new(Some(untold)),
            today,
            tally,
            metrics,
            changing,
            heard,
        }
    }

    /// Notes there whether the store works.
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Names the file for the amendments that are served, for a start while the store does not work.
    pub fn with_last_known(self, file: LastKnown) -> Self {
        Self { last_known: Some(file), ..self }
    }

    pub fn has_store(&self) -> bool {
        self.store.is_some()
    }

    /// Does what a moderator asked for, and returns the message to show.
    pub async fn run(self: Arc<Self>, task: Task) -> OutgoingMessage {
        let Task { action, by } = task;
        let by = by.to_string();
        let result = match action {
            DeskAction::Gaps => self.gaps().await,
            DeskAction::Group(question) => self.group(question).await,
            DeskAction::Complaints(entry) => self.complaints(&entry).await,
            DeskAction::ItIsRight(entry) => self.it_is_right(&entry, by).await,
            DeskAction::Propose { question, entry } => self.propose(question, &entry).await,
            DeskAction::Teach { question, entry } => self.teach(question, entry, by).await,
            DeskAction::FindAnswer { question, words } => self.find_answer(question, words).await,
            DeskAction::Draft(question) => self.draft(question).await,
            DeskAction::PutAside(question) => self.put_aside(question, by).await,
            DeskAction::NotForUs(question) => self.not_for_us(question, by).await,
            DeskAction::Hold { scope, reason, until } => self.hold(scope, reason, until, by).await,
            DeskAction::CheckedToday => self.checked_today(by).await,
            DeskAction::Release(id) => self.release(id, by).await,
            DeskAction::Holds => self.holds().await,
            DeskAction::Audit { before } => self.audit(before).await,
            DeskAction::Undo(id) => self.undo(id, by).await,
            DeskAction::Outdated => self.outdated().await,
            DeskAction::Correct(entry) => self.correct(entry, by).await,
            DeskAction::LeaveAsTheyAre => self.leave_as_they_are().await,
            DeskAction::Corrections => self.how_far().await,
            DeskAction::Explain(words) => self.explain(words).await,
            DeskAction::ProposeWords { words, entry } => self.propose_words(words, entry).await,
            DeskAction::TeachWords { words, entry } => self.teach_words(words, entry, by).await,
            DeskAction::Stats(days) => self.stats(days).await,
        };
        result.unwrap_or_else(|error| {
            if let DeskError::Store(error) = &error {
                warn!(%error, "the store does not work");
            }
            OutgoingMessage::text(error.to_string())
        })
    }

    fn store(&self) -> Result<&Store, DeskError> {
        self.store.as_ref().ok_or(DeskError::NoStore)
    }

    /// Does work of the responder that takes a while, beside the thread that answers.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Responder) -> T + Send + 'static,
    ) -> Result<T, DeskError> {
        let responder = self.responder.clone();
        let work = tokio::task::spawn_blocking(move || work(&responder));
        work.await.map_err(|_| DeskError::Refused("Something went wrong.".to_owned()))
    }
}

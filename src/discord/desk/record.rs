//! Keeps the questions that the bot could not answer, and counts all, beside the path of an answer.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

use super::Desk;
use super::tally::{Tally, WRITE_EVERY};
use crate::config::PrivacySettings;
use crate::knowledge::EntryId;
use crate::metrics::State;
use crate::redaction::redact;
use crate::responder::Responder;
use crate::store::{Counted, KeptQuestion, News, Store, StoreError, WhyKept};

/// If so many questions wait to be stored, further ones are not kept.
const WAITING: usize = 256;

/// How often old questions are deleted.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// How often conversations that have expired are deleted.
const EXPIRE_EVERY: Duration = Duration::from_secs(60);

/// How often the amendments of other processes, and holds that end today, are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often, while the store says when there are some.
const LOOK_ANYWAY: Duration = Duration::from_secs(15);

/// How often that is tried while the store does not work.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// A question that was not answered well.
#[derive(Debug, Clone)]
pub struct Asked {
    pub words: String,
    pub why: WhyKept,
    /// The answer that was called not right.
    pub entry: Option<EntryId>,
    pub note: Option<String>,
    pub in_direct_message: bool,
}

/// Where to report questions to. It never waits.
#[derive(Clone, Default)]
pub struct Recorder {
    sender: Option<mpsc::Sender<Asked>>,
    tally: Option<Arc<Tally>>,
}

impl Recorder {
    /// Keeps and counts nothing.
    pub fn none() -> Self {
        Self::default()
    }

    pub fn record(&self, asked: Asked) {
        if let Some(sender) = &self.sender {
            // A question more or less matters less than an answer that waits.
            let _ = sender.try_send(asked);
        }
    }

    pub fn count(&self, day: Date, counted: Counted) {
        if let Some(tally) = &self.tally {
            tally.count(day, counted);
        }
    }
}

impl Desk {
    /// Where to report questions to. They are stored as long as the runtime lives.
    pub fn recorder(self: &Arc<Self>) -> Recorder {
        if self.store.is_none() {
            return Recorder::none();
        }
        let sender = self.privacy.keep_questions.then(|| self.question_keeper());
        Recorder { sender, tally: Some(self.tally.clone()) }
    }

    fn question_keeper(self: &Arc<Self>) -> mpsc::Sender<Asked> {
        let (sender, mut asked) = mpsc::channel(WAITING);
        let desk = self.clone();
        tokio::spawn(async move {
            let mut works = true;
            while let Some(asked) = asked.recv().await {
                let (Some(store), Some(question)) = (&desk.store, desk.kept(asked)) else {
                    continue;
                };
                works = log_state(works, store.keep(&question).await);
            }
        });
        sender
    }

    /// What is kept of a question; `None` for nothing.
    pub(super) fn kept(&self, asked: Asked) -> Option<KeptQuestion> {
        let PrivacySettings { keep_questions, keep_direct_messages, .. } = self.privacy;
        if !keep_questions || (asked.in_direct_message && !keep_direct_messages) {
            return None;
        }
        let known = |word: &str| self.responder.uses_word(word);
        let words = redact(&asked.words, &known);
        let note = asked.note.map(|note| redact(&note, &known));
        let Asked { why, entry, .. } = asked;
        (!words.is_empty()).then(|| KeptQuestion {
            id: 0,
            words,
            why,
            entry,
            note,
            asked_at: Timestamp::now(),
        })
    }

    /// Serves what moderators change elsewhere, ends holds on their day, stores what was counted, and
    /// deletes what is old. Never returns.
    pub async fn keep_up(self: Arc<Self>) {
        let Some(store) = &self.store else { return std::future::pending().await };
        let (mut forget, mut expire) = (interval(FORGET_EVERY), interval(EXPIRE_EVERY));
        let (mut look, mut write) = (interval(LOOK_EVERY), interval(WRITE_EVERY));
        for interval in [&mut expire, &mut look, &mut write] {
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let (news, mut heard) = watch::channel(News::default());
        let doubt = Notify::new();
        let listening = store.listen(&news, &doubt);
        tokio::pin!(listening);
        let mut is_listening = true;
        let (mut works, mut served) = (true, Served::default());
        loop {
            tokio::select! {
                () = &mut listening, if is_listening => is_listening = false,
                Ok(()) = heard.changed() => {
                    self.heard.notify_one();
                    look.reset_immediately();
                }
                _ = look.tick() => {
                    let News { heard, arrive } = *heard.borrow();
                    let result = self.look(store, &mut served).await;
                    let found = result.as_ref().copied().unwrap_or(Found::Nothing);
                    works = log_state(works, result.map(drop));
                    self.metrics.set_store(if works { State::Up } else { State::Down });
                    if found == Found::Changes && arrive && served.heard == heard {
                        // Nobody has told of these.
                        doubt.notify_one();
                    }
                    if found != Found::NotYet {
                        served.heard = heard;
                    }
                    look.reset_after(match found {
                        _ if !works => LOOK_AGAIN,
                        Found::Nothing if arrive => LOOK_ANYWAY,
                        _ => LOOK_EVERY,
                    });
                }
                _ = expire.tick(), if works && store.is_remote() => {
                    let _ = store.forget_conversations(Timestamp::now()).await;
                }
                // Whether the store works is noticed above.
                _ = write.tick(), if works => {
                    let _ = self.write_counts(store).await;
                }
                _ = forget.tick() => {
                    let PrivacySettings { keep_days, remember_answers_days, .. } = self.privacy;
                    let _ = store.forget_questions(days_ago(keep_days)).await;
                    let _ = store.forget_posts(days_ago(remember_answers_days)).await;
                    let _ = store.forget_voters(Timestamp::now().to_zoned(TimeZone::UTC).date()).await;
                    let _ = self.forget_counts(store).await;
                }
            }
        }
    }

    /// Serves the amendments if they changed, or if the day did.
    async fn look(&self, store: &Store, served: &mut Served) -> Result<Found, StoreError> {
        let today = (self.today)();
        let version = (store.amendments_version().await?, today);
        if served.version == Some(version) {
            return Ok(Found::Nothing);
        }
        // Whoever changes something serves it.
        let Ok(_changing) = self.changing.try_lock() else { return Ok(Found::NotYet) };
        let is_new = served.version.is_some_and(|(amendments, _)| amendments != version.0);
        let amendments = store.amendments().await?;
        let last_known = self.last_known.clone();
        let serve = move |responder: &Responder| {
            let written = last_known.map_or(Ok(()), |file| file.write(&amendments));
            if let Err(error) = written {
                warn!(%error, "what moderators changed cannot be kept beside the index");
            }
            responder.serve_amended(amendments, today)
        };
        let result = self.work(serve).await;
        match result {
            Ok(Ok(())) => {
                served.version = Some(version);
                return Ok(if is_new { Found::Changes } else { Found::NotYet });
            }
            Ok(Err(error)) => warn!(%error, "the amendments cannot be served"),
            Err(error) => warn!(%error, "the amendments cannot be served"),
        }
        Ok(Found::NotYet)
    }
}

/// What is served of the store.
#[derive(Default)]
struct Served {
    /// The version of the amendments, and the day.
    version: Option<((i64, i64), Date)>,
    /// See [`News`].
    heard: u64,
}

/// What a look at the store has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    /// Amendments of other processes.
    Changes,
    /// To look again soon: this process changes something at this moment, or has begun to serve only
    /// now.
    NotYet,
}

fn days_ago(days: u32) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days))
}

/// Logs when the store stops working, and when it works again. Returns whether it works.
fn log_state(worked: bool, result: Result<(), StoreError>) -> bool {
    match (&result, worked) {
        (Err(error), true) => {
            warn!(%error, "the store does not work; members are answered all the same")
        }
        (Ok(()), false) => info!("the store works again"),
        _ => {}
    }
    result.is_ok()
}

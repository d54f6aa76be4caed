//! A tour of the moderators' desk: the screens that a moderator sees one after the other.
//!
//! A file names the sample data and the steps. The steps press the buttons and use the menus of the
//! real desk, so a tour whose next button is missing ends with an error.

use std::iter::repeat_n;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::Value;

use super::super::desk::{Desk, DeskAction, Task, USUAL_PERIOD, quoted};
use super::super::interaction::outgoing::OutgoingMessage;
use super::super::interaction::render::{Audience, render, with_feedback};
use super::super::moderation;
use super::message::{is_button, list, words};
use super::{Exhibit, Kind, SOMEBODY, Shot};
use crate::ask::{Ask, Query};
use crate::config::PrivacySettings;
use crate::knowledge::{EntryId, Scope};
use crate::reply::Reply;
use crate::responder::{Responder, ResponderError};
use crate::store::{
    Count, Counted, EditOutcome, KeptQuestion, Post, Store, StoreError, Vote, WhyKept,
};

/// The sample data, and what a moderator does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tour {
    questions: Vec<SampleQuestion>,
    answers: Vec<SampleAnswer>,
    offered: Vec<u64>,
    unanswered: Vec<u64>,
    other_matters: Vec<u64>,
    steps: Vec<Step>,
}

/// A question that the bot could not answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleQuestion {
    words: String,
    why: Why,
    /// The answer that was called not right, and what is wrong with it.
    entry: Option<EntryId>,
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Why {
    Unanswered,
    Ambiguous,
    NotRight,
}

/// An answer that members got.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleAnswer {
    entry: EntryId,
    /// How often on each day; the last one is today.
    given: Vec<u64>,
    #[serde(default)]
    helpful: usize,
    #[serde(default)]
    not_right: usize,
    /// How many messages in channels show it.
    #[serde(default)]
    posted: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The name of the picture. Without one, the step is not shown.
    picture: Option<String>,
    caption: String,
    #[serde(rename = "do")]
    doing: Doing,
    /// Whether the menu is shown open.
    #[serde(default)]
    open: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Doing {
    Gaps,
    Release,
    Audit,
    Stats,
    Check,
    Reload,
    /// What members see with `/corrections`.
    Corrections,
    /// Holds this entry back.
    Hold {
        entry: EntryId,
        reason: String,
    },
    /// Shows why a question is answered as it is.
    Show(String),
    /// Presses the button with this label.
    Press(String),
    /// Chooses the option with this label in the menu.
    Choose(String),
    /// Asks as a member does.
    Ask(String),
    /// Replaces words in a file of the FAQ.
    Edit {
        file: String,
        old: String,
        new: String,
    },
    /// Lets Discord take so many of the corrections.
    Correct(u32),
}

/// Why a tour cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum TourError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Responder(#[from] ResponderError),
    #[error("cannot edit {file}")]
    Edit { file: String, source: std::io::Error },
    /// The file of the tour does not fit the FAQ or the screens.
    #[error("{0}")]
    DoesNotFit(String),
    #[error("the step “{caption}” cannot be taken")]
    Step { caption: String, source: Box<TourError> },
}

/// Where the tour takes place.
struct Place<'p> {
    responder: Arc<Responder>,
    store: Store,
    desk: Arc<Desk>,
    faq: &'p Path,
    today: fn() -> Date,
}

impl Tour {
    /// Takes the tour over the FAQ in this folder, which it edits, and an empty store. `address` is
    /// that of the store.
    pub async fn take(
        &self,
        responder: Responder,
        privacy: PrivacySettings,
        faq: &Path,
        address: &str,
        today: fn() -> Date,
    ) -> Result<Vec<Exhibit>, TourError> {
        let responder = Arc::new(responder);
        let desk = Desk::new(responder.clone(), Some(Store::open(address)?), privacy, today);
        let place =
            Place { responder, store: Store::open(address)?, desk: Arc::new(desk), faq, today };
        self.fill(&place).await?;
        let mut exhibits = Vec::new();
        let mut last = Value::Null;
        for step in &self.steps {
            let shown = place.follow(&step.doing, &last).await;
            let failed = |error| {
                let (caption, source) = (step.caption.clone(), Box::new(error));
                TourError::Step { caption, source }
            };
            let Some(message) = shown.map_err(failed)? else { continue };
            last = message.json();
            exhibits.extend(step.picture.as_deref().map(|name| step.exhibit(name, message)));
        }
        Ok(exhibits)
    }

    /// Stores the sample data.
    async fn fill(&self, place: &Place<'_>) -> Result<(), TourError> {
        let (store, now, today) = (&place.store, Timestamp::now(), (place.today)());
        for SampleQuestion { words, why, entry, note } in &self.questions {
            let why = match why {
                Why::Unanswered => WhyKept::Unanswered,
                Why::Ambiguous => WhyKept::Ambiguous,
                Why::NotRight => WhyKept::NotRight,
            };
            let (words, entry, note) = (words.clone(), entry.clone(), note.clone());
            store.keep(&KeptQuestion { id: 0, words, why, entry, note, asked_at: now }).await?;
        }
        let mut message = 0;
        for SampleAnswer { entry, given, helpful, not_right, posted } in &self.answers {
            let no_such = || TourError::DoesNotFit(format!("there is no answer {entry}"));
            let revision = place.responder.revision_of(entry).ok_or_else(no_such)?;
            store.write_totals(&by_day(today, &Counted::Answered(entry.clone()), given)).await?;
            let votes = repeat_n(Vote::Helpful, *helpful);
            let votes = votes.chain(repeat_n(Vote::NotRight, *not_right));
            for (member, vote) in (1..).zip(votes) {
                store.vote(entry, member, vote, now).await?;
            }
            for _ in 0..*posted {
                message += 1;
                let (entry, revision) = (entry.clone(), revision.clone());
                let post = Post { channel: 1, message, entry, revision, posted_at: now };
                store.remember_post(&post).await?;
            }
        }
        let others = [
            (Counted::Offered, &self.offered),
            (Counted::Unanswered, &self.unanswered),
            (Counted::OtherMatter, &self.other_matters),
        ];
        for (counted, totals) in others {
            store.write_totals(&by_day(today, &counted, totals)).await?;
        }
        Ok(())
    }
}

impl Step {
    fn exhibit(&self, name: &str, message: OutgoingMessage) -> Exhibit {
        let is_private = !matches!(self.doing, Doing::Ask(_) | Doing::Correct(_));
        let picture = message.file().map(|file| file.data.clone());
        let shot = Shot::new(&self.caption, Kind::Page, message);
        let shot = Shot { is_private, is_open: self.open, picture, ..shot };
        Exhibit { name: name.to_owned(), shots: vec![shot] }
    }
}

impl Place<'_> {
    /// What the moderator sees after doing this; `None` for what happens outside of Discord. `last` is
    /// what was seen before.
    async fn follow(
        &self,
        doing: &Doing,
        last: &Value,
    ) -> Result<Option<OutgoingMessage>, TourError> {
        let action = match doing {
            Doing::Gaps => DeskAction::Gaps,
            Doing::Release => DeskAction::Holds,
            Doing::Audit => DeskAction::Audit { before: None },
            Doing::Stats => DeskAction::Stats(USUAL_PERIOD),
            Doing::Hold { entry, reason } => {
                let (scope, reason) = (Scope::Entry(entry.clone()), reason.clone());
                DeskAction::Hold { scope, reason, until: None }
            }
            Doing::Show(question) => DeskAction::Explain(question.clone()),
            Doing::Press(label) => pressed(last, label)?,
            Doing::Choose(label) => chosen(last, label)?,
            Doing::Check => {
                let report = moderation::report(&self.responder.check((self.today)()), false, true);
                return Ok(Some(report));
            }
            Doing::Reload => {
                let report = moderation::report(&self.responder.reload((self.today)()), true, true);
                let report = self.desk.with_outdated(report).await;
                return Ok(Some(report));
            }
            Doing::Corrections => return Ok(Some(self.desk.list_corrections().await)),
            Doing::Ask(question) => return Ok(Some(self.ask(question)?)),
            Doing::Edit { file, old, new } => {
                self.edit(file, old, new)?;
                return Ok(None);
            }
            Doing::Correct(messages) => return self.correct(*messages).await,
        };
        let task = Task { action, by: SOMEBODY };
        Ok(Some(self.desk.clone().run(task).await))
    }

    fn edit(&self, file: &str, old: &str, new: &str) -> Result<(), TourError> {
        let failed = |source| TourError::Edit { file: file.to_owned(), source };
        let path = self.faq.join(file);
        let text = std::fs::read_to_string(&path).map_err(failed)?;
        if !text.contains(old) {
            return Err(TourError::DoesNotFit(format!("{file} does not contain “{old}”")));
        }
        std::fs::write(path, text.replacen(old, new, 1)).map_err(failed)
    }

    fn ask(&self, question: &str) -> Result<OutgoingMessage, TourError> {
        let ask = Ask { query: Query::Question(question.to_owned()), today: (self.today)() };
        let reply = self.responder.respond(&ask)?.reply;
        let message = render(&reply, Audience::Everybody, None);
        Ok(match &reply {
            Reply::Answer(answer) => with_feedback(message, answer.entry()),
            _ => message,
        })
    }

    /// Records that messages were corrected, and returns the last one as it is now.
    async fn correct(&self, messages: u32) -> Result<Option<OutgoingMessage>, TourError> {
        let mut corrected = None;
        for _ in 0..messages {
            let Some(edit) = self.store.claim_edit(Timestamp::now()).await? else { break };
            let (message, revision) = self.desk.corrected_message(&edit);
            self.store.settle_edit(&edit, EditOutcome::Corrected, revision.as_deref()).await?;
            corrected = Some(message);
        }
        Ok(corrected)
    }
}

/// Totals of the last days; the last one is today.
fn by_day(today: Date, counted: &Counted, totals: &[u64]) -> Vec<Count> {
    let count = |(age, total): (i64, &u64)| Count {
        day: today.saturating_sub(age.days()),
        counted: counted.clone(),
        total: *total,
    };
    (0..).zip(totals.iter().rev()).map(count).collect()
}

/// The action of the button with this label.
fn pressed(message: &Value, label: &str) -> Result<DeskAction, TourError> {
    let buttons = components(message).filter(|component| is_button(component));
    let button = labelled(buttons, label)?;
    let action = words(&button["custom_id"]).and_then(DeskAction::of_button);
    with_quoted_words(message, action)
}

/// The action of the option with this label in a menu.
fn chosen(message: &Value, label: &str) -> Result<DeskAction, TourError> {
    let menus = components(message).filter(|component| !is_button(component));
    let options = menus.flat_map(|menu| list(&menu["options"]).iter().map(move |it| (menu, it)));
    let options: Vec<(&Value, &Value)> = options.collect();
    let option = labelled(options.iter().map(|(_, option)| *option), label)?;
    let menu = options.iter().find(|(_, other)| std::ptr::eq(*other, option));
    let menu = menu.and_then(|(menu, _)| words(&menu["custom_id"]));
    let ids = menu.zip(words(&option["value"]));
    with_quoted_words(message, ids.and_then(|(menu, option)| DeskAction::of_menu(menu, option)))
}

fn components(message: &Value) -> impl Iterator<Item = &Value> {
    list(&message["components"]).iter().flat_map(|row| list(&row["components"]))
}

/// The component or option whose label contains this.
fn labelled<'v>(
    values: impl Iterator<Item = &'v Value>,
    label: &str,
) -> Result<&'v Value, TourError> {
    let labels: Vec<&Value> = values.collect();
    let found = labels
        .iter()
        .find(|value| words(&value["label"]).is_some_and(|shown| shown.contains(label)));
    let shown = || labels.iter().filter_map(|value| words(&value["label"])).collect::<Vec<_>>();
    let missing = || TourError::DoesNotFit(format!("there is no “{label}” in {:?}", shown()));
    found.copied().ok_or_else(missing)
}

fn with_quoted_words(message: &Value, action: Option<DeskAction>) -> Result<DeskAction, TourError> {
    let action = action
        .ok_or_else(|| TourError::DoesNotFit("the desk does not know the button".to_owned()))?;
    Ok(action.with_words(quoted(words(&message["content"]).unwrap_or_default())))
}

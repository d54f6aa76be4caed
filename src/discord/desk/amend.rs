//! Holding answers back, releasing them, and the record of who changed what.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::interaction::escape;
use super::super::interaction::outgoing::OutgoingMessage;
use super::screen::{Choice, Screen};
use super::task::{DeskAction, LATEST_CHANGES};
use super::{Desk, DeskError};
use crate::knowledge::{Amendment, Change, EntryId, Scope};
use crate::legal::written_out;

/// How many changes a page of the record shows.
const SHOWN: u32 = 15;

/// The holds among some changes that are in force today, with the numbers of the changes.
fn holds(amendments: &[Amendment], today: Date) -> impl Iterator<Item = (i64, &Scope)> {
    amendments
        .iter()
        .filter_map(move |Amendment { id, change, .. }| Some((*id, change.holds_back(today)?)))
}

impl Desk {
    pub(super) async fn hold(
        &self,
        scope: Scope,
        reason: String,
        until: Option<Date>,
        by: String,
    ) -> Result<OutgoingMessage, DeskError> {
        if until.is_some_and(|until| until < (self.today)()) {
            return Err(DeskError::Refused("That day is over already.".to_owned()));
        }
        let what = self.scope_in_words(&scope)?;
        let is_everything = scope == Scope::Everything;
        let store = self.store()?;
        let _changing = self.changing.lock().await;
        if let Some(same) =
            holds(&store.amendments().await?, (self.today)()).find(|(_, held)| **held == scope)
        {
            let why = format!(
                "That is held back already, by change {}. To give another reason or day, release it \
                 first with /faq release.",
                same.0
            );
            return Err(DeskError::Refused(why));
        }
        let change = Change::Hold { scope, reason, until };
        let ids = store.amend(&[change], &by, Timestamp::now()).await?;
        self.serve().await?;
        let end = until.map_or("until you release it".to_owned(), |until| {
            format!("to the end of {}", written_out(until))
        });
        let release = ids.into_iter().map(|id| ("Release", DeskAction::Release(id)));
        let screen = Screen::new(&format!("Held back: {what}, {end}."))
            .line("Members are told that it is under review. Messages that I posted before still show it.");
        let screen = match is_everything {
            true => screen.line("The line with the status of the case stays below each message."),
            false => screen,
        };
        Ok(screen.buttons(release).message())
    }

    /// Records that a moderator looked today, and that nothing had happened in the case.
    pub(super) async fn checked_today(&self, by: String) -> Result<OutgoingMessage, DeskError> {
        let on = (self.today)();
        let store = self.store()?;
        let _changing = self.changing.lock().await;
        let ids = store.amend(&[Change::Checked { on }], &by, Timestamp::now()).await?;
        self.serve().await?;
        // Otherwise the news are listed once more, which does no harm.
        let _ = self.confirm_news().await;
        let undo = ids.into_iter().map(|id| ("Undo", DeskAction::Undo(id)));
        let text = format!(
            "{} has looked: nothing new in the case. Its status counts as checked on {} from now on.",
            who(&by),
            written_out(on)
        );
        Ok(Screen::default().marked_up(text).buttons(undo).message())
    }

    pub(super) async fn release(&self, id: i64, by: String) -> Result<OutgoingMessage, DeskError> {
        let (before, today) = (self.store()?.amendments().await?, (self.today)());
        self.undo_change(id, by).await?;
        let released = holds(&before, today).find(|(hold, _)| *hold == id).map(|(_, scope)| scope);
        let others = holds(&before, today).filter(|(hold, _)| *hold != id);
        let overlaps = |other: &Scope| {
            released.is_some_and(|released| other.includes(released) || released.includes(other))
        };
        let still: Vec<String> =
            others.filter(|(_, other)| overlaps(other)).map(|(id, _)| id.to_string()).collect();
        Ok(match still.is_empty() {
            true => Screen::new("Released. Members get it again.").message(),
            false => Screen::new("Released, but still held back, or in part, by another change.")
                .line(&format!(
                    "To give all of it again, release these, too: {}.",
                    still.join(", ")
                ))
                .buttons([("What is held back", DeskAction::Holds)])
                .message(),
        })
    }

    /// Lists what is held back, to release it.
    pub(super) async fn holds(&self) -> Result<OutgoingMessage, DeskError> {
        let amendments = self.store()?.amendments().await?;
        let holds: Vec<&Amendment> =
            amendments.iter().filter(|a| matches!(a.change, Change::Hold { .. })).collect();
        if holds.is_empty() {
            return Ok(Screen::new("Nothing is held back.").message());
        }
        let choices = holds.iter().map(|hold| Choice {
            value: hold.id.to_string(),
            label: self.in_words(&hold.change),
            description: hold.change.reason().to_owned(),
        });
        let screen = Screen::new("What is held back now");
        Ok(screen.menu("release", "Choose what to release", choices.collect()).message())
    }

    /// Lists who changed what, the latest first, or only changes before one.
    pub(super) async fn audit(&self, before: Option<i64>) -> Result<OutgoingMessage, DeskError> {
        let mut changes = self.store()?.all_amendments(before, SHOWN + 1).await?;
        if changes.is_empty() {
            return Ok(Screen::new("Nobody has changed anything here yet.").message());
        }
        let has_more = changes.len() > SHOWN as usize;
        changes.truncate(SHOWN as usize);
        let lines = changes.iter().map(|amendment| {
            let Amendment { id, change, made_by, made_at, undone } = amendment;
            let undone = undone.as_ref().map_or(String::new(), |(by, at)| {
                format!(" Undone by {} on {}.", who(by), day(*at))
            });
            let reason = match change.reason() {
                "" => String::new(),
                reason => format!(" Reason: {}.", escape(reason.trim_end_matches('.'))),
            };
            let (what, by) = (escape(&self.in_words(change)), who(made_by));
            format!("**{id}:** {what}{reason} By {by} on {}.{undone}", day(*made_at))
        });
        let in_force = changes.iter().filter(|amendment| amendment.undone.is_none());
        let choices = in_force.map(|amendment| Choice {
            value: amendment.id.to_string(),
            label: format!("{}. {}", amendment.id, self.in_words(&amendment.change)),
            description: amendment.change.reason().to_owned(),
        });
        let choices = choices.collect();
        let screen = lines.fold(Screen::new("What was changed here"), Screen::marked_up);
        let screen = screen.menu("undo", "Undo a change", choices);
        let older = changes.last().filter(|_| has_more);
        let older = older.map(|last| ("Older", DeskAction::Audit { before: Some(last.id) }));
        let latest = before.map(|_| ("Latest", LATEST_CHANGES));
        Ok(screen.buttons(latest.into_iter().chain(older)).message())
    }

    pub(super) async fn undo(&self, id: i64, by: String) -> Result<OutgoingMessage, DeskError> {
        let in_force = self.store()?.amendments().await?;
        self.undo_change(id, by).await?;
        let undone = in_force.iter().find(|amendment| amendment.id == id);
        let mut screen = Screen::new(&format!("Change {id} was undone."));
        if undone.is_some_and(|undone| self.responder.files_contain(&undone.change)) {
            screen = screen.line(
                "It was written into the files of the FAQ as well, so it stays until somebody \
                 removes it there.",
            );
        }
        Ok(screen.buttons([("What was changed", LATEST_CHANGES)]).message())
    }

    async fn undo_change(&self, id: i64, by: String) -> Result<(), DeskError> {
        let store = self.store()?;
        let _changing = self.changing.lock().await;
        if !store.undo(id, &by, Timestamp::now()).await? {
            let why = "There is no such change any more; somebody may have undone it already.";
            return Err(DeskError::Refused(why.to_owned()));
        }
        self.serve().await
    }

    /// Serves the amendments as they are stored now.
    async fn serve(&self) -> Result<(), DeskError> {
        let amendments = self.store()?.amendments().await?;
        let today = (self.today)();
        self.work(move |responder| responder.serve_amended(amendments, today)).await??;
        Ok(())
    }

    fn scope_in_words(&self, scope: &Scope) -> Result<String, DeskError> {
        Ok(match scope {
            Scope::Entry(entry) => format!("“{}”", self.title(entry)?),
            Scope::Topic(topic) => match self.responder.has_topic(topic) {
                true => format!("every answer of the topic {topic}"),
                false => return Err(DeskError::Refused("There is no such topic.".to_owned())),
            },
            Scope::Everything => "every answer".to_owned(),
        })
    }

    /// A change in one sentence.
    fn in_words(&self, change: &Change) -> String {
        let title = |entry: &EntryId| {
            self.responder.question_of(entry).unwrap_or_else(|| entry.to_string())
        };
        change.in_words(title)
    }
}

/// Who changed something, in Discord's markup. Whoever did it from the command line has a name, and a
/// member has an id, which Discord shows as their name.
pub(super) fn who(by: &str) -> String {
    match by.parse::<u64>() {
        Ok(id) => format!("<@{id}>"),
        Err(_) => escape(by),
    }
}

pub(super) fn day(at: Timestamp) -> String {
    written_out(at.to_zoned(TimeZone::UTC).date())
}

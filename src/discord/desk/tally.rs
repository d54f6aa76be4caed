//! Counts what became of questions, beside the path of an answer: in memory, and every few seconds in
//! the store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use tokio::time::timeout;
use tracing::warn;

use super::Desk;
use crate::ask::Query;
use crate::reply::{Reply, WhyNoAnswer};
use crate::store::{Count, Counted, Store, StoreError};

/// How often counts are stored.
pub const WRITE_EVERY: Duration = Duration::from_secs(5);

/// How long counts are kept, in days. A whole year can be compared with the one before it ends.
const KEPT_DAYS: i64 = 400;

/// How long the end of the program waits for the last counts.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// What this process has counted.
#[derive(Default)]
pub struct Tally(Mutex<BTreeMap<(Date, Counted), Total>>);

#[derive(Default)]
struct Total {
    counted: u64,
    /// The same when it was stored last.
    stored: u64,
}

impl Tally {
    pub fn count(&self, day: Date, counted: Counted) {
        self.totals().entry((day, counted)).or_default().counted += 1;
    }

    /// The totals that have changed since they were stored.
    fn changed(&self) -> Vec<Count> {
        let totals = self.totals();
        let changed = totals.iter().filter(|(_, total)| total.counted > total.stored);
        let changed = changed.map(|((day, counted), total)| Count {
            day: *day,
            counted: counted.clone(),
            total: total.counted,
        });
        changed.collect()
    }

    /// Takes note of stored totals. Those of other days than the last one are needed no more.
    fn note_stored(&self, stored: &[Count]) {
        let mut totals = self.totals();
        for Count { day, counted, total } in stored {
            if let Some(noted) = totals.get_mut(&(*day, counted.clone())) {
                noted.stored = *total;
            }
        }
        let last = totals.last_key_value().map(|((day, _), _)| *day);
        totals.retain(|(day, _), total| Some(*day) == last || total.counted > total.stored);
    }

    fn totals(&self) -> MutexGuard<'_, BTreeMap<(Date, Counted), Total>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Stores what was counted. What cannot be stored now is tried again the next time.
    pub(super) async fn write_counts(&self, store: &Store) -> Result<(), StoreError> {
        let changed = self.tally.changed();
        if !changed.is_empty() {
            store.write_totals(&changed).await?;
            self.tally.note_stored(&changed);
        }
        Ok(())
    }

    /// The same once more before the program ends.
    pub async fn write_last_counts(&self) {
        let Some(store) = &self.store else { return };
        if !matches!(timeout(LAST_WRITE, self.write_counts(store)).await, Ok(Ok(()))) {
            warn!("the last counts were not stored");
        }
    }

    pub(super) async fn forget_counts(&self, store: &Store) -> Result<u64, StoreError> {
        let first = (self.today)().saturating_sub(KEPT_DAYS.days());
        store.forget_counts(first).await
    }
}

/// What to count of a reply. Nothing for greetings and the like, for somebody in distress, and for
/// what is shown again.
pub fn counted(query: &Query, is_menu: bool, reply: &Reply) -> Option<Counted> {
    match (query, reply) {
        (Query::Entry(_), Reply::Answer(answer)) if is_menu => {
            Some(Counted::Chosen(answer.entry().clone()))
        }
        (Query::Question(_), Reply::Answer(answer)) => {
            Some(Counted::Answered(answer.entry().clone()))
        }
        (Query::Question(_), Reply::Choice(_)) => Some(Counted::Offered),
        (Query::Question(_), Reply::NoAnswer(no_answer)) => match no_answer.reason {
            WhyNoAnswer::UnderReview => Some(Counted::UnderReview),
            WhyNoAnswer::UnknownId | WhyNoAnswer::Draft | WhyNoAnswer::Withdrawn => {
                Some(Counted::Unanswered)
            }
            WhyNoAnswer::Question(_) if no_answer.is_a_gap() => Some(Counted::Unanswered),
            WhyNoAnswer::Question(_) if no_answer.is_about_another_matter() => {
                Some(Counted::OtherMatter)
            }
            WhyNoAnswer::Question(_) => no_answer.language.as_ref().map(|_| Counted::OtherLanguage),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_was_counted_while_it_was_stored_is_stored_the_next_time() {
        let (tally, day) = (Tally::default(), date(2026, 11, 30));
        tally.count(day, Counted::Offered);
        let stored = tally.changed();
        tally.count(day, Counted::Offered);
        tally.note_stored(&stored);
        assert_eq!(tally.changed(), [Count { day, counted: Counted::Offered, total: 2 }]);
        tally.note_stored(&tally.changed());
        assert_eq!(tally.changed(), []);
        tally.count(day, Counted::Offered);
        assert_eq!(tally.changed()[0].total, 3);
    }

    #[test]
    fn a_day_that_is_over_is_dropped_as_soon_as_it_is_stored() {
        let (tally, day) = (Tally::default(), date(2026, 11, 29));
        tally.count(day, Counted::Unanswered);
        tally.count(date(2026, 11, 30), Counted::Unanswered);
        assert_eq!(tally.changed().len(), 2);
        tally.note_stored(&tally.changed());
        assert_eq!(tally.totals().len(), 1);
    }
}

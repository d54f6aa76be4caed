//! Compares two runs.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::run::{Row, Run, Verdict};

/// A change of the confidence that is no larger than this is noise: it says nothing about what was
/// learnt. `caseclerk eval --noise` measures it; see eval/README.md.
const NOISE: f32 = 0.05;

/// The same where a wrong answer is given now. It is smaller, because that harms somebody.
const NOISE_OF_A_WRONG_ANSWER: f32 = 0.02;

/// A question whose outcome changed.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    pub q: String,
    /// The verdict, and the entry of the answer.
    pub before: (Verdict, Option<String>),
    pub after: (Verdict, Option<String>),
    /// By how much the confidence rose, negative if it fell. `None` if one of the outcomes does not
    /// depend on it: a guard or an exact phrasing decided.
    pub rise: Option<f32>,
}

impl Change {
    /// Whether the outcome is worse than before.
    pub fn is_for_the_worse(&self) -> bool {
        self.after.0.badness() > self.before.0.badness()
    }

    /// Whether the question was on the edge between two outcomes before, so that anything that is
    /// learnt can push it over, whatever it is.
    pub fn was_on_the_edge(&self) -> bool {
        let noise = if self.after.0.is_wrong() { NOISE_OF_A_WRONG_ANSWER } else { NOISE };
        self.rise.is_some_and(|rise| rise.abs() <= noise)
    }

    /// Whether the outcome is worse than before, and because of what was learnt.
    pub fn is_harm(&self) -> bool {
        self.is_for_the_worse() && !self.was_on_the_edge()
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { q, before, after, .. } = self;
        let side = |(verdict, entry): &(Verdict, Option<String>)| {
            let entry = entry.as_ref().map_or(String::new(), |entry| format!(" ({entry})"));
            format!("{}{entry}", verdict.in_words())
        };
        write!(f, "“{q}”: {} before, {} now", side(before), side(after))?;
        if self.is_for_the_worse() && self.was_on_the_edge() {
            write!(f, "; it was on the edge")?;
        }
        Ok(())
    }
}

/// The confidence of an outcome that depends on it.
fn confidence(row: &Row) -> Option<f32> {
    Some(row.confidence).filter(|confidence| *confidence > 0.0)
}

/// The questions that are in both runs with different outcomes: those that were harmed first, then
/// the others that became worse, and otherwise in the order of the later run.
pub fn changes(before: &Run, after: &Run) -> Vec<Change> {
    let earlier: HashMap<&str, &Row> =
        before.rows.iter().map(|row| (row.q.as_str(), row)).collect();
    let pairs = after.rows.iter().filter_map(|row| Some((*earlier.get(row.q.as_str())?, row)));
    let changed_pairs =
        pairs.filter(|(old, new)| (old.verdict, &old.entry) != (new.verdict, &new.entry));
    let change = |(old, new): (&Row, &Row)| Change {
        q: new.q.clone(),
        before: (old.verdict, old.entry.clone()),
        after: (new.verdict, new.entry.clone()),
        rise: confidence(old).zip(confidence(new)).map(|(old, new)| new - old),
    };
    let mut changes: Vec<Change> = changed_pairs.map(change).collect();
    changes.sort_by_key(|change| (!change.is_harm(), !change.is_for_the_worse()));
    changes
}

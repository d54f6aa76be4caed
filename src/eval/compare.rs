//! Compares two runs.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::run::{Row, Run, Verdict};

/// A question whose outcome changed.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    pub q: String,
    /// The verdict, and the entry of the answer.
    pub before: (Verdict, Option<String>),
    pub after: (Verdict, Option<String>),
}

impl Change {
    /// Whether the outcome is worse than before.
    pub fn is_for_the_worse(&self) -> bool {
        self.after.0.badness() > self.before.0.badness()
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { q, before, after } = self;
        let side = |(verdict, entry): &(Verdict, Option<String>)| {
            let entry = entry.as_ref().map_or(String::new(), |entry| format!(" ({entry})"));
            format!("{}{entry}", verdict.in_words())
        };
        write!(f, "“{q}”: {} before, {} now", side(before), side(after))
    }
}

/// The questions that are in both runs with different outcomes: those that became worse first, and
/// otherwise in the order of the later run.
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
    };
    let mut changes: Vec<Change> = changed_pairs.map(change).collect();
    changes.sort_by_key(|change| !change.is_for_the_worse());
    changes
}

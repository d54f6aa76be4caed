//! Compares two runs.

use std::collections::HashMap;

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

/// The questions that are in both runs with different outcomes, in the order of the later run.
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
    changed_pairs.map(change).collect()
}

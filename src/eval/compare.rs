//! Two runs beside each other.

use std::collections::HashMap;

use serde::Serialize;

use super::run::{Row, Run, Verdict};

/// A question that went otherwise than before.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// The question.
    pub q: String,
    /// What came of it before, and with which entry it was answered.
    pub before: (Verdict, Option<String>),
    /// What comes of it now.
    pub after: (Verdict, Option<String>),
}

/// The questions of both runs that went otherwise, in the order of the later run. Questions that
/// only one run has are left out.
pub fn changes(before: &Run, after: &Run) -> Vec<Change> {
    let earlier: HashMap<&str, &Row> =
        before.rows.iter().map(|row| (row.q.as_str(), row)).collect();
    let pairs = after.rows.iter().filter_map(|row| Some((*earlier.get(row.q.as_str())?, row)));
    let changed = pairs.filter(|(old, new)| (old.verdict, &old.entry) != (new.verdict, &new.entry));
    let change = |(old, new): (&Row, &Row)| Change {
        q: new.q.clone(),
        before: (old.verdict, old.entry.clone()),
        after: (new.verdict, new.entry.clone()),
    };
    changed.map(change).collect()
}

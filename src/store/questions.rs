//! The questions that the bot could not answer well. They are kept for some days, without who asked.

use jiff::Timestamp;
use sqlx::{AnyConnection, FromRow, QueryBuilder};

use super::amendments::time;
use super::{Store, StoreError, version};
use crate::knowledge::EntryId;

/// A question for moderators to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptQuestion {
    /// 0 before it is stored.
    pub id: i64,
    /// Redacted.
    pub words: String,
    pub why: WhyKept,
    /// The answer that was called not right.
    pub entry: Option<EntryId>,
    /// What was wrong with it. Redacted.
    pub note: Option<String>,
    pub asked_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyKept {
    Unanswered,
    /// The bot offered a choice, and the person meant none of it.
    Ambiguous,
    NotRight,
}

const NAMES: [(WhyKept, &str); 3] = [
    (WhyKept::Unanswered, "unanswered"),
    (WhyKept::Ambiguous, "ambiguous"),
    (WhyKept::NotRight, "not-right"),
];

#[derive(FromRow)]
struct Row {
    id: i64,
    words: String,
    why: String,
    entry: Option<String>,
    note: Option<String>,
    asked_at: i64,
}

impl Store {
    pub async fn keep(&self, question: &KeptQuestion) -> Result<(), StoreError> {
        let statement = "INSERT INTO questions (id, words, why, entry, note, asked_at) \
                         VALUES ($1, $2, $3, $4, $5, $6)";
        let KeptQuestion { words, why, entry, note, asked_at, .. } = question.clone();
        self.with(async |pool| {
            let insert = sqlx::query(statement).bind(random_id()).bind(words).bind(why.name());
            let insert = insert.bind(entry.map(|entry| entry.to_string())).bind(note);
            insert.bind(asked_at.as_second()).execute(pool).await?;
            Ok(())
        })
        .await
    }

    /// The questions that are kept, the latest first, at most `limit`.
    pub async fn kept_questions(&self, limit: u32) -> Result<Vec<KeptQuestion>, StoreError> {
        let statement = format!("SELECT * FROM questions ORDER BY asked_at DESC, id LIMIT {limit}");
        self.with(async |pool| {
            let rows: Vec<Row> = sqlx::query_as(&statement).fetch_all(pool).await?;
            rows.into_iter().map(KeptQuestion::try_from).collect()
        })
        .await
    }

    /// Removes the questions that were asked before a time; returns how many. A backup from before
    /// an upgrade goes too, if it is older than that.
    pub async fn forget_questions(&self, before: Timestamp) -> Result<u64, StoreError> {
        if let Some(file) = &self.file {
            version::forget_backup(file, before);
        }
        self.with(async |pool| {
            let delete = sqlx::query("DELETE FROM questions WHERE asked_at < $1");
            Ok(delete.bind(before.as_second()).execute(pool).await?.rows_affected())
        })
        .await
    }
}

/// Removes questions that somebody has dealt with.
pub(super) async fn remove(connection: &mut AnyConnection, ids: &[i64]) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut statement = QueryBuilder::new("DELETE FROM questions WHERE id IN (");
    let mut list = statement.separated(", ");
    for id in ids {
        list.push(id);
    }
    list.push_unseparated(")");
    statement.build().execute(connection).await?;
    Ok(())
}

impl WhyKept {
    fn name(self) -> &'static str {
        NAMES.iter().find(|(why, _)| *why == self).map_or("", |(_, name)| name)
    }
}

impl TryFrom<Row> for KeptQuestion {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row { id, words, why, entry, note, asked_at } = row;
        let known = NAMES.iter().find(|(_, name)| *name == why);
        let (why, _) = known.ok_or(StoreError::NotUnderstood(why))?;
        let entry = entry.map(EntryId::new);
        Ok(Self { id, words, why: *why, entry, note, asked_at: time(asked_at)? })
    }
}

/// An id that no other process makes. It carries no order: `asked_at` does.
pub(super) fn random_id() -> i64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(()).cast_signed() & i64::MAX
}

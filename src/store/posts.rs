//! The public answers that the bot posted, and their corrections.

use jiff::Timestamp;
use sqlx::{AnyPool, FromRow};

use super::amendments::time;
use super::news::tell;
use super::{Store, StoreError, TRIES, is_taken, parse};
use crate::knowledge::EntryId;

/// How long a process may take to correct a message, in seconds. After that, another one does it.
const CLAIM: i64 = 120;

/// A message with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub channel: u64,
    pub message: u64,
    pub entry: EntryId,
    /// Which version of the answer; see [`crate::knowledge::FaqEntry::revision`].
    pub revision: String,
    pub posted_at: Timestamp,
}

/// How many messages show a version of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedVersion {
    pub entry: EntryId,
    pub revision: String,
    pub messages: u64,
}

/// A decision to correct the messages that show an old version of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// 0 before it is stored.
    pub id: i64,
    pub entry: EntryId,
    /// The heading of the answer.
    pub question: String,
    /// The version after the correction; `None` if the answer was withdrawn.
    pub revision: Option<String>,
    /// How many messages were to be corrected.
    pub messages: u64,
    pub made_by: String,
    pub made_at: Timestamp,
}

/// A message that this process corrects now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingEdit {
    pub channel: u64,
    pub message: u64,
    pub correction: Correction,
}

/// What became of a message that was to be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditOutcome {
    Corrected,
    /// Somebody had deleted it.
    Gone,
    /// The bot has no access any more.
    Refused,
    Failed,
}

/// How far a correction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub pending: u64,
    pub corrected: u64,
    pub gone: u64,
    /// Refused or failed.
    pub failed: u64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    entry: String,
    question: String,
    revision: Option<String>,
    messages: i64,
    made_by: String,
    made_at: i64,
}

impl Store {
    /// Remembers an answer that was posted. A message that shows another answer now is overwritten.
    pub async fn remember_post(&self, post: &Post) -> Result<(), StoreError> {
        let statement = "INSERT INTO posts (message, channel, entry, revision, posted_at, state, \
                         claimed_at) VALUES ($1, $2, $3, $4, $5, 'posted', 0) \
                         ON CONFLICT (message) DO UPDATE SET entry = excluded.entry, \
                         revision = excluded.revision, correction = NULL, state = 'posted'";
        self.with(async |pool| {
            let insert = sqlx::query(statement).bind(post.message.to_string());
            let insert = insert.bind(post.channel.to_string()).bind(post.entry.to_string());
            let insert = insert.bind(post.revision.clone()).bind(post.posted_at.as_second());
            insert.execute(pool).await?;
            Ok(())
        })
        .await
    }

    /// Forgets a message that shows no answer any more.
    pub async fn forget_post(&self, message: u64) -> Result<(), StoreError> {
        self.with(async |pool| {
            let delete = sqlx::query("DELETE FROM posts WHERE message = $1");
            delete.bind(message.to_string()).execute(pool).await?;
            Ok(())
        })
        .await
    }

    /// Forgets the messages that were posted before a time.
    pub async fn forget_posts(&self, before: Timestamp) -> Result<(), StoreError> {
        self.with(async |pool| {
            let delete = sqlx::query("DELETE FROM posts WHERE posted_at < $1");
            delete.bind(before.as_second()).execute(pool).await?;
            Ok(())
        })
        .await
    }

    /// How many messages show which version of which answer. Those that could not be corrected are
    /// left out.
    pub async fn posted_versions(&self) -> Result<Vec<PostedVersion>, StoreError> {
        let statement = "SELECT entry, revision, count(*) FROM posts \
                         WHERE state IN ('posted', 'corrected') \
                         GROUP BY entry, revision ORDER BY entry, revision";
        self.with(async |pool| {
            let rows: Vec<(String, String, i64)> =
                sqlx::query_as(statement).fetch_all(pool).await?;
            let version = |(entry, revision, messages): (String, String, i64)| PostedVersion {
                entry: EntryId::new(entry),
                revision,
                messages: messages.cast_unsigned(),
            };
            Ok(rows.into_iter().map(version).collect())
        })
        .await
    }

    /// Decides to correct the messages that show another version of an answer than the correction.
    /// Returns how many there are; without any, nothing is stored.
    pub async fn correct(&self, correction: &Correction) -> Result<u64, StoreError> {
        self.with(async |pool| {
            for _ in 1..TRIES {
                match correct(pool, correction).await {
                    Err(error) if is_taken(&error) => {}
                    result => return Ok(result?),
                }
            }
            Ok(correct(pool, correction).await?)
        })
        .await
    }

    /// Leaves the messages of an answer as they are, as if they showed this version.
    pub async fn leave_as_they_are(
        &self,
        entry: &EntryId,
        revision: &str,
    ) -> Result<(), StoreError> {
        let statement = "UPDATE posts SET revision = $1 \
                         WHERE entry = $2 AND state IN ('posted', 'corrected')";
        self.with(async |pool| {
            let update = sqlx::query(statement).bind(revision.to_owned()).bind(entry.to_string());
            update.execute(pool).await?;
            Ok(())
        })
        .await
    }

    /// Takes a message to correct. No other process gets it for a while; after that it is taken again
    /// if nobody has [settled](Self::settle_edit) it.
    pub async fn claim_edit(&self, now: Timestamp) -> Result<Option<PendingEdit>, StoreError> {
        // Another process may claim the same row at the same time, so it is looked at again.
        let claim = "UPDATE posts SET claimed_at = $1 WHERE message = (\
                     SELECT message FROM posts WHERE state = 'pending' AND claimed_at < $2 \
                     ORDER BY claimed_at, posted_at LIMIT 1) \
                     AND state = 'pending' AND claimed_at < $2 \
                     RETURNING channel, message, correction";
        let now = now.as_second();
        self.with(async |pool| {
            let claim = sqlx::query_as(claim).bind(now).bind(now - CLAIM);
            let claimed: Option<(String, String, i64)> = claim.fetch_optional(pool).await?;
            let Some((channel, message, id)) = claimed else { return Ok(None) };
            let select = sqlx::query_as("SELECT * FROM corrections WHERE id = $1").bind(id);
            let row: Row = select.fetch_one(pool).await?;
            let (channel, message) = (parse(&channel)?, parse(&message)?);
            Ok(Some(PendingEdit { channel, message, correction: row.try_into()? }))
        })
        .await
    }

    /// Records what became of a message that was to be corrected, and which version it shows now:
    /// none if the answer was withdrawn. If a newer correction was decided on meanwhile, that is still
    /// to be made.
    pub async fn settle_edit(
        &self,
        edit: &PendingEdit,
        outcome: EditOutcome,
        revision: Option<&str>,
    ) -> Result<(), StoreError> {
        let statement = "UPDATE posts SET state = $1, revision = $2 \
                         WHERE message = $3 AND correction = $4 AND state = 'pending'";
        let state = match outcome {
            EditOutcome::Corrected => "corrected",
            EditOutcome::Gone => "gone",
            EditOutcome::Refused => "refused",
            EditOutcome::Failed => "failed",
        };
        let revision = revision.unwrap_or_default().to_owned();
        self.with(async |pool| {
            let update = sqlx::query(statement).bind(state).bind(revision);
            let update = update.bind(edit.message.to_string()).bind(edit.correction.id);
            update.execute(pool).await?;
            Ok(())
        })
        .await
    }

    /// All corrections of an answer, the latest first.
    pub async fn corrections_of(&self, entry: &EntryId) -> Result<Vec<Correction>, StoreError> {
        let statement = "SELECT * FROM corrections WHERE entry = $1 ORDER BY id DESC";
        self.with(async |pool| {
            let select = sqlx::query_as(statement).bind(entry.to_string());
            let rows: Vec<Row> = select.fetch_all(pool).await?;
            rows.into_iter().map(Correction::try_from).collect()
        })
        .await
    }

    /// The corrections, the latest first, at most `limit`.
    pub async fn corrections(&self, limit: u32) -> Result<Vec<Correction>, StoreError> {
        let statement = format!("SELECT * FROM corrections ORDER BY id DESC LIMIT {limit}");
        self.with(async |pool| {
            let rows: Vec<Row> = sqlx::query_as(&statement).fetch_all(pool).await?;
            rows.into_iter().map(Correction::try_from).collect()
        })
        .await
    }

    /// How far a correction is. Messages that were corrected again since do not count.
    pub async fn progress(&self, correction: i64) -> Result<Progress, StoreError> {
        self.with(async |pool| progress(pool, correction).await).await
    }
}

async fn correct(pool: &AnyPool, correction: &Correction) -> Result<u64, sqlx::Error> {
    let insert = "INSERT INTO corrections (id, entry, question, revision, messages, made_by, \
                  made_at) SELECT coalesce(max(id), 0) + 1, $1, $2, $3, 0, $4, $5 \
                  FROM corrections RETURNING id";
    let update = "UPDATE posts SET correction = $1, state = 'pending', claimed_at = 0 \
                  WHERE entry = $2 AND revision <> $3 AND state <> 'gone'";
    let Correction { entry, question, revision, made_by, made_at, .. } = correction.clone();
    let mut transaction = pool.begin().await?;
    let insert = sqlx::query_scalar(insert).bind(entry.to_string()).bind(question);
    let insert = insert.bind(revision.clone()).bind(made_by).bind(made_at.as_second());
    let id: i64 = insert.fetch_one(&mut *transaction).await?;
    // No message shows the version "".
    let update = sqlx::query(update).bind(id).bind(entry.to_string());
    let update = update.bind(revision.unwrap_or_default());
    let messages = update.execute(&mut *transaction).await?.rows_affected();
    if messages == 0 {
        transaction.rollback().await?;
        return Ok(0);
    }
    let count = sqlx::query("UPDATE corrections SET messages = $1 WHERE id = $2");
    count.bind(messages.cast_signed()).bind(id).execute(&mut *transaction).await?;
    tell(&mut transaction).await?;
    transaction.commit().await?;
    Ok(messages)
}

async fn progress(pool: &AnyPool, correction: i64) -> Result<Progress, StoreError> {
    let statement = "SELECT state, count(*) FROM posts WHERE correction = $1 GROUP BY state";
    let rows: Vec<(String, i64)> =
        sqlx::query_as(statement).bind(correction).fetch_all(pool).await?;
    let mut progress = Progress::default();
    for (state, count) in rows {
        let count = count.cast_unsigned();
        match state.as_str() {
            "pending" => progress.pending += count,
            "corrected" => progress.corrected += count,
            "gone" => progress.gone += count,
            "refused" | "failed" => progress.failed += count,
            _ => return Err(StoreError::NotUnderstood(state)),
        }
    }
    Ok(progress)
}

impl TryFrom<Row> for Correction {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row { id, entry, question, revision, messages, made_by, made_at } = row;
        let (entry, made_at) = (EntryId::new(entry), time(made_at)?);
        let messages = messages.cast_unsigned();
        Ok(Self { id, entry, question, revision, messages, made_by, made_at })
    }
}

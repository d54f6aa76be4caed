//! The amendments, and with them the record of who changed what.

use jiff::Timestamp;
use sqlx::{AnyPool, FromRow};

use super::news::tell;
use super::questions::remove;
use super::{Store, StoreError, TRIES, is_taken, parse};
use crate::knowledge::{Amendment, Change, EntryId, Scope, TopicId};

#[derive(FromRow)]
struct Row {
    id: i64,
    kind: String,
    scope: Option<String>,
    words: String,
    until_day: Option<String>,
    made_by: String,
    made_at: i64,
    undone_by: Option<String>,
    undone_at: Option<i64>,
}

/// A change as columns: kind, scope, words, last day.
type Columns = (&'static str, Option<String>, String, Option<String>);

impl Store {
    /// Stores changes, all or none; returns their ids.
    pub async fn amend(
        &self,
        changes: &[Change],
        made_by: &str,
        made_at: Timestamp,
    ) -> Result<Vec<i64>, StoreError> {
        self.learn(changes, &[], made_by, made_at).await
    }

    /// Stores what is learnt from kept questions, and removes these questions: both or neither.
    pub async fn learn(
        &self,
        changes: &[Change],
        questions: &[i64],
        made_by: &str,
        made_at: Timestamp,
    ) -> Result<Vec<i64>, StoreError> {
        let rows: Vec<Columns> = changes.iter().map(columns).collect();
        self.with(async |pool| {
            for _ in 1..TRIES {
                match insert(pool, &rows, questions, made_by, made_at).await {
                    Err(error) if is_taken(&error) => {}
                    result => return Ok(result?),
                }
            }
            Ok(insert(pool, &rows, questions, made_by, made_at).await?)
        })
        .await
    }

    /// Undoes a change; returns whether it was in force.
    pub async fn undo(&self, id: i64, by: &str, at: Timestamp) -> Result<bool, StoreError> {
        let statement = "UPDATE amendments SET undone_by = $1, undone_at = $2 \
                         WHERE id = $3 AND undone_at IS NULL";
        self.with(async |pool| {
            let mut transaction = pool.begin().await?;
            let update = sqlx::query(statement).bind(by).bind(at.as_second()).bind(id);
            let is_undone = update.execute(&mut *transaction).await?.rows_affected() > 0;
            tell(&mut transaction).await?;
            transaction.commit().await?;
            Ok(is_undone)
        })
        .await
    }

    /// The changes that were not undone, oldest first.
    pub async fn amendments(&self) -> Result<Vec<Amendment>, StoreError> {
        self.rows("SELECT * FROM amendments WHERE undone_at IS NULL ORDER BY id").await
    }

    /// Every change, the latest first, at most `limit`.
    pub async fn all_amendments(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Amendment>, StoreError> {
        let before = before.unwrap_or(i64::MAX);
        let statement =
            format!("SELECT * FROM amendments WHERE id < {before} ORDER BY id DESC LIMIT {limit}");
        self.rows(&statement).await
    }

    /// Changes whenever the amendments do.
    pub async fn amendments_version(&self) -> Result<(i64, i64), StoreError> {
        let statement = "SELECT coalesce(max(id), 0), count(undone_at) FROM amendments";
        self.with(async |pool| Ok(sqlx::query_as(statement).fetch_one(pool).await?)).await
    }

    async fn rows(&self, statement: &str) -> Result<Vec<Amendment>, StoreError> {
        self.with(async |pool| {
            let rows: Vec<Row> = sqlx::query_as(statement).fetch_all(pool).await?;
            rows.into_iter().map(Amendment::try_from).collect()
        })
        .await
    }
}

async fn insert(
    pool: &AnyPool,
    rows: &[Columns],
    questions: &[i64],
    made_by: &str,
    made_at: Timestamp,
) -> Result<Vec<i64>, sqlx::Error> {
    let statement = "INSERT INTO amendments (id, kind, scope, words, until_day, made_by, made_at) \
                     SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5, $6 FROM amendments \
                     RETURNING id";
    let mut transaction = pool.begin().await?;
    let mut ids = Vec::new();
    for (kind, scope, words, until) in rows.iter().cloned() {
        let insert = sqlx::query_scalar(statement).bind(kind).bind(scope).bind(words).bind(until);
        let insert = insert.bind(made_by.to_owned()).bind(made_at.as_second());
        ids.push(insert.fetch_one(&mut *transaction).await?);
    }
    remove(&mut transaction, questions).await?;
    tell(&mut transaction).await?;
    transaction.commit().await?;
    Ok(ids)
}

fn columns(change: &Change) -> Columns {
    match change {
        Change::Phrasing { entry, words } => {
            ("phrasing", Some(entry.to_string()), words.clone(), None)
        }
        Change::Elsewhere { words } => ("elsewhere", None, words.clone(), None),
        Change::Hold { scope, reason, until } => {
            let (kind, scope) = match scope {
                Scope::Entry(entry) => ("hold", Some(entry.to_string())),
                Scope::Topic(topic) => ("hold-topic", Some(topic.to_string())),
                Scope::Everything => ("hold-everything", None),
            };
            (kind, scope, reason.clone(), until.map(|day| day.to_string()))
        }
        Change::Checked { on } => ("checked", None, String::new(), Some(on.to_string())),
    }
}

impl TryFrom<Row> for Amendment {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row { id, kind, scope, words, until_day, made_by, made_at, undone_by, undone_at } = row;
        let name = scope.unwrap_or_default();
        let scope = match kind.as_str() {
            "hold" => Scope::Entry(EntryId::new(name.clone())),
            "hold-topic" => Scope::Topic(TopicId::new(name.clone())),
            _ => Scope::Everything,
        };
        let change = match kind.as_str() {
            "phrasing" => Change::Phrasing { entry: EntryId::new(name), words },
            "elsewhere" => Change::Elsewhere { words },
            "hold" | "hold-topic" | "hold-everything" => {
                let until = until_day.as_deref().map(parse).transpose()?;
                Change::Hold { scope, reason: words, until }
            }
            "checked" => Change::Checked { on: parse(until_day.as_deref().unwrap_or_default())? },
            _ => return Err(StoreError::NotUnderstood(kind)),
        };
        let undone = match (undone_by, undone_at) {
            (Some(by), Some(at)) => Some((by, time(at)?)),
            _ => None,
        };
        Ok(Self { id, change, made_by, made_at: time(made_at)?, undone })
    }
}

/// A time that was stored in seconds.
pub(super) fn time(seconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(seconds).map_err(|_| StoreError::NotUnderstood(seconds.to_string()))
}

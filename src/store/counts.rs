//! What became of the questions of each day: numbers only, without words and without members.

use jiff::civil::Date;
use sqlx::FromRow;

use super::{Store, StoreError, parse};
use crate::knowledge::EntryId;

/// Something that is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    Answered(EntryId),
    /// A question of a menu that was chosen.
    Chosen(EntryId),
    /// A choice was offered.
    Offered,
    Unanswered,
    /// A guard says that the question is about something else.
    OtherMatter,
    OtherLanguage,
    UnderReview,
}

/// How often something was counted on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub day: Date,
    pub counted: Counted,
    pub total: u64,
}

#[derive(FromRow)]
struct Row {
    day: String,
    what: String,
    entry: String,
    total: i64,
}

impl Store {
    /// Stores totals that this process has counted since it started. All of them or none are stored.
    /// Storing a total again, or an older one after a newer one, changes nothing.
    pub async fn write_totals(&self, totals: &[Count]) -> Result<(), StoreError> {
        let statement = "INSERT INTO counts (day, what, entry, process, total) \
                         VALUES ($1, $2, $3, $4, $5) \
                         ON CONFLICT (day, what, entry, process) \
                         DO UPDATE SET total = excluded.total \
                         WHERE counts.total < excluded.total";
        self.with(async |pool| {
            let mut transaction = pool.begin().await?;
            for Count { day, counted, total } in totals {
                let (what, entry) = columns(counted);
                let insert = sqlx::query(statement).bind(day.to_string()).bind(what).bind(entry);
                let total = i64::try_from(*total).unwrap_or(i64::MAX);
                let insert = insert.bind(self.process).bind(total);
                insert.execute(&mut *transaction).await?;
            }
            Ok(transaction.commit().await?)
        })
        .await
    }

    /// What all processes have counted on these days, the first and the last included.
    pub async fn counts(&self, first: Date, last: Date) -> Result<Vec<Count>, StoreError> {
        let statement = "SELECT day, what, entry, CAST(SUM(total) AS BIGINT) AS total \
                         FROM counts WHERE day >= $1 AND day <= $2 \
                         GROUP BY day, what, entry ORDER BY day, what, entry";
        self.with(async |pool| {
            let select = sqlx::query_as(statement).bind(first.to_string()).bind(last.to_string());
            let rows: Vec<Row> = select.fetch_all(pool).await?;
            rows.into_iter().map(Count::try_from).collect()
        })
        .await
    }

    /// Removes the counts of the days before this one; returns how many rows.
    pub async fn forget_counts(&self, before: Date) -> Result<u64, StoreError> {
        self.with(async |pool| {
            let delete = sqlx::query("DELETE FROM counts WHERE day < $1").bind(before.to_string());
            Ok(delete.execute(pool).await?.rows_affected())
        })
        .await
    }
}

fn columns(counted: &Counted) -> (&'static str, String) {
    match counted {
        Counted::Answered(entry) => ("answered", entry.to_string()),
        Counted::Chosen(entry) => ("chosen", entry.to_string()),
        Counted::Offered => ("offered", String::new()),
        Counted::Unanswered => ("unanswered", String::new()),
        Counted::OtherMatter => ("other-matter", String::new()),
        Counted::OtherLanguage => ("other-language", String::new()),
        Counted::UnderReview => ("under-review", String::new()),
    }
}

impl TryFrom<Row> for Count {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row { day, what, entry, total } = row;
        let counted = match what.as_str() {
            "answered" => Counted::Answered(EntryId::new(entry)),
            "chosen" => Counted::Chosen(EntryId::new(entry)),
            "offered" => Counted::Offered,
            "unanswered" => Counted::Unanswered,
            "other-matter" => Counted::OtherMatter,
            "other-language" => Counted::OtherLanguage,
            "under-review" => Counted::UnderReview,
            _ => return Err(StoreError::NotUnderstood(what)),
        };
        let total = u64::try_from(total).map_err(|_| StoreError::NotUnderstood(what))?;
        Ok(Self { day: parse(&day)?, counted, total })
    }
}

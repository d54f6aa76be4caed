//! What the bot has seen outside: the docket and the addresses of the sources.

use jiff::Timestamp;

use super::{Store, StoreError};

/// What is kept about something that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// When to look again.
    pub due_at: Timestamp,
    /// The last look that succeeded.
    pub looked_at: Option<Timestamp>,
    /// JSON; empty before the first look.
    pub state: String,
}

impl Store {
    /// Whether it is up to this process to look now. Then nobody else does before `until`.
    pub async fn claim_watch(
        &self,
        name: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = "INSERT INTO watches (name, due_at, looked_at, state) \
                         VALUES ($1, $2, 0, '') \
                         ON CONFLICT (name) DO UPDATE SET due_at = $2 WHERE watches.due_at <= $3";
        self.with(async |pool| {
            let claim = sqlx::query(statement).bind(name).bind(until.as_second());
            Ok(claim.bind(now.as_second()).execute(pool).await?.rows_affected() > 0)
        })
        .await
    }

    pub async fn watched(&self, name: &str) -> Result<Option<Watched>, StoreError> {
        let statement = "SELECT due_at, looked_at, state FROM watches WHERE name = $1";
        let row: Option<(i64, i64, String)> = self
            .with(async |pool| {
                Ok(sqlx::query_as(statement).bind(name).fetch_optional(pool).await?)
            })
            .await?;
        let Some((due_at, looked_at, state)) = row else { return Ok(None) };
        let time = |seconds: i64| {
            Timestamp::from_second(seconds)
                .map_err(|_| StoreError::NotUnderstood(seconds.to_string()))
        };
        let looked_at = (looked_at > 0).then(|| time(looked_at)).transpose()?;
        Ok(Some(Watched { due_at: time(due_at)?, looked_at, state }))
    }

    /// Keeps this of something that was claimed.
    pub async fn set_watched(&self, name: &str, watched: &Watched) -> Result<(), StoreError> {
        let statement =
            "UPDATE watches SET due_at = $2, looked_at = $3, state = $4 WHERE name = $1";
        self.with(async |pool| {
            let looked_at = watched.looked_at.map_or(0, Timestamp::as_second);
            let update = sqlx::query(statement).bind(name).bind(watched.due_at.as_second());
            update.bind(looked_at).bind(&watched.state).execute(pool).await?;
            Ok(())
        })
        .await
    }
}

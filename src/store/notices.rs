//! What only one process may do at a time, such as to say something to moderators in their channel.

use jiff::Timestamp;

use super::{Store, StoreError};

/// How long a process may take to say something, in seconds. After that, another one says it.
const CLAIM: i64 = 120;

impl Store {
    /// Whether it is up to this process to say something now. Then nobody else does for a while; see
    /// [`Self::settle_notice`].
    pub async fn claim_notice(&self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.claim(name, now, CLAIM).await
    }

    /// Whether something is up to this process now. Then nobody else gets it for so many seconds.
    pub async fn claim(
        &self,
        name: &str,
        now: Timestamp,
        seconds: i64,
    ) -> Result<bool, StoreError> {
        let statement = "INSERT INTO notices (name, due_at) VALUES ($1, $2) \
                         ON CONFLICT (name) DO UPDATE SET due_at = $2 WHERE notices.due_at <= $3";
        self.with(async |pool| {
            let now = now.as_second();
            let claim = sqlx::query(statement).bind(name).bind(now + seconds).bind(now);
            Ok(claim.execute(pool).await?.rows_affected() > 0)
        })
        .await
    }

    /// Forgets what may be said again: that is as if it had never been said.
    pub async fn forget_notices(&self, now: Timestamp) -> Result<(), StoreError> {
        self.with(async |pool| {
            let statement = "DELETE FROM notices WHERE due_at <= $1";
            sqlx::query(statement).bind(now.as_second()).execute(pool).await?;
            Ok(())
        })
        .await
    }

    /// Records when something that was said is to be said again.
    pub async fn settle_notice(&self, name: &str, due_at: Timestamp) -> Result<(), StoreError> {
        let statement = "UPDATE notices SET due_at = $2 WHERE name = $1";
        self.with(async |pool| {
            sqlx::query(statement).bind(name).bind(due_at.as_second()).execute(pool).await?;
            Ok(())
        })
        .await
    }
}

//! Where each conversation stands, for all processes: which answer was given last, without words, and
//! without the member and the channel.

use std::sync::PoisonError;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sqlx::AnyPool;

use super::keys::{Key, Keys};
use super::{Store, StoreError};
use crate::knowledge::EntryId;

const KEYS: Keys = Keys { table: "conversation_keys", time: "day" };

/// Where a member has a conversation, by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub member: u64,
    pub channel: u64,
}

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAnswer {
    /// `None` if the last question had no answer.
    pub entry: Option<EntryId>,
    /// A later one is of a later question, whichever process was asked. In whole milliseconds.
    pub expires_at: Timestamp,
}

impl Store {
    /// Stores where conversations stand: all of them or none. What is stored of a later question stays.
    pub async fn remember_answers(
        &self,
        answers: &[(Place, LastAnswer)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO conversations (place, entry, expires_at) VALUES ($1, $2, $3) \
                         ON CONFLICT (place) DO UPDATE \
                         SET entry = excluded.entry, expires_at = excluded.expires_at \
                         WHERE conversations.expires_at < excluded.expires_at";
        self.with(async |pool| {
            let key = self.conversation_key(pool, now).await?;
            let hashed = |(place, last): &(Place, LastAnswer)| (hash(&key, *place), last.clone());
            let mut rows: Vec<(String, LastAnswer)> = answers.iter().map(hashed).collect();
            // Two processes that lock the same rows in another order would wait for each other.
            rows.sort_by(|one, other| one.0.cmp(&other.0));
            let mut transaction = pool.begin().await?;
            for (place, LastAnswer { entry, expires_at }) in rows {
                let insert = sqlx::query(statement).bind(place);
                let insert = insert.bind(entry.map(|entry| entry.to_string()));
                insert.bind(expires_at.as_millisecond()).execute(&mut *transaction).await?;
            }
            Ok(transaction.commit().await?)
        })
        .await
    }

    /// Where a conversation stands; `None` if nothing was asked there lately.
    pub async fn last_answer(
        &self,
        place: Place,
        now: Timestamp,
    ) -> Result<Option<LastAnswer>, StoreError> {
        let statement =
            "SELECT entry, expires_at FROM conversations WHERE place = $1 AND expires_at > $2";
        self.with(async |pool| {
            let key = self.conversation_key(pool, now).await?;
            let select = sqlx::query_as(statement).bind(hash(&key, place));
            let row: Option<(Option<String>, i64)> =
                select.bind(now.as_millisecond()).fetch_optional(pool).await?;
            let Some((entry, expires_at)) = row else { return Ok(None) };
            let expires_at = Timestamp::from_millisecond(expires_at)
                .map_err(|_| StoreError::NotUnderstood(expires_at.to_string()))?;
            Ok(Some(LastAnswer { entry: entry.map(EntryId::new), expires_at }))
        })
        .await
    }

    /// Deletes what has expired, and the keys of earlier days.
    pub async fn forget_conversations(&self, now: Timestamp) -> Result<(), StoreError> {
        self.with(async |pool| {
            let delete = sqlx::query("DELETE FROM conversations WHERE expires_at <= $1");
            delete.bind(now.as_millisecond()).execute(pool).await?;
            KEYS.forget(pool, &day_of(now).to_string()).await
        })
        .await
    }

    /// The key of today, from the store only once a day: it is needed for every question.
    async fn conversation_key(&self, pool: &AnyPool, now: Timestamp) -> Result<Key, StoreError> {
        let today = day_of(now);
        let known = *self.conversation_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = known.filter(|(day, _)| *day == today) {
            return Ok(key);
        }
        let key = KEYS.of(pool, &today.to_string()).await?;
        *self.conversation_key.lock().unwrap_or_else(PoisonError::into_inner) = Some((today, key));
        Ok(key)
    }
}

fn day_of(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

fn hash(key: &Key, Place { member, channel }: Place) -> String {
    blake3::keyed_hash(key, format!("{member} {channel}").as_bytes()).to_hex().to_string()
}

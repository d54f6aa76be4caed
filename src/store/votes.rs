//! What members think of answers: one vote of each member on an answer, without who it was.
//!
//! A member is stored as a keyed hash of their id and the answer. The key is deleted when its month
//! is over, so after that nobody can find out who voted, not even by trying all ids.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::keys::{Key, Keys};
use super::{Store, StoreError};
use crate::knowledge::EntryId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    Helpful,
    NotRight,
}

/// How members voted on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Votes {
    pub helpful: u64,
    pub not_right: u64,
}

const HELPFUL: &str = "helpful";
const NOT_RIGHT: &str = "not-right";

const KEYS: Keys = Keys { table: "vote_keys", time: "month" };

impl Store {
    /// Stores a vote. It replaces an earlier vote of the same member on the same answer.
    pub async fn vote(
        &self,
        entry: &EntryId,
        member: u64,
        vote: Vote,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let day = at.to_zoned(TimeZone::UTC).date();
        let statement = "INSERT INTO votes (entry, voter, vote, voted_on) VALUES ($1, $2, $3, $4) \
                         ON CONFLICT (entry, voter) \
                         DO UPDATE SET vote = excluded.vote, voted_on = excluded.voted_on";
        let vote = match vote {
            Vote::Helpful => HELPFUL,
            Vote::NotRight => NOT_RIGHT,
        };
        self.with(async |pool| {
            let key = KEYS.of(pool, &month(day)).await?;
            let insert = sqlx::query(statement).bind(entry.to_string());
            let insert = insert.bind(voter(&key, member, entry)).bind(vote).bind(day.to_string());
            insert.execute(pool).await?;
            Ok(())
        })
        .await
    }

    /// The votes since a day, by answer.
    pub async fn votes_since(&self, day: Date) -> Result<BTreeMap<EntryId, Votes>, StoreError> {
        let statement = "SELECT entry, vote, count(*) FROM votes WHERE voted_on >= $1 \
                         GROUP BY entry, vote";
        self.with(async |pool| {
            let rows: Vec<(String, String, i64)> =
                sqlx::query_as(statement).bind(day.to_string()).fetch_all(pool).await?;
            let mut votes: BTreeMap<EntryId, Votes> = BTreeMap::new();
            for (entry, vote, count) in rows {
                let of_entry = votes.entry(EntryId::new(entry)).or_default();
                match vote.as_str() {
                    HELPFUL => of_entry.helpful = count.cast_unsigned(),
                    NOT_RIGHT => of_entry.not_right = count.cast_unsigned(),
                    _ => return Err(StoreError::NotUnderstood(vote)),
                }
            }
            Ok(votes)
        })
        .await
    }

    /// Deletes the keys of earlier months.
    pub async fn forget_voters(&self, today: Date) -> Result<(), StoreError> {
        self.with(async |pool| KEYS.forget(pool, &month(today)).await).await
    }
}

/// The hash includes the answer, so that the votes of a member cannot be recognised as one person's.
fn voter(key: &Key, member: u64, entry: &EntryId) -> String {
    blake3::keyed_hash(key, format!("{member} {entry}").as_bytes()).to_hex().to_string()
}

fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

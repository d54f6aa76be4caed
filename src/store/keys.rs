//! Keys of hashes that hide who did something. They are deleted when their time is over.

use sqlx::AnyPool;

use super::StoreError;

pub type Key = [u8; blake3::KEY_LEN];

/// A table of keys, and its column for the time of a key.
pub struct Keys {
    pub table: &'static str,
    pub time: &'static str,
}

impl Keys {
    /// The key of a time, made if there is none. All processes use the same one.
    pub async fn of(&self, pool: &AnyPool, time: &str) -> Result<Key, StoreError> {
        let Self { table, time: column } = self;
        let insert = format!(
            "INSERT INTO {table} ({column}, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        );
        let select = format!("SELECT secret FROM {table} WHERE {column} = $1");
        let mut random: Key = [0; blake3::KEY_LEN];
        getrandom::fill(&mut random)
            .map_err(|error| StoreError::NoRandomness(error.to_string()))?;
        let new = blake3::Hash::from_bytes(random).to_hex();
        sqlx::query(&insert).bind(time).bind(new.as_str()).execute(pool).await?;
        let secret: String = sqlx::query_scalar(&select).bind(time).fetch_one(pool).await?;
        let key = blake3::Hash::from_hex(&secret);
        key.map(Into::into).map_err(|_| StoreError::NotUnderstood(format!("a key in {table}")))
    }

    /// Deletes the keys of earlier times.
    pub async fn forget(&self, pool: &AnyPool, before: &str) -> Result<(), StoreError> {
        let Self { table, time } = self;
        let delete = format!("DELETE FROM {table} WHERE {time} < $1");
        sqlx::query(&delete).bind(before).execute(pool).await?;
        Ok(())
    }
}

//! Whether a store can be used, without making or upgrading it.

use std::path::Path;

use sqlx::{AnyConnection, Connection};

use super::backup::{connect, new_file_beside, url_of};
use super::{Store, StoreError, version};

/// A store that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// There is none yet; the first use makes it.
    New,
    /// The next use upgrades its tables.
    Older {
        found: i64,
        needed: i64,
    },
    Current,
}

impl Store {
    /// Checks that the store can be reached and written, and that it is not damaged.
    pub async fn condition(&self) -> Result<Condition, StoreError> {
        if let Some(file) = self.missing_file() {
            // It is deleted again at once.
            new_file_beside(nearest_existing(file))?;
            return Ok(Condition::New);
        }
        let mut database = match &self.file {
            Some(file) => {
                let mut database = connect(&url_of(file, "rw")?).await?;
                check_for_damage(&mut database).await?;
                database
            }
            None => connect(&self.url).await?,
        };
        let (found, needed) = (version::of(&mut database).await?, version::newest());
        if found == 0 {
            return Ok(Condition::New);
        }
        check_that_it_can_be_written(&mut database).await?;
        match found {
            _ if found > needed => Err(StoreError::Newer { found, known: needed }),
            _ if found < needed => Ok(Condition::Older { found, needed }),
            _ => Ok(Condition::Current),
        }
    }
}

/// The file itself, or the outermost of its folders that does not exist yet.
fn nearest_existing(file: &Path) -> &Path {
    let missing =
        file.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    missing.last().unwrap_or(file)
}

async fn check_for_damage(sqlite: &mut AnyConnection) -> Result<(), StoreError> {
    let check = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(sqlite);
    match check.await? {
        found if found == "ok" => Ok(()),
        found => Err(StoreError::Damaged(found)),
    }
}

/// Deletes nothing: no version is below 1.
async fn check_that_it_can_be_written(database: &mut AnyConnection) -> Result<(), StoreError> {
    let mut undone = database.begin().await?;
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version < 1").execute(&mut *undone).await?;
    Ok(undone.rollback().await?)
}

//! Keeps what people do at run time: the amendments of moderators, the questions that the bot could
//! not answer, and counts.
//!
//! It stands beside the path of an answer, never in it: with the store missing, slow or broken,
//! every question is answered. A store that cannot be reached is tried again with each use, so it
//! recovers by itself.
//!
//! SQLite and Postgres run the same statements, so a statement uses only what both have.

mod amendments;
mod backup;
mod condition;
mod conversations;
mod counts;
mod keys;
mod last_known;
mod news;
mod notices;
mod posts;
mod questions;
mod version;
mod votes;
mod watches;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use tokio::sync::Mutex;
use tokio::time::timeout;

pub use backup::RowCounts;
pub use condition::Condition;
pub use conversations::{LastAnswer, Place};
pub use counts::{Count, Counted};
pub use last_known::LastKnown;
pub use news::News;
pub use posts::{Correction, EditOutcome, PendingEdit, Post, PostedVersion, Progress};
pub use questions::{KeptQuestion, WhyKept};
pub use votes::{Vote, Votes};
pub use watches::Watched;

use keys::Key;
use questions::random_id;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long anybody waits for the store. Discord shows "thinking" meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long SQLite waits for another process that writes, in milliseconds. Less than [`PATIENCE`], so
/// that the error is its own.
const BUSY: &str = "PRAGMA busy_timeout = 2500";

const CONNECTIONS: u32 = 4;

/// How often a row is given the next free number: another process may have taken it.
const TRIES: u32 = 5;

/// A database. Cheap to open: it connects when it is used first. A clone shares the connections.
#[derive(Clone)]
pub struct Store {
    url: String,
    /// The file of an SQLite database.
    file: Option<PathBuf>,
    /// Tells what this process counts from what others do.
    process: i64,
    pool: Arc<Mutex<Option<Connected>>>,
    /// That of a day.
    conversation_key: Arc<std::sync::Mutex<Option<(Date, Key)>>>,
}

/// A connection with all migrations applied.
struct Connected {
    pool: AnyPool,
    /// Identifies the file of an SQLite database.
    file: Option<FileId>,
}

/// The device and the number of a file.
type FileId = (u64, u64);

/// Why the store did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the address of the store is neither a file nor a Postgres database")]
    Address,
    #[error("the store did not answer in time")]
    Slow,
    #[error(
        "the store was used by a newer version of Caseclerk: its tables are of version {found}, \
         and this program knows those up to {known}. Run that version or a later one, or go back \
         to the backup from before the upgrade"
    )]
    Newer { found: i64, known: i64 },
    #[error("the tables of the store are not those that Caseclerk made; go back to a backup")]
    OtherTables(#[source] MigrateError),
    #[error("the store holds something that this version does not understand: {0}")]
    NotUnderstood(String),
    #[error("the store is damaged ({0}); go back to a backup")]
    Damaged(String),
    #[error("the store holds something already; to replace that by the backup, add --replace")]
    NotEmpty,
    #[error("there is no store yet; the first start of the bot makes it")]
    Missing,
    #[error("{} is not a backup of a store", .0.display())]
    NotABackup(PathBuf),
    #[error(
        "the backup was made by a newer version of Caseclerk: its tables are of version {found}, \
         and this program knows those up to {known}. Restore it with that version or a later one"
    )]
    NewerBackup { found: i64, known: i64 },
    #[error("{} exists already; name a new file", .0.display())]
    Exists(PathBuf),
    #[error("cannot {action} {}: {cause}", path.display())]
    File { action: &'static str, path: PathBuf, cause: std::io::Error },
    #[error("the system gives no random numbers: {0}")]
    NoRandomness(String),
    /// Without the address, which may hold a password.
    #[error("the store failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl Store {
    /// `address` is the path of a file for SQLite, or `postgres://…`.
    pub fn open(address: &str) -> Result<Self, StoreError> {
        install_default_drivers();
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|p| address.starts_with(p));
        let (url, file) = match is_postgres {
            true => (address.to_owned(), None),
            false if address.contains("://") => return Err(StoreError::Address),
            false => (sqlite_url(address, "rwc"), Some(PathBuf::from(address))),
        };
        AnyConnectOptions::from_str(&url).map_err(|_| StoreError::Address)?;
        let (pool, conversation_key) = Default::default();
        Ok(Self { url, file, process: random_id(), pool, conversation_key })
    }

    /// Whether it is a database that is reached over a network.
    pub fn is_remote(&self) -> bool {
        self.file.is_none()
    }

    /// The file of an SQLite database that does not exist yet. The first use would make it.
    pub fn missing_file(&self) -> Option<&Path> {
        self.file.as_deref().filter(|file| !file.exists())
    }

    /// The result of an operation, or an error if it takes too long.
    async fn with<T>(
        &self,
        operation: impl AsyncFnOnce(&AnyPool) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let work = async {
            let pool = self.pool().await?;
            operation(&pool).await
        };
        timeout(PATIENCE, work).await.unwrap_or(Err(StoreError::Slow))
    }

    /// The connected database. A file that somebody has removed or replaced is opened again: an open
    /// connection would go on writing into the removed one.
    async fn pool(&self) -> Result<AnyPool, StoreError> {
        let mut connected = self.pool.lock().await;
        let file = || self.file.as_deref().and_then(file_id);
        if let Some(Connected { pool, file: opened }) = &*connected
            && *opened == file()
        {
            return Ok(pool.clone());
        }
        *connected = None;
        if let Some(folder) = self.file.as_deref().and_then(Path::parent) {
            // If this fails, so does connecting, which says why.
            let _ = std::fs::create_dir_all(folder);
        }
        let pool = connect(&self.url, self.file.as_deref()).await?;
        *connected = Some(Connected { pool: pool.clone(), file: file() });
        Ok(pool)
    }
}

/// `mode` is that of SQLite: `ro`, `rw`, or `rwc` to create the file.
fn sqlite_url(file: &str, mode: &str) -> String {
    let file = file.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite:{file}?mode={mode}")
}

fn file_id(file: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata().ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// A pool of connections, and all migrations applied.
async fn connect(url: &str, file: Option<&Path>) -> Result<AnyPool, StoreError> {
    let is_sqlite = file.is_some();
    // A connection of its own shows what is wrong. A pool would try again and again to set one up, and
    // then say only that it took too long.
    let mut first = AnyConnection::connect(url).await?;
    set_up(&mut first, is_sqlite).await?;
    let is_due = version::prepare(&mut first, file, version::newest()).await?;
    first.close().await?;
    let options = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
    let options = options.after_connect(move |connection, _| set_up(connection, is_sqlite));
    let pool = options.connect_lazy(url)?;
    // Two processes must not apply the same one. The lock belongs to a connection, and a pooler between
    // us and Postgres may take that away meanwhile, so nobody takes the lock without need.
    let mut migrations = sqlx::migrate!();
    migrations.set_locking(is_due);
    migrations.run(&pool).await.map_err(migration_error)?;
    Ok(pool)
}

fn set_up(
    connection: &mut AnyConnection,
    is_sqlite: bool,
) -> Pin<Box<dyn Future<Output = Result<(), sqlx::Error>> + Send + '_>> {
    Box::pin(async move {
        if is_sqlite {
            // A commit is on disk when it returns, whatever happens to the machine then.
            for pragma in [BUSY, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"] {
                connection.execute(pragma).await?;
            }
        }
        Ok(())
    })
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_)
        | MigrateError::VersionMismatch(_)
        | MigrateError::VersionTooNew(..)
        | MigrateError::VersionTooOld(..) => StoreError::OtherTables(error),
        error => StoreError::Database(error.into()),
    }
}

/// Whether another process has taken the number of a new row meanwhile; see [`TRIES`].
fn is_taken(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.is_unique_violation())
}

/// A value that was stored as text.
fn parse<T: FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::NotUnderstood(text.to_owned()))
}

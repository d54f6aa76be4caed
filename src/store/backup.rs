//! Backups of the store. A backup is an SQLite file with the same tables, whichever database the
//! store is in. So a backup of one database can be restored into the other, which is also how an
//! operator moves from SQLite to Postgres.
//!
//! Tables and columns are those that the migrations made; none is listed here. Only a table with a
//! column `secret` is special: no backup has its rows, because a backup would keep what the store
//! deletes so that nobody can find out who voted.

use std::fs::File;
use std::io;
use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::any::{AnyArguments, AnyRow, AnyTypeInfoKind};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, Column, Connection, Executor, Row, ValueRef};
use tempfile::NamedTempFile;
use tokio::time::timeout;

use super::news::tell;
use super::{PATIENCE, Store, StoreError, sqlite_url, version};

/// The names of the tables, each with the number of its rows.
pub type RowCounts = Vec<(String, i64)>;

/// Whether a file may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    Yes,
    No,
}

impl Store {
    /// Copies the store into a new file, as it is at one moment. Others may use it meanwhile.
    pub async fn back_up(&self, file: &Path) -> Result<RowCounts, StoreError> {
        if file.symlink_metadata().is_ok() {
            return Err(StoreError::Exists(file.to_owned()));
        }
        let mut store = self.connect_as_it_is().await?;
        let copy = match self.file {
            Some(_) => copy_of(&mut store, file).await?,
            None => copy_of_postgres(&mut store, file).await?,
        };
        let mut sqlite = connect(&url_of(copy.path(), "ro")?).await?;
        let counts = count_rows(&mut sqlite).await?;
        sqlite.close().await?;
        keep(copy, file, Overwrite::No)?;
        Ok(counts)
    }

    /// Fills the store with the rows of a backup, all or nothing. What it holds already is deleted
    /// if `replace` is on, and an error otherwise.
    pub async fn restore(&self, file: &Path, replace: bool) -> Result<RowCounts, StoreError> {
        let mut backup = upgraded(file).await?;
        let counts = count_rows(&mut backup).await?;
        let pool = timeout(PATIENCE, self.pool()).await.map_err(|_| StoreError::Slow)??;
        // SQLite then lets nobody else write meanwhile.
        let begin = if self.file.is_some() { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let mut store = pool.begin_with(begin).await?;
        // A table refers only to tables that are older.
        for (table, _) in counts.iter().rev() {
            if !replace && count(&mut store, table).await? > 0 {
                return Err(StoreError::NotEmpty);
            }
            sqlx::query(&format!("DELETE FROM {table}")).execute(&mut *store).await?;
        }
        copy_rows(&mut backup, &mut store, &counts).await?;
        tell(&mut store).await?;
        store.commit().await?;
        Ok(counts)
    }

    /// A connection that neither makes a store nor upgrades one.
    async fn connect_as_it_is(&self) -> Result<AnyConnection, StoreError> {
        if self.missing_file().is_some() {
            return Err(StoreError::Missing);
        }
        let mut connection = match &self.file {
            Some(file) => connect(&url_of(file, "ro")?).await?,
            None => connect(&self.url).await?,
        };
        match version::of(&mut connection).await? {
            0 => Err(StoreError::Missing),
            _ => Ok(connection),
        }
    }
}

/// A complete copy of an SQLite database, in the folder of `file`.
pub async fn copy_of(
    database: &mut AnyConnection,
    file: &Path,
) -> Result<NamedTempFile, StoreError> {
    let copy = new_file_beside(file)?;
    let path = text_of(copy.path())?.to_owned();
    sqlx::query("VACUUM INTO $1").bind(path).execute(database).await?;
    let mut sqlite = connect(&url_of(copy.path(), "rw")?).await?;
    delete_secrets(&mut sqlite).await?;
    sqlite.close().await?;
    Ok(copy)
}

/// Overwrites them, too: SQLite usually leaves what it has deleted in the file.
async fn delete_secrets(sqlite: &mut AnyConnection) -> Result<(), StoreError> {
    sqlite.execute("PRAGMA secure_delete = ON").await?;
    let statement = "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                     WHERE m.type = 'table' AND c.name = 'secret'";
    let tables: Vec<String> = sqlx::query_scalar(statement).fetch_all(&mut *sqlite).await?;
    for table in tables {
        sqlx::query(&format!("DELETE FROM {table}")).execute(&mut *sqlite).await?;
    }
    Ok(())
}

async fn copy_of_postgres(
    store: &mut AnyConnection,
    file: &Path,
) -> Result<NamedTempFile, StoreError> {
    let mut moment = store.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let (found, known) = (version::of(&mut moment).await?, version::newest());
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let copy = new_file_beside(file)?;
    let mut sqlite = connect(&url_of(copy.path(), "rw")?).await?;
    version::migrate(&mut sqlite, 0, found).await?;
    let tables = count_rows(&mut sqlite).await?;
    let mut rows = sqlite.begin().await?;
    copy_rows(&mut moment, &mut rows, &tables).await?;
    rows.commit().await?;
    delete_secrets(&mut sqlite).await?;
    sqlite.close().await?;
    Ok(copy)
}

/// Gives a complete copy its name. It is on disk then, whatever happens to the machine.
pub fn keep(copy: NamedTempFile, file: &Path, overwrite: Overwrite) -> Result<(), StoreError> {
    let cannot = |cause| cannot("write", file, cause);
    copy.as_file().sync_all().map_err(cannot)?;
    let kept = match overwrite {
        Overwrite::Yes => copy.persist(file),
        Overwrite::No => copy.persist_noclobber(file),
    };
    kept.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists(file.to_owned()),
        _ => cannot(error.error),
    })?;
    File::open(folder_of(file)).and_then(|folder| folder.sync_all()).map_err(cannot)
}

/// The rows of a backup in the tables that this program needs, in memory.
async fn upgraded(file: &Path) -> Result<AnyConnection, StoreError> {
    File::open(file).map_err(|cause| cannot("read", file, cause))?;
    let mut backup = connect(&url_of(file, "ro")?).await?;
    // A file that is no database is an error here.
    let found = version::of(&mut backup).await.unwrap_or_default();
    let known = version::newest();
    if found == 0 {
        return Err(StoreError::NotABackup(file.to_owned()));
    }
    if found > known {
        return Err(StoreError::NewerBackup { found, known });
    }
    let mut memory = connect("sqlite::memory:").await?;
    version::migrate(&mut memory, 0, found).await?;
    let tables = count_rows(&mut memory).await?;
    copy_rows(&mut backup, &mut memory, &tables).await?;
    backup.close().await?;
    version::migrate(&mut memory, found, known).await?;
    Ok(memory)
}

/// The tables of an SQLite database, oldest first.
async fn count_rows(sqlite: &mut AnyConnection) -> Result<RowCounts, StoreError> {
    let statement = "SELECT name FROM sqlite_master WHERE type = 'table' \
                     AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_sqlx_*' ORDER BY rowid";
    let tables: Vec<String> = sqlx::query_scalar(statement).fetch_all(&mut *sqlite).await?;
    let mut counts = Vec::new();
    for table in tables {
        let rows = count(sqlite, &table).await?;
        counts.push((table, rows));
    }
    Ok(counts)
}

async fn count(database: &mut AnyConnection, table: &str) -> Result<i64, StoreError> {
    let statement = format!("SELECT count(*) FROM {table}");
    Ok(sqlx::query_scalar(&statement).fetch_one(database).await?)
}

async fn copy_rows(
    from: &mut AnyConnection,
    to: &mut AnyConnection,
    tables: &RowCounts,
) -> Result<(), StoreError> {
    for (table, _) in tables {
        let statement = format!("SELECT * FROM {table}");
        let mut rows = sqlx::query(&statement).fetch(&mut *from);
        while let Some(row) = rows.try_next().await? {
            insert(to, table, &row).await?;
        }
    }
    Ok(())
}

async fn insert(to: &mut AnyConnection, table: &str, row: &AnyRow) -> Result<(), StoreError> {
    let (mut names, mut places, mut filled) = (Vec::new(), Vec::new(), Vec::new());
    for column in row.columns() {
        names.push(column.name());
        match row.try_get_raw(column.ordinal())?.is_null() {
            // Postgres wants to know the type of a value, and NULL has none.
            true => places.push("NULL".to_owned()),
            false => {
                filled.push(column.ordinal());
                places.push(format!("${}", filled.len()));
            }
        }
    }
    let (names, places) = (names.join(", "), places.join(", "));
    let statement = format!("INSERT INTO {table} ({names}) VALUES ({places})");
    let mut insert = sqlx::query(&statement);
    for place in filled {
        insert = bind(insert, row, place)?;
    }
    insert.execute(to).await?;
    Ok(())
}

/// Binds a value of a row to a statement.
fn bind<'q>(
    statement: Query<'q, Any, AnyArguments<'q>>,
    row: &AnyRow,
    place: usize,
) -> Result<Query<'q, Any, AnyArguments<'q>>, sqlx::Error> {
    Ok(match row.try_get_raw(place)?.type_info().kind() {
        AnyTypeInfoKind::Null => statement,
        AnyTypeInfoKind::Bool => statement.bind(row.try_get::<bool, _>(place)?),
        AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
            statement.bind(row.try_get::<i64, _>(place)?)
        }
        AnyTypeInfoKind::Real | AnyTypeInfoKind::Double => {
            statement.bind(row.try_get::<f64, _>(place)?)
        }
        AnyTypeInfoKind::Text => statement.bind(row.try_get::<String, _>(place)?),
        AnyTypeInfoKind::Blob => statement.bind(row.try_get::<Vec<u8>, _>(place)?),
    })
}

pub async fn connect(url: &str) -> Result<AnyConnection, StoreError> {
    Ok(timeout(PATIENCE, AnyConnection::connect(url)).await.map_err(|_| StoreError::Slow)??)
}

/// An empty file that only its owner can read, and that is deleted again unless it is kept.
pub fn new_file_beside(file: &Path) -> Result<NamedTempFile, StoreError> {
    let new = tempfile::Builder::new().prefix(".caseclerk-backup-").tempfile_in(folder_of(file));
    new.map_err(|cause| cannot("write", file, cause))
}

pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub fn url_of(file: &Path, mode: &str) -> Result<String, StoreError> {
    Ok(sqlite_url(text_of(file)?, mode))
}

fn text_of(file: &Path) -> Result<&str, StoreError> {
    let unusual = || cannot("use", file, io::Error::other("its path is not UTF-8"));
    file.to_str().ok_or_else(unusual)
}

pub fn cannot(action: &'static str, path: &Path, cause: io::Error) -> StoreError {
    StoreError::File { action, path: path.to_owned(), cause }
}

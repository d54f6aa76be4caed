//! The version of the tables, which is the number of the last migration.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::migrate::Migrate;
use tracing::{info, warn};

use super::backup::{Overwrite, copy_of, keep};
use super::{MIGRATIONS, StoreError, migration_error};

/// The version that this program needs.
pub fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// The version of the tables in a database; 0 if there are none.
pub async fn of(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let has_tables = match connection.backend_name() {
        "SQLite" => "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
        _ => {
            "SELECT count(*) FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'"
        }
    };
    let has_tables: i64 = sqlx::query_scalar(has_tables).fetch_one(&mut *connection).await?;
    if has_tables == 0 {
        return Ok(0);
    }
    let version = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
    Ok(sqlx::query_scalar(version).fetch_one(connection).await?)
}

/// Applies the migrations after one version up to another one.
pub async fn migrate(
    connection: &mut AnyConnection,
    after: i64,
    up_to: i64,
) -> Result<(), StoreError> {
    connection.ensure_migrations_table().await.map_err(migration_error)?;
    let is_due = |version| version > after && version <= up_to;
    for migration in MIGRATIONS.iter().filter(|migration| is_due(migration.version)) {
        connection.apply(migration).await.map_err(migration_error)?;
    }
    Ok(())
}

/// Refuses a database of a newer version than this program knows, and backs up an SQLite database
/// of an older one, because a migration cannot be undone. `file` is that of SQLite. Returns whether
/// migrations are due.
pub async fn prepare(
    connection: &mut AnyConnection,
    file: Option<&Path>,
    known: i64,
) -> Result<bool, StoreError> {
    let found = of(connection).await?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if let Some(file) = file.filter(|_| (1..known).contains(&found)) {
        back_up_before(known, found, connection, file).await?;
    }
    Ok(found < known)
}

/// Keeps one such backup.
async fn back_up_before(
    version: i64,
    found: i64,
    connection: &mut AnyConnection,
    file: &Path,
) -> Result<(), StoreError> {
    let backup = backup_of(file, version);
    let copy = copy_of(connection, &backup).await?;
    if of(connection).await? != found {
        // Another process has backed it up and upgraded it meanwhile.
        return Ok(());
    }
    keep(copy, &backup, Overwrite::Yes)?;
    info!(file = %backup.display(), "the store was backed up before its upgrade");
    for old in 1..version {
        // Most of them do not exist.
        let _ = std::fs::remove_file(backup_of(file, old));
    }
    Ok(())
}

/// The backup of an SQLite file from before its upgrade to a version.
fn backup_of(file: &Path, version: i64) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".before-{version}"));
    PathBuf::from(name)
}

/// Deletes such a backup if it was made before a time. It holds questions, which must not be kept
/// longer than the store keeps them.
pub fn forget_backup(file: &Path, before: Timestamp) {
    for backup in (1..=newest()).map(|version| backup_of(file, version)) {
        let made = backup.metadata().and_then(|backup| backup.modified());
        if made.is_ok_and(|made| made < SystemTime::from(before))
            && let Err(error) = std::fs::remove_file(&backup)
        {
            warn!(file = %backup.display(), %error, "an old backup of the store cannot be deleted");
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use sqlx::Connection;

    use super::*;
    use crate::store::{Store, sqlite_url};

    #[test]
    fn a_backup_is_deleted_as_soon_as_its_questions_are_too_old() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("desk.db");
        let backup = backup_of(&store, newest());
        std::fs::write(&store, "").unwrap();
        std::fs::write(&backup, "").unwrap();
        let made = Timestamp::try_from(backup.metadata().unwrap().modified().unwrap()).unwrap();
        forget_backup(&store, made);
        assert!(backup.exists());
        forget_backup(&store, made + SignedDuration::from_secs(1));
        assert!(!backup.exists() && store.exists());
    }

    #[tokio::test]
    async fn before_an_upgrade_one_backup_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        Store::open(file.to_str().unwrap()).unwrap().amendments().await.unwrap();
        let url = sqlite_url(file.to_str().unwrap(), "rw");
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        let found = of(&mut connection).await.unwrap();
        let backups = || {
            let names = std::fs::read_dir(&folder).unwrap();
            let names = names.map(|file| file.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = names.filter(|name| name.contains("before")).collect();
            names.sort();
            names
        };
        prepare(&mut connection, Some(&file), found).await.unwrap();
        assert_eq!(backups(), [""; 0]);
        for newer in [found + 1, found + 2, found + 2] {
            prepare(&mut connection, Some(&file), newer).await.unwrap();
            assert_eq!(backups(), [format!("desk.db.before-{newer}")]);
        }
        let backup = sqlite_url(&format!("{}.before-{}", file.display(), found + 2), "ro");
        let mut backup = AnyConnection::connect(&backup).await.unwrap();
        assert_eq!(of(&mut backup).await.unwrap(), found);
    }
}

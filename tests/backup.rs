//! `caseclerk store`: backups of both databases, restored into both.

#![cfg(feature = "discord")]

#[macro_use]
#[path = "support/database.rs"]
mod database;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use caseclerk::knowledge::{Change, EntryId};
use caseclerk::store::StoreError;
use database::Database;
use jiff::Timestamp;
use sqlx::{Connection, Executor};

contract! {
    what_is_restored_is_what_was_backed_up
    a_store_that_holds_something_is_replaced_only_on_demand
    a_restore_that_fails_changes_nothing
    a_backup_of_a_newer_version_is_refused
    a_store_is_neither_made_nor_upgraded_by_a_backup
}

const NEWER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                     execution_time) VALUES (9999, 'later', true, '', 0)";

fn phrasing(words: &str) -> Change {
    Change::Phrasing { entry: EntryId::new("status/is-it-over"), words: words.to_owned() }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("a time")
}

/// A new file for a backup.
fn file_of(database: &Database) -> PathBuf {
    database.folder.path().join("it's a 100% backup?.db")
}

/// Every row of every table, as text.
async fn rows_of(backup: &Path) -> Vec<String> {
    let path = backup.display().to_string().replace('%', "%25").replace('?', "%3F");
    let mut backup = database::connect(&format!("sqlite:{path}?mode=ro")).await;
    let tables = "SELECT name, (SELECT group_concat('quote(' || name || ')', ' || ') \
                  FROM pragma_table_info(m.name)) FROM sqlite_master m \
                  WHERE type = 'table' AND name NOT LIKE '%sqlx%' ORDER BY name";
    let tables: Vec<(String, String)> =
        sqlx::query_as(tables).fetch_all(&mut backup).await.expect("tables");
    let mut rows = Vec::new();
    for (table, columns) in tables {
        let statement = format!("SELECT '{table} ' || {columns} FROM {table} ORDER BY 1");
        let more: Vec<String> =
            sqlx::query_scalar(&statement).fetch_all(&mut backup).await.expect("rows");
        rows.extend(more);
    }
    rows
}

async fn what_is_restored_is_what_was_backed_up(database: Database) {
    for from in [Database::sqlite(), database.another().await] {
        from.make(i64::MAX).await;
        let (first, second) = (file_of(&from), from.folder.path().join("second.db"));
        let backed_up = from.open().back_up(&first).await.unwrap();
        let to = database.another().await.open();
        assert_eq!(to.restore(&first, false).await.unwrap(), backed_up);
        to.back_up(&second).await.unwrap();
        for file in [&first, &second] {
            let bytes = fs::read(file).unwrap();
            let holds = |words: &[u8]| bytes.windows(words.len()).any(|found| found == words);
            assert!(holds(b"zorgle flim") && !holds(b"c0ffee"), "no secret may outlast its month");
        }
        let rows = rows_of(&second).await;
        assert!(rows.iter().any(|row| row.contains("zorgle flim")), "{rows:?}");
        assert_eq!(rows, rows_of(&first).await);
        let before = from.open().all_amendments(None, 99).await.unwrap();
        assert_eq!(to.all_amendments(None, 99).await.unwrap(), before);
    }
}

async fn a_store_that_holds_something_is_replaced_only_on_demand(database: Database) {
    let from = Database::sqlite();
    from.open().amend(&[phrasing("from the backup")], "1", now()).await.unwrap();
    let backup = file_of(&from);
    from.open().back_up(&backup).await.unwrap();
    let store = database.open();
    store.amend(&[phrasing("its own")], "1", now()).await.unwrap();
    let refused = store.restore(&backup, false).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotEmpty), "{refused}");
    assert_eq!(store.amendments().await.unwrap()[0].change, phrasing("its own"));
    store.restore(&backup, true).await.unwrap();
    let amendments = store.amendments().await.unwrap();
    assert_eq!(amendments.len(), 1);
    assert_eq!(amendments[0].change, phrasing("from the backup"));
}

async fn a_restore_that_fails_changes_nothing(database: Database) {
    let from = Database::sqlite();
    from.make(i64::MAX).await;
    let store = database.open();
    store.amend(&[phrasing("its own")], "1", now()).await.unwrap();
    let mut connection = database.connect().await;
    connection.execute("ALTER TABLE questions RENAME COLUMN note TO remark").await.unwrap();
    let failed = store.restore(Path::new(&from.address), true).await.unwrap_err();
    assert!(failed.to_string().contains("note"), "{failed}");
    let amendments = store.amendments().await.unwrap();
    assert_eq!(amendments.len(), 1);
    assert_eq!(amendments[0].change, phrasing("its own"));
}

async fn a_backup_of_a_newer_version_is_refused(database: Database) {
    let from = Database::sqlite();
    from.make(i64::MAX).await;
    from.connect().await.execute(NEWER).await.unwrap();
    let refused = database.open().restore(Path::new(&from.address), true).await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerBackup { found: 9999, .. }), "{refused}");
    assert!(refused.to_string().contains("Restore it with that version"), "{refused}");
}

async fn a_store_is_neither_made_nor_upgraded_by_a_backup(database: Database) {
    let backup = file_of(&database);
    let refused = database.open().back_up(&backup).await.unwrap_err();
    assert!(matches!(refused, StoreError::Missing), "{refused}");
    assert!(!backup.exists());
    database.make(1).await;
    database.open().back_up(&backup).await.unwrap();
    let version = "SELECT max(version) FROM _sqlx_migrations";
    let version: i64 =
        sqlx::query_scalar(version).fetch_one(&mut database.connect().await).await.unwrap();
    assert_eq!(version, 1);
}

#[tokio::test]
async fn what_is_not_committed_yet_is_not_in_a_backup() {
    let database = Database::sqlite();
    let store = database.open();
    store.amend(&[phrasing("committed")], "1", now()).await.unwrap();
    let mut writer = database.connect().await;
    writer.execute("BEGIN IMMEDIATE").await.unwrap();
    writer.execute("UPDATE amendments SET words = 'not committed'").await.unwrap();
    let backup = file_of(&database);
    store.back_up(&backup).await.unwrap();
    writer.execute("COMMIT").await.unwrap();
    writer.close().await.unwrap();
    let rows = rows_of(&backup).await;
    assert!(rows.len() == 1 && rows[0].contains("'committed'"), "{rows:?}");
}

#[tokio::test]
async fn what_is_no_backup_is_refused_and_left_alone() {
    let database = Database::sqlite();
    let file = file_of(&database);
    let refuse = async || database.open().restore(&file, true).await.unwrap_err().to_string();
    assert!(refuse().await.contains("No such file"));
    for content in ["", "caption = \"Doe v. Example\""] {
        fs::write(&file, content).unwrap();
        assert!(refuse().await.contains("is not a backup of a store"));
        assert_eq!(fs::read_to_string(&file).unwrap(), content);
    }
}

/// The program, with this store.
fn caseclerk(database: &Database, arguments: &[&str], file: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
    command.env_clear().env("CASECLERK_STORE_ADDRESS", &database.address);
    command.arg("store").args(arguments).arg(file).output().expect("it starts")
}

#[tokio::test]
async fn operators_are_told_what_was_done_and_what_was_not() {
    let database = Database::sqlite();
    database.make(1).await;
    // As a running bot, which upgrades it.
    let running = database.open();
    running.amendments().await.unwrap();
    let backup = file_of(&database);
    let output = caseclerk(&database, &["backup"], &backup);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text.contains(": 5 amendments, 3 questions"), "{text}");
    let mode = fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let files = fs::read_dir(database.folder.path()).unwrap().count();
    assert_eq!(files, 2, "the folder of the store and the backup");
    for (arguments, said) in
        [(&["backup"][..], "exists already; name a new file"), (&["restore"], "add --replace")]
    {
        let output = caseclerk(&database, arguments, &backup);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(said), "{text}");
        assert_eq!(output.status.code(), Some(2));
    }
    let output = caseclerk(&database, &["restore", "--replace"], &backup);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(running.all_amendments(None, 99).await.unwrap().len(), 5);
    let nothing = Database { address: String::new(), ..database };
    let output = caseclerk(&nothing, &["restore"], &backup);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && text.contains("there is no store; name"), "{text}");
}

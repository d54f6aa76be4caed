//! A store of any earlier version is upgraded, and still holds what it held.
//!
//! `tests/migrations/` has sample rows for each migration.

#![cfg(feature = "discord")]

#[macro_use]
#[path = "support/database.rs"]
mod database;

use std::fs;
use std::path::{Path, PathBuf};

use caseclerk::knowledge::{Change, EntryId, Scope};
use caseclerk::store::{Count, Counted, Store, Votes, WhyKept};
use database::{Database, samples_of, versions};
use jiff::civil::date;

contract! {
    a_store_of_any_version_is_upgraded
    a_backup_of_any_version_can_be_restored
}

#[test]
fn every_migration_has_sample_rows() {
    for version in versions() {
        let file = samples_of(version);
        let samples = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            samples.contains("INSERT INTO"),
            "{} has no rows. Write some as people may have them after migration {version}, for \
             every table that it makes or changes: later migrations are tested with them",
            file.display()
        );
    }
}

#[tokio::test]
async fn every_table_has_sample_rows() {
    let database = Database::sqlite();
    database.make(i64::MAX).await;
    let mut connection = database.connect().await;
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlx%'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap();
    assert!(!tables.is_empty());
    for table in tables {
        let rows = format!("SELECT count(*) FROM {table}");
        let rows: i64 = sqlx::query_scalar(&rows).fetch_one(&mut connection).await.unwrap();
        assert!(rows > 0, "no file of tests/migrations has rows of the table `{table}`");
    }
}

async fn a_store_of_any_version_is_upgraded(database: Database) {
    for version in versions() {
        let old = database.another().await;
        old.make(version).await;
        holds_the_samples(&old.open(), version).await;
        let newest = versions().last().copied().expect("a migration");
        let backup = PathBuf::from(format!("{}.before-{newest}", old.address));
        let is_due = !old.is_postgres() && version < newest;
        assert_eq!(backup.exists(), is_due, "a backup of version {version}");
    }
}

async fn a_backup_of_any_version_can_be_restored(database: Database) {
    for version in versions() {
        let old = Database::sqlite();
        old.make(version).await;
        let new = database.another().await.open();
        new.restore(Path::new(&old.address), false).await.unwrap();
        holds_the_samples(&new, version).await;
    }
}

/// Reads the samples of the migrations up to a version as the program does.
async fn holds_the_samples(store: &Store, version: i64) {
    assert!(version >= 1);
    let changes = store.all_amendments(None, 10).await.unwrap();
    let kinds: Vec<i64> = changes.iter().map(|change| change.id).collect();
    assert_eq!(kinds, [5, 4, 3, 2, 1]);
    let hold = Change::Hold {
        scope: Scope::Entry(EntryId::new("money/will-i-be-paid")),
        reason: "don't know; ask".to_owned(),
        until: Some(date(2027, 2, 28)),
    };
    assert_eq!(changes[2].change, hold);
    assert_eq!(changes[3].undone.as_ref().map(|(by, _)| by.as_str()), Some("78"));
    let questions = store.kept_questions(10).await.unwrap();
    let why: Vec<WhyKept> = questions.iter().map(|question| question.why).collect();
    assert_eq!(why, [WhyKept::NotRight, WhyKept::Ambiguous, WhyKept::Unanswered]);
    assert_eq!(questions[0].note.as_deref(), Some("it's old"));
    assert_eq!(questions[2].id, i64::MAX);
    if version >= 2 {
        let day = date(2023, 11, 14);
        let counted = Counted::Answered(EntryId::new("status/is-it-over"));
        let counts = store.counts(day, day).await.unwrap();
        assert_eq!(counts, [Count { day, counted, total: 7 }]);
    }
    if version >= 3 {
        let votes = store.votes_since(date(2023, 11, 15)).await.unwrap();
        let of = |entry: &str| votes[&EntryId::new(entry)];
        assert_eq!(of("status/is-it-over"), Votes { helpful: 0, not_right: 1 });
        assert_eq!(of("money/will-i-be-paid"), Votes { helpful: 1, not_right: 0 });
    }
    if version >= 4 {
        let posted = store.posted_versions().await.unwrap();
        let messages: u64 = posted.iter().map(|version| version.messages).sum();
        assert_eq!(messages, 2);
        let corrections = store.corrections(10).await.unwrap();
        assert_eq!(corrections[0].question, "Is the case over?");
        let progress = store.progress(corrections[0].id).await.unwrap();
        assert_eq!((progress.corrected, progress.pending), (1, 0));
    }
}

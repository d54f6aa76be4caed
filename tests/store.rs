//! The store, on SQLite and, with the feature `postgres-tests`, on the Postgres whose address is in
//! `CASECLERK_TEST_POSTGRES`: the same contract for both.

#![cfg(feature = "discord")]

#[macro_use]
#[path = "support/database.rs"]
mod database;

use caseclerk::knowledge::{Amendment, Change, EntryId, Scope, TopicId};
use caseclerk::store::{
    Correction, Count, Counted, EditOutcome, KeptQuestion, LastAnswer, Place, Post, PostedVersion,
    Progress, Store, StoreError, Vote, Votes, WhyKept,
};
use database::Database;
use jiff::Timestamp;
use jiff::civil::{Date, date};

contract! {
    every_change_is_read_back_as_it_was_made
    what_is_undone_stays_on_record
    changes_by_many_at_once_each_get_an_id
    questions_are_kept_until_they_are_old_or_dealt_with
    two_processes_see_the_same
    a_member_has_one_vote_on_an_answer
    where_a_conversation_stands_is_known_to_all_until_it_expires
    only_one_process_gets_a_turn
    every_post_of_an_old_version_is_corrected_once
    corrections_by_many_at_once_each_get_an_id
    a_total_that_is_stored_twice_counts_once
    counts_are_added_over_processes_and_kept_until_they_are_old
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn phrasing(words: &str) -> Change {
    Change::Phrasing { entry: EntryId::new("status/is-it-over"), words: words.to_owned() }
}

async fn every_change_is_read_back_as_it_was_made(database: Database) {
    let store = database.open();
    let hold =
        |scope, until| Change::Hold { scope, reason: "“new” facts; don't".to_owned(), until };
    let changes = [
        phrasing("is it, like, over??"),
        Change::Elsewhere { words: "can i claim for the pumpkins 🎃".to_owned() },
        hold(Scope::Entry(EntryId::new("money/will-i-be-paid")), Some(date(2027, 2, 28))),
        hold(Scope::Topic(TopicId::new("money")), None),
        hold(Scope::Everything, None),
        Change::Checked { on: date(2026, 11, 30) },
    ];
    let before = store.amendments_version().await.unwrap();
    for (number, change) in (1..).zip(&changes) {
        let ids = store.amend(std::slice::from_ref(change), "77", time(1000 + number)).await;
        assert_eq!(ids.unwrap(), [number]);
    }
    assert_ne!(store.amendments_version().await.unwrap(), before);
    let expected: Vec<Amendment> = (1..)
        .zip(changes)
        .map(|(id, change)| Amendment {
            id,
            change,
            made_by: "77".to_owned(),
            made_at: time(1000 + id),
            undone: None,
        })
        .collect();
    assert_eq!(store.amendments().await.unwrap(), expected);
}

async fn what_is_undone_stays_on_record(database: Database) {
    let store = database.open();
    let first = store.amend(&[phrasing("one")], "1", time(10)).await.unwrap()[0];
    let second = store.amend(&[phrasing("two")], "1", time(20)).await.unwrap()[0];
    let before = store.amendments_version().await.unwrap();
    assert!(store.undo(first, "2", time(30)).await.unwrap());
    assert_ne!(store.amendments_version().await.unwrap(), before);
    assert!(!store.undo(first, "3", time(40)).await.unwrap(), "it was undone already");
    assert!(!store.undo(99, "3", time(40)).await.unwrap(), "there is no such change");
    let ids = |amendments: Vec<Amendment>| amendments.iter().map(|a| a.id).collect::<Vec<_>>();
    assert_eq!(ids(store.amendments().await.unwrap()), [second]);
    let all = store.all_amendments(None, 10).await.unwrap();
    assert_eq!(all[1].undone, Some(("2".to_owned(), time(30))));
    assert_eq!(ids(all), [second, first]);
    assert_eq!(ids(store.all_amendments(None, 1).await.unwrap()), [second]);
}

async fn changes_by_many_at_once_each_get_an_id(database: Database) {
    let (first, second) = (database.open(), database.open());
    first.amendments().await.unwrap();
    let change = |number: usize| [phrasing(&format!("{number}a")), phrasing(&format!("{number}b"))];
    let changes: Vec<[Change; 2]> = (0..8).map(change).collect();
    let made = changes.iter().enumerate().map(|(number, changes)| {
        let store = if number % 2 == 0 { &first } else { &second };
        store.amend(changes, "1", time(1))
    });
    let made = futures_util::future::join_all(made).await;
    let mut ids: Vec<i64> = made.into_iter().flat_map(Result::unwrap).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=16).collect::<Vec<i64>>());
}

async fn questions_are_kept_until_they_are_old_or_dealt_with(database: Database) {
    let store = database.open();
    let question = |words: &str, why, at| KeptQuestion {
        id: 0,
        words: words.to_owned(),
        why,
        entry: (why == WhyKept::NotRight).then(|| EntryId::new("status/is-it-over")),
        note: (why == WhyKept::NotRight).then(|| "it's old".to_owned()),
        asked_at: time(at),
    };
    let asked = [
        question("old", WhyKept::Unanswered, 10),
        question("which", WhyKept::Ambiguous, 20),
        question("wrong", WhyKept::NotRight, 30),
    ];
    for question in &asked {
        store.keep(question).await.unwrap();
    }
    let kept = store.kept_questions(10).await.unwrap();
    let without_id = |question: &KeptQuestion| KeptQuestion { id: 0, ..question.clone() };
    assert!(kept.iter().map(without_id).eq(asked.iter().rev().cloned()));
    assert_eq!(store.kept_questions(1).await.unwrap(), kept[..1]);
    assert_eq!(store.forget_questions(time(20)).await.unwrap(), 1);
    store.learn(&[phrasing("wrong")], &[kept[0].id], "1", time(40)).await.unwrap();
    assert_eq!(store.kept_questions(10).await.unwrap(), kept[1..2]);
}

async fn a_member_has_one_vote_on_an_answer(database: Database) {
    let (first, second) = (database.open(), database.open());
    let [over, money] = ["status/is-it-over", "money/will-i-be-paid"].map(EntryId::new);
    let votes = [
        (&first, &over, 1, Vote::Helpful),
        (&second, &over, 2, Vote::Helpful),
        (&first, &money, 1, Vote::NotRight),
        (&second, &over, 1, Vote::NotRight),
    ];
    for (store, entry, member, vote) in votes {
        store.vote(entry, member, vote, time(5)).await.unwrap();
    }
    let expected = [
        (money, Votes { helpful: 0, not_right: 1 }),
        (over.clone(), Votes { helpful: 1, not_right: 1 }),
    ];
    let counted = first.votes_since(date(1970, 1, 1)).await.unwrap();
    assert!(counted.into_iter().eq(expected));
    assert!(first.votes_since(date(1970, 1, 2)).await.unwrap().is_empty());
    // With the key of the month, nobody can say any more whose vote it was.
    first.forget_voters(date(1970, 1, 31)).await.unwrap();
    second.vote(&over, 1, Vote::NotRight, time(6)).await.unwrap();
    assert_eq!(first.votes_since(date(1970, 1, 1)).await.unwrap()[&over].not_right, 1);
    first.forget_voters(date(1970, 2, 1)).await.unwrap();
    second.vote(&over, 1, Vote::NotRight, time(7)).await.unwrap();
    assert_eq!(first.votes_since(date(1970, 1, 1)).await.unwrap()[&over].not_right, 2);
}

async fn where_a_conversation_stands_is_known_to_all_until_it_expires(database: Database) {
    let (first, second) = (database.open(), database.open());
    let place = |member| Place { member, channel: 10 };
    let last = |entry: Option<&str>, at| LastAnswer {
        entry: entry.map(EntryId::new),
        expires_at: time(at),
    };
    let over = last(Some("status/is-it-over"), 600);
    let now = time(0);
    first
        .remember_answers(&[(place(1), over.clone()), (place(2), last(None, 500))], now)
        .await
        .unwrap();
    assert_eq!(second.last_answer(place(1), now).await.unwrap(), Some(over.clone()));
    assert_eq!(second.last_answer(place(2), now).await.unwrap(), Some(last(None, 500)));
    let elsewhere = Place { member: 1, channel: 11 };
    assert_eq!(second.last_answer(elsewhere, now).await.unwrap(), None);
    // An older one comes late.
    second
        .remember_answers(&[(place(1), last(Some("money/will-i-be-paid"), 599))], now)
        .await
        .unwrap();
    assert_eq!(first.last_answer(place(1), now).await.unwrap(), Some(over));
    assert_eq!(first.last_answer(place(1), time(600)).await.unwrap(), None);
    // What is stored says nothing of member and channel, and is deleted.
    let mut connection = database.connect().await;
    let stored = async |connection: &mut _| {
        let select = sqlx::query_scalar("SELECT place FROM conversations ORDER BY expires_at");
        let places: Vec<String> = select.fetch_all(connection).await.unwrap();
        places
    };
    let places = stored(&mut connection).await;
    assert!(places.len() == 2 && places.iter().all(|place| place.len() == 64), "{places:?}");
    second.forget_conversations(time(500)).await.unwrap();
    assert_eq!(stored(&mut connection).await, places[1..]);
    // With the key of the day, nobody can say any more whose it was.
    let tomorrow = time(86_400);
    first.remember_answers(&[(place(1), last(None, 90_000))], tomorrow).await.unwrap();
    first.forget_conversations(tomorrow).await.unwrap();
    let select = sqlx::query_scalar("SELECT day FROM conversation_keys");
    let days: Vec<String> = select.fetch_all(&mut connection).await.unwrap();
    assert_eq!(days, ["1970-01-02"]);
    let new = stored(&mut connection).await;
    assert!(new.len() == 1 && new[0] != places[1], "{new:?}");
}

async fn only_one_process_gets_a_turn(database: Database) {
    let stores: Vec<Store> = (0..4).map(|_| database.open()).collect();
    assert!(stores[0].claim("another", time(100), 5).await.unwrap());
    let claims = stores.iter().map(async |store| store.claim("it", time(100), 6).await.unwrap());
    let got = futures_util::future::join_all(claims).await;
    assert_eq!(got.iter().filter(|got| **got).count(), 1, "{got:?}");
    assert!(!stores[0].claim("it", time(105), 6).await.unwrap());
    assert!(stores[0].claim("another", time(105), 6).await.unwrap());
    assert!(stores[1].claim("it", time(106), 6).await.unwrap());
}

async fn every_post_of_an_old_version_is_corrected_once(database: Database) {
    let (first, second) = (database.open(), database.open());
    let over = EntryId::new("status/is-it-over");
    let post = |message, revision: &str| Post {
        channel: u64::MAX,
        message,
        entry: over.clone(),
        revision: revision.to_owned(),
        posted_at: time(100),
    };
    for message in 1..=5 {
        first.remember_post(&post(message, "old")).await.unwrap();
    }
    // One shows the new answer by now, and one shows none.
    second.remember_post(&post(4, "new")).await.unwrap();
    second.forget_post(5).await.unwrap();
    let counts = |versions: Vec<PostedVersion>| {
        versions.into_iter().map(|it| (it.revision, it.messages)).collect::<Vec<_>>()
    };
    let versions = counts(first.posted_versions().await.unwrap());
    assert_eq!(versions, [("new".to_owned(), 1), ("old".to_owned(), 3)]);

    let correction = Correction {
        id: 0,
        entry: over.clone(),
        question: "Is it over?".to_owned(),
        revision: Some("new".to_owned()),
        messages: 0,
        made_by: "7".to_owned(),
        made_at: time(200),
    };
    assert_eq!(first.correct(&correction).await.unwrap(), 3);
    let stored = Correction { id: 1, messages: 3, ..correction.clone() };
    assert_eq!(second.corrections(9).await.unwrap(), std::slice::from_ref(&stored));
    let mut claimed = Vec::new();
    for store in [&first, &second, &first, &second] {
        claimed.extend(store.claim_edit(time(1000)).await.unwrap());
    }
    assert!(claimed.iter().all(|edit| edit.channel == u64::MAX && edit.correction == stored));
    let mut messages: Vec<u64> = claimed.iter().map(|edit| edit.message).collect();
    messages.sort_unstable();
    assert_eq!(messages, [1, 2, 3]);
    // The process that claimed them has ended.
    let again = second.claim_edit(time(1121)).await.unwrap().unwrap();
    first.settle_edit(&again, EditOutcome::Corrected, Some("new")).await.unwrap();
    second.settle_edit(&again, EditOutcome::Gone, None).await.unwrap();
    for outcome in [EditOutcome::Gone, EditOutcome::Refused] {
        let edit = first.claim_edit(time(1121)).await.unwrap().unwrap();
        first.settle_edit(&edit, outcome, Some("new")).await.unwrap();
    }
    assert_eq!(second.claim_edit(time(9999)).await.unwrap(), None);
    let progress = Progress { pending: 0, corrected: 1, gone: 1, failed: 1 };
    assert_eq!(first.progress(1).await.unwrap(), progress);
    let versions = counts(first.posted_versions().await.unwrap());
    assert_eq!(versions, [("new".to_owned(), 2)]);
    assert_eq!(first.correct(&correction).await.unwrap(), 0, "nothing is left to correct");

    first.leave_as_they_are(&over, "newer").await.unwrap();
    let versions = counts(first.posted_versions().await.unwrap());
    assert_eq!(versions, [("newer".to_owned(), 2)]);
    first.forget_posts(time(101)).await.unwrap();
    assert!(first.posted_versions().await.unwrap().is_empty());
}

async fn corrections_by_many_at_once_each_get_an_id(database: Database) {
    let stores: Vec<Store> = (0..4).map(|_| database.open()).collect();
    let posted = |message: u64| Post {
        channel: 1,
        message,
        entry: EntryId::new(format!("status/{message}")),
        revision: "old".to_owned(),
        posted_at: time(100),
    };
    let correction = |message: u64| Correction {
        id: 0,
        entry: posted(message).entry,
        question: String::new(),
        revision: Some("new".to_owned()),
        messages: 0,
        made_by: "7".to_owned(),
        made_at: time(200),
    };
    for message in 0..4 {
        stores[0].remember_post(&posted(message)).await.unwrap();
    }
    let made = (0..)
        .zip(&stores)
        .map(async |(message, store)| store.correct(&correction(message)).await.unwrap());
    assert_eq!(futures_util::future::join_all(made).await, [1; 4]);
    let made = stores[0].corrections(9).await.unwrap();
    assert_eq!(made.iter().map(|made| made.id).collect::<Vec<_>>(), [4, 3, 2, 1]);
}

async fn two_processes_see_the_same(database: Database) {
    let (first, second) = (database.open(), database.open());
    first.amend(&[phrasing("one")], "1", time(10)).await.unwrap();
    assert_eq!(second.amendments().await.unwrap(), first.amendments().await.unwrap());
    second.undo(1, "2", time(20)).await.unwrap();
    assert_eq!(first.amendments().await.unwrap(), []);
}

fn count(day: Date, counted: Counted, total: u64) -> Count {
    Count { day, counted, total }
}

async fn a_total_that_is_stored_twice_counts_once(database: Database) {
    let store = database.open();
    let day = date(2026, 11, 30);
    let answered = |total| count(day, Counted::Answered(EntryId::new("status/is-it-over")), total);
    for total in [3, 3, 5, 4] {
        let totals = [answered(total), count(day, Counted::Offered, 1)];
        store.write_totals(&totals).await.unwrap();
    }
    let expected = [answered(5), count(day, Counted::Offered, 1)];
    assert_eq!(store.counts(day, day).await.unwrap(), expected);
}

async fn counts_are_added_over_processes_and_kept_until_they_are_old(database: Database) {
    let (first, second) = (database.open(), database.open());
    let everything = [
        Counted::Answered(EntryId::new("status/is-it-over")),
        Counted::Chosen(EntryId::new("status/is-it-over")),
        Counted::Offered,
        Counted::OtherLanguage,
        Counted::OtherMatter,
        Counted::Unanswered,
        Counted::UnderReview,
    ];
    let days = [date(2025, 9, 9), date(2026, 11, 29), date(2026, 11, 30)];
    let of_day = |day| everything.iter().map(move |counted| count(day, counted.clone(), 2));
    let totals: Vec<Count> = days.into_iter().flat_map(of_day).collect();
    first.write_totals(&totals).await.unwrap();
    assert_eq!(second.counts(days[0], days[2]).await.unwrap().len(), totals.len());
    second.write_totals(&[count(days[2], Counted::Offered, 40)]).await.unwrap();
    let last = first.counts(days[2], days[2]).await.unwrap();
    let total_of = |counted| last.iter().find(|count| count.counted == counted).unwrap().total;
    assert_eq!((total_of(Counted::Offered), total_of(Counted::Unanswered)), (42, 2));
    assert_eq!(second.forget_counts(days[1]).await.unwrap(), everything.len() as u64);
    let left = first.counts(days[0], days[1]).await.unwrap();
    assert!(left.len() == everything.len() && left.iter().all(|count| count.day == days[1]));
}

/// What is heard of the changes of another process.
#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn changes_are_heard_of_and_only_these() {
    use caseclerk::store::News;
    use tokio::sync::{Notify, watch};

    let database = Database::postgres().await;
    let (first, second) = (database.open(), database.open());
    let (told, mut news) = watch::channel(News::default());
    let doubt = Notify::new();
    let work = async {
        // The greeting.
        news.wait_for(|news| news.arrive).await.unwrap();
        news.mark_unchanged();
        second.amend(&[phrasing("one")], "1", time(10)).await.unwrap();
        news.changed().await.unwrap();
        second.undo(1, "2", time(20)).await.unwrap();
        news.changed().await.unwrap();
        let entry = EntryId::new("status/is-it-over");
        let post = Post {
            channel: 1,
            message: 1,
            entry: entry.clone(),
            revision: "old".to_owned(),
            posted_at: time(100),
        };
        second.remember_post(&post).await.unwrap();
        second.vote(&entry, 1, Vote::Helpful, time(5)).await.unwrap();
        let correction = Correction {
            id: 0,
            entry,
            question: String::new(),
            revision: Some("new".to_owned()),
            messages: 0,
            made_by: "7".to_owned(),
            made_at: time(200),
        };
        second.correct(&correction).await.unwrap();
        news.changed().await.unwrap();
        let backup = database.folder.path().join("backup.db");
        second.back_up(&backup).await.unwrap();
        second.restore(&backup, true).await.unwrap();
        news.changed().await.unwrap();
        // Votes and posts were told to nobody, or there would be more to hear.
        assert!(!news.has_changed().unwrap());
        doubt.notify_one();
        news.wait_for(|news| !news.arrive).await.unwrap();
        news.wait_for(|news| news.arrive).await.unwrap();
    };
    tokio::select! {
        () = first.listen(&told, &doubt) => unreachable!("it listens for ever"),
        () = work => {}
    }
}

#[tokio::test]
async fn on_sqlite_nothing_is_heard() {
    use caseclerk::store::News;
    use tokio::sync::{Notify, watch};

    let (told, news) = watch::channel(News::default());
    Database::sqlite().open().listen(&told, &Notify::new()).await;
    assert_eq!(*news.borrow(), News::default());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.toml");
    let text = "caption = \"Doe v. Example\"\n".repeat(100);
    std::fs::write(&file, &text).unwrap();
    let store = Store::open(file.to_str().unwrap()).unwrap();
    let error = store.amendments().await.unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    // As soon as the file is gone, it works.
    std::fs::remove_file(&file).unwrap();
    store.amend(&[phrasing("one")], "1", time(10)).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_removed_is_made_again() {
    let database = Database::sqlite();
    let store = database.open();
    store.amend(&[phrasing("one")], "1", time(10)).await.unwrap();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", database.address));
    }
    assert_eq!(store.amendments().await.unwrap(), []);
    assert_eq!(store.amend(&[phrasing("two")], "1", time(10)).await.unwrap(), [1]);
    assert_eq!(database.open().amendments().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_store_that_is_locked_says_so_and_recovers() {
    use sqlx::Executor;
    let database = Database::sqlite();
    let store = database.open();
    store.amend(&[phrasing("one")], "1", time(10)).await.unwrap();
    let other = sqlx::AnyPool::connect(&format!("sqlite:{}", database.address)).await.unwrap();
    let mut writer = other.acquire().await.unwrap();
    writer.execute("BEGIN EXCLUSIVE").await.unwrap();
    let error = store.amend(&[phrasing("two")], "1", time(20)).await.unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");
    writer.execute("COMMIT").await.unwrap();
    assert_eq!(store.amend(&[phrasing("two")], "1", time(20)).await.unwrap(), [2]);
}

#[tokio::test]
async fn a_newer_store_is_refused() {
    use sqlx::Executor;
    let database = Database::sqlite();
    database.open().amendments().await.unwrap();
    let pool = sqlx::AnyPool::connect(&format!("sqlite:{}", database.address)).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                 execution_time) VALUES (9999, 'later', true, x'00', 0)";
    pool.execute(newer).await.unwrap();
    let error = database.open().amendments().await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 9999, .. }), "{error}");
    assert!(error.to_string().contains("Run that version or a later one"), "{error}");
}

#[test]
fn other_addresses_are_refused() {
    for address in ["mysql://localhost/desk", "https://example.org"] {
        assert!(matches!(Store::open(address), Err(StoreError::Address)), "{address}");
    }
}

/// What PRIVACY.md says that the store holds is what it holds.
#[tokio::test]
async fn the_privacy_policy_names_every_column() {
    let database = Database::sqlite();
    database.open().amendments().await.unwrap();
    let pool = sqlx::AnyPool::connect(&format!("sqlite:{}", database.address)).await.unwrap();
    let tables = "SELECT m.name, group_concat(c.name, ', ') FROM sqlite_master m, \
                  pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' \
                  ESCAPE '\\' GROUP BY m.name";
    let tables: Vec<(String, String)> = sqlx::query_as(tables).fetch_all(&pool).await.unwrap();
    assert!(tables.len() > 3, "{tables:?}");
    let policy = include_str!("../PRIVACY.md");
    for (table, columns) in tables {
        let row = format!("| {table} | {columns} |");
        assert!(policy.contains(&row), "PRIVACY.md lacks this row: {row}");
    }
}

//! Tests of the index cache: building, finding, damage, sharing, and killed processes.
//!
//! `KILLS=200 cargo test --release --test index` kills the program at least 200 times.

mod tiny;

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use caseclerk::ask::{Ask, Query};
use caseclerk::config::Settings;
use caseclerk::index::{Origin, SCHEMA_VERSION};
use caseclerk::knowledge::{Finding, Place};
use caseclerk::matcher::{Check, Setup, Snapshot, SnapshotError};
use caseclerk::responder::Responder;
use tiny::{TODAY, Tiny};

/// How many kills must interrupt a build; the variable `KILLS` overrides it.
const KILLS: u32 = 12;

#[test]
fn it_is_built_when_missing_and_found_again() {
    let tiny = Tiny::new();
    assert_eq!(open(&tiny), Origin::Built(folder(&tiny)));
    assert_eq!(open(&tiny), Origin::Found(folder(&tiny)));
}

#[test]
fn other_content_gets_another_index_and_the_old_one_goes() {
    let tiny = Tiny::new();
    open(&tiny);
    let old = folder(&tiny);
    tiny.edit("answers/status/is-it-over.md", "is it finished", "is it done with");
    assert!(matches!(open(&tiny), Origin::Built(new) if new != old));
    assert!(!old.exists(), "the old index is still there");
}

#[test]
fn two_faqs_keep_their_indexes_in_one_folder() {
    let (first, second) = (Tiny::new(), Tiny::new());
    second.edit("answers/status/is-it-over.md", "is it finished", "is it done with");
    let shared = first.index();
    let open = |tiny: &Tiny| {
        let settings = Settings { index: shared.clone(), ..tiny.settings() };
        Responder::open(&settings).expect("the tiny FAQ can be served").index_origin()
    };
    assert!(matches!(open(&first), Origin::Built(_)));
    assert!(matches!(open(&second), Origin::Built(_)));
    assert!(matches!(open(&first), Origin::Found(_)), "the other FAQ removed this index");
    assert!(matches!(open(&second), Origin::Found(_)));

    // An edit replaces the index of the FAQ that was edited, and no other.
    second.edit("answers/status/is-it-over.md", "is it done with", "is it over and done with");
    assert!(matches!(open(&second), Origin::Built(_)));
    assert!(matches!(open(&first), Origin::Found(_)), "the other FAQ removed this index");
    let folders = fs::read_dir(&shared).expect("the folder can be read").flatten();
    assert_eq!(folders.filter(|entry| entry.path().is_dir()).count(), 2);
}

#[test]
fn content_that_passed_other_rules_is_checked_again() {
    let tiny = Tiny::new();
    let (library, setup) = (tiny.knowledge().library, Setup::new(None, "tiny"));
    let open = |rules: &str, findings: &[Finding]| {
        let errors = || findings.to_vec();
        let check = Check { rules: rules.to_owned(), errors: &errors };
        Snapshot::open(library.clone(), &setup, &tiny.index(), &check)
    };
    let broken = [Place::new("case.toml", 1).error("new-rule", "it is broken", "mend it")];
    assert!(open("old rules", &[]).is_ok());
    assert!(matches!(open("new rules", &broken), Err(SnapshotError::Rejected(_))));
    assert!(open("old rules", &[]).is_ok());
}

#[test]
fn a_file_that_is_gone_is_built_again() {
    each_file_damaged(|path| fs::remove_file(path).expect("the file can be removed"));
}

#[test]
fn a_truncated_file_is_built_again() {
    each_file_damaged(|path| {
        let bytes = fs::read(path).expect("the file can be read");
        fs::write(path, &bytes[..bytes.len() / 2]).expect("the file can be written");
    });
}

#[test]
fn a_flipped_bit_is_built_again() {
    each_file_damaged(|path| {
        let mut bytes = fs::read(path).expect("the file can be read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        fs::write(path, bytes).expect("the file can be written");
    });
}

#[test]
fn a_folder_in_place_of_a_file_is_built_again() {
    each_file_damaged(|path| {
        fs::remove_file(path).expect("the file can be removed");
        fs::create_dir(path).expect("the folder can be made");
    });
}

#[test]
fn an_edited_stamp_is_not_believed() {
    let version = format!("schema_version = {SCHEMA_VERSION}");
    damaged_stamp(|stamp| stamp.replace(&version, "schema_version = 0"));
    damaged_stamp(|stamp| stamp.replace("content_hash = \"", "content_hash = \"0"));
    damaged_stamp(|_| String::new());
    damaged_stamp(|_| "\u{0}".to_owned());
    damaged_stamp(|stamp| {
        stamp.lines().filter(|line| !line.contains("meta.json")).collect::<Vec<_>>().join("\n")
    });
    damaged_stamp(|stamp| {
        stamp.lines().filter(|line| !line.contains('/')).collect::<Vec<_>>().join("\n")
    });
}

#[test]
fn a_stamp_that_is_silent_about_a_file_is_not_believed() {
    let tiny = Tiny::new();
    open(&tiny);
    let files = stamp_of(&tiny).lines().filter(|line| line.contains('/')).count();
    for place in 0..files {
        // Tantivy misses some of its files only when it searches.
        damaged_stamp(|stamp| {
            let silenced = stamp
                .lines()
                .filter(|line| line.contains('/'))
                .nth(place)
                .expect("as many files as before");
            stamp.replace(silenced, "")
        });
    }
}

#[test]
fn the_index_of_other_content_under_our_name_is_not_believed() {
    let tiny = Tiny::new();
    open(&tiny);
    let before = stamp_of(&tiny);
    let hash = |stamp: &str| {
        stamp.lines().find(|line| line.starts_with("content_hash")).expect("a hash").to_owned()
    };
    let old_hash = hash(&before);
    let kept = tiny.root().join("kept");
    tiny::lay_over(&folder(&tiny), &kept);

    // One answer fewer: the old index would contain an entry number that no longer exists.
    tiny.edit("answers/money/will-i-be-paid.md", "state = \"vetted\"", "state = \"draft\"");
    open(&tiny);
    let stamp = stamp_of(&tiny);
    let forged = before.replace(&old_hash, &hash(&stamp));
    fs::remove_dir_all(folder(&tiny)).expect("the index can be removed");
    let place = tiny.index().join(folder_name(&stamp));
    tiny::lay_over(&kept, &place);
    fs::write(place.join("stamp.toml"), forged).expect("the stamp can be written");

    assert_eq!(open(&tiny), Origin::Built(place));
}

#[test]
fn an_index_of_an_older_version_is_left_behind() {
    let tiny = Tiny::new();
    open(&tiny);
    let old = tiny.index().join(format!("v0-{}", "0".repeat(32)));
    fs::rename(folder(&tiny), &old).expect("the folder can be renamed");
    assert!(matches!(open(&tiny), Origin::Built(_)));
    assert!(!old.exists(), "the old index is still there");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let tiny = Tiny::new();
    fs::create_dir(tiny.index()).expect("the folder can be made");
    let (file, other) = (tiny.index().join("README.md"), tiny.index().join("v1-of-my-thesis"));
    fs::write(&file, "mine").expect("the file can be written");
    fs::create_dir(&other).expect("the folder can be made");
    open(&tiny);
    assert!(file.exists() && other.exists());
}

#[test]
fn a_file_where_the_index_should_be_gives_way() {
    let tiny = Tiny::new();
    open(&tiny);
    let place = folder(&tiny);
    fs::remove_dir_all(&place).expect("the index can be removed");
    fs::write(&place, "not a folder").expect("the file can be written");
    assert_eq!(open(&tiny), Origin::Built(place));
}

#[test]
fn a_disk_that_cannot_be_written_costs_a_warning() {
    let tiny = Tiny::new();
    // A file instead of the folder, so that not even root can write into it.
    fs::write(tiny.index(), "not a folder").expect("the file can be written");
    let Origin::InMemory { reason } = open(&tiny) else {
        panic!("the index was written into a file")
    };
    assert!(reason.contains("index"), "the reason names no place: {reason}");
    let output = caseclerk(&tiny.faq(), &tiny.index())
        .args(["ask", "status/is-it-over"])
        .output()
        .expect("it starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    assert!(log.contains("WARN") && log.contains("memory"), "{log}");
}

#[test]
fn a_folder_that_cannot_be_locked_costs_a_warning() {
    let tiny = Tiny::new();
    fs::create_dir_all(tiny.index().join(".lock")).expect("the folder can be made");
    assert!(matches!(open(&tiny), Origin::InMemory { .. }));
}

#[test]
fn an_index_that_is_there_needs_no_lock() {
    let tiny = Tiny::new();
    open(&tiny);
    fs::remove_file(tiny.index().join(".lock")).expect("the lock can be removed");
    fs::create_dir(tiny.index().join(".lock")).expect("the folder can be made");
    assert!(matches!(open(&tiny), Origin::Found(_)));
}

/// A process that hangs, or one on another machine that shares the disk, must not keep the bot from
/// starting.
#[test]
fn a_lock_that_is_never_let_go_is_not_waited_for_for_ever() {
    let tiny = Tiny::new();
    open(&tiny);
    let lock = fs::File::options().append(true).open(tiny.index().join(".lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(open(&tiny), Origin::Found(folder(&tiny)));
}

#[test]
fn several_processes_start_at_once() {
    let tiny = Tiny::new();
    for _ in 0..3 {
        let _ = fs::remove_dir_all(tiny.index());
        let start = |_| {
            let mut command = caseclerk(&tiny.faq(), &tiny.index());
            command
                .arg("index")
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts")
        };
        let children: Vec<Child> = (0..6).map(start).collect();
        for child in children {
            let output = child.wait_with_output().expect("it ends");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert!(matches!(open(&tiny), Origin::Found(_)));
        assert_eq!(leftovers(&tiny.index()), Vec::<String>::new());
    }
}

#[test]
fn several_threads_start_at_once() {
    let tiny = Tiny::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(!matches!(open(&tiny), Origin::InMemory { .. })));
        }
    });
    assert_eq!(leftovers(&tiny.index()), Vec::<String>::new());
}

/// Kills the program while a partial index is on disk, and at random times. The next start answers.
#[test]
#[cfg(unix)]
fn killed_while_it_builds_the_next_start_answers() {
    let tiny = Tiny::new();
    let (faq, index) = (tiny.faq(), tiny.index());
    let build = || {
        let _ = fs::remove_dir_all(&index);
        caseclerk(&faq, &index)
            .arg("index")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts")
    };
    let begin = Instant::now();
    assert!(build().wait().expect("it ends").success());
    let whole = begin.elapsed();

    let random = RandomState::new();
    let (mut interrupted, mut halves) = (0, 0);
    // Runs until enough kills have interrupted a build. If none ever does, the test fails.
    for kill in 0..20 * kills() {
        if halves >= kills() / 4 && interrupted >= kills() {
            break;
        }
        let mut child = build();
        // The time of the kill is random; the test must pass for any time.
        if kill % 2 == 0 {
            let random = (random.hash_one(kill) % 1_000) as f64 / 1_000.0;
            std::thread::sleep(whole.mul_f64(random));
        } else {
            while leftovers(&index).is_empty()
                && child.try_wait().expect("it can be asked").is_none()
            {}
        }
        interrupted += u32::from(child.try_wait().expect("it can be asked").is_none());
        let _ = child.kill();
        child.wait().expect("it ends");
        halves += u32::from(!leftovers(&index).is_empty());
        let question = "will lamp owners get any money";
        let output =
            caseclerk(&faq, &index).args(["ask", "--json", question]).output().expect("it starts");
        let log = String::from_utf8_lossy(&output.stderr);
        let reply: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{log}"));
        assert_ne!(reply["outcome"], "no_answer", "after kill {kill}: {log}");
        assert_eq!(leftovers(&index), Vec::<String>::new(), "after kill {kill}");
    }
    assert!(
        interrupted >= kills() && halves >= kills() / 4,
        "{interrupted} kills hit a running program, {halves} left half an index behind"
    );
}

fn kills() -> u32 {
    std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// Opens the tiny FAQ with its index, answers a question, and returns the origin of the index.
fn open(tiny: &Tiny) -> Origin {
    let responder = Responder::open(&tiny.settings()).expect("the tiny FAQ can be served");
    let ask =
        Ask { query: Query::Question("will lamp owners get any money".to_owned()), today: TODAY };
    let evidence = responder
        .respond(&ask)
        .expect("the index answers")
        .evidence
        .expect("a question has evidence");
    let found: Vec<&str> =
        evidence.candidates.iter().map(|candidate| candidate.entry.as_str()).take(1).collect();
    let still_vetted = tiny
        .knowledge()
        .library
        .entry("money/will-i-be-paid")
        .is_some_and(|entry| entry.is_vetted());
    assert!(!still_vetted || found == ["money/will-i-be-paid"], "the index leads to {found:?}");
    responder.index_origin()
}

/// The folder of the only index.
fn folder(tiny: &Tiny) -> PathBuf {
    let entries = fs::read_dir(tiny.index()).expect("the index can be read").flatten();
    let folders: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders[0].clone()
}

fn stamp_of(tiny: &Tiny) -> String {
    fs::read_to_string(folder(tiny).join("stamp.toml")).expect("the stamp can be read")
}

fn folder_name(stamp: &str) -> String {
    let hash = stamp.split("content_hash = \"").nth(1).expect("the stamp has a hash");
    format!("v{SCHEMA_VERSION}-{}", &hash[..32])
}

/// The folders that interrupted builds left behind.
fn leftovers(index: &Path) -> Vec<String> {
    let names = fs::read_dir(index).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".building"))
        .collect()
}

/// Damages each file of an index in turn. The index is then built again, and found after that.
fn each_file_damaged(damage: impl Fn(&Path)) {
    let tiny = Tiny::new();
    open(&tiny);
    let place = folder(&tiny);
    let count = files_under(&place).len();
    assert!(count > 5, "an index has more than {count} files");
    for number in 0..count {
        // Tantivy's file names change with each build, but the order of the file types does not.
        let file = &files_under(&place)[number];
        damage(file);
        assert_eq!(open(&tiny), Origin::Built(place.clone()), "{} was damaged", file.display());
        assert_eq!(open(&tiny), Origin::Found(place.clone()));
    }
}

fn damaged_stamp(edit: impl Fn(String) -> String) {
    let tiny = Tiny::new();
    open(&tiny);
    let text = stamp_of(&tiny);
    let edited = edit(text.clone());
    assert_ne!(edited, text, "the stamp was not edited");
    fs::write(folder(&tiny).join("stamp.toml"), &edited).expect("the stamp can be written");
    assert_eq!(open(&tiny), Origin::Built(folder(&tiny)), "this stamp was believed:\n{edited}");
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// The program with this content and this index, without other environment variables.
fn caseclerk(faq: &Path, index: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
    command.arg("--faq").arg(faq).arg("--index").arg(index).env_clear();
    command
}

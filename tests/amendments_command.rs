//! `caseclerk amendments`: the real program, a real store, and real git checkouts.

#![cfg(feature = "discord")]

mod tiny;

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use caseclerk::ask::{Ask, Query};
use caseclerk::knowledge::{Amendment, Change, EntryId, Scope};
use caseclerk::responder::Responder;
use caseclerk::store::Store;
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};
use tiny::{TODAY, Tiny};
use tokio::runtime::Runtime;

const STATUS: &str = "answers/status/is-it-over.md";
const MONEY: &str = "answers/money/will-i-be-paid.md";

/// A FAQ, and a store in which moderators have changed something.
struct Place {
    tiny: Tiny,
    runtime: Runtime,
    store: Store,
}

impl Place {
    fn new(changes: &[Change]) -> Self {
        let tiny = Tiny::new();
        let address = tiny.root().join("desk.db").display().to_string();
        let place = Self {
            tiny,
            runtime: Runtime::new().expect("a runtime"),
            store: Store::open(&address).expect("an address"),
        };
        changes.iter().for_each(|change| place.amend(change));
        place
    }

    /// The same in a git checkout with everything committed.
    fn in_git(changes: &[Change]) -> Self {
        let place = Self::new(changes);
        fs::write(place.tiny.root().join(".gitignore"), "desk.db*\nindex\n").expect("a file");
        place.git(&["init", "--quiet"]);
        place.git(&["config", "user.name", "Editor"]);
        place.git(&["config", "user.email", "editor@example.org"]);
        place.git(&["add", "."]);
        place.git(&["commit", "--quiet", "--message", "A FAQ"]);
        place
    }

    /// Number by number, each an hour after the one before.
    fn amend(&self, change: &Change) {
        let made = async {
            let hour =
                self.store.all_amendments(None, 1).await.unwrap().first().map_or(0, |it| it.id);
            let first: Timestamp = "2026-01-18T10:00:00Z".parse().unwrap();
            let at = first + jiff::SignedDuration::from_hours(hour);
            self.store.amend(std::slice::from_ref(change), "77", at).await.unwrap();
        };
        self.runtime.block_on(made);
    }

    fn in_force(&self) -> Vec<Amendment> {
        self.runtime.block_on(self.store.amendments()).expect("the store works")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
        command.current_dir(self.tiny.root()).env_clear().env("USER", "grace");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("CASECLERK_STORE_ADDRESS", self.tiny.root().join("desk.db"));
        command.arg("amendments").args(arguments);
        command
    }

    /// The exit code, and what it printed.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        printed(self.command(arguments).output().expect("it starts"))
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.tiny.root()).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.output().expect("git starts");
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn commits(&self) -> usize {
        self.git(&["log", "--format=%h"]).lines().count()
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.tiny.faq().join(file)).expect("a file")
    }
}

fn printed(output: Output) -> (Option<i32>, String) {
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("text"))
}

fn phrasing(entry: &str, words: &str) -> Change {
    Change::Phrasing { entry: EntryId::new(entry), words: words.to_owned() }
}

fn elsewhere(words: &str) -> Change {
    Change::Elsewhere { words: words.to_owned() }
}

fn hold(scope: Scope) -> Change {
    Change::Hold { scope, reason: "new facts".to_owned(), until: Some(date(2026, 2, 1)) }
}

#[test]
fn what_is_in_force_is_listed_with_who_and_when() {
    let place = Place::new(&[
        phrasing("status/is-it-over", "zorgle\n\u{1b}[2J flim"),
        elsewhere("is there a pumpkin settlement"),
        hold(Scope::Entry(EntryId::new("money/will-i-be-paid"))),
        phrasing("status/is-it-over", "has the lamp suit ended"),
    ]);
    let all = "\
        1. “zorgle  [2J flim” is answered by “status/is-it-over”. By 77 on 2026-01-18 10:00 UTC\n\
        2. “is there a pumpkin settlement” is not for us. By 77 on 2026-01-18 11:00 UTC\n\
        3. “money/will-i-be-paid” is held back until 1 February 2026. Reason: new facts \
        By 77 on 2026-01-18 12:00 UTC\n\
        4. “has the lamp suit ended” is answered by “status/is-it-over”. \
        By 77 on 2026-01-18 13:00 UTC [in the files]\n";
    assert_eq!(place.run(&["list"]), (Some(0), all.to_owned()));

    assert_eq!(place.run(&["drop", "2"]), (Some(0), "2: undone\n".to_owned()));
    let (_, in_force) = place.run(&["list"]);
    assert!(!in_force.contains("pumpkin") && in_force.contains("zorgle"), "{in_force}");
    let (_, all) = place.run(&["list", "--all"]);
    assert!(all.contains("11:00 UTC; undone by grace on 20"), "{all}");

    let (exit, json) = place.run(&["list", "--all", "--json"]);
    let json: Vec<Value> =
        json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(exit, Some(0));
    assert_eq!(
        json[2],
        json!({
            "id": 3, "kind": "hold", "scope": {"entry": "money/will-i-be-paid"},
            "reason": "new facts", "until": "2026-02-01", "made_by": "77",
            "made_at": "2026-01-18T12:00:00Z", "undone_by": null, "undone_at": null,
            "in_files": false,
        })
    );
    assert_eq!(json[0]["words"], "zorgle\n\u{1b}[2J flim");
    assert_eq!((&json[1]["undone_by"], &json[3]["in_files"]), (&json!("grace"), &json!(true)));

    fs::remove_file(place.tiny.faq().join("case.toml")).expect("a file");
    let (exit, printed) = place.run(&["list"]);
    assert_eq!(exit, Some(0), "{printed}");
    assert!(printed.contains("it is not known what the files hold"), "{printed}");
}

#[test]
fn dropping_says_what_was_undone_and_what_was_not() {
    let words = ["one more lamp", "two more lamps", "has the lamp suit ended"];
    let place = Place::new(&words.map(|words| phrasing("status/is-it-over", words)));
    let (exit, printed) = place.run(&["drop", "2", "--by", "Ada"]);
    assert_eq!((exit, printed.as_str()), (Some(0), "2: undone\n"));
    let (exit, printed) = place.run(&["drop", "1", "2", "3", "9"]);
    assert_eq!(exit, Some(1), "{printed}");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "1: undone");
    assert!(lines[1].starts_with("2: it was undone already, by Ada on 20"), "{printed}");
    assert_eq!(lines[2..], ["3: undone; the files still hold it", "9: there is no such amendment"]);
    assert_eq!(place.in_force(), []);
    assert_eq!(place.run(&["list"]), (Some(0), "There are no amendments in force.\n".to_owned()));
    assert_eq!(place.run(&["drop"]).0, Some(2));
}

#[test]
fn lines_are_added_and_committed_with_who_when_and_what() {
    let place = Place::in_git(&[
        phrasing("status/is-it-over", "zorgle flim"),
        elsewhere("is there a pumpkin settlement"),
        phrasing("status/is-it-over", "they \"won\", right\\?"),
        hold(Scope::Everything),
        phrasing("money/will-i-be-paid", "has the lamp paid"),
    ]);
    // Comments, and other changes that are not to be committed.
    place.tiny.edit(STATUS, "\"is it finished\",\n", "\"is it finished\", # often\n  # more\n");
    place.tiny.write("elsewhere.toml", "# None of ours.\ngroups = [] # so far\n");
    place.git(&["commit", "--quiet", "--all", "--message", "Comments"]);
    for file in ["topics.toml", "synonyms.toml"] {
        place.tiny.write(file, place.read(file) + "# changed\n");
    }
    place.git(&["add", "faq/synonyms.toml"]);
    fs::write(place.tiny.root().join("new.txt"), "new").expect("a file");
    let before = [STATUS, MONEY].map(|file| place.read(file));
    let status = place.git(&["status", "--porcelain"]);
    let commits = place.commits();

    let (exit, printed) = place.run(&["write"]);
    assert_eq!(exit, Some(0), "{printed}");
    for wanted in [
        STATUS,
        "elsewhere.toml",
        "zorgle flim",
        "Holds and checks of the status, which stay in the store: 1.",
    ] {
        assert!(printed.contains(wanted), "no {wanted:?}: {printed}");
    }
    let added = "  # more\n  \"zorgle flim\",\n  'they \"won\", right\\?',\n";
    assert_eq!(place.read(STATUS), before[0].replacen("  # more\n", added, 1));
    let last = "  \"is there a payout\",\n";
    let added = format!("{last}  \"has the lamp paid\",\n");
    assert_eq!(place.read(MONEY), before[1].replacen(last, &added, 1));
    assert_eq!(
        place.read("elsewhere.toml"),
        "# None of ours.\n[[groups]]\nname = \"amendments\"\nquestions = [\n  \
         \"is there a pumpkin settlement\",\n] # so far\n"
    );
    assert_eq!(place.commits(), commits + 1);
    assert_eq!(
        place.git(&["show", "--format=%B", "--name-only", "HEAD"]),
        format!(
            "Write what moderators taught into the FAQ\n\n\
             1. “zorgle flim” is answered by “status/is-it-over”. By 77 on 2026-01-18 10:00 UTC\n\
             2. “is there a pumpkin settlement” is not for us. By 77 on 2026-01-18 11:00 UTC\n\
             3. “they \"won\", right\\?” is answered by “status/is-it-over”. \
             By 77 on 2026-01-18 12:00 UTC\n\
             5. “has the lamp paid” is answered by “money/will-i-be-paid”. \
             By 77 on 2026-01-18 14:00 UTC\n\n\n\
             faq/{MONEY}\nfaq/{STATUS}\nfaq/elsewhere.toml\n"
        )
    );
    assert_eq!(place.git(&["status", "--porcelain"]), status, "the rest is as it was");
    assert_eq!(place.in_force().len(), 5, "the bot may not have loaded the files yet");

    // Once more: there is nothing left to do.
    let (exit, printed) = place.run(&["write"]);
    assert_eq!(exit, Some(0), "{printed}");
    assert!(printed.contains("nothing to write") && printed.contains("already: 4"), "{printed}");
    assert_eq!(place.commits(), commits + 1);
    assert_eq!(place.git(&["status", "--porcelain"]), status);

    // When the operator says that every bot has the files, only the hold is left.
    let (exit, printed) = place.run(&["drop", "--written"]);
    assert_eq!((exit, printed.lines().count()), (Some(0), 4), "{printed}");
    let left: Vec<i64> = place.in_force().iter().map(|amendment| amendment.id).collect();
    assert_eq!(left, [4]);
    let (_, printed) = place.run(&["drop", "--written"]);
    assert_eq!(printed, "The files hold none of the amendments in force.\n");
}

#[test]
fn a_closed_pipe_does_not_keep_the_files_from_being_committed() {
    let place = Place::in_git(&[phrasing("status/is-it-over", "zorgle flim")]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut write = place.command(&["write"]);
    assert_eq!(write.stdout(writer).status().expect("it starts").code(), Some(0));
    assert_eq!((place.commits(), place.git(&["status", "--porcelain"])), (2, String::new()));
}

#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::new(&[phrasing("status/is-it-over", "zorgle flim")]);
    let (link, file) = (place.tiny.faq().join(STATUS), place.tiny.faq().join(".kept.md"));
    fs::rename(&link, &file).expect("a file");
    symlink("../../.kept.md", &link).expect("a link");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("permissions");
    assert_eq!(place.run(&["write"]).0, Some(0));
    assert!(link.is_symlink() && place.read(STATUS).contains("zorgle flim"));
    assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_question_has_the_same_outcome_before_and_after() {
    let changes = [
        phrasing("status/is-it-over", "zorgle flim"),
        phrasing("money/will-i-be-paid", "do the lamps cost me"),
        elsewhere("is there a pumpkin settlement"),
        elsewhere("my lamp is broken"),
    ];
    let place = Place::new(&changes);
    let settings = place.tiny.settings();
    let outcomes = |responder: &Responder| {
        let questions =
            ["zorgle flim", "zorgle", "pumpkin settlement", "broken lamp", "is it over"];
        questions.map(|question| {
            let ask = Ask { query: Query::Question(question.to_owned()), today: TODAY };
            let reply = responder.respond(&ask).expect("an answer").reply;
            format!("{reply:?} {:?}", responder.explain(question).expect("an answer"))
        })
    };
    let files = outcomes(&Responder::open(&settings).expect("it opens"));
    let amended = Responder::open_amended(&settings, place.in_force(), TODAY).expect("it opens");
    let amended = outcomes(&amended);
    assert_ne!(files, amended);
    let (exit, printed) = place.run(&["write"]);
    assert_eq!(exit, Some(0), "{printed}");
    assert_eq!(outcomes(&Responder::open(&settings).expect("it opens")), amended);
    let both = Responder::open_amended(&settings, place.in_force(), TODAY).expect("it opens");
    assert_eq!(outcomes(&both), amended);
}

#[test]
fn nothing_is_written_if_a_file_has_changes_that_are_not_committed() {
    let words = [phrasing("status/is-it-over", "zorgle flim"), elsewhere("pumpkins, please")];
    for (stage, ignore) in [(false, false), (true, false), (false, true)] {
        let place = Place::in_git(&words);
        if ignore {
            place.git(&["rm", "--quiet", "--cached", &format!("faq/{STATUS}")]);
            fs::write(place.tiny.root().join(".gitignore"), "*.md\n").expect("a file");
            place.git(&["commit", "--quiet", "--all", "--message", "Ignore it"]);
        } else {
            place.tiny.edit(STATUS, "Yes. ", "Indeed. ");
        }
        if stage {
            place.git(&["add", "."]);
        }
        let before = [STATUS, "elsewhere.toml"].map(|file| place.read(file));
        let commits = place.commits();
        let (exit, printed) = place.run(&["write"]);
        assert_eq!(exit, Some(2), "{printed}");
        assert!(printed.contains("nothing was written") && printed.contains(STATUS), "{printed}");
        assert_eq!([STATUS, "elsewhere.toml"].map(|file| place.read(file)), before);
        assert_eq!(place.run(&["write", "--no-commit"]).0, Some(0));
        assert!(place.read(STATUS).contains("zorgle flim"));
        assert_eq!(place.commits(), commits);
    }
}

#[test]
fn without_git_or_with_a_commit_that_fails_the_files_stay() {
    let place = Place::in_git(&[phrasing("status/is-it-over", "zorgle flim")]);
    let write = place.command(&["write"]).env("PATH", "/nowhere").output().expect("it starts");
    let (exit, said) = printed(write);
    assert_eq!(exit, Some(1), "{said}");
    assert!(said.contains("git cannot be started") && said.contains("yourself"), "{said}");
    assert!(place.read(STATUS).contains("zorgle flim"));
    assert_eq!(place.commits(), 1);
    // The next run says what is left to do.
    let (exit, said) = place.run(&["write"]);
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains(&format!("not committed: faq/{STATUS}")), "{said}");
    place.git(&["commit", "--quiet", "--all", "--message", "By hand"]);
    let (_, said) = place.run(&["write"]);
    assert!(!said.contains("not committed"), "{said}");

    place.amend(&elsewhere("is there a pumpkin settlement"));
    let hook = place.tiny.root().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    fs::write(&hook, "#!/bin/sh\necho no commits on Sundays >&2\nexit 1\n").expect("a file");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("permissions");
    let (exit, said) = place.run(&["write"]);
    assert_eq!(exit, Some(1), "{said}");
    assert!(said.contains("not committed: git says: no commits on Sundays"), "{said}");
    assert!(place.read("elsewhere.toml").contains("pumpkin"));

    fs::remove_dir_all(place.tiny.root().join(".git")).expect("a folder");
    place.amend(&elsewhere("is there a turnip settlement"));
    let (exit, said) = place.run(&["write"]);
    assert_eq!(exit, Some(0), "{said}");
    assert!(!said.contains("ommit"), "without a checkout there is nothing to commit: {said}");
    assert!(place.read("elsewhere.toml").contains("turnip"));
}

#[test]
fn what_cannot_be_written_is_named_and_the_rest_is_written() {
    let place = Place::in_git(&[
        phrasing("no/longer-there", "zorgle zorgle"),
        phrasing("money/will-i-be-paid", "has the lamp suit ended"),
        phrasing("status/is-it-over", "zorgle\u{202e} flim"),
        phrasing("status/is-it-over", "zorgle flim"),
        phrasing("status/is-it-over", "zorgle flim"),
    ]);
    let (exit, printed) = place.run(&["write"]);
    assert_eq!(exit, Some(1), "{printed}");
    let parts: Vec<&str> = printed.split("Not written").collect();
    assert!(parts[0].contains("4. “zorgle flim”") && !parts[0].contains("1. "), "{printed}");
    assert!(parts[1].contains("the answer is gone") && parts[1].contains("1. "), "{printed}");
    assert!(parts[2].contains("2. ") && parts[2].contains("[same-phrasing]"), "{printed}");
    assert!(parts[3].contains("3. ") && parts[3].contains("[hidden-character]"), "{printed}");
    assert_eq!(place.read(STATUS).matches("\"zorgle flim\"").count(), 1);
    assert!(!place.read(MONEY).contains("has the lamp suit ended"));
    assert_eq!(place.commits(), 2);
    assert_eq!(place.in_force().len(), 5);

    // Files with mistakes of their own are corrected first.
    place.amend(&phrasing("status/is-it-over", "one more lamp"));
    place.tiny.edit(MONEY, "is there a payout", "is it finished");
    let (exit, printed) = place.run(&["write"]);
    assert_eq!(exit, Some(2), "{printed}");
    assert!(printed.contains("1 mistake that must be fixed"), "{printed}");
    assert!(!place.read(STATUS).contains("one more lamp"));
}

#[test]
fn a_form_to_which_nothing_can_be_added_is_named() {
    let place = Place::new(&[elsewhere("is there a pumpkin settlement")]);
    let text = "groups = [{ name = \"close\", questions = [\"what is a lamp\"] }]\n";
    place.tiny.write("elsewhere.toml", text);
    let (exit, printed) = place.run(&["write"]);
    assert_eq!(exit, Some(1), "{printed}");
    assert!(
        printed.contains("elsewhere.toml:1: error") && printed.contains("by hand"),
        "{printed}"
    );
    assert_eq!(place.read("elsewhere.toml"), text);
}

/// Each file is as it was or as it is to be, the store loses nothing, and the next run does the rest.
#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let place = Place::new(&[
        phrasing("money/will-i-be-paid", "has the lamp paid"),
        phrasing("status/is-it-over", "zorgle flim"),
        elsewhere("is there a pumpkin settlement"),
    ]);
    let files = [MONEY, STATUS, "elsewhere.toml"];
    let before = files.map(|file| place.read(file));
    assert_eq!(place.run(&["write"]).0, Some(0));
    let after = files.map(|file| place.read(file));
    for milliseconds in 0..60 {
        for (file, text) in files.iter().zip(&before) {
            place.tiny.write(file, text);
        }
        let mut write = place.command(&["write"]).stdout(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(milliseconds));
        write.kill().expect("it can be killed");
        write.wait().expect("it ends");
        for (file, (before, after)) in files.iter().zip(before.iter().zip(&after)) {
            let text = place.read(file);
            assert!([before, after].contains(&&text), "{text}");
        }
        assert_eq!(place.in_force().len(), 3);
    }
    assert_eq!(place.run(&["write"]).0, Some(0));
    assert_eq!(files.map(|file| place.read(file)), after);
}

#[test]
fn where_there_is_no_store_it_says_what_to_do_and_makes_none() {
    let place = Place::new(&[]);
    let run = |address: &str| {
        let mut command = place.command(&["list"]);
        printed(command.env("CASECLERK_STORE_ADDRESS", address).output().expect("it starts"))
    };
    for (address, said) in [
        ("", "name the bot's store as store.address"),
        ("other/desk.db", "other/desk.db; correct store.address"),
        ("mysql://desk:secret@db.example/desk", "store.address cannot be used"),
    ] {
        let (exit, printed) = run(address);
        assert_eq!(exit, Some(2), "{printed}");
        assert!(printed.contains(said), "{printed}");
        assert!(!printed.contains("secret"), "{printed}");
    }
    assert!(!place.tiny.root().join("other").exists());
}

/// Neither when it prints the options, nor in an error, nor in the log.
#[test]
fn the_password_of_the_store_is_not_printed() {
    // Nobody listens on port 1.
    for address in ["postgres://desk:secret@127.0.0.1:1/desk", "postgres://desk:secret/@#:nowhere"]
    {
        let run = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
            command.env_clear().env("CASECLERK_LOG_FILTER", "trace").args(arguments);
            let command = command.env("CASECLERK_STORE_ADDRESS", address);
            printed(command.output().expect("it starts"))
        };
        let (exit, printed) = run(&["config"]);
        assert_eq!(exit, Some(0), "{printed}");
        assert!(printed.contains("store.address = \"postgres://desk:***@"), "{printed}");
        assert!(!printed.contains("secret"), "{printed}");
        let (exit, printed) = run(&["amendments", "list"]);
        assert_eq!(exit, Some(2), "{printed}");
        assert!(printed.contains("store") && !printed.contains("secret"), "{printed}");
    }
}

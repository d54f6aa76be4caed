//! Every `caseclerk` command that the documents and the files in `deploy/` show is run here, for real.
//! A command that no table has fails the test, so that nobody writes one down that does not work.

#![cfg(feature = "discord")]

#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use caseclerk::knowledge::{Change, EntryId};
use caseclerk::store::Store;
use jiff::Timestamp;
use mock_discord::MockDiscord;
use tiny::{TODAY, Tiny};

const QUESTIONS: &str = r#"
    [[questions]]
    q = "has the lamp suit ended"
    topics = ["status"]
    style = "plain"

    [[questions]]
    q = "how long do I boil an egg"
    topics = ["OUT"]
    style = "far"
"#;

const COLLECTED: &str = r#"{"id": "a", "question": "is it over", "alternates": ["has it ended"]}
{"id": "b", "question": "will I be paid", "alternates": ["is there money", "do I get anything"]}
"#;

const QUERIES: &str = r#"{"q": "did it end", "relevant": ["a"]}
{"q": "any money for me", "relevant": ["b"]}
"#;

const DOCUMENTS: [&str; 12] = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "ARCHITECTURE.md",
    "PRIVACY.md",
    "SECURITY.md",
    "faq/README.md",
    "eval/README.md",
    "models/README.md",
    "index/README.md",
    "config.toml",
    "Dockerfile",
];

/// What stands before a command's own words: the program, installed, in an image, or built by cargo.
const PROGRAMS: [&str; 4] = ["caseclerk ", "cargo run --release -- ", "--rm bot ", "./caseclerk "];

/// How a command of the documents is tried.
enum How {
    /// It ends with 0 in a folder with a FAQ, questions and a store.
    Runs,
    /// The same, with the output in this file.
    Writes(&'static str),
    /// The same with these words, because those of the document stand for others.
    As(&'static str),
    /// The document only names the command and its flags; its help lists them.
    Named,
    /// The running bot, with a mock Discord.
    Bot,
}

use How::{As, Bot, Named, Runs, Writes};

/// In the order in which they run: some need what an earlier one has written.
const COMMANDS: &[(&str, How)] = &[
    ("new", Named),
    ("new DIR", Runs),
    ("new my-case", Runs),
    ("lint", Runs),
    ("lint --faq my-case", Runs),
    ("lint --sources texts", Runs),
    ("index", Runs),
    ("ask", Named),
    ("ask \"is it over\"", Runs),
    ("ask \"is it over?\"", Runs),
    ("ask --json \"is it over\"", Runs),
    ("ask --explain \"the question\"", Runs),
    ("chat", Runs),
    ("chat --faq my-case", Runs),
    ("reach", Runs),
    ("reach status/is-it-over", Runs),
    ("reach status", Runs),
    ("preview", Named),
    ("preview status/is-it-over", Runs),
    ("preview --tour", Named),
    ("eval", Runs),
    ("eval --sets eval/unseen", Runs),
    ("eval --json", Writes("before.json")),
    ("eval --against before.json", Runs),
    ("eval --collection DIR", As("eval --collection collection")),
    ("eval --phrasings 8", Runs),
    ("eval --phrasings 10 --whole", Runs),
    ("eval --noise 12", As("eval --noise 1")),
    ("eval --without NAME", As("eval --without rank.centroid")),
    ("eval --without rank.centroid", Runs),
    ("eval --without each", Runs),
    ("eval --calibrate", Named),
    ("eval --calibrate FILE", Runs),
    (
        "eval --calibrate src/matcher/calibrate/calibration.toml",
        As("eval --calibrate calibration.toml"),
    ),
    ("config", Runs),
    ("help", Runs),
    ("amendments", Named),
    ("amendments list", Runs),
    ("amendments write", Runs),
    ("amendments drop 3 5", Runs),
    ("amendments drop --written", Runs),
    ("store backup FILE", As("store backup copy.db")),
    ("store backup desk-2027-02-28.db", Runs),
    ("store backup store/FILE", Runs),
    // What is there already is kept without --replace; the document says so.
    ("store restore FILE", As("store restore --replace copy.db")),
    ("store restore desk-2027-02-28.db", As("store restore --replace desk-2027-02-28.db")),
    ("store restore store/FILE", As("store restore --replace store/FILE")),
    ("run", Bot),
    ("run --config /etc/caseclerk/config.toml", Bot),
    ("health", Bot),
    ("doctor", Bot),
];

#[test]
fn every_command_of_the_documents_is_in_the_table_and_works() {
    let shown = shown();
    assert!(shown.len() > 30, "the commands were found: {shown:?}");
    let known: BTreeSet<&str> = COMMANDS.iter().map(|(command, _)| *command).collect();
    let unknown: Vec<_> =
        shown.iter().filter(|(command, _)| !known.contains(command.as_str())).collect();
    assert!(unknown.is_empty(), "these commands are in no table: {unknown:#?}");
    let gone: Vec<_> = known.iter().filter(|command| !shown.contains_key(**command)).collect();
    assert!(gone.is_empty(), "no document shows these any more: {gone:#?}");
    let place = Place::new();
    for (command, how) in COMMANDS {
        match how {
            Runs => drop(place.run(command)),
            As(other) => drop(place.run(other)),
            Writes(file) => {
                let output = place.run(command);
                fs::write(place.tiny.root().join(file), output).expect("a file");
            }
            Named => place.is_explained(command),
            Bot => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_runs_and_is_healthy() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = |name: &str| folder.path().join(name).display().to_string();
    let (heartbeat, store, config) =
        (in_folder("heartbeat"), in_folder("desk.db"), in_folder("config.toml"));
    let map = fs::read_to_string("deploy/kubernetes/configmap.yaml").expect("the ConfigMap");
    let (_, options) = map.split_once("config.toml: |\n").expect("it has options");
    fs::write(&config, options).expect("a file");
    let environment = [
        ("CASECLERK_DISCORD_HEARTBEAT_FILE", heartbeat.as_str()),
        ("CASECLERK_STORE_ADDRESS", store.as_str()),
    ];
    for arguments in [&[][..], &["--config", config.as_str()]] {
        let mut discord = MockDiscord::start().await;
        discord.run_bot_as(arguments, &environment);
        discord.happened("identify", 1).await;
        discord.request("PUT /applications/901/guilds/700/commands").await;
        // It hears from Discord with the first heartbeat, if not before.
        let is_well = async {
            while discord.health(&environment).await != Some(0) {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), is_well).await.expect("healthy");
        let checked = discord.doctor(&[], &environment).await;
        assert_eq!(checked.code, Some(0), "{}", checked.log);
        discord.terminate();
        let ended = discord.ended().await;
        assert_eq!(ended.code, Some(0), "{}", ended.log);
    }
}

/// A folder as an editor or an operator has it.
struct Place {
    tiny: Tiny,
}

impl Place {
    fn new() -> Self {
        let tiny = Tiny::new();
        let root = tiny.root();
        let at = |name: &str| root.join(name);
        fs::create_dir_all(at("eval/unseen")).expect("a folder");
        for folder in ["eval", "eval/unseen"] {
            fs::write(at(folder).join("own.toml"), QUESTIONS).expect("a file");
        }
        fs::create_dir(at("collection")).expect("a folder");
        fs::write(at("collection/faq.jsonl"), COLLECTED).expect("a file");
        fs::write(at("collection/queries.jsonl"), QUERIES).expect("a file");
        fs::create_dir(at("texts")).expect("a folder");
        let place = Self { tiny };
        let store = Store::open(&place.store()).expect("an address");
        let phrasing = |words: &str| Change::Phrasing {
            entry: EntryId::new("status/is-it-over"),
            words: words.to_owned(),
        };
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        for words in
            ["lamp thing done", "lamps finished", "lamp end", "all over", "lamp court shut"]
        {
            let now: Timestamp = "2026-01-18T10:00:00Z".parse().expect("a time");
            runtime.block_on(store.amend(&[phrasing(words)], "77", now)).expect("the store works");
        }
        place
    }

    fn store(&self) -> String {
        self.tiny.root().join("store/desk.db").display().to_string()
    }

    /// What the command prints. It must end with 0.
    fn run(&self, command: &str) -> Vec<u8> {
        let output = self.command(&arguments(command)).output().expect("it starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "`caseclerk {command}`: {errors}");
        output.stdout
    }

    /// The help of the subcommand has its flags.
    fn is_explained(&self, command: &str) {
        let words = arguments(command);
        let output = self.command(&[words[0].clone(), "--help".to_owned()]).output();
        let output = output.expect("it starts");
        assert!(output.status.success(), "`caseclerk {command}`");
        let help = String::from_utf8_lossy(&output.stdout);
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(flag), "`caseclerk {command}`: {flag} is not in\n{help}");
        }
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
        command.current_dir(self.tiny.root()).env_clear().stdin(Stdio::null());
        command.args(["--date", &TODAY.to_string()]).args(arguments);
        let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/models/vectors.bin");
        command.env("CASECLERK_MATCHER_VECTORS", vectors);
        command.env("USER", "grace").env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }
}

/// The commands in the documents, each with the files that show it.
fn shown() -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let documents = DOCUMENTS.iter().map(PathBuf::from);
    let folders = ["docs", "deploy", "deploy/kubernetes", "deploy/prometheus"];
    for file in documents.chain(folders.iter().flat_map(|folder| files(folder))) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for code in code(&text, file.extension().is_some_and(|ending| ending == "md")) {
            for command in commands(&code) {
                all.entry(command).or_default().insert(file.display().to_string());
            }
        }
    }
    all
}

/// The parts of a document that are to be typed: of Markdown, the code; of other files, each line, and
/// what stands between backticks.
fn code(text: &str, is_markdown: bool) -> Vec<String> {
    let (mut parts, mut prose, mut is_fenced) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        if is_fence {
            continue;
        }
        if !is_markdown || is_fenced || line.starts_with("    ") {
            parts.push(line.to_owned());
        }
        if !is_fenced {
            // A paragraph ends at an empty line, and so does what stands between its backticks.
            prose += if line.trim().is_empty() { "`\u{0}`" } else { line.trim_start_matches('#') };
            prose.push(' ');
        }
    }
    for paragraph in prose.split("`\u{0}`") {
        parts.extend(paragraph.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    parts
}

/// The words after each name of the program, as far as they are a command.
fn commands(code: &str) -> Vec<String> {
    // Lists of YAML and of JSON are commands, too.
    let listed = |line: &str| line.replace("\", \"", " ").replace(['[', ']'], " ");
    let code = match code.contains("caseclerk\", \"") || code.contains("args: [") {
        true => listed(code).replace('"', "").replace("args: ", "caseclerk ").replace(',', ""),
        false => code.replace("caseclerk, ", "caseclerk ").replace(']', ""),
    };
    let starts = PROGRAMS.iter().flat_map(|program| {
        code.match_indices(program).map(|(start, _)| start + program.len()).collect::<Vec<_>>()
    });
    let mut found = Vec::new();
    for start in starts {
        let rest = &code[start..];
        // A comment, a pipe, a file to write into, another command.
        let end = ["`", " #", " |", " >", " &&", " \\", " …"]
            .iter()
            .filter_map(|end| rest.find(end))
            .min();
        let command = &rest[..end.unwrap_or(rest.len())];
        let words: Vec<&str> = command.split_whitespace().collect();
        if words.first().is_some_and(|word| SUBCOMMANDS.contains(word)) {
            found.push(words.join(" "));
        }
    }
    found
}

const SUBCOMMANDS: [&str; 15] = [
    "ask",
    "chat",
    "new",
    "lint",
    "reach",
    "preview",
    "index",
    "eval",
    "amendments",
    "run",
    "health",
    "doctor",
    "store",
    "config",
    "help",
];

/// Splits at spaces outside of double quotes.
fn arguments(command: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in command.trim().chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(String::new()),
            c => words.last_mut().expect("there is always a word").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_file()).collect()
}

//! Runs the program: the README's transcript, `--help`, exit codes, pipes, mistakes.

#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use caseclerk::commands::{Command as BotCommand, Commands};
use caseclerk::config::Options;
use caseclerk::knowledge::load;
use serde_json::Value;
use shared_index::shared_index;
use tiny::{TODAY, Tiny};

// The README.

#[test]
fn the_transcript_of_the_readme_is_an_excerpt_of_what_the_program_prints() {
    let readme = fs::read_to_string("README.md").expect("the README can be read");
    let (_, block) =
        readme.split_once("```console\n$ caseclerk ").expect("the README has a transcript");
    let (block, _) = block.split_once("```").expect("the transcript ends");
    let (typed, shown) = block.split_once('\n').expect("the transcript has an answer");
    let index = shared_index(&Path::new(env!("CARGO_MANIFEST_DIR")).join("faq"));
    let output = caseclerk()
        .args(shell_words(typed))
        // The transcript is valid on the date of the last check.
        .args(["--date", &last_checked(), "--index"])
        .arg(index)
        .output()
        .expect("it starts");
    let printed = text(&output.stdout);
    if let Err(part) = is_excerpt(shown, &printed) {
        panic!("the README's transcript shows\n\n{part}\nbut the program prints\n\n{printed}");
    }
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_excerpt_keeps_beginning_end_order_and_every_line() {
    let whole = "one\ntwo\nthree\nfour\n";
    for excerpt in [whole, "one\n…\nfour\n", "one\ntwo\n…\nfour\n", "one\n…\nthree\nfour\n"] {
        assert_eq!(is_excerpt(excerpt, whole), Ok(()), "{excerpt:?}");
    }
    for (excerpt, wrong) in [
        ("one\n…\nthree\n", "three"),
        ("two\n…\nfour\n", "two"),
        ("one\n…\nthree\n…\ntwo\n…\nfour\n", "two"),
        ("one\nthree\n…\nfour\n", "one\nthree"),
        ("one\n…\nour\n", "our"),
        ("one\ntwo\n", "one\ntwo"),
    ] {
        assert_eq!(is_excerpt(excerpt, whole), Err(wrong), "{excerpt:?}");
    }
}

#[test]
fn the_readme_lists_the_commands_of_the_table() {
    let readme = fs::read_to_string("README.md").expect("the README can be read");
    let listed: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `/")).collect();
    let knowledge = load(Path::new("faq")).expect("the FAQ can be read").knowledge;
    let commands = Commands::new(&knowledge.expect("the FAQ is whole").case_file);
    let row = |command: &BotCommand| {
        let words = if command.words.is_some() { " WORDS" } else { "" };
        format!("| `/{}{words}` | {} |", command.name, command.summary)
    };
    assert_eq!(listed, commands.list.iter().map(row).collect::<Vec<_>>());
}

#[test]
fn the_readme_has_two_commands_and_ci_runs_the_second() {
    let readme = fs::read_to_string("README.md").expect("the README can be read");
    let blocks: Vec<&str> =
        readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks, ["cargo run --release -- chat\n", "cargo test\n"]);
    let ci = fs::read_to_string(".ci/run").expect("CI can be read");
    assert!(
        ci.contains("grep -x 'cargo test' README.md"),
        "CI takes the test command from the README"
    );
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "ARCHITECTURE.md",
        "docs/editors.md",
        "docs/moderators.md",
        "docs/operating.md",
        "eval/README.md",
        "docs/scaling.md",
        "faq/README.md",
    ] {
        let text = fs::read_to_string(document).expect("the document can be read");
        let folder = Path::new(document).parent().expect("a document lies in a folder");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let pictures = text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let headings = |text: &str| text.lines().filter_map(anchor).collect::<Vec<_>>();
        let leads_somewhere = |link: &str| match link.split_once('#') {
            None => folder.join(link).exists(),
            Some(("", heading)) => headings(&text).iter().any(|known| known == heading),
            Some((file, heading)) => fs::read_to_string(folder.join(file))
                .is_ok_and(|other| headings(&other).iter().any(|known| known == heading)),
        };
        for link in links.chain(pictures) {
            assert!(
                link.starts_with("https://") || leads_somewhere(link),
                "{document} links to {link}"
            );
        }
    }
}

/// The name by which GitHub links to a heading, if the line is one.
fn anchor(line: &str) -> Option<String> {
    let words = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    Some(kept.map(|c| if c == ' ' { '-' } else { c }).collect())
}

// A FAQ about another case.

#[test]
fn a_new_faq_passes_lint_and_answers_its_own_questions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |arguments: &[&str]| {
        let mut command = caseclerk();
        command.current_dir(folder.path()).args(["--date", "2026-01-20"]).args(arguments);
        let output = command.output().expect("it starts");
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let (exit, printed) = run(&["new", "faq"]);
    assert_eq!(exit, Some(0), "{printed}");
    assert_eq!(printed.lines().count(), 4, "one line and three steps: {printed}");

    let (exit, printed) = run(&["lint"]);
    assert_eq!((exit, printed.as_str()), (Some(0), "3 answers checked, no findings\n"));

    let loaded = load(&folder.path().join("faq")).expect("the FAQ can be read");
    let knowledge = loaded.knowledge.expect("the FAQ is whole");
    for entry in knowledge.library.vetted() {
        for asked in entry.ways_of_asking() {
            let (_, printed) = run(&["ask", "--json", asked]);
            // The log may warn that there is no vector table here.
            let json = &printed[..printed.rfind('}').expect("a JSON object") + 1];
            let reply: Value = serde_json::from_str(json).expect("JSON");
            assert_eq!(reply["outcome"], "answered", "{asked}: {printed}");
            assert_eq!(reply["entry"], entry.id.as_str(), "{asked}");
        }
    }
    let (_, printed) = run(&["ask", "has the suit ended"]);
    assert!(printed.contains("Filed 15 Jan 2024, outcome open"), "{printed}");
}

#[test]
fn a_new_faq_overwrites_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("mine.txt"), "mine").expect("the file can be written");
    let output = caseclerk().arg("new").arg(folder.path()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is not empty"), "{}", text(&output.stderr));
    assert_eq!(fs::read_dir(folder.path()).expect("the folder can be read").count(), 1);
}

#[test]
fn editors_learn_how_well_their_answers_are_found() {
    let tiny = Tiny::new();
    let run = |arguments: &[&str]| {
        let mut command = on(&tiny);
        let command = command.env("CASECLERK_KNOWLEDGE_INDEX", tiny.index()).args(arguments);
        let output = command.output().expect("it starts");
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let (exit, printed) = run(&["reach", "money"]);
    assert_eq!(exit, Some(0), "{printed}");
    assert!(printed.starts_with("money/will-i-be-paid: found for "), "{printed}");
    assert!(printed.ends_with("lead to another answer.\n"), "{printed}");
    let (exit, printed) = run(&["reach", "money/nothing"]);
    assert_eq!(exit, Some(2), "{printed}");
    assert!(printed.contains("there is no vetted answer or topic `money/nothing`"), "{printed}");

    // The index was built above, so lint knows what is new since.
    assert_eq!(run(&["lint"]), (Some(0), "5 answers checked, no findings\n".to_owned()));
    tiny.edit("answers/money/will-i-be-paid.md", "is there a payout", "is there a payment");
    let (exit, printed) = run(&["lint"]);
    assert_eq!(exit, Some(0), "{printed}");
    assert!(printed.contains("New or changed answers"), "{printed}");
    assert!(printed.contains("money/will-i-be-paid: found for "), "{printed}");
    assert!(!printed.contains("status/is-it-over: "), "{printed}");
}

#[test]
fn where_there_is_no_faq_every_command_says_what_it_wants() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let commands: &[&[&str]] =
        &[&["ask", "is it over"], &["chat"], &["lint"], &["reach"], &["index"], &["eval"]];
    for arguments in commands {
        let output = caseclerk()
            .current_dir(folder.path())
            .args(*arguments)
            .stdin(Stdio::null())
            .output()
            .expect("it starts");
        let printed = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {printed}");
        assert!(
            printed.contains(
                "there is no folder faq here; start caseclerk where the FAQ is, name it with \
                 --faq DIR, or make one with `caseclerk new DIR`"
            ),
            "{arguments:?}: {printed}"
        );
    }
}

// Help.

#[test]
fn help_mentions_what_it_must() {
    let wanted: &[(&[&str], &[&str])] = &[
        (
            &[],
            &["ask", "chat", "lint", "index", "config", "--faq", "--index", "--config", "--date"],
        ),
        (&["ask"], &["--json", "--batch", "JSON string", "--explain", "--date"]),
        (&["chat"], &["--faq", "--date"]),
        (&["lint"], &["--json", "--sources", "--source-files"]),
        (&["index"], &["--index", "--faq"]),
        (&["config"], &["--config", "--index"]),
        (&["new"], &["DIR", "--date"]),
    ];
    for (subcommand, mentioned) in wanted {
        let output = caseclerk().args(*subcommand).arg("--help").output().expect("it starts");
        let help = text(&output.stdout);
        let missing: Vec<_> = mentioned.iter().filter(|word| !help.contains(**word)).collect();
        assert!(
            missing.is_empty(),
            "caseclerk {subcommand:?} --help does not mention {missing:?}:\n{help}"
        );
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn every_subcommand_knows_its_version() {
    for subcommand in [&[][..], &["ask"], &["chat"], &["lint"], &["index"], &["config"]] {
        let output = caseclerk().args(subcommand).arg("--version").output().expect("it starts");
        assert!(text(&output.stdout).contains(env!("CARGO_PKG_VERSION")), "{subcommand:?}");
    }
}

// The preview.

#[cfg(feature = "discord")]
#[test]
fn the_preview_shows_replies_and_what_their_buttons_show() {
    let tiny = Tiny::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("pages");
    let preview = |arguments: &[&str]| {
        let mut command = on(&tiny);
        command.arg("preview").args(arguments).arg("--out").arg(&out).output().expect("it starts")
    };
    let output = preview(&["status", "money/will-i-be-paid"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = fs::read_to_string(out.join("index.html")).expect("the page was written");
    for wanted in [
        "The plaintiff ended it",
        "Where sources disagree",
        "Post with my name",
        "Read about claims ↗",
        "class=\"phone light\"",
    ] {
        assert!(page.contains(wanted), "no “{wanted}” in {page}");
    }
    let unknown = preview(&["no/such-answer"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("no vetted answer or topic `no/such-answer`"));
    let no_browser = preview(&["status", "--measure", "--browser", "no-such-browser"]);
    assert_eq!(no_browser.status.code(), Some(2));
    assert!(text(&no_browser.stderr).contains("name one with --browser"));
}

// Exit codes.

#[test]
fn success_is_exit_code_0_and_no_log() {
    let tiny = Tiny::new();
    for arguments in [&["lint"][..], &["ask", "is it over"], &["index"], &["config"]] {
        let output = on(&tiny).args(arguments).output().expect("it starts");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn lint_names_a_broken_file_and_goes_on() {
    let tiny = Tiny::new();
    tiny.edit("answers/claims/what-was-claimed.md", "as_of = 2026-01-10", "as_of = yesterday");
    tiny.edit("answers/money/will-i-be-paid.md", "is there a payout", "Is it finished?");
    let output = on(&tiny).arg("lint").output().expect("it starts");
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(
        printed.contains("answers/claims/what-was-claimed.md:7: error [toml-syntax]"),
        "{printed}"
    );
    // One mistake is one finding. The other files are still checked, and references to the broken
    // file are not reported.
    assert_eq!(printed.matches("answers/claims/what-was-claimed.md:").count(), 1, "{printed}");
    assert!(printed.contains("[same-phrasing]"), "{printed}");
    assert!(!printed.contains("[unknown-related]"), "{printed}");
}

#[test]
fn ask_refuses_broken_content_and_says_where() {
    let tiny = Tiny::new();
    tiny.edit("answers/claims/what-was-claimed.md", "as_of = 2026-01-10", "as_of = yesterday");
    for arguments in [&["ask", "is it over"][..], &["chat"], &["index"]] {
        let output = on(&tiny).args(arguments).stdin(Stdio::null()).output().expect("it starts");
        let log = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {log}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        assert!(
            log.contains("answers/claims/what-was-claimed.md:7:") && log.contains("To fix it:"),
            "{log}"
        );
    }
}

#[test]
fn lint_of_nothing_is_not_green() {
    let tiny = Tiny::new();
    fs::remove_dir_all(tiny.faq()).expect("the folder can be removed");
    assert_eq!(on(&tiny).arg("lint").output().expect("it starts").status.code(), Some(2));
    fs::create_dir(tiny.faq()).expect("the folder can be made");
    let output = on(&tiny).arg("lint").output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("nothing was checked"), "{}", text(&output.stdout));
}

#[test]
fn lint_without_a_case_says_what_it_could_not_do() {
    let tiny = Tiny::new();
    tiny.edit("case.toml", "plaintiff = ", "plaintif = ");
    let output = on(&tiny).arg("lint").output().expect("it starts");
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("case.toml:") && printed.contains("[unknown-key]"), "{printed}");
    assert!(printed.contains("fix case.toml and voice.toml first"), "{printed}");
}

#[test]
fn lint_prints_json() {
    let tiny = Tiny::new();
    tiny.edit("answers/money/will-i-be-paid.md", "as_of", "as_off = 1\nas_of");
    let output = on(&tiny).args(["lint", "--json"]).output().expect("it starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["findings"][0]["rule"], "unknown-key");
    assert_eq!(report["findings"][0]["file"], "answers/money/will-i-be-paid.md");
    assert_eq!(report["findings"][0]["line"], 7);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn lint_compares_quotations_with_their_sources() {
    let tiny = Tiny::new();
    let sources = tiny.root().join("sources");
    fs::create_dir(&sources).expect("the folder can be made");
    fs::write(
        sources.join("gazette.txt"),
        "It said: ‘The lamp\n  reads every letter on the desk.’",
    )
    .expect("a source");
    let lint = || on(&tiny).args(["lint", "--sources"]).arg(&sources).output().expect("it starts");
    let output = lint();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(
        printed.contains("found word for word in their source: 1; not checked: 1"),
        "{printed}"
    );
    assert!(printed.contains("not checked: `lamp-cannot-read`"), "{printed}");
    fs::write(sources.join("gazette.txt"), "The lamp reads every word on the desk.")
        .expect("a source");
    let output = lint();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("match up to “…every”"), "{printed}");
}

/// The quotation is longer than Discord's limit for a message.
#[cfg(feature = "discord")]
#[test]
fn lint_warns_about_an_answer_that_does_not_fit_into_a_discord_message() {
    let tiny = Tiny::new();
    let words = "The lamp reads every letter on the desk. ";
    tiny.edit("quotations.toml", words.trim(), words.repeat(150).trim());
    let output = on(&tiny).arg("lint").output().expect("it starts");
    let printed = text(&output.stdout);
    assert!(printed.contains("warning [discord-limits]"), "{printed}");
    assert_eq!(printed.matches("[discord-limits]").count(), 1, "{printed}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_cannot_run_says_why() {
    let tiny = Tiny::new();
    let cases: &[(&[&str], &str)] = &[
        (&["ask"], "<QUESTION>"),
        (&["sing"], "sing"),
        (&["ask", "--date", "tomorrow", "x"], "tomorrow"),
        (&["ask", "--batch", "no-such-file", "--json"], "no-such-file"),
        (&["ask", "--batch", "x"], "--json"),
        (&["--faq", "no-such-folder", "ask", "x"], "no-such-folder"),
        (&["--config", "no-such.toml", "ask", "x"], "no-such.toml"),
    ];
    for (arguments, named) in cases {
        let output = on(&tiny).args(*arguments).output().expect("it starts");
        let log = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {log}");
        assert!(log.contains(named), "{arguments:?} does not name {named}: {log}");
    }
}

// Asking.

#[test]
fn json_has_every_field_for_every_outcome() {
    let tiny = Tiny::new();
    let fields = [
        "question",
        "outcome",
        "reason",
        "entry",
        "topic",
        "text",
        "standing",
        "quotations",
        "citations",
        "stamp",
        "as_of",
        "suggestions",
        "score",
        "evidence",
    ];
    for question in [
        "claims/what-was-claimed",
        "what did the suit claim",
        "xyzzy plugh",
        "",
        "money/old-claim-form",
    ] {
        let output = on(&tiny).args(["ask", "--json", question]).output().expect("it starts");
        let reply: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let missing: Vec<_> = fields.iter().filter(|field| reply.get(**field).is_none()).collect();
        assert!(missing.is_empty(), "{question:?}: no {missing:?}");
        assert_eq!(reply["question"], question);
    }
}

#[test]
fn a_batch_answers_in_order_and_goes_on_after_a_bad_line() {
    let tiny = Tiny::new();
    let input = "\"claims/what-was-claimed\"\nnot json\n\"\"\n{}\n\n\"status/is-it-over\"";
    let mut child = on(&tiny)
        .args(["ask", "--json", "--batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it listens");
    let output = child.wait_with_output().expect("it ends");
    let printed = text(&output.stdout);
    let lines: Vec<Value> =
        printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 6, "{printed}");
    assert_eq!(lines[0]["entry"], "claims/what-was-claimed");
    assert_eq!(lines[2]["reason"], "empty");
    assert_eq!(lines[5]["entry"], "status/is-it-over");
    for (place, line) in [(1, 2), (3, 4), (4, 5)] {
        assert_eq!(lines[place]["line"], line, "{printed}");
        assert!(lines[place]["error"].is_string(), "{printed}");
    }
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_batch_of_good_lines_from_a_file_succeeds() {
    let tiny = Tiny::new();
    let file = tiny.root().join("questions.jsonl");
    fs::write(&file, "\"is it over\"\r\n\"\\u00e9\\u0000\"\n").expect("the file can be written");
    let output =
        on(&tiny).args(["ask", "--json", "--batch"]).arg(&file).output().expect("it starts");
    assert_eq!(text(&output.stdout).lines().count(), 2);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_batch_answers_a_question_with_markup_as_without_it() {
    let tiny = Tiny::new();
    let file = tiny.root().join("questions.jsonl");
    let plain = "do lamp owners get any money";
    let marked = format!("<a:blob:1> [**{plain}**](https://example.com/eggs) <@1>");
    let questions = [plain, &marked, "`status/is-it-over`", "<@1>"];
    let lines: Vec<String> = questions.map(|question| Value::from(question).to_string()).to_vec();
    fs::write(&file, lines.join("\n")).expect("the file can be written");
    let output =
        on(&tiny).args(["ask", "--json", "--batch"]).arg(&file).output().expect("it starts");
    let mut replies: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    // A program finds the question as it has sent it.
    for (reply, question) in replies.iter_mut().zip(questions) {
        assert_eq!(reply["question"].take(), question);
    }
    assert_eq!(replies[0]["outcome"], "answered");
    assert_eq!(replies[1], replies[0]);
    assert_eq!(replies[2]["entry"], "status/is-it-over");
    assert_eq!(replies[3]["reason"], "empty");
}

#[test]
fn explain_says_why() {
    let tiny = Tiny::new();
    let output = on(&tiny)
        .args(["ask", "--explain", "do lamp owners get any money"])
        .output()
        .expect("it starts");
    let printed = text(&output.stdout);
    for part in ["Why", "Confidence", "in a phrasing", "money/will-i-be-paid: "] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
fn no_colours_reach_a_pipe() {
    let tiny = Tiny::new();
    let output = on(&tiny).args(["ask", "status/is-it-over"]).output().expect("it starts");
    assert!(!output.stdout.contains(&0x1b), "{}", text(&output.stdout));
}

#[test]
fn a_conversation_goes_through_a_pipe() {
    let tiny = Tiny::new();
    let typed =
        "/status\n/quote lamp\nstatus/is-it-over\n/more\n1\n/reload\n/quote\n/nonsense\n\n/quit\n";
    let output = chat(&mut on(&tiny), typed.as_bytes());
    let printed = text(&output.stdout);
    for wanted in [
        "Where the case stands",
        "reads every letter",
        "Is the case over?",
        "Where sources disagree",
        // The number chose the first related question.
        "Nobody proved that",
        "Reloaded: 0 added, 0 changed, 0 withdrawn.",
        "/quote needs words",
        "There is no command /nonsense",
    ] {
        assert!(printed.contains(wanted), "no “{wanted}” in:\n{printed}\n{}", text(&output.stderr));
    }
    assert_eq!(output.status.code(), Some(0));
}

/// What was typed in another encoding is said to be unreadable, once, and the conversation goes on.
#[test]
fn a_conversation_goes_on_after_a_line_that_is_not_utf8() {
    let tiny = Tiny::new();
    let output = chat(&mut on(&tiny), b"is it over?\nF\xe4lle\n/status\n");
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(printed.matches("not UTF-8").count(), 1, "{printed}");
    assert!(printed.contains("Where the case stands"), "{printed}");
    assert_eq!(text(&output.stderr), "");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_typed_from_is_said_once() {
    let tiny = Tiny::new();
    let folder = fs::File::open(tiny.root()).expect("a folder can be opened");
    let output = on(&tiny).arg("chat").stdin(folder).output().expect("it starts");
    let log = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{log}");
    assert_eq!(log.matches("directory").count(), 1, "{log}");
}

/// A folder that was made again is another folder, though it has the same name.
#[cfg(target_os = "linux")]
#[test]
fn relative_paths_still_lead_somewhere_when_the_working_folder_was_made_again() {
    let tiny = Tiny::new();
    let folder = tiny.root().join("work");
    let copied = |from: &Path| {
        fs::create_dir_all(&folder).expect("a folder");
        let copied = Command::new("cp").arg("-r").arg(from).arg(folder.join("faq")).status();
        assert!(copied.expect("cp starts").success());
    };
    copied(&tiny.faq());
    let mut child = on(&tiny)
        .args(["chat", "--faq", "faq", "--index", "index"])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut printed = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut typed = child.stdin.take().expect("a pipe");
    let mut reads = |wanted: &str| {
        let found = printed.find(|line| line.as_ref().is_ok_and(|line| line.contains(wanted)));
        assert!(found.is_some(), "no “{wanted}”");
    };
    reads("/quit");
    fs::remove_dir_all(&folder).expect("it can be removed");
    copied(&tiny.faq());
    typed.write_all(b"/reload\n/quit\n").expect("it listens");
    reads("Reloaded: 0 added, 0 changed, 0 withdrawn.");
    assert!(child.wait().expect("it ends").success());
}

// Pipes.

#[test]
fn a_closed_pipe_is_not_an_error() {
    let tiny = Tiny::new();
    let batch = tiny.root().join("questions.jsonl");
    fs::write(&batch, "\"is it over\"\n".repeat(50)).expect("the file can be written");
    let batch = batch.to_str().expect("a path in letters");
    let runs: &[&[&str]] = &[
        &["ask", "is it over"],
        &["ask", "--json", "is it over"],
        &["ask", "--json", "--batch", batch],
        &["lint"],
        &["lint", "--json"],
        &["index"],
        &["config"],
        &["chat"],
        &["--help"],
    ];
    for arguments in runs {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = on(&tiny)
            .args(*arguments)
            .stdin(Stdio::null())
            .stdout(writer)
            .output()
            .expect("it starts");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
}

/// The reader of a log may be gone, or its disk full.
#[test]
fn a_log_that_cannot_be_written_is_lost_and_nothing_else() {
    let tiny = Tiny::new();
    let ask = |stderr: Stdio| {
        let mut command = on(&tiny);
        command.args(["ask", "is it over"]).env("CASECLERK_LOG_FILTER", "trace").stderr(stderr);
        command.output().expect("it starts")
    };
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    for stderr in [Stdio::from(writer), Stdio::from(full)] {
        let output = ask(stderr);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stdout).contains("Is the case over?"));
    }
}

// Configuration.

#[test]
fn about_tells_who_runs_the_bot() {
    let tiny = Tiny::new();
    let about = |variables: &[(&str, &str)]| {
        let mut child = on(&tiny)
            .arg("chat")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        child.stdin.take().expect("a pipe").write_all(b"/about\n").expect("it listens");
        text(&child.wait_with_output().expect("it ends").stdout)
    };
    let printed = about(&[
        ("CASECLERK_OPERATOR_NAME", "The lamp club"),
        ("CASECLERK_OPERATOR_CONTACT", "the channel #faq-help"),
        ("CASECLERK_OPERATOR_PRIVACY_URL", "https://lamps.example/privacy"),
        ("CASECLERK_OPERATOR_SOURCE_URL", "https://lamps.example/source"),
    ]);
    for wanted in [
        "Run by: The lamp club",
        "Contact: the channel #faq-help",
        "https://lamps.example/privacy",
        "https://lamps.example/source",
    ] {
        assert!(printed.contains(wanted), "no “{wanted}” in:\n{printed}");
    }
    assert!(!about(&[]).contains("Who runs this bot"));
}

#[test]
fn an_unknown_option_is_named_with_the_nearest() {
    let tiny = Tiny::new();
    let cases = [
        ("[knowledge]\nfaqs = \"x\"\n", "knowledge.faqs", "knowledge.faq"),
        ("[matcher]\nvector = \"x\"\n", "matcher.vector", "matcher.vectors"),
        ("[lgo]\nfilter = \"warn\"\n", "lgo", "log"),
        ("[discrod]\n", "discrod", "discord"),
        ("loud = true\n", "loud", ""),
    ];
    for (config, key, nearest) in cases {
        let file = tiny.root().join("own.toml");
        fs::write(&file, config).expect("the file can be written");
        let output =
            on(&tiny).arg("--config").arg(&file).arg("config").output().expect("it starts");
        let log = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{config}: {log}");
        assert!(
            log.contains(&format!("`{key}`")) && log.contains(&format!("did you mean `{nearest}")),
            "{config}: {log}"
        );
    }
}

#[test]
fn an_unknown_variable_is_named_with_the_nearest() {
    let tiny = Tiny::new();
    let output =
        on(&tiny).arg("config").env("CASECLERK_LOG_FILTRE", "info").output().expect("it starts");
    let log = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        log.contains("CASECLERK_LOG_FILTRE") && log.contains("`CASECLERK_LOG_FILTER`"),
        "{log}"
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf8_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let tiny = Tiny::new();
    let value = std::ffi::OsStr::from_bytes(b"/tmp/F\xe4lle");
    for variable in ["CASECLERK_KNOWLEDGE_FAQ", "DISCORD_TOKEN"] {
        let output = on(&tiny).arg("config").env(variable, value).output().expect("it starts");
        let log = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{log}");
        assert!(log.contains(variable) && log.contains("UTF-8"), "{log}");
    }
    let output = on(&tiny).arg("config").env("LS_COLORS", value).output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

/// As from a file of variables with Windows line ends.
#[test]
fn a_line_break_after_the_value_of_a_variable_does_no_harm() {
    let tiny = Tiny::new();
    let output = on(&tiny)
        .args(["ask", "is it over"])
        .env("CASECLERK_KNOWLEDGE_FAQ", format!("{}\r", tiny.faq().display()))
        .env("CASECLERK_DISCORD_VISIBILITY", "public\r\n")
        .env("CASECLERK_LINT_REVIEW_AFTER_DAYS", "7\r")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_log_filter_that_would_be_silent_by_mistake_is_refused_or_ignored() {
    let tiny = Tiny::new();
    // A missing table of vectors is a warning.
    let index = |filter: &str, index: &str| {
        on(&tiny)
            .args(["index", "--index", index])
            .env("CASECLERK_LOG_FILTER", filter)
            .env("CASECLERK_MATCHER_VECTORS", "nowhere.bin")
            .output()
            .expect("it starts")
    };
    let empty = index("", "one");
    assert!(!empty.stderr.is_empty(), "an empty filter silences the log");
    let wrong = index("warning", "two");
    let log = text(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(2), "{log}");
    assert!(log.contains("CASECLERK_LOG_FILTER") && log.contains("did you mean `warn`"), "{log}");
}

#[cfg(feature = "discord")]
#[test]
fn a_token_that_is_none_is_refused_with_the_reason() {
    let tiny = Tiny::new();
    for (token, reason) in [("\"abc.def\"", "quotation marks"), ("abc.def\n.ghi", "line break")] {
        let output = on(&tiny).arg("run").env("DISCORD_TOKEN", token).output().expect("it starts");
        let log = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{log}");
        assert!(log.contains("DISCORD_TOKEN") && log.contains(reason), "{log}");
        assert!(!log.contains("abc"), "{log}");
    }
}

#[test]
fn config_tells_where_each_value_comes_from() {
    let tiny = Tiny::new();
    let file = tiny.root().join("own.toml");
    fs::write(&file, "[lint]\nreview_after_days = 7\n").expect("the file can be written");
    let output = on(&tiny)
        .arg("--config")
        .arg(&file)
        .args(["config", "--index", "elsewhere"])
        .env("CASECLERK_LOG_FORMAT", "json")
        .output()
        .expect("it starts");
    let printed = text(&output.stdout);
    let line = |key: &str| {
        printed.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap_or_default()
    };
    assert!(
        line("lint.review_after_days").contains("7")
            && line("lint.review_after_days").contains("own.toml")
    );
    assert!(line("log.format").contains("the environment variable CASECLERK_LOG_FORMAT"));
    assert!(
        line("knowledge.index").contains("elsewhere")
            && line("knowledge.index").contains("the flag --index")
    );
    assert!(line("log.filter").contains("the default"));
    let options = Options::collect(None, std::iter::empty(), Vec::new())
        .expect("the shipped options are right");
    assert!(options.iter().all(|(key, _)| !line(key).is_empty()), "{printed}");
}

/// `--show` was once required, so scripts may still use it.
#[test]
fn config_still_accepts_show() {
    let tiny = Tiny::new();
    let print = |arguments: &[&str]| on(&tiny).args(arguments).output().expect("it starts").stdout;
    assert_eq!(text(&print(&["config", "--show"])), text(&print(&["config"])));
}

#[test]
fn the_log_can_be_read_by_machines() {
    let tiny = Tiny::new();
    // Not the shared index, because only building an index writes to the log.
    let output = on(&tiny)
        .args(["index", "--index", "index"])
        .env("CASECLERK_LOG_FORMAT", "json")
        .env("CASECLERK_LOG_FILTER", "info")
        .output()
        .expect("it starts");
    let log = text(&output.stderr);
    assert!(log.lines().count() > 0, "nothing was logged");
    log.lines().for_each(|line| assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}"));
}

/// The program, started in the project folder without environment variables.
fn caseclerk() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    command
}

/// What `caseclerk chat` prints when this is typed into a pipe.
fn chat(command: &mut Command, typed: &[u8]) -> Output {
    let pipes = command.arg("chat").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(typed).expect("it listens");
    child.wait_with_output().expect("it ends")
}

/// The program with the tiny FAQ, the date of the tests, and the shared index.
fn on(tiny: &Tiny) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseclerk"));
    command.current_dir(tiny.root()).env_clear();
    command.args(["--date", &TODAY.to_string()]);
    // Set as variables, so that a test can still override them with flags.
    command
        .env("CASECLERK_KNOWLEDGE_FAQ", tiny.faq())
        .env("CASECLERK_KNOWLEDGE_INDEX", shared_index(&tiny::original()));
    command.env(
        "CASECLERK_MATCHER_VECTORS",
        concat!(env!("CARGO_MANIFEST_DIR"), "/models/vectors.bin"),
    );
    command
}

fn last_checked() -> String {
    let knowledge =
        load(Path::new("faq")).expect("the FAQ can be read").knowledge.expect("the FAQ is whole");
    knowledge.case_file.case.last_checked.to_string()
}

/// Whether an excerpt equals a text with whole lines left out. A line `…` marks each gap. The first
/// and the last line must not be left out. The error is the first part that is missing or out of
/// order.
fn is_excerpt<'a>(excerpt: &'a str, whole: &str) -> Result<(), &'a str> {
    let parts: Vec<&str> = excerpt.trim_end_matches('\n').split("\n…\n").collect();
    let lines: Vec<&str> = whole.lines().collect();
    let mut from = 0;
    for (number, part) in parts.iter().enumerate() {
        let wanted: Vec<&str> = part.lines().collect();
        let (first, last) = (number == 0, number + 1 == parts.len());
        let found = (from..lines.len()).find(|&start| {
            lines[start..].starts_with(&wanted)
                && (!first || start == 0)
                && (!last || start + wanted.len() == lines.len())
        });
        from = found.ok_or(*part)? + wanted.len();
    }
    Ok(())
}

/// Splits a command line at spaces outside of double quotes.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("there is always a word").push(c),
        }
    }
    words
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

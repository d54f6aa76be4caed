//! The files in `deploy/` agree with the program and with the operator's page. `tools/lint_deploy`
//! checks their forms.

#[path = "support/rust_files.rs"]
mod rust_files;

use std::fs;
use std::path::{Path, PathBuf};

use caseclerk::config::Options;
use rust_files::rust_files;

fn read(file: impl AsRef<Path>) -> String {
    let file = file.as_ref();
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_file()).collect()
}

#[test]
fn the_variables_in_them_are_options() {
    let options = Options::collect(None, std::iter::empty(), Vec::new()).expect("the defaults");
    let variable = |key: &str| format!("CASECLERK_{}", key.replace('.', "_").to_ascii_uppercase());
    let known: Vec<String> = options.iter().map(|(key, _)| variable(key)).collect();
    let pages = ["Dockerfile", "docs/operating.md", "PRIVACY.md", "README.md"].map(PathBuf::from);
    let mut found = 0;
    for file in pages.into_iter().chain(files("deploy")).chain(files("deploy/kubernetes")) {
        let text = read(&file);
        let is_of_name = |c: char| c.is_ascii_uppercase() || c == '_';
        for (start, _) in text.match_indices("CASECLERK_") {
            let name: String = text[start..].chars().take_while(|c| is_of_name(*c)).collect();
            let is_prefix = name == "CASECLERK_";
            assert!(is_prefix || known.contains(&name), "{}: {name}", file.display());
            found += 1;
        }
    }
    assert!(found > 5, "the variables were found");
}

#[test]
fn systemd_restarts_what_a_restart_can_mend() {
    let unit = read("deploy/caseclerk.service");
    let prevented = unit.lines().find_map(|line| line.strip_prefix("RestartPreventExitStatus="));
    let page = read("docs/operating.md");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let code: u8 = cells.get(1)?.parse().ok()?;
        Some((code, cells.get(3)?.starts_with("no")))
    });
    let hopeless = rows.filter(|(code, is_hopeless)| *is_hopeless && *code != 0);
    let hopeless: Vec<String> = hopeless.map(|(code, _)| code.to_string()).collect();
    assert!(!hopeless.is_empty(), "the table of exit codes was found");
    assert_eq!(prevented, Some(hopeless.join(" ").as_str()));
}

/// The bot finishes its answers before it is killed.
#[test]
fn everybody_waits_longer_than_the_bot_takes_to_stop() {
    let options = Options::collect(None, std::iter::empty(), Vec::new()).expect("the defaults");
    let seconds = options.iter().find(|(key, _)| *key == "discord.shutdown_seconds");
    let seconds = seconds.and_then(|(_, option)| option.value.as_integer()).expect("an option");
    for (file, name) in [
        ("deploy/compose.yaml", "stop_grace_period: "),
        ("deploy/caseclerk.service", "TimeoutStopSec="),
        ("deploy/kubernetes/statefulset.yaml", "terminationGracePeriodSeconds: "),
        ("deploy/kubernetes/web.yaml", "terminationGracePeriodSeconds: "),
    ] {
        let text = read(file);
        let (_, value) = text.split_once(name).unwrap_or_else(|| panic!("{file}: no {name}"));
        let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
        assert!(digits.parse().is_ok_and(|granted: i64| granted > seconds), "{file}: {digits}");
    }
}

/// Whoever sees a line in the log at night finds it on the operator's page.
#[test]
fn every_warning_of_the_log_is_explained() {
    let page = read("docs/operating.md");
    let mut unexplained = Vec::new();
    let mut found = 0;
    for file in rust_files(Path::new("src")) {
        let text = read(&file);
        // Tests stand at the end.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for message in ["warn!(", "error!("].into_iter().flat_map(|name| logged(code, name)) {
            found += 1;
            // A blank of a message is written as an ellipsis.
            let mut shown = String::new();
            for (number, part) in message.split(['{', '}']).enumerate() {
                shown += if number % 2 == 0 { part } else { "…" };
            }
            if !page.contains(&format!("`{shown}`")) {
                unexplained.push(shown);
            }
        }
    }
    assert!(found > 40, "the log lines were found: {found}");
    assert!(unexplained.is_empty(), "docs/operating.md does not explain {unexplained:#?}");
}

/// The messages in the calls of a macro: the last text of each, unless it is a format without words.
fn logged(code: &str, name: &str) -> Vec<String> {
    let mut messages = Vec::new();
    for (start, _) in code.match_indices(name) {
        let arguments = &code[start + name.len()..];
        let (mut depth, mut quoted, mut escaped) = (1, false, false);
        let (mut text, mut last) = (String::new(), String::new());
        for c in arguments.chars() {
            match c {
                _ if escaped => {
                    // A line break in the source, and the indentation after it, are not in the text.
                    escaped = false;
                    if c != '\n' {
                        text.push(c);
                    }
                }
                '\\' if quoted => escaped = true,
                '"' if quoted => (quoted, last) = (false, std::mem::take(&mut text)),
                '"' => quoted = true,
                c if quoted => text.push(c),
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        let message = last.split_whitespace().collect::<Vec<_>>().join(" ");
        if message.contains(|c: char| c.is_lowercase()) && !message.starts_with('{') {
            messages.push(message);
        }
    }
    messages
}

#[test]
fn every_alert_has_a_remedy() {
    let page = read("docs/operating.md");
    let rules = read("deploy/prometheus/alerts.yaml");
    let alerts: Vec<_> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 5, "the alerts were found");
    for alert in alerts {
        assert!(page.contains(&format!("\n| `{alert}` | ")), "{alert} is not in docs/operating.md");
    }
}

/// The version is the same everywhere, and the changelog says what is new in it.
#[test]
fn the_version_is_in_the_changelog_and_in_the_manifests() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(read("CHANGELOG.md").contains(&format!("\n## {version} (")), "CHANGELOG.md");
    let kustomization = read("deploy/kubernetes/kustomization.yaml");
    assert!(kustomization.contains(&format!("newTag: {version}\n")), "{kustomization}");
}

/// Files of other folders that are compiled in are in the image before the program is built there.
#[test]
fn the_image_has_what_is_compiled_in() {
    let dockerfile = read("Dockerfile");
    let (_, build) = dockerfile.split_once("\nCOPY config.toml ./").expect("the build stage");
    let (copied, _) = build.split_once("cargo build").expect("the program is built");
    let copied = format!("COPY config.toml ./{copied}");
    let allowed = read(".dockerignore");
    let mut found = 0;
    for file in rust_files(Path::new("src")) {
        let text = read(&file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for rest in code.split("include_str!(\"").chain(code.split("include_bytes!(\"")).skip(1) {
            let Some((path, _)) = rest.split_once("\")") else { continue };
            let Some((_, outside)) = path.rsplit_once("../") else { continue };
            if file.with_file_name(path).exists() && Path::new(outside).exists() {
                found += 1;
                assert!(copied.contains(&format!("COPY {outside} ")), "{outside} is missing");
                let folder = outside.split('/').next().unwrap_or_default();
                assert!(allowed.contains(&format!("!{folder}\n")), "{outside} is left out");
            }
        }
    }
    assert!(found >= 2, "config.toml and the messages in distress are compiled in: {found}");
}

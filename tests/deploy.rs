//! The files in `deploy/` agree with the program and with the operator's page. `tools/lint_deploy`
//! checks their forms.

use std::fs;
use std::path::{Path, PathBuf};

use caseclerk::config::Options;

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
    ] {
        let text = read(file);
        let (_, value) = text.split_once(name).unwrap_or_else(|| panic!("{file}: no {name}"));
        let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
        assert!(digits.parse().is_ok_and(|granted: i64| granted > seconds), "{file}: {digits}");
    }
}

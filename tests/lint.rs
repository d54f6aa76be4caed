//! Runs the test case of every rule: a folder under `tests/lint/` with the name of the rule.
//!
//! A case consists of data only. `in/` is copied over a copy of the tiny FAQ, `removed.txt` lists
//! files to remove from it, and `sources/` contains the texts of sources to compare quotations
//! with. `expected.txt` is the expected output of lint.
//!
//! `UPDATE_EXPECTED=1 cargo test --test lint` rewrites every `expected.txt`. Review the diff before
//! you commit it.

mod tiny;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use caseclerk::knowledge::{Finding, LOADING_RULES, load, sort_findings};
use caseclerk::lint::{self, RULES, Subject, check_quotations};
use tiny::{TODAY, Tiny, lay_over};

/// The rule that needs the texts of the sources.
const AGAINST_SOURCES: &str = "quotation-not-in-source";

#[test]
fn the_tiny_faq_has_no_findings() {
    assert_eq!(print(&findings(&Tiny::new(), None)), "");
}

#[test]
fn every_rule_has_a_case_and_every_case_a_rule() {
    let mut rules: Vec<&str> = LOADING_RULES.iter().map(|(name, _)| *name).collect();
    rules.extend(RULES.iter().map(|rule| rule.name));
    rules.push(AGAINST_SOURCES);
    rules.sort_unstable();
    let unique = rules.len();
    rules.dedup();
    assert_eq!(rules.len(), unique, "two rules have the same name");
    let cases: Vec<String> = cases().iter().map(|case| name(case)).collect();
    assert_eq!(cases, rules, "left: the folders of tests/lint, right: the rules");
}

#[test]
fn every_case_prints_what_is_expected() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let printed = print(&run(&case));
        let expected_file = case.join("expected.txt");
        if update {
            fs::write(&expected_file, &printed).expect("expected.txt can be written");
        }
        let expected = fs::read_to_string(&expected_file).unwrap_or_default();
        if !expected.contains(&format!("[{}]", name(&case))) {
            wrong.push(format!(
                "{}: expected.txt does not show the rule at work; lint prints:\n{printed}",
                name(&case)
            ));
        } else if printed != expected {
            wrong
                .push(format!("{}: expected\n{expected}\nbut lint prints\n{printed}", name(&case)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn findings_have_the_severity_of_their_rule() {
    for case in cases() {
        let rule = RULES.iter().find(|rule| rule.name == name(&case));
        let Some(rule) = rule else { continue };
        for finding in run(&case).iter().filter(|finding| finding.rule == rule.name) {
            assert_eq!(finding.severity, rule.severity, "{}", rule.name);
        }
    }
}

/// The folders of `tests/lint`, sorted.
fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let entries = fs::read_dir(folder).expect("tests/lint can be read");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.expect("tests/lint can be read").path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Lints the tiny FAQ with the case copied over it.
fn run(case: &Path) -> Vec<Finding> {
    let tiny = Tiny::new();
    if case.join("in").is_dir() {
        lay_over(&case.join("in"), &tiny.faq());
    }
    for file in fs::read_to_string(case.join("removed.txt")).unwrap_or_default().lines() {
        fs::remove_file(tiny.faq().join(file)).expect("removed.txt names files of the tiny FAQ");
    }
    let sources = case.join("sources");
    findings(&tiny, sources.is_dir().then_some(sources.as_path()))
}

/// The findings of `caseclerk lint`, in the same order.
fn findings(tiny: &Tiny, sources: Option<&Path>) -> Vec<Finding> {
    let loaded = load(&tiny.faq()).expect("the folder can be read");
    let mut findings = loaded.findings;
    if let Some(knowledge) = &loaded.knowledge {
        findings.extend(lint::run(&Subject {
            knowledge,
            today: TODAY,
            review_after_days: 365,
            reading_grade: 12.0,
        }));
        if let Some(folder) = sources {
            let check = check_quotations(knowledge, folder, &BTreeMap::new())
                .expect("the sources can be read");
            findings.extend(check.findings);
        }
    }
    sort_findings(&mut findings);
    findings
}

fn print(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

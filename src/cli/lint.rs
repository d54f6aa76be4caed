//! `caseclerk lint`: prints every finding; the exit code says whether there were any.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use caseclerk::config::Settings;
use caseclerk::knowledge::{Finding, Knowledge, LoadError, Loaded, Severity, load, sort_findings};
use caseclerk::lint::{self, Rule, SourceCheck, Subject, check_quotations};
use caseclerk::matcher::{Reach, Snapshot, changed_since_cached};
use caseclerk::reply::{reach_lines, write_json};
use caseclerk::responder::{MAX_REACH, owner, setup};
use clap::Args;
use jiff::civil::Date;
use serde::Serialize;

use super::Exit;

#[derive(Debug, Args)]
pub struct LintArguments {
    /// Print the findings as a JSON object
    #[arg(long)]
    json: bool,
    /// Also compare every quotation with the text of its source, DIR/<source key>.txt
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// A TOML file that names the files of sources, for those that are not named after their key:
    /// <source key> = "file.txt"
    #[arg(long, value_name = "FILE", requires = "sources")]
    source_files: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    entries: usize,
    /// Whether the rules about answers could run; they need case.toml and voice.toml.
    complete: bool,
    findings: Vec<Finding>,
    /// How well the answers are found that are new or changed since the index was built.
    reach: Vec<Reach>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quotations: Option<QuotationReport>,
}

#[derive(Serialize)]
struct QuotationReport {
    found: usize,
    not_checked: Vec<NotChecked>,
}

#[derive(Serialize)]
struct NotChecked {
    quotation: String,
    source: String,
}

/// `date` is the day as of which to check; without one, the last day on which anything was checked.
pub fn run(
    arguments: &LintArguments,
    settings: &Settings,
    date: Option<Date>,
    now: Date,
) -> anyhow::Result<Exit> {
    let loaded = checked(settings, date, now)?;
    let entries = loaded.answers;
    let mut findings = loaded.findings;
    let mut quotations = None;
    if let (Some(knowledge), Some(folder)) = (&loaded.knowledge, &arguments.sources) {
        let check = check_quotations(knowledge, folder, &source_files(arguments)?)
            .with_context(|| format!("cannot read the sources in {}", folder.display()))?;
        let SourceCheck { found, not_checked, findings: wrong } = check;
        findings.extend(wrong);
        let not_checked = not_checked.into_iter();
        let not_checked = not_checked
            .map(|(quotation, source)| NotChecked { quotation, source: source.to_string() });
        quotations = Some(QuotationReport { found, not_checked: not_checked.collect() });
    }
    let can_be_served = findings.iter().all(|finding| finding.severity != Severity::Error);
    let knowledge = loaded.knowledge.as_ref().filter(|_| can_be_served);
    let reach = knowledge.map(|knowledge| reach_of_changed(knowledge, settings)).transpose()?;
    sort_findings(&mut findings);
    let exit = match (entries, findings.is_empty()) {
        // A check of no answers must not succeed.
        (0, _) => Exit::CouldNotRun,
        (_, true) => Exit::Success,
        (_, false) => Exit::Findings,
    };
    let (complete, reach) = (loaded.knowledge.is_some(), reach.unwrap_or_default());
    print(&Report { entries, complete, findings, reach, quotations }, arguments.json)?;
    Ok(exit)
}

/// Loads the content, and runs every rule on it.
pub fn checked(settings: &Settings, date: Option<Date>, now: Date) -> Result<Loaded, LoadError> {
    let mut loaded = load(&settings.faq)?;
    if let Some(knowledge) = &loaded.knowledge {
        let Settings { review_after_days, reading_grade, .. } = *settings;
        let today = date.unwrap_or_else(|| lint::last_day(knowledge, now));
        let subject = Subject { knowledge, today, review_after_days, reading_grade };
        loaded.findings.extend(lint::run(&subject));
        loaded.findings.extend(lint::run_rules(FRONT_END_RULES, &subject));
    }
    Ok(loaded)
}

/// How well the answers are found that an editor has just written. Without an index, nobody knows
/// which these are.
fn reach_of_changed(knowledge: &Knowledge, settings: &Settings) -> anyhow::Result<Vec<Reach>> {
    let library = &knowledge.library;
    match changed_since_cached(library, &owner(&settings.faq), &settings.index) {
        Some(changed) if !changed.is_empty() => {
            let changed = &changed[..changed.len().min(MAX_REACH)];
            let setup = setup(settings, &settings.faq)?;
            Ok(Snapshot::build(library.clone(), &setup)?.reach(changed)?)
        }
        _ => Ok(Vec::new()),
    }
}

/// The rules of the front ends. They are not among those of the `lint` module, because that must not
/// import front ends.
const FRONT_END_RULES: &[Rule] = &[
    #[cfg(feature = "discord")]
    caseclerk::discord::LIMITS_RULE,
];

fn source_files(arguments: &LintArguments) -> anyhow::Result<BTreeMap<String, String>> {
    let Some(path) = &arguments.source_files else {
        return Ok(BTreeMap::new());
    };
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| {
        format!("{} must hold lines such as <source key> = \"file.txt\"", path.display())
    })
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return Ok(write_json(&mut out, report)?);
    }
    for finding in &report.findings {
        writeln!(out, "{finding}\n")?;
    }
    if !report.reach.is_empty() {
        writeln!(
            out,
            "New or changed answers, each phrasing asked as if the FAQ did not have it:"
        )?;
        for line in report.reach.iter().flat_map(reach_lines) {
            writeln!(out, "{line}")?;
        }
        writeln!(out)?;
    }
    if let Some(QuotationReport { found, not_checked }) = &report.quotations {
        for NotChecked { quotation, source } in not_checked {
            writeln!(out, "not checked: `{quotation}`; there is no text of `{source}`")?;
        }
        writeln!(
            out,
            "quotations found word for word in their source: {found}; not checked: {}",
            not_checked.len()
        )?;
    }
    match (report.entries, report.findings.len()) {
        (0, _) => writeln!(out, "no answers found; nothing was checked")?,
        (entries, 0) => writeln!(out, "{entries} answers checked, no findings")?,
        (entries, 1) => writeln!(out, "{entries} answers checked, 1 finding")?,
        (entries, findings) => writeln!(out, "{entries} answers checked, {findings} findings")?,
    }
    if report.entries > 0 && !report.complete {
        writeln!(
            out,
            "fix case.toml and voice.toml first; the rules about answers need them and did not run"
        )?;
    }
    Ok(())
}

//! `caseclerk lint`: prints every finding; the exit code says whether there were any.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use caseclerk::config::Settings;
use caseclerk::knowledge::{Finding, load, sort_findings};
use caseclerk::lint::{self, Rule, SourceCheck, Subject, check_quotations};
use caseclerk::reply::write_json;
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

pub fn run(arguments: &LintArguments, settings: &Settings, today: Date) -> anyhow::Result<Exit> {
    let loaded = load(&settings.faq)?;
    let entries = loaded.answers;
    let mut findings = loaded.findings;
    let mut quotations = None;
    if let Some(knowledge) = &loaded.knowledge {
        let Settings { review_after_days, reading_grade, .. } = *settings;
        let subject = Subject { knowledge, today, review_after_days, reading_grade };
        findings.extend(lint::run(&subject));
        findings.extend(lint::run_rules(FRONT_END_RULES, &subject));
        if let Some(folder) = &arguments.sources {
            let check = check_quotations(knowledge, folder, &source_files(arguments)?)
                .with_context(|| format!("cannot read the sources in {}", folder.display()))?;
            let SourceCheck { found, not_checked, findings: wrong } = check;
            findings.extend(wrong);
            let not_checked = not_checked.into_iter();
            let not_checked = not_checked
                .map(|(quotation, source)| NotChecked { quotation, source: source.to_string() });
            quotations = Some(QuotationReport { found, not_checked: not_checked.collect() });
        }
    }
    sort_findings(&mut findings);
    let exit = match (entries, findings.is_empty()) {
        // A check of no answers must not succeed.
        (0, _) => Exit::CouldNotRun,
        (_, true) => Exit::Success,
        (_, false) => Exit::Findings,
    };
    print(
        &Report { entries, complete: loaded.knowledge.is_some(), findings, quotations },
        arguments.json,
    )?;
    Ok(exit)
}

/// Rules that need a front end. They are here because the `lint` module must not import front ends.
const FRONT_END_RULES: &[Rule] = &[
    #[cfg(feature = "discord")]
    Rule {
        name: "discord-limits",
        severity: caseclerk::knowledge::Severity::Warning,
        ensures: "every answer fits into one Discord message in every form",
        check: discord_limits,
    },
];

/// Renders every vetted answer in every form that Discord shows, and checks Discord's limits.
#[cfg(feature = "discord")]
fn discord_limits(subject: &Subject<'_>) -> Vec<Finding> {
    let stamp = subject.knowledge.case_file.case.stamp(subject.today, 0);
    let mut findings = Vec::new();
    for entry in subject.knowledge.library.vetted() {
        let reply = caseclerk::reply::entry_reply(subject.knowledge, &entry.id, &stamp);
        let overruns = caseclerk::discord::interaction::render::overruns(&reply);
        findings.extend(overruns.into_iter().map(|overrun| {
            let help = "shorten the answer, or show fewer quotations with it";
            entry.place.warning("discord-limits", format!("in Discord {overrun}"), help)
        }));
    }
    findings
}

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

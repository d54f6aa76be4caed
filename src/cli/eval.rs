//! `caseclerk eval`: measures the matcher on sets of questions.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use caseclerk::config::Settings;
use caseclerk::eval::{
    Change, Collection, Curve, Figures, Ranking, Run, Truth, calibrate, changes, curve, figures,
    ranking, read_sets, run,
};
use caseclerk::knowledge::load;
use caseclerk::lint;
use caseclerk::matcher::{Calibration, SIGNAL_NAMES, Snapshot};
use caseclerk::reply::write_json_line;
use caseclerk::responder::open_table;
use clap::Args;
use serde::Serialize;

use super::Exit;

#[derive(Debug, Args)]
pub struct EvalArguments {
    /// The folder of question sets
    #[arg(long, value_name = "DIR", default_value = "eval")]
    sets: PathBuf,
    /// Measure a FAQ collection that is not ours: a folder with faq.jsonl and queries.jsonl
    #[arg(long, value_name = "DIR", conflicts_with_all = ["sets", "calibrate"])]
    collection: Option<PathBuf>,
    /// Print one JSON object, every question with what came of it
    #[arg(long)]
    json: bool,
    /// Compare with an earlier run (the JSON object of one) and name every question that changed
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Derive the calibration from the sets and write it to FILE
    #[arg(long, value_name = "FILE")]
    calibrate: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    figures: Vec<Figures>,
    ranking: Ranking,
    curve: Curve,
    #[serde(skip_serializing_if = "Option::is_none")]
    validated: Option<Validated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Change>>,
    run: Run,
}

/// What a threshold that was chosen on validation questions does on the others.
#[derive(Serialize)]
struct Validated {
    threshold: f32,
    refused: f64,
    right: f64,
    wrong: f64,
}

/// The share of out-of-scope validation questions that the chosen threshold refuses.
const VALIDATION_REFUSED: f64 = 0.9;

pub fn run_eval(arguments: &EvalArguments, settings: &Settings) -> anyhow::Result<Exit> {
    let (snapshot, truths, validation) = match &arguments.collection {
        Some(folder) => {
            let collection = Collection::read(folder)?;
            (
                Snapshot::open(
                    Arc::new(collection.library),
                    open_table(settings),
                    &settings.index.join("collections"),
                    &Vec::new,
                )?,
                collection.truths,
                collection.validation,
            )
        }
        None => (own_snapshot(settings)?, read_sets(&arguments.sets)?, Vec::new()),
    };
    if let Some(path) = &arguments.calibrate {
        return write_calibration(path, &snapshot, settings, &truths);
    }
    let this_run = run(&snapshot, &truths)?;
    let validated = if validation.is_empty() {
        None
    } else {
        Some(validate(&snapshot, &this_run, &validation)?)
    };
    let changed = arguments.against.as_ref().map(|path| against(path, &this_run)).transpose()?;
    let report = Report {
        figures: figures(&this_run),
        ranking: ranking(&this_run),
        curve: curve(&this_run),
        validated,
        changes: changed,
        run: this_run,
    };
    let exit = if report.changes.as_ref().is_some_and(|changes| !changes.is_empty()) {
        Exit::Findings
    } else {
        Exit::Well
    };
    print(&report, arguments.json)?;
    Ok(exit)
}

fn own_snapshot(settings: &Settings) -> anyhow::Result<Snapshot> {
    let Some(knowledge) = load(&settings.faq)?.knowledge else {
        bail!("the FAQ cannot be used; `caseclerk lint` says why");
    };
    let library = knowledge.library.clone();
    let errors = || lint::errors(&knowledge);
    Ok(Snapshot::open(library, open_table(settings), &settings.index, &errors)?)
}

/// Fits both the matcher with its vector table and the one that must do without.
fn write_calibration(
    path: &PathBuf,
    snapshot: &Snapshot,
    settings: &Settings,
    truths: &[Truth],
) -> anyhow::Result<Exit> {
    if open_table(settings).is_none() {
        bail!("a calibration needs the vector table; see matcher.vectors in config.toml");
    }
    // The content has just been checked.
    let library = snapshot.library().clone();
    let by_words = Snapshot::open(library, None, &settings.index.join("by-words"), &Vec::new)?;
    let without_table = Some(Box::new(calibrate(&by_words, truths)?));
    let calibration = Calibration { without_table, ..calibrate(snapshot, truths)? };
    let text = toml::to_string(&calibration)?;
    let signals = SIGNAL_NAMES.join(", ");
    let note = "# Derived by `caseclerk eval --calibrate`; never edit it by hand. The numbers belong, in this order, to";
    std::fs::write(path, format!("{note}\n# {signals}.\n{text}"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    writeln!(std::io::stdout(), "wrote {}", path.display())?;
    Ok(Exit::Well)
}

/// Chooses the threshold that refuses most validation questions that are out of scope, and applies
/// it to the run.
fn validate(
    snapshot: &Snapshot,
    this_run: &Run,
    validation: &[Truth],
) -> anyhow::Result<Validated> {
    let mut outside: Vec<f32> = run(snapshot, validation)?
        .rows
        .iter()
        .filter(|row| row.out)
        .map(|row| row.confidence)
        .collect();
    outside.sort_by(f32::total_cmp);
    let place = (VALIDATION_REFUSED * outside.len() as f64) as usize;
    let threshold = outside.get(place).copied().unwrap_or(1.0);
    let share = |out: bool, right: bool| {
        let rows: Vec<_> = this_run.rows.iter().filter(|row| row.out == out).collect();
        let counted = rows
            .iter()
            .filter(|row| row.confidence >= threshold && row.best_is_right == right)
            .count();
        counted as f64 / rows.len().max(1) as f64
    };
    Ok(Validated {
        threshold,
        refused: 1.0 - share(true, false),
        right: share(false, true),
        wrong: share(false, false),
    })
}

fn against(path: &PathBuf, this_run: &Run) -> anyhow::Result<Vec<Change>> {
    #[derive(serde::Deserialize)]
    struct Earlier {
        run: Run,
    }
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let earlier: Earlier = serde_json::from_str(&text)
        .with_context(|| format!("{} is not the JSON of a run", path.display()))?;
    Ok(changes(&earlier.run, this_run))
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return Ok(write_json_line(&mut out, report)?);
    }
    writeln!(
        out,
        "{:16} {:>6} {:>6} {:>6} {:>6}   {:>6} {:>6}",
        "", "asked", "right", "in 3", "wrong", "out", "false"
    )?;
    for Figures { group, answerable, right, right_in_3, wrong, unanswerable, false_answers } in
        &report.figures
    {
        writeln!(
            out,
            "{group:16} {answerable:6} {right:6.3} {right_in_3:6.3} {wrong:6.3}   {unanswerable:6} {false_answers:6.3}"
        )?;
    }
    let Ranking { right_first, mrr, ndcg_10 } = &report.ranking;
    writeln!(
        out,
        "\nranking: right first {right_first:.3}, MRR@10 {mrr:.3}, nDCG@10 {ndcg_10:.3}"
    )?;
    writeln!(out, "\nif everything from this confidence on were answered:")?;
    writeln!(out, "{:>10} {:>6} {:>6} {:>6}", "confidence", "right", "wrong", "false")?;
    for point in &report.curve.0 {
        writeln!(
            out,
            "{:10.2} {:6.3} {:6.3} {:6.3}",
            point.threshold, point.right, point.wrong, point.false_answers
        )?;
    }
    if let Some(Validated { threshold, refused, right, wrong }) = &report.validated {
        writeln!(
            out,
            "\nthreshold {threshold:.3} chosen on validation questions: refused {refused:.3} of those out of scope; right {right:.3}, wrong {wrong:.3} of the others"
        )?;
    }
    for Change { q, before, after } in report.changes.iter().flatten() {
        let show = |(verdict, entry): &(caseclerk::eval::Verdict, Option<String>)| {
            format!("{verdict:?} {}", entry.as_deref().unwrap_or("-"))
        };
        writeln!(out, "changed: {q:?}: {} -> {}", show(before), show(after))?;
    }
    Ok(())
}

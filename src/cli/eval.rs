//! `caseclerk eval`: measures the matcher on sets of questions.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use caseclerk::config::Settings;
use caseclerk::eval::{
    Change, Collection, Curve, CurvePoint, Disturbance, Figures, Ranking, Run, Truth, calibrate,
    changes, curve, curve_point, disturbances, figures, ranking, read_sets, run, thinned,
};
use caseclerk::knowledge::{EntryId, Knowledge, Library, load};
use caseclerk::lint;
use caseclerk::matcher::{Calibration, Check, Parts, SCORER_VERSION, Setup, Snapshot};
use caseclerk::reply::write_json_line;
use caseclerk::responder::setup;
use clap::Args;
use serde::Serialize;

use super::Exit;

#[derive(Debug, Args)]
pub struct EvalArguments {
    /// The folder of question sets
    #[arg(long, value_name = "DIR", default_value = TRAINING_SETS)]
    sets: PathBuf,
    /// Measure another FAQ collection: a folder with faq.jsonl and queries.jsonl
    #[arg(long, value_name = "DIR", conflicts_with_all = ["sets", "calibrate"])]
    collection: Option<PathBuf>,
    /// Print one JSON object with the outcome of every question
    #[arg(long)]
    json: bool,
    /// Compare with an earlier run, a file written by --json, and list every question that changed
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Derive the calibration from the sets and write it to FILE
    #[arg(long, value_name = "FILE")]
    calibrate: Option<PathBuf>,
    /// Let the answers of one topic at a time keep only N phrasings, and ask about that topic
    #[arg(long, value_name = "N", conflicts_with_all = ["collection", "calibrate", "without"])]
    phrasings: Option<usize>,
    /// With --phrasings: let all answers keep only N, and ask everything
    #[arg(long, requires = "phrasings")]
    whole: bool,
    /// Switch off parts of the matcher and derive the calibration again: names such as
    /// rank.centroid or signal.length, or "each" to print what every part is worth
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "calibrate")]
    without: Vec<String>,
    /// Leave out N phrasings, and N questions for elsewhere, one at a time, and print how much
    /// learning each again changes for the questions about other topics
    #[arg(long, value_name = "N", conflicts_with_all = ["collection", "calibrate", "without"])]
    noise: Option<usize>,
}

/// The sets from which the calibration is derived.
const TRAINING_SETS: &str = "eval";

/// Decides which phrasings `--phrasings` keeps.
const SEED: u32 = 0;

/// The value of `--without` that switches every part off in turn.
const EACH: &str = "each";

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

/// The result on the test questions with a threshold that was chosen on the validation questions.
#[derive(Serialize)]
struct Validated {
    threshold: f32,
    refused: f64,
    right: f64,
    wrong: f64,
}

/// The share of the out-of-scope validation questions that the chosen threshold refuses.
const VALIDATION_REFUSED: f64 = 0.9;

/// What is measured: a library, and questions with their right answers.
struct Subject {
    library: Arc<Library>,
    /// The whole content of a FAQ; `None` for a collection.
    knowledge: Option<Knowledge>,
    setup: Setup,
    truths: Vec<Truth>,
    validation: Vec<Truth>,
}

pub fn run_eval(arguments: &EvalArguments, settings: &Settings) -> anyhow::Result<Exit> {
    let subject = match &arguments.collection {
        Some(folder) => Subject::collection(folder, settings)?,
        None => Subject::own(&arguments.sets, settings)?,
    };
    if let Some(path) = &arguments.calibrate {
        return write_calibration(path, &subject);
    }
    if let Some(samples) = arguments.noise {
        return print_noise(&subject, samples);
    }
    if arguments.without == [EACH] {
        return print_worth_of_each_part(&subject, settings);
    }
    let snapshot = match &arguments.without[..] {
        [] => subject.open(&subject.setup, settings)?,
        parts => subject.open_without(parts, settings)?,
    };
    let this_run = match arguments.phrasings {
        None => run(&snapshot, &subject.truths)?,
        Some(kept) if arguments.whole => subject.run_thinned(kept, None)?,
        Some(kept) => subject.run_thinned_topics(kept)?,
    };
    let report = Report {
        figures: figures(&this_run),
        ranking: ranking(&this_run),
        curve: curve(&this_run),
        validated: match &subject.validation[..] {
            [] => None,
            validation => Some(validate(&snapshot, &this_run, validation)?),
        },
        changes: arguments.against.as_ref().map(|path| against(path, &this_run)).transpose()?,
        run: this_run,
    };
    let changed = report.changes.as_ref().is_some_and(|changes| !changes.is_empty());
    print(&report, arguments.json)?;
    Ok(if changed { Exit::Findings } else { Exit::Success })
}

impl Subject {
    fn own(sets: &Path, settings: &Settings) -> anyhow::Result<Self> {
        let Some(knowledge) = load(&settings.faq)?.knowledge else {
            bail!("the FAQ cannot be used; `caseclerk lint` says why");
        };
        Ok(Self {
            library: knowledge.library.clone(),
            knowledge: Some(knowledge),
            setup: setup(settings, &settings.faq)?,
            truths: read_sets(sets)?,
            validation: Vec::new(),
        })
    }

    fn collection(folder: &Path, settings: &Settings) -> anyhow::Result<Self> {
        let Collection { library, truths, validation } = Collection::read(folder)?;
        Ok(Self {
            library: Arc::new(library),
            knowledge: None,
            setup: setup(settings, folder)?,
            truths,
            validation,
        })
    }

    /// Runs with only some phrasings of each answer, or of each answer of one topic. With a topic,
    /// asks only the questions about that topic.
    fn run_thinned(&self, kept: usize, topic: Option<&str>) -> anyhow::Result<Run> {
        let is_thin = |id: &EntryId| topic.is_none_or(|topic| id.topic().as_str() == topic);
        let library = thinned(&self.library, SEED, |id| is_thin(id).then_some(kept));
        let is_asked = |truth: &&Truth| topic.is_none() || truth.topic() == topic;
        let truths: Vec<Truth> = self.truths.iter().filter(is_asked).cloned().collect();
        Ok(run(&Snapshot::build(Arc::new(library), &self.setup)?, &truths)?)
    }

    fn run_thinned_topics(&self, kept: usize) -> anyhow::Result<Run> {
        let topics: BTreeSet<&str> = self.truths.iter().filter_map(Truth::topic).collect();
        let runs = topics.into_iter().map(|topic| self.run_thinned(kept, Some(topic)));
        let runs: Vec<Run> = runs.collect::<anyhow::Result<_>>()?;
        Ok(Run { rows: runs.into_iter().flat_map(|run| run.rows).collect() })
    }

    fn open(&self, setup: &Setup, settings: &Settings) -> anyhow::Result<Snapshot> {
        let errors = || self.knowledge.as_ref().map_or_else(Vec::new, lint::errors);
        let check = match self.knowledge {
            Some(_) => Check { rules: lint::rules_version(), errors: &errors },
            None => Check::none(),
        };
        Ok(Snapshot::open(self.library.clone(), setup, &settings.index, &check)?.0)
    }

    /// Opens the matcher without some of its parts. The shipped calibration was derived with these
    /// parts, so a new one is derived. Collections keep the shipped one, because only their ranking
    /// counts.
    fn open_without(&self, parts: &[String], settings: &Settings) -> anyhow::Result<Snapshot> {
        let mut setup = self.setup.clone();
        setup.parts = Parts::without(parts)?;
        if self.knowledge.is_some() {
            let truths = read_sets(Path::new(TRAINING_SETS))?;
            let judges = calibrate(&self.library, &setup, &truths)?;
            setup.calibration = Calibration {
                scorer_version: SCORER_VERSION,
                with_vectors: judges.clone(),
                without_vectors: judges,
            };
        }
        self.open(&setup, settings)
    }
}

/// Derives a calibration for the matcher with a vector table and for the matcher without one.
fn write_calibration(path: &Path, subject: &Subject) -> anyhow::Result<Exit> {
    let Setup { table: Some(_), owner, .. } = &subject.setup else {
        bail!("a calibration needs the vector table; see matcher.vectors in config.toml");
    };
    let without_table = Setup::new(None, owner.as_str());
    let fit = |setup| calibrate(&subject.library, setup, &subject.truths);
    let calibration = Calibration {
        scorer_version: SCORER_VERSION,
        with_vectors: fit(&subject.setup)?,
        without_vectors: fit(&without_table)?,
    };
    let note = "# Derived by `caseclerk eval --calibrate`; never edit it by hand.";
    std::fs::write(path, format!("{note}\n{}", toml::to_string(&calibration)?))
        .with_context(|| format!("cannot write {}", path.display()))?;
    writeln!(std::io::stdout(), "wrote {}", path.display())?;
    Ok(Exit::Success)
}

/// Switches every part off in turn and prints how the figures change.
fn print_worth_of_each_part(subject: &Subject, settings: &Settings) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:28} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "without", "right", "in 3", "wrong", "false", "first"
    )?;
    let measure = |parts: &[String]| -> anyhow::Result<[f64; 5]> {
        let run = run(&subject.open_without(parts, settings)?, &subject.truths)?;
        let all = figures(&run).pop().context("there are no questions")?;
        let first = ranking(&run).right_first;
        Ok([all.right, all.right_in_3, all.wrong, all.false_answers, first])
    };
    let whole = measure(&[])?;
    writeln!(out, "{:28} {}", "nothing", columns(whole.map(|figure| format!("{figure:.4}"))))?;
    for name in Parts::names() {
        let figures = measure(std::slice::from_ref(&name))?;
        let change = std::array::from_fn(|at| format!("{:+.4}", figures[at] - whole[at]));
        writeln!(out, "{name:28} {}", columns(change))?;
    }
    Ok(Exit::Success)
}

/// Prints how much right changes disturb other questions; see `eval::disturbances`.
fn print_noise(subject: &Subject, samples: usize) -> anyhow::Result<Exit> {
    let disturbances = disturbances(&subject.library, &subject.setup, &subject.truths, samples)?;
    let mut out = std::io::stdout().lock();
    let mut moved: Vec<f32> =
        disturbances.iter().flat_map(|disturbance| disturbance.moved.clone()).collect();
    moved.sort_by(f32::total_cmp);
    writeln!(out, "the confidence of a question about something else moves by at most")?;
    for share in [0.5, 0.9, 0.99, 0.999, 1.0] {
        let last = moved.len().saturating_sub(1);
        let at = moved.get((share * last as f64) as usize).copied().unwrap_or_default();
        writeln!(out, "{at:8.4} in {:5.1} %", share * 100.0)?;
    }
    for Disturbance { learnt, changes, .. } in &disturbances {
        let count = |is: fn(&Change) -> bool| changes.iter().filter(|change| is(change)).count();
        let (harm, worse) = (count(Change::is_harm), count(Change::is_for_the_worse));
        writeln!(out, "\n“{learnt}”: {} changes, {worse} worse, {harm} harm", changes.len())?;
        for change in changes {
            writeln!(out, "    {:+.4} {change}", change.rise.unwrap_or_default())?;
        }
    }
    Ok(Exit::Success)
}

fn columns(figures: [String; 5]) -> String {
    figures.map(|figure| format!("{figure:>7}")).join(" ")
}

/// Chooses the threshold that refuses [`VALIDATION_REFUSED`] of the out-of-scope validation
/// questions, and applies it to the run.
fn validate(
    snapshot: &Snapshot,
    this_run: &Run,
    validation: &[Truth],
) -> anyhow::Result<Validated> {
    let rows = run(snapshot, validation)?.rows;
    let out_of_scope = rows.iter().filter(|row| row.out);
    let mut confidences: Vec<f32> = out_of_scope.map(|row| row.confidence).collect();
    confidences.sort_by(f32::total_cmp);
    let quantile = (VALIDATION_REFUSED * confidences.len() as f64) as usize;
    let threshold = confidences.get(quantile).copied().unwrap_or(1.0);
    let CurvePoint { right, wrong, false_answers, .. } = curve_point(this_run, threshold);
    Ok(Validated { threshold, refused: 1.0 - false_answers, right, wrong })
}

fn against(path: &Path, this_run: &Run) -> anyhow::Result<Vec<Change>> {
    #[derive(serde::Deserialize)]
    struct Earlier {
        run: Run,
    }
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let earlier: Earlier = serde_json::from_str(&text)
        .with_context(|| format!("{} was not written by `eval --json`", path.display()))?;
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
    for figures in &report.figures {
        let Figures { group, answerable, right, right_in_3, wrong, .. } = figures;
        let Figures { unanswerable, false_answers, .. } = figures;
        writeln!(
            out,
            "{group:16} {answerable:6} {right:6.3} {right_in_3:6.3} {wrong:6.3}   \
             {unanswerable:6} {false_answers:6.3}"
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
            "\nthreshold {threshold:.3} chosen on validation questions: refused {refused:.3} of \
             those out of scope; right {right:.3}, wrong {wrong:.3} of the others"
        )?;
    }
    for change in report.changes.iter().flatten() {
        writeln!(out, "changed: {change}")?;
    }
    Ok(())
}

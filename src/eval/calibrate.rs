//! Derives a calibration from question sets: two models and the bands.
//!
//! The bands are chosen by five-fold cross-validation, so that their error rates hold for unseen
//! questions. The models themselves are fitted on all questions.

use std::sync::Arc;

use super::fit::fit;
use super::thinned::{draw, thinned};
use super::truth::Truth;
use crate::index::IndexError;
use crate::knowledge::{EntryId, Library};
use crate::matcher::{
    Bands, BoostedLogistic, Judge, Judges, Setup, SignalValues, Snapshot, SnapshotError,
};

const FOLDS: usize = 5;

/// What the bands promise of the answers.
#[derive(Clone, Copy)]
struct Promise {
    /// The largest share of in-scope questions that may be answered wrongly.
    max_wrong: f64,
    /// The largest share of out-of-scope questions that may be answered.
    max_false: f64,
}

/// Where there are many phrasings, and where there are few.
const PROMISE: Promise = Promise { max_wrong: 0.02, max_false: 0.01 };
const PROMISE_IF_FEW: Promise = Promise { max_wrong: 0.03, max_false: 0.02 };

/// The smallest share of answers in the strong band that must be right.
const MIN_STRONG_PRECISION: f64 = 0.995;

/// The largest share of out-of-scope questions that may get suggestions instead of a plain no.
const MAX_SUGGESTED: f64 = 0.12;

/// How many libraries there are in which some topics have few phrasings. Each topic is thin in one.
const THIN_GROUPS: u32 = 6;

/// How many phrasings the answers keep where all have few.
const FEW_EVERYWHERE: [usize; 3] = [4, 10, 20];

/// The fewest and the most phrasings of an answer in a thin topic.
const FEWEST: f64 = 3.0;
const MOST: f64 = 20.0;

/// A question with its signals.
struct Example {
    /// The index of the question. Each is asked of several libraries.
    question: usize,
    signals: SignalValues,
    in_scope: bool,
    right: bool,
    /// Whether the best candidate is acceptable: right, or out of scope and without a claim about
    /// the case.
    harmless: bool,
    /// Whether the question matches a guard. The bands leave such questions out.
    guarded: bool,
    supply: Supplied,
}

/// How many phrasings the library has of which a question was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Supplied {
    Whole,
    /// The topic of the question has few.
    ThinTopic,
    /// Other topics have few.
    ThinNeighbours,
    /// All topics have few.
    ThinEverywhere,
}

/// Fits the models and chooses the bands on questions with known answers.
///
/// The questions are asked of the whole library, of libraries in which some topics have few
/// phrasings, and of libraries in which all have, so that the confidence is honest for each.
pub fn calibrate(
    library: &Arc<Library>,
    setup: &Setup,
    truths: &[Truth],
) -> Result<Judges, SnapshotError> {
    let examples = measure_all(library, setup, truths)?;
    let whole = |example: &Example| example.supply == Supplied::Whole;
    let few = |example: &Example| example.signals.contender_has_few;
    let (models_if_many, held_out_if_many) = fit_and_hold_out(&examples, whole);
    let (models_if_few, held_out_if_few) = fit_and_hold_out(&examples, few);
    let asked_of = |supply: Supplied| {
        let all = examples.iter().zip(held_out_if_many.iter().zip(&held_out_if_few));
        all.filter(move |(example, _)| example.supply == supply)
    };
    let by_many = asked_of(Supplied::Whole).map(|(example, (many, _))| (*many, example));
    let bands = choose_bands(by_many.collect(), PROMISE, Answered::default());
    // Where phrasings are lacking, both judges decide, and the promise is for both together.
    let lacking = [Supplied::ThinTopic, Supplied::ThinNeighbours, Supplied::ThinEverywhere];
    let bands_if_few = lacking.map(|supply| {
        let (by_few, by_many): (Vec<_>, Vec<_>) =
            asked_of(supply).partition(|(example, _)| few(example));
        let by_many = by_many.into_iter().map(|(example, (many, _))| (*many, example));
        let by_few = by_few.into_iter().map(|(example, (_, few))| (*few, example));
        choose_bands(by_few.collect(), PROMISE_IF_FEW, Answered::within(bands, by_many))
    });
    let bands_if_few = bands_if_few.into_iter().reduce(Bands::stricter).expect("there are three");
    let judge = |bands, (in_scope, right)| Judge { bands, in_scope, right };
    Ok(Judges { many: judge(bands, models_if_many), few: judge(bands_if_few, models_if_few) })
}

/// The two models of a judge: in scope, and right.
type Models = (BoostedLogistic, BoostedLogistic);

/// Fits models to some of the examples. Also returns the confidence for every example by models
/// that were fitted without its question.
fn fit_and_hold_out(examples: &[Example], is_used: fn(&Example) -> bool) -> (Models, Vec<f32>) {
    let used = || examples.iter().filter(|example| is_used(example));
    let mut held_out = vec![0.0; examples.len()];
    for fold in 0..FOLDS {
        let is_own = |example: &Example| example.question % FOLDS == fold;
        let (in_scope, right) = fit_both(used().filter(|example| !is_own(example)));
        for (confidence, example) in held_out.iter_mut().zip(examples) {
            if is_own(example) {
                let signals = &example.signals;
                *confidence = in_scope.probability(signals) * right.probability(signals);
            }
        }
    }
    (fit_both(used()), held_out)
}

fn measure_all(
    library: &Arc<Library>,
    setup: &Setup,
    truths: &[Truth],
) -> Result<Vec<Example>, SnapshotError> {
    let ask = |library: Arc<Library>, supply, is_asked: &dyn Fn(usize, &Truth) -> bool| {
        let snapshot = Snapshot::build(library, setup)?;
        let asked = truths.iter().enumerate().filter(|(index, truth)| is_asked(*index, truth));
        let examples = asked.map(|(index, truth)| measure(&snapshot, index, truth, supply));
        let examples = examples.collect::<Result<Vec<Option<Example>>, IndexError>>()?;
        Ok::<_, SnapshotError>(examples.into_iter().flatten())
    };
    let mut examples: Vec<Example> = Vec::new();
    examples.extend(ask(library.clone(), Supplied::Whole, &|_, _| true)?);
    for group in 0..THIN_GROUPS {
        let is_in = |topic: &str| draw(0, topic) % u64::from(THIN_GROUPS) == u64::from(group);
        let few = |id: &EntryId| is_in(id.topic().as_str()).then(|| few_phrasings(id));
        let library = Arc::new(thinned(library, group, few));
        let is_share = |index: usize| index as u32 % THIN_GROUPS == group;
        let about_it = |_: usize, truth: &Truth| truth.topic().is_some_and(is_in);
        examples.extend(ask(library.clone(), Supplied::ThinTopic, &about_it)?);
        let about_others = |index, truth: &Truth| !about_it(index, truth) && is_share(index);
        examples.extend(ask(library, Supplied::ThinNeighbours, &about_others)?);
    }
    for (variant, kept) in FEW_EVERYWHERE.into_iter().enumerate() {
        let library = Arc::new(thinned(library, kept as u32, |_| Some(kept)));
        let is_asked = |index: usize, _: &Truth| index % FEW_EVERYWHERE.len() == variant;
        examples.extend(ask(library, Supplied::ThinEverywhere, &is_asked)?);
    }
    Ok(examples)
}

/// A number between [`FEWEST`] and [`MOST`], the same for all answers of a topic, because editors
/// often write several answers at once. Small numbers are as frequent as large ones.
fn few_phrasings(id: &EntryId) -> usize {
    let uniform = draw(1, id.topic().as_str()) as f64 / u64::MAX as f64;
    (FEWEST * (MOST / FEWEST).powf(uniform)).round() as usize
}

fn measure(
    snapshot: &Snapshot,
    question: usize,
    truth: &Truth,
    supply: Supplied,
) -> Result<Option<Example>, IndexError> {
    let analysis = snapshot.analyse(&truth.q)?;
    let Some((signals, best)) = analysis.signals.zip(analysis.candidates.first()) else {
        return Ok(None);
    };
    let harmless = truth.accepts(&best.entry, snapshot.library());
    let in_scope = !truth.is_out();
    Ok(Some(Example {
        question,
        signals,
        in_scope,
        right: in_scope && harmless,
        harmless,
        guarded: analysis.guard.is_some(),
        supply,
    }))
}

fn fit_both<'e>(examples: impl Iterator<Item = &'e Example>) -> (BoostedLogistic, BoostedLogistic) {
    let examples: Vec<&Example> = examples.collect();
    let scope: Vec<(&SignalValues, bool)> =
        examples.iter().map(|e| (&e.signals, e.in_scope)).collect();
    let in_scope = examples.iter().filter(|example| example.in_scope);
    let right: Vec<(&SignalValues, bool)> = in_scope.map(|e| (&e.signals, e.right)).collect();
    (fit(&scope), fit(&right))
}

/// The lowest thresholds at which the error rates are within their limits. `judged` are the
/// questions that the bands are for, and `others` those that another judge has answered.
fn choose_bands(judged: Vec<(f32, &Example)>, promise: Promise, others: Answered) -> Bands {
    let asked = |in_scope: bool| judged.iter().filter(|(_, e)| e.in_scope == in_scope).count();
    let answerable = (asked(true) + others.answerable).max(1) as f64;
    let unanswerable = (asked(false) + others.unanswerable).max(1) as f64;
    let open = judged.into_iter().filter(|(_, example)| !example.guarded);
    let mut open: Vec<(f32, &Example)> = open.collect();
    open.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Answered { mut strong, mut likely, mut weak, .. } = others;
    let mut bands = Bands { strong: 1.0, likely: 1.0, weak: 1.0 };
    for (confidence, example) in open {
        [&mut strong, &mut likely, &mut weak].into_iter().for_each(|counts| counts.add(example));
        if strong.right / strong.answers() >= MIN_STRONG_PRECISION {
            bands.strong = confidence;
        }
        if likely.wrong / answerable <= promise.max_wrong
            && likely.harmful / unanswerable <= promise.max_false
        {
            bands.likely = confidence;
        }
        if weak.outside / unanswerable <= MAX_SUGGESTED {
            bands.weak = confidence;
        }
    }
    bands.strong = bands.strong.max(bands.likely);
    bands.weak = bands.weak.min(bands.likely);
    bands
}

/// The questions of one judge: how many there are, and what its bands let through.
#[derive(Default)]
struct Answered {
    answerable: usize,
    unanswerable: usize,
    strong: Counts,
    likely: Counts,
    weak: Counts,
}

impl Answered {
    fn within<'e>(bands: Bands, judged: impl Iterator<Item = (f32, &'e Example)>) -> Self {
        let mut answered = Self::default();
        for (confidence, example) in judged {
            match example.in_scope {
                true => answered.answerable += 1,
                false => answered.unanswerable += 1,
            }
            let counts = [
                (&mut answered.strong, bands.strong),
                (&mut answered.likely, bands.likely),
                (&mut answered.weak, bands.weak),
            ];
            for (counts, lowest) in counts {
                if confidence >= lowest && !example.guarded {
                    counts.add(example);
                }
            }
        }
        answered
    }
}

/// How many examples a threshold lets through.
#[derive(Default)]
struct Counts {
    right: f64,
    wrong: f64,
    outside: f64,
    /// Those from outside that get an answer that claims something about the case.
    harmful: f64,
}

impl Counts {
    fn add(&mut self, example: &Example) {
        match (example.in_scope, example.right, example.harmless) {
            (true, true, _) => self.right += 1.0,
            (true, false, _) => self.wrong += 1.0,
            (false, _, harmless) => {
                self.outside += 1.0;
                self.harmful += f64::from(u8::from(!harmless));
            }
        }
    }

    fn answers(&self) -> f64 {
        f64::max(self.right + self.wrong + self.harmful, 1.0)
    }
}

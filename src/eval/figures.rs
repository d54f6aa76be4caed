//! Figures over a run.

use serde::Serialize;

use super::run::{Row, Run, Verdict};

/// The outcomes of a group of questions. Shares are from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// A style, or "all".
    pub group: String,
    /// How many questions are in scope. The next three are shares of these.
    pub answerable: usize,
    pub right: f64,
    /// Answered rightly, or not answered with a right one among the first three suggestions.
    pub right_in_3: f64,
    pub wrong: f64,
    /// How many questions are out of scope.
    pub unanswerable: usize,
    /// The share of these that was answered.
    pub false_answers: f64,
}

/// How well candidates are ranked, whatever is then decided. Over the questions in scope.
#[derive(Debug, Clone, Serialize)]
pub struct Ranking {
    /// The share whose best candidate is right.
    pub right_first: f64,
    /// MRR@10: the mean of one over the place of the first right candidate; 0 without one.
    pub mrr: f64,
    /// The mean of `1 / log2(1 + place)`, which with one right entry is nDCG@10 (Järvelin and
    /// Kekäläinen, 2002).
    pub ndcg_10: f64,
}

#[derive(Debug, Clone, Serialize)]
pub struct Curve(pub Vec<CurvePoint>);

/// What would happen if everything from a confidence on were answered.
#[derive(Debug, Clone, Serialize)]
pub struct CurvePoint {
    pub threshold: f32,
    /// Of the questions in scope, answered rightly.
    pub right: f64,
    pub wrong: f64,
    /// Of the questions out of scope, answered.
    pub false_answers: f64,
}

/// Figures by style, then over all.
pub fn figures(run: &Run) -> Vec<Figures> {
    let mut styles: Vec<&str> = run.rows.iter().map(|row| row.style.as_str()).collect();
    styles.sort_unstable();
    styles.dedup();
    let by_style = styles
        .into_iter()
        .map(|style| group(style, run.rows.iter().filter(move |row| row.style == style)));
    by_style.chain([group("all", run.rows.iter())]).collect()
}

fn group<'r>(name: &str, rows: impl Iterator<Item = &'r Row>) -> Figures {
    let (out, answerable): (Vec<&Row>, Vec<&Row>) = rows.partition(|row| row.out);
    let share = |rows: &[&Row], verdicts: &[Verdict]| {
        rows.iter().filter(|row| verdicts.contains(&row.verdict)).count() as f64
            / rows.len().max(1) as f64
    };
    Figures {
        group: name.to_owned(),
        answerable: answerable.len(),
        right: share(&answerable, &[Verdict::Right]),
        right_in_3: share(&answerable, &[Verdict::Right, Verdict::Near]),
        wrong: share(&answerable, &[Verdict::Wrong]),
        unanswerable: out.len(),
        false_answers: share(&out, &[Verdict::FalseAnswer]),
    }
}

pub fn ranking(run: &Run) -> Ranking {
    let answerable: Vec<&Row> = run.rows.iter().filter(|row| !row.out).collect();
    let mean = |value: fn(usize) -> f64| {
        let sum: f64 = answerable.iter().filter_map(|row| row.rank).map(value).sum();
        sum / answerable.len().max(1) as f64
    };
    Ranking {
        right_first: mean(|place| f64::from(u8::from(place == 1))),
        mrr: mean(|place| 1.0 / place as f64),
        ndcg_10: mean(|place| 1.0 / (1.0 + place as f64).log2()),
    }
}

/// The figures for thresholds from 0.05 to 0.95.
pub fn curve(run: &Run) -> Curve {
    let (out, answerable): (Vec<&Row>, Vec<&Row>) = run.rows.iter().partition(|row| row.out);
    let share = |rows: &[&Row], threshold: f32, right: bool| {
        let counted = rows
            .iter()
            .filter(|row| row.confidence >= threshold && row.best_is_right == right)
            .count();
        counted as f64 / rows.len().max(1) as f64
    };
    let points = (1..20).map(|step| step as f32 / 20.0).map(|threshold| CurvePoint {
        threshold,
        right: share(&answerable, threshold, true),
        wrong: share(&answerable, threshold, false),
        false_answers: share(&out, threshold, false),
    });
    Curve(points.collect())
}

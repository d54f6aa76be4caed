//! Summarises a run.

use serde::Serialize;

use super::run::{Row, Run, Verdict};

/// The outcomes of a group of questions. Shares are from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// The style of the questions, or "all".
    pub group: String,
    /// The number of questions in scope. The next three fields are shares of it.
    pub answerable: usize,
    pub right: f64,
    /// Answered rightly, or not answered but with a right one among the first three suggestions.
    pub right_in_3: f64,
    pub wrong: f64,
    /// The number of questions out of scope.
    pub unanswerable: usize,
    /// The share of out-of-scope questions that were answered.
    pub false_answers: f64,
}

/// How well the candidates are ranked, for the questions in scope. Decisions do not count.
#[derive(Debug, Clone, Serialize)]
pub struct Ranking {
    /// The share of questions whose best candidate is right.
    pub right_first: f64,
    /// MRR@10: the mean of `1 / rank` of the first right candidate; 0 without one.
    pub mrr: f64,
    /// The mean of `1 / log2(1 + rank)` of the first right candidate. With one right entry this is
    /// nDCG@10 (Järvelin and Kekäläinen, 2002).
    pub ndcg_10: f64,
}

#[derive(Debug, Clone, Serialize)]
pub struct Curve(pub Vec<CurvePoint>);

/// The figures if every question with at least this confidence were answered.
#[derive(Debug, Clone, Serialize)]
pub struct CurvePoint {
    pub threshold: f32,
    /// The share of in-scope questions answered rightly.
    pub right: f64,
    pub wrong: f64,
    /// The share of out-of-scope questions answered.
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
        right_first: mean(|rank| f64::from(u8::from(rank == 1))),
        mrr: mean(|rank| 1.0 / rank as f64),
        ndcg_10: mean(|rank| 1.0 / (1.0 + rank as f64).log2()),
    }
}

/// The figures for thresholds from 0.05 to 0.95.
pub fn curve(run: &Run) -> Curve {
    Curve((1..20).map(|step| curve_point(run, step as f32 / 20.0)).collect())
}

/// The figures for one threshold.
pub fn curve_point(run: &Run, threshold: f32) -> CurvePoint {
    let (out, answerable): (Vec<&Row>, Vec<&Row>) = run.rows.iter().partition(|row| row.out);
    let share = |rows: &[&Row], right: bool| {
        let counted = rows
            .iter()
            .filter(|row| row.confidence >= threshold && row.best_is_right == right)
            .count();
        counted as f64 / rows.len().max(1) as f64
    };
    CurvePoint {
        threshold,
        right: share(&answerable, true),
        wrong: share(&answerable, false),
        false_answers: share(&out, false),
    }
}

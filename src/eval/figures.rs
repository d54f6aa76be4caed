//! Figures over a run.

use serde::Serialize;

use super::run::{Row, Run, Verdict};

/// How a group of questions went. Shares are of the questions that they speak of, from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// Which group: a style, a set, or "all".
    pub group: String,
    /// How many questions can be answered.
    pub answerable: usize,
    /// Answered rightly.
    pub right: f64,
    /// Right, or right among the first three suggestions.
    pub right_in_3: f64,
    /// Answered wrongly.
    pub wrong: f64,
    /// How many questions must not be answered.
    pub unanswerable: usize,
    /// Of these, answered.
    pub false_answers: f64,
}

/// How well candidates are put in order, whatever is then decided. Over the answerable questions.
#[derive(Debug, Clone, Serialize)]
pub struct Ranking {
    /// The share whose best candidate is right.
    pub right_first: f64,
    /// The mean of one over the place of the first right candidate; 0 for a question without one
    /// among the ten kept (MRR@10).
    pub mrr: f64,
    /// Discounted gain of the first right candidate, `1 / log2(1 + place)`, which with one right
    /// entry is nDCG@10 (Järvelin and Kekäläinen, 2002).
    pub ndcg_10: f64,
}

/// What would happen at each threshold of confidence.
#[derive(Debug, Clone, Serialize)]
pub struct Curve(pub Vec<CurvePoint>);

/// What would happen at one threshold.
#[derive(Debug, Clone, Serialize)]
pub struct CurvePoint {
    /// Everything from this confidence on would be answered.
    pub threshold: f32,
    /// The share of answerable questions that would be answered rightly.
    pub right: f64,
    /// The share of them that would be answered wrongly.
    pub wrong: f64,
    /// The share of unanswerable questions that would be answered.
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

/// How well the candidates are put in order.
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

/// Coverage against error over the thresholds from 0.05 to 0.95.
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

//! The signals of a question and its best candidate: one table, with a row for each signal.

use crate::index::IndexError;
use crate::matcher::question::ParsedText;
use crate::matcher::rank::{Candidate, Coverage, Ranker, Scope};
use crate::matcher::snapshot::Snapshot;

/// A row of the table of signals.
pub struct Signal {
    pub name: &'static str,
    pub measures: &'static str,
    /// Returns NaN if there is nothing to measure.
    measure: fn(&Measured<'_>) -> f32,
}

const fn signal(
    name: &'static str,
    measures: &'static str,
    measure: fn(&Measured<'_>) -> f32,
) -> Signal {
    Signal { name, measures, measure }
}

/// Every signal. A "lead" is the score of the best candidate minus that of another one.
pub const SIGNALS: &[Signal] = &[
    signal("score-lead", "lead of the best candidate's sum of z-scores over the second", |m| {
        m.best.score - m.second.map_or(0.0, |other| other.score)
    }),
    signal("score-topic-lead", "the same over the best candidate of another topic", |m| {
        m.best.score - m.other_topic.map_or(0.0, |other| other.score)
    }),
    // A BM25 score is a sum over words, so it grows with the length of the question.
    signal("bm25", "its BM25 score over the root of the number of words", |m| {
        m.raw(Ranker::Bm25) / m.words.sqrt()
    }),
    signal("nearest", "cosine with its nearest phrasing", |m| m.raw(Ranker::NearestPhrasing)),
    signal("centroid-topic-lead", "its lead by centroid over another topic", |m| {
        m.topic_lead(Ranker::Centroid)
    }),
    signal("vector-margin", "its margin by vectors", |m| m.raw(Ranker::VectorEntry)),
    signal("coverage", "share of the words that it contains", |m| m.coverage.covered),
    signal("length", "logarithm of the number of words", |m| m.words.ln()),
    signal("elsewhere-lead", "lead of its nearest phrasing over what belongs elsewhere", |m| {
        m.raw(Ranker::NearestPhrasing) - m.scope.elsewhere.unwrap_or(f32::NAN)
    }),
    signal("rarest-missing", "rarity of the rarest word that it does not contain", |m| {
        m.coverage.rarest_missing
    }),
    signal("ngram-margin", "its margin by n-grams", |m| m.raw(Ranker::NgramEntry)),
    signal("ngram-lead", "its lead by n-grams over the second", |m| m.lead(Ranker::NgramEntry)),
    signal("ngram-topic", "margin of its topic by n-grams", |m| m.raw(Ranker::NgramTopic)),
    signal("ngram-topic-lead", "lead of its topic by n-grams over another topic", |m| {
        m.topic_lead(Ranker::NgramTopic)
    }),
    signal("ngram-scope", "margin of the whole FAQ by n-grams", |m| {
        m.scope.ngram_margin.unwrap_or(f32::NAN)
    }),
];

pub const SIGNAL_COUNT: usize = SIGNALS.len();

/// The values of all signals, in the order of the table; NaN for a signal that was not measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignalValues(pub [f32; SIGNAL_COUNT]);

/// The input of the functions in the table.
struct Measured<'a> {
    /// The number of words in the question.
    words: f32,
    best: &'a Candidate,
    second: Option<&'a Candidate>,
    /// The best candidate from another topic than `best`.
    other_topic: Option<&'a Candidate>,
    scope: Scope,
    coverage: Coverage,
}

impl Measured<'_> {
    fn raw(&self, ranker: Ranker) -> f32 {
        self.best.raw_scores[ranker]
    }

    fn lead(&self, ranker: Ranker) -> f32 {
        self.raw(ranker) - self.second.map_or(0.0, |other| other.raw_scores[ranker])
    }

    fn topic_lead(&self, ranker: Ranker) -> f32 {
        self.raw(ranker) - self.other_topic.map_or(0.0, |other| other.raw_scores[ranker])
    }
}

impl SignalValues {
    /// Measures a question and its candidates, which come best first. `None` without candidates.
    pub(in crate::matcher) fn measure(
        snapshot: &Snapshot,
        question: &ParsedText,
        candidates: &[Candidate],
        scope: Scope,
    ) -> Result<Option<Self>, IndexError> {
        let Some(best) = candidates.first() else { return Ok(None) };
        let topic = |candidate: &Candidate| snapshot.topic(candidate.number);
        let measured = Measured {
            words: question.words.len() as f32,
            best,
            second: candidates.get(1),
            other_topic: candidates.iter().find(|other| topic(other) != topic(best)),
            scope,
            coverage: Coverage::of(snapshot.searcher(), question, best.number)?,
        };
        let is_used = |index: usize| snapshot.parts().has_signal(index);
        Ok(Some(Self(std::array::from_fn(|index| {
            if is_used(index) { (SIGNALS[index].measure)(&measured) } else { f32::NAN }
        }))))
    }
}

impl serde::Serialize for SignalValues {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // JSON has no NaN.
        let values = SIGNALS.iter().zip(self.0).filter(|(_, value)| !value.is_nan());
        serializer.collect_map(values.map(|(signal, value)| (signal.name, value)))
    }
}

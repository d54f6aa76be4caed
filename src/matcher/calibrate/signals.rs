//! The signals of a question and its best candidate: one table, with a row for each signal.

use crate::index::IndexError;
use crate::matcher::model::Share;
use crate::matcher::question::ParsedText;
use crate::matcher::rank::{Candidate, Coverage, RANKERS, Ranker, Scope};
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

/// The number of the rows. It is not `SIGNALS.len()`: an optimised build then needs the compiled
/// functions of the table to know the size of types that those functions use, which is a cycle.
pub const SIGNAL_COUNT: usize = 24;

/// Every signal. A "lead" is the score of the best candidate minus that of another one.
pub const SIGNALS: &[Signal; SIGNAL_COUNT] = &[
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
    signal("likelihood", "its log-likelihood ratio over the number of words", |m| {
        m.raw(Ranker::LikelihoodEntry) / m.words
    }),
    signal("likelihood-lead", "its lead by likelihood over the second", |m| {
        m.lead(Ranker::LikelihoodEntry)
    }),
    signal("likelihood-topic-lead", "lead of its topic by likelihood over another topic", |m| {
        m.topic_lead(Ranker::LikelihoodTopic)
    }),
    signal("density", "density of its phrasings around the question", |m| m.raw(Ranker::Density)),
    signal("density-topic-lead", "its lead by density over another topic", |m| {
        m.topic_lead(Ranker::Density)
    }),
    signal(
        "coverage-lead",
        "its coverage minus that of the best candidate of another topic",
        |m| m.coverage.covered - m.other_coverage.covered,
    ),
    signal("votes", "share of the rankers that put its topic first among the candidates", |m| {
        m.votes()
    }),
    signal("topic-share", "share of its topic in the exponentials of the candidates' sums", |m| {
        m.topic_share()
    }),
    signal("supply", "logarithm of the average number of phrasings", |m| m.average_supply.ln()),
    signal("share", "its phrasings, as a share of what is typical", |m| m.share_of_best.entry),
    signal("rival-share", "the same of the best candidate of another topic", |m| m.share_of_rival),
    signal("ngram-topic", "margin of its topic by n-grams", |m| m.raw(Ranker::NgramTopic)),
    signal("ngram-topic-lead", "lead of its topic by n-grams over another topic", |m| {
        m.topic_lead(Ranker::NgramTopic)
    }),
    signal("ngram-scope", "margin of the whole FAQ by n-grams", |m| {
        m.scope.ngram_margin.unwrap_or(f32::NAN)
    }),
];

/// How many of the first candidates count as rivals.
const CONTENDERS: usize = 4;

/// The values of all signals, in the order of the table; NaN for a signal that was not measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignalValues {
    pub values: [f32; SIGNAL_COUNT],
    /// Whether one of the first [`CONTENDERS`] candidates has few phrasings.
    pub contender_has_few: bool,
    /// How much of the question the best candidate covers, from 0 to 1; see [`Coverage`].
    pub covered: f32,
}

/// How slowly a candidate counts less for the share of its topic as its sum becomes smaller.
const TEMPERATURE: f32 = 2.0;

/// The input of the functions in the table.
struct Measured<'a> {
    /// The number of words in the question.
    words: f32,
    /// Best first.
    candidates: &'a [Candidate],
    best: &'a Candidate,
    second: Option<&'a Candidate>,
    /// The best candidate from another topic than `best`.
    other_topic: Option<&'a Candidate>,
    scope: Scope,
    coverage: Coverage,
    other_coverage: Coverage,
    average_supply: f32,
    share_of_best: Share,
    /// The share of the best candidate of another topic; 1 if there is none.
    share_of_rival: f32,
}

impl Measured<'_> {
    fn raw(&self, ranker: Ranker) -> f32 {
        self.best.raw_scores[ranker]
    }

    fn lead(&self, ranker: Ranker) -> f32 {
        self.raw(ranker) - self.second.map_or(0.0, |other| other.raw_scores[ranker])
    }

    /// The share of the rankers whose first candidate has the topic of the best one. Rankers that
    /// see no difference do not vote.
    fn votes(&self) -> f32 {
        let votes = RANKERS.iter().filter_map(|row| {
            let raw = |candidate: &&Candidate| candidate.raw_scores[row.ranker];
            let first = self.candidates.iter().max_by(|a, b| raw(a).total_cmp(&raw(b)))?;
            let sees_no_difference = self.candidates.iter().all(|other| raw(&other) == raw(&first));
            (!sees_no_difference).then(|| f32::from(u8::from(self.has_best_topic(first))))
        });
        let votes: Vec<f32> = votes.collect();
        votes.iter().sum::<f32>() / votes.len().max(1) as f32
    }

    /// The share of the best candidate's topic in a softmax over the sums of all candidates.
    fn topic_share(&self) -> f32 {
        let exponential =
            |candidate: &Candidate| ((candidate.score - self.best.score) / TEMPERATURE).exp();
        let of_topic = self.candidates.iter().filter(|candidate| self.has_best_topic(candidate));
        let all: f32 = self.candidates.iter().map(exponential).sum();
        of_topic.map(exponential).sum::<f32>() / all
    }

    fn has_best_topic(&self, candidate: &Candidate) -> bool {
        candidate.entry.topic() == self.best.entry.topic()
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
        let supply = snapshot.model().supply();
        let share = |candidate: &Candidate| supply.of_entries[candidate.number.0 as usize];
        let contenders = &candidates[..candidates.len().min(CONTENDERS)];
        let other_topic = candidates.iter().find(|other| topic(other) != topic(best));
        let other_coverage = other_topic
            .map(|other| Coverage::of(snapshot.searcher(), question, other.number))
            .transpose()?
            .unwrap_or_default();
        let measured = Measured {
            candidates,
            other_coverage,
            words: question.words.len() as f32,
            best,
            second: candidates.get(1),
            other_topic,
            average_supply: supply.average,
            share_of_best: share(best),
            share_of_rival: other_topic.map_or(1.0, |other| share(other).entry),
            scope,
            coverage: Coverage::of(snapshot.searcher(), question, best.number)?,
        };
        let is_used = |index: usize| snapshot.parts().has_signal(index);
        Ok(Some(Self {
            values: std::array::from_fn(|index| {
                if is_used(index) { (SIGNALS[index].measure)(&measured) } else { f32::NAN }
            }),
            covered: measured.coverage.covered,
            contender_has_few: contenders.iter().any(|contender| share(contender).is_few),
        }))
    }
}

impl serde::Serialize for SignalValues {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // JSON has no NaN.
        let values = SIGNALS.iter().zip(self.values).filter(|(_, value)| !value.is_nan());
        serializer.collect_map(values.map(|(signal, value)| (signal.name, value)))
    }
}

//! Ranks the entries that may answer a question.
//!
//! Several rankers score every entry. For each question, the scores of a ranker become z-scores
//! (standard deviations above the mean of all entries). Their weighted sum says which entry is
//! *best*. The raw scores say whether the best entry is *good*; `calibrate` uses them. A score
//! divided by the best score could not say that: the best of several bad entries would get 1.

mod bm25;
mod likelihood;

use std::collections::HashSet;
use std::ops::Index;

use serde::ser::{Serialize, SerializeMap, Serializer};

pub(super) use bm25::Coverage;

use super::model::{Share, Supply};
use super::question::{ParsedText, Question};
use super::snapshot::Snapshot;
use crate::index::{EntryNumber, IndexError};
use crate::knowledge::{EntryId, TopicId};

/// A method of scoring entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranker {
    Bm25,
    LikelihoodEntry,
    LikelihoodTopic,
    NearestPhrasing,
    Density,
    Centroid,
    VectorEntry,
    VectorTopic,
    NgramTopic,
}

/// A row of the table of rankers.
pub struct RankerRow {
    pub ranker: Ranker,
    pub name: &'static str,
    /// What the raw score is, in words.
    pub measures: &'static str,
    /// The weight in the sum.
    weight: fn(&Supply) -> f32,
    /// Whether the raw score of a story is the maximum over the whole and its sentences.
    best_sentence_counts: bool,
    /// For a classifier that was trained on phrasings. It takes an entry with few of them, beside
    /// entries with many, for unlikely. As far as that goes, these rankers replace it.
    stand_ins: &'static [Ranker],
    /// Which share of phrasings says how far.
    share: fn(&Share) -> f32,
}

const fn row(
    ranker: Ranker,
    name: &'static str,
    measures: &'static str,
    weight: fn(&Supply) -> f32,
) -> RankerRow {
    let share = |_: &Share| 1.0;
    RankerRow { ranker, name, measures, weight, best_sentence_counts: true, stand_ins: &[], share }
}

/// The rankers of topics that need no training.
const TOPIC_STAND_INS: &[Ranker] =
    &[Ranker::LikelihoodTopic, Ranker::LikelihoodEntry, Ranker::Centroid];

/// The number of the rankers. It is not `RANKERS.len()`, for the reason that
/// [`SIGNAL_COUNT`](super::calibrate::SIGNAL_COUNT) has.
pub const RANKER_COUNT: usize = 9;

/// Every ranker, in the order of [`Ranker`]. The weights were tuned on our own sets, with all
/// phrasings and with few, and rounded; see `eval/README.md`. The first group works with many
/// phrasings and the second with few: the centroid of a hundred different phrasings is close to
/// none of them. With a single phrasing, it and the classifier would only repeat that one.
pub static RANKERS: [RankerRow; RANKER_COUNT] = [
    RankerRow {
        best_sentence_counts: false,
        ..row(Ranker::Bm25, "bm25", "BM25 over phrasings, answer and quotations", |supply| {
            0.75 * supply.few()
        })
    },
    row(
        Ranker::LikelihoodEntry,
        "likelihood-entry",
        "log-likelihood ratio of the entry's phrasings",
        Supply::many,
    ),
    row(
        Ranker::LikelihoodTopic,
        "likelihood-topic",
        "log-likelihood ratio of the phrasings of its topic",
        |supply| 0.5 * supply.many(),
    ),
    row(Ranker::NearestPhrasing, "nearest", "cosine with the nearest phrasing", |supply| {
        supply.few() * (0.5 + 1.5 * supply.one_in_average())
    }),
    row(Ranker::Density, "density", "density of its phrasings, as a cosine", |supply| {
        0.5 * supply.many()
    }),
    row(Ranker::Centroid, "centroid", "cosine with the centroid of the phrasings", |supply| {
        supply.few() * (1.0 - supply.one_in_average())
    }),
    RankerRow {
        stand_ins: &[Ranker::LikelihoodEntry, Ranker::Density],
        share: |share| share.entry,
        ..row(Ranker::VectorEntry, "vector-entry", "margin of the entry, by vectors", |supply| {
            (1.0 - supply.few() * supply.one_in_average()) * (1.0 + 0.5 * supply.few())
        })
    },
    RankerRow {
        stand_ins: TOPIC_STAND_INS,
        share: |share| share.topic,
        ..row(Ranker::VectorTopic, "vector-topic", "margin of its topic, by vectors", |_| 1.0)
    },
    RankerRow {
        stand_ins: TOPIC_STAND_INS,
        share: |share| share.topic,
        ..row(Ranker::NgramTopic, "ngram-topic", "margin of its topic, by n-grams", Supply::many)
    },
];

/// The weight of a whole story against its best sentence.
const WHOLE_STORY_WEIGHT: f32 = 0.5;

/// How many candidates are kept.
const CANDIDATES: usize = 10;

/// The most leads of topics in the choice for a word alone.
const MAX_LEADS: usize = 3;

/// A word is typical of a topic if more than this share of its uses is there.
const TYPICAL: f32 = 0.4;

/// An entry that may answer a question.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Candidate {
    pub entry: EntryId,
    /// The weighted sum of z-scores. It orders the candidates of one question and says nothing
    /// about how good they are.
    pub score: f32,
    pub raw_scores: RawScores,
    /// Whether the question is one of its phrasings, word for word.
    pub exact: bool,
    #[serde(skip)]
    pub(super) number: EntryNumber,
}

/// The raw scores of one entry; 0 if a ranker had nothing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RawScores([f32; RANKER_COUNT]);

/// Measurements of whether a question is about this FAQ at all; `None` if not measurable.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Scope {
    /// The margin of the FAQ as a whole, by n-grams.
    pub ngram_margin: Option<f32>,
    /// The cosine with the nearest question that belongs elsewhere.
    pub elsewhere: Option<f32>,
}

/// The scores of every entry for a text.
struct Scores {
    /// The weighted sums of z-scores.
    total: Vec<f32>,
    /// By ranker; empty if the ranker has nothing to measure.
    raw: [Vec<f32>; RANKER_COUNT],
    scope: Scope,
}

/// The candidates for a question, best first.
pub(super) fn candidates(
    snapshot: &Snapshot,
    question: &Question,
) -> Result<(Vec<Candidate>, Scope), IndexError> {
    if question.whole.words.is_empty() || snapshot.entry_count() == 0 {
        return Ok((Vec::new(), Scope::default()));
    }
    let scores = score_question(snapshot, question)?;
    let mut order = top_indices(&scores.total, 2 * CANDIDATES);
    order.retain(|&entry| scores.total[entry] > 0.0);
    drop_unnamed(snapshot, &question.whole, &mut order)?;
    order.truncate(CANDIDATES);
    let exact = snapshot.model().exact(&question.whole);
    if let Some(EntryNumber(exact)) = exact {
        // A question that is a phrasing word for word means that entry, whatever the scores are.
        order.retain(|&entry| entry != exact as usize);
        order.insert(0, exact as usize);
        order.truncate(CANDIDATES);
    }
    let candidate = |entry: usize| {
        let number = EntryNumber(entry as u32);
        let raw = |scores: &Vec<f32>| scores.get(entry).copied().unwrap_or(0.0);
        Candidate {
            entry: snapshot.entry_id(number).clone(),
            score: scores.total[entry],
            raw_scores: RawScores(scores.raw.each_ref().map(raw)),
            exact: exact == Some(number),
            number,
        }
    };
    Ok((order.into_iter().map(candidate).collect(), scores.scope))
}

/// The entries to choose from for a word alone: the leads of the topics in which people use it
/// most, then the entries that they ask for most often with it. Of a word alone, that says more
/// than which entry it is typical of. A word that was run together is a pair.
pub(super) fn choice_for_word(
    snapshot: &Snapshot,
    word: &ParsedText,
    limit: usize,
) -> Result<Vec<EntryId>, IndexError> {
    let terms: Vec<&str> = word.words.iter().map(|word| word.term.as_str()).collect();
    let feature = terms[terms.len().saturating_sub(2)..].join(" ");
    let mut counts = vec![0.0; snapshot.entry_count()];
    snapshot.searcher().visit_feature(&feature, |EntryNumber(entry), count| {
        counts[entry as usize] = count as f32;
    })?;
    let mut most = top_indices(&counts, limit);
    most.retain(|&entry| counts[entry] > 0.0);
    let topic = |entry: usize| snapshot.topic(EntryNumber(entry as u32));
    let has_lead_of = |lead: usize| most.iter().any(|&entry| topic(entry) == topic(lead));
    let is_lead = |&entry: &usize| counts[entry] > 0.0 && snapshot.is_lead(entry);
    let leads = (0..counts.len()).filter(is_lead).filter(|&lead| has_lead_of(lead));
    let mut leads: Vec<usize> = leads.collect();
    leads.sort_by(|&a, &b| counts[b].total_cmp(&counts[a]));
    leads.truncate(MAX_LEADS);
    most.retain(|entry| !leads.contains(entry));
    let chosen = leads.into_iter().chain(most).take(limit);
    Ok(chosen.map(|entry| snapshot.entry_id(EntryNumber(entry as u32)).clone()).collect())
}

/// Drops the entries about one place or product if the question names none, except the lead of
/// their topic. A word that no entry has may be such a name.
fn drop_unnamed(
    snapshot: &Snapshot,
    question: &ParsedText,
    order: &mut Vec<usize>,
) -> Result<(), IndexError> {
    let topic = |entry: usize| snapshot.topic(EntryNumber(entry as u32));
    let topics: HashSet<&TopicId> = order.iter().map(|&entry| topic(entry)).collect();
    for unnamed in topics.into_iter().filter(|topic| snapshot.is_only_if_named(topic)) {
        if !names(snapshot, question, unnamed)? {
            order.retain(|&entry| topic(entry) != unnamed || snapshot.is_lead(entry));
        }
    }
    Ok(())
}

/// Whether a question has a word that is typical of a topic, or one that no entry has.
fn names(snapshot: &Snapshot, question: &ParsedText, topic: &TopicId) -> Result<bool, IndexError> {
    let lengths = snapshot.searcher().lengths();
    for word in question.words.iter().filter(|word| !word.is_function_word) {
        // Every entry counts the same, however many phrasings it has.
        let (mut of_topic, mut of_all) = (0.0, 0.0);
        snapshot.searcher().visit_feature(&word.term, |entry, count| {
            let share = count as f32 / lengths[entry.0 as usize];
            of_all += share;
            if snapshot.topic(entry) == topic {
                of_topic += share;
            }
        })?;
        let is_unknown = of_all == 0.0 && word.term.chars().all(char::is_alphabetic);
        if is_unknown || of_topic > TYPICAL * of_all {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Scores the whole question, and the sentences of a story too: often only one of them asks.
fn score_question(snapshot: &Snapshot, question: &Question) -> Result<Scores, IndexError> {
    let mut scores = score(snapshot, &question.whole)?;
    let sentences = question.ranked_sentences();
    if sentences.is_empty() || !snapshot.parts().ranks_sentences() {
        return Ok(scores);
    }
    let mut best = vec![f32::MIN; scores.total.len()];
    for sentence in sentences {
        let of_sentence = score(snapshot, sentence)?;
        raise_to(&mut best, &of_sentence.total);
        for row in RANKERS.iter().filter(|row| row.best_sentence_counts) {
            let index = row.ranker as usize;
            raise_to(&mut scores.raw[index], &of_sentence.raw[index]);
        }
        scores.scope.raise_to(of_sentence.scope);
    }
    for (whole, best) in scores.total.iter_mut().zip(best) {
        *whole = WHOLE_STORY_WEIGHT * *whole + (1.0 - WHOLE_STORY_WEIGHT) * best;
    }
    Ok(scores)
}

fn score(snapshot: &Snapshot, text: &ParsedText) -> Result<Scores, IndexError> {
    let (model, searcher) = (snapshot.model(), snapshot.searcher());
    let mut raw: [Vec<f32>; RANKER_COUNT] = [const { Vec::new() }; RANKER_COUNT];
    let likelihoods = likelihood::scores(searcher, model.classes(), text)?;
    raw[Ranker::Bm25 as usize] = bm25::scores(searcher, text)?;
    raw[Ranker::LikelihoodEntry as usize] = likelihoods.entries;
    raw[Ranker::LikelihoodTopic as usize] = likelihoods.topics;
    let ngrams = model.ngram_margins(text).unwrap_or_default();
    raw[Ranker::NgramTopic as usize] = ngrams.topics;
    let mut scope = Scope { ngram_margin: ngrams.in_scope, ..Scope::default() };
    if let Some(similar) = model.similarities(text, &raw[Ranker::Bm25 as usize]) {
        raw[Ranker::NearestPhrasing as usize] = similar.nearest;
        raw[Ranker::Density as usize] = similar.density;
        raw[Ranker::Centroid as usize] = similar.centroid;
        raw[Ranker::VectorEntry as usize] = similar.entries;
        raw[Ranker::VectorTopic as usize] = similar.topics;
        scope.elsewhere = similar.elsewhere;
    }
    let total = total(snapshot, &raw);
    Ok(Scores { total, raw, scope })
}

/// The weighted sums of z-scores, by entry.
fn total(snapshot: &Snapshot, raw: &[Vec<f32>; RANKER_COUNT]) -> Vec<f32> {
    let supply = snapshot.model().supply();
    let is_on = |ranker: Ranker| snapshot.parts().has_ranker(ranker);
    let z_scores = raw.each_ref().map(|values| z_scores(values));
    let mut total = vec![0.0; snapshot.entry_count()];
    for row in RANKERS.iter().filter(|row| is_on(row.ranker)) {
        let weight = (row.weight)(supply);
        let own = &z_scores[row.ranker as usize];
        let stand_ins = row.stand_ins.iter().filter(|ranker| is_on(**ranker));
        let stand_ins: Vec<&Vec<f32>> = stand_ins
            .map(|&ranker| &z_scores[ranker as usize])
            .filter(|scores| !scores.is_empty())
            .collect();
        for (entry, &own) in own.iter().enumerate() {
            let share =
                if stand_ins.is_empty() { 1.0 } else { (row.share)(&supply.of_entries[entry]) };
            let others = stand_ins.iter().map(|scores| scores[entry]).sum::<f32>();
            let others = others / stand_ins.len().max(1) as f32;
            total[entry] += weight * (share * own + (1.0 - share) * others);
        }
    }
    total
}

impl Scope {
    /// Keeps the larger margin. `elsewhere` stays that of the whole question.
    fn raise_to(&mut self, sentence: Scope) {
        let margins = self.ngram_margin.zip(sentence.ngram_margin);
        self.ngram_margin = margins.map(|(whole, sentence)| whole.max(sentence));
    }
}

impl Index<Ranker> for RawScores {
    type Output = f32;

    fn index(&self, ranker: Ranker) -> &f32 {
        &self.0[ranker as usize]
    }
}

impl Serialize for RawScores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(RANKERS.len()))?;
        for row in &RANKERS {
            map.serialize_entry(row.name, &self[row.ranker])?;
        }
        map.end()
    }
}

/// Replaces each value by the larger one of the pair.
fn raise_to(values: &mut [f32], others: &[f32]) {
    values.iter_mut().zip(others).for_each(|(value, other)| *value = value.max(*other));
}

/// How many standard deviations each value is above the mean.
fn z_scores(values: &[f32]) -> Vec<f32> {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count;
    let deviation = variance.sqrt().max(1e-6);
    values.iter().map(|value| (value - mean) / deviation).collect()
}

/// The indices of the largest values, best first. Equal values keep the order of their indices, so
/// that the same question always gets the same answer.
pub(super) fn top_indices(values: &[f32], count: usize) -> Vec<usize> {
    let best_first = |a: &usize, b: &usize| values[*b].total_cmp(&values[*a]).then(a.cmp(b));
    let mut indices: Vec<usize> = (0..values.len()).collect();
    if count < indices.len() {
        indices.select_nth_unstable_by(count, best_first);
        indices.truncate(count);
    }
    indices.sort_unstable_by(best_first);
    indices
}

#[cfg(test)]
mod tests {
    use super::RANKERS;

    #[test]
    fn rows_have_the_order_of_the_rankers() {
        for (index, row) in RANKERS.iter().enumerate() {
            assert_eq!(row.ranker as usize, index, "{}", row.name);
        }
    }
}

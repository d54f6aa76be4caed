//! How much speaks for each entry, and the candidates that come of it.
//!
//! Tantivy's scores and the second opinion are brought to one scale for each question (how many
//! standard deviations an entry lies above the average entry) and added. Such sums say which entry
//! is *best*; whether the best is *good* is decided on the raw values, in `confidence`.

use serde::Serialize;

use super::meaning::best_places;
use super::opinion::View;
use super::question::Question;
use super::snapshot::Snapshot;
use crate::index::{EntryNumber, FieldWeights, IndexError};
use crate::knowledge::EntryId;

/// How much a word counts in each part of an entry. The ways in which people ask count most; a word
/// that only occurs in the answer is a hint.
const FIELD_WEIGHTS: FieldWeights = FieldWeights { asked: 1.0, answer: 0.5, quotations: 0.2 };

/// How much each opinion counts when candidates are put in order. Found on three public FAQ
/// collections and our own sets, and rounded; see `eval/README.md`.
const WORDS: f32 = 0.75;
const NEAREST_PHRASING: f32 = 0.5;
/// How much the middle of the phrasings counts where the wording is not trusted, for want of
/// phrasings. Where there are many, people say the same thing in so many ways that their middle
/// lies nowhere.
const MIDDLE: f32 = 1.0;
const MARGIN: f32 = 1.0;
const TOPIC_MARGIN: f32 = 1.0;
/// How much the wording counts where it is fully trusted.
const WORDING: f32 = 1.0;
const TOPIC_WORDING: f32 = 1.0;

/// How much the whole of a long story counts against its most telling sentence.
const WHOLE_STORY: f32 = 0.5;

/// How many candidates are kept, and how many phrasings an explanation looks at.
const CANDIDATES: usize = 10;
const PHRASINGS: usize = 60;

/// How much less a word covers that occurs only in the answer or a quotation than one that people
/// ask with.
const MENTIONED_COVERS: f32 = 0.5;

/// An entry that may answer a question.
#[derive(Debug, Clone, Serialize)]
pub struct Candidate {
    /// Which entry.
    pub entry: EntryId,
    /// Its standing among all entries: weighted standard deviations above the average. Puts
    /// candidates in order; says nothing about how good the best one is.
    pub rank_score: f32,
    /// Tantivy's raw BM25 score.
    pub words_score: f32,
    /// The cosine with its nearest phrasing in meaning; 0 without a vector table.
    pub nearest: f32,
    /// The cosine with the middle of its phrasings.
    pub middle: f32,
    /// The margin of the classifier.
    pub margin: f32,
    /// The margin of the classifier of wordings.
    pub wording: f32,
    /// The margin of its topic's wording.
    pub topic_wording: f32,
    /// The phrasing that shares most with the question in words; only in an explanation.
    pub phrasing: Option<String>,
    /// How much of the question it covers, from 0 to 1: the share of the question's content words
    /// that occur in it, each weighed by its rarity. For the best candidate, and in an explanation
    /// for all.
    pub coverage: f32,
    /// Whether one of its phrasings is the question itself, word for word.
    pub same_words: bool,
    #[serde(skip)]
    pub(super) number: EntryNumber,
}

/// Whether a question is about this FAQ at all, as far as meaning tells; nothing where nothing is
/// known of what lies elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Scope {
    /// How far it lies on the side of this FAQ.
    pub ours: Option<f32>,
    /// How far it lies on the side of this FAQ by its wording.
    pub ours_by_wording: Option<f32>,
    /// The cosine with the nearest question that belongs elsewhere.
    pub elsewhere: Option<f32>,
}

/// The scores of every entry for a text. What could not be measured is empty.
struct Scores {
    ranked: Vec<f32>,
    words: Vec<f32>,
    nearest: Vec<f32>,
    middle: Vec<f32>,
    margin: Vec<f32>,
    wording: Vec<f32>,
    topic_wording: Vec<f32>,
    scope: Scope,
}

/// Finds the candidates for a question, best first.
pub(super) fn candidates(
    snapshot: &Snapshot,
    text: &str,
    question: &Question,
) -> Result<(Vec<Candidate>, Scope), IndexError> {
    if question.words.is_empty() || snapshot.len() == 0 {
        return Ok((Vec::new(), Scope::default()));
    }
    let mut scores = score(snapshot, question)?;
    add_sentences(snapshot, text, question, &mut scores)?;
    let mut order = best_places(&scores.ranked, CANDIDATES);
    order.retain(|&entry| scores.ranked[entry] > 0.0);
    let mut found = Vec::with_capacity(order.len());
    for entry in order {
        let number = EntryNumber(entry as u32);
        let of = |values: &[f32]| values.get(entry).copied().unwrap_or(0.0);
        found.push(Candidate {
            entry: snapshot.entry_id(number).clone(),
            rank_score: scores.ranked[entry],
            words_score: scores.words[entry],
            nearest: of(&scores.nearest),
            middle: of(&scores.middle),
            margin: of(&scores.margin),
            wording: of(&scores.wording),
            topic_wording: of(&scores.topic_wording),
            phrasing: None,
            coverage: 0.0,
            same_words: false,
            number,
        });
    }
    if let Some(same) = snapshot.opinion().same_words(question) {
        // Asked in the very words of a phrasing: nothing else can be meant more.
        let place = found.iter().position(|candidate| candidate.number == same);
        let candidate = place.map(|place| found.remove(place));
        if let Some(candidate) = candidate {
            found.insert(0, Candidate { same_words: true, ..candidate });
        }
    }
    if let Some(best) = found.first_mut() {
        best.coverage = coverage(snapshot, question, best.number)?;
    }
    Ok((found, scores.scope))
}

/// Adds what only an explanation needs: what each candidate covers, and the phrasing that shares
/// most with the question in words.
pub(super) fn explain(
    snapshot: &Snapshot,
    question: &Question,
    candidates: &mut [Candidate],
) -> Result<(), IndexError> {
    let phrasings = snapshot.searcher().rank_phrasings(&question.terms(), PHRASINGS)?;
    for candidate in candidates {
        candidate.coverage = coverage(snapshot, question, candidate.number)?;
        // The hits come best first, so the first one of an entry is its best.
        let hit = phrasings.iter().find(|hit| hit.entry == candidate.number);
        candidate.phrasing = hit.map(|hit| snapshot.phrasing(hit.entry, hit.phrasing).to_owned());
    }
    Ok(())
}

fn score(snapshot: &Snapshot, question: &Question) -> Result<Scores, IndexError> {
    let entries = snapshot.len();
    let words = snapshot.searcher().score_entries(&question.terms(), &FIELD_WEIGHTS)?;
    let topics = snapshot.opinion().topic_of_each_entry();
    let View { words: by_wording, nearness } = snapshot.opinion().view(question, &words);
    let of_topics = |margins: &[f32]| -> Vec<f32> {
        topics
            .iter()
            .flat_map(|topics| topics.iter())
            .map(|&topic| margins[topic as usize])
            .collect()
    };
    let mut scope = Scope::default();
    let (mut nearest, mut middle, mut margin, mut topic_margin) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    if let Some(near) = nearness {
        (nearest, middle, scope.elsewhere) = (near.phrasing, near.middle, near.elsewhere);
        if let Some(margins) = near.margins {
            topic_margin = of_topics(&margins.topics);
            (margin, scope.ours) = (margins.entries, margins.ours);
        }
    }
    let (mut wording, mut topic_wording) = (Vec::new(), Vec::new());
    if let Some(margins) = by_wording {
        topic_wording = of_topics(&margins.topics);
        (wording, scope.ours_by_wording) = (margins.entries, margins.ours);
    }
    let mut ranked = vec![0.0; entries];
    let trust = snapshot.opinion().trust_in_wording();
    let parts = [
        (&words, WORDS),
        (&nearest, NEAREST_PHRASING),
        (&middle, (1.0 - trust) * MIDDLE),
        (&margin, MARGIN),
        (&topic_margin, TOPIC_MARGIN),
        (&wording, trust * WORDING),
        (&topic_wording, trust * TOPIC_WORDING),
    ];
    for (values, weight) in parts {
        add_standing(&mut ranked, values, weight);
    }
    Ok(Scores { ranked, words, nearest, middle, margin, wording, topic_wording, scope })
}

/// Lets the most telling sentence of a long story speak beside the whole of it.
fn add_sentences(
    snapshot: &Snapshot,
    text: &str,
    question: &Question,
    scores: &mut Scores,
) -> Result<(), IndexError> {
    let sentences = question.sentences(text, snapshot.analyzer());
    if sentences.is_empty() {
        return Ok(());
    }
    let mut best = vec![f32::MIN; scores.ranked.len()];
    for sentence in sentences {
        let of_sentence = score(snapshot, &sentence)?;
        best.iter_mut().zip(&of_sentence.ranked).for_each(|(best, score)| *best = best.max(*score));
        raise(&mut scores.nearest, &of_sentence.nearest);
        raise(&mut scores.middle, &of_sentence.middle);
        raise(&mut scores.margin, &of_sentence.margin);
        raise(&mut scores.wording, &of_sentence.wording);
        raise(&mut scores.topic_wording, &of_sentence.topic_wording);
        scores.scope.raise(of_sentence.scope);
    }
    for (whole, best) in scores.ranked.iter_mut().zip(best) {
        *whole = WHOLE_STORY * *whole + (1.0 - WHOLE_STORY) * best;
    }
    Ok(())
}

impl Scope {
    fn raise(&mut self, part: Scope) {
        let higher = |whole: Option<f32>, part: Option<f32>| {
            whole.zip(part).map(|(whole, part)| whole.max(part))
        };
        self.ours = higher(self.ours, part.ours);
        self.ours_by_wording = higher(self.ours_by_wording, part.ours_by_wording);
    }
}

fn raise(whole: &mut [f32], part: &[f32]) {
    whole.iter_mut().zip(part).for_each(|(whole, part)| *whole = whole.max(*part));
}

/// Adds how many standard deviations each value lies above the average of all, times a weight.
fn add_standing(ranked: &mut [f32], values: &[f32], weight: f32) {
    let count = values.len().max(1) as f32;
    let average = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|value| (value - average).powi(2)).sum::<f32>() / count;
    let deviation = variance.sqrt().max(1e-6);
    ranked
        .iter_mut()
        .zip(values)
        .for_each(|(sum, value)| *sum += weight * (value - average) / deviation);
}

/// The share of the question's content words that an entry speaks of, each weighed by its rarity.
fn coverage(
    snapshot: &Snapshot,
    question: &Question,
    number: EntryNumber,
) -> Result<f32, IndexError> {
    let searcher = snapshot.searcher();
    let (mut covered, mut all) = (0.0, 0.0);
    for word in question.content_words() {
        let rarity = searcher.rarity(&word.term)?;
        all += rarity;
        let asked_with = |term: &str| searcher.is_asked_with(number, term);
        if asked_with(&word.term)? || word.concept.as_deref().map_or(Ok(false), asked_with)? {
            covered += rarity;
        } else if searcher.speaks_of(number, &word.term)? {
            covered += MENTIONED_COVERS * rarity;
        }
    }
    Ok(if all > 0.0 { covered / all } else { 0.0 })
}

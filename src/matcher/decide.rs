//! Chooses between an answer, a choice, and silence.

use serde::{Deserialize, Serialize};

use super::candidate::{Candidate, candidates};
use super::outcome::{Decision, Evidence, NoAnswerReason, Outcome, WordEvidence, WordUse};
use super::question::Question;
use super::snapshot::Snapshot;
use crate::index::IndexError;

/// How many suggestions an ambiguous question gets, and how many a refused one.
const SUGGESTIONS: usize = 5;
const NEAREST: usize = 3;

/// What a candidate must reach. Raw scores and coverage decide, never a score divided by the best one: the best of a bad lot
/// would always score 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The raw score from which an entry may answer.
    pub answer_score: f32,
    /// How much of the question it must cover, from 0 to 1.
    pub answer_coverage: f32,
    /// How far its raw score must be ahead of the next candidate's.
    pub answer_gap: f32,
    /// The coverage from which a candidate is worth suggesting.
    pub suggest_coverage: f32,
    /// The raw score from which a candidate is worth suggesting.
    pub suggest_score: f32,
}

impl Snapshot {
    /// Decides what a question leads to. Any text is a question; the same text always leads to the same decision.
    pub fn decide(&self, text: &str, thresholds: &Thresholds) -> Result<Decision, IndexError> {
        let question = Question::read(text);
        let mut candidates = candidates(self, &question)?;
        let words = weigh_words(self, &question, candidates.first())?;
        let gap = gap(&candidates);
        let (outcome, verdict) = choose(&question, &candidates, gap, thresholds);
        candidates.truncate(SUGGESTIONS);
        let evidence = Evidence { words, candidates, thresholds: *thresholds, gap, verdict };
        Ok(Decision { outcome, evidence })
    }
}

/// How far the best candidate is ahead of the next, in raw score.
fn gap(candidates: &[Candidate]) -> f32 {
    match candidates {
        [] => 0.0,
        [only] => only.score,
        [best, next, ..] => best.score - next.score,
    }
}

fn choose(question: &Question, candidates: &[Candidate], gap: f32, limits: &Thresholds) -> (Outcome, String) {
    let ids = |limit| candidates.iter().take(limit).map(|candidate| candidate.entry.clone()).collect::<Vec<_>>();
    let silent = |reason, verdict: &str| {
        let nearest = if reason == NoAnswerReason::NotSure { ids(NEAREST) } else { Vec::new() };
        (Outcome::NoAnswer { reason, nearest }, verdict.to_owned())
    };
    if question.words.is_empty() {
        return silent(NoAnswerReason::Empty, "the question holds no words");
    }
    if question.content_words().is_empty() && candidates.first().is_none_or(|best| best.score < limits.answer_score) {
        return silent(NoAnswerReason::Outside, "the question holds only words that say nothing by themselves");
    }
    let Some(best) = candidates.first() else {
        return silent(NoAnswerReason::Outside, "no entry shares a word with the question");
    };
    let covers = best.coverage >= limits.answer_coverage;
    let scores = best.score >= limits.answer_score;
    let ahead = gap >= limits.answer_gap;
    if covers && scores && ahead {
        let verdict = format!("answered: `{}` covers the question, scores enough and is ahead of the next", best.entry);
        return (Outcome::Answered(best.entry.clone()), verdict);
    }
    if covers && scores {
        let verdict = "ambiguous: the best two are too close together to choose for the asker";
        return (Outcome::Ambiguous(ids(SUGGESTIONS)), verdict.to_owned());
    }
    if best.coverage >= limits.suggest_coverage && best.score >= limits.suggest_score {
        return silent(
            NoAnswerReason::NotSure,
            "no answer: something is near, but too much of the question is not covered",
        );
    }
    silent(NoAnswerReason::Outside, "no answer: too little of the question is in the FAQ")
}

fn weigh_words(
    snapshot: &Snapshot,
    question: &Question,
    best: Option<&Candidate>,
) -> Result<Vec<WordEvidence>, IndexError> {
    let searcher = snapshot.searcher();
    let mut words = Vec::new();
    for word in &question.words {
        let used = match best {
            _ if word.is_function_word => WordUse::FunctionWord,
            Some(best) if searcher.is_asked_with(best.number, &word.term)? => WordUse::Asked,
            Some(best) if searcher.speaks_of(best.number, &word.term)? => WordUse::Mentioned,
            _ => WordUse::Missing,
        };
        words.push(WordEvidence { word: word.surface.clone(), rarity: searcher.rarity(&word.term)?, used });
    }
    Ok(words)
}

//! How well each answer is found: each of its phrasings is asked as if it were not there.
//!
//! Whoever asks next will not use the words of a phrasing. So a phrasing only says something about
//! its answer if everything that learnt from it forgets it first.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::model::LeaveOneOut;
use super::outcome::{Decision, NoAnswerReason, Outcome, Verdict};
use super::rank::Ranker;
use super::snapshot::Snapshot;
use crate::index::{EntryNumber, IndexError, IndexedPhrasing, asked_length};
use crate::knowledge::{EntryId, FaqEntry, LeadsTo};
use crate::progress::Progress;

/// How well an answer is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    pub entry: EntryId,
    /// Its phrasings, in the order of the file.
    pub tried: Vec<Tried>,
}

/// A phrasing that was asked as if it were not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    pub phrasing: String,
    pub found: Found,
    /// Its words that neither the heading, nor another phrasing, nor a keyword of the answer
    /// contains, the rarest first.
    pub new_words: Vec<String>,
}

/// Where a question leads that belongs to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// To the answer.
    Answered,
    /// To a choice, or to a list of the nearest questions, with the answer's question in it.
    Offered,
    /// To another answer.
    Taken(EntryId),
    /// To silence or to the short help, by a guard.
    Guarded { guard: String, leads_to: LeadsTo },
    /// To silence. A question that belongs elsewhere is nearer than any answer.
    Elsewhere { question: String },
    /// To silence, or to a choice without the answer.
    Missed,
}

impl Reach {
    /// How many of the phrasings lead to the answer.
    pub fn answered(&self) -> usize {
        self.tried.iter().filter(|tried| tried.found == Found::Answered).count()
    }

    /// How many lead to another answer.
    pub fn taken(&self) -> usize {
        self.tried.iter().filter(|tried| matches!(tried.found, Found::Taken(_))).count()
    }
}

impl Snapshot {
    /// Asks the phrasings of some entries, each as if it were not there. Entries that are not
    /// vetted are left out, because nobody can find them.
    ///
    /// This trains all models again, which takes seconds.
    pub fn reach(&self, entries: &[EntryId]) -> Result<Vec<Reach>, IndexError> {
        let numbers: BTreeMap<&EntryId, u32> =
            self.library().vetted().enumerate().map(|(n, entry)| (&entry.id, n as u32)).collect();
        let wanted = entries.iter().filter_map(|id| {
            Some((EntryNumber(*numbers.get(id)?), self.library().entries.get(id)?))
        });
        let wanted: Vec<(EntryNumber, &FaqEntry)> = wanted.collect();
        let learnt = LeaveOneOut::new(self.library(), self.model().table().cloned());
        let progress = Progress::new("Asking each phrasing as if it were not there", wanted.len());
        let reach = wanted.par_iter().map(|&(number, entry)| {
            let asked_length = asked_length(entry, learnt.analyzer());
            // The heading comes first, and is never left out.
            let first = learnt.first_of(number.0) + 1;
            let tried = entry.phrasings.par_iter().enumerate().map(|(at, phrasing)| {
                self.try_phrasing(&learnt, number, first + at, &phrasing.value, asked_length)
            });
            let tried = tried.collect::<Result<_, IndexError>>()?;
            progress.step();
            Ok(Reach { entry: entry.id.clone(), tried })
        });
        reach.collect()
    }

    fn try_phrasing(
        &self,
        learnt: &LeaveOneOut<'_>,
        entry: EntryNumber,
        phrasing: usize,
        text: &str,
        asked_length: usize,
    ) -> Result<Tried, IndexError> {
        let indexed = IndexedPhrasing::new(entry, learnt.words(phrasing), asked_length);
        let searcher = self.searcher().without(&indexed);
        let without = self.with_other(learnt.without(phrasing), searcher);
        let decision = without.decide(text)?;
        Ok(Tried {
            phrasing: text.to_owned(),
            found: without.found(text, self.entry_id(entry), &decision),
            new_words: without.new_words(text, entry)?,
        })
    }

    /// Where a question led that belongs to an entry.
    fn found(&self, text: &str, wanted: &EntryId, decision: &Decision) -> Found {
        let (offered, reason) = match &decision.outcome {
            Outcome::Answered { entry, .. } if entry == wanted => return Found::Answered,
            Outcome::Answered { entry, .. } => return Found::Taken(entry.clone()),
            Outcome::Ambiguous(entries) => (entries, None),
            Outcome::NoAnswer { nearest, reason, .. } => (nearest, Some(*reason)),
        };
        if let Verdict::Guard { name, leads_to } = &decision.evidence.verdict {
            return Found::Guarded { guard: name.clone(), leads_to: leads_to.clone() };
        }
        if offered.contains(wanted) {
            return Found::Offered;
        }
        let is_silent = matches!(reason, Some(NoAnswerReason::Outside | NoAnswerReason::NotSure));
        let elsewhere = self.nearest_elsewhere(text, decision).filter(|_| is_silent);
        elsewhere.map_or(Found::Missed, |question| Found::Elsewhere { question })
    }

    /// The nearest question that belongs elsewhere, if it is nearer than the best candidate.
    fn nearest_elsewhere(&self, text: &str, decision: &Decision) -> Option<String> {
        let (number, cosine) = self.model().nearest_elsewhere(&self.parse(text).text)?;
        let best = decision.evidence.candidates.first();
        let is_nearer = best.is_none_or(|best| best.raw_scores[Ranker::NearestPhrasing] < cosine);
        let mut questions = self.library().elsewhere.iter().flat_map(|group| &group.questions);
        questions.nth(number).filter(|_| is_nearer).cloned()
    }

    /// See [`Tried::new_words`].
    fn new_words(&self, text: &str, entry: EntryNumber) -> Result<Vec<String>, IndexError> {
        let question = self.parse(text);
        let mut new = Vec::new();
        for word in question.content_words() {
            if !self.searcher().phrasings_contain(entry, &word.term)? {
                new.push((self.searcher().idf(&word.term)?, word.surface.clone()));
            }
        }
        new.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        Ok(new.into_iter().map(|(_, word)| word).collect())
    }
}

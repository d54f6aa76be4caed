//! Chooses between an answer, a choice, and silence.

use super::candidate::{Candidate, candidates, explain};
use super::confidence::{Band, Calibration, Confidence, Signals};
use super::outcome::{Decision, Evidence, NoAnswerReason, Outcome, WordEvidence, WordUse};
use super::question::Question;
use super::snapshot::Snapshot;
use crate::index::IndexError;
use crate::knowledge::{EntryId, FaqEntry, LeadsTo};

/// How many suggestions an ambiguous question gets, and how many a refused one.
const SUGGESTIONS: usize = 5;
const NEAREST: usize = 3;

/// How many questions that may have been meant instead an answer names if it is not beyond doubt.
const RUNNERS_UP: usize = 2;

/// Below this probability that the question is about the FAQ at all, the nearest questions would
/// only puzzle the asker.
const WORTH_SUGGESTING: f32 = 0.15;

/// From this probability on that the question is about the FAQ at all, a guard may lead to an
/// answer: it decides which answer, not whether to answer.
const GUARDED: f32 = 0.35;

/// How many questions the short help gives as examples.
const EXAMPLES: usize = 3;

/// What the matcher sees in a question before it decides.
#[derive(Debug, Clone)]
pub struct Sight {
    pub(super) question: Question,
    /// The candidates, best first.
    pub candidates: Vec<Candidate>,
    /// What was measured; none for a question without candidates.
    pub signals: Option<Signals>,
    /// The name of the guard that the question fits.
    pub guard: Option<String>,
}

impl Snapshot {
    /// Looks at a question: candidates and signals, no decision yet.
    pub fn look(&self, text: &str) -> Result<Sight, IndexError> {
        let question = Question::read(text, self.analyzer());
        let (candidates, scope) = candidates(self, text, &question)?;
        let signals = Signals::measure(self, &question, &candidates, scope)?;
        let guard = self.guard(text, &question).map(|guard| guard.name.clone());
        Ok(Sight { question, candidates, signals, guard })
    }

    /// Decides what a question leads to. Any text is a question; the same text always leads to the
    /// same decision.
    pub fn decide(&self, text: &str) -> Result<Decision, IndexError> {
        self.conclude(self.look(text)?)
    }

    /// Decides what a question leads to, and says all that a person needs to understand why.
    pub fn decide_and_explain(&self, text: &str) -> Result<Decision, IndexError> {
        let sight = self.look(text)?;
        let question = sight.question.clone();
        let mut decision = self.conclude(sight)?;
        explain(self, &question, &mut decision.evidence.candidates)?;
        decision.evidence.words =
            weigh_words(self, &question, decision.evidence.candidates.first())?;
        Ok(decision)
    }

    /// Decides on what was seen in a question.
    pub fn conclude(&self, sight: Sight) -> Result<Decision, IndexError> {
        let Sight { question, mut candidates, signals, guard } = sight;
        let calibration = Calibration::shipped().for_table(self.opinion().has_meaning());
        let confidence = signals.map(|signals| calibration.judge(&signals));
        let (outcome, verdict) =
            match guard.as_deref().and_then(|name| self.guarded(name, &candidates, confidence)) {
                Some(guarded) => guarded,
                None => choose(&question, &candidates, confidence),
            };
        candidates.truncate(SUGGESTIONS);
        let evidence =
            Evidence { words: Vec::new(), candidates, signals, guard, confidence, verdict };
        Ok(Decision { outcome, evidence })
    }

    /// What the guard that the question fits decides, if it has a say.
    fn guarded(
        &self,
        name: &str,
        candidates: &[Candidate],
        confidence: Option<Confidence>,
    ) -> Option<(Outcome, String)> {
        let guard = self.library().guard(name)?;
        if candidates.first().is_some_and(|best| best.same_words) {
            return None;
        }
        let silent =
            |reason, nearest| Outcome::NoAnswer { reason, nearest, guard: Some(name.to_owned()) };
        match &guard.leads_to {
            LeadsTo::Silence => Some((
                silent(NoAnswerReason::OtherMatter, Vec::new()),
                format!("No answer: the guard `{name}` says that this is another matter."),
            )),
            LeadsTo::Help => Some((
                silent(NoAnswerReason::SmallTalk, self.type_ahead("", EXAMPLES)),
                format!("The short help: the guard `{name}` says that this asks nothing."),
            )),
            LeadsTo::Entry(id) => {
                let ours = confidence.is_some_and(|confidence| confidence.in_scope >= GUARDED);
                let verdict = || format!("Answered: the guard `{name}` leads to `{id}`.");
                (ours && self.library().entry(id.as_str()).is_some_and(FaqEntry::is_vetted))
                    .then(|| (answered_unsurely(id, candidates), verdict()))
            }
        }
    }
}

/// An answer with what else may have been meant.
fn answered_unsurely(entry: &EntryId, candidates: &[Candidate]) -> Outcome {
    let others =
        candidates.iter().map(|candidate| &candidate.entry).filter(|other| *other != entry);
    Outcome::Answered {
        entry: entry.clone(),
        runners_up: others.take(RUNNERS_UP).cloned().collect(),
    }
}

/// An answer beyond doubt.
fn answered_surely(entry: &EntryId) -> Outcome {
    Outcome::Answered { entry: entry.clone(), runners_up: Vec::new() }
}

fn choose(
    question: &Question,
    candidates: &[Candidate],
    confidence: Option<Confidence>,
) -> (Outcome, String) {
    let ids = |limit| {
        let spread = one_of_each_topic_first(&candidates[..candidates.len().min(SUGGESTIONS)]);
        spread.into_iter().take(limit).cloned().collect::<Vec<_>>()
    };
    let silent = |reason, nearest, verdict: String| {
        (Outcome::NoAnswer { reason, nearest, guard: None }, verdict)
    };
    if question.words.is_empty() {
        return silent(
            NoAnswerReason::Empty,
            Vec::new(),
            "The question holds no words.".to_owned(),
        );
    }
    let (Some(best), Some(confidence)) = (candidates.first(), confidence) else {
        return silent(
            NoAnswerReason::Outside,
            Vec::new(),
            "No entry is anything like the question.".to_owned(),
        );
    };
    if best.same_words {
        let verdict = format!("Answered: `{}` is asked in these very words.", best.entry);
        return (answered_surely(&best.entry), verdict);
    }
    let sure = format!(
        "{:.0} % sure that the question is about this FAQ, and {:.0} % that `{}` is then the right answer",
        100.0 * confidence.in_scope,
        100.0 * confidence.right,
        best.entry
    );
    match confidence.band {
        Band::Strong => (answered_surely(&best.entry), format!("Answered: {sure}.")),
        Band::Likely => (answered_unsurely(&best.entry, candidates), format!("Answered: {sure}.")),
        Band::Weak => (Outcome::Ambiguous(ids(SUGGESTIONS)), format!("A choice: only {sure}.")),
        Band::None if confidence.in_scope >= WORTH_SUGGESTING => {
            silent(NoAnswerReason::NotSure, ids(NEAREST), format!("No answer: only {sure}."))
        }
        Band::None => {
            silent(NoAnswerReason::Outside, Vec::new(), format!("No answer: only {sure}."))
        }
    }
}

/// What to suggest where the topic itself is in doubt: the best candidate of each topic, then the
/// others. Three readings of one topic would leave no room for another.
fn one_of_each_topic_first(candidates: &[Candidate]) -> Vec<&EntryId> {
    let entries: Vec<&EntryId> = candidates.iter().map(|candidate| &candidate.entry).collect();
    let is_first = |place: &usize| {
        entries[..*place].iter().all(|earlier| earlier.topic() != entries[*place].topic())
    };
    let (first, others): (Vec<usize>, Vec<usize>) = (0..entries.len()).partition(is_first);
    first.into_iter().chain(others).map(|place| entries[place]).collect()
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
        words.push(WordEvidence {
            word: word.surface.clone(),
            typed: word.typed.clone(),
            rarity: searcher.rarity(&word.term)?,
            used,
        });
    }
    Ok(words)
}

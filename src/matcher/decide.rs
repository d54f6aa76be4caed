//! Chooses between an answer, a choice, and silence.

use super::calibrate::{Band, Confidence, SignalValues};
use super::outcome::{Decision, Evidence, NoAnswerReason, Outcome, Verdict};
use super::question::{ParsedText, Question};
use super::rank::{Candidate, candidates, choice_for_word};
use super::snapshot::Snapshot;
use crate::index::IndexError;
use crate::knowledge::{Aspect, EntryId, Guard, LeadsTo};

/// The most suggestions for an ambiguous question, and for a question without an answer.
const SUGGESTIONS: usize = 5;
const NEAREST: usize = 3;

/// How many alternatives come with an answer in the `Likely` band.
const RUNNERS_UP: usize = 2;

/// The lowest `in_scope` probability at which the nearest questions are suggested. Below it they
/// would only puzzle the asker.
const MIN_SCOPE_TO_SUGGEST: f32 = 0.15;

/// The lowest `in_scope` probability at which a guard may lead to an answer: a guard decides which
/// answer, not whether to answer.
const MIN_SCOPE_FOR_GUARD: f32 = 0.35;

/// How many example questions the short help shows.
const EXAMPLES: usize = 3;

/// The measurements of a question, before anything is decided.
#[derive(Debug, Clone)]
pub struct Analysis {
    pub(super) question: Question,
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// `None` without candidates.
    pub signals: Option<SignalValues>,
    /// The name of the first guard that the question matches.
    pub guard: Option<String>,
    /// For a single word: the entries to choose from.
    for_word: Vec<EntryId>,
}

impl Snapshot {
    pub fn analyse(&self, text: &str) -> Result<Analysis, IndexError> {
        let question = Question::parse(text, self.model().analyzer());
        let (candidates, scope) = candidates(self, &question)?;
        let signals = SignalValues::measure(self, &question.whole, &candidates, scope)?;
        let guard = self.first_guard(&question).map(|guard| guard.name.clone());
        let is_one_word = question.whole.is_one_word();
        let for_word = match is_one_word && !question.whole.content_words().is_empty() {
            true => choice_for_word(self, &question.whole, SUGGESTIONS)?,
            false => Vec::new(),
        };
        Ok(Analysis { question, candidates, signals, guard, for_word })
    }

    /// Decides the outcome for a question. Any text is a question, and the same text always gets
    /// the same decision.
    pub fn decide(&self, text: &str) -> Result<Decision, IndexError> {
        self.decided().get_or_decide(text, || self.decide_anew(text))
    }

    fn decide_anew(&self, text: &str) -> Result<Decision, IndexError> {
        let analysis = self.analyse(text)?;
        let is_phrasing = analysis.candidates.first().is_some_and(|best| best.exact);
        if is_phrasing || !self.model().is_in_distress(text) {
            return Ok(self.conclude(analysis));
        }
        // The answer is for the rest of the message, if that asks something.
        let clauses = text.split_inclusive(['.', '!', '?', '\n', ';', ',']);
        let rest: String = clauses.filter(|clause| !self.model().is_in_distress(clause)).collect();
        let mut decision = self.conclude(self.analyse(&rest)?);
        if !matches!(decision.outcome, Outcome::Answered { .. }) {
            // A list of questions is no help to somebody in distress.
            let (reason, nearest) = (NoAnswerReason::Distress, Vec::new());
            decision.outcome = Outcome::NoAnswer { reason, nearest, guard: None };
        }
        Ok(Decision { is_in_distress: true, ..decision })
    }

    /// Decides as [`Snapshot::decide`] does, and adds an explanation for people.
    pub fn decide_and_explain(&self, text: &str) -> Result<Decision, IndexError> {
        let mut decision = self.decide(text)?;
        let whole = ParsedText::new(text, self.model().analyzer());
        let explanation = self.explain(&whole, &decision.evidence.candidates)?;
        decision.evidence.explanation = Some(explanation);
        Ok(decision)
    }

    pub fn conclude(&self, analysis: Analysis) -> Decision {
        let Analysis { question, mut candidates, signals, guard, for_word } = analysis;
        let confidence = signals.map(|signals| self.judges().confidence(&signals));
        let guarded =
            guard.as_deref().and_then(|name| self.decide_by_guard(name, &candidates, confidence));
        let (outcome, verdict) = guarded.unwrap_or_else(|| {
            decide_by_confidence(&question, &candidates, &for_word, signals.zip(confidence))
        });
        candidates.truncate(SUGGESTIONS);
        let evidence =
            Evidence { candidates, signals, guard, confidence, verdict, explanation: None };
        Decision { outcome, is_in_distress: false, evidence }
    }

    /// What a text asks about the answer that was given last.
    pub fn about_last_answer(&self, text: &str) -> Option<Aspect> {
        let text = ParsedText::new(text, self.model().analyzer());
        let guard = self.guard_of(&text, |leads_to| matches!(leads_to, LeadsTo::LastAnswer(_)))?;
        match guard.leads_to {
            LeadsTo::LastAnswer(aspect) => Some(aspect),
            _ => None,
        }
    }

    /// The first guard that the question matches, of those that decide by themselves. In a story,
    /// only the sentences that ask count.
    fn first_guard(&self, question: &Question) -> Option<&Guard> {
        let decides = |leads_to: &LeadsTo| !matches!(leads_to, LeadsTo::LastAnswer(_));
        let asking = question.asking_sentences().into_iter();
        let numbers = asking.flat_map(|text| self.guard_patterns().matching(&text.words));
        let guards = &self.library().guards;
        let first = numbers.filter(|&number| decides(&guards[number].leads_to)).min()?;
        Some(&guards[first].value)
    }

    /// The first guard that a text matches, of those that lead there.
    fn guard_of(&self, text: &ParsedText, leads_there: fn(&LeadsTo) -> bool) -> Option<&Guard> {
        let matching = self.guard_patterns().matching(&text.words).into_iter();
        let mut guards = matching.map(|number| &self.library().guards[number].value);
        guards.find(|guard| leads_there(&guard.leads_to))
    }

    /// The decision of a guard that the question matches. `None` if the confidence must decide.
    fn decide_by_guard(
        &self,
        name: &str,
        candidates: &[Candidate],
        confidence: Option<Confidence>,
    ) -> Option<(Outcome, Verdict)> {
        let guard = self.library().guard(name)?;
        if candidates.first().is_some_and(|best| best.exact) {
            return None;
        }
        let no_answer =
            |reason, nearest| Outcome::NoAnswer { reason, nearest, guard: Some(name.to_owned()) };
        let outcome = match &guard.leads_to {
            LeadsTo::Silence => no_answer(NoAnswerReason::OtherMatter, Vec::new()),
            LeadsTo::Help if guard.says.is_some() => {
                no_answer(NoAnswerReason::SmallTalk, Vec::new())
            }
            LeadsTo::Help => no_answer(NoAnswerReason::SmallTalk, self.leads(EXAMPLES)),
            LeadsTo::LastAnswer(_) => return None,
            LeadsTo::Entry(id) => {
                let in_scope = confidence.is_some_and(|sure| sure.in_scope >= MIN_SCOPE_FOR_GUARD);
                if !in_scope || !self.library().is_vetted(id) {
                    return None;
                }
                answered_with_runners_up(id, candidates)
            }
        };
        let verdict = Verdict::Guard { name: name.to_owned(), leads_to: guard.leads_to.clone() };
        Some((outcome, verdict))
    }
}

fn decide_by_confidence(
    question: &Question,
    candidates: &[Candidate],
    for_word: &[EntryId],
    measured: Option<(SignalValues, Confidence)>,
) -> (Outcome, Verdict) {
    let no_answer = |reason, nearest| Outcome::NoAnswer { reason, nearest, guard: None };
    if question.whole.words.is_empty() {
        return (no_answer(NoAnswerReason::Empty, Vec::new()), Verdict::NoWords);
    }
    let (Some(best), Some((signals, confidence))) = (candidates.first(), measured) else {
        return (no_answer(NoAnswerReason::Outside, Vec::new()), Verdict::NothingNear);
    };
    let entry = best.entry.clone();
    if best.exact {
        let outcome = Outcome::Answered { entry: entry.clone(), runners_up: Vec::new() };
        return (outcome, Verdict::ExactPhrasing { entry });
    }
    let band = match confidence.band {
        // A word alone can mean anything that the FAQ says about it.
        Band::Likely | Band::None if !for_word.is_empty() => Band::Weak,
        // A choice of questions that have no word in common with the asker's would only puzzle.
        Band::Weak if signals.covered == 0.0 => Band::None,
        band => band,
    };
    let outcome = match band {
        Band::Strong => Outcome::Answered { entry: entry.clone(), runners_up: Vec::new() },
        Band::Likely => answered_with_runners_up(&entry, candidates),
        Band::Weak if !for_word.is_empty() => Outcome::Ambiguous(for_word.to_vec()),
        Band::Weak => Outcome::Ambiguous(suggestions(candidates, SUGGESTIONS)),
        Band::None if confidence.in_scope >= MIN_SCOPE_TO_SUGGEST && signals.covered > 0.0 => {
            no_answer(NoAnswerReason::NotSure, suggestions(candidates, NEAREST))
        }
        Band::None => no_answer(NoAnswerReason::Outside, Vec::new()),
    };
    (outcome, Verdict::Confidence { entry })
}

fn answered_with_runners_up(entry: &EntryId, candidates: &[Candidate]) -> Outcome {
    let others = candidates.iter().map(|candidate| &candidate.entry);
    let others = others.filter(|other| *other != entry);
    Outcome::Answered {
        entry: entry.clone(),
        runners_up: others.take(RUNNERS_UP).cloned().collect(),
    }
}

/// The suggestions when the topic itself is in doubt: the best candidate of each topic, then the
/// others. Otherwise several entries of one topic could fill the list.
fn suggestions(candidates: &[Candidate], limit: usize) -> Vec<EntryId> {
    let entries = candidates.iter().take(SUGGESTIONS).map(|candidate| &candidate.entry);
    let entries: Vec<&EntryId> = entries.collect();
    let is_first_of_topic = |index: &usize| {
        entries[..*index].iter().all(|earlier| earlier.topic() != entries[*index].topic())
    };
    let (first, others): (Vec<usize>, Vec<usize>) = (0..entries.len()).partition(is_first_of_topic);
    let indices = first.into_iter().chain(others).take(limit);
    indices.map(|index| entries[index].clone()).collect()
}

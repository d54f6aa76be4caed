//! Understands a follow-up: by itself if it is clear, else together with what was asked before.

use super::calibrate::Band;
use super::outcome::{Decision, Outcome, Verdict};
use super::question::ParsedText;
use super::snapshot::Snapshot;
use crate::conversation::Turn;
use crate::index::IndexError;
use crate::knowledge::EntryId;
use crate::language::{Word, is_question_word, is_referring};

/// A text with more content words than this stands by itself unless it refers to something.
const MAX_CONTENT_WORDS: usize = 3;

/// With even more, it stands by itself.
const MAX_REFERRING_WORDS: usize = 6;

/// A text with as many content words that refers to nothing stands by itself if that is answered.
const MIN_STANDING_WORDS: usize = 3;

/// The smallest share of the words of a follow-up that an answer must speak of to be given once
/// more: the previous question alone may have led to it.
const MIN_SPOKEN_OF: f32 = 0.5;

impl Snapshot {
    /// Decides a question that follows another one. Also returns the question that was decided: the
    /// text alone, or both together.
    pub fn decide_after(&self, last: &Turn, text: &str) -> Result<(Decision, String), IndexError> {
        let leaning = self.leaning(text)?;
        let alone = self.decide(text)?;
        if is_clear(&alone, leaning) {
            return Ok((alone, text.to_owned()));
        }
        let previous = last.question.trim_end_matches(['?', '.', '!', ' ']);
        let joined = format!("{previous} {text}");
        let together = self.decide(&joined)?;
        match (&together.outcome, &alone.outcome) {
            (Outcome::Answered { entry, .. }, _)
                if last.answered.as_ref() != Some(entry)
                    || self.speaks_of(entry, text)? >= MIN_SPOKEN_OF =>
            {
                Ok((together, joined))
            }
            // Neither is certain: the text seems to go on from the last answer, but not to it.
            (Outcome::Answered { runners_up, .. }, Outcome::Answered { entry, .. }) => {
                let mut choice = vec![entry.clone()];
                choice.extend(runners_up.iter().filter(|other| *other != entry).cloned());
                Ok((Decision { outcome: Outcome::Ambiguous(choice), ..alone }, text.to_owned()))
            }
            (Outcome::Ambiguous(_), Outcome::NoAnswer { .. }) => Ok((together, joined)),
            _ => Ok((alone, text.to_owned())),
        }
    }

    /// Whether a text is decided by itself, whatever was said before.
    pub fn stands_alone(&self, text: &str) -> Result<bool, IndexError> {
        let leaning = self.leaning(text)?;
        Ok(leaning == Leaning::None || is_clear(&self.decide(text)?, leaning))
    }

    /// The share of the content words of a text that people use when they ask for an entry. If it has
    /// none, 1 for a text with a question word, such as "since when", and otherwise 0. Words such as
    /// "where" do not count: they ask the same of everything.
    fn speaks_of(&self, entry: &EntryId, text: &str) -> Result<f32, IndexError> {
        let text = ParsedText::new(text, self.model().analyzer());
        let content = text.content_words().into_iter().filter(|word| !is_referring(&word.surface));
        let content: Vec<&Word> = content.collect();
        let mut used = 0;
        for word in &content {
            let mut is_used = false;
            self.searcher().visit_feature(&word.term, |number, _| {
                is_used |= self.entry_id(number) == entry;
            })?;
            used += usize::from(is_used);
        }
        let asks = || text.words.iter().any(|word| is_question_word(&word.surface));
        Ok(match content.len() {
            0 => f32::from(u8::from(asks())),
            words => used as f32 / words as f32,
        })
    }

    /// How a text may be incomplete: it is short or refers to something, and the FAQ knows each of
    /// its words. A word that the FAQ does not know leads away from it.
    fn leaning(&self, text: &str) -> Result<Leaning, IndexError> {
        let text = ParsedText::new(text, self.model().analyzer());
        let content = text.content_words();
        let refers = text.words.iter().any(|word| is_referring(&word.surface));
        let most = if refers { MAX_REFERRING_WORDS } else { MAX_CONTENT_WORDS };
        if content.len() > most {
            return Ok(Leaning::None);
        }
        for word in &content {
            let mut is_known = false;
            self.searcher().visit_feature(&word.term, |_, _| is_known = true)?;
            if !is_known {
                return Ok(Leaning::None);
            }
        }
        // “How do I turn it off” refers by “it”, not by “how”.
        let refers_to_something = text
            .words
            .iter()
            .any(|word| is_referring(&word.surface) && !is_question_word(&word.surface));
        let may_stand = !refers_to_something && content.len() >= MIN_STANDING_WORDS;
        Ok(if may_stand { Leaning::Perhaps } else { Leaning::Likely })
    }
}

/// Whether a text needs what was said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaning {
    None,
    /// Only if it gets no answer by itself.
    Perhaps,
    Likely,
}

/// Whether a decision needs nothing of what was said before.
fn is_clear(alone: &Decision, leaning: Leaning) -> bool {
    if alone.is_in_distress || leaning == Leaning::None {
        return true;
    }
    match &alone.evidence.verdict {
        Verdict::ExactPhrasing { .. } | Verdict::Guard { .. } | Verdict::NoWords => true,
        Verdict::NothingNear => false,
        Verdict::Confidence { .. } => {
            let band = alone.evidence.confidence.map(|confidence| confidence.band);
            let is_answered = matches!(alone.outcome, Outcome::Answered { .. });
            band == Some(Band::Strong) || (is_answered && leaning == Leaning::Perhaps)
        }
    }
}

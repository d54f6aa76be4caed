//! The parts of the matcher that can be switched off, to measure what each of them contributes.

use super::calibrate::{SIGNAL_COUNT, SIGNALS};
use super::rank::{RANKER_COUNT, RANKERS, Ranker};

/// The name of the part that also ranks the sentences of a story by themselves.
const SENTENCES: &str = "sentences";

/// Which parts of the matcher are switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    rankers: [bool; RANKER_COUNT],
    signals: [bool; SIGNAL_COUNT],
    sentences: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the matcher has no part `{name}`; its parts are {}", Parts::names().join(", "))]
pub struct UnknownPart {
    name: String,
}

impl Default for Parts {
    fn default() -> Self {
        Self { rankers: [true; RANKER_COUNT], signals: [true; SIGNAL_COUNT], sentences: true }
    }
}

impl Parts {
    /// All parts except these.
    pub fn without(names: &[String]) -> Result<Self, UnknownPart> {
        let mut parts = Self::default();
        for name in names {
            let part = match name.split_once('.') {
                Some(("rank", SENTENCES)) => Some(&mut parts.sentences),
                Some(("rank", name)) => {
                    let index = RANKERS.iter().position(|row| row.name == name);
                    index.map(|index| &mut parts.rankers[index])
                }
                Some(("signal", name)) => {
                    let index = SIGNALS.iter().position(|row| row.name == name);
                    index.map(|index| &mut parts.signals[index])
                }
                _ => None,
            };
            *part.ok_or_else(|| UnknownPart { name: name.clone() })? = false;
        }
        Ok(parts)
    }

    /// The names of all parts: first the rankers, then the signals.
    pub fn names() -> Vec<String> {
        let rankers = RANKERS.iter().map(|row| row.name).chain([SENTENCES]);
        let rankers = rankers.map(|name| format!("rank.{name}"));
        rankers.chain(SIGNALS.iter().map(|row| format!("signal.{}", row.name))).collect()
    }

    pub(super) fn has_ranker(&self, ranker: Ranker) -> bool {
        self.rankers[ranker as usize]
    }

    pub(super) fn has_signal(&self, index: usize) -> bool {
        self.signals[index]
    }

    pub(super) fn ranks_sentences(&self) -> bool {
        self.sentences
    }
}

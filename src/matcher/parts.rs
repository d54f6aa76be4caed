//! The parts of the matcher that can be switched off, to measure what each of them is worth.

use super::calibrate::{SIGNAL_COUNT, SIGNALS};
use super::rank::{RANKERS, Ranker};

/// The part that ranks the sentences of a story beside the whole.
const SENTENCES: &str = "sentences";

/// Which parts are in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    rankers: [bool; RANKERS.len()],
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
        Self { rankers: [true; RANKERS.len()], signals: [true; SIGNAL_COUNT], sentences: true }
    }
}

impl Parts {
    /// All parts but these.
    pub fn without(names: &[String]) -> Result<Self, UnknownPart> {
        let mut parts = Self::default();
        for name in names {
            let part = match name.split_once('.') {
                Some(("rank", SENTENCES)) => Some(&mut parts.sentences),
                Some(("rank", name)) => {
                    let place = RANKERS.iter().position(|row| row.name == name);
                    place.map(|place| &mut parts.rankers[place])
                }
                Some(("signal", name)) => {
                    let place = SIGNALS.iter().position(|row| row.name == name);
                    place.map(|place| &mut parts.signals[place])
                }
                _ => None,
            };
            *part.ok_or_else(|| UnknownPart { name: name.clone() })? = false;
        }
        Ok(parts)
    }

    /// The names of all parts: ways of ranking, then signals.
    pub fn names() -> Vec<String> {
        let rankers = RANKERS.iter().map(|row| row.name).chain([SENTENCES]);
        let rankers = rankers.map(|name| format!("rank.{name}"));
        rankers.chain(SIGNALS.iter().map(|row| format!("signal.{}", row.name))).collect()
    }

    pub(super) fn has_ranker(&self, ranker: Ranker) -> bool {
        self.rankers[ranker as usize]
    }

    pub(super) fn has_signal(&self, place: usize) -> bool {
        self.signals[place]
    }

    pub(super) fn ranks_sentences(&self) -> bool {
        self.sentences
    }
}

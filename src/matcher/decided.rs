//! Remembers decisions, because many people ask the same in the same words.
//!
//! The same text always gets the same decision from one snapshot, so this changes nothing but the
//! time that it takes. No words are kept: a text is known by its hash.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::outcome::Decision;

/// How many decisions a generation holds. There are two, so that the texts that are asked often stay.
const GENERATION: usize = 512;

/// Nobody asks a longer text twice.
const MAX_BYTES: usize = 160;

/// So long that two texts never share one.
type Key = [u8; 32];

#[derive(Default)]
pub(super) struct Decided(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<Key, Decision>,
    old: HashMap<Key, Decision>,
}

impl Decided {
    /// The decision on a text: the one that is remembered, or else what `decide` returns.
    pub fn get_or_decide<E>(
        &self,
        text: &str,
        decide: impl FnOnce() -> Result<Decision, E>,
    ) -> Result<Decision, E> {
        if text.len() > MAX_BYTES {
            return decide();
        }
        let key = *blake3::hash(text.as_bytes()).as_bytes();
        if let Some(known) = self.lock().get(&key) {
            return Ok(known);
        }
        let decision = decide()?;
        self.lock().insert(key, decision.clone());
        Ok(decision)
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn get(&mut self, key: &Key) -> Option<Decision> {
        if let Some(known) = self.young.get(key) {
            return Some(known.clone());
        }
        let known = self.old.remove(key)?;
        self.insert(*key, known.clone());
        Some(known)
    }

    fn insert(&mut self, key: Key, decision: Decision) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, decision);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::{Evidence, NoAnswerReason, Outcome, Verdict};

    fn decision() -> Decision {
        let reason = NoAnswerReason::Empty;
        let outcome = Outcome::NoAnswer { reason, nearest: Vec::new(), guard: None };
        let evidence = Evidence {
            candidates: Vec::new(),
            signals: None,
            guard: None,
            confidence: None,
            verdict: Verdict::NoWords,
            explanation: None,
        };
        Decision { outcome, is_in_distress: false, evidence }
    }

    #[test]
    fn what_is_asked_often_is_decided_once_and_what_is_asked_once_is_forgotten() {
        let decided = Decided::default();
        let asked = |text: &str| {
            let mut is_new = false;
            let decide = || {
                is_new = true;
                Ok::<_, ()>(decision())
            };
            decided.get_or_decide(text, decide).unwrap();
            is_new
        };
        assert!(asked("is it over") && asked("once"));
        for number in 0..3 * GENERATION {
            assert!(asked(&number.to_string()));
            assert!(!asked("is it over"), "after {number} others");
        }
        assert!(asked("once"));
        let story = "so i read about this ".repeat(20);
        assert!(asked(&story) && asked(&story));
    }
}

//! What is remembered between events, in memory only and never without bound: ids, no words.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// A map that forgets its oldest entries.
pub struct Memory<K, V>(Mutex<Held<K, V>>);

struct Held<K, V> {
    limit: usize,
    order: VecDeque<K>,
    values: HashMap<K, V>,
}

impl<K: Hash + Eq + Clone, V: Clone> Memory<K, V> {
    /// Remembers at most so many.
    pub fn new(limit: usize) -> Self {
        Self(Mutex::new(Held {
            limit: limit.max(1),
            order: VecDeque::new(),
            values: HashMap::new(),
        }))
    }

    /// What is remembered under a key.
    pub fn get(&self, key: &K) -> Option<V> {
        self.lock().values.get(key).cloned()
    }

    /// What is remembered under a key, or what is put there now; and whether it is new.
    pub fn get_or_insert(&self, key: K, value: impl FnOnce() -> V) -> (V, bool) {
        let mut held = self.lock();
        if let Some(value) = held.values.get(&key) {
            return (value.clone(), false);
        }
        let value = value();
        held.order.push_back(key.clone());
        held.values.insert(key, value.clone());
        if held.order.len() > held.limit
            && let Some(oldest) = held.order.pop_front()
        {
            held.values.remove(&oldest);
        }
        (value, true)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> Memory<K, ()> {
    /// Whether this is the first time that it is seen.
    pub fn is_first(&self, key: K) -> bool {
        self.get_or_insert(key, || ()).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten() {
        let seen = Memory::new(2);
        assert!(seen.is_first(1) && !seen.is_first(1) && seen.is_first(2) && seen.is_first(3));
        assert!(seen.is_first(1));
        assert!(!seen.is_first(3));
    }
}

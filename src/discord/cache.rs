//! A bounded cache in memory, for ids that are kept between events.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// A map of limited size that drops its oldest entries.
pub struct BoundedCache<K, V>(Mutex<Entries<K, V>>);

struct Entries<K, V> {
    capacity: usize,
    order: VecDeque<K>,
    values: HashMap<K, V>,
}

impl<K: Hash + Eq + Clone, V: Clone> BoundedCache<K, V> {
    pub fn new(capacity: usize) -> Self {
        Self(Mutex::new(Entries {
            capacity: capacity.max(1),
            order: VecDeque::new(),
            values: HashMap::new(),
        }))
    }

    pub fn get(&self, key: &K) -> Option<V> {
        self.lock().values.get(key).cloned()
    }

    /// The value of a key, and whether it was inserted by this call.
    pub fn get_or_insert(&self, key: K, value: impl FnOnce() -> V) -> (V, bool) {
        let mut entries = self.lock();
        if let Some(value) = entries.values.get(&key) {
            return (value.clone(), false);
        }
        let value = value();
        entries.order.push_back(key.clone());
        entries.values.insert(key, value.clone());
        if entries.order.len() > entries.capacity
            && let Some(oldest) = entries.order.pop_front()
        {
            entries.values.remove(&oldest);
        }
        (value, true)
    }

    /// Sets the value of a key.
    pub fn put(&self, key: K, value: V) {
        let (_, is_new) = self.get_or_insert(key.clone(), || value.clone());
        if !is_new {
            self.lock().values.insert(key, value);
        }
    }

    pub fn remove(&self, key: &K) {
        let mut entries = self.lock();
        if entries.values.remove(key).is_some() {
            entries.order.retain(|kept| kept != key);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Entries<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> BoundedCache<K, ()> {
    pub fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Adds a key. False if it is already there.
    pub fn insert(&self, key: K) -> bool {
        self.get_or_insert(key, || ()).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_replaced() {
        let cache = BoundedCache::new(2);
        cache.put("a", 1);
        cache.put("a", 2);
        assert_eq!(cache.get(&"a"), Some(2));
    }

    #[test]
    fn the_oldest_entry_is_dropped() {
        let cache = BoundedCache::new(2);
        assert!(cache.insert(1) && !cache.insert(1) && cache.insert(2) && cache.insert(3));
        assert!(cache.insert(1));
        assert!(!cache.insert(3));
    }
}

//! Rate limits: a token bucket for each member and each channel.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::RateLimit;

/// With this many buckets, full ones are removed.
const PRUNE_FROM: usize = 10_000;

/// Token buckets of the same size, one for each key.
pub struct TokenBuckets<K> {
    limit: Mutex<RateLimit>,
    buckets: Mutex<HashMap<K, Bucket>>,
}

/// The result of taking a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Allowed,
    Limited {
        retry_after: Duration,
        /// Whether this is the first refusal in a row. Only that one gets a message.
        is_first: bool,
    },
}

struct Bucket {
    tokens: f64,
    updated: Instant,
    has_refused: bool,
}

impl<K: Hash + Eq> TokenBuckets<K> {
    pub fn new(limit: RateLimit) -> Self {
        Self { limit: Mutex::new(limit), buckets: Mutex::default() }
    }

    /// Also applies to the buckets that there are.
    pub fn set_limit(&self, limit: RateLimit) {
        *self.limit.lock().unwrap_or_else(PoisonError::into_inner) = limit;
    }

    /// Takes a token from the bucket of `key`.
    pub fn take(&self, key: K, now: Instant) -> Admission {
        let RateLimit { burst, refill } =
            *self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        if burst == 0 {
            return Admission::Allowed;
        }
        let burst = f64::from(burst);
        let per_second = burst / refill.as_secs_f64();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= PRUNE_FROM {
            buckets.retain(|_, bucket| now.saturating_duration_since(bucket.updated) < refill);
        }
        let full = || Bucket { tokens: burst, updated: now, has_refused: false };
        let bucket = buckets.entry(key).or_insert_with(full);
        let elapsed = now.saturating_duration_since(bucket.updated).as_secs_f64();
        bucket.tokens = (bucket.tokens + elapsed * per_second).min(burst);
        bucket.updated = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            bucket.has_refused = false;
            return Admission::Allowed;
        }
        let is_first = !std::mem::replace(&mut bucket.has_refused, true);
        let retry_after = Duration::from_secs_f64((1.0 - bucket.tokens) / per_second);
        Admission::Limited { retry_after, is_first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_per_ten_seconds() -> TokenBuckets<u64> {
        TokenBuckets::new(RateLimit { burst: 2, refill: Duration::from_secs(10) })
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let (buckets, start) = (two_per_ten_seconds(), Instant::now());
        assert_eq!(buckets.take(1, start), Admission::Allowed);
        assert_eq!(buckets.take(1, start), Admission::Allowed);
        assert_eq!(
            buckets.take(1, start),
            Admission::Limited { retry_after: Duration::from_secs(5), is_first: true }
        );
        assert!(matches!(buckets.take(1, start), Admission::Limited { is_first: false, .. }));
        assert_eq!(buckets.take(2, start), Admission::Allowed);
        assert_eq!(buckets.take(1, start + Duration::from_secs(5)), Admission::Allowed);
    }

    #[test]
    fn another_limit_applies_at_once() {
        let (buckets, start) = (two_per_ten_seconds(), Instant::now());
        let limit = |burst| RateLimit { burst, refill: Duration::from_secs(10) };
        buckets.take(1, start);
        buckets.set_limit(limit(1));
        assert_eq!(buckets.take(1, start), Admission::Allowed);
        assert!(matches!(buckets.take(1, start), Admission::Limited { is_first: true, .. }));
        buckets.set_limit(limit(0));
        assert_eq!(buckets.take(1, start), Admission::Allowed);
    }

    #[test]
    fn full_buckets_are_dropped_when_there_are_many() {
        let (buckets, start) = (two_per_ten_seconds(), Instant::now());
        for key in 0..PRUNE_FROM as u64 {
            buckets.take(key, start);
        }
        buckets.take(0, start + Duration::from_secs(10));
        assert_eq!(buckets.buckets.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_burst_of_zero_means_no_limit() {
        let buckets = TokenBuckets::new(RateLimit { burst: 0, refill: Duration::from_secs(1) });
        assert!((0..1000).all(|_| buckets.take(1, Instant::now()) == Admission::Allowed));
    }
}

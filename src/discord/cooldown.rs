//! How often somebody may ask: an allowance for each member and for each channel that fills up
//! again by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::RateLimit;

/// Beyond so many people or channels, those whose allowance is full again are forgotten.
const REMEMBERED: usize = 10_000;

/// Counts questions by member or by channel.
pub struct Cooldown {
    limit: RateLimit,
    spent: Mutex<HashMap<u64, Spent>>,
}

/// Whether to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Go,
    /// Not before this time has passed.
    Wait {
        /// How long.
        rest: Duration,
        /// Whether this is the first refusal in a row; saying it again and again would be noise of
        /// its own.
        first: bool,
    },
}

struct Spent {
    left: f64,
    at: Instant,
    refused: bool,
}

impl Cooldown {
    /// Counts by this allowance.
    pub fn new(limit: RateLimit) -> Self {
        Self { limit, spent: Mutex::default() }
    }

    /// Takes one from the allowance of a member or channel, if there is one left.
    pub fn take(&self, who: u64, now: Instant) -> Verdict {
        if self.limit.burst == 0 {
            return Verdict::Go;
        }
        let full = f64::from(self.limit.burst);
        let per_second = full / self.limit.refill.as_secs_f64();
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= REMEMBERED {
            let per = self.limit.refill;
            spent.retain(|_, entry| now.saturating_duration_since(entry.at) < per);
        }
        let entry = spent.entry(who).or_insert(Spent { left: full, at: now, refused: false });
        let passed = now.saturating_duration_since(entry.at).as_secs_f64();
        entry.left = (entry.left + passed * per_second).min(full);
        entry.at = now;
        if entry.left >= 1.0 {
            entry.left -= 1.0;
            entry.refused = false;
            return Verdict::Go;
        }
        let first = !std::mem::replace(&mut entry.refused, true);
        Verdict::Wait { rest: Duration::from_secs_f64((1.0 - entry.left) / per_second), first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_per_ten_seconds() -> Cooldown {
        Cooldown::new(RateLimit { burst: 2, refill: Duration::from_secs(10) })
    }

    #[test]
    fn an_allowance_is_used_up_and_fills_again() {
        let (cooldown, start) = (two_per_ten_seconds(), Instant::now());
        assert_eq!(cooldown.take(1, start), Verdict::Go);
        assert_eq!(cooldown.take(1, start), Verdict::Go);
        assert_eq!(
            cooldown.take(1, start),
            Verdict::Wait { rest: Duration::from_secs(5), first: true }
        );
        assert!(matches!(cooldown.take(1, start), Verdict::Wait { first: false, .. }));
        assert_eq!(cooldown.take(2, start), Verdict::Go);
        assert_eq!(cooldown.take(1, start + Duration::from_secs(5)), Verdict::Go);
    }

    #[test]
    fn nothing_is_counted_without_a_limit() {
        let cooldown = Cooldown::new(RateLimit { burst: 0, refill: Duration::from_secs(1) });
        assert!((0..1000).all(|_| cooldown.take(1, Instant::now()) == Verdict::Go));
    }
}

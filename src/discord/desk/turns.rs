//! Turns that processes take through the store.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::Desk;

/// How long a session start keeps others waiting, in seconds. Discord wants five, and the clock of the
/// store has whole ones.
const TURN: i64 = 6;

/// How often a process looks whether it is its turn.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Desk {
    /// Waits until no other process starts a session that Discord counts together with this one.
    /// Returns at once if there is no store that works: Discord refuses a session that comes too early,
    /// and it is tried again.
    pub async fn turn_to_start_session(&self, counted_as: u32) {
        let Some(store) = &self.store else { return };
        let name = format!("session start {counted_as}");
        while let Ok(false) = store.claim(&name, Timestamp::now(), TURN).await {
            sleep(LOOK_EVERY).await;
        }
    }
}

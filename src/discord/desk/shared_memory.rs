//! Where conversations stand, for all processes that share a store. Beside the path of an answer: a
//! question waits for the store only if it seems to go on from an answer, and then not long.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::Desk;
use crate::metrics::{Metrics, State};
use crate::store::{LastAnswer, Place, Store};

/// How long a question waits for the store. Without it, the question is taken by itself.
const PATIENCE: Duration = Duration::from_millis(75);

/// How soon it is tried again to store something.
const AGAIN: Duration = Duration::from_secs(1);

/// If so many answers wait to be stored, further ones are not.
const WAITING: usize = 4096;

/// How many are stored at a time.
const AT_ONCE: usize = 256;

/// The conversations of all processes. A clone is the same.
#[derive(Clone)]
pub struct SharedMemory {
    store: Store,
    metrics: Metrics,
    sender: mpsc::Sender<(Place, LastAnswer)>,
}

impl Desk {
    /// `None` if no other process can use the store. What is remembered is stored as long as the
    /// runtime lives.
    pub fn shared_memory(self: &Arc<Self>) -> Option<SharedMemory> {
        let store = self.store.clone().filter(Store::is_remote)?;
        let (sender, mut waiting) = mpsc::channel(WAITING);
        let memory = SharedMemory { store: store.clone(), metrics: self.metrics.clone(), sender };
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while waiting.recv_many(&mut batch, AT_ONCE).await > 0 {
                // A later question in the same place replaces an earlier one.
                let last: BTreeMap<Place, LastAnswer> = batch.drain(..).collect();
                store_soon(&store, last.into_iter().collect()).await;
            }
        });
        Some(memory)
    }
}

/// Stores where conversations stand as soon as the store works. An older answer must not stay there:
/// other processes would go on from it.
async fn store_soon(store: &Store, mut last: Vec<(Place, LastAnswer)>) {
    // Whether the store works is logged where amendments are looked for.
    while !last.is_empty() && store.remember_answers(&last, Timestamp::now()).await.is_err() {
        sleep(AGAIN).await;
        let now = Timestamp::now();
        last.retain(|(_, last)| last.expires_at > now);
    }
}

impl SharedMemory {
    /// Never waits.
    pub fn remember(&self, place: Place, last: LastAnswer) {
        let _ = self.sender.try_send((place, last));
    }

    /// Where a conversation stands; `None` if nobody knows in time.
    pub async fn recall(&self, place: Place) -> Option<LastAnswer> {
        if self.metrics.store() == State::Down {
            return None;
        }
        timeout(PATIENCE, self.store.last_answer(place, Timestamp::now())).await.ok()?.ok()?
    }
}

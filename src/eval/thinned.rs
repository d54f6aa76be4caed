//! Libraries in which entries keep only a few of their phrasings.
//!
//! An editor who adds an answer writes a few phrasings, and a new FAQ has few everywhere. Measuring
//! with such libraries shows how the matcher treats them, and the calibration learns from it.

use crate::knowledge::{ContentHash, EntryId, Library};

/// A copy of a library in which an entry keeps as many phrasings as `keep` says, or all of them if
/// it returns `None`. The heading always stays. Which phrasings stay looks random, but the same
/// seed always gives the same library.
pub fn thinned(library: &Library, seed: u32, keep: impl Fn(&EntryId) -> Option<usize>) -> Library {
    let mut thinned = library.clone();
    for entry in thinned.entries.values_mut() {
        let Some(kept) = keep(&entry.id) else { continue };
        entry.phrasings.sort_by_key(|phrasing| draw(seed, &phrasing.value));
        entry.phrasings.truncate(kept);
    }
    let entries = thinned.entries.values().map(|entry| format!("{entry:?}"));
    thinned.content_hash = ContentHash::of(entries);
    thinned
}

/// A number that depends on a seed and a text, and looks random.
pub fn draw(seed: u32, text: &str) -> u64 {
    let hash = blake3::hash(format!("{seed} {text}").as_bytes());
    u64::from_le_bytes(std::array::from_fn(|byte| hash.as_bytes()[byte]))
}

//! One version of the knowledge, ready to answer.

use std::path::Path;

use crate::index::{EntryNumber, IndexError, Origin, Searcher, open_or_build};
use crate::knowledge::{Corpus, EntryId};

/// A corpus with the searcher over it. It never changes; a reload makes a new one.
pub struct Snapshot {
    corpus: Corpus,
    searcher: Searcher,
    origin: Origin,
    /// The vetted entries, in order of their numbers.
    ids: Vec<EntryId>,
}

/// A snapshot could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the knowledge ready")]
pub struct SnapshotError(#[from] IndexError);

impl Snapshot {
    /// Opens the index of this corpus under `index_root`, or builds it there, and puts the two together.
    pub fn open(corpus: Corpus, index_root: &Path) -> Result<Self, SnapshotError> {
        let opened = open_or_build(index_root, &corpus)?;
        let ids = corpus.vetted().map(|entry| entry.id.clone()).collect();
        Ok(Self { corpus, searcher: opened.searcher, origin: opened.origin, ids })
    }

    /// What is known.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// Where the index came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The id of an entry.
    ///
    /// # Panics
    /// If the number did not come from this snapshot's own index, which is stamped with the content it was built from.
    pub(super) fn entry_id(&self, number: EntryNumber) -> &EntryId {
        &self.ids[number.0 as usize]
    }

    /// A way of asking an entry: 0 is its question, 1 its first phrasing.
    pub(super) fn phrasing(&self, number: EntryNumber, place: usize) -> &str {
        let entry = &self.corpus.entries[self.entry_id(number)];
        match place.checked_sub(1) {
            None => &entry.question,
            Some(place) => entry.phrasings.get(place).map_or("", |phrasing| &phrasing.value),
        }
    }
}

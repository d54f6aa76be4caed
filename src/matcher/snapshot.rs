//! One version of the knowledge, ready to answer.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::opinion::{Learnt, Opinion};
use super::question::Question;
use super::typeahead::TypeAhead;
use super::vectors::VectorTable;
use crate::index::{EntryNumber, IndexError, Made, Origin, Recipe, Searcher, build, open_or_build};
use crate::knowledge::{EntryId, Finding, Guard, Library, TopicId};
use crate::language::{Analyzer, IsCommon, Patterns, Synonyms, Vocabulary};

/// A library with everything that searches it. It never changes; a reload makes a new one.
pub struct Snapshot {
    library: Arc<Library>,
    analyzer: Analyzer,
    searcher: Searcher,
    opinion: Opinion,
    origin: Origin,
    guards: Patterns,
    /// Made when somebody first types.
    typed: OnceLock<TypeAhead>,
    /// The vetted entries, in order of their numbers, with their topics.
    entries: Vec<(EntryId, TopicId)>,
}

/// Finds the errors for which content must not be served.
pub type Check<'c> = dyn Fn() -> Vec<Finding> + 'c;

/// A snapshot could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The index cannot be made.
    #[error("cannot make the knowledge ready")]
    Index(#[from] IndexError),
    /// The content has errors in it.
    #[error("the FAQ has errors; `caseclerk lint` shows them")]
    Rejected(Vec<Finding>),
}

impl Snapshot {
    /// Opens the index of this library under `index_root`, or builds it there, and puts everything
    /// together. Content is only indexed if `check` finds no errors in it; where an index is found,
    /// the very same content has passed before. Without a vector table every question is judged by
    /// its words alone.
    pub fn open(
        library: Arc<Library>,
        table: Option<Arc<VectorTable>>,
        index_root: &Path,
        check: &Check<'_>,
    ) -> Result<Self, SnapshotError> {
        // What was made here need not be read back.
        let fresh: OnceCell<(Analyzer, Learnt)> = OnceCell::new();
        let make = || {
            let errors = check();
            if !errors.is_empty() {
                return Err(SnapshotError::Rejected(errors));
            }
            let (analyzer, learnt) = fresh.get_or_init(|| learn(&library, table.as_ref()));
            let bytes =
                postcard::to_stdvec(learnt).expect("numbers and lists can always be written");
            Ok(Made { views: build(&library, analyzer)?, learnt: bytes })
        };
        let fingerprint = table.as_ref().map_or("no table", |table| table.digest());
        let opened =
            open_or_build(index_root, &Recipe { library: &library, fingerprint, make: &make })?;
        let stored = || {
            let learnt: Learnt = postcard::from_bytes(&opened.learnt).ok()?;
            Some((analyzer(&library, &learnt.vocabulary, table.as_ref()), learnt))
        };
        let (analyzer, learnt) =
            fresh.into_inner().or_else(stored).unwrap_or_else(|| learn(&library, table.as_ref()));
        let opinion = Opinion::new(&library, table, learnt);
        let entries = library.vetted().map(|entry| (entry.id.clone(), entry.id.topic())).collect();
        Ok(Self {
            guards: library.guard_patterns(),
            typed: OnceLock::new(),
            analyzer,
            searcher: opened.searcher,
            opinion,
            origin: opened.origin,
            entries,
            library,
        })
    }

    /// What is known.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Where the index came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    pub(super) fn opinion(&self) -> &Opinion {
        &self.opinion
    }

    /// The first guard that a question fits. Of a story only that counts which it asks.
    pub(super) fn guard(&self, text: &str, question: &Question) -> Option<&Guard> {
        let asked = question.asked(text, &self.analyzer);
        let first = asked.iter().flat_map(|asked| self.guards.fitting(&asked.words)).min()?;
        self.library.guards.get(first).map(|guard| &guard.value)
    }

    /// The ways of asking, to be looked up by how they begin.
    pub(super) fn typed(&self) -> &TypeAhead {
        self.typed.get_or_init(|| TypeAhead::new(&self.library))
    }

    /// How many entries can be found.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The id of an entry.
    ///
    /// # Panics
    /// If the number did not come from this snapshot's own index, which is stamped with the content
    /// it was built from.
    pub(super) fn entry_id(&self, number: EntryNumber) -> &EntryId {
        &self.entries[number.0 as usize].0
    }

    /// The topic of an entry; panics as [`Snapshot::entry_id`] does.
    pub(super) fn topic(&self, number: EntryNumber) -> &TopicId {
        &self.entries[number.0 as usize].1
    }

    /// A way of asking an entry: 0 is its question, 1 its first phrasing.
    pub(super) fn phrasing(&self, number: EntryNumber, place: usize) -> &str {
        let entry = &self.library.entries[self.entry_id(number)];
        match place.checked_sub(1) {
            None => &entry.question,
            Some(place) => entry.phrasings.get(place).map_or("", |phrasing| &phrasing.value),
        }
    }
}

/// Learns everything that can be learnt from the library.
fn learn(library: &Library, table: Option<&Arc<VectorTable>>) -> (Analyzer, Learnt) {
    let vocabulary = learn_vocabulary(library, &is_common(table));
    let analyzer = analyzer(library, &vocabulary, table);
    let learnt = Learnt::new(library, vocabulary, &analyzer, table.map(Arc::as_ref));
    (analyzer, learnt)
}

/// Learns the words of the field: editors write questions, answers and quotations with care, and
/// phrasings as people type.
fn learn_vocabulary(library: &Library, is_common: &IsCommon) -> Vocabulary {
    let entries = || library.entries.values();
    let written =
        entries().flat_map(|entry| [entry.question.as_str(), entry.answer.value.as_str()]);
    let keywords = entries().flat_map(|entry| entry.keywords.iter().map(String::as_str));
    let quoted = library
        .quotations
        .values()
        .flat_map(|quotation| [quotation.words.as_str(), quotation.speaker.as_str()]);
    let swapped = library.synonyms.iter().flat_map(|group| &group.words).map(String::as_str);
    let typed =
        entries().flat_map(|entry| entry.phrasings.iter().map(|phrasing| phrasing.value.as_str()));
    let typed = typed.chain(
        library.elsewhere.iter().flat_map(|group| group.questions.iter().map(String::as_str)),
    );
    let guarded = library.guards.iter().flat_map(|guard| {
        guard.words.iter().chain(&guard.unless).chain(guard.and.iter().flatten())
    });
    let careful = written.chain(keywords).chain(quoted).chain(swapped);
    Vocabulary::learn(careful, typed, guarded.map(String::as_str), is_common)
}

fn analyzer(
    library: &Library,
    vocabulary: &Vocabulary,
    table: Option<&Arc<VectorTable>>,
) -> Analyzer {
    let groups = library.synonyms.iter().map(|group| group.words.as_slice());
    Analyzer::new(vocabulary, is_common(table), Synonyms::new(groups))
}

/// Whether a word is a common one or a name, as far as the table knows.
fn is_common(table: Option<&Arc<VectorTable>>) -> Box<IsCommon> {
    match table.cloned() {
        Some(table) => Box::new(move |word| table.knows_word(word)),
        None => Box::new(|_| false),
    }
}

//! One version of the knowledge, ready to answer.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use super::opinion::Opinion;
use super::question::Question;
use super::vectors::VectorTable;
use crate::index::{EntryNumber, IndexError, Origin, Recipe, Searcher, open_or_build};
use crate::knowledge::{Corpus, EntryId, Guard, TopicId};
use crate::language::{Analyzer, IsWord, Patterns, Synonyms};

/// A corpus with everything that searches it. It never changes; a reload makes a new one.
pub struct Snapshot {
    corpus: Corpus,
    analyzer: Analyzer,
    searcher: Searcher,
    opinion: Opinion,
    origin: Origin,
    guards: Patterns,
    /// The vetted entries, in order of their numbers, with their topics.
    entries: Vec<(EntryId, TopicId)>,
}

/// A snapshot could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the knowledge ready")]
pub struct SnapshotError(#[from] IndexError);

impl Snapshot {
    /// Opens the index of this corpus under `index_root`, or builds it there, and puts everything together. Without a vector table
    /// every question is judged by its words alone.
    pub fn open(corpus: Corpus, table: Option<Arc<VectorTable>>, index_root: &Path) -> Result<Self, SnapshotError> {
        let analyzer = analyzer_for(&corpus, table.clone());
        // What was learnt while the index was built need not be read back.
        let fresh: OnceCell<Opinion> = OnceCell::new();
        let learn = || {
            let opinion = fresh.get_or_init(|| Opinion::new(&corpus, &analyzer, table.clone(), None));
            postcard::to_stdvec(opinion.learnt()).expect("numbers and lists can always be written")
        };
        let recipe = Recipe {
            corpus: &corpus,
            analyzer: &analyzer,
            fingerprint: table.as_ref().map_or("no table", |table| table.digest()),
            learn: &learn,
        };
        let opened = open_or_build(index_root, &recipe)?;
        let stored = || postcard::from_bytes(&opened.learnt).ok();
        let opinion = fresh.into_inner().unwrap_or_else(|| Opinion::new(&corpus, &analyzer, table.clone(), stored()));
        let entries = corpus.vetted().map(|entry| (entry.id.clone(), entry.id.topic())).collect();
        let guards = Patterns::new(corpus.guards.iter().map(Guard::pattern));
        Ok(Self { guards, analyzer, searcher: opened.searcher, opinion, origin: opened.origin, entries, corpus })
    }

    /// What is known.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
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
        self.corpus.guards.get(first)
    }

    /// The guard of this name.
    pub(super) fn guard_named(&self, name: &str) -> Option<&Guard> {
        self.corpus.guards.iter().find(|guard| guard.name == name)
    }

    /// How many entries can be found.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The id of an entry.
    ///
    /// # Panics
    /// If the number did not come from this snapshot's own index, which is stamped with the content it was built from.
    pub(super) fn entry_id(&self, number: EntryNumber) -> &EntryId {
        &self.entries[number.0 as usize].0
    }

    /// The topic of an entry; panics as [`Snapshot::entry_id`] does.
    pub(super) fn topic(&self, number: EntryNumber) -> &TopicId {
        &self.entries[number.0 as usize].1
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

/// Learns the words of the field from the corpus: editors write questions, answers and quotations with care, and phrasings as people type.
fn analyzer_for(corpus: &Corpus, table: Option<Arc<VectorTable>>) -> Analyzer {
    let entries = || corpus.entries.values();
    let written = entries().flat_map(|entry| [entry.question.as_str(), entry.answer.value.as_str()]);
    let keywords = entries().flat_map(|entry| entry.keywords.iter().map(String::as_str));
    let quoted =
        corpus.quotations.values().flat_map(|quotation| [quotation.words.as_str(), quotation.speaker.as_str()]);
    let groups = || corpus.synonyms.iter().map(|group| group.words.as_slice());
    let swapped = groups().flatten().map(String::as_str);
    let guarded = corpus
        .guards
        .iter()
        .flat_map(|guard| guard.words.iter().chain(&guard.unless).chain(guard.and.iter().flatten()));
    let named = guarded.map(String::as_str);
    let typed = entries().flat_map(|entry| entry.phrasings.iter().map(|phrasing| phrasing.value.as_str()));
    let typed = typed.chain(corpus.elsewhere.iter().flat_map(|group| group.questions.iter().map(String::as_str)));
    let is_word: Box<IsWord> = match table {
        Some(table) => Box::new(move |word| table.knows_word(word)),
        None => Box::new(|_| false),
    };
    Analyzer::learn(written.chain(keywords).chain(quoted).chain(swapped), typed, named, is_word, Synonyms::new(groups()))
}

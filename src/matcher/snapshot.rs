//! One version of the library, ready to answer.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::calibrate::{Calibration, Judges};
use super::decided::Decided;
use super::model::{Model, VectorTable};
use super::parts::Parts;
use super::question::ParsedText;
use super::quotations::QuotationSearch;
use super::type_ahead::TypeAhead;
use crate::index::{
    Cache, CacheKey, EntryNumber, Index, IndexError, Origin, Searcher, Stored, build,
};
use crate::knowledge::{ContentHash, EntryId, FaqEntry, Finding, Library, TopicId};
use crate::language::{Analyzer, Foreign, Patterns, words};

/// A word of the FAQ is used often if it stands in this many phrasings.
const OFTEN: u32 = 8;

/// A library with its index and its models. It never changes; a reload makes a new one.
pub struct Snapshot {
    library: Arc<Library>,
    model: Model,
    /// The files of the index, for the cache.
    index: Index,
    searcher: Searcher,
    judges: Arc<Judges>,
    parts: Parts,
    guard_patterns: Arc<Patterns>,
    foreign: Arc<Foreign>,
    /// The vetted entries by number, with their topics.
    entries: Arc<[(EntryId, TopicId)]>,
    decided: Decided,
    type_ahead: OnceLock<TypeAhead>,
    quotation_search: OnceLock<QuotationSearch>,
}

/// What a snapshot needs besides a library.
#[derive(Clone)]
pub struct Setup {
    /// Without it, the matcher compares words only.
    pub table: Option<Arc<VectorTable>>,
    pub calibration: Calibration,
    pub parts: Parts,
    /// The owner of the index in the cache, such as the path of a FAQ; see [`CacheKey::owner`].
    pub owner: String,
}

/// Checks whether content may be served.
pub struct Check<'c> {
    /// The version of the rules. Content that passed other rules is checked again.
    pub rules: String,
    /// Returns the errors that forbid serving the content.
    pub errors: &'c dyn Fn() -> Vec<Finding>,
}

#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("cannot prepare the FAQ for searching")]
    Index(#[from] IndexError),
    #[error("the FAQ has errors; `caseclerk lint` lists them")]
    Rejected(Vec<Finding>),
}

impl Setup {
    /// The usual setup, with or without a vector table.
    pub fn new(table: Option<Arc<VectorTable>>, owner: impl Into<String>) -> Self {
        let (calibration, parts) = (Calibration::shipped(), Parts::default());
        Self { table, calibration, parts, owner: owner.into() }
    }
}

impl Check<'_> {
    /// For content that needs no check.
    pub fn none() -> Self {
        Self { rules: String::new(), errors: &Vec::new }
    }
}

impl Snapshot {
    /// Opens the cached index under `cache_root`. If there is none: checks the content, trains the
    /// models, builds the index, and caches both.
    pub fn open(
        library: Arc<Library>,
        setup: &Setup,
        cache_root: &Path,
        check: &Check<'_>,
    ) -> Result<(Self, Origin), SnapshotError> {
        if let Some(found) = Self::find(&library, setup, cache_root, &check.rules) {
            return Ok(found);
        }
        let errors = (check.errors)();
        if !errors.is_empty() {
            return Err(SnapshotError::Rejected(errors));
        }
        let built = Self::build(library, setup)?;
        let origin = built.cache(setup, cache_root, &check.rules);
        Ok((built, origin))
    }

    /// Opens the cached index of a library that passed these rules, if there is one.
    pub fn find(
        library: &Arc<Library>,
        setup: &Setup,
        cache_root: &Path,
        rules: &str,
    ) -> Option<(Self, Origin)> {
        let cache = Cache::new(cache_root, cache_key(library, setup, rules));
        let Stored { index, model, .. } = cache.find()?;
        let searcher = Searcher::open(&index).ok()?;
        let model = Model::from_bytes(&model, library, setup.table.clone())?;
        let snapshot = Self::assemble(library.clone(), model, index, searcher, setup);
        Some((snapshot, Origin::Found(cache.folder().to_owned())))
    }

    /// Trains the models and builds the index, without the cache.
    pub fn build(library: Arc<Library>, setup: &Setup) -> Result<Self, SnapshotError> {
        let index = |analyzer: &Analyzer| build(&library, analyzer);
        let (model, index) = Model::learn(&library, setup.table.clone(), index);
        let index = index?;
        let searcher = Searcher::open(&index)?;
        Ok(Self::assemble(library, model, index, searcher, setup))
    }

    /// Caches the index for a later start. The library has passed these rules.
    pub fn cache(&self, setup: &Setup, cache_root: &Path, rules: &str) -> Origin {
        let cache = Cache::new(cache_root, cache_key(&self.library, setup, rules));
        let (model, answers) = (self.model.to_bytes(), hashes(&self.library));
        cache.store(&Stored { index: self.index.clone(), model, answers })
    }

    fn assemble(
        library: Arc<Library>,
        model: Model,
        index: Index,
        searcher: Searcher,
        setup: &Setup,
    ) -> Self {
        let entries = library.vetted().map(|entry| (entry.id.clone(), entry.id.topic()));
        Self {
            entries: entries.collect(),
            judges: Arc::new(setup.calibration.judges(model.has_vectors()).clone()),
            parts: setup.parts.clone(),
            guard_patterns: Arc::new(library.guard_patterns()),
            foreign: Arc::new(Foreign::new(
                library
                    .languages
                    .iter()
                    .map(|language| (language.code.as_str(), language.words.as_slice())),
            )),
            decided: Decided::default(),
            type_ahead: OnceLock::new(),
            quotation_search: OnceLock::new(),
            library,
            model,
            index,
            searcher,
        }
    }

    /// The same library with another model and another index.
    pub(super) fn with_other(&self, model: Model, searcher: Searcher) -> Self {
        Self {
            library: self.library.clone(),
            model,
            index: self.index.clone(),
            searcher,
            judges: self.judges.clone(),
            parts: self.parts.clone(),
            guard_patterns: self.guard_patterns.clone(),
            foreign: self.foreign.clone(),
            entries: self.entries.clone(),
            decided: Decided::default(),
            type_ahead: OnceLock::new(),
            quotation_search: OnceLock::new(),
        }
    }

    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    pub(super) fn parse(&self, text: &str) -> ParsedText {
        ParsedText::new(text, self.model.analyzer())
    }

    pub(super) fn model(&self) -> &Model {
        &self.model
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    pub(super) fn judges(&self) -> &Judges {
        &self.judges
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The ISO 639-1 code of the language of a text, if it is not in English. A text that is a
    /// phrasing is a question, whatever its language, and somebody in distress needs help first.
    pub fn foreign_language(&self, text: &str) -> Option<String> {
        if self.library.languages.is_empty() {
            return None;
        }
        // Most questions are in English and need not be parsed here.
        let parsed = LazyCell::new(|| ParsedText::new(text, self.model.analyzer()));
        let is_misspelt =
            |word: &str| parsed.words.iter().any(|read| read.typed.as_deref() == Some(word));
        let code = self.foreign.recognise(text, |word| self.uses_often(word), is_misspelt)?;
        let is_foreign = self.model.exact(&parsed).is_none() && !self.model.is_in_distress(text);
        is_foreign.then_some(code)
    }

    /// Whether people use a word often when they ask, such as a name. A word of a few phrasings in
    /// broken English is none.
    fn uses_often(&self, word: &str) -> bool {
        let term = words(word).into_iter().next().map(|word| word.term);
        let mut uses = 0;
        if let Some(term) = term {
            // A failing index fails again where its error is reported.
            let _ = self.searcher.visit_feature(&term, |_, count| uses += count);
        }
        uses >= OFTEN
    }

    /// Whether the FAQ uses a word, in small letters.
    pub fn uses_word(&self, word: &str) -> bool {
        self.model.analyzer().knows(word)
    }

    pub(super) fn decided(&self) -> &Decided {
        &self.decided
    }

    pub(super) fn guard_patterns(&self) -> &Patterns {
        &self.guard_patterns
    }

    /// Built on first use.
    pub(super) fn type_ahead_index(&self) -> &TypeAhead {
        self.type_ahead.get_or_init(|| TypeAhead::new(&self.library))
    }

    /// Built on first use.
    pub(super) fn quotation_search(&self) -> &QuotationSearch {
        self.quotation_search.get_or_init(|| QuotationSearch::new(&self.library))
    }

    /// Whether an entry only answers questions with a word that is typical of its topic.
    pub(super) fn is_only_if_named(&self, topic: &TopicId) -> bool {
        self.library.topic(topic).is_some_and(|topic| topic.only_if_named)
    }

    /// Whether the entry with this number is the lead of its topic.
    pub(super) fn is_lead(&self, entry: usize) -> bool {
        let (id, topic) = &self.entries[entry];
        self.library.topic(topic).is_some_and(|topic| topic.lead.as_ref() == Some(id))
    }

    /// The number of vetted entries.
    pub(super) fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// # Panics
    /// If the number is not from this snapshot's own index.
    pub(super) fn entry_id(&self, number: EntryNumber) -> &EntryId {
        &self.entries[number.0 as usize].0
    }

    /// Panics as [`Snapshot::entry_id`] does.
    pub(super) fn topic(&self, number: EntryNumber) -> &TopicId {
        &self.entries[number.0 as usize].1
    }
}

/// The vetted entries that are new, or different from those of the index that was cached last for
/// this owner; see [`CacheKey::owner`]. `None` if no index is cached.
pub fn changed_since_cached(
    library: &Library,
    owner: &str,
    cache_root: &Path,
) -> Option<Vec<EntryId>> {
    let key = CacheKey { content: String::new(), owner: owner.to_owned() };
    let cached = Cache::new(cache_root, key).last_answers()?;
    let now = hashes(library);
    let is_changed = |id: &&EntryId| cached.get(id.as_str()) != now.get(id.as_str());
    Some(library.vetted().map(|entry| &entry.id).filter(is_changed).cloned().collect())
}

/// The hash of each vetted entry, by its id.
fn hashes(library: &Library) -> BTreeMap<String, String> {
    let hash = |entry: &FaqEntry| {
        ContentHash::of(std::iter::once(format!("{entry:?}"))).as_str().to_owned()
    };
    library.vetted().map(|entry| (entry.id.to_string(), hash(entry))).collect()
}

fn cache_key(library: &Library, setup: &Setup, rules: &str) -> CacheKey {
    let digest = setup.table.as_ref().map_or("no vectors", |table| table.digest());
    let content = format!("{}\n{digest}\n{rules}", library.content_hash);
    CacheKey { content, owner: setup.owner.clone() }
}

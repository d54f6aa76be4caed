//! One version of the library, ready to answer.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::calibrate::{Calibration, Judge};
use super::model::{Model, VectorTable};
use super::parts::Parts;
use super::quotations::QuotationSearch;
use super::type_ahead::TypeAhead;
use crate::index::{
    Cache, CacheKey, EntryNumber, Index, IndexError, Origin, Searcher, Stored, build,
};
use crate::knowledge::{EntryId, Finding, Library, TopicId};
use crate::language::Patterns;

/// A library with its index and its models. It never changes; a reload makes a new one.
pub struct Snapshot {
    library: Arc<Library>,
    model: Model,
    searcher: Searcher,
    judge: Judge,
    parts: Parts,
    guard_patterns: Patterns,
    origin: Origin,
    /// The vetted entries by number, with their topics.
    entries: Vec<(EntryId, TopicId)>,
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
    ) -> Result<Self, SnapshotError> {
        let table = setup.table.as_ref();
        let digest = table.map_or("no vectors", |table| table.digest());
        let content = format!("{}\n{digest}\n{}", library.content_hash, check.rules);
        let cache = Cache::new(cache_root, CacheKey { content, owner: setup.owner.clone() });
        if let Some((searcher, model)) = find_cached(&cache, &library, table) {
            let origin = Origin::Found(cache.folder().to_owned());
            return Ok(Self::assemble(library, model, searcher, setup, origin));
        }
        let errors = (check.errors)();
        if !errors.is_empty() {
            return Err(SnapshotError::Rejected(errors));
        }
        let (index, searcher, model) = learn(&library, table)?;
        let origin = cache.store(&Stored { index, model: model.to_bytes() });
        Ok(Self::assemble(library, model, searcher, setup, origin))
    }

    /// Trains the models and builds the index without the cache, for a library that is used once.
    pub fn build(library: Arc<Library>, setup: &Setup) -> Result<Self, SnapshotError> {
        let (_, searcher, model) = learn(&library, setup.table.as_ref())?;
        let origin = Origin::InMemory { reason: "it is used once".to_owned() };
        Ok(Self::assemble(library, model, searcher, setup, origin))
    }

    fn assemble(
        library: Arc<Library>,
        model: Model,
        searcher: Searcher,
        setup: &Setup,
        origin: Origin,
    ) -> Self {
        let entries = library.vetted().map(|entry| (entry.id.clone(), entry.id.topic()));
        Self {
            entries: entries.collect(),
            judge: setup.calibration.judge(model.has_vectors()).clone(),
            parts: setup.parts.clone(),
            guard_patterns: library.guard_patterns(),
            type_ahead: OnceLock::new(),
            quotation_search: OnceLock::new(),
            library,
            model,
            searcher,
            origin,
        }
    }

    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Where the index came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn model(&self) -> &Model {
        &self.model
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    pub(super) fn judge(&self) -> &Judge {
        &self.judge
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.parts
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

fn learn(
    library: &Library,
    table: Option<&Arc<VectorTable>>,
) -> Result<(Index, Searcher, Model), IndexError> {
    let model = Model::learn(library, table.cloned());
    let index = build(library, model.analyzer())?;
    let searcher = Searcher::open(&index)?;
    Ok((index, searcher, model))
}

/// The cached index and models, if both can be used.
fn find_cached(
    cache: &Cache<'_>,
    library: &Library,
    table: Option<&Arc<VectorTable>>,
) -> Option<(Searcher, Model)> {
    let stored = cache.find()?;
    let searcher = Searcher::open(&stored.index).ok()?;
    Some((searcher, Model::from_bytes(&stored.model, library, table.cloned())?))
}

//! One version of the library, ready to answer.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::calibrate::{Calibration, Judge};
use super::model::{Model, VectorTable};
use super::parts::Parts;
use super::quotations::QuotationSearch;
use super::type_ahead::TypeAhead;
use crate::index::{Cache, CacheKey, EntryNumber, IndexError, Origin, Searcher, Stored, build};
use crate::knowledge::{EntryId, Finding, Library, TopicId};
use crate::language::Patterns;

/// A library with everything that searches it. It never changes; a reload makes a new one.
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
    /// Without it every question is judged by its words alone.
    pub table: Option<Arc<VectorTable>>,
    pub calibration: Calibration,
    pub parts: Parts,
    /// Whose indexes this one replaces in the cache; the path of a FAQ, for example.
    pub owner: String,
}

/// Tells whether content may be served.
pub struct Check<'c> {
    /// Names the rules and their version: content that passed other rules is checked again.
    pub rules: String,
    /// The errors for which the content must not be served.
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
    /// For content that needs no check, or has just passed it.
    pub fn none() -> Self {
        Self { rules: String::new(), errors: &Vec::new }
    }
}

impl Snapshot {
    /// Opens the cached index under `cache_root`, or else checks the content, learns from it, and
    /// builds the index there.
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
        if let Some((searcher, model)) = find(&cache, &library, table) {
            let origin = Origin::Found(cache.folder().to_owned());
            return Ok(Self::assemble(library, model, searcher, setup, origin));
        }
        let errors = (check.errors)();
        if !errors.is_empty() {
            return Err(SnapshotError::Rejected(errors));
        }
        let model = Model::learn(&library, table.cloned());
        let index = build(&library, model.analyzer())?;
        let searcher = Searcher::open(&index)?;
        let origin = cache.keep(&Stored { index, model: model.to_bytes() });
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

    /// Made when somebody first types.
    pub(super) fn typing(&self) -> &TypeAhead {
        self.type_ahead.get_or_init(|| TypeAhead::new(&self.library))
    }

    /// Made when somebody first searches the quotations.
    pub(super) fn quotation_search(&self) -> &QuotationSearch {
        self.quotation_search.get_or_init(|| QuotationSearch::new(&self.library))
    }

    /// How many entries can be found.
    pub(super) fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// # Panics
    /// If the number is not of this snapshot's own index.
    pub(super) fn entry_id(&self, number: EntryNumber) -> &EntryId {
        &self.entries[number.0 as usize].0
    }

    /// Panics as [`Snapshot::entry_id`] does.
    pub(super) fn topic(&self, number: EntryNumber) -> &TopicId {
        &self.entries[number.0 as usize].1
    }
}

/// The cached index and what was learnt with it, if both can be used.
fn find(
    cache: &Cache<'_>,
    library: &Library,
    table: Option<&Arc<VectorTable>>,
) -> Option<(Searcher, Model)> {
    let stored = cache.find()?;
    let searcher = Searcher::open(&stored.index).ok()?;
    Some((searcher, Model::from_bytes(&stored.model, library, table.cloned())?))
}

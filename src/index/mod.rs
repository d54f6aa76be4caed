//! The search index: built from the library, cached on disk, read into memory, searched.
//!
//! This is the only place that knows Tantivy. A vetted entry is one document. Everything that goes
//! in or comes out is a number or a term; what the numbers mean is for the matcher.

mod build;
mod cache;
mod schema;
mod searcher;

pub use build::{Index, IndexError, build};
pub use cache::{Cache, CacheKey, Origin, Stored};
pub use searcher::{EntryNumber, FieldWeights, Searcher, WeightedTerm};

/// The version of everything in a cached index: the fields, the way in which text becomes terms,
/// the layout of the files and of what is learnt. Raise it when any of them changes.
pub const SCHEMA_VERSION: u32 = 19;

//! The search index: built from the library, cached on disk, read into memory, searched.
//!
//! Only this module uses Tantivy. Every vetted entry is one document. The results are numbers by
//! entry; the matcher interprets them.

mod build;
mod cache;
mod schema;
mod searcher;

pub use build::{Index, IndexError, IndexedPhrasing, asked_length, build};
pub use cache::{Cache, CacheKey, Origin, Stored};
pub use searcher::{EntryNumber, FieldWeights, Searcher, WeightedTerm};

/// The version of a cached index. Raise it when the fields, the analysis of text, the layout of the
/// files, or the trained models change.
pub const SCHEMA_VERSION: u32 = 26;

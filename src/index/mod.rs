//! The search index: built from the library, kept on disk with a stamp, read into memory, searched.
//!
//! The only place that knows Tantivy. There are two views of the same entries, each an index of its
//! own so that the lengths and frequencies of one do not blur those of the other: *entries*, with a
//! field for each part, and *phrasings*, where every way of asking is a document by itself.

mod build;
mod schema;
mod searcher;
mod shelf;

pub use build::{IndexError, Views, build};
pub use searcher::{EntryNumber, FieldWeights, PhrasingMatch, Searcher, WeightedTerm};
pub use shelf::{Made, Opened, Origin, Recipe, open_or_build};

/// Raise it whenever the same content would be indexed differently: the fields, the way text
/// becomes words, the files, and whenever a rule is added that forbids serving what another version
/// has indexed.
pub const SCHEMA_VERSION: u32 = 17;

//! The field's vocabulary: a case and where it stands, sources, citations, and the standing of a
//! claim.
//!
//! Nothing here reads a file, searches, or knows how a reply looks. Dates come in as arguments.

mod case;
mod date;
mod docket;
mod source;
mod standing;

pub use case::{Case, CaseStamp, Disposition, History, HistoryEvent, HistoryKind, Prejudice};
pub use date::{PartialDate, written_out};
pub use docket::DocketNumber;
pub use source::{Citation, ReadAs, Reliability, Source, SourceKey, SourceKind};
pub use standing::Standing;

pub(crate) use date::deserialize_date;

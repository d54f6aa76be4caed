//! The legal vocabulary: a case and its status, sources, citations, and the standing of a claim.
//!
//! Nothing here reads files, searches, or renders replies. The current date is an argument.

mod case;
mod date;
mod docket;
mod source;
mod standing;

pub use case::{
    Case, CaseStamp, CourtListenerNames, Disposition, History, HistoryEvent, HistoryKind, Prejudice,
};
pub use date::{PartialDate, abbreviated, written_out};
pub use docket::DocketNumber;
pub use source::{Citation, ReadAs, Reliability, Source, SourceKey, SourceKind};
pub use standing::Standing;

pub(crate) use date::deserialize_date;

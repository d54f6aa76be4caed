//! What kind of claim a statement is.

use serde::{Deserialize, Serialize};

/// Who makes a claim, and how firmly. Every answer and every quotation shows it, in the words that
/// the content has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// What the court's file shows, as far as it was reported.
    CourtRecord,
    /// What the complaint claimed; no court has weighed it.
    Alleged,
    /// What the defendant company says.
    CompanyStatement,
    /// What a party's lawyer said outside court.
    CounselStatement,
    /// What a public authority stated.
    Regulator,
    /// The words of a contract, a policy or a law.
    ContractText,
    /// What the press reported.
    Press,
    /// An opinion, or our own explanation of how something works.
    Commentary,
}

//! The standing of a statement: what kind of claim it is.

use serde::{Deserialize, Serialize};

/// Who makes a claim, and with what authority. Every answer and every quotation shows it, with a
/// label from the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The court record, as far as it was reported.
    CourtRecord,
    /// An allegation in the complaint that no court has ruled on.
    Alleged,
    /// A statement of the defendant company.
    CompanyStatement,
    /// A statement of a party's lawyer outside court.
    CounselStatement,
    /// A statement of a public authority.
    Regulator,
    /// The text of a contract, a policy or a law.
    ContractText,
    /// A press report.
    Press,
    /// Something that we looked for and did not find.
    OwnSearch,
    /// An opinion, or our own explanation of how something works.
    Commentary,
}

//! What kind of claim a statement is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who stands behind a claim, and how firmly. It is shown with every answer and every quotation.
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

impl Standing {
    /// A few words for a reader who has never heard the term.
    pub fn label(self) -> &'static str {
        match self {
            Standing::CourtRecord => "Court record, as reported",
            Standing::Alleged => "Alleged in the complaint, never proved",
            Standing::CompanyStatement => "LinkedIn's statement",
            Standing::CounselStatement => "Lawyer's statement outside court",
            Standing::Regulator => "Statement of a public authority",
            Standing::ContractText => "Text of a contract, policy or law",
            Standing::Press => "Reported by the press",
            Standing::Commentary => "Explanation or opinion",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

//! Sources, and the citations that point to them.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::date::{PartialDate, deserialize_date};

/// The short name under which a source stands in `sources.toml`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceKey(String);

impl SourceKey {
    /// Wraps a key; whether the source exists is for the loader to check.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key as it is written in the files.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Points to a source, and perhaps to a place in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Citation {
    /// Which source.
    pub source: SourceKey,
    /// Where in it: a section, a paragraph, the date of an update. The lawyers' pin cite.
    #[serde(default)]
    pub locator: Option<String>,
}

/// A page, document or article on which answers rest.
#[derive(Debug, Clone, Deserialize)]
pub struct Source {
    /// Who published it.
    pub publisher: String,
    /// Its title; a plain description where the title is not known.
    pub title: String,
    /// Who wrote it, if known.
    #[serde(default)]
    pub author: Option<String>,
    /// When it was published or last updated, if known.
    #[serde(default)]
    pub date: Option<PartialDate>,
    /// Where it was read; none if the address is not known.
    #[serde(default)]
    pub url: Option<String>,
    /// What kind of source it is.
    pub kind: SourceKind,
    /// How it was read.
    pub read_as: ReadAs,
    /// How far to trust it.
    pub reliability: Reliability,
    /// When it was last looked at.
    #[serde(deserialize_with = "deserialize_date")]
    pub checked: Date,
    /// What it is good for.
    #[serde(default)]
    pub note: Option<String>,
    /// Mistakes that are known to stand in it.
    #[serde(default)]
    pub known_errors: Vec<String>,
}

/// What kind of source something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// The court's record, as somebody reported it.
    CourtRecordAsReported,
    /// A page, policy or contract of the company.
    CompanyDocument,
    /// A public authority.
    Regulator,
    /// A statute or a decision that explains one.
    Law,
    /// A news agency.
    Wire,
    /// A newspaper, magazine or news site.
    Press,
    /// A site that collects what others reported.
    Aggregator,
    /// Opinion, blog, campaign.
    Commentary,
    /// What this program says about itself.
    OwnDocumentation,
}

impl SourceKind {
    /// The kind in a reader's words.
    pub fn label(self) -> &'static str {
        match self {
            SourceKind::CourtRecordAsReported => "court record as reported",
            SourceKind::CompanyDocument => "company document",
            SourceKind::Regulator => "public authority",
            SourceKind::Law => "law",
            SourceKind::Wire => "news agency",
            SourceKind::Press => "press",
            SourceKind::Aggregator => "aggregator",
            SourceKind::Commentary => "commentary",
            SourceKind::OwnDocumentation => "this bot's own documentation",
        }
    }
}

/// In which form a source was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadAs {
    /// The page itself.
    Original,
    /// A copy on another site.
    Mirror,
    /// A stored copy of an earlier day.
    Archive,
    /// Only what somebody quoted from it.
    Excerpt,
    /// Not read; known from what others say of it.
    NotRead,
}

impl ReadAs {
    /// The form in a reader's words.
    pub fn label(self) -> &'static str {
        match self {
            ReadAs::Original => "read in the original",
            ReadAs::Mirror => "read in a copy on another site",
            ReadAs::Archive => "read in an archive",
            ReadAs::Excerpt => "read in excerpts",
            ReadAs::NotRead => "not read; known from others",
        }
    }
}

/// How far a source is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reliability {
    /// Rests on documents or was confirmed elsewhere.
    High,
    /// Sound on the whole; single statements need a second source.
    Medium,
    /// Known to be wrong in places.
    Low,
}

impl Reliability {
    /// The degree in a reader's words.
    pub fn label(self) -> &'static str {
        match self {
            Reliability::High => "high",
            Reliability::Medium => "medium",
            Reliability::Low => "low",
        }
    }
}

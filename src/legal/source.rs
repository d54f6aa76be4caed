//! Sources, and the citations that point to them.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::date::{PartialDate, deserialize_date};

/// The key of a source in `sources.toml`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceKey(String);

impl SourceKey {
    /// Does not check whether the source exists; the loader does.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A reference to a source, optionally to a location in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Citation {
    pub source: SourceKey,
    /// The location in the source: a section, a paragraph, the date of an update. The legal term is
    /// pin cite.
    #[serde(default)]
    pub locator: Option<String>,
}

/// A page, document or article that supports answers.
#[derive(Debug, Clone, Deserialize)]
pub struct Source {
    pub publisher: String,
    /// The publisher in at most [`Source::MAX_SHORT`] characters, for the line of sources under an
    /// answer.
    #[serde(default)]
    pub short: Option<String>,
    /// The title, or a description if the title is unknown.
    pub title: String,
    #[serde(default)]
    pub author: Option<String>,
    /// When it was published or last updated, if known.
    #[serde(default)]
    pub date: Option<PartialDate>,
    /// Where a reader finds it, if an address is known.
    #[serde(default)]
    pub url: Option<String>,
    /// The site that `url` leads to, if that is a copy on another site than the publisher's.
    #[serde(default)]
    pub copy_at: Option<String>,
    pub kind: SourceKind,
    pub read_as: ReadAs,
    pub reliability: Reliability,
    /// The date of the last check.
    #[serde(deserialize_with = "deserialize_date")]
    pub checked: Date,
    /// What the source is useful for.
    #[serde(default)]
    pub note: Option<String>,
    /// Known mistakes in the source.
    #[serde(default)]
    pub known_errors: Vec<String>,
}

impl Source {
    /// The most characters of [`Source::short`].
    pub const MAX_SHORT: usize = 30;

    /// The publisher in few words.
    pub fn short_name(&self) -> &str {
        self.short.as_deref().unwrap_or(&self.publisher)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// The court record, as reported by somebody else.
    CourtRecordAsReported,
    /// A page, policy or contract of the company.
    CompanyDocument,
    Regulator,
    /// A statute or a decision that explains one.
    Law,
    Wire,
    /// A newspaper, magazine or news site.
    Press,
    /// A site that collects reports of others.
    Aggregator,
    /// An opinion piece, a blog, a campaign.
    Commentary,
    /// The documentation of this program.
    OwnDocumentation,
}

impl SourceKind {
    /// The kind, in words for readers.
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

/// The form in which a source was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadAs {
    /// The page itself.
    Original,
    /// A copy on another site.
    Mirror,
    /// An archived copy of an earlier date.
    Archive,
    /// Only excerpts that somebody quoted.
    Excerpt,
    /// Not read; known only from other sources.
    NotRead,
}

impl ReadAs {
    /// The form, in words for readers.
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

/// How far to trust a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reliability {
    /// Based on documents, or confirmed by other sources.
    High,
    /// Mostly correct; single statements need a second source.
    Medium,
    /// Known to contain mistakes.
    Low,
}

impl Reliability {
    /// The degree of reliability, in words for readers.
    pub fn label(self) -> &'static str {
        match self {
            Reliability::High => "high",
            Reliability::Medium => "medium",
            Reliability::Low => "low",
        }
    }
}

//! A page of vetted information that is not the answer to one question: the status, the steps for
//! opting out, the sources.

use super::answer::ShownCitation;
use super::rich_text::RichText;

/// A titled page in sections.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What it is about.
    pub title: String,
    /// What it says.
    pub sections: Vec<Section>,
    /// Links worth a button.
    pub links: Vec<Link>,
    /// What it rests on.
    pub citations: Vec<ShownCitation>,
    /// Where the case stands, in words. Computed from the case stamp.
    pub stamp: String,
}

/// A part of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its heading; none for an opening paragraph.
    pub heading: Option<String>,
    /// What it says.
    pub body: RichText,
}

/// A place to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the reader sees.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

impl Section {
    /// A section under a heading.
    pub fn new(heading: impl Into<String>, body: RichText) -> Self {
        Self { heading: Some(heading.into()), body }
    }

    /// An opening paragraph.
    pub fn opening(text: impl Into<String>) -> Self {
        Self { heading: None, body: RichText::plain(text) }
    }
}

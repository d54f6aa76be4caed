//! A page of vetted information that is not the answer to one question, such as the status of the
//! case, a timeline or the sources.

use super::answer::ShownCitation;
use super::compose::stamp_line;
use super::rich_text::RichText;
use crate::legal::CaseStamp;

/// A titled page in sections. Its fields are private, so that none is made without a stamp.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    title: String,
    sections: Vec<Section>,
    links: Vec<Link>,
    citations: Vec<ShownCitation>,
    stamp: CaseStamp,
}

/// A part of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// None for an opening or closing paragraph.
    pub heading: Option<String>,
    pub body: RichText,
}

/// A place to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the reader sees.
    pub text: String,
    pub url: String,
}

impl Sheet {
    pub(super) fn new(title: impl Into<String>, sections: Vec<Section>, stamp: &CaseStamp) -> Self {
        Self {
            title: title.into(),
            sections,
            links: Vec::new(),
            citations: Vec::new(),
            stamp: stamp.clone(),
        }
    }

    pub(super) fn with_links(self, links: Vec<Link>) -> Self {
        Self { links, ..self }
    }

    pub(super) fn with_citations(self, citations: Vec<ShownCitation>) -> Self {
        Self { citations, ..self }
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Links worth a button.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    pub fn citations(&self) -> &[ShownCitation] {
        &self.citations
    }

    /// Where the case stands, in words.
    pub fn stamp_line(&self) -> String {
        stamp_line(&self.stamp)
    }
}

impl Section {
    pub fn new(heading: impl Into<String>, body: RichText) -> Self {
        Self { heading: Some(heading.into()), body }
    }

    /// A paragraph without a heading.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self { heading: None, body: RichText::plain(text) }
    }
}

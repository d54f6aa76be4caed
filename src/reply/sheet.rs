//! A sheet is vetted information that does not answer one question, such as the status of the case,
//! a timeline or the sources.

use super::answer::ShownCitation;
use super::compose::stamp_line;
use super::rich_text::RichText;
use crate::legal::CaseStamp;

/// A title and sections. The fields are private, so that no sheet is created without a stamp.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    title: String,
    sections: Vec<Section>,
    links: Vec<Link>,
    citations: Vec<ShownCitation>,
    stamp: CaseStamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// `None` for an opening or closing paragraph.
    pub heading: Option<String>,
    pub body: RichText,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
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

    /// Discord shows them as buttons.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    pub fn citations(&self) -> &[ShownCitation] {
        &self.citations
    }

    /// The status of the case, in words.
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

//! A sheet is vetted information that does not answer one question, such as the status of the case,
//! a timeline or the sources.

use super::answer::ShownCitation;
use super::compose::{brief_stamp, stamp_line};
use super::rich_text::RichText;
use crate::knowledge::PageLink;
use crate::legal::CaseStamp;

/// A title and pages. The fields are private, so that no sheet is created without a stamp.
///
/// A small screen shows one page at a time; a terminal shows all of them in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    title: String,
    /// Never empty.
    pages: Vec<SheetPage>,
    /// The number of the page to show first.
    first: usize,
    links: Vec<Link>,
    stamp: CaseStamp,
}

/// A part of a sheet that fits on a small screen.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetPage {
    /// What to choose it by; unique in its sheet.
    pub name: String,
    pub sections: Vec<Section>,
    /// The sources of what the page says.
    pub citations: Vec<ShownCitation>,
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

impl From<PageLink> for Link {
    fn from(PageLink { text, url }: PageLink) -> Self {
        Self { text, url }
    }
}

impl Sheet {
    /// A sheet of one page.
    pub(super) fn new(title: impl Into<String>, sections: Vec<Section>, stamp: &CaseStamp) -> Self {
        let page = SheetPage { name: String::new(), sections, citations: Vec::new() };
        Self::of_pages(title, page, Vec::new(), stamp)
    }

    pub(super) fn of_pages(
        title: impl Into<String>,
        first: SheetPage,
        others: Vec<SheetPage>,
        stamp: &CaseStamp,
    ) -> Self {
        let pages = std::iter::once(first).chain(others).collect();
        Self { title: title.into(), pages, first: 0, links: Vec::new(), stamp: stamp.clone() }
    }

    /// Shows the last page first.
    pub(super) fn with_last_page_first(self) -> Self {
        Self { first: self.pages.len() - 1, ..self }
    }

    pub(super) fn with_links(self, links: Vec<Link>) -> Self {
        Self { links, ..self }
    }

    /// Sets the citations of the first page.
    pub(super) fn with_citations(mut self, citations: Vec<ShownCitation>) -> Self {
        self.pages[0].citations = citations;
        self
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn pages(&self) -> &[SheetPage] {
        &self.pages
    }

    /// The number of the page to show first, counted from 0.
    pub fn first(&self) -> usize {
        self.first
    }

    /// The sections of all pages.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.pages.iter().flat_map(|page| &page.sections)
    }

    /// Discord shows them as buttons.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The sources of all pages, each once.
    pub fn citations(&self) -> Vec<&ShownCitation> {
        let mut once: Vec<&ShownCitation> = Vec::new();
        for citation in self.pages.iter().flat_map(|page| &page.citations) {
            if once.iter().all(|seen| seen.key != citation.key) {
                once.push(citation);
            }
        }
        once
    }

    /// The status of the case, in words.
    pub fn stamp_line(&self) -> String {
        stamp_line(&self.stamp)
    }

    /// The same in a few words, with [`DISCLAIMER`](super::DISCLAIMER) in short.
    pub fn brief_stamp(&self) -> String {
        brief_stamp(&self.stamp, self.stamp.last_checked)
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

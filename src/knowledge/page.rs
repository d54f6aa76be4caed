//! Pages: vetted information in addition to the answers, each with its own command. A case may have
//! none.

use jiff::civil::Date;
use serde::Deserialize;

use super::voice::fill;
use crate::legal::{Citation, deserialize_date, written_out};

/// The names of existing commands, which no page may have: those in `commands.rs`, and those of
/// single front ends.
pub const TAKEN_NAMES: &[&str] = &[
    "ask", "status", "timeline", "quote", "sources", "about", "faq", "help", "more", "reload",
    "quit", "exit",
];

/// A page, as its file describes it. Its command has the name of the file.
#[derive(Debug, Clone, Deserialize)]
pub struct Page {
    /// The description of the command.
    pub command: String,
    pub title: String,
    pub opening: String,
    /// The last line. The placeholder `{date}` is the date of the last check.
    #[serde(default)]
    pub(super) closing: Option<String>,
    /// The date of the last check of the whole page.
    #[serde(deserialize_with = "deserialize_date")]
    pub last_checked: Date,
    /// Discord shows them as buttons.
    #[serde(default)]
    pub links: Vec<PageLink>,
    /// Read one by one, so that each mistake has the line of its section.
    #[serde(skip)]
    pub sections: Vec<PageSection>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct PageLink {
    pub text: String,
    pub url: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "SectionAsTyped")]
pub struct PageSection {
    pub heading: String,
    pub body: PageBody,
    /// The date of the last check of this section.
    pub checked: Date,
}

/// The text of a section, with its citations.
#[derive(Debug, Clone)]
pub enum PageBody {
    Text(String, Vec<Citation>),
    /// Numbered instructions.
    Steps(Vec<String>, Vec<Citation>),
    /// Separate facts, each with its own citations.
    Points(Vec<Point>),
}

#[derive(Debug, Clone, Deserialize)]
pub struct Point {
    /// The subject of the point, shown in bold before the text.
    #[serde(default)]
    pub name: Option<String>,
    pub text: String,
    pub citations: Vec<Citation>,
}

#[derive(Deserialize)]
struct SectionAsTyped {
    heading: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    steps: Option<Vec<String>>,
    #[serde(default)]
    points: Option<Vec<Point>>,
    #[serde(default)]
    citations: Vec<Citation>,
    #[serde(deserialize_with = "deserialize_date")]
    checked: Date,
}

impl TryFrom<SectionAsTyped> for PageSection {
    type Error = String;

    fn try_from(typed: SectionAsTyped) -> Result<Self, Self::Error> {
        let SectionAsTyped { heading, text, steps, points, citations, checked } = typed;
        let body = match (text, steps, points) {
            (Some(text), None, None) => PageBody::Text(text, citations),
            (None, Some(steps), None) => PageBody::Steps(steps, citations),
            (None, None, Some(points)) if citations.is_empty() => PageBody::Points(points),
            (None, None, Some(_)) => {
                return Err(format!("the points of \"{heading}\" must cite their own sources"));
            }
            _ => {
                return Err(format!("\"{heading}\" needs one of text, steps and points"));
            }
        };
        Ok(Self { heading, body, checked })
    }
}

impl Page {
    /// The last line, with the date of the last check filled in.
    pub fn closing_line(&self) -> Option<String> {
        let date = written_out(self.last_checked);
        self.closing.as_deref().map(|closing| fill(closing, &[("date", &date)]))
    }

    /// Every citation, in the order of the sections.
    pub fn citations(&self) -> impl Iterator<Item = &Citation> {
        self.sections.iter().flat_map(PageSection::citation_lists).flatten()
    }
}

impl PageSection {
    /// One list of citations for each statement that needs a source.
    pub fn citation_lists(&self) -> Vec<&[Citation]> {
        match &self.body {
            PageBody::Text(_, citations) | PageBody::Steps(_, citations) => vec![citations],
            PageBody::Points(points) => {
                points.iter().map(|point| point.citations.as_slice()).collect()
            }
        }
    }
}

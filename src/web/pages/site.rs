//! Where the pages are, and what every page has around its content.

use axum::http::StatusCode;
use maud::{DOCTYPE, Markup, html};
use url::Url;

use super::{responses, words};
use crate::knowledge::EntryId;
use crate::reply::page_path;
use crate::responder::Responder;

/// The most characters of a question.
pub const LONGEST_QUESTION: usize = 1000;

/// The address of the pages.
pub struct Site {
    /// Without a trailing slash.
    public_url: String,
    /// The path in it, which the reverse proxy takes away.
    prefix: String,
}

/// A page without what is around it.
pub struct Page {
    pub title: String,
    /// The path of its one lasting address; `None` if search engines should not list it.
    pub path: Option<String>,
    /// What stands in the search box.
    pub asked: String,
    pub status: StatusCode,
    pub content: Markup,
}

impl Page {
    pub fn new(title: impl Into<String>, path: impl Into<String>, content: Markup) -> Self {
        let (title, path) = (title.into(), Some(path.into()));
        Self { title, path, asked: String::new(), status: StatusCode::OK, content }
    }

    /// A page that search engines should not list.
    pub fn unlisted(title: impl Into<String>, status: StatusCode, content: Markup) -> Self {
        Self { status, path: None, ..Self::new(title, "", content) }
    }
}

impl Site {
    pub fn new(public_url: &str) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let path = Url::parse(&public_url).map(|url| url.path().trim_end_matches('/').to_owned());
        Self { public_url, prefix: path.unwrap_or_default() }
    }

    /// A link to a page of this site.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    pub fn link_to(&self, entry: &EntryId) -> String {
        self.link(&page_path(entry))
    }

    /// The whole address of a page.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// Whether browsers reach the pages over TLS.
    pub fn is_encrypted(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// A whole page as HTML.
    pub fn html(&self, page: &Page, responder: &Responder) -> String {
        let case = responder.case_name();
        let commands = responder.commands();
        let sheets = commands.list.iter().filter(|command| command.words.is_none());
        let whole = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (page.title) " · " (case) }
                    link rel="stylesheet" href=(self.link(responses::style_path()));
                    link rel="icon" type="image/svg+xml" href=(self.link(responses::ICON_PATH));
                    @match &page.path {
                        Some(path) => link rel="canonical" href=(self.address(path));,
                        None => meta name="robots" content="noindex";,
                    }
                }
                body {
                    a.skip href="#content" { (words::SKIP) }
                    header {
                        nav aria-label=(words::NAVIGATION) {
                            ul {
                                li { a href=(self.link("/")) { (words::ALL_QUESTIONS) } }
                                @for sheet in sheets {
                                    li {
                                        a href=(self.link(&format!("/{}", sheet.name))) {
                                            (words::page_name(&sheet.name))
                                        }
                                    }
                                }
                            }
                        }
                        form role="search" action=(self.link("/search")) method="get" {
                            label for="q" { (words::ASK) }
                            input #q type="search" name="q" maxlength=(LONGEST_QUESTION)
                                autocomplete="off" value=(page.asked);
                            button { (words::SEARCH) }
                        }
                    }
                    main #content { (page.content) }
                }
            }
        };
        whole.into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_below_the_path_of_the_public_address() {
        let site = Site::new("https://example.org/faq/");
        assert_eq!(site.link("/status"), "/faq/status");
        assert_eq!(site.address("/status"), "https://example.org/faq/status");
        assert_eq!(Site::new("http://127.0.0.1:8080").link("/status"), "/status");
    }
}

//! Public pages: every answer at a lasting address, the sheets, and a search. They need no script,
//! and keep nothing of who reads them.

mod responses;
mod show;
mod site;
mod words;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, Query as Parameters, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::show::Corrections;
use self::site::{LONGEST_QUESTION, Page, Site};
use super::Web;
use crate::ask::{Ask, Query};
use crate::knowledge::EntryId;
use crate::metrics::{Door, Outcome};
use crate::reply::{Answer, Reply, WhyNoAnswer, page_path};
use crate::responder::ResponderError;

/// How long a page waits for the store.
const STORE_PATIENCE: Duration = Duration::from_millis(300);

/// How long a search waits for its turn.
const SEARCH_PATIENCE: Duration = Duration::from_secs(2);

/// How many questions a page lists that may have been meant.
const NEAREST: usize = 5;

struct Pages {
    web: Arc<Web>,
    site: Site,
    /// How many questions are matched at the same time. One core is left for Discord.
    searches: Semaphore,
}

type Served = State<Arc<Pages>>;

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

/// The pages below this address.
pub fn router(web: Arc<Web>, public_url: &str) -> Router {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let searches = Semaphore::new(cores.saturating_sub(1).max(1));
    let pages = Pages { web, site: Site::new(public_url), searches };
    Router::new()
        .route("/", get(home))
        .route("/answers/{topic}/{slug}", get(entry))
        .route("/search", get(search))
        .route("/{command}", get(sheet))
        .route("/robots.txt", get(robots))
        .route("/sitemap.xml", get(sitemap))
        .route(
            responses::style_path(),
            get(async |State(pages): Served| responses::style(&pages.site)),
        )
        .route(responses::ICON_PATH, get(async |State(pages): Served| responses::icon(&pages.site)))
        .fallback(nothing)
        .with_state(Arc::new(pages))
}

async fn home(State(pages): Served, request: HeaderMap) -> Response {
    let contents = pages.web.responder.contents((pages.web.today)());
    let content = show::contents(&pages.site, &contents);
    pages.shared(&request, &Page::new(words::ALL_QUESTIONS, "/", content))
}

async fn entry(
    State(pages): Served,
    Path((topic, slug)): Path<(String, String)>,
    request: HeaderMap,
) -> Response {
    let id = EntryId::new(format!("{topic}/{slug}"));
    let page = match pages.respond(Query::Entry(id.clone())) {
        Ok(Reply::Answer(answer)) => {
            let versions = pages.versions(&answer).await;
            let content = show::answer(&pages.site, &answer, &versions);
            Page::new(answer.question(), page_path(&id), content)
        }
        Ok(Reply::NoAnswer(no_answer)) => {
            let status = match no_answer.reason {
                WhyNoAnswer::UnderReview => StatusCode::OK,
                WhyNoAnswer::Withdrawn => StatusCode::GONE,
                // A draft is not public.
                _ => return pages.not_found(&request, &slug.replace('-', " ")),
            };
            let heading = pages.web.responder.heading_of(&id).unwrap_or_default();
            let content = show::no_answer(&pages.site, &heading, &no_answer);
            Page::unlisted(heading, status, content)
        }
        Ok(_) => return pages.not_found(&request, ""),
        Err(_) => return pages.failed(),
    };
    pages.shared(&request, &page)
}

async fn sheet(State(pages): Served, Path(name): Path<String>, request: HeaderMap) -> Response {
    let commands = pages.web.responder.commands();
    let Some(command) = commands.find(&name).filter(|command| command.words.is_none()) else {
        return pages.not_found(&request, "");
    };
    match pages.respond(command.query("")) {
        Ok(Reply::Sheet(sheet)) => {
            let content = show::sheet(&sheet);
            pages.shared(&request, &Page::new(sheet.title(), format!("/{name}"), content))
        }
        // Everything is held back.
        Ok(Reply::NoAnswer(no_answer)) => {
            let title = words::page_name(&name);
            let content = show::no_answer(&pages.site, &title, &no_answer);
            pages.shared(&request, &Page::unlisted(title, StatusCode::OK, content))
        }
        Ok(_) => pages.not_found(&request, ""),
        Err(_) => pages.failed(),
    }
}

async fn search(State(pages): Served, Parameters(Search { q }): Parameters<Search>) -> Response {
    let asked: String = q.chars().take(LONGEST_QUESTION).collect();
    let Ok(Ok(permit)) = timeout(SEARCH_PATIENCE, pages.searches.acquire()).await else {
        return pages.apology(StatusCode::SERVICE_UNAVAILABLE, words::BUSY);
    };
    let (searching, question) = (pages.clone(), Query::Question(asked.clone()));
    let found = tokio::task::spawn_blocking(move || searching.ask(question)).await;
    drop(permit);
    let Ok(Ok(reply)) = found else { return pages.failed() };
    let content = match &reply {
        Reply::Answer(answer) => show::answer(&pages.site, answer, &pages.lasting_address(answer)),
        Reply::Choice(choice) => show::choice(&pages.site, choice),
        Reply::NoAnswer(no_answer) => show::no_answer(&pages.site, words::SEARCH, no_answer),
        Reply::Sheet(sheet) => show::sheet(sheet),
    };
    let page = Page { asked, ..Page::unlisted(words::SEARCH, StatusCode::OK, content) };
    let html = pages.site.html(&page, &pages.web.responder);
    responses::private_page(&pages.site, page.status, html)
}

async fn nothing(State(pages): Served, request: HeaderMap) -> Response {
    pages.not_found(&request, "")
}

async fn robots(State(pages): Served, request: HeaderMap) -> Response {
    let (search, map) = (pages.site.link("/search"), pages.site.address("/sitemap.xml"));
    let text = format!("User-agent: *\nDisallow: {search}\n\nSitemap: {map}\n");
    responses::shared(&pages.site, &request, StatusCode::OK, "text/plain; charset=utf-8", text)
}

async fn sitemap(State(pages): Served, request: HeaderMap) -> Response {
    let responder = &pages.web.responder;
    let commands = responder.commands();
    let sheets = commands.list.iter().filter(|command| command.words.is_none());
    let sheets = sheets.map(|command| format!("/{}", command.name));
    let answers = responder.vetted_entries();
    let paths = std::iter::once("/".to_owned()).chain(sheets);
    let paths = paths.chain(answers.iter().map(page_path));
    let map = html! {
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            @for path in paths { url { loc { (pages.site.address(&path)) } } }
        }
    };
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", map.into_string());
    responses::shared(&pages.site, &request, StatusCode::OK, "application/xml", text)
}

impl Pages {
    fn respond(&self, query: Query) -> Result<Reply, ResponderError> {
        let ask = Ask { query, today: (self.web.today)() };
        self.web.responder.respond(&ask).map(|response| response.reply)
    }

    /// The same for a question, which counts.
    fn ask(&self, question: Query) -> Result<Reply, ResponderError> {
        let start = Instant::now();
        let result = self.respond(question);
        let outcome = result.as_ref().map_or(Outcome::Failed, Outcome::of);
        self.web.metrics.question(Door::Web, outcome, start.elapsed());
        result
    }

    fn shared(&self, request: &HeaderMap, page: &Page) -> Response {
        let html = self.site.html(page, &self.web.responder);
        responses::shared_page(&self.site, request, page.status, html)
    }

    /// `words` are what somebody may have looked for.
    fn not_found(&self, request: &HeaderMap, words: &str) -> Response {
        let suggest = |words| self.web.responder.suggest(words, NEAREST).unwrap_or_default();
        let nearest = Some(suggest(words)).filter(|found| !found.is_empty());
        let nearest = nearest.unwrap_or_else(|| suggest(""));
        let content = html! {
            h1 { (words::NO_SUCH_PAGE) }
            p {
                (words::NO_SUCH_PAGE_HELP) " "
                a href=(self.site.link("/")) { (words::ALL_QUESTIONS) } "."
            }
            @if !nearest.is_empty() {
                h2 { (words::NEAREST) }
                (show::questions(&self.site, &nearest))
            }
        };
        self.shared(request, &Page::unlisted(words::NO_SUCH_PAGE, StatusCode::NOT_FOUND, content))
    }

    fn failed(&self) -> Response {
        tracing::error!("a page could not be made");
        self.apology(StatusCode::INTERNAL_SERVER_ERROR, words::FAILED)
    }

    fn apology(&self, status: StatusCode, sentence: &str) -> Response {
        let page = Page::unlisted(words::SEARCH, status, html! { h1 { (sentence) } });
        let html = self.site.html(&page, &self.web.responder);
        responses::private_page(&self.site, status, html)
    }

    async fn versions(&self, answer: &Answer) -> Markup {
        let corrections = match &self.web.store {
            None => Corrections::NotKept,
            Some(store) => {
                let listed = timeout(STORE_PATIENCE, store.corrections_of(answer.entry())).await;
                listed.ok().and_then(Result::ok).map_or(Corrections::Unknown, Corrections::Known)
            }
        };
        let version = self.web.responder.revision_of(answer.entry()).unwrap_or_default();
        show::versions(answer, &version, &corrections)
    }

    fn lasting_address(&self, answer: &Answer) -> Markup {
        let link = self.site.link_to(answer.entry());
        html! { p { a href=(link) { (words::LASTING_ADDRESS) } } }
    }
}

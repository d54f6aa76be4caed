//! The public pages of the real program, over sockets on loopback.

#![cfg(feature = "discord")]

#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
#[path = "support/web.rs"]
mod web;

use caseclerk::knowledge::EntryId;
use caseclerk::store::{Correction, Post, Store};
use jiff::Timestamp;
use mock_discord::Desk;
use serde_json::json;
use web::{Site, until};

const PUBLIC_URL: &str = "https://faq.example/lamps";
const PAGES: (&str, &str) = ("CASECLERK_WEB_PUBLIC_URL", PUBLIC_URL);
const ANSWER: &str = "/answers/status/is-it-over";

/// The words of the stamp that is computed for the tiny case.
const STAMP: &str = "without prejudice";
const DISCLAIMER: &str = "Information, not legal advice.";

fn is_stamped(page: &str) -> bool {
    page.contains(STAMP) && page.contains(DISCLAIMER)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_public_address_there_are_no_pages() {
    let site = Site::without_gateway(&[]).await;
    for path in ["/", ANSWER, "/status", "/search?q=over"] {
        assert_eq!(site.page(path).await.0, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_about_the_case_has_its_sources_and_the_stamp() {
    let site = Site::without_gateway(&[PAGES]).await;
    let (status, answer) = site.page(ANSWER).await;
    assert_eq!(status, 200);
    for words in ["<h2>Sources</h2>", "Court record", "Version ", "facts checked up to"] {
        assert!(answer.contains(words), "{words} is not in {answer}");
    }
    assert!(answer.contains(&format!("rel=\"canonical\" href=\"{PUBLIC_URL}{ANSWER}\"")));
    for path in ["/", ANSWER, "/status", "/timeline", "/sources", "/about", "/light"] {
        let (status, page) = site.page(path).await;
        assert!(status == 200 && is_stamped(&page), "{path}: {page}");
        assert_eq!(page.matches("<h1>").count(), 1, "{path}");
    }
    let (_, home) = site.page("/").await;
    assert!(home.contains(&format!("href=\"/lamps{ANSWER}\"")), "{home}");
    assert_eq!(home.matches("href=\"/lamps/answers/").count(), 3, "every vetted answer is listed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_answered_like_any_question_and_kept_nowhere() {
    let site = Site::without_gateway(&[PAGES, ("RUST_LOG", "trace")]).await;
    let (status, page) = site.page("/search?q=has+the+lamp+suit+ended+zyzzyva").await;
    assert!(status == 200 && is_stamped(&page), "{page}");
    assert!(page.contains("value=\"has the lamp suit ended zyzzyva\""), "{page}");
    assert!(page.contains(&format!("href=\"/lamps{ANSWER}\"")), "{page}");
    let (_, page) = site.page("/search?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!page.contains("<script"), "{page}");
    for path in ["/search", "/search?q="] {
        assert_eq!(site.page(path).await.0, 200, "{path}");
    }
    let response = site.get("/search?q=lamp").await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(response.text().await.expect("a page").contains("noindex"));
    let (_, metrics) = site.page("/metrics").await;
    assert!(metrics.contains("caseclerk_questions_total{door=\"web\",outcome=\"answered\"}"));
    let mut discord = site.discord;
    discord.terminate();
    let log = discord.ended().await.log;
    assert!(!log.contains("zyzzyva") && !log.contains("alert(1)"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_and_helped_with() {
    let site = Site::without_gateway(&[PAGES]).await;
    let (status, page) = site.page("/answers/money/old-claim-form").await;
    assert!(status == 410 && page.contains("The form was never real."), "{page}");
    assert!(is_stamped(&page) && page.contains("noindex"), "{page}");
    // A draft looks as if it were not there.
    let (status, draft) = site.page("/answers/money/court-fees").await;
    let (_, unknown) = site.page("/answers/money/nothing-here").await;
    assert!(status == 404 && !draft.to_lowercase().contains("draft"), "{draft}");
    for page in [&draft, &unknown, &site.page("/nothing").await.1, &site.page("/a/b/c").await.1] {
        assert!(page.contains("There is no such page") && page.contains("/lamps/answers/"));
        assert!(page.contains("role=\"search\"") && page.contains("noindex"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_and_caches_are_told_what_they_must_know() {
    let site = Site::without_gateway(&[PAGES]).await;
    for path in ["/", ANSWER, "/nothing", "/search?q=over", "/robots.txt", "/icon.svg"] {
        let response = site.get(path).await;
        let header = |name| response.headers()[name].to_str().expect("letters");
        assert!(header("content-security-policy").starts_with("default-src 'none';"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
        assert!(header("strict-transport-security").starts_with("max-age="));
    }
    let first = site.get(ANSWER).await;
    let tag = first.headers()["etag"].to_str().expect("letters").to_owned();
    assert_eq!(first.headers()["cache-control"], "public, no-cache");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let again = site.request(ANSWER).header("if-none-match", known).send().await;
        assert_eq!(again.expect("an answer").status(), 304);
    }
    let other = site.request("/status").header("if-none-match", tag).send().await;
    assert_eq!(other.expect("an answer").status(), 200);
    let page = first.text().await.expect("a page");
    let (_, style) = page.split_once("rel=\"stylesheet\" href=\"/lamps").expect("a style sheet");
    let (style, _) = style.split_once('"').expect("its end");
    let style = site.get(style).await;
    assert_eq!(style.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test(flavor = "multi_thread")]
async fn search_engines_find_every_answer_and_no_search() {
    let site = Site::without_gateway(&[PAGES]).await;
    let (_, robots) = site.page("/robots.txt").await;
    assert!(robots.contains("Disallow: /lamps/search\n"), "{robots}");
    assert!(robots.contains(&format!("Sitemap: {PUBLIC_URL}/sitemap.xml")), "{robots}");
    let (_, map) = site.page("/sitemap.xml").await;
    assert!(map.starts_with("<?xml"), "{map}");
    for path in [ANSWER, "/status", "/light"] {
        assert!(map.contains(&format!("<loc>{PUBLIC_URL}{path}</loc>")), "{map}");
    }
    assert!(!map.contains("court-fees") && !map.contains("old-claim-form"), "{map}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_held_back_is_gone_at_once_and_its_corrections_are_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.db");
    let file = file.to_str().expect("a path in letters");
    let store = Store::open(file).expect("a store");
    let (entry, revision) = (EntryId::new("status/is-it-over"), Some("0123abcd".to_owned()));
    let posted_at = Timestamp::now();
    let post = Post { channel: 1, message: 2, entry, revision: "old".to_owned(), posted_at };
    store.remember_post(&post).await.expect("it is stored");
    let (question, made_by) = ("Is it over?".to_owned(), "3".to_owned());
    let made_at = "2026-11-02T12:00:00Z".parse().expect("a time");
    let entry = post.entry;
    let correction = Correction { id: 0, entry, question, revision, messages: 0, made_by, made_at };
    assert_eq!(store.correct(&correction).await.expect("it is stored"), 1);

    let environment = [PAGES, ("CASECLERK_STORE_ADDRESS", file)];
    let mut site = Site::start(&environment).await;
    site.discord.happened("identify", 1).await;
    let (_, page) = site.page(ANSWER).await;
    let expected = "2 November 2026: older messages were changed to version 0123abcd.";
    assert!(page.contains(expected), "{page}");
    let hold = json!({"entry": "status/is-it-over", "reason": "no longer true"});
    let held = site.discord.desk(Desk::Command("hold", hold)).await;
    assert!(!held.to_string().contains("Nothing was changed"), "{held}");
    let (status, page) = site.page(ANSWER).await;
    assert!(status == 200 && page.contains("under review since") && is_stamped(&page), "{page}");
    assert!(page.contains("noindex") && !page.contains("no longer true"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_read_without_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    // A folder is no file, so the store cannot be opened.
    let file = folder.path().to_str().expect("a path in letters");
    let site = Site::without_gateway(&[PAGES, ("CASECLERK_STORE_ADDRESS", file)]).await;
    let (status, page) = site.page(ANSWER).await;
    assert!(status == 200 && is_stamped(&page), "{page}");
    assert!(page.contains("The list of corrections cannot be shown now."), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_in_discord_links_to_the_page() {
    let mut site = Site::without_gateway(&[PAGES]).await;
    let pressed = site.discord.pressed(1 << 11, "evidence:status/is-it-over");
    let (_, evidence) = site.interaction(&pressed).await;
    let button = &evidence["data"]["components"][0]["components"][0];
    assert!(button["style"] == 5 && button["url"] == format!("{PUBLIC_URL}{ANSWER}"), "{evidence}");
    until(async || site.get("/healthz").await.status().is_success().then_some(())).await;
}

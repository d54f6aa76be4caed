//! The public pages in a real Chromium: whether people can read and use them, on small screens, in
//! the dark, and with a keyboard alone.

#![cfg(feature = "browser-tests")]

#[path = "support/browser.rs"]
mod browser;
#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
#[path = "support/web.rs"]
mod web;

use std::path::Path;

use browser::Browser;
use serde_json::{Value, json};
use shared_index::shared_index;
use web::Site;

const ACCESSIBILITY: &str = include_str!("support/accessibility.js");

/// A file with axe-core, which knows more rules; `.ci/run` names one.
const AXE: &str = "CASECLERK_AXE";

/// The number of a key.
const TAB: u32 = 9;
const ENTER: u32 = 13;

/// What can be reached with a keyboard, in order.
const CONTROLS: &str = "[...document.querySelectorAll('a[href], input, button')]";

/// The program with the real FAQ, and the pages to look at.
async fn site() -> (Site, Vec<String>) {
    let faq = Path::new(env!("CARGO_MANIFEST_DIR")).join("faq");
    let index = shared_index(&faq);
    let path = |path: &Path| path.to_str().expect("a path in letters").to_owned();
    let site = Site::without_gateway(&[
        ("CASECLERK_KNOWLEDGE_FAQ", &path(&faq)),
        ("CASECLERK_KNOWLEDGE_INDEX", &path(&index)),
        ("CASECLERK_WEB_PUBLIC_URL", "http://127.0.0.1"),
    ])
    .await;
    let (_, map) = site.page("/sitemap.xml").await;
    let paths = map.split("<loc>http://127.0.0.1").skip(1);
    let paths = paths.filter_map(|rest| Some(rest.split_once("</loc>")?.0.to_owned()));
    let more = ["/search?q=is+it+over", "/search?q=who+is+the+king", "/search?q=", "/nothing"];
    let paths: Vec<String> = paths.chain(more.map(str::to_owned)).collect();
    assert!(paths.len() > 200, "{paths:?}");
    (site, paths)
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_read_every_page() {
    let (site, paths) = site().await;
    let mut browser = Browser::start().await;
    let axe = std::env::var(AXE).ok().map(|file| std::fs::read_to_string(file).expect("axe-core"));
    let mut problems = Vec::new();
    for (place, path) in paths.iter().enumerate() {
        // The widths and the colours take turns.
        let width = if place % 2 == 0 { 390 } else { 320 };
        browser.screen(width, place % 4 < 2).await;
        browser.open(&format!("http://{}{path}", site.address)).await;
        let mut found = list(&browser.value(ACCESSIBILITY).await);
        // The page that is not there is one on purpose.
        let complaints = browser.complaints().into_iter();
        found.extend(complaints.filter(|complaint| !complaint.contains("404 (Not Found)")));
        // Pages are made by few functions, so it need not look at all answers.
        if let Some(axe) =
            axe.as_ref().filter(|_| !path.starts_with("/answers/") || place % 10 == 0)
        {
            browser.value(&format!("{axe}; null")).await;
            let run = "axe.run().then(found => found.violations.map(violation => \
                       violation.id + ': ' + violation.nodes[0].html))";
            found.extend(list(&browser.value(run).await));
        }
        problems.extend(found.into_iter().map(|problem| format!("{path} ({width} px): {problem}")));
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_noticed() {
    let (site, _) = site().await;
    let mut browser = Browser::start().await;
    browser.screen(320, false).await;
    let faulty = "data:text/html,<meta name=viewport content='width=device-width'><title>x</title><h1>One</h1><h3>Three</h3><input><button style='height:9px'>x</button><a href=%23></a>\
                  <p style='color:%23aaa;font-size:9px'>Pale</p><div style='width:900px'>Wide</div>";
    browser.open(faulty).await;
    let found = list(&browser.value(ACCESSIBILITY).await).join("\n");
    for problem in [
        "the language is not named",
        "the title is missing",
        "there is not one main",
        "a heading skips from 1 to 3",
        "a field has no label",
        "a control has no name",
        "the contrast is 2.3",
        "the text is 9px high",
        "a target is",
        "px are wider than the screen",
    ] {
        assert!(found.contains(problem), "{problem} is not in:\n{found}");
    }
    browser.open(&format!("http://{}/status", site.address)).await;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    let style = "document.head.append(Object.assign(document.createElement('style'), \
                 {textContent: 'p {color: red}'}))";
    browser.value(&format!("{style}; null")).await;
    browser.value("1").await;
    let complaints = browser.complaints().join("\n");
    assert!(complaints.contains("Content Security Policy"), "{complaints}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_is_enough() {
    let (site, _) = site().await;
    let mut browser = Browser::start().await;
    browser.screen(390, false).await;
    browser.open(&format!("http://{}/status", site.address)).await;
    let controls = browser.value(&format!("{CONTROLS}.length")).await.as_u64().expect("a number");
    assert!(controls > 8, "{controls}");
    for place in 0..controls {
        browser.press("Tab", TAB, "").await;
        let state = format!(
            "(() => {{ const at = document.activeElement, box = at.getBoundingClientRect(); \
             return {{ place: {CONTROLS}.indexOf(at), outline: getComputedStyle(at).outlineStyle, \
             left: box.left }}; }})()"
        );
        let state = browser.value(&state).await;
        assert!(state["place"] == place && state["outline"] == "solid", "{place}: {state}");
        assert!(state["left"].as_f64().expect("a number") >= 0.0, "it is seen: {state}");
    }
    // The first control leads past the navigation.
    browser.open(&format!("http://{}/status", site.address)).await;
    browser.press("Tab", TAB, "").await;
    browser.press("Enter", ENTER, "\r").await;
    assert_eq!(browser.value("location.hash").await, json!("#content"));
    // A question is asked with the keyboard alone.
    browser.value("document.getElementById('q').focus()").await;
    for letter in "is it over".chars() {
        let letter = letter.to_string();
        browser.press(&letter, 0, &letter).await;
    }
    browser.complaints();
    browser.press("Enter", ENTER, "\r").await;
    browser.event("Page.loadEventFired").await;
    assert_eq!(browser.value("location.search").await, json!("?q=is+it+over"));
    let answer = browser.value("document.querySelector('main').textContent").await;
    assert!(answer.to_string().contains("Sources"), "{answer}");
}

fn list(value: &Value) -> Vec<String> {
    let texts = value.as_array().expect("a list").iter();
    texts.map(|text| text.as_str().expect("a text").to_owned()).collect()
}

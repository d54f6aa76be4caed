//! Opens the page of `caseclerk preview` in a real browser, and measures every reply.

#![cfg(feature = "browser-tests")]

#[path = "support/shared_index.rs"]
mod shared_index;

use std::path::Path;
use std::process::Command;

use caseclerk::discord::preview::{Figures, Height};
use shared_index::shared_index;

/// The most screens that a reply may fill.
const TALLEST: f64 = 1.3;

/// The smallest share of answers that must fit on one screen.
const FIT: f64 = 0.9;

#[test]
fn replies_fit_on_a_phone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let faq = Path::new(env!("CARGO_MANIFEST_DIR")).join("faq");
    let output = Command::new(env!("CARGO_BIN_EXE_caseclerk"))
        .args(["preview", "--all", "--measure", "--json", "--out"])
        .arg(folder.path())
        .arg("--index")
        .arg(shared_index(&faq))
        .arg("--faq")
        .arg(&faq)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: Figures = serde_json::from_slice(&output.stdout).expect("figures");
    println!("{figures:#?}");
    assert!(figures.answers > 200 && figures.pages.len() > 4, "everything was measured");
    assert!(figures.median > 0.3, "a reply has a height");
    let tall = figures.tall.iter().chain(&figures.pages);
    let tall: Vec<&Height> = tall.filter(|reply| reply.screens > TALLEST).collect();
    assert!(tall.is_empty(), "{tall:?}");
    assert!(figures.fit as f64 >= FIT * figures.answers as f64, "{:?}", figures.tall);
    assert!(figures.hidden.is_empty(), "not visible on arrival: {:?}", figures.hidden);
}

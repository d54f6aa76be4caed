//! Whether every quotation stands word for word in its source.

use std::collections::BTreeMap;
use std::path::Path;

use crate::knowledge::{Finding, Knowledge};
use crate::legal::SourceKey;

/// The rule's name.
pub const RULE: &str = "quotation-not-in-source";

/// What comparing the quotations with the texts of their sources gave.
#[derive(Debug, Default)]
pub struct SourceCheck {
    /// How many quotations stand word for word in the text of their source.
    pub found: usize,
    /// Quotations whose source has no text here, by key, with the key of the source.
    pub not_checked: Vec<(String, SourceKey)>,
    /// Quotations that do not stand in their source.
    pub findings: Vec<Finding>,
}

/// Compares every quotation with the text of its source: the file `<source key>.txt` in `folder`,
/// or the one that `files` names for that key. White space and the shape of quotation marks and
/// apostrophes are folded; every letter must agree.
pub fn check_quotations(
    knowledge: &Knowledge,
    folder: &Path,
    files: &BTreeMap<String, String>,
) -> std::io::Result<SourceCheck> {
    std::fs::read_dir(folder)?;
    let mut texts: BTreeMap<&SourceKey, Option<String>> = BTreeMap::new();
    for key in knowledge.case_file.sources.keys() {
        let name = files.get(key.as_str()).cloned().unwrap_or_else(|| format!("{key}.txt"));
        let path = folder.join(name);
        let text = if path.is_file() {
            Some(plain(&String::from_utf8_lossy(&std::fs::read(path)?)))
        } else {
            None
        };
        texts.insert(key, text);
    }
    let mut check = SourceCheck::default();
    for (key, quotation) in &knowledge.library.quotations {
        let words = plain(&quotation.words);
        for source in std::iter::once(&quotation.source).chain(&quotation.also_in) {
            match texts.get(source).and_then(Option::as_ref) {
                None => check.not_checked.push((key.to_string(), source.clone())),
                Some(text) if text.contains(&words) => check.found += 1,
                Some(text) => {
                    check.findings.push(quotation.place.error(
                        RULE,
                        format!("the words of `{key}` do not stand in `{source}`{}", agrees_until(text, &words)),
                        "copy the words exactly; where something must be left out, make two quotations",
                    ));
                }
            }
        }
    }
    Ok(check)
}

/// Says up to where the words agree, so that an editor sees which one is wrong.
fn agrees_until(text: &str, words: &str) -> String {
    let ends = words.match_indices(' ').map(|(at, _)| at);
    match ends.take_while(|&end| text.contains(&words[..end])).last() {
        Some(end) => format!(
            "; they agree up to “…{}”",
            &words[words[..end].rfind(' ').map_or(0, |at| at + 1)..end]
        ),
        None => String::new(),
    }
}

/// A text with its white space and its quotation marks and apostrophes folded.
fn plain(text: &str) -> String {
    let folded = text.chars().map(|c| match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' => '"',
        c => c,
    });
    let folded: String = folded.collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

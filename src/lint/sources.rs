//! Checks that the source of every quotation contains it word for word.

use std::collections::BTreeMap;
use std::path::Path;

use crate::knowledge::{Finding, Knowledge};
use crate::legal::SourceKey;

const RULE: &str = "quotation-not-in-source";

/// The result of [`check_quotations`].
#[derive(Debug, Default)]
pub struct SourceCheck {
    /// How many quotations were found in the text of a source. A quotation counts once for each of
    /// its sources.
    pub found: usize,
    /// The quotations whose source has no text file, each with the key of that source.
    pub not_checked: Vec<(String, SourceKey)>,
    /// One for each quotation that its source does not contain.
    pub findings: Vec<Finding>,
}

/// Compares every quotation with the text of its source: the file `<source key>.txt` in `folder`,
/// or the file that `files` names for that key. White space and the form of quotation marks and
/// apostrophes are ignored; every other character must match.
///
/// Returns an error if the folder or one of the files cannot be read.
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
                        format!(
                            "the source `{source}` does not hold the words of `{key}`{}",
                            matches_up_to(text, &words)
                        ),
                        "copy the words exactly; to leave something out, make two quotations",
                    ));
                }
            }
        }
    }
    Ok(check)
}

/// Says up to which word the text matches, so that an editor sees which word is wrong.
fn matches_up_to(text: &str, words: &str) -> String {
    let ends = words.match_indices(' ').map(|(at, _)| at);
    match ends.take_while(|&end| text.contains(&words[..end])).last() {
        Some(end) => format!(
            "; they match up to “…{}”",
            &words[words[..end].rfind(' ').map_or(0, |at| at + 1)..end]
        ),
        None => String::new(),
    }
}

/// Normalises white space, quotation marks and apostrophes.
fn plain(text: &str) -> String {
    let folded = text.chars().map(|c| match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' => '"',
        c => c,
    });
    let folded: String = folded.collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

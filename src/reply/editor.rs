//! An entry as its editors see it: drafts too, with everything that it rests on.

use super::compose::stamp_line;
use super::explanation::explanation;
use super::markdown::parse_markdown;
use super::rich_text::RichText;
use super::sheet::{Section, Sheet};
use crate::knowledge::{EntryId, FaqEntry, Knowledge, Vetting};
use crate::legal::{CaseStamp, written_out};
use crate::matcher::Evidence;

/// How many phrasings of an entry its editors are shown.
const PHRASINGS_SHOWN: usize = 20;

/// Everything about an entry, for those who look after the FAQ; `None` if there is no such entry.
pub fn editors_view(knowledge: &Knowledge, id: &EntryId, stamp: &CaseStamp) -> Option<Sheet> {
    let entry = knowledge.library.entries.get(id)?;
    let mut sections = vec![
        Section::opening(format!("{} ({}). {}", entry.id, entry.place.file, vetting(entry))),
        Section::new("Answer", parse_markdown(&entry.answer.value).0),
        Section::new("Standing", RichText::plain(entry.standing.label())),
    ];
    let listed = [
        ("Rests on", evidence(knowledge, entry)),
        ("Related", entry.neighbours().map(ToString::to_string).collect()),
        ("Keywords", entry.keywords.clone()),
        ("Phrasings", phrasings(entry)),
    ];
    let filled = listed.into_iter().filter(|(_, items)| !items.is_empty());
    sections
        .extend(filled.map(|(heading, items)| Section::new(heading, RichText::list(false, items))));
    Some(Sheet {
        title: entry.question.clone(),
        sections,
        links: Vec::new(),
        citations: Vec::new(),
        stamp: stamp_line(stamp),
    })
}

/// Why a question is answered as it is, for those who look after the FAQ.
pub fn why(knowledge: &Knowledge, evidence: &Evidence, stamp: &CaseStamp) -> Sheet {
    let title = match evidence
        .candidates
        .first()
        .and_then(|best| knowledge.library.entries.get(&best.entry))
    {
        Some(entry) => format!("Nearest: {}", entry.question),
        None => "Nothing is near".to_owned(),
    };
    let sections = explanation(evidence);
    Sheet { title, sections, links: Vec::new(), citations: Vec::new(), stamp: stamp_line(stamp) }
}

/// Entries whose id or question holds what was typed, drafts and withdrawn ones too, as (id,
/// question).
pub fn editors_choices(knowledge: &Knowledge, typed: &str, limit: usize) -> Vec<(EntryId, String)> {
    let typed = typed.trim().to_lowercase();
    let fits = |entry: &&FaqEntry| {
        entry.id.as_str().contains(&typed) || entry.question.to_lowercase().contains(&typed)
    };
    let found = knowledge.library.entries.values().filter(fits).take(limit);
    found.map(|entry| (entry.id.clone(), entry.question.clone())).collect()
}

/// The first phrasings, and how many more there are: nobody reads a hundred of them in a chat.
fn phrasings(entry: &FaqEntry) -> Vec<String> {
    let mut shown: Vec<String> = entry
        .phrasings
        .iter()
        .take(PHRASINGS_SHOWN)
        .map(|phrasing| phrasing.value.clone())
        .collect();
    let more = entry.phrasings.len() - shown.len();
    if more > 0 {
        shown.push(format!("… and {more} more in {}", entry.place.file));
    }
    shown
}

fn vetting(entry: &FaqEntry) -> String {
    let facts = format!("Facts as of {}.", written_out(entry.as_of));
    match &entry.vetting {
        Vetting::Draft => format!("A draft: members do not see it. {facts}"),
        Vetting::Vetted(date) => format!("Vetted on {}. {facts}", written_out(*date)),
        Vetting::Withdrawn { date, reason } => {
            format!("Withdrawn on {}: {reason} {facts}", written_out(*date))
        }
    }
}

fn evidence(knowledge: &Knowledge, entry: &FaqEntry) -> Vec<String> {
    let cited = entry.citations.iter().map(|citation| {
        let locator =
            citation.locator.as_ref().map_or(String::new(), |locator| format!(", {locator}"));
        format!("source {}{locator}", citation.source)
    });
    let quoted = entry.all_quotations().filter_map(|key| {
        let quotation = knowledge.library.quotations.get(key)?;
        Some(format!("quotation {key}: “{}” ({})", quotation.words, quotation.standing.label()))
    });
    let conflicts = entry.conflicts.iter().map(|key| format!("conflict {key}"));
    cited.chain(quoted).chain(conflicts).collect()
}

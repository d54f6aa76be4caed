//! What moderators see: any entry, even a draft, with its sources, quotations and phrasings.

use super::markdown::parse_markdown;
use super::rich_text::RichText;
use super::sheet::{Section, Sheet};
use crate::knowledge::{EntryId, FaqEntry, Knowledge, Vetting};
use crate::legal::{CaseStamp, written_out};

/// The most phrasings that are shown; nobody reads a hundred of them in a chat.
const PHRASINGS_SHOWN: usize = 20;

/// Everything about an entry, for moderators; `None` if there is no such entry.
pub fn editors_view(knowledge: &Knowledge, id: &EntryId, stamp: &CaseStamp) -> Option<Sheet> {
    let entry = knowledge.library.entries.get(id)?;
    let standing = knowledge.case_file.voice.standing(entry.standing);
    let mut sections = vec![
        Section::paragraph(format!("{} ({}). {}", entry.id, entry.place.file, vetting(entry))),
        Section::new("Answer", parse_markdown(&entry.answer.value).0),
        Section::new("Standing", RichText::plain(standing)),
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
    Some(Sheet::new(entry.question.clone(), sections, stamp))
}

/// The entries whose id or question contains the typed text, including drafts and withdrawn ones,
/// as (id, question).
pub fn editors_choices(knowledge: &Knowledge, typed: &str, limit: usize) -> Vec<(EntryId, String)> {
    let typed = typed.trim().to_lowercase();
    let matches = |entry: &&FaqEntry| {
        entry.id.as_str().contains(&typed) || entry.question.to_lowercase().contains(&typed)
    };
    let found = knowledge.library.entries.values().filter(matches).take(limit);
    found.map(|entry| (entry.id.clone(), entry.question.clone())).collect()
}

/// The first phrasings, and the number of the others.
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
        let standing = knowledge.case_file.voice.standing(quotation.standing);
        Some(format!("quotation {key}: “{}” ({standing})", quotation.words))
    });
    let conflicts = entry.conflicts.iter().map(|key| format!("conflict {key}"));
    cited.chain(quoted).chain(conflicts).collect()
}

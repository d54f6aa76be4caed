//! Reads other FAQ collections, which are JSON Lines files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::truth::{OUT, Truth};
use crate::knowledge::{EntryId, FaqEntry, Library, Located, Place, Vetting};
use crate::legal::Standing;

/// The entries of a collection, and questions with their right entries.
pub struct Collection {
    pub library: Library,
    pub truths: Vec<Truth>,
    /// Questions for choosing a threshold; empty if the collection has none.
    pub validation: Vec<Truth>,
}

#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    #[error("cannot read {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: this is not a JSON object with the fields of a {what}", path.display())]
    Malformed {
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        what: &'static str,
        source: serde_json::Error,
    },
}

#[derive(Deserialize)]
struct CollectedEntry {
    id: String,
    question: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    alternates: Vec<String>,
}

#[derive(Deserialize)]
struct Query {
    q: String,
    relevant: Vec<String>,
}

impl Collection {
    /// Reads `faq.jsonl`, `queries.jsonl` and, if it exists, `queries_val.jsonl` from a folder.
    pub fn read(folder: &Path) -> Result<Self, CollectionError> {
        let collected: Vec<CollectedEntry> = read_lines(&folder.join("faq.jsonl"), "FAQ entry")?;
        // Our ids have the form `topic/slug`. The number makes them unique.
        let ids: BTreeMap<String, EntryId> = collected
            .iter()
            .enumerate()
            .map(|(number, entry)| (entry.id.clone(), EntryId::new(format!("{number:05}/entry"))))
            .collect();
        let entries = collected
            .into_iter()
            .map(|entry| entry.into_faq_entry(&ids))
            .map(|e| (e.id.clone(), e));
        let entries: BTreeMap<EntryId, FaqEntry> = entries.collect();
        let truths = read_truths(&folder.join("queries.jsonl"), &ids)?;
        let validation = folder.join("queries_val.jsonl");
        let validation =
            if validation.is_file() { read_truths(&validation, &ids)? } else { Vec::new() };
        Ok(Self { library: Library::of_entries(entries), truths, validation })
    }
}

impl CollectedEntry {
    fn into_faq_entry(self, ids: &BTreeMap<String, EntryId>) -> FaqEntry {
        let mut phrasings = self.alternates;
        phrasings.retain(|alternate| *alternate != self.question);
        let place = Place::new("faq.jsonl", 1);
        FaqEntry {
            id: ids[&self.id].clone(),
            question: self.question,
            phrasings: phrasings
                .into_iter()
                .map(|value| Located { value, place: place.clone() })
                .collect(),
            keywords: Vec::new(),
            answer: Located { value: self.answer, place: place.clone() },
            standing: Standing::Commentary,
            citations: Vec::new(),
            quotations: Vec::new(),
            responses: Vec::new(),
            quoted_in_reply: Vec::new(),
            no_response: None,
            conflicts: Vec::new(),
            related: Vec::new(),
            see_also: Vec::new(),
            as_of: Date::ZERO,
            vetting: Vetting::Vetted(Date::ZERO),
            place,
        }
    }
}

fn read_truths(
    path: &Path,
    ids: &BTreeMap<String, EntryId>,
) -> Result<Vec<Truth>, CollectionError> {
    let queries: Vec<Query> = read_lines(path, "query")?;
    let truths = queries.into_iter().map(|query| {
        let relevant =
            query.relevant.iter().filter_map(|id| ids.get(id)).map(|id| id.as_str().to_owned());
        let out = query.relevant.is_empty();
        Truth {
            q: query.q,
            topics: if out { vec![OUT.to_owned()] } else { relevant.collect() },
            style: if out { "out of scope" } else { "in scope" }.to_owned(),
            set: "collection".to_owned(),
        }
    });
    Ok(truths.collect())
}

fn read_lines<T: DeserializeOwned>(
    path: &Path,
    what: &'static str,
) -> Result<Vec<T>, CollectionError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| CollectionError::Unreadable { path: path.to_owned(), source })?;
    let lines = text.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = lines.map(|(place, line)| {
        serde_json::from_str(line).map_err(|source| CollectionError::Malformed {
            path: path.to_owned(),
            line: place + 1,
            what,
            source,
        })
    });
    read.collect()
}

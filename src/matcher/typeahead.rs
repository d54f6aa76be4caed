//! Vetted questions for somebody who is still typing.

use super::snapshot::Snapshot;
use crate::index::{IndexError, WeightedTerm};
use crate::knowledge::EntryId;
use crate::language::words;

/// How many ways of ending the last word are tried, and how many phrasings are looked at.
const ENDINGS: usize = 12;
const PHRASINGS: usize = 200;

impl Snapshot {
    /// The entries that fit what somebody has typed so far, best first, at most `limit`. The last word may be unfinished. For
    /// nothing typed: the leading answer of each topic, in the order of the topics.
    pub fn type_ahead(&self, typed: &str, limit: usize) -> Result<Vec<EntryId>, IndexError> {
        let typed_words = words(typed);
        let Some((last, complete)) = typed_words.split_last() else {
            let leads = self.corpus().topics.iter().filter_map(|topic| topic.lead.clone());
            return Ok(leads
                .filter(|id| self.corpus().entry(id.as_str()).is_some_and(|e| e.is_vetted()))
                .take(limit)
                .collect());
        };
        let mut terms: Vec<String> = complete.iter().map(|word| word.term.clone()).collect();
        terms.push(last.term.clone());
        if typed.ends_with(char::is_alphanumeric) {
            terms.extend(self.searcher().terms_with_prefix(&last.surface, ENDINGS)?);
        }
        terms.sort();
        terms.dedup();
        let terms: Vec<WeightedTerm<'_>> = terms.iter().map(|term| WeightedTerm { term, weight: 1.0 }).collect();
        let mut found: Vec<EntryId> = Vec::new();
        for hit in self.searcher().rank_phrasings(&terms, PHRASINGS)? {
            let id = self.entry_id(hit.entry);
            if found.len() == limit {
                break;
            }
            if !found.contains(id) {
                found.push(id.clone());
            }
        }
        Ok(found)
    }
}

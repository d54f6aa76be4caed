//! Searches the quotations.

use std::cmp::Reverse;

use super::snapshot::Snapshot;
use crate::knowledge::{Library, QuotationKey};
use crate::language::words;

/// The terms of every quotation, including its speaker and its document.
pub(super) struct QuotationSearch(Vec<(QuotationKey, Vec<String>)>);

impl QuotationSearch {
    pub fn new(library: &Library) -> Self {
        let quotations = library.quotations.iter();
        let terms = quotations.map(|(key, quotation)| {
            let document = quotation.document.as_deref().unwrap_or_default();
            let text = format!("{} {} {document}", quotation.words, quotation.speaker);
            (key.clone(), words(&text).into_iter().map(|word| word.term).collect())
        });
        Self(terms.collect())
    }

    /// The quotations that share words with a text: those with more common words first, then the
    /// shorter ones.
    fn find(&self, text: &str, limit: usize) -> Vec<QuotationKey> {
        let wanted = words(text).into_iter().filter(|word| !word.is_function_word);
        let wanted: Vec<String> = wanted.map(|word| word.term).collect();
        let shared =
            |terms: &Vec<String>| wanted.iter().filter(|term| terms.contains(term)).count();
        let found = self.0.iter().map(|(key, terms)| (Reverse(shared(terms)), terms.len(), key));
        let mut found: Vec<_> = found.filter(|(shared, ..)| shared.0 > 0).collect();
        found.sort_unstable();
        found.into_iter().take(limit).map(|(.., key)| key.clone()).collect()
    }
}

impl Snapshot {
    /// The quotation with this key; otherwise the quotations that share words with it, best first.
    pub fn find_quotations(&self, text: &str, limit: usize) -> Vec<QuotationKey> {
        match self.library().quotations.get_key_value(text.trim()) {
            Some((key, _)) => vec![key.clone()],
            None => self.quotation_search().find(text, limit),
        }
    }
}

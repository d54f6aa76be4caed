//! Searches the two views.

use tantivy::collector::TopDocs;
use tantivy::columnar::Column;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocAddress, DocSet, Index, ReloadPolicy, TERMINATED};

use super::build::{IndexError, Views};
use super::schema::{EntryFields, PhrasingFields};

/// The place of an entry among the vetted ones, in order of id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryNumber(pub u32);

/// How much a word counts in each part of an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldWeights {
    /// In the question, the other ways of asking, and the keywords.
    pub asked: f32,
    /// In the answer.
    pub answer: f32,
    /// In the quotations.
    pub quotations: f32,
}

/// A term to search for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedTerm<'t> {
    /// The term.
    pub term: &'t str,
    /// How much it counts: 1, or less if it is not quite what was typed.
    pub weight: f32,
}

/// A phrasing that shares words with the question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhrasingMatch {
    /// Whose phrasing.
    pub entry: EntryNumber,
    /// Which: 0 is the entry's question, 1 its first phrasing.
    pub phrasing: usize,
    /// Its raw BM25 score.
    pub score: f32,
}

/// Answers "which entries share words with this?", with raw BM25 scores.
pub struct Searcher {
    entries: tantivy::Searcher,
    entry_fields: EntryFields,
    entry_numbers: Option<Column<u64>>,
    phrasings: tantivy::Searcher,
    phrasing_fields: PhrasingFields,
    phrasing_columns: Option<(Column<u64>, Column<u64>)>,
    /// The document of each entry in the view of entries.
    documents: Vec<u32>,
}

impl Searcher {
    pub(super) fn new(views: &Views) -> Result<Self, IndexError> {
        let (_, entry_fields) = EntryFields::schema();
        let (_, phrasing_fields) = PhrasingFields::schema();
        let entries = open_view(&views.entries)?;
        let phrasings = open_view(&views.phrasings)?;
        let entry_numbers = column(&entries, "entry")?;
        let phrasing_columns = column(&phrasings, "entry")?.zip(column(&phrasings, "phrasing")?);
        let mut documents = vec![TERMINATED; entries.num_docs() as usize];
        if let Some(numbers) = &entry_numbers {
            for document in 0..entries.num_docs() as u32 {
                if let Some(slot) = numbers.first(document).and_then(|n| documents.get_mut(n as usize)) {
                    *slot = document;
                }
            }
        }
        Ok(Self { entries, entry_fields, entry_numbers, phrasings, phrasing_fields, phrasing_columns, documents })
    }

    /// How many entries are indexed.
    pub fn entry_count(&self) -> usize {
        self.documents.len()
    }

    /// The entries that share words with the terms, best first, with raw BM25 scores summed over the weighted parts.
    pub fn rank_entries(
        &self,
        terms: &[WeightedTerm<'_>],
        weights: &FieldWeights,
        limit: usize,
    ) -> Result<Vec<(EntryNumber, f32)>, IndexError> {
        let fields = &self.entry_fields;
        let weighted =
            [(fields.asked, weights.asked), (fields.answer, weights.answer), (fields.quotations, weights.quotations)];
        let query = any_of(terms, &weighted);
        let found = search(&self.entries, &query, limit)?;
        let number = |document| self.entry_numbers.as_ref().and_then(|numbers| numbers.first(document));
        let ranked = found.into_iter().filter_map(|(score, at)| Some((EntryNumber(number(at.doc_id)? as u32), score)));
        Ok(ranked.collect())
    }

    /// The single phrasings that share words with the terms, best first, with raw BM25 scores.
    pub fn rank_phrasings(&self, terms: &[WeightedTerm<'_>], limit: usize) -> Result<Vec<PhrasingMatch>, IndexError> {
        let query = any_of(terms, &[(self.phrasing_fields.text, 1.0)]);
        let found = search(&self.phrasings, &query, limit)?;
        let matches = found.into_iter().filter_map(|(score, at)| {
            let (entries, phrasings) = self.phrasing_columns.as_ref()?;
            let entry = EntryNumber(entries.first(at.doc_id)? as u32);
            let phrasing = phrasings.first(at.doc_id)? as usize;
            Some(PhrasingMatch { entry, phrasing, score })
        });
        Ok(matches.collect())
    }

    /// How rare a word is among the entries: the inverse document frequency of BM25, `ln(1 + (N - n + ½) / (n + ½))` for a word
    /// that occurs in n of N entries (Robertson and Zaragoza, 2009). A word that occurs nowhere is the rarest.
    pub fn rarity(&self, term: &str) -> Result<f32, IndexError> {
        let term = Term::from_field_text(self.entry_fields.everything, term);
        let with_term = self.entries.doc_freq(&term).map_err(IndexError::tantivy("search"))? as f32;
        let all = self.entry_count() as f32;
        Ok((1.0 + (all - with_term + 0.5) / (with_term + 0.5)).ln())
    }

    /// Whether a word occurs anywhere in an entry.
    pub fn speaks_of(&self, entry: EntryNumber, term: &str) -> Result<bool, IndexError> {
        self.occurs(self.entry_fields.everything, entry, term)
    }

    /// Whether a word occurs in the question, the phrasings or the keywords of an entry.
    pub fn is_asked_with(&self, entry: EntryNumber, term: &str) -> Result<bool, IndexError> {
        self.occurs(self.entry_fields.asked, entry, term)
    }

    fn occurs(&self, field: Field, entry: EntryNumber, term: &str) -> Result<bool, IndexError> {
        let Some(&document) = self.documents.get(entry.0 as usize) else {
            return Ok(false);
        };
        let term = Term::from_field_text(field, term);
        for segment in self.entries.segment_readers() {
            let postings = segment.inverted_index(field).map_err(IndexError::tantivy("search"))?;
            let postings = postings.read_postings(&term, IndexRecordOption::Basic);
            let postings = postings.map_err(|error| IndexError::tantivy("search")(error.into()))?;
            if let Some(mut postings) = postings
                && (postings.doc() == document || (postings.doc() < document && postings.seek(document) == document))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn open_view(view: &RamDirectory) -> Result<tantivy::Searcher, IndexError> {
    let index = Index::open(view.clone()).map_err(IndexError::tantivy("open"))?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into();
    Ok(reader.map_err(IndexError::tantivy("open"))?.searcher())
}

/// The column of a view; `None` for an index of nothing, which has no segment.
fn column(searcher: &tantivy::Searcher, name: &str) -> Result<Option<Column<u64>>, IndexError> {
    let segment = searcher.segment_readers().first();
    segment.map(|segment| segment.fast_fields().u64(name)).transpose().map_err(IndexError::tantivy("open"))
}

/// A query for documents that hold any of the terms in any of the fields. Built term by term: no text is ever parsed as a
/// query, so no syntax can reach Tantivy.
fn any_of(terms: &[WeightedTerm<'_>], fields: &[(Field, f32)]) -> BooleanQuery {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(terms.len() * fields.len());
    for WeightedTerm { term, weight } in terms {
        for (field, field_weight) in fields {
            let query = TermQuery::new(Term::from_field_text(*field, term), IndexRecordOption::WithFreqs);
            clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(query), weight * field_weight))));
        }
    }
    BooleanQuery::new(clauses)
}

fn search(
    searcher: &tantivy::Searcher,
    query: &BooleanQuery,
    limit: usize,
) -> Result<Vec<(f32, DocAddress)>, IndexError> {
    let best = TopDocs::with_limit(limit.max(1)).order_by_score();
    searcher.search(query, &best).map_err(IndexError::tantivy("search"))
}

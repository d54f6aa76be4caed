//! Searches the two views.

use std::sync::Arc;

use tantivy::collector::TopDocs;
use tantivy::columnar::Column;
use tantivy::directory::RamDirectory;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{Bm25Weight, BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{
    DocAddress, DocSet, Index, InvertedIndexReader, ReloadPolicy, SegmentReader, TERMINATED,
};

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
    /// None for an index of nothing, which has no segment.
    parts: Option<Parts>,
    phrasings: tantivy::Searcher,
    phrasing_fields: PhrasingFields,
    phrasing_columns: Option<(Column<u64>, Column<u64>)>,
    /// The document of each entry in the view of entries.
    documents: Vec<u32>,
}

/// The parts of the entries that are searched.
struct Parts {
    asked: Part,
    answer: Part,
    quotations: Part,
    /// The entry of each document.
    entries: Vec<u32>,
}

/// One field of the view of entries, opened once.
struct Part {
    field: Field,
    postings: Arc<InvertedIndexReader>,
    lengths: FieldNormReader,
    average_length: f32,
    documents: u64,
}

impl Searcher {
    pub(super) fn new(views: &Views) -> Result<Self, IndexError> {
        let (_, entry_fields) = EntryFields::schema();
        let (_, phrasing_fields) = PhrasingFields::schema();
        let entries = open_view(&views.entries)?;
        let phrasings = open_view(&views.phrasings)?;
        let phrasing_columns = column(&phrasings, "entry")?.zip(column(&phrasings, "phrasing")?);
        let parts = match (entries.segment_readers().first(), column(&entries, "entry")?) {
            (Some(segment), Some(numbers)) => Some(Parts::open(segment, &entry_fields, &numbers)?),
            _ => None,
        };
        let mut documents = vec![TERMINATED; entries.num_docs() as usize];
        for (document, &number) in parts.iter().flat_map(|parts| &parts.entries).enumerate() {
            if let Some(slot) = documents.get_mut(number as usize) {
                *slot = document as u32;
            }
        }
        Ok(Self {
            entries,
            entry_fields,
            parts,
            phrasings,
            phrasing_fields,
            phrasing_columns,
            documents,
        })
    }

    /// How many entries are indexed.
    pub fn entry_count(&self) -> usize {
        self.documents.len()
    }

    /// The raw BM25 score of every entry, by number, summed over the weighted parts; 0 for one that
    /// shares no word with the terms.
    ///
    /// All entries that hold a word are scored, word by word: to judge how far the best stands out
    /// one needs all the others, and a search that skips those that cannot win saves nothing.
    pub fn score_entries(
        &self,
        terms: &[WeightedTerm<'_>],
        weights: &FieldWeights,
    ) -> Result<Vec<f32>, IndexError> {
        let mut scores = vec![0.0; self.entry_count()];
        let Some(parts) = &self.parts else { return Ok(scores) };
        let weighted = [
            (&parts.asked, weights.asked),
            (&parts.answer, weights.answer),
            (&parts.quotations, weights.quotations),
        ];
        for (part, part_weight) in weighted {
            for WeightedTerm { term, weight } in terms {
                part.add_scores(term, weight * part_weight, &parts.entries, &mut scores)?;
            }
        }
        Ok(scores)
    }

    /// The single phrasings that share words with the terms, best first, with raw BM25 scores.
    pub fn rank_phrasings(
        &self,
        terms: &[WeightedTerm<'_>],
        limit: usize,
    ) -> Result<Vec<PhrasingMatch>, IndexError> {
        let query = any_of(terms, self.phrasing_fields.text);
        let found = search(&self.phrasings, &query, limit)?;
        let matches = found.into_iter().filter_map(|(score, at)| {
            let (entries, phrasings) = self.phrasing_columns.as_ref()?;
            let entry = EntryNumber(entries.first(at.doc_id)? as u32);
            let phrasing = phrasings.first(at.doc_id)? as usize;
            Some(PhrasingMatch { entry, phrasing, score })
        });
        Ok(matches.collect())
    }

    /// How rare a word is among the entries: the inverse document frequency of BM25, `ln(1 + (N - n
    /// + ½) / (n + ½))` for a word that occurs in n of N entries (Robertson and Zaragoza, 2009). A
    /// word that occurs nowhere is the rarest.
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
                && (postings.doc() == document
                    || (postings.doc() < document && postings.seek(document) == document))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Parts {
    fn open(
        segment: &SegmentReader,
        fields: &EntryFields,
        numbers: &Column<u64>,
    ) -> Result<Self, IndexError> {
        let part = |field| Part::open(segment, field).map_err(IndexError::tantivy("open"));
        Ok(Self {
            asked: part(fields.asked)?,
            answer: part(fields.answer)?,
            quotations: part(fields.quotations)?,
            entries: (0..segment.max_doc())
                .map(|document| numbers.first(document).unwrap_or(0) as u32)
                .collect(),
        })
    }
}

impl Part {
    fn open(segment: &SegmentReader, field: Field) -> tantivy::Result<Self> {
        let postings = segment.inverted_index(field)?;
        let documents = u64::from(segment.max_doc());
        let average_length = postings.total_num_tokens() as f32 / documents as f32;
        Ok(Self {
            field,
            postings,
            lengths: segment.get_fieldnorms_reader(field)?,
            average_length,
            documents,
        })
    }

    /// Adds the BM25 score of a term, times a weight, to every entry whose part holds it.
    fn add_scores(
        &self,
        term: &str,
        weight: f32,
        entries: &[u32],
        scores: &mut [f32],
    ) -> Result<(), IndexError> {
        let failed = |error: std::io::Error| IndexError::tantivy("search")(error.into());
        let term = Term::from_field_text(self.field, term);
        let Some(info) = self.postings.get_term_info(&term).map_err(failed)? else { return Ok(()) };
        let documents_with_term = u64::from(info.doc_freq);
        let bm25 = Bm25Weight::for_one_term_without_explain(
            documents_with_term,
            self.documents,
            self.average_length,
        );
        let bm25 = bm25.boost_by(weight);
        let option = IndexRecordOption::WithFreqs;
        let mut block =
            self.postings.read_block_postings_from_terminfo(&info, option).map_err(failed)?;
        while block.block_len() > 0 {
            for (&document, &frequency) in block.docs().iter().zip(block.freqs()) {
                if let Some(score) =
                    entries.get(document as usize).and_then(|&entry| scores.get_mut(entry as usize))
                {
                    *score += bm25.score(self.lengths.fieldnorm_id(document), frequency);
                }
            }
            block.advance();
        }
        Ok(())
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
    segment
        .map(|segment| segment.fast_fields().u64(name))
        .transpose()
        .map_err(IndexError::tantivy("open"))
}

/// A query for documents that hold any of the terms in a field. Built term by term: no text is ever
/// parsed as a query, so no syntax can reach Tantivy.
fn any_of(terms: &[WeightedTerm<'_>], field: Field) -> BooleanQuery {
    let clause = |&WeightedTerm { term, weight }: &WeightedTerm<'_>| -> (Occur, Box<dyn Query>) {
        let query =
            TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
        (Occur::Should, Box::new(BoostQuery::new(Box::new(query), weight)))
    };
    BooleanQuery::new(terms.iter().map(clause).collect())
}

fn search(
    searcher: &tantivy::Searcher,
    query: &BooleanQuery,
    limit: usize,
) -> Result<Vec<(f32, DocAddress)>, IndexError> {
    let best = TopDocs::with_limit(limit.max(1)).order_by_score();
    searcher.search(query, &best).map_err(IndexError::tantivy("search"))
}

//! Searches the index.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::Bm25Weight;
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocSet, InvertedIndexReader, ReloadPolicy, SegmentReader};

use super::build::{Index, IndexError, IndexedPhrasing};
use super::schema::{Fields, LENGTH};

/// The number of an entry: its index among the vetted entries, in the order of ids. It is also its
/// Tantivy document id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryNumber(pub u32);

/// The weight of a word in each field of an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldWeights {
    /// For the question, the phrasings and the keywords.
    pub asked: f32,
    pub answer: f32,
    pub quotations: f32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedTerm<'t> {
    pub term: &'t str,
    /// 1, or less if the spelling was corrected.
    pub weight: f32,
}

/// Looks up which entries contain a term, and computes raw BM25 scores.
pub struct Searcher {
    /// `None` for an index without entries, which has no segment.
    segment: Option<Segment>,
    entries: usize,
    /// The number of features in the phrasings of each entry.
    lengths: Vec<f32>,
}

#[derive(Clone)]
struct Segment {
    asked: Postings,
    answer: Postings,
    quotations: Postings,
    everything: Postings,
    features: Postings,
}

/// The postings of one field, opened once.
#[derive(Clone)]
struct Postings {
    field: Field,
    terms: Arc<InvertedIndexReader>,
    lengths: FieldNormReader,
    average_length: f32,
    documents: u32,
    /// Terms that count as absent, for [`Searcher::without`].
    absent: Option<Arc<Absent>>,
}

/// Terms of one entry that count as absent.
struct Absent {
    entry: EntryNumber,
    frequencies: HashMap<String, u32>,
    /// The field norm of the entry without them.
    length: u8,
}

impl Searcher {
    pub fn open(index: &Index) -> Result<Self, IndexError> {
        let index = tantivy::Index::open(index.0.clone()).map_err(IndexError::tantivy("open"))?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into();
        let searcher = reader.map_err(IndexError::tantivy("open"))?.searcher();
        let opened = searcher.segment_readers().first();
        let lengths = opened.map(lengths).transpose().map_err(IndexError::tantivy("open"))?;
        let segment = opened.map(Segment::open).transpose().map_err(IndexError::tantivy("open"))?;
        let entries = searcher.num_docs() as usize;
        Ok(Self { segment, entries, lengths: lengths.unwrap_or_default() })
    }

    /// A searcher that finds what it would find if a phrasing were not in the index.
    pub fn without(&self, phrasing: &IndexedPhrasing) -> Self {
        let IndexedPhrasing { entry, asked, features, asked_length } = phrasing;
        let mut lengths = self.lengths.clone();
        lengths[entry.0 as usize] -= features.len() as f32;
        let segment = self.segment.clone().map(|mut segment| {
            segment.asked.take_away(*entry, asked, Some(*asked_length));
            // Only looked up, so its length does not matter.
            segment.everything.take_away(*entry, asked, None);
            segment.features.take_away(*entry, features, None);
            segment
        });
        Self { segment, entries: self.entries, lengths }
    }

    pub fn entry_count(&self) -> usize {
        self.entries
    }

    /// The raw BM25 score of every entry, by number, summed over the weighted fields; 0 for an
    /// entry that contains none of the terms.
    ///
    /// Every entry that contains a term is scored, because the ranking uses z-scores over all
    /// entries. A top-k search, which skips entries that cannot win, would not do.
    pub fn score_entries(
        &self,
        terms: &[WeightedTerm<'_>],
        weights: &FieldWeights,
    ) -> Result<Vec<f32>, IndexError> {
        let mut scores = vec![0.0; self.entries];
        let Some(segment) = &self.segment else { return Ok(scores) };
        let weighted = [
            (&segment.asked, weights.asked),
            (&segment.answer, weights.answer),
            (&segment.quotations, weights.quotations),
        ];
        for (field, field_weight) in weighted {
            for WeightedTerm { term, weight } in terms {
                field.add_scores(term, weight * field_weight, &mut scores).map_err(failed)?;
            }
        }
        Ok(scores)
    }

    /// Calls `visit` with every entry whose phrasings have a feature, and with how many of them do.
    pub fn visit_feature(
        &self,
        feature: &str,
        visit: impl FnMut(EntryNumber, u32),
    ) -> Result<(), IndexError> {
        let Some(segment) = &self.segment else { return Ok(()) };
        segment.features.visit(feature, visit).map_err(failed)
    }

    /// The number of features in the phrasings of each entry.
    pub fn lengths(&self) -> &[f32] {
        &self.lengths
    }

    /// The inverse document frequency of BM25: `ln(1 + (N - n + ½) / (n + ½))` for a term in n of N
    /// entries (Robertson and Zaragoza, 2009). It is greatest for a term in no entry.
    pub fn idf(&self, term: &str) -> Result<f32, IndexError> {
        let (matching, all) = (self.matching(term)? as f32, self.entries as f32);
        Ok((1.0 + (all - matching + 0.5) / (matching + 0.5)).ln())
    }

    /// Whether any entry contains a term.
    pub fn is_used(&self, term: &str) -> Result<bool, IndexError> {
        Ok(self.matching(term)? > 0)
    }

    /// How many entries contain a term.
    fn matching(&self, term: &str) -> Result<u32, IndexError> {
        let segment = self.segment.as_ref();
        segment.map_or(Ok(0), |segment| segment.everything.document_frequency(term)).map_err(failed)
    }

    /// Whether any field of an entry contains a term.
    pub fn contains(&self, entry: EntryNumber, term: &str) -> Result<bool, IndexError> {
        let segment = self.segment.as_ref();
        segment
            .map_or(Ok(false), |segment| segment.everything.contains(entry, term))
            .map_err(failed)
    }

    /// Whether the question, a phrasing or the keywords of an entry contain a term.
    pub fn phrasings_contain(&self, entry: EntryNumber, term: &str) -> Result<bool, IndexError> {
        let segment = self.segment.as_ref();
        segment.map_or(Ok(false), |segment| segment.asked.contains(entry, term)).map_err(failed)
    }
}

impl Segment {
    fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let (_, fields) = Fields::schema();
        Ok(Self {
            asked: Postings::open(segment, fields.asked)?,
            answer: Postings::open(segment, fields.answer)?,
            quotations: Postings::open(segment, fields.quotations)?,
            everything: Postings::open(segment, fields.everything)?,
            features: Postings::open(segment, fields.features)?,
        })
    }
}

impl Postings {
    fn open(segment: &SegmentReader, field: Field) -> tantivy::Result<Self> {
        let terms = segment.inverted_index(field)?;
        let documents = segment.max_doc();
        let average_length = terms.total_num_tokens() as f32 / documents as f32;
        let lengths = segment.get_fieldnorms_reader(field)?;
        Ok(Self { field, terms, lengths, average_length, documents, absent: None })
    }

    /// Lets terms of an entry count as absent. `whole` is the length of its field with them.
    fn take_away(&mut self, entry: EntryNumber, absent: &[String], whole: Option<usize>) {
        let mut frequencies: HashMap<String, u32> = HashMap::new();
        for term in absent {
            *frequencies.entry(term.clone()).or_default() += 1;
        }
        let rest = whole.unwrap_or_default().saturating_sub(absent.len());
        self.average_length -= absent.len() as f32 / self.documents as f32;
        let length = FieldNormReader::fieldnorm_to_id(rest as u32);
        self.absent = Some(Arc::new(Absent { entry, frequencies, length }));
    }

    /// How often a term of an entry counts as absent.
    fn absent(&self, EntryNumber(entry): EntryNumber, term: &str) -> u32 {
        let absent = self.absent.as_ref().filter(|absent| absent.entry.0 == entry);
        absent.and_then(|absent| absent.frequencies.get(term)).copied().unwrap_or_default()
    }

    fn length(&self, entry: EntryNumber) -> u8 {
        match &self.absent {
            Some(absent) if absent.entry == entry => absent.length,
            _ => self.lengths.fieldnorm_id(entry.0),
        }
    }

    /// Adds the BM25 score of a term, times a weight, to every entry whose field contains it.
    fn add_scores(&self, term: &str, weight: f32, scores: &mut [f32]) -> std::io::Result<()> {
        let matching = u64::from(self.document_frequency(term)?);
        if matching == 0 {
            return Ok(());
        }
        let all = self.documents.into();
        let bm25 = Bm25Weight::for_one_term_without_explain(matching, all, self.average_length);
        let bm25 = bm25.boost_by(weight);
        self.visit(term, |entry, frequency| {
            if let Some(score) = scores.get_mut(entry.0 as usize) {
                *score += bm25.score(self.length(entry), frequency);
            }
        })
    }

    /// Calls `visit` with every entry whose field contains a term, and with the term's frequency.
    fn visit(&self, term: &str, mut visit: impl FnMut(EntryNumber, u32)) -> std::io::Result<()> {
        let Some(info) = self.terms.get_term_info(&self.term(term))? else { return Ok(()) };
        let option = IndexRecordOption::WithFreqs;
        let mut block = self.terms.read_block_postings_from_terminfo(&info, option)?;
        while block.block_len() > 0 {
            for (&document, &frequency) in block.docs().iter().zip(block.freqs()) {
                let entry = EntryNumber(document);
                let frequency = frequency - self.absent(entry, term);
                if frequency > 0 {
                    visit(entry, frequency);
                }
            }
            block.advance();
        }
        Ok(())
    }

    fn document_frequency(&self, term: &str) -> std::io::Result<u32> {
        let count = self.terms.doc_freq(&self.term(term))?;
        match &self.absent {
            Some(absent) if count > 0 && !self.contains(absent.entry, term)? => {
                let was_there = absent.frequencies.contains_key(term);
                Ok(count - u32::from(was_there))
            }
            _ => Ok(count),
        }
    }

    fn contains(&self, entry: EntryNumber, term: &str) -> std::io::Result<bool> {
        let absent = self.absent(entry, term);
        if absent > 0 {
            let mut frequency = 0;
            let mut add = |other: EntryNumber, count: u32| {
                if other == entry {
                    frequency = count;
                }
            };
            self.visit(term, &mut add)?;
            return Ok(frequency > 0);
        }
        let postings = self.terms.read_postings(&self.term(term), IndexRecordOption::Basic)?;
        Ok(postings.is_some_and(|mut postings| {
            postings.doc() == entry.0
                || (postings.doc() < entry.0 && postings.seek(entry.0) == entry.0)
        }))
    }

    fn term(&self, text: &str) -> Term {
        Term::from_field_text(self.field, text)
    }
}

fn lengths(segment: &SegmentReader) -> tantivy::Result<Vec<f32>> {
    let column = segment.fast_fields().u64(LENGTH)?;
    let length = |document| column.first(document).unwrap_or(0) as f32;
    Ok((0..segment.max_doc()).map(length).collect())
}

fn failed(error: std::io::Error) -> IndexError {
    IndexError::tantivy("search")(error.into())
}

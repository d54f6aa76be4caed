//! What the matcher learns from the content: once, when the content changes. The result is cached
//! with the index, and nothing is learnt while somebody waits.

mod classes;
mod exact_phrasings;
mod ngrams;
mod one_vs_rest;
mod quantised;
mod vector_table;
mod vectors;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(super) use classes::{Classes, Margins};
use exact_phrasings::ExactPhrasings;
use ngrams::NgramModel;
pub use vector_table::{VectorError, VectorTable};
pub(super) use vectors::Similarities;
use vectors::VectorModel;

use super::question::ParsedText;
use crate::index::EntryNumber;
use crate::knowledge::Library;
use crate::language::{Analyzer, IsCommon, Synonyms, Vocabulary, Word};

/// Everything that was learnt, ready to look at a question.
pub(super) struct Model {
    learnt: Learnt,
    classes: Classes,
    table: Option<Arc<VectorTable>>,
    analyzer: Analyzer,
}

/// What is cached. Parts are missing for a FAQ too large to learn from, or without a vector table.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Learnt {
    vocabulary: Vocabulary,
    exact: ExactPhrasings,
    ngrams: Option<NgramModel>,
    vectors: Option<VectorModel>,
}

/// The phrasings to learn from: those of the vetted entries, in order, then the questions that
/// belong elsewhere.
struct Phrasings<'l> {
    texts: Vec<&'l str>,
    words: Vec<Vec<Word>>,
    /// The number of the entry of each phrasing; `None` for one that belongs elsewhere.
    entries: Vec<Option<u32>>,
    /// How many of them lead to an entry.
    of_entries: usize,
}

impl Model {
    /// Learns from a library. Takes seconds for thousands of phrasings.
    pub fn learn(library: &Library, table: Option<Arc<VectorTable>>) -> Self {
        let classes = Classes::of(library);
        let vocabulary = learn_vocabulary(library, &*is_common(table.as_ref()));
        let analyzer = analyzer(library, &vocabulary, table.as_ref());
        let phrasings = Phrasings::of(library, &analyzer);
        let learnt = Learnt {
            exact: ExactPhrasings::new(&phrasings.with_entries()),
            ngrams: NgramModel::learn(&phrasings, &classes),
            vectors: table.as_ref().map(|table| VectorModel::learn(&phrasings, &classes, table)),
            vocabulary,
        };
        Self { learnt, classes, table, analyzer }
    }

    /// Reads what was learnt from the same library with the same table; `None` if it is damaged.
    pub fn from_bytes(
        bytes: &[u8],
        library: &Library,
        table: Option<Arc<VectorTable>>,
    ) -> Option<Self> {
        let learnt: Learnt = postcard::from_bytes(bytes).ok()?;
        let analyzer = analyzer(library, &learnt.vocabulary, table.as_ref());
        Some(Self { learnt, classes: Classes::of(library), table, analyzer })
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.learnt).expect("numbers, texts and lists can be serialized")
    }

    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// The entry that is asked in exactly the words of one of its phrasings.
    pub fn exact(&self, text: &ParsedText) -> Option<EntryNumber> {
        self.learnt.exact.find(&text.words)
    }

    /// Whether it knows how near texts are in meaning.
    pub fn has_vectors(&self) -> bool {
        self.learnt.vectors.is_some()
    }

    /// How much the n-grams can be trusted, from 0 to 1.
    pub fn ngram_trust(&self) -> f32 {
        self.learnt.ngrams.as_ref().map_or(0.0, NgramModel::trust)
    }

    pub fn ngram_margins(&self, text: &ParsedText) -> Option<Margins> {
        let ngrams = self.learnt.ngrams.as_ref()?;
        Some(ngrams.margins(&text.words, &self.classes))
    }

    /// `bm25` are the scores of all entries, by which the promising ones are looked at closely.
    pub fn similarities(&self, text: &ParsedText, bm25: &[f32]) -> Option<Similarities> {
        let (vectors, table) = self.learnt.vectors.as_ref().zip(self.table.as_ref())?;
        Some(vectors.similarities(&text.text, table, &self.classes, bm25))
    }
}

impl<'l> Phrasings<'l> {
    fn of(library: &'l Library, analyzer: &Analyzer) -> Self {
        let ours = library.vetted().enumerate().flat_map(|(number, entry)| {
            entry.ways_of_asking().map(move |text| (text, Some(number as u32)))
        });
        let elsewhere = library.elsewhere.iter().flat_map(|group| &group.questions);
        let elsewhere = elsewhere.map(|question| (question.as_str(), None));
        let (texts, entries): (Vec<&str>, Vec<Option<u32>>) = ours.chain(elsewhere).unzip();
        let words = texts.iter().map(|text| analyzer.read(text)).collect();
        let of_entries = entries.iter().flatten().count();
        Self { texts, words, entries, of_entries }
    }

    /// Those that lead to an entry, as words.
    fn with_entries(&self) -> Vec<(&[Word], u32)> {
        let pairs = self.words.iter().zip(&self.entries);
        pairs.filter_map(|(words, entry)| Some((words.as_slice(), (*entry)?))).collect()
    }
}

/// Learns the words of the field: editors write questions, answers and quotations with care, and
/// phrasings as people type.
fn learn_vocabulary(library: &Library, is_common: &IsCommon) -> Vocabulary {
    let entries = || library.entries.values();
    let written =
        entries().flat_map(|entry| [entry.question.as_str(), entry.answer.value.as_str()]);
    let keywords = entries().flat_map(|entry| entry.keywords.iter().map(String::as_str));
    let quotations = library.quotations.values();
    let quoted =
        quotations.flat_map(|quotation| [quotation.words.as_str(), quotation.speaker.as_str()]);
    let synonyms = library.synonyms.iter().flat_map(|group| &group.words).map(String::as_str);
    let phrasings =
        entries().flat_map(|entry| entry.phrasings.iter().map(|phrasing| phrasing.value.as_str()));
    let elsewhere = library.elsewhere.iter().flat_map(|group| &group.questions);
    let guarded = library.guards.iter().flat_map(|guard| {
        guard.words.iter().chain(&guard.unless).chain(guard.and.iter().flatten())
    });
    let careful = written.chain(keywords).chain(quoted).chain(synonyms);
    let typed = phrasings.chain(elsewhere.map(String::as_str));
    Vocabulary::learn(careful, typed, guarded.map(String::as_str), is_common)
}

fn analyzer(
    library: &Library,
    vocabulary: &Vocabulary,
    table: Option<&Arc<VectorTable>>,
) -> Analyzer {
    let groups = library.synonyms.iter().map(|group| group.words.as_slice());
    Analyzer::new(vocabulary, is_common(table), Synonyms::new(groups))
}

/// Whether a word is a common one or a name, as far as the table knows.
fn is_common(table: Option<&Arc<VectorTable>>) -> Box<IsCommon> {
    match table.cloned() {
        Some(table) => Box::new(move |word| table.knows_word(word)),
        None => Box::new(|_| false),
    }
}

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo) of some terms in order. It is kept on disk, so it
/// must be the same in every program.
fn fingerprint<'t>(terms: impl IntoIterator<Item = &'t str>) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = terms.into_iter().flat_map(|term| term.bytes().chain([0]));
    bytes.fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn fingerprints_never_change() {
        assert_ne!(fingerprint(["a", "b"]), fingerprint(["ab"]));
        assert_eq!(fingerprint([""]), 0xaf63_bd4c_8601_b7df);
    }
}

//! The models that are trained on the content. Training happens once, when the content changes,
//! and the result is cached with the index.

mod classes;
mod distress;
mod exact_phrasings;
mod leave_one_out;
mod ngrams;
mod one_vs_rest;
mod quantised;
mod sparse;
mod supply;
mod vector_table;
mod vectors;

use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub(super) use classes::Classes;
use distress::DistressModel;
use exact_phrasings::ExactPhrasings;
pub(super) use leave_one_out::LeaveOneOut;
pub(super) use ngrams::NgramMargins;
use ngrams::NgramModel;
use one_vs_rest::Labels;
pub(super) use supply::{Share, Supply};
pub use vector_table::{VectorError, VectorTable};
pub(super) use vectors::Similarities;
use vectors::VectorModel;

use super::question::ParsedText;
use crate::index::EntryNumber;
use crate::knowledge::Library;
use crate::language::{Analyzer, IsCommon, Synonyms, Vocabulary, Word, WordCounts};

/// The trained models, with everything that is needed to score a question.
pub(super) struct Model {
    trained: TrainedModels,
    classes: Arc<Classes>,
    supply: Supply,
    table: Option<Arc<VectorTable>>,
    analyzer: Arc<Analyzer>,
}

/// The cached part. `ngrams` is missing if there is nothing to train on or too much, `vectors` if
/// there is no vector table, and `distress` if there are no examples.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct TrainedModels {
    vocabulary: Arc<Vocabulary>,
    exact: ExactPhrasings,
    ngrams: Option<NgramModel>,
    vectors: Option<VectorModel>,
    distress: Option<DistressModel>,
}

/// The training examples: the phrasings of the vetted entries, in order, then the questions that
/// belong elsewhere.
struct Phrasings<'l> {
    texts: Vec<&'l str>,
    words: Vec<Vec<Word>>,
    /// The entry number of each phrasing; `None` if it belongs elsewhere.
    entries: Vec<Option<u32>>,
    /// How many of them lead to an entry.
    of_entries: usize,
    /// A number for each that looks random and depends on the text alone. The classifiers visit the
    /// examples in the order of these, so a change of some phrasings leaves the others in order, and
    /// hardly changes what is learnt from them.
    keys: Vec<u64>,
}

impl Model {
    /// Trains on a library. This takes seconds for thousands of phrasings. `beside` runs at the same
    /// time, with the analyzer that the model uses.
    pub fn learn<T: Send>(
        library: &Library,
        table: Option<Arc<VectorTable>>,
        beside: impl FnOnce(&Analyzer) -> T + Send,
    ) -> (Self, T) {
        let Material { classes, vocabulary, analyzer, phrasings, .. } =
            Material::of(library, table.as_ref());
        let learn_words = || {
            let exact = ExactPhrasings::new(&phrasings.with_entries());
            (exact, NgramModel::learn(&phrasings, &classes))
        };
        let learn_meanings = || {
            let table = table.as_ref();
            table.map(|table| VectorModel::learn(&phrasings, &classes, table))
        };
        let learn_distress = || DistressModel::learn(&library.distress, &phrasings);
        let ((vectors, beside), ((exact, ngrams), distress)) = rayon::join(
            || rayon::join(learn_meanings, || beside(&analyzer)),
            || rayon::join(learn_words, learn_distress),
        );
        let trained = TrainedModels { exact, ngrams, vectors, distress, vocabulary };
        let supply = Supply::of(library);
        (Self { trained, classes, supply, table, analyzer }, beside)
    }

    /// Reads models that were trained on the same library and table. `None` if they are damaged.
    pub fn from_bytes(
        bytes: &[u8],
        library: &Library,
        table: Option<Arc<VectorTable>>,
    ) -> Option<Self> {
        let trained: TrainedModels = postcard::from_bytes(bytes).ok()?;
        let analyzer = Arc::new(analyzer(library, &trained.vocabulary, table.as_ref()));
        let (classes, supply) = (Arc::new(Classes::of(library)), Supply::of(library));
        Some(Self { trained, classes, supply, table, analyzer })
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.trained).expect("numbers, texts and lists can be serialized")
    }

    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// The entry that has the text as a phrasing, word for word.
    pub fn exact(&self, text: &ParsedText) -> Option<EntryNumber> {
        self.trained.exact.find(&text.words)
    }

    pub fn table(&self) -> Option<&Arc<VectorTable>> {
        self.table.as_ref()
    }

    pub fn has_vectors(&self) -> bool {
        self.trained.vectors.is_some()
    }

    pub fn supply(&self) -> &Supply {
        &self.supply
    }

    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// Whether somebody who writes this is in distress.
    pub fn is_in_distress(&self, text: &str) -> bool {
        self.trained.distress.as_ref().is_some_and(|model| model.recognises(text))
    }

    pub fn ngram_margins(&self, text: &ParsedText) -> Option<NgramMargins> {
        let ngrams = self.trained.ngrams.as_ref()?;
        Some(ngrams.margins(&text.words, &self.classes))
    }

    /// The number of the question of elsewhere that is nearest to a text, and its cosine.
    pub fn nearest_elsewhere(&self, text: &str) -> Option<(usize, f32)> {
        let (vectors, table) = self.trained.vectors.as_ref().zip(self.table.as_ref())?;
        vectors.nearest_elsewhere(text, table)
    }

    /// `by_words` are scores of all entries; see [`VectorModel::similarities`].
    pub fn similarities(&self, text: &ParsedText, by_words: &[f32]) -> Option<Similarities> {
        let (vectors, table) = self.trained.vectors.as_ref().zip(self.table.as_ref())?;
        Some(vectors.similarities(&text.text, table, &self.classes, by_words))
    }
}

/// What the models are trained on, and how it is read.
struct Material<'l> {
    classes: Arc<Classes>,
    word_counts: WordCounts,
    vocabulary: Arc<Vocabulary>,
    analyzer: Arc<Analyzer>,
    phrasings: Phrasings<'l>,
}

impl<'l> Material<'l> {
    fn of(library: &'l Library, table: Option<&Arc<VectorTable>>) -> Self {
        let word_counts = word_counts(library);
        let vocabulary = Arc::new(word_counts.vocabulary(&*is_common(table)));
        let analyzer = Arc::new(analyzer(library, &vocabulary, table));
        let phrasings = Phrasings::of(library, &analyzer);
        let classes = Arc::new(Classes::of(library));
        Self { classes, word_counts, vocabulary, analyzer, phrasings }
    }
}

impl<'l> Phrasings<'l> {
    fn of(library: &'l Library, analyzer: &Analyzer) -> Self {
        let of_entries = library.vetted().enumerate().flat_map(|(number, entry)| {
            entry.ways_of_asking().map(move |text| (text, Some(number as u32)))
        });
        let elsewhere = library.elsewhere.iter().flat_map(|group| &group.questions);
        let elsewhere = elsewhere.map(|question| (question.as_str(), None));
        let (texts, entries): (Vec<&str>, Vec<Option<u32>>) = of_entries.chain(elsewhere).unzip();
        let words = texts.par_iter().map(|text| analyzer.read(text)).collect();
        let of_entries = entries.iter().flatten().count();
        let keys = texts.iter().map(|text| random_key(text)).collect();
        Self { texts, words, entries, of_entries, keys }
    }

    fn labels<'p>(&'p self, classes: &'p Classes) -> Labels<'p> {
        Labels { entries: &self.entries, classes, keys: &self.keys }
    }

    /// Without the questions that belong elsewhere.
    fn labels_of_entries<'p>(&'p self, classes: &'p Classes) -> Labels<'p> {
        let entries = &self.entries[..self.of_entries];
        Labels { entries, classes, keys: &self.keys[..self.of_entries] }
    }

    fn has_elsewhere(&self) -> bool {
        self.entries.len() > self.of_entries
    }

    /// The phrasings of entries, without the questions that belong elsewhere.
    fn with_entries(&self) -> Vec<(&[Word], u32)> {
        let pairs = self.words.iter().zip(&self.entries);
        pairs.filter_map(|(words, entry)| Some((words.as_slice(), (*entry)?))).collect()
    }
}

/// A number that looks random and depends on the text alone.
fn random_key(text: &str) -> u64 {
    let hash = blake3::hash(text.as_bytes());
    u64::from_le_bytes(std::array::from_fn(|byte| hash.as_bytes()[byte]))
}

/// Counts the words of the FAQ. Questions, answers and quotations are spelled with care; phrasings are
/// spelled as people type.
fn word_counts(library: &Library) -> WordCounts {
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
    WordCounts::new(careful, typed, guarded.map(String::as_str))
}

fn analyzer(
    library: &Library,
    vocabulary: &Vocabulary,
    table: Option<&Arc<VectorTable>>,
) -> Analyzer {
    let groups = library.synonyms.iter().map(|group| group.words.as_slice());
    Analyzer::new(vocabulary, is_common(table), Synonyms::new(groups))
}

/// A test for common words and names. Without a vector table no word is common.
fn is_common(table: Option<&Arc<VectorTable>>) -> Box<IsCommon> {
    match table.cloned() {
        Some(table) => Box::new(move |word| table.knows_word(word)),
        None => Box::new(|_| false),
    }
}

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo) of a sequence of terms. It is stored on disk, so it
/// must not depend on the version of the program.
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

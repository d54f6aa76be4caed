//! Models as they would be without one of the phrasings.
//!
//! Training again for each phrasing would take hours. A phrasing pulls at few hyperplanes, so only
//! these are trained on, from where they are.

use std::collections::HashMap;
use std::sync::Arc;

use super::exact_phrasings::{ExactPhrasings, fingerprint_without_fillers};
use super::ngrams::NgramTraining;
use super::vectors::VectorTraining;
use super::{Classes, Material, Model, Phrasings, Supply, TrainedModels, VectorTable, is_common};
use crate::knowledge::Library;
use crate::language::{Analyzer, Vocabulary, Word, WordCounts};

/// Everything that was learnt from a library, and what is needed to leave a phrasing out of it.
pub(in crate::matcher) struct LeaveOneOut<'l> {
    library: &'l Library,
    table: Option<Arc<VectorTable>>,
    classes: Arc<Classes>,
    word_counts: WordCounts,
    vocabulary: Arc<Vocabulary>,
    analyzer: Arc<Analyzer>,
    phrasings: Phrasings<'l>,
    /// The phrasings of entries, by their fingerprints without fillers.
    by_fingerprint: HashMap<u64, Vec<usize>>,
    /// The number of phrasings of each entry.
    counts: Vec<f32>,
    ngrams: Option<NgramTraining>,
    vectors: Option<VectorTraining>,
}

impl<'l> LeaveOneOut<'l> {
    pub fn new(library: &'l Library, table: Option<Arc<VectorTable>>) -> Self {
        let Material { classes, word_counts, vocabulary, analyzer, phrasings } =
            Material::of(library, table.as_ref());
        let mut by_fingerprint: HashMap<u64, Vec<usize>> = HashMap::new();
        for (number, words) in phrasings.words[..phrasings.of_entries].iter().enumerate() {
            by_fingerprint.entry(fingerprint_without_fillers(words)).or_default().push(number);
        }
        Self {
            ngrams: NgramTraining::new(&phrasings, &classes),
            vectors: table.as_ref().map(|table| VectorTraining::new(&phrasings, &classes, table)),
            counts: Supply::counts(library),
            library,
            table,
            classes,
            word_counts,
            vocabulary,
            analyzer,
            phrasings,
            by_fingerprint,
        }
    }

    /// The analyzer of the whole library.
    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// The number of an entry's first way of asking, which is its heading, among those of all
    /// entries.
    pub fn first_of(&self, entry: u32) -> usize {
        self.phrasings.entries.partition_point(|other| other.is_some_and(|other| other < entry))
    }

    /// The words of a phrasing, as the whole library reads them.
    pub fn words(&self, phrasing: usize) -> &[Word] {
        &self.phrasings.words[phrasing]
    }

    /// The model as it would be without a phrasing of an entry. To be quick, it only knows what
    /// that phrasing needs: it is for this one question.
    pub fn without(&self, phrasing: usize) -> Model {
        let Phrasings { texts, words, entries, .. } = &self.phrasings;
        let is_common = is_common(self.table.as_ref());
        let (mut vocabulary, mut analyzer) = (self.vocabulary.clone(), self.analyzer.clone());
        if let Some(fewer) = self.word_counts.without(texts[phrasing], &*is_common) {
            vocabulary = Arc::new(fewer.vocabulary(&*is_common));
            analyzer = Arc::new(super::analyzer(self.library, &vocabulary, self.table.as_ref()));
        }
        let same = &self.by_fingerprint[&fingerprint_without_fillers(&words[phrasing])];
        let same = same.iter().filter(|other| **other != phrasing);
        let same: Vec<(&[Word], u32)> =
            same.filter_map(|&other| Some((words[other].as_slice(), entries[other]?))).collect();
        let mut counts = self.counts.clone();
        if let Some(entry) = entries[phrasing] {
            counts[entry as usize] -= 1.0;
        }
        let labels = self.phrasings.labels(&self.classes);
        let ngrams = self.ngrams.as_ref();
        let vectors = self.vectors.as_ref();
        Model {
            trained: TrainedModels {
                vocabulary,
                exact: ExactPhrasings::new(&same),
                ngrams: ngrams.map(|model| model.without(phrasing, &labels)),
                vectors: vectors.map(|model| model.without(phrasing, &labels)),
                // It does not change which answer a question gets.
                distress: None,
            },
            classes: self.classes.clone(),
            supply: Supply::with_counts(self.library, &counts),
            table: self.table.clone(),
            analyzer,
        }
    }
}

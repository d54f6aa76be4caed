//! Builds the index in memory.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tantivy::Directory;
use tantivy::directory::RamDirectory;
use tantivy::schema::{Field, TantivyDocument};
use tantivy::tokenizer::{PreTokenizedString, Token};

use super::schema::Fields;
use super::searcher::EntryNumber;
use crate::knowledge::{FaqEntry, Library};
use crate::language::{Analyzer, Word, features};

/// The memory budget of the writer. Beyond it the writer starts a second segment, which the
/// searcher would not read; thousands of entries fit.
const WRITER_BYTES: usize = 50_000_000;

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("cannot {act} the search index")]
    Tantivy { act: &'static str, source: tantivy::TantivyError },
    #[error("cannot {act} {}", path.display())]
    Io { act: &'static str, path: PathBuf, source: std::io::Error },
    /// The index on disk does not match its stamp.
    #[error("the index in {} is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
}

impl IndexError {
    pub(super) fn tantivy(act: &'static str) -> impl FnOnce(tantivy::TantivyError) -> Self {
        move |source| Self::Tantivy { act, source }
    }
}

/// An index in memory.
#[derive(Clone)]
pub struct Index(pub(super) RamDirectory);

/// What a phrasing adds to the index.
pub struct IndexedPhrasing {
    pub(super) entry: EntryNumber,
    pub(super) asked: Vec<String>,
    pub(super) features: Vec<String>,
    /// The number of terms in the question, the phrasings and the keywords of the entry.
    pub(super) asked_length: usize,
}

impl IndexedPhrasing {
    /// `words` are those of the phrasing, and `asked_length` is [`asked_length`] of its entry.
    pub fn new(entry: EntryNumber, words: &[Word], asked_length: usize) -> Self {
        Self { entry, asked: terms(words), features: features(words), asked_length }
    }
}

/// The number of terms in the question, the phrasings and the keywords of an entry.
pub fn asked_length(entry: &FaqEntry, analyzer: &Analyzer) -> usize {
    asked(entry).iter().map(|text| terms(&analyzer.read(text)).len()).sum()
}

/// The question, the phrasings and the keywords of an entry.
fn asked(entry: &FaqEntry) -> Vec<Cow<'_, str>> {
    let ways = entry.ways_of_asking().map(Cow::from);
    ways.chain([entry.keywords.join(" ").into()]).collect()
}

/// Indexes the vetted entries in the order of ids. The number of an entry is its index in that
/// order.
pub fn build(library: &Library, analyzer: &Analyzer) -> Result<Index, IndexError> {
    let (schema, fields) = Fields::schema();
    let directory = RamDirectory::create();
    let mut writer = tantivy::Index::builder()
        .schema(schema)
        .single_segment_index_writer(directory.clone(), WRITER_BYTES)
        .map_err(IndexError::tantivy("begin"))?;
    let entries: Vec<&FaqEntry> = library.vetted().collect();
    let documents = entries.par_iter().map(|entry| document(library, analyzer, entry, &fields));
    for document in documents.collect::<Vec<_>>() {
        writer.add_document(document).map_err(IndexError::tantivy("write to"))?;
    }
    writer.finalize().map_err(IndexError::tantivy("finish"))?;
    Ok(Index(directory))
}

fn document(
    library: &Library,
    analyzer: &Analyzer,
    entry: &FaqEntry,
    fields: &Fields,
) -> TantivyDocument {
    let asked = asked(entry);
    let asked: Vec<&str> = asked.iter().map(AsRef::as_ref).collect();
    let quoted = entry.all_quotations().filter_map(|key| library.quotations.get(key));
    let quoted: Vec<String> =
        quoted.map(|quotation| format!("{} {}", quotation.words, quotation.speaker)).collect();
    let quoted: Vec<&str> = quoted.iter().map(String::as_str).collect();
    // Each text is analysed by itself, because the analyzer limits the number of words per text,
    // and that limit is meant for questions.
    let read = |texts: &[&str]| {
        texts.iter().flat_map(|text| terms(&analyzer.read(text))).collect::<Vec<String>>()
    };
    let parts = [
        (fields.asked, read(&asked)),
        (fields.answer, read(&entry.answer.value.lines().collect::<Vec<_>>())),
        (fields.quotations, read(&quoted)),
    ];
    let mut document = TantivyDocument::new();
    let everything = parts.iter().flat_map(|(_, terms)| terms.iter().cloned()).collect();
    let ways = entry.ways_of_asking().chain(entry.keywords.iter().map(String::as_str));
    let features: Vec<String> = ways.flat_map(|text| features(&analyzer.read(text))).collect();
    for (field, terms) in parts {
        add_terms(&mut document, field, terms);
    }
    add_terms(&mut document, fields.everything, everything);
    document.add_u64(fields.length, features.len() as u64);
    add_terms(&mut document, fields.features, features);
    document
}

/// The terms of a text, each followed by its concept.
fn terms(words: &[Word]) -> Vec<String> {
    let of_word =
        |word: &Word| [Some(word.term.clone()), word.concept.clone()].into_iter().flatten();
    words.iter().flat_map(of_word).collect()
}

fn add_terms(document: &mut TantivyDocument, field: Field, terms: Vec<String>) {
    let tokens = terms.into_iter().enumerate().map(|(position, text)| Token {
        offset_from: 0,
        offset_to: 0,
        position,
        text,
        position_length: 1,
    });
    let tokens = PreTokenizedString { text: String::new(), tokens: tokens.collect() };
    document.add_pre_tokenized_text(field, tokens);
}

impl Index {
    pub(super) fn empty() -> Self {
        Self(RamDirectory::create())
    }

    /// The name and the contents of each file.
    pub(super) fn files(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, IndexError> {
        let index =
            tantivy::Index::open(self.0.clone()).map_err(IndexError::tantivy("read back"))?;
        let mut names: Vec<PathBuf> = index.directory().list_managed_files().into_iter().collect();
        names.push(PathBuf::from(".managed.json"));
        names.sort();
        names.dedup();
        names
            .into_iter()
            .filter(|name| self.0.exists(name).unwrap_or(false))
            .map(|name| self.read(name))
            .collect()
    }

    fn read(&self, name: PathBuf) -> Result<(PathBuf, Vec<u8>), IndexError> {
        let io_error = |source| IndexError::Io { act: "read back", path: name.clone(), source };
        let slice =
            self.0.open_read(&name).map_err(|error| io_error(std::io::Error::other(error)))?;
        let bytes = slice.read_bytes().map_err(io_error)?;
        Ok((name, bytes.as_slice().to_vec()))
    }

    pub(super) fn put_file(&self, name: &Path, bytes: &[u8]) -> std::io::Result<()> {
        self.0.atomic_write(name, bytes)
    }
}

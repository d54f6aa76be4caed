//! Builds the two views in memory.

use std::path::{Path, PathBuf};

use tantivy::directory::RamDirectory;
use tantivy::schema::{Field, Schema, TantivyDocument};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Directory, Index};

use super::schema::{EntryFields, PhrasingFields};
use crate::knowledge::{FaqEntry, Library};
use crate::language::{Analyzer, Word};

/// How much memory the writer may use before it would start a second segment; thousands of entries
/// fit.
const WRITER_BYTES: usize = 50_000_000;

/// The index could not be built or read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Tantivy refused.
    #[error("cannot {act} the search index")]
    Tantivy {
        /// What was being done.
        act: &'static str,
        /// Why it failed.
        source: tantivy::TantivyError,
    },
    /// A file of the index could not be read or written.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was being done.
        act: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The index on disk is not what its stamp says.
    #[error("the index in {} is damaged: {reason}", path.display())]
    Damaged {
        /// Which folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl IndexError {
    pub(super) fn tantivy(act: &'static str) -> impl FnOnce(tantivy::TantivyError) -> Self {
        move |source| Self::Tantivy { act, source }
    }
}

/// The two views, held in memory.
#[derive(Clone)]
pub struct Views {
    pub(super) entries: RamDirectory,
    pub(super) phrasings: RamDirectory,
}

/// Indexes the vetted entries of the library, in order of id: an entry's number is its place in that
/// order.
pub fn build(library: &Library, analyzer: &Analyzer) -> Result<Views, IndexError> {
    let (entry_schema, entry_fields) = EntryFields::schema();
    let (phrasing_schema, phrasing_fields) = PhrasingFields::schema();
    let entries = || library.vetted().enumerate();
    let entry_documents = entries()
        .map(|(n, entry)| entry_document(library, analyzer, entry, n as u64, &entry_fields));
    let phrasing_documents = entries()
        .flat_map(|(n, entry)| phrasing_documents(analyzer, entry, n as u64, phrasing_fields));
    Ok(Views {
        entries: build_view(entry_schema, entry_documents)?,
        phrasings: build_view(phrasing_schema, phrasing_documents)?,
    })
}

fn build_view(
    schema: Schema,
    documents: impl Iterator<Item = TantivyDocument>,
) -> Result<RamDirectory, IndexError> {
    let directory = RamDirectory::create();
    let mut writer = Index::builder()
        .schema(schema)
        .single_segment_index_writer(directory.clone(), WRITER_BYTES)
        .map_err(IndexError::tantivy("begin"))?;
    for document in documents {
        writer.add_document(document).map_err(IndexError::tantivy("write to"))?;
    }
    writer.finalize().map_err(IndexError::tantivy("finish"))?;
    Ok(directory)
}

fn entry_document(
    library: &Library,
    analyzer: &Analyzer,
    entry: &FaqEntry,
    number: u64,
    fields: &EntryFields,
) -> TantivyDocument {
    let phrasings = entry.phrasings.iter().map(|phrasing| phrasing.value.as_str());
    let keywords = entry.keywords.join(" ");
    let asked: Vec<&str> = phrasings.chain([entry.question.as_str(), keywords.as_str()]).collect();
    let quoted = entry.all_quotations().filter_map(|key| library.quotations.get(key));
    let quoted: Vec<String> =
        quoted.map(|quotation| format!("{} {}", quotation.words, quotation.speaker)).collect();
    let quoted: Vec<&str> = quoted.iter().map(String::as_str).collect();
    // Each text is read by itself: the limit on words is one of questions, not of what an editor
    // may write.
    let read = |texts: &[&str]| {
        texts.iter().flat_map(|text| terms(&analyzer.read(text))).collect::<Vec<String>>()
    };
    let parts = [
        (fields.asked, read(&asked)),
        (fields.answer, read(&entry.answer.value.lines().collect::<Vec<_>>())),
        (fields.quotations, read(&quoted)),
    ];
    let mut document = TantivyDocument::new();
    document.add_u64(fields.entry, number);
    let everything = parts.iter().flat_map(|(_, terms)| terms.iter().cloned()).collect();
    for (field, terms) in parts {
        add_terms(&mut document, field, terms);
    }
    add_terms(&mut document, fields.everything, everything);
    document
}

fn phrasing_documents(
    analyzer: &Analyzer,
    entry: &FaqEntry,
    number: u64,
    fields: PhrasingFields,
) -> impl Iterator<Item = TantivyDocument> {
    entry.ways_of_asking().enumerate().map(move |(place, text)| {
        let mut document = TantivyDocument::new();
        document.add_u64(fields.entry, number);
        document.add_u64(fields.phrasing, place as u64);
        add_terms(&mut document, fields.text, terms(&analyzer.read(text)));
        document
    })
}

/// What is indexed of a text: its terms, and the concepts beside them.
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

/// The raw bytes of every file of a view.
pub(super) fn files_of(view: &RamDirectory) -> Result<Vec<(PathBuf, Vec<u8>)>, IndexError> {
    let index = Index::open(view.clone()).map_err(IndexError::tantivy("read back"))?;
    let mut names: Vec<PathBuf> = index.directory().list_managed_files().into_iter().collect();
    names.push(PathBuf::from(".managed.json"));
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| view.exists(name).unwrap_or(false))
        .map(|name| read_raw(view, name))
        .collect()
}

fn read_raw(view: &RamDirectory, name: PathBuf) -> Result<(PathBuf, Vec<u8>), IndexError> {
    let io_error = |source| IndexError::Io { act: "read back", path: name.clone(), source };
    let slice = view.open_read(&name).map_err(|error| io_error(std::io::Error::other(error)))?;
    let bytes = slice.read_bytes().map_err(io_error)?;
    Ok((name, bytes.as_slice().to_vec()))
}

/// Puts a file back into a view.
pub(super) fn put_file(view: &RamDirectory, name: &Path, bytes: &[u8]) -> std::io::Result<()> {
    view.atomic_write(name, bytes)
}

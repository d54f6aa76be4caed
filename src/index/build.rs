//! Builds the two views in memory.

use std::path::{Path, PathBuf};

use tantivy::directory::RamDirectory;
use tantivy::schema::{Field, Schema, TantivyDocument};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Directory, Index};

use super::schema::{EntryFields, PhrasingFields};
use crate::knowledge::{Corpus, FaqEntry};
use crate::language::words;

/// How much memory the writer may use before it would start a second segment; thousands of entries fit.
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
pub(super) struct Views {
    pub entries: RamDirectory,
    pub phrasings: RamDirectory,
}

/// Indexes the vetted entries of the corpus, in order of id: an entry's number is its place in that order.
pub(super) fn build(corpus: &Corpus) -> Result<Views, IndexError> {
    let (entry_schema, entry_fields) = EntryFields::schema();
    let (phrasing_schema, phrasing_fields) = PhrasingFields::schema();
    let entries = || corpus.vetted().enumerate();
    let entry_documents = entries().map(|(n, entry)| entry_document(corpus, entry, n as u64, &entry_fields));
    let phrasing_documents = entries().flat_map(|(n, entry)| phrasing_documents(entry, n as u64, phrasing_fields));
    Ok(Views {
        entries: build_view(entry_schema, entry_documents)?,
        phrasings: build_view(phrasing_schema, phrasing_documents)?,
    })
}

fn build_view(schema: Schema, documents: impl Iterator<Item = TantivyDocument>) -> Result<RamDirectory, IndexError> {
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

fn entry_document(corpus: &Corpus, entry: &FaqEntry, number: u64, fields: &EntryFields) -> TantivyDocument {
    let phrasings: Vec<&str> = entry.phrasings.iter().map(|phrasing| phrasing.value.as_str()).collect();
    let quoted = entry.all_quotations().filter_map(|key| corpus.quotations.get(key));
    let quoted: Vec<String> = quoted.map(|quotation| format!("{} {}", quotation.words, quotation.speaker)).collect();
    let parts = [
        (fields.question, entry.question.clone()),
        (fields.phrasings, phrasings.join("\n")),
        (fields.answer, entry.answer.value.clone()),
        (fields.quotations, quoted.join("\n")),
        (fields.keywords, entry.keywords.join(" ")),
    ];
    let mut document = TantivyDocument::new();
    document.add_u64(fields.entry, number);
    let mut everything = Vec::new();
    for (field, text) in parts {
        // Each part is cut by itself: the limit on words is one of questions, not of what an editor may write.
        let terms: Vec<String> = text.lines().flat_map(words).map(|word| word.term).collect();
        everything.extend(terms.iter().cloned());
        add_terms(&mut document, field, terms);
    }
    add_terms(&mut document, fields.everything, everything);
    document
}

fn phrasing_documents(entry: &FaqEntry, number: u64, fields: PhrasingFields) -> impl Iterator<Item = TantivyDocument> {
    let texts = std::iter::once(&entry.question).chain(entry.phrasings.iter().map(|phrasing| &phrasing.value));
    texts.enumerate().map(move |(place, text)| {
        let mut document = TantivyDocument::new();
        document.add_u64(fields.entry, number);
        document.add_u64(fields.phrasing, place as u64);
        add_terms(&mut document, fields.text, words(text).into_iter().map(|word| word.term).collect());
        document
    })
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
    names.into_iter().filter(|name| view.exists(name).unwrap_or(false)).map(|name| read_raw(view, name)).collect()
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

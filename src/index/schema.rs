//! The fields of the index.

use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};

/// An entry is one document, and its number is the number of its document.
///
/// ```text
/// asked      its question, its phrasings and its keywords
/// answer     its answer
/// quotations the words quoted in it, and who said them
/// everything all of the above, to tell whether the entry contains a word at all
/// ```
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub asked: Field,
    pub answer: Field,
    pub quotations: Field,
    pub everything: Field,
}

impl Fields {
    pub fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let mut text = |name| builder.add_text_field(name, frequencies_and_lengths());
        let [asked, answer, quotations, everything] =
            ["asked", "answer", "quotations", "everything"].map(&mut text);
        (builder.build(), Self { asked, answer, quotations, everything })
    }
}

/// BM25 needs frequencies and lengths; positions would double the size for nothing. Our own
/// analyzer splits the text into terms, so Tantivy's tokenizers are never used.
fn frequencies_and_lengths() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true),
    )
}

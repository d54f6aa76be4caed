//! The fields of the index.

use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};

/// The fields of an entry.
///
/// ```text
/// asked      the question, the phrasings and the keywords
/// answer     the answer
/// quotations the quotations and their speakers
/// everything all of the above, to look up whether the entry contains a word at all
/// features   the features of the question, of each phrasing and of each keyword: see
///            [`crate::language::features`]
/// length     the number of features. Tantivy's own field norms are rounded.
/// ```
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub asked: Field,
    pub answer: Field,
    pub quotations: Field,
    pub everything: Field,
    pub features: Field,
    pub length: Field,
}

/// The name of the column of lengths.
pub(super) const LENGTH: &str = "length";

impl Fields {
    pub fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let mut text = |name| builder.add_text_field(name, frequencies_and_lengths());
        let [asked, answer, quotations, everything, features] =
            ["asked", "answer", "quotations", "everything", "features"].map(&mut text);
        let length = builder.add_u64_field(LENGTH, FAST);
        (builder.build(), Self { asked, answer, quotations, everything, features, length })
    }
}

/// BM25 needs frequencies and field norms. Positions would double the size without being used. Our
/// own analyzer splits the text into terms, so Tantivy's tokenizers are never used.
fn frequencies_and_lengths() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true),
    )
}

//! The fields of the two views.

use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};

/// The view in which an entry is one document.
///
/// ```text
/// entry      which entry it is (fast)
/// asked      its question, all the other ways of asking it, and its keywords
/// answer     the answer
/// quotations the words that are quoted in it, and who said them
/// everything all of the above, for coverage: does this entry speak of that word at all?
/// ```
#[derive(Clone, Copy)]
pub(super) struct EntryFields {
    pub entry: Field,
    pub asked: Field,
    pub answer: Field,
    pub quotations: Field,
    pub everything: Field,
}

/// The view in which every way of asking is a document.
///
/// ```text
/// entry     which entry it leads to (fast)
/// phrasing  which of its phrasings; 0 is the question itself (fast)
/// text      the words
/// ```
#[derive(Clone, Copy)]
pub(super) struct PhrasingFields {
    pub entry: Field,
    pub phrasing: Field,
    pub text: Field,
}

impl EntryFields {
    pub fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let mut text = |name| builder.add_text_field(name, words_and_lengths());
        let [asked, answer, quotations, everything] =
            ["asked", "answer", "quotations", "everything"].map(&mut text);
        let entry = builder.add_u64_field("entry", FAST);
        (builder.build(), Self { entry, asked, answer, quotations, everything })
    }
}

impl PhrasingFields {
    pub fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let text = builder.add_text_field("text", words_and_lengths());
        let entry = builder.add_u64_field("entry", FAST);
        let phrasing = builder.add_u64_field("phrasing", FAST);
        (builder.build(), Self { entry, phrasing, text })
    }
}

/// Frequencies and lengths are what BM25 needs; positions would double the size for nothing. The
/// text comes already cut into words, so no tokenizer of Tantivy's is ever used.
fn words_and_lengths() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true),
    )
}

//! Turns a text into words: folding, contractions, numbers and money, docket numbers, stems.
//!
//! The same code analyses the FAQ for the index and the question for the search, so the same words
//! always match. It knows English and how people type in a chat, and nothing about a case.

mod analyzer;
mod contractions;
mod english;
mod fold;
mod foreign;
mod function_words;
mod patterns;
mod scripts;
mod sounds;
mod spelling;
mod synonyms;
mod words;

pub(crate) use analyzer::{Analyzer, IsCommon, Vocabulary, WordCounts};
pub(crate) use english::is_english;
pub(crate) use fold::fold;
pub use foreign::Foreign;
pub(crate) use function_words::{
    is_filler, is_function_word, is_opening, is_question_word, is_referring,
};
pub(crate) use patterns::{Pattern, Patterns};
pub(crate) use synonyms::Synonyms;
pub(crate) use words::features;
pub use words::{Word, words};

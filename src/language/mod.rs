//! How a text becomes words: folding, contractions, numbers and money, docket numbers, stems.
//!
//! The same code reads the FAQ when the index is built and the question when it is asked, so the
//! two always meet. It knows English and the way people type in a chat; it does not know the case.

mod analyzer;
mod contractions;
mod english;
mod fold;
mod function_words;
mod patterns;
mod sounds;
mod spelling;
mod synonyms;
mod words;

pub use analyzer::{Analyzer, IsCommon, Vocabulary};
pub use fold::fold;
pub use function_words::{is_filler, is_opening};
pub use patterns::{Pattern, Patterns};
pub use synonyms::Synonyms;
pub use words::{MAX_WORDS, Word, words};

//! Recognises the language of a message that is not in English.
//!
//! Two libraries guess from letters: whichlang is right more often on short messages, and whatlang
//! knows more languages. Neither says "English" reliably of a few words full of names. So they are
//! asked only if most words are unknown, and frequent words of each language decide before them.

use std::collections::HashSet;

use whatlang::Lang as Whatlang;
use whichlang::Lang as Whichlang;

use super::english::is_english;
use super::fold::fold;
use super::function_words::is_function_word;
use super::scripts::{UNDETERMINED, by_script, is_latin, plain};

/// A language, by its ISO 639-1 code, with frequent words of it.
struct Language {
    code: String,
    words: HashSet<String>,
}

/// Recognises languages other than English.
#[derive(Default)]
pub struct Foreign {
    languages: Vec<Language>,
}

/// So many frequent words of one language are enough, if others are no more frequent.
const ENOUGH_WORDS: usize = 2;

/// The smallest share of unknown words, with enough frequent words of a language and without.
const UNKNOWN_WITH_WORDS: f32 = 0.25;
const UNKNOWN_WITHOUT_WORDS: f32 = 0.5;

/// Without a frequent word, so many words must be neither known nor misspelt.
const MIN_STRANGE: usize = 3;

impl Foreign {
    /// The languages whose frequent words are known, each as its code and the words.
    pub fn new<'l>(languages: impl Iterator<Item = (&'l str, &'l [String])>) -> Self {
        let language = |(code, words): (&str, &[String])| Language {
            code: code.to_owned(),
            words: words.iter().map(|word| fold(word)).collect(),
        };
        Self { languages: languages.map(language).collect() }
    }

    /// The ISO 639-1 code of the language of a text, or `und` if it is another one than English that
    /// cannot be told; `None` for English and for what may be English. `is_used` says whether the FAQ uses a word often, such as a name, and `is_misspelt`
    /// whether it looks like such a word.
    pub fn recognise(
        &self,
        text: &str,
        is_used: impl Fn(&str) -> bool,
        is_misspelt: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let folded = fold(text);
        let letters = folded.chars().filter(|c| c.is_alphabetic());
        let (latin, other): (Vec<char>, Vec<char>) = letters.partition(|c| is_latin(*c));
        if other.len() > latin.len() {
            return by_script(text).map(str::to_owned);
        }
        let words: Vec<&str> =
            folded.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        let is_known = |word: &str| {
            word.chars().count() == 1 || is_function_word(word) || is_english(word) || is_used(word)
        };
        let unknown = words.iter().filter(|word| !is_known(word)).count();
        let share = unknown as f32 / words.len().max(1) as f32;
        if unknown == 0 || share < UNKNOWN_WITH_WORDS {
            return None;
        }
        let mut counts: Vec<(usize, &str)> = self
            .languages
            .iter()
            .map(|language| {
                let counted = words.iter().filter(|word| language.words.contains(**word));
                (counted.filter(|word| !is_used(word)).count(), language.code.as_str())
            })
            .collect();
        counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let (most, code) = counts.first().copied().unwrap_or_default();
        let is_first = most > counts.get(1).map_or(0, |(count, _)| *count);
        if most >= ENOUGH_WORDS && is_first {
            return Some(code.to_owned());
        }
        if unknown < 2 || share < UNKNOWN_WITHOUT_WORDS {
            return None;
        }
        if most > 0 && is_first {
            return Some(code.to_owned());
        }
        // Without any frequent word it may be English with mistakes.
        let strange = words.iter().filter(|word| !is_known(word) && !is_misspelt(word)).count();
        let is_strange = strange >= MIN_STRANGE && 2 * strange >= words.len();
        let text = plain(text);
        let is_reliable = whatlang::detect(&text).is_some_and(|info| info.is_reliable());
        by_letters(&text).filter(|_| most > 0 || is_strange && is_reliable).map(str::to_owned)
    }
}

/// The guess of the libraries about a text in Latin letters. whatlang comes first for what whichlang
/// does not know.
fn by_letters(text: &str) -> Option<&'static str> {
    let reliable = whatlang::detect(text).filter(whatlang::Info::is_reliable);
    let rarer = reliable.and_then(|info| {
        Some(match info.lang() {
            Whatlang::Pol => "pl",
            Whatlang::Ind => "id",
            Whatlang::Ces => "cs",
            Whatlang::Ron => "ro",
            Whatlang::Hun => "hu",
            Whatlang::Eng
            | Whatlang::Deu
            | Whatlang::Fra
            | Whatlang::Ita
            | Whatlang::Nld
            | Whatlang::Por
            | Whatlang::Spa
            | Whatlang::Swe
            | Whatlang::Tur
            | Whatlang::Vie => return None,
            // whichlang would take it for one of those.
            _ => UNDETERMINED,
        })
    });
    rarer.or_else(|| {
        Some(match whichlang::detect_language(text) {
            Whichlang::Deu => "de",
            Whichlang::Eng => return None,
            Whichlang::Fra => "fr",
            Whichlang::Ita => "it",
            Whichlang::Nld => "nl",
            Whichlang::Por => "pt",
            Whichlang::Spa => "es",
            Whichlang::Swe => "sv",
            Whichlang::Tur => "tr",
            Whichlang::Vie => "vi",
            // Their scripts decide.
            Whichlang::Ara
            | Whichlang::Cmn
            | Whichlang::Hin
            | Whichlang::Jpn
            | Whichlang::Kor
            | Whichlang::Rus => return by_script(text),
        })
    })
}

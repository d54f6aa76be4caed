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

/// A single word of so few letters, such as `ja`, is a word of many languages.
const MAX_SHORT: usize = 2;

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

    /// The ISO 639-1 code of the language of a text, or `und` if it is another one than English
    /// that cannot be told; `None` for English and for what may be English. `is_used` says whether
    /// the FAQ uses a word often, such as a name, and `is_misspelt` whether it looks like one.
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
        let leaders = self.leaders(&words, &is_used);
        if let [(words, code)] = &leaders[..]
            && words.len() >= ENOUGH_WORDS
        {
            return Some((*code).to_owned());
        }
        if unknown < 2 || share < UNKNOWN_WITHOUT_WORDS {
            return None;
        }
        let text = plain(text);
        match &leaders[..] {
            [] => {}
            [(words, code)] if words.iter().any(|word| word.len() > MAX_SHORT) => {
                return Some((*code).to_owned());
            }
            // A short word, or one of several languages, needs the libraries to agree.
            _ => {
                let agrees = |guess: &str| leaders.iter().any(|(_, code)| *code == guess);
                let sure = |guess| if agrees(guess) { guess } else { UNDETERMINED };
                return by_letters(&text).map(|guess| sure(guess).to_owned());
            }
        }
        // Without any frequent word it may be English with mistakes.
        let strange = words.iter().filter(|word| !is_known(word) && !is_misspelt(word)).count();
        let is_strange = strange >= MIN_STRANGE && 2 * strange >= words.len();
        let is_reliable = whatlang::detect(&text).is_some_and(|info| info.is_reliable());
        by_letters(&text).filter(|_| is_strange && is_reliable).map(str::to_owned)
    }

    /// The languages of which a text has the most frequent words, each with these and its code.
    fn leaders<'t>(
        &self,
        words: &[&'t str],
        is_used: impl Fn(&str) -> bool,
    ) -> Vec<(Vec<&'t str>, &str)> {
        let of = |language: &Language| -> Vec<&'t str> {
            let is_of = |word: &&str| language.words.contains(*word) && !is_used(word);
            words.iter().copied().filter(is_of).collect()
        };
        let found = self.languages.iter().map(|language| (of(language), language.code.as_str()));
        let mut leaders: Vec<_> = found.filter(|(words, _)| !words.is_empty()).collect();
        let most = leaders.iter().map(|(words, _)| words.len()).max();
        leaders.retain(|(words, _)| Some(words.len()) == most);
        leaders
    }
}

/// The guess of the libraries about a text in Latin letters. whatlang comes first for what
/// whichlang does not know.
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

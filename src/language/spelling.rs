//! Corrects the spelling of unknown words.
//!
//! Common words and words of the FAQ are never changed, so that no correct word turns into another:
//! UK stays UK, and a premise does not become Premium. A rare English word can be a typo for a word
//! that the FAQ uses often: "cots" for "cost". An unknown word becomes the nearest known word by a
//! weighted edit distance, in which transpositions, doubled letters and neighbouring keys cost less
//! than other edits, because they are typical typos. Words that sound the same are near, whatever
//! their spelling. Words that were run together are separated.

use std::collections::{BTreeMap, HashSet};
use std::sync::{LazyLock, OnceLock};

use super::sounds::sounds;

/// The costs of edits. A slip is a likely replacement: a neighbouring key, or another vowel.
const EDIT: f32 = 1.0;
const SLIP: f32 = 0.7;
const SWAP: f32 = 0.7;
const DOUBLING: f32 = 0.5;
/// The distance of a word that sounds the same.
const SAME_SOUND: f32 = 0.5;
/// Added when the first letters differ, because people rarely get the first letter wrong.
const FIRST_LETTER: f32 = 0.5;

/// How much the cost of a word decreases if it is ten times as frequent.
const FREQUENCY_BONUS: f32 = 0.35;

/// How much a distance of 1 lowers the weight of a correction in the search.
const WEIGHT_LOSS: f32 = 0.2;

/// The rows of a keyboard. Keys next to each other in a row are neighbours.
const KEYBOARD: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// How often the FAQ must use a word for a rare word to be corrected to it.
const MIN_FREQUENT: u32 = 100;

/// Two-letter words that may be part of words run together.
const SHORT_PARTS: &[&str] = &[
    "am", "an", "as", "at", "be", "by", "do", "he", "if", "in", "is", "it", "me", "my", "no", "of",
    "on", "or", "so", "to", "up", "us", "we",
];

/// Corrects unknown words to known ones.
pub struct Speller {
    /// Words that consist of letters only, sorted.
    words: Vec<KnownWord>,
    /// The phonetic codes of `words`, computed on first use.
    sounds: OnceLock<Vec<Box<str>>>,
    /// Known words with other characters; nothing is corrected to them.
    others: HashSet<String>,
}

struct KnownWord {
    word: Box<[char]>,
    /// The letters of the word as a bit mask; see [`letters_of`].
    letters: u32,
    count: u32,
    bonus: f32,
}

/// The probable meaning of a misspelled word.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// One word, or several that were run together.
    pub words: Vec<String>,
    /// How certain the correction is, from 0 to 1.
    pub weight: f32,
}

/// A possible correction of an unknown word.
struct Candidate {
    words: Vec<String>,
    distance: f32,
    /// The distance minus the bonus for a frequent word.
    cost: f32,
}

impl Speller {
    pub fn new(frequencies: &BTreeMap<String, u32>) -> Self {
        let (learnable, others): (Vec<_>, Vec<_>) =
            frequencies.iter().partition(|(word, _)| word.chars().all(char::is_alphabetic));
        let words = learnable
            .into_iter()
            .map(|(word, &count)| KnownWord {
                word: word.chars().collect(),
                letters: letters_of(word),
                count,
                bonus: bonus(count),
            })
            .collect();
        let others = others.into_iter().map(|(word, _)| word.clone()).collect();
        Self { words, sounds: OnceLock::new(), others }
    }

    /// Whether the FAQ uses a folded word.
    pub fn knows(&self, word: &str) -> bool {
        self.count(word) > 0 || self.others.contains(word)
    }

    /// How often the FAQ uses a word; 0 for a word that does not consist of letters only.
    fn count(&self, word: &str) -> u32 {
        let index =
            self.words.binary_search_by(|known| known.word.iter().copied().cmp(word.chars()));
        index.map_or(0, |index| self.words[index].count)
    }

    /// Corrects an unknown word; `None` if no known word is near.
    pub fn correct(&self, word: &str) -> Option<Correction> {
        let letters: Vec<char> = squeeze(word);
        if letters.len() < 3
            || letters.len() > 24
            || !letters.iter().all(|c| c.is_ascii_lowercase())
        {
            return None;
        }
        let nearest = self.nearest(&letters).map(Candidate::of);
        // One edit is likelier than a missing space.
        let best = match nearest {
            Some(nearest) if nearest.distance <= EDIT => nearest,
            nearest => nearest
                .into_iter()
                .chain(self.split(word))
                .min_by(|a, b| a.cost.total_cmp(&b.cost))?,
        };
        Some(best.correction())
    }

    /// Corrects a rare English word, but only to a frequent word that begins with the same letter
    /// and is one slip away.
    pub fn correct_rare(&self, word: &str) -> Option<Correction> {
        let letters: Vec<char> = word.chars().collect();
        let (distance, meant) = self.nearest(&letters)?;
        let likely = distance <= SLIP
            && meant.word.first() == letters.first()
            && meant.count >= MIN_FREQUENT;
        likely.then(|| Candidate::of((distance, meant)).correction())
    }

    /// Whether a known word is one edit away from another that is at least `times` as frequent.
    pub fn has_likelier(&self, word: &str, times: u32) -> bool {
        let letters: Vec<char> = word.chars().collect();
        let mask = letters_of(word);
        let own = self.count(word).max(1);
        let likelier = self.words.iter().filter(|known| {
            known.count / times >= own
                && known.word.len() > 3
                && known.word.len().abs_diff(letters.len()) <= 1
                && (known.letters ^ mask).count_ones() <= 2
        });
        let mut rows = Vec::new();
        likelier.into_iter().any(|known| distance(&letters, &known.word, EDIT, &mut rows).is_some())
    }

    fn sounds(&self) -> &[Box<str>] {
        let of = |known: &KnownWord| sounds(&known.word.iter().collect::<String>()).into();
        self.sounds.get_or_init(|| self.words.iter().map(of).collect())
    }

    /// The known word nearest to these letters, with its distance.
    fn nearest(&self, letters: &[char]) -> Option<(f32, &KnownWord)> {
        let allowed = match letters.len() {
            0..=3 => SWAP,
            4..=5 => EDIT,
            6..=8 => EDIT + SLIP,
            _ => 2.0 * EDIT + DOUBLING,
        };
        let edits = (allowed / DOUBLING) as usize;
        let most_letters = 2 * (allowed / SLIP) as u32;
        let typed: String = letters.iter().collect();
        let (mask, sound) = (letters_of(&typed), sounds(&typed));
        let mut best: Option<(f32, f32, &KnownWord)> = None;
        let mut rows = Vec::new();
        for (known, sounds) in
            self.words.iter().zip(self.sounds()).filter(|(known, _)| known.word.len() >= 3)
        {
            // A word must have a lower cost than the best so far.
            let allowed = best.map_or(allowed, |(least, ..)| allowed.min(least + known.bonus));
            // Each edit changes at most two bits of the mask, and the length by at most one.
            let too_far = known.word.len().abs_diff(letters.len()) > edits
                || (known.letters ^ mask).count_ones() > most_letters;
            let by_letters = match too_far {
                true => None,
                false => distance(letters, &known.word, allowed, &mut rows),
            };
            let by_sound = (**sounds == *sound).then_some(SAME_SOUND);
            let Some(distance) = by_letters.into_iter().chain(by_sound).reduce(f32::min) else {
                continue;
            };
            let cost = distance - known.bonus;
            if best.is_none_or(|(least, ..)| cost < least) {
                best = Some((cost, distance, known));
            }
        }
        best.map(|(_, distance, known)| (distance, known))
    }

    /// Splits a word into two known words.
    fn split(&self, word: &str) -> Option<Candidate> {
        let is_part = |part: &str| {
            if part.len() == 2 {
                SHORT_PARTS.contains(&part)
            } else {
                part.len() > 2 && self.knows(part)
            }
        };
        let cuts = (2..word.len().saturating_sub(1)).filter(|&cut| word.is_char_boundary(cut));
        let valid_cuts = cuts.filter(|&cut| is_part(&word[..cut]) && is_part(&word[cut..]));
        // The most even split is the least likely to be a coincidence.
        let cut = valid_cuts.min_by_key(|&cut| (2 * cut).abs_diff(word.len()))?;
        let parts = [&word[..cut], &word[cut..]];
        let rarer = parts.iter().map(|part| self.count(part).max(1)).min()?;
        Some(Candidate {
            words: parts.map(str::to_owned).to_vec(),
            distance: EDIT,
            cost: EDIT - bonus(rarer),
        })
    }
}

impl Candidate {
    /// A single known word at this distance.
    fn of((distance, known): (f32, &KnownWord)) -> Self {
        Self { words: vec![known.word.iter().collect()], distance, cost: distance - known.bonus }
    }

    fn correction(self) -> Correction {
        Correction { words: self.words, weight: 1.0 - WEIGHT_LOSS * self.distance }
    }
}

/// The decrease of cost for a word with this count.
fn bonus(count: u32) -> f32 {
    FREQUENCY_BONUS * (count as f32).log10()
}

/// The letters of a word, with runs of three or more reduced to two: "sooooo" becomes "soo", which
/// is near "so".
fn squeeze(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    for c in word.chars() {
        if !letters.ends_with(&[c, c]) {
            letters.push(c);
        }
    }
    letters
}

/// The letters that occur in a word, as a bit mask from a to z.
fn letters_of(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |mask, letter| mask | 1 << (letter - b'a'))
}

/// The weighted edit distance with swaps of neighbouring letters (optimal string alignment, after
/// Damerau 1964), or `None` if it is more than `allowed`. `rows` is memory to work in.
fn distance(typed: &[char], known: &[char], allowed: f32, rows: &mut Vec<f32>) -> Option<f32> {
    let width = known.len() + 1;
    rows.clear();
    rows.resize((typed.len() + 1) * width, 0.0);
    for column in 1..width {
        rows[column] = rows[column - 1] + gap_cost(known, column - 1);
    }
    for row in 1..=typed.len() {
        let (here, above) = (row * width, (row - 1) * width);
        rows[here] = rows[above] + gap_cost(typed, row - 1);
        let mut least = rows[here];
        for column in 1..width {
            let replaced =
                rows[above + column - 1] + replace_cost(typed[row - 1], known[column - 1]);
            let missing = rows[here + column - 1] + gap_cost(known, column - 1);
            let extra = rows[above + column] + gap_cost(typed, row - 1);
            let mut cost = replaced.min(missing).min(extra);
            let swapped = row > 1
                && column > 1
                && typed[row - 1] == known[column - 2]
                && typed[row - 2] == known[column - 1]
                && typed[row - 1] != typed[row - 2];
            if swapped {
                cost = cost.min(rows[above - width + column - 2] + SWAP);
            }
            rows[here + column] = cost;
            least = least.min(cost);
        }
        if least > allowed + SWAP {
            return None;
        }
    }
    let first_letter = if typed.first() == known.first() { 0.0 } else { FIRST_LETTER };
    let total = rows[rows.len() - 1] + first_letter;
    // A swap of the first two letters costs no more than any other swap.
    let total = if typed.len() == known.len()
        && typed.get(1) == known.first()
        && typed.first() == known.get(1)
    {
        total - first_letter
    } else {
        total
    };
    // Sums of tenths are not exact in floating point.
    (total <= allowed + 1e-3).then_some(total)
}

/// The cost of an extra or a missing letter: less if it doubles its neighbour.
fn gap_cost(letters: &[char], at: usize) -> f32 {
    let doubles =
        at > 0 && letters[at] == letters[at - 1] || letters.get(at + 1) == Some(&letters[at]);
    if doubles { DOUBLING } else { EDIT }
}

fn replace_cost(typed: char, known: char) -> f32 {
    let index = |c: char| c.is_ascii_lowercase().then(|| c as usize - 'a' as usize);
    match (index(typed), index(known)) {
        _ if typed == known => 0.0,
        (Some(typed), Some(known)) => REPLACE_COSTS[typed][known],
        _ => EDIT,
    }
}

/// The cost of typing one letter instead of another, by their indices in the alphabet.
static REPLACE_COSTS: LazyLock<[[f32; 26]; 26]> = LazyLock::new(|| {
    let letter = |index: usize| char::from(b'a' + index as u8);
    std::array::from_fn(|typed| {
        std::array::from_fn(|known| cost_of_slip(letter(typed), letter(known)))
    })
});

fn cost_of_slip(typed: char, known: char) -> f32 {
    let vowel = |c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let likely =
        vowel(typed) && vowel(known) || are_neighbours(typed, known) || sound_alike(typed, known);
    if likely { SLIP } else { EDIT }
}

/// Whether two letters often sound alike: "prise" for "price".
fn sound_alike(a: char, b: char) -> bool {
    matches!((a.min(b), a.max(b)), ('c', 's') | ('c', 'k') | ('s', 'z') | ('k', 'q'))
}

fn are_neighbours(a: char, b: char) -> bool {
    KEYBOARD.iter().any(|row| row.find(a).zip(row.find(b)).is_some_and(|(a, b)| a.abs_diff(b) == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speller() -> Speller {
        let words = [
            ("lawsuit", 300),
            ("springfield", 900),
            ("premium", 200),
            ("private", 80),
            ("messages", 200),
            ("dismissed", 90),
            ("the", 900),
            ("opt", 90),
            ("out", 300),
            ("difference", 5),
            ("improvement", 20),
            ("generative", 20),
            ("uk", 30),
            ("eu", 30),
            ("setting", 90),
            ("so", 90),
            ("button", 10),
            ("sue", 200),
            ("cost", 100),
            ("phone", 40),
            ("plaintiff", 300),
            ("plant", 3),
            ("if", 90),
        ];
        Speller::new(&words.into_iter().map(|(word, count)| (word.to_owned(), count)).collect())
    }

    fn corrected(word: &str) -> String {
        speller().correct(word).map_or(String::new(), |correction| correction.words.join(" "))
    }

    #[test]
    fn typing_slips_are_corrected() {
        let slips = [
            ("lawsiut", "lawsuit"),
            ("lawsut", "lawsuit"),
            ("springfeld", "springfield"),
            ("premuim", "premium"),
            ("teh", "the"),
            ("hte", "the"),
            ("mesages", "messages"),
            ("messsages", "messages"),
            ("dissmissed", "dismissed"),
            ("diffrence", "difference"),
            ("improvment", "improvement"),
            ("genrative", "generative"),
            ("settign", "setting"),
            ("privste", "private"),
        ];
        for (typed, meant) in slips {
            assert_eq!(corrected(typed), meant, "{typed}");
        }
    }

    #[test]
    fn phonetic_spellings_are_corrected() {
        for (typed, meant) in
            [("fone", "phone"), ("lawsoot", "lawsuit"), ("foan", "phone"), ("prihvit", "")]
        {
            assert_eq!(corrected(typed), meant, "{typed}");
        }
    }

    #[test]
    fn words_run_together_are_separated() {
        assert_eq!(corrected("optout"), "opt out");
        assert_eq!(corrected("springfieldlawsuit"), "springfield lawsuit");
    }

    #[test]
    fn two_slips_in_a_frequent_word_are_likelier_than_two_rare_words() {
        assert_eq!(corrected("plantif"), "plaintiff");
    }

    #[test]
    fn a_rare_word_is_corrected_only_to_a_frequent_one_that_begins_alike() {
        let corrected = |word| {
            speller()
                .correct_rare(word)
                .map_or(String::new(), |correction| correction.words.join(" "))
        };
        for (typed, meant) in
            [("sew", "sue"), ("cots", "cost"), ("oats", ""), ("phon", ""), ("settling", "")]
        {
            assert_eq!(corrected(typed), meant, "{typed}");
        }
    }

    #[test]
    fn a_word_without_a_near_one_stays_unknown() {
        for word in ["egg", "banana", "xyzzy", "qw", "ab12", "東京", ""] {
            assert_eq!(corrected(word), "", "{word}");
        }
    }

    #[test]
    fn more_errors_mean_less_certainty() {
        let weight = |word| speller().correct(word).unwrap().weight;
        assert!(weight("lawsiut") > weight("lawsyt"));
    }
}

//! Mends the spelling of words that nobody knows.
//!
//! A word that the FAQ uses or that is common is never touched, so that no correct word turns into
//! another: UK stays UK, a premise does not become Premium. A rare word may be a slip in a word
//! that the FAQ uses often: "cots" for "cost". An unknown word becomes the known word that is
//! nearest by a weighted edit distance: swapped and doubled letters and neighbouring keys cost less
//! than arbitrary ones, because that is how fingers err. One that sounds the same is near, however
//! it is spelt. Words run together are separated.

use std::collections::{BTreeMap, HashSet};
use std::sync::{LazyLock, OnceLock};

use super::sounds::sounds;

/// What the edits cost. A slip is an edit that fingers or ears often make: a neighbouring key, one
/// vowel for another.
const EDIT: f32 = 1.0;
const SLIP: f32 = 0.7;
const SWAP: f32 = 0.7;
const DOUBLING: f32 = 0.5;
/// What it costs to write a word as it sounds.
const BY_EAR: f32 = 0.5;
/// People rarely err in the first letter.
const FIRST_LETTER: f32 = 0.5;

/// How much a tenfold more frequent word is preferred over one that is as near.
const FREQUENCY: f32 = 0.35;

/// How much an edit lowers the weight of the mended word in the search.
const DOUBT: f32 = 0.2;

/// The rows of a keyboard; keys beside each other in a row are neighbours.
const KEYBOARD: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// How often the FAQ must use a word for a rare one to be taken for it.
const OFTEN: u32 = 100;

/// Words of two letters that may be a part of words run together.
const SHORT_PARTS: &[&str] = &[
    "am", "an", "as", "at", "be", "by", "do", "he", "if", "in", "is", "it", "me", "my", "no", "of",
    "on", "or", "so", "to", "up", "us", "we",
];

/// The known words.
pub struct Speller {
    /// Those that consist of letters, sorted.
    words: Vec<KnownWord>,
    /// How each of these sounds; found out when the first unknown word comes.
    sounds: OnceLock<Vec<Box<str>>>,
    /// Those with something else in them.
    others: HashSet<String>,
}

struct KnownWord {
    word: Box<[char]>,
    letters: u32,
    count: u32,
    /// The preference for it, from its frequency.
    bonus: f32,
}

/// What an unknown word was probably meant to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Mended {
    /// The word, or the words that were run together.
    pub words: Vec<String>,
    /// How sure that is, from 0 to 1.
    pub weight: f32,
}

/// A reading of an unknown word.
struct Reading {
    words: Vec<String>,
    distance: f32,
    /// The distance less the preference for what is frequent.
    cost: f32,
}

impl Speller {
    /// Learns words with their frequencies.
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

    /// Whether a folded word is one that the FAQ uses.
    pub fn knows(&self, word: &str) -> bool {
        self.count(word) > 0 || self.others.contains(word)
    }

    /// How often the FAQ uses a word that consists of letters.
    fn count(&self, word: &str) -> u32 {
        let place =
            self.words.binary_search_by(|known| known.word.iter().copied().cmp(word.chars()));
        place.map_or(0, |place| self.words[place].count)
    }

    /// What an unknown word was probably meant to be; `None` if nothing is near.
    pub fn mend(&self, word: &str) -> Option<Mended> {
        let letters: Vec<char> = squeeze(word);
        if letters.len() < 3
            || letters.len() > 24
            || !letters.iter().all(|c| c.is_ascii_lowercase())
        {
            return None;
        }
        let nearest = self.nearest(&letters).map(Reading::of);
        // One slip is likelier than a forgotten space.
        let reading = match nearest {
            Some(nearest) if nearest.distance <= EDIT => nearest,
            nearest => nearest
                .into_iter()
                .chain(self.split(word))
                .min_by(|a, b| a.cost.total_cmp(&b.cost))?,
        };
        Some(reading.mended())
    }

    /// What a rare word was probably meant to be: one that the FAQ uses often, that begins alike
    /// and is only a slip away.
    pub fn mend_rare(&self, word: &str) -> Option<Mended> {
        let letters: Vec<char> = word.chars().collect();
        let (distance, meant) = self.nearest(&letters)?;
        let likely =
            distance <= SLIP && meant.word.first() == letters.first() && meant.count >= OFTEN;
        likely.then(|| Reading::of((distance, meant)).mended())
    }

    /// Whether a known word is one slip away from another that is this many times as frequent.
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
        likelier.into_iter().any(|known| distance(&letters, &known.word, EDIT).is_some())
    }

    /// How each of the words sounds.
    fn sounds(&self) -> &[Box<str>] {
        let of = |known: &KnownWord| sounds(&known.word.iter().collect::<String>()).into();
        self.sounds.get_or_init(|| self.words.iter().map(of).collect())
    }

    /// The known word that is nearest to these letters, and how far it is.
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
        let (mask, heard) = (letters_of(&typed), sounds(&typed));
        let mut best: Option<(f32, f32, &KnownWord)> = None;
        for (known, sounds) in
            self.words.iter().zip(self.sounds()).filter(|(known, _)| known.word.len() >= 3)
        {
            // Only what is nearer than the best so far matters.
            let allowed = best.map_or(allowed, |(least, ..)| allowed.min(least + known.bonus));
            // Each edit changes at most two of the letters that occur, and the length by at most
            // one.
            let too_far = known.word.len().abs_diff(letters.len()) > edits
                || (known.letters ^ mask).count_ones() > most_letters;
            let by_letters = if too_far { None } else { distance(letters, &known.word, allowed) };
            let by_ear = (**sounds == *heard).then_some(BY_EAR);
            let Some(distance) = by_letters.into_iter().chain(by_ear).reduce(f32::min) else {
                continue;
            };
            let cost = distance - known.bonus;
            if best.is_none_or(|(least, ..)| cost < least) {
                best = Some((cost, distance, known));
            }
        }
        best.map(|(_, distance, known)| (distance, known))
    }

    /// Two known words of which this one is made.
    fn split(&self, word: &str) -> Option<Reading> {
        let is_part = |part: &str| {
            if part.len() == 2 {
                SHORT_PARTS.contains(&part)
            } else {
                part.len() > 2 && self.knows(part)
            }
        };
        let cuts = (2..word.len().saturating_sub(1)).filter(|&cut| word.is_char_boundary(cut));
        let fitting = cuts.filter(|&cut| is_part(&word[..cut]) && is_part(&word[cut..]));
        // The most even cut is the least likely to be an accident.
        let cut = fitting.min_by_key(|&cut| (2 * cut).abs_diff(word.len()))?;
        let parts = [&word[..cut], &word[cut..]];
        let rarer = parts.iter().map(|part| self.count(part).max(1)).min()?;
        Some(Reading {
            words: parts.map(str::to_owned).to_vec(),
            distance: EDIT,
            cost: EDIT - bonus(rarer),
        })
    }
}

impl Reading {
    /// As one known word, at this distance.
    fn of((distance, known): (f32, &KnownWord)) -> Self {
        Self { words: vec![known.word.iter().collect()], distance, cost: distance - known.bonus }
    }

    fn mended(self) -> Mended {
        Mended { words: self.words, weight: 1.0 - DOUBT * self.distance }
    }
}

/// The preference for a word that occurs so often.
fn bonus(count: u32) -> f32 {
    FREQUENCY * (count as f32).log10()
}

/// The letters of a word, each run of three or more cut to two: "sooooo" is "soo" and then near to
/// "so".
fn squeeze(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    for c in word.chars() {
        if !letters.ends_with(&[c, c]) {
            letters.push(c);
        }
    }
    letters
}

/// Which letters a word holds, one bit each.
fn letters_of(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |mask, letter| mask | 1 << (letter - b'a'))
}

/// The weighted edit distance with swaps of neighbouring letters (optimal string alignment, after
/// Damerau 1964), or `None` if it is more than `allowed`.
fn distance(typed: &[char], known: &[char], allowed: f32) -> Option<f32> {
    let width = known.len() + 1;
    let mut rows = vec![0.0_f32; (typed.len() + 1) * width];
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
            let left_out = rows[here + column - 1] + gap_cost(known, column - 1);
            let put_in = rows[above + column] + gap_cost(typed, row - 1);
            let mut cost = replaced.min(left_out).min(put_in);
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
    // A swap of the first two letters is a slip of the fingers like any other.
    let total = if typed.len() == known.len()
        && typed.get(1) == known.first()
        && typed.first() == known.get(1)
    {
        total - first_letter
    } else {
        total
    };
    // Sums of tenths are never quite exact.
    (total <= allowed + 1e-3).then_some(total)
}

/// What a letter too many or too few costs: less where it doubles its neighbour.
fn gap_cost(letters: &[char], at: usize) -> f32 {
    let doubles =
        at > 0 && letters[at] == letters[at - 1] || letters.get(at + 1) == Some(&letters[at]);
    if doubles { DOUBLING } else { EDIT }
}

fn replace_cost(typed: char, known: char) -> f32 {
    let place = |c: char| c.is_ascii_lowercase().then(|| c as usize - 'a' as usize);
    match (place(typed), place(known)) {
        _ if typed == known => 0.0,
        (Some(typed), Some(known)) => REPLACE_COSTS[typed][known],
        _ => EDIT,
    }
}

/// What it costs to type one letter for another.
static REPLACE_COSTS: LazyLock<[[f32; 26]; 26]> = LazyLock::new(|| {
    let letter = |place: usize| char::from(b'a' + place as u8);
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

/// Letters that are often spoken alike: "prise" for "price".
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
            ("linkedin", 900),
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

    fn mended(word: &str) -> String {
        speller().mend(word).map_or(String::new(), |mended| mended.words.join(" "))
    }

    #[test]
    fn what_fingers_do_is_undone() {
        let slips = [
            ("lawsiut", "lawsuit"),
            ("lawsut", "lawsuit"),
            ("linkdin", "linkedin"),
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
            assert_eq!(mended(typed), meant, "{typed}");
        }
    }

    #[test]
    fn what_ears_do_is_undone() {
        for (typed, meant) in
            [("fone", "phone"), ("lawsoot", "lawsuit"), ("foan", "phone"), ("prihvit", "")]
        {
            assert_eq!(mended(typed), meant, "{typed}");
        }
    }

    #[test]
    fn words_run_together_are_separated() {
        assert_eq!(mended("optout"), "opt out");
        assert_eq!(mended("linkedinlawsuit"), "linkedin lawsuit");
    }

    #[test]
    fn two_slips_in_a_frequent_word_are_likelier_than_two_rare_words() {
        assert_eq!(mended("plantif"), "plaintiff");
    }

    #[test]
    fn a_rare_word_is_only_taken_for_a_frequent_one_that_begins_alike() {
        let mended =
            |word| speller().mend_rare(word).map_or(String::new(), |mended| mended.words.join(" "));
        for (typed, meant) in
            [("sew", "sue"), ("cots", "cost"), ("oats", ""), ("phon", ""), ("settling", "")]
        {
            assert_eq!(mended(typed), meant, "{typed}");
        }
    }

    #[test]
    fn what_is_not_near_stays_unknown() {
        for word in ["egg", "banana", "xyzzy", "qw", "ab12", "東京", ""] {
            assert_eq!(mended(word), "", "{word}");
        }
    }

    #[test]
    fn more_errors_mean_less_certainty() {
        let weight = |word| speller().mend(word).unwrap().weight;
        assert!(weight("lawsiut") > weight("lawsyt"));
    }
}

//! Unicode folding: the same letters get the same form.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text: removes case, accents and invisible characters, replaces compatibility forms (full
/// width, ligatures) and curly apostrophes, and turns control characters into spaces.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        // The fast path, for nearly every text.
        return text.chars().map(fold_ascii).collect();
    }
    let plain = text.chars().map(plain_letter).nfkd();
    let visible: String = plain.filter(|&c| !is_combining_mark(c) && !is_invisible(c)).collect();
    let mut folded = String::with_capacity(visible.len());
    // Each is a word with the character after it.
    for word in visible.split_inclusive(|c: char| !c.is_alphabetic()) {
        let is_disguised = is_disguised(word);
        let shown = |c| if is_disguised { look_alike(c).unwrap_or(c) } else { c };
        folded.extend(word.chars().map(shown).flat_map(fold_char));
    }
    folded
}

/// The letter that a fancy one stands for, where the compatibility form of Unicode is not that
/// letter alone, and a space for a blank that counts as a letter.
pub(super) fn plain_letter(c: char) -> char {
    let enclosed = || {
        ENCLOSED.iter().find_map(|&first| {
            let place = u8::try_from(u32::from(c).checked_sub(first)?).ok()?;
            (place < 26).then(|| char::from(b'a' + place))
        })
    };
    let small = || SMALL_CAPITALS.iter().find(|(small, _)| *small == c).map(|(_, plain)| *plain);
    match c {
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => ' ',
        c if c.is_ascii() => c,
        c => enclosed().or_else(small).unwrap_or(c),
    }
}

/// Where alphabets begin whose letters stand in brackets, and in filled circles and squares.
const ENCLOSED: [u32; 4] = [0x249c, 0x1f110, 0x1f150, 0x1f170];

const SMALL_CAPITALS: [(char, char); 25] = [
    ('ᴀ', 'a'),
    ('ʙ', 'b'),
    ('ᴄ', 'c'),
    ('ᴅ', 'd'),
    ('ᴇ', 'e'),
    ('ꜰ', 'f'),
    ('ɢ', 'g'),
    ('ʜ', 'h'),
    ('ɪ', 'i'),
    ('ᴊ', 'j'),
    ('ᴋ', 'k'),
    ('ʟ', 'l'),
    ('ᴍ', 'm'),
    ('ɴ', 'n'),
    ('ᴏ', 'o'),
    ('ᴘ', 'p'),
    ('ꞯ', 'q'),
    ('ʀ', 'r'),
    ('ꜱ', 's'),
    ('ᴛ', 't'),
    ('ᴜ', 'u'),
    ('ᴠ', 'v'),
    ('ᴡ', 'w'),
    ('ʏ', 'y'),
    ('ᴢ', 'z'),
];

/// Whether a word is in Latin letters, apart from a few Cyrillic or Greek ones that look the same.
fn is_disguised(word: &str) -> bool {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    let latin = letters().filter(char::is_ascii).count();
    let others = letters().filter(|c| !c.is_ascii()).count();
    (1..=latin).contains(&others) && letters().all(|c| c.is_ascii() || look_alike(c).is_some())
}

/// The Latin letter that a Cyrillic or Greek one looks like.
fn look_alike(c: char) -> Option<char> {
    Some(match c {
        'а' | 'А' | 'α' | 'Α' => 'a',
        'В' | 'Β' => 'b',
        'с' | 'С' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'Е' | 'Ε' => 'e',
        'ғ' => 'f',
        'һ' | 'Н' | 'Η' => 'h',
        'і' | 'І' | 'ι' | 'Ι' => 'i',
        'ј' | 'Ј' => 'j',
        'к' | 'К' | 'κ' | 'Κ' => 'k',
        'М' | 'Μ' => 'm',
        'Ν' => 'n',
        'о' | 'О' | 'ο' | 'Ο' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' | 'Ѕ' => 's',
        'Т' | 'Τ' => 't',
        'υ' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' => 'w',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'Υ' => 'y',
        'Ζ' => 'z',
        _ => return None,
    })
}

fn fold_ascii(c: char) -> char {
    match c {
        '`' => '\'',
        c if c.is_ascii_control() => ' ',
        c => c.to_ascii_lowercase(),
    }
}

fn fold_char(c: char) -> impl Iterator<Item = char> {
    let plain = match c {
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{201b}' | '`' | '\u{00b4}' => '\'',
        c if c.is_control() || c.is_whitespace() => ' ',
        c => c,
    };
    plain.to_lowercase()
}

/// Invisible characters that would split a word: soft hyphens, zero-width and direction marks.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{061c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn fancy_letters_are_letters() {
        for fancy in ["🅷🅾🆆", "🄷🄾🅆", "ⒽⓄⓌ", "🅗🅞🅦", "🄗🄞🄦", "⒣⒪⒲", "ʜᴏᴡ", "𝓱𝓸𝔀", "🅷️🅾️🆆️"]
        {
            assert_eq!(fold(fancy), "how", "{fancy}");
        }
    }

    #[test]
    fn blanks_that_count_as_letters_are_spaces() {
        for blank in ["\u{3164}", "\u{115f}", "\u{1160}", "\u{ffa0}"] {
            assert_eq!(fold(&format!("is{blank}it")), "is it", "{blank:?}");
        }
    }

    #[test]
    fn a_letter_that_looks_like_a_latin_one_is_latin_in_a_latin_word() {
        for disguised in ["c\u{430}se", "cas\u{435}", "\u{441}ase", "\u{421}ASE", "c\u{3b1}se"] {
            assert_eq!(fold(disguised), "case", "{disguised}");
        }
        assert_eq!(fold("\u{456}t \u{456}s \u{3bf}ver"), "it is over");
        for as_it_is in ["дело", "рак", "τελος", "д\u{65}ло", "\u{63}ука", "µtorrent"]
        {
            assert_eq!(fold(as_it_is), as_it_is.replace('µ', "μ"), "{as_it_is}");
        }
    }

    #[test]
    fn shapes_of_letters_do_not_matter() {
        assert_eq!(fold("ＬａｎｔｅｒｎＣｏ"), "lanternco");
        assert_eq!(fold("Zürich ﬁle"), "zurich file");
        assert_eq!(fold("isn\u{2019}t"), "isn't");
        assert_eq!(fold("Isn`t\u{7}IT"), "isn't it");
        assert_eq!(fold("op\u{00ad}t\u{200b}out\u{0000}now"), "optout now");
    }
}

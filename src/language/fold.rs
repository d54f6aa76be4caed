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
    text.nfkd().filter(|&c| !is_combining_mark(c) && !is_invisible(c)).flat_map(fold_char).collect()
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
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn shapes_of_letters_do_not_matter() {
        assert_eq!(fold("ＬａｎｔｅｒｎＣｏ"), "lanternco");
        assert_eq!(fold("Zürich ﬁle"), "zurich file");
        assert_eq!(fold("isn\u{2019}t"), "isn't");
        assert_eq!(fold("Isn`t\u{7}IT"), "isn't it");
        assert_eq!(fold("op\u{00ad}t\u{200b}out\u{0000}now"), "optout now");
    }
}

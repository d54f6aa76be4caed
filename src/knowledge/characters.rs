//! Characters that no content file may hold: they cannot be seen, and they change how a text is
//! shown or found.

use std::collections::BTreeSet;

use super::finding::{Finding, Place};

/// Sentences in other scripts need joiners and marks of direction.
const OTHER_SCRIPTS: &str = "languages.toml";

/// The first and the last character, and the name. Other control characters have no name here.
const HIDDEN: &[(char, char, &str)] = &[
    ('\0', '\0', "null"),
    ('\r', '\r', "carriage return without a line feed"),
    ('\u{1b}', '\u{1b}', "escape"),
    ('\u{ad}', '\u{ad}', "soft hyphen"),
    ('\u{34f}', '\u{34f}', "combining grapheme joiner"),
    ('\u{61c}', '\u{61c}', "Arabic letter mark"),
    ('\u{115f}', '\u{1160}', "Hangul filler"),
    ('\u{17b4}', '\u{17b5}', "Khmer inherent vowel"),
    ('\u{180b}', '\u{180f}', "Mongolian selector"),
    ('\u{200b}', '\u{200b}', "zero width space"),
    ('\u{200c}', '\u{200c}', "zero width non-joiner"),
    ('\u{200d}', '\u{200d}', "zero width joiner"),
    ('\u{200e}', '\u{200e}', "left-to-right mark"),
    ('\u{200f}', '\u{200f}', "right-to-left mark"),
    ('\u{2028}', '\u{2028}', "line separator"),
    ('\u{2029}', '\u{2029}', "paragraph separator"),
    ('\u{202a}', '\u{202a}', "left-to-right embedding"),
    ('\u{202b}', '\u{202b}', "right-to-left embedding"),
    ('\u{202c}', '\u{202c}', "end of an embedding or override"),
    ('\u{202d}', '\u{202d}', "left-to-right override"),
    ('\u{202e}', '\u{202e}', "right-to-left override"),
    ('\u{2060}', '\u{2060}', "word joiner"),
    ('\u{2061}', '\u{2065}', "invisible operator"),
    ('\u{2066}', '\u{2066}', "left-to-right isolate"),
    ('\u{2067}', '\u{2067}', "right-to-left isolate"),
    ('\u{2068}', '\u{2068}', "first strong isolate"),
    ('\u{2069}', '\u{2069}', "end of an isolate"),
    ('\u{206a}', '\u{206f}', "deprecated format character"),
    ('\u{3164}', '\u{3164}', "Hangul filler"),
    ('\u{fe00}', '\u{fe0f}', "variation selector"),
    ('\u{feff}', '\u{feff}', "byte order mark"),
    ('\u{ffa0}', '\u{ffa0}', "Hangul filler"),
    ('\u{fff0}', '\u{fffb}', "annotation mark"),
    ('\u{fffd}', '\u{fffd}', "replacement character"),
    ('\u{1bca0}', '\u{1bca3}', "shorthand format character"),
    ('\u{1d173}', '\u{1d17a}', "musical format character"),
    ('\u{e0000}', '\u{e0fff}', "tag"),
];

/// Spaces that parsers do not take for one.
const ODD_SPACES: &[(char, char, &str)] = &[
    ('\u{a0}', '\u{a0}', "no-break space"),
    ('\u{1680}', '\u{1680}', "Ogham space"),
    ('\u{2000}', '\u{200a}', "space of a special width"),
    ('\u{202f}', '\u{202f}', "narrow no-break space"),
    ('\u{205f}', '\u{205f}', "mathematical space"),
    ('\u{3000}', '\u{3000}', "ideographic space"),
];

/// Reports the hidden characters of a file, each once for a line, and a carriage return once for the
/// file, because then all lines are likely to end with one. Returns the text without them: what they
/// break would be reported as another mistake.
pub(super) fn without_hidden(text: String, place: &Place, findings: &mut Vec<Finding>) -> String {
    let found: Vec<(usize, char)> = hidden_characters(&text, &place.file).collect();
    if found.is_empty() {
        return text;
    }
    let mut line = 1;
    let mut reported = BTreeSet::new();
    let mut clean = String::with_capacity(text.len());
    let mut end = 0;
    for (at, c) in found {
        let piece = &text[end..at];
        clean.push_str(piece);
        line += piece.matches('\n').count();
        end = at + c.len_utf8();
        let key = if c == '\r' { None } else { Some(line) };
        if reported.insert((key, c)) {
            let message = format!("{} is {}", described(c), position(&clean));
            findings.push(place.at_line(line).error("hidden-character", message, remedy(c)));
        }
        // Editors, too, show that as the end of a line, so line numbers count it.
        if c == '\r' {
            clean.push('\n');
            line += 1;
        }
    }
    clean + &text[end..]
}

/// Reports a hidden character of a text in which it is written as an escape, such as `\u200b`.
pub(super) fn check_escapes(text: &str, place: &Place, findings: &mut Vec<Finding>) {
    if let Some((_, c)) = hidden_characters(text, &place.file).next() {
        findings.push(place.error(
            "hidden-character",
            format!("a text that begins here has an escape for {}", described(c)),
            "delete the escape",
        ));
    }
}

/// Whether an answer has a hidden character. The loader has removed those that are typed, so this
/// one is written in another way.
pub(crate) fn has_hidden_character(text: &str) -> bool {
    hidden_characters(text, "").next().is_some()
}

/// The first space of a text that parsers do not take for one, described.
pub(super) fn odd_space(text: &str) -> Option<String> {
    let odd = text.chars().find(|c| name_in(ODD_SPACES, *c).is_some())?;
    Some(described(odd))
}

/// The hidden characters of a text of a file, each with its offset.
fn hidden_characters<'t>(text: &'t str, file: &str) -> impl Iterator<Item = (usize, char)> + 't {
    let has_other_scripts = file == OTHER_SCRIPTS;
    let mut before = None;
    text.char_indices().filter(move |&(at, c)| {
        let previous = before.replace(c);
        if !is_hidden(c) {
            return false;
        }
        let after = text[at + c.len_utf8()..].chars().next();
        let is_of_script = has_other_scripts && matches!(c, '\u{200c}'..='\u{200f}');
        !is_of_script && !ends_line(c, after) && !is_of_emoji(previous, c, after)
    })
}

fn is_hidden(c: char) -> bool {
    // Nearly every character, and none of the table.
    if matches!(c, ' '..='~') {
        return false;
    }
    c.is_control() && !matches!(c, '\n' | '\t') || name_in(HIDDEN, c).is_some()
}

fn ends_line(c: char, after: Option<char>) -> bool {
    c == '\r' && after == Some('\n')
}

/// Whether a joiner, a selector or a tag is part of an emoji.
fn is_of_emoji(before: Option<char>, c: char, after: Option<char>) -> bool {
    let (Some(before), is_emoji_next) = (before, after.is_some_and(is_emoji)) else {
        return false;
    };
    match c {
        '\u{200d}' => is_emoji_next && (is_emoji(before) || before == '\u{fe0f}'),
        // A key cap.
        '\u{fe0f}' if before.is_ascii() => after == Some('\u{20e3}'),
        '\u{fe0e}' | '\u{fe0f}' => is_emoji(before),
        // The flag of a part of a country is a black flag with letters in tags.
        '\u{e0020}'..='\u{e007f}' => matches!(before, '\u{1f3f4}' | '\u{e0020}'..='\u{e007e}'),
        _ => false,
    }
}

fn is_emoji(c: char) -> bool {
    matches!(
        c,
        '©' | '®' | '\u{203c}' | '\u{2049}' | '\u{2100}'..='\u{2bff}' | '\u{3030}' | '\u{303d}'
            | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}'
    )
}

fn name_in(table: &[(char, char, &'static str)], c: char) -> Option<&'static str> {
    let row = table.iter().find(|(first, last, _)| (*first..=*last).contains(&c));
    row.map(|(_, _, name)| *name)
}

fn described(c: char) -> String {
    let name = name_in(HIDDEN, c).or_else(|| name_in(ODD_SPACES, c));
    format!("U+{:04X} ({})", u32::from(c), name.unwrap_or("control character"))
}

/// The place at the end of a text, by the last words of its last line.
fn position(text: &str) -> String {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    match &words[words.len().saturating_sub(3)..] {
        [] => "at the start of the line".to_owned(),
        last => format!("behind “{}”", last.join(" ")),
    }
}

fn remedy(c: char) -> &'static str {
    match c {
        '\r' => "save the file so that each line ends with a line feed",
        '\u{2028}' | '\u{2029}' => "begin a new line there, or write a space",
        '\u{fffd}' => {
            "write the letter that belongs there; it was lost when the file was converted"
        }
        _ => {
            "delete it, or type the line again: it cannot be seen, but changes how the text is shown \
             or found"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_keep_what_they_consist_of() {
        for emoji in [
            "👩\u{200d}🚀",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "☎\u{fe0e}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "👍🏽",
        ] {
            assert!(!has_hidden_character(emoji), "{emoji}");
        }
        for text in ["a\u{200d}b", "👩\u{200d}", "a\u{fe0f}", "1\u{fe0f}", "a\u{e0041}"] {
            assert!(has_hidden_character(text), "{text:?}");
        }
    }

    #[test]
    fn only_sentences_in_other_scripts_have_joiners() {
        let count = |file| hidden_characters("می\u{200c}شود \u{202e}", file).count();
        assert_eq!((count("languages.toml"), count("guards.toml")), (1, 2));
    }

    #[test]
    fn line_ends_and_tabs_may_stay() {
        assert!(!has_hidden_character("a\r\n\tb\n"));
        assert!(has_hidden_character("a\rb"));
    }

    #[test]
    fn each_is_reported_once_for_a_line_and_removed() {
        let mut findings = Vec::new();
        let text = "one\na\u{200b}b\u{200b}c \u{1b}[1m\r\n\u{feff}# d\re\u{85}\rf\n";
        let clean = without_hidden(text.to_owned(), &Place::new("a.md", 1), &mut findings);
        assert_eq!(clean, "one\nabc [1m\r\n# d\ne\nf\n");
        let found: Vec<_> =
            findings.iter().map(|finding| (finding.line, finding.message.as_str())).collect();
        assert_eq!(
            found,
            [
                (2, "U+200B (zero width space) is behind “a”"),
                (2, "U+001B (escape) is behind “abc”"),
                (3, "U+FEFF (byte order mark) is at the start of the line"),
                (3, "U+000D (carriage return without a line feed) is behind “# d”"),
                (4, "U+0085 (control character) is behind “e”"),
            ]
        );
    }
}

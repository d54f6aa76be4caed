//! A rough phonetic code. People who are unsure of a spelling write what they hear: "fone" for
//! "phone", "kase" for "case".

/// Spellings with a silent letter at the start of a word, and their codes.
const SILENT_STARTS: &[(&str, &str)] = &[("kn", "n"), ("wr", "r")];

/// Spellings and their codes. A longer spelling comes before its own prefixes.
const SOUNDS: &[(&str, &str)] = &[
    ("shun", "shn"),
    ("sion", "shn"),
    ("tion", "shn"),
    ("dge", "je"),
    ("igh", "i"),
    ("ai", "a"),
    ("ay", "a"),
    ("ce", "se"),
    ("ci", "si"),
    ("ck", "k"),
    ("cy", "si"),
    ("ea", "i"),
    ("ee", "i"),
    ("ei", "a"),
    ("ew", "u"),
    ("ey", "i"),
    ("ge", "je"),
    ("gh", ""),
    ("gi", "ji"),
    ("ie", "i"),
    ("oa", "u"),
    ("oo", "u"),
    ("ou", "u"),
    ("ow", "u"),
    ("ph", "f"),
    ("qu", "ku"),
    ("ue", "u"),
    ("ui", "u"),
    ("wh", "w"),
    ("c", "k"),
    ("o", "u"),
    ("x", "ks"),
    ("y", "i"),
    ("z", "s"),
];

/// The code of a folded word. Doubled letters count once, and a silent e at the end is dropped.
pub(super) fn sounds(word: &str) -> String {
    let start = SILENT_STARTS
        .iter()
        .find_map(|(written, sound)| Some((*sound, word.strip_prefix(written)?)));
    let (first, mut rest) = start.unwrap_or(("", word));
    let mut code = first.to_owned();
    while let Some(letter) = rest.chars().next() {
        let spelt =
            SOUNDS.iter().find_map(|(written, sound)| Some((*sound, rest.strip_prefix(written)?)));
        let (sound, after) = spelt.unwrap_or_else(|| rest.split_at(letter.len_utf8()));
        code.push_str(sound);
        rest = after;
    }
    let mut letters: Vec<char> = code.chars().collect();
    letters.dedup();
    without_silent_e(&letters.into_iter().collect::<String>())
}

fn without_silent_e(code: &str) -> String {
    let (stem, ending) = code.split_at(code.trim_end_matches(['s', 'd']).len());
    match stem.strip_suffix('e') {
        Some(short) if short.len() > 1 => format!("{short}{ending}"),
        _ => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_sound_alike_have_the_same_code() {
        let pairs = [
            ("fone", "phone"),
            ("kase", "case"),
            ("cayse", "case"),
            ("lawsoot", "lawsuit"),
            ("akshun", "action"),
            ("rejister", "register"),
            ("noos", "news"),
            ("rong", "wrong"),
            ("nite", "night"),
            ("kort", "court"),
            ("uzed", "used"),
            ("retale", "retail"),
            ("retrane", "retrain"),
            ("plees", "please"),
            ("mony", "money"),
        ];
        for (typed, meant) in pairs {
            assert_eq!(sounds(typed), sounds(meant), "{typed}");
        }
    }

    #[test]
    fn words_that_sound_different_have_different_codes() {
        for (one, other) in [
            ("premium", "premise"),
            ("court", "card"),
            ("files", "field"),
            ("sue", "see"),
            ("the", "he"),
        ] {
            assert_ne!(sounds(one), sounds(other), "{one}");
        }
    }
}

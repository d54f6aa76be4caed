//! How a word sounds, roughly: people who are unsure of a spelling write what they hear, "fone" for
//! "phone" and "kase" for "case".

/// What is not heard at the beginning of a word.
const SILENT_STARTS: &[(&str, &str)] = &[("kn", "n"), ("wr", "r")];

/// How sounds are written, and one letter or more for each: the longer ways before the shorter ones
/// that they begin with.
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

/// The sounds of a folded word, one letter each. Doubled letters count once, and an e that only
/// lengthens what stands before it does not count.
pub(super) fn sounds(word: &str) -> String {
    let start = SILENT_STARTS
        .iter()
        .find_map(|(written, sound)| Some((*sound, word.strip_prefix(written)?)));
    let (first, mut rest) = start.unwrap_or(("", word));
    let mut heard = first.to_owned();
    while let Some(letter) = rest.chars().next() {
        let spelt =
            SOUNDS.iter().find_map(|(written, sound)| Some((*sound, rest.strip_prefix(written)?)));
        let (sound, after) = spelt.unwrap_or_else(|| rest.split_at(letter.len_utf8()));
        heard.push_str(sound);
        rest = after;
    }
    let mut letters: Vec<char> = heard.chars().collect();
    letters.dedup();
    without_silent_e(&letters.into_iter().collect::<String>())
}

fn without_silent_e(heard: &str) -> String {
    let (stem, ending) = heard.split_at(heard.trim_end_matches(['s', 'd']).len());
    match stem.strip_suffix('e') {
        Some(short) if short.len() > 1 => format!("{short}{ending}"),
        _ => heard.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_alike_is_written_alike() {
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
            ("inmale", "inmail"),
            ("retrane", "retrain"),
            ("plees", "please"),
            ("mony", "money"),
        ];
        for (typed, meant) in pairs {
            assert_eq!(sounds(typed), sounds(meant), "{typed}");
        }
    }

    #[test]
    fn what_sounds_otherwise_is_written_otherwise() {
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

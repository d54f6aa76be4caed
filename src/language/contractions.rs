//! Expands contractions, and the abbreviations and spellings that people use in a chat.

/// Whole words and their expansions, sorted by word.
const WHOLE: &[(&str, &str)] = &[
    ("abt", "about"),
    ("agen", "again"),
    ("ain't", "is not"),
    ("aint", "is not"),
    ("anon", "anonymous"),
    ("arent", "are not"),
    ("b4", "before"),
    ("bak", "back"),
    ("bc", "because"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("cant", "can not"),
    ("cas", "case"),
    ("cos", "because"),
    ("couldnt", "could not"),
    ("coz", "because"),
    ("cud", "could"),
    ("cuz", "because"),
    ("dat", "that"),
    ("didn", "did not"),
    ("didnt", "did not"),
    ("doesn", "does not"),
    ("doesnt", "does not"),
    ("dont", "do not"),
    ("dunno", "do not know"),
    ("duz", "does"),
    ("els", "else"),
    ("enny", "any"),
    ("eny", "any"),
    ("gimme", "give me"),
    ("giv", "give"),
    ("gon", "going"),
    ("gonna", "going to"),
    ("gotta", "have to"),
    ("govt", "government"),
    ("hasnt", "has not"),
    ("hav", "have"),
    ("havent", "have not"),
    ("havnt", "have not"),
    ("hoo", "who"),
    ("hou", "how"),
    ("hows", "how is"),
    ("hte", "the"),
    ("hw", "how"),
    ("idk", "i do not know"),
    ("im", "i am"),
    ("imma", "i am going to"),
    ("isn", "is not"),
    ("isnt", "is not"),
    ("itz", "it is"),
    ("ive", "i have"),
    ("iz", "is"),
    ("kan", "can"),
    ("kinda", "kind of"),
    ("lemme", "let me"),
    ("let's", "let us"),
    ("msg", "message"),
    ("msgs", "messages"),
    ("payed", "paid"),
    ("pls", "please"),
    ("plz", "please"),
    ("ppl", "people"),
    ("r", "are"),
    ("shan't", "shall not"),
    ("shoud", "should"),
    ("shouldnt", "should not"),
    ("shud", "should"),
    ("sitch", "situation"),
    ("stil", "still"),
    ("teh", "the"),
    ("th", "the"),
    ("thats", "that is"),
    ("thay", "they"),
    ("ther", "there"),
    ("theyre", "they are"),
    ("theyve", "they have"),
    ("thier", "their"),
    ("thru", "through"),
    ("tht", "that"),
    ("u", "you"),
    ("ur", "your"),
    ("wanna", "want to"),
    ("wasn", "was not"),
    ("wasnt", "was not"),
    ("wat", "what"),
    ("wats", "what is"),
    ("waz", "was"),
    ("wen", "when"),
    ("wer", "were"),
    ("werent", "were not"),
    ("whats", "what is"),
    ("wher", "where"),
    ("wheres", "where is"),
    ("whos", "who is"),
    ("whys", "why is"),
    ("wich", "which"),
    ("wil", "will"),
    ("won't", "will not"),
    ("wont", "will not"),
    ("wot", "what"),
    ("wouldnt", "would not"),
    ("wth", "what"),
    ("wud", "would"),
    ("wut", "what"),
    ("wuz", "was"),
    ("wy", "why"),
    ("y", "why"),
    ("y'all", "you all"),
    ("yall", "you all"),
    ("yor", "your"),
    ("youre", "you are"),
    ("yrs", "years"),
    ("yu", "you"),
];

/// Endings and their expansions. A possessive `'s` and an `'s` for "is" look alike, and neither
/// matters to the search.
const ENDINGS: &[(&str, &str)] = &[
    ("n't", "not"),
    ("'re", "are"),
    ("'ve", "have"),
    ("'ll", "will"),
    ("'m", "am"),
    ("'d", ""),
    ("'s", ""),
    ("'", ""),
];

/// Expands a folded word and passes each piece on, in order.
pub(super) fn expand<'a>(word: &'a str, mut piece: impl FnMut(&'a str)) {
    if let Ok(found) = WHOLE.binary_search_by_key(&word, |(short, _)| short) {
        WHOLE[found].1.split(' ').filter(|long| !long.is_empty()).for_each(piece);
        return;
    }
    if !word.contains('\'') {
        return piece(word);
    }
    let ending = ENDINGS.iter().find_map(|(short, long)| Some((word.strip_suffix(short)?, *long)));
    let (stem, long) = ending.unwrap_or((word, ""));
    [stem, long].into_iter().filter(|part| !part.is_empty()).for_each(&mut piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(word: &str) -> String {
        let mut pieces = Vec::new();
        expand(word, |piece| pieces.push(piece.to_owned()));
        pieces.join(" ")
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(WHOLE.is_sorted_by_key(|(short, _)| short));
    }

    #[test]
    fn a_negation_is_never_lost() {
        for (short, long) in
            [("isn't", "is not"), ("won't", "will not"), ("cant", "can not"), ("hadn't", "had not")]
        {
            assert_eq!(expanded(short), long);
        }
    }

    #[test]
    fn a_possessive_ending_is_dropped() {
        assert_eq!(expanded("lantern's"), "lantern");
        assert_eq!(expanded("users'"), "users");
        assert_eq!(expanded("'"), "");
    }
}

//! Puts into words, for editors, how well answers are found.

use std::collections::BTreeMap;

use crate::knowledge::{EntryId, LeadsTo};
use crate::matcher::{Found, Reach, Tried};

/// With fewer phrasings than this, an answer needs more before anything else.
const ENOUGH_PHRASINGS: usize = 8;

/// The most words that are advised.
const ADVISED_WORDS: usize = 3;

/// How many phrasings lead to their answers, of all that were tried.
pub fn reach_summary(reach: &[Reach]) -> String {
    let tried: usize = reach.iter().map(|reach| reach.tried.len()).sum();
    let answered: usize = reach.iter().map(Reach::answered).sum();
    let taken: usize = reach.iter().map(Reach::taken).sum();
    let answers = if reach.len() == 1 { "answer" } else { "answers" };
    format!(
        "{} {answers}: found for {answered} of {tried} phrasings; {taken} lead to another answer.",
        reach.len()
    )
}

/// How well an answer is found, in a sentence for moderators.
pub fn reach_sentence(reach: &Reach) -> String {
    let (tried, answered) = (reach.tried.len(), reach.answered());
    let taken = match reach.taken() {
        0 => String::new(),
        taken => format!(" {taken} lead to another answer."),
    };
    format!(
        "Today it is found for {answered} of its {tried} phrasings, each asked as if nobody had taught \
         it.{taken}"
    )
}

/// How well an answer is found, where its other questions lead, and what would help. The first
/// line names the answer.
pub fn reach_lines(reach: &Reach) -> Vec<String> {
    let lines = std::iter::once(found_line(reach)).chain(lost_lines(reach));
    lines.chain(advice(reach).map(|advice| format!("  {advice}"))).collect()
}

/// For how many of its phrasings an answer is found.
pub fn found_line(reach: &Reach) -> String {
    let Reach { entry, tried } = reach;
    match tried.len() {
        0 => format!("{entry}: it has no phrasings. {}", too_few(0)),
        all => format!("{entry}: found for {} of {all}.", reach.answered()),
    }
}

/// Where the other phrasings of an answer lead.
pub fn lost_lines(Reach { tried, .. }: &Reach) -> impl Iterator<Item = String> {
    let mut lost: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for Tried { phrasing, found, .. } in tried {
        if let Some(where_to) = where_to(found) {
            lost.entry(where_to).or_default().push(phrasing);
        }
    }
    let mut lost: Vec<(String, Vec<&str>)> = lost.into_iter().collect();
    lost.sort_by_key(|(_, phrasings)| std::cmp::Reverse(phrasings.len()));
    lost.into_iter().map(|(where_to, phrasings)| {
        let phrasings: Vec<String> = phrasings.iter().map(|text| format!("“{text}”")).collect();
        format!("  {where_to}: {}", phrasings.join(", "))
    })
}

/// What to write next. `None` if every phrasing leads to the answer.
pub fn advice(reach: &Reach) -> Option<String> {
    let lost: Vec<&Tried> =
        reach.tried.iter().filter(|tried| tried.found != Found::Answered).collect();
    if lost.is_empty() {
        return None;
    }
    if reach.tried.len() < ENOUGH_PHRASINGS {
        return Some(too_few(reach.tried.len()));
    }
    let rival = main_rival(&lost);
    let advice = match (&advised_words(&lost)[..], rival) {
        ([], Some(rival)) => format!(
            "{rival} is asked in the same words. Write two or three more short questions that say \
             what is different here, or join the two answers."
        ),
        ([], None) => "Two or three more short questions in other words would help.".to_owned(),
        (words, _) => {
            let words: Vec<String> = words.iter().map(|word| format!("“{word}”")).collect();
            format!("Two or three more short questions with {} would help.", words.join(" or "))
        }
    };
    Some(advice)
}

fn too_few(phrasings: usize) -> String {
    let phrasings = match phrasings {
        0 => "nothing".to_owned(),
        1 => "one phrasing".to_owned(),
        more => format!("{more} phrasings"),
    };
    format!(
        "With {phrasings} to learn from, few people will find it. Write down {ENOUGH_PHRASINGS} or \
         more ways in which people would ask this."
    )
}

/// The words that most of the lost phrasings need and that no other phrasing has.
fn advised_words(lost: &[&Tried]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let words = lost.iter().flat_map(|tried| &tried.new_words);
    words.clone().for_each(|word| *counts.entry(word).or_default() += 1);
    let mut ordered: Vec<&str> = Vec::new();
    for word in words {
        if !ordered.contains(&word.as_str()) {
            ordered.push(word);
        }
    }
    // Words that are equally frequent stay in the order of the phrasings.
    ordered.sort_by_key(|word| std::cmp::Reverse(counts[word]));
    ordered.into_iter().take(ADVISED_WORDS).map(str::to_owned).collect()
}

/// The answer that takes most of the lost phrasings, if it takes half of them.
fn main_rival<'t>(lost: &[&'t Tried]) -> Option<&'t EntryId> {
    let mut takers: BTreeMap<&EntryId, usize> = BTreeMap::new();
    for tried in lost {
        if let Found::Taken(entry) = &tried.found {
            *takers.entry(entry).or_default() += 1;
        }
    }
    let (rival, taken) = takers.into_iter().max_by_key(|(_, taken)| *taken)?;
    (2 * taken >= lost.len()).then_some(rival)
}

/// Where a lost phrasing leads; `None` if it leads to the answer.
fn where_to(found: &Found) -> Option<String> {
    Some(match found {
        Found::Answered => return None,
        Found::Taken(entry) => format!("answered with {entry}"),
        Found::Offered => "only offered in a list of questions".to_owned(),
        Found::Guarded { guard, leads_to } => {
            let effect = match leads_to {
                LeadsTo::Silence => "silences".to_owned(),
                LeadsTo::Help => "answers with the help".to_owned(),
                LeadsTo::LastAnswer(_) => "takes it for a question about an answer".to_owned(),
                LeadsTo::Entry(entry) => format!("answers with {entry}"),
            };
            format!("the guard `{guard}` in guards.toml {effect}")
        }
        Found::Elsewhere { question } => {
            format!("no answer, because elsewhere.toml lists “{question}”")
        }
        Found::Missed => "no answer".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(phrasing: &str, found: Found, new_words: &[&str]) -> Tried {
        let new_words = new_words.iter().map(|word| (*word).to_owned()).collect();
        Tried { phrasing: phrasing.to_owned(), found, new_words }
    }

    fn reach(lost: Vec<Tried>) -> Reach {
        let found = (0..6).map(|n| tried(&format!("is it over {n}"), Found::Answered, &[]));
        Reach { entry: EntryId::new("a/a"), tried: found.chain(lost).collect() }
    }

    #[test]
    fn every_lost_question_is_named_with_where_it_leads() {
        let lines = reach_lines(&reach(vec![
            tried("can my boss see it", Found::Taken(EntryId::new("b/b")), &["boss"]),
            tried("is my boss told", Found::Taken(EntryId::new("b/b")), &["boss", "told"]),
            tried("who sees it", Found::Missed, &[]),
        ]));
        assert_eq!(
            lines,
            [
                "a/a: found for 6 of 9.",
                "  answered with b/b: “can my boss see it”, “is my boss told”",
                "  no answer: “who sees it”",
                "  Two or three more short questions with “boss” or “told” would help.",
            ]
        );
    }

    #[test]
    fn a_rival_with_the_same_words_is_named() {
        let taken = || Found::Taken(EntryId::new("b/b"));
        let lost = vec![tried("is it over", taken(), &[]), tried("over?", taken(), &[])];
        assert!(advice(&reach(lost)).unwrap().starts_with("b/b is asked in the same words."));
    }

    #[test]
    fn nothing_is_advised_where_everything_is_found() {
        assert_eq!(advice(&reach(Vec::new())), None);
        assert_eq!(reach_lines(&reach(Vec::new())), ["a/a: found for 6 of 6."]);
    }
}

//! Why a question led where it led, in words for moderators.

use super::rich_text::RichText;
use super::sheet::Section;
use crate::matcher::{Band, Candidate, Evidence, WordEvidence, WordUse};

/// Why a question led where it led: the decision, how sure it is, what became of each word, and the
/// nearest entries.
pub fn explanation(evidence: &Evidence) -> Vec<Section> {
    let Evidence { words, candidates, .. } = evidence;
    let mut why = vec![evidence.verdict.clone()];
    why.extend(evidence.confidence.map(|confidence| {
        format!(
            "Confidence {:.2}, which is {}.",
            confidence.together,
            band_in_words(confidence.band)
        )
    }));
    if let [best, next, ..] = &candidates[..] {
        let gap = best.rank_score - next.rank_score;
        why.push(format!(
            "Of all entries {} comes first, ahead of {} by {gap:.1}.",
            best.entry, next.entry
        ));
    }
    let lists = [
        ("Its words", words.iter().map(word_in_words).collect::<Vec<_>>()),
        ("The nearest entries", candidates.iter().map(candidate_in_words).collect()),
    ];
    let filled = lists.into_iter().filter(|(_, items)| !items.is_empty());
    let lists = filled.map(|(heading, items)| Section::new(heading, RichText::list(false, items)));
    std::iter::once(Section::new("Why", RichText::list(false, why))).chain(lists).collect()
}

fn band_in_words(band: Band) -> &'static str {
    match band {
        Band::Strong => "strong: hardly ever wrong",
        Band::Likely => "likely: sure enough to answer",
        Band::Weak => "weak: enough for a choice",
        Band::None => "none: not enough",
    }
}

fn word_in_words(word: &WordEvidence) -> String {
    let used = match word.used {
        WordUse::FunctionWord => "not weighed",
        WordUse::Asked => "people ask with it",
        WordUse::Mentioned => "only in the answer",
        WordUse::Missing => "not covered",
    };
    let typed = word.typed.as_ref().map_or(String::new(), |typed| format!(", typed “{typed}”"));
    format!("{}{typed}: {used} (rarity {:.1})", word.word, word.rarity)
}

fn candidate_in_words(candidate: &Candidate) -> String {
    let phrasing = candidate.phrasing.as_ref();
    let phrasing =
        phrasing.map_or(String::new(), |words| format!("; shares most words with “{words}”"));
    format!(
        "{}: in all {:.1}; words {:.1}, of which it covers {:.0} %; meaning {:.2} to its nearest \
         phrasing, {:.2} to their middle, margin {:.2}; wording {:.2}{phrasing}",
        candidate.entry,
        candidate.rank_score,
        candidate.words_score,
        100.0 * candidate.coverage,
        candidate.nearest,
        candidate.middle,
        candidate.margin,
        candidate.wording,
    )
}

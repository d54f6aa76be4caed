//! Explains a decision by its signals, for those who tune the matcher.

use super::rich_text::RichText;
use super::sheet::Section;
use crate::knowledge::LeadsTo;
use crate::matcher::{
    Band, Candidate, Evidence, ExplainedCandidate, ExplainedWord, RANKERS, Verdict, WordUse,
};

/// The rule that decided, the confidence, the use of each word, and the nearest entries.
pub fn explanation(evidence: &Evidence) -> Vec<Section> {
    let Evidence { candidates, confidence, .. } = evidence;
    let mut why = vec![verdict_in_words(evidence)];
    why.extend(confidence.map(|confidence| {
        format!(
            "Confidence {:.2}, which is {}.",
            confidence.together,
            band_in_words(confidence.band)
        )
    }));
    if let [best, second, ..] = &candidates[..] {
        let lead = best.score - second.score;
        why.push(format!(
            "Of all entries {} comes first, ahead of {} by {lead:.1}.",
            best.entry, second.entry
        ));
    }
    let explanation = evidence.explanation.as_ref();
    let words = explanation.map_or(&[][..], |explanation| &explanation.words);
    let explained = explanation.map_or(&[][..], |explanation| &explanation.candidates);
    let candidates = candidates.iter().enumerate();
    let candidates =
        candidates.map(|(index, found)| candidate_in_words(found, explained.get(index)));
    let lists = [
        ("Its words", words.iter().map(word_in_words).collect::<Vec<_>>()),
        ("The nearest entries", candidates.collect()),
    ];
    let filled = lists.into_iter().filter(|(_, items)| !items.is_empty());
    let lists = filled.map(|(heading, items)| Section::new(heading, RichText::list(false, items)));
    std::iter::once(Section::new("Why", RichText::list(false, why))).chain(lists).collect()
}

fn verdict_in_words(evidence: &Evidence) -> String {
    let confidence = evidence.confidence;
    match &evidence.verdict {
        Verdict::NoWords => "The question contains no words.".to_owned(),
        Verdict::NothingNear => "No entry shares anything with the question.".to_owned(),
        Verdict::ExactPhrasing { entry } => {
            format!("Answered: `{entry}` has a phrasing with exactly these words.")
        }
        Verdict::Guard { name, leads_to } => match leads_to {
            LeadsTo::Silence => {
                format!("No answer: the guard `{name}` says that this is about another matter.")
            }
            LeadsTo::Help => {
                format!("The short help: the guard `{name}` says that this is not a question.")
            }
            LeadsTo::LastAnswer(_) => {
                format!("The guard `{name}` says that this is about the last answer.")
            }
            LeadsTo::Entry(entry) => format!("Answered: the guard `{name}` leads to `{entry}`."),
        },
        Verdict::Confidence { entry } => {
            let sure = confidence.map_or(String::new(), |confidence| {
                format!(
                    "{:.0} % sure that the question is about this FAQ, and {:.0} % that `{entry}` \
                     is the right answer if it is",
                    100.0 * confidence.in_scope,
                    100.0 * confidence.right,
                )
            });
            match confidence.map(|confidence| confidence.band) {
                Some(Band::Strong | Band::Likely) => format!("Answered: {sure}."),
                Some(Band::Weak) if evidence.shares_no_word() => {
                    format!("No answer: only {sure}, and it shares no word with the question.")
                }
                Some(Band::Weak) => format!("A choice: only {sure}."),
                Some(Band::None) | None => format!("No answer: only {sure}."),
            }
        }
    }
}

fn band_in_words(band: Band) -> &'static str {
    match band {
        Band::Strong => "strong: almost never wrong",
        Band::Likely => "likely: sure enough to answer",
        Band::Weak => "weak: enough for a choice",
        Band::None => "none: not enough",
    }
}

fn word_in_words(word: &ExplainedWord) -> String {
    let used = match word.used {
        WordUse::FunctionWord => "not weighted",
        WordUse::Asked => "in a phrasing",
        WordUse::Mentioned => "only in the answer",
        WordUse::Missing => "not covered",
        WordUse::Nowhere => "in no answer",
    };
    let typed = word.typed.as_ref().map_or(String::new(), |typed| format!(", typed “{typed}”"));
    format!("{}{typed}: {used} (rarity {:.1})", word.word, word.rarity)
}

fn candidate_in_words(candidate: &Candidate, explained: Option<&ExplainedCandidate>) -> String {
    let scores = RANKERS
        .iter()
        .map(|row| format!("{} {:.2}", row.measures, candidate.raw_scores[row.ranker]));
    let scores: Vec<String> = scores.collect();
    let mut text =
        format!("{}: {:.1} in all; {}", candidate.entry, candidate.score, scores.join(", "));
    if let Some(ExplainedCandidate { coverage, phrasing }) = explained {
        text += &format!("; covers {:.0} % of the words", 100.0 * coverage);
        let phrasing = phrasing.as_ref().map(|phrasing| format!(", most with “{phrasing}”"));
        text += &phrasing.unwrap_or_default();
    }
    text
}

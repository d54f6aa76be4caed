//! Says in plain words why a question is answered as it is, for moderators, who are no programmers.

use super::answer::{NoAnswer, Reply, Suggestion, WhyNoAnswer};
use super::compose::suggestions;
use super::rich_text::RichText;
use super::sheet::{Section, Sheet};
use crate::knowledge::{EntryId, Knowledge, LeadsTo};
use crate::legal::CaseStamp;
use crate::matcher::{
    Confidence, Decision, Evidence, ExplainedWord, NoAnswerReason, Outcome, Verdict, WordUse,
};

/// How many words are named that no answer uses, or that were read as others.
const NAMED: usize = 3;

/// How many of the nearest answers are named.
const NEAREST: usize = 3;

/// An explanation, and the answers to which the question could be added as a phrasing.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    pub sheet: Sheet,
    /// The most likely first; empty if the question is none that could be taught.
    pub teachable: Vec<Suggestion>,
}

/// A question that this FAQ does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    pub question: String,
    pub is_by_moderators: bool,
}

/// Why a question got this reply. Without a decision of the matcher, the text decided by itself: it is
/// an id, or in another language. `alike` is a question like it that the FAQ does not answer.
pub fn why(
    knowledge: &Knowledge,
    reply: &Reply,
    decision: Option<&Decision>,
    alike: Option<&Alike>,
    stamp: &CaseStamp,
) -> Why {
    let evidence = decision.map(|decision| &decision.evidence);
    let mut sections: Vec<Section> = match decision {
        Some(decision) => reasons(knowledge, reply, decision, alike),
        None => vec![reason_without_decision(reply)],
    }
    .into_iter()
    .map(Section::paragraph)
    .collect();
    let teachable = teachable(knowledge, reply, evidence);
    let listed = match reply {
        Reply::Choice(choice) => ("Offered", &choice.suggestions[..]),
        Reply::Answer(_) => ("Next nearest", &teachable[..]),
        _ => ("Nearest", &teachable[..]),
    };
    let questions = listed.1.iter().map(|suggestion| suggestion.question.clone());
    let questions: Vec<String> = match reply {
        Reply::Choice(_) => questions.collect(),
        _ => questions.take(NEAREST).collect(),
    };
    if !questions.is_empty() {
        sections.push(Section::new(listed.0, RichText::list(false, questions)));
    }
    let details = evidence.and_then(details);
    sections.extend(details.map(|text| Section::new("In numbers", RichText::plain(text))));
    Why { sheet: Sheet::new(title(reply), sections, stamp), teachable }
}

fn title(reply: &Reply) -> String {
    match reply {
        Reply::Answer(answer) => format!("Answered: {}", answer.question()),
        Reply::Choice(_) => "A choice is offered".to_owned(),
        Reply::NoAnswer(NoAnswer { reason: WhyNoAnswer::UnderReview, .. }) => {
            "Held back: under review".to_owned()
        }
        Reply::NoAnswer(NoAnswer {
            reason: WhyNoAnswer::Question(NoAnswerReason::SmallTalk | NoAnswerReason::Empty),
            ..
        }) => "Not taken for a question".to_owned(),
        Reply::NoAnswer(_) | Reply::Sheet(_) => "Not answered".to_owned(),
    }
}

fn reason_without_decision(reply: &Reply) -> String {
    match reply {
        Reply::Answer(_) => "The text is the id of this answer.".to_owned(),
        Reply::NoAnswer(NoAnswer { language: Some(code), .. }) => format!(
            "The text does not seem to be in English (its language: {code}). Such texts get a sentence \
             in their own language, and are never answered."
        ),
        _ => "The text is the id of an answer that members do not get now.".to_owned(),
    }
}

/// The reasons of the matcher, the most important first.
fn reasons(
    knowledge: &Knowledge,
    reply: &Reply,
    decision: &Decision,
    alike: Option<&Alike>,
) -> Vec<String> {
    let evidence = &decision.evidence;
    let words = evidence.explanation.as_ref().map_or(&[][..], |explained| &explained.words);
    let mut reasons = Vec::new();
    if decision.is_in_distress {
        let sentence = "The message sounds like that of somebody in distress, so the kind sentence \
                        comes first, and no choice is offered.";
        reasons.push(sentence.to_owned());
        if evidence.verdict == Verdict::NoWords {
            return reasons;
        }
        reasons.push("About the rest of the message:".to_owned());
    }
    if let (Reply::NoAnswer(NoAnswer { reason: WhyNoAnswer::UnderReview, .. }), Some(entry)) =
        (reply, answered(&decision.outcome))
    {
        reasons.push(format!(
            "“{}” would answer it, but is held back. /faq release gives it again.",
            question_of(knowledge, entry)
        ));
    }
    let is_not_found = matches!(reply, Reply::NoAnswer(no_answer) if no_answer.is_a_gap());
    if is_not_found {
        reasons.extend(not_found(words));
        reasons.extend(alike.map(alike_in_words));
    }
    reasons.push(rule(knowledge, reply, evidence));
    reasons.extend(misspelt(words));
    reasons
}

fn answered(outcome: &Outcome) -> Option<&EntryId> {
    match outcome {
        Outcome::Answered { entry, .. } => Some(entry),
        _ => None,
    }
}

/// The words that no answer uses.
fn not_found(words: &[ExplainedWord]) -> Option<String> {
    let unused = words.iter().filter(|word| word.used == WordUse::Nowhere);
    let unused = each_once(unused.map(|word| format!("“{}”", word.word)));
    (!unused.is_empty()).then(|| format!("Not found: no answer uses {}.", unused.join(" or ")))
}

fn alike_in_words(Alike { question, is_by_moderators }: &Alike) -> String {
    let whose = match is_by_moderators {
        true => "which a moderator said is not for us (see /faq audit)",
        false => "which elsewhere.toml lists among those that this FAQ does not answer",
    };
    format!("It is like “{question}”, {whose}.")
}

/// The rule that decided.
fn rule(knowledge: &Knowledge, reply: &Reply, evidence: &Evidence) -> String {
    match &evidence.verdict {
        Verdict::NoWords => "There are no words in it.".to_owned(),
        Verdict::NothingNear => "No answer has a word in common with it.".to_owned(),
        Verdict::ExactPhrasing { entry } => format!(
            "One of the phrasings of “{}” has exactly these words.",
            question_of(knowledge, entry)
        ),
        Verdict::Guard { name, leads_to } => format!(
            "The rule “{name}” in guards.toml says that this {}.",
            match leads_to {
                LeadsTo::Silence => "is about something else than this FAQ".to_owned(),
                LeadsTo::Help => "is a greeting or the like, and no question".to_owned(),
                LeadsTo::LastAnswer(_) => "is about the answer before it".to_owned(),
                LeadsTo::Entry(entry) =>
                    format!("is a question for “{}”", question_of(knowledge, entry)),
            }
        ),
        Verdict::Confidence { entry } => {
            let nearest = question_of(knowledge, entry);
            let phrasing = nearest_phrasing(evidence);
            match (reply, evidence.confidence) {
                (Reply::Choice(_), _) if is_one_word(evidence) => {
                    "A word alone can mean several of them, so whoever asks chooses.".to_owned()
                }
                (Reply::Choice(_), Some(sure)) => format!(
                    "I am only {} sure that “{nearest}” answers it. That is not enough to answer, and \
                     enough to let whoever asks choose.",
                    percent(sure)
                ),
                (Reply::NoAnswer(no_answer), Some(sure)) if no_answer.is_a_gap() => {
                    match evidence.shares_no_word() {
                        true => {
                            format!("“{nearest}” is nearest, but has no word in common with it.")
                        }
                        false => format!(
                            "I am only {} sure that “{nearest}” answers it, which is too little.",
                            percent(sure)
                        ),
                    }
                }
                (_, Some(sure)) => {
                    format!("I am {} sure that “{nearest}” answers it.{phrasing}", percent(sure))
                }
                (_, None) => format!("“{nearest}” is nearest.{phrasing}"),
            }
        }
    }
}

/// Where the confidence comes from, for the curious; `None` if another rule decided.
fn details(evidence: &Evidence) -> Option<String> {
    let (Verdict::Confidence { entry }, Some(sure)) = (&evidence.verdict, evidence.confidence)
    else {
        return None;
    };
    let lead = match &evidence.candidates[..] {
        [best, second, ..] => {
            format!(" It is ahead of {} by {:.1}.", second.entry, best.score - second.score)
        }
        _ => String::new(),
    };
    Some(format!(
        "{entry}: {:.0} % about this FAQ × {:.0} % the right answer = {}.{lead}",
        100.0 * sure.in_scope,
        100.0 * sure.right,
        percent(sure)
    ))
}

fn is_one_word(evidence: &Evidence) -> bool {
    evidence.explanation.as_ref().is_some_and(|explained| explained.words.len() == 1)
}

fn nearest_phrasing(evidence: &Evidence) -> String {
    let best = evidence.explanation.as_ref().and_then(|explained| explained.candidates.first());
    let phrasing = best.and_then(|best| best.phrasing.as_ref());
    phrasing.map_or(String::new(), |phrasing| format!(" Its nearest phrasing is “{phrasing}”."))
}

/// The words that were read as others.
fn misspelt(words: &[ExplainedWord]) -> Option<String> {
    let read = words.iter().filter_map(|word| {
        word.typed.as_ref().map(|typed| format!("“{typed}” as “{}”", word.word))
    });
    let read = each_once(read);
    (!read.is_empty()).then(|| format!("I read {}.", read.join(", ")))
}

/// The first few, each once.
fn each_once(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for word in words {
        if once.len() < NAMED && !once.contains(&word) {
            once.push(word);
        }
    }
    once
}

/// The answers to which the question could be added. A phrasing needs none, a guard would be against
/// it, and what is no question, or in distress, is not to be learnt.
fn teachable(knowledge: &Knowledge, reply: &Reply, evidence: Option<&Evidence>) -> Vec<Suggestion> {
    let is_question = match reply {
        Reply::Answer(_) | Reply::Choice(_) => true,
        Reply::NoAnswer(no_answer) => no_answer.is_a_gap(),
        Reply::Sheet(_) => false,
    };
    let Some(evidence) = evidence.filter(|_| is_question) else { return Vec::new() };
    if !matches!(evidence.verdict, Verdict::Confidence { .. }) {
        return Vec::new();
    }
    let given = match reply {
        Reply::Answer(answer) => Some(answer.entry()),
        _ => None,
    };
    let nearest = evidence.candidates.iter().map(|candidate| &candidate.entry);
    let nearest: Vec<EntryId> = nearest.filter(|entry| Some(*entry) != given).cloned().collect();
    suggestions(knowledge, &nearest)
}

fn question_of(knowledge: &Knowledge, entry: &EntryId) -> String {
    let found = knowledge.library.entries.get(entry);
    found.map_or_else(|| entry.to_string(), |entry| entry.question.clone())
}

fn percent(confidence: Confidence) -> String {
    format!("{:.0} %", 100.0 * confidence.together)
}

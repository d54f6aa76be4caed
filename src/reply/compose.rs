//! Composes replies from the decisions of the matcher and from the content.
//!
//! The sentences about the case come from the content: answers, pages and the bot's voice. The code
//! has the headings that fit every case, and the words of the stamp. The stamp is not content: an
//! editor could reword it to claim something that was not computed.

use jiff::civil::Date;

use super::answer::{
    Answer, AnswerExtras, Choice, Citations, ConflictNote, NoAnswer, QuotedWords, Reply,
    ShownCitation, ShownStanding, Suggestion, WhyNoAnswer,
};
use super::markdown::parse_markdown;
use super::rich_text::{Block, Inline, RichText};
use super::sheet::{Link, Section, Sheet, SheetPage};
use crate::config::{OperatorSettings, PrivacySettings};
use crate::knowledge::{
    Aspect, CaseFile, EntryId, FaqEntry, Hold, Knowledge, PageBody, PageName, PageSection,
    Quotation, QuotationKey, Sentence, TimelineEvent, Vetting,
};
use crate::legal::{
    Case, CaseStamp, Citation, HistoryKind, Prejudice, Source, abbreviated, written_out,
};
use crate::matcher::{NoAnswerReason, Outcome};

/// The end of every reply. It is in the code, so that content cannot leave it out.
pub const DISCLAIMER: &str = "Information, not legal advice.";

/// The message after an internal error; the front end may add a reference for the operator. It is
/// in the code, because the error may be in the content.
pub const APOLOGY: &str =
    "Sorry, something went wrong on my side, and I would rather say nothing than something wrong.";

/// Composes the reply for an outcome.
pub fn compose(
    knowledge: &Knowledge,
    outcome: &Outcome,
    is_in_distress: bool,
    stamp: &CaseStamp,
) -> Reply {
    match outcome {
        Outcome::Answered { entry, runners_up } => {
            match reply_for(knowledge, entry, runners_up, stamp) {
                Reply::Answer(answer) => {
                    let care = || knowledge.case_file.say(Sentence::Distress, &[]);
                    Reply::Answer(Box::new(answer.with_care(is_in_distress.then(care))))
                }
                // An answer that is held back must not keep help from somebody who needs it.
                _ if is_in_distress => {
                    let text = knowledge.case_file.say(Sentence::Distress, &[]);
                    let reason = WhyNoAnswer::Question(NoAnswerReason::Distress);
                    Reply::NoAnswer(without_suggestions(text, reason, stamp))
                }
                reply => reply,
            }
        }
        Outcome::Ambiguous(ids) => Reply::Choice(Choice {
            text: knowledge.case_file.say(Sentence::Choice, &[]),
            suggestions: suggestions(knowledge, ids),
            stamp: stamp.clone(),
        }),
        Outcome::NoAnswer { reason, nearest, guard } => Reply::NoAnswer(NoAnswer {
            text: match guard_says(knowledge, guard.as_deref()) {
                Some(says) => says.to_owned(),
                None => no_answer_text(&knowledge.case_file, *reason, !nearest.is_empty()),
            },
            reason: WhyNoAnswer::Question(*reason),
            language: None,
            nearest: suggestions(knowledge, nearest),
            stamp: stamp.clone(),
        }),
    }
}

/// The reply to a request for an entry by id: its answer, or the reason why there is none.
pub fn entry_reply(knowledge: &Knowledge, id: &EntryId, stamp: &CaseStamp) -> Reply {
    reply_for(knowledge, id, &[], stamp)
}

/// The reply to somebody who does not write in English, by the ISO 639-1 code of the language.
pub fn in_other_language(knowledge: &Knowledge, code: &str, stamp: &CaseStamp) -> Reply {
    let languages = &knowledge.library.languages;
    let text = match languages.iter().find(|language| language.code == code) {
        Some(language) => language.says.clone(),
        None => knowledge.case_file.say(Sentence::OtherLanguage, &[]),
    };
    let reason = WhyNoAnswer::Question(NoAnswerReason::OtherLanguage);
    Reply::NoAnswer(NoAnswer {
        language: Some(code.to_owned()),
        ..without_suggestions(text, reason, stamp)
    })
}

/// The reply to somebody who asks about the answer that was given last.
pub fn about_answer(
    knowledge: &Knowledge,
    id: &EntryId,
    aspect: Aspect,
    stamp: &CaseStamp,
) -> Reply {
    let answer = match reply_for(knowledge, id, &[], stamp) {
        Reply::Answer(answer) => answer,
        reply => return reply,
    };
    Reply::Answer(Box::new(match aspect {
        Aspect::Sources | Aspect::Certainty | Aspect::More | Aspect::Reason => {
            answer.with_evidence()
        }
        Aspect::Again => *answer,
        Aspect::Short => {
            let first = answer.body().0.iter().take(1).cloned().collect();
            answer.with_body(RichText(first))
        }
        Aspect::Age => {
            let checked = written_out(answer.as_of());
            let say = knowledge.case_file.say(Sentence::Age, &[("date", &checked)]);
            answer.with_body(RichText::plain(say))
        }
    }))
}

/// The reply for an entry. The runners-up come first among the related questions.
fn reply_for(
    knowledge: &Knowledge,
    id: &EntryId,
    runners_up: &[EntryId],
    stamp: &CaseStamp,
) -> Reply {
    let say = |sentence, values: &[(&str, &str)]| knowledge.case_file.say(sentence, values);
    let Some(entry) = knowledge.library.entries.get(id) else {
        return unknown_id(knowledge, stamp);
    };
    if let (Vetting::Vetted(_), Some(hold)) = (&entry.vetting, knowledge.hold_on(id)) {
        return under_review(knowledge, hold, stamp);
    }
    let (reason, text) = match &entry.vetting {
        // Members read the same as for an unknown id, because a draft is not public.
        Vetting::Draft => (WhyNoAnswer::Draft, say(Sentence::UnknownId, &[])),
        Vetting::Withdrawn { date, reason } => {
            let values = [("date", written_out(*date)), ("reason", reason.clone())];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            (WhyNoAnswer::Withdrawn, say(Sentence::Withdrawn, &values))
        }
        Vetting::Vetted(_) => match answer(knowledge, entry, runners_up, stamp) {
            Some(answer) => return Reply::Answer(Box::new(answer)),
            // Cannot happen: the loader rejects entries whose sources are all unknown.
            None => return unknown_id(knowledge, stamp),
        },
    };
    Reply::NoAnswer(without_suggestions(text, reason, stamp))
}

/// What the bot says instead of something that moderators hold back.
pub fn under_review(knowledge: &Knowledge, hold: &Hold, stamp: &CaseStamp) -> Reply {
    let since = written_out(hold.since);
    let text = knowledge.case_file.say(Sentence::UnderReview, &[("date", &since)]);
    Reply::NoAnswer(without_suggestions(text, WhyNoAnswer::UnderReview, stamp))
}

fn unknown_id(knowledge: &Knowledge, stamp: &CaseStamp) -> Reply {
    let text = knowledge.case_file.say(Sentence::UnknownId, &[]);
    Reply::NoAnswer(without_suggestions(text, WhyNoAnswer::UnknownId, stamp))
}

fn without_suggestions(text: String, reason: WhyNoAnswer, stamp: &CaseStamp) -> NoAnswer {
    NoAnswer { text, reason, language: None, nearest: Vec::new(), stamp: stamp.clone() }
}

fn answer(
    knowledge: &Knowledge,
    entry: &FaqEntry,
    runners_up: &[EntryId],
    stamp: &CaseStamp,
) -> Option<Answer> {
    let quoted = |keys: &[QuotationKey]| {
        keys.iter().filter_map(|key| quoted_words(knowledge, key)).collect()
    };
    let conflicts = entry.conflicts.iter().filter_map(|key| knowledge.case_file.conflicts.get(key));
    let conflicts = conflicts.map(|conflict| ConflictNote {
        question: conflict.question.clone(),
        prevailing: conflict.prevailing.clone(),
        why: conflict.why.clone(),
    });
    let mut related = runners_up.to_vec();
    related.extend(entry.neighbours().filter(|neighbour| !runners_up.contains(neighbour)).cloned());
    let link = knowledge.library.topic(&entry.id.topic()).and_then(|topic| topic.link.clone());
    let extras = AnswerExtras {
        quotations: quoted(&entry.quotations),
        quoted_in_reply: entry.quoted_in_reply.clone(),
        responses: quoted(&entry.responses),
        conflicts: conflicts.collect(),
        related: suggestions(knowledge, &related),
        link: link.map(Link::from),
    };
    let label = knowledge.case_file.voice.standing(entry.standing).to_owned();
    Some(Answer::new(
        (entry.id.clone(), entry.question.clone()),
        parse_markdown(&entry.answer.value).0,
        (ShownStanding { standing: entry.standing, label }, entry.as_of),
        Citations::new(shown_citations(knowledge, &entry.citations))?,
        stamp.clone(),
        extras,
    ))
}

/// The sentence of a guard that leads to silence.
fn guard_says<'c>(knowledge: &'c Knowledge, name: Option<&str>) -> Option<&'c str> {
    knowledge.library.guard(name?)?.says.as_deref()
}

fn no_answer_text(case_file: &CaseFile, reason: NoAnswerReason, has_nearest: bool) -> String {
    let (sentence, lists_nearest) = match reason {
        NoAnswerReason::Empty => (Sentence::Empty, false),
        NoAnswerReason::Distress => (Sentence::Distress, false),
        // The language has a sentence of its own.
        NoAnswerReason::OtherLanguage => (Sentence::NotSure, false),
        // This sentence ends by introducing the examples itself.
        NoAnswerReason::SmallTalk => (Sentence::SmallTalk, false),
        NoAnswerReason::Outside => (Sentence::Outside, has_nearest),
        NoAnswerReason::OtherMatter => (Sentence::OtherMatter, has_nearest),
        NoAnswerReason::NotSure => (Sentence::NotSure, has_nearest),
    };
    let text = case_file.say(sentence, &[]);
    if lists_nearest { format!("{text} {}", case_file.say(Sentence::Nearest, &[])) } else { text }
}

/// The vetted entries among these, as suggestions.
pub fn suggestions(knowledge: &Knowledge, ids: &[EntryId]) -> Vec<Suggestion> {
    let entries = ids
        .iter()
        .filter_map(|id| knowledge.library.entries.get(id))
        .filter(|entry| entry.is_vetted());
    entries
        .map(|entry| Suggestion {
            entry: entry.id.clone(),
            question: entry.question.clone(),
            topic: entry.id.topic(),
        })
        .collect()
}

fn shown_citations(knowledge: &Knowledge, citations: &[Citation]) -> Vec<ShownCitation> {
    let known = citations.iter().filter_map(|citation| {
        Some((citation, knowledge.case_file.sources.get(&citation.source)?))
    });
    let shown = known.map(|(citation, source)| ShownCitation {
        key: citation.source.clone(),
        title: source.title.clone(),
        publisher: source.publisher.clone(),
        short: source.short_name().to_owned(),
        date: source.date,
        url: source.url.clone(),
        locator: citation.locator.clone(),
        kind: source.kind,
        reliability: source.reliability,
        copy_at: source.copy_at.clone(),
    });
    shown.collect()
}

fn quoted_words(knowledge: &Knowledge, key: &QuotationKey) -> Option<QuotedWords> {
    let quotation = knowledge.library.quotations.get(key)?;
    let source = knowledge.case_file.sources.get(&quotation.source)?;
    Some(QuotedWords {
        key: key.clone(),
        words: quotation.words.clone(),
        speaker: quotation.speaker.clone(),
        document: quotation.document.clone(),
        source: quotation.source.clone(),
        publisher: source.publisher.clone(),
        locator: quotation.locator.clone(),
        date: quotation.date,
        standing: quotation.standing,
        caveat: quotation.caveat.clone(),
    })
}

/// The status of the case in words, for the line under every reply.
pub(super) fn stamp_line(stamp: &CaseStamp) -> String {
    status_line(stamp, "Status")
}

/// The line under an answer, which also has the date up to which the facts were checked.
pub(super) fn answer_stamp_line(stamp: &CaseStamp, as_of: Date) -> String {
    if as_of == stamp.last_checked {
        status_line(stamp, "Status and facts")
    } else {
        format!("{} Facts checked up to {}.", status_line(stamp, "Status"), written_out(as_of))
    }
}

/// The status of the case in three lines. The date of the check is in the stamp below it.
fn status_lines(case: &Case, stamp: &CaseStamp) -> String {
    let ruling = match stamp.disposition.ruling_on_merits {
        true => "A court ruled on the claims.",
        false => "No court ruled on the claims.",
    };
    let claims = match stamp.open_claims {
        true => "",
        false => " There is nothing to claim or join.",
    };
    let step = step(stamp);
    let (initial, rest) = step.split_at(1);
    let overdue = overdue(stamp);
    format!(
        "{}, {}\n{}{rest}.\n{ruling}{claims}{overdue}",
        case.caption,
        case.docket_number,
        initial.to_uppercase()
    )
}

/// The status of the case, and the date on which `what` was last checked.
fn status_line(stamp: &CaseStamp, what: &str) -> String {
    let disposition = &stamp.disposition;
    let step = step(stamp);
    let ruling = if disposition.ruling_on_merits { "" } else { " No court ruled on the claims." };
    let claims = if stamp.open_claims { "" } else { " There is nothing to claim or join." };
    let checked = written_out(stamp.last_checked);
    let overdue = overdue(stamp);
    format!("{}: {step}.{ruling}{claims} {what} last checked on {checked}.{overdue}", stamp.caption)
}

fn overdue(stamp: &CaseStamp) -> String {
    match stamp.overdue_days {
        Some(days) => {
            format!(" That check is {days} days old, so something may have changed since.")
        }
        None => String::new(),
    }
}

/// The latest step of the case.
fn step(stamp: &CaseStamp) -> String {
    let disposition = &stamp.disposition;
    let date = written_out(disposition.date);
    let prejudice = match disposition.prejudice {
        Some(Prejudice::With) => " with prejudice",
        Some(Prejudice::Without) => " without prejudice",
        None => "",
    };
    match disposition.kind {
        HistoryKind::Filed => format!("filed on {date}; no outcome is known"),
        HistoryKind::Refiled => format!("filed again on {date}; no outcome is known"),
        HistoryKind::VoluntarilyDismissed => {
            format!("dropped by the plaintiff on {date}, dismissed{prejudice}")
        }
        HistoryKind::DismissedByCourt => format!("dismissed by the court on {date}{prejudice}"),
        HistoryKind::Settled => format!("settled on {date}"),
        HistoryKind::Judgment => format!("decided by a judgment of {date}"),
        HistoryKind::Appealed => format!("under appeal since {date}"),
    }
}

/// The status of the case in a few words, for a small screen: `Dropped without
/// prejudice 4 Mar 2024, nothing to claim · Checked 5 May 2024 · Not legal advice`.
pub fn brief_stamp(stamp: &CaseStamp, as_of: Date) -> String {
    let disposition = &stamp.disposition;
    let prejudice = match disposition.prejudice {
        Some(Prejudice::With) => " with prejudice",
        Some(Prejudice::Without) => " without prejudice",
        None => "",
    };
    let step = match disposition.kind {
        HistoryKind::Filed => "Filed",
        HistoryKind::Refiled => "Filed again",
        HistoryKind::VoluntarilyDismissed => "Dropped",
        HistoryKind::DismissedByCourt => "Dismissed",
        HistoryKind::Settled => "Settled",
        HistoryKind::Judgment => "Judgment",
        HistoryKind::Appealed => "Under appeal since",
    };
    let is_open = matches!(
        disposition.kind,
        HistoryKind::Filed | HistoryKind::Refiled | HistoryKind::Appealed
    );
    let outcome = if is_open { ", outcome open" } else { "" };
    // That a plaintiff dropped a case says already that no court ruled.
    let says_nothing_new = is_open || disposition.kind == HistoryKind::VoluntarilyDismissed;
    let is_silent = says_nothing_new || disposition.ruling_on_merits;
    let ruling = if is_silent { "" } else { ", no ruling" };
    let claims = if stamp.open_claims { "" } else { ", nothing to claim" };
    // The older date: that far, both the status and the facts of the answer were checked.
    let checked = abbreviated(as_of.min(stamp.last_checked));
    let overdue = match stamp.overdue_days {
        Some(days) => format!(", {days} days ago"),
        None => String::new(),
    };
    format!(
        "{step}{prejudice} {}{outcome}{ruling}{claims} · Checked {checked}{overdue} · Not legal advice",
        abbreviated(disposition.date)
    )
}

/// `/status`: where the case stands, then the case itself.
pub fn status(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let CaseFile { case, voice, .. } = &knowledge.case_file;
    let page = |name: &str, sections, citations: &mut dyn Iterator<Item = Citation>| SheetPage {
        name: name.to_owned(),
        sections,
        citations: cited_once(knowledge, citations),
    };
    let cited = || case.history.iter().flat_map(|event| event.citations.iter().cloned());
    let latest = case.history.latest().citations.iter().cloned();
    let overview = page(
        "Where it stands",
        vec![Section::paragraph(status_lines(case, stamp))],
        &mut latest.clone(),
    );
    let facts = [
        ("Case", case.caption.clone()),
        ("Court", format!("{}, {}", case.court, case.court_seat)),
        ("Number", docket_numbers(case)),
        ("Plaintiff", case.plaintiff.clone()),
        ("Defendant", case.defendant.clone()),
    ];
    let facts =
        facts.map(|(name, value)| vec![Inline::Strong(format!("{name}: ")), Inline::Text(value)]);
    let history = case.history.iter().map(|event| {
        vec![
            Inline::Strong(format!("{}: ", written_out(event.date))),
            Inline::Text(event.what.clone()),
        ]
    });
    let about = vec![
        Section::paragraph(case.subject.clone()),
        Section { heading: None, body: unnumbered(facts) },
    ];
    let mut others = vec![
        page("The case", about, &mut cited()),
        page(
            "What happened",
            vec![Section { heading: None, body: unnumbered(history) }],
            &mut cited(),
        ),
    ];
    if stamp.disposition.prejudice == Some(Prejudice::Without) {
        let text = Section::paragraph(voice.text(Sentence::WithoutPrejudice));
        others.push(page(
            voice.text(Sentence::WithoutPrejudiceHeading),
            vec![text],
            &mut latest.clone(),
        ));
    }
    if let Some(note) = &case.last_checked_note {
        let text = Section::paragraph(note.clone());
        others.push(page("The last check", vec![text], &mut latest.clone()));
    }
    let title = knowledge.case_file.say(Sentence::StatusTitle, &[]);
    Sheet::of_pages(title, overview, others, stamp)
}

fn docket_numbers(case: &Case) -> String {
    let others: Vec<String> =
        case.other_docket_numbers.iter().map(|number| format!("also written {number}")).collect();
    if others.is_empty() {
        case.docket_number.to_string()
    } else {
        format!("{} ({})", case.docket_number, others.join(", "))
    }
}

/// A page of the content. Each of its sections is a page of the sheet; the opening comes before the
/// first.
pub fn page(knowledge: &Knowledge, name: &PageName, stamp: &CaseStamp) -> Reply {
    let Some(page) = knowledge.case_file.pages.get(name) else {
        return unknown_id(knowledge, stamp);
    };
    if let Some(hold) = knowledge.hold_on_everything() {
        return under_review(knowledge, hold, stamp);
    }
    let opening = SheetPage {
        name: String::new(),
        sections: vec![Section::paragraph(page.opening.clone())],
        citations: Vec::new(),
    };
    let mut pages = page.sections.iter().map(|section| SheetPage {
        name: section.heading.clone(),
        sections: vec![page_section(section)],
        citations: cited_once(knowledge, section.citation_lists().into_iter().flatten().cloned()),
    });
    let mut first = pages.next().unwrap_or_else(|| opening.clone());
    let others = pages.collect();
    if first != opening {
        first.sections.splice(0..0, opening.sections);
    }
    if let Some(closing) = page.closing_line() {
        let closing = Section::paragraph(closing);
        first.sections.push(closing);
    }
    let links = page.links.iter().cloned().map(Link::from);
    let sheet =
        Sheet::of_pages(page.title.clone(), first, others, stamp).with_links(links.collect());
    Reply::Sheet(Box::new(sheet))
}

fn page_section(section: &PageSection) -> Section {
    let body = match &section.body {
        PageBody::Text(text, _) => RichText::plain(text.clone()),
        PageBody::Steps(steps, _) => RichText::list(true, steps.iter().cloned()),
        PageBody::Points(points) => unnumbered(points.iter().map(|point| {
            let name = point.name.iter().map(|name| Inline::Strong(format!("{name}: ")));
            name.chain([Inline::Text(point.text.clone())]).collect()
        })),
    };
    Section::new(section.heading.clone(), body)
}

/// About how many characters of a list fit on a small screen.
const PAGE_LENGTH: usize = 700;

/// `/timeline`: the events, in order. The page with the last ones comes first.
pub fn timeline(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let CaseFile { timeline, voice, .. } = &knowledge.case_file;
    let mut pages: Vec<Vec<&TimelineEvent>> = Vec::new();
    let mut room = 0;
    for event in timeline.iter().rev() {
        let length = event.what.chars().count();
        match pages.last_mut().filter(|_| length <= room) {
            Some(page) => {
                page.push(event);
                room -= length;
            }
            None => {
                pages.push(vec![event]);
                room = PAGE_LENGTH.saturating_sub(length);
            }
        }
    }
    let pages = pages.into_iter().rev().map(|mut events| {
        events.reverse();
        let ends = [events.first(), events.last()].map(|event| event.map(|event| event.date));
        let name = match ends {
            [Some(first), Some(last)] if first != last => format!("{first} to {last}"),
            [first, _] => first.map_or(String::new(), |date| date.to_string()),
        };
        let listed = events.iter().map(|event| {
            vec![
                Inline::Strong(format!("{}: ", event.date)),
                Inline::Text(event.what.clone()),
                Inline::Emphasis(format!(" ({})", voice.standing(event.standing))),
            ]
        });
        let cited = events.iter().flat_map(|event| event.citations.iter().cloned());
        SheetPage {
            name,
            sections: vec![Section { heading: None, body: unnumbered(listed) }],
            citations: cited_once(knowledge, cited),
        }
    });
    sheet_of(knowledge.case_file.say(Sentence::TimelineTitle, &[]), pages, stamp)
        .with_last_page_first()
}

/// `/sources`: the sources of the answers, each with its reliability, and their conflicts.
pub fn sources(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let case_file = &knowledge.case_file;
    let count = case_file.sources.len().to_string();
    let opening = case_file.say(Sentence::SourcesOpening, &[("sources", &count)]);
    let opening = SheetPage {
        name: "All sources".to_owned(),
        sections: vec![Section::paragraph(opening), most_cited(knowledge)],
        citations: Vec::new(),
    };
    let conflicts = case_file.conflicts.values().map(|conflict| {
        vec![
            Inline::Strong(format!("{} ", conflict.question)),
            Inline::Text(conflict.prevailing.clone()),
        ]
    });
    let conflicts = SheetPage {
        name: "Where they disagree".to_owned(),
        sections: vec![Section::new(
            "Where they disagree, and what prevails",
            unnumbered(conflicts),
        )],
        citations: Vec::new(),
    };
    let has_conflicts = !case_file.conflicts.is_empty();
    let sources = case_file.sources.values().map(|source| source_page(source));
    let pages = std::iter::once(opening).chain(has_conflicts.then_some(conflicts)).chain(sources);
    sheet_of(case_file.say(Sentence::SourcesTitle, &[]), pages, stamp)
}

/// How many sources are named as those that are cited most.
const MOST_CITED: usize = 5;

/// The sources that most answers cite.
fn most_cited(knowledge: &Knowledge) -> Section {
    let sources = knowledge.case_file.sources.iter().map(|(key, source)| {
        let cites = |entry: &&FaqEntry| entry.citations.iter().any(|cited| cited.source == *key);
        (knowledge.library.vetted().filter(cites).count(), source)
    });
    let mut sources: Vec<(usize, _)> = sources.filter(|(count, _)| *count > 0).collect();
    sources.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let listed = sources.into_iter().take(MOST_CITED).map(|(count, source)| {
        let answers = if count == 1 { "1 answer".to_owned() } else { format!("{count} answers") };
        format!("{}: {answers}", source.short_name())
    });
    Section::new("Cited most", RichText::list(false, listed))
}

fn source_page(source: &Source) -> SheetPage {
    let date = source.date.map_or(String::new(), |date| format!(", {date}"));
    let name = format!("{}{date}: {}", source.publisher, source.title);
    let link = source.url.as_ref().map(|url| Inline::Link {
        text: source
            .copy_at
            .as_ref()
            .map_or_else(|| "Open it".to_owned(), |site| format!("Open the copy at {site}")),
        url: url.clone(),
    });
    let facts = [
        format!("Kind: {}", source.kind.label()),
        format!("Reliability: {}", source.reliability.label()),
        format!("How it was read: {}", source.read_as.label()),
    ];
    let facts = facts.into_iter().map(|fact| vec![Inline::Text(fact)]);
    let mut sections = vec![Section {
        heading: Some(format!("{}{date}", source.publisher)),
        body: RichText::plain(format!("“{}”", source.title))
            .then(unnumbered(facts.chain(link.map(|link| vec![link])))),
    }];
    sections.extend(source.note.iter().map(Section::paragraph));
    if !source.known_errors.is_empty() {
        let errors = RichText::list(false, source.known_errors.iter().cloned());
        sections.push(Section::new("Known errors", errors));
    }
    SheetPage { name, sections, citations: Vec::new() }
}

/// A sheet of some pages; one empty page if there are none.
fn sheet_of(title: String, pages: impl IntoIterator<Item = SheetPage>, stamp: &CaseStamp) -> Sheet {
    let mut pages = pages.into_iter();
    match pages.next() {
        Some(first) => Sheet::of_pages(title, first, pages.collect(), stamp),
        None => Sheet::new(title, Vec::new(), stamp),
    }
}

/// `/quote`: the quotations that were found.
pub fn quotations(knowledge: &Knowledge, found: &[QuotationKey], stamp: &CaseStamp) -> Sheet {
    let found =
        || found.iter().filter_map(|key| Some((key, knowledge.library.quotations.get(key)?)));
    let mut sections: Vec<Section> = found()
        .filter_map(|(key, quotation)| {
            Some(quotation_section(knowledge, quotation, &quoted_words(knowledge, key)?))
        })
        .collect();
    if sections.is_empty() {
        sections.push(Section::paragraph(knowledge.case_file.voice.text(Sentence::NoQuotation)));
    }
    let cited = found().map(|(_, quotation)| Citation {
        source: quotation.source.clone(),
        locator: quotation.locator.clone(),
    });
    Sheet::new(knowledge.case_file.say(Sentence::QuoteTitle, &[]), sections, stamp)
        .with_citations(cited_once(knowledge, cited))
}

fn quotation_section(knowledge: &Knowledge, quotation: &Quotation, shown: &QuotedWords) -> Section {
    let date = quotation.date.map_or(String::new(), |date| format!(", {date}"));
    let document =
        quotation.document.as_ref().map_or(String::new(), |document| format!(", {document}"));
    let heading = format!("{}{document}{date}", quotation.speaker);
    let mut body = RichText::plain(format!("“{}”", quotation.words));
    let standing = knowledge.case_file.voice.standing(quotation.standing);
    body =
        body.then(RichText::plain(format!("Standing: {standing}. Read in: {}.", shown.publisher)));
    if let Some(caveat) = &quotation.caveat {
        body = body.then(RichText::plain(format!("Note: {caveat}")));
    }
    Section::new(heading, body)
}

/// `/about`: information about the bot and who runs it.
/// `stores` is what the store keeps; `None` without a store.
pub fn about(
    knowledge: &Knowledge,
    operator: &OperatorSettings,
    stores: Option<&PrivacySettings>,
    stamp: &CaseStamp,
) -> Sheet {
    let case_file = &knowledge.case_file;
    let answers = knowledge.library.vetted().count().to_string();
    let opening = case_file.say(Sentence::AboutOpening, &[("answers", &answers)]);
    let about = case_file.voice.about.iter();
    let about =
        about.map(|part| Section::new(part.heading.clone(), RichText::plain(part.text.clone())));
    let version = RichText::plain(format!(
        "Caseclerk {}, knowledge {}.",
        env!("CARGO_PKG_VERSION"),
        knowledge.library.content_hash.short()
    ));
    let sections = std::iter::once(Section::paragraph(opening))
        .chain(about)
        .chain([stores_section(case_file, stores)])
        .chain(operator_section(operator))
        .chain([Section::new("Version", version)]);
    Sheet::new(case_file.say(Sentence::AboutTitle, &[]), sections.collect(), stamp)
}

/// What is kept of those who ask.
fn stores_section(case_file: &CaseFile, stores: Option<&PrivacySettings>) -> Section {
    let say = |sentence, days: u32| case_file.say(sentence, &[("days", &days.to_string())]);
    let mut said = vec![say(Sentence::StoresInMemory, 0)];
    match stores {
        None => said.push(say(Sentence::StoresNothing, 0)),
        Some(privacy) => {
            if privacy.keep_questions {
                said.push(say(Sentence::StoresQuestions, privacy.keep_days));
                said.push(match privacy.keep_direct_messages {
                    true => say(Sentence::StoresDirectMessages, 0),
                    false => say(Sentence::StoresNoDirectMessages, 0),
                });
            } else {
                said.push(say(Sentence::StoresNoQuestions, 0));
            }
            if privacy.share_conversations {
                said.push(say(Sentence::StoresConversations, 0));
            }
            said.push(say(Sentence::StoresOthers, privacy.remember_answers_days));
        }
    }
    let heading = case_file.say(Sentence::StoresHeading, &[]);
    Section::new(heading, RichText::plain(said.join(" ")))
}

/// `None` if the operator has said nothing.
fn operator_section(operator: &OperatorSettings) -> Option<Section> {
    let words_or_link = |label: &str, fact: &str| {
        if fact.starts_with("https://") || fact.starts_with("http://") {
            Inline::Link { text: label.to_owned(), url: fact.to_owned() }
        } else {
            Inline::Text(format!("{label}: {fact}"))
        }
    };
    let facts = [
        ("Run by", &operator.name),
        ("Contact", &operator.contact),
        ("Privacy policy", &operator.privacy_url),
        ("Source code", &operator.source_url),
    ];
    let known = facts
        .into_iter()
        .filter_map(|(label, fact)| Some(vec![words_or_link(label, fact.as_deref()?)]));
    let known: Vec<_> = known.collect();
    (!known.is_empty()).then(|| Section::new("Who runs this bot", unnumbered(known)))
}

/// The short help: example questions, and the commands of the front end.
pub fn help(knowledge: &Knowledge, commands: &[(String, String)], stamp: &CaseStamp) -> Sheet {
    let commands = commands
        .iter()
        .map(|(name, what)| vec![Inline::Strong(name.clone()), Inline::Text(format!(": {what}"))]);
    let leads = knowledge.library.topics.iter().filter_map(|topic| topic.lead.clone());
    let leads: Vec<EntryId> = leads.take(4).collect();
    let examples = suggestions(knowledge, &leads).into_iter().map(|suggestion| suggestion.question);
    let sections = vec![
        Section::paragraph(knowledge.case_file.say(Sentence::HelpOpening, &[])),
        Section::new("For example", RichText::list(false, examples)),
        Section::new("Commands", unnumbered(commands)),
    ];
    Sheet::new(knowledge.case_file.say(Sentence::HelpTitle, &[]), sections, stamp)
}

/// The reply to somebody who meant none of the suggested questions.
pub fn none_of_these(knowledge: &Knowledge, stamp: &CaseStamp) -> NoAnswer {
    let text = knowledge.case_file.say(Sentence::NoneOfThese, &[]);
    without_suggestions(text, WhyNoAnswer::Question(NoAnswerReason::NotSure), stamp)
}

/// The line above the errors that forbid using the content.
pub fn no_content(errors: usize) -> String {
    let mistakes = if errors == 1 { "1 mistake".to_owned() } else { format!("{errors} mistakes") };
    format!("The FAQ has {mistakes} that must be fixed before it can be used:")
}

fn unnumbered(items: impl IntoIterator<Item = Vec<Inline>>) -> RichText {
    RichText(vec![Block::List { first: None, items: items.into_iter().collect() }])
}

/// Every source once, with its first locator.
fn cited_once(
    knowledge: &Knowledge,
    citations: impl Iterator<Item = Citation>,
) -> Vec<ShownCitation> {
    let mut once: Vec<Citation> = Vec::new();
    for citation in citations {
        if !once.iter().any(|seen| seen.source == citation.source) {
            once.push(citation);
        }
    }
    shown_citations(knowledge, &once)
}

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
use super::sheet::{Link, Section, Sheet};
use crate::knowledge::{
    CaseFile, EntryId, FaqEntry, Knowledge, PageBody, PageName, PageSection, Quotation,
    QuotationKey, Sentence, Vetting,
};
use crate::legal::{Case, CaseStamp, Citation, HistoryKind, Prejudice, written_out};
use crate::matcher::{NoAnswerReason, Outcome};

/// The end of every reply. It is in the code, so that content cannot leave it out.
pub const DISCLAIMER: &str = "Information, not legal advice.";

/// The message after an internal error; the front end may add a reference for the operator. It is
/// in the code, because the error may be in the content.
pub const APOLOGY: &str =
    "Sorry, something went wrong on my side, and I would rather say nothing than something wrong.";

/// Composes the reply for an outcome.
pub fn compose(knowledge: &Knowledge, outcome: &Outcome, stamp: &CaseStamp) -> Reply {
    match outcome {
        Outcome::Answered { entry, runners_up } => reply_for(knowledge, entry, runners_up, stamp),
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
            nearest: suggestions(knowledge, nearest),
            stamp: stamp.clone(),
        }),
    }
}

/// The reply to a request for an entry by id: its answer, or the reason why there is none.
pub fn entry_reply(knowledge: &Knowledge, id: &EntryId, stamp: &CaseStamp) -> Reply {
    reply_for(knowledge, id, &[], stamp)
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

fn unknown_id(knowledge: &Knowledge, stamp: &CaseStamp) -> Reply {
    let text = knowledge.case_file.say(Sentence::UnknownId, &[]);
    Reply::NoAnswer(without_suggestions(text, WhyNoAnswer::UnknownId, stamp))
}

fn without_suggestions(text: String, reason: WhyNoAnswer, stamp: &CaseStamp) -> NoAnswer {
    NoAnswer { text, reason, nearest: Vec::new(), stamp: stamp.clone() }
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
    let extras = AnswerExtras {
        quotations: quoted(&entry.quotations),
        responses: quoted(&entry.responses),
        conflicts: conflicts.collect(),
        related: suggestions(knowledge, &related),
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
        date: source.date,
        url: source.url.clone(),
        locator: citation.locator.clone(),
        kind: source.kind,
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

/// The status of the case, and the date on which `what` was last checked.
fn status_line(stamp: &CaseStamp, what: &str) -> String {
    let disposition = &stamp.disposition;
    let date = written_out(disposition.date);
    let prejudice = match disposition.prejudice {
        Some(Prejudice::With) => " with prejudice",
        Some(Prejudice::Without) => " without prejudice",
        None => "",
    };
    let step = match disposition.kind {
        HistoryKind::Filed => format!("filed on {date}; no outcome is known"),
        HistoryKind::Refiled => format!("filed again on {date}; no outcome is known"),
        HistoryKind::VoluntarilyDismissed => {
            format!("dropped by the plaintiff on {date}, dismissed{prejudice}")
        }
        HistoryKind::DismissedByCourt => format!("dismissed by the court on {date}{prejudice}"),
        HistoryKind::Settled => format!("settled on {date}"),
        HistoryKind::Judgment => format!("decided by a judgment of {date}"),
        HistoryKind::Appealed => format!("under appeal since {date}"),
    };
    let ruling = if disposition.ruling_on_merits { "" } else { " No court ruled on the claims." };
    let claims = if stamp.open_claims { "" } else { " There is nothing to claim or join." };
    let checked = written_out(stamp.last_checked);
    let overdue = match stamp.overdue_days {
        Some(days) => {
            format!(" That check is {days} days old, so something may have changed since.")
        }
        None => String::new(),
    };
    format!("{}: {step}.{ruling}{claims} {what} last checked on {checked}.{overdue}", stamp.caption)
}

/// `/status`: the case and its status.
pub fn status(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let CaseFile { case, voice, .. } = &knowledge.case_file;
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
    let mut sections = vec![
        Section::paragraph(stamp_line(stamp)),
        Section::new("The case", unnumbered(facts)),
        Section::new("What it was about", RichText::plain(case.subject.clone())),
        Section::new("What happened", unnumbered(history)),
    ];
    if stamp.disposition.prejudice == Some(Prejudice::Without) {
        sections.push(Section::new(
            voice.text(Sentence::WithoutPrejudiceHeading),
            RichText::plain(voice.text(Sentence::WithoutPrejudice)),
        ));
    }
    if let Some(note) = &case.last_checked_note {
        let heading = format!("Last check: {}", written_out(case.last_checked));
        sections.push(Section::new(heading, RichText::plain(note.clone())));
    }
    let cited = case.history.iter().flat_map(|event| &event.citations);
    Sheet::new(knowledge.case_file.say(Sentence::StatusTitle, &[]), sections, stamp)
        .with_citations(cited_once(knowledge, cited.cloned()))
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

/// A page of the content.
pub fn page(knowledge: &Knowledge, name: &PageName, stamp: &CaseStamp) -> Reply {
    let Some(page) = knowledge.case_file.pages.get(name) else {
        return unknown_id(knowledge, stamp);
    };
    let closing = page.closing_line().map(Section::paragraph);
    let sections = std::iter::once(Section::paragraph(page.opening.clone()))
        .chain(page.sections.iter().map(page_section))
        .chain(closing);
    let links =
        page.links.iter().map(|link| Link { text: link.text.clone(), url: link.url.clone() });
    let sheet = Sheet::new(page.title.clone(), sections.collect(), stamp)
        .with_links(links.collect())
        .with_citations(cited_once(knowledge, page.citations().cloned()));
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

/// `/timeline`: the events, in order.
pub fn timeline(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let CaseFile { timeline, voice, .. } = &knowledge.case_file;
    let events = timeline.iter().map(|event| {
        vec![
            Inline::Strong(format!("{}: ", event.date)),
            Inline::Text(event.what.clone()),
            Inline::Emphasis(format!(" ({})", voice.standing(event.standing))),
        ]
    });
    let sections = vec![Section { heading: None, body: unnumbered(events) }];
    let cited = timeline.iter().flat_map(|event| &event.citations);
    Sheet::new(knowledge.case_file.say(Sentence::TimelineTitle, &[]), sections, stamp)
        .with_citations(cited_once(knowledge, cited.cloned()))
}

/// `/sources`: the sources of the answers, their reliability, and their conflicts.
pub fn sources(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let case_file = &knowledge.case_file;
    let list = case_file.sources.values().map(|source| {
        let mut line = vec![match &source.url {
            Some(url) => Inline::Link { text: source.publisher.clone(), url: url.clone() },
            None => Inline::Strong(source.publisher.clone()),
        }];
        let date = source.date.map_or(String::new(), |date| format!(", {date}"));
        let facts = format!(
            ": {}{date}. Kind: {}; {}; reliability: {}.",
            source.title,
            source.kind.label(),
            source.read_as.label(),
            source.reliability.label()
        );
        line.push(Inline::Text(facts));
        if !source.known_errors.is_empty() {
            line.push(Inline::Emphasis(format!(
                " Known errors: {}",
                source.known_errors.join(" ")
            )));
        }
        line
    });
    let conflicts = case_file.conflicts.values().map(|conflict| {
        vec![
            Inline::Strong(format!("{} ", conflict.question)),
            Inline::Text(conflict.prevailing.clone()),
        ]
    });
    let count = case_file.sources.len().to_string();
    let opening = case_file.say(Sentence::SourcesOpening, &[("sources", &count)]);
    let sections = vec![
        Section::paragraph(opening),
        Section::new("Sources", unnumbered(list)),
        Section::new("Where they disagree, and what prevails", unnumbered(conflicts)),
    ];
    Sheet::new(case_file.say(Sentence::SourcesTitle, &[]), sections, stamp)
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

/// `/about`: information about the bot.
pub fn about(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
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
        .chain([Section::new("Version", version)]);
    Sheet::new(case_file.say(Sentence::AboutTitle, &[]), sections.collect(), stamp)
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
    RichText(vec![Block::List { numbered: false, items: items.into_iter().collect() }])
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

//! Every sentence that the bot itself says.
//!
//! What the bot says *about the case* comes from the content files; the sentences here hold it
//! together. They are kind and short, and say what is not known.

use jiff::civil::Date;

use super::answer::{
    Answer, AnswerExtras, Choice, Citations, ConflictNote, NoAnswer, QuotedWords, Reply,
    ShownCitation, Suggestion,
};
use super::markdown::parse_markdown;
use super::rich_text::{Block, Inline, RichText};
use super::sheet::{Link, Section, Sheet};
use crate::knowledge::{EntryId, FaqEntry, Knowledge, OptOut, Quotation, QuotationKey, Vetting};
use crate::legal::{Case, CaseStamp, Citation, HistoryKind, Prejudice, written_out};
use crate::matcher::{NoAnswerReason, Outcome};

/// Stands under every reply.
pub const DISCLAIMER: &str = "Information, not legal advice.";

/// What a person reads when something broke; the front end adds a reference for the operator.
pub const APOLOGY: &str =
    "Sorry, something went wrong on my side, and I would rather say nothing than something wrong.";

/// Turns what the matcher decided into what to say.
pub fn compose(knowledge: &Knowledge, outcome: &Outcome, stamp: &CaseStamp) -> Reply {
    match outcome {
        Outcome::Answered { entry, runners_up } => reply_with(knowledge, entry, runners_up, stamp),
        Outcome::Ambiguous(ids) => Reply::Choice(Choice {
            text: "Several vetted questions come close. Which one do you mean?".to_owned(),
            suggestions: suggestions(knowledge, ids),
            stamp: stamp.clone(),
        }),
        Outcome::NoAnswer { reason, nearest, guard } => Reply::NoAnswer(NoAnswer {
            text: match guard_says(knowledge, guard.as_deref()) {
                Some(says) => says.to_owned(),
                None => no_answer_text(knowledge, *reason, !nearest.is_empty()),
            },
            reason: Some(*reason),
            nearest: suggestions(knowledge, nearest),
            stamp: stamp.clone(),
        }),
    }
}

/// The reply for an entry that was asked for by name: its answer, or why there is none any more.
pub fn entry_reply(knowledge: &Knowledge, id: &EntryId, stamp: &CaseStamp) -> Reply {
    reply_with(knowledge, id, &[], stamp)
}

/// The reply for an entry; what else may have been meant comes first among the related questions.
fn reply_with(
    knowledge: &Knowledge,
    id: &EntryId,
    runners_up: &[EntryId],
    stamp: &CaseStamp,
) -> Reply {
    let no_answer = |text: String| {
        Reply::NoAnswer(NoAnswer { text, reason: None, nearest: Vec::new(), stamp: stamp.clone() })
    };
    let Some(entry) = knowledge.library.entries.get(id) else {
        return no_answer("I have no vetted answer under that name.".to_owned());
    };
    match &entry.vetting {
        Vetting::Draft => no_answer("I have no vetted answer under that name.".to_owned()),
        Vetting::Withdrawn { date, reason } => {
            no_answer(format!("This answer was withdrawn on {}: {reason}", written_out(*date)))
        }
        Vetting::Vetted(_) => match answer(knowledge, entry, runners_up, stamp) {
            Some(answer) => Reply::Answer(Box::new(answer)),
            // An entry whose sources are all unknown does not pass the loader; if one did, silence
            // is right.
            None => no_answer("I have no vetted answer under that name.".to_owned()),
        },
    }
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
    Some(Answer::new(
        (entry.id.clone(), entry.question.clone()),
        parse_markdown(&entry.answer.value).0,
        (entry.standing, entry.as_of),
        Citations::new(shown_citations(knowledge, &entry.citations))?,
        stamp.clone(),
        extras,
    ))
}

/// The sentence of the guard that led to silence.
fn guard_says<'c>(knowledge: &'c Knowledge, name: Option<&str>) -> Option<&'c str> {
    knowledge.library.guard(name?)?.says.as_deref()
}

fn no_answer_text(knowledge: &Knowledge, reason: NoAnswerReason, has_nearest: bool) -> String {
    let case = &knowledge.case_file.case.short_caption;
    let why = match reason {
        NoAnswerReason::Empty => {
            return format!("What would you like to know about {case}? Ask in your own words.");
        }
        NoAnswerReason::Outside => format!(
            "I have no vetted answer to that. I only know what was checked about {case} and about opting out of LinkedIn's AI training."
        ),
        NoAnswerReason::OtherMatter => {
            format!(
                "That sounds like another matter. I only know {case} and opting out of LinkedIn's AI training."
            )
        }
        NoAnswerReason::SmallTalk => {
            return format!(
                "I answer questions about {case} and about opting out of LinkedIn's AI training, from vetted answers with sources. \
                 Ask in your own words. For example:"
            );
        }
        NoAnswerReason::NotSure => {
            "I have no vetted answer that I am sure fits your question, and I do not guess."
                .to_owned()
        }
    };
    if has_nearest { format!("{why} These vetted questions come nearest:") } else { why }
}

/// Vetted questions, as suggestions. Ids that are not vetted are left out.
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

/// Where the case stands, in words: the line under every reply.
pub fn stamp_line(stamp: &CaseStamp) -> String {
    stamped(stamp, "Status")
}

/// The line under an answer, which also says up to which day its facts were checked.
pub(super) fn answer_stamp_line(stamp: &CaseStamp, as_of: Date) -> String {
    if as_of == stamp.last_checked {
        stamped(stamp, "Status and facts")
    } else {
        format!("{} Facts checked up to {}.", stamped(stamp, "Status"), written_out(as_of))
    }
}

/// Where the case stands, with the day on which `what` was last checked.
fn stamped(stamp: &CaseStamp, what: &str) -> String {
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

/// `/status`: what the case is and where it stands.
pub fn status(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let case = &knowledge.case_file.case;
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
        Section::opening(stamp_line(stamp)),
        Section::new("The case", unnumbered(facts)),
        Section::new("What it was about", RichText::plain(case.subject.clone())),
        Section::new("What happened", unnumbered(history)),
    ];
    if stamp.disposition.prejudice == Some(Prejudice::Without) {
        sections.push(Section::new(
            "What “without prejudice” means",
            RichText::plain(
                "The case ended, and the same claim is not barred: it could in principle be filed again. It does not mean that it was or \
                 will be filed again, and it decides nothing about who was right.",
            ),
        ));
    }
    if let Some(note) = &case.last_checked_note {
        let heading = format!("Last check: {}", written_out(case.last_checked));
        sections.push(Section::new(heading, RichText::plain(note.clone())));
    }
    let cited: Vec<Citation> =
        case.history.iter().flat_map(|event| event.citations.clone()).collect();
    Sheet {
        title: format!("Where the case stands: {}", case.short_caption),
        sections,
        links: Vec::new(),
        citations: shown_citations(knowledge, &each_once(cited)),
        stamp: stamp_line(stamp),
    }
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

/// `/optout`: the steps, for whom, and what they do.
pub fn opt_out(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let OptOut {
        setting,
        setting_url,
        summary,
        last_checked,
        devices,
        regions,
        effects,
        objection,
    } = &knowledge.case_file.opt_out;
    let mut sections = vec![Section::opening(summary.clone())];
    for device in devices {
        sections.push(Section::new(
            device.name.clone(),
            RichText::list(true, device.steps.iter().cloned()),
        ));
    }
    let effect = |does: bool| {
        RichText::list(false, effects.iter().filter(|e| e.does == does).map(|e| e.what.clone()))
    };
    sections.push(Section::new("What opting out does", effect(true)));
    sections.push(Section::new("What it does not do", effect(false)));
    let regions_listed = regions.iter().map(|region| {
        vec![Inline::Strong(format!("{}: ", region.name)), Inline::Text(region.what.clone())]
    });
    sections.push(Section::new("By region", unnumbered(regions_listed)));
    sections.push(Section::new("Other uses of your data", RichText::plain(objection.what.clone())));
    sections.push(Section::opening(format!(
        "These steps were last checked on {}.",
        written_out(*last_checked)
    )));
    let cited = devices.iter().map(|d| &d.citations).chain(regions.iter().map(|r| &r.citations));
    let cited = cited.chain(effects.iter().map(|e| &e.citations)).chain([&objection.citations]);
    let cited: Vec<Citation> = cited.flatten().cloned().collect();
    Sheet {
        title: format!("How to turn off “{setting}”"),
        sections,
        links: vec![
            Link { text: "Open the setting".to_owned(), url: setting_url.clone() },
            Link { text: objection.name.clone(), url: objection.url.clone() },
        ],
        citations: shown_citations(knowledge, &each_once(cited)),
        stamp: stamp_line(stamp),
    }
}

/// `/timeline`: what happened, in order.
pub fn timeline(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let events = knowledge.case_file.timeline.iter().map(|event| {
        vec![
            Inline::Strong(format!("{}: ", event.date)),
            Inline::Text(event.what.clone()),
            Inline::Emphasis(format!(" ({})", event.standing.label())),
        ]
    });
    let cited: Vec<Citation> =
        knowledge.case_file.timeline.iter().flat_map(|event| event.citations.clone()).collect();
    Sheet {
        title: format!("Timeline: {}", knowledge.case_file.case.short_caption),
        sections: vec![Section { heading: None, body: unnumbered(events) }],
        links: Vec::new(),
        citations: shown_citations(knowledge, &each_once(cited)),
        stamp: stamp_line(stamp),
    }
}

/// `/sources`: what the answers rest on, how far to trust it, and where the sources disagree.
pub fn sources(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let list = knowledge.case_file.sources.values().map(|source| {
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
    let conflicts = knowledge.case_file.conflicts.values().map(|conflict| {
        vec![
            Inline::Strong(format!("{} ", conflict.question)),
            Inline::Text(conflict.prevailing.clone()),
        ]
    });
    Sheet {
        title: "What the answers rest on".to_owned(),
        sections: vec![
            Section::opening(format!(
                "{} sources, each with its kind, how it was read and how far to trust it. Nothing else is used.",
                knowledge.case_file.sources.len()
            )),
            Section::new("Sources", unnumbered(list)),
            Section::new("Where they disagree, and what prevails", unnumbered(conflicts)),
        ],
        links: Vec::new(),
        citations: Vec::new(),
        stamp: stamp_line(stamp),
    }
}

/// `/quote`: exact words that match, best first.
pub fn quotations(knowledge: &Knowledge, found: &[QuotationKey], stamp: &CaseStamp) -> Sheet {
    let sections: Vec<Section> = found
        .iter()
        .filter_map(|key| {
            Some((knowledge.library.quotations.get(key)?, quoted_words(knowledge, key)?))
        })
        .map(|(quotation, shown)| quotation_section(quotation, &shown))
        .collect();
    let cited =
        found.iter().filter_map(|key| knowledge.library.quotations.get(key)).map(|quotation| {
            Citation { source: quotation.source.clone(), locator: quotation.locator.clone() }
        });
    let cited: Vec<Citation> = cited.collect();
    let sections = if sections.is_empty() {
        vec![Section::opening(
            "No quotation on file holds these words. Try fewer or other words, or ask a question instead.",
        )]
    } else {
        sections
    };
    Sheet {
        title: "Exact words".to_owned(),
        sections,
        links: Vec::new(),
        citations: shown_citations(knowledge, &each_once(cited)),
        stamp: stamp_line(stamp),
    }
}

fn quotation_section(quotation: &Quotation, shown: &QuotedWords) -> Section {
    let date = quotation.date.map_or(String::new(), |date| format!(", {date}"));
    let document =
        quotation.document.as_ref().map_or(String::new(), |document| format!(", {document}"));
    let heading = format!("{}{document}{date}", quotation.speaker);
    let mut body = RichText::plain(format!("“{}”", quotation.words));
    let read_in =
        format!("Standing: {}. Read in: {}.", quotation.standing.label(), shown.publisher);
    body = body.then(RichText::plain(read_in));
    if let Some(caveat) = &quotation.caveat {
        body = body.then(RichText::plain(format!("Note: {caveat}")));
    }
    Section::new(heading, body)
}

/// `/about`: what the bot is.
pub fn about(knowledge: &Knowledge, stamp: &CaseStamp) -> Sheet {
    let answers = knowledge.library.vetted().count();
    Sheet {
        title: "About Caseclerk".to_owned(),
        sections: vec![
            Section::opening(format!(
                "Caseclerk is a program that answers questions about {} from {answers} vetted answers. It searches them; it does not \
                 make sentences up. Every answer shows its sources and where the case stands.",
                knowledge.case_file.case.short_caption
            )),
            Section::new(
                "What it is not",
                RichText::plain(
                    "It is not a lawyer, a court, a claims office or LinkedIn, and it belongs to none of them. What it says is general \
                 information, not legal advice.",
                ),
            ),
            Section::new(
                "What it stores",
                RichText::plain(
                    "Nothing about you. A question is answered from memory and forgotten; the operator's log holds which answer was given and how long \
                 that took, never your words and never who asked.",
                ),
            ),
            Section::new(
                "If something is wrong",
                RichText::plain(
                    "Tell a moderator of this server which answer it is and what is wrong with it. Answers are mended in the open, with a source and a date.",
                ),
            ),
            Section::new(
                "Version",
                RichText::plain(format!(
                    "Caseclerk {}, knowledge {}.",
                    env!("CARGO_PKG_VERSION"),
                    knowledge.library.content_hash.short()
                )),
            ),
        ],
        links: Vec::new(),
        citations: Vec::new(),
        stamp: stamp_line(stamp),
    }
}

/// The short help: what to ask, and the commands of the front end that shows it.
pub fn help(knowledge: &Knowledge, commands: &[(String, String)], stamp: &CaseStamp) -> Sheet {
    let commands = commands
        .iter()
        .map(|(name, what)| vec![Inline::Strong(name.clone()), Inline::Text(format!(": {what}"))]);
    let leads: Vec<EntryId> =
        knowledge.library.topics.iter().filter_map(|topic| topic.lead.clone()).take(4).collect();
    let examples = suggestions(knowledge, &leads).into_iter().map(|suggestion| suggestion.question);
    Sheet {
        title: "How to ask".to_owned(),
        sections: vec![
            Section::opening(format!(
                "Ask me about {} or about opting out of LinkedIn's AI training, in your own words. I answer only from vetted answers, with \
                 sources, and say so when I have none.",
                knowledge.case_file.case.short_caption
            )),
            Section::new("For example", RichText::list(false, examples)),
            Section::new("Commands", unnumbered(commands)),
        ],
        links: Vec::new(),
        citations: Vec::new(),
        stamp: stamp_line(stamp),
    }
}

/// Said when the asker finds none of the offered questions to be the one that was meant.
pub fn none_of_these(stamp: &CaseStamp) -> NoAnswer {
    NoAnswer {
        text: "Then I have no vetted answer, and I do not guess. Try asking in other words, or a shorter question. If an answer is \
               missing, tell a moderator of this server: the question itself is not stored."
            .to_owned(),
        reason: Some(NoAnswerReason::NotSure),
        nearest: Vec::new(),
        stamp: stamp.clone(),
    }
}

/// Said when the content cannot be used; the findings follow.
pub fn no_content(errors: usize) -> String {
    let mistakes = if errors == 1 { "1 mistake".to_owned() } else { format!("{errors} mistakes") };
    format!("The FAQ has {mistakes} that must be mended before it can be used:")
}

fn unnumbered(items: impl IntoIterator<Item = Vec<Inline>>) -> RichText {
    RichText(vec![Block::List { numbered: false, items: items.into_iter().collect() }])
}

/// Every source once, with the first locator given for it.
fn each_once(citations: Vec<Citation>) -> Vec<Citation> {
    let mut once: Vec<Citation> = Vec::new();
    for citation in citations {
        if !once.iter().any(|seen| seen.source == citation.source) {
            once.push(citation);
        }
    }
    once
}

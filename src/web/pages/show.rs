//! Replies as HTML. Each says where the case stands, and every answer has its sources.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::site::Site;
use super::words;
use crate::legal::written_out;
use crate::reply::{
    Answer, Block, Choice, Contents, DISCLAIMER, Inline, Link, NoAnswer, QuotedWords, RichText,
    Sheet, ShownCitation, Suggestion,
};
use crate::store::Correction;

/// What became of messages that showed an answer.
pub enum Corrections {
    /// The bot has no store.
    NotKept,
    /// The store does not work now.
    Unknown,
    Known(Vec<Correction>),
}

/// An answer with all that supports it. `version` is what follows about its versions.
pub fn answer(site: &Site, answer: &Answer, version: &Markup) -> Markup {
    let quotations: Vec<&QuotedWords> = answer.all_quotations().collect();
    html! {
        @if let Some(care) = answer.care() { p.care { (care) } }
        article {
            h1 { (answer.question()) }
            (rich_text(answer.body()))
            p.standing { (answer.standing_label()) }
            @if let Some(link) = answer.link() { p { (outside(link)) } }
            @if !quotations.is_empty() {
                h2 { (words::EXACT_WORDS) }
                @for quoted in quotations {
                    (quotation(quoted, !answer.quotations().contains(quoted)))
                }
            }
            @if !answer.conflicts().is_empty() {
                h2 { (words::DISAGREEMENTS) }
                @for conflict in answer.conflicts() {
                    h3 { (conflict.question) }
                    p { (conflict.prevailing) " " (conflict.why) }
                }
            }
            (citations(answer.citations()))
            (version)
        }
        @if !answer.related().is_empty() {
            h2 { (words::RELATED) }
            (questions(site, answer.related()))
        }
        (stamp(&answer.stamp_line()))
    }
}

/// The version of an answer, and what became of earlier ones.
pub fn versions(answer: &Answer, version: &str, corrections: &Corrections) -> Markup {
    let checked = written_out(answer.as_of());
    html! {
        h2 { (words::CORRECTIONS) }
        p { (words::version(version, &checked)) }
        @match corrections {
            Corrections::NotKept => {},
            Corrections::Unknown => p { (words::CORRECTIONS_UNKNOWN) },
            Corrections::Known(none) if none.is_empty() => p { (words::NEVER_CORRECTED) },
            Corrections::Known(some) => ul.list { @for one in some { li { (correction(one)) } } },
        }
    }
}

fn correction(correction: &Correction) -> String {
    let day = written_out(correction.made_at.to_zoned(TimeZone::UTC).date());
    words::corrected(&day, correction.revision.as_deref())
}

pub fn choice(site: &Site, choice: &Choice) -> Markup {
    html! {
        h1 { (choice.text) }
        (questions(site, &choice.suggestions))
        (stamp(&choice.stamp_line()))
    }
}

/// Why there is no answer, below a title that says what was looked for.
pub fn no_answer(site: &Site, title: &str, no_answer: &NoAnswer) -> Markup {
    html! {
        h1 { (title) }
        p { (no_answer.text) }
        @if !no_answer.nearest.is_empty() { (questions(site, &no_answer.nearest)) }
        @if no_answer.is_stamped() { (stamp(&no_answer.stamp_line())) }
    }
}

pub fn sheet(sheet: &Sheet) -> Markup {
    let sources: Vec<ShownCitation> = sheet.citations().into_iter().cloned().collect();
    html! {
        h1 { (sheet.title()) }
        @for section in sheet.sections() {
            @if let Some(heading) = &section.heading { h2 { (heading) } }
            (rich_text(&section.body))
        }
        @for link in sheet.links() { p { (outside(link)) } }
        @if !sources.is_empty() { (citations(&sources)) }
        (stamp(&sheet.stamp_line()))
    }
}

pub fn contents(site: &Site, contents: &Contents) -> Markup {
    html! {
        h1 { (contents.case) }
        p { (contents.opening) }
        (stamp(&contents.stamp_line()))
        @for topic in &contents.topics {
            h2 { (topic.title) }
            (questions(site, &topic.questions))
        }
    }
}

pub fn questions(site: &Site, questions: &[Suggestion]) -> Markup {
    html! {
        ul.list {
            @for Suggestion { entry, question, .. } in questions {
                li { a href=(site.link_to(entry)) { (question) } }
            }
        }
    }
}

fn stamp(line: &str) -> Markup {
    html! { p.stamp { (line) " " (DISCLAIMER) } }
}

fn citations(citations: &[ShownCitation]) -> Markup {
    html! {
        h2 { (words::SOURCES) }
        ol.list {
            @for citation in citations {
                li {
                    @match &citation.url {
                        Some(url) => a href=(url) rel="noopener noreferrer" { (citation.title) },
                        None => (citation.title),
                    }
                    br;
                    span.quiet {
                        (citation.imprint()) "; " (citation.kind.label())
                        @if let Some(cautions) = citation.cautions() { "; " (cautions) }
                    }
                }
            }
        }
    }
}

fn quotation(quoted: &QuotedWords, is_response: bool) -> Markup {
    html! {
        blockquote {
            p { @if is_response { (words::IN_RESPONSE) " " } "“" (quoted.words) "”" }
            p.quiet { "— " (quoted.attribution()) }
            @if let Some(caveat) = &quoted.caveat { p { (words::NOTE) " " (caveat) } }
        }
    }
}

fn outside(link: &Link) -> Markup {
    html! { a href=(link.url) rel="noopener noreferrer" { (link.text) } }
}

fn rich_text(text: &RichText) -> Markup {
    html! {
        @for block in &text.0 {
            @match block {
                Block::Paragraph(inlines) => p { (inlines_of(inlines)) },
                Block::List { first: Some(first), items } => ol.list start=(first) { (list(items)) },
                Block::List { first: None, items } => ul.list { (list(items)) },
            }
        }
    }
}

fn list(items: &[Vec<Inline>]) -> Markup {
    html! { @for item in items { li { (inlines_of(item)) } } }
}

fn inlines_of(inlines: &[Inline]) -> Markup {
    html! {
        @for inline in inlines {
            @match inline {
                Inline::Text(text) => (text),
                Inline::Strong(text) => strong { (text) },
                Inline::Emphasis(text) => em { (text) },
                Inline::Link { text, url } => a href=(url) rel="noopener noreferrer" { (text) },
            }
        }
    }
}

//! Checks that every reference from one record to another resolves.

use std::collections::BTreeSet;

use super::faq_entry::FaqEntry;
use super::finding::{Finding, Located, Place};
use super::ids::EntryId;
use super::library::Knowledge;
use super::page::Page;
use super::records::LeadsTo;
use crate::legal::{Citation, Source, SourceKey};

/// Records that exist but could not be read. Each has a finding of its own. References to them get
/// no findings, because those would hide which file to fix.
#[derive(Debug, Default)]
pub(super) struct Unread {
    files: BTreeSet<&'static str>,
    names: BTreeSet<(&'static str, String)>,
}

impl Unread {
    /// Notes a file that could not be read, so that it may contain any name.
    pub fn file(&mut self, file: &'static str) {
        self.files.insert(file);
    }

    /// Notes a record that could not be read.
    pub fn name(&mut self, file: &'static str, name: &str) {
        self.names.insert((file, name.to_owned()));
    }

    fn may_contain(&self, file: &'static str, name: &str) -> bool {
        self.files.contains(file) || self.names.contains(&(file, name.to_owned()))
    }
}

/// Reports every reference that does not resolve.
pub(super) fn check_links(knowledge: &Knowledge, unread: &Unread, findings: &mut Vec<Finding>) {
    let Knowledge { library, case_file, .. } = knowledge;
    let mut links = Links { knowledge, unread, findings };
    for event in case_file.case.history.iter() {
        links.citations(&event.citations, &Place::new("case.toml", 1));
    }
    for quotation in library.quotations.values() {
        let sources = std::iter::once(&quotation.source).chain(&quotation.also_in);
        links.sources(sources, &quotation.place);
    }
    for source in case_file.sources.values() {
        links.source(source);
    }
    for conflict in case_file.conflicts.values() {
        let sources = conflict.readings.iter().flat_map(|reading| &reading.sources);
        links.sources(sources, &conflict.place);
    }
    for event in &case_file.timeline {
        links.citations(&event.citations, &event.place);
    }
    for page in case_file.pages.values() {
        links.page(page);
    }
    for topic in &library.topics {
        links.entries(topic.lead.iter(), &topic.place);
    }
    for guard in &library.guards {
        if let LeadsTo::Entry(id) = &guard.leads_to {
            links.entries(std::iter::once(id), &guard.place);
        }
    }
    for entry in library.entries.values() {
        links.entry(entry);
    }
}

struct Links<'a> {
    knowledge: &'a Knowledge,
    unread: &'a Unread,
    findings: &'a mut Vec<Finding>,
}

impl Links<'_> {
    fn entry(&mut self, entry: &FaqEntry) {
        let knowledge = self.knowledge;
        let place = &entry.place;
        if entry.citations.is_empty() {
            self.findings.push(place.error(
                "no-citation",
                format!("the answer `{}` cites no source", entry.id),
                "add citations = [{ source = \"…\" }] to its head",
            ));
        }
        self.citations(&entry.citations, place);
        let topic = entry.id.topic();
        if knowledge.library.topic(&topic).is_none()
            && !self.unread.may_contain("topics.toml", topic.as_str())
        {
            let message = format!("there is no topic `{topic}`");
            self.findings.push(place.error(
                "unknown-topic",
                message,
                "move the file, or add the topic to topics.toml",
            ));
        }
        for key in
            entry.all_quotations().filter(|key| !knowledge.library.quotations.contains_key(*key))
        {
            self.unknown("unknown-quotation", "quotation", key.as_str(), "quotations.toml", place);
        }
        for key in entry.quoted_in_reply.iter().filter(|key| !entry.quotations.contains(key)) {
            self.findings.push(place.error(
                "quoted-in-reply",
                format!("`{key}` is in quoted_in_reply but not in quotations"),
                "add it to quotations, or remove it from quoted_in_reply",
            ));
        }
        for key in
            entry.conflicts.iter().filter(|key| !knowledge.case_file.conflicts.contains_key(*key))
        {
            self.unknown("unknown-conflict", "conflict", key.as_str(), "conflicts.toml", place);
        }
        self.entries(entry.neighbours(), place);
    }

    fn source(&mut self, source: &Located<Source>) {
        let short = source.short_name();
        if short.chars().count() > Source::MAX_SHORT {
            self.findings.push(source.place.error(
                "source-form",
                format!("\"{short}\" is too long for the line of sources under an answer"),
                format!("add short = \"…\" with at most {} characters", Source::MAX_SHORT),
            ));
        }
        if let Some(site) = &source.copy_at
            && !source.url.as_ref().is_some_and(|url| url.contains(site.as_str()))
        {
            self.findings.push(source.place.error(
                "source-form",
                format!("copy_at is \"{site}\", but url does not lead there"),
                "give the address of the copy as url, or remove copy_at",
            ));
        }
    }

    fn page(&mut self, page: &Located<Page>) {
        for section in &page.sections {
            for citations in section.citation_lists() {
                if citations.is_empty() {
                    self.findings.push(page.place.error(
                        "no-citation",
                        format!(
                            "the section `{}` says something without a source",
                            section.heading
                        ),
                        "add citations = [{ source = \"…\" }] to it, or to each of its points",
                    ));
                }
                self.citations(citations, &page.place);
            }
        }
    }

    fn entries<'e>(&mut self, ids: impl Iterator<Item = &'e EntryId>, place: &Place) {
        for id in ids.filter(|id| !self.knowledge.library.entries.contains_key(*id)) {
            self.unknown("unknown-related", "answer", id.as_str(), "answers", place);
        }
    }

    fn citations(&mut self, citations: &[Citation], place: &Place) {
        self.sources(citations.iter().map(|citation| &citation.source), place);
    }

    fn sources<'s>(&mut self, sources: impl Iterator<Item = &'s SourceKey>, place: &Place) {
        for key in sources.filter(|key| !self.knowledge.case_file.sources.contains_key(*key)) {
            self.unknown("unknown-source", "source", key.as_str(), "sources.toml", place);
        }
    }

    fn unknown(
        &mut self,
        rule: &'static str,
        what: &str,
        name: &str,
        home: &'static str,
        place: &Place,
    ) {
        if self.unread.may_contain(home, name) {
            return;
        }
        let known = match rule {
            "unknown-source" => {
                nearest(name, self.knowledge.case_file.sources.keys().map(|key| key.as_str()))
            }
            "unknown-quotation" => {
                nearest(name, self.knowledge.library.quotations.keys().map(|key| key.as_str()))
            }
            "unknown-conflict" => {
                nearest(name, self.knowledge.case_file.conflicts.keys().map(|key| key.as_str()))
            }
            _ => nearest(name, self.knowledge.library.entries.keys().map(|id| id.as_str())),
        };
        let home = if home == "answers" { "the answers folder" } else { home };
        let help = match known {
            Some(near) => format!("did you mean `{near}`? Otherwise add it to {home}"),
            None => format!("correct the name, or add it to {home}"),
        };
        self.findings.push(place.error(rule, format!("there is no {what} `{name}`"), help));
    }
}

/// The known name that is most similar to `name`, if one is similar enough.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|candidate| (strsim::jaro_winkler(name, candidate), candidate));
    scored
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(similarity, _)| *similarity > 0.8)
        .map(|(_, candidate)| candidate)
}

//! Rules about names, addresses and lines that would break or forge a reply.

use super::{Rule, Subject};
use crate::knowledge::{Finding, Place, Severity};
use crate::reply::{Inline, parse_markdown};

/// In characters. A button carries the id of an answer, and the id of a message besides, within the
/// 100 characters that Discord allows.
const LONGEST_ID: usize = 70;

/// In characters. The caption is in the stamp, under every answer.
const LONGEST_CAPTION: usize = 100;

pub(super) const ADDRESS: Rule = Rule {
    name: "address-form",
    severity: Severity::Error,
    ensures: "every link leads to a page on the web",
    check: |subject| {
        addresses(subject)
            .into_iter()
            .filter(|(address, _)| !is_web_address(address))
            .map(|(address, place)| {
                place.error(
                    "address-form",
                    format!("`{address}` is not the address of a page on the web"),
                    "write the whole address, beginning with https://",
                )
            })
            .collect()
    },
};

pub(super) const RECORD: Rule = Rule {
    name: "record-form",
    severity: Severity::Error,
    ensures: "names are short enough for Discord, and nothing looks like a part of the reply that the \
              program adds",
    check: |subject| {
        let knowledge = subject.knowledge;
        let mut findings: Vec<Finding> = Vec::new();
        for entry in knowledge.library.entries.values() {
            let length = entry.id.as_str().chars().count();
            if length > LONGEST_ID {
                findings.push(entry.place.error(
                    "record-form",
                    format!("the path of this answer has {length} characters"),
                    format!(
                        "give the file a name so that topic and name have at most {LONGEST_ID}"
                    ),
                ));
            }
            let lines = (0..).zip(entry.answer.value.lines());
            for (number, _) in lines.filter(|(_, line)| looks_like_sources(line)) {
                findings.push(entry.place.at_line(entry.answer.place.line + number).error(
                    "record-form",
                    "this line looks like the list of sources, which the program adds itself",
                    "list the sources under `citations`, and remove the line",
                ));
            }
        }
        let caption = knowledge.case_file.case.short_caption.chars().count();
        if caption > LONGEST_CAPTION {
            findings.push(Place::new("case.toml", 1).error(
                "record-form",
                format!("short_caption has {caption} characters"),
                format!("shorten it to at most {LONGEST_CAPTION}, such as Doe v. Example"),
            ));
        }
        for (key, source) in &knowledge.case_file.sources {
            let texts = [
                ("publisher", Some(&source.publisher)),
                ("title", Some(&source.title)),
                ("short", source.short.as_ref()),
                ("author", source.author.as_ref()),
            ];
            let broken = texts
                .into_iter()
                .filter(|(_, text)| text.is_some_and(|text| text.contains(['\n', '\r'])));
            findings.extend(broken.map(|(name, _)| {
                source.place.error(
                    "record-form",
                    format!("{name} of the source `{key}` has several lines"),
                    "write it on one line",
                )
            }));
        }
        findings
    },
};

/// Every address, with its place.
fn addresses(subject: &Subject<'_>) -> Vec<(String, Place)> {
    let knowledge = subject.knowledge;
    let mut found = Vec::new();
    for source in knowledge.case_file.sources.values() {
        found.extend(source.url.iter().map(|url| (url.clone(), source.place.clone())));
    }
    for page in knowledge.case_file.pages.values() {
        found.extend(page.links.iter().map(|link| (link.url.clone(), page.place.clone())));
    }
    for topic in &knowledge.library.topics {
        found.extend(topic.link.iter().map(|link| (link.url.clone(), topic.place.clone())));
    }
    for entry in knowledge.library.entries.values() {
        let (text, _) = parse_markdown(&entry.answer.value);
        for inline in text.inlines() {
            if let Inline::Link { url, .. } = inline {
                found.push((url.clone(), entry.place.clone()));
            }
        }
    }
    found
}

fn is_web_address(address: &str) -> bool {
    let is_on_the_web = ["https://", "http://"].iter().any(|start| address.starts_with(start));
    let parsed = url::Url::parse(address).ok().filter(|_| is_on_the_web);
    let is_name = |host: &str| host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    parsed.is_some_and(|url| url.host_str().is_some_and(is_name))
        && !address
            .contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"|\\^`{}".contains(c))
}

fn looks_like_sources(line: &str) -> bool {
    let line = line.trim_start_matches(['*', '_', ' ', '-']).to_lowercase();
    line.starts_with("sources:") || line.starts_with("sources*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_on_the_web_are_addresses() {
        for address in
            ["https://example.org", "http://example.org/a?b=c#d", "https://a.b.example/ä"]
        {
            assert!(is_web_address(address), "{address}");
        }
        for address in [
            "javascript:alert(1)",
            "example.org",
            "https://",
            "https://nowhere",
            "https://example.org/a b",
            "https://example.org/<b>",
            "mailto:a@example.org",
        ] {
            assert!(!is_web_address(address), "{address}");
        }
    }
}

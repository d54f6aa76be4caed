//! Whether an answer stands as an answer should: an allegation beside its response, neighbours that
//! know each other.

use super::{Rule, Subject};
use crate::knowledge::{Finding, Severity};
use crate::legal::Standing;

pub(super) const RESPONSE: Rule = Rule {
    name: "response-missing",
    severity: Severity::Error,
    guards: "no allegation stands without the other side's response, or the reason why there is none",
    check: |subject| {
        let entries = subject
            .knowledge
            .library
            .entries
            .values()
            .filter(|entry| entry.standing == Standing::Alleged);
        let alone =
            entries.filter(|entry| entry.responses.is_empty() && entry.no_response.is_none());
        let finding = |entry: &crate::knowledge::FaqEntry| {
            entry.place.error(
                "response-missing",
                format!("`{}` tells what was alleged, and nobody answers it", entry.id),
                "add responses = [\"…\"] with the quotation of the other side, or no_response = \"the reason\"",
            )
        };
        alone.map(finding).collect()
    },
};

pub(super) const RELATED_BACK: Rule = Rule {
    name: "related-one-way",
    severity: Severity::Error,
    guards: "related answers name each other",
    check: |subject| {
        let mut findings = Vec::new();
        for entry in subject.knowledge.library.entries.values() {
            for id in &entry.related {
                let names_back = subject
                    .knowledge
                    .library
                    .entries
                    .get(id)
                    .is_none_or(|other| other.related.contains(&entry.id));
                if !names_back {
                    findings.push(entry.place.error(
                        "related-one-way",
                        format!(
                            "`{}` names `{id}` as related, but not the other way round",
                            entry.id
                        ),
                        format!(
                            "add `{}` to the related answers of `{id}`, or move `{id}` to see_also",
                            entry.id
                        ),
                    ));
                }
            }
        }
        findings
    },
};

pub(super) const RELATED_HIDDEN: Rule = Rule {
    name: "related-hidden",
    severity: Severity::Warning,
    guards: "no vetted answer points to a draft or a withdrawn one",
    check: |subject: &Subject<'_>| -> Vec<Finding> {
        let mut findings = Vec::new();
        for entry in subject.knowledge.library.vetted() {
            let hidden = entry.neighbours().filter(|id| {
                subject.knowledge.library.entries.get(*id).is_some_and(|e| !e.is_vetted())
            });
            findings.extend(hidden.map(|id| {
                entry.place.warning(
                    "related-hidden",
                    format!("`{}` points to `{id}`, which members cannot see", entry.id),
                    "remove it, or vet that answer",
                )
            }));
        }
        findings
    },
};

//! Rules about responses to allegations, and about related answers.

use super::{Rule, Subject};
use crate::knowledge::{Finding, Severity};
use crate::legal::Standing;

pub(super) const RESPONSE: Rule = Rule {
    name: "response-missing",
    severity: Severity::Error,
    ensures: "an allegation comes with the other side's response, or the reason why there is none",
    check: |subject| {
        let entries = subject
            .knowledge
            .library
            .entries
            .values()
            .filter(|entry| entry.standing == Standing::Alleged);
        let unanswered =
            entries.filter(|entry| entry.responses.is_empty() && entry.no_response.is_none());
        let finding = |entry: &crate::knowledge::FaqEntry| {
            entry.place.error(
                "response-missing",
                format!("`{}` reports an allegation without a response", entry.id),
                "add responses = [\"…\"] with a quotation of the other side, or \
                 no_response = \"the reason\"",
            )
        };
        unanswered.map(finding).collect()
    },
};

pub(super) const RELATED_BACK: Rule = Rule {
    name: "related-one-way",
    severity: Severity::Error,
    ensures: "related answers name each other",
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
                            "`{}` names `{id}` as related, but `{id}` does not name it back",
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
    ensures: "no vetted answer points to a draft or a withdrawn one",
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

//! A rule for the content: every answer fits into Discord's messages.

use super::interaction::render::overruns;
use crate::knowledge::{Finding, Severity};
use crate::lint::{Rule, Subject};
use crate::reply::entry_reply;

pub const LIMITS_RULE: Rule = Rule {
    name: "discord-limits",
    severity: Severity::Warning,
    ensures: "every answer fits into one Discord message in every form",
    check,
};

/// Renders every vetted answer in every form that Discord shows, and checks Discord's limits.
fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let stamp = subject.knowledge.case_file.case.stamp(subject.today, 0);
    let mut findings = Vec::new();
    for entry in subject.knowledge.library.vetted() {
        let reply = entry_reply(subject.knowledge, &entry.id, &stamp);
        findings.extend(overruns(&reply).into_iter().map(|overrun| {
            let help = "shorten the answer, or show fewer quotations with it";
            entry.place.warning("discord-limits", format!("in Discord {overrun}"), help)
        }));
    }
    findings
}

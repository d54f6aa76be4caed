//! Rules about the dates of checks: not too long ago, and not in the future.

use jiff::civil::Date;

use super::Rule;
use crate::knowledge::{Finding, Knowledge, Place, Severity, Vetting};
use crate::legal::written_out;

pub(super) const STALE: Rule = Rule {
    name: "stale-check",
    severity: Severity::Warning,
    ensures: "answers and sources are checked again from time to time",
    check: |subject| {
        let mut findings = Vec::new();
        for (what, date, place) in dated(subject.knowledge) {
            let age = (subject.today - date).get_days();
            if age > i32::try_from(subject.review_after_days).unwrap_or(i32::MAX) {
                findings.push(place.warning(
                    "stale-check",
                    format!("{what} was last checked on {}, {age} days ago", written_out(date)),
                    "check it again, then correct it or set the new date",
                ));
            }
        }
        findings
    },
};

pub(super) const FUTURE: Rule = Rule {
    name: "future-date",
    severity: Severity::Warning,
    ensures: "nothing was checked on a day that is still to come",
    check: |subject| {
        let vetted =
            subject.knowledge.library.entries.values().filter_map(|entry| match entry.vetting {
                Vetting::Vetted(date) | Vetting::Withdrawn { date, .. } => {
                    Some((format!("the vetting of `{}`", entry.id), date, entry.place.clone()))
                }
                Vetting::Draft => None,
            });
        let future = dated(subject.knowledge)
            .into_iter()
            .chain(vetted)
            .filter(|(_, date, _)| *date > subject.today);
        let finding = |(what, date, place): (String, Date, Place)| {
            let message = format!("{what} is dated {}, which is in the future", written_out(date));
            place.warning("future-date", message, "correct the date")
        };
        future.map(finding).collect::<Vec<Finding>>()
    },
};

/// The last day on which somebody checked anything, as of `now`. Lint runs as of this day unless
/// another is wanted, so that the passing of time does not change what it finds.
pub fn last_day(knowledge: &Knowledge, now: Date) -> Date {
    let dates = dated(knowledge).into_iter().map(|(_, date, _)| date);
    let last = dates.filter(|date| *date <= now).max();
    last.unwrap_or(knowledge.case_file.case.last_checked)
}

/// Everything with a date of its last check, as (description, date, place).
fn dated(knowledge: &Knowledge) -> Vec<(String, Date, Place)> {
    let mut all: Vec<(String, Date, Place)> = Vec::new();
    all.push((
        "the status of the case".to_owned(),
        knowledge.case_file.case.last_checked,
        Place::new("case.toml", 1),
    ));
    for (name, page) in &knowledge.case_file.pages {
        all.push((format!("the page `{name}`"), page.last_checked, page.place.clone()));
        let sections = page.sections.iter().filter(|section| section.checked != page.last_checked);
        all.extend(sections.map(|section| {
            let what = format!("the section “{}” of the page `{name}`", section.heading);
            (what, section.checked, page.place.clone())
        }));
    }
    let sources = knowledge.case_file.sources.iter();
    all.extend(sources.map(|(key, source)| {
        (format!("the source `{key}`"), source.checked, source.place.clone())
    }));
    let entries = knowledge.library.vetted();
    all.extend(
        entries
            .map(|entry| (format!("the answer `{}`", entry.id), entry.as_of, entry.place.clone())),
    );
    all
}

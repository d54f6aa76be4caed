//! Rules over the content: a table of rules, one file for each family.
//!
//! The loader already refuses what cannot be read or leads nowhere; the rules here judge what an
//! answer says, how it says it, and whether people can find it. A finding tells an editor what to
//! do next.

mod dates;
mod phrasings;
mod readability;
mod sources;
mod style;
mod understanding;
mod vetting;

use jiff::civil::Date;

use crate::knowledge::{Finding, Knowledge, Severity};

pub use readability::reading_grade;
pub use sources::{SourceCheck, check_quotations};

/// A rule over the whole content.
pub struct Rule {
    /// Its name, as findings carry it.
    pub name: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// What it guards, in an editor's words.
    pub guards: &'static str,
    /// Looks for breaches of it.
    pub check: fn(&Subject<'_>) -> Vec<Finding>,
}

/// What the rules look at, and what they measure it by.
pub struct Subject<'a> {
    /// The content.
    pub knowledge: &'a Knowledge,
    /// Today.
    pub today: Date,
    /// The age in days from which something should be checked again.
    pub review_after_days: u32,
    /// The highest reading grade without a warning.
    pub reading_grade: f64,
}

/// Every rule. The names must be unique and each has a case under `tests/lint/`.
pub const RULES: &[Rule] = &[
    vetting::RESPONSE,
    vetting::RELATED_BACK,
    vetting::RELATED_HIDDEN,
    style::QUOTATION_MARKS,
    style::MARKUP,
    style::LENGTH,
    style::QUESTION_LENGTH,
    style::RELATIVE_DATE,
    style::PROMISE,
    style::LOADED_WORD,
    phrasings::SAME,
    phrasings::NEARLY_SAME,
    phrasings::NONE,
    understanding::GUARD_FORM,
    understanding::GUARD_EXAMPLE,
    understanding::GUARD_AGAINST_PHRASING,
    understanding::SYNONYM_TWICE,
    understanding::ELSEWHERE_ASKED,
    dates::STALE,
    dates::FUTURE,
    readability::GRADE,
];

/// Runs every rule, errors first within a line.
pub fn run(subject: &Subject<'_>) -> Vec<Finding> {
    run_rules(RULES, subject)
}

/// Runs some rules: those of a front end, for example, which this module must not know.
pub fn run_rules(rules: &[Rule], subject: &Subject<'_>) -> Vec<Finding> {
    rules.iter().flat_map(|rule| (rule.check)(subject)).collect()
}

/// Runs only the rules whose findings forbid serving answers from this content. They do not depend
/// on the day.
pub fn errors(knowledge: &Knowledge) -> Vec<Finding> {
    let subject = Subject {
        knowledge,
        today: Date::MAX,
        review_after_days: u32::MAX,
        reading_grade: f64::MAX,
    };
    let rules = RULES.iter().filter(|rule| rule.severity == Severity::Error);
    rules.flat_map(|rule| (rule.check)(&subject)).collect()
}

/// Changes whenever a rule is added whose findings forbid serving answers, or the program is.
pub fn rules_version() -> String {
    let rules = RULES.iter().filter(|rule| rule.severity == Severity::Error);
    let names = rules.map(|rule| rule.name).collect::<Vec<_>>().join(" ");
    format!("{} {names}", env!("CARGO_PKG_VERSION"))
}

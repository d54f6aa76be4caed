//! The rules for the content: a table of rules, and one file for each group.
//!
//! The loader reports syntax errors and broken references. The rules here check what an answer
//! says, how it is written, and whether people can find it.

mod dates;
mod forms;
mod phrasings;
mod readability;
mod sources;
mod style;
mod understanding;
mod vetting;

use jiff::civil::Date;

use crate::knowledge::{Finding, Knowledge, Severity};

pub use dates::last_day;
pub use sources::{SourceCheck, check_quotations};

/// A rule for the whole content.
pub struct Rule {
    pub name: &'static str,
    pub severity: Severity,
    /// What the rule ensures, in words for an editor.
    pub ensures: &'static str,
    pub check: fn(&Subject<'_>) -> Vec<Finding>,
}

/// The input of the rules: the content, and the limits.
pub struct Subject<'a> {
    pub knowledge: &'a Knowledge,
    pub today: Date,
    /// The age in days after which an answer or a source must be checked again.
    pub review_after_days: u32,
    /// The highest Flesch-Kincaid grade without a warning.
    pub reading_grade: f64,
}

/// Every rule. Names are unique, and each rule has a case under `tests/lint/`.
pub const RULES: &[Rule] = &[
    vetting::RESPONSE,
    vetting::RELATED_BACK,
    vetting::RELATED_HIDDEN,
    style::QUOTATION_MARKS,
    style::MARKUP,
    style::LENGTH,
    style::QUESTION_LENGTH,
    style::YES_OR_NO,
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
    understanding::LANGUAGE_STATE,
    dates::STALE,
    dates::FUTURE,
    readability::GRADE,
    forms::ADDRESS,
    forms::RECORD,
];

pub fn run(subject: &Subject<'_>) -> Vec<Finding> {
    run_rules(RULES, subject)
}

/// Runs rules from outside this module, such as those of a front end.
pub fn run_rules(rules: &[Rule], subject: &Subject<'_>) -> Vec<Finding> {
    rules.iter().flat_map(|rule| (rule.check)(subject)).collect()
}

/// Runs only the rules with severity error, whose findings forbid serving the content. These rules
/// do not depend on the date or on limits.
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

/// Changes with the set of rules that forbid serving the content, and with the program's version.
pub fn rules_version() -> String {
    let rules = RULES.iter().filter(|rule| rule.severity == Severity::Error);
    let names = rules.map(|rule| rule.name).collect::<Vec<_>>().join(" ");
    format!("{} {names}", env!("CARGO_PKG_VERSION"))
}

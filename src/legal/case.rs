//! One court case, its history, and the stamp that says where it stands.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::date::deserialize_date;
use super::docket::DocketNumber;
use super::source::Citation;

/// The case that the FAQ is about, as `case.toml` has it.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// The full caption, "De La Torre v. LinkedIn Corporation".
    pub caption: String,
    /// The caption as people say it.
    pub short_caption: String,
    /// The court's full name.
    pub court: String,
    /// The town in which the court sits.
    pub court_seat: String,
    /// The docket number.
    pub docket_number: DocketNumber,
    /// Other ways in which sources write the number.
    #[serde(default)]
    pub other_docket_numbers: Vec<String>,
    /// Who sued.
    pub plaintiff: String,
    /// Who was sued.
    pub defendant: String,
    /// What the case was about, in a sentence.
    pub subject: String,
    /// The day on which somebody last looked whether anything changed.
    #[serde(deserialize_with = "deserialize_date")]
    pub last_checked: Date,
    /// How that was done.
    #[serde(default)]
    pub last_checked_note: Option<String>,
    /// Whether there is anything that people can claim, join or sign up for.
    pub open_claims: bool,
    /// What happened, oldest first. Never empty: the loader refuses a case without a history.
    pub history: Vec<HistoryEvent>,
}

/// One step in the life of a case.
#[derive(Debug, Clone, Deserialize)]
pub struct HistoryEvent {
    /// When.
    #[serde(deserialize_with = "deserialize_date")]
    pub date: Date,
    /// What kind of step.
    pub kind: HistoryKind,
    /// Whether a dismissal bars another suit. Only for dismissals.
    #[serde(default)]
    pub prejudice: Option<Prejudice>,
    /// Whether a court decided who was right.
    #[serde(default)]
    pub ruling_on_merits: bool,
    /// The step in a sentence or two.
    pub what: String,
    /// What it rests on.
    #[serde(default)]
    pub citations: Vec<Citation>,
}

/// The steps that a case can take and that change where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryKind {
    /// The complaint was filed.
    Filed,
    /// The plaintiff ended the case by notice.
    VoluntarilyDismissed,
    /// A court ended the case.
    DismissedByCourt,
    /// The parties settled.
    Settled,
    /// A court gave judgment.
    Judgment,
    /// A party appealed.
    Appealed,
    /// The case was brought again.
    Refiled,
}

/// Whether a dismissal bars the same claim for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prejudice {
    /// The claim cannot be brought again.
    With,
    /// The claim could be brought again.
    Without,
}

/// Where a case stands: its latest step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disposition {
    /// The latest step.
    pub kind: HistoryKind,
    /// With or without prejudice, if it was a dismissal.
    pub prejudice: Option<Prejudice>,
    /// When it happened.
    pub date: Date,
    /// Whether any step so far was a decision on who was right.
    pub ruling_on_merits: bool,
}

/// Where the case stands, as it is put under every reply. Computed, never typed: see
/// [`Case::stamp`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    clippy::manual_non_exhaustive,
    reason = "the attribute would still let the rest of this crate make a stamp up"
)]
pub struct CaseStamp {
    /// The caption as people say it.
    pub caption: String,
    /// Where the case stands.
    pub disposition: Disposition,
    /// Whether there is anything to claim or join.
    pub open_claims: bool,
    /// When that was last checked.
    pub last_checked: Date,
    /// How many days ago that was, if it is longer ago than the operator allows.
    pub overdue_days: Option<i32>,
    // A private field, so that nothing outside this file can make a stamp up.
    #[serde(skip)]
    _computed: (),
}

impl Case {
    /// The latest step of the history and what it means.
    ///
    /// `None` only if the history is empty, which the loader refuses.
    pub fn disposition(&self) -> Option<Disposition> {
        let latest = self.history.last()?;
        Some(Disposition {
            kind: latest.kind,
            prejudice: latest.prejudice,
            date: latest.date,
            ruling_on_merits: self.history.iter().any(|event| event.ruling_on_merits),
        })
    }

    /// Computes the stamp for a reply given on `today`.
    ///
    /// The stamp always reports the latest known step, even for a `today` before it: a machine with
    /// a wrong clock must not tell people that the case is still running. `stale_after_days` is the
    /// age, in days, up to which the last check of the status passes without remark.
    pub fn stamp(&self, today: Date, stale_after_days: u32) -> Option<CaseStamp> {
        let age = (today - self.last_checked).get_days();
        Some(CaseStamp {
            caption: self.short_caption.clone(),
            disposition: self.disposition()?,
            open_claims: self.open_claims,
            last_checked: self.last_checked,
            overdue_days: (age > i32::try_from(stale_after_days).unwrap_or(i32::MAX))
                .then_some(age),
            _computed: (),
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn case() -> Case {
        let step = |date, kind, prejudice| HistoryEvent {
            date,
            kind,
            prejudice,
            ruling_on_merits: false,
            what: String::new(),
            citations: Vec::new(),
        };
        Case {
            caption: "Doe v. Example Corporation".into(),
            short_caption: "Doe v. Example".into(),
            court: "Court".into(),
            court_seat: "Town".into(),
            docket_number: DocketNumber::recognise("5:25-cv-00001").unwrap(),
            other_docket_numbers: Vec::new(),
            plaintiff: "Doe".into(),
            defendant: "Example".into(),
            subject: "Something".into(),
            last_checked: date(2026, 11, 22),
            last_checked_note: None,
            open_claims: false,
            history: vec![
                step(date(2025, 1, 21), HistoryKind::Filed, None),
                step(
                    date(2025, 1, 30),
                    HistoryKind::VoluntarilyDismissed,
                    Some(Prejudice::Without),
                ),
            ],
        }
    }

    #[test]
    fn the_last_step_is_the_disposition() {
        let stamp = case().stamp(date(2026, 11, 30), 30).unwrap();
        assert_eq!(stamp.disposition.kind, HistoryKind::VoluntarilyDismissed);
        assert_eq!(stamp.disposition.prejudice, Some(Prejudice::Without));
        assert_eq!(stamp.overdue_days, None);
    }

    #[test]
    fn an_old_check_is_overdue_from_the_day_after_the_limit() {
        let overdue = |day| case().stamp(day, 30).unwrap().overdue_days;
        assert_eq!(overdue(date(2026, 12, 22)), None);
        assert_eq!(overdue(date(2026, 12, 23)), Some(31));
    }

    #[test]
    fn a_wrong_clock_does_not_revive_the_case() {
        let stamp = case().stamp(date(1970, 1, 1), 30).unwrap();
        assert_eq!(stamp.disposition.kind, HistoryKind::VoluntarilyDismissed);
    }
}

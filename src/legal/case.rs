//! A court case, its history, and its status stamp.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::date::deserialize_date;
use super::docket::DocketNumber;
use super::source::Citation;

/// The case that the FAQ is about, as `case.toml` describes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// The full caption, such as "Doe v. Example Corporation".
    pub caption: String,
    /// The caption in its short form, such as "Doe v. Example".
    pub short_caption: String,
    pub court: String,
    /// The town in which the court sits.
    pub court_seat: String,
    pub docket_number: DocketNumber,
    /// Other spellings of the number in sources.
    #[serde(default)]
    pub other_docket_numbers: Vec<String>,
    pub plaintiff: String,
    pub defendant: String,
    /// The subject of the case, in one sentence.
    pub subject: String,
    /// The date on which somebody last looked for news of the case.
    #[serde(deserialize_with = "deserialize_date")]
    pub last_checked: Date,
    /// How they looked.
    #[serde(default)]
    pub last_checked_note: Option<String>,
    /// Whether people can claim, join or sign up for anything.
    pub open_claims: bool,
    pub history: History,
    /// What to look for on CourtListener.
    #[serde(default)]
    pub courtlistener: Option<CourtListenerNames>,
}

/// How CourtListener names the court and the parties.
#[derive(Debug, Clone, Deserialize)]
pub struct CourtListenerNames {
    /// The id of the court, such as `cand`.
    pub court: String,
    /// The words of the plaintiff's name that every caption has.
    pub plaintiff: String,
    /// The words of the defendant's name that every caption has.
    pub defendant: String,
}

/// The steps of a case, oldest first. There is at least one: a case without a history has no
/// status, and the bot states the status under every reply.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Vec<HistoryEvent>")]
pub struct History {
    earlier: Vec<HistoryEvent>,
    latest: HistoryEvent,
}

/// A step of a case that changes its status.
#[derive(Debug, Clone, Deserialize)]
pub struct HistoryEvent {
    #[serde(deserialize_with = "deserialize_date")]
    pub date: Date,
    pub kind: HistoryKind,
    /// Only for dismissals.
    #[serde(default)]
    pub prejudice: Option<Prejudice>,
    /// Whether the step was a court's ruling on the merits.
    #[serde(default)]
    pub ruling_on_merits: bool,
    /// The step in a sentence or two.
    pub what: String,
    #[serde(default)]
    pub citations: Vec<Citation>,
}

/// The kinds of steps that change the status of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryKind {
    Filed,
    /// The plaintiff ended the case by notice.
    VoluntarilyDismissed,
    DismissedByCourt,
    Settled,
    Judgment,
    Appealed,
    /// The plaintiff filed the case again.
    Refiled,
}

/// Whether a dismissal bars the same claim permanently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prejudice {
    /// The claim cannot be filed again.
    With,
    /// The claim can be filed again.
    Without,
}

/// The status of a case: its latest step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disposition {
    pub kind: HistoryKind,
    /// Only for dismissals.
    pub prejudice: Option<Prejudice>,
    pub date: Date,
    /// Whether any step so far was a ruling on the merits.
    pub ruling_on_merits: bool,
}

/// The status of the case, as every reply states it. Only [`Case::stamp`] can create one, so no
/// editor and no front end can make one up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    clippy::manual_non_exhaustive,
    reason = "the attribute would still let the rest of this crate make a stamp up"
)]
pub struct CaseStamp {
    pub caption: String,
    pub disposition: Disposition,
    pub open_claims: bool,
    pub last_checked: Date,
    /// The age of the last check in days, if it is older than the operator allows.
    pub overdue_days: Option<i32>,
    #[serde(skip)]
    _computed: (),
}

impl Case {
    /// The latest step of the history.
    pub fn disposition(&self) -> Disposition {
        let latest = self.history.latest();
        Disposition {
            kind: latest.kind,
            prejudice: latest.prejudice,
            date: latest.date,
            ruling_on_merits: self.history.iter().any(|event| event.ruling_on_merits),
        }
    }

    /// Computes the stamp for a reply given on `today`.
    ///
    /// The stamp reports the latest known step even if `today` is before it: a wrong clock must not
    /// make the bot say that the case is still open. If the last check is more than
    /// `stale_after_days` days old, the stamp says how old it is.
    pub fn stamp(&self, today: Date, stale_after_days: u32) -> CaseStamp {
        let age = (today - self.last_checked).get_days();
        CaseStamp {
            caption: self.short_caption.clone(),
            disposition: self.disposition(),
            open_claims: self.open_claims,
            last_checked: self.last_checked,
            overdue_days: (age > i32::try_from(stale_after_days).unwrap_or(i32::MAX))
                .then_some(age),
            _computed: (),
        }
    }
}

impl History {
    pub fn iter(&self) -> impl Iterator<Item = &HistoryEvent> {
        self.earlier.iter().chain([&self.latest])
    }

    pub fn latest(&self) -> &HistoryEvent {
        &self.latest
    }
}

impl TryFrom<Vec<HistoryEvent>> for History {
    type Error = &'static str;

    fn try_from(mut events: Vec<HistoryEvent>) -> Result<Self, Self::Error> {
        let latest = events.pop().ok_or("the case has no history")?;
        Ok(Self { earlier: events, latest })
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
            history: History {
                earlier: vec![step(date(2025, 1, 21), HistoryKind::Filed, None)],
                latest: step(
                    date(2025, 1, 30),
                    HistoryKind::VoluntarilyDismissed,
                    Some(Prejudice::Without),
                ),
            },
            courtlistener: None,
        }
    }

    #[test]
    fn a_history_is_never_empty() {
        assert!(History::try_from(Vec::new()).is_err());
        let kinds: Vec<HistoryKind> = case().history.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [HistoryKind::Filed, HistoryKind::VoluntarilyDismissed]);
    }

    #[test]
    fn the_last_step_is_the_disposition() {
        let stamp = case().stamp(date(2026, 11, 30), 30);
        assert_eq!(stamp.disposition.kind, HistoryKind::VoluntarilyDismissed);
        assert_eq!(stamp.disposition.prejudice, Some(Prejudice::Without));
        assert_eq!(stamp.overdue_days, None);
    }

    #[test]
    fn an_old_check_is_overdue_from_the_day_after_the_limit() {
        let overdue = |day| case().stamp(day, 30).overdue_days;
        assert_eq!(overdue(date(2026, 12, 22)), None);
        assert_eq!(overdue(date(2026, 12, 23)), Some(31));
    }

    #[test]
    fn a_wrong_clock_does_not_revive_the_case() {
        let stamp = case().stamp(date(1970, 1, 1), 30);
        assert_eq!(stamp.disposition.kind, HistoryKind::VoluntarilyDismissed);
    }
}

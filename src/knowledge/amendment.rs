//! What moderators change at run time, laid over the files.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::finding::{Finding, Located, Place};
use super::ids::{EntryId, TopicId};
use super::library::{ContentHash, Knowledge, Library};
use super::records::ElsewhereGroup;
use crate::legal::written_out;

/// The file name in the places of findings about amendments; the line is the id.
const AMENDMENTS: &str = "amendments";

/// The group of questions that moderators said this FAQ does not answer.
pub(super) const GROUP: &str = AMENDMENTS;

/// A change by a moderator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Counted up from 1.
    pub id: i64,
    pub change: Change,
    /// Who made it: whatever names a moderator where it was made, such as an id.
    pub made_by: String,
    pub made_at: Timestamp,
    /// Who undid it, and when.
    pub undone: Option<(String, Timestamp)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// One more phrasing of an answer.
    Phrasing { entry: EntryId, words: String },
    /// A question that this FAQ does not answer.
    Elsewhere { words: String },
    /// Answers that are not given while somebody looks at them again.
    Hold { scope: Scope, reason: String, until: Option<Date> },
    /// Somebody looked on this day whether anything had happened in the case, and nothing had.
    Checked { on: Date },
}

/// What a hold is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    Entry(EntryId),
    Topic(TopicId),
    Everything,
}

/// Answers that are not given now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub scope: Scope,
    pub since: Date,
}

impl Change {
    /// Whether it changes what the matcher searches or learns from.
    pub fn is_learnt(&self) -> bool {
        matches!(self, Self::Phrasing { .. } | Self::Elsewhere { .. })
    }

    /// What it holds back on a day, if it is a hold that is in force then.
    pub fn holds_back(&self, today: Date) -> Option<&Scope> {
        match self {
            Self::Hold { scope, until, .. } if until.is_none_or(|until| today <= until) => {
                Some(scope)
            }
            _ => None,
        }
    }

    /// The change in one sentence; `title` names an answer.
    pub fn in_words(&self, title: impl Fn(&EntryId) -> String) -> String {
        match self {
            Self::Phrasing { entry, words } => {
                format!("“{words}” is answered by “{}”.", title(entry))
            }
            Self::Elsewhere { words } => format!("“{words}” is not for us."),
            Self::Hold { scope, until, .. } => {
                let what = match scope {
                    Scope::Entry(entry) => format!("“{}”", title(entry)),
                    Scope::Topic(topic) => format!("The topic {topic}"),
                    Scope::Everything => "Everything".to_owned(),
                };
                let until =
                    until.map_or(String::new(), |day| format!(" until {}", written_out(day)));
                format!("{what} is held back{until}.")
            }
            Self::Checked { on } => {
                format!("The status of the case was checked on {}: nothing new.", written_out(*on))
            }
        }
    }

    /// Why it was made. Only a hold says why; otherwise this is empty.
    pub fn reason(&self) -> &str {
        match self {
            Self::Hold { reason, .. } => reason,
            _ => "",
        }
    }
}

impl ElsewhereGroup {
    /// Whether moderators made it, and not the files.
    pub fn is_by_moderators(&self) -> bool {
        self.name == GROUP
    }
}

impl Scope {
    /// Whether it covers everything that another one covers.
    pub fn includes(&self, other: &Self) -> bool {
        match other {
            Self::Entry(entry) => self.covers(entry),
            Self::Topic(_) => self == other || *self == Self::Everything,
            Self::Everything => *self == Self::Everything,
        }
    }

    pub fn covers(&self, entry: &EntryId) -> bool {
        match self {
            Self::Entry(held) => held == entry,
            Self::Topic(held) => entry.topic() == *held,
            Self::Everything => true,
        }
    }
}

impl Knowledge {
    /// Why an answer is not given now; `None` if it is.
    pub fn hold_on(&self, entry: &EntryId) -> Option<&Hold> {
        self.holds.iter().find(|hold| hold.scope.covers(entry))
    }

    /// Why nothing is answered now; `None` if something is.
    pub fn hold_on_everything(&self) -> Option<&Hold> {
        self.holds.iter().find(|hold| hold.scope == Scope::Everything)
    }

    /// Replaces the holds by those of these amendments that are in force today.
    pub fn hold(&mut self, amendments: &[Amendment], today: Date) {
        let in_force = amendments.iter().filter_map(|amendment| {
            let scope = amendment.change.holds_back(today)?.clone();
            let since = amendment.made_at.to_zoned(TimeZone::UTC).date();
            Some(Hold { scope, since })
        });
        self.holds = in_force.collect();
    }

    /// Moves the day of the last check to the latest one of these amendments. A day after today is
    /// that of a wrong clock.
    pub fn check_status(&mut self, amendments: &[Amendment], today: Date) {
        let checked = amendments.iter().filter_map(|amendment| match amendment.change {
            Change::Checked { on } if on <= today => Some(on),
            _ => None,
        });
        let case = &mut self.case_file.case;
        if let Some(on) = checked.max().filter(|on| *on > case.last_checked) {
            case.last_checked = on;
            // It says how an earlier check was made.
            case.last_checked_note = None;
        }
    }

    /// Lays what is learnt from the amendments over the content, in their order. One that the files
    /// already contain, or whose answer is gone, changes nothing.
    pub fn amend(&mut self, amendments: &[Amendment]) {
        let learnt = amendments.iter().filter(|amendment| amendment.change.is_learnt());
        let mut hashed = vec![self.library.content_hash.to_string()];
        for Amendment { id, change, .. } in learnt {
            let place = Place::new(AMENDMENTS, usize::try_from(*id).unwrap_or_default());
            if self.library.contains(change) {
                continue;
            }
            // The first change copies the library, which the files share with it.
            let library = Arc::make_mut(&mut self.library);
            match change {
                Change::Phrasing { entry, words } => match library.entries.get_mut(entry) {
                    Some(entry) => entry.phrasings.push(Located { value: words.clone(), place }),
                    None => continue,
                },
                Change::Elsewhere { words } => add_elsewhere(&mut library.elsewhere, words, place),
                Change::Hold { .. } | Change::Checked { .. } => continue,
            }
            hashed.push(format!("\n{change:?}"));
        }
        if hashed.len() > 1 {
            Arc::make_mut(&mut self.library).content_hash = ContentHash::of(hashed.into_iter());
        }
    }
}

impl Library {
    /// Whether what would be learnt from a change is in the content already.
    pub fn contains(&self, change: &Change) -> bool {
        match change {
            Change::Phrasing { entry, words } => self
                .entry(entry.as_str())
                .is_some_and(|entry| entry.ways_of_asking().any(|known| known == words)),
            Change::Elsewhere { words } => {
                self.elsewhere.iter().any(|group| group.questions.contains(words))
            }
            Change::Hold { .. } | Change::Checked { .. } => false,
        }
    }
}

/// Leaves out the amendments with which the content breaks a rule, so that the others do not suffer.
/// Returns those that stay, and those that were left out, each with what is wrong with it.
///
/// `errors` checks the content with some of the amendments. Without any, it must find nothing.
pub fn leave_out_broken(
    mut amendments: Vec<Amendment>,
    errors: impl Fn(&[Amendment]) -> Vec<Finding>,
) -> (Vec<Amendment>, Vec<(Amendment, Finding)>) {
    let mut broken = Vec::new();
    while let Some((place, finding)) = first_broken(&amendments, &errors) {
        broken.push((amendments.remove(place), finding));
    }
    (amendments, broken)
}

/// The place of the first amendment with which the content breaks a rule.
fn first_broken(
    amendments: &[Amendment],
    errors: impl Fn(&[Amendment]) -> Vec<Finding>,
) -> Option<(usize, Finding)> {
    let first = |amendments: &[Amendment]| errors(amendments).into_iter().next();
    // Checking takes a while, so the amendment is found by halving.
    let (mut without, mut with) = (0, amendments.len());
    let mut found = first(amendments).filter(|_| !amendments.is_empty())?;
    while with - without > 1 {
        let half = without.midpoint(with);
        match first(&amendments[..half]) {
            None => without = half,
            Some(finding) => (with, found) = (half, finding),
        }
    }
    Some((with - 1, found))
}

fn add_elsewhere(groups: &mut Vec<Located<ElsewhereGroup>>, words: &str, place: Place) {
    match groups.iter_mut().find(|group| group.name == GROUP) {
        Some(group) => group.value.questions.push(words.to_owned()),
        None => {
            let value =
                ElsewhereGroup { name: GROUP.to_owned(), questions: vec![words.to_owned()] };
            groups.push(Located { value, place });
        }
    }
}

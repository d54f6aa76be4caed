//! What moderators change at run time, laid over the files.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::finding::{Located, Place};
use super::ids::{EntryId, TopicId};
use super::library::{ContentHash, Knowledge};
use super::records::ElsewhereGroup;

/// The file name in the places of findings about amendments; the line is the id.
const AMENDMENTS: &str = "amendments";

/// The group of questions that moderators said this FAQ does not answer.
const GROUP: &str = AMENDMENTS;

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

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// One more phrasing of an answer.
    Phrasing { entry: EntryId, words: String },
    /// A question that this FAQ does not answer.
    Elsewhere { words: String },
    /// Answers that are not given while somebody looks at them again.
    Hold { scope: Scope, reason: String, until: Option<Date> },
}

/// What a hold is for.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        !matches!(self, Self::Hold { .. })
    }
}

impl ElsewhereGroup {
    /// Whether moderators made it, and not the files.
    pub fn is_by_moderators(&self) -> bool {
        self.name == GROUP
    }
}

impl Scope {
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
        let in_force = amendments.iter().filter_map(|amendment| match &amendment.change {
            Change::Hold { scope, until, .. } if until.is_none_or(|until| today <= until) => {
                let since = amendment.made_at.to_zoned(TimeZone::UTC).date();
                Some(Hold { scope: scope.clone(), since })
            }
            _ => None,
        });
        self.holds = in_force.collect();
    }

    /// Lays what is learnt from the amendments over the content, in their order. One that the files
    /// already contain, or whose answer is gone, changes nothing.
    pub fn amend(&mut self, amendments: &[Amendment]) {
        let learnt = amendments.iter().filter(|amendment| amendment.change.is_learnt());
        let library = Arc::make_mut(&mut self.library);
        let mut hashed = vec![library.content_hash.to_string()];
        for amendment in learnt {
            let place = Place::new(AMENDMENTS, usize::try_from(amendment.id).unwrap_or_default());
            let is_new = match &amendment.change {
                Change::Phrasing { entry, words } => match library.entries.get_mut(entry) {
                    Some(entry) if entry.ways_of_asking().all(|known| known != words) => {
                        entry.phrasings.push(Located { value: words.clone(), place });
                        true
                    }
                    _ => false,
                },
                Change::Elsewhere { words } => add_elsewhere(&mut library.elsewhere, words, place),
                Change::Hold { .. } => false,
            };
            if is_new {
                hashed.push(format!("\n{:?}", amendment.change));
            }
        }
        if hashed.len() > 1 {
            library.content_hash = ContentHash::of(hashed.into_iter());
        }
    }
}

fn add_elsewhere(groups: &mut Vec<Located<ElsewhereGroup>>, words: &str, place: Place) -> bool {
    if groups.iter().any(|group| group.questions.iter().any(|known| known == words)) {
        return false;
    }
    match groups.iter_mut().find(|group| group.name == GROUP) {
        Some(group) => group.value.questions.push(words.to_owned()),
        None => {
            let value =
                ElsewhereGroup { name: GROUP.to_owned(), questions: vec![words.to_owned()] };
            groups.push(Located { value, place });
        }
    }
    true
}

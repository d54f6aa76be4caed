//! What moderators can ask the desk for, and how buttons and menus carry it.

use jiff::civil::Date;
use serenity::all::UserId;

use crate::knowledge::{EntryId, Scope};

/// Something to do for a moderator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub action: DeskAction,
    pub by: UserId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskAction {
    /// Lists what the bot could not answer.
    Gaps,
    /// Shows the group of this question.
    Group(i64),
    /// Lists what members found wrong with an answer.
    Complaints(EntryId),
    /// Takes these complaints away, because the answer is right.
    ItIsRight(EntryId),
    /// Asks whether to teach the group of a question to an answer.
    Propose {
        question: i64,
        entry: EntryId,
    },
    Teach {
        question: i64,
        entry: EntryId,
    },
    /// Looks for an answer for the group of a question.
    FindAnswer {
        question: i64,
        words: String,
    },
    /// The moderator looked today whether anything had happened in the case, and nothing had.
    CheckedToday,
    /// Makes a file for a new answer to the group of this question.
    Draft(i64),
    /// Takes the group of this question away without learning anything.
    PutAside(i64),
    /// The FAQ does not answer the group of this question.
    NotForUs(i64),
    Hold {
        scope: Scope,
        reason: String,
        until: Option<Date>,
    },
    /// Lists what is held back.
    Holds,
    /// Ends the hold with this id.
    Release(i64),
    /// Lists who changed what, the latest first; with a number, only changes before that one.
    Audit {
        before: Option<i64>,
    },
    /// Undoes the change with this id.
    Undo(i64),
    /// Lists the answers that changed after they were posted.
    Outdated,
    /// Corrects the messages that show an old version of an answer, or of any answer.
    Correct(Option<EntryId>),
    /// Leaves all such messages as they are.
    LeaveAsTheyAre,
    /// Shows how far the corrections are.
    Corrections,
    /// Shows why a question is answered as it is.
    Explain(String),
    /// Asks whether to teach these words to an answer.
    ProposeWords {
        words: String,
        entry: EntryId,
    },
    TeachWords {
        words: String,
        entry: EntryId,
    },
    /// Shows what became of the questions of so many days, one of [`PERIODS`].
    Stats(u16),
}

/// The days that [`DeskAction::Stats`] can look back on.
pub const PERIODS: [u16; 3] = [7, 30, 90];

/// The days that it looks back on if nobody says otherwise.
pub const USUAL_PERIOD: u16 = 30;

/// The first page of [`DeskAction::Audit`].
pub const LATEST_CHANGES: DeskAction = DeskAction::Audit { before: None };

impl DeskAction {
    /// Whether it first asks the questions with a known answer, which takes some seconds.
    pub fn takes_seconds(&self) -> bool {
        matches!(self, Self::Teach { .. } | Self::TeachWords { .. } | Self::NotForUs(_))
    }

    /// The `custom_id` of a button, or of a menu whose value completes it; see [`Self::of_menu`].
    pub fn custom_id(&self) -> String {
        match self {
            Self::Gaps => "gaps".to_owned(),
            Self::Group(question) => format!("gap:{question}"),
            Self::Complaints(entry) => format!("complaints:{entry}"),
            Self::ItIsRight(entry) => format!("it-is-right:{entry}"),
            Self::Propose { question, entry } => format!("propose:{question}:{entry}"),
            Self::Teach { question, entry } => format!("teach:{question}:{entry}"),
            Self::NotForUs(question) => format!("not-for-us:{question}"),
            Self::Holds => "holds".to_owned(),
            Self::Release(id) => format!("release:{id}"),
            Self::Audit { before: None } => "audit".to_owned(),
            Self::Audit { before: Some(id) } => format!("audit:{id}"),
            Self::Undo(id) => format!("undo:{id}"),
            Self::Outdated => "outdated".to_owned(),
            Self::Correct(Some(entry)) => format!("correct:{entry}"),
            Self::Correct(None) => "correct".to_owned(),
            Self::LeaveAsTheyAre => "leave".to_owned(),
            Self::Corrections => "corrections".to_owned(),
            Self::Stats(days) => format!("stats:{days}"),
            // The message has the words.
            Self::Explain(_) => EXPLAIN.to_owned(),
            Self::ProposeWords { entry, .. } => format!("{PROPOSE_WORDS}:{entry}"),
            Self::TeachWords { entry, .. } => format!("{TEACH_WORDS}:{entry}"),
            Self::PutAside(question) => format!("put-aside:{question}"),
            Self::CheckedToday => "checked".to_owned(),
            Self::Draft(question) => format!("draft:{question}"),
            // Opens a form.
            Self::FindAnswer { question, .. } => format!("find:{question}"),
            // Opens a form, because a hold needs a reason.
            Self::Hold { scope: Scope::Entry(entry), .. } => format!("hold:{entry}"),
            // Only a command makes it.
            Self::Hold { .. } => "hold".to_owned(),
        }
    }

    /// Parses the `custom_id` of a button. It may be forged, so it can contain anything.
    pub fn of_button(custom_id: &str) -> Option<Self> {
        let (name, rest) = custom_id.split_once(':').unwrap_or((custom_id, ""));
        let number = || rest.parse().ok();
        Some(match name {
            "gaps" => Self::Gaps,
            "gap" => Self::Group(number()?),
            "propose" | "teach" => {
                let (question, entry) = rest.split_once(':')?;
                let (question, entry) = (question.parse().ok()?, EntryId::new(entry));
                match name {
                    "teach" => Self::Teach { question, entry },
                    _ => Self::Propose { question, entry },
                }
            }
            EXPLAIN => Self::Explain(String::new()),
            PROPOSE_WORDS | TEACH_WORDS => {
                let (words, entry) = (String::new(), EntryId::new(rest));
                match name {
                    TEACH_WORDS => Self::TeachWords { words, entry },
                    _ => Self::ProposeWords { words, entry },
                }
            }
            "put-aside" => Self::PutAside(number()?),
            "checked" => Self::CheckedToday,
            "draft" => Self::Draft(number()?),
            "not-for-us" => Self::NotForUs(number()?),
            "holds" => Self::Holds,
            "release" => Self::Release(number()?),
            "audit" if rest.is_empty() => LATEST_CHANGES,
            "audit" => Self::Audit { before: Some(number()?) },
            "complaints" => Self::Complaints(EntryId::new(rest)),
            "it-is-right" => Self::ItIsRight(EntryId::new(rest)),
            "undo" => Self::Undo(number()?),
            "outdated" => Self::Outdated,
            "correct" => Self::Correct((!rest.is_empty()).then(|| EntryId::new(rest))),
            "leave" => Self::LeaveAsTheyAre,
            "corrections" => Self::Corrections,
            "stats" => Self::Stats(rest.parse().ok().filter(|days| PERIODS.contains(days))?),
            _ => return None,
        })
    }

    /// The same for the words that the message of a button or a menu quotes, if it is about words.
    pub fn with_words(self, words: String) -> Self {
        match self {
            Self::Explain(_) => Self::Explain(words),
            Self::ProposeWords { entry, .. } => Self::ProposeWords { words, entry },
            Self::TeachWords { entry, .. } => Self::TeachWords { words, entry },
            action => action,
        }
    }

    /// Parses the `custom_id` of a menu and the chosen value: together they are those of a button.
    pub fn of_menu(custom_id: &str, chosen: &str) -> Option<Self> {
        let name = custom_id.strip_prefix(MENU)?;
        Self::of_button(&format!("{name}:{chosen}"))
    }
}

const EXPLAIN: &str = "explain";
pub const PROPOSE_WORDS: &str = "propose-words";
const TEACH_WORDS: &str = "teach-words";

/// The `custom_id` of a menu begins with it.
pub const MENU: &str = "choose:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_can_be_read_back() {
        let entry = EntryId::new("status/is-it-over");
        let words = String::new;
        let actions = [
            DeskAction::Explain(words()),
            DeskAction::ProposeWords { words: words(), entry: entry.clone() },
            DeskAction::TeachWords { words: words(), entry: entry.clone() },
            DeskAction::Gaps,
            DeskAction::Group(7),
            DeskAction::Propose { question: 7, entry: entry.clone() },
            DeskAction::Teach { question: i64::MAX, entry: entry.clone() },
            DeskAction::Draft(7),
            DeskAction::CheckedToday,
            DeskAction::PutAside(7),
            DeskAction::NotForUs(7),
            DeskAction::Holds,
            DeskAction::Release(1),
            LATEST_CHANGES,
            DeskAction::Audit { before: Some(16) },
            DeskAction::Complaints(entry.clone()),
            DeskAction::ItIsRight(entry.clone()),
            DeskAction::Undo(12),
            DeskAction::Outdated,
            DeskAction::Correct(None),
            DeskAction::Correct(Some(EntryId::new("status/is-it-over"))),
            DeskAction::LeaveAsTheyAre,
            DeskAction::Corrections,
            DeskAction::Stats(90),
        ];
        for action in actions {
            assert_eq!(DeskAction::of_button(&action.custom_id()), Some(action));
        }
        let chosen = DeskAction::of_menu("choose:propose:7", "a/b");
        assert_eq!(chosen, Some(DeskAction::Propose { question: 7, entry: EntryId::new("a/b") }));
    }

    #[test]
    fn forged_ids_are_no_action() {
        for id in [
            "",
            "gap",
            "gap:",
            "gap:x",
            "teach:1",
            "hold",
            "undo:-",
            "undo:99999999999999999999",
            "stats",
            "stats:31",
        ] {
            assert_eq!(DeskAction::of_button(id), None, "{id}");
        }
        assert_eq!(DeskAction::of_menu("gap", "1"), None);
    }
}

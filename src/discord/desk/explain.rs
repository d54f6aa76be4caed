//! Why a question is answered as it is, and teaching its words to an answer.
//!
//! A button or a menu cannot carry the words, so the message above it quotes them.

use super::super::interaction::outgoing::OutgoingMessage;
use super::super::interaction::render::whole_sheet;
use super::gaps::{FIRST_CHECKED, Learnt, edge_line, worse_answers};
use super::screen::{Choice, Screen};
use super::task::{DeskAction, LATEST_CHANGES, PROPOSE_WORDS};
use super::{Desk, DeskError};
use crate::knowledge::{Change, EntryId};
use crate::redaction::redact;
use crate::reply::Why;

/// The most characters of a phrasing. A longer text is a story, which nobody tells twice.
const MAX_WORDS: usize = 300;

impl Desk {
    /// Shows why a question is answered as it is.
    pub(super) async fn explain(&self, words: String) -> Result<OutgoingMessage, DeskError> {
        let today = (self.today)();
        let (asked, asked_again) = (words.clone(), words);
        let why = self.work(move |responder| responder.why(&asked, today)).await??;
        let Why { sheet, teachable } = why;
        let screen = Screen::default().quote(&asked_again);
        let screen = match (self.can_be_taught(&asked_again), &self.store) {
            (Ok(()), Some(_)) => {
                let choices = teachable.into_iter().map(|suggestion| Choice {
                    value: suggestion.entry.to_string(),
                    label: suggestion.question,
                    description: suggestion.entry.to_string(),
                });
                screen.menu(PROPOSE_WORDS, "Add this as a phrasing to …", choices.collect())
            }
            _ => screen,
        };
        Ok(screen.above(whole_sheet(&sheet)))
    }

    /// Asks whether to teach these words to an answer.
    pub(super) async fn propose_words(
        &self,
        words: String,
        entry: EntryId,
    ) -> Result<OutgoingMessage, DeskError> {
        self.can_be_taught(&words)?;
        let title = self.title(&entry)?;
        let screen = Screen::new(&format!("From now on, “{title}” answers this?"))
            .quote(&words)
            .line(&self.how_well_found(&entry).await?)
            .line(FIRST_CHECKED);
        let back = DeskAction::Explain(words.clone());
        Ok(screen
            .buttons([("Yes", DeskAction::TeachWords { words, entry }), ("Back", back)])
            .message())
    }

    /// Teaches these words to an answer, unless another question would get a worse answer.
    pub(super) async fn teach_words(
        &self,
        words: String,
        entry: EntryId,
        by: String,
    ) -> Result<OutgoingMessage, DeskError> {
        self.can_be_taught(&words)?;
        let title = self.title(&entry)?;
        let change = Change::Phrasing { entry, words: words.clone() };
        let back = ("Back", DeskAction::Explain(words.clone()));
        let screen = match self.learn(vec![change], &[], by).await? {
            Ok(Learnt { ids, on_the_edge }) => {
                let learnt = format!("Learnt. “{title}” answers this now.");
                let undo = ids.first().map_or(LATEST_CHANGES, |id| DeskAction::Undo(*id));
                let screen = Screen::new(&learnt).quote(&words).lines(edge_line(on_the_edge));
                screen.buttons([("Undo", undo)])
            }
            Err(worse) => worse_answers(&worse).quote(&words).buttons([back]),
        };
        Ok(screen.message())
    }

    /// An error says why these words cannot be a phrasing.
    fn can_be_taught(&self, words: &str) -> Result<(), DeskError> {
        let refuse = |why: &str| Err(DeskError::Refused(why.to_owned()));
        if words.is_empty() {
            return refuse("I do not find the question any more. Ask again with /faq show.");
        }
        if words.chars().count() > MAX_WORDS {
            return refuse("That is too long for a phrasing. Ask again in fewer words.");
        }
        // What is taught is kept, and may become public with the files.
        let known = |word: &str| self.responder.uses_word(word);
        if redact(words, &known).contains('[') {
            return refuse(
                "There is a name, an address or the like in it, which is not to be kept. Ask again \
                 without it.",
            );
        }
        Ok(())
    }
}

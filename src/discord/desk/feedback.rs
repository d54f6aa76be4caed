//! What members think of an answer.

use jiff::Timestamp;
use serenity::all::UserId;
use tracing::warn;

use super::super::interaction::outgoing::OutgoingMessage;
use super::super::sentences;
use super::{Asked, Desk, DeskError};
use crate::knowledge::EntryId;
use crate::store::{Vote, WhyKept};

/// What a member thinks of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    pub entry: EntryId,
    by: UserId,
    /// `None` if the answer is helpful.
    complaint: Option<Complaint>,
}

/// Why an answer is not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What the member had asked; if that is not known, the heading of the answer.
    pub asked: String,
    pub note: Option<String>,
    pub in_direct_message: bool,
}

impl Opinion {
    pub fn helpful(entry: EntryId, by: UserId) -> Self {
        Self { entry, by, complaint: None }
    }

    pub fn not_right(entry: EntryId, by: UserId, complaint: Complaint) -> Self {
        Self { entry, by, complaint: Some(complaint) }
    }
}

impl Desk {
    /// Stores an opinion, and returns the confirmation.
    pub async fn count(&self, opinion: Opinion) -> OutgoingMessage {
        let text = match (self.vote(&opinion).await, &opinion.complaint) {
            (Ok(_), None) => sentences::THANKS.to_owned(),
            (Ok(false), Some(_)) => sentences::THANKS_NOT_RIGHT.to_owned(),
            (Ok(true), Some(_)) => {
                format!("{} {}", sentences::THANKS_NOT_RIGHT, sentences::MODERATORS_WILL_SEE)
            }
            (Err(error), _) => {
                warn!(%error, "an opinion of an answer cannot be stored");
                sentences::NOT_COUNTED.to_owned()
            }
        };
        OutgoingMessage::text(text)
    }

    /// Returns whether moderators can see the question.
    async fn vote(&self, opinion: &Opinion) -> Result<bool, DeskError> {
        let store = self.store()?;
        let Opinion { entry, by, complaint } = opinion;
        let vote = if complaint.is_none() { Vote::Helpful } else { Vote::NotRight };
        let kept = complaint.clone().and_then(|complaint| {
            let Complaint { asked: words, note, in_direct_message } = complaint;
            let entry = Some(entry.clone());
            self.kept(Asked { words, why: WhyKept::NotRight, entry, note, in_direct_message })
        });
        store.vote(entry, by.get(), vote, Timestamp::now()).await?;
        if let Some(question) = &kept {
            store.keep(question).await?;
        }
        Ok(kept.is_some())
    }
}

//! A message on its way out, whichever of Discord's endpoints takes it.

use serde_json::json;
use serenity::all::{
    CreateActionRow, CreateAllowedMentions, CreateEmbed, CreateInteractionResponse,
    CreateInteractionResponseMessage, CreateMessage, EditInteractionResponse, EditMessage,
    MessageReference, MessageReferenceKind, Nonce,
};

use super::limits;
use super::read::ChatMessage;

/// The parts that every message of the bot is made of.
///
/// serenity has a builder for each way of sending a message and none for what they have in common.
/// No builder is made anywhere else, so whatever is sent pings nobody. All parts are always set, so
/// that an edit removes what the message held before.
#[derive(Debug, Clone, Default)]
pub struct OutgoingMessage {
    pub(super) content: String,
    pub(super) embeds: Vec<CreateEmbed>,
    pub(super) components: Vec<CreateActionRow>,
    /// Whether something was left out to make the rest fit.
    pub(super) shortened: bool,
}

impl OutgoingMessage {
    /// Plain text without an embed.
    pub fn text(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// The same message with a line of text above its embeds.
    pub fn with_content(self, content: impl Into<String>) -> Self {
        Self { content: content.into(), ..self }
    }

    /// A response to an interaction; only one member sees it if it is ephemeral.
    pub fn response(self, ephemeral: bool) -> CreateInteractionResponse {
        CreateInteractionResponse::Message(self.response_message().ephemeral(ephemeral))
    }

    /// A response that replaces the message whose component was used.
    pub fn update(self) -> CreateInteractionResponse {
        CreateInteractionResponse::UpdateMessage(self.response_message())
    }

    /// The message that replaces a deferred response.
    pub fn edit_response(self) -> EditInteractionResponse {
        EditInteractionResponse::new()
            .content(self.content)
            .embeds(self.embeds)
            .components(self.components)
            .allowed_mentions(nobody())
    }

    /// A reply to a message.
    pub fn reply(self, to: &ChatMessage) -> CreateMessage {
        let reference = MessageReference::new(MessageReferenceKind::Default, to.channel)
            .message_id(to.id)
            .fail_if_not_exists(false);
        CreateMessage::new()
            .content(self.content)
            .embeds(self.embeds)
            .components(self.components)
            .allowed_mentions(nobody())
            .reference_message(reference)
            // If the answer to a first attempt is lost, the second does not post a second message.
            .nonce(Nonce::String(to.id.to_string()))
            .enforce_nonce(true)
    }

    /// The message that replaces an earlier one.
    pub fn edit(self) -> EditMessage {
        EditMessage::new()
            .content(self.content)
            .embeds(self.embeds)
            .components(self.components)
            .allowed_mentions(nobody())
    }

    /// What of this message Discord would refuse, and whether anything had to be left out; empty
    /// if all is well.
    pub fn overruns(&self) -> Vec<String> {
        let mut overruns = limits::overruns(&json!(self.clone().edit()));
        if self.shortened {
            overruns.push(format!("not all of it fits into {} characters", limits::EMBED_TOTAL));
        }
        overruns
    }

    fn response_message(self) -> CreateInteractionResponseMessage {
        CreateInteractionResponseMessage::new()
            .content(self.content)
            .embeds(self.embeds)
            .components(self.components)
            .allowed_mentions(nobody())
    }
}

/// A response that only one member will see and that follows by [`OutgoingMessage::edit_response`].
pub fn deferred() -> CreateInteractionResponse {
    let message = CreateInteractionResponseMessage::new().ephemeral(true);
    CreateInteractionResponse::Defer(message.allowed_mentions(nobody()))
}

fn nobody() -> CreateAllowedMentions {
    CreateAllowedMentions::new().replied_user(false)
}

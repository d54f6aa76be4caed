//! The contents of a message, for all of Discord's endpoints that send or edit one.

use serde_json::{Value, json};
use serenity::all::{
    CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateEmbed,
    CreateInteractionResponse, CreateInteractionResponseMessage, CreateMessage, EditAttachments,
    EditInteractionResponse, EditMessage, MessageReference, MessageReferenceKind, Nonce,
};

use super::limits;
use super::markdown::clip;
use super::read::ChatMessage;
use crate::knowledge::EntryId;

/// The contents of every message of the bot.
///
/// serenity has a separate builder for each way to send or edit a message, and no common type. All
/// builders are created here, so that no message pings anybody. All fields are always set, so that
/// an edit removes the previous contents.
#[derive(Debug, Clone, Default)]
pub struct OutgoingMessage {
    pub(super) content: String,
    pub(super) embeds: Vec<CreateEmbed>,
    pub(super) components: Vec<CreateActionRow>,
    /// A file below the text. Whoever sends the message sends it beside that.
    pub(super) file: Option<CreateAttachment>,
    /// Whether parts were left out to stay within Discord's limits.
    pub(super) shortened: bool,
    /// The answer to remember, so that the message can be corrected.
    pub shown: Option<ShownAnswer>,
}

/// An answer that everybody in a channel can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownAnswer {
    pub entry: EntryId,
    /// See [`crate::knowledge::FaqEntry::revision`].
    pub revision: String,
}

impl OutgoingMessage {
    /// Plain text without an embed.
    pub fn text(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// The text above the embeds.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The buttons and menus.
    pub fn components(&self) -> &[CreateActionRow] {
        &self.components
    }

    /// Sets the text above the embeds.
    pub fn with_content(self, content: impl Into<String>) -> Self {
        Self { content: content.into(), ..self }
    }

    /// Sets the buttons and menus.
    pub fn with_components(self, components: Vec<CreateActionRow>) -> Self {
        Self { components, ..self }
    }

    /// Adds a file below the text, with its description for those who cannot see it.
    pub fn with_file(self, name: &str, contents: Vec<u8>, description: &str) -> Self {
        let description = clip(description, limits::FILE_DESCRIPTION);
        let file = CreateAttachment::bytes(contents, name).description(description);
        Self { file: Some(file), ..self }
    }

    /// A response to an interaction. If it is ephemeral, only one member sees it.
    pub fn response(self, ephemeral: bool) -> CreateInteractionResponse {
        CreateInteractionResponse::Message(self.response_message().ephemeral(ephemeral))
    }

    /// A response that replaces the message whose component was used.
    pub fn update(self) -> CreateInteractionResponse {
        CreateInteractionResponse::UpdateMessage(self.response_message())
    }

    /// The message that replaces a deferred response. It describes the [file](Self::file), which is
    /// sent beside it.
    pub fn edit_response(self) -> EditInteractionResponse {
        // An edit that lists no files removes those of the previous contents.
        let files = self.file.into_iter().fold(EditAttachments::new(), EditAttachments::add);
        EditInteractionResponse::new()
            .content(self.content)
            .embeds(self.embeds)
            .components(self.components)
            .attachments(files)
            .allowed_mentions(no_mentions())
    }

    pub fn file(&self) -> Option<&CreateAttachment> {
        self.file.as_ref()
    }

    /// A reply to a message that has had some earlier ones.
    pub fn reply(self, to: &ChatMessage, earlier: u32) -> CreateMessage {
        // A later reply must have another: Discord would look for the message of the first one, which
        // may be deleted.
        let nonce = match earlier {
            0 => to.id.to_string(),
            earlier => format!("{}-{}", to.id, earlier % 10_000),
        };
        let reference = MessageReference::new(MessageReferenceKind::Default, to.channel)
            .message_id(to.id)
            .fail_if_not_exists(false);
        self.post()
            .reference_message(reference)
            // If the response to an attempt is lost, a retry does not post a second message.
            .nonce(Nonce::String(nonce))
            .enforce_nonce(true)
    }

    /// A message that replies to none.
    pub fn post(self) -> CreateMessage {
        CreateMessage::new()
            .content(self.content)
            .embeds(self.embeds)
            .components(self.components)
            .allowed_mentions(no_mentions())
    }

    /// An edit of an earlier message.
    pub fn edit(self) -> EditMessage {
        EditMessage::new()
            .content(self.content)
            .embeds(self.embeds)
            .components(self.components)
            .allowed_mentions(no_mentions())
    }

    /// An edit that corrects an earlier message. What stands above the embed stays: it may say who
    /// posted it. The buttons stay if this message has some.
    pub fn correct(self) -> EditMessage {
        let edit = EditMessage::new().embeds(self.embeds).allowed_mentions(no_mentions());
        if self.components.is_empty() { edit.components(Vec::new()) } else { edit }
    }

    /// The message as JSON, as it goes to Discord.
    pub fn json(&self) -> Value {
        json!(self.clone().edit())
    }

    /// Every limit of Discord that this message exceeds, and whether parts were left out.
    pub fn overruns(&self) -> Vec<String> {
        let mut overruns = limits::overruns(&self.json());
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
            .allowed_mentions(no_mentions())
    }
}

/// A deferred response. [`OutgoingMessage::edit_response`] supplies its contents later.
pub fn deferred(ephemeral: bool) -> CreateInteractionResponse {
    let message = CreateInteractionResponseMessage::new().ephemeral(ephemeral);
    CreateInteractionResponse::Defer(message.allowed_mentions(no_mentions()))
}

fn no_mentions() -> CreateAllowedMentions {
    CreateAllowedMentions::new().replied_user(false)
}

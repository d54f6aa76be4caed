//! Extracts the relevant parts of serenity's models of interactions and messages.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serenity::all::{
    ActionRowComponent, ChannelId, ChannelType, CommandData, CommandDataOption,
    CommandDataOptionValue, CommandInteraction, ComponentInteraction, ComponentInteractionDataKind,
    Embed, GuildId, InteractionContext, Member, Message, MessageFlags, MessageId,
    MessageInteractionMetadata, MessageType, MessageUpdateEvent, ModalInteraction, PartialChannel,
    Permissions, ResolvedTarget, RoleId, User, UserId,
};

use crate::markup::is_only_markup;

/// Who used a command or a component, and where. Both have these fields, but serenity has no common
/// type for them.
#[derive(Debug, Clone, Copy)]
pub struct Invocation<'i> {
    pub user: UserId,
    pub channel: ChannelId,
    /// `None` outside of a server.
    pub guild: Option<GuildId>,
    /// Whether the channel is the direct message with the bot. A user-installed app can also be
    /// used in direct messages between other people.
    pub is_bot_dm: bool,
    /// Whether the channel is a thread. Another permission is needed to write in one.
    pub is_thread: bool,
    /// The bot's permissions in the channel.
    pub app_permissions: Permissions,
    member: Option<&'i Member>,
}

impl<'i> From<&'i CommandInteraction> for Invocation<'i> {
    fn from(command: &'i CommandInteraction) -> Self {
        Self {
            user: command.user.id,
            channel: command.channel_id,
            guild: command.guild_id,
            is_bot_dm: is_bot_dm(command.guild_id, command.context),
            is_thread: is_thread(command.channel.as_ref()),
            app_permissions: command.app_permissions.unwrap_or_default(),
            member: command.member.as_deref(),
        }
    }
}

impl<'i> From<&'i ComponentInteraction> for Invocation<'i> {
    fn from(component: &'i ComponentInteraction) -> Self {
        Self {
            user: component.user.id,
            channel: component.channel_id,
            guild: component.guild_id,
            is_bot_dm: is_bot_dm(component.guild_id, component.context),
            is_thread: is_thread(component.channel.as_ref()),
            app_permissions: component.app_permissions.unwrap_or_default(),
            member: component.member.as_ref(),
        }
    }
}

impl<'i> From<&'i ModalInteraction> for Invocation<'i> {
    fn from(form: &'i ModalInteraction) -> Self {
        Self {
            user: form.user.id,
            channel: form.channel_id,
            guild: form.guild_id,
            // serenity does not read where a form was opened, and its reply is private anyway.
            is_bot_dm: false,
            is_thread: is_thread(form.channel.as_ref()),
            app_permissions: form.app_permissions.unwrap_or_default(),
            member: form.member.as_ref(),
        }
    }
}

impl Invocation<'_> {
    /// The user's permissions in the channel; empty outside of a server.
    pub fn user_permissions(&self) -> Permissions {
        self.member.and_then(|member| member.permissions).unwrap_or_default()
    }

    /// Whether the user has at least one of these roles.
    pub fn has_role(&self, roles: &[u64]) -> bool {
        self.member.is_some_and(|member| member.roles.iter().any(|id| roles.contains(&id.get())))
    }
}

fn is_thread(channel: Option<&PartialChannel>) -> bool {
    use ChannelType::{NewsThread, PrivateThread, PublicThread};
    channel.is_some_and(|channel| matches!(channel.kind, NewsThread | PrivateThread | PublicThread))
}

fn is_bot_dm(guild: Option<GuildId>, context: Option<InteractionContext>) -> bool {
    guild.is_none() && matches!(context, None | Some(InteractionContext::BotDm))
}

/// The option values of a command, or of its subcommand if it has one.
#[derive(Debug, Clone, Copy)]
pub struct Options<'i> {
    pub subcommand: Option<&'i str>,
    options: &'i [CommandDataOption],
}

impl<'i> Options<'i> {
    pub fn of(data: &'i CommandData) -> Self {
        match data.options.first() {
            Some(CommandDataOption {
                name,
                value: CommandDataOptionValue::SubCommand(options),
                ..
            }) => Self { subcommand: Some(name), options },
            _ => Self { subcommand: None, options: &data.options },
        }
    }

    pub fn text(&self, name: &str) -> Option<&'i str> {
        self.value(name)?.as_str()
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.value(name)?.as_bool()
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }

    fn value(&self, name: &str) -> Option<&'i CommandDataOptionValue> {
        self.options.iter().find(|option| option.name == name).map(|option| &option.value)
    }
}

/// The text of the target of a message command: its content, else its embeds, else the same of the
/// message that it forwards. Markup alone is no text. Empty if there is no text.
///
/// serenity 0.12 drops all top-level components except action rows, so the text of a message with
/// newer components is not found.
pub fn target_text(data: &CommandData) -> String {
    let Some(ResolvedTarget::Message(message)) = data.target() else { return String::new() };
    readable(&message.content, &message.embeds)
        .or_else(|| forwarded_text(message))
        .unwrap_or_default()
}

fn forwarded_text(message: &Message) -> Option<String> {
    let forwarded = message.message_snapshots.first()?;
    readable(&forwarded.content, &forwarded.embeds)
}

fn readable(content: &str, embeds: &[Embed]) -> Option<String> {
    let embeds = embeds.iter().flat_map(|embed| [&embed.title, &embed.description]).flatten();
    let embeds: Vec<&str> = embeds.map(String::as_str).collect();
    [content.to_owned(), embeds.join("\n")].into_iter().find(|text| !is_only_markup(text))
}

/// The selected value of a menu; `None` for a button.
pub fn selected_value(component: &ComponentInteraction) -> Option<&str> {
    match &component.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.first().map(String::as_str),
        _ => None,
    }
}

/// What was written into the first field of a form; `None` if nothing was.
pub fn filled_in(form: &ModalInteraction) -> Option<&str> {
    let fields = form.data.components.iter().flat_map(|row| &row.components);
    let mut texts = fields.filter_map(|field| match field {
        ActionRowComponent::InputText(text) => text.value.as_deref(),
        _ => None,
    });
    texts.next().map(str::trim).filter(|text| !text.is_empty())
}

pub fn is_ephemeral(message: &Message) -> bool {
    message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL))
}

/// The user who caused a message of the bot: by an interaction, or by the message that it replies
/// to.
pub fn asker(message: &Message) -> Option<UserId> {
    match message.interaction_metadata.as_deref() {
        Some(MessageInteractionMetadata::Command(metadata)) => Some(metadata.user.id),
        Some(MessageInteractionMetadata::Component(metadata)) => Some(metadata.user.id),
        _ => message.referenced_message.as_ref().map(|message| message.author.id),
    }
}

/// A message by a person that the bot can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    pub id: MessageId,
    pub channel: ChannelId,
    pub author: UserId,
    pub is_direct: bool,
    /// Whether the message mentions the bot. A reply to the bot does, unless its ping is turned
    /// off.
    pub mentions_bot: bool,
    /// The server and the roles that the message mentions.
    pub guild: Option<GuildId>,
    pub mentioned_roles: Vec<RoleId>,
    /// Whether one of the roles is the bot's own. Reading a message does not find that out. Discord
    /// does not show the bot the text of such a message.
    pub mentions_own_role: bool,
    pub replies_to: RepliesTo,
    pub text: String,
}

/// Whose message a message replies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepliesTo {
    Nobody,
    Bot,
    /// The bot cannot read that message.
    SomebodyElse,
}

impl RepliesTo {
    fn of(referenced: Option<&Message>, bot: UserId) -> Self {
        match referenced {
            None => Self::Nobody,
            Some(message) if message.author.id == bot => Self::Bot,
            Some(_) => Self::SomebodyElse,
        }
    }
}

impl ChatMessage {
    /// Reads a new message. `None` if it is not by a person.
    pub fn read(message: &Message, bot: UserId) -> Option<Self> {
        let Message { id, channel_id, author, kind, .. } = message;
        if message.webhook_id.is_some() || !is_by_person(author, Some(*kind), bot) {
            return None;
        }
        Some(Self {
            id: *id,
            channel: *channel_id,
            author: author.id,
            is_direct: message.guild_id.is_none(),
            mentions_bot: mentions(&message.mentions, bot),
            guild: message.guild_id,
            mentioned_roles: message.mention_roles.clone(),
            mentions_own_role: false,
            replies_to: RepliesTo::of(message.referenced_message.as_deref(), bot),
            // Somebody may forward a message to the bot to ask what it is about.
            text: Some(message.content.clone())
                .filter(|text| !text.is_empty())
                .or_else(|| forwarded_text(message))
                .unwrap_or_default(),
        })
    }

    /// Reads an edited message. `None` if it is not by a person.
    pub fn read_update(update: &MessageUpdateEvent, bot: UserId) -> Option<Self> {
        let author = update.author.as_ref()?;
        if update.webhook_id.flatten().is_some() || !is_by_person(author, update.kind, bot) {
            return None;
        }
        Some(Self {
            id: update.id,
            channel: update.channel_id,
            author: author.id,
            is_direct: update.guild_id.is_none(),
            mentions_bot: mentions(update.mentions.as_deref().unwrap_or_default(), bot),
            guild: update.guild_id,
            mentioned_roles: update.mention_roles.clone().unwrap_or_default(),
            mentions_own_role: false,
            replies_to: RepliesTo::of(
                update.referenced_message.as_ref().and_then(|message| message.as_deref()),
                bot,
            ),
            text: update.content.clone().unwrap_or_default(),
        })
    }

    /// Whether the message is addressed to the bot.
    pub fn is_for_bot(&self) -> bool {
        self.is_direct || self.mentions_bot || self.mentions_own_role
    }
}

fn is_by_person(author: &User, kind: Option<MessageType>, bot: UserId) -> bool {
    // All other types of messages are generated by Discord.
    let has_text_type =
        matches!(kind, None | Some(MessageType::Regular | MessageType::InlineReply));
    has_text_type && !author.bot && author.id != bot
}

fn mentions(users: &[User], bot: UserId) -> bool {
    users.iter().any(|user| user.id == bot)
}

/// Fields that the bot never reads. Discord may extend them in a way that serenity cannot parse.
const UNREAD: &[&str] = &[
    "accent_color",
    "activity",
    "application",
    "avatar",
    "avatar_decoration_data",
    "banner",
    "call",
    "collectibles",
    "mention_channels",
    "poll",
    "primary_guild",
    "public_flags",
    "reactions",
    "role_subscription_data",
    "sticker_items",
    "thread",
];

/// Parses an event that serenity could not parse. serenity rejects a whole event for one unknown
/// component or one new value, and the member would get no response. So this first drops all
/// components; if a message has no content, the text of its components becomes the content. If that
/// does not suffice, it drops everything that the bot does not read.
pub fn parse_leniently<T: DeserializeOwned>(mut event: Value) -> Option<T> {
    drop_components(&mut event);
    if let Ok(parsed) = T::deserialize(&event) {
        return Some(parsed);
    }
    drop_unread(&mut event);
    serde_json::from_value(event).ok()
}

fn drop_unread(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_unread),
        Value::Object(fields) => {
            fields.retain(|name, _| !UNREAD.contains(&name.as_str()));
            if let Some(attachments) = fields.get_mut("attachments") {
                *attachments = Value::Array(Vec::new());
            }
            // serenity has 32 bits for the flags of a member.
            if let Some(flags) = fields.get_mut("flags")
                && let Some(wide) = flags.as_u64()
            {
                *flags = Value::from(wide & u64::from(u32::MAX));
            }
            fields.values_mut().for_each(drop_unread);
        }
        _ => {}
    }
}

fn drop_components(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_components),
        Value::Object(fields) => {
            if let Some(components) = fields.remove("components")
                && let Some(Value::String(content)) = fields.get_mut("content")
                && content.trim().is_empty()
            {
                let mut texts = Vec::new();
                component_texts(&components, &mut texts);
                *content = texts.join("\n");
            }
            fields.values_mut().for_each(drop_components);
        }
        _ => {}
    }
}

fn component_texts<'c>(components: &'c Value, texts: &mut Vec<&'c str>) {
    for component in components.as_array().map_or(&[][..], Vec::as_slice) {
        texts.extend(component["content"].as_str());
        component_texts(&component["components"], texts);
    }
}

//! Finds out why the bot does not run as it should: the way to Discord, the token, the application,
//! the servers. It asks as the bot does, and changes nothing.

use std::ops::Range;

use jiff::SignedDuration;
use reqwest::StatusCode;
use serenity::all::{ApplicationFlags, BotGateway, GuildId, Permissions};

use super::api::{Api, ApiError, Application, Server};
use super::connection;
use super::gateway::{RunError, http_client, wait_for_sessions};
use super::registration::WaysIn;
use crate::config::{DiscordSettings, Secret, Servers, Shards};

/// What the bot needs in a server; docs/operating.md has the invitation that asks for it.
const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::SEND_MESSAGES_IN_THREADS)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::READ_MESSAGE_HISTORY);

/// The intents that an application can have been granted; the bot asks for none of them.
const PRIVILEGED: [(ApplicationFlags, &str); 3] = [
    (
        ApplicationFlags::GATEWAY_PRESENCE.union(ApplicationFlags::GATEWAY_PRESENCE_LIMITED),
        "Presence Intent",
    ),
    (
        ApplicationFlags::GATEWAY_GUILD_MEMBERS
            .union(ApplicationFlags::GATEWAY_GUILD_MEMBERS_LIMITED),
        "Server Members Intent",
    ),
    (
        ApplicationFlags::GATEWAY_MESSAGE_CONTENT
            .union(ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED),
        "Message Content Intent",
    ),
];

/// The most servers that are looked at, which is as many as Discord lists at once.
const SERVERS: u8 = 200;

/// A clock that is wrong by more than this is reported.
const CLOCK: SignedDuration = SignedDuration::from_secs(30);

/// The result of one check.
#[derive(Debug, Clone)]
pub struct Check {
    /// What was checked.
    pub subject: &'static str,
    pub state: State,
    /// What was found, and what to do about it.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ok,
    /// The bot runs, but not as well as it could.
    Warning,
    /// The bot does not run, or does not do what it is configured to do.
    Failed,
}

impl Check {
    pub fn ok(subject: &'static str, text: impl Into<String>) -> Self {
        Self { subject, state: State::Ok, text: text.into() }
    }

    pub fn warning(subject: &'static str, text: impl Into<String>) -> Self {
        Self { subject, state: State::Warning, text: text.into() }
    }

    pub fn failed(subject: &'static str, text: impl ToString) -> Self {
        Self { subject, state: State::Failed, text: text.to_string() }
    }
}

/// Makes the checks one after the other. Those that cannot succeed after a failure are left out.
pub async fn examine(
    discord: &DiscordSettings,
    servers: &Servers,
    token: &Secret,
    report: &mut impl FnMut(Check),
) {
    let client = match http_client(discord) {
        Ok(client) => client,
        Err(error) => return report(Check::failed("certificates", with_cause(&error))),
    };
    let api = Api::new(client, discord.api_base.as_deref(), token, discord.http_timeout);
    let gateway = match api.gateway().await {
        Ok(gateway) => gateway,
        Err(ApiError::Refused { status: StatusCode::UNAUTHORIZED, .. }) => {
            report(reached(&api));
            return report(Check::failed("token", RunError::TokenRefused));
        }
        Err(error) => return report(Check::failed("way to Discord", error)),
    };
    report(reached(&api));
    report(clock(api.clock_lead()));
    report(token_check(&api).await);
    report(sessions(&gateway, &discord.shards));
    if let Shards::Fixed { own, total } = &discord.shards {
        report(shards(own, *total, gateway.shards));
    }
    report(websocket(&gateway).await);
    let application = match api.application().await {
        Ok(application) => application,
        Err(error) => return report(Check::failed("application", error)),
    };
    report(intents(application.flags));
    report(match WaysIn::of(discord).check(application.has_interactions_endpoint()) {
        Ok(way) => Check::ok("interactions", way),
        Err(problem) => Check::failed("interactions", problem),
    });
    for guild in servers.moderated() {
        report(moderators_server(&api, &application, GuildId::new(guild)).await);
    }
    if servers.moderated().next().is_none() {
        report(Check::ok("moderators", "moderation.guild is empty: there is no /faq"));
    }
    report(permissions(&api).await);
}

fn reached(api: &Api) -> Check {
    Check::ok("way to Discord", format!("{} answers", api.server()))
}

fn clock(lead: SignedDuration) -> Check {
    let seconds = lead.as_secs().abs();
    let relation = if lead.is_negative() { "ahead of" } else { "behind" };
    if lead.abs() <= CLOCK {
        return Check::ok("clock", format!("it differs from Discord's by {seconds} s"));
    }
    let text = format!(
        "it is {seconds} s {relation} Discord's, so answers may name a wrong day and certificates \
         may be refused; synchronise it, as with `timedatectl set-ntp true`"
    );
    Check::warning("clock", text)
}

async fn token_check(api: &Api) -> Check {
    match api.own_user().await {
        Ok(user) => Check::ok("token", format!("it is that of the bot {}", user.username)),
        Err(error) => Check::failed("token", error),
    }
}

fn sessions(gateway: &BotGateway, shards: &Shards) -> Check {
    let limit = &gateway.session_start_limit;
    let (own, _) = shards.of(gateway.shards);
    let left = format!("{} of {} are left for today", limit.remaining, limit.total);
    match wait_for_sessions(limit, own.len()) {
        wait if wait.is_zero() => Check::ok("session starts", left),
        wait => {
            let seconds = wait.as_secs();
            let text = format!(
                "{left}, so the next start waits {seconds} s. Find out in the log why the bot was \
                 started so often"
            );
            Check::warning("session starts", text)
        }
    }
}

fn shards(own: &Range<u32>, total: u32, recommended: u32) -> Check {
    let text = format!("{} of {total}; Discord recommends {recommended}", own.len());
    if total < recommended {
        let remedy = "raise the number in discord.shards, in all processes at the same time";
        return Check::warning(
            "shards",
            format!(
                "{text}. Once a shard has 2,500 servers, Discord \
            refuses it: {remedy}"
            ),
        );
    }
    Check::ok("shards", text)
}

async fn websocket(gateway: &BotGateway) -> Check {
    let reason = match connection::client() {
        Ok(client) => connection::why_not(&client, &gateway.url).await,
        Err(error) => Some(error.to_string()),
    };
    match reason {
        None => Check::ok("gateway", "it accepts connections"),
        Some(reason) => Check::failed("gateway", reason),
    }
}

fn intents(granted: ApplicationFlags) -> Check {
    let granted = PRIVILEGED.iter().filter(|(flags, _)| granted.intersects(*flags));
    let granted: Vec<&str> = granted.map(|(_, name)| *name).collect();
    if granted.is_empty() {
        return Check::ok("intents", "no privileged intent is on, and the bot needs none");
    }
    let text = format!(
        "{} is on, and the bot does not need it; turn it off on the page Bot of the application at \
         https://discord.com/developers/applications",
        granted.join(", ")
    );
    Check::warning("intents", text)
}

/// Whether the moderators' server has the bot and its commands.
async fn moderators_server(api: &Api, application: &Application, guild: GuildId) -> Check {
    let subject = "moderators";
    match api.commands(application.id, Some(guild)).await {
        Ok(_) => {}
        Err(ApiError::Refused {
            status: StatusCode::FORBIDDEN | StatusCode::NOT_FOUND, ..
        }) => {
            return Check::failed(subject, RunError::ScopeMissing(guild));
        }
        Err(error) => return Check::failed(subject, error),
    }
    match api.servers(guild.get() - 1, 1).await {
        Ok(found) if found.iter().any(|server| server.id == guild) => {
            Check::ok(subject, format!("/faq can be used in the server {guild}"))
        }
        Ok(_) => {
            let text = format!(
                "/faq can be used in the server {guild}, but the bot is no member of it, so \
                 nobody can mention it there; invite it with the scope bot as well"
            );
            Check::warning(subject, text)
        }
        Err(error) => Check::failed(subject, error),
    }
}

/// Whether the bot may do what it must in its servers.
async fn permissions(api: &Api) -> Check {
    let subject = "servers";
    let servers = match api.servers(0, SERVERS).await {
        Ok(servers) => servers,
        Err(error) => return Check::failed(subject, error),
    };
    let some = if servers.len() == usize::from(SERVERS) { "the first " } else { "" };
    let count = format!("{some}{}", servers.len());
    let lacking: Vec<String> = servers.iter().filter_map(lacks).collect();
    if servers.is_empty() {
        let text = "the bot is in no server; docs/operating.md says how to invite it";
        return Check::warning(subject, text);
    }
    if lacking.is_empty() {
        return Check::ok(subject, format!("{count}; the bot has the permissions that it needs"));
    }
    let text = format!(
        "in {} of {count}, the bot lacks permissions: {}. Give them to its role",
        lacking.len(),
        lacking.join("; ")
    );
    Check::warning(subject, text)
}

/// What the bot lacks in a server; `None` if it lacks nothing.
fn lacks(server: &Server) -> Option<String> {
    if server.permissions.administrator() {
        return None;
    }
    let names = NEEDED.difference(server.permissions).get_permission_names();
    (!names.is_empty()).then(|| format!("“{}” ({})", server.name, names.join(", ")))
}

fn with_cause(error: &dyn std::error::Error) -> String {
    let cause = error.source().map_or(String::new(), |cause| format!(": {cause}"));
    format!("{error}{cause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/operating.md tells operators to invite the bot with these.
    #[test]
    fn the_invitation_asks_for_what_is_needed() {
        let page = include_str!("../../docs/operating.md");
        assert!(page.contains(&format!("&permissions={}\n", NEEDED.bits())));
    }
}

//! Registers the commands with Discord if they differ from the registered ones, and retries until
//! it succeeds.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use serenity::all::{ApplicationId, GuildId};
use tokio::time::sleep;
use tracing::{error, info, warn};

use super::api::{Api, ApiError};
use super::commands;
use super::gateway::RunError;
use crate::commands::Commands;
use crate::config::DiscordSettings;

/// Discord's error code if the application has no commands scope in the server, or is not in it.
const MISSING_ACCESS: isize = 50_001;

/// The type of the command with which members open an activity. The portal makes it, not the bot.
const ENTRY_POINT: u64 = 4;

/// The ways on which this process takes commands and buttons.
#[derive(Debug, Clone, Copy)]
pub struct WaysIn {
    gateway: bool,
    http: bool,
}

impl WaysIn {
    pub fn of(settings: &DiscordSettings) -> Self {
        Self { gateway: settings.gateway, http: settings.public_key.is_some() }
    }

    /// On which way Discord sends commands and buttons, or why it sends none here. `has_endpoint` is
    /// [`Application::has_interactions_endpoint`](super::api::Application).
    pub fn check(self, has_endpoint: bool) -> Result<&'static str, &'static str> {
        match (has_endpoint, self) {
            (true, Self { http: true, .. }) => {
                Ok("Discord sends commands and buttons to the Interactions Endpoint URL")
            }
            (true, Self { http: false, .. }) => {
                Err("Discord sends commands and buttons to the Interactions Endpoint URL of the \
                 application and not to this bot; clear that field on the page General \
                 Information at https://discord.com/developers/applications, or set web.listen and \
                 discord.public_key if it leads here")
            }
            (false, Self { gateway: true, .. }) => {
                Ok("Discord sends commands and buttons over the gateway")
            }
            (false, Self { gateway: false, .. }) => Err(
                "Discord sends commands and buttons over the gateway, and discord.gateway is false \
                 here; put the address of /interactions into the field Interactions Endpoint URL on \
                 the page General Information at https://discord.com/developers/applications",
            ),
        }
    }
}

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The application may not register commands in a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeMissing(pub GuildId);

/// Registers the global commands, and the moderators' commands in these servers. Returns when all are
/// registered; the bot already answers meanwhile. One of several servers may refuse.
pub async fn register(
    api: &Api,
    shared: &Commands,
    moderated: &[GuildId],
    ways_in: WaysIn,
) -> Result<(), ScopeMissing> {
    let application = application_id(api, ways_in).await;
    let moderation = async {
        let all = moderated.iter().map(|guild| register_in(api, shared, application, *guild));
        let refused: Vec<ScopeMissing> =
            join_all(all).await.into_iter().filter_map(Result::err).collect();
        if refused.len() < moderated.len() {
            for ScopeMissing(guild) in refused {
                error!("{}", RunError::ScopeMissing(guild));
            }
            return Ok(());
        }
        refused.first().map_or(Ok(()), |first| Err(*first))
    };
    tokio::try_join!(register_globally(api, shared, application), moderation).map(drop)
}

async fn application_id(api: &Api, ways_in: WaysIn) -> ApplicationId {
    let mut pause = FIRST_PAUSE;
    loop {
        match api.application().await {
            Ok(application) => {
                if let Err(problem) = ways_in.check(application.has_interactions_endpoint()) {
                    warn!("{problem}");
                }
                return application.id;
            }
            Err(error) => {
                warn!(%error, "the application's id cannot be looked up yet; trying again")
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn register_globally(
    api: &Api,
    shared: &Commands,
    application: ApplicationId,
) -> Result<(), ScopeMissing> {
    let ours = json!(commands::global(shared));
    // Global commands need no scope in a server, so a refusal is retried too.
    while retry_until_registered(api, application, None, &ours).await.is_err() {
        sleep(LONGEST_PAUSE).await;
    }
    Ok(())
}

async fn register_in(
    api: &Api,
    shared: &Commands,
    application: ApplicationId,
    guild: GuildId,
) -> Result<(), ScopeMissing> {
    let ours = json!(commands::moderation(shared));
    let result = retry_until_registered(api, application, Some(guild), &ours).await;
    result.map_err(|AccessRefused| ScopeMissing(guild))
}

struct AccessRefused;

async fn retry_until_registered(
    api: &Api,
    application: ApplicationId,
    guild: Option<GuildId>,
    ours: &Value,
) -> Result<(), AccessRefused> {
    let mut pause = FIRST_PAUSE;
    let mut refusals = 0;
    loop {
        match update(api, application, guild, ours).await {
            Ok(true) => info!("the commands were registered"),
            Ok(false) => info!("the commands are registered already"),
            Err(ApiError::Refused {
                status: StatusCode::FORBIDDEN, code: MISSING_ACCESS, ..
            }) if refusals >= 2 => {
                return Err(AccessRefused);
            }
            Err(error) => {
                refusals += u32::from(matches!(error, ApiError::Refused { .. }));
                warn!(%error, "the commands cannot be registered yet; trying again");
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
                continue;
            }
        }
        return Ok(());
    }
}

/// Registers the commands if they differ from the registered ones. Returns whether they did.
async fn update(
    api: &Api,
    application: ApplicationId,
    guild: Option<GuildId>,
    ours: &Value,
) -> Result<bool, ApiError> {
    let theirs = api.commands(application, guild).await?;
    // Other servers than Discord list the commands of servers among the global ones.
    let is_theirs = |command: &&Value| guild.is_some() || command["guild_id"].is_null();
    let (entry_points, theirs): (Vec<&Value>, Vec<&Value>) =
        list(&theirs).iter().filter(is_theirs).partition(|command| command["type"] == ENTRY_POINT);
    if same(ours, &json!(theirs)) {
        return Ok(false);
    }
    // Discord refuses a list without the Entry Point command, if the application has one.
    let kept = entry_points.into_iter().map(without_what_discord_adds);
    let all: Vec<Value> = list(ours).iter().cloned().chain(kept).collect();
    api.set_commands(application, guild, &json!(all)).await?;
    Ok(true)
}

fn without_what_discord_adds(command: &Value) -> Value {
    let mut command = command.clone();
    if let Some(fields) = command.as_object_mut() {
        for added in ["application_id", "guild_id", "version"] {
            fields.remove(added);
        }
    }
    command
}

/// Whether two lists contain the same commands in any order, ignoring fields that Discord adds.
fn same(ours: &Value, theirs: &Value) -> bool {
    let (Some(ours), Some(theirs)) = (ours.as_array(), theirs.as_array()) else { return false };
    let is_registered =
        |our: &Value| theirs.iter().any(|their| name(our) == name(their) && is_same(our, their));
    ours.len() == theirs.len() && ours.iter().all(is_registered)
}

fn name(command: &Value) -> (&Value, u64) {
    (&command["name"], command["type"].as_u64().unwrap_or(1))
}

fn is_same(our: &Value, their: &Value) -> bool {
    let keys = [
        "description",
        "required",
        "autocomplete",
        "min_length",
        "max_length",
        "default_member_permissions",
    ];
    let values = keys.iter().all(|key| or_default(&our[*key]) == or_default(&their[*key]));
    // Discord sets these itself if they are missing.
    let places = ["contexts", "integration_types"];
    let places =
        places.iter().all(|key| our[*key].is_null() || sorted(&our[*key]) == sorted(&their[*key]));
    let choice = |choice: &Value| (choice["name"].clone(), choice["value"].clone());
    let choices = list(&our["choices"]).iter().map(choice);
    let choices = choices.eq(list(&their["choices"]).iter().map(choice));
    let (ours, theirs) = (list(&our["options"]), list(&their["options"]));
    // The order of options matters, because members see them in this order.
    let options =
        ours.iter().zip(theirs).all(|(our, their)| name(our) == name(their) && is_same(our, their));
    values && places && choices && ours.len() == theirs.len() && options
}

/// `None` for a missing value, an empty text or false, which are all equivalent.
fn or_default(value: &Value) -> Option<&Value> {
    Some(value).filter(|value| !value.is_null() && **value != json!(false) && **value != json!(""))
}

fn sorted(value: &Value) -> Vec<u64> {
    let mut numbers: Vec<u64> = list(value).iter().filter_map(Value::as_u64).collect();
    numbers.sort_unstable();
    numbers
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> Commands {
        Commands { ask: "Ask".to_owned(), list: Vec::new() }
    }

    /// The commands as Discord returns them.
    fn as_registered(commands: &Value) -> Value {
        let mut theirs = commands.clone();
        for (place, command) in theirs.as_array_mut().unwrap().iter_mut().enumerate() {
            command["id"] = json!(place.to_string());
            command["version"] = json!("1");
            command["nsfw"] = json!(false);
            let default = json!(1);
            command["type"] = command.get("type").cloned().unwrap_or(default);
        }
        theirs.as_array_mut().unwrap().reverse();
        theirs
    }

    #[test]
    fn registered_commands_are_recognised() {
        let shared = shared();
        for ours in [json!(commands::global(&shared)), json!(commands::moderation(&shared))] {
            let theirs = as_registered(&ours);
            assert!(same(&ours, &theirs));
            let mut changed = theirs.clone();
            changed[0]["description"] = json!("Something else");
            assert!(!same(&ours, &changed));
            assert!(!same(&ours, &json!([])));
        }
    }

    #[test]
    fn a_changed_choice_is_a_change() {
        let ours = json!(commands::moderation(&shared()));
        let options = list(&ours[0]["options"]);
        let stats = options.iter().position(|option| option["name"] == "stats").unwrap();
        let mut theirs = ours.clone();
        theirs[0]["options"][stats]["options"][0]["choices"][0]["value"] = json!(8);
        assert!(!same(&ours, &theirs));
    }

    #[test]
    fn a_changed_option_is_a_change() {
        let ours = json!(commands::global(&shared()));
        let mut theirs = ours.clone();
        theirs[0]["options"][0]["max_length"] = json!(6000);
        assert!(!same(&ours, &theirs));
    }
}

//! Tells Discord which commands there are: only when that differs from what it knows, and again
//! until it has heard.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::sleep;
use tracing::{info, warn};

use super::commands;
use super::rest::{Rest, RestError};
use crate::commands::Commands;

/// Discord's answer where the application lacks the scope for commands, or is not in the server at
/// all.
const MISSING_ACCESS: u64 = 50_001;

const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(300);

/// The server of the operator does not let the application have commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeMissing(pub u64);

/// Registers the commands for everybody, and those of the desk in the operator's server. Returns
/// when Discord knows them all; the bot answers in the meantime.
pub async fn register(
    rest: &Rest,
    shared: &Commands,
    desk: Option<u64>,
) -> Result<(), ScopeMissing> {
    let application = application(rest).await;
    let everybody = for_everybody(rest, shared, &application);
    tokio::try_join!(everybody, for_the_desk(rest, shared, &application, desk)).map(|_| ())
}

/// The id under which Discord knows us.
async fn application(rest: &Rest) -> String {
    let mut pause = Duration::from_secs(1);
    loop {
        match rest.get("/oauth2/applications/@me", PATIENCE).await {
            Ok(answer) if answer["id"].is_string() => {
                return answer["id"].as_str().unwrap_or_default().to_owned();
            }
            Ok(_) => warn!("Discord does not say which application this is; asking again"),
            Err(error) => {
                warn!(%error, "Discord does not say yet which application this is; asking again")
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_REST);
    }
}

async fn for_everybody(
    rest: &Rest,
    shared: &Commands,
    application: &str,
) -> Result<(), ScopeMissing> {
    let path = format!("/applications/{application}/commands");
    // Commands for everybody need no scope anywhere; a refusal is worth another try like any other
    // fault.
    while until_known(rest, &path, &json!(commands::for_everybody(shared))).await.is_err() {
        sleep(LONGEST_REST).await;
    }
    Ok(())
}

async fn for_the_desk(
    rest: &Rest,
    shared: &Commands,
    application: &str,
    desk: Option<u64>,
) -> Result<(), ScopeMissing> {
    let Some(guild) = desk else { return Ok(()) };
    let path = format!("/applications/{application}/guilds/{guild}/commands");
    until_known(rest, &path, &json!(commands::for_the_desk(shared)))
        .await
        .map_err(|()| ScopeMissing(guild))
}

async fn until_known(rest: &Rest, path: &str, ours: &Value) -> Result<(), ()> {
    let mut pause = Duration::from_secs(1);
    let mut refusals = 0;
    loop {
        match once(rest, path, ours).await {
            Ok(true) => info!("the commands were registered"),
            Ok(false) => info!("the commands are known to Discord"),
            Err(RestError::Refused { status: StatusCode::FORBIDDEN, code: MISSING_ACCESS })
                if refusals >= 2 =>
            {
                return Err(());
            }
            Err(error) => {
                refusals += u32::from(matches!(error, RestError::Refused { .. }));
                warn!(%error, "the commands cannot be registered yet; trying again");
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_REST);
                continue;
            }
        }
        return Ok(());
    }
}

/// Whether it had to be told.
async fn once(rest: &Rest, path: &str, ours: &Value) -> Result<bool, RestError> {
    let theirs = rest.get(path, PATIENCE).await?;
    if same(ours, &theirs) {
        return Ok(false);
    }
    rest.put(path, ours, PATIENCE).await?;
    Ok(true)
}

/// Whether two lists of commands say the same, in whatever order, with or without what Discord adds
/// by itself.
fn same(ours: &Value, theirs: &Value) -> bool {
    let (Some(ours), Some(theirs)) = (ours.as_array(), theirs.as_array()) else { return false };
    let is_known = |our: &Value| {
        theirs.iter().any(|their| name(our) == name(their) && says_the_same(our, their))
    };
    ours.len() == theirs.len() && ours.iter().all(is_known)
}

fn name(command: &Value) -> (&Value, u64) {
    (&command["name"], command["type"].as_u64().unwrap_or(1))
}

fn says_the_same(our: &Value, their: &Value) -> bool {
    let keys = [
        "description",
        "required",
        "autocomplete",
        "min_length",
        "max_length",
        "default_member_permissions",
    ];
    let values = keys.iter().all(|key| meant(&our[*key]) == meant(&their[*key]));
    // Where they may be used Discord fills in by itself if it is not told.
    let places = ["contexts", "integration_types"];
    let places =
        places.iter().all(|key| our[*key].is_null() || sorted(&our[*key]) == sorted(&their[*key]));
    let (ours, theirs) = (list(&our["options"]), list(&their["options"]));
    // The order of options is the order in which members see them.
    let options = ours
        .iter()
        .zip(theirs)
        .all(|(our, their)| name(our) == name(their) && says_the_same(our, their));
    values && places && ours.len() == theirs.len() && options
}

/// A value that is not there means the same as nothing or no.
fn meant(value: &Value) -> Option<&Value> {
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

    /// What Discord makes of what it is told.
    fn as_discord_has_it(commands: &Value) -> Value {
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
    fn what_discord_knows_is_not_told_again() {
        let shared = shared();
        for ours in
            [json!(commands::for_everybody(&shared)), json!(commands::for_the_desk(&shared))]
        {
            let theirs = as_discord_has_it(&ours);
            assert!(same(&ours, &theirs));
            let mut changed = theirs.clone();
            changed[0]["description"] = json!("Something else");
            assert!(!same(&ours, &changed));
            assert!(!same(&ours, &json!([])));
        }
    }

    #[test]
    fn a_changed_option_is_a_change() {
        let ours = json!(commands::for_everybody(&shared()));
        let mut theirs = ours.clone();
        theirs[0]["options"][0]["max_length"] = json!(6000);
        assert!(!same(&ours, &theirs));
    }
}

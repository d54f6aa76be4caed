//! `caseclerk health`: whether the `caseclerk run` beside it is in touch with Discord. What a
//! container's health check calls.

use std::io::Write;
use std::time::SystemTime;

use anyhow::Context;
use caseclerk::config::Settings;
use caseclerk::discord::heartbeat::{is_in_touch, last_heard};

use super::Exit;

pub fn run(settings: &Settings) -> anyhow::Result<Exit> {
    let file = settings.discord.heartbeat_file.as_ref().context(
        "discord.heartbeat_file names no file, so `caseclerk run` leaves no sign of life by which its health could be told",
    )?;
    let age = last_heard(file, SystemTime::now())
        .with_context(|| format!("cannot look at {}", file.display()))?;
    let (line, exit) = match age {
        Some(age) if is_in_touch(age, settings.discord.silence) => {
            (format!("Discord was heard {} s ago", age.as_secs()), Exit::Well)
        }
        Some(age) => (format!("Discord was not heard for {} s", age.as_secs()), Exit::Findings),
        None => ("Discord was not heard yet".to_owned(), Exit::Findings),
    };
    writeln!(std::io::stdout(), "{line}")?;
    Ok(exit)
}

//! `caseclerk health`: whether a running `caseclerk run` is connected to Discord. A container's
//! health check calls it.

use std::io::Write;
use std::time::SystemTime;

use anyhow::Context;
use caseclerk::config::Settings;
use caseclerk::discord::heartbeat::{is_recent, last_heard};

use super::Exit;

pub fn run(settings: &Settings) -> anyhow::Result<Exit> {
    let file = settings.discord.heartbeat_file.as_ref().context(
        "discord.heartbeat_file is not set; without it `caseclerk run` leaves no sign of life",
    )?;
    let age = last_heard(file, SystemTime::now())
        .with_context(|| format!("cannot read {}", file.display()))?;
    let (line, exit) = match age {
        Some(age) if is_recent(age, settings.discord.silence) => {
            (format!("connected: last heard from Discord {} s ago", age.as_secs()), Exit::Success)
        }
        Some(age) => (
            format!("not connected: last heard from Discord {} s ago", age.as_secs()),
            Exit::Findings,
        ),
        None => ("not connected: not heard from Discord yet".to_owned(), Exit::Findings),
    };
    writeln!(std::io::stdout(), "{line}")?;
    Ok(exit)
}

//! `caseclerk config`: prints every option, its value, and where the value comes from.

use std::io::Write;

use caseclerk::config::Options;
use clap::Args;

use super::Exit;

#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// Accepted for compatibility; it changes nothing
    #[arg(long = "show", hide = true)]
    _show: bool,
}

pub fn run(options: &Options) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    for (key, typed) in options.iter() {
        writeln!(out, "{key} = {}  # {}", typed.value, typed.origin)?;
    }
    writeln!(out, "DISCORD_TOKEN = {}", options.token())?;
    writeln!(out, "COURTLISTENER_TOKEN = {}", options.court_listener_token())?;
    Ok(Exit::Success)
}

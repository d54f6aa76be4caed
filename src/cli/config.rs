//! `caseclerk config --show`: every option, its value, and where that came from.

use std::io::Write;

use caseclerk::config::Options;
use clap::Args;

use super::Exit;

#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// Print every option with its value and where that came from
    #[arg(long, required = true)]
    show: bool,
}

pub fn run(arguments: &ConfigArguments, options: &Options) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    if arguments.show {
        for (key, typed) in options.iter() {
            writeln!(out, "{key} = {}  # {}", typed.value, typed.origin)?;
        }
        writeln!(out, "DISCORD_TOKEN = {}", options.token())?;
    }
    Ok(Exit::Well)
}

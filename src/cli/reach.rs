//! `caseclerk reach`: how well each answer is found.

use std::io::Write;

use caseclerk::config::Settings;
use caseclerk::reply::{reach_lines, reach_summary, write_json_line};
use caseclerk::responder::Responder;
use clap::Args;

use super::Exit;

#[derive(Debug, Args)]
pub struct ReachArguments {
    /// The answers, such as status/is-it-over, or whole topics, such as status (default: all)
    #[arg(value_name = "ANSWER")]
    entries: Vec<String>,
    /// Print a JSON object for each answer
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &ReachArguments, settings: &Settings) -> anyhow::Result<Exit> {
    let responder = Responder::open(settings)?;
    let wanted = match arguments.entries.is_empty() {
        true => responder.vetted_entries(),
        false => super::chosen_entries(&responder, &arguments.entries)?,
    };
    let reach = responder.reach(&wanted)?;
    let mut out = std::io::stdout().lock();
    for reach in &reach {
        if arguments.json {
            write_json_line(&mut out, reach)?;
            continue;
        }
        for line in reach_lines(reach) {
            writeln!(out, "{line}")?;
        }
        writeln!(out)?;
    }
    if !arguments.json {
        writeln!(out, "{}", reach_summary(&reach))?;
    }
    Ok(Exit::Success)
}

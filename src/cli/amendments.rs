//! `caseclerk amendments`: what moderators changed in Discord, from the command line.

mod git;
mod write;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use caseclerk::config::Settings;
use caseclerk::knowledge::{Amendment, Change, EntryId, Library, load};
use caseclerk::reply::write_json_line;
use caseclerk::store::Store;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use tokio::runtime::Runtime;

use super::Exit;
use super::store::{existing, wait};

#[derive(Debug, Args)]
pub struct AmendmentsArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the amendments in force, oldest first: what, who, when, and whether the files hold it
    List(ListArguments),
    /// Undo amendments. The bot does without them from then on
    Drop(DropArguments),
    /// Write phrasings and questions for elsewhere into the files of the FAQ, and commit these files
    /// if they are in a git checkout. The amendments stay in force
    Write(WriteArguments),
}

#[derive(Debug, Args)]
struct ListArguments {
    /// Also print those that were undone, with who undid them and when
    #[arg(long)]
    all: bool,
    /// Print a JSON object for each amendment
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct DropArguments {
    /// The numbers that `caseclerk amendments list` prints
    #[arg(value_name = "ID", required_unless_present = "written")]
    ids: Vec<i64>,
    /// Undo all that the files hold. Only do this when every running bot has loaded these files
    #[arg(long, conflicts_with = "ids")]
    written: bool,
    /// Who undoes them, for the record
    #[arg(
        long,
        value_name = "NAME",
        env = "USER",
        hide_env_values = true,
        default_value = "operator"
    )]
    by: String,
}

#[derive(Debug, Args)]
struct WriteArguments {
    /// Do not commit, and do not ask git whether the files have other changes
    #[arg(long)]
    no_commit: bool,
}

pub fn run(arguments: &AmendmentsArguments, settings: &Settings) -> anyhow::Result<Exit> {
    let store = existing(settings)?;
    let runtime = super::runtime()?;
    match &arguments.action {
        Action::List(arguments) => {
            let amendments = match arguments.all {
                true => all(&runtime, &store)?,
                false => wait(&runtime, store.amendments())?,
            };
            list(&amendments, settings, arguments)
        }
        Action::Drop(arguments) => undo(arguments, settings, &runtime, &store),
        Action::Write(arguments) => {
            write::run(arguments, settings, wait(&runtime, store.amendments())?)
        }
    }
}

/// Every amendment, oldest first.
fn all(runtime: &Runtime, store: &Store) -> anyhow::Result<Vec<Amendment>> {
    let mut all = wait(runtime, store.all_amendments(None, u32::MAX))?;
    all.reverse();
    Ok(all)
}

/// What `list --json` prints for an amendment.
#[derive(Serialize)]
struct JsonAmendment<'a> {
    id: i64,
    #[serde(flatten)]
    change: &'a Change,
    made_by: &'a str,
    made_at: Timestamp,
    undone_by: Option<&'a str>,
    undone_at: Option<Timestamp>,
    /// `None` if the files cannot be read.
    in_files: Option<bool>,
}

fn list(
    amendments: &[Amendment],
    settings: &Settings,
    arguments: &ListArguments,
) -> anyhow::Result<Exit> {
    let library = library(&settings.faq);
    let mut out = std::io::stdout().lock();
    for amendment in amendments {
        let Amendment { id, change, made_by, made_at, undone } = amendment;
        let in_files = library.as_ref().map(|library| library.contains(change));
        if arguments.json {
            let undone = undone.as_ref();
            let json = JsonAmendment {
                id: *id,
                change,
                made_by,
                made_at: *made_at,
                undone_by: undone.map(|(by, _)| by.as_str()),
                undone_at: undone.map(|(_, at)| *at),
                in_files,
            };
            write_json_line(&mut out, &json)?;
            continue;
        }
        let mark = if in_files == Some(true) { " [in the files]" } else { "" };
        let undone = undone
            .as_ref()
            .map_or(String::new(), |(by, at)| format!("; undone by {by} on {}", minute(*at)));
        writeln!(out, "{}{undone}{mark}", line(amendment))?;
    }
    if arguments.json {
        return Ok(Exit::Success);
    }
    if amendments.is_empty() {
        writeln!(out, "There are no amendments{}.", if arguments.all { "" } else { " in force" })?;
    } else if library.is_none() {
        let faq = settings.faq.display();
        writeln!(out, "{faq} cannot be read, so it is not known what the files hold.")?;
    }
    Ok(Exit::Success)
}

/// The content of the files, as far as it can be read.
fn library(faq: &Path) -> Option<Arc<Library>> {
    Some(load(faq).ok()?.knowledge?.library)
}

/// An amendment in one line: number, what, who, when.
fn line(amendment: &Amendment) -> String {
    let Amendment { id, change, made_by, made_at, .. } = amendment;
    let mut what = change.in_words(EntryId::to_string);
    if !change.reason().is_empty() {
        what += &format!(" Reason: {}", change.reason());
    }
    // The words of members may hold line breaks and escape sequences.
    let what = what.replace(char::is_control, " ");
    format!("{id}. {what} By {made_by} on {}", minute(*made_at))
}

fn minute(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%d %H:%M UTC")
}

fn undo(
    arguments: &DropArguments,
    settings: &Settings,
    runtime: &Runtime,
    store: &Store,
) -> anyhow::Result<Exit> {
    let all = all(runtime, store)?;
    let library = library(&settings.faq);
    let in_files = |amendment: &Amendment| {
        library.as_ref().is_some_and(|library| library.contains(&amendment.change))
    };
    let ids = match arguments.written {
        false => arguments.ids.clone(),
        true if library.is_none() => bail!("{} cannot be read", settings.faq.display()),
        true => {
            let in_force = all.iter().filter(|amendment| amendment.undone.is_none());
            in_force.filter(|amendment| in_files(amendment)).map(|amendment| amendment.id).collect()
        }
    };
    if ids.is_empty() {
        writeln!(std::io::stdout(), "The files hold none of the amendments in force.")?;
    }
    let (mut exit, mut printed) = (Exit::Success, String::new());
    for id in ids {
        let known = all.iter().find(|amendment| amendment.id == id);
        let is_undone = wait(runtime, store.undo(id, &arguments.by, Timestamp::now()))?;
        if !is_undone {
            exit = Exit::Findings;
        }
        let outcome = match known {
            _ if is_undone && known.is_some_and(in_files) => "undone; the files still hold it",
            _ if is_undone => "undone",
            Some(Amendment { undone: Some((by, at)), .. }) => {
                &format!("it was undone already, by {by} on {}", minute(*at))
            }
            Some(_) => "somebody undid it just now",
            None => "there is no such amendment",
        };
        printed += &format!("{id}: {outcome}\n");
    }
    // Not before all are undone, because a closed pipe ends the program.
    write!(std::io::stdout(), "{printed}")?;
    Ok(exit)
}

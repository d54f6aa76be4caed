//! `caseclerk store`: backs the store up and restores it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use caseclerk::config::Settings;
use caseclerk::store::{RowCounts, Store};
use clap::{Args, Subcommand};

use super::Exit;

#[derive(Debug, Args)]
pub struct StoreArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Copy the store into a new file, also while the bot is running
    ///
    /// The file is an SQLite database, whether the store is SQLite or Postgres.
    Backup {
        /// The file to write; it must not exist yet
        file: PathBuf,
    },
    /// Fill the store with what a backup holds. Stop the bot first
    ///
    /// All or nothing is restored. The backup may come from an older version of Caseclerk, and from
    /// the other kind of database.
    Restore {
        /// A file that `caseclerk store backup` has written, or an SQLite store itself
        file: PathBuf,
        /// Delete what the store holds
        #[arg(long)]
        replace: bool,
    },
}

pub fn run(
    StoreArguments { action }: &StoreArguments,
    settings: &Settings,
) -> anyhow::Result<Exit> {
    let address =
        settings.store.as_deref().context("store.address is not set: there is no store")?;
    let store = Store::open(address).context("store.address cannot be used")?;
    let runtime = super::runtime()?;
    let (done, file, result) = match action {
        Action::Backup { file } => ("backed up into", file, runtime.block_on(store.back_up(file))),
        Action::Restore { file, replace } => {
            ("restored from", file, runtime.block_on(store.restore(file, *replace)))
        }
    };
    // The text of the error has its causes.
    let counts = result.map_err(|error| anyhow!("{error}"))?;
    let file = file.display();
    writeln!(std::io::stdout(), "The store was {done} {file}: {}", rows(&counts))?;
    Ok(Exit::Success)
}

fn rows(counts: &RowCounts) -> String {
    let rows = counts.iter().map(|(table, rows)| format!("{rows} {table}"));
    rows.collect::<Vec<_>>().join(", ")
}

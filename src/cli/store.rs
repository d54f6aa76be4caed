//! `caseclerk store`: backs the store up and restores it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use caseclerk::config::Settings;
use caseclerk::store::{RowCounts, Store, StoreError};
use clap::{Args, Subcommand};
use tokio::runtime::Runtime;

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
    let runtime = super::runtime()?;
    let (done, file, counts) = match action {
        Action::Backup { file } => {
            ("backed up into", file, wait(&runtime, existing(settings)?.back_up(file))?)
        }
        Action::Restore { file, replace } => {
            ("restored from", file, wait(&runtime, named(settings)?.restore(file, *replace))?)
        }
    };
    let file = file.display();
    writeln!(std::io::stdout(), "The store was {done} {file}: {}", rows(&counts))?;
    Ok(Exit::Success)
}

/// The store that the operator has named.
fn named(settings: &Settings) -> anyhow::Result<Store> {
    let address = settings.store.as_ref().context(
        "there is no store; name the bot's store as store.address in config.toml, or in the \
         environment as CASECLERK_STORE_ADDRESS",
    )?;
    Store::open(address.reveal()).context("store.address cannot be used")
}

/// The same, for a command that must not make one.
pub fn existing(settings: &Settings) -> anyhow::Result<Store> {
    let store = named(settings)?;
    if let Some(file) = store.missing_file() {
        bail!(
            "there is no store {}; correct store.address, or start caseclerk where the bot runs",
            std::path::absolute(file).as_deref().unwrap_or(file).display()
        );
    }
    Ok(store)
}

/// The result of the store. The text of its error names the cause already.
pub fn wait<T>(
    runtime: &Runtime,
    work: impl Future<Output = Result<T, StoreError>>,
) -> anyhow::Result<T> {
    runtime.block_on(work).map_err(|error| anyhow!("{error}"))
}

fn rows(counts: &RowCounts) -> String {
    let rows = counts.iter().map(|(table, rows)| format!("{rows} {table}"));
    rows.collect::<Vec<_>>().join(", ")
}

//! `caseclerk index`: builds the index unless it is up to date.

use std::io::Write;

use caseclerk::config::Settings;
use caseclerk::index::Origin;
use caseclerk::responder::Responder;

use super::Exit;

pub fn run(settings: &Settings) -> anyhow::Result<Exit> {
    let responder = Responder::open(settings)?;
    let (line, exit) = match responder.index_origin() {
        Origin::Found(path) => {
            (format!("The index is up to date: {}", path.display()), Exit::Success)
        }
        Origin::Built(path) => (format!("The index was built: {}", path.display()), Exit::Success),
        Origin::InMemory { reason } => {
            (format!("The index could not be written: {reason}"), Exit::CouldNotRun)
        }
    };
    writeln!(std::io::stdout(), "{line}")?;
    Ok(exit)
}

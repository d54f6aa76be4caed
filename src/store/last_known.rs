//! The amendments in force as they were last read from the store, in a file of their own: an answer
//! that is held back stays so when the bot starts while the store does not work.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::backup::{Overwrite, cannot, folder_of, keep, new_file_beside};
use crate::knowledge::{Amendment, Change};

const FILE: &str = "amendments.json";

/// The file.
#[derive(Debug, Clone)]
pub struct LastKnown(PathBuf);

/// An amendment, without who made it.
#[derive(Serialize, Deserialize)]
struct Known {
    id: i64,
    change: Change,
    made_at: Timestamp,
}

impl LastKnown {
    /// The file in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self(folder.join(FILE))
    }

    /// `None` if nothing is known.
    pub fn read(&self) -> io::Result<Option<Vec<Amendment>>> {
        let text = match fs::read(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let known: Vec<Known> = serde_json::from_slice(&text)?;
        let amendment = |Known { id, change, made_at }| Amendment {
            id,
            change,
            made_by: String::new(),
            made_at,
            undone: None,
        };
        Ok(Some(known.into_iter().map(amendment).collect()))
    }

    /// Replaces the file as a whole, so that a crash leaves the old one or the new one.
    pub fn write(&self, amendments: &[Amendment]) -> Result<(), StoreError> {
        let known = amendments.iter().map(|Amendment { id, change, made_at, .. }| Known {
            id: *id,
            change: change.clone(),
            made_at: *made_at,
        });
        let known: Vec<Known> = known.collect();
        // If this fails, so does making the file, which says why.
        let _ = fs::create_dir_all(folder_of(&self.0));
        let mut file = new_file_beside(&self.0)?;
        serde_json::to_writer(&mut file, &known)
            .map_err(|error| cannot("write", &self.0, error.into()))?;
        keep(file, &self.0, Overwrite::Yes)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::knowledge::{EntryId, Scope, TopicId};

    #[test]
    fn everything_but_the_moderator_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let last_known = LastKnown::in_folder(&folder.path().join("index"));
        assert_eq!(last_known.read().unwrap(), None);
        let entry = EntryId::new("status/is-it-over");
        let hold = |scope, until| Change::Hold { scope, reason: "new facts".to_owned(), until };
        let changes = [
            Change::Phrasing { entry: entry.clone(), words: "is it \"done\"".to_owned() },
            Change::Elsewhere { words: "pumpkins".to_owned() },
            hold(Scope::Entry(entry), Some(date(2026, 12, 31))),
            hold(Scope::Topic(TopicId::new("money")), None),
            hold(Scope::Everything, None),
            Change::Checked { on: date(2026, 11, 30) },
        ];
        let made_at = Timestamp::from_second(1_700_000_000).unwrap();
        let amendment = |(id, change): (i64, &Change)| {
            let (change, made_by) = (change.clone(), "ada".to_owned());
            Amendment { id, change, made_by, made_at, undone: None }
        };
        let mut amendments: Vec<Amendment> = (1..).zip(&changes).map(amendment).collect();
        last_known.write(&amendments).unwrap();
        amendments.iter_mut().for_each(|amendment| amendment.made_by.clear());
        assert_eq!(last_known.read().unwrap(), Some(amendments));
        fs::write(&last_known.0, "[").unwrap();
        assert!(last_known.read().is_err());
    }
}

//! The heartbeat file for supervisors. Its modification time is the time of the last activity from
//! Discord, so it gets old while the bot cannot connect or hangs. `caseclerk health` reads it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tracing::warn;

use crate::config::lasting;

/// Updates the heartbeat file, if one is configured.
pub struct Heartbeat {
    file: Option<PathBuf>,
    /// Whether the last write failed, so that only the first failure is logged.
    failed: bool,
}

/// There is something else where the heartbeat file should be.
#[derive(Debug, thiserror::Error)]
#[error(
    "discord.heartbeat_file names {}, which is not an empty file; name a file that nothing else uses",
    path.display()
)]
pub struct NotAHeartbeat {
    path: PathBuf,
}

impl Heartbeat {
    /// Removes the file of an earlier process. A file that holds something is not ours and stays.
    pub fn new(file: Option<&Path>) -> Result<Self, NotAHeartbeat> {
        if let Some(file) = file {
            let found = fs::symlink_metadata(file);
            if found.is_ok_and(|found| !found.is_file() || found.len() > 0) {
                return Err(NotAHeartbeat { path: file.to_owned() });
            }
            // If the file cannot be removed, it cannot be updated either, so it gets old.
            let _ = fs::remove_file(file);
        }
        Ok(Self { file: file.map(lasting), failed: false })
    }

    /// Records the time of the last activity from Discord. If the file cannot be written, the bot
    /// continues, and the health check fails.
    pub fn beat(&mut self, last_heard: SystemTime) {
        let Some(path) = &self.file else { return };
        let result = set_modified(path, last_heard);
        if let (Err(error), false) = (&result, self.failed) {
            warn!(path = %path.display(), %error, "the heartbeat file cannot be written");
        }
        self.failed = result.is_err();
    }
}

/// Needs no lock, because setting the time is atomic.
fn set_modified(path: &Path, time: SystemTime) -> io::Result<()> {
    File::options().create(true).append(true).open(path)?.set_modified(time)
}

/// The age of the heartbeat file at `now`; `None` if it does not exist. If the clock was set back,
/// the time of the file is in the future; its distance then counts as the age.
pub fn last_heard(path: &Path, now: SystemTime) -> io::Result<Option<Duration>> {
    match fs::metadata(path).and_then(|file| file.modified()) {
        Ok(time) => Ok(Some(now.duration_since(time).unwrap_or_else(|later| later.duration()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a heartbeat of this age is recent. The limit is half of the silence after which the
/// process ends by itself, so that a supervisor sees it unhealthy before that.
pub fn is_recent(age: Duration, silence: Duration) -> bool {
    age <= silence / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_beat_records_when_discord_was_heard() {
        let folder = tempfile::tempdir().unwrap();
        let (file, now) = (folder.path().join("heartbeat"), SystemTime::now());
        let mut heartbeat = Heartbeat::new(Some(&file)).unwrap();
        assert_eq!(last_heard(&file, now).unwrap(), None);
        heartbeat.beat(now - 5 * SECOND);
        assert_eq!(last_heard(&file, now).unwrap(), Some(5 * SECOND));
        // A clock that was set back must not make an old heartbeat look recent.
        assert_eq!(last_heard(&file, now - 100 * SECOND).unwrap(), Some(95 * SECOND));
    }

    #[test]
    fn the_heartbeat_of_an_earlier_process_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, now) = (folder.path().join("heartbeat"), SystemTime::now());
        Heartbeat::new(Some(&file)).unwrap().beat(now);
        Heartbeat::new(Some(&file)).unwrap();
        assert_eq!(last_heard(&file, now).unwrap(), None);
    }

    #[test]
    fn a_file_that_holds_something_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("case.toml");
        fs::write(&file, "caption = \"…\"").unwrap();
        let refused = Heartbeat::new(Some(&file)).err().unwrap().to_string();
        assert!(refused.contains("case.toml") && fs::read_to_string(&file).is_ok(), "{refused}");
    }

    #[test]
    fn it_looks_unhealthy_before_it_ends_by_itself() {
        let silence = 180 * SECOND;
        assert!(is_recent(90 * SECOND, silence) && !is_recent(91 * SECOND, silence));
    }
}

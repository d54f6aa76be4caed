//! The heartbeat file, for a supervisor: its modification time is when Discord was last heard from.
//!
//! It says more than that the process exists, because it grows old while the bot cannot connect or
//! hangs. `caseclerk health` reads it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tracing::warn;

/// Keeps the heartbeat file, if one is configured.
pub struct Heartbeat {
    file: Option<PathBuf>,
    /// Whether the last write failed; a warning at each beat would be noise.
    failed: bool,
}

impl Heartbeat {
    /// Removes the file of an earlier process, which says nothing about this one.
    pub fn new(file: Option<&Path>) -> Self {
        if let Some(file) = file {
            // A file that cannot be removed cannot be updated either, and grows old.
            let _ = fs::remove_file(file);
        }
        Self { file: file.map(Path::to_owned), failed: false }
    }

    /// Records when Discord was last heard from. If the file cannot be written, the bot goes on and
    /// looks unhealthy.
    pub fn beat(&mut self, last_heard: SystemTime) {
        let Some(path) = &self.file else { return };
        let result = set_modified(path, last_heard);
        if let (Err(error), false) = (&result, self.failed) {
            warn!(path = %path.display(), %error, "the heartbeat file cannot be written");
        }
        self.failed = result.is_err();
    }
}

/// Needs no lock: a reader sees the old time or the new one, never half of one.
fn set_modified(path: &Path, time: SystemTime) -> io::Result<()> {
    File::options().create(true).append(true).open(path)?.set_modified(time)
}

/// How long before `now` Discord was last heard from, by this file; `None` if it does not exist. If
/// the clock was set back, the time is in the future and counts as equally long ago.
pub fn last_heard(path: &Path, now: SystemTime) -> io::Result<Option<Duration>> {
    match fs::metadata(path).and_then(|file| file.modified()) {
        Ok(time) => Ok(Some(now.duration_since(time).unwrap_or_else(|later| later.duration()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether Discord was heard from recently: within half of the silence after which the process ends
/// by itself, or a supervisor would never see it unhealthy.
pub fn is_in_touch(age: Duration, silence: Duration) -> bool {
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
        let mut heartbeat = Heartbeat::new(Some(&file));
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
        Heartbeat::new(Some(&file)).beat(now);
        Heartbeat::new(Some(&file));
        assert_eq!(last_heard(&file, now).unwrap(), None);
    }

    #[test]
    fn it_looks_unhealthy_before_it_ends_by_itself() {
        let silence = 180 * SECOND;
        assert!(is_in_touch(90 * SECOND, silence) && !is_in_touch(91 * SECOND, silence));
    }
}

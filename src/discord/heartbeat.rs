//! The sign of life that a supervisor can look at: a file whose date is the last moment at which
//! Discord was heard.
//!
//! It tells more than that the process exists: while the bot cannot connect, or hangs, the file
//! grows old. Who judges its age is [`is_in_touch`]; who asks is `caseclerk health`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tracing::warn;

/// Dates the file, if there is to be one.
pub struct Heartbeat {
    file: Option<PathBuf>,
    /// Whether the last attempt failed; saying it at each beat would be noise.
    failed: bool,
}

impl Heartbeat {
    /// Begins without a sign of life: what an earlier process left behind says nothing about this
    /// one.
    pub fn new(file: Option<&Path>) -> Self {
        if let Some(file) = file {
            // If it cannot be removed, it cannot be dated either, and grows old.
            let _ = fs::remove_file(file);
        }
        Self { file: file.map(Path::to_owned), failed: false }
    }

    /// Notes when Discord was last heard. A file that cannot be written is a warning: the bot goes
    /// on, and looks unwell.
    pub fn beat(&mut self, heard: SystemTime) {
        let Some(path) = &self.file else { return };
        let result = date(path, heard);
        if let (Err(error), false) = (&result, self.failed) {
            warn!(path = %path.display(), %error, "the heartbeat file cannot be written");
        }
        self.failed = result.is_err();
    }
}

/// A date needs no lock: whoever looks sees the old one or the new one, never half of one.
fn date(path: &Path, heard: SystemTime) -> io::Result<()> {
    File::options().create(true).append(true).open(path)?.set_modified(heard)
}

/// How long before `now` Discord was last heard, by this file; `None` if never. After a clock was
/// set back, as long after.
pub fn last_heard(path: &Path, now: SystemTime) -> io::Result<Option<Duration>> {
    match fs::metadata(path).and_then(|file| file.modified()) {
        Ok(heard) => Ok(Some(now.duration_since(heard).unwrap_or_else(|later| later.duration()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether Discord was heard lately enough: within half of the silence after which the process
/// gives up, or a supervisor would never see it ill.
pub fn is_in_touch(age: Duration, silence: Duration) -> bool {
    age <= silence / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_beat_tells_when_discord_was_heard() {
        let folder = tempfile::tempdir().unwrap();
        let (file, now) = (folder.path().join("heartbeat"), SystemTime::now());
        let mut heartbeat = Heartbeat::new(Some(&file));
        assert_eq!(last_heard(&file, now).unwrap(), None);
        heartbeat.beat(now - 5 * SECOND);
        assert_eq!(last_heard(&file, now).unwrap(), Some(5 * SECOND));
        // A clock that was set back must not make an old sign of life look young.
        assert_eq!(last_heard(&file, now - 100 * SECOND).unwrap(), Some(95 * SECOND));
    }

    #[test]
    fn the_heartbeat_of_an_earlier_process_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let (file, now) = (folder.path().join("heartbeat"), SystemTime::now());
        Heartbeat::new(Some(&file)).beat(now);
        Heartbeat::new(Some(&file));
        assert_eq!(last_heard(&file, now).unwrap(), None);
    }

    #[test]
    fn it_looks_unwell_before_it_gives_up() {
        let silence = 180 * SECOND;
        assert!(is_in_touch(90 * SECOND, silence) && !is_in_touch(91 * SECOND, silence));
    }
}

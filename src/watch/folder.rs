//! Notices that files of a folder may have changed: a checkout of git, a mounted volume, an editor.
//!
//! An event of the file system is only a hint. The folder itself may be replaced, by a link that leads
//! elsewhere from now on or by one with the same name, so everything is watched anew after each change.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use crate::config::{FilesWatch, lasting};

/// Whoever writes files is done if nothing happens for this long.
const QUIET: Duration = Duration::from_secs(1);

/// Files that never come to rest are looked at all the same after this time.
const MOST: Duration = Duration::from_secs(60);

/// With events, the folder is looked at this often anyway: some file systems tell of few changes.
const ANYWAY: Duration = Duration::from_secs(600);

/// A lock of git that is older was left by a git that was killed.
const OLD_LOCK: Duration = Duration::from_secs(600);

/// A folder that is watched.
pub struct Folder {
    root: PathBuf,
    way: FilesWatch,
    events: mpsc::Receiver<()>,
    sender: mpsc::Sender<()>,
    /// `None` if no events come.
    watcher: Option<RecommendedWatcher>,
    /// Whether it was logged that no events come.
    is_excused: bool,
}

impl Folder {
    /// Watches nothing before the first [`Self::settle`].
    pub fn new(root: &Path, way: FilesWatch) -> Self {
        // One event says as much as many.
        let (sender, events) = mpsc::channel(1);
        Self { root: lasting(root), way, events, sender, watcher: None, is_excused: false }
    }

    /// Waits until something may have changed. It may be dropped at any time.
    pub async fn wait(&mut self) {
        let pause = match self.way {
            FilesWatch::Events { fallback } if self.watcher.is_none() => fallback,
            FilesWatch::Events { .. } => ANYWAY,
            FilesWatch::Poll { every } => every,
        };
        let _ = timeout(pause, self.events.recv()).await;
    }

    /// Waits until nobody seems to write, and watches what is there then. Whatever happens afterwards
    /// ends the next [`Self::wait`].
    pub async fn settle(&mut self) {
        let begin = Instant::now();
        while timeout(QUIET, self.events.recv()).await.is_ok() && begin.elapsed() < MOST {}
        while is_in_checkout(&self.root) && begin.elapsed() < MOST {
            sleep(QUIET).await;
        }
        if matches!(self.way, FilesWatch::Poll { .. }) {
            return;
        }
        let (root, sender) = (self.root.clone(), self.sender.clone());
        let watching = tokio::task::spawn_blocking(move || watch(&root, sender)).await;
        let error = match watching {
            Ok(Ok(watcher)) => {
                self.watcher = Some(watcher);
                if std::mem::take(&mut self.is_excused) {
                    info!("the system tells of changes in knowledge.faq again");
                }
                return;
            }
            Ok(Err(error)) => error.to_string(),
            Err(panicked) => panicked.to_string(),
        };
        self.watcher = None;
        if !std::mem::replace(&mut self.is_excused, true) {
            warn!(
                error,
                "the system does not tell of changes in knowledge.faq, so it is looked at every \
                 knowledge.watch_seconds; if the limit of inotify watches is reached, raise \
                 fs.inotify.max_user_watches"
            );
        }
    }
}

/// Where the folder is, and what would lead elsewhere.
struct Places {
    /// Without links; `None` if it does not exist now.
    root: Option<PathBuf>,
    /// What leads to it: its own name and links on the way; if it does not exist, the first part of the
    /// path that is missing. Each stands in a folder without links on the way.
    names: Vec<PathBuf>,
}

impl Places {
    fn of(root: &Path) -> Self {
        let mut names = Vec::new();
        let mut way = PathBuf::new();
        for part in root.components() {
            let next = way.join(part);
            let is_link = next.symlink_metadata().map(|metadata| metadata.is_symlink()).ok();
            if is_link != Some(false) || next == root {
                names.extend(way.canonicalize().ok().map(|folder| folder.join(part)));
            }
            if is_link.is_none() {
                break;
            }
            way = next;
        }
        Self { root: root.canonicalize().ok(), names }
    }

    fn concern(&self, event: &Event) -> bool {
        // Reading the files is an event too, and must not lead to reading them again.
        let is_read = matches!(event.kind, EventKind::Access(kind)
            if kind != AccessKind::Close(AccessMode::Write));
        let is_here = |path: &PathBuf| {
            self.names.contains(path)
                || self.root.as_ref().is_some_and(|root| path.starts_with(root))
        };
        !is_read && (event.need_rescan() || event.paths.iter().any(is_here))
    }
}

fn watch(root: &Path, sender: mpsc::Sender<()>) -> notify::Result<RecommendedWatcher> {
    let places = Places::of(root);
    let folders: Vec<PathBuf> =
        places.names.iter().filter_map(|name| name.parent()).map(Path::to_owned).collect();
    let inside = places.root.clone();
    let handler = move |event: notify::Result<Event>| {
        if event.map_or(true, |event| places.concern(&event)) {
            // If it is full, a look is due already.
            let _ = sender.try_send(());
        }
    };
    // A link inside could lead to the root of the disk, and files outside are not read anyway.
    let mut watcher =
        RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false))?;
    for folder in folders {
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    }
    if let Some(inside) = inside {
        watcher.watch(&inside, RecursiveMode::Recursive)?;
    }
    Ok(watcher)
}

/// Whether git is about to write files there: it keeps a lock as long.
fn is_in_checkout(root: &Path) -> bool {
    let Ok(root) = root.canonicalize() else { return false };
    let repository = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists());
    let Some(git) = repository else { return false };
    // In a second checkout of a repository, it is a file that names the folder.
    let named = std::fs::read_to_string(&git).ok();
    let named = named.as_deref().and_then(|text| text.strip_prefix("gitdir:")).map(str::trim);
    let folder = named.map_or(git.clone(), |named| git.with_file_name(named));
    let written = folder.join("index.lock").metadata().and_then(|lock| lock.modified());
    written.is_ok_and(|written| {
        SystemTime::now().duration_since(written).unwrap_or_default() < OLD_LOCK
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use notify::event::{CreateKind, DataChange, ModifyKind};

    use super::*;

    fn event(kind: EventKind, path: &Path) -> Event {
        Event::new(kind).add_path(path.to_owned())
    }

    #[test]
    fn every_link_on_the_way_is_looked_after() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("versions/1/faq")).unwrap();
        symlink("versions/1", top.join("current")).unwrap();
        let places = Places::of(&top.join("current/faq"));
        assert_eq!(places.root, Some(top.join("versions/1/faq")));
        assert_eq!(places.names, [top.join("current"), top.join("versions/1/faq")]);
        fs::remove_dir_all(top.join("versions")).unwrap();
        let places = Places::of(&top.join("current/faq"));
        assert_eq!(places.root, None);
        assert_eq!(places.names, [top.join("current")]);
    }

    #[test]
    fn only_changes_of_the_folder_and_of_the_way_to_it_matter() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("faq/answers")).unwrap();
        let places = Places::of(&top.join("faq"));
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let file = top.join("faq/answers/a.md");
        assert!(places.concern(&event(written, &file)));
        assert!(places.concern(&event(EventKind::Create(CreateKind::Folder), &top.join("faq"))));
        assert!(!places.concern(&event(written, &top.join("store.db"))));
        assert!(
            !places.concern(&event(EventKind::Access(AccessKind::Open(AccessMode::Any)), &file))
        );
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        assert!(places.concern(&event(closed, &file)));
    }

    #[test]
    fn a_lock_of_git_is_seen_in_every_kind_of_checkout() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for path in ["one/.git", "one/faq", "two/faq", "one/.git/worktrees/two"] {
            fs::create_dir_all(top.join(path)).unwrap();
        }
        fs::write(top.join("two/.git"), "gitdir: ../one/.git/worktrees/two\n").unwrap();
        let is_locked = || ["one/faq", "two/faq"].map(|faq| is_in_checkout(&top.join(faq)));
        assert_eq!(is_locked(), [false, false]);
        fs::write(top.join("one/.git/index.lock"), "").unwrap();
        assert_eq!(is_locked(), [true, false]);
        fs::write(top.join("one/.git/worktrees/two/index.lock"), "").unwrap();
        assert_eq!(is_locked(), [true, true]);
    }
}

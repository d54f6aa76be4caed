//! Caches the index and the trained models on disk.
//!
//! Every cached index is a folder named after its schema version and a hash of its content, so an
//! outdated index is never used. It is written to a temporary folder and renamed: after a crash the
//! folder has the old index or the new one, never half of one. Its stamp contains the hash of every
//! file, and of the stamp itself. The files are read into memory, so later changes on disk do not
//! affect a running bot. A missing or damaged index is built again.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::SCHEMA_VERSION;
use super::build::{Index, IndexError};

/// How many digits of the content hash are in the name of a folder.
const NAME_DIGITS: usize = 32;

const STAMP: &str = "stamp.toml";
const LOCK: &str = ".lock";
const IN_PROGRESS: &str = ".building-";
const MODEL: &str = "model.bin";
const INDEX_FOLDER: &str = "entries";

/// How long to wait while another process holds the lock. Writing an index takes a second or two.
const LOCK_PATIENCE: Duration = Duration::from_secs(20);
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Identifies an index.
pub struct CacheKey {
    /// Everything that the index depends on: the content, the vector table, and the rules that the
    /// content was checked with.
    pub content: String,
    /// The FAQ that the index belongs to. A new index replaces older ones of the same owner only,
    /// so several FAQs can share one folder.
    pub owner: String,
}

/// A folder of cached indexes, and the key of one of them.
pub struct Cache<'a> {
    root: &'a Path,
    owner: String,
    hash: String,
    folder: PathBuf,
}

/// The contents of a cached index.
pub struct Stored {
    pub index: Index,
    /// The trained models, serialized.
    pub model: Vec<u8>,
    /// The hash of each answer, by its id.
    pub answers: BTreeMap<String, String>,
}

/// Where an index came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// From the cache.
    Found(PathBuf),
    /// Built, and written to disk.
    Built(PathBuf),
    /// Built, but not written to disk. It lasts as long as this process.
    InMemory { reason: String },
}

/// The stamp of a cached index, which says what its files must contain.
#[derive(Debug, Serialize, Deserialize)]
struct Stamp {
    schema_version: u32,
    content_hash: String,
    owner: String,
    /// The BLAKE3 hash of the rest of the stamp.
    seal: String,
    /// The BLAKE3 hash of each file, by its path in the folder.
    files: BTreeMap<String, String>,
    answers: BTreeMap<String, String>,
}

impl<'a> Cache<'a> {
    pub fn new(root: &'a Path, key: CacheKey) -> Self {
        let hash = hash_of(key.content.as_bytes());
        let folder = root.join(format!("v{SCHEMA_VERSION}-{}", &hash[..NAME_DIGITS]));
        Self { root, owner: key.owner, hash, folder }
    }

    /// The cached index. If there is none, or it is damaged: `None`, and a line in the log.
    pub fn find(&self) -> Option<Stored> {
        match self.read_under_lock() {
            Ok(stored) => return Some(stored),
            Err(error) if !self.folder.exists() => {
                info!(reason = %error, "building the search index");
            }
            Err(error) => warn!(reason = %error, "building the search index again"),
        }
        None
    }

    /// The hashes of the answers in the index of this owner, whatever its content; see
    /// [`Stored::answers`]. `None` if there is no index.
    pub fn last_answers(&self) -> Option<BTreeMap<String, String>> {
        let folders = fs::read_dir(self.root).ok()?.flatten().map(|entry| entry.path());
        let mut stamps = folders.filter_map(|folder| Stamp::read(&folder).ok());
        let own = stamps
            .find(|stamp| stamp.schema_version == SCHEMA_VERSION && stamp.owner == self.owner);
        own.map(|stamp| stamp.answers)
    }

    /// The folder of this index, whether or not it exists.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes an index to disk. A failure is logged as a warning, and the index stays in memory.
    /// Several processes may do this at once.
    pub fn store(&self, stored: &Stored) -> Origin {
        match self.write(stored) {
            Ok(()) => Origin::Built(self.folder.clone()),
            Err(error) => {
                let reason = with_causes(&error);
                warn!(%reason, "the search index cannot be written; it is kept in memory");
                Origin::InMemory { reason }
            }
        }
    }

    /// Reads the index under a shared lock, so that no process replaces it meanwhile. If the lock
    /// cannot be taken, as on a read-only disk, reads without it: the stamp detects a partial
    /// index.
    fn read_under_lock(&self) -> Result<Stored, IndexError> {
        let lock = File::open(self.root.join(LOCK));
        let lock = lock.and_then(|file| wait_for(|| file.try_lock_shared()).map(|()| file)).ok();
        let stored = self.read();
        drop(lock);
        stored
    }

    fn read(&self) -> Result<Stored, IndexError> {
        let damaged = |reason: String| IndexError::Damaged { path: self.folder.clone(), reason };
        let stamp = Stamp::read(&self.folder)?;
        if stamp.schema_version != SCHEMA_VERSION || stamp.content_hash != self.hash {
            let reason = "it belongs to other content or to another version of Caseclerk";
            return Err(damaged(reason.to_owned()));
        }
        let (index, answers) = (Index::empty(), stamp.answers);
        let mut stored = Stored { index, model: Vec::new(), answers };
        for (name, file_hash) in &stamp.files {
            let bytes = read_file(&self.folder.join(name))?;
            if hash_of(&bytes) != *file_hash {
                return Err(damaged(format!("{name} is not the file that was written")));
            }
            match name.split_once('/') {
                None if name == MODEL => stored.model = bytes,
                Some((INDEX_FOLDER, file)) => stored
                    .index
                    .put_file(Path::new(file), &bytes)
                    .map_err(|error| damaged(error.to_string()))?,
                _ => return Err(damaged(format!("{name} does not belong here"))),
            }
        }
        Ok(stored)
    }

    /// Writes to a temporary folder and renames it, under an exclusive lock.
    fn write(&self, stored: &Stored) -> Result<(), IndexError> {
        fs::create_dir_all(self.root).map_err(io_error("create", self.root))?;
        let lock_path = self.root.join(LOCK);
        let lock = File::options().create(true).append(true).open(&lock_path);
        let lock = lock.map_err(io_error("create", &lock_path))?;
        wait_for(|| lock.try_lock()).map_err(io_error("lock", &lock_path))?;
        if self.read().is_ok() {
            // Another process has just built the same index.
            return Ok(());
        }
        self.clear();
        let building = self.root.join(format!("{IN_PROGRESS}{}", std::process::id()));
        let written = self.write_files(&building, stored).and_then(|()| {
            fs::rename(&building, &self.folder).map_err(io_error("rename into place", &self.folder))
        });
        if written.is_err() {
            let _ = fs::remove_dir_all(&building);
        }
        written
    }

    fn write_files(&self, building: &Path, stored: &Stored) -> Result<(), IndexError> {
        let folder = building.join(INDEX_FOLDER);
        fs::create_dir_all(&folder).map_err(io_error("create", &folder))?;
        let mut files = BTreeMap::new();
        for (file, bytes) in stored.index.files()? {
            files.insert(format!("{INDEX_FOLDER}/{}", file.display()), hash_of(&bytes));
            write_file(&folder.join(&file), &bytes)?;
        }
        files.insert(MODEL.to_owned(), hash_of(&stored.model));
        write_file(&building.join(MODEL), &stored.model)?;
        let stamp = Stamp::new(&self.hash, &self.owner, files, stored.answers.clone());
        let text = toml::to_string(&stamp).map_err(|error| IndexError::Damaged {
            path: building.to_owned(),
            reason: format!("its stamp cannot be written: {error}"),
        })?;
        write_file(&building.join(STAMP), text.as_bytes())
    }

    /// Removes partly written folders, older indexes of the same owner, indexes of other versions
    /// of Caseclerk, and a damaged index in our folder. Only names of this module's format are
    /// removed, so pointing `--index` at the wrong folder does no damage. The caller has the lock,
    /// so no other process is building.
    fn clear(&self) {
        let Ok(entries) = fs::read_dir(self.root) else { return };
        for entry in entries.flatten() {
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            let is_stale = name.starts_with(IN_PROGRESS)
                || path == self.folder
                || (is_index_name(&name) && !belongs_to_another(&path, &self.owner));
            if is_stale && let Err(error) = self.remove(&path) {
                warn!(folder = %path.display(), %error, "an old index cannot be removed");
            }
        }
    }

    /// Removes a folder or a file. A folder gets the name of a partly written one before, so that a
    /// crash leaves no half of an index under the name of a whole one.
    fn remove(&self, path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            return fs::remove_file(path);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(IN_PROGRESS) {
            return fs::remove_dir_all(path);
        }
        let renamed = self.root.join(format!("{IN_PROGRESS}{name}"));
        // An earlier process may have ended before it was removed.
        let _ = fs::remove_dir_all(&renamed);
        fs::rename(path, &renamed)?;
        fs::remove_dir_all(&renamed)
    }
}

/// Tries to take a lock until another process has let it go, but not for ever.
fn wait_for(take: impl Fn() -> Result<(), TryLockError>) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match take() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() > LOCK_PATIENCE => {
                let seconds = LOCK_PATIENCE.as_secs();
                warn!("another process has held the lock of the index for {seconds} seconds");
                return Err(io::Error::other("another process holds the lock"));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
        }
    }
}

/// Whether an index has the current version and another owner.
fn belongs_to_another(folder: &Path, owner: &str) -> bool {
    Stamp::read(folder)
        .is_ok_and(|stamp| stamp.schema_version == SCHEMA_VERSION && stamp.owner != owner)
}

impl Stamp {
    fn new(
        content_hash: &str,
        owner: &str,
        files: BTreeMap<String, String>,
        answers: BTreeMap<String, String>,
    ) -> Self {
        let (content_hash, owner) = (content_hash.to_owned(), owner.to_owned());
        let (schema_version, seal) = (SCHEMA_VERSION, String::new());
        let stamp = Self { schema_version, content_hash, owner, seal, files, answers };
        Self { seal: stamp.computed_seal(), ..stamp }
    }

    fn computed_seal(&self) -> String {
        let Self { schema_version, content_hash, owner, .. } = self;
        let mut text = format!("{schema_version}\n{content_hash}\n{owner}\n");
        let hashes = self.files.iter().chain(&self.answers);
        hashes.for_each(|(name, hash)| text += &format!("{name} {hash}\n"));
        hash_of(text.as_bytes())
    }

    /// Reads a stamp and verifies its seal.
    fn read(folder: &Path) -> Result<Self, IndexError> {
        let damaged = |reason: String| IndexError::Damaged { path: folder.to_owned(), reason };
        let text = String::from_utf8(read_file(&folder.join(STAMP))?)
            .map_err(|_| damaged(format!("{STAMP} is not text")))?;
        let stamp: Self = toml::from_str(&text)
            .map_err(|error| damaged(format!("{STAMP}: {}", error.message())))?;
        if stamp.seal != stamp.computed_seal() {
            return Err(damaged(format!("{STAMP} is not the one that was written")));
        }
        Ok(stamp)
    }
}

/// Whether a name has the format of an index folder: `v1-` and 32 hexadecimal digits.
fn is_index_name(name: &str) -> bool {
    let parts = name.strip_prefix('v').and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(version, hash)| {
        version.bytes().all(|b| b.is_ascii_digit())
            && hash.len() == NAME_DIGITS
            && hash.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn read_file(path: &Path) -> Result<Vec<u8>, IndexError> {
    fs::read(path).map_err(io_error("read", path))
}

/// Writes a file and syncs it to disk, so that a renamed folder never contains unwritten files.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), IndexError> {
    let write = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(io_error("write", path))
}

fn io_error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> IndexError {
    move |source| IndexError::Io { act, path: path.to_owned(), source }
}

fn hash_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// An error and its causes in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

//! Caches the index, and what was learnt with it, on disk.
//!
//! Every cached index is a folder named after its schema version and a hash of its content, so an
//! old one is never taken for a new one. It is written beside its place and renamed into it: a
//! crash leaves the old one or the new one, never half of one. Its stamp holds the hash of every
//! file, and of itself. The files are read into memory, so nothing that happens to the disk later
//! can reach a running bot. Whatever is missing or damaged is built again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::SCHEMA_VERSION;
use super::build::{Index, IndexError};

/// How many digits of the content's hash name a folder.
const NAME_DIGITS: usize = 32;

const STAMP: &str = "stamp.toml";
const LOCK: &str = ".lock";
const IN_PROGRESS: &str = ".building-";
const MODEL: &str = "model.bin";
const INDEX_FOLDER: &str = "entries";

/// Which index is wanted.
pub struct CacheKey {
    /// Everything that the index depends on: the content, the vector table, the rules by which the
    /// content was checked.
    pub content: String,
    /// Whose index it is. A new index replaces the older ones of the same owner and no others, so
    /// several FAQs can keep theirs in one folder.
    pub owner: String,
}

/// A folder of cached indexes, and the one in it that is wanted.
pub struct Cache<'a> {
    root: &'a Path,
    owner: String,
    hash: String,
    folder: PathBuf,
}

/// What is cached.
pub struct Stored {
    pub index: Index,
    /// What was learnt from the content, serialized.
    pub model: Vec<u8>,
}

/// Where an index came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It was in the cache, whole and up to date.
    Found(PathBuf),
    /// It was built and written to disk.
    Built(PathBuf),
    /// It was built, could not be written, and lives as long as this process.
    InMemory { reason: String },
}

/// What every file of a cached index must be.
#[derive(Debug, Serialize, Deserialize)]
struct Stamp {
    schema_version: u32,
    content_hash: String,
    owner: String,
    /// The BLAKE3 hash of the rest of the stamp, which nothing else vouches for.
    seal: String,
    /// The BLAKE3 hash of each file, by its path in the folder.
    files: BTreeMap<String, String>,
}

impl<'a> Cache<'a> {
    pub fn new(root: &'a Path, key: CacheKey) -> Self {
        let hash = hash_of(key.content.as_bytes());
        let folder = root.join(format!("v{SCHEMA_VERSION}-{}", &hash[..NAME_DIGITS]));
        Self { root, owner: key.owner, hash, folder }
    }

    /// The cached index. `None`, with a line in the log, if there is none or it is damaged.
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

    /// Where a found index lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes an index to disk. If that fails, which is logged as a warning, it lives in memory.
    /// Several processes may do this at once.
    pub fn keep(&self, stored: &Stored) -> Origin {
        match self.write(stored) {
            Ok(()) => Origin::Built(self.folder.clone()),
            Err(error) => {
                let reason = with_causes(&error);
                warn!(%reason, "the search index cannot be written; it is kept in memory");
                Origin::InMemory { reason }
            }
        }
    }

    /// Reads while nobody else may replace the index. Where no lock can be had, as on a read-only
    /// disk, it is read without one: the stamp tells whether it is whole.
    fn read_under_lock(&self) -> Result<Stored, IndexError> {
        let lock = File::open(self.root.join(LOCK));
        let lock = lock.and_then(|file| file.lock_shared().map(|()| file)).ok();
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
        let mut stored = Stored { index: Index::empty(), model: Vec::new() };
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

    /// Writes under the lock, beside the index's place, then renames into it.
    fn write(&self, stored: &Stored) -> Result<(), IndexError> {
        fs::create_dir_all(self.root).map_err(io_error("create", self.root))?;
        let lock_path = self.root.join(LOCK);
        let lock = File::options().create(true).append(true).open(&lock_path);
        let lock = lock.map_err(io_error("create", &lock_path))?;
        lock.lock().map_err(io_error("lock", &lock_path))?;
        if self.read().is_ok() {
            // Another process was faster.
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
        let stamp = Stamp::new(&self.hash, &self.owner, files);
        let text = toml::to_string(&stamp).map_err(|error| IndexError::Damaged {
            path: building.to_owned(),
            reason: format!("its stamp cannot be written: {error}"),
        })?;
        write_file(&building.join(STAMP), text.as_bytes())
    }

    /// Removes half-written folders, the older indexes of the same owner, those of older versions
    /// of Caseclerk, and a damaged one in our place. Only names that this module gives are touched:
    /// pointing `--index` at the wrong folder loses nothing. Called under the lock, so nobody else
    /// is building.
    fn clear(&self) {
        let Ok(entries) = fs::read_dir(self.root) else { return };
        for entry in entries.flatten() {
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            let is_stale = name.starts_with(IN_PROGRESS)
                || path == self.folder
                || (is_index_name(&name) && !belongs_to_another(&path, &self.owner));
            if is_stale && let Err(error) = remove(&path) {
                warn!(folder = %path.display(), %error, "an old index cannot be removed");
            }
        }
    }
}

/// Whether an index of this version was made for somebody else.
fn belongs_to_another(folder: &Path, owner: &str) -> bool {
    Stamp::read(folder)
        .is_ok_and(|stamp| stamp.schema_version == SCHEMA_VERSION && stamp.owner != owner)
}

impl Stamp {
    fn new(content_hash: &str, owner: &str, files: BTreeMap<String, String>) -> Self {
        let (content_hash, owner) = (content_hash.to_owned(), owner.to_owned());
        let seal = String::new();
        let stamp = Self { schema_version: SCHEMA_VERSION, content_hash, owner, seal, files };
        Self { seal: stamp.computed_seal(), ..stamp }
    }

    fn computed_seal(&self) -> String {
        let Self { schema_version, content_hash, owner, .. } = self;
        let mut text = format!("{schema_version}\n{content_hash}\n{owner}\n");
        self.files.iter().for_each(|(name, hash)| text += &format!("{name} {hash}\n"));
        hash_of(text.as_bytes())
    }

    /// Reads a stamp that is sealed.
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

/// Removes a folder, or a file in a folder's place.
fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// Whether a name looks like `v1-` and 32 hexadecimal digits.
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

/// Writes a file and waits until it is on disk, so that a rename never makes a promise that the
/// files do not keep.
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

//! Keeps the index on disk.
//!
//! Every index lives in a folder named after its schema version and the hash of its content, so an
//! old one can never be taken for a new one. It is written into a folder beside it and renamed into
//! place: a crash leaves the old or the new one, never half of one. A stamp with the hash of every
//! file, and of itself, is checked when it is opened, and the files are read into memory, so that
//! nothing that later happens to the disk can reach a running bot. Whatever is missing or damaged
//! is built again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::directory::RamDirectory;
use tracing::{info, warn};

use super::SCHEMA_VERSION;
use super::build::{IndexError, Views, files_of, put_file};
use super::searcher::Searcher;
use crate::knowledge::Library;

/// How many digits of the content's hash name a folder.
const NAME_DIGITS: usize = 32;

const STAMP: &str = "stamp.toml";
const LOCK: &str = ".lock";
const IN_PROGRESS: &str = ".building-";
const LEARNT: &str = "learnt.bin";
const VIEWS: [&str; 2] = ["entries", "phrasings"];

/// What every file of an index must be.
#[derive(Debug, Serialize, Deserialize)]
struct Stamp {
    schema_version: u32,
    content_hash: String,
    /// The BLAKE3 hash of all the rest of the stamp, which otherwise nothing would vouch for.
    seal: String,
    /// The BLAKE3 hash of each file, by its path in the folder.
    files: BTreeMap<String, String>,
}

/// What an index is made of.
pub struct Recipe<'a, E> {
    /// What is indexed.
    pub library: &'a Library,
    /// A fingerprint of whatever else the index depends on.
    pub fingerprint: &'a str,
    /// Makes the index; asked only if it is not there.
    pub make: &'a dyn Fn() -> Result<Made, E>,
}

impl Stamp {
    fn new(content_hash: &str, files: BTreeMap<String, String>) -> Self {
        let content_hash = content_hash.to_owned();
        let stamp =
            Self { schema_version: SCHEMA_VERSION, content_hash, seal: String::new(), files };
        Self { seal: stamp.computed_seal(), ..stamp }
    }

    fn computed_seal(&self) -> String {
        let mut text = format!("{}\n{}\n", self.schema_version, self.content_hash);
        self.files.iter().for_each(|(name, hash)| text += &format!("{name} {hash}\n"));
        hash_of(text.as_bytes())
    }
}

/// A searcher, and where its index came from.
pub struct Opened {
    /// Ready to search.
    pub searcher: Searcher,
    /// Whether it was on disk already.
    pub origin: Origin,
    /// What was learnt from the library when the index was built.
    pub learnt: Vec<u8>,
}

/// An index in memory.
pub struct Made {
    /// What is searched.
    pub views: Views,
    /// What was learnt from the library, to be kept beside it.
    pub learnt: Vec<u8>,
}

/// Where an index came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It was found on disk, whole and up to date.
    Found(PathBuf),
    /// It was built and written to disk.
    Built(PathBuf),
    /// It was built and could not be written; it lives as long as this process.
    InMemory {
        /// Why it could not be written.
        reason: String,
    },
}

/// Opens the index of this library under `root`, or builds it there.
///
/// A missing, stale or damaged index is built again, with a line in the log. A disk that cannot be
/// written is a warning: the index then lives in memory. Several processes may do this at once.
pub fn open_or_build<E: From<IndexError>>(
    root: &Path,
    recipe: &Recipe<'_, E>,
) -> Result<Opened, E> {
    let hash = content_hash(recipe);
    let folder = root.join(format!("v{SCHEMA_VERSION}-{}", &hash[..NAME_DIGITS]));
    match read_shared(root, &folder, &hash)
        .and_then(|content| open(content, Origin::Found(folder.clone())))
    {
        Ok(opened) => return Ok(opened),
        Err(error) if !folder.exists() => info!(reason = %error, "building the search index"),
        Err(error) => warn!(reason = %error, "building the search index again"),
    }
    let content = (recipe.make)()?;
    let origin = match keep(root, &folder, &hash, &content) {
        Ok(()) => Origin::Built(folder),
        Err(error) => {
            let reason = chain(&error);
            warn!(%reason, "the search index cannot be kept on disk; it lives in memory until this process ends");
            Origin::InMemory { reason }
        }
    };
    Ok(open(content, origin)?)
}

fn open(content: Made, origin: Origin) -> Result<Opened, IndexError> {
    Ok(Opened { searcher: Searcher::new(&content.views)?, origin, learnt: content.learnt })
}

/// The hash of everything that the index depends on.
fn content_hash<E>(recipe: &Recipe<'_, E>) -> String {
    hash_of(format!("{}\n{}", recipe.library.content_hash, recipe.fingerprint).as_bytes())
}

/// Reads the index while nobody else may replace it. Where no lock can be had, as on a read-only
/// disk, it is read all the same: the stamp tells whether it is whole.
fn read_shared(root: &Path, folder: &Path, hash: &str) -> Result<Made, IndexError> {
    let lock = File::open(root.join(LOCK)).and_then(|file| file.lock_shared().map(|()| file)).ok();
    let content = read(folder, hash);
    drop(lock);
    content
}

fn read(folder: &Path, hash: &str) -> Result<Made, IndexError> {
    let damaged = |reason: String| IndexError::Damaged { path: folder.to_owned(), reason };
    let text = read_file(&folder.join(STAMP))?;
    let text = String::from_utf8(text).map_err(|_| damaged(format!("{STAMP} is not text")))?;
    let stamp: Stamp =
        toml::from_str(&text).map_err(|error| damaged(format!("{STAMP}: {}", error.message())))?;
    if stamp.seal != stamp.computed_seal() {
        return Err(damaged(format!("{STAMP} is not the one that was written")));
    }
    if stamp.schema_version != SCHEMA_VERSION || stamp.content_hash != hash {
        return Err(damaged(
            "it belongs to other content or another version of Caseclerk".to_owned(),
        ));
    }
    let views = Views { entries: RamDirectory::create(), phrasings: RamDirectory::create() };
    let mut learnt = Vec::new();
    for (name, file_hash) in &stamp.files {
        let bytes = read_file(&folder.join(name))?;
        if hash_of(&bytes) != *file_hash {
            return Err(damaged(format!("{name} is not the file that was written")));
        }
        let (view, file) = match name.split_once('/') {
            Some(("entries", file)) => (&views.entries, file),
            Some(("phrasings", file)) => (&views.phrasings, file),
            None if name == LEARNT => {
                learnt = bytes;
                continue;
            }
            _ => return Err(damaged(format!("{name} does not belong here"))),
        };
        put_file(view, Path::new(file), &bytes).map_err(|error| damaged(error.to_string()))?;
    }
    Ok(Made { views, learnt })
}

/// Writes the index to disk: under the lock, beside its place, then renamed into it.
fn keep(root: &Path, folder: &Path, hash: &str, content: &Made) -> Result<(), IndexError> {
    fs::create_dir_all(root).map_err(io_error("create", root))?;
    let lock_path = root.join(LOCK);
    let lock = File::create(&lock_path).map_err(io_error("create", &lock_path))?;
    lock.lock().map_err(io_error("lock", &lock_path))?;
    if read(folder, hash).and_then(|content| Searcher::new(&content.views)).is_ok() {
        // Another process was faster.
        return Ok(());
    }
    clear(root, folder);
    let building = root.join(format!("{IN_PROGRESS}{}", std::process::id()));
    let written = write_all(&building, hash, content).and_then(|()| {
        fs::rename(&building, folder).map_err(io_error("rename into place", folder))
    });
    if written.is_err() {
        let _ = fs::remove_dir_all(&building);
    }
    written
}

fn write_all(building: &Path, hash: &str, content: &Made) -> Result<(), IndexError> {
    let mut files = BTreeMap::new();
    for (name, view) in VIEWS.iter().zip([&content.views.entries, &content.views.phrasings]) {
        let folder = building.join(name);
        fs::create_dir_all(&folder).map_err(io_error("create", &folder))?;
        for (file, bytes) in files_of(view)? {
            files.insert(format!("{name}/{}", file.display()), hash_of(&bytes));
            write_file(&folder.join(&file), &bytes)?;
        }
    }
    files.insert(LEARNT.to_owned(), hash_of(&content.learnt));
    write_file(&building.join(LEARNT), &content.learnt)?;
    let text = toml::to_string(&Stamp::new(hash, files)).map_err(|error| IndexError::Damaged {
        path: building.to_owned(),
        reason: format!("its stamp cannot be written: {error}"),
    })?;
    write_file(&building.join(STAMP), text.as_bytes())
}

/// Removes what other builds left behind: half-written folders, older indexes, a damaged one in our
/// place. Only names that this module gives; whoever points `--index` at the wrong folder loses
/// nothing. Called under the lock, so nobody is building.
fn clear(root: &Path, folder: &Path) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if (name.starts_with(IN_PROGRESS) || is_index_name(&name))
            && let Err(error) = remove(&entry.path())
        {
            warn!(folder = %entry.path().display(), %error, "an old index cannot be removed");
        }
    }
    debug_assert!(
        !folder.exists()
            || is_index_name(&folder.file_name().unwrap_or_default().to_string_lossy())
    );
}

/// Removes a folder, or a file that stands where a folder should.
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

/// Writes a file and waits until the disk has it, so that a rename never makes a promise that the
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

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

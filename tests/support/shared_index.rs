//! One search index for all tests over the same FAQ, kept under the target folder.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The folder of the index for the FAQ in `faq`, named after a hash of all its files.
pub fn shared_index(faq: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    hash_folder(faq, &mut hasher);
    let name = format!("index-{:016x}", hasher.finish());
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn hash_folder(folder: &Path, hasher: &mut DefaultHasher) {
    let entries = fs::read_dir(folder).expect("the FAQ can be read");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the FAQ can be read").path()).collect();
    paths.sort();
    for path in paths {
        path.hash(hasher);
        if path.is_dir() {
            hash_folder(&path, hasher);
        } else {
            fs::read(&path).expect("the FAQ can be read").hash(hasher);
        }
    }
}

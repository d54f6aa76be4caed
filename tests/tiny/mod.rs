//! A tiny FAQ about a made-up case, for tests.
//!
//! `faq/` next to this file breaks no rule. A test makes its own copy and changes that.

// Each test file uses only a part of this module.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use caseclerk::config::{Options, Settings};
use caseclerk::knowledge::{Knowledge, load};
use jiff::civil::{Date, date};
use tempfile::TempDir;

/// The date of the tests: no date in the tiny FAQ is too old or in the future.
pub const TODAY: Date = date(2026, 1, 20);

/// The folder of the tiny FAQ.
pub fn original() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tiny/faq")
}

/// A copy of the tiny FAQ, with a folder for its index beside it. Both are removed on drop.
pub struct Tiny {
    folder: TempDir,
}

impl Tiny {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        lay_over(&original(), &folder.path().join("faq"));
        Self { folder }
    }

    /// The folder that contains the FAQ and the index.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the FAQ.
    pub fn faq(&self) -> PathBuf {
        self.folder.path().join("faq")
    }

    /// The folder of the index, which is created on first use.
    pub fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    /// Writes a file of the FAQ, or replaces it.
    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.faq().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
        self
    }

    /// Replaces words in a file of the FAQ.
    pub fn edit(&self, file: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.faq().join(file)).expect("the file can be read");
        assert!(text.contains(from), "{file} does not hold {from:?}");
        self.write(file, text.replace(from, to))
    }

    /// The content, which must be free of errors.
    pub fn knowledge(&self) -> Knowledge {
        let loaded = load(&self.faq()).expect("the folder can be read");
        assert!(!loaded.has_errors(), "{:#?}", loaded.findings);
        loaded.knowledge.expect("a knowledge without errors is whole")
    }

    /// The shipped settings, pointed at this copy.
    pub fn settings(&self) -> Settings {
        let flag = |path: PathBuf| path.to_str().expect("a path in letters").to_owned();
        let flags = vec![
            ("knowledge.faq", "--faq", flag(self.faq())),
            ("knowledge.index", "--index", flag(self.index())),
        ];
        let options = Options::collect(None, std::iter::empty(), flags)
            .expect("the shipped options are right");
        Settings::from_options(&options).expect("the shipped options are right")
    }
}

/// Copies every file of a folder over another.
pub fn lay_over(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            lay_over(&source, &target);
        } else {
            fs::copy(&source, &target).expect("the file can be copied");
        }
    }
}

//! Question sets: questions with their right answers.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::knowledge::{EntryId, Library};

/// The topic of questions that are out of scope and must not be answered.
pub const OUT: &str = "OUT";

/// A question with its right answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Truth {
    pub q: String,
    /// The topics or entry ids whose answers are right; only [`OUT`] if none is.
    pub topics: Vec<String>,
    /// How the question is asked: plain, chat, typo, …
    pub style: String,
    /// The name of the file, without its extension.
    #[serde(skip)]
    pub set: String,
}

#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    #[error("cannot read {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{} is not a list of [[questions]]", path.display())]
    Malformed { path: PathBuf, source: toml::de::Error },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TruthFile {
    questions: Vec<Truth>,
}

impl Truth {
    /// Whether the question is out of scope.
    pub fn is_out(&self) -> bool {
        self.topics == [OUT]
    }

    /// The topic of the first label; `None` if the question is out of scope.
    pub fn topic(&self) -> Option<&str> {
        let first = self.topics.first().filter(|_| !self.is_out())?;
        Some(first.split('/').next().unwrap_or(first))
    }

    /// Whether an entry is an acceptable answer. An out-of-scope question may still get an answer
    /// that claims nothing about the case.
    pub fn accepts(&self, entry: &EntryId, library: &Library) -> bool {
        let topic = entry.topic();
        if self.is_out() {
            return library.claims_nothing(&topic);
        }
        self.topics.iter().any(|name| *name == topic.as_str() || *name == entry.as_str())
    }
}

/// Reads every `.toml` file of questions in a folder, in order of name.
pub fn read_sets(folder: &Path) -> Result<Vec<Truth>, TruthError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        |source| TruthError::Unreadable { path, source }
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        files.push(entry.map_err(unreadable(folder))?.path());
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut truths = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
        let file: TruthFile = toml::from_str(&text)
            .map_err(|source| TruthError::Malformed { path: path.clone(), source })?;
        let set = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        truths.extend(file.questions.into_iter().map(|truth| Truth { set: set.clone(), ..truth }));
    }
    Ok(truths)
}

//! The git checkout in which the FAQ may lie. It is asked by means of the operator's `git`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder in a git checkout.
pub(super) struct Checkout {
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum GitError {
    #[error("the program git cannot be started: {0}")]
    NotStarted(io::Error),
    /// What git said.
    #[error("{0}")]
    Refused(String),
}

impl Checkout {
    /// The checkout that holds this folder, if one does. The path must be free of links.
    pub fn of(folder: &Path) -> Option<Self> {
        let is_in_checkout = folder.ancestors().any(|folder| folder.join(".git").exists());
        is_in_checkout.then(|| Self { folder: folder.to_owned() })
    }

    /// Those of the files that are not as they were last committed, or that git does not track.
    pub fn uncommitted(&self, files: &[PathBuf]) -> Result<Vec<String>, GitError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let status = ["status", "--porcelain", "-z", "--untracked-files=all", "--ignored", "--"];
        let output = self.git(&status, files, "")?;
        // Each record is a status of two letters, a space, and the path.
        let records = String::from_utf8_lossy(&output.stdout).into_owned();
        let paths = records.split('\0').filter_map(|record| record.get(3..));
        Ok(paths.map(str::to_owned).collect())
    }

    /// Commits these files as they are now, and nothing else that is staged.
    pub fn commit(&self, files: &[PathBuf], message: &str) -> Result<(), GitError> {
        self.git(&["commit", "--quiet", "--file=-", "--only", "--"], files, message).map(drop)
    }

    fn git(&self, arguments: &[&str], files: &[PathBuf], typed: &str) -> Result<Output, GitError> {
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.folder).arg("--literal-pathspecs").args(arguments).args(files);
        git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = git.spawn().map_err(GitError::NotStarted)?;
        if let Some(mut stdin) = child.stdin.take() {
            // If git ends before it has read everything, it says why.
            let _ = stdin.write_all(typed.as_bytes());
        }
        let output = child.wait_with_output().map_err(GitError::NotStarted)?;
        if output.status.success() {
            return Ok(output);
        }
        let said = [&output.stderr[..], &output.stdout].concat();
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        Err(GitError::Refused(match said.is_empty() {
            true => format!("git ended with {}", output.status),
            false => format!("git says: {said}"),
        }))
    }
}

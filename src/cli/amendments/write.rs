//! `caseclerk amendments write`: puts what moderators taught into the files of the FAQ.
//!
//! It changes nothing in the store. A bot that has not loaded the files again, or that has other
//! files, goes on serving the amendments from there, and a bot whose files hold one ignores it. So
//! nothing is lost, whenever the program is killed.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use caseclerk::config::Settings;
use caseclerk::knowledge::{
    Amendment, Change, Edit, Finding, Library, Loaded, Severity, edits, file_of, leave_out_broken,
    load, load_edited,
};
use caseclerk::lint;
use caseclerk::responder::ResponderError;
use tempfile::NamedTempFile;

use super::git::{Checkout, GitError};
use super::{Exit, WriteArguments, line};

/// What becomes of the amendments.
#[derive(Default)]
struct Plan {
    to_write: Vec<Amendment>,
    in_files: Vec<Amendment>,
    not_for_files: Vec<Amendment>,
    /// Phrasings of answers that are gone.
    without_answer: Vec<Amendment>,
    /// With what is wrong with the files then.
    broken: Vec<(Amendment, Finding)>,
}

impl Plan {
    /// `library` is the content of the files in `faq`.
    fn new(amendments: Vec<Amendment>, faq: &Path, library: &Library) -> Self {
        let mut plan = Self::default();
        for amendment in amendments {
            let list = match &amendment.change {
                Change::Hold { .. } | Change::Checked { .. } => &mut plan.not_for_files,
                change if library.contains(change) => &mut plan.in_files,
                Change::Phrasing { entry, .. } if library.entry(entry.as_str()).is_none() => {
                    &mut plan.without_answer
                }
                _ => &mut plan.to_write,
            };
            list.push(amendment);
        }
        (plan.to_write, plan.broken) =
            leave_out_broken(plan.to_write, |amendments| match edits(faq, amendments) {
                Ok(edits) => errors(&load_edited(faq, &edits)),
                Err(finding) => vec![finding],
            });
        plan
    }

    fn exit(&self) -> Exit {
        match self.without_answer.is_empty() && self.broken.is_empty() {
            true => Exit::Success,
            false => Exit::Findings,
        }
    }

    fn print(&self, out: &mut impl Write, files: &[&str]) -> io::Result<()> {
        match files {
            [] => writeln!(out, "There is nothing to write.")?,
            files => writeln!(out, "Written into {}:", files.join(", "))?,
        }
        print(out, &self.to_write)?;
        if !self.without_answer.is_empty() {
            writeln!(out, "Not written, because the answer is gone; put it back, or drop these:")?;
            print(out, &self.without_answer)?;
        }
        for (amendment, finding) in &self.broken {
            writeln!(out, "Not written, because it breaks a rule; correct that, or drop it:")?;
            print(out, slice::from_ref(amendment))?;
            writeln!(out, "{finding}")?;
        }
        if !self.not_for_files.is_empty() {
            let count = self.not_for_files.len();
            writeln!(out, "Holds and checks of the status, which stay in the store: {count}.")?;
        }
        if !self.in_files.is_empty() {
            writeln!(
                out,
                "In the files already: {}. When every running bot has loaded these files, \
                 `caseclerk amendments drop --written` takes them out of the store.",
                self.in_files.len()
            )?;
        }
        Ok(())
    }
}

pub(super) fn run(
    arguments: &WriteArguments,
    settings: &Settings,
    amendments: Vec<Amendment>,
) -> anyhow::Result<Exit> {
    let library = library_without_errors(&settings.faq)?;
    let faq = settings.faq.canonicalize().context("the folder of the FAQ is gone")?;
    let plan = Plan::new(amendments, &faq, &library);
    let edits = edits(&faq, &plan.to_write).map_err(|finding| anyhow!("{finding}"))?;
    let files: Vec<&str> = edits.iter().map(|edit| edit.file.as_str()).collect();
    let paths = real_paths(&faq, &files)?;
    let checkout = if arguments.no_commit { None } else { Checkout::of(&faq) };
    if let Some(checkout) = &checkout {
        refuse_other_changes(checkout, &paths)?;
    }
    replace(&edits, &paths)?;
    // Before anything is printed, because a closed pipe ends the program.
    let to_commit = checkout.as_ref().filter(|_| !paths.is_empty());
    let committed = to_commit.map(|checkout| checkout.commit(&paths, &message(&plan.to_write)));

    let mut out = io::stdout().lock();
    plan.print(&mut out, &files)?;
    match &committed {
        Some(Ok(())) => writeln!(out, "Committed; `git show` shows it.")?,
        Some(Err(error)) => writeln!(
            out,
            "The files are changed, but not committed: {error}\n\
             Commit them yourself when that is solved."
        )?,
        None => {}
    }
    if let Some(checkout) = &checkout {
        print_uncommitted(&mut out, checkout, &faq, &plan.in_files)?;
    }
    if !edits.is_empty() {
        writeln!(out, "The bot serves them from the store until it has loaded the files again.")?;
    }
    Ok(match committed {
        Some(Err(_)) => Exit::Findings,
        _ => plan.exit(),
    })
}

fn library_without_errors(faq: &Path) -> anyhow::Result<Arc<Library>> {
    let loaded = load(faq)?;
    let found = errors(&loaded);
    match loaded.knowledge {
        Some(knowledge) if found.is_empty() => Ok(knowledge.library),
        _ => Err(ResponderError::Findings(found).into()),
    }
}

/// What keeps the content from being served, as `caseclerk lint` reports it.
fn errors(loaded: &Loaded) -> Vec<Finding> {
    let of_rules = loaded.knowledge.as_ref().map(lint::errors).unwrap_or_default();
    let found = loaded.findings.iter().cloned().chain(of_rules);
    found.filter(|finding| finding.severity == Severity::Error).collect()
}

/// Where the files are, without links: a link is not replaced, and git does not look behind one.
fn real_paths(faq: &Path, files: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let real_path = |file: &&str| {
        let path = faq.join(file);
        path.canonicalize().with_context(|| format!("cannot read {}", path.display()))
    };
    files.iter().map(real_path).collect()
}

fn refuse_other_changes(checkout: &Checkout, paths: &[PathBuf]) -> anyhow::Result<()> {
    match checkout.uncommitted(paths) {
        Ok(changed) if changed.is_empty() => Ok(()),
        Ok(changed) => bail!(
            "nothing was written, because git has no commit of these files as they are now: {}; \
             commit them first, or use --no-commit",
            changed.join(", ")
        ),
        // The commit fails for the same reason, and the operator is told what to do.
        Err(GitError::NotStarted(_)) => Ok(()),
        Err(error) => {
            Err(error).context("nothing was written; with --no-commit, git is not needed")
        }
    }
}

/// Replaces the files. Each is whole at any moment. If one cannot be written, none is replaced.
fn replace(edits: &[Edit], paths: &[PathBuf]) -> anyhow::Result<()> {
    let cannot = |path: &Path| format!("nothing was written: cannot replace {}", path.display());
    let mut ready = Vec::new();
    for (edit, path) in edits.iter().zip(paths) {
        ready.push(replacement(path, &edit.after).with_context(|| cannot(path))?);
        if fs::read_to_string(path).with_context(|| cannot(path))? != edit.before {
            bail!("nothing was written: somebody changed {} just now; try again", path.display());
        }
    }
    for (file, path) in ready.into_iter().zip(paths) {
        file.persist(path).with_context(|| format!("cannot replace {}", path.display()))?;
    }
    Ok(())
}

/// A file beside another that is to take its place, with the same permissions.
fn replacement(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(path))?;
    file.write_all(text.as_bytes())?;
    let replaced = path.metadata()?;
    // Only root may give a file to its owner. For anybody else, they are the owner then.
    let _ = fchown(file.as_file(), Some(replaced.uid()), Some(replaced.gid()));
    file.as_file().set_permissions(replaced.permissions())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn print(out: &mut impl Write, amendments: &[Amendment]) -> io::Result<()> {
    amendments.iter().try_for_each(|amendment| writeln!(out, "  {}", line(amendment)))
}

/// The message of the commit: who changed what, and when.
fn message(written: &[Amendment]) -> String {
    let lines = written.iter().map(line).collect::<Vec<_>>().join("\n");
    format!("Write what moderators taught into the FAQ\n\n{lines}\n")
}

/// Names the files that an earlier run wrote and did not commit, perhaps because it was killed.
fn print_uncommitted(
    out: &mut impl Write,
    checkout: &Checkout,
    faq: &Path,
    in_files: &[Amendment],
) -> anyhow::Result<()> {
    let files: BTreeSet<String> =
        in_files.iter().filter_map(|amendment| file_of(&amendment.change)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    // It is only a reminder, so nothing depends on it.
    let uncommitted = checkout.uncommitted(&real_paths(faq, &files)?).unwrap_or_default();
    if !uncommitted.is_empty() {
        let files = uncommitted.join(", ");
        writeln!(out, "These hold amendments and are not committed: {files}")?;
    }
    Ok(())
}

//! `caseclerk new`: writes a small FAQ about a made-up case, to start another case from.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use jiff::civil::Date;

use super::Exit;

#[derive(Debug, Args)]
pub struct NewArguments {
    /// The folder to write the FAQ into; it must not exist yet, or be empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// The placeholder in the templates for today's date.
const TODAY: &str = "TODAY";

macro_rules! templates {
    ($($file:literal)*) => { &[$(($file, include_str!(concat!("new/faq/", $file)))),*] };
}

const FILES: &[(&str, &str)] = templates! {
    "README.md"
    "case.toml"
    "voice.toml"
    "topics.toml"
    "sources.toml"
    "quotations.toml"
    "conflicts.toml"
    "timeline.toml"
    "house-style.toml"
    "synonyms.toml"
    "elsewhere.toml"
    "guards.toml"
    "languages.toml"
    "answers/status/is-it-over.md"
    "answers/claims/what-is-it-about.md"
    "answers/bot-help/what-can-you-do.md"
};

/// Distress sounds the same whatever the case is.
const DISTRESS: (&str, &str) = ("distress.toml", include_str!("../../faq/distress.toml"));

pub fn run(arguments: &NewArguments, today: Date) -> anyhow::Result<Exit> {
    let folder = &arguments.folder;
    let shown = folder.display();
    if !is_empty(folder).with_context(|| format!("cannot read {shown}"))? {
        bail!("{shown} is not empty; name a folder that is empty or does not exist yet");
    }
    for (file, text) in FILES.iter().chain([&DISTRESS]) {
        let path = folder.join(file);
        write(&path, &text.replace(TODAY, &today.to_string()))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    writeln!(
        std::io::stdout(),
        "Wrote a FAQ about a made-up case to {shown}. What to do next:\n\
         1. Replace the case with yours, beginning with case.toml; {shown}/README.md explains how.\n\
         2. Run `caseclerk lint --faq {shown}`, which names every mistake and what to do.\n\
         3. Run `caseclerk chat --faq {shown}` and ask."
    )?;
    Ok(Exit::Success)
}

fn is_empty(folder: &Path) -> std::io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut files) => Ok(files.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

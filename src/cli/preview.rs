//! `caseclerk preview`: shows replies as a phone shows them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use caseclerk::ask::{Ask, Query};
use caseclerk::config::Settings;
use caseclerk::discord::preview::{Exhibit, Figures, Height, Tour, page};
use caseclerk::reply::write_json;
use caseclerk::responder::Responder;
use clap::Args;
use jiff::civil::Date;

use super::{Exit, today};

#[derive(Debug, Args)]
pub struct PreviewArguments {
    /// The answers, such as status/is-it-over, or whole topics, such as status
    #[arg(value_name = "ANSWER", required_unless_present_any = ["all", "tour"])]
    entries: Vec<String>,
    /// All answers, and the first page of each command
    #[arg(long)]
    all: bool,
    /// The screens of the moderators' desk instead: a file with sample data and steps, such as
    /// docs/moderators/tour.toml
    #[arg(long, value_name = "FILE", conflicts_with_all = ["entries", "all"])]
    tour: Option<PathBuf>,
    /// The folder to write index.html into
    #[arg(long, value_name = "DIR", default_value = "preview")]
    out: PathBuf,
    /// Measure the page in a browser without a window, and print how much of a screen the replies
    /// fill
    #[arg(long)]
    measure: bool,
    /// Print what was measured as one JSON object
    #[arg(long, requires = "measure")]
    json: bool,
    /// The browser for --measure
    #[arg(long, value_name = "PROGRAM", env = "CASECLERK_BROWSER", default_value = "chromium")]
    browser: String,
}

pub fn run(arguments: &PreviewArguments, settings: &Settings, today: Date) -> anyhow::Result<Exit> {
    let exhibits = match &arguments.tour {
        Some(file) => tour(file, settings)?,
        None => replies(arguments, settings, today)?,
    };
    let path = arguments.out.join("index.html");
    write(&path, page(&exhibits))?;
    for (name, picture) in exhibits.iter().filter_map(Exhibit::picture) {
        write(&arguments.out.join(name), picture)?;
    }
    let mut out = std::io::stdout().lock();
    if !arguments.json {
        writeln!(out, "Wrote {}; open it in a browser.", path.display())?;
    }
    if arguments.measure {
        let figures = measure(&path, &arguments.browser)?;
        match arguments.json {
            true => write_json(&mut out, &figures)?,
            false => print_figures(&mut out, &figures)?,
        }
    }
    Ok(Exit::Success)
}

fn replies(
    arguments: &PreviewArguments,
    settings: &Settings,
    today: Date,
) -> anyhow::Result<Vec<Exhibit>> {
    let responder = Responder::open(settings)?;
    let entries = match arguments.all {
        true => responder.vetted_entries(),
        false => super::chosen_entries(&responder, &arguments.entries)?,
    };
    let ask = |query| Ok::<_, anyhow::Error>(responder.respond(&Ask { query, today })?.reply);
    let mut exhibits = Vec::new();
    if arguments.all {
        for command in responder.commands().list.iter().filter(|command| command.words.is_none()) {
            exhibits.push(Exhibit::of_page(&command.name, &ask(command.query(""))?));
        }
    }
    for entry in &entries {
        exhibits.push(Exhibit::of_answer(entry.as_str(), &ask(Query::Entry(entry.clone()))?));
    }
    Ok(exhibits)
}

/// The screens of the moderators' desk. What the moderator of the tour changes is in a temporary
/// folder.
fn tour(file: &Path, settings: &Settings) -> anyhow::Result<Vec<Exhibit>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let tour: Tour = toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
    let folder = tempfile::tempdir()?;
    let (faq, index) = (folder.path().join("faq"), folder.path().join("index"));
    copy(&settings.faq, &faq).with_context(|| format!("cannot copy {}", settings.faq.display()))?;
    // Without an index, one is built.
    let _ = copy(&settings.index, &index);
    let settings = Settings { faq: faq.clone(), index, ..settings.clone() };
    let responder = Responder::open(&settings)?;
    let store = folder.path().join("desk.db").display().to_string();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(tour.take(responder, settings.privacy, &faq, &store, today))?)
}

/// Copies a folder.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to)?,
            false => fs::copy(entry.path(), to).map(drop)?,
        }
    }
    Ok(())
}

fn write(path: &Path, contents: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(path, contents));
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Opens the page in the browser, and reads what its script has measured.
fn measure(page: &Path, browser: &str) -> anyhow::Result<Figures> {
    let page = page.canonicalize()?;
    // The profile is a new one, so that no open window of the browser takes the page over. The page
    // is our own and opens nothing else, so it needs no sandbox, which containers often lack.
    let profile = std::env::temp_dir().join(format!("caseclerk-preview-{}", std::process::id()));
    let dumped = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(["--window-size=1800,844", "--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("file://{}", page.display()))
        .stderr(Stdio::null())
        .output();
    // A profile that stays behind is in a temporary folder.
    let _ = fs::remove_dir_all(&profile);
    let dumped = dumped.with_context(|| {
        format!("cannot start the browser `{browser}`; name one with --browser, such as chromium")
    })?;
    match Figures::read(&String::from_utf8_lossy(&dumped.stdout)) {
        Some(figures) => Ok(figures),
        None => bail!("the browser `{browser}` did not lay the page out ({})", dumped.status),
    }
}

fn print_figures(out: &mut impl Write, figures: &Figures) -> std::io::Result<()> {
    let Figures { answers, fit, median, tallest, tall, hidden, pages } = figures;
    if *answers > 0 {
        writeln!(
            out,
            "{fit} of {answers} answers fit on one screen; median {median:.2}, tallest \
             {tallest:.2} screens."
        )?;
        for Height { name, screens } in tall {
            writeln!(out, "  {screens:.2} {name}")?;
        }
        writeln!(out, "The beginning is not visible on arrival in {}.", hidden.len())?;
        for name in hidden {
            writeln!(out, "  {name}")?;
        }
    }
    for Height { name, screens } in pages {
        writeln!(out, "{name}: {screens:.2} screens")?;
    }
    Ok(())
}

//! `caseclerk doctor`: checks everything that the bot needs, and says what to do.

use std::io::{self, Write};

use anyhow::Context;
use caseclerk::config::{Options, Origin, Settings};
use caseclerk::discord::diagnosis::{Check, State, examine};
use caseclerk::discord::gateway::RunError;
use caseclerk::knowledge::{Amendment, Finding, Severity, load};
use caseclerk::responder::{Responder, setup};
use caseclerk::store::{Condition, Store, StoreError};
use caseclerk::watch::WatchedCase;
use clap::Args;
use jiff::civil::Date;

use super::run::court_listener;
use super::{Exit, lint};

#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Do not use the network: leave Discord out, and a Postgres store
    #[arg(long)]
    offline: bool,
}

/// `date` is the day as of which to check the content; see `caseclerk lint`.
pub fn run(
    arguments: &DoctorArguments,
    options: &Options,
    settings: &Settings,
    date: Option<Date>,
    now: Date,
) -> anyhow::Result<Exit> {
    let runtime = super::runtime()?;
    let mut report = Report::default();
    runtime.block_on(async {
        report.add(configuration(options));
        let content = content(settings, date, now);
        let is_readable = content.state != State::Failed;
        report.add(content);
        let (store, amendments) = store(settings, arguments.offline).await;
        if is_readable {
            report.add(matcher(settings, amendments, now));
        }
        report.add(store);
        report.add(web(settings));
        if settings.watch.docket {
            report.add(docket(settings, arguments.offline).await);
        }
        match settings.discord.token.read() {
            Err(error) => report.add(Check::failed("token", error)),
            Ok(None) => report.add(Check::failed("token", RunError::NoToken)),
            Ok(Some(_)) if arguments.offline => {
                report.add(Check::ok("token", "it has the form of one"));
            }
            Ok(Some(token)) => {
                let (discord, servers) = (&settings.discord, &settings.servers);
                examine(discord, servers, &token, &mut |check| report.add(check)).await;
            }
        }
    });
    // A name may still be looked up that nobody waits for any more.
    runtime.shutdown_background();
    report.end()
}

/// Prints each check when it is made, because some take a while.
#[derive(Default)]
struct Report {
    warnings: usize,
    failures: usize,
    error: Option<io::Error>,
}

impl Report {
    fn add(&mut self, check: Check) {
        let state = match check.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Failed => "failed",
        };
        self.warnings += usize::from(check.state == State::Warning);
        self.failures += usize::from(check.state == State::Failed);
        let text = check.text.lines().collect::<Vec<_>>().join(" ");
        self.print(&format!("{state:<8} {}: {text}", check.subject));
    }

    fn print(&mut self, line: &str) {
        if let Err(error) = writeln!(io::stdout(), "{line}") {
            self.error.get_or_insert(error);
        }
    }

    fn end(mut self) -> anyhow::Result<Exit> {
        let Self { warnings, failures, .. } = self;
        self.print(&match (failures, warnings) {
            (0, 0) => "All is well.".to_owned(),
            _ => format!("Failed: {failures}, warnings: {warnings}."),
        });
        match self.error {
            Some(error) => Err(error).context("cannot print"),
            None if failures > 0 => Ok(Exit::Findings),
            None => Ok(Exit::Success),
        }
    }
}

/// That the options can be understood is known already, otherwise no command runs.
fn configuration(options: &Options) -> Check {
    let subject = "configuration";
    let ignored = options.ignored_variables();
    if !ignored.is_empty() {
        let text = format!("the environment has what is not an option: {}", ignored.join(", "));
        return Check::warning(subject, text);
    }
    let file = options.iter().find_map(|(_, option)| match &option.origin {
        Origin::File { path, .. } => Some(path.display().to_string()),
        _ => None,
    });
    Check::ok(subject, file.unwrap_or_else(|| "no file sets an option".to_owned()))
}

fn content(settings: &Settings, date: Option<Date>, now: Date) -> Check {
    let subject = "content";
    let loaded = match lint::checked(settings, date, now) {
        Ok(loaded) => loaded,
        Err(error) => return Check::failed(subject, error),
    };
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let errors: Vec<&Finding> = loaded.findings.iter().filter(is_error).collect();
    let warnings = loaded.findings.len() - errors.len();
    if let Some(Finding { file, line, message, .. }) = errors.first() {
        let text = format!(
            "errors: {}. The first is in {file}:{line}: {message} `caseclerk lint` shows all",
            errors.len()
        );
        return Check::failed(subject, text);
    }
    match (loaded.answers, warnings) {
        (0, _) => Check::failed(subject, format!("{} has no answers", settings.faq.display())),
        (answers, 0) => Check::ok(subject, format!("{answers} answers")),
        (answers, warnings) => {
            let text =
                format!("{answers} answers, warnings: {warnings}; `caseclerk lint` shows them");
            Check::warning(subject, text)
        }
    }
}

/// The matcher's files and its index.
fn matcher(settings: &Settings, amendments: Vec<Amendment>, today: Date) -> Check {
    let setup = match setup(settings, &settings.faq) {
        Ok(setup) => setup,
        Err(error) => return Check::failed("matcher", format!("{:#}", anyhow::Error::from(error))),
    };
    if let (Some(vectors), None) = (&settings.vectors, &setup.table) {
        let text = format!("{} cannot be used, so it understands less", vectors.display());
        return Check::warning("matcher", text);
    }
    match Responder::is_indexed(settings, &setup, amendments, today) {
        Ok(true) => Check::ok("index", "it is up to date"),
        Ok(false) => Check::ok(
            "index",
            "it will be built at the next start, which takes a while; `caseclerk index` builds it",
        ),
        Err(error) => Check::failed("index", error),
    }
}

/// The listener. A running bot uses the port, so it is not tried.
fn web(settings: &Settings) -> Check {
    let subject = "web";
    let pages = settings.web.public_url.as_ref().map(|url| format!("; pages: {url}"));
    let takes_interactions = settings.discord.public_key.is_some();
    match settings.web.listen {
        Some(address) => {
            let interactions =
                if takes_interactions { "; Discord may use /interactions" } else { "" };
            let pages = pages.unwrap_or_default();
            Check::ok(subject, format!("it listens on {address}{interactions}{pages}"))
        }
        None if takes_interactions || pages.is_some() => Check::warning(
            subject,
            "web.listen is empty, so /interactions and the pages are only there if another process \
             serves them",
        ),
        None => Check::ok(subject, "web.listen is empty: it does not listen"),
    }
}

/// The token and the way to CourtListener.
async fn docket(settings: &Settings, is_offline: bool) -> Check {
    let subject = "docket";
    let api = match court_listener(settings) {
        Ok(api) => api,
        Err(error) => return Check::failed(subject, format!("{error:#}")),
    };
    if is_offline {
        return Check::ok(subject, "the token for CourtListener has the form of one");
    }
    // What is wrong with the content was said before.
    let Some(knowledge) = load(&settings.faq).ok().and_then(|loaded| loaded.knowledge) else {
        return Check::warning(subject, "CourtListener was not asked, because of the content");
    };
    let case = &knowledge.case_file.case;
    match api.finds(&WatchedCase::new(case)).await {
        Err(trouble) => Check::failed(subject, trouble),
        Ok(_) if case.courtlistener.is_none() => {
            let text = "CourtListener takes the token; but case.toml has no [courtlistener], so \
                        dockets are looked for by the full names of the parties, and few have those";
            Check::warning(subject, text)
        }
        Ok(true) => Check::ok(subject, "CourtListener takes the token, and has the docket"),
        Ok(false) => {
            let text = format!(
                "CourtListener takes the token, but has no docket {} of this court; check \
                 docket_number and [courtlistener] in case.toml",
                case.docket_number
            );
            Check::warning(subject, text)
        }
    }
}

/// Also returns what moderators have changed, if that can be read.
async fn store(settings: &Settings, is_offline: bool) -> (Check, Vec<Amendment>) {
    let Some(address) = &settings.store else {
        let text = "store.address is empty: moderators can only edit the files";
        return (Check::ok("store", text), Vec::new());
    };
    match Store::open(address.reveal()) {
        Ok(store) if is_offline && store.is_remote() => {
            (Check::ok("store", "a Postgres database; it was not asked"), Vec::new())
        }
        Ok(store) => match condition(&store).await {
            Ok((text, amendments)) => (Check::ok("store", text), amendments),
            Err(error) => (Check::failed("store", error), Vec::new()),
        },
        Err(error) => (Check::failed("store", format!("store.address: {error}")), Vec::new()),
    }
}

async fn condition(store: &Store) -> Result<(String, Vec<Amendment>), StoreError> {
    Ok(match store.condition().await? {
        Condition::New => ("the next start makes it".to_owned(), Vec::new()),
        Condition::Older { found, needed } => {
            let text = format!("the next start upgrades it from version {found} to {needed}");
            (text, Vec::new())
        }
        Condition::Current => ("it can be read and written".to_owned(), store.amendments().await?),
    })
}

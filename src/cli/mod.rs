//! The command line: one file for each subcommand. Errors become text and exit codes only here.

#[cfg(feature = "discord")]
mod amendments;
mod ask;
mod chat;
mod config;
#[cfg(feature = "discord")]
mod doctor;
mod eval;
#[cfg(feature = "discord")]
mod hangup;
#[cfg(feature = "discord")]
mod health;
mod index;
mod lint;
mod logging;
mod new;
#[cfg(feature = "discord")]
mod preview;
mod reach;
#[cfg(feature = "discord")]
mod run;
#[cfg(feature = "discord")]
mod store;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use caseclerk::config::{Options, Settings, own_variables};
use caseclerk::knowledge::{EntryId, Severity};
use caseclerk::reply::no_content;
use caseclerk::responder::{Responder, ResponderError};
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;
use tracing::warn;

/// Answers questions about one court case from a vetted FAQ. Every answer cites its sources and
/// says where the case stands. When no answer fits, Caseclerk says so.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Args)]
struct Global {
    /// The folder of the FAQ
    #[arg(long, global = true, value_name = "DIR")]
    faq: Option<String>,
    /// The folder of the search index
    #[arg(long, global = true, value_name = "DIR")]
    index: Option<String>,
    /// The configuration file (default: config.toml in this folder, if it exists)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer as if this were today's date; lint, without it, checks as of the last day on which
    /// anything was checked
    #[arg(long, global = true, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer one question, or a file of questions
    Ask(ask::AskArguments),
    /// Answer questions at a prompt
    Chat,
    /// Write a small FAQ about a made-up case into a folder, to start your own from
    New(new::NewArguments),
    /// Check the FAQ and report what is wrong with it
    Lint(lint::LintArguments),
    /// Tell how well each answer is found, where its questions lead instead, and what would help.
    /// Each phrasing is asked as if the FAQ did not have it
    Reach(reach::ReachArguments),
    /// Write a page that shows replies as a phone shows them, with the replies of their buttons
    #[cfg(feature = "discord")]
    Preview(preview::PreviewArguments),
    /// Build the search index unless it is up to date
    Index,
    /// Measure the matcher on question sets
    Eval(eval::EvalArguments),
    /// List, undo, or write into the files what moderators changed in Discord
    #[cfg(feature = "discord")]
    Amendments(amendments::AmendmentsArguments),
    /// Run the Discord bot. DISCORD_TOKEN must hold its token, or DISCORD_TOKEN_FILE must name a
    /// file that holds it
    #[cfg(feature = "discord")]
    Run,
    /// Check that a running bot is connected to Discord, by means of discord.heartbeat_file; without
    /// the gateway, that it answers at web.listen
    #[cfg(feature = "discord")]
    Health,
    /// Check everything that the bot needs (the FAQ, the store, the token, the way to Discord, the
    /// servers), and say what to do
    #[cfg(feature = "discord")]
    Doctor(doctor::DoctorArguments),
    /// Back up the store of the moderators' desk, or restore it
    #[cfg(feature = "discord")]
    Store(store::StoreArguments),
    /// Print every option, its value, and where the value comes from
    Config(config::ConfigArguments),
}

/// How the program ended. Each variant has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Success,
    /// The command ran and found something wrong: findings of lint, a bad line in a batch, changes
    /// between two runs of eval, a bot that is not connected, an amendment that cannot be written.
    Findings,
    CouldNotRun,
    /// Discord refused the token.
    #[cfg(feature = "discord")]
    TokenRefused,
    /// Discord refused the gateway intents.
    #[cfg(feature = "discord")]
    IntentsRefused,
    /// The application may not register commands in the operator's server.
    #[cfg(feature = "discord")]
    ScopeMissing,
    /// The connection to Discord is lost; a supervisor should restart the process.
    #[cfg(feature = "discord")]
    ConnectionDead,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => ExitCode::SUCCESS,
            Exit::Findings => ExitCode::from(1),
            Exit::CouldNotRun => ExitCode::from(2),
            #[cfg(feature = "discord")]
            Exit::TokenRefused => ExitCode::from(3),
            #[cfg(feature = "discord")]
            Exit::IntentsRefused => ExitCode::from(4),
            #[cfg(feature = "discord")]
            Exit::ScopeMissing => ExitCode::from(5),
            #[cfg(feature = "discord")]
            Exit::ConnectionDead => ExitCode::from(6),
        }
    }
}

/// The day where the program runs.
fn today() -> Date {
    jiff::Zoned::now().date()
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let options = arguments.global.options()?;
    let settings = Settings::from_options(&options)?;
    let log = logging::start(&settings, arguments.command.is_service())?;
    #[cfg(not(feature = "discord"))]
    drop(log);
    for name in options.ignored_variables() {
        warn!("the environment variable {name} is not an option of Caseclerk; it changes nothing");
    }
    let today = arguments.global.date.unwrap_or_else(today);
    match &arguments.command {
        Command::Ask(ask) => ask::run(ask, &settings, today),
        Command::Chat => chat::run(&settings, today),
        Command::New(new) => new::run(new, today),
        Command::Lint(lint) => lint::run(lint, &settings, arguments.global.date, today),
        Command::Reach(reach) => reach::run(reach, &settings),
        #[cfg(feature = "discord")]
        Command::Preview(preview) => preview::run(preview, &settings, today),
        Command::Index => index::run(&settings),
        Command::Eval(eval) => eval::run_eval(eval, &settings),
        #[cfg(feature = "discord")]
        Command::Amendments(amendments) => amendments::run(amendments, &settings),
        #[cfg(feature = "discord")]
        Command::Run => {
            let global = arguments.global.clone();
            run::run(&settings, hangup::Configuration { global, options, log })
        }
        #[cfg(feature = "discord")]
        Command::Health => health::run(&settings),
        #[cfg(feature = "discord")]
        Command::Doctor(doctor) => {
            doctor::run(doctor, &options, &settings, arguments.global.date, today)
        }
        #[cfg(feature = "discord")]
        Command::Store(store) => store::run(store, &settings),
        Command::Config(_) => config::run(&options),
    }
}

impl Command {
    /// Whether the command runs until it is stopped. Operators then only see its log.
    fn is_service(&self) -> bool {
        #[cfg(feature = "discord")]
        {
            matches!(self, Command::Run)
        }
        #[cfg(not(feature = "discord"))]
        {
            false
        }
    }
}

impl Global {
    fn options(&self) -> anyhow::Result<Options> {
        let flags =
            [("knowledge.faq", "--faq", &self.faq), ("knowledge.index", "--index", &self.index)];
        let flags =
            flags.into_iter().filter_map(|(key, flag, value)| Some((key, flag, value.clone()?)));
        let environment = own_variables(std::env::vars_os())?.into_iter();
        Ok(Options::collect(self.config.as_deref(), environment, flags.collect())?)
    }
}

/// The vetted answers with these ids, or of these topics.
fn chosen_entries(responder: &Responder, names: &[String]) -> anyhow::Result<Vec<EntryId>> {
    let all = responder.vetted_entries();
    let mut chosen: Vec<EntryId> = Vec::new();
    for name in names {
        let before = chosen.len();
        let is_named = |id: &&EntryId| id.as_str() == name || id.topic().as_str() == name;
        chosen.extend(all.iter().filter(is_named).cloned());
        if chosen.len() == before {
            bail!("there is no vetted answer or topic `{name}`; `caseclerk reach` lists all");
        }
    }
    Ok(chosen)
}

/// For a command that waits for a database or for the network.
#[cfg(feature = "discord")]
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    use anyhow::Context;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot start the asynchronous runtime")
}

/// Whether the error is a closed output pipe, which is not a failure: `caseclerk … | head`.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    io_errors.into_iter().any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Prints an error with its causes. For errors in the content, prints the findings.
pub fn report(error: &anyhow::Error) {
    let findings = error.chain().find_map(|cause| match cause.downcast_ref::<ResponderError>() {
        Some(ResponderError::Findings(findings)) => Some(findings),
        _ => None,
    });
    let mut text = String::new();
    if let Some(findings) = findings {
        let errors: Vec<_> =
            findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        text += &format!("{}\n\n", no_content(errors.len()));
        errors.iter().for_each(|finding| text += &format!("{finding}\n\n"));
        text += "Run `caseclerk lint` to see everything, warnings included.";
    } else {
        text += &format!("caseclerk: {error:#}");
    }
    // If standard error is closed, nobody is listening.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{text}\n").as_bytes());
}

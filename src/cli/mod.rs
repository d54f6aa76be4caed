//! One file for each subcommand. Only here is an error anything but a type: it becomes words and an
//! exit code.

mod ask;
mod chat;
mod config;
mod eval;
#[cfg(feature = "discord")]
mod health;
mod index;
mod lint;
mod new;
#[cfg(feature = "discord")]
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use caseclerk::config::{LogFormat, Options, Settings};
use caseclerk::knowledge::Severity;
use caseclerk::reply::no_content;
use caseclerk::responder::ResponderError;
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;
use tracing_subscriber::EnvFilter;

/// Answers questions about one court case from a vetted FAQ: with sources, with where the case
/// stands, and silent rather than wrong.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// The folder of the FAQ
    #[arg(long, global = true, value_name = "DIR")]
    faq: Option<String>,
    /// The folder of the search index
    #[arg(long, global = true, value_name = "DIR")]
    index: Option<String>,
    /// The configuration file (config.toml here, if there is one)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer as if today were this day
    #[arg(long, global = true, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer one question, or a file of them
    Ask(ask::AskArguments),
    /// Ask in a conversation at a prompt
    Chat,
    /// Write a small FAQ about a made-up case into a folder, to start your own from
    New(new::NewArguments),
    /// Check the FAQ and say what is wrong with it
    Lint(lint::LintArguments),
    /// Build the search index, if it is not up to date
    Index,
    /// Measure the matcher on sets of questions
    Eval(eval::EvalArguments),
    /// Be in Discord: needs a token in DISCORD_TOKEN, or the name of a file with it in
    /// DISCORD_TOKEN_FILE
    #[cfg(feature = "discord")]
    Run,
    /// Say whether the bot that runs beside this is in touch with Discord, by
    /// discord.heartbeat_file
    #[cfg(feature = "discord")]
    Health,
    /// Show the configuration
    Config(config::ConfigArguments),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Well,
    /// Something was found.
    Findings,
    /// It could not run.
    CouldNotRun,
    /// Discord does not know the token.
    #[cfg(feature = "discord")]
    TokenRefused,
    /// Discord does not grant the intents.
    #[cfg(feature = "discord")]
    IntentsRefused,
    /// The application may not have commands where it should.
    #[cfg(feature = "discord")]
    ScopeMissing,
    /// The connection to Discord died; whatever supervises the process starts it again.
    #[cfg(feature = "discord")]
    GatewayDead,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Well => ExitCode::SUCCESS,
            Exit::Findings => ExitCode::from(1),
            Exit::CouldNotRun => ExitCode::from(2),
            #[cfg(feature = "discord")]
            Exit::TokenRefused => ExitCode::from(3),
            #[cfg(feature = "discord")]
            Exit::IntentsRefused => ExitCode::from(4),
            #[cfg(feature = "discord")]
            Exit::ScopeMissing => ExitCode::from(5),
            #[cfg(feature = "discord")]
            Exit::GatewayDead => ExitCode::from(6),
        }
    }
}

/// Runs the command that was typed.
pub fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let options = arguments.global.options()?;
    let settings = Settings::from_options(&options)?;
    start_logging(&settings, arguments.command.is_service())?;
    let today = arguments.global.date.unwrap_or_else(|| jiff::Zoned::now().date());
    match &arguments.command {
        Command::Ask(ask) => ask::run(ask, &settings, today),
        Command::Chat => chat::run(&settings, today),
        Command::New(new) => new::run(new, today),
        Command::Lint(lint) => lint::run(lint, &settings, today),
        Command::Index => index::run(&settings),
        Command::Eval(eval) => eval::run_eval(eval, &settings),
        #[cfg(feature = "discord")]
        Command::Run => run::run(&settings),
        #[cfg(feature = "discord")]
        Command::Health => health::run(&settings),
        Command::Config(config) => config::run(config, &options),
    }
}

impl Command {
    /// Whether it goes on until it is stopped, so that its log is what an operator sees of it.
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
        // Variables that are not text cannot be ours.
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Ok(Options::collect(self.config.as_deref(), environment, flags.collect())?)
    }
}

/// What libraries would log of what passes through them: the words of messages, and addresses with
/// tokens in them. Whatever the operator asks for, these are not written.
const NEVER: &[&str] = &[
    "serenity=error",
    "tungstenite=off",
    "tokio_tungstenite=off",
    "reqwest=off",
    "hyper=off",
    "hyper_util=off",
    "h2=off",
];

fn start_logging(settings: &Settings, is_service: bool) -> anyhow::Result<()> {
    let filter = if is_service && settings.log_filter_is_default {
        "info,tantivy=warn"
    } else {
        &settings.log_filter
    };
    let mut filter = EnvFilter::try_new(filter)
        .with_context(|| format!("log.filter: \"{filter}\" is not a filter"))?;
    for directive in NEVER {
        filter = filter.add_directive(directive.parse().context("a fixed filter")?);
    }
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// Whether the reader of our output has gone, which is no fault: `caseclerk … | head`.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    io_errors.into_iter().any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Tells the operator what went wrong, with its causes; for mistakes in the content, what and where
/// they are.
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
        text += "`caseclerk lint` shows everything, warnings too.";
    } else {
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        text += &format!("caseclerk: {}", causes.join(": "));
    }
    // If nobody reads standard error, there is nobody to tell.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{text}\n").as_bytes());
}

//! Sets up the log, and the bars that show how far something is.

use std::io::IsTerminal;

use anyhow::Context;
use caseclerk::config::{LogFormat, Settings};
use caseclerk::progress;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_indicatif::IndicatifLayer;
use tracing_indicatif::style::ProgressStyle;
use tracing_subscriber::filter::{EnvFilter, FilterExt, FilterFn, filter_fn};
use tracing_subscriber::layer::{self, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Libraries that log the text of messages, ids of members, and the token. They stay silent, or log
/// errors only, whatever the operator's filter says.
const CAPPED: &[(&str, Option<Level>)] = &[
    ("serenity", Some(Level::ERROR)),
    ("tungstenite", None),
    ("tokio_tungstenite", None),
    ("reqwest", None),
    ("hyper", None),
    ("hyper_util", None),
    ("h2", None),
    ("rustls", None),
    ("tokio_rustls", None),
];

/// Starts logging to standard error. A service logs more than a command, unless the operator has
/// set a filter.
pub fn start(settings: &Settings, is_service: bool) -> anyhow::Result<()> {
    let filter = if is_service && settings.log_filter_is_default {
        "info,tantivy=warn"
    } else {
        &settings.log_filter
    };
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("log.filter: {filter:?} is not a log filter"))?;
    let with_bars = std::io::stderr().is_terminal() && !is_service;
    // Where there are no bars, a line says what takes so long, even if the log is for warnings only.
    let is_progress = filter_fn(|metadata| metadata.target() == progress::TARGET);
    let filter = match with_bars {
        true => filter.and(is_progress.clone().not()).boxed(),
        false if settings.log_filter_is_default => filter.or(is_progress.clone()).boxed(),
        false => FilterExt::boxed(filter),
    };
    let bars = with_bars.then(|| {
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} %");
        IndicatifLayer::new().with_progress_style(style.expect("a constant template is valid"))
    });
    // A line that cannot be written is lost, and nothing else: the reader of the log may be gone.
    let lines = tracing_subscriber::fmt::layer().log_internal_errors(false);
    let lines = match (&bars, settings.log_format) {
        (Some(bars), LogFormat::Text) => {
            lines.with_ansi(false).with_writer(bars.get_stderr_writer()).boxed()
        }
        (None, LogFormat::Text) => lines.with_ansi(false).with_writer(std::io::stderr).boxed(),
        (_, LogFormat::Json) => lines.json().with_writer(std::io::stderr).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter.and(capped())))
        .with(bars.map(|bars| bars.with_filter(is_progress)))
        .with(Listener)
        .init();
    Ok(())
}

/// Passes on what serenity logs and otherwise keeps to itself.
struct Listener;

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: layer::Context<'_, S>) {
        #[cfg(feature = "discord")]
        caseclerk::discord::connection::note_log_line(event.metadata());
        #[cfg(not(feature = "discord"))]
        let _ = event;
    }
}

fn capped() -> FilterFn<fn(&Metadata<'_>) -> bool> {
    FilterFn::new(|metadata| {
        let crate_name = metadata.target().split("::").next().unwrap_or_default();
        let cap = CAPPED.iter().find(|(name, _)| *name == crate_name);
        cap.is_none_or(|(_, cap)| cap.is_some_and(|cap| *metadata.level() <= cap))
    })
}

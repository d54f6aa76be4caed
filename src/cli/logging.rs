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
use tracing_subscriber::{Registry, reload};

/// The only libraries that are heard in the log, each up to this level, whatever the operator's filter
/// says. Others log the text of messages, what somebody types at a prompt, ids of members, or the token;
/// a list of these would miss the next one that a dependency brings.
const HEARD: [(&str, Level); 7] = [
    ("caseclerk", Level::TRACE),
    ("tantivy", Level::TRACE),
    ("measure_time", Level::TRACE),
    // Statements without the values in them.
    ("sqlx", Level::TRACE),
    ("sqlx_core", Level::TRACE),
    // The target that stands for all libraries that use the crate `log`. Each line of theirs is also
    // asked about by its own target.
    ("log", Level::TRACE),
    ("serenity", Level::ERROR),
];

/// What is logged. It can be changed while the program runs.
#[cfg_attr(not(feature = "discord"), expect(dead_code, reason = "no command runs for long"))]
pub struct Filter {
    handle: reload::Handle<AnyFilter, Registry>,
    is_service: bool,
    with_bars: bool,
}

type AnyFilter = Box<dyn layer::Filter<Registry> + Send + Sync>;

#[cfg(feature = "discord")]
impl Filter {
    pub fn set(&self, settings: &Settings) -> anyhow::Result<()> {
        let filter = filter(settings, self.is_service, self.with_bars)?;
        self.handle.reload(filter).context("cannot change what is logged")
    }
}

/// A service logs more than a command, unless the operator has set a filter.
fn filter(settings: &Settings, is_service: bool, with_bars: bool) -> anyhow::Result<AnyFilter> {
    let filter = if is_service && settings.log_filter_is_default {
        "info,tantivy=warn"
    } else {
        &settings.log_filter
    };
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("log.filter: {filter:?} is not a log filter"))?;
    // Where there are no bars, a line says what takes so long, even if the log is for warnings only.
    Ok(match with_bars {
        true => filter.and(filter_fn(is_progress).not()).boxed(),
        false if settings.log_filter_is_default => filter.or(filter_fn(is_progress)).boxed(),
        false => FilterExt::boxed(filter),
    })
}

fn is_progress(metadata: &Metadata<'_>) -> bool {
    metadata.target() == progress::TARGET
}

/// Starts logging to standard error.
pub fn start(settings: &Settings, is_service: bool) -> anyhow::Result<Filter> {
    let with_bars = std::io::stderr().is_terminal() && !is_service;
    let (filter, handle) = reload::Layer::new(filter(settings, is_service, with_bars)?);
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
        .with(lines.with_filter(filter.and(heard())))
        .with(bars.map(|bars| bars.with_filter(filter_fn(is_progress))))
        .with(Listener)
        .init();
    Ok(Filter { handle, is_service, with_bars })
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

fn heard() -> FilterFn<fn(&Metadata<'_>) -> bool> {
    FilterFn::new(|metadata| {
        let crate_name = metadata.target().split("::").next().unwrap_or_default();
        let heard = HEARD.iter().find(|(name, _)| *name == crate_name);
        heard.is_some_and(|(_, most)| metadata.level() <= most)
    })
}

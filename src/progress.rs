//! Says that something takes a while, and how far it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tracing::{Span, info, info_span};
use tracing_indicatif::span_ext::IndicatifSpanExt;

/// The target of the spans and events of this module, so that whoever sets up logging can tell them
/// from others.
pub const TARGET: &str = "caseclerk::progress";

/// A task without a bar that takes longer than this is worth a line in the log.
const WORTH_A_LINE: Duration = Duration::from_secs(1);

/// A task of some equal steps. A terminal shows a bar while it lasts. Elsewhere, one line says what
/// is being done.
pub struct Progress {
    what: &'static str,
    span: Span,
    start: Instant,
    is_logged: AtomicBool,
}

impl Progress {
    pub fn new(what: &'static str, steps: usize) -> Self {
        let span = info_span!(target: TARGET, "progress");
        span.pb_set_message(what);
        span.pb_set_length(steps as u64);
        span.pb_start();
        Self { what, span, start: Instant::now(), is_logged: AtomicBool::new(false) }
    }

    /// Says that one more step is done. Threads may share a task.
    pub fn step(&self) {
        self.span.pb_inc(1);
        if self.start.elapsed() > WORTH_A_LINE && !self.is_logged.swap(true, Ordering::Relaxed) {
            info!(target: TARGET, "{}", self.what);
        }
    }
}

//! What the program counts of itself, for Prometheus and for whoever asks whether it is ready.
//!
//! Labels are words of the program from a closed set: never a question, an id or an address.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::reply::Reply;

/// The content type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Names and values.
type Labels<const N: usize> = [(&'static str, &'static str); N];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Where a question came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Discord's gateway.
    Gateway,
    /// Discord over HTTP.
    Http,
    /// The public pages.
    Web,
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    Ambiguous,
    NoAnswer,
    Sheet,
    /// An internal error.
    Failed,
}

/// How a session of the gateway began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    New,
    Resumed,
}

/// Why an attempt at a request to Discord failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestError {
    RateLimited,
    /// Another refusal (4xx).
    Refused,
    /// Discord has an error (5xx).
    Server,
    Timeout,
    Connection,
}

/// The state of something that the bot can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    NotWanted,
    Down,
    Up,
}

/// What the bot looks at outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// The docket of the case.
    Docket,
    /// The addresses of the sources.
    Sources,
}

/// Counters and states of one process. A clone counts into the same.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Figures>);

struct Figures {
    questions: Family<Labels<2>, Counter>,
    question_seconds: Histograms<Labels<1>>,
    response_seconds: Histogram,
    request_seconds: Histograms<[(&'static str, String); 1]>,
    reloads: Family<Labels<1>, Counter>,
    sessions: Family<Labels<1>, Counter>,
    rest_errors: Family<Labels<1>, Counter>,
    gateway: Part,
    shards: Gauge,
    shards_connected: Gauge,
    store: Part,
    look_age: Family<Labels<1>, Gauge>,
    /// When the last look that succeeded was, by the name of the watch.
    looks: Mutex<BTreeMap<&'static str, Timestamp>>,
    status_age: Gauge,
    answers: Gauge,
    registry: Registry,
}

/// A [`State`] as two gauges of 0 and 1.
#[derive(Default)]
struct Part {
    wanted: Gauge<i64, AtomicI64>,
    up: Gauge<i64, AtomicI64>,
}

impl Metrics {
    /// A question was answered, or not, after this time.
    pub fn question(&self, door: Door, outcome: Outcome, took: Duration) {
        let door = ("door", door.name());
        self.0.questions.get_or_create(&[door, ("outcome", outcome.name())]).inc();
        self.0.question_seconds.get_or_create(&[door]).observe(took.as_secs_f64());
    }

    /// Discord has taken the first response to an interaction, this long after the event came.
    pub fn responded(&self, after: Duration) {
        self.0.response_seconds.observe(after.as_secs_f64());
    }

    /// The listener has answered a request. `route` is a pattern of the program, never the path.
    pub fn request(&self, route: &str, took: Duration) {
        let labels = [("route", route.to_owned())];
        self.0.request_seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// The content was loaded again, or it has errors and the old one stays.
    pub fn reloaded(&self, is_ok: bool) {
        let result = if is_ok { "loaded" } else { "refused" };
        self.0.reloads.get_or_create(&[("result", result)]).inc();
    }

    pub fn session(&self, session: Session) {
        let kind = match session {
            Session::New => "new",
            Session::Resumed => "resumed",
        };
        self.0.sessions.get_or_create(&[("kind", kind)]).inc();
    }

    pub fn rest_error(&self, error: RestError) {
        self.0.rest_errors.get_or_create(&[("kind", error.name())]).inc();
    }

    pub fn set_gateway(&self, state: State) {
        self.0.gateway.set(state);
    }

    /// How many shards are connected, of those that this process connects.
    pub fn set_shards(&self, connected: u32, all: u32) {
        self.0.shards_connected.set(connected.into());
        self.0.shards.set(all.into());
    }

    pub fn gateway(&self) -> State {
        self.0.gateway.get()
    }

    pub fn set_store(&self, state: State) {
        self.0.store.set(state);
    }

    pub fn store(&self) -> State {
        self.0.store.get()
    }

    /// When a look at something outside last succeeded.
    pub fn looked(&self, watch: Watch, at: Option<Timestamp>) {
        let mut looks = self.0.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.extend(at.map(|at| (watch.name(), at)));
    }

    /// Everything in the text format of OpenMetrics, with what holds now: the age of the last check
    /// of the status in days, and how many answers are served.
    pub fn text(&self, status_age_days: i64, answers: usize) -> String {
        self.0.status_age.set(status_age_days);
        let looks = self.0.looks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (watch, at) in looks {
            let age = Timestamp::now().duration_since(at).as_secs().max(0);
            self.0.look_age.get_or_create(&[("watch", watch)]).set(age);
        }
        self.0.answers.set(i64::try_from(answers).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.0.registry).expect("a string takes any text");
        text
    }
}

impl Default for Figures {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("caseclerk");
        let questions = Family::<Labels<2>, Counter>::default();
        registry.register("questions", "Questions, by door and outcome", questions.clone());
        let question_seconds = histograms(answer_buckets);
        registry.register_with_unit(
            "question",
            "The time to find an answer",
            Unit::Seconds,
            question_seconds.clone(),
        );
        let response_seconds = network_buckets();
        registry.register_with_unit(
            "interaction_response",
            "The time from an event of the gateway until Discord has taken the first response",
            Unit::Seconds,
            response_seconds.clone(),
        );
        let request_seconds = histograms(network_buckets);
        registry.register_with_unit(
            "http_request",
            "The time to answer a request to the listener",
            Unit::Seconds,
            request_seconds.clone(),
        );
        let reloads = Family::<Labels<1>, Counter>::default();
        registry.register("reloads", "Reloads of the content, by result", reloads.clone());
        let sessions = Family::<Labels<1>, Counter>::default();
        registry.register(
            "gateway_sessions",
            "Sessions of the gateway; all but the first are reconnects",
            sessions.clone(),
        );
        let rest_errors = Family::<Labels<1>, Counter>::default();
        registry.register(
            "rest_errors",
            "Failed attempts at requests to Discord, by kind",
            rest_errors.clone(),
        );
        let gateway = Part::registered(&mut registry, "gateway");
        let store = Part::registered(&mut registry, "store");
        let (shards, shards_connected) = (Gauge::default(), Gauge::default());
        registry.register("gateway_shards", "Shards of this process", shards.clone());
        registry.register(
            "gateway_shards_connected",
            "Shards of this process that are connected now",
            shards_connected.clone(),
        );
        let (status_age, answers) = (Gauge::default(), Gauge::default());
        registry.register(
            "status_check_age_days",
            "Days since somebody last checked the status of the case",
            status_age.clone(),
        );
        registry.register("answers", "Vetted answers that are served", answers.clone());
        let look_age = Family::default();
        registry.register_with_unit(
            "watch_look_age",
            "The time since a look outside last succeeded, if one ever did",
            Unit::Seconds,
            look_age.clone(),
        );
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        // From the beginning, because Prometheus sees no increase in a series that begins with 1.
        for door in [Door::Gateway, Door::Http, Door::Web].map(Door::name) {
            for outcome in Outcome::ALL.map(Outcome::name) {
                drop(questions.get_or_create(&[("door", door), ("outcome", outcome)]));
            }
        }
        for result in ["loaded", "refused"] {
            drop(reloads.get_or_create(&[("result", result)]));
        }
        for kind in ["new", "resumed"] {
            drop(sessions.get_or_create(&[("kind", kind)]));
        }
        for kind in RestError::ALL.map(RestError::name) {
            drop(rest_errors.get_or_create(&[("kind", kind)]));
        }
        Self {
            questions,
            question_seconds,
            response_seconds,
            request_seconds,
            reloads,
            sessions,
            rest_errors,
            gateway,
            shards,
            shards_connected,
            store,
            look_age,
            looks: Mutex::default(),
            status_age,
            answers,
            registry,
        }
    }
}

impl Part {
    fn registered(registry: &mut Registry, name: &str) -> Self {
        let part = Self::default();
        let (wanted, up) = (part.wanted.clone(), part.up.clone());
        registry.register(format!("{name}_wanted"), format!("Whether a {name} is set up"), wanted);
        registry.register(format!("{name}_up"), format!("Whether the {name} works now"), up);
        part
    }

    fn set(&self, state: State) {
        self.wanted.set(i64::from(state != State::NotWanted));
        self.up.set(i64::from(state == State::Up));
    }

    fn get(&self) -> State {
        match (self.wanted.get(), self.up.get()) {
            (0, _) => State::NotWanted,
            (_, 0) => State::Down,
            _ => State::Up,
        }
    }
}

impl Watch {
    /// Also for the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docket => "docket",
            Self::Sources => "sources",
        }
    }
}

impl Door {
    fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Http => "http",
            Self::Web => "web",
        }
    }
}

impl Outcome {
    const ALL: [Self; 5] =
        [Self::Answered, Self::Ambiguous, Self::NoAnswer, Self::Sheet, Self::Failed];

    pub fn of(reply: &Reply) -> Self {
        match reply {
            Reply::Answer(_) => Self::Answered,
            Reply::Choice(_) => Self::Ambiguous,
            Reply::NoAnswer(_) => Self::NoAnswer,
            Reply::Sheet(_) => Self::Sheet,
        }
    }

    /// Also for the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Ambiguous => "ambiguous",
            Self::NoAnswer => "no answer",
            Self::Sheet => "sheet",
            Self::Failed => "failed",
        }
    }
}

impl RestError {
    const ALL: [Self; 5] =
        [Self::RateLimited, Self::Refused, Self::Server, Self::Timeout, Self::Connection];

    fn name(self) -> &'static str {
        match self {
            Self::RateLimited => "rate limited",
            Self::Refused => "refused",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
        }
    }
}

fn histograms<L: Clone + Eq + Hash>(of: fn() -> Histogram) -> Histograms<L> {
    Family::new_with_constructor(of)
}

/// From 0.1 ms to half a second: answers come from memory.
fn answer_buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.3, 11))
}

/// From 1 ms to 8 s: Discord waits for three seconds.
fn network_buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_stands_in_the_text() {
        let metrics = Metrics::default();
        let took = Duration::from_micros(700);
        metrics.clone().question(Door::Http, Outcome::NoAnswer, took);
        metrics.rest_error(RestError::RateLimited);
        metrics.reloaded(false);
        metrics.session(Session::Resumed);
        metrics.set_store(State::Down);
        metrics.looked(Watch::Docket, Some(Timestamp::MAX));
        metrics.looked(Watch::Sources, None);
        let text = metrics.text(12, 5);
        for line in [
            // What has not happened yet is counted, too.
            r#"caseclerk_questions_total{door="web",outcome="failed"} 0"#,
            r#"caseclerk_reloads_total{result="loaded"} 0"#,
            r#"caseclerk_gateway_sessions_total{kind="new"} 0"#,
            r#"caseclerk_rest_errors_total{kind="connection"} 0"#,
            r#"caseclerk_questions_total{door="http",outcome="no answer"} 1"#,
            r#"caseclerk_question_seconds_count{door="http"} 1"#,
            r#"caseclerk_rest_errors_total{kind="rate limited"} 1"#,
            r#"caseclerk_reloads_total{result="refused"} 1"#,
            r#"caseclerk_gateway_sessions_total{kind="resumed"} 1"#,
            r#"caseclerk_watch_look_age_seconds{watch="docket"} 0"#,
            "caseclerk_gateway_wanted 0",
            "caseclerk_store_wanted 1",
            "caseclerk_store_up 0",
            "caseclerk_status_check_age_days 12",
            "caseclerk_answers 5",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in:\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn a_state_is_what_was_set() {
        let metrics = Metrics::default();
        for state in [State::Up, State::Down, State::NotWanted, State::Up] {
            metrics.set_gateway(state);
            assert_eq!(metrics.gateway(), state);
        }
    }
}

//! What `caseclerk run` does on SIGHUP: it reads the configuration again and takes over what needs no
//! restart, then loads the content again. An error changes nothing and is logged.

use std::io::IsTerminal;
use std::sync::Arc;

use caseclerk::config::{Options, Settings, Update};
use caseclerk::discord::desk::log_reload;
use caseclerk::discord::interaction::router::Router;
use caseclerk::metrics::Metrics;
use caseclerk::responder::Responder;
use jiff::civil::Date;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{error, info, warn};

use super::{Global, logging};

/// Where the options came from.
pub struct Configuration {
    pub global: Global,
    pub options: Options,
    pub log: logging::Filter,
}

/// What a running bot changes on SIGHUP.
pub struct Hangup {
    pub configuration: Configuration,
    pub responder: Arc<Responder>,
    pub router: Arc<Router>,
    pub metrics: Metrics,
    pub today: fn() -> Date,
}

/// The signal; `None` in a terminal, where it still means that the terminal was closed.
pub fn hangups() -> std::io::Result<Option<Signal>> {
    match std::io::stderr().is_terminal() {
        true => Ok(None),
        false => signal(SignalKind::hangup()).map(Some),
    }
}

impl Hangup {
    /// Never returns.
    pub async fn follow(mut self, signal: Option<Signal>) {
        let Some(mut signal) = signal else { return std::future::pending().await };
        while signal.recv().await.is_some() {
            match self.configuration.read_again() {
                Ok(settings) => {
                    self.responder.adjust(&settings);
                    self.router.adjust(&settings.discord, &settings.servers);
                    self.reload().await;
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    error!(error, "the configuration has an error; nothing was changed");
                }
            }
        }
    }

    async fn reload(&self) {
        let (responder, today) = (self.responder.clone(), (self.today)());
        let reload = tokio::task::spawn_blocking(move || responder.reload(today));
        match reload.await {
            Ok(result) => {
                self.metrics.reloaded(result.is_ok());
                log_reload(result);
            }
            Err(error) => error!(%error, "the content was not loaded again"),
        }
    }
}

impl Configuration {
    /// The settings that are in force from now on.
    fn read_again(&mut self) -> anyhow::Result<Settings> {
        let new = self.global.options()?;
        Settings::from_options(&new)?;
        let Update { options, applied, pending } = self.options.updated(&new);
        let settings = Settings::from_options(&options)?;
        self.log.set(&settings)?;
        self.options = options;
        info!(changed = applied.join(", "), "the configuration was read again");
        if !pending.is_empty() {
            warn!(changed = pending.join(", "), "these options need a restart");
        }
        Ok(settings)
    }
}

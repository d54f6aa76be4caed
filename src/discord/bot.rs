//! What all ways in share: the router, the desk, and the way out to Discord.

use std::sync::Arc;

use serenity::all::{ApplicationId, GuildId};
use tokio::task::JoinHandle;
use tracing::warn;

use super::api::{Api, ApiError};
use super::desk::Desk;
use super::gateway::{RunError, http_client};
use super::interaction::router::{Deferred, Report, Router};
use super::registration::{ScopeMissing, WaysIn, register};
use crate::config::{DiscordSettings, Secret};
use crate::metrics::Metrics;

/// The bot without a way in.
#[derive(Clone)]
pub struct Bot {
    pub router: Arc<Router>,
    pub desk: Arc<Desk>,
    pub(super) api: Arc<Api>,
    pub(super) metrics: Metrics,
}

impl Bot {
    pub fn new(
        router: Arc<Router>,
        desk: Arc<Desk>,
        settings: &DiscordSettings,
        token: &Secret,
        metrics: Metrics,
    ) -> Result<Self, RunError> {
        let (client, proxy) = (http_client(settings)?, settings.api_base.as_deref());
        let api = Api::new(client, proxy, token, settings.http_timeout);
        Ok(Self { router, desk, api: Arc::new(api.with_metrics(metrics.clone())), metrics })
    }

    /// Registers the commands beside everything else; `moderated` are the servers with moderators.
    pub(super) fn register(
        &self,
        discord: &DiscordSettings,
        moderated: Vec<u64>,
    ) -> JoinHandle<Result<(), ScopeMissing>> {
        let (api, commands) = (self.api.clone(), self.router.commands());
        let moderated: Vec<_> = moderated.into_iter().map(GuildId::new).collect();
        let ways_in = WaysIn::of(discord);
        tokio::spawn(async move { register(&api, &commands, &moderated, ways_in).await })
    }

    /// Begins what the desk does in Discord by itself.
    pub(super) fn begin(&self) {
        self.desk.clone().start_correcting(self.api.clone());
        self.desk.clone().start_telling(self.api.clone());
    }

    /// Does what follows after the first response to an interaction.
    pub(super) async fn finish(&self, deferred: Deferred, application: ApplicationId, token: &str) {
        let (what, message) = match deferred {
            Deferred::Report(report) => {
                let router = self.router.clone();
                let is_check = report == Report::Check;
                let report = tokio::task::spawn_blocking(move || router.report(report)).await;
                let Ok(report) = report else { return };
                let report = self.desk.with_outdated(report).await;
                let report = match is_check {
                    true => self.desk.with_outside(report).await,
                    false => report,
                };
                ("a report", report)
            }
            Deferred::Desk(task) => ("an answer of the desk", self.desk.clone().run(task).await),
            Deferred::Count(opinion) => ("a confirmation", self.desk.clone().count(opinion).await),
            Deferred::Corrections => {
                ("the list of corrections", self.desk.list_corrections().await)
            }
            Deferred::DeleteMessage => {
                let result = self.api.delete_response(application, token).await;
                return log_failure("a deletion", result);
            }
        };
        log_failure(what, self.api.edit_response(application, token, message).await);
    }
}

/// Logs a failed request.
pub(super) fn log_failure(what: &'static str, result: Result<(), ApiError>) {
    if let Err(error) = result {
        warn!(what, %error, "not delivered");
    }
}

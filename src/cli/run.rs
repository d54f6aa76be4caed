//! `caseclerk run`: runs the Discord bot until a stop signal.

use std::panic;
use std::sync::Arc;

use anyhow::Context;
use caseclerk::config::{Settings, lasting};
use caseclerk::discord::LIMITS_RULE;
use caseclerk::discord::desk::Desk;
use caseclerk::discord::gateway::{self, RunError};
use caseclerk::discord::interaction::router::Router;
use caseclerk::knowledge::Amendment;
use caseclerk::responder::Responder;
use caseclerk::store::{LastKnown, Store};
use jiff::civil::Date;
use tracing::{error, info, warn};

use super::Exit;
use super::hangup::{Configuration, Hangup, hangups};

pub fn run(settings: &Settings, configuration: Configuration) -> anyhow::Result<Exit> {
    // Read the token first, so that a missing one is reported before the index is built.
    let Some(token) = settings.discord.token.read()? else {
        return Ok(report_end(RunError::NoToken));
    };
    panic::set_hook(Box::new(|panicked| {
        // Log the location only, because the message may contain the text of a question.
        let place = panicked.location().map(ToString::to_string);
        error!(place, "panicked");
    }));
    // One worker thread: answering takes less time than waking another thread.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("cannot start the asynchronous runtime")?;
    let result = runtime.block_on(async {
        // Listened to from the beginning: building the index takes a while, and process 1 of a
        // container ignores a signal that nobody listens to.
        let stop = gateway::stop_signal()?;
        tokio::pin!(stop);
        let hangups = hangups().context("cannot listen for signals")?;
        let store =
            settings.store.as_ref().map(|address| Store::open(address.reveal())).transpose();
        let store = store.context("store.address cannot be used")?;
        let last_known = LastKnown::in_folder(&lasting(&settings.index));
        let amendments = match &store {
            Some(store) => amendments(store, &last_known).await,
            None => Vec::new(),
        };
        let owned = settings.clone();
        let open = move || Responder::open_amended(&owned, amendments, today());
        let opening = tokio::task::spawn_blocking(open);
        let responder = tokio::select! {
            opened = opening => match opened {
                Ok(responder) => Arc::new(responder?.with_rules(&[LIMITS_RULE])),
                Err(panicked) => panic::resume_unwind(panicked.into_panic()),
            },
            () = &mut stop => {
                info!("stopped before the start was finished");
                return Ok(Ok(()));
            }
        };
        let (discord, servers) = (&settings.discord, &settings.servers);
        let desk = Desk::new(responder.clone(), store, settings.privacy, today);
        let desk = desk.with_last_known(last_known).with_channel(settings.notices);
        let desk = Arc::new(desk);
        let router = Router::new(responder.clone(), discord, servers, today);
        let router = Arc::new(router.with_desk(&desk));
        tokio::spawn(desk.clone().keep_up());
        let hangup = Hangup { configuration, responder, router: router.clone(), today };
        tokio::spawn(hangup.follow(hangups));
        let bot = (router, desk.clone());
        let moderated = servers.moderated().collect();
        let end = gateway::run(bot, discord, moderated, &token, stop).await;
        desk.write_last_counts().await;
        anyhow::Ok(end)
    });
    // `gateway::run` has already waited for the last replies.
    runtime.shutdown_background();
    Ok(match result? {
        Ok(()) => Exit::Success,
        Err(error) => report_end(error),
    })
}

/// What moderators have changed. If the store does not work, the bot starts with what was last known,
/// and serves the rest as soon as the store does.
async fn amendments(store: &Store, last_known: &LastKnown) -> Vec<Amendment> {
    let error = match store.amendments().await {
        Ok(amendments) => return amendments,
        Err(error) => error,
    };
    let known = last_known.read().unwrap_or_else(|error| {
        warn!(%error, "what was last known of the store cannot be read");
        None
    });
    match &known {
        Some(_) => warn!(%error, "the store does not work: its last known state is served"),
        None => warn!(%error, "the store does not work: what moderators changed is not served yet"),
    }
    known.unwrap_or_default()
}

fn today() -> Date {
    jiff::Zoned::now().date()
}

fn report_end(error: RunError) -> Exit {
    let exit = match &error {
        RunError::TokenRefused => Exit::TokenRefused,
        RunError::IntentsRefused => Exit::IntentsRefused,
        RunError::ScopeMissing(_) => Exit::ScopeMissing,
        RunError::ConnectionDead(_) => Exit::ConnectionDead,
        RunError::NoToken
        | RunError::Certificate { .. }
        | RunError::Heartbeat(_)
        | RunError::System(..) => Exit::CouldNotRun,
    };
    super::report(&error.into());
    exit
}

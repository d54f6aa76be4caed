//! `caseclerk run`: runs the Discord bot until a stop signal.

use std::panic;
use std::sync::Arc;

use anyhow::Context;
use caseclerk::config::Settings;
use caseclerk::discord::LIMITS_RULE;
use caseclerk::discord::gateway::{self, RunError};
use caseclerk::discord::interaction::router::Router;
use caseclerk::responder::Responder;
use jiff::civil::Date;
use tracing::{error, info};

use super::Exit;

pub fn run(settings: &Settings) -> anyhow::Result<Exit> {
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
        let owned = settings.clone();
        let opening = tokio::task::spawn_blocking(move || Responder::open(&owned));
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
        let (discord, moderation) = (&settings.discord, &settings.moderation);
        let router = Arc::new(Router::new(responder, discord, moderation, today));
        anyhow::Ok(gateway::run(router, discord, moderation.guild, &token, stop).await)
    });
    // `gateway::run` has already waited for the last replies.
    runtime.shutdown_background();
    Ok(match result? {
        Ok(()) => Exit::Success,
        Err(error) => report_end(error),
    })
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

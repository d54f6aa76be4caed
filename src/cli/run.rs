//! `caseclerk run`: runs the Discord bot until it is told to stop.

use std::panic;
use std::sync::Arc;

use anyhow::Context;
use caseclerk::config::Settings;
use caseclerk::discord::gateway::{self, RunError};
use caseclerk::discord::interaction::router::Router;
use caseclerk::responder::Responder;
use jiff::civil::Date;
use tracing::error;

use super::Exit;

pub fn run(settings: &Settings) -> anyhow::Result<Exit> {
    // Read the token first: without one there is no point in waiting for the index.
    let Some(token) = settings.discord.token.read()? else {
        return Ok(ended(RunError::NoToken));
    };
    panic::set_hook(Box::new(|panicked| {
        // Log the place only. The message may hold the words of a question.
        let place = panicked.location().map(ToString::to_string);
        error!(place, "panicked");
    }));
    let responder = Arc::new(Responder::open(settings)?);
    let router = Arc::new(Router::new(responder, &settings.discord, &settings.moderation, today));
    // One worker: to answer takes less time than to wake another thread.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("cannot start the asynchronous runtime")?;
    let result = runtime.block_on(gateway::run(
        router,
        &settings.discord,
        settings.moderation.guild,
        &token,
    ));
    // `gateway::run` has already waited for the last replies.
    runtime.shutdown_background();
    Ok(match result {
        Ok(()) => Exit::Success,
        Err(why) => ended(why),
    })
}

fn today() -> Date {
    jiff::Zoned::now().date()
}

fn ended(why: RunError) -> Exit {
    let exit = match &why {
        RunError::TokenRefused => Exit::TokenRefused,
        RunError::IntentsRefused => Exit::IntentsRefused,
        RunError::ScopeMissing(_) => Exit::ScopeMissing,
        RunError::ConnectionDead(_) => Exit::ConnectionDead,
        RunError::NoToken | RunError::Certificate { .. } | RunError::System(..) => {
            Exit::CouldNotRun
        }
    };
    super::report(&why.into());
    exit
}

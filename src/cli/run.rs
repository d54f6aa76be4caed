//! `caseclerk run`: is in Discord until it is told to stop.

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
    // The token first: whoever has none should not wait for an index.
    let Some(token) = settings.discord.token.read()? else {
        return Ok(ended(RunError::NoToken));
    };
    panic::set_hook(Box::new(|panicked| {
        // Where, and never what it says: that can hold the words of a question.
        let place = panicked.location().map(ToString::to_string);
        error!(place, "panicked");
    }));
    let responder = Arc::new(Responder::open(settings)?);
    let router = Arc::new(Router::new(responder, &settings.discord, &settings.moderation, today));
    // One worker: an answer takes less time than it takes to wake another thread for it.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("cannot start the asynchronous runtime")?;
    let result = runtime.block_on(gateway::run(
        router,
        &settings.discord,
        settings.moderation.guild,
        &token,
    ));
    // What hangs now has had its time.
    runtime.shutdown_background();
    Ok(match result {
        Ok(()) => Exit::Well,
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
        RunError::ConnectionDead(_) => Exit::GatewayDead,
        RunError::NoToken | RunError::Certificate { .. } | RunError::System(..) => {
            Exit::CouldNotRun
        }
    };
    super::report(&why.into());
    exit
}

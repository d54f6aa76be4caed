//! `caseclerk run`: runs the Discord bot until a stop signal.

use std::panic;
use std::sync::Arc;

use anyhow::{Context, bail};
use caseclerk::config::{Secret, Settings, lasting};
use caseclerk::discord::desk::{Desk, Outside};
use caseclerk::discord::gateway::{self, RunError};
use caseclerk::discord::http::{HttpDoor, run_without_gateway};
use caseclerk::discord::interaction::router::Router;
use caseclerk::discord::{Bot, LIMITS_RULE};
use caseclerk::knowledge::Amendment;
use caseclerk::metrics::{Metrics, State};
use caseclerk::responder::Responder;
use caseclerk::store::{LastKnown, Store};
use caseclerk::watch::{Addresses, CourtListener, Folder};
use caseclerk::web::{Interactions, Listener, Web};
use tokio::signal::unix::Signal;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{error, info, warn};

use super::hangup::{Configuration, Hangup, hangups};
use super::{Exit, today};

pub fn run(settings: &Settings, configuration: Configuration) -> anyhow::Result<Exit> {
    // Read the token first, so that a missing one is reported before the index is built.
    let token = settings.discord.token.read()?;
    let wants_discord = settings.discord.gateway || settings.discord.public_key.is_some();
    if wants_discord && token.is_none() {
        return Ok(report_end(RunError::NoToken));
    }
    if !settings.discord.gateway && settings.web.listen.is_none() {
        bail!(
            "there is nothing to do: discord.gateway is false, and web.listen is empty. Set \
             web.listen, such as to 127.0.0.1:8080, or discord.gateway = true"
        );
    }
    let outside = outside(settings)?;
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
        let mut stop = Box::pin(gateway::stop_signal()?);
        // Before anything that takes a while, so that a port in use is reported at once.
        let listener = match settings.web.listen {
            Some(address) => Some(Listener::bind(address).await?),
            None => None,
        };
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
            () = stop.as_mut() => {
                info!("stopped before the start was finished");
                return Ok(Ok(()));
            }
        };
        let metrics = Metrics::default();
        let front_ends =
            FrontEnds { settings, responder, store, last_known, metrics, listener, outside };
        let end = front_ends.run(token.filter(|_| wants_discord), configuration, hangups, stop);
        anyhow::Ok(end.await)
    });
    // Every front end has already waited for its last replies.
    runtime.shutdown_background();
    Ok(match result? {
        Ok(()) => Exit::Success,
        Err(error) => report_end(error),
    })
}

/// All that runs beside each other.
struct FrontEnds<'s> {
    settings: &'s Settings,
    responder: Arc<Responder>,
    store: Option<Store>,
    last_known: LastKnown,
    metrics: Metrics,
    listener: Option<Listener>,
    outside: Outside,
}

impl FrontEnds<'_> {
    /// Runs until `stop` completes or a front end cannot go on; then all finish what they have begun.
    /// Without a token, there is nothing of Discord.
    async fn run(
        self,
        token: Option<Secret>,
        configuration: Configuration,
        hangups: Option<Signal>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), RunError> {
        let Self { settings, responder, store, last_known, metrics, listener, outside } = self;
        let Settings { discord, servers, web, .. } = settings;
        let desk = Desk::new(responder.clone(), store.clone(), settings.privacy, today);
        let desk = desk.with_last_known(last_known).with_channel(settings.notices);
        let desk = Arc::new(desk.with_metrics(metrics.clone()));
        let router = Router::new(responder.clone(), discord, servers, today)
            .with_desk(&desk)
            .with_metrics(metrics.clone())
            .with_pages(web.public_url.as_deref());
        let router = Arc::new(router);
        tokio::spawn(desk.clone().keep_up());
        if let Some(way) = settings.files_watch {
            tokio::spawn(desk.clone().follow_files(Folder::new(&settings.faq, way)));
        }
        if outside.docket.is_some() || outside.sources.is_some() {
            tokio::spawn(desk.clone().look_outside(outside));
        }
        let hangup = Hangup {
            configuration,
            responder: responder.clone(),
            router: router.clone(),
            metrics: metrics.clone(),
            today,
        };
        tokio::spawn(hangup.follow(hangups));
        let bot = token
            .as_ref()
            .map(|token| Bot::new(router, desk.clone(), discord, token, metrics.clone()));
        let bot = bot.transpose()?;
        let door = match (&bot, discord.public_key) {
            (Some(bot), Some(key)) => Some(Arc::new(HttpDoor::new(key, bot)?)),
            _ => None,
        };
        if bot.is_some() && discord.gateway {
            // Before anybody can ask whether the bot is ready.
            metrics.set_gateway(State::Down);
        }
        let stopping = Arc::new(watch::Sender::new(false));
        let signal = stopping.clone();
        tokio::spawn(async move {
            stop.await;
            signal.send_replace(true);
        });
        let serving = listener.map(|listener| {
            let interactions = door.clone().map(|door| -> Interactions {
                Arc::new(move |headers, body| {
                    let door = door.clone();
                    Box::pin(async move { door.answer(&headers, &body).await })
                })
            });
            let public_url = web.public_url.clone();
            let web = Web { responder, metrics, interactions, store, public_url, today };
            tokio::spawn(listener.serve(web, is_set(&stopping), discord.shutdown))
        });
        let stop = Box::pin(is_set(&stopping));
        let moderated = servers.moderated().collect();
        let end = match (bot, token) {
            (Some(bot), Some(token)) if discord.gateway => {
                gateway::run(bot, discord, moderated, &token, stop).await
            }
            (Some(bot), _) => run_without_gateway(&bot, discord, moderated, stop).await,
            (None, _) => {
                stop.await;
                Ok(())
            }
        };
        // Also if it was the gateway that ended.
        stopping.send_replace(true);
        if let Some(serving) = serving {
            // It ends by itself, in time.
            let _ = serving.await;
        }
        if let Some(door) = door
            && timeout(discord.shutdown, door.idle()).await.is_err()
        {
            warn!("not everything that follows on interactions was finished in time");
        }
        desk.write_last_counts().await;
        end
    }
}

/// Whoever looks at what the operator wants to be looked at.
fn outside(settings: &Settings) -> anyhow::Result<Outside> {
    let (watch, ca_file) = (&settings.watch, settings.discord.ca_file.as_deref());
    let docket = match watch.docket {
        true => Some(court_listener(settings)?),
        false => None,
    };
    let addresses = || Addresses::new(watch, ca_file).map_err(anyhow::Error::msg);
    let sources = watch.sources.then(addresses).transpose()?;
    Ok(Outside { docket, sources })
}

/// Whoever asks CourtListener, with the operator's token.
pub fn court_listener(settings: &Settings) -> anyhow::Result<CourtListener> {
    let token = settings.watch.token.read()?.context(
        "watch.docket needs an API token of CourtListener: make an account there, copy the token from \
         its profile, and set COURTLISTENER_TOKEN to it, or COURTLISTENER_TOKEN_FILE to a file that \
         holds it",
    )?;
    let ca_file = settings.discord.ca_file.as_deref();
    CourtListener::new(&settings.watch, &token, ca_file).map_err(anyhow::Error::msg)
}

/// Completes when the value is true.
fn is_set(value: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut value = value.subscribe();
    async move { drop(value.wait_for(|is_set| *is_set).await) }
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

fn report_end(error: RunError) -> Exit {
    let exit = match &error {
        RunError::TokenRefused => Exit::TokenRefused,
        RunError::IntentsRefused => Exit::IntentsRefused,
        RunError::ScopeMissing(_) => Exit::ScopeMissing,
        RunError::ConnectionDead(_) => Exit::ConnectionDead,
        RunError::NoToken
        | RunError::PublicKey
        | RunError::Certificate { .. }
        | RunError::Heartbeat(_)
        | RunError::System(..) => Exit::CouldNotRun,
    };
    super::report(&error.into());
    exit
}

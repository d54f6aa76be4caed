//! What the bot tells moderators by itself, in the channel that the operator has named.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serenity::all::ChannelId;
use tokio::time::{Duration, interval};
use tracing::warn;

use super::super::api::Api;
use super::super::interaction::outgoing::OutgoingMessage;
use super::super::sentences;
use super::Desk;
use super::screen::Screen;
use super::task::DeskAction;
use crate::legal::written_out;
use crate::store::Store;

/// How often the bot looks whether there is something to tell.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// How often it says the same in the channel.
const AGAIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The name of the notice that nobody has checked the status of the case for a while.
const STATUS: &str = "status";

impl Desk {
    /// Names the channel for what moderators should know.
    pub fn with_channel(self, channel: Option<u64>) -> Self {
        Self { channel, ..self }
    }

    /// Tells moderators what they should know, as long as the runtime lives.
    pub fn start_telling(self: Arc<Self>, api: Arc<Api>) {
        tokio::spawn(async move {
            let mut look = interval(LOOK_EVERY);
            let mut logged = None;
            loop {
                look.tick().await;
                let today = (self.today)();
                let Some((last_checked, days)) = self.responder.overdue_check(today) else {
                    continue;
                };
                if logged.replace(today) != Some(today) {
                    warn!(%last_checked, days, "nobody has checked the status of the case for a while");
                }
                let text = sentences::status_is_overdue(&written_out(last_checked), days, true);
                let button = (sentences::CHECKED_TODAY, DeskAction::CheckedToday);
                let message = Screen::default().line(&text).buttons([button]).message();
                self.tell(&api, STATUS, message).await;
            }
        });
    }

    /// Says something in the channel, unless it was said lately. Only the store knows that, so nothing
    /// is said while the store does not work.
    async fn tell(&self, api: &Api, name: &str, message: OutgoingMessage) {
        let (Some(channel), Some(store)) = (self.channel, &self.store) else { return };
        // Whether the store works is logged where amendments are looked for.
        if let Ok(true) = store.claim_notice(name, Timestamp::now()).await {
            let message = message.post();
            match api.create_message(ChannelId::new(channel), &message).await {
                Ok(_) => settle(store, name).await,
                Err(error) => warn!(%error, "moderators could not be told in moderation.channel"),
            }
        }
    }
}

async fn settle(store: &Store, name: &str) {
    if let Err(error) = store.settle_notice(name, Timestamp::now() + AGAIN).await {
        warn!(%error, "moderators may be told the same again");
    }
}

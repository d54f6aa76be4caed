//! What the bot tells moderators by itself, in the channel that the operator has named.

use std::sync::Arc;

use jiff::civil::Date;
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

/// For how long other processes do not repeat what is new. It may become new once more: a change can be
/// taken back, and be made again.
const NEWS_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// The name of the notice that nobody has checked the status of the case for a while.
const STATUS: &str = "status";

impl Desk {
    /// Names the channel for what moderators should know.
    pub fn with_channel(self, channel: Option<u64>) -> Self {
        Self { channel, ..self }
    }

    /// Leaves a message for the channel. Of all processes with this store, one says it: they call it by
    /// the same name.
    pub(super) fn news(&self, name: String, message: OutgoingMessage) {
        // Without a connection to Discord, nobody takes it, and the log has it.
        let _ = self.news.try_send((name, message));
    }

    /// Tells moderators what they should know, as long as the runtime lives.
    pub fn start_telling(self: Arc<Self>, api: Arc<Api>) {
        let Some(mut news) = self.untold.lock().ok().and_then(|mut news| news.take()) else {
            return;
        };
        tokio::spawn(async move {
            let mut look = interval(LOOK_EVERY);
            let mut logged = None;
            loop {
                tokio::select! {
                    _ = look.tick() => self.tell_of_status(&api, &mut logged).await,
                    Some((name, message)) = news.recv() => self.tell_news(&api, &name, message).await,
                }
            }
        });
    }

    async fn tell_of_status(&self, api: &Api, logged: &mut Option<Date>) {
        let today = (self.today)();
        let Some((last_checked, days)) = self.responder.overdue_check(today) else { return };
        if logged.replace(today) != Some(today) {
            warn!(%last_checked, days, "nobody has checked the status of the case for a while");
        }
        let text = sentences::status_is_overdue(&written_out(last_checked), days, true);
        let button = (sentences::CHECKED_TODAY, DeskAction::CheckedToday);
        let message = Screen::default().line(&text).buttons([button]).message();
        self.tell(api, STATUS, message).await;
    }

    /// Says something in the channel, unless it was said lately. Only the store knows that, so nothing
    /// is said while the store does not work.
    async fn tell(&self, api: &Api, name: &str, message: OutgoingMessage) {
        let (Some(channel), Some(store)) = (self.channel, &self.store) else { return };
        // Whether the store works is logged where amendments are looked for.
        if let Ok(true) = store.claim_notice(name, Timestamp::now()).await
            && post(api, channel, message).await
        {
            settle(store, name, AGAIN).await;
        }
    }

    /// Says something new in the channel. If the store does not work, it may be said by each process.
    async fn tell_news(&self, api: &Api, name: &str, message: OutgoingMessage) {
        let Some(channel) = self.channel else { return };
        let claimed = match &self.store {
            Some(store) => store.claim_notice(name, Timestamp::now()).await.unwrap_or(true),
            None => true,
        };
        if claimed
            && post(api, channel, message).await
            && let Some(store) = &self.store
        {
            settle(store, name, NEWS_AGAIN).await;
            // Each of these has a name of its own.
            let _ = store.forget_notices(Timestamp::now()).await;
        }
    }
}

/// Whether it was posted.
async fn post(api: &Api, channel: u64, message: OutgoingMessage) -> bool {
    let posted = api.post(ChannelId::new(channel), message).await;
    if let Err(error) = &posted {
        warn!(%error, "moderators could not be told in moderation.channel");
    }
    posted.is_ok()
}

async fn settle(store: &Store, name: &str, again: SignedDuration) {
    if let Err(error) = store.settle_notice(name, Timestamp::now() + again).await {
        warn!(%error, "moderators may be told the same again");
    }
}

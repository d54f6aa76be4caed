//! Looks at the docket once a day and at the addresses of the sources once a week, remembers what was
//! seen, and tells moderators what is new. It changes nothing in the content.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::interval;
use tracing::{info, warn};

use super::super::interaction::outgoing::OutgoingMessage;
use super::super::{interaction::escape, sentences};
use super::screen::Screen;
use super::task::DeskAction;
use super::{Desk, DeskError};
use crate::metrics::Watch;
use crate::store::{StoreError, Watched};
use crate::watch::{Address, Addresses, CourtListener, Look, News, Trouble, WatchedCase};

/// How often the bot looks whether it is time for a look.
const DUE_EVERY: Duration = Duration::from_secs(60);

/// How long until the first attempt after a failed one; after each further one, it is twice as long.
const RETRY: SignedDuration = SignedDuration::from_hours(1);

/// The longest time between two attempts.
const RETRY_AT_MOST: SignedDuration = SignedDuration::from_hours(24);

/// The most news in one message.
const SHOWN: usize = 8;

/// The most news that wait for a moderator.
const KEPT: usize = 50;

/// What to look at; `None` for what the operator does not want.
pub struct Outside {
    pub docket: Option<CourtListener>,
    pub sources: Option<Addresses>,
}

/// What is kept of a watch between two looks.
#[derive(Serialize, Deserialize)]
#[serde(bound(deserialize = "Known: DeserializeOwned"))]
struct State<Known> {
    /// `None` before the first look that succeeded.
    #[serde(default = "Option::default")]
    known: Option<Known>,
    #[serde(default)]
    failures: u32,
    /// What moderators were told about failures last.
    #[serde(default)]
    told: Option<String>,
    /// What no moderator has confirmed yet.
    #[serde(default)]
    news: Vec<Item>,
    /// What could not be seen on the last look.
    #[serde(default)]
    gaps: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    found_on: Date,
    news: News,
}

/// Without a store, what was seen is kept in memory: a restart looks anew.
pub(super) type InMemory = HashMap<&'static str, Watched>;

/// What a watch has seen, as far as moderators are concerned.
type Summary = State<serde_json::Value>;

impl<Known> Default for State<Known> {
    fn default() -> Self {
        Self { known: None, failures: 0, told: None, news: Vec::new(), gaps: Vec::new() }
    }
}

impl Desk {
    /// Looks when it is time. Never returns.
    pub async fn look_outside(self: Arc<Self>, outside: Outside) {
        let mut due = interval(DUE_EVERY);
        loop {
            due.tick().await;
            if let Some(api) = &outside.docket {
                let looking = async |known: Option<&_>| {
                    let case = WatchedCase::new(&self.responder.case());
                    api.look(&case, known).await
                };
                self.look_at(Watch::Docket, looking).await;
            }
            if let Some(addresses) = &outside.sources {
                let looking = async |known: Option<&_>| {
                    let known = known.cloned().unwrap_or_default();
                    let listed = self.responder.source_addresses().into_iter();
                    let listed: Vec<_> =
                        listed.map(|(title, url)| Address { title, url }).collect();
                    Ok(addresses.look(&listed, &known).await)
                };
                self.look_at(Watch::Sources, looking).await;
            }
        }
    }

    /// Looks if it is time and no other process does.
    async fn look_at<Known: Serialize + DeserializeOwned>(
        &self,
        watch: Watch,
        look: impl AsyncFnOnce(Option<&Known>) -> Result<Look<Known>, Trouble>,
    ) {
        let now = Timestamp::now();
        let is_ours = match self.claim(watch, now).await {
            Ok(is_ours) => is_ours,
            // Whether the store works is logged where amendments are looked for.
            Err(_) => return,
        };
        let Ok(Some(watched)) = self.watched(watch).await else { return };
        self.metrics.looked(watch, watched.looked_at);
        if !is_ours {
            return;
        }
        // What an older version has kept is as good as nothing.
        let mut state: State<Known> = serde_json::from_str(&watched.state).unwrap_or_default();
        let result = look(state.known.as_ref()).await;
        let (due_at, looked_at, message) = self.judge(watch, &mut state, result);
        let looked_at = looked_at.or(watched.looked_at);
        self.metrics.looked(watch, looked_at);
        let state = serde_json::to_string(&state).expect("a state is plain data");
        if let Err(error) = self.keep(watch, Watched { due_at, looked_at, state }).await {
            warn!(%error, "what was seen outside cannot be kept, and may be told again");
        }
        if let Some(message) = message {
            self.news(format!("watch {} {}", watch.name(), now.as_second()), message);
        }
    }

    /// When to look again, when the look succeeded, and what to tell.
    fn judge<Known>(
        &self,
        watch: Watch,
        state: &mut State<Known>,
        result: Result<Look<Known>, Trouble>,
    ) -> (Timestamp, Option<Timestamp>, Option<OutgoingMessage>) {
        let now = Timestamp::now();
        let Look { known, news, gaps } = match result {
            Ok(look) => look,
            Err(trouble) => {
                let (again, message) = judge_trouble(state, &trouble);
                return (now + again, None, message);
            }
        };
        for News { text, url } in &news {
            warn!(watch = watch.name(), url, "new outside: {text}");
        }
        for gap in &gaps {
            info!(watch = watch.name(), "not seen: {gap}");
        }
        info!(watch = watch.name(), news = news.len(), not_seen = gaps.len(), "looked outside");
        let message = (!news.is_empty()).then(|| message_of(watch, &news));
        let found_on = (self.today)();
        state.news.extend(news.into_iter().map(|news| Item { found_on, news }));
        let surplus = state.news.len().saturating_sub(KEPT);
        state.news.drain(..surplus);
        (state.known, state.gaps, state.failures, state.told) = (Some(known), gaps, 0, None);
        (now + every(watch), Some(now), message)
    }

    async fn claim(&self, watch: Watch, now: Timestamp) -> Result<bool, StoreError> {
        if let Some(store) = &self.store {
            return store.claim_watch(watch.name(), now, now + claim_on(watch)).await;
        }
        let mut memory = self.memory.lock().await;
        let nothing = Watched { due_at: now, looked_at: None, state: String::new() };
        let watched = memory.entry(watch.name()).or_insert(nothing);
        let is_due = watched.due_at <= now;
        if is_due {
            watched.due_at = now + claim_on(watch);
        }
        Ok(is_due)
    }

    async fn watched(&self, watch: Watch) -> Result<Option<Watched>, StoreError> {
        match &self.store {
            Some(store) => store.watched(watch.name()).await,
            None => Ok(self.memory.lock().await.get(watch.name()).cloned()),
        }
    }

    async fn keep(&self, watch: Watch, watched: Watched) -> Result<(), StoreError> {
        match &self.store {
            Some(store) => store.set_watched(watch.name(), &watched).await,
            None => {
                self.memory.lock().await.insert(watch.name(), watched);
                Ok(())
            }
        }
    }

    async fn summary(&self, watch: Watch) -> Option<(Option<Timestamp>, Summary)> {
        let watched = self.watched(watch).await.ok()??;
        Some((watched.looked_at, serde_json::from_str(&watched.state).ok()?))
    }

    /// Adds to the report of a check what was seen outside.
    pub async fn with_outside(&self, report: OutgoingMessage) -> OutgoingMessage {
        let checked = self.responder.case_stamp((self.today)()).last_checked;
        let mut lines = Vec::new();
        let mut is_sure = false;
        for watch in [Watch::Docket, Watch::Sources] {
            let Some((looked_at, state)) = self.summary(watch).await else { continue };
            let when = match looked_at {
                Some(at) => format!("last asked on {}", super::amend::day(at)),
                None => "not asked yet with success".to_owned(),
            };
            let news = state.news.iter().filter(|item| item.found_on >= checked);
            let news: Vec<&Item> = news.collect();
            let found = match news.len() {
                0 => "nothing new".to_owned(),
                count => format!("not confirmed yet: {count}"),
            };
            is_sure |= watch == Watch::Docket && looked_at.is_some();
            lines.push(format!("**{}:** {when}; {found}.", escape(title(watch))));
            lines.extend(news.iter().rev().take(SHOWN).map(|item| line_of(&item.news)));
            if let Some(told) = &state.told {
                lines.push(escape(told));
            }
            if let [gap, ..] = state.gaps.as_slice() {
                let count = state.gaps.len();
                lines.push(escape(&format!("Not seen: {count}, such as: {gap}.")));
            }
        }
        if lines.is_empty() {
            return report;
        }
        let has_button = !report.components().is_empty();
        let screen = lines.into_iter().fold(Screen::after(&report), Screen::marked_up);
        match is_sure && !has_button {
            true => screen.buttons([(sentences::CHECKED_TODAY, DeskAction::CheckedToday)]),
            false => screen.rows_of(&report),
        }
        .above(report)
    }

    /// A moderator has looked at all that was new in the docket.
    pub(super) async fn confirm_news(&self) -> Result<(), DeskError> {
        let Some(watched) = self.watched(Watch::Docket).await? else { return Ok(()) };
        let Ok(mut state) = serde_json::from_str::<Summary>(&watched.state) else { return Ok(()) };
        state.news.clear();
        let state = serde_json::to_string(&state).expect("a state is plain data");
        Ok(self.keep(Watch::Docket, Watched { state, ..watched }).await?)
    }
}

/// When to try again, and what to tell. What somebody has to mend is told once.
fn judge_trouble<Known>(
    state: &mut State<Known>,
    trouble: &Trouble,
) -> (SignedDuration, Option<OutgoingMessage>) {
    let failures = state.failures;
    state.failures = failures.saturating_add(1);
    let backed_off = RETRY * (1 << failures.min(5));
    let again = match trouble {
        Trouble::TooMany { wait: Some(wait) } => {
            SignedDuration::try_from(*wait).unwrap_or(RETRY_AT_MOST)
        }
        Trouble::TooMany { wait: None } | Trouble::Unavailable(_) => backed_off,
        Trouble::TokenRefused(_) | Trouble::OtherForm(_) => RETRY_AT_MOST,
    };
    let again = again.clamp(SignedDuration::from_secs(1), RETRY_AT_MOST);
    warn!(%trouble, again_in = format!("{again:#}"), "the docket was not seen");
    let text = match trouble {
        Trouble::TokenRefused(_) | Trouble::OtherForm(_) => format!("{trouble}."),
        Trouble::TooMany { .. } | Trouble::Unavailable(_) => return (again, None),
    };
    if state.told.as_ref() == Some(&text) {
        return (again, None);
    }
    let message = Screen::new(sentences::DOCKET_NOT_SEEN).line(&text).message();
    state.told = Some(text);
    (again, Some(message))
}

/// A process that looks has this long. After that, another one looks.
fn claim_on(watch: Watch) -> SignedDuration {
    match watch {
        Watch::Docket => SignedDuration::from_mins(15),
        Watch::Sources => SignedDuration::from_hours(2),
    }
}

fn every(watch: Watch) -> SignedDuration {
    match watch {
        Watch::Docket => SignedDuration::from_hours(24),
        Watch::Sources => SignedDuration::from_hours(7 * 24),
    }
}

fn title(watch: Watch) -> &'static str {
    match watch {
        Watch::Docket => "The docket at CourtListener",
        Watch::Sources => "The addresses of the sources",
    }
}

fn message_of(watch: Watch, news: &[News]) -> OutgoingMessage {
    let screen = Screen::new(&format!("{}: new", title(watch)));
    let mut screen = news.iter().take(SHOWN).map(line_of).fold(screen, Screen::marked_up);
    if news.len() > SHOWN {
        screen = screen.line(&format!("… and {} more in /faq check.", news.len() - SHOWN));
    }
    match watch {
        Watch::Docket => screen
            .line(sentences::LOOK_AT_DOCKET)
            .buttons([(sentences::CHECKED_TODAY, DeskAction::CheckedToday)]),
        Watch::Sources => screen.line(sentences::LOOK_AT_SOURCES),
    }
    .message()
}

/// Without the preview that Discord would show of the address.
fn line_of(News { text, url }: &News) -> String {
    format!("- {} <{url}>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_become_rarer_and_only_what_somebody_must_mend_is_told_once() {
        let mut state: State<()> = State::default();
        let hours = |again: SignedDuration| again.as_hours();
        let down = Trouble::Unavailable("no answer in time".to_owned());
        let mut waits = Vec::new();
        for _ in 0..7 {
            let (again, message) = judge_trouble(&mut state, &down);
            assert!(message.is_none());
            waits.push(hours(again));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 24, 24]);
        let asked = Trouble::TooMany { wait: Some(Duration::from_secs(90)) };
        assert_eq!(judge_trouble(&mut state, &asked).0, SignedDuration::from_secs(90));
        let refused = Trouble::TokenRefused(401);
        assert!(judge_trouble(&mut state, &refused).1.is_some());
        assert!(judge_trouble(&mut state, &refused).1.is_none());
        let other = Trouble::OtherForm("missing field `results`".to_owned());
        assert!(judge_trouble(&mut state, &other).1.is_some());
    }
}

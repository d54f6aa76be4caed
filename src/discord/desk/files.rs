//! Follows the files of the FAQ: what somebody changes there is served once it has passed the rules, and
//! moderators are told what came of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tracing::{error, info};

use super::super::interaction::outgoing::OutgoingMessage;
use super::super::{moderation, sentences};
use super::{Desk, DeskError};
use crate::knowledge::{ContentHash, Finding, Severity};
use crate::responder::{Reload, ResponderError};
use crate::watch::Folder;

/// Two looks at files that somebody may be writing are this far apart.
const STEADY: Duration = Duration::from_millis(500);

/// Files that never come to rest are taken as they are after so many looks.
const LOOKS: u32 = 60;

/// Files that cannot be served are looked at again after this time before anybody is told: they may be
/// half written, or about to be replaced as a whole.
const DOUBT: Duration = Duration::from_secs(8);

/// The most errors in the content that are logged.
const MAX_ERRORS: usize = 10;

/// What came of following the files; `None` if they are what is served.
type Followed = Result<Option<Reload>, ResponderError>;

impl Desk {
    /// Serves what changes in the folder. Never returns.
    pub async fn follow_files(self: Arc<Self>, mut folder: Folder) {
        let (mut seen, mut doubted, mut is_refused) = (None, None, false);
        loop {
            folder.settle().await;
            let files = self.steady_files(seen.as_ref()).await;
            if seen.as_ref() != Some(&files) {
                let followed = self.follow().await;
                let is_wrong = !matches!(followed, Ok(Ok(_)));
                if is_wrong && doubted.as_ref() != Some(&files) {
                    doubted = Some(files);
                    let _ = timeout(DOUBT, folder.wait()).await;
                    continue;
                }
                let was_refused = std::mem::replace(&mut is_refused, is_wrong);
                // Otherwise it panicked, which was logged.
                if let Ok(followed) = followed {
                    self.tell_of_files(followed, was_refused, &files).await;
                }
                seen = Some(files);
            }
            doubted = None;
            folder.wait().await;
        }
    }

    /// Two equal looks at the files, unless they are as they were seen last.
    async fn steady_files(&self, seen: Option<&ContentHash>) -> ContentHash {
        let look = async || {
            let look = self.work(|responder| responder.fingerprint_of_files()).await;
            look.unwrap_or_default()
        };
        let mut last = look().await;
        for _ in 0..LOOKS {
            if Some(&last) == seen {
                break;
            }
            sleep(STEADY).await;
            if std::mem::replace(&mut last, look().await) == last {
                break;
            }
        }
        last
    }

    async fn follow(&self) -> Result<Followed, DeskError> {
        // The amendments are laid over the files, so they must not change meanwhile.
        let _changing = self.changing.lock().await;
        let today = (self.today)();
        self.work(move |responder| responder.follow(today)).await
    }

    async fn tell_of_files(&self, followed: Followed, was_refused: bool, files: &ContentHash) {
        let (what, message) = match followed {
            Ok(None) => {
                info!("the files of the FAQ are those that are served");
                if !was_refused {
                    return;
                }
                ("again", OutgoingMessage::text(sentences::FILES_ARE_SERVED))
            }
            Ok(Some(reload)) => {
                self.metrics.reloaded(true);
                let result = Ok(reload);
                let message = self
                    .with_outdated(moderation::report_of_files(&result, self.has_store()))
                    .await;
                log_reload(result);
                ("served", message)
            }
            Err(error) => {
                self.metrics.reloaded(false);
                let result = Err(error);
                let message = moderation::report_of_files(&result, self.has_store());
                log_reload(result);
                ("refused", message)
            }
        };
        // Other processes see the same files, and say so once together.
        let served = self.responder.version().0;
        self.news(format!("files {what} {served} {}", files.short()), message);
    }
}

/// Logs what came of loading the content again.
pub fn log_reload(result: Result<Reload, ResponderError>) {
    match result {
        Ok(Reload { changes, findings, .. }) => info!(
            added = changes.added.len(),
            changed = changes.changed.len(),
            withdrawn = changes.withdrawn.len(),
            warnings = findings.len(),
            "the content is up to date"
        ),
        Err(ResponderError::Findings(findings)) => {
            let is_error = |finding: &&Finding| finding.severity == Severity::Error;
            let errors = findings.iter().filter(is_error);
            for Finding { file, line, message, help, .. } in errors.clone().take(MAX_ERRORS) {
                error!(place = format!("{file}:{line}"), "{message} {help}");
            }
            error!(errors = errors.count(), "the content has errors; the old answers stay");
        }
        Err(error) => error!(%error, "the content was not loaded again; the old answers stay"),
    }
}

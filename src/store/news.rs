//! Tells all processes at once that one of them has changed something. Only Postgres can (LISTEN and
//! NOTIFY); on SQLite, and where notifications do not arrive, processes look by themselves.

use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, Executor};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};
use tracing::{debug, info};

use super::{PATIENCE, Store, StoreError};

const CHANNEL: &str = "caseclerk";

/// The pause before a lost connection is replaced.
const PAUSE: Duration = Duration::from_secs(1);

/// What is heard of changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// Grows whenever something may have changed.
    pub heard: u64,
    /// Whether notifications arrive now. Behind a pooler that hands a connection to somebody else after
    /// each transaction, they never do.
    pub arrive: bool,
}

impl Store {
    /// Listens as long as the runtime lives, and says so there. Each use of `doubt` makes it listen
    /// anew: somebody found a change that it had not heard of. Returns at once for SQLite.
    pub async fn listen(&self, news: &watch::Sender<News>, doubt: &Notify) {
        if !self.is_remote() {
            return;
        }
        loop {
            let heard = async {
                tokio::select! {
                    result = self.hear(news) => result,
                    () = doubt.notified() => Ok(()),
                }
            };
            // Whether the store works is noticed where it is used.
            if let Err(error) = heard.await {
                debug!(%error, "changes of other processes are not heard of");
            }
            news.send_if_modified(|news| std::mem::take(&mut news.arrive));
            sleep(PAUSE).await;
        }
    }

    /// Hears of changes until the connection is lost.
    async fn hear(&self, news: &watch::Sender<News>) -> Result<(), StoreError> {
        let connect = async {
            let mut listener = PgListener::connect(&self.url).await?;
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        let mut listener = timeout(PATIENCE, connect).await.map_err(|_| StoreError::Slow)??;
        // Nobody has heard of what was changed before.
        news.send_modify(|news| news.heard += 1);
        // Through another connection, as everybody's changes.
        let greeting = format!("NOTIFY {CHANNEL}, 'process {}'", self.process);
        self.with(async |pool| Ok(pool.execute(greeting.as_str()).await?)).await?;
        while listener.try_recv().await?.is_some() {
            news.send_modify(|news| {
                if !news.arrive {
                    info!("changes of other processes are heard of at once");
                }
                *news = News { heard: news.heard + 1, arrive: true };
            });
        }
        Ok(())
    }
}

/// Tells all processes, once this transaction is committed.
pub async fn tell(transaction: &mut AnyConnection) -> Result<(), sqlx::Error> {
    if transaction.backend_name() == "PostgreSQL" {
        let statement = format!("NOTIFY {CHANNEL}");
        transaction.execute(statement.as_str()).await?;
    }
    Ok(())
}

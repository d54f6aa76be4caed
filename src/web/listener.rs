//! Listens, and bounds what one client can use up.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::Web;

/// The most connections at the same time; further ones wait.
const CONNECTIONS: usize = 1024;

/// How long a client may take to send the head of a request, the pause before it included. Longer
/// than reverse proxies keep an idle connection (nginx: 60 s), so that it is never we who close a
/// connection on which a request is on its way.
const HEAD: Duration = Duration::from_secs(75);

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// The pause after a connection could not be accepted, as when there are too many open files.
const PAUSE: Duration = Duration::from_millis(200);

/// Nobody can listen on the address that the operator has named.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} (web.listen): {}", remedy(source))]
pub struct ListenError {
    address: SocketAddr,
    source: io::Error,
}

/// An address that is listened on.
pub struct Listener(TcpListener);

impl Listener {
    pub async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let listener = TcpListener::bind(address).await;
        listener.map(Self).map_err(|source| ListenError { address, source })
    }

    /// Serves until `stop` completes, then finishes the requests that have begun, but no longer than
    /// `patience`.
    pub async fn serve(self, web: Web, stop: impl Future<Output = ()>, patience: Duration) {
        let address = self.0.local_addr().map(|address| address.to_string());
        info!(address = address.unwrap_or_default(), "listening");
        let service = TowerToHyperService::new(web.router());
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(LONGEST_HEAD);
        let graceful = GracefulShutdown::new();
        let permits = Arc::new(Semaphore::new(CONNECTIONS));
        tokio::pin!(stop);
        loop {
            // The semaphore is never closed.
            let accepted = async { (permits.clone().acquire_owned().await, self.0.accept().await) };
            let (permit, accepted) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    let connection = http.serve_connection(TokioIo::new(stream), service.clone());
                    let connection = graceful.watch(connection);
                    tokio::spawn(async move {
                        // A client that goes away is no error of ours.
                        let _ = connection.await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    warn!(%error, "a connection cannot be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
        drop(self);
        if timeout(patience, graceful.shutdown()).await.is_err() {
            warn!("not every request was finished in time");
        }
    }
}

fn remedy(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there already; stop it, or name another port".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine has no such address; 127.0.0.1 and 0.0.0.0 always exist".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "this user may not use the port; name one above 1023".to_owned()
        }
        _ => error.to_string(),
    }
}

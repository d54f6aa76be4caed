//! A proxy on loopback that a test can cut or stall, between the program and a server.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the proxy does with its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    Passes,
    /// Connections stay open, and nothing comes through.
    Stalls,
    /// Connections are closed.
    Ends,
}

pub struct Proxy {
    pub address: SocketAddr,
    traffic: watch::Sender<Traffic>,
}

impl Proxy {
    /// A proxy in front of this server.
    pub async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (traffic, seen) = watch::channel(Traffic::Passes);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server.clone(), seen.clone()));
            }
        });
        Self { address, traffic }
    }

    pub fn set(&self, traffic: Traffic) {
        self.traffic.send_replace(traffic);
    }
}

async fn pass(mut client: TcpStream, server: String, mut traffic: watch::Receiver<Traffic>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let mut copying = std::pin::pin!(copy_bidirectional(&mut client, &mut server));
    loop {
        let now = *traffic.borrow_and_update();
        if now == Traffic::Ends {
            return;
        }
        tokio::select! {
            _ = &mut copying, if now == Traffic::Passes => return,
            changed = traffic.changed() => if changed.is_err() { return },
        }
    }
}

//! `caseclerk health`: whether a running `caseclerk run` is connected to Discord, or without the
//! gateway, whether it answers. A container's health check calls it.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use caseclerk::config::Settings;
use caseclerk::discord::heartbeat::{is_recent, last_heard};

use super::Exit;

/// How long the listener may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

pub fn run(settings: &Settings) -> anyhow::Result<Exit> {
    let (line, exit) = match settings.discord.gateway {
        true => of_gateway(settings)?,
        false => of_listener(settings)?,
    };
    writeln!(std::io::stdout(), "{line}")?;
    Ok(exit)
}

fn of_gateway(settings: &Settings) -> anyhow::Result<(String, Exit)> {
    let file = settings.discord.heartbeat_file.as_ref().context(
        "discord.heartbeat_file is not set; without it `caseclerk run` leaves no sign of life",
    )?;
    let age = last_heard(file, SystemTime::now())
        .with_context(|| format!("cannot read {}", file.display()))?;
    Ok(match age {
        Some(age) if is_recent(age, settings.discord.silence) => {
            (format!("connected: last heard from Discord {} s ago", age.as_secs()), Exit::Success)
        }
        Some(age) => (
            format!("not connected: last heard from Discord {} s ago", age.as_secs()),
            Exit::Findings,
        ),
        None => ("not connected: not heard from Discord yet".to_owned(), Exit::Findings),
    })
}

fn of_listener(settings: &Settings) -> anyhow::Result<(String, Exit)> {
    let address =
        settings.web.listen.context("web.listen is not set, and discord.gateway is false")?;
    let url = format!("http://{}/readyz", reachable(address));
    let status = super::runtime()?.block_on(async {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        anyhow::Ok(client.get(&url).send().await.map(|answer| answer.status()))
    })?;
    Ok(match status {
        Ok(status) if status.is_success() => (format!("ready: {url} says {status}"), Exit::Success),
        Ok(status) => (format!("not ready: {url} says {status}"), Exit::Findings),
        Err(error) => (format!("not ready: {:#}", anyhow::Error::from(error)), Exit::Findings),
    })
}

/// Whoever listens on all addresses is reached at that of this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

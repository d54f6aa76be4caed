//! From serenity's models to serenity's builders, without a network.
//!
//! [`read`] takes from an event what matters here, [`router`] decides what to do and asks the core,
//! [`render`] lays a reply out as a message, and [`outgoing`] turns that message into whichever
//! builder sends it. Discord's limits are in [`limits`].

mod components;
pub mod limits;
mod markdown;
pub mod outgoing;
pub mod read;
pub mod render;
pub mod router;

pub(super) use markdown::{clip, escape};

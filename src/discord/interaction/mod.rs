//! Turns interactions and messages into responses: serenity's models in, serenity's builders out,
//! without network access.
//!
//! [`read`] extracts the relevant parts of an event, [`router`] decides what to do and asks the
//! core, [`render`] lays a reply out as a message, and [`outgoing`] turns that message into one of
//! serenity's builders. Discord's limits are in [`limits`].

pub mod components;
pub mod limits;
mod markdown;
pub mod outgoing;
pub mod read;
pub mod render;
pub mod router;

pub(super) use markdown::{clip, escape, unescape};

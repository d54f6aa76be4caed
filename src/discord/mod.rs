//! The Discord front end.
//!
//! [`interaction`] holds everything between an event and the response to it: it reads serenity's
//! models, asks the core, and answers with serenity's builders, without touching a network.
//! [`gateway`] receives events and sends the responses through `api`. An HTTP endpoint for
//! interactions would be a second way in and use the same router. What the bot says about the case
//! comes from [`crate::reply`]; the few sentences of this front end are in [`sentences`].

// Most public items here carry Discord's own names, which need no explanation.
#![allow(missing_docs)]

mod api;
mod cache;
pub mod commands;
mod events;
pub mod gateway;
pub mod heartbeat;
pub mod interaction;
mod moderation;
mod registration;
pub mod sentences;
mod token_bucket;

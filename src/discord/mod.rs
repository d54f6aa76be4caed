//! The Discord front end.
//!
//! [`interaction`] turns an event into a response: it reads serenity's models, asks the core, and
//! builds the response, without network access. [`gateway`] receives events and sends responses
//! through `api`; [`http`] does the same for interactions that Discord sends over HTTP. Sentences about
//! the case come from [`crate::reply`]; the few sentences of this front end are in [`sentences`].

mod api;
mod bot;
mod cache;
mod chart;
pub mod commands;
pub mod connection;
pub mod desk;
pub mod diagnosis;
mod events;
pub mod gateway;
pub mod heartbeat;
pub mod http;
pub mod interaction;
mod limits_rule;
mod moderation;
pub mod preview;
mod rate_limits;
mod registration;
pub mod sentences;
mod shards;
mod token_bucket;

pub use bot::Bot;
pub use limits_rule::LIMITS_RULE;

//! The front end for Discord.
//!
//! An event becomes a [`request`], the [`router`] asks the core and [`render`]s what it replies,
//! and a [`callback`] is what is sent; none of them knows a network. [`gateway`] is the door by
//! which events come in, `rest` the one by which responses go out: a second door, by HTTP, would
//! use the same router. Every limit of Discord stands in [`limits`], every command in [`commands`],
//! every short sentence of this front end in [`sentences`]; what is said about the case comes from
//! [`crate::reply`].

pub mod callback;
pub mod commands;
pub mod components;
pub mod cooldown;
pub mod desk;
pub mod gateway;
mod handler;
pub mod heartbeat;
pub mod limits;
mod markdown;
mod memory;
mod registration;
pub mod render;
pub mod request;
mod rest;
pub mod router;
pub mod sentences;

//! Caseclerk answers questions about one court case from a vetted FAQ. Every answer cites its
//! sources and says where the case stands. When no answer fits, the bot says so.
//!
//! # Guided tour
//!
//! A synchronous core, which knows no chat system, turns a question into a [`reply::Reply`]. Thin
//! front ends turn the outside world into questions, and replies into their own medium. The code
//! that loads the content also checks it.
//!
//! Content comes in here:
//!
//! * [`legal`] has the vocabulary of the field: a case and its stamp, sources, citations, standing.
//! * [`knowledge`] reads the files under `faq/`. Every mistake in them becomes a finding.
//! * [`lint`] checks what has been read: what an answer says, how it says it, whether people can
//!   find it.
//! * [`index`] writes the content into a Tantivy index on disk, and opens it again.
//!
//! A question takes this way:
//!
//! * [`ask`] and [`commands`] describe what a front end can ask for.
//! * [`responder`] is the only door for front ends.
//! * [`language`] turns text into words.
//! * [`matcher`] decides on an outcome: an answer, a choice of answers, or none.
//! * [`reply`] puts the outcome into words, with citations and the case stamp.
//! * [`terminal`] lays a reply out for a terminal; `discord`, a feature, sends it to Discord.
//!
//! Beside that, [`config`] reads the configuration and [`eval`] measures the matcher. The binary's
//! `cli` module has one file for each subcommand.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod ask;
pub mod commands;
pub mod config;
#[cfg(feature = "discord")]
pub mod discord;
pub mod eval;
pub mod index;
pub mod knowledge;
pub mod language;
pub mod legal;
pub mod lint;
pub mod matcher;
pub mod reply;
pub mod responder;
pub mod terminal;
mod text_position;

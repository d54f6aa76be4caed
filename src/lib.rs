//! Caseclerk answers questions about one court case from a vetted FAQ. Every answer cites its
//! sources and says where the case stands. When no answer fits, the bot says so.
//!
//! # Guided tour
//!
//! A synchronous core, which is independent of any chat system, turns a question into a
//! [`reply::Reply`]. Thin front ends turn their input into questions, and replies into their
//! output. The code that loads the content also checks it.
//!
//! The content passes through these modules:
//!
//! * [`legal`] has the legal vocabulary: a case and its stamp, sources, citations, standing.
//! * [`knowledge`] reads the files under `faq/`. Every mistake in them becomes a finding.
//! * [`lint`] checks the loaded content: what an answer says, how it is written, whether people can
//!   find it.
//! * [`index`] builds a Tantivy index of the content, caches it on disk, and searches it.
//!
//! A question passes through these:
//!
//! * [`ask`] and [`commands`] describe what a front end can ask for.
//! * [`responder`] is the interface of the core for front ends.
//! * [`conversation`] is what was asked and answered before.
//! * [`markup`] removes the markup of a chat, so that only words are left.
//! * [`language`] splits text into words.
//! * [`matcher`] decides on an outcome: an answer, a choice of answers, or none.
//! * [`reply`] puts the outcome into words, with citations and the case stamp.
//! * [`redaction`] removes what names a person from a question that is to be kept.
//! * [`terminal`] lays a reply out for a terminal; `discord`, a feature, sends it to Discord, and
//!   `web`, part of that feature, shows it as a page.
//!
//! `watch`, part of that feature too, notices what changes outside: the files of the FAQ, the docket
//! of the case, the sources.
//!
//! In addition, [`config`] reads the configuration and [`eval`] measures the matcher. The binary's
//! `cli` module has one file for each subcommand.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod ask;
pub mod commands;
pub mod config;
pub mod conversation;
#[cfg(feature = "discord")]
pub mod discord;
pub mod eval;
pub mod index;
pub mod knowledge;
pub mod language;
pub mod legal;
pub mod lint;
pub mod markup;
pub mod matcher;
#[cfg(feature = "discord")]
pub mod metrics;
pub mod progress;
pub mod redaction;
pub mod reply;
pub mod responder;
#[cfg(feature = "discord")]
pub mod store;
pub mod terminal;
mod text_position;
#[cfg(feature = "discord")]
pub mod watch;
#[cfg(feature = "discord")]
pub mod web;

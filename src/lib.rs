//! Caseclerk answers people's questions about one court case from a vetted FAQ: always with
//! sources, always with where the case stands, and silent rather than wrong.
//!
//! # Layout
//!
//! A synchronous core that knows no chat system turns a question into a [`reply::Reply`]; thin
//! front ends turn the outside world into a question, and a reply into their own medium. Content is
//! checked by the same code that loads it. Read the modules in the order in which a question passes
//! them:
//!
//! * [`legal`]: the vocabulary: a case and its stamp, sources, citations, standing.
//! * [`knowledge`]: the files under `faq/` become a [`knowledge::Knowledge`], and every mistake in
//!   them a finding.
//! * [`language`]: a text becomes words.
//! * [`index`]: the knowledge becomes a Tantivy index on disk, and back.
//! * [`matcher`]: a question becomes an outcome: answered, ambiguous, or an honest no.
//! * [`reply`]: an outcome becomes what to say, with citations and the case stamp.
//! * [`responder`]: the only door for front ends.
//! * [`terminal`]: the front end for a terminal, and JSON.
//! * `discord`: the front end for Discord, behind the feature of that name.
//! * [`lint`]: rules over the content.
//! * [`config`], [`ask`], [`commands`]: settings, what was asked, and the commands that ask for it.

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

//! The short sentences of this front end: about buttons, waiting and permissions. What is said
//! about the case comes from [`crate::reply`].

/// Under a private answer.
pub const POST: &str = "Post to channel";
/// Above the questions that lead on from an answer.
pub const RELATED: &str = "Related questions";
/// Above the questions of which one may be meant.
pub const CHOOSE: &str = "Choose a question";
/// The way out of a choice.
pub const NONE_OF_THESE: &str = "None of these";
/// To the page before.
pub const PREVIOUS_PAGE: &str = "Previous page";
/// To the page after.
pub const NEXT_PAGE: &str = "Next page";
/// Before what kind of claim an answer rests on.
pub const STANDING: &str = "Standing";
/// Above conflicting sources.
pub const CONFLICTS: &str = "Where sources disagree";
/// Above the sources.
pub const SOURCES: &str = "Sources";
/// Before the words of the other side.
pub const IN_RESPONSE: &str = "In response";

/// The message that was to be checked holds nothing that can be read.
pub const NOTHING_TO_READ: &str =
    "That message has no text that I can read, so there is nothing to check.";
/// A button of an older version, or a forged one.
pub const UNKNOWN_BUTTON: &str = "That button does not work any more: it comes from an older version of me. Ask again with /ask.";
/// A command that Discord still shows and that is no more.
pub const UNKNOWN_COMMAND: &str =
    "I do not have that command any more. Discord will stop showing it soon; /ask works.";
/// The second press of the button that posts.
pub const ALREADY_POSTED: &str = "That answer was just posted to this channel.";
/// The member may not write where the answer was to be posted.
pub const MAY_NOT_POST: &str =
    "You may not write in this channel, so I do not post there for you either.";
/// The bot may not write where the answer was to be posted.
pub const BOT_MAY_NOT_POST: &str =
    "I may not write in this channel. A moderator of this server can allow it.";
/// A moderators' command outside the operator's server.
pub const DESK_ELSEWHERE: &str = "This command works only in the server of those who run this bot.";
/// A moderators' command by somebody who is none.
pub const DESK_NOT_YOU: &str = "This command is for those who look after the FAQ: they have the permission Manage Server, or a role for it.";
/// A reload while another one runs.
pub const DESK_BUSY: &str = "The FAQ is being loaded already. Try again in a moment.";
/// No entry under that name.
pub const DESK_NO_ENTRY: &str = "There is no entry under that name, not even a draft.";
/// To a moderator who asked to see neither an entry nor a question.
pub const DESK_SHOW_WHAT: &str =
    "Name an entry, or give a question to see why I answer it as I do.";

/// Above an answer that a member posted.
pub fn shared_by(member: u64) -> String {
    format!("Shared by <@{member}>")
}

/// Too many questions.
pub fn please_wait(seconds: u64) -> String {
    let seconds = seconds.max(1);
    let seconds = if seconds == 1 { "1 second".to_owned() } else { format!("{seconds} seconds") };
    format!("That was a lot at once. Please ask again in {seconds}; I will be here.")
}

/// After an apology, so that the operator finds the log line.
pub fn reference(id: &str) -> String {
    format!("If you tell a moderator, name this reference: {id}")
}

/// Under a page of several.
pub fn page(number: usize, of: usize) -> String {
    format!("Page {number} of {of}. ")
}

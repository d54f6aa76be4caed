//! The short sentences of this front end: about buttons, waiting and permissions. Sentences about
//! the case come from [`crate::reply`].

/// The button under a private answer.
pub const SHARE: &str = "Share";
/// The buttons with which members say what they think of an answer.
pub const HELPFUL: &str = "Helpful";
pub const NOT_RIGHT: &str = "Not right";
/// The label and the hint of the text field for what is not right. Discord allows 45 characters in
/// a label.
pub const WHAT_IS_WRONG: &str = "What is not right? You may leave this empty.";
pub const NAME_NOBODY: &str = "The moderators read this, without your name. Please name nobody.";
/// The replies to them.
pub const THANKS: &str = "Thank you. You called this answer helpful.";
pub const THANKS_NOT_RIGHT: &str = "Thank you. You called this answer not right.";
pub const MODERATORS_WILL_SEE: &str =
    "The moderators will see what was asked and what you wrote, but not who you are.";
pub const NOT_COUNTED: &str =
    "I could not count that, because something does not work now. Please try again later.";
/// The form with which a moderator holds an answer back.
pub const HOLD: &str = "Hold this answer back";
pub const HOLD_REASON: &str = "Why?";
pub const REASON_IS_KEPT: &str = "It is kept with your name. Members do not see it.";
pub const HOLD_UNTIL: &str = "Last day (empty: until you release it)";
/// For a message that shows no answer.
pub const NO_ANSWER_TO_HOLD: &str =
    "That message does not show one of my answers. Choose one of mine, or use /faq hold.";
/// The form with which a moderator looks for an answer.
pub const FIND_ANSWER: &str = "Find another answer";
pub const WORDS_OF_ANSWER: &str = "Words of its question";
/// Above the list of corrections.
pub const CORRECTIONS: &str = "Answers that were corrected after I posted them";
pub const NO_CORRECTIONS: &str = "No answer that I posted had to be corrected so far.";
pub const KEEPS_NO_CORRECTIONS: &str =
    "Whoever runs me keeps no list of corrections, so old messages of mine may show an old answer.";
pub const CORRECTIONS_UNKNOWN: &str =
    "I cannot look up the corrections now. Please try again later.";
/// Asked before an answer is posted.
pub const CONFIRM_POST: &str = "Post this to the channel, where everybody can read it?";
pub const POST: &str = "Post";
pub const POST_WITH_NAME: &str = "Post with my name";
/// The button under a posted answer.
pub const REMOVE: &str = "Remove";
/// The placeholder of the menu of related questions.
pub const RELATED: &str = "Related questions";
/// The placeholder of the menu when several questions may be meant.
pub const CHOOSE: &str = "Choose a question";
pub const NONE_OF_THESE: &str = "None of these";
/// The placeholder of the menu of pages.
pub const MORE: &str = "More";
pub const CONFLICTS: &str = "Where sources disagree";
pub const SOURCES: &str = "Sources";
/// The button that opens the page of an answer.
pub const READ_ON_THE_WEB: &str = "Read it as a page";
/// The label of a response of the other side.
pub const IN_RESPONSE: &str = "In response";

/// For a message command on a message without text.
pub const NOTHING_TO_READ: &str =
    "I find no text in that message. If you see some, copy it and ask me with /ask.";
/// For a reply to somebody else's message that only asks whether it is true.
pub const CANNOT_SEE: &str = "I cannot see the message that you reply to. To check it, press and \
     hold it, then choose Apps and Check against the FAQ. Or ask me in your own words.";
/// For a message that mentions the bot's role instead of the bot.
pub const MENTION_ME: &str = "Discord does not show me messages that mention my role. Mention me \
     instead: type @ and choose the name with the mark APP. Or use /ask.";
/// For a component of an older version, or a forged one.
pub const UNKNOWN_BUTTON: &str = "That button does not work any more: it comes from an older \
     version of me. Ask again with /ask.";
/// For an interaction that cannot be read.
pub const UNREADABLE: &str =
    "I could not read what Discord told me about that. Mention me with your question instead.";
/// If the bot may not show embeds in a channel.
pub const NO_EMBEDS: &str = "I may not show my answer in this channel: I lack the permission Embed \
     Links. Ask me with /ask, or ask a moderator of this server to allow it.";
/// For a command that is still registered but no longer exists.
pub const UNKNOWN_COMMAND: &str =
    "I do not have that command any more. Discord will stop showing it soon; /ask works.";
/// For a second click on the button [`POST`].
pub const ALREADY_POSTED: &str = "That answer was just posted to this channel.";
pub const MAY_NOT_REMOVE: &str =
    "Only the member who posted this, or a moderator of this server, can remove it.";
pub const MAY_NOT_POST: &str =
    "You may not write in this channel, so I do not post there for you either.";
pub const BOT_MAY_NOT_POST: &str =
    "I may not write in this channel. A moderator of this server can allow it.";
/// For a moderators' command outside of the operator's server.
pub const MODERATION_ELSEWHERE: &str =
    "This command works only in the server of those who run this bot.";
pub const NOT_A_MODERATOR: &str = "This command is for those who look after the FAQ: they have \
     the permission Manage Server, or a role for it.";
/// For a reload while another one is running.
pub const RELOAD_RUNNING: &str = "The FAQ is being loaded already. Try again in a moment.";
/// Above the report of a reload that nobody has asked for.
pub const FILES_CHANGED: &str = "The files of the FAQ have changed.";
/// After such a report of errors, if the change was taken back.
pub const FILES_ARE_SERVED: &str =
    "The files of the FAQ are as they were before the errors. Nothing changes for members.";
/// Above why the docket was not seen.
pub const DOCKET_NOT_SEEN: &str = "I can no longer see whether anything happened in the docket.";
/// Below what is new in the docket.
pub const LOOK_AT_DOCKET: &str = "I have changed nothing. Look at it. If it changes what the FAQ says, \
     hold the answers about the status back until they are corrected. If it does not, press the button.";
/// Below what is new about the addresses of sources.
pub const LOOK_AT_SOURCES: &str = "I have changed nothing. Look at them, and correct sources.toml: \
     perhaps with an archived copy.";
pub const NO_SUCH_ENTRY: &str = "There is no answer with that id or title, not even a draft. \
     Choose one from the list that opens as you type.";
/// For `/faq show` without an option.
pub const NOTHING_TO_SHOW: &str =
    "Give the id of an entry, or a question to see why I answer it as I do.";

/// The button that opens the evidence of an answer. `count` is how many sources and quotations it
/// has.
pub fn evidence(count: usize) -> String {
    format!("Sources ({count})")
}

/// Above an answer that a member posted.
pub fn shared_by(member: u64) -> String {
    format!("Shared by <@{member}>")
}

/// Above an answer that was changed after it was posted.
pub fn corrected_on(day: &str) -> String {
    format!("Corrected on {day}: the answer here was changed after it was posted.")
}

/// In place of an answer that is no longer given.
pub fn withdrawn_on(day: &str) -> String {
    format!("Withdrawn on {day}: the answer that was here is no longer given.")
}

/// For a user or a channel that is rate limited.
pub fn please_wait(seconds: u64) -> String {
    let seconds = seconds.max(1);
    let seconds = if seconds == 1 { "1 second".to_owned() } else { format!("{seconds} seconds") };
    format!("That was a lot at once. Please ask again in {seconds}; I will be here.")
}

/// Follows an apology, so that the operator can find the error in the log.
pub fn reference(id: &str) -> String {
    format!("If you tell a moderator, name this reference: {id}")
}

/// The placeholder of a menu of pages, counted from 1.
pub fn pages(first: usize, last: usize) -> String {
    format!("{first} to {last}")
}

/// While the questions with a known answer are asked.
pub const CHECKING: &str =
    "I am checking that no other question gets a worse answer. That takes some seconds.";

/// For a moderator who holds an answer back to a day that does not exist. `reason` is given back, so
/// that nobody has to write it twice.
pub fn no_such_day(day: &str, reason: &str) -> String {
    format!(
        "Nothing is held back yet, because I do not understand the day “{day}”. Write it like \
         2026-12-31: year, month, day. Your reason was: {reason}"
    )
}

/// The button below [`status_is_overdue`].
pub const CHECKED_TODAY: &str = "Checked today, nothing new";

/// For moderators, when nobody has checked the status of the case for longer than the operator allows.
/// `has_button` is whether a moderator can confirm it with [`CHECKED_TODAY`].
pub fn status_is_overdue(last_checked: &str, days: i32, has_button: bool) -> String {
    let confirm = match has_button {
        true => "press the button below",
        false => "set last_checked in case.toml",
    };
    format!(
        "Nobody has checked the status of the case since {last_checked}, {days} days ago, and every \
         answer says so. Look whether anything happened. If nothing did, {confirm}. If something did, \
         hold the answers about the status back until they are corrected."
    )
}

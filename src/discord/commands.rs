//! The table of the bot's commands in Discord. Registration, routing and help use it.

use serenity::all::{
    CommandOptionType, CommandType, CreateCommand, CreateCommandOption, InstallationContext,
    InteractionContext, Permissions,
};

use super::desk::{PERIODS, USUAL_PERIOD};
use super::interaction::limits;
use crate::commands::{Command, Commands};

/// The message command, which is in the context menu of a message.
pub const CHECK: &str = "Check against the FAQ";
pub const ASK: &str = "ask";
pub const HELP: &str = "help";
pub const CORRECTIONS: &str = "corrections";
pub const QUESTION: &str = "question";
pub const PRIVATE: &str = "private";
/// The moderators' command; its subcommands are in the table.
pub const MODERATION: &str = "faq";
pub const ENTRY: &str = "entry";
pub const REASON: &str = "reason";
pub const UNTIL: &str = "until";
pub const DAYS: &str = "days";

/// The action of a command.
#[derive(Debug, Clone, Copy)]
pub enum Action<'c> {
    Ask,
    /// A command that every front end has.
    Show(&'c Command),
    /// Answers the text of the selected message.
    Check,
    Help,
    /// Lists the corrections of what the bot posted.
    Corrections,
    Moderate(ModerationAction),
}

/// The action of a moderators' command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModerationAction {
    Reload,
    /// Reports what a reload would change.
    Check,
    /// Shows everything about an entry, or explains the decision about a question.
    Show,
    /// Shows what the bot could not answer.
    Gaps,
    /// Holds answers back.
    Hold,
    /// Ends a hold.
    Release,
    /// Shows who changed what.
    Audit,
    /// Shows how many questions were asked and answered.
    Stats,
}

#[derive(Debug, Clone, Copy)]
pub struct Row<'c> {
    /// The name without the slash; a subcommand follows after a space.
    pub name: &'c str,
    pub summary: &'c str,
    pub action: Action<'c>,
}

/// Every command, in the order in which help lists them.
pub fn table(shared: &Commands) -> impl Iterator<Item = Row<'_>> {
    let row = |name, summary, action| Row { name, summary, action };
    let ask = row(ASK, &shared.ask, Action::Ask);
    let shared = shared.list.iter().map(move |c| row(&c.name, &c.summary, Action::Show(c)));
    let moderation = [
        ("faq reload", "Load the FAQ again and report what changed", ModerationAction::Reload),
        (
            "faq check",
            "Report what a reload would change, without changing anything",
            ModerationAction::Check,
        ),
        (
            "faq show",
            "Show an entry with its evidence, even a draft, or why a question is answered as it is",
            ModerationAction::Show,
        ),
        ("faq gaps", "What I could not answer, and teach it", ModerationAction::Gaps),
        (
            "faq hold",
            "Hold an answer back at once: members are told that it is under review",
            ModerationAction::Hold,
        ),
        ("faq release", "Give an answer again that was held back", ModerationAction::Release),
        ("faq audit", "Who changed what here, and undo it", ModerationAction::Audit),
        (
            "faq stats",
            "How many questions were asked and answered, in numbers and as a picture",
            ModerationAction::Stats,
        ),
    ];
    let moderation = moderation
        .into_iter()
        .map(move |(name, summary, action)| row(name, summary, Action::Moderate(action)));
    let check =
        row(CHECK, "In the menu of a message, under Apps: what the FAQ says to it", Action::Check);
    let help = row(HELP, "How to ask, and what else I can do", Action::Help);
    let what = "Which answers were corrected after I posted them, and when";
    let corrections = row(CORRECTIONS, what, Action::Corrections);
    std::iter::once(ask).chain(shared).chain([corrections, help, check]).chain(moderation)
}

pub fn find<'c>(shared: &'c Commands, name: &str, subcommand: Option<&str>) -> Option<Action<'c>> {
    let name =
        subcommand.map_or_else(|| name.to_owned(), |subcommand| format!("{name} {subcommand}"));
    table(shared).find(|row| row.name == name).map(|row| row.action)
}

/// The names and summaries of the commands for members, for the help.
pub fn help(shared: &Commands) -> Vec<(String, String)> {
    let for_members = table(shared).filter(|row| !matches!(row.action, Action::Moderate(_)));
    let shown = for_members.map(|row| {
        let name = if matches!(row.action, Action::Check) {
            row.name.to_owned()
        } else {
            format!("/{}", row.name)
        };
        (name, row.summary.to_owned())
    });
    shown.collect()
}

/// The global commands. They work in servers and direct messages, for server and user installs.
pub fn global(shared: &Commands) -> Vec<CreateCommand> {
    let commands = table(shared).filter_map(|row| match row.action {
        Action::Ask => Some(
            everywhere(row.name).description(row.summary).set_options(vec![question(), private()]),
        ),
        Action::Show(shared) => {
            Some(everywhere(row.name).description(row.summary).set_options(shown_options(shared)))
        }
        Action::Help | Action::Corrections => {
            Some(everywhere(row.name).description(row.summary).set_options(vec![private()]))
        }
        Action::Check => Some(everywhere(row.name).kind(CommandType::Message)),
        Action::Moderate(_) => None,
    });
    commands.collect()
}

/// The moderators' commands, for the operator's server.
pub fn moderation(shared: &Commands) -> Vec<CreateCommand> {
    let subcommands = table(shared).filter_map(|row| {
        let Action::Moderate(action) = row.action else { return None };
        let name = row.name.split(' ').next_back()?;
        let option = CreateCommandOption::new(CommandOptionType::SubCommand, name, row.summary);
        Some(match action {
            ModerationAction::Show => option.add_sub_option(entry()).add_sub_option(asked()),
            ModerationAction::Hold => {
                option.add_sub_option(held()).add_sub_option(reason()).add_sub_option(until())
            }
            ModerationAction::Stats => option.add_sub_option(days()),
            _ => option,
        })
    });
    let command = CreateCommand::new(MODERATION)
        .description("Look after the FAQ")
        .default_member_permissions(Permissions::MANAGE_GUILD)
        .set_options(subcommands.collect());
    vec![command]
}

fn everywhere(name: &str) -> CreateCommand {
    use InteractionContext::{BotDm, Guild, PrivateChannel};
    CreateCommand::new(name)
        .contexts(vec![Guild, BotDm, PrivateChannel])
        .integration_types(vec![InstallationContext::Guild, InstallationContext::User])
}

fn shown_options(shared: &Command) -> Vec<CreateCommandOption> {
    let words = shared.words.map(|(name, what)| {
        let option = CreateCommandOption::new(CommandOptionType::String, name, what).required(true);
        option.set_autocomplete(true).max_length(limits::QUESTION)
    });
    words.into_iter().chain([private()]).collect()
}

fn question() -> CreateCommandOption {
    let what = "Your question; choose a vetted one from the list, or ask in your own words";
    let option = CreateCommandOption::new(CommandOptionType::String, QUESTION, what).required(true);
    option.set_autocomplete(true).max_length(limits::QUESTION)
}

fn private() -> CreateCommandOption {
    CreateCommandOption::new(CommandOptionType::Boolean, PRIVATE, "Whether only you see the answer")
}

fn entry() -> CreateCommandOption {
    let option = CreateCommandOption::new(
        CommandOptionType::String,
        ENTRY,
        "The id of the entry, or words in it",
    );
    option.set_autocomplete(true)
}

fn held() -> CreateCommandOption {
    let what = "The answer; or a topic, or everything";
    let option = CreateCommandOption::new(CommandOptionType::String, ENTRY, what);
    option.set_autocomplete(true).required(true)
}

fn reason() -> CreateCommandOption {
    let what = "Why; it is kept with your name, and members do not see it";
    let option = CreateCommandOption::new(CommandOptionType::String, REASON, what);
    option.max_length(limits::REASON).required(true)
}

fn until() -> CreateCommandOption {
    let what = "The last day, such as 2026-12-31; without one, until you release it";
    CreateCommandOption::new(CommandOptionType::String, UNTIL, what)
}

fn days() -> CreateCommandOption {
    let what = format!("How many days to look back on; without, {USUAL_PERIOD}");
    let option = CreateCommandOption::new(CommandOptionType::Integer, DAYS, what);
    PERIODS
        .into_iter()
        .fold(option, |option, days| option.add_int_choice(format!("{days} days"), i32::from(days)))
}

fn asked() -> CreateCommandOption {
    let what = "A question as a member would ask it";
    CreateCommandOption::new(CommandOptionType::String, QUESTION, what).max_length(limits::QUESTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_an_action_and_is_within_limits() {
        let shared = Commands { ask: "Ask".to_owned(), list: Vec::new() };
        for row in table(&shared) {
            let mut words = row.name.splitn(2, ' ');
            let (name, subcommand) = match row.action {
                Action::Moderate(_) => (words.next().unwrap(), words.next()),
                _ => (row.name, None),
            };
            assert!(find(&shared, name, subcommand).is_some(), "{}", row.name);
            assert!(limits::length(row.summary) <= limits::COMMAND_DESCRIPTION, "{}", row.name);
        }
        for command in global(&shared).into_iter().chain(moderation(&shared)) {
            let text = serde_json::to_string(&command).unwrap();
            assert!(limits::length(&text) <= limits::COMMAND_TOTAL);
        }
    }
}

//! The moderators' commands: permissions and reports.
//!
//! The FAQ belongs to the operator and not to every server that invites the bot, so these commands
//! work only in the servers that the operator names. Discord hides them from members without
//! permission; the permission is checked again here, because a hidden command can still be sent.

use serenity::model::permissions::Permissions;

use super::interaction::limits;
use super::interaction::outgoing::OutgoingMessage;
use super::interaction::read::Invocation;
use super::interaction::{clip, escape};
use super::sentences;
use crate::config::Servers;
use crate::knowledge::{Finding, Severity};
use crate::legal::written_out;
use crate::reply::{advice, found_line, lost_lines, no_content};
use crate::responder::{ChangedEntry, Changes, Effect, Reload, ResponderError};

/// The name of the file with a long report.
const REPORT: &str = "report.txt";

/// How many characters of a line are shown in a message.
const LINE: usize = 500;

/// Whether a user may use the moderators' commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    Granted,
    /// The command was not used in a server whose moderators may use it.
    WrongServer,
    NotAModerator,
}

impl Permission {
    pub fn of(invocation: &Invocation<'_>, servers: &Servers) -> Self {
        let server = servers.of(invocation.guild.map(|id| id.get()));
        let Some(server) = server.filter(|server| server.moderators) else {
            return Permission::WrongServer;
        };
        let manages = invocation
            .user_permissions()
            .intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR);
        if manages || invocation.has_role(&server.roles) {
            Permission::Granted
        } else {
            Permission::NotAModerator
        }
    }

    /// The response to a user without permission; `None` if it is granted.
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            Permission::Granted => None,
            Permission::WrongServer => Some(sentences::MODERATION_ELSEWHERE),
            Permission::NotAModerator => Some(sentences::NOT_A_MODERATOR),
        }
    }
}

/// The report of a reload, or of a check if `reloaded` is false. The first line says whether anything
/// changed. What does not fit into a message is in a file.
/// `has_desk` is whether the desk adds its buttons.
pub fn report(
    result: &Result<Reload, ResponderError>,
    reloaded: bool,
    has_desk: bool,
) -> OutgoingMessage {
    message(&lines(result, reloaded, has_desk))
}

/// The report of a reload that nobody has asked for.
pub fn report_of_files(result: &Result<Reload, ResponderError>, has_desk: bool) -> OutgoingMessage {
    let lead = Line::plain(sentences::FILES_CHANGED);
    let lines: Vec<Line> = [lead].into_iter().chain(lines(result, true, has_desk)).collect();
    message(&lines)
}

fn message(lines: &[Line]) -> OutgoingMessage {
    let (text, is_whole) = fit(lines);
    let message = OutgoingMessage::text(text);
    if is_whole {
        return message;
    }
    let whole: String = lines.iter().map(|line| format!("{}\n", line.whole)).collect();
    message.with_file(REPORT, whole.into_bytes(), "The whole report")
}

/// A line of a report.
struct Line {
    /// In Discord's markup, shortened; empty if it is in the file only.
    shown: String,
    whole: String,
}

impl Line {
    fn plain(text: impl Into<String>) -> Self {
        Self::with_markup(text, |shown| shown)
    }

    /// A line that is shown in the file only.
    fn in_file(text: impl Into<String>) -> Self {
        Self { shown: String::new(), whole: text.into() }
    }

    fn strong(text: impl Into<String>) -> Self {
        Self::with_markup(text, |shown| format!("**{shown}**"))
    }

    fn item(text: impl Into<String>) -> Self {
        Self::with_markup(text, |shown| format!("- {shown}"))
    }

    fn with_markup(text: impl Into<String>, markup: impl Fn(String) -> String) -> Self {
        let whole = text.into();
        Self { shown: markup(clip(&escape(&whole), LINE)), whole }
    }

    fn is_whole(&self) -> bool {
        !self.shown.is_empty() && limits::length(&escape(&self.whole)) <= LINE
    }
}

fn lines(result: &Result<Reload, ResponderError>, reloaded: bool, has_desk: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    let findings = match result {
        Ok(Reload { changes, findings, effect, stamp }) => {
            lines.extend(changes_lines(changes, reloaded));
            if let Some(days) = stamp.overdue_days {
                let last_checked = written_out(stamp.last_checked);
                lines.push(Line::strong(sentences::status_is_overdue(
                    &last_checked,
                    days,
                    has_desk,
                )));
            }
            lines.extend(effect_lines(effect, changes));
            findings.as_slice()
        }
        Err(ResponderError::Findings(findings)) => {
            let is_error = |finding: &&Finding| finding.severity == Severity::Error;
            let errors = no_content(findings.iter().filter(is_error).count());
            lines.push(Line::strong("Nothing was changed; the old answers stay."));
            lines.push(Line::plain(errors));
            findings.as_slice()
        }
        Err(error) => {
            lines.push(Line::strong("Nothing was changed; the old answers stay:"));
            lines.push(Line::plain(error.to_string()));
            &[]
        }
    };
    if findings.is_empty() && result.is_ok() {
        lines.push(Line::plain("No findings."));
    }
    lines.extend(findings.iter().map(finding_line));
    lines
}

fn finding_line(finding: &Finding) -> Line {
    let Finding { file, line, severity, rule, message, help } = finding;
    let text = format!("{severity} [{rule}] {message} {help}");
    let shown = clip(&escape(&text), LINE);
    Line { shown: format!("- `{file}:{line}` {shown}"), whole: format!("{file}:{line} {text}") }
}

fn changes_lines(changes: &Changes, reloaded: bool) -> Vec<Line> {
    let Changes { added, changed, withdrawn } = changes;
    let lead = if reloaded { "Reloaded" } else { "A reload would do this" };
    let counts =
        format!("{} added, {} changed, {} withdrawn", added.len(), changed.len(), withdrawn.len());
    let lists = [("Added", added), ("Changed", changed), ("Withdrawn", withdrawn)];
    let filled = lists.into_iter().filter(|(_, ids)| !ids.is_empty());
    let lists = filled.map(|(what, ids)| Line::plain(format!("{what}: {}", names(ids))));
    [Line::strong(format!("{lead}: {counts}."))].into_iter().chain(lists).collect()
}

/// How well the new and the changed answers are found, and which questions with a known answer get
/// another one.
fn effect_lines(effect: &Effect, changes: &Changes) -> Vec<Line> {
    let mut lines = Vec::new();
    for reach in &effect.reach {
        lines.push(Line::plain(found_line(reach)));
        // Which of its phrasings are not found is long.
        lines.extend(lost_lines(reach).map(Line::in_file));
        lines.extend(advice(reach).map(|advice| Line::plain(format!("  {advice}"))));
    }
    let more = (changes.added.len() + changes.changed.len()).saturating_sub(effect.reach.len());
    if more > 0 {
        lines.push(Line::plain(format!("For the other {more}, see caseclerk reach.")));
    }
    match &effect.questions {
        Ok(questions) if questions.is_empty() => {}
        Ok(questions) => {
            let harmed = questions.iter().filter(|change| change.is_harm()).count();
            let worse = questions.iter().filter(|change| change.is_for_the_worse()).count();
            let edge = match worse - harmed {
                0 => String::new(),
                count => format!(" (besides {count} that were on the edge before)"),
            };
            lines.push(Line::strong(format!(
                "Of the questions with a known answer, {} change, {harmed} for the worse{edge}:",
                questions.len()
            )));
            lines.extend(questions.iter().map(|change| Line::item(change.to_string())));
        }
        Err(error) => lines.push(Line::plain(format!("No questions were compared: {error}"))),
    }
    lines
}

fn names(entries: &[ChangedEntry]) -> String {
    let names: Vec<String> =
        entries.iter().map(|ChangedEntry { id, question }| format!("{question} ({id})")).collect();
    names.join("; ")
}

/// As many lines as fit into a message, and whether that is all.
fn fit(lines: &[Line]) -> (String, bool) {
    // Below it, the desk may say that messages can be corrected.
    let room = limits::CONTENT - 200;
    let mut text = String::new();
    let mut is_whole = true;
    let mut left = 0;
    for line in lines {
        is_whole &= line.is_whole();
        if left > 0 || limits::length(&text) + limits::length(&line.shown) + 1 > room {
            left += 1;
            continue;
        }
        if !text.is_empty() && !line.shown.is_empty() {
            text.push('\n');
        }
        text.push_str(&line.shown);
    }
    match left {
        0 if is_whole => {}
        0 => text.push_str("\nThe file has the details."),
        left => text.push_str(&format!("\n… and {left} more lines in the file.")),
    }
    (text, is_whole && left == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use serenity::all::CommandInteraction;

    use crate::config::{Options, Settings};

    fn permission(
        guild: Option<&str>,
        permissions: Permissions,
        roles: &[&str],
        servers: &Servers,
    ) -> Permission {
        let user = json!({"id": "3", "username": "somebody"});
        let member = guild.map(|_| {
            json!({
                "user": user, "permissions": permissions, "roles": roles, "flags": 0,
                "joined_at": null, "deaf": false, "mute": false,
            })
        });
        let command = json!({
            "id": "1", "application_id": "9", "token": "t", "type": 2, "version": 1,
            "guild_id": guild, "channel_id": "2", "member": member, "user": user, "locale": "en",
            "entitlements": [], "attachment_size_limit": 0,
            "data": {"id": "5", "name": "faq", "type": 1},
        });
        let command: CommandInteraction = serde_json::from_value(command).unwrap();
        Permission::of(&Invocation::from(&command), servers)
    }

    /// The options in a file with this text.
    fn servers(text: &str) -> Servers {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let options = Options::collect(Some(file.path()), std::iter::empty(), Vec::new()).unwrap();
        Settings::from_options(&options).unwrap().servers
    }

    #[test]
    fn the_table_of_permissions() {
        let servers = servers(
            "[moderation]\nguild = \"7\"\nroles = [40]\n\
             [servers.9]\nmoderators = true\nroles = [41]\n\
             [servers.8]\nroles = [40]\n",
        );
        let permission =
            |guild, permissions, roles: &[&str]| permission(guild, permissions, roles, &servers);
        let (manage, send) = (Permissions::MANAGE_GUILD, Permissions::SEND_MESSAGES);
        assert_eq!(permission(Some("7"), manage, &[]), Permission::Granted);
        assert_eq!(permission(Some("7"), Permissions::ADMINISTRATOR, &[]), Permission::Granted);
        assert_eq!(permission(Some("7"), send, &["40"]), Permission::Granted);
        assert_eq!(permission(Some("7"), send, &["41"]), Permission::NotAModerator);
        assert_eq!(permission(Some("7"), Permissions::empty(), &[]), Permission::NotAModerator);
        assert_eq!(permission(Some("9"), manage, &[]), Permission::Granted);
        assert_eq!(permission(Some("9"), send, &["41"]), Permission::Granted);
        assert_eq!(permission(Some("9"), send, &["40"]), Permission::NotAModerator);
        assert_eq!(permission(Some("8"), manage, &["40"]), Permission::WrongServer);
        assert_eq!(permission(Some("10"), manage, &["40"]), Permission::WrongServer);
        assert_eq!(permission(None, manage, &[]), Permission::WrongServer);
    }

    #[test]
    fn nobody_may_where_no_server_is_configured() {
        let servers = Servers::default();
        for guild in [None, Some("7")] {
            let permission = permission(guild, Permissions::ADMINISTRATOR, &[], &servers);
            assert_eq!(permission, Permission::WrongServer);
        }
    }
}

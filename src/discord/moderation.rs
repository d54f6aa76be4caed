//! The moderators' commands: permissions and reports.
//!
//! The FAQ belongs to the operator and not to every server that invites the bot, so these commands
//! work in one server only. Discord hides them from members without permission; the permission is
//! checked again here, because a hidden command can still be sent.

use serenity::model::permissions::Permissions;

use super::interaction::limits;
use super::interaction::read::Invocation;
use super::interaction::{clip, escape};
use super::sentences;
use crate::config::ModerationSettings;
use crate::knowledge::EntryId;
use crate::reply::{no_content, reach_lines};
use crate::responder::{Changes, Effect, Reload, ResponderError};

/// Whether a user may use the moderators' commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    Granted,
    /// The command was not used in the operator's server.
    WrongServer,
    NotAModerator,
}

impl Permission {
    pub fn of(invocation: &Invocation<'_>, moderation: &ModerationSettings) -> Self {
        let guild = invocation.guild.map(|id| id.get());
        if moderation.guild.is_none() || guild != moderation.guild {
            return Permission::WrongServer;
        }
        let manages = invocation
            .user_permissions()
            .intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR);
        if manages || invocation.has_role(&moderation.roles) {
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

/// The report of a reload, or of a check if `reloaded` is false, shortened to one message. The
/// first line says whether anything changed.
pub fn report(result: &Result<Reload, ResponderError>, reloaded: bool) -> String {
    let (mut lines, findings) = match result {
        Ok(Reload { changes, findings, effect }) => {
            let mut lines = changes_lines(changes, reloaded);
            lines.extend(effect_lines(effect, changes));
            (lines, findings.as_slice())
        }
        Err(ResponderError::Findings(findings)) => {
            let errors =
                findings.iter().filter(|f| f.severity == crate::knowledge::Severity::Error).count();
            (
                vec![format!(
                    "**Nothing was changed; the old answers stay.** {}",
                    no_content(errors)
                )],
                findings.as_slice(),
            )
        }
        Err(error) => (
            vec![format!(
                "**Nothing was changed; the old answers stay:** {}",
                escape(&error.to_string())
            )],
            &[][..],
        ),
    };
    if findings.is_empty() && result.is_ok() {
        lines.push("No findings.".to_owned());
    }
    lines.extend(findings.iter().map(|finding| {
        let place = format!("{}:{}", finding.file, finding.line);
        let text =
            format!("{} [{}] {} {}", finding.severity, finding.rule, finding.message, finding.help);
        clip(&format!("- `{place}` {}", escape(&text)), 500)
    }));
    fit(&lines)
}

fn changes_lines(changes: &Changes, reloaded: bool) -> Vec<String> {
    let Changes { added, changed, withdrawn } = changes;
    let lead = if reloaded { "Reloaded" } else { "A reload would do this" };
    let counts =
        format!("{} added, {} changed, {} withdrawn", added.len(), changed.len(), withdrawn.len());
    let mut lines = vec![format!("**{lead}: {counts}.**")];
    let lists = [("Added", added), ("Changed", changed), ("Withdrawn", withdrawn)];
    let filled = lists.into_iter().filter(|(_, ids)| !ids.is_empty());
    lines.extend(filled.map(|(what, ids)| clip(&format!("{what}: {}", names(ids)), 600)));
    lines
}

/// How well the new and the changed answers are found, and which questions with a known answer get
/// another one.
fn effect_lines(effect: &Effect, changes: &Changes) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for reach in &effect.reach {
        lines.extend(reach_lines(reach).iter().map(|line| clip(&escape(line), 300)));
    }
    let more = (changes.added.len() + changes.changed.len()).saturating_sub(effect.reach.len());
    if more > 0 {
        lines.push(format!("For the other {more}, see `caseclerk reach`."));
    }
    match &effect.questions {
        Ok(questions) if questions.is_empty() => {}
        Ok(questions) => {
            let worse = questions.iter().filter(|change| change.is_for_the_worse()).count();
            lines.push(format!(
                "**Of the questions with a known answer, {} change, {worse} for the worse:**",
                questions.len()
            ));
            lines.extend(
                questions
                    .iter()
                    .map(|change| clip(&format!("- {}", escape(&change.to_string())), 300)),
            );
        }
        Err(error) => lines.push(escape(&format!("No questions were compared: {error}"))),
    }
    lines
}

fn names(ids: &[EntryId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    names.join(", ")
}

/// As many lines as fit into a message, and the number of the others.
fn fit(lines: &[String]) -> String {
    let room = limits::CONTENT - 60;
    let mut text = String::new();
    for (place, line) in lines.iter().enumerate() {
        if limits::length(&text) + limits::length(line) + 1 > room {
            let left = lines.len() - place;
            return format!("{text}\n… and {left} more: `caseclerk lint` shows all.");
        }
        if place > 0 {
            text.push('\n');
        }
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use serenity::all::CommandInteraction;

    const OPERATORS_SERVER: u64 = 7;

    fn permission(
        guild: Option<&str>,
        permissions: Permissions,
        roles: &[&str],
        moderation: &ModerationSettings,
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
        Permission::of(&Invocation::from(&command), moderation)
    }

    #[test]
    fn the_table_of_permissions() {
        let moderation = ModerationSettings { guild: Some(OPERATORS_SERVER), roles: vec![40] };
        let permission =
            |guild, permissions, roles: &[&str]| permission(guild, permissions, roles, &moderation);
        let (manage, send) = (Permissions::MANAGE_GUILD, Permissions::SEND_MESSAGES);
        assert_eq!(permission(Some("7"), manage, &[]), Permission::Granted);
        assert_eq!(permission(Some("7"), Permissions::ADMINISTRATOR, &[]), Permission::Granted);
        assert_eq!(permission(Some("7"), send, &["40"]), Permission::Granted);
        assert_eq!(permission(Some("7"), send, &["41"]), Permission::NotAModerator);
        assert_eq!(permission(Some("7"), Permissions::empty(), &[]), Permission::NotAModerator);
        assert_eq!(permission(Some("8"), manage, &["40"]), Permission::WrongServer);
        assert_eq!(permission(None, manage, &[]), Permission::WrongServer);
    }

    #[test]
    fn nobody_may_where_no_server_is_configured() {
        let moderation = ModerationSettings::default();
        for guild in [None, Some("7")] {
            let permission = permission(guild, Permissions::ADMINISTRATOR, &[], &moderation);
            assert_eq!(permission, Permission::WrongServer);
        }
    }
}

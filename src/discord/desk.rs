//! The desk of those who look after the FAQ: who may, and what a reload says.
//!
//! The knowledge belongs to the operator and not to every server that invites the bot, so all of it
//! works in one server only. Discord hides the commands from others; here it is checked again,
//! because what Discord hides can be sent all the same.

use serenity::model::permissions::Permissions;

use super::limits;
use super::markdown::{clip, escape};
use super::request::Request;
use super::sentences;
use crate::config::ModerationSettings;
use crate::knowledge::EntryId;
use crate::reply::no_content;
use crate::responder::{Changes, Reload, ResponderError};

/// Whether somebody may look after the FAQ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Yes.
    Granted,
    /// Not in this server, nor in a direct message.
    NotHere,
    /// Not this member.
    NotYou,
}

impl Permission {
    /// Whether whoever sent this request may look after the FAQ.
    pub fn of(request: &Request, moderation: &ModerationSettings) -> Self {
        if moderation.guild.is_none() || request.guild != moderation.guild {
            return Permission::NotHere;
        }
        let manages =
            request.permissions.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR);
        let has_role = request.roles.iter().any(|role| moderation.roles.contains(role));
        if manages || has_role { Permission::Granted } else { Permission::NotYou }
    }

    /// What to say to somebody who may not.
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            Permission::Granted => None,
            Permission::NotHere => Some(sentences::DESK_ELSEWHERE),
            Permission::NotYou => Some(sentences::DESK_NOT_YOU),
        }
    }
}

/// What a reload did, or would do, in words that fit into one message. The first line says whether
/// anything changed.
pub fn report(result: &Result<Reload, ResponderError>, swapped: bool) -> String {
    let (mut lines, findings) = match result {
        Ok(Reload { changes, findings }) => (changes_lines(changes, swapped), findings.as_slice()),
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
        let told =
            format!("{} [{}] {} {}", finding.severity, finding.rule, finding.message, finding.help);
        clip(&format!("- `{place}` {}", escape(&told)), 500)
    }));
    fit(&lines)
}

fn changes_lines(changes: &Changes, swapped: bool) -> Vec<String> {
    let Changes { added, changed, withdrawn } = changes;
    let lead = if swapped { "Reloaded" } else { "A reload would do this" };
    let counts =
        format!("{} added, {} changed, {} withdrawn", added.len(), changed.len(), withdrawn.len());
    let mut lines = vec![format!("**{lead}: {counts}.**")];
    let lists = [("Added", added), ("Changed", changed), ("Withdrawn", withdrawn)];
    let filled = lists.into_iter().filter(|(_, ids)| !ids.is_empty());
    lines.extend(filled.map(|(what, ids)| clip(&format!("{what}: {}", names(ids)), 600)));
    lines
}

fn names(ids: &[EntryId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    names.join(", ")
}

/// As many lines as fit, and how many do not.
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

    const DESK: u64 = 7;

    fn permission(guild: Option<&str>, permissions: Permissions, roles: &[&str]) -> Permission {
        let request = json!({
            "id": "1", "token": "t", "type": 2, "guild_id": guild, "channel_id": "2",
            "member": {"user": {"id": "3"}, "permissions": permissions.bits().to_string(), "roles": roles},
        });
        let moderation = ModerationSettings { guild: Some(DESK), roles: vec![40] };
        Permission::of(&Request::read(&request).unwrap(), &moderation)
    }

    #[test]
    fn the_table_of_permissions() {
        let (manage, send) = (Permissions::MANAGE_GUILD, Permissions::SEND_MESSAGES);
        assert_eq!(permission(Some("7"), manage, &[]), Permission::Granted);
        assert_eq!(permission(Some("7"), Permissions::ADMINISTRATOR, &[]), Permission::Granted);
        assert_eq!(permission(Some("7"), send, &["40"]), Permission::Granted);
        assert_eq!(permission(Some("7"), send, &["41"]), Permission::NotYou);
        assert_eq!(permission(Some("7"), Permissions::empty(), &[]), Permission::NotYou);
        assert_eq!(permission(Some("8"), manage, &["40"]), Permission::NotHere);
        assert_eq!(permission(None, manage, &["40"]), Permission::NotHere);
    }

    #[test]
    fn nobody_may_where_no_server_is_configured() {
        let request = json!({"id": "1", "token": "t", "type": 2, "user": {"id": "3"}});
        let request = Request::read(&request).unwrap();
        assert_eq!(Permission::of(&request, &ModerationSettings::default()), Permission::NotHere);
    }
}

//! Which options a running bot takes over when they change. The others need a restart.

use std::collections::BTreeSet;

use super::Options;
use super::servers::is_live_in_a_server;

/// The options that are taken over; docs/operating.md lists them for operators.
const LIVE: [&str; 18] = [
    "knowledge.questions",
    "knowledge.status_stale_after_days",
    "lint.review_after_days",
    "lint.reading_grade",
    "operator.name",
    "operator.contact",
    "operator.privacy_url",
    "operator.source_url",
    "discord.visibility",
    "discord.public_channels",
    "discord.private_channels",
    "discord.member_questions",
    "discord.member_seconds",
    "discord.channel_replies",
    "discord.channel_seconds",
    "discord.conversation_minutes",
    "moderation.roles",
    "log.filter",
];

/// The options of a running bot after they were read again.
pub struct Update {
    /// What the bot runs with from now on.
    pub options: Options,
    /// The names of the options that changed.
    pub applied: Vec<String>,
    /// The names of those that changed, but need a restart.
    pub pending: Vec<String>,
}

impl Options {
    /// Takes from other options what needs no restart.
    pub fn updated(&self, new: &Options) -> Update {
        let mut options = self.clone();
        let mut applied = Vec::new();
        let mut pending = Vec::new();
        let value = |options: &Options, key: &str| {
            options.values.get(key).map(|option| option.value.clone())
        };
        let keys: BTreeSet<&String> = self.values.keys().chain(new.values.keys()).collect();
        for key in keys {
            let is_changed = value(self, key) != value(new, key);
            if !LIVE.contains(&key.as_str()) && !is_live_in_a_server(key) {
                pending.extend(is_changed.then(|| key.clone()));
                continue;
            }
            applied.extend(is_changed.then(|| key.clone()));
            // Where a value comes from may change without the value.
            match new.values.get(key) {
                Some(option) => options.values.insert(key.clone(), option.clone()),
                None => options.values.remove(key),
            };
        }
        Update { options, applied, pending }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(variables: &[(&str, &str)]) -> Options {
        let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let mut options = Options::defaults();
        options.read_environment(variables).unwrap();
        options
    }

    #[test]
    fn operators_are_told_which_options_need_no_restart() {
        let page = include_str!("../../docs/operating.md");
        for key in LIVE {
            assert!(Options::defaults().values.contains_key(key), "{key}");
            assert!(page.contains(&format!("`{key}`")), "{key}");
        }
    }

    #[test]
    fn what_needs_a_restart_is_named_until_there_is_one() {
        let first = options(&[]);
        let new = options(&[
            ("CASECLERK_LOG_FILTER", "debug"),
            ("CASECLERK_KNOWLEDGE_FAQ", "elsewhere"),
            ("CASECLERK_OPERATOR_NAME", "Ada"),
        ]);
        let Update { options, applied, pending } = first.updated(&new);
        assert_eq!(applied, ["log.filter", "operator.name"]);
        assert_eq!(pending, ["knowledge.faq"]);
        assert_eq!(options.text("operator.name"), "Ada");
        assert_eq!(options.text("knowledge.faq"), "faq");
        let Update { applied, pending, .. } = options.updated(&new);
        assert_eq!((applied.len(), pending), (0, vec!["knowledge.faq".to_owned()]));
    }
}

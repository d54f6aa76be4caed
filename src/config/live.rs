//! Which options a running bot takes over when they change. The others need a restart.

use super::Options;

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
    pub applied: Vec<&'static str>,
    /// The names of those that changed, but need a restart.
    pub pending: Vec<String>,
}

impl Options {
    /// Takes from other options what needs no restart.
    pub fn updated(&self, new: &Options) -> Update {
        let mut options = self.clone();
        let mut applied = Vec::new();
        let changed = |key: &str| self.values[key].value != new.values[key].value;
        for key in LIVE {
            options.values.insert(key.to_owned(), new.values[key].clone());
            if changed(key) {
                applied.push(key);
            }
        }
        let pending =
            self.values.keys().filter(|key| !LIVE.contains(&key.as_str()) && changed(key));
        Update { pending: pending.cloned().collect(), applied, options }
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
        assert_eq!(applied, ["operator.name", "log.filter"]);
        assert_eq!(pending, ["knowledge.faq"]);
        assert_eq!(options.text("operator.name"), "Ada");
        assert_eq!(options.text("knowledge.faq"), "faq");
        let Update { applied, pending, .. } = options.updated(&new);
        assert_eq!((applied.len(), pending), (0, vec!["knowledge.faq".to_owned()]));
    }
}

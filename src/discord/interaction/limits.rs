//! Discord's limits on what a bot sends, and a check of finished messages against them.
//!
//! Lengths are in characters, as Discord counts them. The check measures the serialized message, so
//! it covers every way of building one.

use std::time::Duration;

use serde_json::Value;

pub const CONTENT: usize = 2000;
pub const EMBEDS: usize = 10;
/// The total of all text in all embeds of a message.
pub const EMBED_TOTAL: usize = 6000;
pub const EMBED_TITLE: usize = 256;
pub const EMBED_DESCRIPTION: usize = 4096;
pub const EMBED_FIELDS: usize = 25;
pub const FIELD_NAME: usize = 256;
pub const FIELD_VALUE: usize = 1024;
pub const EMBED_FOOTER: usize = 2048;
pub const EMBED_AUTHOR: usize = 256;
pub const ACTION_ROWS: usize = 5;
/// Buttons in one action row.
pub const BUTTONS: usize = 5;
/// What somebody can write into a form. Discord allows 4000, but nobody reads so much.
pub const FEEDBACK: u16 = 500;
/// The title of a form and the label of a text field.
pub const FORM_TEXT: usize = 45;
pub const BUTTON_LABEL: usize = 80;
pub const CUSTOM_ID: usize = 100;
pub const LINK_URL: usize = 512;
pub const SELECT_OPTIONS: usize = 25;
/// The label, the value or the description of a menu option.
pub const SELECT_TEXT: usize = 100;
pub const SELECT_PLACEHOLDER: usize = 150;
/// The description of a file.
pub const FILE_DESCRIPTION: usize = 1024;
/// Suggestions in an autocomplete response.
pub const CHOICES: usize = 25;
/// The name or the value of a suggestion.
pub const CHOICE_TEXT: usize = 100;
/// The description of a command or of an option.
pub const COMMAND_DESCRIPTION: usize = 100;
/// The total of all text in a command and its options.
pub const COMMAND_TOTAL: usize = 8000;
/// Our own limit for the question that `/ask` takes; Discord allows 6000.
pub const QUESTION: u16 = 1000;
/// Our own limit for the reason of a hold.
pub const REASON: u16 = 300;
/// How long Discord waits for the first response to an interaction.
pub const FIRST_RESPONSE: Duration = Duration::from_secs(3);

/// Every limit that a message exceeds, in words.
pub fn overruns(message: &Value) -> Vec<String> {
    let mut found = Overruns(Vec::new());
    found.text("the text", &message["content"], CONTENT);
    found.count("embeds", &message["embeds"], EMBEDS);
    let mut total = 0;
    for embed in list(&message["embeds"]) {
        total += found.embed(embed);
    }
    found.number("the text of all embeds", total, EMBED_TOTAL);
    found.count("rows", &message["components"], ACTION_ROWS);
    for row in list(&message["components"]) {
        found.row(row);
    }
    found.0
}

/// The length of a text, as Discord counts it.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

struct Overruns(Vec<String>);

impl Overruns {
    fn embed(&mut self, embed: &Value) -> usize {
        let mut total = self.text("the title of an embed", &embed["title"], EMBED_TITLE);
        total += self.text("the text of an embed", &embed["description"], EMBED_DESCRIPTION);
        total += self.text("the footer of an embed", &embed["footer"]["text"], EMBED_FOOTER);
        total += self.text("the author of an embed", &embed["author"]["name"], EMBED_AUTHOR);
        self.count("fields of an embed", &embed["fields"], EMBED_FIELDS);
        for field in list(&embed["fields"]) {
            total += self.text("the name of a field", &field["name"], FIELD_NAME);
            total += self.text("the text of a field", &field["value"], FIELD_VALUE);
        }
        total
    }

    fn row(&mut self, row: &Value) {
        self.count("buttons in a row", &row["components"], BUTTONS);
        for component in list(&row["components"]) {
            self.text("the label of a button", &component["label"], BUTTON_LABEL);
            self.text("the custom_id of a button or menu", &component["custom_id"], CUSTOM_ID);
            self.text("the address of a button", &component["url"], LINK_URL);
            self.text("the placeholder of a menu", &component["placeholder"], SELECT_PLACEHOLDER);
            self.count("options of a menu", &component["options"], SELECT_OPTIONS);
            for option in list(&component["options"]) {
                self.text("the label of an option", &option["label"], SELECT_TEXT);
                self.text("the value of an option", &option["value"], SELECT_TEXT);
            }
        }
    }

    fn text(&mut self, what: &str, text: &Value, limit: usize) -> usize {
        let length = text.as_str().map_or(0, length);
        self.number(what, length, limit);
        length
    }

    fn number(&mut self, what: &str, length: usize, limit: usize) {
        if length > limit {
            self.0.push(format!("{what} has {length} characters, {limit} are allowed"));
        }
    }

    fn count(&mut self, what: &str, items: &Value, limit: usize) {
        let count = list(items).len();
        if count > limit {
            self.0.push(format!("there are {count} {what}, {limit} are allowed"));
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_at_the_limit_passes_and_one_character_more_does_not() {
        let message = |length: usize| json!({"embeds": [{"description": "ä".repeat(length)}]});
        assert_eq!(overruns(&message(EMBED_DESCRIPTION)), Vec::<String>::new());
        let found = overruns(&message(EMBED_DESCRIPTION + 1));
        assert_eq!(found, ["the text of an embed has 4097 characters, 4096 are allowed"]);
    }

    #[test]
    fn embeds_are_measured_together() {
        let embed = json!({"description": "a".repeat(4000)});
        let found = overruns(&json!({"embeds": [embed, embed]}));
        assert_eq!(found, ["the text of all embeds has 8000 characters, 6000 are allowed"]);
    }
}

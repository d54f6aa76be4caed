//! Every limit that Discord sets to what a bot sends, once, and the measure by which a finished
//! message is held against them.
//!
//! Lengths are counted in characters as Discord counts them. Measured is the JSON that is really
//! sent, so that no way of building a message can get past it.

use serde_json::Value;

/// The plain text of a message.
pub const CONTENT: usize = 2000;
/// The number of embeds in a message.
pub const EMBEDS: usize = 10;
/// All the text of all the embeds of a message together.
pub const EMBED_TOTAL: usize = 6000;
/// The title of an embed.
pub const EMBED_TITLE: usize = 256;
/// The text of an embed.
pub const EMBED_DESCRIPTION: usize = 4096;
/// The number of fields of an embed.
pub const EMBED_FIELDS: usize = 25;
/// The name of a field.
pub const FIELD_NAME: usize = 256;
/// The text of a field.
pub const FIELD_VALUE: usize = 1024;
/// The line at the foot of an embed.
pub const EMBED_FOOTER: usize = 2048;
/// The line above the title of an embed.
pub const EMBED_AUTHOR: usize = 256;
/// The rows of buttons and menus under a message.
pub const ROWS: usize = 5;
/// The buttons in a row.
pub const BUTTONS: usize = 5;
/// The label of a button.
pub const BUTTON_LABEL: usize = 80;
/// The name under which a button or menu reports.
pub const CUSTOM_ID: usize = 100;
/// The address behind a link button.
pub const LINK_URL: usize = 512;
/// The options of a menu.
pub const SELECT_OPTIONS: usize = 25;
/// The label, the value and the description of an option of a menu.
pub const SELECT_TEXT: usize = 100;
/// What a menu says before something is chosen.
pub const SELECT_PLACEHOLDER: usize = 150;
/// The suggestions under what somebody types.
pub const CHOICES: usize = 25;
/// The name and the value of such a suggestion.
pub const CHOICE_TEXT: usize = 100;
/// The description of a command or of its option.
pub const COMMAND_DESCRIPTION: usize = 100;
/// All the text of a command.
pub const COMMAND_TOTAL: usize = 8000;
/// The longest question that `/ask` takes.
pub const QUESTION: u16 = 1000;
/// For how many seconds an interaction waits for its first response.
pub const FIRST_RESPONSE_SECONDS: u64 = 3;

/// Everything in a message that Discord would refuse, in words; empty if there is nothing.
pub fn overruns(message: &Value) -> Vec<String> {
    let mut found = Overruns(Vec::new());
    found.text("the text", &message["content"], CONTENT);
    found.count("embeds", &message["embeds"], EMBEDS);
    let mut total = 0;
    for embed in list(&message["embeds"]) {
        total += found.embed(embed);
    }
    found.number("the text of all embeds", total, EMBED_TOTAL);
    found.count("rows", &message["components"], ROWS);
    for row in list(&message["components"]) {
        found.row(row);
    }
    found.0
}

/// How long a text is in Discord's eyes.
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
    fn what_fits_exactly_passes_and_one_more_does_not() {
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

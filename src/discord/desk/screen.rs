//! The messages of the desk: lines of text, a menu, buttons.

use serenity::all::{
    ButtonStyle, CreateActionRow, CreateButton, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption,
};

use super::super::interaction::limits;
use super::super::interaction::outgoing::OutgoingMessage;
use super::super::interaction::{clip, escape, unescape};
use super::task::{DeskAction, MENU};

/// Discord shows a line that begins like this as a quote. Other lines are escaped.
const QUOTE: &str = "> ";

/// A message that is put together line by line.
#[derive(Default)]
pub struct Screen {
    lines: Vec<String>,
    rows: Vec<CreateActionRow>,
}

/// An option of a menu.
pub struct Choice {
    pub value: String,
    pub label: String,
    /// A second line below the label; may be empty.
    pub description: String,
}

impl Screen {
    /// `title` is in bold.
    pub fn new(title: &str) -> Self {
        Self { lines: vec![format!("**{}**", escape(title))], rows: Vec::new() }
    }

    /// Adds to a message of text.
    pub fn after(message: &OutgoingMessage) -> Self {
        Self { lines: vec![message.content().to_owned()], rows: Vec::new() }
    }

    /// Adds a line in bold, after an empty one.
    pub fn heading(mut self, text: &str) -> Self {
        self.lines.push(format!("\n**{}**", escape(text)));
        self
    }

    /// Adds a line of plain text.
    pub fn line(mut self, text: &str) -> Self {
        self.lines.push(escape(text));
        self
    }

    /// Adds a line that has Discord's markup in it; the caller escapes everything else.
    pub fn marked_up(mut self, line: String) -> Self {
        self.lines.push(line);
        self
    }

    /// Adds words in a quote, from which [`quoted`] reads them back.
    pub fn quote(mut self, words: &str) -> Self {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            self.lines.push(format!("{QUOTE}{}", escape(&words)));
        }
        self
    }

    pub fn lines(self, texts: impl IntoIterator<Item = String>) -> Self {
        texts.into_iter().fold(self, |screen, text| screen.line(&text))
    }

    /// Adds a menu, whose chosen value completes the `custom_id` of a button. Without choices there
    /// is none.
    pub fn menu(mut self, button: &str, placeholder: &str, choices: Vec<Choice>) -> Self {
        let options = choices.into_iter().take(limits::SELECT_OPTIONS).map(|choice| {
            let option =
                CreateSelectMenuOption::new(clip(&choice.label, limits::SELECT_TEXT), choice.value);
            match choice.description.as_str() {
                "" => option,
                text => option.description(clip(text, limits::SELECT_TEXT)),
            }
        });
        let options: Vec<_> = options.collect();
        if !options.is_empty() {
            let kind = CreateSelectMenuKind::String { options };
            let menu = CreateSelectMenu::new(format!("{MENU}{button}"), kind);
            self.rows.push(CreateActionRow::SelectMenu(menu.placeholder(placeholder)));
        }
        self
    }

    pub fn buttons(
        mut self,
        buttons: impl IntoIterator<Item = (&'static str, DeskAction)>,
    ) -> Self {
        let buttons = buttons.into_iter().map(|(label, action)| {
            CreateButton::new(action.custom_id()).label(label).style(ButtonStyle::Secondary)
        });
        let buttons: Vec<CreateButton> = buttons.collect();
        // Discord refuses an empty row.
        if !buttons.is_empty() {
            self.rows.push(CreateActionRow::Buttons(buttons));
        }
        self
    }

    /// Takes over the buttons and menus of another message.
    pub fn rows_of(mut self, message: &OutgoingMessage) -> Self {
        self.rows.extend_from_slice(message.components());
        self
    }

    pub fn message(self) -> OutgoingMessage {
        self.above(OutgoingMessage::default())
    }

    /// The same with the embeds and the file of another message.
    pub fn above(self, message: OutgoingMessage) -> OutgoingMessage {
        let text = clip(&self.lines.join("\n"), limits::CONTENT);
        message.with_content(text).with_components(self.rows)
    }
}

/// The words that the text of a message quotes; empty if there are none.
pub fn quoted(text: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix(QUOTE)).map(unescape).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_words_are_read_back() {
        for words in ["how do i *export* it", "> @everyone [x](y) # 1", "\\ C:\\lamps_1 -"] {
            let message = Screen::new("From now on, > this?").quote(words).line("> no").message();
            let message = message.json();
            assert_eq!(quoted(message["content"].as_str().unwrap()), words);
        }
        assert_eq!(quoted("**No quote**\n\\> here"), "");
    }
}

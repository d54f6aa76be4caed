//! Formatted text, independent of any markup.

use serde::Serialize;

/// Paragraphs and lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RichText(pub Vec<Block>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Block {
    Paragraph(Vec<Inline>),
    List {
        /// The number of the first item; `None` if the items have no numbers.
        first: Option<u64>,
        items: Vec<Vec<Inline>>,
    },
}

/// A span of text inside a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Inline {
    Text(String),
    /// Bold words, such as the name of a setting.
    Strong(String),
    Emphasis(String),
    Link {
        text: String,
        url: String,
    },
}

impl RichText {
    /// A single paragraph of plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Block::Paragraph(vec![Inline::Text(text.into())])])
    }

    /// A list of plain items, with numbers from 1 or without.
    pub fn list(numbered: bool, items: impl IntoIterator<Item = String>) -> Self {
        let items = items.into_iter().map(|item| vec![Inline::Text(item)]).collect();
        Self(vec![Block::List { first: numbered.then_some(1), items }])
    }

    /// Every span, in order.
    pub fn inlines(&self) -> impl Iterator<Item = &Inline> {
        self.0
            .iter()
            .flat_map(|block| match block {
                Block::Paragraph(inlines) => std::slice::from_ref(inlines),
                Block::List { items, .. } => items,
            })
            .flatten()
    }

    /// This text followed by another.
    pub fn then(mut self, next: RichText) -> Self {
        self.0.extend(next.0);
        self
    }

    /// The text without markup. Paragraphs and list items are separated by line breaks.
    pub fn plain_words(&self) -> String {
        let mut lines = Vec::new();
        for block in &self.0 {
            match block {
                Block::Paragraph(inlines) => lines.push(words_of(inlines)),
                Block::List { items, .. } => lines.extend(items.iter().map(|item| words_of(item))),
            }
        }
        lines.join("\n")
    }

    /// The text as CommonMark, with special characters escaped.
    pub fn to_markdown(&self) -> String {
        let blocks: Vec<String> = self.0.iter().map(block_to_markdown).collect();
        blocks.join("\n\n")
    }
}

impl Inline {
    /// The text without markup.
    pub fn words(&self) -> &str {
        match self {
            Inline::Text(text)
            | Inline::Strong(text)
            | Inline::Emphasis(text)
            | Inline::Link { text, .. } => text,
        }
    }
}

/// What stands before each item of a list: its number, or else the bullet. There is no end.
pub fn item_marks(first: Option<u64>, bullet: &str) -> impl Iterator<Item = String> {
    (0..).map(move |place| match first {
        Some(first) => format!("{}. ", first + place),
        None => format!("{bullet} "),
    })
}

fn words_of(inlines: &[Inline]) -> String {
    inlines.iter().map(Inline::words).collect()
}

fn block_to_markdown(block: &Block) -> String {
    match block {
        Block::Paragraph(inlines) => inlines_to_markdown(inlines),
        Block::List { first, items } => {
            let lines = item_marks(*first, "-").zip(items);
            let lines = lines.map(|(mark, item)| mark + &inlines_to_markdown(item));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

/// Puts marks around a text, but not around white space at its ends, where they would not be taken
/// for marks.
pub fn marked(text: &str, mark: &str, escape: impl Fn(&str) -> String) -> String {
    let words = text.trim();
    if words.is_empty() {
        return text.to_owned();
    }
    let start = text.len() - text.trim_start().len();
    let end = start + words.len();
    format!("{}{mark}{}{mark}{}", &text[..start], escape(words), &text[end..])
}

fn inlines_to_markdown(inlines: &[Inline]) -> String {
    let pieces = inlines.iter().map(|inline| match inline {
        Inline::Text(text) => escape(text),
        Inline::Strong(text) => marked(text, "**", escape),
        Inline::Emphasis(text) => marked(text, "*", escape),
        Inline::Link { text, url } => format!("[{}]({url})", escape(text)),
    });
    pieces.collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

//! Formatted text, independent of any markup.

use serde::Serialize;

/// Paragraphs and lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RichText(pub Vec<Block>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Block {
    Paragraph(Vec<Inline>),
    List {
        /// Whether the order of the items matters.
        numbered: bool,
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

    /// A list of plain items.
    pub fn list(numbered: bool, items: impl IntoIterator<Item = String>) -> Self {
        let items = items.into_iter().map(|item| vec![Inline::Text(item)]).collect();
        Self(vec![Block::List { numbered, items }])
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

fn words_of(inlines: &[Inline]) -> String {
    inlines.iter().map(Inline::words).collect()
}

fn block_to_markdown(block: &Block) -> String {
    match block {
        Block::Paragraph(inlines) => inlines_to_markdown(inlines),
        Block::List { numbered, items } => {
            let lines = items.iter().enumerate().map(|(place, item)| {
                let mark = if *numbered { format!("{}. ", place + 1) } else { "- ".to_owned() };
                mark + &inlines_to_markdown(item)
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

fn inlines_to_markdown(inlines: &[Inline]) -> String {
    let pieces = inlines.iter().map(|inline| match inline {
        Inline::Text(text) => escape(text),
        Inline::Strong(text) => format!("**{}**", escape(text)),
        Inline::Emphasis(text) => format!("*{}*", escape(text)),
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

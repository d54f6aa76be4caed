//! Parses the Markdown of an answer.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::rich_text::{Block, Inline, RichText};
use crate::text_position::line_at;

/// Markup that an answer must not contain, because not every front end can show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsupportedMarkup {
    /// The line of the text, counted from 0.
    pub line: usize,
    /// The kind of markup, in words for an editor.
    pub what: &'static str,
}

/// Parses paragraphs, lists, bold, italic and links. Other markup is dropped and reported.
pub fn parse_markdown(text: &str) -> (RichText, Vec<UnsupportedMarkup>) {
    let mut reader = Reader {
        text,
        blocks: Vec::new(),
        inlines: Vec::new(),
        style: Style::Plain,
        list: None,
        unsupported: Vec::new(),
    };
    // Tables and strikethrough are parsed only to report them.
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for (event, span) in Parser::new_ext(text, options).into_offset_iter() {
        reader.read(event, span.start);
    }
    reader.close_paragraph();
    (RichText(reader.blocks), reader.unsupported)
}

#[derive(Clone)]
enum Style {
    Plain,
    Strong,
    Emphasis,
    Link(String),
}

struct Reader<'t> {
    text: &'t str,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    style: Style,
    /// The open list: whether it is numbered, and its items so far.
    list: Option<(bool, Vec<Vec<Inline>>)>,
    unsupported: Vec<UnsupportedMarkup>,
}

impl Reader<'_> {
    fn read(&mut self, event: Event<'_>, offset: usize) {
        match event {
            Event::Text(words) => self.push(&words),
            Event::Code(words) => {
                self.refuse(offset, "code");
                self.push(&words);
            }
            Event::SoftBreak | Event::HardBreak => self.push(" "),
            Event::Start(tag) => self.open(tag, offset),
            Event::End(tag) => self.close(tag),
            Event::Html(_) | Event::InlineHtml(_) => self.refuse(offset, "HTML"),
            Event::Rule => self.refuse(offset, "a horizontal line"),
            _ => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>, offset: usize) {
        match tag {
            Tag::Strong => self.style = Style::Strong,
            Tag::Emphasis => self.style = Style::Emphasis,
            Tag::Link { dest_url, .. } => self.style = Style::Link(dest_url.into_string()),
            Tag::List(_) if self.list.is_some() => self.refuse(offset, "a list inside a list"),
            Tag::List(first) => {
                self.close_paragraph();
                self.list = Some((first.is_some(), Vec::new()));
            }
            Tag::Paragraph | Tag::Item => {}
            Tag::Heading { .. } => self.refuse(offset, "a heading"),
            Tag::BlockQuote(_) => self.refuse(offset, "a quotation block"),
            Tag::CodeBlock(_) => self.refuse(offset, "a block of code"),
            Tag::Table(_) => self.refuse(offset, "a table"),
            Tag::Image { .. } => self.refuse(offset, "a picture"),
            Tag::Strikethrough => self.refuse(offset, "struck-out text"),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link => self.style = Style::Plain,
            TagEnd::Paragraph if self.list.is_none() => self.close_paragraph(),
            TagEnd::Heading(_) => self.close_paragraph(),
            TagEnd::Item => {
                let item = std::mem::take(&mut self.inlines);
                if let Some((_, items)) = &mut self.list {
                    items.push(item);
                }
            }
            TagEnd::List(_) => {
                if let Some((numbered, items)) = self.list.take() {
                    self.blocks.push(Block::List { numbered, items });
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, words: &str) {
        let words = words.to_owned();
        // Merge adjacent plain text.
        if let (Style::Plain, Some(Inline::Text(last))) = (&self.style, self.inlines.last_mut()) {
            last.push_str(&words);
            return;
        }
        self.inlines.push(match &self.style {
            Style::Plain => Inline::Text(words),
            Style::Strong => Inline::Strong(words),
            Style::Emphasis => Inline::Emphasis(words),
            Style::Link(url) => Inline::Link { text: words, url: url.clone() },
        });
    }

    fn close_paragraph(&mut self) {
        if !self.inlines.is_empty() {
            self.blocks.push(Block::Paragraph(std::mem::take(&mut self.inlines)));
        }
    }

    fn refuse(&mut self, offset: usize, what: &'static str) {
        let line = line_at(self.text, offset) - 1;
        self.unsupported.push(UnsupportedMarkup { line, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_used_comes_back_as_it_was() {
        let text = "It **ended**; see [the page](https://example.com/a).\n\n1. one\n2. *two*";
        let (rich, unsupported) = parse_markdown(text);
        assert_eq!(unsupported, []);
        assert_eq!(rich.to_markdown(), text);
    }

    #[test]
    fn everything_else_is_reported_with_its_line() {
        let text = "fine\n\n## no\n\n| a |\n|---|\n\n> no\n\n`no`\n\n![no](x)\n\n<b>no</b>";
        let (_, unsupported) = parse_markdown(text);
        let found: Vec<_> = unsupported.iter().map(|markup| (markup.line, markup.what)).collect();
        assert_eq!(
            found,
            [
                (2, "a heading"),
                (4, "a table"),
                (7, "a quotation block"),
                (9, "code"),
                (11, "a picture"),
                (13, "HTML"),
                (13, "HTML")
            ]
        );
    }
}

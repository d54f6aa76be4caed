//! Parses the Markdown of an answer.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::rich_text::{Block, Inline, RichText};
use crate::knowledge::has_hidden_character;
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
///
/// The paragraphs of a list item follow each other in one line, as the lines of a paragraph do: an
/// item is a line wherever replies are shown. A link within bold or italic words is only a link, and
/// bold or italic words within a link are part of the link, so that neither words nor an address is
/// lost.
pub fn parse_markdown(text: &str) -> (RichText, Vec<UnsupportedMarkup>) {
    let mut reader = Reader {
        text,
        blocks: Vec::new(),
        inlines: Vec::new(),
        marks: Vec::new(),
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

/// A mark that is open around words.
enum Mark {
    Strong,
    Emphasis,
    Link(String),
}

/// A list whose end is not read yet.
struct OpenList {
    /// The number of the first item; `None` without numbers.
    first: Option<u64>,
    items: Vec<Vec<Inline>>,
}

struct Reader<'t> {
    text: &'t str,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    /// The open marks, the outermost first.
    marks: Vec<Mark>,
    list: Option<OpenList>,
    unsupported: Vec<UnsupportedMarkup>,
}

impl Reader<'_> {
    fn read(&mut self, event: Event<'_>, offset: usize) {
        match event {
            Event::Text(words) => {
                if has_hidden_character(&words) {
                    self.refuse(offset, "the code of a character that cannot be seen");
                }
                self.push(&words);
            }
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
            Tag::Strong => self.open_mark(Mark::Strong, offset),
            Tag::Emphasis => self.open_mark(Mark::Emphasis, offset),
            Tag::Link { dest_url, .. } => {
                self.open_mark(Mark::Link(dest_url.into_string()), offset);
            }
            Tag::List(_) if self.list.is_some() => self.refuse(offset, "a list inside a list"),
            Tag::List(first) => {
                self.close_paragraph();
                self.list = Some(OpenList { first, items: Vec::new() });
            }
            Tag::Paragraph if !self.inlines.is_empty() => self.push(" "),
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
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link => drop(self.marks.pop()),
            TagEnd::Paragraph if self.list.is_none() => self.close_paragraph(),
            TagEnd::Heading(_) => self.close_paragraph(),
            TagEnd::Item => {
                let item = std::mem::take(&mut self.inlines);
                if let Some(list) = &mut self.list {
                    list.items.push(item);
                }
            }
            TagEnd::List(_) => {
                if let Some(OpenList { first, items }) = self.list.take() {
                    self.blocks.push(Block::List { first, items });
                }
            }
            _ => {}
        }
    }

    fn open_mark(&mut self, mark: Mark, offset: usize) {
        let is_link = |mark: &Mark| matches!(mark, Mark::Link(_));
        if self.marks.iter().any(|outer| is_link(outer) == is_link(&mark)) {
            let what = if is_link(&mark) {
                "a link inside a link"
            } else {
                "bold or italic inside bold or italic"
            };
            self.refuse(offset, what);
        }
        self.marks.push(mark);
    }

    /// Adds words under the open marks, to the last span if that has the same marks.
    fn push(&mut self, words: &str) {
        let span = self.span(words.to_owned());
        match (self.inlines.last_mut(), &span) {
            (Some(Inline::Text(last)), Inline::Text(_))
            | (Some(Inline::Strong(last)), Inline::Strong(_))
            | (Some(Inline::Emphasis(last)), Inline::Emphasis(_)) => last.push_str(words),
            (Some(Inline::Link { text, url }), Inline::Link { url: same, .. }) if url == same => {
                text.push_str(words);
            }
            _ => self.inlines.push(span),
        }
    }

    fn span(&self, words: String) -> Inline {
        let link = self.marks.iter().find(|mark| matches!(mark, Mark::Link(_)));
        match link.or(self.marks.last()) {
            None => Inline::Text(words),
            Some(Mark::Strong) => Inline::Strong(words),
            Some(Mark::Emphasis) => Inline::Emphasis(words),
            Some(Mark::Link(url)) => Inline::Link { text: words, url: url.clone() },
        }
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
    fn the_paragraphs_of_an_item_stay_apart() {
        let (rich, unsupported) = parse_markdown("- a\n\n  **second** para\n- b\n\n  c");
        assert_eq!(unsupported, []);
        assert_eq!(rich.to_markdown(), "- a **second** para\n- b c");
    }

    #[test]
    fn a_list_keeps_its_first_number() {
        let text = "1. one\n2. two\n\nThen wait.\n\n3. three\n4. four";
        assert_eq!(parse_markdown(text).0.to_markdown(), text);
    }

    #[test]
    fn a_link_keeps_its_words_inside_and_around_other_marks() {
        let around = "**see [it](https://example.com/x) now**";
        let (rich, unsupported) = parse_markdown(around);
        assert_eq!(unsupported, []);
        assert_eq!(rich.to_markdown(), "**see** [it](https://example.com/x) **now**");
        let inside = "[a **b** c\nd](https://example.com/x)";
        let (rich, unsupported) = parse_markdown(inside);
        assert_eq!(unsupported, []);
        assert_eq!(rich.to_markdown(), "[a b c d](https://example.com/x)");
    }

    #[test]
    fn white_space_alone_gets_no_marks() {
        let (rich, _) = parse_markdown("**[a](https://a.example)\n[b](https://b.example)**");
        assert_eq!(rich.to_markdown(), "[a](https://a.example) [b](https://b.example)");
    }

    #[test]
    fn marks_that_would_be_lost_are_reported() {
        let text = "*a **b** c*\n\n***d***\n\n[e <https://example.com> f](https://example.com/x)";
        let (_, unsupported) = parse_markdown(text);
        let found: Vec<_> = unsupported.iter().map(|markup| (markup.line, markup.what)).collect();
        let nested = "bold or italic inside bold or italic";
        assert_eq!(found, [(0, nested), (2, nested), (4, "a link inside a link")]);
    }

    #[test]
    fn a_hidden_character_is_reported_however_it_is_written() {
        let (_, unsupported) = parse_markdown("fine &amp; well\n&#x202e; &ZeroWidthSpace;");
        let lines: Vec<usize> = unsupported.iter().map(|markup| markup.line).collect();
        assert_eq!(lines, [1, 1]);
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

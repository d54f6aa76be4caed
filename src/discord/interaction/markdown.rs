//! Converts text to Discord's Markdown, in pieces that can be distributed over pages.

use super::limits::length;
use crate::reply::{Block, Inline, RichText, Section, ShownCitation, item_marks, marked};

/// A piece of text that is kept on one page if possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    text: String,
    /// Whether there is no empty line before it, as between items of a list.
    tight: bool,
}

impl Piece {
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self { text: text.into(), tight: false }
    }

    /// A line without an empty line before it.
    pub fn line(text: String) -> Self {
        Self { text, tight: true }
    }
}

pub fn pieces(text: &RichText) -> Vec<Piece> {
    text.0.iter().flat_map(block_pieces).collect()
}

/// The pieces of a section. The heading is part of the first piece.
pub fn section_pieces(section: &Section) -> Vec<Piece> {
    let mut pieces = pieces(&section.body);
    if let Some(heading) = &section.heading {
        let heading = format!("**{}**", escape(heading));
        match pieces.first_mut() {
            Some(first) => *first = Piece::paragraph(format!("{heading}\n{}", first.text)),
            None => pieces.push(Piece::paragraph(heading)),
        }
    } else if let Some(first) = pieces.first_mut() {
        first.tight = false;
    }
    pieces
}

/// A numbered list, one piece for each item. The heading is part of the first piece.
pub fn numbered(heading: &str, items: impl IntoIterator<Item = String>) -> Vec<Piece> {
    let lines = items.into_iter().enumerate().map(|(place, item)| format!("{}. {item}", place + 1));
    let mut pieces: Vec<Piece> = lines.map(Piece::line).collect();
    if let Some(first) = pieces.first_mut() {
        let heading = if heading.is_empty() { String::new() } else { format!("**{heading}**\n") };
        *first = Piece::paragraph(format!("{heading}{}", first.text));
    }
    pieces
}

/// A citation: the imprint as a link, and the title. The title is no link, because what a headline
/// claims must not be what catches the eye.
pub fn citation(citation: &ShownCitation) -> String {
    let imprint = match &citation.url {
        Some(url) => link(&citation.imprint(), url),
        None => escape(&citation.imprint()),
    };
    let cautions = citation.cautions().map_or(String::new(), |cautions| format!(" ({cautions})"));
    format!("{imprint}: “{}”{}", escape(&citation.title), escape(&cautions))
}

/// Packs pieces into pages of at most `limit` characters.
pub fn pack<'p>(pieces: impl IntoIterator<Item = &'p Piece>, limit: usize) -> Vec<String> {
    let mut pages: Vec<String> = Vec::new();
    let mut last_page_length = 0;
    for piece in pieces {
        let gap = if piece.tight { "\n" } else { "\n\n" };
        for part in split(&piece.text, limit) {
            let added = gap.len() + length(part);
            match pages.last_mut() {
                Some(page) if last_page_length + added <= limit => {
                    page.push_str(gap);
                    page.push_str(part);
                    last_page_length += added;
                }
                _ => {
                    pages.push(part.to_owned());
                    last_page_length = length(part);
                }
            }
        }
    }
    pages
}

/// Splits a text into parts of at most `limit` characters: after a sentence if possible, else
/// between words, else anywhere.
pub fn split(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while length(rest) > limit {
        let end = rest.char_indices().nth(limit).map_or(rest.len(), |(index, _)| index);
        let window = &rest[..end];
        let sentence = window
            .rmatch_indices(['.', '!', '?', '\n'])
            .map(|(index, mark)| index + mark.len())
            .find(|index| {
                let after = rest[*index..].chars().next();
                *index > 0
                    && (after.is_none_or(char::is_whitespace) || window[..*index].ends_with('\n'))
            });
        let cut = sentence
            .or_else(|| window.rfind(char::is_whitespace).filter(|index| *index > 0))
            .unwrap_or(end);
        parts.push(rest[..cut].trim_end());
        rest = rest[cut..].trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// Shortens a label to `limit` characters, between words if possible.
pub fn clip(text: &str, limit: usize) -> String {
    if length(text) <= limit {
        return text.to_owned();
    }
    let end =
        text.char_indices().nth(limit.saturating_sub(1)).map_or(text.len(), |(index, _)| index);
    let kept = &text[..end];
    let in_a_word = !text[end..].starts_with(char::is_whitespace);
    let kept = match kept.rfind(char::is_whitespace) {
        Some(index) if in_a_word && index > kept.len() / 2 => &kept[..index],
        _ => kept,
    };
    format!("{}…", kept.trim_end_matches([' ', ',', ';', ':']))
}

/// Escapes everything that Discord would interpret as markup or as a mention.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(start) = address_start(rest) {
        let (words, address) = rest.split_at(start);
        let end = address.find(ends_address).unwrap_or(address.len());
        escape_marks(words, &mut escaped);
        // A backslash would break the address.
        escaped.push_str(&address[..end]);
        rest = &address[end..];
    }
    escape_marks(rest, &mut escaped);
    match escaped.chars().next() {
        // At the start of a line these would begin a heading or a list.
        Some('#' | '-' | '+') => format!("\\{escaped}"),
        _ => escaped,
    }
}

/// The text from which [`escape`] has made this one.
pub fn unescape(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    let mut rest = escaped.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => text.extend(rest.next()),
            '\u{200b}' if text.ends_with('@') => {}
            c => text.push(c),
        }
    }
    text
}

/// Where the first address in a text begins. Discord finds one in the middle of a word, too.
fn address_start(text: &str) -> Option<usize> {
    ["https://", "http://"].into_iter().filter_map(|scheme| text.find(scheme)).min()
}

/// Whether a character cannot be part of an address.
fn ends_address(c: char) -> bool {
    c.is_whitespace() || "<>\"|\\^`{}".contains(c)
}

fn escape_marks(text: &str, escaped: &mut String) {
    let is_mark = |byte: u8| {
        matches!(byte, b'\\' | b'*' | b'_' | b'~' | b'`' | b'|' | b'[' | b']' | b'<' | b'>' | b'@')
    };
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_mark) {
        escaped.push_str(&rest[..at]);
        // A zero-width space keeps "@everyone" from being a mention.
        if rest[at..].starts_with('@') {
            escaped.push_str("@\u{200b}");
        } else {
            escaped.extend(["\\", &rest[at..=at]]);
        }
        rest = &rest[at + 1..];
    }
    escaped.push_str(rest);
}

fn block_pieces(block: &Block) -> Vec<Piece> {
    match block {
        Block::Paragraph(inlines) => {
            let text = inlines_text(inlines);
            // A paragraph that is a quotation becomes a block quote.
            let is_quotation = text.starts_with('“') && text.ends_with('”');
            vec![Piece::paragraph(if is_quotation { format!("> {text}") } else { text })]
        }
        Block::List { first, items } => {
            let lines = item_marks(*first, "-").zip(items);
            let lines = lines.map(|(mark, item)| mark + &inlines_text(item));
            let mut pieces: Vec<Piece> = lines.map(Piece::line).collect();
            if let Some(first) = pieces.first_mut() {
                first.tight = false;
            }
            pieces
        }
    }
}

fn inlines_text(inlines: &[Inline]) -> String {
    let texts = inlines.iter().map(|inline| match inline {
        Inline::Text(text) => escape(text),
        Inline::Strong(text) => marked(text, "**", escape),
        Inline::Emphasis(text) => marked(text, "*", escape),
        Inline::Link { text, url } => link(text, url),
    });
    texts.collect()
}

/// A link. Discord does not render a link whose text contains a URL, so then only the URL is shown.
pub fn link(text: &str, url: &str) -> String {
    let url = url.replace('(', "%28").replace(')', "%29").replace(' ', "%20");
    if text.contains("://") { format!("<{url}>") } else { format!("[{}]({url})", escape(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_at_the_ends_of_sentences() {
        assert_eq!(
            split("One is here. Two is there. Three.", 27),
            ["One is here. Two is there.", "Three."]
        );
        assert_eq!(split("no sentence ends here", 12), ["no sentence", "ends here"]);
        assert_eq!(split("ääääää", 4), ["ääää", "ää"]);
        assert_eq!(split("The U.S.A. law", 11), ["The U.S.A.", "law"]);
    }

    #[test]
    fn markup_and_mentions_are_escaped() {
        assert_eq!(
            escape("**bold** _x_ <@1> @everyone"),
            "\\*\\*bold\\*\\* \\_x\\_ \\<@\u{200b}1\\> @\u{200b}everyone"
        );
        assert_eq!(escape("# no heading"), "\\# no heading");
        for text in ["**bold** _x_ <@1> @everyone", "# no heading", "a\\b https://x.example/a_b\\_"]
        {
            assert_eq!(unescape(&escape(text)), text);
        }
        assert_eq!(
            escape("see https://example.com/a_b now_"),
            "see https://example.com/a_b now\\_"
        );
    }

    #[test]
    fn addresses_stay_as_they_are_wherever_they_begin() {
        let left = [
            "See it (https://example.com/a_b_c) now",
            "(https://example.com/a_b,http://example.com/c_d)",
            "“https://example.com/*_a~b”",
            "at:https://example.com/a_b",
        ];
        for text in left {
            assert_eq!(escape(text), text);
            assert_eq!(unescape(text), text);
        }
        assert_eq!(escape("_a_https://b.example/_c"), "\\_a\\_https://b.example/_c");
        assert_eq!(escape("<https://b.example/_c>_"), "\\<https://b.example/_c\\>\\_");
        assert_eq!(escape("https://<@1>"), "https://\\<@\u{200b}1\\>");
    }

    #[test]
    fn a_list_keeps_its_first_number() {
        let items = ["three", "four"].map(|item| vec![Inline::Text(item.to_owned())]).to_vec();
        let list = RichText(vec![Block::List { first: Some(3), items }]);
        assert_eq!(pack(&pieces(&list), 100), ["3. three\n4. four"]);
    }

    #[test]
    fn labels_are_clipped_between_words() {
        assert_eq!(clip("short", 10), "short");
        assert_eq!(clip("What did the court decide, and when?", 27), "What did the court decide…");
    }

    #[test]
    fn pages_keep_items_whole() {
        let pieces = numbered("Sources", ["one".to_owned(), "two".to_owned(), "three".to_owned()]);
        assert_eq!(pack(&pieces, 26), ["**Sources**\n1. one\n2. two", "3. three"]);
    }
}

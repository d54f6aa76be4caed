//! Lays replies out for a terminal. No information is in the colour alone.

use std::io;

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::matcher::Evidence;
use crate::reply::{
    Answer, Block, DISCLAIMER, Inline, QuotedWords, Reply, RichText, Section, Sheet, ShownCitation,
    Suggestion, explanation, item_marks,
};

/// The width of a page, also of one that goes into a file.
const WIDTH: usize = 80;

/// Beyond this width, lines are hard to read.
const MAX_WIDTH: usize = 100;

const HEADING: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();
const STAMP: Style = AnsiColor::Cyan.on_default();

/// What a terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The number of columns.
    pub width: usize,
    /// Whether it understands hyperlinks (OSC 8). Otherwise, addresses are written out.
    pub has_hyperlinks: bool,
}

impl Look {
    /// A file, a pipe, or an old terminal.
    pub const PLAIN: Self = Self { width: WIDTH, has_hyperlinks: false };

    /// What the terminal of standard output can do.
    pub fn of_stdout() -> Self {
        let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size_of(io::stdout())
        else {
            return Self::PLAIN;
        };
        Self {
            width: usize::from(width).clamp(20, MAX_WIDTH),
            has_hyperlinks: supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        }
    }
}

/// A reply in brief, with ANSI escape sequences. `anstream` removes them if the output is not a
/// terminal.
pub fn reply_text(reply: &Reply, look: Look) -> String {
    let mut page = Page::new(look);
    match reply {
        Reply::Answer(answer) if answer.shows_evidence() => {
            page.heading(answer.question());
            page.blank();
            page.evidence(answer);
        }
        Reply::Answer(answer) => page.answer(answer),
        Reply::Choice(choice) => {
            page.paragraph(&choice.text);
            page.numbered(&choice.suggestions);
            page.stamp(&choice.brief_stamp());
        }
        Reply::NoAnswer(no_answer) => {
            page.paragraph(&no_answer.text);
            page.numbered(&no_answer.nearest);
            if no_answer.is_stamped() {
                page.stamp(&no_answer.brief_stamp());
            }
        }
        Reply::Sheet(sheet) => page.sheet(sheet),
    }
    page.finish()
}

/// The evidence behind an answer: quotations, disagreements, sources, and related questions.
pub fn evidence_text(answer: &Answer, look: Look) -> String {
    let mut page = Page::new(look);
    page.evidence(answer);
    page.finish()
}

pub fn sheet_text(sheet: &Sheet, look: Look) -> String {
    let mut page = Page::new(look);
    page.sheet(sheet);
    page.finish()
}

/// The explanation of a decision.
pub fn explanation_text(evidence: &Evidence, look: Look) -> String {
    let mut page = Page::new(look);
    page.sections(&explanation(evidence));
    page.finish()
}

/// A buffer of wrapped lines.
struct Page {
    look: Look,
    lines: Vec<String>,
}

impl Page {
    fn new(look: Look) -> Self {
        Self { look, lines: Vec::new() }
    }

    fn answer(&mut self, answer: &Answer) {
        self.heading(answer.question());
        self.blank();
        if let Some(care) = answer.care() {
            self.paragraph(care);
        }
        self.rich(answer.body());
        for quoted in answer.quoted_in_reply() {
            self.quotation("", quoted);
        }
        self.wrapped(&format!("Standing: {}", answer.standing_label()), "", "");
        self.source_lines(answer.citations());
        if let Some(link) = answer.link() {
            let address = self.linked(&link.text, Some(&link.url));
            self.lines.push(address);
        }
        self.blank();
        self.stamp(&answer.brief_stamp());
    }

    fn evidence(&mut self, answer: &Answer) {
        for quoted in answer.all_quotations() {
            let is_response = !answer.quotations().contains(quoted);
            self.quotation(if is_response { "In response: " } else { "" }, quoted);
        }
        if !answer.conflicts().is_empty() {
            self.heading("Where sources disagree");
            for conflict in answer.conflicts() {
                let text =
                    format!("{} {} {}", conflict.question, conflict.prevailing, conflict.why);
                self.item("", &text);
            }
            self.blank();
        }
        self.heading("Sources");
        for (place, citation) in answer.citations().iter().enumerate() {
            let cautions = citation.cautions().map_or(String::new(), |text| format!(" ({text})"));
            let text = format!("{}: “{}”{cautions}", citation.imprint(), citation.title);
            self.wrapped(&text, &format!("[{}] ", place + 1), "    ");
            if let Some(url) = &citation.url {
                self.lines.push(format!("    {url}"));
            }
        }
        self.blank();
        if !answer.related().is_empty() {
            self.heading("Related questions");
            self.numbered(answer.related());
        }
        self.wrapped_stamp(&answer.stamp_line());
    }

    fn sheet(&mut self, sheet: &Sheet) {
        self.heading(sheet.title());
        self.blank();
        self.sections(sheet.sections());
        for link in sheet.links() {
            self.item("", &format!("{}: {}", link.text, link.url));
        }
        if !sheet.links().is_empty() {
            self.blank();
        }
        self.source_lines(sheet.citations());
        self.stamp(&sheet.brief_stamp());
    }

    fn sections<'s>(&mut self, sections: impl IntoIterator<Item = &'s Section>) {
        for Section { heading, body } in sections {
            if let Some(heading) = heading {
                self.heading(heading);
            }
            self.rich(body);
        }
    }

    /// Each source in a line of its own. The line is not wrapped, so that no address is broken.
    fn source_lines<'c>(&mut self, citations: impl IntoIterator<Item = &'c ShownCitation>) {
        for (place, citation) in citations.into_iter().enumerate() {
            let source = self.linked(&citation.short_imprint(), citation.url.as_deref());
            let cautions = citation.cautions().map_or(String::new(), |text| format!(" ({text})"));
            self.lines.push(format!("[{}] {source}{cautions}", place + 1));
        }
    }

    /// A text that leads to an address.
    fn linked(&self, text: &str, url: Option<&str>) -> String {
        match url {
            Some(url) if self.look.has_hyperlinks => {
                format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
            }
            Some(url) => format!("{text}: {url}"),
            None => text.to_owned(),
        }
    }

    fn quotation(&mut self, lead: &str, quoted: &QuotedWords) {
        self.wrapped(&format!("{lead}“{}”", quoted.words), "  | ", "  | ");
        self.wrapped(&quoted.attribution(), "  | -- ", "  |    ");
        if let Some(caveat) = &quoted.caveat {
            self.wrapped(&format!("Note: {caveat}"), "  |    ", "  |    ");
        }
        self.blank();
    }

    fn numbered(&mut self, suggestions: &[Suggestion]) {
        for (place, suggestion) in suggestions.iter().enumerate() {
            self.wrapped(&suggestion.question, &format!("  {}. ", place + 1), "     ");
        }
        if !suggestions.is_empty() {
            self.blank();
        }
    }

    fn stamp(&mut self, stamp: &str) {
        let start = self.lines.len();
        self.wrapped(stamp, "", "");
        for line in &mut self.lines[start..] {
            *line = styled(STAMP, line);
        }
    }

    /// The whole stamp, with the disclaimer.
    fn wrapped_stamp(&mut self, stamp: &str) {
        self.stamp(stamp);
        self.lines.push(styled(QUIET, DISCLAIMER));
    }

    fn rich(&mut self, text: &RichText) {
        for block in &text.0 {
            match block {
                Block::Paragraph(inlines) => self.wrapped(&inline_text(inlines), "", ""),
                Block::List { first, items } => {
                    for (mark, item) in item_marks(*first, "*").zip(items) {
                        let mark = format!("  {mark}");
                        self.wrapped(&inline_text(item), &mark, &" ".repeat(mark.len()));
                    }
                }
            }
            self.blank();
        }
    }

    fn heading(&mut self, text: &str) {
        let start = self.lines.len();
        self.wrapped(text, "", "");
        for line in &mut self.lines[start..] {
            *line = styled(HEADING, line);
        }
    }

    fn paragraph(&mut self, text: &str) {
        self.wrapped(text, "", "");
        self.blank();
    }

    fn item(&mut self, indent: &str, text: &str) {
        self.wrapped(text, &format!("  {indent}"), &format!("    {indent}"));
    }

    fn wrapped(&mut self, text: &str, first: &str, others: &str) {
        // Break lines only at spaces, so that no URL or key is broken.
        let options = Options::new(self.look.width)
            .initial_indent(first)
            .subsequent_indent(others)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .break_words(false);
        self.lines.extend(textwrap::wrap(text, options).into_iter().map(|line| line.into_owned()));
    }

    fn blank(&mut self) {
        self.lines.push(String::new());
    }

    fn finish(self) -> String {
        let mut text = self.lines.join("\n");
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

/// The text without markup. Links are followed by their URL.
fn inline_text(inlines: &[Inline]) -> String {
    let pieces = inlines.iter().map(|inline| match inline {
        Inline::Link { text, url } => format!("{text} ({url})"),
        other => other.words().to_owned(),
    });
    pieces.collect()
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

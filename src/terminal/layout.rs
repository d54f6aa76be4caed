//! Lays replies out for a terminal with 80 columns. No information is in the colour alone.

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::matcher::Evidence;
use crate::reply::{
    Answer, Block, DISCLAIMER, Inline, QuotedWords, Reply, RichText, Section, Sheet, ShownCitation,
    Suggestion, explanation,
};

const WIDTH: usize = 80;

const HEADING: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();
const STAMP: Style = AnsiColor::Cyan.on_default();

/// A reply with ANSI escape sequences. `anstream` removes them if the output is not a terminal.
pub fn reply_text(reply: &Reply) -> String {
    let mut page = Page::default();
    match reply {
        Reply::Answer(answer) => page.answer(answer),
        Reply::Choice(choice) => {
            page.paragraph(&choice.text);
            page.numbered(&choice.suggestions);
            page.stamp(&choice.stamp_line());
        }
        Reply::NoAnswer(no_answer) => {
            page.paragraph(&no_answer.text);
            page.numbered(&no_answer.nearest);
            page.stamp(&no_answer.stamp_line());
        }
        Reply::Sheet(sheet) => page.sheet(sheet),
    }
    page.finish()
}

pub fn sheet_text(sheet: &Sheet) -> String {
    let mut page = Page::default();
    page.sheet(sheet);
    page.finish()
}

/// The explanation of a decision.
pub fn explanation_text(evidence: &Evidence) -> String {
    let mut page = Page::default();
    page.sections(&explanation(evidence));
    page.finish()
}

/// A buffer of wrapped lines.
#[derive(Default)]
struct Page {
    lines: Vec<String>,
}

impl Page {
    fn answer(&mut self, answer: &Answer) {
        self.heading(answer.question());
        self.blank();
        self.rich(answer.body());
        self.paragraph(&format!("[Standing] {}", answer.standing_label()));
        for quoted in answer.quotations() {
            self.quotation("", quoted);
        }
        for quoted in answer.responses() {
            self.quotation("In response: ", quoted);
        }
        if !answer.conflicts().is_empty() {
            self.heading("Where sources disagree");
            for conflict in answer.conflicts() {
                self.item(
                    "",
                    &format!("{} {} {}", conflict.question, conflict.prevailing, conflict.why),
                );
            }
            self.blank();
        }
        self.citations(answer.citations());
        if !answer.related().is_empty() {
            self.heading("Related questions");
            self.numbered(answer.related());
        }
        self.stamp(&answer.stamp_line());
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
        self.citations(sheet.citations());
        self.stamp(&sheet.stamp_line());
    }

    fn sections(&mut self, sections: &[Section]) {
        for Section { heading, body } in sections {
            if let Some(heading) = heading {
                self.heading(heading);
            }
            self.rich(body);
        }
    }

    fn citations(&mut self, citations: &[ShownCitation]) {
        if citations.is_empty() {
            return;
        }
        self.heading("Sources");
        for (place, citation) in citations.iter().enumerate() {
            let text = format!("{}. {}.", citation.title, citation.imprint());
            self.wrapped(&text, &format!("[{}] ", place + 1), "    ");
            if let Some(url) = &citation.url {
                self.lines.push(format!("    {url}"));
            }
        }
        self.blank();
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
        self.lines.push(styled(QUIET, DISCLAIMER));
    }

    fn rich(&mut self, text: &RichText) {
        for block in &text.0 {
            match block {
                Block::Paragraph(inlines) => self.wrapped(&inline_text(inlines), "", ""),
                Block::List { numbered, items } => {
                    for (place, item) in items.iter().enumerate() {
                        let mark = if *numbered {
                            format!("  {}. ", place + 1)
                        } else {
                            "  * ".to_owned()
                        };
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
        let options = Options::new(WIDTH)
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

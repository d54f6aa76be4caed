//! The commands that every front end has. Help, routing, registration, the README and the tests use
//! this list. The descriptions and the commands for pages come from the content.

use crate::ask::Query;
use crate::knowledge::{CaseFile, Sentence};

/// The commands for one version of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commands {
    /// The description of `/ask`, for front ends that have such a command.
    pub ask: String,
    /// The other commands, in the order in which help lists them.
    pub list: Vec<Command>,
}

/// A command that shows something other than the answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The name, without the slash.
    pub name: String,
    /// A description of at most 100 characters.
    pub summary: String,
    /// The name and the description of the required text option, if the command has one.
    pub words: Option<(&'static str, &'static str)>,
    query: Query,
}

impl Commands {
    /// The fixed commands, and one for each page.
    pub fn new(case_file: &CaseFile) -> Self {
        let fixed = |name: &str, sentence, query| Command {
            name: name.to_owned(),
            summary: case_file.voice.text(sentence).to_owned(),
            words: None,
            query,
        };
        let pages = case_file.pages.iter().map(|(name, page)| Command {
            name: name.to_string(),
            summary: page.command.clone(),
            words: None,
            query: Query::Page(name.clone()),
        });
        let quote = Command {
            words: Some(("words", "Words that stand in the quotation")),
            ..fixed("quote", Sentence::QuoteCommand, Query::Quote(String::new()))
        };
        let status = fixed("status", Sentence::StatusCommand, Query::Status);
        let others = [
            fixed("timeline", Sentence::TimelineCommand, Query::Timeline),
            quote,
            fixed("sources", Sentence::SourcesCommand, Query::Sources),
            fixed("about", Sentence::AboutCommand, Query::About),
        ];
        Self {
            ask: case_file.voice.text(Sentence::AskCommand).to_owned(),
            list: std::iter::once(status).chain(pages).chain(others).collect(),
        }
    }

    pub fn find(&self, name: &str) -> Option<&Command> {
        self.list.iter().find(|command| command.name == name)
    }
}

impl Command {
    /// The query of the command, with the words that were typed after it.
    pub fn query(&self, words: &str) -> Query {
        match &self.query {
            Query::Quote(_) => Query::Quote(words.trim().to_owned()),
            query => query.clone(),
        }
    }
}

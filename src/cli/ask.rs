//! `caseclerk ask`: one question, or a file of questions.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;

use anyhow::Context;
use caseclerk::ask::{Ask, Query};
use caseclerk::config::Settings;
use caseclerk::reply::{JsonError, JsonReply, Reply, write_json, write_json_line};
use caseclerk::responder::Responder;
use caseclerk::terminal::{Look, evidence_text, explanation_text, reply_text};
use clap::Args;
use jiff::civil::Date;
use serde::Deserialize;

use super::Exit;

#[derive(Debug, Args)]
pub struct AskArguments {
    /// The question, in your own words, or the id of an answer
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    question: Option<String>,
    /// Print the reply as a JSON object
    #[arg(long)]
    json: bool,
    /// Also print why this answer was chosen, or why none was
    #[arg(long)]
    explain: bool,
    /// Also print the quotations, the sources and the related questions of an answer
    #[arg(long, conflicts_with_all = ["json", "batch"])]
    full: bool,
    /// Answer a file of questions (- for standard input): one JSON string per line in, one JSON
    /// object per line out. A line that is an array of strings is a conversation; the reply is that
    /// to its last question
    #[arg(long, value_name = "FILE", requires = "json", conflicts_with = "explain")]
    batch: Option<PathBuf>,
}

/// A line of a batch.
#[derive(Deserialize)]
#[serde(untagged)]
enum BatchLine {
    Question(String),
    Conversation(Vec<String>),
}

pub fn run(arguments: &AskArguments, settings: &Settings, today: Date) -> anyhow::Result<Exit> {
    let responder = Responder::open(settings)?;
    match (&arguments.batch, &arguments.question) {
        (Some(file), _) => answer_batch(&responder, file, today),
        (None, question) => {
            answer_one(&responder, arguments, question.as_deref().unwrap_or_default(), today)
        }
    }
}

fn answer_one(
    responder: &Responder,
    arguments: &AskArguments,
    question: &str,
    today: Date,
) -> anyhow::Result<Exit> {
    let ask = Ask { query: Query::Question(question.to_owned()), today };
    let mut response = responder.respond(&ask)?;
    if (arguments.json || arguments.explain) && response.evidence.is_some() {
        response.evidence = Some(responder.explain(question)?);
    }
    let mut out = anstream::stdout();
    if arguments.json {
        write_json(&mut out, &JsonReply::new(question, response.reply, response.evidence))?;
        return Ok(Exit::Success);
    }
    let look = Look::of_stdout();
    write!(out, "{}", reply_text(&response.reply, look))?;
    if let Reply::Answer(answer) = &response.reply
        && arguments.full
    {
        write!(out, "\n{}", evidence_text(answer, look))?;
    }
    if let Some(evidence) = response.evidence.filter(|_| arguments.explain) {
        write!(out, "\n{}", explanation_text(&evidence, look))?;
    }
    Ok(Exit::Success)
}

fn answer_batch(responder: &Responder, file: &PathBuf, today: Date) -> anyhow::Result<Exit> {
    let input: Box<dyn BufRead> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(
            File::open(file).with_context(|| format!("cannot read {}", file.display()))?,
        ))
    };
    let mut out = std::io::stdout().lock();
    let mut exit = Exit::Success;
    for (place, line) in input.split(b'\n').enumerate() {
        let line = line.with_context(|| format!("cannot read {}", file.display()))?;
        match serde_json::from_slice::<BatchLine>(&line) {
            Ok(line) => {
                let questions = match line {
                    BatchLine::Question(question) => vec![question],
                    BatchLine::Conversation(questions) => questions,
                };
                let (last, earlier) = match questions.split_last() {
                    Some((last, earlier)) => (last.as_str(), earlier),
                    None => ("", &[][..]),
                };
                let ask =
                    |question: &str| Ask { query: Query::Question(question.to_owned()), today };
                let mut turn = None;
                for question in earlier {
                    turn = Some(responder.respond_after(&ask(question), turn.as_ref())?.turn);
                }
                let response = responder.respond_after(&ask(last), turn.as_ref())?;
                let reply = JsonReply::new(last, response.reply, response.evidence);
                write_json_line(&mut out, &reply)?;
            }
            Err(error) => {
                exit = Exit::Findings;
                let error = JsonError {
                    error: format!(
                        "this line is not a JSON string, nor an array of strings: {error}"
                    ),
                    line: place + 1,
                };
                write_json_line(&mut out, &error)?;
            }
        }
        // Flush every line, so that a program can ask, wait for the reply, and ask again.
        out.flush()?;
    }
    Ok(exit)
}

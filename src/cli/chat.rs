//! `caseclerk chat`: questions and answers at a prompt.

use std::io::{ErrorKind, Write};

use anyhow::{Context, bail};
use caseclerk::ask::Ask;
use caseclerk::config::Settings;
use caseclerk::conversation::Turn;
use caseclerk::reply::{APOLOGY, Answer, Reply, Suggestion};
use caseclerk::responder::{Changes, Responder, ResponderError};
use caseclerk::terminal::{
    ChatInput, Look, chat_commands, evidence_text, read_chat_line, reply_text, sheet_text,
};
use jiff::civil::Date;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::Exit;

const PROMPT: &str = "> ";

pub fn run(settings: &Settings, today: Date) -> anyhow::Result<Exit> {
    let responder = Responder::open(settings)?;
    let mut out = anstream::stdout();
    let look = Look::of_stdout();
    let help = || sheet_text(&responder.help(&chat_commands(&responder.commands()), today), look);
    writeln!(out, "{}", help())?;
    let mut editor = DefaultEditor::new()?;
    let mut offered: Vec<Suggestion> = Vec::new();
    let mut answered: Option<Box<Answer>> = None;
    let mut last: Option<Turn> = None;
    loop {
        let line = match editor.readline(PROMPT) {
            Ok(line) => line,
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => return Ok(Exit::Success),
            // A line of a pipe is read to its end, so the next one is whole.
            Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                writeln!(out, "This line is not UTF-8, so it was not read.")?;
                continue;
            }
            // The library gives this error as its own message and as its cause.
            Err(ReadlineError::Io(error)) => {
                return Err(error).context("cannot read what is typed");
            }
            Err(error) => bail!("cannot read what is typed: {error}"),
        };
        // The history is not saved: what people ask is private.
        let _ = editor.add_history_entry(&line);
        match read_chat_line(&line, &responder.commands(), &offered) {
            ChatInput::Ask(query) => {
                match responder.respond_after(&Ask { query, today }, last.as_ref()) {
                    Ok(response) => {
                        last = Some(response.turn);
                        writeln!(out, "\n{}", reply_text(&response.reply, look))?;
                        (offered, answered) = match response.reply {
                            Reply::Answer(answer) => (Vec::new(), Some(answer)),
                            Reply::Choice(choice) => (choice.suggestions, None),
                            Reply::NoAnswer(no_answer) => (no_answer.nearest, None),
                            Reply::Sheet(_) => (Vec::new(), None),
                        };
                    }
                    Err(error) => writeln!(out, "{APOLOGY}\n({error})")?,
                }
            }
            ChatInput::Help => writeln!(out, "\n{}", help())?,
            ChatInput::More => match &answered {
                Some(answer) => {
                    writeln!(out, "\n{}", evidence_text(answer, look))?;
                    offered = answer.related().to_vec();
                }
                None => writeln!(out, "There is no answer yet to say more about.")?,
            },
            ChatInput::Reload => writeln!(out, "{}", reload(&responder, today))?,
            ChatInput::Misused(why) => writeln!(out, "{why}")?,
            ChatInput::Nothing => {}
            ChatInput::Quit => return Ok(Exit::Success),
        }
    }
}

/// Reloads the content, and reports the changes.
fn reload(responder: &Responder, today: Date) -> String {
    match responder.reload(today) {
        Ok(reload) => {
            let Changes { added, changed, withdrawn } = &reload.changes;
            let mut text = format!(
                "Reloaded: {} added, {} changed, {} withdrawn.",
                added.len(),
                changed.len(),
                withdrawn.len()
            );
            reload.findings.iter().for_each(|finding| text += &format!("\n{finding}"));
            text
        }
        Err(ResponderError::Findings(findings)) => {
            let mut text = "Nothing was reloaded; the old answers stay. Fix this first:".to_owned();
            findings.iter().for_each(|finding| text += &format!("\n{finding}"));
            text
        }
        Err(error) => format!("Nothing was reloaded; the old answers stay: {error}"),
    }
}

//! A file for a new answer, for whoever writes it.

use toml::Value;

use super::super::interaction::outgoing::OutgoingMessage;
use super::screen::Screen;
use super::task::DeskAction;
use super::{Desk, DeskError};

/// The name of the file.
const FILE: &str = "new-answer.md";

impl Desk {
    /// Makes a file for a new answer to a group of questions.
    pub(super) async fn draft(&self, question: i64) -> Result<OutgoingMessage, DeskError> {
        let group = self.find(question).await?;
        let text = draft(&group.wordings(), &(self.today)().to_string());
        let screen = Screen::new("A draft of an answer")
            .line(
                "The file has the questions in it. Fill in the answer, its sources and the rest, give \
                 the file a name, and have it put into the folder answers/ of the FAQ. Nobody gets \
                 the answer until its state is “vetted”.",
            )
            .buttons([
                ("Back", DeskAction::Group(group.id())),
                ("Not for us", DeskAction::NotForUs(group.id())),
            ]);
        let description = "The draft of an answer, with the questions that it is for";
        Ok(screen.message().with_file(FILE, text.into_bytes(), description))
    }
}

/// The text of the file. It is no answer yet, so lint says what is missing.
fn draft(wordings: &[String], today: &str) -> String {
    let phrasings: String =
        wordings.iter().map(|words| format!("  {},\n", Value::from(words.as_str()))).collect();
    let heading = wordings.first().map_or("The question, as a heading?", String::as_str);
    format!(
        "+++\n\
         # More ways to ask it, 8 or more, each as somebody would type it.\n\
         phrasings = [\n{phrasings}]\n\
         # court-record, alleged, company-statement, counsel-statement, regulator, contract-text, press,\n\
         # own-search or commentary\n\
         standing = \"press\"\n\
         as_of = {today}\n\
         # The keys of sources.toml\n\
         citations = [{{ source = \"\" }}]\n\
         \n\
         [vetting]\n\
         state = \"draft\"\n\
         +++\n\
         \n\
         # {heading}\n\
         \n\
         The answer, in a few short sentences.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wording cannot break out of its place.
    #[test]
    fn a_draft_has_every_wording_as_it_was_asked() {
        let asked = ["is it \"over\"\\", "+++", "zorgle 🎃"].map(str::to_owned);
        let text = draft(&asked, "2026-11-30");
        let front = text.strip_prefix("+++\n").unwrap().split("\n+++\n").next().unwrap();
        let front: toml::Table = front.parse().unwrap();
        let phrasings = front["phrasings"].as_array().unwrap().iter();
        assert!(phrasings.map(|words| words.as_str().unwrap()).eq(asked.iter()));
        assert_eq!(front["vetting"]["state"].as_str(), Some("draft"));
    }
}

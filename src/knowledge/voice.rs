//! The bot's own sentences. They are content, because they name the case and its subject.

use super::finding::{Finding, Located};
use super::toml_file::TomlText;
use crate::legal::Standing;

pub(super) const VOICE: &str = "voice.toml";

/// The longest command description that Discord accepts, in characters.
const LONGEST_DESCRIPTION: usize = 100;

/// Declares the sentences, each with its table and key in `voice.toml` and its placeholders.
macro_rules! sentences {
    ($($name:ident = $table:literal . $key:literal [$($placeholder:literal)*])*) => {
        /// The purpose of one of the bot's own sentences.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Sentence { $($name),* }

        impl Sentence {
            const ALL: &[Sentence] = &[$(Self::$name),*];

            fn table(self) -> &'static str {
                match self { $(Self::$name => $table),* }
            }

            fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            fn placeholders(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($placeholder),*]),* }
            }
        }
    };
}

sentences! {
    Choice = "replies"."choice" ["case"]
    UnknownId = "replies"."unknown_id" ["case"]
    Withdrawn = "replies"."withdrawn" ["case" "date" "reason"]
    UnderReview = "replies"."under_review" ["case" "date"]
    Empty = "replies"."empty" ["case"]
    Outside = "replies"."outside" ["case"]
    OtherMatter = "replies"."other_matter" ["case"]
    NotSure = "replies"."not_sure" ["case"]
    SmallTalk = "replies"."small_talk" ["case"]
    Nearest = "replies"."nearest" ["case"]
    NoneOfThese = "replies"."none_of_these" ["case"]
    Age = "replies"."age" ["date"]
    OtherLanguage = "replies"."other_language" ["case"]
    Distress = "replies"."distress" []

    CourtRecord = "standing"."court-record" []
    Alleged = "standing"."alleged" []
    CompanyStatement = "standing"."company-statement" []
    CounselStatement = "standing"."counsel-statement" []
    Regulator = "standing"."regulator" []
    ContractText = "standing"."contract-text" []
    Press = "standing"."press" []
    OwnSearch = "standing"."own-search" []
    Commentary = "standing"."commentary" []

    AskCommand = "commands"."ask" []
    StatusCommand = "commands"."status" []
    TimelineCommand = "commands"."timeline" []
    QuoteCommand = "commands"."quote" []
    SourcesCommand = "commands"."sources" []
    AboutCommand = "commands"."about" []

    StatusTitle = "status"."title" ["case"]
    WithoutPrejudiceHeading = "status"."without_prejudice_heading" []
    WithoutPrejudice = "status"."without_prejudice" []
    TimelineTitle = "timeline"."title" ["case"]
    SourcesTitle = "sources"."title" ["case"]
    SourcesOpening = "sources"."opening" ["sources"]
    QuoteTitle = "quote"."title" ["case"]
    NoQuotation = "quote"."nothing_found" []
    HelpTitle = "help"."title" ["case"]
    HelpOpening = "help"."opening" ["case"]
    AboutTitle = "about"."title" ["case"]
    AboutOpening = "about"."opening" ["case" "answers"]
    StoresHeading = "stores"."heading" []
    StoresInMemory = "stores"."in_memory" []
    StoresNothing = "stores"."nothing" []
    StoresQuestions = "stores"."questions" ["days"]
    StoresDirectMessages = "stores"."direct_messages" []
    StoresNoDirectMessages = "stores"."no_direct_messages" []
    StoresNoQuestions = "stores"."no_questions" []
    StoresConversations = "stores"."conversations" []
    StoresOthers = "stores"."others" ["days"]
}

/// All of the bot's own sentences. None can be missing.
#[derive(Debug, Clone)]
pub struct Voice {
    /// In the order of [`Sentence::ALL`].
    sentences: Vec<String>,
    /// The sections of the page about the bot, below its opening.
    pub about: Vec<HeadedText>,
}

/// A paragraph under a heading.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct HeadedText {
    pub heading: String,
    pub text: String,
}

impl Voice {
    /// Reads `voice.toml`. `None` if a sentence is missing or empty; the findings say which.
    pub(super) fn read(text: &str, findings: &mut Vec<Finding>) -> Option<Self> {
        let source = TomlText::new(VOICE, text, 0);
        let before = findings.len();
        let mut file = source.parse(findings);
        if findings.len() > before {
            // The parser skips what it cannot parse, so sentences would be reported as missing.
            return None;
        }
        let whole = file.place().clone();
        let mut about = Vec::new();
        let mut sentences = Vec::new();
        // The sentences of a table are adjacent in the list.
        for group in Sentence::ALL.chunk_by(|a, b| a.table() == b.table()) {
            let name = group[0].table();
            let mut table = file.take_table(name, findings);
            let place = table.as_ref().map_or(&whole, |table| table.place()).clone();
            for &sentence in group {
                let key = sentence.key();
                let taken = table.as_mut().and_then(|table| table.take_text(key, findings));
                match taken {
                    Some(text) if !text.trim().is_empty() => {
                        check(sentence, &text, findings);
                        sentences.push(text.value);
                    }
                    _ => findings.push(place.error(
                        "missing-sentence",
                        format!("the sentence `{key}` is missing under [{name}], or empty"),
                        format!("add a line {key} = \"…\" below the line [{name}]"),
                    )),
                }
            }
            if let Some(mut table) = table {
                if name == "about" {
                    for section in table.take_list::<HeadedText>("sections", findings) {
                        let Located { value: section, place } = section;
                        let text = Located { value: section.text.clone(), place };
                        check_placeholders("text", &text, &[], findings);
                        about.push(section);
                    }
                }
                table.report_unknown_keys(findings);
            }
        }
        file.report_unknown_keys(findings);
        (sentences.len() == Sentence::ALL.len()).then_some(Self { sentences, about })
    }

    /// A sentence with its placeholders filled in.
    pub(super) fn say(&self, sentence: Sentence, values: &[(&str, &str)]) -> String {
        fill(self.text(sentence), values)
    }

    /// A sentence without placeholders, such as the description of a command.
    pub fn text(&self, sentence: Sentence) -> &str {
        &self.sentences[sentence as usize]
    }

    /// The label of a standing, in plain words for readers.
    pub fn standing(&self, standing: Standing) -> &str {
        self.text(match standing {
            Standing::CourtRecord => Sentence::CourtRecord,
            Standing::Alleged => Sentence::Alleged,
            Standing::CompanyStatement => Sentence::CompanyStatement,
            Standing::CounselStatement => Sentence::CounselStatement,
            Standing::Regulator => Sentence::Regulator,
            Standing::ContractText => Sentence::ContractText,
            Standing::Press => Sentence::Press,
            Standing::OwnSearch => Sentence::OwnSearch,
            Standing::Commentary => Sentence::Commentary,
        })
    }
}

fn check(sentence: Sentence, text: &Located<String>, findings: &mut Vec<Finding>) {
    check_placeholders(sentence.key(), text, sentence.placeholders(), findings);
    if sentence.table() == "commands" {
        check_description(&format!("/{}", sentence.key()), text, findings);
    }
}

/// Reports every unknown placeholder.
pub(super) fn check_placeholders(
    key: &str,
    text: &Located<String>,
    allowed: &[&str],
    findings: &mut Vec<Finding>,
) {
    for name in placeholders(text).filter(|name| !allowed.contains(name)) {
        let known: Vec<String> = allowed.iter().map(|name| format!("{{{name}}}")).collect();
        let help = match known.as_slice() {
            [] => "write the words themselves; this sentence has no placeholders".to_owned(),
            known => format!("use {}, or write the words themselves", known.join(" or ")),
        };
        findings.push(text.place.error(
            "unknown-placeholder",
            format!("`{key}` holds {{{name}}}, which nothing fills in"),
            help,
        ));
    }
}

/// Reports a command description that Discord would refuse.
pub(super) fn check_description(
    command: &str,
    text: &Located<String>,
    findings: &mut Vec<Finding>,
) {
    let length = text.chars().count();
    if length > LONGEST_DESCRIPTION {
        findings.push(text.place.error(
            "command-too-long",
            format!(
                "the description of {command} has {length} characters; \
                 Discord accepts {LONGEST_DESCRIPTION}"
            ),
            "shorten it",
        ));
    }
}

/// The names between braces, in order.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
}

/// Replaces placeholders by values in one pass, so braces in a value stay as they are.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        match value {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn placeholders_are_filled_once() {
        let values = [("date", "1 July 2025"), ("reason", "It said {date}.")];
        assert_eq!(
            fill("Withdrawn on {date}: {reason}", &values),
            "Withdrawn on 1 July 2025: It said {date}."
        );
        assert_eq!(fill("{who} {", &values), "{who} {");
    }
}

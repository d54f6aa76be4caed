//! The forms that members and moderators fill in. The `custom_id` of a form contains everything that
//! is needed to handle it, as with buttons.

use serenity::all::{
    ActionRowComponent, CreateActionRow, CreateInputText, CreateModal, InputTextStyle,
    ModalInteraction,
};

use super::super::sentences;
use super::limits;
use crate::knowledge::EntryId;

/// The fields of the forms.
const WORDS: &str = "words";
const UNTIL: &str = "until";

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// What is not right about an answer.
    NotRight(EntryId),
    /// Why an answer is held back.
    Hold(EntryId),
    /// Words of the answer to which a group of questions belongs. The group is that of this question.
    FindAnswer(i64),
}

impl Form {
    pub fn custom_id(&self) -> String {
        match self {
            Self::NotRight(entry) => format!("not-right:{entry}"),
            Self::Hold(entry) => format!("hold:{entry}"),
            Self::FindAnswer(question) => format!("find:{question}"),
        }
    }

    /// Parses a `custom_id`. It may be forged, so it can contain anything.
    pub fn parse(custom_id: &str) -> Option<Self> {
        let (name, rest) = custom_id.split_once(':')?;
        match name {
            "not-right" => Some(Self::NotRight(EntryId::new(rest))),
            "hold" => Some(Self::Hold(EntryId::new(rest))),
            "find" => Some(Self::FindAnswer(rest.parse().ok()?)),
            _ => None,
        }
    }

    /// The form to show.
    pub fn modal(&self) -> CreateModal {
        let long = InputTextStyle::Paragraph;
        let short = InputTextStyle::Short;
        let (title, fields) = match self {
            Self::NotRight(_) => {
                let words = CreateInputText::new(long, sentences::WHAT_IS_WRONG, WORDS)
                    .required(false)
                    .max_length(limits::FEEDBACK)
                    .placeholder(sentences::NAME_NOBODY);
                (sentences::NOT_RIGHT, vec![words])
            }
            Self::Hold(_) => {
                let reason = CreateInputText::new(long, sentences::HOLD_REASON, WORDS)
                    .max_length(limits::REASON)
                    .placeholder(sentences::REASON_IS_KEPT);
                let until = CreateInputText::new(short, sentences::HOLD_UNTIL, UNTIL)
                    .required(false)
                    .placeholder("2026-12-31");
                (sentences::HOLD, vec![reason, until])
            }
            Self::FindAnswer(_) => {
                let words = CreateInputText::new(short, sentences::WORDS_OF_ANSWER, WORDS)
                    .max_length(limits::FEEDBACK);
                (sentences::FIND_ANSWER, vec![words])
            }
        };
        let rows = fields.into_iter().map(CreateActionRow::InputText).collect();
        CreateModal::new(self.custom_id(), title).components(rows)
    }
}

/// What was written into a form.
pub struct FilledIn<'f> {
    pub words: &'f str,
    pub until: Option<&'f str>,
}

impl<'f> FilledIn<'f> {
    pub fn of(form: &'f ModalInteraction) -> Self {
        let field = |name: &str| {
            let fields = form.data.components.iter().flat_map(|row| &row.components);
            let mut texts = fields.filter_map(|field| match field {
                ActionRowComponent::InputText(text) if text.custom_id == name => {
                    text.value.as_deref()
                }
                _ => None,
            });
            texts.next().map(str::trim).filter(|text| !text.is_empty())
        };
        Self { words: field(WORDS).unwrap_or_default(), until: field(UNTIL) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_can_be_read_back_and_is_within_limits() {
        let entry = EntryId::new("status/is-it-over");
        for form in [Form::NotRight(entry.clone()), Form::Hold(entry), Form::FindAnswer(7)] {
            assert_eq!(Form::parse(&form.custom_id()), Some(form.clone()));
            let modal = serde_json::to_value(form.modal()).unwrap();
            let rows = modal["components"].as_array().unwrap().iter();
            let labels = rows.map(|row| &row["components"][0]["label"]);
            for text in labels.chain([&modal["title"]]) {
                assert!(limits::length(text.as_str().unwrap()) <= limits::FORM_TEXT, "{text}");
            }
        }
        for forged in ["", "hold", "find:x", "other:1"] {
            assert_eq!(Form::parse(forged), None, "{forged}");
        }
    }
}

//! The real FAQ and people: conversations, other languages, and people in distress. The sets are in `eval/people`;
//! they were written without sight of the words that the FAQ lists.

#[path = "support/shipped_faq.rs"]
mod shipped_faq;

use std::fs;
use std::sync::LazyLock;

use caseclerk::ask::{Ask, Query};
use caseclerk::conversation::Turn;
use caseclerk::matcher::NoAnswerReason;
use caseclerk::reply::{Reply, WhyNoAnswer};
use caseclerk::responder::{Responder, Response};
use jiff::civil::date;
use serde::Deserialize;
use shipped_faq::open_shipped_faq;

static RESPONDER: LazyLock<Responder> = LazyLock::new(open_shipped_faq);

#[derive(Deserialize)]
struct Conversations {
    conversations: Vec<Conversation>,
}

#[derive(Deserialize)]
struct Conversation {
    turns: Vec<String>,
    topics: Vec<String>,
}

#[derive(Deserialize)]
struct Messages {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    text: String,
    distress: bool,
}

#[derive(Deserialize)]
struct Foreigners {
    messages: Vec<Foreigner>,
}

#[derive(Deserialize)]
struct Foreigner {
    text: String,
    language: String,
}

#[derive(Debug, Default)]
struct Counts {
    right: f64,
    wrong: f64,
    all: f64,
}

#[test]
fn a_conversation_goes_on() {
    let file = fs::read_to_string("eval/people/conversations.toml").expect("the set is there");
    let set: Conversations = toml::from_str(&file).expect("the set can be read");
    let mut counts = Counts::default();
    for conversation in &set.conversations {
        let (text, earlier) = conversation.turns.split_last().expect("a turn");
        let turn = earlier
            .iter()
            .fold(None, |turn: Option<Turn>, text| Some(ask(text, turn.as_ref()).turn));
        let turn = turn.expect("an earlier turn");
        let reply = ask(text, Some(&turn)).reply;
        counts.add(conversation, &turn, &reply);
    }
    println!("{counts:?}");
    let percent = |count: f64| (100.0 * count / counts.all).round();
    assert!(percent(counts.right) >= 85.0 && percent(counts.wrong) <= 3.0, "{counts:?}");
}

#[test]
fn somebody_in_distress_gets_a_kind_sentence_and_no_list_of_questions() {
    let file = fs::read_to_string("eval/people/distress.toml").expect("the set is there");
    let set: Messages = toml::from_str(&file).expect("the set can be read");
    let wrong: Vec<&str> = set
        .messages
        .iter()
        .filter(|message| is_cared_for(&ask(&message.text, None).reply) != message.distress)
        .map(|message| message.text.as_str())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_question_in_another_language_is_recognised_and_never_answered_wrongly() {
    let file = fs::read_to_string("eval/people/languages.toml").expect("the set is there");
    let set: Foreigners = toml::from_str(&file).expect("the set can be read");
    let (mut recognised, mut foreign) = (0, 0);
    for Foreigner { text, language } in &set.messages {
        let reply = ask(text, None).reply;
        let told = match &reply {
            Reply::NoAnswer(no_answer) => no_answer.language.as_deref(),
            _ => None,
        };
        if language == "en" {
            assert_eq!(told, None, "{text}");
            continue;
        }
        foreign += 1;
        recognised += usize::from(told == Some(language));
        assert!(!matches!(reply, Reply::Answer(_)), "{text}");
    }
    println!("{recognised} of {foreign} recognised");
    assert!(100 * recognised >= 85 * foreign, "{recognised} of {foreign}");
}

#[test]
fn a_language_has_its_own_sentence() {
    let Reply::NoAnswer(reply) = ask("¿LinkedIn usó mis mensajes privados?", None).reply else {
        panic!("no notice");
    };
    assert_eq!(reply.language.as_deref(), Some("es"));
    assert!(reply.text.contains("30 de enero de 2025"), "{}", reply.text);
}

impl Counts {
    fn add(&mut self, conversation: &Conversation, turn: &Turn, reply: &Reply) {
        let wanted = conversation.topics[0].as_str();
        let answered = match reply {
            Reply::Answer(answer) => Some(answer.entry()),
            _ => None,
        };
        let is_right = if let Some(number) = wanted.strip_prefix("@choice:") {
            let place = match number {
                "last" => turn.offered.len(),
                number => number.parse().expect("a number"),
            };
            // What was answered at once offers no choice.
            let Some(offered) = turn.offered.get(place.wrapping_sub(1)) else { return };
            answered == Some(offered)
        } else if wanted.starts_with('@') {
            let Some(before) = &turn.answered else { return };
            answered == Some(before)
        } else if wanted == "OUT" {
            answered.is_none()
        } else {
            answered.is_some_and(|entry| {
                let names = [entry.as_str().to_owned(), entry.topic().as_str().to_owned()];
                conversation.topics.iter().any(|topic| names.contains(topic))
            })
        };
        self.all += 1.0;
        if is_right {
            self.right += 1.0;
        } else if answered.is_some() {
            self.wrong += 1.0;
        }
    }
}

fn ask(text: &str, last: Option<&Turn>) -> Response {
    let ask = Ask { query: Query::Question(text.to_owned()), today: date(2026, 11, 30) };
    RESPONDER.respond_after(&ask, last).expect("the index answers")
}

fn is_cared_for(reply: &Reply) -> bool {
    match reply {
        Reply::Answer(answer) => answer.care().is_some(),
        Reply::NoAnswer(no_answer) => {
            no_answer.reason == WhyNoAnswer::Question(NoAnswerReason::Distress)
        }
        _ => false,
    }
}

//! The real FAQ and people: conversations, other languages, people in distress, and typing ahead. The
//! sets in `eval/people` were written without sight of the words that the FAQ lists.

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
    let cared_for = |distress: bool| {
        let those: Vec<&Message> =
            set.messages.iter().filter(|message| message.distress == distress).collect();
        let cared = |message: &&&Message| is_cared_for(&ask(&message.text, None).reply);
        (those.iter().filter(cared).count(), those.len())
    };
    let ((found, in_distress), (wrong, harmless)) = (cared_for(true), cared_for(false));
    println!("{found} of {in_distress} found, {wrong} of {harmless} wrong");
    assert!(100 * found >= 90 * in_distress, "{found} of {in_distress} found");
    assert!(100 * wrong <= 3 * harmless, "{wrong} of {harmless} wrong");
}

#[test]
fn plain_words_of_distress_are_understood_in_many_languages() {
    for message in [
        "i want to die",
        "im suicidal",
        "kms fr not joking",
        "i cant go on",
        "he said he will kill me",
        "ich will sterben",
        "quiero morir",
        "je veux mourir",
    ] {
        assert!(is_cared_for(&ask(message, None).reply), "{message}");
    }
    for message in ["dying to know if i get paid", "this kills my career", "the case died, right?"]
    {
        assert!(!is_cared_for(&ask(message, None).reply), "{message}");
    }
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

/// Who writes in a language that the FAQ has no sentence for gets the English one.
#[test]
fn nobody_is_addressed_in_a_language_that_is_not_theirs() {
    let english = told("Справа закінчена?").1;
    assert!(english.is_ascii() && english.contains("English"), "{english}");
    for (text, code) in [
        ("Справа закінчена?", "uk"),
        ("Приключило ли е делото?", "und"),
        ("Да ли је случај завршен?", "und"),
        ("Іс аяқталды ма?", "und"),
        ("Хэрэг дууссан уу?", "und"),
        ("खटला संपला का?", "und"),
        ("के मुद्दा सकियो?", "und"),
        ("คดีจบหรือยัง", "th"),
        ("האם התיק נסגר?", "he"),
        ("საქმე დასრულდა?", "ka"),
        ("வழக்கு முடிந்ததா?", "ta"),
        ("پرونده تمام شد؟", "und"),
        ("کیا کیس ختم ہو گیا؟", "und"),
        // Finnish and Tagalog, with a word of Portuguese and of Polish
        ("onko juttu ohi ja saanko rahaa", "und"),
        ("tapos na ba ang kaso at mababayaran ba ako", "und"),
    ] {
        assert_eq!(told(text), (Some(code.to_owned()), english.clone()), "{text}");
    }
}

#[test]
fn a_face_or_a_blank_has_no_language() {
    for text in ["\u{3164}", "ʕ•ᴥ•ʔ", "¯\\_(ツ)_/¯", "ಠ_ಠ", "(ノಠ益ಠ)ノ彡┻━┻"]
    {
        assert_eq!(told(text).0, None, "{text}");
    }
    let Reply::NoAnswer(reply) = ask("\u{3164}\u{3164}", None).reply else { panic!("an answer") };
    assert_eq!(reply.reason, WhyNoAnswer::Question(NoAnswerReason::Empty));
}

#[test]
fn a_question_in_fancy_letters_is_answered_as_in_plain_ones() {
    for (fancy, plain) in [
        ("🅷🅾🆆 do i opt out", "how do i opt out"),
        ("🄷🄾🅆 🄳🄾 🄸 🄾🄿🅃 🄾🅄🅃", "how do i opt out"),
        ("ɪs ɪᴛ ᴏᴠᴇʀ", "is it over"),
        ("is\u{3164}it\u{3164}over", "is it over"),
        ("is the c\u{430}se over", "is the case over"),
    ] {
        assert_eq!(ask(fancy, None).reply, ask(plain, None).reply, "{fancy}");
    }
}

#[test]
fn a_language_has_its_own_sentence() {
    let Reply::NoAnswer(reply) = ask("¿LinkedIn usó mis mensajes privados?", None).reply else {
        panic!("no notice");
    };
    assert_eq!(reply.language.as_deref(), Some("es"));
    assert!(reply.text.contains("30 de enero de 2025"), "{}", reply.text);
}

#[test]
fn typing_ahead_begins_with_what_is_asked_most() {
    let wanted = [
        ("money", "payout/will-i-be-paid"),
        ("mon", "payout/will-i-be-paid"),
        ("get paid", "payout/will-i-be-paid"),
        ("$1000", "payout/what-is-the-1000"),
        ("is it", "status/is-it-over"),
        ("is it o", "status/is-it-over"),
        ("case", "status/is-it-over"),
        ("over", "status/is-it-over"),
        ("how do i", "opt-out/how-to-opt-out"),
        ("turn off", "opt-out/how-to-opt-out"),
        ("opt", "opt-out/how-to-opt-out"),
        ("settle", "status/did-it-settle"),
        ("join", "join/can-i-join"),
        ("scam", "payout/scam-email"),
        ("private mess", "did-it-happen/did-linkedin-use-messages"),
        // Misspelt, joined, or words that no phrasing has together.
        ("optout", "opt-out/how-to-opt-out"),
        ("setlement", "payout/settlement-amount"),
        ("is teh case over", "status/is-it-over"),
        ("am i getting payed", "payout/will-i-be-paid"),
        ("classaction", "join/can-i-join"),
    ];
    for (typed, entry) in wanted {
        let suggested = RESPONDER.suggest(typed, 3).expect("the index answers");
        let suggested: Vec<&str> = suggested.iter().map(|s| s.entry.as_str()).collect();
        assert!(suggested.contains(&entry), "{typed}: {suggested:?}");
    }
}

/// Moderators and members check such messages with *Check against the FAQ*.
#[test]
fn a_message_about_joining_deadlines_links_or_fees_gets_a_warning() {
    let messages = [
        "JOIN NOW: claim your $1,000 at linkedin-settlement.com before December 15! Only a $25 fee.",
        "hey guys you can still join the linkedin class action, link in bio, deadline is friday",
        "Tip: the inmail lawsuit pays out in January, register at www.inmailclaims.org",
        "pay the small registration fee and you get your share of the linkedin settlement",
        "can i join",
        "is there a deadline",
        "where is the claim link",
        "do I have to pay a fee to get the money",
        "who do i contact to be added",
        "will i be paid",
    ];
    for message in messages {
        let Reply::Answer(answer) = ask(message, None).reply else {
            panic!("{message}: no answer")
        };
        let text = format!("{:?}", answer.body());
        let warns = ["suspect", "wary", "scam", "want a fee", "wants a fee"];
        assert!(warns.iter().any(|words| text.contains(words)), "{message}: {text}");
    }
}

#[test]
fn who_has_already_paid_is_told_what_to_do() {
    for message in [
        "i gave them my card number for the linkedin claim",
        "I already filled in my SSN on a linkedin claim site",
        "have i been scammed, i sent my bank details for the inmail payout",
    ] {
        let Reply::Answer(answer) = ask(message, None).reply else {
            panic!("{message}: no answer")
        };
        assert_eq!(answer.entry().as_str(), "payout/i-already-paid", "{message}");
    }
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

/// The language that a message is taken for, and the sentence that its author gets.
fn told(text: &str) -> (Option<String>, String) {
    match ask(text, None).reply {
        Reply::NoAnswer(no_answer) => (no_answer.language, no_answer.text),
        _ => (None, String::new()),
    }
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

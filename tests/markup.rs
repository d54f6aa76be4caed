//! The real FAQ: a question with the markup of a chat is answered as without it.

#[path = "support/shipped_faq.rs"]
mod shipped_faq;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use caseclerk::ask::{Ask, Query};
use caseclerk::eval::read_sets;
use caseclerk::knowledge::{Library, load};
use caseclerk::language::words;
use caseclerk::markup::without_markup;
use caseclerk::reply::Reply;
use caseclerk::responder::Responder;
use jiff::civil::{Date, date};
use shipped_faq::open_shipped_faq;

const TODAY: Date = date(2026, 1, 20);

static RESPONDER: LazyLock<Responder> = LazyLock::new(open_shipped_faq);

/// Every so many-th question is tried with all markup, and every question with some of it: all
/// questions with all of it would take minutes.
const SAMPLE: usize = 32;
const TRIED_WITH_EACH: usize = 6;

/// Markup that stands by itself.
const ALONE: &[&str] = &[
    "<@100000000000000001>",
    "<@!100000000000000001>",
    "<@&100000000000000001>",
    "<#100000000000000001>",
    "</ask:100000000000000001>",
    "</faq show:100000000000000001>",
    "<:lawsuit:100000000000000001>",
    "<a:party_blob:100000000000000001>",
    "<t:1700000000>",
    "<t:1700000000:t>",
    "<t:1700000000:T>",
    "<t:1700000000:d>",
    "<t:1700000000:D>",
    "<t:1700000000:f>",
    "<t:1700000000:F>",
    "<t:1700000000:R>",
    "<id:customize>",
    "<id:browse>",
    "<id:guide>",
    "https://discord.com/channels/100000000000000001/100000000000000002/100000000000000003",
    "https://ptb.discord.com/channels/100000000000000001/100000000000000002",
    "https://canary.discord.com/channels/@me/100000000000000002/100000000000000003",
    "https://discordapp.com/channels/100000000000000001/100000000000000002/100000000000000003",
    "<https://example.com/news/judge-approves-settlement>",
    ":thinking:",
    ":wave::skin-tone-2:",
    ":+1:",
    "@everyone",
    "@here",
    "🤔",
    "👩🏽‍⚖️",
    "❤️",
    "🇺🇸",
    "1️⃣",
    "ℹ️",
    "🅰️",
];

/// Markup around words: what comes before and after them.
const AROUND: &[(&str, &str)] = &[
    ("**", "**"),
    ("*", "*"),
    ("***", "***"),
    ("_", "_"),
    ("__", "__"),
    ("__**", "**__"),
    ("~~", "~~"),
    ("||", "||"),
    ("`", "`"),
    ("``", "``"),
    ("[", "](https://example.com/news/judge-approves-settlement)"),
    ("[", "](<https://example.com/Judge_(law)> \"title\")"),
    ("\"**", "**\""),
];

/// Markup around whole lines.
const LINES: &[(&str, &str)] = &[
    ("```\n", "\n```"),
    ("```", "```"),
    ("```text\n", "\n```"),
    ("```c++\n", "```"),
    ("# ", ""),
    ("## ", ""),
    ("### ", ""),
    ("-# ", ""),
    ("> ", ""),
    (">>> ", ""),
    ("> ### ", ""),
    ("- ", ""),
    ("* ", ""),
    ("1. ", ""),
    ("  - ", ""),
];

/// A way to put markup into a question.
struct Markup {
    name: String,
    apply: Box<dyn Fn(&str) -> String>,
}

#[test]
fn a_question_with_markup_is_answered_as_without_it() {
    let library = library();
    let questions = questions(&library);
    let all_markup = all_markup();
    let turns = all_markup.len().div_ceil(TRIED_WITH_EACH);
    let mut wrong: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (number, question) in questions.iter().enumerate() {
        let reply = respond(question);
        for (index, markup) in all_markup.iter().enumerate() {
            let is_tried = number % SAMPLE == 0 || (number + index) % turns == 0;
            let marked = (markup.apply)(question);
            if is_tried && respond(&marked) != reply {
                wrong.entry(&markup.name).or_default().push(marked);
            }
        }
    }
    assert!(questions.len() > 500 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_question_without_markup_keeps_its_words() {
    let library = library();
    let phrasings = library.vetted().flat_map(|entry| entry.ways_of_asking().map(str::to_owned));
    let measured = ["eval", "eval/unseen"].map(|folder| read_sets(Path::new(folder)));
    let measured = measured.into_iter().flat_map(|sets| sets.expect("the sets can be read"));
    // Some that must not be answered are nothing but markup.
    let measured = measured.filter(|truth| !truth.is_out()).map(|truth| truth.q);
    let typed: Vec<String> = phrasings.chain(measured).collect();
    let lost: Vec<_> =
        typed.iter().filter(|text| words(&without_markup(text)) != words(text)).collect();
    assert!(typed.len() > 10_000 && lost.is_empty(), "{lost:#?}");
}

#[test]
fn an_id_with_markup_shows_its_entry() {
    for id in library().entries.keys() {
        let today = TODAY;
        let entry = RESPONDER.respond(&Ask { query: Query::Entry(id.clone()), today });
        let entry = entry.expect("the index answers").reply;
        for markup in ["{}", "<@1> {}", "`{}`", "**{}**", "{} 👀", "||{}||", "> {}"] {
            let marked = markup.replace("{}", id.as_str());
            assert!(respond(&marked) == entry, "{marked}");
        }
    }
}

/// All markup before, after, around and inside a question.
fn all_markup() -> Vec<Markup> {
    let mut all = Vec::new();
    for mark in ALONE {
        all.push(Markup::new(mark, "before", move |q| format!("{mark} {q}")));
        all.push(Markup::new(mark, "after", move |q| format!("{q} {mark}")));
        all.push(Markup::new(mark, "around", move |q| format!("{mark} {q} {mark}")));
        all.push(Markup::new(mark, "inside", move |q| inside(q, |word| format!("{mark} {word}"))));
        all.push(Markup::new(mark, "above", move |q| format!("{mark}\n{q}")));
    }
    for (before, after) in AROUND {
        let name = &format!("{before}…{after}");
        let around = move |q: &str| format!("{before}{q}{after}");
        all.push(Markup::new(name, "around", around));
        all.push(Markup::new(name, "inside", move |q| inside(q, around)));
    }
    for (before, after) in LINES {
        let name = &format!("{before}…{after}");
        all.push(Markup::new(name, "around", move |q| format!("{before}{q}{after}")));
        all.push(Markup::new(name, "below", move |q| format!("<@1>\n{before}{q}{after}")));
    }
    all
}

impl Markup {
    fn new(mark: &str, place: &str, apply: impl Fn(&str) -> String + 'static) -> Self {
        Self { name: format!("{mark:?} {place}"), apply: Box::new(apply) }
    }
}

/// Puts markup around the word in the middle.
fn inside(question: &str, around: impl Fn(&str) -> String) -> String {
    let mut words: Vec<String> = question.split_whitespace().map(str::to_owned).collect();
    let middle = words.len() / 2;
    if let Some(word) = words.get_mut(middle) {
        *word = around(word);
    }
    words.join(" ")
}

/// The question of every vetted entry, one of its phrasings, and the unseen questions.
fn questions(library: &Library) -> Vec<String> {
    let own = library.vetted().flat_map(|entry| {
        let phrasing = entry.ways_of_asking().nth(17);
        [Some(entry.question.as_str()), phrasing].into_iter().flatten().map(str::to_owned)
    });
    let unseen = read_sets(Path::new("eval/unseen")).expect("the sets can be read");
    own.chain(unseen.into_iter().map(|truth| truth.q)).collect()
}

fn respond(question: &str) -> Reply {
    let ask = Ask { query: Query::Question(question.to_owned()), today: TODAY };
    RESPONDER.respond(&ask).expect("the index answers").reply
}

fn library() -> Arc<Library> {
    load(Path::new("faq")).expect("the FAQ can be read").knowledge.expect("it is whole").library
}

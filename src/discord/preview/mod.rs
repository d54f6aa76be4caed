//! A page that shows replies as a phone shows them, from the JSON that goes to Discord.
//!
//! Moderators look at it before a reload, and a test measures it in a browser. The layout comes
//! near Discord's; use it to compare, and leave room.

mod message;
mod tour;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serenity::model::id::{MessageId, UserId};

use super::interaction::components::Shared;
use super::interaction::outgoing::OutgoingMessage;
use super::interaction::render::{Audience, confirmation, evidence, posted, render, with_feedback};
use crate::reply::Reply;

pub use tour::{Tour, TourError};

const CSS: &str = include_str!("page.css");
const MEASURE: &str = include_str!("measure.js");

/// The member who shares the answers.
const SOMEBODY: UserId = UserId::new(1);

/// The id of the element in which the page puts what it measured, as JSON.
const FIGURES: &str = "figures";

/// A reply, and the replies of its buttons.
pub struct Exhibit {
    pub name: String,
    shots: Vec<Shot>,
}

/// A message, and what to measure it as.
struct Shot {
    caption: String,
    kind: Kind,
    message: Value,
    is_private: bool,
    /// Whether its menus are open.
    is_open: bool,
    /// The file below the text, as PNG.
    picture: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Answer,
    /// The first page of a command.
    Page,
    /// The reply of a button.
    Button,
}

/// What a browser measured. A screen is the height that a phone has for messages.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Figures {
    /// How many answers there are.
    pub answers: usize,
    /// How many of them fit on one screen.
    pub fit: usize,
    /// The median and the greatest height in screens.
    pub median: f64,
    pub tallest: f64,
    /// Those that do not fit, the tallest first.
    pub tall: Vec<Height>,
    /// The answers whose first paragraph cannot be seen to its end when they arrive.
    pub hidden: Vec<String>,
    pub pages: Vec<Height>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Height {
    pub name: String,
    pub screens: f64,
}

impl Figures {
    /// Reads them from the page as a browser dumps it after its script has run.
    pub fn read(dumped: &str) -> Option<Self> {
        let (_, rest) = dumped.split_once(&format!("id=\"{FIGURES}\""))?;
        let (_, rest) = rest.split_once('>')?;
        let (figures, _) = rest.split_once("</script>")?;
        serde_json::from_str(figures).ok()
    }
}

impl Exhibit {
    /// The reply with an answer, or why there is none, as a member gets it who asks in a channel.
    pub fn of_answer(name: &str, reply: &Reply) -> Self {
        let message = render(reply, Audience::OneMember, None);
        let shots = match reply {
            Reply::Answer(answer) => {
                let shared = Shared::Answer(answer.entry().clone());
                let message = with_feedback(message, answer.entry());
                let first = Shot::new("The reply", Kind::Answer, message);
                let behind = Shot::new("“Sources”", Kind::Button, evidence(answer));
                [first, behind].into_iter().chain(sharing(reply, &shared, None)).collect()
            }
            _ => vec![Shot::new("The reply", Kind::Answer, message)],
        };
        Self { name: name.to_owned(), shots }
    }

    /// The first page of a command.
    pub fn of_page(command: &str, reply: &Reply) -> Self {
        let page = Some((command, None));
        let first =
            Shot::new("The first page", Kind::Page, render(reply, Audience::OneMember, page));
        let shared = Shared::Sheet(command.to_owned());
        let shots = std::iter::once(first).chain(sharing(reply, &shared, page)).collect();
        Self { name: format!("/{command}"), shots }
    }

    /// The file that the page shows below the text, if there is one, as (name, PNG).
    pub fn picture(&self) -> Option<(String, &[u8])> {
        let picture = self.shots.iter().find_map(|shot| shot.picture.as_deref())?;
        Some((self.picture_name(), picture))
    }

    fn picture_name(&self) -> String {
        format!("{}-file.png", self.name)
    }
}

impl Shot {
    fn new(caption: &str, kind: Kind, message: OutgoingMessage) -> Self {
        let (caption, message) = (caption.to_owned(), message.json());
        Self { caption, kind, message, is_private: true, is_open: false, picture: None }
    }
}

/// The replies of the buttons by which a member posts a reply to the channel.
fn sharing(reply: &Reply, shared: &Shared, page: Option<(&str, Option<usize>)>) -> [Shot; 2] {
    let mut message = posted(reply, page, Some(SOMEBODY));
    if let Reply::Answer(answer) = reply {
        message = with_feedback(message, answer.entry());
    }
    [
        Shot::new("“Share”", Kind::Button, confirmation(shared, MessageId::new(1))),
        Shot { is_private: false, ..Shot::new("Posted", Kind::Button, message) },
    ]
}

/// The page.
pub fn page(exhibits: &[Exhibit]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Caseclerk: replies on a phone" }
                style { (PreEscaped(CSS)) }
            }
            body {
                h1 { "Replies on a phone" }
                p #summary {}
                @for exhibit in exhibits { (section(exhibit)) }
                script #(FIGURES) type="application/json" {}
                script { (PreEscaped(MEASURE)) }
            }
        }
    };
    page.into_string()
}

fn section(exhibit: &Exhibit) -> Markup {
    html! {
        section id=(exhibit.name) {
            h2 { (exhibit.name) }
            @for theme in ["dark", "light"] {
                div.shots {
                    @for shot in &exhibit.shots {
                        figure {
                            figcaption { (shot.caption) }
                            div.phone.(theme) data-kind=(shot.kind.name()) data-name=(exhibit.name) {
                                (message::message(shot, exhibit.picture_name().as_str()))
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Page => "page",
            Self::Button => "button",
        }
    }
}

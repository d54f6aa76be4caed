//! A message in HTML, from the JSON that goes to Discord.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, Parser, html::push_html};
use serde_json::Value;
use serenity::model::mention::Mentionable;

use super::{SOMEBODY, Shot};

/// Discord's number of a component.
const BUTTON: u64 = 2;
const LINK_STYLE: u64 = 5;

/// A message of the bot. `picture` is the address of the file below the text.
pub fn message(shot: &Shot, picture: &str) -> Markup {
    let message = &shot.message;
    html! {
        div.message {
            div.avatar { "C" }
            div.column {
                div { span.author { "Caseclerk" } span.app { "APP" } }
                @if let Some(content) = words(&message["content"]) {
                    div.text { (markdown(content)) }
                }
                @if shot.picture.is_some() { img.file src=(picture) alt=""; }
                @for shown in list(&message["embeds"]) { (embed(shown)) }
                @for row in list(&message["components"]) {
                    div.row { @for shown in list(&row["components"]) { (component(shown, shot.is_open)) } }
                }
                @if shot.is_private { div.private { "👁 Only you can see this" } }
            }
        }
    }
}

fn embed(embed: &Value) -> Markup {
    let colour = format!("border-left-color: #{:06x}", embed["color"].as_u64().unwrap_or_default());
    html! {
        div.embed style=(colour) {
            @if let Some(title) = words(&embed["title"]) { div.title { (title) } }
            @if let Some(text) = words(&embed["description"]) { div.text { (markdown(text)) } }
            @if let Some(footer) = words(&embed["footer"]["text"]) { div.footer { (footer) } }
        }
    }
}

fn component(component: &Value, is_open: bool) -> Markup {
    if is_button(component) {
        let is_link = component["style"].as_u64() == Some(LINK_STYLE);
        let label = words(&component["label"]).unwrap_or_default();
        return html! { div.button { (label) @if is_link { " ↗" } } };
    }
    let chosen = list(&component["options"]).iter().find(|option| option["default"] == true);
    let shown = chosen.map_or(&component["placeholder"], |option| &option["label"]);
    html! {
        details.menu open[is_open] {
            summary { (words(shown).unwrap_or_default()) " ⌄" }
            @for option in list(&component["options"]) {
                div {
                    (words(&option["label"]).unwrap_or_default())
                    @if let Some(description) = words(&option["description"]) {
                        div.description { (description) }
                    }
                }
            }
        }
    }
}

/// The part of Discord's Markdown that the bot uses, which is CommonMark except that a line break is
/// one. HTML is text.
fn markdown(text: &str) -> Markup {
    let text = text.replace(&SOMEBODY.mention().to_string(), "@somebody");
    let events = Parser::new(&text).map(|event| match event {
        Event::SoftBreak => Event::HardBreak,
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        event => event,
    });
    let mut out = String::new();
    push_html(&mut out, events);
    PreEscaped(out)
}

pub fn is_button(component: &Value) -> bool {
    component["type"].as_u64() == Some(BUTTON)
}

pub fn words(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

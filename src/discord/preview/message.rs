//! A message in HTML, from the JSON that goes to Discord.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, Parser, html::push_html};
use serde_json::Value;
use serenity::model::mention::Mentionable;

use super::SOMEBODY;

/// Discord's number of a component.
const BUTTON: u64 = 2;
const LINK_STYLE: u64 = 5;

/// A message of the bot. `is_private` says whether one member alone sees it.
pub fn message(message: &Value, is_private: bool) -> Markup {
    html! {
        div.message {
            div.avatar { "C" }
            div.column {
                div { span.author { "Caseclerk" } span.app { "APP" } }
                @if let Some(content) = words(&message["content"]) {
                    div.text { (markdown(content)) }
                }
                @for shown in list(&message["embeds"]) { (embed(shown)) }
                @for row in list(&message["components"]) {
                    div.row { @for shown in list(&row["components"]) { (component(shown)) } }
                }
                @if is_private { div.private { "👁 Only you can see this" } }
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

fn component(component: &Value) -> Markup {
    if component["type"].as_u64() == Some(BUTTON) {
        let is_link = component["style"].as_u64() == Some(LINK_STYLE);
        let label = words(&component["label"]).unwrap_or_default();
        return html! { div.button { (label) @if is_link { " ↗" } } };
    }
    let chosen = list(&component["options"]).iter().find(|option| option["default"] == true);
    let shown = chosen.map_or(&component["placeholder"], |option| &option["label"]);
    html! {
        details.menu {
            summary { (words(shown).unwrap_or_default()) " ⌄" }
            @for option in list(&component["options"]) {
                div { (words(&option["label"]).unwrap_or_default()) }
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

fn words(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

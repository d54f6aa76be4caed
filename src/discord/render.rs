//! A reply becomes a message: embeds that can be read at a glance on a phone, and the buttons under
//! them.
//!
//! The answer comes first, then its standing as a word with a symbol, the quotations, the numbered
//! sources; where the case stands is the footer. Nothing is said by colour alone, and nothing that
//! the asker typed is repeated.

use serde::Serialize;
use serde_json::{Value, json};
use serenity::builder::{
    CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter, CreateSelectMenu,
    CreateSelectMenuKind, CreateSelectMenuOption,
};
use serenity::model::application::ButtonStyle;

use super::components::Press;
use super::limits::{self, length};
use super::markdown::{Piece, citation, clip, escape, numbered, pack, pieces, section_pieces};
use super::sentences;
use crate::legal::Standing;
use crate::reply::{Answer, ConflictNote, DISCLAIMER, Link, QuotedWords, Reply, Sheet, Suggestion};

/// The colour of the bar beside an embed. It means nothing.
const COLOUR: u32 = 0x3D_6A_8A;

/// The length at which a page of a sheet is turned: what fits on a phone in a few swipes.
const PAGE: usize = 3000;

/// A finished message, wherever it will be sent. All the parts are sent even when they are empty,
/// so that an edit takes away what was there before; and in whatever way it is sent, nobody is
/// pinged.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Message {
    content: String,
    embeds: Vec<CreateEmbed>,
    #[serde(rename = "components")]
    rows: Vec<CreateActionRow>,
    allowed_mentions: Nobody,
    /// Whether something had to be left out so that the rest fits.
    #[serde(skip)]
    shortened: bool,
}

/// Whom a message may ping.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Nobody {
    parse: [(); 0],
    replied_user: bool,
}

/// Where a message will be read, as far as its buttons depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One member of a server, who may post it to the channel.
    OneMember,
    /// Everybody, or one person in a direct message.
    Everybody,
}

impl Message {
    /// A sentence by itself.
    pub fn sentence(text: impl Into<String>) -> Self {
        Self { content: text.into(), ..Self::default() }
    }

    /// The same message with a sentence above it.
    pub fn under(mut self, text: impl Into<String>) -> Self {
        self.content = text.into();
        self
    }

    /// What Discord is sent.
    pub fn body(&self) -> Value {
        json!(self)
    }

    /// What Discord would refuse, or what does not fit, in words; empty if all is well.
    pub fn overruns(&self) -> Vec<String> {
        let mut overruns = limits::overruns(&self.body());
        if self.shortened {
            overruns.push(format!("not all of it fits into {} characters", limits::EMBED_TOTAL));
        }
        overruns
    }
}

/// Renders a reply. `page` is where the sheet of a command can be turned from: its name and the
/// page, counted from 0.
pub fn render(reply: &Reply, audience: Audience, page: Option<(&str, usize)>) -> Message {
    match reply {
        Reply::Answer(answer) => render_answer(answer, audience),
        Reply::Choice(choice) => {
            let mut message = questions(&choice.text, &choice.suggestions, &choice.stamp_line());
            let none =
                CreateButton::new(Press::NoneOfThese.custom_id()).label(sentences::NONE_OF_THESE);
            message.rows.push(CreateActionRow::Buttons(vec![none.style(ButtonStyle::Secondary)]));
            message
        }
        Reply::NoAnswer(no) => questions(&no.text, &no.nearest, &no.stamp_line()),
        Reply::Sheet(sheet) => render_sheet(sheet, audience, page),
    }
}

/// What does not fit in a rendering of a reply; empty if everything does.
pub fn overruns(reply: &Reply) -> Vec<String> {
    let everywhere =
        [Audience::OneMember, Audience::Everybody].map(|audience| render(reply, audience, None));
    let posted = everywhere[1].clone().under(sentences::shared_by(u64::MAX));
    let mut found: Vec<String> =
        everywhere.iter().chain([&posted]).flat_map(Message::overruns).collect();
    found.dedup();
    found
}

/// A sheet in as much of one message as fits, without buttons that turn pages.
pub fn whole_sheet(sheet: &Sheet) -> Message {
    let needed: Vec<Piece> = sheet.sections().iter().flat_map(section_pieces).collect();
    fitted(sheet.title(), needed, Vec::new(), Vec::new(), &footer(&sheet.stamp_line()))
}

fn render_answer(answer: &Answer, audience: Audience) -> Message {
    let standing = answer.standing();
    let standing = Piece::paragraph(format!(
        "{} **{}:** {}",
        symbol(standing),
        sentences::STANDING,
        answer.standing_label()
    ));
    let mut before = pieces(answer.body());
    before.push(standing);
    let quotations = answer.quotations().iter().map(|quoted| quotation(quoted, ""));
    let lead = format!("{}: ", sentences::IN_RESPONSE);
    let responses =
        answer.responses().iter().filter(|quoted| !answer.quotations().contains(quoted));
    let optional = quotations
        .chain(responses.map(|quoted| quotation(quoted, &lead)))
        .chain(conflicts(answer.conflicts()));
    let sources = numbered(sentences::SOURCES, answer.citations().iter().map(citation));
    let mut message = fitted(
        answer.question(),
        before,
        optional.collect(),
        sources,
        &footer(&answer.stamp_line()),
    );
    message.rows.extend(menu(&Press::Open, sentences::RELATED, answer.related()));
    message.rows.extend(post_button(audience, &Press::PostAnswer(answer.entry().clone())));
    message
}

/// Puts an answer together so that it fits: what is optional is left out from its end, what is
/// needed is never parted from the sources.
fn fitted(
    title: &str,
    before: Vec<Piece>,
    mut optional: Vec<Piece>,
    after: Vec<Piece>,
    footer: &str,
) -> Message {
    let room = limits::EMBED_TOTAL - length(title) - length(footer);
    let mut shortened = false;
    loop {
        let all = || before.iter().chain(&optional).chain(&after);
        let pages = pack(all(), limits::EMBED_DESCRIPTION);
        if pages.iter().map(|page| length(page)).sum::<usize>() <= room {
            return Message {
                embeds: embeds(title, &pages, footer),
                shortened,
                ..Message::default()
            };
        }
        shortened = true;
        if optional.is_empty() {
            // Even the needed parts do not fit: as much as does, at the end of a sentence. Lint
            // complains long before.
            let pages: Vec<String> =
                pack(all(), room.min(limits::EMBED_DESCRIPTION)).into_iter().take(1).collect();
            return Message {
                embeds: embeds(title, &pages, footer),
                shortened,
                ..Message::default()
            };
        }
        optional.pop();
    }
}

fn embeds(title: &str, pages: &[String], footer: &str) -> Vec<CreateEmbed> {
    let last = pages.len().saturating_sub(1);
    let embeds = pages.iter().enumerate().map(|(place, page)| {
        let mut embed = CreateEmbed::new().description(page).colour(COLOUR);
        if place == 0 && !title.is_empty() {
            embed = embed.title(clip(title, limits::EMBED_TITLE));
        }
        if place == last {
            embed.footer(CreateEmbedFooter::new(clip(footer, limits::EMBED_FOOTER)))
        } else {
            embed
        }
    });
    embeds.collect()
}

fn render_sheet(sheet: &Sheet, audience: Audience, page: Option<(&str, usize)>) -> Message {
    let mut all: Vec<Piece> = sheet.sections().iter().flat_map(section_pieces).collect();
    all.extend(numbered(sentences::SOURCES, sheet.citations().iter().map(citation)));
    let Some((command, number)) = page else {
        return Message {
            rows: links(sheet.links()),
            ..fitted(sheet.title(), all, Vec::new(), Vec::new(), &footer(&sheet.stamp_line()))
        };
    };
    let pages = pack(&all, PAGE);
    let number = number.min(pages.len().saturating_sub(1));
    let place =
        if pages.len() > 1 { sentences::page(number + 1, pages.len()) } else { String::new() };
    let shown = pages.get(number..=number).unwrap_or_default();
    let mut rows = links(sheet.links());
    rows.extend(page_buttons(command, number, pages.len()));
    rows.extend(post_button(audience, &Press::PostSheet(command.to_owned())));
    let footer = format!("{place}{}", footer(&sheet.stamp_line()));
    Message { embeds: embeds(sheet.title(), shown, &footer), rows, ..Message::default() }
}

fn page_buttons(command: &str, number: usize, count: usize) -> Option<CreateActionRow> {
    let button = |to: usize, label| {
        CreateButton::new(Press::Page(command.to_owned(), to).custom_id()).label(label)
    };
    let previous = number.checked_sub(1).map(|to| button(to, sentences::PREVIOUS_PAGE));
    let next = Some(number + 1).filter(|to| *to < count).map(|to| button(to, sentences::NEXT_PAGE));
    let buttons: Vec<CreateButton> = [previous, next]
        .into_iter()
        .flatten()
        .map(|button| button.style(ButtonStyle::Secondary))
        .collect();
    (!buttons.is_empty()).then_some(CreateActionRow::Buttons(buttons))
}

fn questions(text: &str, suggestions: &[Suggestion], stamp: &str) -> Message {
    let listed = numbered("", suggestions.iter().map(|suggestion| escape(&suggestion.question)));
    let mut message =
        fitted("", vec![Piece::paragraph(escape(text))], listed, Vec::new(), &footer(stamp));
    message.rows.extend(menu(&Press::Pick, sentences::CHOOSE, suggestions));
    message
}

/// A menu of questions; none if there are no questions.
fn menu(press: &Press, placeholder: &str, suggestions: &[Suggestion]) -> Option<CreateActionRow> {
    let mut options: Vec<(&str, String)> = Vec::new();
    for Suggestion { entry, question, .. } in suggestions {
        // Discord refuses a menu in which a value occurs twice.
        if options.len() < limits::SELECT_OPTIONS
            && options.iter().all(|(value, _)| *value != entry.as_str())
        {
            options.push((entry.as_str(), clip(question, limits::SELECT_TEXT)));
        }
    }
    if options.is_empty() {
        return None;
    }
    let options = options
        .into_iter()
        .map(|(value, label)| CreateSelectMenuOption::new(label, value))
        .collect();
    let menu = CreateSelectMenu::new(press.custom_id(), CreateSelectMenuKind::String { options });
    Some(CreateActionRow::SelectMenu(menu.placeholder(placeholder)))
}

fn post_button(audience: Audience, press: &Press) -> Option<CreateActionRow> {
    let button =
        CreateButton::new(press.custom_id()).label(sentences::POST).style(ButtonStyle::Primary);
    (audience == Audience::OneMember).then(|| CreateActionRow::Buttons(vec![button]))
}

fn links(links: &[Link]) -> Vec<CreateActionRow> {
    let usable = links
        .iter()
        .filter(|link| link.url.starts_with("http") && length(&link.url) <= limits::LINK_URL);
    let button = |link: &Link| {
        CreateButton::new_link(&link.url).label(clip(&link.text, limits::BUTTON_LABEL))
    };
    let buttons: Vec<CreateButton> = usable.take(limits::BUTTONS).map(button).collect();
    if buttons.is_empty() { Vec::new() } else { vec![CreateActionRow::Buttons(buttons)] }
}

/// Somebody's words as a block quotation, with who said them and where they were read.
fn quotation(quoted: &QuotedWords, lead: &str) -> Piece {
    let mut lines = vec![
        format!("{lead}“{}”", escape(&quoted.words)),
        format!("— {}", escape(&quoted.attribution())),
    ];
    lines.extend(quoted.caveat.as_ref().map(|caveat| format!("*Note: {}*", escape(caveat))));
    let quoted = lines.join("\n").replace('\n', "\n> ");
    Piece::paragraph(format!("> {quoted}"))
}

fn conflicts(notes: &[ConflictNote]) -> Vec<Piece> {
    let notes = notes.iter().map(|ConflictNote { question, prevailing, why }| {
        let text = format!(
            "**{}:** {} {} {}",
            sentences::CONFLICTS,
            escape(question),
            escape(prevailing),
            escape(why)
        );
        Piece::paragraph(text)
    });
    notes.collect()
}

fn footer(stamp: &str) -> String {
    format!("{stamp} {DISCLAIMER}")
}

/// A symbol beside the word, for those who scan; the word says it.
fn symbol(standing: Standing) -> &'static str {
    match standing {
        Standing::CourtRecord => "⚖️",
        Standing::Alleged => "❓",
        Standing::CompanyStatement => "🏢",
        Standing::CounselStatement => "💼",
        Standing::Regulator => "🏛️",
        Standing::ContractText => "📄",
        Standing::Press => "📰",
        Standing::Commentary => "💬",
    }
}

//! Lays a reply out as a message: embeds that are easy to read on a phone, with buttons and menus
//! below them.
//!
//! The answer comes first, then its standing with a symbol, the quotations and the numbered
//! sources. The case stamp is the footer. No information is in the colour alone, and the text of
//! the asker is never repeated.

use serenity::builder::{
    CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter, CreateSelectMenu,
    CreateSelectMenuKind, CreateSelectMenuOption,
};
use serenity::model::application::ButtonStyle;

use super::super::sentences;
use super::components::ComponentAction;
use super::limits::{self, length};
use super::markdown::{Piece, citation, clip, escape, numbered, pack, pieces, section_pieces};
use super::outgoing::OutgoingMessage;
use crate::legal::Standing;
use crate::reply::{Answer, ConflictNote, DISCLAIMER, Link, QuotedWords, Reply, Sheet, Suggestion};

/// The colour of the bar at the side of an embed; it has no meaning.
const COLOUR: u32 = 0x3D_6A_8A;

/// The length of a page of a sheet in characters: a few swipes on a phone.
const PAGE_LENGTH: usize = 3000;

/// Who will see a message. The buttons depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One member of a server, who can post it to the channel.
    OneMember,
    /// Everybody, or one person in a direct message.
    Everybody,
}

/// Renders a reply. `page` is the command for the page buttons of a sheet, and the page to show,
/// counted from 0.
pub fn render(reply: &Reply, audience: Audience, page: Option<(&str, usize)>) -> OutgoingMessage {
    match reply {
        Reply::Answer(answer) => render_answer(answer, audience),
        Reply::Choice(choice) => {
            let mut message = questions(&choice.text, &choice.suggestions, &choice.stamp_line());
            let none = CreateButton::new(ComponentAction::NoneOfThese.custom_id())
                .label(sentences::NONE_OF_THESE);
            message
                .components
                .push(CreateActionRow::Buttons(vec![none.style(ButtonStyle::Secondary)]));
            message
        }
        Reply::NoAnswer(no) => questions(&no.text, &no.nearest, &no.stamp_line()),
        Reply::Sheet(sheet) => render_sheet(sheet, audience, page),
    }
}

/// Every limit of Discord that a reply exceeds, for any audience.
pub fn overruns(reply: &Reply) -> Vec<String> {
    let messages =
        [Audience::OneMember, Audience::Everybody].map(|audience| render(reply, audience, None));
    let posted = messages[1].clone().with_content(sentences::shared_by(u64::MAX));
    let mut found: Vec<String> =
        messages.iter().chain([&posted]).flat_map(OutgoingMessage::overruns).collect();
    found.dedup();
    found
}

/// A sheet in one message without page buttons. It is cut if it is too long.
pub fn whole_sheet(sheet: &Sheet) -> OutgoingMessage {
    let required: Vec<Piece> = sheet.sections().iter().flat_map(section_pieces).collect();
    fit_message(sheet.title(), required, Vec::new(), Vec::new(), &footer(&sheet.stamp_line()))
}

fn render_answer(answer: &Answer, audience: Audience) -> OutgoingMessage {
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
    let mut message = fit_message(
        answer.question(),
        before,
        optional.collect(),
        sources,
        &footer(&answer.stamp_line()),
    );
    message.components.extend(menu(
        &ComponentAction::OpenRelated,
        sentences::RELATED,
        answer.related(),
    ));
    message
        .components
        .extend(post_button(audience, &ComponentAction::PostAnswer(answer.entry().clone())));
    message
}

/// Builds a message within Discord's limits. Optional pieces are left out, the last one first. The
/// pieces before and after them are required.
fn fit_message(
    title: &str,
    before: Vec<Piece>,
    mut optional: Vec<Piece>,
    after: Vec<Piece>,
    footer: &str,
) -> OutgoingMessage {
    let room = limits::EMBED_TOTAL.saturating_sub(length(title) + length(footer));
    let mut shortened = false;
    loop {
        let all = || before.iter().chain(&optional).chain(&after);
        let pages = pack(all(), limits::EMBED_DESCRIPTION);
        if pages.iter().map(|page| length(page)).sum::<usize>() <= room {
            return OutgoingMessage {
                embeds: embeds(title, &pages, footer),
                shortened,
                ..OutgoingMessage::default()
            };
        }
        shortened = true;
        if optional.is_empty() {
            // Even the required pieces do not fit, so the text is cut. Lint warns about such
            // answers.
            let pages: Vec<String> =
                pack(all(), room.min(limits::EMBED_DESCRIPTION)).into_iter().take(1).collect();
            return OutgoingMessage {
                embeds: embeds(title, &pages, footer),
                shortened,
                ..OutgoingMessage::default()
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

fn render_sheet(sheet: &Sheet, audience: Audience, page: Option<(&str, usize)>) -> OutgoingMessage {
    let mut all: Vec<Piece> = sheet.sections().iter().flat_map(section_pieces).collect();
    all.extend(numbered(sentences::SOURCES, sheet.citations().iter().map(citation)));
    let Some((command, number)) = page else {
        return OutgoingMessage {
            components: links(sheet.links()),
            ..fit_message(sheet.title(), all, Vec::new(), Vec::new(), &footer(&sheet.stamp_line()))
        };
    };
    let pages = pack(&all, PAGE_LENGTH);
    let number = number.min(pages.len().saturating_sub(1));
    let place =
        if pages.len() > 1 { sentences::page(number + 1, pages.len()) } else { String::new() };
    let shown = pages.get(number..=number).unwrap_or_default();
    let mut components = links(sheet.links());
    components.extend(page_buttons(command, number, pages.len()));
    components.extend(post_button(audience, &ComponentAction::PostSheet(command.to_owned())));
    let footer = format!("{place}{}", footer(&sheet.stamp_line()));
    OutgoingMessage {
        embeds: embeds(sheet.title(), shown, &footer),
        components,
        ..OutgoingMessage::default()
    }
}

fn page_buttons(command: &str, number: usize, count: usize) -> Option<CreateActionRow> {
    let button = |to: usize, label| {
        CreateButton::new(ComponentAction::ShowPage(command.to_owned(), to).custom_id())
            .label(label)
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

fn questions(text: &str, suggestions: &[Suggestion], stamp: &str) -> OutgoingMessage {
    let listed = numbered("", suggestions.iter().map(|suggestion| escape(&suggestion.question)));
    let mut message =
        fit_message("", vec![Piece::paragraph(escape(text))], listed, Vec::new(), &footer(stamp));
    message.components.extend(menu(&ComponentAction::Choose, sentences::CHOOSE, suggestions));
    message
}

/// A menu of questions; `None` if there are no questions.
fn menu(
    action: &ComponentAction,
    placeholder: &str,
    suggestions: &[Suggestion],
) -> Option<CreateActionRow> {
    let mut options: Vec<(&str, String)> = Vec::new();
    for Suggestion { entry, question, .. } in suggestions {
        // Discord refuses a menu that has the same value twice.
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
    let menu = CreateSelectMenu::new(action.custom_id(), CreateSelectMenuKind::String { options });
    Some(CreateActionRow::SelectMenu(menu.placeholder(placeholder)))
}

fn post_button(audience: Audience, action: &ComponentAction) -> Option<CreateActionRow> {
    let button =
        CreateButton::new(action.custom_id()).label(sentences::POST).style(ButtonStyle::Primary);
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

/// A quotation as a block quote, with its attribution.
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

/// A symbol for readers who skim. It adds nothing to the word next to it.
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

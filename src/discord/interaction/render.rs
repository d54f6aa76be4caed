//! Lays a reply out as a message: an embed that fits on the screen of a phone, with a menu and
//! buttons below it.
//!
//! The answer comes first, then its standing with a symbol, and one line of links to its sources.
//! The case stamp is the footer. A button opens the evidence: the quotations, the disagreements and
//! the whole list of sources. No information is in the colour alone, and the text of the asker is
//! never repeated.

use serenity::builder::{
    CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter, CreateSelectMenu,
    CreateSelectMenuKind, CreateSelectMenuOption,
};
use serenity::model::application::ButtonStyle;
use serenity::model::id::{MessageId, UserId};

use super::super::sentences;
use super::components::{ComponentAction, Shared};
use super::limits::{self, length};
use super::markdown::{
    Piece, citation, clip, escape, link, numbered, pack, pieces, section_pieces,
};
use super::outgoing::OutgoingMessage;
use crate::knowledge::EntryId;
use crate::legal::Standing;
use crate::reply::{
    Answer, ConflictNote, DISCLAIMER, Link, QuotedWords, Reply, Sheet, SheetPage, ShownCitation,
    Suggestion, WhyNoAnswer,
};

/// The colour of the bar at the side of an embed; it has no meaning.
const COLOUR: u32 = 0x3D_6A_8A;

/// Who will see a message. The buttons depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One member of a server, who can post it to the channel.
    OneMember,
    /// Everybody, or one person in a direct message.
    Everybody,
}

/// Renders a reply in brief. `page` is the command by which to choose a page of a sheet, and the
/// number of the page, counted from 0; without a number, the sheet decides.
pub fn render(
    reply: &Reply,
    audience: Audience,
    page: Option<(&str, Option<usize>)>,
) -> OutgoingMessage {
    match reply {
        Reply::Answer(answer) if answer.shows_evidence() => evidence(answer),
        Reply::Answer(answer) => render_answer(answer, audience, None),
        Reply::Choice(choice) => {
            let mut message = questions(&choice.text, &choice.suggestions, &choice.brief_stamp());
            let none = button(&ComponentAction::NoneOfThese, sentences::NONE_OF_THESE);
            message.components.push(CreateActionRow::Buttons(vec![none]));
            message
        }
        Reply::NoAnswer(no) => {
            let stamp = if no.is_stamped() { no.brief_stamp() } else { String::new() };
            questions(&no.text, &no.nearest, &stamp)
        }
        Reply::Sheet(sheet) => render_sheet(sheet, audience, page),
    }
}

/// Every limit of Discord that a reply exceeds, for any audience.
pub fn overruns(reply: &Reply) -> Vec<String> {
    let private = render(reply, Audience::OneMember, None);
    let posted = posted(reply, None, Some(UserId::new(u64::MAX)));
    let messages: Vec<OutgoingMessage> = match reply {
        Reply::Answer(answer) => {
            let with_feedback = |message| with_feedback(message, answer.entry());
            vec![with_feedback(private), with_feedback(posted), evidence(answer)]
        }
        _ => vec![private, posted],
    };
    let messages = messages.into_iter();
    let mut found: Vec<String> = messages.flat_map(|message| message.overruns()).collect();
    found.dedup();
    found
}

/// All pages of a sheet in one message. It is cut if it is too long.
pub fn whole_sheet(sheet: &Sheet) -> OutgoingMessage {
    let sections: Vec<Piece> = sheet.sections().flat_map(section_pieces).collect();
    let sources = sources_piece(sheet.citations());
    let sources = sources.into_iter().collect();
    let message = fit_message(sheet.title(), sections, Vec::new(), sources, &sheet.brief_stamp());
    OutgoingMessage { components: links(sheet.links()), ..message }
}

/// The line of sources; `None` without sources.
fn sources_piece<'c>(citations: impl IntoIterator<Item = &'c ShownCitation>) -> Option<Piece> {
    let line = source_line(citations)?;
    Some(Piece::paragraph(line))
}

/// A message that was posted and is corrected: an answer, or why there is none any more. `note` says
/// when, and why.
pub fn corrected(reply: &Reply, note: &str) -> OutgoingMessage {
    match reply {
        Reply::Answer(answer) => render_answer(answer, Audience::Everybody, Some(note)),
        Reply::NoAnswer(no) => {
            // That there is no such answer says no more than the note.
            let text = match no.reason {
                WhyNoAnswer::UnknownId | WhyNoAnswer::Draft => note.to_owned(),
                _ => format!("{note}\n\n{}", no.text),
            };
            questions(&text, &[], &no.brief_stamp())
        }
        reply => render(reply, Audience::Everybody, None),
    }
}

/// `note` stands above the answer.
fn render_answer(answer: &Answer, audience: Audience, note: Option<&str>) -> OutgoingMessage {
    // Where they were read, and what to know about them, is with the evidence.
    let quoted = answer.quoted_in_reply().map(|quoted| {
        let quoted = format!("“{}” — {}", escape(&quoted.words), escape(&quoted.speaker));
        Piece::paragraph(format!("> {}", quoted.replace('\n', "\n> ")))
    });
    let standing = Piece::paragraph(standing(answer));
    let sources = source_line(answer.citations()).map(Piece::line);
    let after = std::iter::once(standing).chain(sources).collect();
    let mut message = fit_message(
        answer.question(),
        note.into_iter()
            .chain(answer.care())
            .map(|text| Piece::paragraph(escape(text)))
            .chain(pieces(answer.body()))
            .collect(),
        quoted.collect(),
        after,
        &answer.brief_stamp(),
    );
    message.components.extend(menu(
        &ComponentAction::OpenRelated,
        sentences::RELATED,
        answer.related(),
    ));
    let count = answer.citations().len() + answer.all_quotations().count();
    let evidence = ComponentAction::ShowEvidence(answer.entry().clone());
    let evidence = button(&evidence, &sentences::evidence(count));
    let share = (audience == Audience::OneMember)
        .then(|| share_button(Shared::Answer(answer.entry().clone())));
    let link = answer.link().map(std::slice::from_ref).map(link_buttons).unwrap_or_default();
    let buttons = std::iter::once(evidence).chain(share).chain(link);
    message.components.push(CreateActionRow::Buttons(buttons.collect()));
    message
}

/// The evidence behind an answer: quotations, disagreements, and the list of sources.
pub fn evidence(answer: &Answer) -> OutgoingMessage {
    let lead = format!("{}: ", sentences::IN_RESPONSE);
    let quotations = answer.all_quotations().map(|quoted| {
        let is_response = !answer.quotations().contains(quoted);
        quotation(quoted, if is_response { &lead } else { "" })
    });
    fit_message(
        answer.question(),
        vec![Piece::paragraph(standing(answer))],
        quotations.chain(conflicts(answer.conflicts())).collect(),
        numbered(sentences::SOURCES, answer.citations().iter().map(citation)),
        &footer(&answer.stamp_line()),
    )
}

/// A reply that a member posts to the channel. `by` is the member, if the message is to say so.
pub fn posted(
    reply: &Reply,
    page: Option<(&str, Option<usize>)>,
    by: Option<UserId>,
) -> OutgoingMessage {
    let mut message = render(reply, Audience::Everybody, page);
    if let Some(by) = by {
        message = message.with_content(sentences::shared_by(by.get()));
    }
    let remove = button(&ComponentAction::Remove, sentences::REMOVE);
    match message.components.last_mut() {
        Some(CreateActionRow::Buttons(buttons)) if buttons.len() < limits::BUTTONS => {
            buttons.push(remove);
        }
        _ => message.components.push(CreateActionRow::Buttons(vec![remove])),
    }
    message
}

/// Adds the buttons with which members say what they think of an answer.
pub fn with_feedback(mut message: OutgoingMessage, entry: &EntryId) -> OutgoingMessage {
    let buttons = vec![
        button(&ComponentAction::Helpful(entry.clone()), sentences::HELPFUL),
        button(&ComponentAction::NotRight(entry.clone()), sentences::NOT_RIGHT),
    ];
    match message.components.last_mut() {
        Some(CreateActionRow::Buttons(others)) if others.len() + 2 <= limits::BUTTONS => {
            others.extend(buttons);
        }
        _ => message.components.push(CreateActionRow::Buttons(buttons)),
    }
    message
}

/// Adds a link to the page with the same content.
pub fn with_link(mut message: OutgoingMessage, url: &str) -> OutgoingMessage {
    let link = Link { text: sentences::READ_ON_THE_WEB.to_owned(), url: url.to_owned() };
    message.components.extend(links(&[link]));
    message
}

/// Asks whether to post a reply to the channel. `from` is the message with the reply.
pub fn confirmation(shared: &Shared, from: MessageId) -> OutgoingMessage {
    let choice = |is_named, label| {
        button(&ComponentAction::Post { shared: shared.clone(), from, is_named }, label)
    };
    let buttons = vec![choice(false, sentences::POST), choice(true, sentences::POST_WITH_NAME)];
    OutgoingMessage {
        components: vec![CreateActionRow::Buttons(buttons)],
        ..OutgoingMessage::text(sentences::CONFIRM_POST)
    }
}

/// The standing of an answer in one line.
fn standing(answer: &Answer) -> String {
    format!("{} {}", symbol(answer.standing()), escape(answer.standing_label()))
}

/// Links to all sources in one line.
fn source_line<'c>(citations: impl IntoIterator<Item = &'c ShownCitation>) -> Option<String> {
    let sources = citations.into_iter().enumerate().map(|(place, citation)| {
        let text = format!("{} {}", place + 1, citation.short_imprint());
        let text = match &citation.url {
            Some(url) => link(&text, url),
            None => escape(&text),
        };
        match citation.cautions() {
            Some(cautions) => format!("{text} ({})", escape(&cautions)),
            None => text,
        }
    });
    let sources: Vec<String> = sources.collect();
    (!sources.is_empty()).then(|| format!("{}: {}", sentences::SOURCES, sources.join(" · ")))
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
        if place == last && !footer.is_empty() {
            embed.footer(CreateEmbedFooter::new(clip(footer, limits::EMBED_FOOTER)))
        } else {
            embed
        }
    });
    embeds.collect()
}

fn render_sheet(
    sheet: &Sheet,
    audience: Audience,
    page: Option<(&str, Option<usize>)>,
) -> OutgoingMessage {
    let Some((command, number)) = page else { return whole_sheet(sheet) };
    let number = number.unwrap_or(sheet.first()).min(sheet.pages().len() - 1);
    let shown = &sheet.pages()[number];
    let pieces: Vec<Piece> = shown.sections.iter().flat_map(section_pieces).collect();
    let mut message = fit_message(
        sheet.title(),
        pieces,
        Vec::new(),
        sources_piece(&shown.citations).into_iter().collect(),
        &sheet.brief_stamp(),
    );
    message.components.extend(page_menus(command, sheet, number));
    let share =
        (audience == Audience::OneMember).then(|| share_button(Shared::Sheet(command.to_owned())));
    let buttons: Vec<CreateButton> =
        share.into_iter().chain(link_buttons(sheet.links())).take(limits::BUTTONS).collect();
    if !buttons.is_empty() {
        message.components.push(CreateActionRow::Buttons(buttons));
    }
    message
}

/// Menus from which to choose a page. A sheet of one page needs none.
fn page_menus(command: &str, sheet: &Sheet, shown: usize) -> Vec<CreateActionRow> {
    if sheet.pages().len() == 1 {
        return Vec::new();
    }
    let pages: Vec<(usize, &SheetPage)> = sheet.pages().iter().enumerate().collect();
    let menus = pages.chunks(limits::SELECT_OPTIONS).enumerate().map(|(menu, pages)| {
        let options = pages.iter().map(|(number, page)| {
            let label = clip(&page.name, limits::SELECT_TEXT);
            CreateSelectMenuOption::new(label, number.to_string())
                .default_selection(*number == shown)
        });
        let placeholder = match pages {
            [(first, _), .., (last, _)] => sentences::pages(first + 1, last + 1),
            _ => sentences::MORE.to_owned(),
        };
        let action = ComponentAction::ChoosePage(command.to_owned(), menu);
        let kind = CreateSelectMenuKind::String { options: options.collect() };
        let menu = CreateSelectMenu::new(action.custom_id(), kind).placeholder(placeholder);
        CreateActionRow::SelectMenu(menu)
    });
    // One row is for the buttons.
    menus.take(limits::ACTION_ROWS - 1).collect()
}

fn questions(text: &str, suggestions: &[Suggestion], stamp: &str) -> OutgoingMessage {
    let listed = numbered("", suggestions.iter().map(|suggestion| escape(&suggestion.question)));
    let mut message =
        fit_message("", vec![Piece::paragraph(escape(text))], listed, Vec::new(), stamp);
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

/// A grey button. None is more than an offer.
fn button(action: &ComponentAction, label: &str) -> CreateButton {
    CreateButton::new(action.custom_id()).label(label).style(ButtonStyle::Secondary)
}

fn share_button(shared: Shared) -> CreateButton {
    button(&ComponentAction::Share(shared), sentences::SHARE)
}

fn links(links: &[Link]) -> Vec<CreateActionRow> {
    let buttons = link_buttons(links);
    if buttons.is_empty() { Vec::new() } else { vec![CreateActionRow::Buttons(buttons)] }
}

fn link_buttons(links: &[Link]) -> Vec<CreateButton> {
    let usable = links
        .iter()
        .filter(|link| link.url.starts_with("http") && length(&link.url) <= limits::LINK_URL);
    let button = |link: &Link| {
        CreateButton::new_link(&link.url).label(clip(&link.text, limits::BUTTON_LABEL))
    };
    usable.take(limits::BUTTONS).map(button).collect()
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
        Standing::OwnSearch => "🔍",
        Standing::Commentary => "💬",
    }
}

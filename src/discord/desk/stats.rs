//! How many questions were asked and answered, in numbers and as a picture.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tracing::warn;

use super::super::chart::{Bar, draw};
use super::super::interaction::clip;
use super::super::interaction::outgoing::OutgoingMessage;
use super::screen::Screen;
use super::task::DeskAction;
use super::{Desk, DeskError};
use crate::knowledge::EntryId;
use crate::legal::written_out;
use crate::store::{Count, Counted, Votes};

/// How many answers and groups of gaps are listed.
const LISTED: usize = 5;

/// The most characters of a line that is listed.
const MAX_LINE: usize = 120;

/// The name of the picture's file.
const PICTURE: &str = "questions.png";

impl Desk {
    /// Shows what became of the questions of so many days, today included.
    pub(super) async fn stats(&self, days: u16) -> Result<OutgoingMessage, DeskError> {
        let store = self.store()?;
        let last = (self.today)();
        let first = last.saturating_sub((i64::from(days) - 1).days());
        self.write_counts(store).await?;
        let counts = store.counts(first, last).await?;
        let screen = Screen::new(&format!("Questions of the last {days} days"))
            .lines(numbers(&counts))
            .line(&opinions(&store.votes_since(first).await?))
            .heading("Answered most")
            .lines(listed(self.answered_most(&counts)))
            .heading("Gaps, the most frequent first")
            .lines(listed(self.gaps_since(first).await?))
            .heading("Status of the case")
            .line(&self.status_check(last))
            .buttons([
                ("7 days", DeskAction::Stats(7)),
                ("30 days", DeskAction::Stats(30)),
                ("90 days", DeskAction::Stats(90)),
                ("Gaps", DeskAction::Gaps),
            ]);
        let bars = bars(&counts, first, days);
        let description = description(&bars);
        let picture = match bars.iter().any(|bar| bar.total() > 0) {
            true => self.work(move |_| draw(&bars)).await?,
            false => return Ok(screen.message()),
        };
        Ok(match picture {
            Ok(png) => screen.message().with_picture(PICTURE, png, &description),
            Err(error) => {
                warn!(error, "the picture of the statistics cannot be drawn");
                screen.message()
            }
        })
    }

    /// The answers that were given and chosen most, as (how often, question).
    fn answered_most(&self, counts: &[Count]) -> Vec<(u64, String)> {
        let mut totals: BTreeMap<&EntryId, u64> = BTreeMap::new();
        for Count { counted, total, .. } in counts {
            if let Counted::Answered(entry) | Counted::Chosen(entry) = counted {
                *totals.entry(entry).or_default() += total;
            }
        }
        let question = |entry: &EntryId| {
            self.responder.question_of(entry).unwrap_or_else(|| entry.to_string())
        };
        totals.into_iter().map(|(entry, total)| (total, question(entry))).collect()
    }

    /// The groups of questions that got no answer since then, as (how many, question).
    async fn gaps_since(&self, first: Date) -> Result<Vec<(u64, String)>, DeskError> {
        let start = first.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |start| start.timestamp());
        let groups = self.groups().await?.into_iter();
        let counted =
            groups.map(|group| (group.asked_since(start) as u64, group.words().to_owned()));
        Ok(counted.filter(|(count, _)| *count > 0).collect())
    }

    /// When somebody last looked where the case stands.
    fn status_check(&self, today: Date) -> String {
        let stamp = self.responder.case_stamp(today);
        let age = match (today - stamp.last_checked).get_days() {
            0 => "today".to_owned(),
            1 => "yesterday".to_owned(),
            days => format!("{days} days ago"),
        };
        let checked = format!("Last checked {age}, on {}.", written_out(stamp.last_checked));
        match stamp.overdue_days {
            Some(_) => format!("{checked} Look for news, then set last_checked in case.toml."),
            None => checked,
        }
    }
}

/// The numbers, line by line.
fn numbers(counts: &[Count]) -> Vec<String> {
    let total = |is_meant: fn(&Counted) -> bool| {
        let meant = counts.iter().filter(|count| is_meant(&count.counted));
        meant.map(|count| count.total).sum::<u64>()
    };
    let [answered, offered, silent] = [0, 1, 2].map(|part| {
        let of_part = counts.iter().filter(|count| part_of(&count.counted) == Some(part));
        of_part.map(|count| count.total).sum::<u64>()
    });
    let asked = answered + offered + silent;
    if asked == 0 {
        return vec!["Nobody has asked anything.".to_owned()];
    }
    let share = |name: &str, count: u64| {
        format!("• {name}: {count} ({:.0} %)", 100.0 * count as f64 / asked as f64)
    };
    let reasons = [
        ("not found", total(|counted| *counted == Counted::Unanswered)),
        ("about other matters", total(|counted| *counted == Counted::OtherMatter)),
        ("in other languages", total(|counted| *counted == Counted::OtherLanguage)),
        ("under review", total(|counted| *counted == Counted::UnderReview)),
    ];
    let reasons = reasons.iter().filter(|(_, count)| *count > 0);
    let reasons: Vec<String> = reasons.map(|(reason, count)| format!("{count} {reason}")).collect();
    let silent = match reasons.is_empty() {
        true => share("Silent", silent),
        false => format!("{}: {}", share("Silent", silent), reasons.join(", ")),
    };
    let chosen = total(|counted| matches!(counted, Counted::Chosen(_)));
    vec![
        format!("Asked: {asked}"),
        share("Answered", answered),
        share("Choice offered", offered),
        silent,
        format!("Chosen from menus: {chosen}"),
    ]
}

/// What members thought of the answers.
fn opinions(votes: &BTreeMap<EntryId, Votes>) -> String {
    let helpful: u64 = votes.values().map(|votes| votes.helpful).sum();
    let not_right: u64 = votes.values().map(|votes| votes.not_right).sum();
    format!("Called helpful: {helpful}. Called not right: {not_right}.")
}

/// The part of a bar to which a question belongs; `None` for what is no question.
fn part_of(counted: &Counted) -> Option<usize> {
    match counted {
        Counted::Answered(_) => Some(0),
        Counted::Offered => Some(1),
        Counted::Unanswered
        | Counted::OtherMatter
        | Counted::OtherLanguage
        | Counted::UnderReview => Some(2),
        Counted::Chosen(_) => None,
    }
}

/// A bar for each day, also for those without a question.
fn bars(counts: &[Count], first: Date, days: u16) -> Vec<Bar> {
    let days = (0..i64::from(days)).map(|day| first.saturating_add(day.days()));
    let mut bars: Vec<Bar> = days.map(|day| Bar { day, parts: [0; 3] }).collect();
    for Count { day, counted, total } in counts {
        let bar = bars.iter_mut().find(|bar| bar.day == *day);
        if let (Some(bar), Some(part)) = (bar, part_of(counted)) {
            bar.parts[part] += total;
        }
    }
    bars
}

/// What the picture shows, for those who cannot see it.
fn description(bars: &[Bar]) -> String {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else { return String::new() };
    let [answered, offered, silent] =
        [0, 1, 2].map(|part| bars.iter().map(|bar| bar.parts[part]).sum::<u64>());
    let most = bars.iter().max_by_key(|bar| bar.total()).unwrap_or(last);
    format!(
        "A bar for each day from {} to {}, of questions answered ({answered} in all), questions with \
         a choice offered ({offered}) and questions without an answer ({silent}). The highest bar is \
         that of {}, with {} questions.",
        written_out(first.day),
        written_out(last.day),
        written_out(most.day),
        most.total(),
    )
}

/// The most frequent ones, one a line.
fn listed(mut counted: Vec<(u64, String)>) -> Vec<String> {
    counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    if counted.is_empty() {
        return vec!["None.".to_owned()];
    }
    let lines = counted.iter().take(LISTED).map(|(count, words)| format!("{count}× {words}"));
    lines.map(|line| clip(&line, MAX_LINE)).collect()
}

//! What the bot could not answer, and teaching it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::interaction::outgoing::OutgoingMessage;
use super::super::sentences;
use super::screen::{Choice, Screen};
use super::task::{DeskAction, LATEST_CHANGES};
use super::{Desk, DeskError};
use crate::knowledge::{Amendment, Change, EntryId, Scope};
use crate::reply::{Suggestion, reach_sentence};
use crate::responder::{OutcomeChange, Responder};
use crate::store::{KeptQuestion, WhyKept};

/// How many kept questions are looked at, the latest ones.
const LOOKED_AT: u32 = 2_000;

/// How many wordings of a group are shown, and taught at once.
const WORDINGS: usize = 5;

/// How many answers are offered for a group.
const CANDIDATES: usize = 20;

/// How many answers are offered for words that a moderator looks for. Further ones hardly have
/// anything to do with them.
const FOUND: usize = 10;

/// How many questions that change for the worse are shown.
const SHOWN_CHANGES: usize = 8;

/// The placeholder of the menu of answers.
const WHICH: &str = "Which answer is right?";

/// The button that takes a group away without learning anything.
const PUT_ASIDE: &str = "Put aside";

/// Above the button that teaches.
pub(super) const FIRST_CHECKED: &str = "I first check that no other question gets a worse answer.";

const NO_SUCH_ANSWER: &str =
    "Members can get no such answer. Choose one from the list that opens as you type.";

const DEALT_WITH: &str = "Somebody has dealt with these questions already, or they were deleted. \
                          /faq gaps shows what is left.";

/// How many complaints about an answer are shown.
const SHOWN_COMPLAINTS: usize = 8;

/// Changes that are in force now.
pub(super) struct Learnt {
    pub ids: Vec<i64>,
    /// How many questions became worse that were on the edge before, which any change can bring about.
    pub on_the_edge: usize,
}

/// What is kept for moderators.
struct Kept {
    groups: Vec<Group>,
    complaints: Vec<Complaints>,
}

/// What members found wrong with an answer.
struct Complaints {
    entry: EntryId,
    /// The latest first. There is at least one.
    questions: Vec<KeptQuestion>,
}

impl Complaints {
    fn latest_note(&self) -> &str {
        self.questions.iter().find_map(|question| question.note.as_deref()).unwrap_or_default()
    }
}

/// Questions that are likely to mean the same.
pub(super) struct Group {
    /// The latest first. There is at least one.
    questions: Vec<KeptQuestion>,
}

impl Group {
    pub(super) fn id(&self) -> i64 {
        self.questions[0].id
    }

    fn ids(&self) -> Vec<i64> {
        self.questions.iter().map(|question| question.id).collect()
    }

    /// The latest of its questions.
    pub(super) fn words(&self) -> &str {
        &self.questions[0].words
    }

    /// How many of its questions were asked since then.
    pub(super) fn asked_since(&self, since: Timestamp) -> usize {
        self.questions.iter().filter(|question| question.asked_at >= since).count()
    }

    /// The different wordings, the most frequent first. A wording in which something was replaced
    /// is none that anybody asks.
    pub(super) fn wordings(&self) -> Vec<String> {
        let words = self.questions.iter().map(|question| question.words.trim());
        let mut counted: Vec<(String, usize)> = Vec::new();
        for words in words.filter(|words| !words.contains('[')) {
            match counted.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(words)) {
                Some((_, count)) => *count += 1,
                None => counted.push((words.to_owned(), 1)),
            }
        }
        counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counted.into_iter().map(|(words, _)| words).take(WORDINGS).collect()
    }

    /// What happened to those who asked, in words.
    fn reasons(&self) -> String {
        let reasons: BTreeSet<WhyKept> =
            self.questions.iter().map(|question| question.why).collect();
        let words = reasons.into_iter().map(|why| match why {
            WhyKept::Unanswered => "no answer",
            WhyKept::Ambiguous => "none of the offered",
            WhyKept::NotRight => "called not right",
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

impl Desk {
    /// Lists the groups, the most frequent first.
    pub(super) async fn gaps(&self) -> Result<OutgoingMessage, DeskError> {
        let Kept { groups, complaints } = self.kept_questions().await?;
        let called_not_right = complaints.iter().map(|complaint| Choice {
            value: complaint.entry.to_string(),
            label: format!("{}× {}", complaint.questions.len(), self.heading(&complaint.entry)),
            description: complaint.latest_note().to_owned(),
        });
        let called_not_right: Vec<Choice> = called_not_right.collect();
        let add_complaints =
            |screen: Screen| match called_not_right.len() {
                0 => screen,
                count => screen
                    .line(&format!("Answers that members called not right: {count}."))
                    .menu("complaints", "Answers called not right", called_not_right),
            };
        if groups.is_empty() {
            let screen = Screen::new("There is no question that I could not answer.");
            return Ok(add_complaints(screen).message());
        }
        let choices = groups.iter().map(|group| Choice {
            value: group.id().to_string(),
            label: format!("{}× {}", group.questions.len(), group.questions[0].words),
            description: group.reasons(),
        });
        let asked: usize = groups.iter().map(|group| group.questions.len()).sum();
        let screen = Screen::new("What I could not answer")
            .line(&counted_questions(asked, groups.len()))
            .menu("gap", "Choose a group", choices.collect());
        Ok(add_complaints(screen).message())
    }

    /// Shows what members found wrong with an answer.
    pub(super) async fn complaints(&self, entry: &EntryId) -> Result<OutgoingMessage, DeskError> {
        let complaint = self.find_complaints(entry).await?;
        let lines = complaint.questions.iter().take(SHOWN_COMPLAINTS).map(|question| {
            let note = question.note.as_deref().unwrap_or("no reason given");
            format!("• {}: {note}", question.words)
        });
        let choices = complaint.questions.iter().map(|question| Choice {
            value: question.id.to_string(),
            label: question.words.clone(),
            description: question.note.clone().unwrap_or_default(),
        });
        let title =
            format!("Called not right {}×: {}", complaint.questions.len(), self.heading(entry));
        let is_vetted = self.responder.question_of(entry).is_some();
        let scope = Scope::Entry(entry.clone());
        let hold = DeskAction::Hold { scope, reason: String::new(), until: None };
        let hold = is_vetted.then_some((sentences::HOLD, hold));
        let screen = Screen::new(&title)
            .line("What members asked, and what they found wrong:")
            .lines(lines)
            .line(
                "Hold the answer back if it is wrong. If it is right, but not for such a question, \
                 choose the question below to say which answer is.",
            )
            .menu("gap", "Another answer is right for …", choices.collect())
            .buttons(hold.into_iter().chain([
                ("It is right", DeskAction::ItIsRight(entry.clone())),
                ("Back", DeskAction::Gaps),
            ]));
        Ok(screen.message())
    }

    /// Takes away the complaints about an answer.
    pub(super) async fn it_is_right(
        &self,
        entry: &EntryId,
        by: String,
    ) -> Result<OutgoingMessage, DeskError> {
        let complaint = self.find_complaints(entry).await?;
        let ids: Vec<i64> = complaint.questions.iter().map(|question| question.id).collect();
        self.store()?.learn(&[], &ids, &by, Timestamp::now()).await?;
        let screen = Screen::new("Put aside. The answer stays as it is.")
            .buttons([("Next", DeskAction::Gaps)]);
        Ok(screen.message())
    }

    async fn find_complaints(&self, entry: &EntryId) -> Result<Complaints, DeskError> {
        let mut complaints = self.kept_questions().await?.complaints.into_iter();
        let found = complaints.find(|complaint| complaint.entry == *entry);
        found.ok_or_else(|| DeskError::Refused(DEALT_WITH.to_owned()))
    }

    /// The heading of an entry; its id, if it is not there any more.
    fn heading(&self, entry: &EntryId) -> String {
        self.responder.heading_of(entry).unwrap_or_else(|| entry.to_string())
    }

    /// Shows a group, with the answers that it may belong to.
    pub(super) async fn group(&self, question: i64) -> Result<OutgoingMessage, DeskError> {
        let group = self.find(question).await?;
        let words = group.questions[0].words.clone();
        let candidates =
            self.work(move |responder| responder.candidates(&words, CANDIDATES)).await??;
        let mut shown: Vec<(String, usize)> = Vec::new();
        for question in &group.questions {
            let note = question.note.as_deref().map_or(String::new(), |note| format!(" ({note})"));
            let text = format!("{}{note}", question.words);
            match shown.iter_mut().find(|(known, _)| *known == text) {
                Some((_, times)) => *times += 1,
                None => shown.push((text, 1)),
            }
        }
        let shown = shown.into_iter().take(WORDINGS).map(|(text, times)| match times {
            1 => format!("• {text}"),
            times => format!("• {text} ({times}×)"),
        });
        let screen = Screen::new(&format!("Asked {}×: {}", group.questions.len(), group.reasons()))
            .lines(shown)
            .line("If this FAQ should never answer it, press “Not for us”.")
            .menu(&format!("propose:{}", group.id()), WHICH, choices(candidates))
            .buttons([
                ("Another answer", find(&group)),
                ("Draft an answer", DeskAction::Draft(group.id())),
                ("Not for us", DeskAction::NotForUs(group.id())),
                (PUT_ASIDE, DeskAction::PutAside(group.id())),
                ("Back", DeskAction::Gaps),
            ]);
        Ok(screen.message())
    }

    /// Lists the answers that match some words, for a group.
    pub(super) async fn find_answer(
        &self,
        question: i64,
        words: String,
    ) -> Result<OutgoingMessage, DeskError> {
        let group = self.find(question).await?;
        let typed = words.clone();
        let found = self.work(move |responder| responder.suggest(&typed, FOUND)).await??;
        let title = match found.is_empty() {
            true => format!("No answer is found by “{words}”."),
            false => format!("Answers found by “{words}”"),
        };
        let screen = Screen::new(&title)
            .lines(group.wordings().into_iter().map(|words| format!("• {words}")))
            .menu(&format!("propose:{}", group.id()), WHICH, choices(found))
            .buttons([("Another answer", find(&group)), ("Back", DeskAction::Group(group.id()))]);
        Ok(screen.message())
    }

    /// Asks whether to teach a group to an answer.
    pub(super) async fn propose(
        &self,
        question: i64,
        entry: &EntryId,
    ) -> Result<OutgoingMessage, DeskError> {
        let group = self.find(question).await?;
        let title = self.title(entry)?;
        let wordings = group.wordings();
        if wordings.is_empty() {
            let why = "Something was left out of each of these questions to protect who asked, so \
                       they cannot be taught. Add a phrasing to the file of the answer instead.";
            return Err(DeskError::Refused(why.to_owned()));
        }
        let screen = Screen::new(&format!("From now on, “{title}” answers this?"))
            .lines(wordings.into_iter().map(|words| format!("• {words}")))
            .line(&self.how_well_found(entry).await?)
            .line(FIRST_CHECKED)
            .buttons([
                ("Yes", DeskAction::Teach { question: group.id(), entry: entry.clone() }),
                ("Back", DeskAction::Group(group.id())),
            ]);
        Ok(screen.message())
    }

    /// How well an answer is found before it is taught more.
    pub(super) async fn how_well_found(&self, entry: &EntryId) -> Result<String, DeskError> {
        let entry = [entry.clone()];
        let reach = self.work(move |responder| responder.reach(&entry)).await??;
        Ok(reach.first().map_or(String::new(), reach_sentence))
    }

    /// Teaches a group to an answer, unless another question would get a worse answer.
    pub(super) async fn teach(
        &self,
        question: i64,
        entry: EntryId,
        by: String,
    ) -> Result<OutgoingMessage, DeskError> {
        let title = self.title(&entry)?;
        let change = |words| Change::Phrasing { entry: entry.clone(), words };
        self.learn_group(question, change, &format!("Learnt. “{title}” answers this now."), by)
            .await
    }

    /// Teaches that the FAQ does not answer a group.
    pub(super) async fn not_for_us(
        &self,
        question: i64,
        by: String,
    ) -> Result<OutgoingMessage, DeskError> {
        let change = |words| Change::Elsewhere { words };
        let done = "Taken away. I give no answer to questions like these.";
        self.learn_group(question, change, done, by).await
    }

    /// Learns a change from each wording of a group, and takes the group away; or says what is against
    /// it.
    async fn learn_group(
        &self,
        question: i64,
        change: impl Fn(String) -> Change,
        done: &str,
        by: String,
    ) -> Result<OutgoingMessage, DeskError> {
        let group = self.find(question).await?;
        let changes: Vec<Change> = group.wordings().into_iter().map(change).collect();
        let changes: Vec<Change> =
            changes.into_iter().filter(|change| !self.responder.contains(change)).collect();
        if changes.is_empty() {
            let why = "I know that already, so there is nothing to learn. If the answer is wrong, hold \
                       it back or have its text changed; if it is right, put these questions aside.";
            return Err(DeskError::Refused(why.to_owned()));
        }
        let Learnt { ids, on_the_edge } = match self.learn(changes, &group.ids(), by).await? {
            Ok(learnt) => learnt,
            Err(harm) => return Ok(refusal(&harm, &group)),
        };
        // A button undoes one change; the record has them all.
        let undo = match ids[..] {
            [id] => ("Undo", DeskAction::Undo(id)),
            _ => ("What was changed", LATEST_CHANGES),
        };
        let screen = Screen::new(done).lines(edge_line(on_the_edge));
        Ok(screen.buttons([undo, ("Next", DeskAction::Gaps)]).message())
    }

    /// Takes a group away without learning anything.
    pub(super) async fn put_aside(
        &self,
        question: i64,
        by: String,
    ) -> Result<OutgoingMessage, DeskError> {
        let group = self.find(question).await?;
        self.store()?.learn(&[], &group.ids(), &by, Timestamp::now()).await?;
        let screen = Screen::new("Put aside.")
            .line("If somebody asks the same again, it is in the list again.")
            .buttons([("Next", DeskAction::Gaps)]);
        Ok(screen.message())
    }

    /// Checks changes against the questions with a known answer, stores them, and serves them. The
    /// kept questions that they come from are removed. The error has the questions that the changes
    /// would harm.
    pub(super) async fn learn(
        &self,
        changes: Vec<Change>,
        questions: &[i64],
        by: String,
    ) -> Result<Result<Learnt, Vec<OutcomeChange>>, DeskError> {
        let store = self.store()?;
        let _changing = self.changing.lock().await;
        let stored = store.amendments().await?;
        if stored.iter().any(|amendment| changes.contains(&amendment.change)) {
            return Err(DeskError::Refused("That was learnt already.".to_owned()));
        }
        let next = stored.last().map_or(1, |last| last.id + 1);
        let now = Timestamp::now();
        let added = (next..).zip(&changes).map(|(id, change)| Amendment {
            id,
            change: change.clone(),
            made_by: by.clone(),
            made_at: now,
            undone: None,
        });
        let (added, today) = (added.collect::<Vec<_>>(), (self.today)());
        let propose = move |responder: &Responder| responder.propose(stored, &added, today);
        let proposal = self.work(propose).await??;
        let worse = proposal.questions.iter().filter(|change| change.is_for_the_worse());
        let (on_the_edge, harm): (Vec<OutcomeChange>, Vec<OutcomeChange>) =
            worse.cloned().partition(OutcomeChange::was_on_the_edge);
        if !harm.is_empty() {
            return Ok(Err(harm));
        }
        let on_the_edge = on_the_edge.len();
        let ids = store.learn(&changes, questions, &by, now).await?;
        self.work(move |responder| responder.adopt(proposal, today)).await??;
        Ok(Ok(Learnt { ids, on_the_edge }))
    }

    pub(super) async fn groups(&self) -> Result<Vec<Group>, DeskError> {
        Ok(self.kept_questions().await?.groups)
    }

    async fn kept_questions(&self) -> Result<Kept, DeskError> {
        let questions = self.store()?.kept_questions(LOOKED_AT).await?;
        let (complaints, questions): (Vec<KeptQuestion>, Vec<KeptQuestion>) =
            questions.into_iter().partition(|question| question.why == WhyKept::NotRight);
        Ok(Kept { groups: self.grouped(questions).await?, complaints: by_answer(complaints) })
    }

    /// Groups of questions that are likely to mean the same, the most frequent first.
    async fn grouped(&self, questions: Vec<KeptQuestion>) -> Result<Vec<Group>, DeskError> {
        let words: Vec<String> = questions.iter().map(|question| question.words.clone()).collect();
        let places = self.work(move |responder| responder.group_alike(&words)).await?;
        let group = |places: Vec<usize>| Group {
            questions: places.into_iter().map(|place| questions[place].clone()).collect(),
        };
        let mut groups: Vec<Group> = places.into_iter().map(group).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.questions.len()));
        Ok(groups)
    }

    /// The group of a question.
    pub(super) async fn find(&self, question: i64) -> Result<Group, DeskError> {
        let Kept { groups, complaints } = self.kept_questions().await?;
        // A question about which somebody complained is a group of its own.
        let complaints = complaints.into_iter().flat_map(|complaint| complaint.questions);
        let complaints = complaints.map(|question| Group { questions: vec![question] });
        let has_it = |group: &Group| group.questions.iter().any(|kept| kept.id == question);
        let found = groups.into_iter().chain(complaints).find(has_it);
        found.ok_or_else(|| DeskError::Refused(DEALT_WITH.to_owned()))
    }

    /// The question of an answer that members can get.
    pub(super) fn title(&self, entry: &EntryId) -> Result<String, DeskError> {
        let no_such = || DeskError::Refused(NO_SUCH_ANSWER.to_owned());
        self.responder.question_of(entry).ok_or_else(no_such)
    }
}

/// The complaints about each answer, the most frequent first.
fn by_answer(questions: Vec<KeptQuestion>) -> Vec<Complaints> {
    let mut complaints: Vec<Complaints> = Vec::new();
    for question in questions {
        let Some(entry) = question.entry.clone() else { continue };
        match complaints.iter_mut().find(|complaint| complaint.entry == entry) {
            Some(complaint) => complaint.questions.push(question),
            None => complaints.push(Complaints { entry, questions: vec![question] }),
        }
    }
    complaints.sort_by_key(|complaint| std::cmp::Reverse(complaint.questions.len()));
    complaints
}

fn counted_questions(questions: usize, groups: usize) -> String {
    let asked = match questions {
        1 => "One question".to_owned(),
        count => format!("{count} questions"),
    };
    let meant = match groups {
        1 => "one group".to_owned(),
        count => format!("{count} groups"),
    };
    format!("{asked} in {meant} of questions that are likely to mean the same.")
}

/// The button that opens the form to look for an answer.
fn find(group: &Group) -> DeskAction {
    DeskAction::FindAnswer { question: group.id(), words: String::new() }
}

fn choices(answers: Vec<Suggestion>) -> Vec<Choice> {
    let choices = answers.into_iter().map(|answer| Choice {
        value: answer.entry.to_string(),
        label: answer.question,
        description: answer.entry.to_string(),
    });
    choices.collect()
}

/// Says how many questions became worse that were on the edge before.
pub(super) fn edge_line(on_the_edge: usize) -> Option<String> {
    let questions = match on_the_edge {
        0 => return None,
        1 => "One question".to_owned(),
        count => format!("{count} questions"),
    };
    Some(format!(
        "{questions} with a known answer stood on the edge before, and turned out worse. Any change \
         does that to some."
    ))
}

/// Says which questions would get a worse answer.
fn refusal(worse: &[OutcomeChange], group: &Group) -> OutgoingMessage {
    let buttons = [
        ("Back to the group", DeskAction::Group(group.id())),
        (PUT_ASIDE, DeskAction::PutAside(group.id())),
    ];
    worse_answers(worse).buttons(buttons).message()
}

pub(super) fn worse_answers(worse: &[OutcomeChange]) -> Screen {
    let shown = worse.iter().take(SHOWN_CHANGES).map(|change| format!("• {change}"));
    Screen::new("Nothing was changed: these other questions would get a worse answer.")
        .lines(shown)
        .line("You need not do anything about them.")
}

//! The interface of the core for front ends: answer a query, reload the content.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::civil::Date;
use tracing::{info, warn};

use crate::ask::{Ask, Query};
use crate::commands::Commands;
use crate::config::{OperatorSettings, Settings};
use crate::conversation::Turn;
use crate::eval::{self, Change, TruthError, read_sets, run};
use crate::index::{IndexError, Origin};
use crate::knowledge::{
    Aspect, EntryId, FaqEntry, Finding, Knowledge, LoadError, QuotationKey, Severity, load,
    sort_findings,
};
use crate::legal::CaseStamp;
use crate::lint::{self, Rule, Subject};
use crate::markup::without_markup;
use crate::matcher::{
    Calibration, CalibrationError, Check, Evidence, Outcome, Parts, Reach, Setup, Snapshot,
    SnapshotError, UnknownPart, VectorTable,
};
use crate::reply::{self, Reply, Sheet, Suggestion};

/// The most quotations that `/quote` shows.
const MAX_QUOTATIONS: usize = 3;

/// The most answers for which a reload says how well they are found.
pub const MAX_REACH: usize = 20;

/// Answers queries from the content that was loaded last.
pub struct Responder {
    faq: PathBuf,
    index: PathBuf,
    questions: Option<PathBuf>,
    stale_after_days: u32,
    review_after_days: u32,
    reading_grade: f64,
    /// Rules of the front end, besides those of [`lint`].
    more_rules: &'static [Rule],
    operator: OperatorSettings,
    setup: Setup,
    served: ArcSwap<Served>,
}

/// One version of the content, with its snapshot of the matcher.
struct Served {
    knowledge: Knowledge,
    commands: Arc<Commands>,
    snapshot: Snapshot,
}

/// A reply, with the evidence if the matcher decided it.
pub struct Response {
    pub reply: Reply,
    pub evidence: Option<Evidence>,
    /// For [`Responder::respond_after`], with the next question.
    pub turn: Turn,
}

/// The differences between two versions of the content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Entries that are vetted now and were not before.
    pub added: Vec<EntryId>,
    /// Vetted entries that differ from the previous version.
    pub changed: Vec<EntryId>,
    /// Entries that are no longer vetted, or no longer exist.
    pub withdrawn: Vec<EntryId>,
}

/// The result of a reload, or of a check without reloading.
#[derive(Debug)]
pub struct Reload {
    pub changes: Changes,
    /// All that lint warns of; with an error there is no [`Reload`].
    pub findings: Vec<Finding>,
    pub effect: Effect,
}

/// What a change of the content means for those who ask.
#[derive(Debug)]
pub struct Effect {
    /// How well the new and the changed answers are found; see [`Snapshot::reach`]. At most
    /// [`MAX_REACH`] of them, because it takes a while.
    pub reach: Vec<Reach>,
    /// The questions of `knowledge.questions` that get another answer than before, those for the
    /// worse first.
    pub questions: Result<Vec<Change>, TruthError>,
}

/// Why the content cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ResponderError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("the FAQ has errors")]
    Findings(Vec<Finding>),
    #[error(transparent)]
    Snapshot(SnapshotError),
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error(transparent)]
    Search(#[from] IndexError),
}

/// Why the matcher cannot be set up with these settings.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("matcher.without cannot be used")]
    Parts(#[from] UnknownPart),
    #[error("matcher.calibration cannot be used")]
    Calibration(#[from] CalibrationError),
}

impl From<SnapshotError> for ResponderError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Rejected(findings) => Self::Findings(findings),
            error => Self::Snapshot(error),
        }
    }
}

impl Responder {
    /// Loads, checks and indexes the content.
    pub fn open(settings: &Settings) -> Result<Self, ResponderError> {
        let (faq, index) = (settings.faq.clone(), settings.index.clone());
        let setup = setup(settings, &faq)?;
        let knowledge = readable_knowledge(&faq)?.0;
        let errors = || lint::errors(&knowledge);
        let check = Check { rules: lint::rules_version(), errors: &errors };
        let snapshot = Snapshot::open(knowledge.library.clone(), &setup, &index, &check)?;
        Ok(Self {
            faq,
            index,
            questions: settings.questions.clone(),
            stale_after_days: settings.status_stale_after_days,
            review_after_days: settings.review_after_days,
            reading_grade: settings.reading_grade,
            more_rules: &[],
            operator: settings.operator.clone(),
            setup,
            served: ArcSwap::from_pointee(Served::new(knowledge, snapshot)),
        })
    }

    /// Also checks the content by these rules when it is loaded again.
    pub fn with_rules(self, more_rules: &'static [Rule]) -> Self {
        Self { more_rules, ..self }
    }

    /// Answers a query. Any text is a question; only a failure of the index is an error.
    pub fn respond(&self, ask: &Ask) -> Result<Response, ResponderError> {
        self.respond_after(ask, None)
    }

    /// Answers a query after an earlier one of the same person, so that a follow-up is understood.
    pub fn respond_after(
        &self,
        ask: &Ask,
        last: Option<&Turn>,
    ) -> Result<Response, ResponderError> {
        let served = self.served.load();
        let knowledge = &served.knowledge;
        let stamp = self.stamp(knowledge, ask.today);
        let reply = match &ask.query {
            Query::Question(text) => {
                return self.answer(&served, &without_markup(text), last, &stamp);
            }
            Query::Entry(id) => reply::entry_reply(knowledge, id, &stamp),
            Query::Page(name) => reply::page(knowledge, name, &stamp),
            Query::Status => sheet(reply::status(knowledge, &stamp)),
            Query::Timeline => sheet(reply::timeline(knowledge, &stamp)),
            Query::Sources => sheet(reply::sources(knowledge, &stamp)),
            Query::About => sheet(reply::about(knowledge, &self.operator, &stamp)),
            Query::Quote(text) => {
                let found = served.snapshot.find_quotations(&without_markup(text), MAX_QUOTATIONS);
                sheet(reply::quotations(knowledge, &found, &stamp))
            }
        };
        Ok(Response::without_evidence(reply))
    }

    fn answer(
        &self,
        served: &Served,
        text: &str,
        last: Option<&Turn>,
        stamp: &CaseStamp,
    ) -> Result<Response, ResponderError> {
        let Served { knowledge, snapshot, .. } = served;
        let id = EntryId::new(text.trim());
        let id = last.and_then(|last| last.chosen(text)).unwrap_or(&id);
        if knowledge.library.entries.contains_key(id) {
            return Ok(Response::without_evidence(reply::entry_reply(knowledge, id, stamp)));
        }
        if let Some(code) = snapshot.foreign_language(text) {
            let reply = reply::in_other_language(knowledge, &code, stamp);
            return Ok(Response::without_evidence(reply));
        }
        let answered = last.and_then(|last| last.answered.as_ref());
        let aspect = answered.and_then(|entry| Some((entry, snapshot.about_last_answer(text)?)));
        if let Some((entry, aspect)) = aspect.filter(|(_, aspect)| *aspect != Aspect::Reason) {
            let reply = reply::about_answer(knowledge, entry, aspect, stamp);
            return Ok(Response::without_evidence(reply));
        }
        let (decision, question) = match last {
            Some(last) => snapshot.decide_after(last, text)?,
            None => (snapshot.decide(text)?, text.to_owned()),
        };
        if let Some((entry, aspect)) = aspect {
            let is_another = matches!(&decision.outcome, Outcome::Answered { entry: other, .. } if other != entry);
            if !is_another {
                let reply = reply::about_answer(knowledge, entry, aspect, stamp);
                return Ok(Response::without_evidence(reply));
            }
        }
        let reply = reply::compose(knowledge, &decision.outcome, decision.is_in_distress, stamp);
        let mut turn = turn(&reply);
        // The heading of an answer is shorter than two questions together.
        if question == text || turn.answered.is_none() {
            turn.question = question;
        }
        Ok(Response { reply, evidence: Some(decision.evidence), turn })
    }

    /// Whether a text only asks about an answer that was given, such as "are you sure".
    pub fn is_about_an_answer(&self, text: &str) -> bool {
        self.served.load().snapshot.about_last_answer(&without_markup(text)).is_some()
    }

    /// An explanation of the decision about a question, for people.
    pub fn explain(&self, question: &str) -> Result<Evidence, ResponderError> {
        let served = self.served.load();
        Ok(served.snapshot.decide_and_explain(&without_markup(question))?.evidence)
    }

    /// The commands for the current content.
    pub fn commands(&self) -> Arc<Commands> {
        self.served.load().commands.clone()
    }

    /// The short help, with the commands of the front end.
    pub fn help(&self, commands: &[(String, String)], today: Date) -> Sheet {
        let served = self.served.load();
        reply::help(&served.knowledge, commands, &self.stamp(&served.knowledge, today))
    }

    /// The vetted questions that match what somebody has typed so far, best first. If nothing is
    /// typed, one for each topic.
    pub fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, ResponderError> {
        let served = self.served.load();
        let found = served.snapshot.type_ahead(&without_markup(typed), limit)?;
        Ok(reply::suggestions(&served.knowledge, &found))
    }

    /// The quotations that match what somebody has typed so far, as (key, text).
    pub fn suggest_quotations(&self, typed: &str, limit: usize) -> Vec<(QuotationKey, String)> {
        let served = self.served.load();
        let knowledge = &served.knowledge;
        let found = match without_markup(typed).trim() {
            "" => knowledge.library.quotations.keys().take(limit).cloned().collect(),
            typed => served.snapshot.find_quotations(typed, limit),
        };
        let quotations = found
            .into_iter()
            .filter_map(|key| Some((knowledge.library.quotations.get(&key)?, key)));
        quotations
            .map(|(quotation, key)| (key, format!("{}: {}", quotation.speaker, quotation.words)))
            .collect()
    }

    /// The reply to somebody who meant none of the suggested questions.
    pub fn none_of_these(&self, today: Date) -> Reply {
        let knowledge = &self.served.load().knowledge;
        Reply::NoAnswer(reply::none_of_these(knowledge, &self.stamp(knowledge, today)))
    }

    /// Everything about an entry, for moderators; `None` if there is no such entry.
    pub fn editors_view(&self, id: &EntryId, today: Date) -> Option<Sheet> {
        let served = self.served.load();
        reply::editors_view(&served.knowledge, id, &self.stamp(&served.knowledge, today))
    }

    /// An explanation of the decision about a question, for moderators.
    pub fn why(&self, question: &str, today: Date) -> Result<Sheet, ResponderError> {
        let served = self.served.load();
        let evidence = self.explain(question)?;
        Ok(reply::why(&served.knowledge, &evidence, &self.stamp(&served.knowledge, today)))
    }

    /// The entries whose id or question contains the typed text, including drafts and withdrawn
    /// ones.
    pub fn editors_choices(&self, typed: &str, limit: usize) -> Vec<(EntryId, String)> {
        reply::editors_choices(&self.served.load().knowledge, typed, limit)
    }

    /// The ids of all vetted entries, in order.
    pub fn vetted_entries(&self) -> Vec<EntryId> {
        let served = self.served.load();
        served.knowledge.library.vetted().map(|entry| entry.id.clone()).collect()
    }

    /// How well some entries are found; see [`Snapshot::reach`].
    pub fn reach(&self, entries: &[EntryId]) -> Result<Vec<Reach>, ResponderError> {
        Ok(self.served.load().snapshot.reach(entries)?)
    }

    /// Loads the content again and serves it. After an error, the old content stays in use.
    ///
    /// `today` is the day as of which dates are checked.
    pub fn reload(&self, today: Date) -> Result<Reload, ResponderError> {
        let (knowledge, findings) = self.checked_knowledge(today)?;
        let library = knowledge.library.clone();
        // `checked_knowledge` has already run these rules.
        let check = Check { rules: lint::rules_version(), errors: &Vec::new };
        let snapshot = Snapshot::open(library, &self.setup, &self.index, &check)?;
        info!(knowledge = knowledge.library.content_hash.short(), "the content was reloaded");
        let new = Arc::new(Served::new(knowledge, snapshot));
        let old = self.served.swap(new.clone());
        let changes = changes(&old.knowledge, &new.knowledge);
        let effect = self.effect(&old.snapshot, &new.snapshot, &changes)?;
        Ok(Reload { changes, findings, effect })
    }

    /// Reports what a reload would change, without reloading.
    pub fn check(&self, today: Date) -> Result<Reload, ResponderError> {
        let (knowledge, findings) = self.checked_knowledge(today)?;
        let served = self.served.load();
        let changes = changes(&served.knowledge, &knowledge);
        let snapshot = Snapshot::build(knowledge.library, &self.setup)?;
        let effect = self.effect(&served.snapshot, &snapshot, &changes)?;
        Ok(Reload { changes, findings, effect })
    }

    /// Loads the content and runs every rule. Fails if a finding is an error.
    fn checked_knowledge(&self, today: Date) -> Result<(Knowledge, Vec<Finding>), ResponderError> {
        let (knowledge, mut findings) = readable_knowledge(&self.faq)?;
        let Self { review_after_days, reading_grade, .. } = *self;
        let today = lint::last_day(&knowledge, today);
        let subject = Subject { knowledge: &knowledge, today, review_after_days, reading_grade };
        findings.extend(lint::run(&subject));
        findings.extend(lint::run_rules(self.more_rules, &subject));
        sort_findings(&mut findings);
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(ResponderError::Findings(findings));
        }
        Ok((knowledge, findings))
    }

    fn effect(
        &self,
        old: &Snapshot,
        new: &Snapshot,
        changes: &Changes,
    ) -> Result<Effect, ResponderError> {
        if old.library().content_hash == new.library().content_hash {
            return Ok(Effect { reach: Vec::new(), questions: Ok(Vec::new()) });
        }
        let edited = changes.added.iter().chain(&changes.changed);
        let edited: Vec<EntryId> = edited.take(MAX_REACH).cloned().collect();
        let reach = if edited.is_empty() { Vec::new() } else { new.reach(&edited)? };
        let questions = match &self.questions {
            Some(folder) if folder.is_dir() => read_sets(folder),
            _ => Ok(Vec::new()),
        };
        let questions = match questions {
            Ok(questions) => Ok(eval::changes(&run(old, &questions)?, &run(new, &questions)?)),
            Err(error) => Err(error),
        };
        Ok(Effect { reach, questions })
    }

    /// The origin of the index in use.
    pub fn index_origin(&self) -> Origin {
        self.served.load().snapshot.origin().clone()
    }

    fn stamp(&self, knowledge: &Knowledge, today: Date) -> CaseStamp {
        knowledge.case_file.case.stamp(today, self.stale_after_days)
    }
}

impl Served {
    fn new(knowledge: Knowledge, snapshot: Snapshot) -> Self {
        let commands = Arc::new(Commands::new(&knowledge.case_file));
        Self { knowledge, commands, snapshot }
    }
}

impl Response {
    fn without_evidence(reply: Reply) -> Self {
        let turn = turn(&reply);
        Self { reply, evidence: None, turn }
    }
}

/// What a reply leaves to go on from.
fn turn(reply: &Reply) -> Turn {
    let (question, answered, offered) = match reply {
        Reply::Answer(answer) => {
            (answer.question().to_owned(), Some(answer.entry().clone()), &[][..])
        }
        Reply::Choice(choice) => (String::new(), None, choice.suggestions.as_slice()),
        Reply::NoAnswer(no_answer) => (String::new(), None, no_answer.nearest.as_slice()),
        Reply::Sheet(sheet) => (sheet.title().to_owned(), None, &[][..]),
    };
    let offered = offered.iter().map(|suggestion| suggestion.entry.clone()).collect();
    Turn { question, answered, offered }
}

fn sheet(sheet: Sheet) -> Reply {
    Reply::Sheet(Box::new(sheet))
}

/// The matcher's setup for the FAQ in this folder.
pub fn setup(settings: &Settings, faq: &Path) -> Result<Setup, SetupError> {
    let mut setup = Setup::new(open_table(settings), owner(faq));
    setup.parts = Parts::without(&settings.matcher_without)?;
    if let Some(path) = &settings.calibration {
        setup.calibration = Calibration::read(path)?;
    }
    Ok(setup)
}

/// The owner of the index of a FAQ. Two paths to one folder are one owner.
pub fn owner(faq: &Path) -> String {
    faq.canonicalize().unwrap_or_else(|_| faq.to_owned()).display().to_string()
}

/// Opens the vector table. The bot works without it, by words only, so a missing or broken table is
/// only a warning.
fn open_table(settings: &Settings) -> Option<Arc<VectorTable>> {
    let path = settings.vectors.as_ref()?;
    match VectorTable::open(path) {
        Ok(table) => Some(Arc::new(table)),
        Err(error) => {
            warn!(%error, "no vector table: the bot works without it, and finds fewer answers");
            None
        }
    }
}

/// Loads the content. Fails if any file has an error.
fn readable_knowledge(faq: &Path) -> Result<(Knowledge, Vec<Finding>), ResponderError> {
    let loaded = load(faq)?;
    let has_errors = loaded.has_errors();
    match loaded.knowledge {
        Some(knowledge) if !has_errors => Ok((knowledge, loaded.findings)),
        _ => Err(ResponderError::Findings(loaded.findings)),
    }
}

fn changes(old: &Knowledge, new: &Knowledge) -> Changes {
    let (old, new) = (&old.library, &new.library);
    let id = |entry: &FaqEntry| entry.id.clone();
    let is_changed =
        |entry: &&FaqEntry| old.is_vetted(&entry.id) && old.entries[&entry.id] != **entry;
    Changes {
        added: new.vetted().filter(|entry| !old.is_vetted(&entry.id)).map(id).collect(),
        changed: new.vetted().filter(is_changed).map(id).collect(),
        withdrawn: old.vetted().filter(|entry| !new.is_vetted(&entry.id)).map(id).collect(),
    }
}

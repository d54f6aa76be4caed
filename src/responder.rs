//! The interface of the core for front ends: answer a query, reload the content.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use arc_swap::ArcSwap;
use jiff::civil::Date;
use tracing::{info, warn};

use crate::ask::{Ask, Query};
use crate::commands::Commands;
use crate::config::{OperatorSettings, PrivacySettings, Settings, lasting};
use crate::conversation::Turn;
use crate::eval::{self, Run, Truth, TruthError, read_sets, run};
use crate::index::{IndexError, Origin};
use crate::knowledge::{
    Amendment, Aspect, Change, ContentHash, EntryId, FaqEntry, Finding, Knowledge, Library,
    LoadError, Located, Place, QuotationKey, Severity, TopicId, fingerprint, leave_out_broken,
    load, sort_findings,
};
use crate::legal::{Case, CaseStamp, Source};
use crate::lint::{self, Rule, Subject};
use crate::markup::without_markup;
use crate::matcher::{
    Calibration, CalibrationError, Check, Evidence, Outcome, Parts, Reach, Setup, Snapshot,
    SnapshotError, UnknownPart, VectorTable,
};
use crate::reply::{self, Alike, Contents, Reply, Sheet, Suggestion, Why};

pub use crate::eval::Change as OutcomeChange;

/// The most quotations that `/quote` shows.
const MAX_QUOTATIONS: usize = 3;

/// The most answers for which a reload says how well they are found.
pub const MAX_REACH: usize = 20;

/// Answers queries from the content that was loaded last.
pub struct Responder {
    faq: PathBuf,
    index: PathBuf,
    adjustable: ArcSwap<Adjustable>,
    /// Rules of the front end, besides those of [`lint`].
    more_rules: &'static [Rule],
    setup: Setup,
    /// Where the index came from at the start.
    index_origin: Origin,
    served: ArcSwap<Served>,
    /// Held while the files are loaded again, so that an older state of them never replaces a newer.
    loading: Mutex<()>,
    /// Writes the index to disk.
    caching: Mutex<Option<JoinHandle<()>>>,
}

/// What the operator can change while the bot runs.
struct Adjustable {
    questions: Option<PathBuf>,
    stale_after_days: u32,
    review_after_days: u32,
    reading_grade: f64,
    operator: OperatorSettings,
    /// What the store keeps; `None` without a store.
    stores: Option<PrivacySettings>,
}

/// One version of the content, with its snapshot of the matcher.
struct Served {
    /// The content of the files.
    files: Knowledge,
    /// The same, with the amendments laid over it.
    knowledge: Knowledge,
    amendments: Vec<Amendment>,
    commands: Arc<Commands>,
    snapshot: Arc<Snapshot>,
    /// The outcomes of the questions of `knowledge.questions`, once somebody compared them.
    outcomes: Mutex<Option<(Vec<Truth>, Arc<Run>)>>,
}

/// A version of the content that could be served instead of the present one.
pub struct Proposal {
    /// See [`Effect::questions`].
    pub questions: Vec<OutcomeChange>,
    /// What was served when it was made.
    base: Arc<Served>,
    served: Arc<Served>,
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
    pub added: Vec<ChangedEntry>,
    /// Vetted entries that differ from the previous version.
    pub changed: Vec<ChangedEntry>,
    /// Entries that are no longer vetted, or no longer exist.
    pub withdrawn: Vec<ChangedEntry>,
}

/// An entry that differs between two versions of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedEntry {
    pub id: EntryId,
    pub question: String,
}

/// The result of a reload, or of a check without reloading.
#[derive(Debug)]
pub struct Reload {
    pub changes: Changes,
    /// All that lint warns of; with an error there is no [`Reload`].
    pub findings: Vec<Finding>,
    pub effect: Effect,
    /// Where the case stands by the content that was loaded or checked.
    pub stamp: CaseStamp,
}

/// What a change of the content means for those who ask.
#[derive(Debug)]
pub struct Effect {
    /// How well the new and the changed answers are found; see [`Snapshot::reach`]. At most
    /// [`MAX_REACH`] of them, because it takes a while.
    pub reach: Vec<Reach>,
    /// The questions of `knowledge.questions` that get another answer than before, those for the
    /// worse first.
    pub questions: Result<Vec<OutcomeChange>, TruthError>,
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
    #[error("the questions that the bot must answer cannot be read")]
    Questions(#[from] TruthError),
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
        Self::open_amended(settings, Vec::new(), Date::MIN)
    }

    /// The same with amendments. One that breaks a rule is left out, with a warning, because the
    /// files may have changed since it was made.
    pub fn open_amended(
        settings: &Settings,
        amendments: Vec<Amendment>,
        today: Date,
    ) -> Result<Self, ResponderError> {
        // At the start, messages name the paths as the operator wrote them.
        let Settings { faq, index, .. } = settings;
        let setup = setup(settings, faq)?;
        let files = readable_knowledge(faq)?.0;
        let LaidOver { knowledge, amendments, .. } =
            LaidOver::new(&files, amendments, today).logged();
        let errors = || lint::errors(&knowledge);
        let check = Check { rules: lint::rules_version(), errors: &errors };
        let (snapshot, index_origin) =
            Snapshot::open(knowledge.library.clone(), &setup, index, &check)?;
        let served = Served::new(files, knowledge, amendments, Arc::new(snapshot));
        Ok(Self {
            faq: lasting(faq),
            index: lasting(index),
            adjustable: ArcSwap::from_pointee(Adjustable::new(settings)),
            more_rules: &[],
            setup,
            index_origin,
            served: ArcSwap::from_pointee(served),
            loading: Mutex::default(),
            caching: Mutex::default(),
        })
    }

    /// Whether [`Self::open_amended`] would find the index in the cache, and need not build it.
    pub fn is_indexed(
        settings: &Settings,
        setup: &Setup,
        amendments: Vec<Amendment>,
        today: Date,
    ) -> Result<bool, ResponderError> {
        let files = readable_knowledge(&settings.faq)?.0;
        let library = LaidOver::new(&files, amendments, today).knowledge.library;
        let rules = lint::rules_version();
        Ok(Snapshot::find(&library, setup, &settings.index, &rules).is_some())
    }

    /// Takes over what can change while the bot runs.
    pub fn adjust(&self, settings: &Settings) {
        self.adjustable.store(Arc::new(Adjustable::new(settings)));
    }

    /// Also checks the content by these rules when it is loaded again.
    pub fn with_rules(mut self, more_rules: &'static [Rule]) -> Self {
        self.more_rules = more_rules;
        self
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
            Query::About => self.about(None, ask.today),
            Query::Quote(text) => {
                if let Some(hold) = knowledge.hold_on_everything() {
                    let reply = reply::under_review(knowledge, hold, &stamp);
                    return Ok(Response::without_evidence(reply));
                }
                let found = served.snapshot.find_quotations(&without_markup(text), MAX_QUOTATIONS);
                sheet(reply::quotations(knowledge, &found, &stamp))
            }
        };
        Ok(Response::without_evidence(reply))
    }

    /// What members may know about the bot; `contact` is where to reach whoever runs it, if that is
    /// not the usual place.
    pub fn about(&self, contact: Option<&str>, today: Date) -> Reply {
        let knowledge = &self.served.load().knowledge;
        let adjustable = self.adjustable.load();
        let mut operator = adjustable.operator.clone();
        operator.contact = contact.map(str::to_owned).or(operator.contact);
        let stamp = self.stamp(knowledge, today);
        sheet(reply::about(knowledge, &operator, adjustable.stores.as_ref(), &stamp))
    }

    /// When the status of the case was last checked, and how many days ago, if that is longer ago than
    /// the operator allows.
    pub fn overdue_check(&self, today: Date) -> Option<(Date, i32)> {
        let stamp = self.stamp(&self.served.load().knowledge, today);
        Some((stamp.last_checked, stamp.overdue_days?))
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

    /// Whether what was said before may change the answer to a text.
    pub fn depends_on_what_was_said(&self, text: &str) -> Result<bool, ResponderError> {
        let text = without_markup(text);
        let served = self.served.load();
        let snapshot = &served.snapshot;
        Ok(snapshot.about_last_answer(&text).is_some() || !snapshot.stands_alone(&text)?)
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

    /// Every question that has a vetted answer.
    pub fn contents(&self, today: Date) -> Contents {
        let served = self.served.load();
        reply::contents(&served.knowledge, &self.stamp(&served.knowledge, today))
    }

    /// The hash of the content that is served, in short, and how many answers it has.
    pub fn version(&self) -> (String, usize) {
        let served = self.served.load();
        let library = &served.knowledge.library;
        (library.content_hash.short().to_owned(), library.vetted().count())
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

    /// Why a question is answered as it is, for moderators.
    pub fn why(&self, question: &str, today: Date) -> Result<Why, ResponderError> {
        let served = self.served.load();
        let Served { knowledge, snapshot, .. } = &**served;
        let (text, stamp) = (without_markup(question), self.stamp(knowledge, today));
        let response = self.answer(&served, &text, None, &stamp)?;
        let decision = match response.evidence {
            Some(_) => Some(snapshot.decide_and_explain(&text)?),
            None => None,
        };
        let alike = match &response.reply {
            Reply::NoAnswer(no_answer) if no_answer.is_a_gap() => snapshot.alike_elsewhere(&text),
            _ => None,
        };
        let alike = alike.map(|(group, question)| Alike {
            question: question.to_owned(),
            is_by_moderators: group.is_by_moderators(),
        });
        Ok(reply::why(knowledge, &response.reply, decision.as_ref(), alike.as_ref(), &stamp))
    }

    /// The entries whose id or question contains the typed text, including drafts and withdrawn
    /// ones.
    pub fn editors_choices(&self, typed: &str, limit: usize) -> Vec<(EntryId, String)> {
        reply::editors_choices(&self.served.load().knowledge, typed, limit)
    }

    /// Whether the FAQ uses a word, in small letters.
    pub fn uses_word(&self, word: &str) -> bool {
        self.served.load().snapshot.uses_word(word)
    }

    /// The vetted answers that a question is most likely to mean, best first.
    pub fn candidates(
        &self,
        question: &str,
        limit: usize,
    ) -> Result<Vec<Suggestion>, ResponderError> {
        let served = self.served.load();
        let evidence = served.snapshot.decide(&without_markup(question))?.evidence;
        let entries: Vec<EntryId> =
            evidence.candidates.into_iter().map(|candidate| candidate.entry).take(limit).collect();
        Ok(reply::suggestions(&served.knowledge, &entries))
    }

    /// Groups questions that are likely to mean the same, by their places.
    pub fn group_alike(&self, questions: &[String]) -> Vec<Vec<usize>> {
        self.served.load().snapshot.group_alike(questions)
    }

    /// The question of a vetted entry.
    pub fn question_of(&self, id: &EntryId) -> Option<String> {
        let served = self.served.load();
        let entry = served.knowledge.library.entries.get(id).filter(|entry| entry.is_vetted());
        entry.map(|entry| entry.question.clone())
    }

    /// The version of the answer of a vetted entry; see [`FaqEntry::revision`].
    pub fn revision_of(&self, id: &EntryId) -> Option<String> {
        let served = self.served.load();
        let entry = served.knowledge.library.entries.get(id).filter(|entry| entry.is_vetted());
        entry.map(FaqEntry::revision)
    }

    /// The heading of an entry, vetted or not.
    pub fn heading_of(&self, id: &EntryId) -> Option<String> {
        let served = self.served.load();
        served.knowledge.library.entries.get(id).map(|entry| entry.question.clone())
    }

    /// The entry that somebody names by its id or its heading, vetted or not.
    pub fn entry_named(&self, name: &str) -> Option<EntryId> {
        let served = self.served.load();
        let entries = &served.knowledge.library.entries;
        let mut by_heading = entries.values().filter(|entry| is_same_name(&entry.question, name));
        let by_id = entries.get(&EntryId::new(name.trim()));
        by_id.or_else(|| by_heading.next()).map(|entry| entry.id.clone())
    }

    /// The topic that somebody names by its id or its title.
    pub fn topic_named(&self, name: &str) -> Option<TopicId> {
        let served = self.served.load();
        let mut topics = served.knowledge.library.topics.iter();
        let topic = topics.find(|topic| {
            is_same_name(topic.id.as_str(), name) || is_same_name(&topic.title, name)
        });
        topic.map(|topic| topic.id.clone())
    }

    /// The case, as its file describes it.
    pub fn case(&self) -> Case {
        self.served.load().knowledge.case_file.case.clone()
    }

    /// Where the sources can be read, with what stands there.
    pub fn source_addresses(&self) -> Vec<(String, String)> {
        let served = self.served.load();
        let sources = served.knowledge.case_file.sources.values();
        let address = |source: &Located<Source>| {
            let title = format!("{}: {}", source.publisher, source.title);
            Some((title, source.url.clone()?))
        };
        sources.filter_map(address).collect()
    }

    /// The case as people call it.
    pub fn case_name(&self) -> String {
        self.served.load().knowledge.case_file.case.short_caption.clone()
    }

    /// The status of the case in a few words.
    pub fn brief_stamp(&self, today: Date) -> String {
        let stamp = self.stamp(&self.served.load().knowledge, today);
        reply::brief_stamp(&stamp, stamp.last_checked)
    }

    /// Where the case stands, and when somebody last looked.
    pub fn case_stamp(&self, today: Date) -> CaseStamp {
        self.stamp(&self.served.load().knowledge, today)
    }

    /// The topics, as (id, name).
    pub fn topics(&self) -> Vec<(TopicId, String)> {
        let served = self.served.load();
        let topics = served.knowledge.library.topics.iter();
        topics.map(|topic| (topic.id.clone(), topic.title.clone())).collect()
    }

    pub fn has_topic(&self, id: &TopicId) -> bool {
        self.served.load().knowledge.library.topic(id).is_some()
    }

    /// The ids of all vetted entries, in order.
    pub fn vetted_entries(&self) -> Vec<EntryId> {
        let served = self.served.load();
        served.knowledge.library.vetted().map(|entry| entry.id.clone()).collect()
    }

    /// Whether the files contain what was taught, so that it is served without the store, too.
    pub fn files_contain(&self, change: &Change) -> bool {
        self.served.load().files.library.contains(change)
    }

    /// Whether what is served contains what would be learnt from a change.
    pub fn contains(&self, change: &Change) -> bool {
        self.served.load().knowledge.library.contains(change)
    }

    /// How well some entries are found; see [`Snapshot::reach`].
    pub fn reach(&self, entries: &[EntryId]) -> Result<Vec<Reach>, ResponderError> {
        Ok(self.served.load().snapshot.reach(entries)?)
    }

    /// Loads the content again and serves it. After an error, the old content stays in use.
    ///
    /// `today` is the day as of which dates are checked.
    pub fn reload(&self, today: Date) -> Result<Reload, ResponderError> {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let (files, findings) = self.checked_files(today)?;
        self.serve_files(files, findings, today)
    }

    /// The same for files that changed without anybody asking for a reload; `None` if they are what is
    /// served. That a file is gone is an error here, because nobody may have wanted it.
    pub fn follow(&self, today: Date) -> Result<Option<Reload>, ResponderError> {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let (files, mut findings) = readable_knowledge(&self.faq)?;
        let old = self.served.load();
        if files.library.content_hash == old.files.library.content_hash {
            return Ok(None);
        }
        findings.extend(gone(&old.files, &files));
        let findings = self.checked(&files, findings, today)?;
        self.serve_files(files, findings, today).map(Some)
    }

    /// Tells two states of the files apart; see [`fingerprint`].
    pub fn fingerprint_of_files(&self) -> ContentHash {
        fingerprint(&self.faq)
    }

    fn serve_files(
        &self,
        files: Knowledge,
        findings: Vec<Finding>,
        today: Date,
    ) -> Result<Reload, ResponderError> {
        let old = self.served.load_full();
        let laid = LaidOver::new(&files, old.amendments.clone(), today).logged();
        let new = self.amended(files, laid)?;
        info!(knowledge = new.knowledge.library.content_hash.short(), "the content was reloaded");
        self.served.store(new.clone());
        self.cache_index(&old);
        self.difference(&old, &new, findings, today)
    }

    /// Reports what a reload would change, without reloading.
    pub fn check(&self, today: Date) -> Result<Reload, ResponderError> {
        let (files, findings) = self.checked_files(today)?;
        let old = self.served.load_full();
        let LaidOver { knowledge, amendments, .. } =
            LaidOver::new(&files, old.amendments.clone(), today);
        let snapshot = Snapshot::build(knowledge.library.clone(), &self.setup)?;
        let new = Served::new(files, knowledge, amendments, Arc::new(snapshot));
        self.difference(&old, &new, findings, today)
    }

    /// Prepares the content that is served now with more amendments than are stored, and says what
    /// they change. An added one that breaks a rule is an error.
    pub fn propose(
        &self,
        stored: Vec<Amendment>,
        added: &[Amendment],
        today: Date,
    ) -> Result<Proposal, ResponderError> {
        let old = self.served.load_full();
        let amendments = stored.into_iter().chain(added.iter().cloned()).collect();
        let laid = LaidOver::new(&old.files, amendments, today);
        let is_added = |broken: &Amendment| added.iter().any(|added| added.id == broken.id);
        let broken = laid.broken.iter().filter(|(broken, _)| is_added(broken));
        let broken: Vec<Finding> = broken.map(|(_, finding)| finding.clone()).collect();
        if !broken.is_empty() {
            return Err(ResponderError::Findings(broken));
        }
        let new = self.amended(old.files.clone(), laid)?;
        let questions = self.changed_outcomes(&old, &new)??;
        Ok(Proposal { questions, base: old, served: new })
    }

    /// Serves what was proposed. If the files were loaded again meanwhile, it is laid over them.
    pub fn adopt(&self, proposal: Proposal, today: Date) -> Result<(), ResponderError> {
        let Proposal { base, served, .. } = proposal;
        let present = self.served.compare_and_swap(&base, served.clone());
        if Arc::ptr_eq(&present, &base) {
            self.cache_index(&base);
            return Ok(());
        }
        self.serve_amended(served.amendments.clone(), today)
    }

    /// Serves the content with these amendments from now on. If they only hold answers back or
    /// release them, this is immediate.
    pub fn serve_amended(
        &self,
        amendments: Vec<Amendment>,
        today: Date,
    ) -> Result<(), ResponderError> {
        let old = self.served.load_full();
        let laid = LaidOver::new(&old.files, amendments, today).logged();
        self.served.store(self.amended(old.files.clone(), laid)?);
        self.cache_index(&old);
        Ok(())
    }

    /// A version of the content, of files that have passed the rules.
    fn amended(&self, files: Knowledge, laid: LaidOver) -> Result<Arc<Served>, ResponderError> {
        let LaidOver { knowledge, amendments, .. } = laid;
        let present = self.served.load();
        let library = &knowledge.library;
        let snapshot = match library.content_hash == present.snapshot.library().content_hash {
            true => present.snapshot.clone(),
            false => Arc::new(self.snapshot(library)?),
        };
        Ok(Arc::new(Served::new(files, knowledge, amendments, snapshot)))
    }

    /// Caches the index of what is served now, so that the next start is quick. Nobody waits for it
    /// but [`Drop`].
    fn cache_index(&self, old: &Served) {
        let (snapshot, setup) = (self.served.load().snapshot.clone(), self.setup.clone());
        if Arc::ptr_eq(&snapshot, &old.snapshot) {
            return;
        }
        let index = self.index.clone();
        let mut caching = self.caching.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = caching.take();
        *caching = Some(thread::spawn(move || {
            earlier.map(JoinHandle::join);
            snapshot.cache(&setup, &index, &lint::rules_version());
        }));
    }

    /// The snapshot of a library that has passed the rules.
    fn snapshot(&self, library: &Arc<Library>) -> Result<Snapshot, SnapshotError> {
        let found = Snapshot::find(library, &self.setup, &self.index, &lint::rules_version());
        found.map_or_else(|| Snapshot::build(library.clone(), &self.setup), |(found, _)| Ok(found))
    }

    /// Loads the files and runs every rule. Fails if a finding is an error.
    fn checked_files(&self, today: Date) -> Result<(Knowledge, Vec<Finding>), ResponderError> {
        let (knowledge, findings) = readable_knowledge(&self.faq)?;
        let findings = self.checked(&knowledge, findings, today)?;
        Ok((knowledge, findings))
    }

    /// Adds the findings of every rule. Fails if one is an error.
    fn checked(
        &self,
        knowledge: &Knowledge,
        mut findings: Vec<Finding>,
        today: Date,
    ) -> Result<Vec<Finding>, ResponderError> {
        let Adjustable { review_after_days, reading_grade, .. } = **self.adjustable.load();
        let today = lint::last_day(knowledge, today);
        let subject = Subject { knowledge, today, review_after_days, reading_grade };
        findings.extend(lint::run(&subject));
        findings.extend(lint::run_rules(self.more_rules, &subject));
        sort_findings(&mut findings);
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(ResponderError::Findings(findings));
        }
        Ok(findings)
    }

    fn difference(
        &self,
        old: &Served,
        new: &Served,
        findings: Vec<Finding>,
        today: Date,
    ) -> Result<Reload, ResponderError> {
        let changes = changes(&old.knowledge, &new.knowledge);
        let effect = self.effect(old, new, &changes)?;
        Ok(Reload { changes, findings, effect, stamp: self.stamp(&new.knowledge, today) })
    }

    fn effect(
        &self,
        old: &Served,
        new: &Served,
        changes: &Changes,
    ) -> Result<Effect, ResponderError> {
        let edited = changes.added.iter().chain(&changes.changed);
        let edited: Vec<EntryId> = edited.take(MAX_REACH).map(|entry| entry.id.clone()).collect();
        let reach = if edited.is_empty() { Vec::new() } else { new.snapshot.reach(&edited)? };
        Ok(Effect { reach, questions: self.changed_outcomes(old, new)? })
    }

    /// See [`Effect::questions`].
    fn changed_outcomes(
        &self,
        old: &Served,
        new: &Served,
    ) -> Result<Result<Vec<OutcomeChange>, TruthError>, ResponderError> {
        let is_same = Arc::ptr_eq(&old.snapshot, &new.snapshot);
        let adjustable = self.adjustable.load();
        let folder = adjustable.questions.as_ref();
        let Some(folder) = folder.filter(|folder| folder.is_dir() && !is_same) else {
            return Ok(Ok(Vec::new()));
        };
        let truths = match read_sets(folder) {
            Ok(truths) => truths,
            Err(error) => return Ok(Err(error)),
        };
        Ok(Ok(eval::changes(&*old.outcomes(&truths)?, &*new.outcomes(&truths)?)))
    }

    /// Where the index came from at the start.
    pub fn index_origin(&self) -> Origin {
        self.index_origin.clone()
    }

    fn stamp(&self, knowledge: &Knowledge, today: Date) -> CaseStamp {
        knowledge.case_file.case.stamp(today, self.adjustable.load().stale_after_days)
    }
}

impl Drop for Responder {
    /// Waits for the index to be written.
    fn drop(&mut self) {
        let caching = self.caching.get_mut().unwrap_or_else(PoisonError::into_inner);
        caching.take().map(JoinHandle::join);
    }
}

impl Adjustable {
    fn new(settings: &Settings) -> Self {
        Self {
            questions: settings.questions.as_deref().map(lasting),
            stale_after_days: settings.status_stale_after_days,
            review_after_days: settings.review_after_days,
            reading_grade: settings.reading_grade,
            operator: settings.operator.clone(),
            stores: settings.store.as_ref().map(|_| settings.privacy),
        }
    }
}

impl Served {
    fn new(
        files: Knowledge,
        knowledge: Knowledge,
        amendments: Vec<Amendment>,
        snapshot: Arc<Snapshot>,
    ) -> Self {
        let commands = Arc::new(Commands::new(&knowledge.case_file));
        let outcomes = Mutex::default();
        Self { files, knowledge, amendments, commands, snapshot, outcomes }
    }

    /// The outcomes of these questions. Running them takes a second or two, so they are kept.
    fn outcomes(&self, truths: &[Truth]) -> Result<Arc<Run>, IndexError> {
        let mut known = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, run)) = &*known
            && of == truths
        {
            return Ok(run.clone());
        }
        let run = Arc::new(run(&self.snapshot, truths)?);
        *known = Some((truths.to_vec(), run.clone()));
        Ok(run)
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

/// The content of the files with amendments laid over it.
struct LaidOver {
    knowledge: Knowledge,
    amendments: Vec<Amendment>,
    /// The amendments that would break a rule, with what is wrong.
    broken: Vec<(Amendment, Finding)>,
}

impl LaidOver {
    fn new(files: &Knowledge, amendments: Vec<Amendment>, today: Date) -> Self {
        let amended = |amendments: &[Amendment]| {
            let mut knowledge = files.clone();
            knowledge.amend(amendments);
            knowledge
        };
        let (amendments, broken) = leave_out_broken(amendments, |amendments| {
            let knowledge = amended(amendments);
            let is_amended = knowledge.library.content_hash != files.library.content_hash;
            if is_amended { lint::errors(&knowledge) } else { Vec::new() }
        });
        let mut knowledge = amended(&amendments);
        knowledge.hold(&amendments, today);
        knowledge.check_status(&amendments, today);
        Self { knowledge, amendments, broken }
    }

    /// Logs what is left out. What is only proposed is not served, so that is no warning.
    fn logged(self) -> Self {
        for (Amendment { id, .. }, finding) in &self.broken {
            warn!(amendment = id, %finding, "an amendment is left out");
        }
        self
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

/// Whether somebody who types a name means this one: case, spaces and punctuation at the ends do not
/// count.
fn is_same_name(name: &str, typed: &str) -> bool {
    let bare = |text: &str| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        words.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
    };
    bare(name) == bare(typed)
}

/// The files that were there and are not any more. Without the rest of the content, only answers and
/// pages can be gone: of any other file, the loader says that it is missing.
fn gone(old: &Knowledge, new: &Knowledge) -> Vec<Finding> {
    let gone = old.files.difference(&new.files);
    let finding = |file: &String| {
        Place::new(file.as_str(), 1).error(
            "missing-file",
            "this file was there, and is gone",
            "restore it; an answer that should no longer be given is withdrawn, not deleted. If it \
             was removed or renamed on purpose, /faq reload goes on without it",
        )
    };
    gone.map(finding).collect()
}

fn changes(old: &Knowledge, new: &Knowledge) -> Changes {
    let (old, new) = (&old.library, &new.library);
    let named =
        |entry: &FaqEntry| ChangedEntry { id: entry.id.clone(), question: entry.question.clone() };
    let is_changed =
        |entry: &&FaqEntry| old.is_vetted(&entry.id) && old.entries[&entry.id] != **entry;
    Changes {
        added: new.vetted().filter(|entry| !old.is_vetted(&entry.id)).map(named).collect(),
        changed: new.vetted().filter(is_changed).map(named).collect(),
        withdrawn: old.vetted().filter(|entry| !new.is_vetted(&entry.id)).map(named).collect(),
    }
}

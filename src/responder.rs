//! The only door for front ends: ask, get a reply; reload the knowledge.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::civil::Date;
use tracing::{info, warn};

use crate::ask::{Ask, What};
use crate::config::Settings;
use crate::index::{IndexError, Origin};
use crate::knowledge::{EntryId, Finding, Knowledge, LoadError, QuotationKey, load};
use crate::legal::CaseStamp;
use crate::lint;
use crate::matcher::{
    Check, Decision, Evidence, Ranker, Setup, Snapshot, SnapshotError, VectorTable,
};
use crate::reply::{self, Reply, Sheet, Suggestion};

/// How many quotations one search shows.
const QUOTATIONS: usize = 3;

/// Answers whatever a person asks, from the knowledge of the moment.
pub struct Responder {
    faq: PathBuf,
    index: PathBuf,
    stale_after_days: u32,
    setup: Setup,
    served: ArcSwap<Served>,
}

/// One version of the content, ready to answer from.
struct Served {
    knowledge: Knowledge,
    snapshot: Snapshot,
}

/// A way of deciding what a question leads to.
type Decide = fn(&Snapshot, &str) -> Result<Decision, IndexError>;

/// A reply, and for a question the evidence behind it.
pub struct Response {
    /// What to say.
    pub reply: Reply,
    /// Why, if it was a question in the asker's own words.
    pub evidence: Option<Evidence>,
}

impl Response {
    /// The raw BM25 score of the best candidate, if there is one.
    pub fn score(&self) -> Option<f32> {
        let best = self.evidence.as_ref()?.candidates.first()?;
        Some(best.raw_scores[Ranker::Bm25])
    }
}

/// What a reload changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Answers that can be found and could not before.
    pub added: Vec<EntryId>,
    /// Answers that could be found before and read otherwise.
    pub changed: Vec<EntryId>,
    /// Answers that cannot be found any more.
    pub withdrawn: Vec<EntryId>,
}

/// What a reload, or a check of one, found.
#[derive(Debug)]
pub struct Reload {
    /// What it changed, or would change.
    pub changes: Changes,
    /// What is wrong with the content, warnings only.
    pub findings: Vec<Finding>,
}

/// The knowledge could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum ResponderError {
    /// The content folder cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The content has errors in it.
    #[error("the FAQ has errors")]
    Findings(Vec<Finding>),
    /// The index cannot be made.
    #[error(transparent)]
    Snapshot(SnapshotError),
    /// A search failed.
    #[error(transparent)]
    Search(#[from] IndexError),
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
    /// Loads, checks and indexes the knowledge that the settings point to.
    pub fn open(settings: &Settings) -> Result<Self, ResponderError> {
        let (faq, index) = (settings.faq.clone(), settings.index.clone());
        let setup = setup(settings, &faq);
        let knowledge = readable_knowledge(&faq)?.0;
        let errors = || lint::errors(&knowledge);
        let check = Check { rules: lint::rules_version(), errors: &errors };
        let snapshot = Snapshot::open(knowledge.library.clone(), &setup, &index, &check)?;
        Ok(Self {
            faq,
            index,
            stale_after_days: settings.status_stale_after_days,
            setup,
            served: ArcSwap::from_pointee(Served { knowledge, snapshot }),
        })
    }

    /// Replies. Any text is a question; only a fault of the index is an error.
    pub fn respond(&self, ask: &Ask) -> Result<Response, ResponderError> {
        self.respond_by(ask, Snapshot::decide)
    }

    /// Replies, with all that a person needs to understand why.
    pub fn respond_and_explain(&self, ask: &Ask) -> Result<Response, ResponderError> {
        self.respond_by(ask, Snapshot::decide_and_explain)
    }

    fn respond_by(&self, ask: &Ask, decide: Decide) -> Result<Response, ResponderError> {
        let served = self.served.load();
        let knowledge = &served.knowledge;
        let stamp = self.stamp(knowledge, ask.today);
        let sheet =
            |sheet: Sheet| Ok(Response { reply: Reply::Sheet(Box::new(sheet)), evidence: None });
        match &ask.what {
            What::Question(text) => {
                let by_name = EntryId::new(text.trim());
                if knowledge.library.entries.contains_key(&by_name) {
                    return Ok(Response {
                        reply: reply::entry_reply(knowledge, &by_name, &stamp),
                        evidence: None,
                    });
                }
                let decision = decide(&served.snapshot, text)?;
                let reply = reply::compose(knowledge, &decision.outcome, &stamp);
                Ok(Response { reply, evidence: Some(decision.evidence) })
            }
            What::Entry(id) => {
                Ok(Response { reply: reply::entry_reply(knowledge, id, &stamp), evidence: None })
            }
            What::Status => sheet(reply::status(knowledge, &stamp)),
            What::OptOut => sheet(reply::opt_out(knowledge, &stamp)),
            What::Timeline => sheet(reply::timeline(knowledge, &stamp)),
            What::Sources => sheet(reply::sources(knowledge, &stamp)),
            What::About => sheet(reply::about(knowledge, &stamp)),
            What::Quote(text) => sheet(reply::quotations(
                knowledge,
                &served.snapshot.find_quotations(text, QUOTATIONS),
                &stamp,
            )),
        }
    }

    /// The short help, with the commands of the front end that shows it.
    pub fn help(&self, commands: &[(String, String)], today: Date) -> Sheet {
        let served = self.served.load();
        reply::help(&served.knowledge, commands, &self.stamp(&served.knowledge, today))
    }

    /// The vetted questions that fit what somebody has typed so far, best first; for nothing typed,
    /// one of each topic.
    pub fn suggest(&self, typed: &str, limit: usize) -> Vec<Suggestion> {
        let served = self.served.load();
        reply::suggestions(&served.knowledge, &served.snapshot.type_ahead(typed, limit))
    }

    /// The quotations that fit what somebody has typed so far, as keys and how they begin.
    pub fn suggest_quotations(&self, typed: &str, limit: usize) -> Vec<(QuotationKey, String)> {
        let served = self.served.load();
        let knowledge = &served.knowledge;
        let found = match typed.trim() {
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

    /// What to say to somebody who meant none of the questions that were offered.
    pub fn none_of_these(&self, today: Date) -> Reply {
        let served = self.served.load();
        Reply::NoAnswer(reply::none_of_these(&self.stamp(&served.knowledge, today)))
    }

    /// Everything about an entry, for those who look after the FAQ; `None` if there is no such
    /// entry.
    pub fn editors_view(&self, id: &EntryId, today: Date) -> Option<Sheet> {
        let served = self.served.load();
        reply::editors_view(&served.knowledge, id, &self.stamp(&served.knowledge, today))
    }

    /// Why a question is answered as it is, for those who look after the FAQ.
    pub fn why(&self, question: &str, today: Date) -> Result<Sheet, ResponderError> {
        let served = self.served.load();
        let evidence = served.snapshot.decide_and_explain(question)?.evidence;
        Ok(reply::why(&served.knowledge, &evidence, &self.stamp(&served.knowledge, today)))
    }

    /// Entries whose id or question holds what was typed, drafts and withdrawn ones too.
    pub fn editors_choices(&self, typed: &str, limit: usize) -> Vec<(EntryId, String)> {
        reply::editors_choices(&self.served.load().knowledge, typed, limit)
    }

    /// Loads the content again and swaps it in. An error changes nothing: the old knowledge goes on
    /// answering.
    pub fn reload(&self) -> Result<Reload, ResponderError> {
        let (knowledge, findings) = checked_knowledge(&self.faq)?;
        let changes = changes(&self.served.load().knowledge, &knowledge);
        // Its errors have just been looked for.
        let library = knowledge.library.clone();
        // It has just been checked, by the same rules as at a start.
        let check = Check { rules: lint::rules_version(), errors: &Vec::new };
        let snapshot = Snapshot::open(library, &self.setup, &self.index, &check)?;
        info!(knowledge = knowledge.library.content_hash.short(), "the knowledge was reloaded");
        self.served.store(Arc::new(Served { knowledge, snapshot }));
        Ok(Reload { changes, findings })
    }

    /// Says what a reload would change, and changes nothing.
    pub fn check(&self) -> Result<Reload, ResponderError> {
        let (knowledge, findings) = checked_knowledge(&self.faq)?;
        Ok(Reload { changes: changes(&self.served.load().knowledge, &knowledge), findings })
    }

    /// Where the index of the moment came from.
    pub fn index_origin(&self) -> Origin {
        self.served.load().snapshot.origin().clone()
    }

    fn stamp(&self, knowledge: &Knowledge, today: Date) -> CaseStamp {
        let stamp = knowledge.case_file.case.stamp(today, self.stale_after_days);
        stamp.expect("the loader refuses a case without a history")
    }
}

/// How to search the FAQ in this folder.
pub fn setup(settings: &Settings, faq: &Path) -> Setup {
    // Two paths to one folder are one owner.
    let owner = faq.canonicalize().unwrap_or_else(|_| faq.to_owned());
    Setup::new(open_table(settings), owner.display().to_string())
}

/// Reads the vector table. A missing or broken one is a warning: the bot then works on words alone.
fn open_table(settings: &Settings) -> Option<Arc<VectorTable>> {
    let path = settings.vectors.as_ref()?;
    match VectorTable::open(path) {
        Ok(table) => Some(Arc::new(table)),
        Err(error) => {
            warn!(%error, "no vector table: questions are judged by their words alone, less well");
            None
        }
    }
}

/// Loads the content and runs every rule whose findings are errors.
fn checked_knowledge(faq: &Path) -> Result<(Knowledge, Vec<Finding>), ResponderError> {
    let (knowledge, mut findings) = readable_knowledge(faq)?;
    let errors = lint::errors(&knowledge);
    if errors.is_empty() {
        return Ok((knowledge, findings));
    }
    findings.extend(errors);
    Err(ResponderError::Findings(findings))
}

/// Loads the content; what could not be read for what it is forbids the whole.
fn readable_knowledge(faq: &Path) -> Result<(Knowledge, Vec<Finding>), ResponderError> {
    let loaded = load(faq)?;
    let has_errors = loaded.has_errors();
    match loaded.knowledge {
        Some(knowledge) if !has_errors => Ok((knowledge, loaded.findings)),
        _ => Err(ResponderError::Findings(loaded.findings)),
    }
}

fn changes(old: &Knowledge, new: &Knowledge) -> Changes {
    let vetted = |knowledge: &Knowledge, id: &EntryId| {
        knowledge.library.entries.get(id).is_some_and(|entry| entry.is_vetted())
    };
    let ids = |knowledge: &Knowledge| {
        knowledge.library.vetted().map(|entry| entry.id.clone()).collect::<Vec<_>>()
    };
    let (old_ids, new_ids) = (ids(old), ids(new));
    let (kept, added): (Vec<EntryId>, Vec<EntryId>) =
        new_ids.into_iter().partition(|id| vetted(old, id));
    Changes {
        added,
        changed: kept
            .into_iter()
            .filter(|id| old.library.entries[id] != new.library.entries[id])
            .collect(),
        withdrawn: old_ids.into_iter().filter(|id| !vetted(new, id)).collect(),
    }
}

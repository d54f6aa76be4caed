//! Reads the content folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::Hasher;
use serde::de::DeserializeOwned;

use super::finding::{Finding, Place, Severity};
use super::front_matter::read_entry;
use super::ids::{ConflictKey, EntryId, QuotationKey, is_slug};
use super::library::{CaseFile, ContentHash, Knowledge, Library};
use super::link::{Unread, check_links};
use super::records::{
    Conflict, ElsewhereGroup, Guard, HouseStyle, OptOut, Quotation, SynonymGroup, TimelineEvent,
    Topic,
};
use super::toml_file::{Record, TomlText};
use crate::legal::{Case, HistoryKind, Source, SourceKey};
use crate::text_position::line_at;

const ANSWERS: &str = "answers";

/// What loading gives: the knowledge if there is enough for one, and all that is wrong.
#[derive(Debug)]
pub struct Loaded {
    /// The content; `None` if the case itself or the way to opt out could not be read, without
    /// which nothing can be said.
    pub knowledge: Option<Knowledge>,
    /// How many answers could be read, with or without a knowledge to put them in.
    pub answers: usize,
    /// Everything that was found wrong, sorted by file and line.
    pub findings: Vec<Finding>,
}

impl Loaded {
    /// Whether any finding forbids serving answers from this content.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// The content folder could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the content folder {}", path.display())]
pub struct LoadError {
    path: PathBuf,
    source: io::Error,
}

/// Loads the content folder at `root`.
///
/// Everything that is wrong inside it becomes a finding; an error means that there is no such
/// folder or that it may not be read.
pub fn load(root: &Path) -> Result<Loaded, LoadError> {
    let unreadable = |source| LoadError { path: root.to_owned(), source };
    std::fs::read_dir(root).map_err(unreadable)?;
    let mut folder =
        Folder { root, hasher: Hasher::new(), findings: Vec::new(), unread: Unread::default() };

    let case = folder.read_case();
    let topics = folder.read_topics();
    let sources: BTreeMap<SourceKey, Source> =
        folder.read_keyed("sources.toml", |key, source, _| (SourceKey::new(key), source));
    let quotations =
        folder.read_keyed("quotations.toml", |key, mut quotation: Quotation, place| {
            quotation.place = Some(place);
            (QuotationKey::new(key), quotation)
        });
    let conflicts = folder.read_keyed("conflicts.toml", |key, mut conflict: Conflict, place| {
        conflict.place = Some(place);
        (ConflictKey::new(key), conflict)
    });
    let timeline = folder.read_timeline();
    let opt_out = folder.read_whole::<OptOut>("opt-out.toml");
    let house_style = folder.read_house_style();
    let synonyms =
        folder.read_placed("synonyms.toml", "groups", |group: &mut SynonymGroup| &mut group.place);
    let elsewhere = folder
        .read_placed("elsewhere.toml", "groups", |group: &mut ElsewhereGroup| &mut group.place);
    let guards = folder.read_placed("guards.toml", "guards", |guard: &mut Guard| &mut guard.place);
    let entries = folder.read_answers();

    let Folder { hasher, mut findings, unread, .. } = folder;
    let answers = entries.len();
    let content_hash = ContentHash::from_hasher(&hasher);
    let library =
        Library { topics, entries, quotations, synonyms, elsewhere, guards, content_hash };
    let knowledge = case.zip(opt_out).map(|(case, opt_out)| Knowledge {
        library: Arc::new(library),
        case_file: CaseFile { case, sources, conflicts, timeline, opt_out, house_style },
    });
    if let Some(knowledge) = &knowledge {
        check_links(knowledge, &unread, &mut findings);
    }
    findings.sort_by(|a, b| (&a.file, a.line, a.rule).cmp(&(&b.file, b.line, b.rule)));
    Ok(Loaded { knowledge, answers, findings })
}

/// The folder while it is being read: every file that is opened goes into the hash, every mistake
/// into the findings, and what stands there but could not be read is remembered.
struct Folder<'a> {
    root: &'a Path,
    hasher: Hasher,
    findings: Vec<Finding>,
    unread: Unread,
}

impl Folder<'_> {
    fn read_case(&mut self) -> Option<Case> {
        let case: Case = self.read_whole("case.toml")?;
        let place = Place::new("case.toml", 1);
        let before = self.findings.len();
        if case.history.is_empty() {
            self.findings.push(place.error(
                "empty-history",
                "the case has no history, so nobody could say where it stands",
                "add a [[history]] record with date, kind and what",
            ));
        }
        if !case.history.is_sorted_by_key(|event| event.date) {
            self.findings.push(place.error(
                "empty-history",
                "the history is not in order of date, so its last step would not be the latest",
                "put the [[history]] records in order, oldest first",
            ));
        }
        for event in &case.history {
            let dismissal = matches!(
                event.kind,
                HistoryKind::VoluntarilyDismissed | HistoryKind::DismissedByCourt
            );
            if dismissal && event.prejudice.is_none() {
                self.findings.push(place.error(
                    "empty-history",
                    format!(
                        "the dismissal of {} does not say whether with or without prejudice",
                        event.date
                    ),
                    "add prejudice = \"with\" or prejudice = \"without\" to that record",
                ));
            }
        }
        (self.findings.len() == before).then_some(case)
    }

    fn read_topics(&mut self) -> Vec<Topic> {
        let file = "topics.toml";
        let before = self.findings.len();
        let records = self.read_list::<Topic>(file, "topics").unwrap_or_default();
        if self.findings[before..].iter().any(|finding| finding.rule != "unknown-key") {
            self.unread.file(file);
        }
        let mut seen = BTreeSet::new();
        let mut topics = Vec::new();
        for record in records {
            let place = Place::new(file, record.line);
            self.check_name(record.value.id.as_str(), "topic", &place);
            if seen.insert(record.value.id.clone()) {
                topics.push(record.value);
            } else {
                self.findings.push(place.error(
                    "duplicate-topic",
                    format!("the topic `{}` is listed twice", record.value.id),
                    "keep one of the two",
                ));
            }
        }
        topics
    }

    fn read_timeline(&mut self) -> Vec<TimelineEvent> {
        let records =
            self.read_list::<TimelineEvent>("timeline.toml", "events").unwrap_or_default();
        let events = records.into_iter().map(|record| TimelineEvent {
            place: Some(Place::new("timeline.toml", record.line)),
            ..record.value
        });
        let mut events: Vec<TimelineEvent> = events.collect();
        events.sort_by_key(|event| event.date);
        events
    }

    fn read_house_style(&mut self) -> HouseStyle {
        let Some(text) = self.read_file("house-style.toml") else {
            return HouseStyle::default();
        };
        let source = TomlText::new("house-style.toml", &text, 0);
        let mut table = source.parse(&mut self.findings);
        let mut list = |name| {
            let records = table.take_list(name, &mut self.findings);
            records.into_iter().map(|record: Record<_>| record.value).collect()
        };
        let style = HouseStyle {
            loaded: list("loaded"),
            promises: list("promises"),
            relative_dates: list("relative_dates"),
        };
        table.nothing_else(&mut self.findings);
        style
    }

    /// Reads every `answers/<topic>/<slug>.md`, in order of path.
    fn read_answers(&mut self) -> BTreeMap<EntryId, super::FaqEntry> {
        let mut entries = BTreeMap::new();
        for topic in self.list(ANSWERS) {
            let folder = format!("{ANSWERS}/{topic}");
            if !self.root.join(&folder).is_dir() {
                self.stray(&folder, "only folders of topics belong here");
                continue;
            }
            for name in self.list(&folder) {
                let file = format!("{folder}/{name}");
                let Some(slug) = name.strip_suffix(".md") else {
                    self.stray(&file, "answers are files whose name ends in .md");
                    continue;
                };
                self.check_name(slug, "file name", &Place::new(&file, 1));
                let id = EntryId::new(format!("{topic}/{slug}"));
                let Some(text) = self.read_file(&file) else {
                    self.unread.name(ANSWERS, id.as_str());
                    continue;
                };
                match read_entry(id.clone(), &file, &text, &mut self.findings) {
                    Some(entry) => drop(entries.insert(id, entry)),
                    None => self.unread.name(ANSWERS, id.as_str()),
                }
            }
        }
        entries
    }

    /// Reads a file of keyed records and lets `keep` make a pair of each.
    fn read_keyed<T: DeserializeOwned, K: Ord>(
        &mut self,
        file: &'static str,
        keep: impl Fn(String, T, Place) -> (K, T),
    ) -> BTreeMap<K, T> {
        let Some(text) = self.read_file(file) else {
            self.unread.file(file);
            return BTreeMap::new();
        };
        let source = TomlText::new(file, &text, 0);
        let before = self.findings.len();
        let table = source.parse(&mut self.findings);
        if self.findings.len() > before {
            // The parser skips to where it can go on, so records may be missing.
            self.unread.file(file);
        }
        let mut kept = BTreeMap::new();
        for Record { key, value, line } in table.read_keyed::<T>(&mut self.findings) {
            let place = Place::new(file, line);
            self.check_name(&key, "key", &place);
            let Some(value) = value else {
                self.unread.name(file, &key);
                continue;
            };
            let (key, value) = keep(key, value, place);
            kept.insert(key, value);
        }
        kept
    }

    fn read_list<T: DeserializeOwned>(&mut self, file: &str, name: &str) -> Option<Vec<Record<T>>> {
        let text = self.read_file(file)?;
        let source = TomlText::new(file, &text, 0);
        let mut table = source.parse(&mut self.findings);
        let records = table.take_list(name, &mut self.findings);
        table.nothing_else(&mut self.findings);
        Some(records)
    }

    /// Reads a list that a FAQ may do without, and writes into each record where it stands.
    fn read_placed<T: DeserializeOwned>(
        &mut self,
        file: &str,
        name: &str,
        place: impl Fn(&mut T) -> &mut Option<Place>,
    ) -> Vec<T> {
        if !self.root.join(file).exists() {
            return Vec::new();
        }
        let records = self.read_list::<T>(file, name).unwrap_or_default();
        let placed = records.into_iter().map(|Record { mut value, line, .. }| {
            *place(&mut value) = Some(Place::new(file, line));
            value
        });
        placed.collect()
    }

    fn read_whole<T: DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let text = self.read_file(file)?;
        TomlText::new(file, &text, 0).parse(&mut self.findings).read(&mut self.findings)
    }

    fn read_file(&mut self, file: &str) -> Option<String> {
        let place = Place::new(file, 1);
        let bytes = match std::fs::read(self.root.join(file)) {
            Ok(bytes) => bytes,
            Err(error) => {
                let rule = if error.kind() == io::ErrorKind::NotFound {
                    "missing-file"
                } else {
                    "unreadable-file"
                };
                let message = format!("cannot read {file}: {error}");
                self.findings.push(place.error(
                    rule,
                    message,
                    "restore the file, or correct its permissions",
                ));
                return None;
            }
        };
        self.hasher.update(&(file.len() as u64).to_le_bytes());
        self.hasher.update(file.as_bytes());
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(&bytes);
        match String::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let line = line_at(error.as_bytes(), valid);
                self.findings.push(place.at_line(line).error(
                    "unreadable-file",
                    "there are bytes here that are not UTF-8 text",
                    "save the file again as UTF-8",
                ));
                None
            }
        }
    }

    /// The names in a folder, sorted; without hidden files and editors' backups.
    fn list(&mut self, folder: &str) -> Vec<String> {
        let names = match std::fs::read_dir(self.root.join(folder)) {
            Ok(names) => names,
            Err(error) => {
                self.findings.push(Place::new(folder, 1).error(
                    "missing-file",
                    format!("cannot read the folder {folder}: {error}"),
                    "restore the folder, or correct its permissions",
                ));
                if folder == ANSWERS {
                    self.unread.file(ANSWERS);
                }
                return Vec::new();
            }
        };
        let names = names.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> =
            names.filter(|name| !name.starts_with('.') && !name.ends_with('~')).collect();
        names.sort();
        names
    }

    fn stray(&mut self, file: &str, help: &str) {
        self.findings.push(Place::new(file, 1).warning(
            "stray-file",
            format!("nothing reads {file}"),
            help,
        ));
    }

    fn check_name(&mut self, name: &str, what: &str, place: &Place) {
        if !is_slug(name) {
            self.findings.push(place.error(
                "bad-name",
                format!("`{name}` cannot be a {what}"),
                "use small letters, digits and single hyphens, such as is-it-over",
            ));
        }
    }
}

//! Reads the content folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::Hasher;
use serde::de::DeserializeOwned;

use super::characters::without_hidden;
use super::edit::Edit;
use super::finding::{Finding, Located, Place, Severity, sort_findings};
use super::front_matter::read_entry;
use super::ids::{ConflictKey, EntryId, PageName, QuotationKey, is_slug};
use super::library::{CaseFile, ContentHash, Knowledge, Library};
use super::link::{Unread, check_links, nearest};
use super::page::{Page, PageSection, TAKEN_NAMES};
use super::records::{
    Distress, ElsewhereGroup, Guard, HouseStyle, OtherLanguage, SynonymGroup, TimelineEvent, Topic,
};
use super::toml_file::{Table, TomlText};
use super::voice::{VOICE, Voice, check_description, check_placeholders};
use crate::legal::{Case, HistoryKind, SourceKey};
use crate::text_position::line_at;

pub(super) const ANSWERS: &str = "answers";
const PAGES: &str = "pages";
const CASE: &str = "case.toml";
pub(super) const ELSEWHERE: &str = "elsewhere.toml";
const DISTRESS: &str = "distress.toml";

/// What may be in the folder, besides a README, a licence and hidden files.
const KNOWN_NAMES: &[&str] = &[
    CASE,
    VOICE,
    "topics.toml",
    "sources.toml",
    "quotations.toml",
    "conflicts.toml",
    "timeline.toml",
    "house-style.toml",
    "synonyms.toml",
    ELSEWHERE,
    "guards.toml",
    DISTRESS,
    "languages.toml",
    ANSWERS,
    PAGES,
];

/// The largest file that is read, in bytes. Ours have less than a tenth of it.
const MAX_FILE: u64 = 2 << 20;

/// The longest command name that Discord accepts, in characters.
const LONGEST_COMMAND: usize = 32;

/// The result of loading: the content, if there is enough of it, and the findings.
#[derive(Debug)]
pub struct Loaded {
    /// `None` if the case or the bot's own sentences could not be read: there is no reply without
    /// them.
    pub knowledge: Option<Knowledge>,
    /// The number of answers that could be read, even if `knowledge` is `None`.
    pub answers: usize,
    /// Of all files that could be read.
    pub content_hash: ContentHash,
    /// Sorted by file and line.
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
pub enum LoadError {
    #[error(
        "there is no folder {}{}; start caseclerk where the FAQ is, name it with --faq DIR, \
         or make one with `caseclerk new DIR`",
        path.display(),
        if path.is_relative() { " here" } else { "" }
    )]
    Missing { path: PathBuf },
    #[error("cannot read the content folder {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
}

/// Loads the content folder at `root`.
///
/// Every mistake inside the folder becomes a finding. An error means that the folder does not exist
/// or cannot be read.
pub fn load(root: &Path) -> Result<Loaded, LoadError> {
    std::fs::read_dir(root).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LoadError::Missing { path: root.to_owned() },
        _ => LoadError::Unreadable { path: root.to_owned(), source },
    })?;
    Ok(load_edited(root, &[]))
}

/// Tells two states of a content folder apart: it differs with everything that [`load`] finds there.
pub fn fingerprint(root: &Path) -> ContentHash {
    match load(root) {
        Ok(Loaded { content_hash, findings, .. }) => {
            let findings = findings.iter().map(Finding::to_string);
            ContentHash::of(std::iter::once(content_hash.to_string()).chain(findings))
        }
        Err(error) => ContentHash::of(std::iter::once(format!("{error:?}"))),
    }
}

/// Loads a content folder that exists as if its files had been edited.
pub fn load_edited(root: &Path, edits: &[Edit]) -> Loaded {
    let mut folder = Folder {
        root,
        edits,
        hasher: Hasher::new(),
        files: BTreeSet::new(),
        findings: Vec::new(),
        unread: Unread::default(),
    };

    folder.check_names();
    let case = folder.read_case();
    let voice = folder.read_voice();
    let topics = folder.read_topics();
    let sources = folder.read_keyed("sources.toml", SourceKey::new);
    let quotations = folder.read_keyed("quotations.toml", QuotationKey::new);
    let conflicts = folder.read_keyed("conflicts.toml", ConflictKey::new);
    let timeline = folder.read_timeline();
    let pages = folder.read_pages();
    let house_style = folder.read_house_style();
    let synonyms = folder.read_list::<SynonymGroup>("synonyms.toml", "groups").unwrap_or_default();
    let elsewhere = folder.read_list::<ElsewhereGroup>(ELSEWHERE, "groups").unwrap_or_default();
    let guards = folder.read_list::<Guard>("guards.toml", "guards").unwrap_or_default();
    let distress = folder.read_distress();
    let languages =
        folder.read_list::<OtherLanguage>("languages.toml", "languages").unwrap_or_default();
    let entries = folder.read_answers();

    let Folder { hasher, files, mut findings, unread, .. } = folder;
    let answers = entries.len();
    let content_hash = ContentHash::from_hasher(&hasher);
    let library = Library {
        topics,
        entries,
        quotations,
        synonyms,
        elsewhere,
        guards,
        distress,
        languages,
        content_hash: content_hash.clone(),
    };
    let knowledge = case.zip(voice).map(|(case, voice)| Knowledge {
        library: Arc::new(library),
        case_file: CaseFile { case, voice, pages, sources, conflicts, timeline, house_style },
        holds: Vec::new(),
        files: Arc::new(files),
    });
    if let Some(knowledge) = &knowledge {
        check_links(knowledge, &unread, &mut findings);
    }
    sort_findings(&mut findings);
    Loaded { knowledge, answers, content_hash, findings }
}

/// The state of loading a folder. Every file that is read goes into the hash and the list of files,
/// every mistake into the findings, and every record that could not be read into `unread`.
struct Folder<'a> {
    root: &'a Path,
    edits: &'a [Edit],
    hasher: Hasher,
    files: BTreeSet<String>,
    findings: Vec<Finding>,
    unread: Unread,
}

impl Folder<'_> {
    fn read_case(&mut self) -> Option<Case> {
        let text = self.read_file(CASE)?;
        let source = TomlText::new(CASE, &text, 0);
        let before = self.findings.len();
        let table = source.parse(&mut self.findings);
        let place = Place::new(CASE, 1);
        if self.findings.len() == before && table.places_of_elements("history").is_empty() {
            self.findings.push(place.error(
                "empty-history",
                "the case has no history, so the bot could not say where it stands",
                "add a [[history]] record with date, kind and what",
            ));
            return None;
        }
        let case: Case = table.read(&mut self.findings)?;
        self.check_history(&case, &place);
        self.check_watched(&case, &place);
        (self.findings.len() == before).then_some(case)
    }

    fn check_history(&mut self, case: &Case, place: &Place) {
        if !case.history.iter().is_sorted_by_key(|event| event.date) {
            self.findings.push(place.error(
                "history-form",
                "the history is not in order of date, so its last step would not be the latest",
                "put the [[history]] records in order, oldest first",
            ));
        }
        for event in case.history.iter() {
            let dismissal = matches!(
                event.kind,
                HistoryKind::VoluntarilyDismissed | HistoryKind::DismissedByCourt
            );
            if dismissal && event.prejudice.is_none() {
                self.findings.push(place.error(
                    "history-form",
                    format!(
                        "the dismissal of {} does not say whether with or without prejudice",
                        event.date
                    ),
                    "add prejudice = \"with\" or prejudice = \"without\" to that record",
                ));
            }
        }
    }

    /// A name that CourtListener has nowhere would be looked for in vain for years.
    fn check_watched(&mut self, case: &Case, place: &Place) {
        let Some(names) = &case.courtlistener else { return };
        let is_id = |id: &str| {
            !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !is_id(&names.court) {
            self.findings.push(place.error(
                "watch-form",
                format!("`{}` is not the id of a court at CourtListener", names.court),
                "take it from https://www.courtlistener.com/help/api/jurisdictions/; it is like cand",
            ));
        }
        for name in [&names.plaintiff, &names.defendant] {
            if name.trim().is_empty() || !case.caption.contains(name.trim()) {
                self.findings.push(place.error(
                    "watch-form",
                    format!("the caption does not have the name `{name}` of [courtlistener]"),
                    "write the words of the party's name that stand in every caption of the case",
                ));
            }
        }
    }

    fn read_voice(&mut self) -> Option<Voice> {
        let text = self.read_file(VOICE)?;
        Voice::read(&text, &mut self.findings)
    }

    fn read_topics(&mut self) -> Vec<Located<Topic>> {
        let file = "topics.toml";
        let before = self.findings.len();
        let records = self.read_list::<Topic>(file, "topics").unwrap_or_default();
        if self.findings[before..].iter().any(|finding| finding.rule != "unknown-key") {
            self.unread.file(file);
        }
        let mut seen = BTreeSet::new();
        let mut topics = Vec::new();
        for topic in records {
            self.check_name(topic.id.as_str(), "topic", &topic.place);
            if seen.insert(topic.id.clone()) {
                topics.push(topic);
            } else {
                self.findings.push(topic.place.error(
                    "duplicate-topic",
                    format!("the topic `{}` is listed twice", topic.id),
                    "keep one of the two",
                ));
            }
        }
        topics
    }

    fn read_timeline(&mut self) -> Vec<Located<TimelineEvent>> {
        let events = self.read_list::<TimelineEvent>("timeline.toml", "events");
        let mut events = events.unwrap_or_default();
        events.sort_by_key(|event| event.date);
        events
    }

    /// Reads every `pages/<name>.toml`, in order of name. The folder is optional.
    fn read_pages(&mut self) -> BTreeMap<PageName, Located<Page>> {
        let mut pages = BTreeMap::new();
        if !self.is_there(PAGES) {
            return pages;
        }
        for file_name in self.list(PAGES) {
            let file = format!("{PAGES}/{file_name}");
            let Some(name) = file_name.strip_suffix(".toml") else {
                self.stray(&file, "pages are files whose name ends in .toml");
                continue;
            };
            let place = Place::new(file.as_str(), 1);
            self.check_page_name(name, &place);
            if let Some(page) = self.read_page(name, &file) {
                pages.insert(PageName::new(name), Located { value: page, place });
            }
        }
        pages
    }

    fn read_page(&mut self, name: &str, file: &str) -> Option<Page> {
        let text = self.read_file(file)?;
        let source = TomlText::new(file, &text, 0);
        let before = self.findings.len();
        let mut table = source.parse(&mut self.findings);
        if self.findings.len() == before {
            self.require_list(&table, file, "sections");
        }
        let places = ["command", "closing"].map(|key| table.place_of_key(key));
        let sections = table.take_list::<PageSection>("sections", &mut self.findings);
        let mut page: Page = table.read(&mut self.findings)?;
        page.sections = sections.into_iter().map(|section| section.value).collect();
        let [command, closing] = places;
        if let Some(place) = command {
            let description = Located { value: page.command.clone(), place };
            check_description(&format!("/{name}"), &description, &mut self.findings);
        }
        if let (Some(value), Some(place)) = (page.closing.clone(), closing) {
            let closing = Located { value, place };
            check_placeholders("closing", &closing, &["date"], &mut self.findings);
        }
        Some(page)
    }

    fn check_page_name(&mut self, name: &str, place: &Place) {
        self.check_name(name, "name of a page", place);
        if TAKEN_NAMES.contains(&name) {
            self.findings.push(place.error(
                "bad-name",
                format!("a page cannot be named `{name}`, because /{name} exists already"),
                "give the file another name",
            ));
        }
        if name.len() > LONGEST_COMMAND {
            self.findings.push(place.error(
                "bad-name",
                format!("Discord accepts no command with a name as long as `{name}`"),
                format!("give the file a name of at most {LONGEST_COMMAND} characters"),
            ));
        }
    }

    fn read_house_style(&mut self) -> HouseStyle {
        let Some(text) = self.read_file("house-style.toml") else {
            return HouseStyle::default();
        };
        let source = TomlText::new("house-style.toml", &text, 0);
        let before = self.findings.len();
        let mut table = source.parse(&mut self.findings);
        if self.findings.len() == before {
            for name in ["loaded", "promises", "relative_dates"] {
                self.require_list(&table, "house-style.toml", name);
            }
        }
        let mut list = |name| {
            let records = table.take_list(name, &mut self.findings);
            records.into_iter().map(|record: Located<_>| record.value).collect()
        };
        let style = HouseStyle {
            loaded: list("loaded"),
            promises: list("promises"),
            relative_dates: list("relative_dates"),
        };
        table.report_unknown_keys(&mut self.findings);
        style
    }

    fn read_distress(&mut self) -> Distress {
        let Some(text) = self.read_file(DISTRESS) else { return Distress::default() };
        let source = TomlText::new(DISTRESS, &text, 0);
        let table = source.parse(&mut self.findings);
        table.read(&mut self.findings).unwrap_or_default()
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
                self.check_name(slug, "file name", &Place::new(file.as_str(), 1));
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

    /// Reads a file of records with keys.
    fn read_keyed<T: DeserializeOwned, K: Ord>(
        &mut self,
        file: &'static str,
        to_key: impl Fn(String) -> K,
    ) -> BTreeMap<K, Located<T>> {
        let Some(text) = self.read_file(file) else {
            self.unread.file(file);
            return BTreeMap::new();
        };
        let source = TomlText::new(file, &text, 0);
        let before = self.findings.len();
        let table = source.parse(&mut self.findings);
        if self.findings.len() > before {
            // The parser skips what it cannot parse, so records may be missing.
            self.unread.file(file);
        }
        let mut kept = BTreeMap::new();
        for (key, Located { value, place }) in table.read_keyed::<T>(&mut self.findings) {
            self.check_name(&key, "key", &place);
            match value {
                Some(value) => drop(kept.insert(to_key(key), Located { value, place })),
                None => self.unread.name(file, &key),
            }
        }
        kept
    }

    fn read_list<T: DeserializeOwned>(
        &mut self,
        file: &str,
        name: &str,
    ) -> Option<Vec<Located<T>>> {
        let text = self.read_file(file)?;
        let source = TomlText::new(file, &text, 0);
        let before = self.findings.len();
        let mut table = source.parse(&mut self.findings);
        if self.findings.len() == before {
            self.require_list(&table, file, name);
        }
        let records = table.take_list(name, &mut self.findings);
        table.report_unknown_keys(&mut self.findings);
        Some(records)
    }

    /// Reports a list that is missing. An empty one must be written down: without its guards, for one,
    /// the bot answers what it should not, so a file that was emptied or lost by mistake must not pass.
    fn require_list(&mut self, table: &Table<'_>, file: &str, name: &str) {
        if table.place_of_key(name).is_none() {
            self.findings.push(Place::new(file, 1).error(
                "empty-file",
                format!("{file} has no [[{name}]]"),
                format!("restore what it held; if there is to be none, write {name} = []"),
            ));
        }
    }

    /// Whether there is a file or a folder, or a link to one that may be missing.
    fn is_there(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok()
    }

    fn read_file(&mut self, file: &str) -> Option<String> {
        let place = Place::new(file, 1);
        let bytes = match self.edits.iter().find(|edit| edit.file == file) {
            Some(edit) => Ok(edit.after.clone().into_bytes()),
            None => read_inside(self.root, file),
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                let (rule, help) = match error.kind() {
                    io::ErrorKind::NotFound => {
                        ("missing-file", "restore the file; faq/README.md says what it holds")
                    }
                    _ => ("unreadable-file", "restore the file, or correct its permissions"),
                };
                let message = format!("cannot read {file}: {error}");
                self.findings.push(place.error(rule, message, help));
                return None;
            }
        };
        if let Some(line) = conflict_marker(&bytes) {
            self.findings.push(place.at_line(line).error(
                "conflict-marker",
                "git left a mark of a conflict here",
                "decide between the versions, and remove the marks",
            ));
        }
        self.files.insert(file.to_owned());
        self.hasher.update(&(file.len() as u64).to_le_bytes());
        self.hasher.update(file.as_bytes());
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(&bytes);
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                Some(without_hidden(text, &place, &mut self.findings))
            }
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

    /// The names in a folder, sorted, without what nobody put there.
    fn list(&mut self, folder: &str) -> Vec<String> {
        let names = inside(self.root, folder).and_then(std::fs::read_dir);
        let names = match names {
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
        let mut names: Vec<String> = names.filter(|name| !is_made_by_programs(name)).collect();
        names.sort();
        names
    }

    /// Reports a file that has a wrong name or is in a wrong place: what it holds would be missing.
    fn stray(&mut self, file: &str, help: impl Into<String>) {
        let name = file.rsplit('/').next().unwrap_or_default();
        if !["README", "LICENSE"].iter().any(|known| name.starts_with(known)) {
            let message = format!("nothing reads {file}");
            self.findings.push(Place::new(file, 1).error("stray-file", message, help));
        }
    }

    fn check_names(&mut self) {
        for name in self.list("") {
            if !KNOWN_NAMES.contains(&name.as_str()) {
                let help = match nearest(&name.to_lowercase(), KNOWN_NAMES.iter().copied()) {
                    Some(near) => format!("rename it, perhaps to {near}, or move it elsewhere"),
                    None => "move it elsewhere".to_owned(),
                };
                self.stray(&name, help);
            }
        }
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

/// Whether a name is that of a hidden file, of a backup of a text editor, or of what systems make in
/// the folders of their users.
fn is_made_by_programs(name: &str) -> bool {
    const BY_SYSTEMS: &[&str] = &[
        // Disks, network storage, Windows and macOS, in this order.
        "lost+found",
        "@eaDir",
        "#recycle",
        "#snapshot",
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "$RECYCLE.BIN",
        "System Volume Information",
        "__MACOSX",
        "Icon\r",
    ];
    let is_backup = name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    is_backup
        || name.starts_with('.')
        || BY_SYSTEMS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Where a path leads. Links are followed, but not out of the folder: they could make the program show
/// other files.
fn inside(root: &Path, path: &str) -> io::Result<PathBuf> {
    let found = root.join(path).canonicalize()?;
    if found.starts_with(root.canonicalize()?) {
        return Ok(found);
    }
    Err(io::Error::other("it leads out of the folder"))
}

pub(super) fn read_inside(root: &Path, file: &str) -> io::Result<Vec<u8>> {
    let path = inside(root, file)?;
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        // Reading a named pipe or a device might never end.
        return Err(io::Error::other("it is not a plain file"));
    }
    if metadata.len() > MAX_FILE {
        let most = MAX_FILE >> 20;
        return Err(io::Error::other(format!("it is larger than {most} MiB")));
    }
    std::fs::read(path)
}

/// The line with a mark that git leaves in a file if two changes are at odds.
fn conflict_marker(bytes: &[u8]) -> Option<usize> {
    let marks: [&[u8]; 3] = [b"<<<<<<< ", b"||||||| ", b">>>>>>> "];
    let lines = bytes.split(|byte| *byte == b'\n');
    (1..)
        .zip(lines)
        .find(|(_, line)| marks.iter().any(|mark| line.starts_with(mark)))
        .map(|(n, _)| n)
}

//! Loads the content files into a [`Knowledge`]: split, parse, check, link.
//!
//! The loader does not stop at the first mistake. It returns what it could read, and every
//! [`Finding`] with its file, line and fix. It knows nothing about searching. `lint` has the rules
//! about how an answer is written.

mod amendment;
mod characters;
mod edit;
mod faq_entry;
mod finding;
mod front_matter;
mod ids;
mod library;
mod link;
mod load;
mod page;
mod records;
mod toml_file;
mod voice;

pub use amendment::{Amendment, Change, Hold, Scope, leave_out_broken};
pub(crate) use characters::has_hidden_character;
pub use edit::{Edit, edits, file_of};
pub use faq_entry::{FaqEntry, Vetting};
pub use finding::{Finding, Located, Place, Severity, sort_findings};
pub use ids::{ConflictKey, EntryId, PageName, QuotationKey, TopicId};
pub use library::{CaseFile, ContentHash, Knowledge, Library};
pub use load::{LoadError, Loaded, fingerprint, load, load_edited};
pub use page::{Page, PageBody, PageLink, PageSection, Point, TAKEN_NAMES};
pub use records::{
    Aspect, Conflict, Distress, ElsewhereGroup, Guard, HouseStyle, HouseWord, LeadsTo,
    OtherLanguage, Quotation, Reading, SynonymGroup, TimelineEvent, Topic,
};
pub use voice::{HeadedText, Sentence, Voice};

/// The rules that the loader enforces, each with what it ensures. `lint` lists them together with
/// its own.
pub const LOADING_RULES: &[(&str, &str)] = &[
    ("missing-file", "every content file that the bot needs is there"),
    ("unreadable-file", "every content file can be read and is UTF-8 text"),
    ("hidden-character", "no file holds a character that cannot be seen and changes what is"),
    ("toml-syntax", "every TOML file, and the head of every answer, is valid TOML"),
    ("bad-record", "every record has the fields that it needs, in the right form"),
    ("unknown-key", "no file holds a key that nothing reads"),
    ("bad-name", "names are small letters, digits and hyphens; no page has a command's name"),
    ("duplicate-topic", "no topic is listed twice"),
    ("front-matter", "an answer begins with its head between two lines of +++"),
    ("question-heading", "every answer has one question as a heading, and text below it"),
    ("vetting-date", "a vetted answer says when, a withdrawn one when and why"),
    ("stray-file", "the folder holds no file that nothing reads, such as guards.toml.txt"),
    ("empty-file", "a file of lists has each of its lists, if only an empty one"),
    ("conflict-marker", "git left no marks of a conflict"),
    ("empty-history", "the case has a history"),
    ("history-form", "the oldest step comes first, and a dismissal says whether with prejudice"),
    ("watch-form", "what is looked for on CourtListener can be found there"),
    ("missing-sentence", "the bot has every sentence of its own that it needs"),
    ("unknown-placeholder", "every placeholder in a sentence is one that is filled in"),
    ("command-too-long", "Discord accepts the description of every command"),
    ("no-citation", "every answer, and every section of a page, cites at least one source"),
    ("unknown-topic", "every answer is in the folder of a topic that exists"),
    ("unknown-source", "every source that is cited exists"),
    ("unknown-quotation", "every quotation that an answer shows exists"),
    ("quoted-in-reply", "the quotations in a reply are among those of its answer"),
    ("source-form", "the name of a source fits in a line, and copy_at is where url leads"),
    ("unknown-conflict", "every conflict that an answer shows exists"),
    ("unknown-related", "every answer that something leads to exists"),
];

//! From files to a [`Knowledge`]: split, parse, check, link.
//!
//! The loader never stops at the first mistake. It returns what it could read, and every
//! [`Finding`] with file, line and remedy. It knows nothing of searching; judging how an answer
//! reads is for `lint`.

mod faq_entry;
mod finding;
mod front_matter;
mod ids;
mod library;
mod link;
mod load;
mod records;
mod toml_file;

pub use faq_entry::{FaqEntry, Vetting};
pub use finding::{Finding, Located, Place, Severity};
pub use ids::{ConflictKey, EntryId, QuotationKey, TopicId};
pub use library::{CaseFile, ContentHash, Knowledge, Library};
pub use load::{LoadError, Loaded, load};
pub use records::{
    Conflict, Device, Effect, ElsewhereGroup, Guard, HouseStyle, HouseWord, LeadsTo, Objection,
    OptOut, Quotation, Reading, Region, SynonymGroup, TimelineEvent, Topic,
};

/// The rules that loading itself enforces, each with what it guards. `lint` lists them beside its
/// own.
pub const LOADING_RULES: &[(&str, &str)] = &[
    ("missing-file", "every content file that the bot needs is there"),
    ("unreadable-file", "every content file can be read and is UTF-8 text"),
    ("toml-syntax", "every TOML file, and the head of every answer, is valid TOML"),
    ("bad-record", "every record has the fields that it needs, in the right form"),
    ("unknown-key", "no key stands in a file that nothing reads"),
    ("bad-name", "keys, topics and file names are made of small letters, digits and hyphens"),
    ("duplicate-topic", "no topic is listed twice"),
    ("front-matter", "an answer begins with its head between two lines of +++"),
    ("question-heading", "the question stands as a heading, once, above a text that is not empty"),
    ("vetting-date", "a vetted answer says when, a withdrawn one when and why"),
    ("stray-file", "nothing lies in the answers folder that nobody reads"),
    (
        "empty-history",
        "the case has a history, oldest step first, and a dismissal says whether with prejudice",
    ),
    ("no-citation", "every answer cites at least one source"),
    ("unknown-topic", "every answer lies in the folder of a topic that exists"),
    ("unknown-source", "every source that is cited exists"),
    ("unknown-quotation", "every quotation that an answer shows exists"),
    ("unknown-conflict", "every conflict that an answer shows exists"),
    ("unknown-related", "every answer that is named as a neighbour exists"),
];

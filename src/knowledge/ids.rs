//! The names of content: topics, answers, quotations, conflicts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares a name that is a plain string with a type of its own.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a name as a file has it; the loader checks whether it exists.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name!(
    /// The name of a topic: a folder under `answers/`.
    TopicId
);
name!(
    /// The name of an answer: its path under `answers/` without the ending, `topic/slug`.
    EntryId
);
name!(
    /// The name of a page: a file under `pages/`, and the command that shows it.
    PageName
);
name!(
    /// The name of a quotation.
    QuotationKey
);
name!(
    /// The name of a conflict between sources.
    ConflictKey
);

impl EntryId {
    /// The topic, which is the folder.
    pub fn topic(&self) -> TopicId {
        TopicId::new(self.0.split('/').next().unwrap_or_default())
    }
}

/// Whether a name consists of small letters, digits and single hyphens, as file names and keys
/// must.
pub(super) fn is_slug(name: &str) -> bool {
    !name.is_empty()
        && name.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

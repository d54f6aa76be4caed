//! The names of topics, answers, pages, quotations and conflicts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares a string newtype for names.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Does not check whether the name exists; the loader does.
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
    /// The name of an answer: its path under `answers/` without the extension, `topic/slug`.
    EntryId
);
name!(
    /// The name of a page: of its file under `pages/`, and of the command that shows it.
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
    /// The topic: the first part of the path.
    pub fn topic(&self) -> TopicId {
        TopicId::new(self.0.split('/').next().unwrap_or_default())
    }
}

/// Whether a name consists of lower-case letters, digits and single hyphens, as file names and keys
/// must.
pub(super) fn is_slug(name: &str) -> bool {
    !name.is_empty()
        && name.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

//! What is wrong with a file, told to the person who edits it.

use std::fmt;

use serde::Serialize;

/// Something an editor should know about a file: which rule, where, what was seen, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The name of the rule, such as `unknown-source`.
    pub rule: &'static str,
    /// Whether the content can be used all the same.
    pub severity: Severity,
    /// The file, relative to the content folder.
    pub file: String,
    /// The line in that file, counted from 1.
    pub line: usize,
    /// What was seen.
    pub message: String,
    /// What would be right.
    pub help: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The bot refuses to start with it, and a reload changes nothing.
    Error,
    /// Worth a look; the bot works.
    Warning,
}

/// A place in a content file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// The file, relative to the content folder, with forward slashes.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

impl Place {
    /// A line of a file.
    pub fn new(file: impl Into<String>, line: usize) -> Self {
        Self { file: file.into(), line }
    }

    /// Another line of the same file.
    pub fn at_line(&self, line: usize) -> Self {
        Self::new(self.file.clone(), line)
    }

    /// An error at this place.
    pub fn error(
        &self,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Finding {
        self.finding(rule, Severity::Error, message, help)
    }

    /// A warning at this place.
    pub fn warning(
        &self,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Finding {
        self.finding(rule, Severity::Warning, message, help)
    }

    fn finding(
        &self,
        rule: &'static str,
        severity: Severity,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Finding {
        Finding {
            rule,
            severity,
            file: self.file.clone(),
            line: self.line,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// A value together with the line on which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its line, counted from 1.
    pub line: usize,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

impl fmt::Display for Finding {
    /// Three lines: where and how bad, what was seen, what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, severity, file, line, message, help } = self;
        write!(f, "{file}:{line}: {severity} [{rule}]\n  {message}\n  To mend it: {help}")
    }
}

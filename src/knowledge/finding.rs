//! What is wrong with a file, described for the person who edits it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

/// Something an editor should know about a file: which rule, where, what was seen, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The name of the rule, such as `unknown-source`.
    pub rule: &'static str,
    pub severity: Severity,
    /// The file, relative to the content folder, with forward slashes.
    pub file: String,
    /// The line in that file, counted from 1.
    pub line: usize,
    /// What was seen.
    pub message: String,
    /// What would be right.
    pub help: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The bot refuses to start with it, and a reload changes nothing.
    Error,
    /// Worth a look; the bot works.
    Warning,
}

/// A line of a content file. Cheap to clone: all places in a file share its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file, relative to the content folder, with forward slashes.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: usize,
}

/// A value together with its place in the content files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    pub value: T,
    pub place: Place,
}

/// Puts findings into the order in which an editor works through them: by file and line.
pub fn sort_findings(findings: &mut [Finding]) {
    findings.sort_by(|a, b| (&a.file, a.line, a.rule).cmp(&(&b.file, b.line, b.rule)));
}

impl Place {
    pub fn new(file: impl Into<Arc<str>>, line: usize) -> Self {
        Self { file: file.into(), line }
    }

    /// Another line of the same file.
    pub fn at_line(&self, line: usize) -> Self {
        Self { file: self.file.clone(), line }
    }

    pub fn error(
        &self,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Finding {
        self.finding(rule, Severity::Error, message, help)
    }

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
            file: self.file.to_string(),
            line: self.line,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// A record is used like the value that it holds; only findings need its place.
impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
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
    /// Three lines: where and how severe, what was seen, what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, severity, file, line, message, help } = self;
        write!(f, "{file}:{line}: {severity} [{rule}]\n  {message}\n  To fix it: {help}")
    }
}

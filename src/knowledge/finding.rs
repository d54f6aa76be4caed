//! Findings: problems in the content files, described for editors.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

/// A problem in a content file, for its editor: which rule, where, what was found, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The name of the rule, such as `unknown-source`.
    pub rule: &'static str,
    pub severity: Severity,
    /// The file, relative to the content folder, with forward slashes.
    pub file: String,
    /// The line in that file, counted from 1.
    pub line: usize,
    /// The problem.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The bot refuses to start with it, and refuses to reload.
    Error,
    /// Does not keep the bot from running.
    Warning,
}

/// A line of a content file. Cheap to clone, because the places in a file share its name.
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

/// Sorts findings by file, line and rule.
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

/// A located value can be used like the value itself, because only findings need the place.
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
    /// Three lines: the place, severity and rule; the problem; how to fix it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, severity, file, line, message, help } = self;
        write!(f, "{file}:{line}: {severity} [{rule}]\n  {message}\n  To fix it: {help}")
    }
}

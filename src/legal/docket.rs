//! Docket numbers, in the spellings that people use.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A federal docket number such as `3:24-cv-00042`: office, year, type of case, serial number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocketNumber {
    office: u8,
    year: u8,
    serial: u32,
}

impl DocketNumber {
    /// Parses `3:24-cv-00042`, `3:24cv42`, `3-24-CV-0042` and similar spellings.
    ///
    /// Only civil cases are supported; no FAQ has needed another type yet.
    pub fn recognise(text: &str) -> Option<Self> {
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let plain: String =
            text.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let (before, serial) = plain.split_once("cv")?;
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if before.len() != 3 || !digits(before) || !digits(serial) || serial.len() > 5 {
            return None;
        }
        Some(Self {
            office: before[..1].parse().ok()?,
            year: before[1..].parse().ok()?,
            serial: serial.parse().ok()?,
        })
    }
}

impl TryFrom<String> for DocketNumber {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::recognise(&text).ok_or_else(|| {
            format!("\"{text}\" is not a docket number; write it like 3:24-cv-00042")
        })
    }
}

impl From<DocketNumber> for String {
    fn from(number: DocketNumber) -> Self {
        number.to_string()
    }
}

impl fmt::Display for DocketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:02}-cv-{:05}", self.office, self.year, self.serial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_case() {
        for text in ["3:24-cv-00042", "3:24cv42", "3-24-CV-0042", "324cv00042"] {
            assert_eq!(
                DocketNumber::recognise(text).unwrap().to_string(),
                "3:24-cv-00042",
                "{text}"
            );
        }
    }

    #[test]
    fn other_words_are_not_docket_numbers() {
        for text in
            ["cv", "my cv", "24cv42", "3:24-cv-", "3:24-cr-00042", "3:24-cv-1234567", "五24cv1"]
        {
            assert_eq!(DocketNumber::recognise(text), None, "{text}");
        }
    }
}

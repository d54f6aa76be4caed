//! Dates with the precision that a source gives: a day, a month, or only a year.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A date whose day, or whose day and month, may be unknown, such as "August 2024".
///
/// The text form is `2024-08-14`, `2024-08` or `2024`. Dates are ordered by time. A month sorts
/// before its days, and a year before its months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

impl PartialDate {
    /// The full date; `None` if the day is unknown.
    pub fn day(&self) -> Option<Date> {
        Date::new(self.year, self.month?, self.day?).ok()
    }

    pub fn year(&self) -> i16 {
        self.year
    }

    /// The first possible day: 1 August 2024 for `2024-08`.
    pub fn first_day(&self) -> Date {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).unwrap_or(Date::ZERO)
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: Some(date.month()), day: Some(date.day()) }
    }
}

impl FromStr for PartialDate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error =
            || format!("\"{text}\" is not a date; write 2024-08-14, \"2024-08\" or \"2024\"");
        let parts: Vec<&str> = text.split('-').collect();
        let number = |part: &str, digits: usize| {
            let plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse::<i16>().ok()).flatten().ok_or_else(error)
        };
        let year = number(parts[0], 4)?;
        let small = |part: Option<&&str>| part.map(|p| number(p, 2).map(|n| n as i8)).transpose();
        let (month, day) = (small(parts.get(1))?, small(parts.get(2))?);
        Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).map_err(|_| error())?;
        if parts.len() > 3 {
            return Err(error());
        }
        Ok(Self { year, month, day })
    }
}

impl fmt::Display for PartialDate {
    /// "30 January 2025", "August 2024" or "2021". The month is a word, so that it cannot be
    /// mistaken for the day.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.day {
            write!(f, "{day} ")?;
        }
        if let Some(month) = self.month {
            write!(f, "{} ", MONTHS[month as usize - 1])?;
        }
        write!(f, "{}", self.year)
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            _ => format!("{:04}", self.year),
        };
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DateVisitor)
    }
}

/// Deserializes a full date. A month or a year alone is an error.
pub(crate) fn deserialize_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Date, D::Error> {
    PartialDate::deserialize(deserializer)?
        .day()
        .ok_or_else(|| de::Error::custom("a full date is needed here, such as 2025-01-30"))
}

/// The date in words: "30 January 2025".
pub fn written_out(date: Date) -> String {
    PartialDate::from(date).to_string()
}

/// The date in few words: "30 Jan 2025".
pub fn abbreviated(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// Accepts a string or a TOML date. TOML dates reach serde as a map with one string.
struct DateVisitor;

impl<'de> Visitor<'de> for DateVisitor {
    type Value = PartialDate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date, such as 2025-01-30, \"2024-08\" or \"2021\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PartialDate, E> {
        text.parse().map_err(de::Error::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PartialDate, A::Error> {
        let Some((_, text)) = map.next_entry::<String, String>()? else {
            return Err(de::Error::custom("an empty table is not a date"));
        };
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_written() {
        let shown: Vec<String> = ["2025-01-30", "2024-08", "2021"]
            .iter()
            .map(|t| t.parse::<PartialDate>().unwrap().to_string())
            .collect();
        assert_eq!(shown, ["30 January 2025", "August 2024", "2021"]);
    }

    #[test]
    fn impossible_dates_are_refused() {
        for text in [
            "2025-02-30",
            "2025-13",
            "25-01-30",
            "2025-1-30",
            "last year",
            "",
            "2025-01-30-1",
            "+025",
        ] {
            assert!(text.parse::<PartialDate>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn months_sort_before_their_days() {
        let mut dates: Vec<PartialDate> =
            ["2024-09-18", "2024-09", "2024-08"].iter().map(|t| t.parse().unwrap()).collect();
        dates.sort();
        let shown: Vec<String> = dates.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["August 2024", "September 2024", "18 September 2024"]);
    }
}

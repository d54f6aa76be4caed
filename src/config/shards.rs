//! Which shards of the gateway a process connects.

use std::ops::Range;
use std::str::FromStr;

/// More than any bot has: Discord puts at least some hundred servers into a shard.
const MOST: u32 = 10_000;

/// The shards that a process connects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Shards {
    /// As many as Discord recommends.
    #[default]
    Recommended,
    Fixed {
        own: Range<u32>,
        /// How many there are in all processes.
        total: u32,
    },
}

impl Shards {
    /// Those of this process, and how many there are, if Discord recommends this number.
    pub fn of(&self, recommended: u32) -> (Range<u32>, u32) {
        match self {
            Self::Recommended => (0..recommended, recommended),
            Self::Fixed { own, total } => (own.clone(), *total),
        }
    }

    /// Whether other processes connect others.
    pub fn is_part(&self) -> bool {
        matches!(self, Self::Fixed { own, total } if *own != (0..*total))
    }

    /// Whether this process connects the first shard, to which direct messages come.
    pub fn has_first(&self) -> bool {
        !matches!(self, Self::Fixed { own, .. } if own.start > 0)
    }
}

impl FromStr for Shards {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Recommended);
        }
        let wrong = || {
            format!(
                "{text:?} is neither empty nor a number of shards such as \"4\", some of them such as \
                 \"0-1/4\" or \"2/4\" (counted from 0), or a part of them such as \"1/3 of 48\""
            )
        };
        let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number <= MOST);
        let parsed = (|| {
            if let Some((part, total)) = text.split_once(" of ") {
                let (part, parts) = part.split_once('/')?;
                let (part, parts, total) = (number(part)?, number(parts)?, number(total)?);
                // Evenly, if the number cannot be divided without a rest.
                let begin = |part: u32| part * total / parts;
                return (part < parts).then(|| (begin(part)..begin(part + 1), total));
            }
            let Some((own, total)) = text.split_once('/') else {
                return number(text).map(|total| (0..total, total));
            };
            let (first, last) = own.split_once('-').unwrap_or((own, own));
            Some((number(first)?..number(last)? + 1, number(total)?))
        })();
        let (own, total) = parsed.filter(|(own, total)| own.end <= *total).ok_or_else(wrong)?;
        if own.is_empty() {
            return Err(format!("{text:?} leaves no shard for this process"));
        }
        Ok(Self::Fixed { own, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> (Range<u32>, u32) {
        let shards: Shards = text.parse().unwrap();
        assert!(matches!(shards, Shards::Fixed { .. }), "{text}");
        shards.of(7)
    }

    #[test]
    fn shards_are_all_some_or_a_part() {
        assert_eq!(" ".parse::<Shards>().unwrap().of(7), (0..7, 7));
        for (text, own, total) in [
            ("4", 0..4, 4),
            ("0-1/4", 0..2, 4),
            (" 2 / 4 ", 2..3, 4),
            ("3/4", 3..4, 4),
            ("0/1", 0..1, 1),
            ("1/3 of 48", 16..32, 48),
            ("2/3 of 4", 2..4, 4),
        ] {
            assert_eq!(fixed(text), (own, total), "{text}");
        }
    }

    #[test]
    fn the_parts_are_all_shards_once() {
        for (parts, total) in [(1, 1), (3, 4), (5, 48), (7, 7), (16, 400)] {
            let own = |part| fixed(&format!("{part}/{parts} of {total}")).0;
            let all: Vec<u32> = (0..parts).flat_map(own).collect();
            assert!(all.into_iter().eq(0..total), "{parts} parts of {total}");
        }
    }

    #[test]
    fn what_names_no_shards_is_refused() {
        for text in [
            "0",
            "x",
            "4/4",
            "2-1/4",
            "-1/4",
            "0-4/4",
            "3/3 of 48",
            "1/0 of 4",
            "0/4 of 2",
            "99999",
        ] {
            assert!(text.parse::<Shards>().is_err(), "{text}");
        }
    }

    #[test]
    fn one_process_has_the_first_shard() {
        let is = |text: &str| {
            let shards: Shards = text.parse().unwrap();
            (shards.has_first(), shards.is_part())
        };
        assert_eq!([is(""), is("4")], [(true, false); 2]);
        assert_eq!([is("0-1/4"), is("1/2")], [(true, true), (false, true)]);
    }
}

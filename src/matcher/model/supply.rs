//! How many phrasings there are: in the FAQ as a whole, and for each entry beside the others.

use crate::knowledge::Library;

/// The average number of phrasings per entry from which there are many.
const MANY: f32 = 40.0;

/// An entry with fewer ways of asking than this has few.
const FEW: f32 = 22.0;

/// The supply of phrasings, headings included.
///
/// Some rankers need many phrasings, and some work with few, so their weights depend on it. And an
/// entry must not lose to its neighbours because they have more phrasings, so the margins of a
/// trained classifier count only as far as the entry's supply goes.
#[derive(Debug, Clone)]
pub(in crate::matcher) struct Supply {
    /// The average number of phrasings per entry; at least 1 unless there are no entries.
    pub average: f32,
    /// By entry number.
    pub of_entries: Vec<Share>,
}

/// What an entry has, as a share of what is typical for the FAQ, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::matcher) struct Share {
    /// The phrasings of the entry.
    pub entry: f32,
    /// The average over the entries of its topic.
    pub topic: f32,
    /// Whether the entry has few phrasings, whatever the others have.
    pub is_few: bool,
}

impl Supply {
    pub fn of(library: &Library) -> Self {
        Self::with_counts(library, &Self::counts(library))
    }

    /// The number of ways of asking of each vetted entry.
    pub fn counts(library: &Library) -> Vec<f32> {
        library.vetted().map(|entry| entry.ways_of_asking().count() as f32).collect()
    }

    /// The supply if the entries had as many phrasings as this.
    pub fn with_counts(library: &Library, counts: &[f32]) -> Self {
        let average = counts.iter().sum::<f32>() / counts.len().max(1) as f32;
        let typical = median(counts.to_vec()).max(1.0);
        let ids: Vec<_> = library.vetted().map(|entry| entry.id.topic()).collect();
        let share = |count: f32| (count / typical).min(1.0);
        let of_topic = |wanted| {
            let same = ids.iter().zip(counts).filter(|(topic, _)| *topic == wanted);
            let same: Vec<f32> = same.map(|(_, &count)| count).collect();
            same.iter().sum::<f32>() / same.len() as f32
        };
        let of_entries = ids.iter().zip(counts).map(|(topic, &count)| Share {
            entry: share(count),
            topic: share(of_topic(topic)),
            is_few: count < FEW,
        });
        Self { average, of_entries: of_entries.collect() }
    }

    /// From 0 if every entry has a single phrasing, to 1 if there are many.
    pub fn many(&self) -> f32 {
        ((self.average - 1.0) / (MANY - 1.0)).clamp(0.0, 1.0)
    }

    /// The opposite of `many`.
    pub fn few(&self) -> f32 {
        1.0 - self.many()
    }

    /// The share of an average entry's phrasings that is its alone: 1 if it has a single one.
    pub fn one_in_average(&self) -> f32 {
        1.0 / self.average.max(1.0)
    }
}

/// The middle value; 0 for none.
fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

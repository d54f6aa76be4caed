//! How much a change that is right disturbs questions that it has nothing to do with.
//!
//! All answers share the models that learn from phrasings, so one more phrasing moves the confidence
//! of every question a little, and a question at the very edge of a band gets another outcome. That
//! is no fault of the phrasing. The check before a change goes live has to tell it from harm, and
//! this measures by how much.

use std::sync::Arc;

use super::compare::{Change, changes};
use super::run::run;
use super::thinned::draw;
use super::truth::Truth;
use crate::knowledge::{ContentHash, EntryId, Library};
use crate::matcher::{Setup, Snapshot, SnapshotError};
use crate::progress::Progress;

/// What it did to the questions about other topics that the FAQ learnt one vetted phrasing, or one
/// question for elsewhere.
#[derive(Debug)]
pub struct Disturbance {
    pub learnt: String,
    /// By how much the confidence of each question moved, in ascending order.
    pub moved: Vec<f32>,
    /// The questions whose outcome changed.
    pub changes: Vec<Change>,
}

/// Leaves out one phrasing after the other, `samples` in all, and learns it again; then questions for
/// elsewhere, as many.
pub fn disturbances(
    library: &Library,
    setup: &Setup,
    truths: &[Truth],
    samples: usize,
) -> Result<Vec<Disturbance>, SnapshotError> {
    let whole = run(&Snapshot::build(Arc::new(library.clone()), setup)?, truths)?;
    let drawn = drawn(library, samples);
    let progress = Progress::new("Learning again", drawn.len());
    let disturbance = |(entry, learnt): (Option<EntryId>, String)| {
        progress.step();
        let topic = entry.as_ref().map(EntryId::topic);
        let is_other = |truth: &&Truth| {
            topic.as_ref().is_none_or(|topic| {
                truth.topics.iter().all(|name| name.split('/').next() != Some(topic.as_str()))
            })
        };
        let others: Vec<Truth> = truths.iter().filter(is_other).cloned().collect();
        let less = without(library, entry.as_ref(), &learnt);
        let less = run(&Snapshot::build(Arc::new(less), setup)?, &others)?;
        // The rows of both are in the order of the truths.
        let mut after = whole.rows.iter();
        let moved = less.rows.iter().filter_map(|before| {
            let after = after.find(|after| after.q == before.q)?;
            Some((after.confidence - before.confidence).abs())
        });
        let mut moved: Vec<f32> = moved.collect();
        moved.sort_by(f32::total_cmp);
        Ok(Disturbance { learnt, moved, changes: changes(&less, &whole) })
    };
    drawn.into_iter().map(disturbance).collect()
}

/// What is left out: phrasings with their entries, and questions for elsewhere.
fn drawn(library: &Library, samples: usize) -> Vec<(Option<EntryId>, String)> {
    let phrasings = library.vetted().flat_map(|entry| {
        entry.phrasings.iter().map(|phrasing| (Some(entry.id.clone()), phrasing.value.clone()))
    });
    let elsewhere = library.elsewhere.iter().flat_map(|group| &group.questions);
    let elsewhere = elsewhere.map(|question| (None, question.clone()));
    [some(phrasings.collect(), samples), some(elsewhere.collect(), samples)].concat()
}

/// The library without a phrasing of an entry, or without a question for elsewhere.
fn without(library: &Library, entry: Option<&EntryId>, left_out: &str) -> Library {
    let mut library = library.clone();
    match entry {
        Some(id) => {
            let entry = library.entries.get_mut(id).expect("it was found there");
            entry.phrasings.retain(|phrasing| phrasing.value != left_out);
        }
        None => {
            for group in &mut library.elsewhere {
                group.value.questions.retain(|question| question != left_out);
            }
        }
    }
    library.content_hash = ContentHash::of([left_out.to_owned()].into_iter());
    library
}

/// Some of them, which look as if they were drawn at random, but are always the same.
fn some<T>(mut all: Vec<(T, String)>, count: usize) -> Vec<(T, String)> {
    all.sort_by_cached_key(|(_, text)| draw(SEED, text));
    all.truncate(count);
    all
}

const SEED: u32 = 0;

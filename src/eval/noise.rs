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
use crate::knowledge::{ContentHash, Library};
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
    let left_out = left_out(library, samples);
    let progress = Progress::new("Learning again", left_out.len());
    let disturbance = |LeftOut { learnt, topic, library }| {
        progress.step();
        let is_other = |truth: &&Truth| {
            topic.as_ref().is_none_or(|topic| {
                truth.topics.iter().all(|name| name.split('/').next() != Some(topic))
            })
        };
        let others: Vec<Truth> = truths.iter().filter(is_other).cloned().collect();
        let less = run(&Snapshot::build(Arc::new(library), setup)?, &others)?;
        let mut after = whole.rows.iter();
        let mut moved = less.rows.iter().filter_map(|before| {
            let after = after.by_ref().find(|after| after.q == before.q)?;
            Some((after.confidence - before.confidence).abs())
        });
        let mut moved: Vec<f32> = moved.by_ref().collect();
        moved.sort_by(f32::total_cmp);
        Ok(Disturbance { learnt, moved, changes: changes(&less, &whole) })
    };
    left_out.into_iter().map(disturbance).collect()
}

/// A library that lacks one question.
struct LeftOut {
    learnt: String,
    /// The topic of the phrasing.
    topic: Option<String>,
    library: Library,
}

fn left_out(library: &Library, samples: usize) -> Vec<LeftOut> {
    let phrasings = library.vetted().flat_map(|entry| {
        entry.phrasings.iter().map(|phrasing| (Some(entry.id.clone()), phrasing.value.clone()))
    });
    let elsewhere = library.elsewhere.iter().flat_map(|group| &group.questions);
    let elsewhere = elsewhere.map(|question| (None, question.clone()));
    [some(phrasings.collect(), samples), some(elsewhere.collect(), samples)]
        .concat()
        .into_iter()
        .map(|(entry, learnt)| {
            let mut library = library.clone();
            match &entry {
                Some(id) => {
                    let entry = library.entries.get_mut(id).expect("it was found there");
                    entry.phrasings.retain(|phrasing| phrasing.value != learnt);
                }
                None => {
                    for group in &mut library.elsewhere {
                        group.value.questions.retain(|question| *question != learnt);
                    }
                }
            }
            library.content_hash = ContentHash::of([learnt.clone()].into_iter());
            let topic = entry.map(|entry| entry.topic().to_string());
            LeftOut { learnt, topic, library }
        })
        .collect()
}

/// Some of them, which look as if they were drawn at random, but are always the same.
fn some<T>(mut all: Vec<(T, String)>, count: usize) -> Vec<(T, String)> {
    all.sort_by_cached_key(|(_, text)| draw(SEED, text));
    all.truncate(count);
    all
}

const SEED: u32 = 0;

//! Linear classifiers, trained on the phrasings while the index is built.
//!
//! One hyperplane for each class, "this one against all others", found by dual coordinate descent
//! on the squared hinge loss (Hsieh, Chang, Lin, Keerthi and Sundararajan, *A Dual Coordinate
//! Descent Method for Large-scale Linear SVM*, ICML 2008). The order in which examples are visited
//! is fixed, so the same phrasings always give the same planes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The price of a mistake on an example, against the wish for a wide margin. 1 is the usual choice
/// and was not tuned.
const COST: f32 = 1.0;

/// How many times the examples are visited at the most, and the violation below which they are left
/// alone. With six visits the planes of the wording still depended on the order of the examples: a
/// score of new phrasings moved a hundredth of the questions to other answers.
const PASSES: usize = 40;
const TOLERANCE: f32 = 0.05;

/// What a plane says before it has learnt anything: no, with just the margin that is asked for.
const START: f32 = -1.0;

/// An example that lies this much further on the right side than it must is not visited again.
const CLEAR: f32 = 0.4;

/// What is learnt from: vectors of length 1, by their numbers.
pub(super) trait Examples: Sync {
    /// How many there are.
    fn count(&self) -> usize;
    /// How many numbers a vector has.
    fn dims(&self) -> usize;
    /// The scalar product of an example and a plane.
    fn dot(&self, example: usize, plane: &[f32]) -> f32;
    /// Adds so many times an example to a plane.
    fn add(&self, example: usize, step: f32, plane: &mut [f32]);
}

/// A plane: how far `weights · vector + bias` lies above 0 tells how far a vector lies on the side
/// of the class. From 1 on it surely belongs to it, from −1 down it surely does not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plane {
    pub weights: Vec<f32>,
    pub bias: f32,
}

/// Trains a plane for each class and keeps what `keep` makes of it, in order of class.
pub(super) fn train<T: Send>(
    examples: &impl Examples,
    classes: usize,
    belongs: impl Fn(usize, usize) -> bool + Sync,
    keep: impl Fn(Plane) -> T + Sync,
) -> Vec<T> {
    let order = shuffled(examples.count());
    let next = AtomicUsize::new(0);
    let kept = Mutex::new((0..classes).map(|_| None).collect::<Vec<Option<T>>>());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(classes) {
            scope.spawn(|| {
                loop {
                    let class = next.fetch_add(1, Ordering::Relaxed);
                    if class >= classes {
                        break;
                    }
                    let plane = train_plane(examples, |example| belongs(class, example), &order);
                    let plane = keep(plane);
                    kept.lock().expect("no thread panics while it holds the lock")[class] =
                        Some(plane);
                }
            });
        }
    });
    kept.into_inner()
        .expect("no thread panics while it holds the lock")
        .into_iter()
        .flatten()
        .collect()
}

/// Finds the plane of one class. Examples that lie far enough on the right side are dropped from
/// later passes.
fn train_plane(examples: &impl Examples, belongs: impl Fn(usize) -> bool, order: &[u32]) -> Plane {
    let diagonal = 1.0 / (2.0 * COST);
    // Nearly every example belongs to another class, so every plane starts out saying no. Only the
    // neighbours of the class then have anything to teach, and the rest is passed over.
    let mut plane = Plane { weights: vec![0.0; examples.dims()], bias: START };
    let mut alphas = vec![0.0_f32; examples.count()];
    let mut active: Vec<u32> = order.to_vec();
    for _ in 0..PASSES {
        let mut worst: f32 = 0.0;
        active.retain(|&example| {
            let example = example as usize;
            let sign = if belongs(example) { 1.0 } else { -1.0 };
            let margin = sign * (examples.dot(example, &plane.weights) + plane.bias);
            let alpha = alphas[example];
            let gradient = margin - 1.0 + diagonal * alpha;
            if alpha == 0.0 && gradient > 0.0 {
                // Right by itself: it will hardly matter again.
                return gradient < CLEAR;
            }
            worst = worst.max(gradient.abs());
            // The vectors have length 1, and the bias counts as one more number that is 1.
            let stepped = (alpha - gradient / (2.0 + diagonal)).max(0.0);
            let step = sign * (stepped - alpha);
            alphas[example] = stepped;
            examples.add(example, step, &mut plane.weights);
            plane.bias += step;
            true
        });
        if worst < TOLERANCE {
            break;
        }
    }
    plane
}

/// The numbers below `count` in an order that looks random and is always the same (a multiplicative
/// generator, Lehmer 1951).
fn shuffled(count: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for place in (1..count).rev() {
        state = state.wrapping_mul(0xda94_2042_e4dd_58b5) | 1;
        order.swap(place, ((state >> 33) as usize) % (place + 1));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Rows(Vec<[f32; 3]>);

    impl Examples for Rows {
        fn count(&self) -> usize {
            self.0.len()
        }

        fn dims(&self) -> usize {
            3
        }

        fn dot(&self, example: usize, plane: &[f32]) -> f32 {
            self.0[example].iter().zip(plane).map(|(a, b)| a * b).sum()
        }

        fn add(&self, example: usize, step: f32, plane: &mut [f32]) {
            plane
                .iter_mut()
                .zip(&self.0[example])
                .for_each(|(weight, number)| *weight += step * number);
        }
    }

    /// Three classes, each with examples around an axis of its own.
    fn examples() -> Rows {
        Rows(vec![
            [0.9, 0.3, 0.3],
            [1.0, 0.0, 0.0],
            [0.3, 0.9, 0.3],
            [0.0, 1.0, 0.0],
            [0.3, 0.3, 0.9],
            [0.0, 0.0, 1.0],
        ])
    }

    fn planes() -> Vec<Plane> {
        train(&examples(), 3, |class, example| example / 2 == class, |plane| plane)
    }

    #[test]
    fn every_example_falls_to_its_own_class() {
        let planes = planes();
        for example in 0..6 {
            let margin = |class: &usize| {
                examples().dot(example, &planes[*class].weights) + planes[*class].bias
            };
            let best = (0..3).max_by(|a, b| margin(a).total_cmp(&margin(b))).unwrap();
            assert_eq!(best, example / 2);
        }
    }

    #[test]
    fn training_is_repeatable() {
        assert_eq!(planes(), planes());
    }
}

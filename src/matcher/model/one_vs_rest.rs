//! Trains one-vs-rest linear classifiers on the phrasings.
//!
//! One hyperplane for each class, by dual coordinate descent on the squared hinge loss (Hsieh,
//! Chang, Lin, Keerthi and Sundararajan, *A Dual Coordinate Descent Method for Large-scale Linear
//! SVM*, ICML 2008). Examples are visited in a fixed order, so the same phrasings always give the
//! same hyperplanes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::classes::{Class, Classes};

/// The cost of an error on an example. 1 is the usual choice and was not tuned.
const COST: f32 = 1.0;

/// The most passes over the examples, and the violation below which training stops. After six
/// passes the result still depended on the order of the examples: a few new phrasings changed the
/// answers to 1 % of all questions.
const MAX_PASSES: usize = 40;
const TOLERANCE: f32 = 0.05;

/// The initial bias: "no", with exactly the required margin. Nearly every example belongs to other
/// classes, so training only has to visit the examples near the class.
const INITIAL_BIAS: f32 = -1.0;

/// An example that exceeds the margin by this much is not visited again (shrinking).
const SHRINK_BEYOND: f32 = 0.4;

/// Feature vectors of length 1 to train on.
pub(super) trait Examples: Sync {
    fn count(&self) -> usize;
    fn dims(&self) -> usize;
    /// The dot product of an example and a weight vector.
    fn dot(&self, example: usize, weights: &[f32]) -> f32;
    /// Adds a multiple of an example to a weight vector.
    fn add(&self, example: usize, factor: f32, weights: &mut [f32]);
}

/// The margin of a vector is `weights · vector + bias`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hyperplane {
    pub weights: Vec<f32>,
    pub bias: f32,
}

/// Trains a hyperplane for each wanted class, and returns the results of `keep` in the same order.
/// `keep` can compress a hyperplane, so that they are not all in memory at once. `entries` has the
/// entry of each example; `None` is a question that belongs elsewhere.
pub(super) fn train<T: Send>(
    examples: &impl Examples,
    entries: &[Option<u32>],
    classes: &Classes,
    wanted: &[Class],
    keep: impl Fn(Hyperplane) -> T + Sync,
) -> Vec<T> {
    let order = shuffled(examples.count());
    let next = AtomicUsize::new(0);
    let kept = Mutex::new(wanted.iter().map(|_| None).collect::<Vec<Option<T>>>());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(wanted.len()) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&class) = wanted.get(number) else { break };
                    let is_positive = |example: usize| classes.contains(class, entries[example]);
                    let plane = keep(train_one(examples, is_positive, &order));
                    kept.lock().expect("no thread panics while it holds the lock")[number] =
                        Some(plane);
                }
            });
        }
    });
    let kept = kept.into_inner().expect("no thread panics while it holds the lock");
    kept.into_iter().flatten().collect()
}

fn train_one(
    examples: &impl Examples,
    is_positive: impl Fn(usize) -> bool,
    order: &[u32],
) -> Hyperplane {
    let diagonal = 1.0 / (2.0 * COST);
    let mut plane = Hyperplane { weights: vec![0.0; examples.dims()], bias: INITIAL_BIAS };
    let mut alphas = vec![0.0_f32; examples.count()];
    let mut active: Vec<u32> = order.to_vec();
    for _ in 0..MAX_PASSES {
        let mut worst: f32 = 0.0;
        active.retain(|&example| {
            let example = example as usize;
            let sign = if is_positive(example) { 1.0 } else { -1.0 };
            let margin = sign * (examples.dot(example, &plane.weights) + plane.bias);
            let alpha = alphas[example];
            let gradient = margin - 1.0 + diagonal * alpha;
            if alpha == 0.0 && gradient > 0.0 {
                return gradient < SHRINK_BEYOND;
            }
            worst = worst.max(gradient.abs());
            // 2 is the squared length: 1 of the vector, and 1 of the bias as one more feature.
            let next_alpha = (alpha - gradient / (2.0 + diagonal)).max(0.0);
            let change = sign * (next_alpha - alpha);
            alphas[example] = next_alpha;
            examples.add(example, change, &mut plane.weights);
            plane.bias += change;
            true
        });
        if worst < TOLERANCE {
            break;
        }
    }
    plane
}

/// The numbers below `count`, shuffled with a fixed seed (Lehmer's multiplicative generator, 1951).
fn shuffled(count: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for index in (1..count).rev() {
        state = state.wrapping_mul(0xda94_2042_e4dd_58b5) | 1;
        order.swap(index, ((state >> 33) as usize) % (index + 1));
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

        fn dot(&self, example: usize, weights: &[f32]) -> f32 {
            self.0[example].iter().zip(weights).map(|(a, b)| a * b).sum()
        }

        fn add(&self, example: usize, factor: f32, weights: &mut [f32]) {
            let numbers = &self.0[example];
            weights.iter_mut().zip(numbers).for_each(|(weight, number)| *weight += factor * number);
        }
    }

    /// Three classes, each with two examples around an axis of its own.
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

    fn planes() -> Vec<Hyperplane> {
        let entries: Vec<Option<u32>> = (0..6).map(|example| Some(example / 2)).collect();
        let classes = Classes::of_entries(3);
        let wanted: Vec<Class> = classes.all_entries().collect();
        train(&examples(), &entries, &classes, &wanted, |plane| plane)
    }

    #[test]
    fn every_example_is_classified_as_what_it_is() {
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

//! Trains one-vs-rest linear classifiers on the phrasings.
//!
//! One hyperplane for each class, by dual coordinate descent on the squared hinge loss (Hsieh,
//! Chang, Lin, Keerthi and Sundararajan, *A Dual Coordinate Descent Method for Large-scale Linear
//! SVM*, ICML 2008). As they advise, the examples are visited in another order in each pass. The
//! orders follow from the texts, so the same phrasings always give the same hyperplanes.

use rayon::prelude::*;

use super::classes::{Class, Classes};
use crate::progress::Progress;

/// The cost of an error on an example. 1 is the usual choice and was not tuned.
const COST: f32 = 1.0;

/// The diagonal of the dual problem: `1 / 2C` for the squared hinge loss.
const DIAGONAL: f32 = 1.0 / (2.0 * COST);

/// The most passes over the examples, and the violation below which training stops. After six
/// passes the result still depended on the order of the examples: a few new phrasings changed the
/// answers to 1 % of all questions.
const MAX_PASSES: u32 = 40;
const TOLERANCE: f32 = 0.05;

/// The passes after an example was left out.
const MORE_PASSES: u32 = 4;

/// How far the random numbers of the examples are rotated from pass to pass. More bits order them
/// than this, but the first ones count.
const BITS_OF_A_PASS: u32 = 7;

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

/// What is known of the examples.
pub(super) struct Labels<'a> {
    /// The entry of each example; `None` is a question that belongs elsewhere.
    pub entries: &'a [Option<u32>],
    pub classes: &'a Classes,
    /// A random number for each example, from which the order of the visits follows.
    pub keys: &'a [u64],
}

impl Labels<'_> {
    pub fn is_in(&self, class: Class, example: usize) -> bool {
        self.classes.contains(class, self.entries[example])
    }
}

/// The margin of a vector is `weights · vector + bias`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hyperplane {
    pub weights: Vec<f32>,
    pub bias: f32,
}

/// A hyperplane, with all that is needed to go on training it.
pub(super) struct Solution {
    pub plane: Hyperplane,
    /// The dual variable of each example: how strongly it pulls at the hyperplane; 0 for most.
    alphas: Vec<f32>,
    /// The examples that are near enough to the class to be visited.
    active: Vec<u32>,
}

/// Trains a hyperplane for each wanted class, and returns the results of `keep` in the same order.
/// `keep` can compress a hyperplane, so that they are not all in memory at once. `what` is for
/// whoever waits.
pub(super) fn train<T: Send>(
    what: &'static str,
    examples: &impl Examples,
    labels: &Labels<'_>,
    wanted: &[Class],
    keep: impl Fn(Solution) -> T + Sync + Send,
) -> Vec<T> {
    let progress = Progress::new(what, wanted.len());
    // In the order of the first pass, so that it is not sorted once for each class.
    let mut all: Vec<u32> = (0..examples.count() as u32).collect();
    all.sort_unstable_by_key(|&example| labels.keys[example as usize]);
    let solutions = wanted.par_iter().map(|&class| {
        let mut solution = Solution {
            plane: Hyperplane { weights: vec![0.0; examples.dims()], bias: INITIAL_BIAS },
            alphas: vec![0.0; examples.count()],
            active: all.clone(),
        };
        solution.descend(examples, labels, class, MAX_PASSES);
        progress.step();
        keep(solution)
    });
    solutions.collect()
}

impl Solution {
    /// The hyperplane as it would be without an example: takes away what the example contributed,
    /// and goes on training. `None` if the example does not pull at the hyperplane.
    pub fn without(
        &self,
        examples: &impl Examples,
        labels: &Labels<'_>,
        class: Class,
        left_out: usize,
    ) -> Option<Hyperplane> {
        let alpha = self.alphas[left_out];
        if alpha == 0.0 {
            return None;
        }
        let mut solution = Self {
            plane: self.plane.clone(),
            alphas: self.alphas.clone(),
            active: self.active.clone(),
        };
        solution.alphas[left_out] = 0.0;
        solution.active.retain(|&example| example as usize != left_out);
        let sign = if labels.is_in(class, left_out) { 1.0 } else { -1.0 };
        solution.pull(examples, left_out, -sign * alpha);
        solution.descend(examples, labels, class, MORE_PASSES);
        Some(solution.plane)
    }

    /// Visits the active examples, in another order in each pass, until no violation is large.
    fn descend(
        &mut self,
        examples: &impl Examples,
        labels: &Labels<'_>,
        class: Class,
        passes: u32,
    ) {
        for pass in 0..passes {
            let mut worst: f32 = 0.0;
            let mut active = std::mem::take(&mut self.active);
            active.sort_unstable_by_key(|&example| {
                labels.keys[example as usize].rotate_left(pass * BITS_OF_A_PASS)
            });
            active.retain(|&example| {
                let example = example as usize;
                let sign = if labels.is_in(class, example) { 1.0 } else { -1.0 };
                let margin = sign * (examples.dot(example, &self.plane.weights) + self.plane.bias);
                let alpha = self.alphas[example];
                let gradient = margin - 1.0 + DIAGONAL * alpha;
                if alpha == 0.0 && gradient > 0.0 {
                    return gradient < SHRINK_BEYOND;
                }
                worst = worst.max(gradient.abs());
                // 2 is the squared length: 1 of the vector, and 1 of the bias as one more feature.
                let next_alpha = (alpha - gradient / (2.0 + DIAGONAL)).max(0.0);
                self.alphas[example] = next_alpha;
                self.pull(examples, example, sign * (next_alpha - alpha));
                true
            });
            self.active = active;
            if worst < TOLERANCE {
                break;
            }
        }
    }

    fn pull(&mut self, examples: &impl Examples, example: usize, change: f32) {
        examples.add(example, change, &mut self.plane.weights);
        self.plane.bias += change;
    }
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

    const KEYS: [u64; 6] = [31 << 59, 1 << 58, 4 << 57, 15 << 57, 9 << 55, 2 << 60];

    fn with_labels<T>(entries: &[Option<u32>], then: impl FnOnce(&Labels<'_>) -> T) -> T {
        let classes = Classes::of_entries(3);
        then(&Labels { entries, classes: &classes, keys: &KEYS[..entries.len()] })
    }

    fn solve(rows: &Rows, entries: &[Option<u32>]) -> Vec<Solution> {
        let wanted: Vec<Class> = (0..3).map(Class::Entry).collect();
        with_labels(entries, |labels| train("training", rows, labels, &wanted, |solution| solution))
    }

    fn entries() -> Vec<Option<u32>> {
        (0..6).map(|example| Some(example / 2)).collect()
    }

    fn planes() -> Vec<Hyperplane> {
        solve(&examples(), &entries()).into_iter().map(|solution| solution.plane).collect()
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

    /// Training stops at a tolerance, so the two differ by about as much.
    #[test]
    fn an_example_that_is_left_out_might_never_have_been_there() {
        for left_out in 0..6 {
            let mut fewer = examples();
            fewer.0.remove(left_out);
            let mut their_entries = entries();
            their_entries.remove(left_out);
            let expected = solve(&fewer, &their_entries).remove(0).plane;
            let whole = solve(&examples(), &entries()).remove(0);
            let found = with_labels(&entries(), |labels| {
                whole.without(&examples(), labels, Class::Entry(0), left_out)
            });
            let found = found.unwrap_or(whole.plane);
            let numbers = |plane: &Hyperplane| [&plane.weights[..], &[plane.bias]].concat();
            for (found, expected) in numbers(&found).iter().zip(numbers(&expected)) {
                assert!((found - expected).abs() < 0.1, "{left_out}: {found} and {expected}");
            }
        }
    }
}

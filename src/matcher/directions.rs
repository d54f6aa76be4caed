//! Directions in memory, a byte for each number.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};
use serde::{Deserialize, Serialize};

use super::steps::{in_steps, step_for};

/// How many numbers of a vector are kept. The vectors are turned so that the first ones say most: with 96 of 192 the right answer stood
/// first as often as with all of them, on our own sets.
const KEPT: usize = 96;

/// The first numbers of vectors, scaled to length 1 and rounded to 255 steps: an eighth of the memory and of the time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Directions {
    dims: usize,
    numbers: Vec<i8>,
    /// What a step is worth in each vector.
    scales: Vec<f32>,
}

impl Directions {
    /// Rounds vectors of so many numbers that stand one after the other.
    pub fn new(numbers_each: usize, vectors: &[f32]) -> Self {
        let mut directions = Self { dims: numbers_each.min(KEPT), ..Self::default() };
        for vector in vectors.chunks_exact(numbers_each.max(1)) {
            let vector = &vector[..directions.dims];
            let step = step_for(vector.iter().copied());
            let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
            directions.numbers.extend(vector.iter().map(|&number| in_steps(number, step)));
            directions.scales.push(if length > 0.0 { step / length } else { 1.0 });
        }
        directions
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.scales.len()
    }

    /// The largest cosine of any of these vectors with a direction; −1 if there are none.
    pub fn nearest(&self, range: Range<usize>, direction: &Direction) -> f32 {
        let numbers = &self.numbers[range.start * self.dims..range.end * self.dims];
        let vectors = numbers.chunks_exact(self.dims.max(1)).zip(&self.scales[range]);
        dispatch!(Level::new(), machine => direction.nearest(machine, vectors))
    }
}

/// One direction, rounded in the same way.
pub(super) struct Direction {
    numbers: Vec<i16>,
    scale: f32,
}

impl Direction {
    /// Rounds a vector.
    pub fn new(vector: &[f32]) -> Self {
        let Directions { numbers, scales, .. } = Directions::new(vector.len(), vector);
        Self { numbers: numbers.into_iter().map(i16::from).collect(), scale: scales.first().copied().unwrap_or(1.0) }
    }

    /// The largest cosine with any of these vectors. Compiled for every kind of machine, which is why it must be inlined.
    #[inline(always)]
    fn nearest<'v>(&self, _: impl Simd, vectors: impl Iterator<Item = (&'v [i8], &'v f32)>) -> f32 {
        let largest = vectors.map(|(vector, scale)| scale * dot(vector, &self.numbers) as f32);
        largest.map(|product| self.scale * product).fold(-1.0, f32::max)
    }
}

/// The scalar product, with numbers of two sizes: in this form the compiler uses the machine's instructions for many numbers at once.
#[inline(always)]
fn dot(a: &[i8], b: &[i16]) -> i32 {
    a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_cosine_is_nearly_the_true_one() {
        let directions = Directions::new(3, &[0.6, 0.8, 0.0, 0.0, 0.0, 1.0]);
        let asked = Direction::new(&[0.8, 0.6, 0.0]);
        assert!((directions.nearest(0..2, &asked) - 0.96).abs() < 0.01);
        assert!(directions.nearest(1..2, &asked).abs() < 0.01);
        assert_eq!(directions.nearest(0..0, &asked), -1.0);
    }
}

//! Directions in memory, a byte for each number, laid out so that the machine compares a question
//! with sixteen of them at once.

use fearless_simd::{
    Level, Simd, SimdBase, SimdIntWiden, SimdWiden, dispatch, i8x32, i16x16, i32x8,
};
use serde::{Deserialize, Serialize};

use super::steps::{in_steps, step_for};

/// How many numbers of a vector are kept. The vectors are turned so that the first ones say most:
/// with 96 of 192 the right answer stood first as often as with all of them, on our own sets.
const KEPT: usize = 96;

/// How many vectors lie in a block.
const ABREAST: usize = 16;

/// The numbers of one place, and of the next one, of the vectors of a block.
const PAIRS: usize = 2 * ABREAST;

/// Groups of vectors: the first numbers of each, scaled to length 1 and rounded to 255 steps, an
/// eighth of the memory.
///
/// A group is cut into blocks of sixteen vectors, and a block holds first the numbers one and two
/// of each of its vectors, then the numbers three and four of each, and so on. The last block of a
/// group is filled up with its last vector, which changes no maximum.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Directions {
    numbers: Vec<i8>,
    /// What a step is worth in each vector.
    scales: Vec<f32>,
    /// In which block each group begins; one number more than there are groups.
    starts: Vec<u32>,
}

impl Directions {
    /// Rounds groups of vectors; each group holds vectors of so many numbers, one after the other.
    pub fn new<'v>(numbers_each: usize, groups: impl IntoIterator<Item = &'v [f32]>) -> Self {
        let mut directions = Self { starts: vec![0], ..Self::default() };
        for group in groups {
            let vectors: Vec<&[f32]> = group.chunks_exact(numbers_each.max(1)).collect();
            vectors.chunks(ABREAST).for_each(|block| directions.push_block(block));
            directions.starts.push((directions.scales.len() / ABREAST) as u32);
        }
        directions
    }

    fn push_block(&mut self, vectors: &[&[f32]]) {
        let filled: Vec<Rounded> =
            (0..ABREAST).map(|at| Rounded::new(vectors[at.min(vectors.len() - 1)])).collect();
        for pair in 0..filled[0].pairs.len() {
            self.numbers.extend(filled.iter().flat_map(|vector| vector.pairs[pair]));
        }
        self.scales.extend(filled.iter().map(|vector| vector.scale));
    }

    /// The largest cosine of any vector of a group with a direction; −1 for a group of none.
    pub fn nearest(&self, group: usize, direction: &Direction) -> f32 {
        let blocks = self.starts[group] as usize..self.starts[group + 1] as usize;
        let (numbers, _) = self.numbers.as_chunks::<PAIRS>();
        let (scales, _) = self.scales.as_chunks::<ABREAST>();
        let pairs = direction.pairs.len();
        let numbers = &numbers[blocks.start * pairs..blocks.end * pairs];
        dispatch!(Level::new(), machine => direction.nearest(machine, numbers, &scales[blocks]))
    }
}

/// A vector in steps, by pairs of numbers; an odd one is followed by zero.
struct Rounded {
    pairs: Vec<[i8; 2]>,
    scale: f32,
}

impl Rounded {
    fn new(vector: &[f32]) -> Self {
        let vector = &vector[..vector.len().min(KEPT)];
        let step = step_for(vector.iter().copied());
        let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        let rounded = |pair: &[f32]| {
            [pair[0], pair.get(1).copied().unwrap_or(0.0)].map(|number| in_steps(number, step))
        };
        Self {
            pairs: vector.chunks(2).map(rounded).collect(),
            scale: if length > 0.0 { step / length } else { 1.0 },
        }
    }
}

/// One direction, rounded in the same way; each pair of its numbers stands once for each of eight
/// vectors.
pub(super) struct Direction {
    pairs: Vec<[i16; ABREAST]>,
    scale: f32,
}

impl Direction {
    /// Rounds a vector.
    pub fn new(vector: &[f32]) -> Self {
        let Rounded { pairs, scale } = Rounded::new(vector);
        let repeated = |pair: [i8; 2]| std::array::from_fn(|at| i16::from(pair[at % 2]));
        Self { pairs: pairs.into_iter().map(repeated).collect(), scale }
    }

    /// The largest cosine with any vector of these blocks. Compiled for every kind of machine,
    /// which is why it must be inlined.
    #[inline(always)]
    fn nearest(
        &self,
        machine: impl Simd,
        numbers: &[[i8; PAIRS]],
        scales: &[[f32; ABREAST]],
    ) -> f32 {
        let mut largest = [f32::NEG_INFINITY; ABREAST];
        for (block, scales) in numbers.chunks_exact(self.pairs.len().max(1)).zip(scales) {
            let products = self.products(machine, block);
            for at in 0..ABREAST {
                largest[at] = largest[at].max(scales[at] * products[at] as f32);
            }
        }
        (self.scale * largest.into_iter().fold(f32::NEG_INFINITY, f32::max)).max(-1.0)
    }

    /// The scalar products with the vectors of a block.
    #[inline(always)]
    fn products<S: Simd>(&self, machine: S, block: &[[i8; PAIRS]]) -> [i32; ABREAST] {
        let (mut first, mut others) = (i32x8::splat(machine, 0), i32x8::splat(machine, 0));
        for (numbers, asked) in block.iter().zip(&self.pairs) {
            let (of_first, of_others) = i8x32::from_slice(machine, numbers).widen();
            let asked = i16x16::from_slice(machine, asked);
            first += of_first.pairwise_dot_product(asked);
            others += of_others.pairwise_dot_product(asked);
        }
        let mut products = [0; ABREAST];
        let (to_first, to_others) = products.split_at_mut(ABREAST / 2);
        first.store_slice(to_first);
        others.store_slice(to_others);
        products
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of seven numbers, of length 1, that look like nothing in particular.
    fn vectors(count: usize) -> Vec<f32> {
        let mut vectors = Vec::new();
        for number in 0..count {
            let mut vector: [f32; 7] =
                std::array::from_fn(|at| ((number * 7 + at).pow(2) as f32 * 0.37).sin());
            super::super::vectors::scale_to_unit(&mut vector);
            vectors.extend(vector);
        }
        vectors
    }

    #[test]
    fn a_rounded_cosine_is_nearly_the_true_one() {
        let vectors = vectors(40);
        let (asked, group) = vectors.split_at(7);
        let true_one = group
            .chunks_exact(7)
            .map(|vector| vector.iter().zip(asked).map(|(x, y)| x * y).sum::<f32>());
        let true_one = true_one.fold(-1.0, f32::max);
        let rounded = Directions::new(7, [group]).nearest(0, &Direction::new(asked));
        assert!((rounded - true_one).abs() < 0.01, "{rounded} in place of {true_one}");
    }

    #[test]
    fn groups_do_not_mix() {
        let vectors = vectors(40);
        let directions = Directions::new(7, [&vectors[..7 * 3], &[], &vectors[7 * 3..]]);
        let nearest = |group, asked: usize| {
            directions.nearest(group, &Direction::new(&vectors[7 * asked..7 * asked + 7]))
        };
        for asked in 0..40 {
            let own = if asked < 3 { 0 } else { 2 };
            assert!(nearest(own, asked) > 0.99 && nearest(2 - own, asked) < 0.99, "{asked}");
            assert_eq!(nearest(1, asked), -1.0);
        }
    }
}

//! Vectors with one byte per number: an eighth of the memory, and fast to compare.

use pulp::{Arch, NullaryFnOnce};
use serde::{Deserialize, Serialize};

/// How many numbers of a vector are kept. The vectors are rotated so that the first dimensions
/// carry most of the variance: 96 of 192 ranked the right answer first as often as all of them.
const KEPT: usize = 96;

/// Vectors are padded with zeros to a multiple of this, so that the compiler can use vector
/// instructions on any machine.
const LANES: usize = 32;

/// The number of steps between zero and the largest number.
const STEPS: f32 = 127.0;

/// The step size for these numbers.
pub(super) fn step_for(numbers: impl Iterator<Item = f32>) -> f32 {
    let largest = numbers.fold(0.0_f32, |largest, number| largest.max(number.abs()));
    if largest > 0.0 { largest / STEPS } else { 1.0 }
}

/// A number, rounded to steps.
pub(super) fn quantise(number: f32, step: f32) -> i8 {
    (number / step).round() as i8
}

/// Groups of vectors, each cut to its first numbers, scaled to length 1 and quantised.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct QuantisedVectors {
    #[serde(with = "as_bytes")]
    numbers: Vec<i8>,
    /// The factor that turns the steps of each vector into numbers of a vector of length 1.
    scales: Vec<f32>,
    /// The first vector of each group, and the total number of vectors.
    starts: Vec<u32>,
    kept: usize,
}

/// One vector, quantised in the same way.
pub(super) struct QuantisedVector {
    /// As wide as the products are computed in.
    numbers: Vec<i16>,
    scale: f32,
}

impl QuantisedVectors {
    /// Each group contains vectors of `dims` numbers, one after the other.
    pub fn new<'v>(dims: usize, groups: impl IntoIterator<Item = &'v [f32]>) -> Self {
        let kept = dims.min(KEPT).next_multiple_of(LANES);
        let mut vectors = Self { starts: vec![0], kept, ..Self::default() };
        for group in groups {
            for vector in group.chunks_exact(dims.max(1)).map(QuantisedVector::new) {
                vectors.numbers.extend(vector.numbers.iter().map(|&number| number as i8));
                vectors.scales.push(vector.scale);
            }
            vectors.starts.push(vectors.scales.len() as u32);
        }
        vectors
    }

    /// Removes a vector, by its number over all groups.
    pub fn remove(&mut self, vector: usize) {
        self.numbers.drain(vector * self.kept..(vector + 1) * self.kept);
        self.scales.remove(vector);
        for start in self.starts.iter_mut().filter(|start| **start as usize > vector) {
            *start -= 1;
        }
    }

    /// The cosine of each vector of a group with another vector.
    pub fn cosines(&self, group: usize, wanted: &QuantisedVector) -> Vec<f32> {
        let range = self.starts[group] as usize..self.starts[group + 1] as usize;
        let numbers = &self.numbers[range.start * self.kept..range.end * self.kept];
        let scales = &self.scales[range];
        Arch::new().dispatch(Cosines { kept: self.kept, numbers, scales, wanted })
    }
}

impl QuantisedVector {
    pub fn new(vector: &[f32]) -> Self {
        let vector = &vector[..vector.len().min(KEPT)];
        let step = step_for(vector.iter().copied());
        let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        let mut numbers: Vec<i16> =
            vector.iter().map(|&number| quantise(number, step).into()).collect();
        numbers.resize(numbers.len().next_multiple_of(LANES), 0);
        Self { numbers, scale: if length > 0.0 { step / length } else { 1.0 } }
    }
}

/// The work of [`QuantisedVectors::cosines`], to be compiled for several processors.
struct Cosines<'v> {
    kept: usize,
    numbers: &'v [i8],
    scales: &'v [f32],
    wanted: &'v QuantisedVector,
}

impl NullaryFnOnce for Cosines<'_> {
    type Output = Vec<f32>;

    // What is not inlined is not compiled for the same instructions.
    #[inline(always)]
    fn call(self) -> Vec<f32> {
        let Self { kept, numbers, scales, wanted } = self;
        let mut cosines = Vec::with_capacity(scales.len());
        for (numbers, scale) in numbers.chunks_exact(kept.max(1)).zip(scales) {
            cosines.push(scale * wanted.scale * dot(numbers, &wanted.numbers) as f32);
        }
        cosines
    }
}

/// A plain loop over numbers widened to 16 bits, which compilers turn into vector instructions: those
/// of the caller, so it has to be inlined there.
#[inline(always)]
fn dot(numbers: &[i8], wanted: &[i16]) -> i32 {
    let (numbers, _) = numbers.as_chunks::<LANES>();
    let (wanted, _) = wanted.as_chunks::<LANES>();
    let mut sum = 0;
    for (numbers, wanted) in numbers.iter().zip(wanted) {
        let numbers = numbers.map(i16::from);
        let products = numbers.iter().zip(wanted).map(|(&x, &y)| i32::from(x) * i32::from(y));
        sum += products.sum::<i32>();
    }
    sum
}

/// Stores numbers as bytes: one by one, reading them would take longer and twice the memory.
mod as_bytes {
    use std::fmt::{self, Formatter};

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(numbers: &[i8], serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = numbers.iter().map(|number| number.cast_unsigned()).collect();
        serializer.serialize_bytes(&bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i8>, D::Error> {
        deserializer.deserialize_bytes(Bytes)
    }

    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<i8>;

        fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<i8>, E> {
            Ok(bytes.iter().map(|byte| byte.cast_signed()).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::model::vector_table::scale_to_unit;

    /// Vectors of seven numbers, of length 1, in no particular order.
    fn vectors(count: usize) -> Vec<f32> {
        let mut vectors = Vec::new();
        for number in 0..count {
            let mut vector: [f32; 7] =
                std::array::from_fn(|at| ((number * 7 + at).pow(2) as f32 * 0.37).sin());
            scale_to_unit(&mut vector);
            vectors.extend(vector);
        }
        vectors
    }

    #[test]
    fn a_number_comes_back_to_half_a_step() {
        let numbers = [0.0, 0.1, -2.5, 4.9, -4.9];
        let step = step_for(numbers.into_iter());
        for number in numbers {
            let back = f32::from(quantise(number, step)) * step;
            assert!((back - number).abs() <= step / 2.0, "{number} became {back}");
        }
        assert_eq!(step_for([0.0, 0.0].into_iter()), 1.0);
    }

    #[test]
    fn a_quantised_cosine_is_nearly_the_true_one() {
        let vectors = vectors(40);
        let (wanted, group) = vectors.split_at(7);
        let cosine = |vector: &[f32]| vector.iter().zip(wanted).map(|(x, y)| x * y).sum::<f32>();
        let expected = group.chunks_exact(7).map(cosine).fold(-1.0, f32::max);
        let quantised = QuantisedVectors::new(7, [group]);
        let quantised =
            quantised.cosines(0, &QuantisedVector::new(wanted)).into_iter().fold(-1.0, f32::max);
        assert!((quantised - expected).abs() < 0.01, "{quantised} instead of {expected}");
    }

    #[test]
    fn groups_do_not_mix() {
        let vectors = vectors(40);
        let groups = QuantisedVectors::new(7, [&vectors[..7 * 3], &[], &vectors[7 * 3..]]);
        let nearest = |group, wanted: usize| {
            let wanted = QuantisedVector::new(&vectors[7 * wanted..7 * wanted + 7]);
            groups.cosines(group, &wanted).into_iter().fold(-1.0, f32::max)
        };
        for wanted in 0..40 {
            let own = if wanted < 3 { 0 } else { 2 };
            assert!(nearest(own, wanted) > 0.99 && nearest(2 - own, wanted) < 0.99, "{wanted}");
            assert_eq!(nearest(1, wanted), -1.0);
        }
    }
}

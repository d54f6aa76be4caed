//! A linear classifier from the direction of a question to an entry, trained on the phrasings while the index is built.
//!
//! One hyperplane for each entry, "this one against all others", found by dual coordinate descent on the squared hinge loss
//! (Hsieh, Chang, Lin, Keerthi and Sundararajan, *A Dual Coordinate Descent Method for Large-scale Linear SVM*, ICML 2008). The
//! order in which examples are visited is fixed, so the same phrasings always give the same classifier.

use super::vectors::dot;

/// The price of a mistake on an example, against the wish for a wide margin. 1 is the usual choice and was not tuned.
const COST: f32 = 1.0;

/// How many times the examples are visited at the most, and the violation below which they are left alone.
const PASSES: usize = 6;
const TOLERANCE: f32 = 0.05;

/// What a plane says before it has learnt anything: no, with just the margin that is asked for.
const START: f32 = -1.0;

/// An example that lies this much further on the right side than it must is not visited again.
const CLEAR: f32 = 0.15;

/// The hyperplanes of all entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    dims: usize,
    /// For each entry its weights, then its bias.
    planes: Vec<f32>,
}

impl Classifier {
    /// Trains on examples: vectors of `dims` numbers one after the other, and the entry that each belongs to.
    pub fn train(dims: usize, vectors: &[f32], owners: &[u32], entries: usize) -> Self {
        let order = shuffled(owners.len());
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = entries.div_ceil(threads).max(1);
        let mut planes = vec![0.0; entries * (dims + 1)];
        std::thread::scope(|scope| {
            for (part, planes) in planes.chunks_mut(share * (dims + 1)).enumerate() {
                let order = &order;
                scope.spawn(move || {
                    for (place, plane) in planes.chunks_mut(dims + 1).enumerate() {
                        train_plane(plane, (part * share + place) as u32, dims, vectors, owners, order);
                    }
                });
            }
        });
        Self { dims, planes }
    }

    /// How far a vector lies on each entry's side of its plane. From 1 on the entry is sure, from −1 down it is sure not.
    pub fn margins(&self, vector: &[f32]) -> Vec<f32> {
        let plane_of = |plane: &[f32]| dot(&plane[..self.dims], vector) + plane[self.dims];
        self.planes.chunks_exact(self.dims + 1).map(plane_of).collect()
    }

    /// The classifier as bytes: the number of dimensions, then the planes, little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let dims = (self.dims as u32).to_le_bytes();
        dims.into_iter().chain(self.planes.iter().flat_map(|number| number.to_le_bytes())).collect()
    }

    /// How many bytes [`Classifier::to_bytes`] gives.
    pub fn byte_count(dims: usize, entries: usize) -> usize {
        4 + 4 * entries * (dims + 1)
    }

    /// Reads what [`Classifier::to_bytes`] wrote; `None` if it does not fit `dims` and `entries`.
    pub fn from_bytes(bytes: &[u8], dims: usize, entries: usize) -> Option<Self> {
        let (head, planes) = bytes.split_at_checked(4)?;
        let fits = head == (dims as u32).to_le_bytes() && planes.len() == 4 * entries * (dims + 1);
        let number = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
        fits.then(|| Self { dims, planes: planes.chunks_exact(4).map(number).collect() })
    }
}

/// Finds the plane of one entry. Examples that lie far enough on the right side are dropped from later passes.
fn train_plane(plane: &mut [f32], entry: u32, dims: usize, vectors: &[f32], owners: &[u32], order: &[u32]) {
    let diagonal = 1.0 / (2.0 * COST);
    // Nearly every example belongs to another entry, so every plane starts out saying no. Only the neighbours of the entry then have
    // anything to teach, and the rest is passed over.
    plane[dims] = START;
    let mut alphas = vec![0.0_f32; owners.len()];
    let mut active: Vec<u32> = order.to_vec();
    for _ in 0..PASSES {
        let mut worst: f32 = 0.0;
        active.retain(|&example| {
            let example = example as usize;
            let vector = &vectors[example * dims..(example + 1) * dims];
            let sign = if owners[example] == entry { 1.0 } else { -1.0 };
            let margin = sign * (dot(&plane[..dims], vector) + plane[dims]);
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
            plane[..dims].iter_mut().zip(vector).for_each(|(weight, number)| *weight += step * number);
            plane[dims] += step;
            true
        });
        if worst < TOLERANCE {
            break;
        }
    }
}

/// The numbers below `count` in an order that looks random and is always the same (a multiplicative generator, Lehmer 1951).
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

    /// Three entries, each with examples around an axis of its own.
    fn examples() -> (Vec<f32>, Vec<u32>) {
        let rows =
            [[0.9, 0.3, 0.3], [1.0, 0.0, 0.0], [0.3, 0.9, 0.3], [0.0, 1.0, 0.0], [0.3, 0.3, 0.9], [0.0, 0.0, 1.0]];
        (rows.concat(), vec![0, 0, 1, 1, 2, 2])
    }

    #[test]
    fn every_example_falls_to_its_own_entry() {
        let (vectors, owners) = examples();
        let classifier = Classifier::train(3, &vectors, &owners, 3);
        for (vector, owner) in vectors.chunks(3).zip(owners) {
            let margins = classifier.margins(vector);
            let best = (0..3).max_by(|&a, &b| margins[a].total_cmp(&margins[b])).unwrap();
            assert_eq!(best as u32, owner, "{margins:?}");
        }
    }

    #[test]
    fn training_is_repeatable_and_survives_the_disk() {
        let (vectors, owners) = examples();
        let classifier = Classifier::train(3, &vectors, &owners, 3);
        assert_eq!(classifier, Classifier::train(3, &vectors, &owners, 3));
        let bytes = classifier.to_bytes();
        assert_eq!(Classifier::from_bytes(&bytes, 3, 3), Some(classifier));
        assert_eq!(Classifier::from_bytes(&bytes[1..], 3, 3), None);
        assert_eq!(Classifier::from_bytes(&bytes, 3, 4), None);
    }
}

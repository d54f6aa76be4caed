//! A table of word-piece vectors: the matcher uses it to compare texts by meaning.
//!
//! Each row is a vector for a piece of a word, a word, or a pair of words. The sum of a text's rows
//! points roughly in the direction of a sentence encoder's embedding. A sum is all there is to
//! compute, so a text costs microseconds. `tools/README.md` says how the table was made and
//! describes its file.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use hashbrown::HashTable;
use pulp::{Arch, NullaryFnOnce};

use crate::language::fold;

const MAGIC: &[u8; 4] = b"CCVT";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = 16;

/// The longest piece, in characters.
const LONGEST_PIECE: usize = 32;

/// The table, with its file in memory.
pub struct VectorTable {
    file: Vec<u8>,
    /// The rows by piece. A piece that continues a word begins with `##`; a pair of words contains
    /// a space.
    pieces: HashTable<Piece>,
    hasher: RandomState,
    dims: usize,
    /// The offsets in the file at which the scales and the rows begin. A scale is the step size of
    /// a quantised row.
    scales_at: usize,
    rows_at: usize,
    /// The BLAKE3 hash of the file, in hexadecimal digits.
    digest: String,
}

/// The position of a piece in the file, and its row.
struct Piece {
    start: u32,
    length: u8,
    row: u32,
}

/// Why a vector table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    #[error("cannot read the vector table {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file is not a vector table, or is truncated.
    #[error("{} is not a whole vector table", path.display())]
    Malformed { path: PathBuf },
}

impl VectorTable {
    pub fn open(path: &Path) -> Result<Self, VectorError> {
        let bytes = std::fs::read(path)
            .map_err(|source| VectorError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(bytes).ok_or_else(|| VectorError::Malformed { path: path.to_owned() })
    }

    /// Parses a table. `None` if a byte is missing or left over.
    fn parse(file: Vec<u8>) -> Option<Self> {
        let header = file.get(..HEADER_BYTES)?;
        let short = |at: usize| Some(u16::from_le_bytes(header.get(at..at + 2)?.try_into().ok()?));
        let long =
            |at: usize| Some(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?) as usize);
        if &header[..4] != MAGIC || short(4)? != VERSION {
            return None;
        }
        let (dims, count, vocabulary_bytes) = (short(6)? as usize, long(8)?, long(12)?);
        // The scales are aligned to four bytes.
        let scales_at = HEADER_BYTES.checked_add(vocabulary_bytes)?.next_multiple_of(4);
        let rows_at = scales_at.checked_add(count.checked_mul(4)?)?;
        if dims == 0 || file.len() != rows_at.checked_add(count.checked_mul(dims)?)? {
            return None;
        }
        let hasher = RandomState::new();
        let pieces = read_pieces(&file, vocabulary_bytes, count, &hasher)?;
        let digest = blake3::hash(&file).to_hex().to_string();
        Some(Self { file, pieces, hasher, dims, scales_at, rows_at, digest })
    }

    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The BLAKE3 hash of the file.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the table has this folded word as a whole.
    pub fn knows_word(&self, word: &str) -> bool {
        !word.starts_with("##") && self.row(word).is_some()
    }

    /// The vector of a text: the sum of its rows, scaled to length 1. All zeros if no word of the
    /// text is known.
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let words = split_words(text);
        let mut sum = vec![0.0; self.dims];
        for word in &words {
            self.add_word(word, &mut sum);
        }
        let mut both = String::new();
        for pair in words.windows(2) {
            both.clear();
            both.extend([&pair[0], " ", &pair[1]]);
            if let Some(row) = self.row(&both) {
                self.add_row(row, &mut sum);
            }
        }
        scale_to_unit(&mut sum);
        sum
    }

    /// Adds the pieces of a word, split greedily into the longest pieces. Adds nothing if a part of
    /// the word matches no piece.
    fn add_word(&self, word: &str, sum: &mut [f32]) {
        let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
        let mut rows = Vec::new();
        let mut start = 0;
        while start + 1 < ends.len() {
            let furthest = (start + LONGEST_PIECE).min(ends.len() - 1);
            let longest_piece = (start + 1..=furthest).rev().find_map(|end| {
                let piece = &word[ends[start]..ends[end]];
                let row =
                    if start == 0 { self.row(piece) } else { self.row(&format!("##{piece}")) };
                Some((end, row?))
            });
            let Some((end, row)) = longest_piece else { return };
            rows.push(row);
            start = end;
        }
        rows.into_iter().for_each(|row| self.add_row(row, sum));
    }

    fn row(&self, piece: &str) -> Option<u32> {
        let is_it = |known: &Piece| known.text(&self.file) == piece.as_bytes();
        self.pieces.find(self.hasher.hash_one(piece.as_bytes()), is_it).map(|known| known.row)
    }

    fn add_row(&self, row: u32, sum: &mut [f32]) {
        let row = row as usize;
        let scale_at = self.scales_at + 4 * row;
        let scale: [u8; 4] = std::array::from_fn(|byte| self.file[scale_at + byte]);
        let scale = f32::from_le_bytes(scale);
        let row_at = self.rows_at + row * self.dims;
        for (total, &number) in sum.iter_mut().zip(&self.file[row_at..row_at + self.dims]) {
            *total += scale * f32::from(number as i8);
        }
    }
}

impl Piece {
    fn text<'f>(&self, file: &'f [u8]) -> &'f [u8] {
        &file[self.start as usize..self.start as usize + self.length as usize]
    }
}

fn read_pieces(
    file: &[u8],
    bytes: usize,
    count: usize,
    hasher: &RandomState,
) -> Option<HashTable<Piece>> {
    let end = HEADER_BYTES + bytes;
    let hash = |piece: &Piece| hasher.hash_one(piece.text(file));
    let mut pieces = HashTable::with_capacity(count);
    let mut at = HEADER_BYTES;
    for row in 0..count {
        let length = *file.get(at)?;
        let piece = Piece { start: at as u32 + 1, length, row: row as u32 };
        at += 1 + length as usize;
        if at > end || std::str::from_utf8(piece.text(file)).is_err() {
            return None;
        }
        pieces.insert_unique(hash(&piece), piece, hash);
    }
    (at == end).then_some(pieces)
}

/// Splits a text as the training of the table did: runs of letters and digits are words, and every
/// other character is a word by itself.
fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in fold(text).chars() {
        if c.is_alphanumeric() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if !c.is_whitespace() {
            words.push(c.to_string());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Scales a vector to length 1. A zero vector stays as it is.
pub(super) fn scale_to_unit(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|number| *number /= length);
    }
}

/// The dot products of a vector with each row of a matrix, given one row after the other.
pub(super) fn dots(rows: &[f32], vector: &[f32]) -> Vec<f32> {
    Arch::new().dispatch(Dots { rows, vector })
}

/// The work of [`dots`], to be compiled for several processors.
struct Dots<'v> {
    rows: &'v [f32],
    vector: &'v [f32],
}

impl NullaryFnOnce for Dots<'_> {
    type Output = Vec<f32>;

    // What is not inlined is not compiled for the same instructions.
    #[inline(always)]
    fn call(self) -> Vec<f32> {
        let rows = self.rows.chunks_exact(self.vector.len().max(1));
        let mut dots = Vec::with_capacity(rows.len());
        for row in rows {
            dots.push(dot(row, self.vector));
        }
        dots
    }
}

/// Summed in lanes, so that the compiler can use vector instructions: those of the caller, so it has
/// to be inlined there. The order of the summands does not depend on them.
#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_lanes.remainder().iter().zip(b_lanes.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_lanes.zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

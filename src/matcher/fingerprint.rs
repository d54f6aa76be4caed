//! A number for a sequence of terms.

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo) of some terms in order. It is kept on disk, so it
/// must be the same for every program.
pub(super) fn fingerprint<'t>(terms: impl IntoIterator<Item = &'t str>) -> u64 {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = terms.into_iter().flat_map(|term| term.bytes().chain([0]));
    bytes.fold(START, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn fingerprints_stay_the_same_for_ever() {
        assert_ne!(fingerprint(["a", "b"]), fingerprint(["ab"]));
        assert_eq!(fingerprint([""]), 0xaf63_bd4c_8601_b7df);
    }
}

//! Where something stands in a text. Every message that names a line counts with these functions.

/// The number of the line, counted from 1, that holds the byte at `offset`. An offset beyond the
/// end means the last line. Takes bytes too, because a file that is not UTF-8 has lines as well.
pub(crate) fn line_at(text: impl AsRef<[u8]>, offset: usize) -> usize {
    let text = text.as_ref();
    1 + text[..offset.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}

/// Where the lines of a text begin, for whoever asks often: [`line_at`] counts from the start.
pub(crate) struct LineStarts(Vec<usize>);

impl LineStarts {
    pub fn of(text: &str) -> Self {
        let starts = text.match_indices('\n').map(|(end, _)| end + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// The number of a line as [`line_at`] counts it.
    pub fn line_at(&self, offset: usize) -> usize {
        self.0.partition_point(|&start| start <= offset)
    }
}

/// The line of a TOML error in `text`, and the parser's message without its drawing of the place.
/// An error without a place is reported where the value starts that was being read.
pub(crate) fn toml_error<'e>(
    text: &str,
    error: &'e toml::de::Error,
    value_start: usize,
) -> (usize, &'e str) {
    let offset = error.span().map_or(value_start, |span| span.start);
    (line_at(text, offset), error.message().lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_of_a_line_belongs_to_it() {
        let text = "one\ntwo\n";
        let lines = LineStarts::of(text);
        assert_eq!([0, 3, 4, 7].map(|offset| line_at(text, offset)), [1, 1, 2, 2]);
        assert_eq!([0, 3, 4, 7].map(|offset| lines.line_at(offset)), [1, 1, 2, 2]);
    }

    #[test]
    fn an_offset_beyond_the_end_is_on_the_last_line() {
        assert_eq!(line_at("one\ntwo", 99), 2);
        assert_eq!(line_at("", 1), 1);
    }

    #[test]
    fn a_toml_error_has_its_own_line() {
        let error = toml::from_str::<toml::Table>("good = 1\nbad = \n").unwrap_err();
        let (line, message) = toml_error("good = 1\nbad = \n", &error, 0);
        assert_eq!(line, 2);
        assert!(!message.is_empty() && !message.contains('\n'), "{message}");
    }
}

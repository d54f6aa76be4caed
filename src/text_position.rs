//! Line numbers in texts. All messages with line numbers use these functions.

/// The number, from 1, of the line that contains the byte at `offset`; the last line if the offset
/// is beyond the end. Accepts bytes too, for files that are not UTF-8.
pub(crate) fn line_at(text: impl AsRef<[u8]>, offset: usize) -> usize {
    let text = text.as_ref();
    1 + text[..offset.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}

/// The offsets of all lines of a text, for repeated lookups: [`line_at`] counts from the start.
pub(crate) struct LineStarts(Vec<usize>);

impl LineStarts {
    pub fn of(text: &str) -> Self {
        let starts = text.match_indices('\n').map(|(end, _)| end + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// The same as [`line_at`], by binary search.
    pub fn line_at(&self, offset: usize) -> usize {
        self.0.partition_point(|&start| start <= offset)
    }
}

/// The line of a TOML error in `text`, and the parser's message without the excerpt of the text. An
/// error without a position gets the line at which the value starts.
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

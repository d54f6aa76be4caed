//! Removes the markup of a chat from what somebody typed, so that only their words are left.
//!
//! The markup is that of Discord: its Markdown, and tokens such as mentions and custom emoji. A
//! parser of CommonMark does not fit. It knows neither spoilers nor subtext nor a code block in the
//! middle of a line, it drops lines such as `[note]: words`, and it takes `2*3*4` for emphasis.
//!
//! In doubt, a character is not markup. One that stays beside a word does no harm, because it only
//! separates words.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex};

/// A code block. Its first line names the language if it is one word and more lines follow.
static CODE_BLOCK: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?s)```(?:[A-Za-z0-9_+.#-]+\n)?\n*([^\n`].*?)```"));

/// A link with a text of its own. The address may contain a pair of parentheses.
static MASKED_LINK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?x)
        \[ ([^\[\]]+) \]
        \( <?https?:// (?: [^\s()<>] | \( [^\s()<>]* \) )* >? (?: \s+ "[^"\n]*" )? \)"#,
    )
});

/// What Discord replaces by something else, and what only addresses or decorates.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)
          <@[!&]?\d+>                       # a user or a role
        | <\#\d+>                           # a channel
        | </[^<>:\n]+:\d+>                  # a command
        | <a?:[\w~]+:\d+>                   # a custom emoji
        | <t:-?\d+(?: :[A-Za-z] )?>         # a time
        | <id:[\w-]+(?: :\d+ )?>            # a part of the server, such as its guide
        | <https?://[^\s<>]+>               # a link without a preview
        | https?://(?:\w+\.)?discord(?:app)?\.com/channels/[\w@/]+
        | \B@(?:everyone|here)\b
        | \B:[+-]?\w[\w-]*:\B               # an emoji by its name
        | [\d\#*]\u{fe0f}?\u{20e3}          # a key cap
        | (?: \p{Regional_Indicator} | \p{Emoji_Modifier}
            # four letters are emoji only with the mark for one; without, people write words in them
            | [\p{Extended_Pictographic}--[🅰🅱🅾🅿]] | [🅰🅱🅾🅿]\u{fe0f} )
          [\u{fe0f}\u{200d}\u{e0020}-\u{e007f}]*",
    )
});

/// What stands before the words of a line: quotes, then a bullet, then a heading or subtext.
static LINE_START: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?m)^[ \t]*(?:>(?:>>)? )?[ \t]*(?:(?:[-*+•]|\d{1,2}\.) +)?(?:(?:#{1,3}|-#) +)?")
});

/// A run of a character that is put around words.
static RUN: LazyLock<Regex> = LazyLock::new(|| regex(r"\*+|_+|~+|\|+|`+"));

/// The text without markup. All words stay as they were typed, also those in code, in spoilers and
/// of links. White space can remain where markup was.
pub fn without_markup(text: &str) -> String {
    let text = CODE_BLOCK.replace_all(text, "\n$1\n");
    let text = MASKED_LINK.replace_all(&text, "$1");
    let text = TOKEN.replace_all(&text, " ");
    let text = LINE_START.replace_all(&text, "");
    without_marks(&text)
}

/// Whether a text consists of markup and white space. This includes the empty text.
pub fn is_only_markup(text: &str) -> bool {
    without_markup(text).trim().is_empty()
}

/// Removes pairs of marks around words, such as `**` or `||`.
fn without_marks(text: &str) -> String {
    let mut open: HashMap<&str, Mark> = HashMap::new();
    let mut removed: Vec<Range<usize>> = Vec::new();
    for mark in RUN.find_iter(text).map(|run| Mark::new(text, &run)) {
        if mark.is_always_code() {
            removed.push(mark.place);
        } else if open.get(mark.run).is_some_and(|opening| mark.closes(opening, text)) {
            removed.extend(open.remove(mark.run).map(|opening| opening.place));
            removed.push(mark.place);
        } else if mark.can_open() {
            open.insert(mark.run, mark);
        }
    }
    removed.sort_unstable_by_key(|place| place.start);
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for place in removed {
        kept.push_str(&text[end..place.start]);
        end = place.end;
    }
    kept + &text[end..]
}

/// A run of one character that may begin or end markup.
struct Mark<'t> {
    run: &'t str,
    place: Range<usize>,
    before: Option<char>,
    after: Option<char>,
}

impl<'t> Mark<'t> {
    fn new(text: &'t str, run: &Match<'t>) -> Self {
        Self {
            run: run.as_str(),
            place: run.range(),
            before: text[..run.start()].chars().next_back(),
            after: text[run.end()..].chars().next(),
        }
    }

    /// Whether this is part of a code block without an end, or surrounds inline code. A single
    /// backtick can be an apostrophe.
    fn is_always_code(&self) -> bool {
        self.run.starts_with("``")
    }

    fn can_open(&self) -> bool {
        let is_mark = match self.run {
            "*" | "_" | "`" => self.after.is_some_and(|c| !c.is_whitespace()),
            "**" | "***" | "__" | "___" | "~~" | "||" => true,
            _ => false,
        };
        is_mark && (!is_part_of_word(self.before) || self.may_divide_word())
    }

    /// Whether this ends what `opening` has begun.
    fn closes(&self, opening: &Self, text: &str) -> bool {
        let is_single = self.run.len() == 1;
        if is_single && self.before.is_some_and(char::is_whitespace) {
            return false;
        }
        if !is_part_of_word(self.after) {
            return true;
        }
        // Two marks inside words are markup if it is one word: "un**believ**able", but neither
        // "f**k this s**t" nor "price*months*users".
        let between = &text[opening.place.end..self.place.start];
        self.may_divide_word()
            && (!is_part_of_word(opening.before)
                || !is_single && !between.contains(char::is_whitespace))
    }

    /// Whether the mark can be inside a word. Underscores join words, a backtick can be an
    /// apostrophe, and beside a digit a star multiplies.
    fn may_divide_word(&self) -> bool {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        !self.run.starts_with(['_', '`']) && is_letter(self.before) && is_letter(self.after)
    }
}

fn is_part_of_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// # Panics
/// If the pattern is wrong; the tests use every pattern.
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are right")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a text between single spaces.
    fn plain(text: &str) -> String {
        without_markup(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tokens_are_removed() {
        let tokens = [
            "<@1>",
            "<@!1>",
            "<@&1>",
            "<#1>",
            "</ask:1>",
            "</faq show:1>",
            "<:blob:1>",
            "<a:party_blob:1>",
            "<t:1700000000>",
            "<t:-5:R>",
            "<id:customize>",
            "<id:linked-roles:1>",
            "https://discord.com/channels/1/2/3",
            "https://ptb.discord.com/channels/@me/2/3",
            "http://canary.discordapp.com/channels/1/2",
            "<https://discord.com/channels/1/2/3>",
            "<https://example.com/a?b=c>",
            "@everyone",
            "@here",
            ":thinking:",
            ":+1:",
            ":wave::skin-tone-2:",
            "👍",
            "👩🏽‍⚖️",
            "❤️",
            "🇺🇸",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "1️⃣",
            "#⃣",
            "ℹ️",
        ];
        for token in tokens {
            assert_eq!(plain(token), "", "{token}");
            assert_eq!(plain(&format!("{token} is it over?{token}")), "is it over?", "{token}");
            assert_eq!(plain(&format!("is {token} it over")), "is it over", "{token}");
        }
    }

    #[test]
    fn marks_around_words_are_removed() {
        for (marked, words) in [
            ("**is** it __over__?", "is it over?"),
            ("*is* _it_ ***over***", "is it over"),
            ("__**is it**__ ~~dead~~ over", "is it dead over"),
            ("||is it over||", "is it over"),
            ("|| is it over ||", "is it over"),
            ("`is it` ``over``", "is it over"),
            ("**Lantern**'s `fine`'s _end_'s", "Lantern's fine's end's"),
            ("**un**paid **L**antern over*due*", "unpaid Lantern overdue"),
            ("un**believ**able", "unbelievable"),
            ("**$1,000** _5:25-cv-00709_", "$1,000 5:25-cv-00709"),
            ("**is *it* over**", "is it over"),
            ("**is it over\nnow**", "is it over now"),
        ] {
            assert_eq!(plain(marked), words, "{marked}");
        }
    }

    #[test]
    fn code_blocks_lose_their_language() {
        for (marked, words) in [
            ("```\nis it over\n```", "is it over"),
            ("```is it over```", "is it over"),
            ("```text\nis it over\n```", "is it over"),
            ("so ```c++\nis it```over?", "so is it over?"),
            ("```status\n```", "status"),
            ("```status```", "status"),
            ("```\nstatus\n```", "status"),
            ("is it over```", "is it over"),
            ("```**is it** <@1>over```", "is it over"),
        ] {
            assert_eq!(plain(marked), words, "{marked}");
        }
    }

    #[test]
    fn lines_lose_what_they_begin_with() {
        for (marked, words) in [
            ("# is it over", "is it over"),
            ("### is it\n-# over", "is it over"),
            ("> is it\n> over", "is it over"),
            (">>> is it\nover", "is it over"),
            ("> ## is it over", "is it over"),
            ("- is it\n  * over\n• now", "is it over now"),
            ("1. is it over\n12. who won", "is it over who won"),
            ("<@1>\n- *is it* over", "is it over"),
        ] {
            assert_eq!(plain(marked), words, "{marked}");
        }
    }

    #[test]
    fn links_keep_their_text() {
        for (marked, words) in [
            ("[is it over](https://example.com)", "is it over"),
            ("is [it](<https://example.com/a_(b)> \"title\") over", "is it over"),
            ("**[Apple](https://example.com)**'s fine", "Apple's fine"),
            ("[see](https://discord.com/channels/1/2/3)", "see"),
        ] {
            assert_eq!(plain(marked), words, "{marked}");
        }
    }

    #[test]
    fn ordinary_text_is_unchanged() {
        for text in [
            "is it over?",
            "status/is-it-over",
            "topic/name_with_joins",
            "snake_case_name and foo__bar__baz",
            "2*3*4, 5 * 6 * 7, 2**3**4 and 5*3*2 more",
            "price*months*users",
            "f**k this s**t",
            "i <3 it, a < b and b > c, 1<2>1",
            "$1,000, €5.50 and 10% of 3/4",
            "🅷🅾🆆 🅰🅱🅾🆄🆃 🅿🅰🆈",
            "isn`t it, and wasn`t it",
            "5:25-cv-00709: at 10:30:45 by me@here.com (c:d:e)",
            "https://example.com/a_b*c?d=e#f",
            "[sic] (see below) [note]: is it over",
            "#1 and -#2, >5, -1 and 1.5",
            "2024. And then?",
            "a || b, x | y, ~5, ~",
            "<b>bold</b> <script> AT&amp;T",
            "@sam, email me",
            "",
            "a * b _ c ` d ~ e | f ** g",
        ] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn unfinished_markup_of_any_length_stays() {
        for piece in ["<@1", "[a](https://b", "_a", ":a", "a_b ", "a` ", "</a"] {
            let text = piece.repeat(10_000);
            assert_eq!(without_markup(&text).len(), text.len(), "{piece}");
        }
    }
}

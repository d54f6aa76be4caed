//! Checks the words of a log filter.

/// The levels, as an operator writes them.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The crates that write to the log. A target is the path of a module, and begins with its crate.
const CRATES: [&str; 20] = [
    "caseclerk",
    "h2",
    "hyper",
    "hyper_util",
    "jiff",
    "log",
    "measure_time",
    "mio",
    "native_tls",
    "reqwest",
    "rustls",
    "rustyline",
    "serenity",
    "sqlx",
    "sqlx_core",
    "tantivy",
    "tokio",
    "tokio_tungstenite",
    "tracing",
    "tungstenite",
];

/// Refuses a word that is neither a level nor a target. The library takes any word for a target, so
/// a misspelt level would silence everything.
pub(super) fn check(filter: &str) -> Result<(), String> {
    let is_bare = |word: &&str| {
        !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "_:-".contains(c))
    };
    let mut words = filter.split(',').map(str::trim).filter(is_bare);
    let Some(wrong) = words.find(|word| !is_level(word) && !is_target(word)) else {
        return Ok(());
    };
    let meant = LEVELS.into_iter().find(|level| is_meant(wrong, level));
    let meant = meant.map_or(String::new(), |level| format!("; did you mean `{level}`?"));
    Err(format!(
        "{wrong:?} is neither a level ({}) nor a part of the program, such as caseclerk{meant}",
        LEVELS.join(", ")
    ))
}

/// The library also takes the numbers from 0 to 5.
fn is_level(word: &str) -> bool {
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))
        || word.parse::<usize>().is_ok_and(|number| number < LEVELS.len())
}

fn is_target(word: &str) -> bool {
    word.split("::").next().is_some_and(|name| CRATES.contains(&name))
}

/// Whether a word is a longer or a shorter name of a level, or has a slip of the fingers.
fn is_meant(word: &str, level: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.starts_with(level)
        || level.starts_with(&word)
        || strsim::damerau_levenshtein(&word, level) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_targets_are_filters() {
        for filter in [
            "warn",
            "WARN",
            "off",
            "3",
            "caseclerk",
            "caseclerk::discord",
            "info,tantivy=warn",
            "caseclerk=debug, serenity",
            "[progress]=info",
            "something_else=debug",
        ] {
            assert_eq!(check(filter), Ok(()), "{filter}");
        }
    }

    #[test]
    fn other_words_are_none_and_a_level_is_named() {
        let meant = |filter: &str| {
            let error = check(filter).unwrap_err();
            assert!(error.contains("off, error, warn, info, debug, trace"), "{error}");
            error.split_once("did you mean `").map(|(_, level)| level.replace("`?", ""))
        };
        for (filter, level) in [
            ("warning", Some("warn")),
            ("information", Some("info")),
            ("err", Some("error")),
            ("tarce", Some("trace")),
            ("info,debgu", Some("debug")),
            ("verbose", None),
            ("true", None),
            ("7", None),
        ] {
            assert_eq!(meant(filter).as_deref(), level, "{filter}");
        }
    }
}

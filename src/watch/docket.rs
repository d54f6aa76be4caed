//! Whether something happened in the docket of the case, or between its parties elsewhere.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::court_listener::{CourtListener, FoundDocket, FoundEntry, Trouble};
use super::{Look, News, shortened};
use crate::legal::{Case, DocketNumber};

/// The most characters of what an entry says.
const DESCRIPTION: usize = 300;

/// What to look for.
#[derive(Debug, Clone)]
pub struct WatchedCase {
    number: DocketNumber,
    /// Its id at CourtListener, if the content has it.
    court: Option<String>,
    plaintiff: String,
    defendant: String,
    /// The day of the last step that the case file has.
    known_until: Date,
}

/// What is known of the docket and of others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KnownDocket {
    /// The ids of all dockets between the parties that were seen.
    dockets: BTreeSet<u64>,
    /// The id of the entry that CourtListener added last.
    newest_entry: Option<u64>,
}

impl WatchedCase {
    pub fn new(case: &Case) -> Self {
        let names = case.courtlistener.as_ref();
        Self {
            number: case.docket_number.clone(),
            court: names.map(|names| names.court.clone()),
            plaintiff: names.map_or(&case.plaintiff, |names| &names.plaintiff).clone(),
            defendant: names.map_or(&case.defendant, |names| &names.defendant).clone(),
            known_until: case.history.latest().date,
        }
    }

    fn is_between_the_parties(&self, docket: &FoundDocket) -> bool {
        let parties = docket.party.iter().flatten();
        let names: Vec<&str> = docket.case_name.iter().chain(parties).map(String::as_str).collect();
        [&self.plaintiff, &self.defendant]
            .iter()
            .all(|party| names.iter().any(|name| has_words(name, party)))
    }

    fn is_own(&self, docket: &FoundDocket) -> bool {
        let number = docket.docket_number.as_deref().and_then(number);
        let court = docket.court_id.as_ref();
        number.as_ref() == Some(&self.number)
            && match &self.court {
                Some(own) => court == Some(own),
                None => self.is_between_the_parties(docket),
            }
    }
}

impl CourtListener {
    /// Asks for new dockets and new entries. On the first look, what the case file cannot know is new:
    /// other dockets, and entries after its last step.
    pub async fn look(
        &self,
        case: &WatchedCase,
        known: Option<&KnownDocket>,
    ) -> Result<Look<KnownDocket>, Trouble> {
        let own = self.own(case).await?;
        let query = [("q", in_quotes(&case.plaintiff)), ("party_name", in_quotes(&case.defendant))];
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        let found = self.search(&query).await?;
        let mut next = known.cloned().unwrap_or_default();
        let (mut news, mut gaps) = (Vec::new(), Vec::new());
        for docket in found.iter().filter(|docket| case.is_between_the_parties(docket)) {
            if !case.is_own(docket) && next.dockets.insert(docket.id) {
                news.push(news_of_docket(docket));
            }
        }
        for docket in &own {
            next.dockets.insert(docket.id);
            let newest = known.and_then(|known| known.newest_entry);
            let Some(entries) = self.entries(docket.id, newest).await? else {
                gaps.push(
                    "this account may not see the entries of dockets; ask CourtListener for that"
                        .to_owned(),
                );
                break;
            };
            let last = entries.iter().map(|entry| entry.id).max();
            next.newest_entry = next.newest_entry.max(last);
            let is_news = |entry: &&FoundEntry| match newest {
                Some(_) => true,
                None => filed(entry.date_filed.as_deref()).is_none_or(|day| day > case.known_until),
            };
            news.extend(entries.iter().filter(is_news).map(|entry| news_of_entry(docket, entry)));
        }
        if own.is_empty() {
            gaps.push(format!("CourtListener has no docket with the number {}", case.number));
        }
        Ok(Look { known: next, news, gaps })
    }

    /// Whether it has the docket of the case.
    pub async fn finds(&self, case: &WatchedCase) -> Result<bool, Trouble> {
        Ok(!self.own(case).await?.is_empty())
    }

    async fn own(&self, case: &WatchedCase) -> Result<Vec<FoundDocket>, Trouble> {
        let number = case.number.to_string();
        let mut query = vec![("docket_number", number.as_str())];
        query.extend(case.court.as_deref().map(|court| ("court", court)));
        let found = self.search(&query).await?;
        Ok(found.into_iter().filter(|docket| case.is_own(docket)).collect())
    }
}

fn news_of_docket(docket: &FoundDocket) -> News {
    let unknown = || "unknown".to_owned();
    let field = |text: &Option<String>| {
        text.as_deref().map_or_else(unknown, |text| shortened(text, DESCRIPTION / 2))
    };
    let text = format!(
        "Another docket between the parties: {}, {}, {}, filed {}",
        field(&docket.case_name),
        field(&docket.docket_number),
        field(&docket.court),
        field(&docket.date_filed),
    );
    News { text, url: docket.url() }
}

fn news_of_entry(docket: &FoundDocket, entry: &FoundEntry) -> News {
    let number = entry.entry_number.map_or(String::new(), |number| format!(" {number}"));
    let day =
        entry.date_filed.as_deref().map_or("an unknown day".to_owned(), |day| shortened(day, 20));
    let what = shortened(entry.description.as_deref().unwrap_or_default(), DESCRIPTION);
    let what = if what.is_empty() { "without a description".to_owned() } else { what };
    News { text: format!("A new entry{number} in the docket, of {day}: {what}"), url: docket.url() }
}

fn filed(day: Option<&str>) -> Option<Date> {
    day?.parse().ok()
}

/// The number of a docket, also if the initials of its judges follow, as in `3:24-cv-00042-AB`.
fn number(text: &str) -> Option<DocketNumber> {
    let without_judges = || text.split('-').take(3).collect::<Vec<_>>().join("-");
    DocketNumber::recognise(text.trim()).or_else(|| DocketNumber::recognise(&without_judges()))
}

/// A phrase for the search.
fn in_quotes(name: &str) -> String {
    format!("\"{}\"", name.replace('"', " "))
}

/// Whether a text has these words one after the other, whatever their case.
fn has_words(text: &str, words: &str) -> bool {
    let words_of = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (text, words) = (words_of(text), words_of(words));
    !words.is_empty() && text.windows(words.len()).any(|window| window == words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_recognised_with_the_initials_of_judges() {
        let own = DocketNumber::recognise("3:24-cv-00042").unwrap();
        for text in ["3:24-cv-00042", "3:24-cv-00042-AB", "3:24-cv-00042-AB-CDE"] {
            assert_eq!(number(text).as_ref(), Some(&own), "{text}");
        }
        assert_eq!(number("24-42"), None);
    }

    #[test]
    fn a_party_is_found_by_whole_words() {
        assert!(has_words("RIVERA v. Lantern Corp.", "Lantern"));
        assert!(has_words("Van Der Berg v. X", "van der berg"));
        assert!(!has_words("Lanterns Inc. v. Van Derberg", "Lantern"));
        assert!(!has_words("Van Berg Der", "Van Der Berg"));
    }
}

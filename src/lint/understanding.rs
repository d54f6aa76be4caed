//! Rules about guards, synonyms and questions that belong elsewhere.

use std::collections::{HashMap, HashSet};

use super::Rule;
use super::phrasings::{every_phrasing, terms_of};
use crate::knowledge::{Finding, Guard, LeadsTo, Located, Severity};
use crate::language::words;

pub(super) const GUARD_FORM: Rule = Rule {
    name: "guard-form",
    severity: Severity::Error,
    ensures: "a guard has a unique name, words, examples and counter-examples, and a sentence if \
              it leads to silence",
    check: |subject| {
        let mut names = HashSet::new();
        let guards = subject.knowledge.library.guards.iter();
        guards.flat_map(|guard| badly_formed(guard, names.insert(&guard.name))).collect()
    },
};

pub(super) const GUARD_EXAMPLE: Rule = Rule {
    name: "guard-example",
    severity: Severity::Error,
    ensures: "a guard is the first to match each of its examples, and matches no counter-example",
    check: |subject| {
        let guards = &subject.knowledge.library.guards;
        let patterns = subject.knowledge.library.guard_patterns();
        let mut findings = Vec::new();
        for (number, guard) in guards.iter().enumerate() {
            for example in &guard.examples {
                let first_match = patterns.matching(&words(example)).first().copied();
                let message = match first_match {
                    Some(first) if first == number => continue,
                    Some(first) => {
                        format!(
                            "the guard `{}` matches “{example}” before `{}` does",
                            guards[first].name, guard.name
                        )
                    }
                    None => {
                        format!("the guard `{}` does not match its example “{example}”", guard.name)
                    }
                };
                findings.push(guard.place.error(
                    "guard-example",
                    message,
                    "change the words of the guard, the order of the guards, or the example",
                ));
            }
            for example in guard
                .counter_examples
                .iter()
                .filter(|text| patterns.matching(&words(text)).contains(&number))
            {
                findings.push(guard.place.error(
                    "guard-example",
                    format!("the guard `{}` matches its counter-example “{example}”", guard.name),
                    "make its words narrower, add to `unless`, or change the counter-example",
                ));
            }
        }
        findings
    },
};

pub(super) const GUARD_AGAINST_PHRASING: Rule = Rule {
    name: "guard-against-phrasing",
    severity: Severity::Error,
    ensures: "no guard keeps a phrasing from its answer",
    check: |subject| {
        let guards = &subject.knowledge.library.guards;
        let patterns = subject.knowledge.library.guard_patterns();
        let mut findings = Vec::new();
        for asked in every_phrasing(subject) {
            let first = patterns.matching(&asked.words).first().map(|&number| &guards[number]);
            let is_kept = |guard: &&Located<Guard>| {
                matches!(guard.leads_to, LeadsTo::Silence | LeadsTo::Help)
            };
            if let Some(guard) = first.filter(is_kept) {
                findings.push(guard.place.error(
                    "guard-against-phrasing",
                    format!(
                        "the guard `{}` matches “{}”, a phrasing of `{}`",
                        guard.name, asked.text, asked.entry.id
                    ),
                    format!(
                        "make its words narrower, or reword the phrasing ({}:{})",
                        asked.place.file, asked.place.line
                    ),
                ));
            }
        }
        findings
    },
};

pub(super) const SYNONYM_TWICE: Rule = Rule {
    name: "synonym-twice",
    severity: Severity::Error,
    ensures: "a word belongs to one group of synonyms, and a group has at least two words",
    check: |subject| {
        let mut seen: HashMap<Vec<String>, &str> = HashMap::new();
        let mut findings = Vec::new();
        for group in &subject.knowledge.library.synonyms {
            let place = &group.place;
            let name = group.words.first().map_or("", String::as_str);
            if group.words.len() < 2 {
                let message = format!("the group `{name}` has fewer than two words");
                findings.push(place.error(
                    "synonym-twice",
                    message,
                    "add a word that means the same, or remove the group",
                ));
            }
            for word in &group.words {
                if let Some(first) = seen.insert(terms(word), name) {
                    findings.push(place.error(
                        "synonym-twice",
                        format!(
                            "“{word}” is in the groups `{first}` and `{name}`; \
                             word endings do not matter"
                        ),
                        "keep it in one group",
                    ));
                }
            }
        }
        findings
    },
};

pub(super) const ELSEWHERE_ASKED: Rule = Rule {
    name: "elsewhere-asked",
    severity: Severity::Error,
    ensures: "no phrasing of an answer is listed as a question that belongs elsewhere",
    check: |subject| {
        let groups = &subject.knowledge.library.elsewhere;
        let questions = groups
            .iter()
            .flat_map(|group| group.questions.iter().map(move |question| (group, question)));
        let listed: HashMap<Vec<String>, _> = questions.map(|pair| (terms(pair.1), pair)).collect();
        let asked = every_phrasing(subject).filter_map(|asked| {
            let (group, question) = listed.get(&asked.terms())?;
            Some(group.place.error(
                "elsewhere-asked",
                format!(
                    "“{question}” is listed as belonging elsewhere but leads to `{}`",
                    asked.entry.id
                ),
                format!("remove it here, or there ({}:{})", asked.place.file, asked.place.line),
            ))
        });
        asked.collect()
    },
};

pub(super) const LANGUAGE_STATE: Rule = Rule {
    name: "language-state",
    severity: Severity::Error,
    ensures: "what the bot says in other languages tells the state of the case as it is",
    check: |subject| {
        let latest = subject.knowledge.case_file.case.history.latest().kind;
        let languages = &subject.knowledge.library.languages;
        let stale = languages.iter().filter(|language| language.state != latest);
        let findings = stale.map(|language| {
            language.place.error(
                "language-state",
                format!(
                    "the sentence in `{}` tells another state than the latest step of case.toml",
                    language.code
                ),
                "have the sentence corrected and checked, then correct `state`",
            )
        });
        findings.collect()
    },
};

fn badly_formed(guard: &Located<Guard>, is_new: bool) -> Vec<Finding> {
    let place = &guard.place;
    let name = &guard.name;
    let (needs_words, may_have_words) = match guard.leads_to {
        LeadsTo::Silence => (true, true),
        LeadsTo::Help => (false, true),
        LeadsTo::Entry(_) | LeadsTo::LastAnswer(_) => (false, false),
    };
    let lists_have_words = std::iter::once(&guard.words)
        .chain(&guard.and)
        .all(|list| list.iter().any(|w| !terms(w).is_empty()));
    let mistakes = [
        (!is_new, "another guard has the same name", "give each guard a unique name"),
        (
            !lists_have_words,
            "one of its lists has no words, so the guard matches nothing",
            "add words, or remove the list",
        ),
        (guard.examples.is_empty(), "it has no examples", "add questions that it must match"),
        (
            guard.counter_examples.is_empty(),
            "it has no counter-examples",
            "add similar questions that it must not match",
        ),
        (
            needs_words && guard.says.is_none(),
            "it leads to silence without a sentence",
            "add says = \"one honest sentence\"",
        ),
        (
            !may_have_words && guard.says.is_some(),
            "it leads to an answer, so `says` is never shown",
            "remove `says`",
        ),
    ];
    let made = mistakes.into_iter().filter(|(is_mistake, ..)| *is_mistake);
    made.map(|(_, message, help)| {
        place.error("guard-form", format!("guard `{name}`: {message}"), help)
    })
    .collect()
}

fn terms(text: &str) -> Vec<String> {
    terms_of(&words(text))
}

//! What editors are told: how well answers are found, and what an edit changes.

mod tiny;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use caseclerk::config::Settings;
use caseclerk::knowledge::{EntryId, Library, load};
use caseclerk::matcher::{Found, Outcome, Setup, Snapshot, VectorTable};
use caseclerk::responder::Responder;
use tiny::{TODAY, Tiny};

/// A part of the shipped FAQ, because it is built again for every sample.
const TOPICS: [&str; 4] = ["status", "payout", "opt-out", "regions"];

/// How many phrasings are checked. `CASECLERK_SAMPLES=200` checks more.
const SAMPLES: usize = 40;

/// The phrasings are those of one in this many entries, because all of an entry's are tried.
const ONE_ENTRY_IN: usize = 6;

/// Classifiers are trained to a tolerance, so one in this many questions that are near a limit may
/// fall on its other side.
const ONE_IN: usize = 20;

#[test]
fn an_edit_is_reported_by_what_it_does_to_those_who_ask() {
    let tiny = Tiny::new();
    let file = "answers/claims/what-was-claimed.md";
    let (before, after) = ("read letters\",\n  \"zorgle flim\",", "read letters\",");
    tiny.edit(file, after, before);
    let questions = tiny.root().join("eval");
    fs::create_dir(&questions).expect("the folder can be made");
    let sets = r#"
        [[questions]]
        q = "zorgle flim"
        topics = ["claims"]
        style = "plain"

        [[questions]]
        q = "do lamp owners get any money"
        topics = ["money"]
        style = "plain"
    "#;
    fs::write(questions.join("own.toml"), sets).expect("the file can be written");
    let settings = Settings { questions: Some(questions.clone()), ..tiny.settings() };
    let responder = Responder::open(&settings).expect("the tiny FAQ can be served");
    let unchanged = responder.check(TODAY).expect("it can be served").effect;
    assert!(unchanged.reach.is_empty() && unchanged.questions.unwrap().is_empty());

    tiny.edit(file, before, after);
    let id = EntryId::new("claims/what-was-claimed");
    for reload in [responder.check(TODAY), responder.reload(TODAY)] {
        let effect = reload.expect("it can be served").effect;
        let [reach] = &effect.reach[..] else { panic!("{:?}", effect.reach) };
        assert_eq!(reach.entry, id);
        let asked: Vec<&str> = reach.tried.iter().map(|tried| tried.phrasing.as_str()).collect();
        assert_eq!(
            asked,
            ["what are lantern lamps accused of", "did the lamp really read letters"]
        );
        let changed = effect.questions.expect("the questions can be read");
        let [change] = &changed[..] else { panic!("{changed:?}") };
        assert_eq!(change.q, "zorgle flim");
        assert!(change.is_for_the_worse(), "{change}");
        assert!(change.to_string().contains("the right answer (claims/what-was-claimed) before"));
    }

    fs::write(questions.join("own.toml"), "nonsense").expect("the file can be written");
    tiny.edit(file, "really ", "");
    let effect = responder.reload(TODAY).expect("broken questions do not prevent a reload").effect;
    let error = effect.questions.expect_err("they are broken").to_string();
    assert!(error.contains("own.toml"), "{error}");
}

#[test]
fn a_phrasing_that_is_left_out_might_never_have_been_there() {
    let samples = std::env::var("CASECLERK_SAMPLES").ok().and_then(|samples| samples.parse().ok());
    let samples: usize = samples.unwrap_or(SAMPLES);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let loaded = load(&root.join("faq")).expect("the FAQ can be read");
    let whole = loaded.knowledge.expect("the FAQ has no errors").library;
    let mut library = Library::clone(&whole);
    library.entries.retain(|id, _| TOPICS.contains(&id.topic().as_str()));
    let table = VectorTable::open(&root.join("models/vectors.bin")).expect("the table is whole");
    let setup = Setup::new(Some(Arc::new(table)), "faq");
    let snapshot = Snapshot::build(Arc::new(library.clone()), &setup).expect("it is built");
    let all: Vec<(EntryId, usize)> = library
        .vetted()
        .step_by(ONE_ENTRY_IN)
        .flat_map(|entry| (0..entry.phrasings.len()).map(|at| (entry.id.clone(), at)))
        .collect();
    let sampled = (0..samples).map(|sample| &all[(sample * 2 + 1) * all.len() / (samples * 2)]);
    let entries: BTreeSet<&EntryId> = sampled.clone().map(|(entry, _)| entry).collect();
    let entries: Vec<EntryId> = entries.into_iter().cloned().collect();
    let reach = snapshot.reach(&entries).expect("the index answers");
    let mut differences = Vec::new();
    for (entry, at) in sampled {
        let of_entry = reach.iter().find(|reach| reach.entry == *entry).expect("it was asked for");
        let tried = &of_entry.tried[*at];
        let rebuilt = Snapshot::build(Arc::new(without(&library, entry, *at)), &setup).unwrap();
        let outcome = rebuilt.decide(&tried.phrasing).expect("the index answers").outcome;
        if !agree(&tried.found, &outcome, entry) {
            differences.push(format!("{:?}: {:?}, but {outcome:?}", tried.phrasing, tried.found));
        }
    }
    assert!(differences.len() * ONE_IN <= samples, "of {samples}: {differences:#?}");
}

fn without(library: &Library, entry: &EntryId, phrasing: usize) -> Library {
    let mut library = library.clone();
    library.entries.get_mut(entry).expect("it is there").phrasings.remove(phrasing);
    library
}

fn agree(found: &Found, outcome: &Outcome, wanted: &EntryId) -> bool {
    match (found, outcome) {
        (Found::Answered, Outcome::Answered { entry, .. }) => entry == wanted,
        (Found::Taken(by), Outcome::Answered { entry, .. }) => entry == by,
        (Found::Guarded { guard: name, .. }, Outcome::NoAnswer { guard, .. }) => {
            guard.as_ref() == Some(name)
        }
        (
            Found::Offered,
            Outcome::Ambiguous(offered) | Outcome::NoAnswer { nearest: offered, .. },
        ) => offered.contains(wanted),
        (
            Found::Elsewhere { .. } | Found::Missed,
            Outcome::Ambiguous(offered) | Outcome::NoAnswer { nearest: offered, .. },
        ) => !offered.contains(wanted),
        _ => false,
    }
}

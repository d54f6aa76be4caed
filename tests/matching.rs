//! Guarantees of the matcher on the real FAQ that do not depend on its models.

use std::path::Path;
use std::sync::Arc;

use caseclerk::knowledge::{EntryId, Guard, LeadsTo, Library, load};
use caseclerk::matcher::{Check, Outcome, Setup, Snapshot, VectorTable};

/// A phrasing is answered with its own entry, even if a guard matches it, and even if the entry is
/// not among the ten best candidates.
#[test]
fn the_words_of_a_phrasing_always_lead_to_its_answer() {
    // The index is built before the guard is added, so that the guard only affects decisions.
    open(library());
    let mut library = Arc::unwrap_or_clone(library());
    let everything = library.vetted().flat_map(|entry| entry.ways_of_asking());
    let everything = everything.flat_map(|text| text.split_whitespace().map(str::to_owned));
    let words: Vec<String> = everything.collect();
    library.guards.truncate(1);
    let guard = &mut library.guards.first_mut().expect("the FAQ has guards").value;
    *guard = Guard {
        leads_to: LeadsTo::Silence,
        words,
        only: false,
        and: Vec::new(),
        unless: Vec::new(),
        ..guard.clone()
    };

    let snapshot = open(Arc::new(library));
    let phrasings: Vec<(EntryId, String)> = snapshot
        .library()
        .vetted()
        .flat_map(|entry| entry.ways_of_asking().map(|text| (entry.id.clone(), text.to_owned())))
        .collect();
    let misled = |(entry, text): &&(EntryId, String)| {
        let decision = snapshot.decide(text).expect("the index answers");
        !matches!(decision.outcome, Outcome::Answered { entry: found, .. } if found == *entry)
    };
    let half = phrasings.len() / 2;
    let (first, second) = phrasings.split_at(half);
    let misled = std::thread::scope(|scope| {
        let other = scope.spawn(|| second.iter().filter(misled).collect::<Vec<_>>());
        let mut all: Vec<_> = first.iter().filter(misled).collect();
        all.extend(other.join().expect("no thread panics"));
        all
    });
    assert!(phrasings.len() > 1_000 && misled.is_empty(), "{misled:#?}");
}

fn open(library: Arc<Library>) -> Snapshot {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = VectorTable::open(&root.join("models/vectors.bin")).expect("the table is whole");
    // A cached index is named after its content, so all tests can share one folder.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("index");
    let setup = Setup::new(Some(Arc::new(table)), "faq");
    Snapshot::open(library, &setup, &cache, &Check::none()).expect("the index is built").0
}

fn library() -> Arc<Library> {
    let faq = Path::new(env!("CARGO_MANIFEST_DIR")).join("faq");
    load(&faq).expect("the FAQ can be read").knowledge.expect("the FAQ is whole").library
}

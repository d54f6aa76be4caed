//! How long it takes to answer, to build the index, and to open it.
//!
//! The corpora of 100, 1,000 and 10,000 entries, each with twelve phrasings, are made from the real
//! FAQ: each copy of an answer has some of its longer words changed, so that lengths and
//! frequencies are those of real text and no two copies are the same.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use caseclerk::knowledge::{EntryId, FaqEntry, Knowledge, Located, load};
use caseclerk::matcher::{Check, Setup, Snapshot, VectorTable};
use caseclerk::reply::compose;
use divan::Bencher;

fn main() {
    divan::main();
}

/// How many phrasings an entry has.
const PHRASINGS: usize = 12;

/// Questions as people ask them: short, long, off topic, in another language, not in words.
const QUESTIONS: &[&str] = &[
    "is the linkedin case over",
    "Does opting out delete what it already learned from me?",
    "so i read about this in january and then forgot about it, did anybody ever get the thousand dollars that they promised",
    "how tall is a giraffe",
    "¿Ya terminó el caso?",
    "???",
];

/// From the text of a question to the reply.
#[divan::bench(args = [100, 1_000, 10_000])]
fn answer_a_question(bencher: Bencher, entries: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let knowledge = knowledge(entries);
    let library = knowledge.library.clone();
    let snapshot = Snapshot::open(library, &setup(), folder.path(), &Check::none())
        .expect("the index can be built");
    let stamp = knowledge.case_file.case.stamp(knowledge.case_file.case.last_checked, 30);
    let mut questions = QUESTIONS.iter().cycle();
    bencher.with_inputs(|| *questions.next().expect("a cycle has no end")).bench_local_values(
        |question| {
            let decision = snapshot.decide(question).expect("the index answers");
            compose(&knowledge, &decision.outcome, &stamp)
        },
    );
}

/// Nothing is there: build the index, learn from the phrasings, and write both to disk.
#[divan::bench(args = [100, 1_000, 10_000], sample_count = 3)]
fn build_the_index(bencher: Bencher, entries: usize) {
    let (library, setup) = (knowledge(entries).library, setup());
    bencher.with_inputs(|| tempfile::tempdir().expect("a temporary folder")).bench_local_refs(
        |folder| Snapshot::open(library.clone(), &setup, folder.path(), &Check::none()).is_ok(),
    );
}

/// It is there: read it, check it, open it.
#[divan::bench(args = [100, 1_000, 10_000], sample_count = 10)]
fn open_the_index(bencher: Bencher, entries: usize) {
    let (library, setup) = (knowledge(entries).library, setup());
    let folder = tempfile::tempdir().expect("a temporary folder");
    Snapshot::open(library.clone(), &setup, folder.path(), &Check::none())
        .expect("the index can be built");
    bencher.bench_local(|| {
        Snapshot::open(library.clone(), &setup, folder.path(), &Check::none()).is_ok()
    });
}

/// With the vector table as shipped.
fn setup() -> Setup {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/vectors.bin");
    Setup::new(Some(Arc::new(VectorTable::open(&path).expect("the vector table is whole"))), "")
}

/// A knowledge of so many vetted entries.
fn knowledge(size: usize) -> Knowledge {
    let faq = Path::new(env!("CARGO_MANIFEST_DIR")).join("faq");
    let mut knowledge =
        load(&faq).expect("the FAQ can be read").knowledge.expect("the FAQ is whole");
    let originals: Vec<FaqEntry> = knowledge.library.vetted().cloned().collect();
    let entries = (0..size)
        .map(|number| copy_of(&originals[number % originals.len()], number / originals.len()));
    Arc::make_mut(&mut knowledge.library).entries =
        entries.map(|entry| (entry.id.clone(), entry)).collect::<BTreeMap<_, _>>();
    knowledge
}

/// The first copy is the original.
fn copy_of(original: &FaqEntry, copy: usize) -> FaqEntry {
    let few = original.phrasings.iter().take(PHRASINGS);
    if copy == 0 {
        return FaqEntry { phrasings: few.cloned().collect(), ..original.clone() };
    }
    let located = |text: &Located<String>| Located {
        value: varied(&text.value, copy),
        place: text.place.clone(),
    };
    FaqEntry {
        id: EntryId::new(format!("{}-{copy}", original.id)),
        question: varied(&original.question, copy),
        phrasings: few.map(located).collect(),
        answer: located(&original.answer),
        ..original.clone()
    }
}

/// The text with about a third of its longer words changed, always the same ones for the same copy.
fn varied(text: &str, copy: usize) -> String {
    let change = |word: &str| {
        let mut hasher = DefaultHasher::new();
        (word, copy).hash(&mut hasher);
        let changed = word.len() > 4 && hasher.finish().is_multiple_of(3);
        if changed { format!("{word}{copy}x") } else { word.to_owned() }
    };
    text.split(' ').map(change).collect::<Vec<_>>().join(" ")
}

//! Benchmarks for answering a question, building the index, and opening it.
//!
//! The corpora of 100, 1,000 and 10,000 entries, each with twelve phrasings, are made from the real
//! FAQ. In each copy of an entry some of the longer words are changed, so that lengths and
//! frequencies are realistic and no two copies are equal.

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

/// The number of phrasings per entry.
const PHRASINGS: usize = 12;

/// Short, long, off-topic, foreign-language and wordless questions.
const QUESTIONS: &[&str] = &[
    "is the linkedin case over",
    "Does opting out delete what it already learned from me?",
    "so i read about this in january and then forgot about it, did anybody ever get the thousand dollars that they promised",
    "how tall is a giraffe",
    "¿Ya terminó el caso?",
    "???",
];

/// Composes the reply to the text of a question.
#[divan::bench(args = [100, 1_000, 10_000])]
fn answer_a_question(bencher: Bencher, entries: usize) {
    let knowledge = knowledge(entries);
    let library = knowledge.library.clone();
    let snapshot = Snapshot::build(library, &setup()).expect("the index can be built");
    let stamp = knowledge.case_file.case.stamp(knowledge.case_file.case.last_checked, 30);
    let mut questions = QUESTIONS.iter().cycle();
    bencher.with_inputs(|| *questions.next().expect("a cycle has no end")).bench_local_values(
        |question| {
            // `decide` would remember what it has decided.
            let analysis = snapshot.analyse(question).expect("the index answers");
            compose(&knowledge, &snapshot.conclude(analysis).outcome, false, &stamp)
        },
    );
}

/// Without a cached index: builds the index, trains the models, and writes both to disk.
#[divan::bench(args = [100, 1_000, 10_000], sample_count = 3)]
fn build_the_index(bencher: Bencher, entries: usize) {
    let (library, setup) = (knowledge(entries).library, setup());
    bencher.with_inputs(|| tempfile::tempdir().expect("a temporary folder")).bench_local_refs(
        |folder| Snapshot::open(library.clone(), &setup, folder.path(), &Check::none()).is_ok(),
    );
}

/// With a cached index: reads it, verifies its hashes, and opens it.
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

/// With the shipped vector table.
fn setup() -> Setup {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/vectors.bin");
    Setup::new(Some(Arc::new(VectorTable::open(&path).expect("the vector table is whole"))), "")
}

/// The real FAQ, with `size` vetted entries.
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

/// A copy of an entry with changed words. Copy 0 has the original words.
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

/// The text with about a third of its longer words changed. The result is the same for the same
/// copy.
fn varied(text: &str, copy: usize) -> String {
    let change = |word: &str| {
        let mut hasher = DefaultHasher::new();
        (word, copy).hash(&mut hasher);
        let changed = word.len() > 4 && hasher.finish().is_multiple_of(3);
        if changed { format!("{word}{copy}x") } else { word.to_owned() }
    };
    text.split(' ').map(change).collect::<Vec<_>>().join(" ")
}

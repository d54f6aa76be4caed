//! Checks the tables and the picture in ARCHITECTURE.md against the code.
//!
//! Every `crate::` path in `src/` counts: in a `use`, in a list over several lines, inside a
//! function, inside a nested module. Comments do not count.

#[path = "support/rust_files.rs"]
mod rust_files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rust_files::rust_files;

/// The headings in ARCHITECTURE.md: of the import table, of the table of words that only one module
/// contains, and of the picture.
const MODULES: &str = "## Who may import whom";
const HOMES: &str = "## What only one place says";
const PICTURE: &str = "## The modules in a picture";

#[test]
fn modules_import_only_what_the_table_allows() {
    let table = import_table();
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let module = module_of(&file);
        let Some(allowed) = table.get(&module) else {
            wrong.push(format!(
                "{}: the module `{module}` has no row in ARCHITECTURE.md",
                file.display()
            ));
            continue;
        };
        let imports = imports(
            &fs::read_to_string(&file).expect("the file can be read"),
            is_top(&file),
            &table,
        );
        for (line, import) in imports {
            if import != module && !allowed.permits(&import) {
                wrong.push(format!(
                    "{}:{line}: `{module}` may not import `{import}`",
                    file.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_of_the_table_is_a_module_that_imports_all_that_it_may() {
    let table = import_table();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&file).expect("the file can be read");
        let imports = imports(&text, is_top(&file), &table).into_iter().map(|(_, import)| import);
        used.entry(module_of(&file)).or_default().extend(imports);
    }
    for (module, allowed) in &table {
        let used = used
            .get(module)
            .unwrap_or_else(|| panic!("ARCHITECTURE.md has a row for `{module}`, which is gone"));
        let Allowed::Only(allowed) = allowed else { continue };
        let unused: Vec<_> = allowed.iter().filter(|name| !used.contains(*name)).collect();
        assert!(
            unused.is_empty(),
            "`{module}` does not import {unused:?}; remove that from its row in ARCHITECTURE.md"
        );
    }
}

#[test]
fn there_are_no_cycles() {
    let table = import_table();
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    while settled.len() < table.len() {
        let ready = table.iter().find(|(module, allowed)| {
            let below = match allowed {
                Allowed::Everything => {
                    table.keys().filter(|other| !is_outermost(&table, other)).collect()
                }
                Allowed::Only(names) => names.iter().collect::<Vec<_>>(),
            };
            !settled.contains(module.as_str())
                && below.iter().all(|name| settled.contains(name.as_str()))
        });
        let Some((module, _)) = ready else {
            let rest: Vec<_> =
                table.keys().filter(|module| !settled.contains(module.as_str())).collect();
            panic!("these import each other in a cycle: {rest:?}");
        };
        settled.insert(module);
    }
}

#[test]
fn words_with_one_home_are_said_nowhere_else() {
    let homes = rows_under(HOMES);
    let mut wrong = Vec::new();
    let mut at_home: BTreeSet<String> = BTreeSet::new();
    for file in rust_files(&root().join("src")) {
        let module = module_of(&file);
        let code = without_comments(&fs::read_to_string(&file).expect("the file can be read"));
        for row in &homes {
            let (words, modules) = (names_in(&row[0]), names_in(&row[1]));
            for word in words.into_iter().filter(|word| holds_word(&code, word)) {
                if modules.contains(&module) {
                    at_home.insert(word);
                } else {
                    let file = file.display();
                    wrong.push(format!("{file}: says `{word}`, which only {modules:?} may"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let words: BTreeSet<String> = homes.iter().flat_map(|row| names_in(&row[0])).collect();
    assert!(words.contains("tantivy"), "the table was found");
    assert_eq!(at_home, words, "every word of the table is said in its home");
}

/// The picture leaves out arrows that are implied by others, so reachability must equal the
/// table's.
#[test]
fn the_picture_shows_the_table() {
    let table = import_table();
    let arrows = arrows();
    let in_picture: BTreeSet<&str> = arrows.iter().flat_map(|(a, b)| [a.as_str(), b]).collect();
    // lib.rs only lists the modules.
    let modules: BTreeSet<&str> =
        table.keys().map(String::as_str).filter(|name| *name != "lib").collect();
    assert_eq!(in_picture, modules, "left: the modules in the picture, right: those of the table");
    for (from, to) in &arrows {
        assert!(table[from].permits(to), "the table does not allow the arrow {from} --> {to}");
        let arrow = (from.clone(), to.clone());
        let others: Vec<_> = arrows.iter().filter(|other| **other != arrow).collect();
        assert!(!leads(&others, from, to), "the arrow {from} --> {to} follows from others");
    }
    let all: Vec<_> = arrows.iter().collect();
    for (from, allowed) in &table {
        let Allowed::Only(allowed) = allowed else { continue };
        for to in allowed {
            assert!(leads(&all, from, to), "no arrows lead from {from} to {to}");
        }
    }
}

#[test]
fn an_arrow_that_follows_from_others_is_noticed() {
    let arrow = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let [ab, bc, ca] = [arrow("a", "b"), arrow("b", "c"), arrow("c", "a")];
    assert!(leads(&[&ab, &bc], "a", "c"));
    assert!(!leads(&[&ab, &bc], "c", "a"));
    assert!(!leads(&[&ab, &bc, &ca], "a", "d"));
}

#[test]
fn imports_are_found_wherever_they_are() {
    let table: BTreeMap<String, Allowed> = ["reply", "index", "legal", "ask"]
        .map(|name| (name.to_owned(), Allowed::Everything))
        .into();
    let text = "
        use crate::{
            reply::{Reply, Sheet},
            legal,
        };
        // use crate::nothing;
        mod inner { use crate::index::Searcher; }
        fn f() { super::ask::ask(); let _ = \"crate::text\"; }
    ";
    let names =
        |top| imports(text, top, &table).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(names(true), ["ask", "index", "legal", "reply"]);
    // In a deeper module, super is not the crate.
    assert_eq!(names(false), ["index", "legal", "reply"]);
}

/// What a module may import.
#[derive(Clone)]
enum Allowed {
    Everything,
    Only(BTreeSet<String>),
}

impl Allowed {
    fn permits(&self, name: &str) -> bool {
        match self {
            Allowed::Everything => true,
            Allowed::Only(names) => names.contains(name),
        }
    }
}

fn is_outermost(table: &BTreeMap<String, Allowed>, module: &str) -> bool {
    matches!(table[module], Allowed::Everything)
}

/// The table: a module, and what it may import.
fn import_table() -> BTreeMap<String, Allowed> {
    let mut table = BTreeMap::new();
    for row in rows_under(MODULES) {
        let allowed = if row[1].trim() == "everything" {
            Allowed::Everything
        } else {
            Allowed::Only(names_in(&row[1]).into_iter().collect())
        };
        for module in names_in(&row[0]) {
            let earlier = table.insert(module.clone(), allowed.clone());
            assert!(earlier.is_none(), "two rows for `{module}`");
        }
    }
    assert!(table.len() > 5, "the table of imports was not found in ARCHITECTURE.md");
    table
}

/// The arrows of the picture, each from a module to a module that it uses.
fn arrows() -> BTreeSet<(String, String)> {
    let below = text_under(PICTURE);
    let (_, block) = below.split_once("```mermaid\n").expect("the picture is a mermaid block");
    let (block, _) = block.split_once("```").expect("the block ends");
    // A node is a name with an optional shape and label: `cli["command line"]`.
    let name = |node: &str| -> String {
        node.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let nodes = |side: &str| side.split('&').map(name).collect::<Vec<_>>();
    let mut arrows = BTreeSet::new();
    for line in block.lines() {
        let sides: Vec<_> = line.split("-->").map(nodes).collect();
        for pair in sides.windows(2) {
            for from in &pair[0] {
                arrows.extend(pair[1].iter().map(|to| (from.clone(), to.clone())));
            }
        }
    }
    arrows
}

/// Whether a module is reachable from another along arrows.
fn leads(arrows: &[&(String, String)], from: &str, to: &str) -> bool {
    let mut reached = BTreeSet::from([from]);
    loop {
        let next =
            arrows.iter().filter(|(a, b)| reached.contains(a.as_str()) && b.as_str() != from);
        let before = reached.len();
        reached.extend(next.map(|(_, b)| b.as_str()).collect::<Vec<_>>());
        if reached.len() == before {
            return from != to && reached.contains(to);
        }
    }
}

/// The section below a heading of ARCHITECTURE.md.
fn text_under(heading: &str) -> String {
    let text =
        fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md can be read");
    let (_, below) = text
        .split_once(heading)
        .unwrap_or_else(|| panic!("ARCHITECTURE.md has no heading {heading}"));
    below.to_owned()
}

/// The cells of the first table below a heading of ARCHITECTURE.md, without its header.
fn rows_under(heading: &str) -> Vec<Vec<String>> {
    let below = text_under(heading);
    let lines = below
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'));
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    lines.skip(2).map(cells).collect()
}

/// The names between backticks.
fn names_in(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The modules of the crate that a source text imports, each with the line of its first import.
fn imports(text: &str, top: bool, known: &BTreeMap<String, Allowed>) -> Vec<(usize, String)> {
    let code = without_comments(text);
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let roots = if top { &["crate::", "super::"][..] } else { &["crate::", "super::super::"][..] };
    for root in roots {
        for (at, _) in code.match_indices(root) {
            let line = 1 + code[..at].matches('\n').count();
            for name in first_names(&code[at + root.len()..]) {
                // What follows `super::` may also be an item of a module instead of a module.
                if *root == "crate::" || known.contains_key(&name) {
                    found.entry(name).or_insert(line);
                }
            }
        }
    }
    found.into_iter().map(|(name, line)| (line, name)).collect()
}

/// The first name of a path, or of each path in a list: `{a::B, c::{D, E}}` gives a and c.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let Some(list) = path.strip_prefix('{') else {
        return Some(name(path)).filter(|name| !name.is_empty()).into_iter().collect();
    };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(name(list[start..at].trim()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(name(list[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The text without comments and without the contents of plain strings. Line numbers do not change.
fn without_comments(text: &str) -> String {
    let code_of = |line: &str| {
        let mut code = String::new();
        let mut in_string = false;
        let mut previous = ' ';
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '"' if previous != '\\' && previous != '\'' => in_string = !in_string,
                '/' if !in_string && rest.peek() == Some(&'/') => break,
                c if !in_string => code.push(c),
                _ => {}
            }
            previous = c;
        }
        code
    };
    text.lines().map(code_of).collect::<Vec<_>>().join("\n")
}

/// Whether a text contains a word that is not part of a longer one.
fn holds_word(code: &str, word: &str) -> bool {
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(at, _)| {
        !part_of_word(code[..at].chars().next_back())
            && !part_of_word(code[at + word.len()..].chars().next())
    })
}

/// The top-level module of a file; `lib.rs` and `main.rs` count as modules of their own.
fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).expect("the file is in src");
    let first = inside.iter().next().expect("the file has a name").to_string_lossy();
    first.strip_suffix(".rs").unwrap_or(&first).to_owned()
}

/// Whether `super` in this file is the crate itself.
fn is_top(file: &Path) -> bool {
    let inside = file.strip_prefix(root().join("src")).expect("the file is in src");
    inside.iter().count() == 1 || (inside.iter().count() == 2 && inside.ends_with("mod.rs"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

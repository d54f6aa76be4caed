//! The import table in ARCHITECTURE.md is true.
//!
//! Every `crate::` path in `src/` is looked at, wherever it stands: in a `use`, in a list over
//! several lines, in the middle of a function, in a module inside a module. Comments are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The heading in ARCHITECTURE.md under which the table of modules stands, and the one of words
/// with a single home.
const MODULES: &str = "## Who may import whom";
const HOMES: &str = "## What only one place says";

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
fn every_row_of_the_table_is_a_module_that_uses_what_it_may() {
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
        let idle: Vec<_> = allowed.iter().filter(|name| !used.contains(*name)).collect();
        assert!(
            idle.is_empty(),
            "`{module}` does not import {idle:?}; take it out of its row in ARCHITECTURE.md"
        );
    }
}

#[test]
fn there_are_no_circles() {
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
            panic!("these import each other in a circle: {rest:?}");
        };
        settled.insert(module);
    }
}

#[test]
fn words_with_one_home_are_said_nowhere_else() {
    let homes = rows_under(HOMES);
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let module = module_of(&file);
        let code = without_comments(&fs::read_to_string(&file).expect("the file can be read"));
        for row in &homes {
            let (words, modules) = (names_in(&row[0]), names_in(&row[1]));
            let said = words.iter().find(|word| holds_word(&code, word));
            if let Some(word) = said.filter(|_| !modules.contains(&module)) {
                wrong
                    .push(format!("{}: says `{word}`, which only {modules:?} may", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        homes.iter().any(|row| names_in(&row[0]).contains(&"tantivy".to_owned())),
        "Tantivy has a home"
    );
}

#[test]
fn imports_are_seen_wherever_they_stand() {
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
    // Deeper down, super is not the crate.
    assert_eq!(names(false), ["index", "legal", "reply"]);
}

/// What a module may import.
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
            let allowed = match &allowed {
                Allowed::Everything => Allowed::Everything,
                Allowed::Only(names) => Allowed::Only(names.clone()),
            };
            assert!(table.insert(module.clone(), allowed).is_none(), "two rows for `{module}`");
        }
    }
    assert!(table.len() > 5, "the table of imports was not found in ARCHITECTURE.md");
    table
}

/// The cells of the first table below a heading of ARCHITECTURE.md, without its head.
fn rows_under(heading: &str) -> Vec<Vec<String>> {
    let text =
        fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md can be read");
    let (_, below) = text
        .split_once(heading)
        .unwrap_or_else(|| panic!("ARCHITECTURE.md has no heading {heading}"));
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

/// The modules of the crate that a text imports, with the line on which each is named first.
fn imports(text: &str, top: bool, known: &BTreeMap<String, Allowed>) -> Vec<(usize, String)> {
    let code = without_comments(text);
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let roots = if top { &["crate::", "super::"][..] } else { &["crate::", "super::super::"][..] };
    for root in roots {
        for (at, _) in code.match_indices(root) {
            let line = 1 + code[..at].matches('\n').count();
            for name in first_names(&code[at + root.len()..]) {
                // What `super::` leads to may as well be an item of this module or of one inside
                // it.
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

/// The text with comments and the insides of plain strings blanked out, line by line, so that
/// places stay where they were.
fn without_comments(text: &str) -> String {
    let blank = |line: &str| {
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
    text.lines().map(blank).collect::<Vec<_>>().join("\n")
}

/// Whether a text holds a word that is not part of a longer one.
fn holds_word(code: &str, word: &str) -> bool {
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(at, _)| {
        !part_of_word(code[..at].chars().next_back())
            && !part_of_word(code[at + word.len()..].chars().next())
    })
}

/// The module at the top of the crate to which a file belongs; `lib.rs` and `main.rs` are modules
/// of their own.
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

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("src can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

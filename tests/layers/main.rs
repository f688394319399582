//! The layers of the sources: each folder imports only from folders below it, and no two modules import
//! each other.
//!
//! The sources are read as text, so this needs nothing but a compiler. It compares the paths that
//! begin with `crate::`, `super::` or `self::`, and the re-exports of a `mod.rs`, which it follows
//! to the file that defines the item. Comments, strings, `#[cfg(test)]` modules and `$crate::`
//! paths, which are resolved in another crate, do not count.

mod imports;
mod modules;

use std::collections::BTreeMap;
use std::path::Path;

use modules::Modules;

/// The folders directly below a crate's `src/`, and the files beside them, from the bottom to the top.
struct Layers {
    crate_folder: &'static str,
    order: &'static [&'static str],
}

const RUNTIME: Layers = Layers {
    crate_folder: "dispatcher-runtime",
    order: &[
        "contract", "postgres", "log", "observe", "publish", "operate", "consume", "transfer",
        "testing",
    ],
};

const BUILD_SUPPORT: Layers = Layers {
    crate_folder: "build-support",
    order: &[
        "panics",
        "files",
        "diagnostic",
        "json",
        "schema",
        "compat",
        "registry",
        "places",
        "model",
        "lock",
        "proofs",
        "examples",
        "check",
        "render",
        "coverage",
        "artifact",
        "hand_written",
        "contracts",
        "generated",
        "changes",
        "upcast",
    ],
};

const SCHEMA: Layers = Layers {
    crate_folder: "dispatcher-schema",
    order: &[
        "words",
        "pointer",
        "path",
        "address",
        "draft",
        "vocabulary",
        "formats",
        "metaschemas",
        "subschemas",
        "inexact",
        "one_resource",
        "registry",
        "envelope",
    ],
};

const MACROS: Layers = Layers {
    crate_folder: "dispatcher-macros",
    order: &[
        "faults",
        "runtime",
        "place",
        "contracts",
        "subscribe",
        "event_union",
    ],
};

const CLI: Layers = Layers {
    crate_folder: "dispatcher-cli",
    order: &[
        "wrap",
        "output",
        "report",
        "export",
        "contract_files",
        "screen",
        "database",
        "names",
        "letters",
        "contracts",
        "subscriptions",
        "transfers",
        "redrives",
        "dlq",
        "events",
        "audit",
        "overview",
        "migrate",
        "roles",
        "doctor",
        "sessions",
        "serve",
        "nats",
        "completions",
        "man",
        "command",
        "main",
    ],
};

/// Nothing is defined in these files, so nothing has to be imported from them.
const REEXPORTS: &[&str] = &["lib.rs", "private.rs"];

#[test]
fn the_runtime_imports_only_from_below() {
    assert_layered(&RUNTIME);
}

#[test]
fn the_generator_imports_only_from_below() {
    assert_layered(&BUILD_SUPPORT);
}

#[test]
fn what_build_scripts_and_the_runtime_share_imports_only_from_below() {
    assert_layered(&SCHEMA);
}

#[test]
fn the_command_imports_only_from_below() {
    assert_layered(&CLI);
}

#[test]
fn the_macros_import_only_from_below() {
    assert_layered(&MACROS);
}

fn assert_layered(layers: &Layers) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let src = root.join(layers.crate_folder).join("src");
    let found = violations(&modules::read_sources(&src), layers.order);
    assert!(
        found.is_empty(),
        "in {}, {} imports are against the layers {}:\n\n{}\n",
        layers.crate_folder,
        found.len(),
        layers.order.join(" → "),
        found.join("\n")
    );
}

/// What breaks the rules in these files, given by their paths below `src/`.
fn violations(sources: &BTreeMap<String, String>, order: &[&str]) -> Vec<String> {
    let mut imports = Modules::new(sources).imports();
    imports.retain(|import| !REEXPORTS.contains(&import.file.as_str()));
    let mut found = Vec::new();
    for import in &imports {
        let place = format!("src/{}:{}", import.file, import.line);
        if REEXPORTS.contains(&import.named.as_str()) {
            found.push(format!(
                "{place}: `{}` goes through src/{}, which is for users and for expansions: \
                 import the item from the folder that defines it",
                import.path, import.named
            ));
        }
        let (from, to) = (folder(&import.file), folder(&import.target));
        if from == to || REEXPORTS.contains(&to) {
            continue;
        }
        let layer = |name: &str| order.iter().position(|known| *known == name);
        match (layer(from), layer(to)) {
            (Some(from_layer), Some(to_layer)) if to_layer < from_layer => {}
            (Some(_), Some(_)) => found.push(format!(
                "{place}: `{}` imports from {to}/, which is above {from}/: move what both need to \
                 {from}/ or a folder below it, or let the caller in {to}/ pass it as an argument",
                import.path
            )),
            (None, _) | (_, None) => found.push(format!(
                "{place}: `{}` is between {from} and {to}, and one of them is not a layer: \
                 move the file into a folder, or add the folder to the list in tests/layers/main.rs",
                import.path
            )),
        }
    }
    imports.retain(|import| !REEXPORTS.contains(&import.target.as_str()));
    found.extend(Modules::circles(&imports).into_iter().map(|circle| {
        format!(
            "these files of different modules import each other: move what they share to a file that \
             imports none of them\n{}",
            circle.join("\n")
        )
    }));
    found
}

/// The folder directly below `src/` or the file beside it, by the name of its module; the files of
/// [`REEXPORTS`] by their own.
fn folder(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    if REEXPORTS.contains(&first) {
        return first;
    }
    first.strip_suffix(".rs").unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter();
        let sources = files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        violations(&sources.collect(), &["low", "high"])
    }

    #[test]
    fn an_import_from_above_is_found_with_its_place() {
        let found = found(&[
            ("lib.rs", "mod high;\nmod low;"),
            (
                "low/mod.rs",
                "\nuse crate::{\n    high::{Thing, Other},\n};",
            ),
            ("high/mod.rs", "pub struct Thing; pub struct Other;"),
        ]);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("src/low/mod.rs:3: `crate::high::Thing` imports from high/"));
    }

    #[test]
    fn a_path_in_the_middle_of_code_counts_and_text_that_is_not_code_does_not() {
        let lib = ("lib.rs", "mod high;\nmod low;");
        let high = ("high/mod.rs", "pub fn call() {}");
        assert_eq!(
            found(&[lib, high, ("low/mod.rs", "fn f() { crate::high::call() }")]).len(),
            1
        );
        let text = "// crate::high::call\n/* crate::high */ const A: &str = \"crate::high::call\";\n\
                    macro_rules! m { () => { $crate::high::call() } }\n\
                    pub(in crate::high) fn f() {}\n\
                    #[cfg(test)]\nmod tests { use crate::high::call; }";
        assert_eq!(found(&[lib, high, ("low/mod.rs", text)]), [""; 0]);
    }

    #[test]
    fn a_circle_between_modules_is_found_through_re_exports() {
        let found = found(&[
            ("lib.rs", "mod high;"),
            ("high/mod.rs", "mod a;\nmod b;\npub(crate) use b::inner::B;"),
            ("high/a.rs", "use super::B;\npub struct A;"),
            ("high/b/mod.rs", "pub mod inner;"),
            ("high/b/inner.rs", "use crate::high::a::A;\npub struct B;"),
        ]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("src/high/a.rs:1: `super::B` imports src/high/b/inner.rs"));
        assert!(found[0].contains("src/high/b/inner.rs:1"));
    }

    #[test]
    fn files_of_one_module_may_import_each_other() {
        let found = found(&[
            ("lib.rs", "mod high;"),
            ("high/mod.rs", "mod a;\nmod b;"),
            ("high/a.rs", "use super::b::B;\npub struct A;"),
            ("high/b.rs", "use super::a::A;\npub struct B;"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn what_users_import_is_not_for_the_crate_itself() {
        let found = found(&[
            ("lib.rs", "mod low;\npub use low::Thing;"),
            ("low/mod.rs", "mod user;\npub struct Thing;"),
            ("low/user.rs", "use crate::Thing;"),
        ]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("`crate::Thing` goes through src/lib.rs"));
    }
}

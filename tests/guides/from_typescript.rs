//! Each row of docs/from-typescript.md cites tests that show it: they are there, and what they run uses every
//! method, variant, constant and status that the row names.
//!
//! That is no proof that a test shows what the row says, but a test of something else seldom passes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dispatcher_test_fixtures::TestResult;

/// A row: what is named in Rust, and the tests that are cited.
struct Row<'a> {
    text: &'a str,
    here: &'a str,
    cited: Vec<(&'a str, &'a str)>,
}

fn rows(guide: &str) -> TestResult<Vec<Row<'_>>> {
    let rows = guide
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| there"));
    rows.map(|text| {
        let cells: Vec<_> = text.trim_end_matches([' ', '|']).split(" | ").collect();
        let [_, here, shown_by] = cells[..] else {
            return Err(format!("not three cells: {text}").into());
        };
        let spans: Vec<_> = shown_by.split('`').skip(1).step_by(2).collect();
        let (pairs, rest) = spans.as_chunks::<2>();
        if pairs.is_empty() || !rest.is_empty() {
            return Err(format!("not a file and a test each in the last cell: {text}").into());
        }
        let cited = pairs.iter().map(|[file, test]| (*file, *test)).collect();
        Ok(Row { text, here, cited })
    })
    .collect()
}

fn path(file: &str) -> PathBuf {
    let folder = if file.starts_with("src/") {
        "dispatcher-runtime"
    } else {
        "tests"
    };
    super::root().join(folder).join(file)
}

/// Whether `name` stands in `text` as a word of its own.
fn has_word(text: &str, name: &str) -> bool {
    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    text.split(|it| !is_word(it)).any(|word| word == name)
}

/// What a cell names: methods and functions, the variants of an enum, constants, and routes' status codes.
fn names(cell: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for span in cell.split('`').skip(1).step_by(2) {
        if ["GET ", "POST "].iter().any(|verb| span.starts_with(verb)) {
            continue; // the cited test of the routes shows it
        }
        let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let mut at = 0;
        while let Some(start) = span[at..].find(is_word) {
            let start = at + start;
            let end = span[start..].find(|it| !is_word(it));
            let end = end.map_or(span.len(), |length| start + length);
            let (before, word, after) = (&span[..start], &span[start..end], &span[end..]);
            let is_called = after.starts_with('(') || before.ends_with('.');
            let is_number = word.starts_with(|it: char| it.is_ascii_digit());
            let is_variant = before.contains("Error::");
            let is_constant =
                word.len() > 2 && word.chars().all(|it| it.is_ascii_uppercase() || it == '_');
            if is_called && !is_number || is_variant || is_constant {
                names.insert(word.to_owned());
            }
            at = end;
        }
    }
    let words = cell.split(|it: char| !it.is_ascii_digit());
    names.extend(words.filter(|it| *it == "409").map(str::to_owned));
    names
}

/// The text of a function: from its name to the brace that closes it.
fn function<'a>(source: &'a str, name: &str) -> Option<&'a str> {
    let at = source
        .find(&format!("fn {name}("))
        .or_else(|| source.find(&format!("fn {name}<")))?;
    let line = source[..at].rfind('\n').map_or(0, |it| it + 1);
    let indent = source[line..].chars().take_while(|it| *it == ' ').count();
    let close = format!("\n{}}}", " ".repeat(indent));
    let end = source[at..].find(&close)?;
    Some(&source[at..at + end])
}

/// A test, and the functions of its file and of `support.rs` beside it that it calls, or those call.
fn run_by(file: &Path, test: &str) -> TestResult<Option<String>> {
    let source =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let support = std::fs::read_to_string(file.with_file_name("support.rs")).unwrap_or_default();
    let sources = [source, support];
    let Some(body) = function(&sources[0], test) else {
        return Ok(None);
    };
    let defined: BTreeSet<_> = sources
        .iter()
        .flat_map(|source| source.split("fn ").skip(1))
        .filter_map(|rest| rest.split(['(', '<']).next())
        .collect();
    let mut text = body.to_owned();
    let mut seen = BTreeSet::from([test]);
    loop {
        let called: Vec<_> = defined
            .iter()
            .filter(|name| !seen.contains(*name) && has_word(&text, name))
            .copied()
            .collect();
        if called.is_empty() {
            return Ok(Some(text));
        }
        for name in called {
            seen.insert(name);
            let bodies = sources.iter().filter_map(|source| function(source, name));
            for body in bodies {
                text.push_str(body);
            }
        }
    }
}

/// What is wrong with a row.
fn faults(row: &Row<'_>) -> TestResult<Vec<String>> {
    let mut faults = Vec::new();
    let mut shown = String::new();
    for (file, test) in &row.cited {
        match run_by(&path(file), test)? {
            Some(text) => shown.push_str(&text),
            None => faults.push(format!("{file} has no test {test}")),
        }
    }
    if row.here.contains("/api/") && !row.cited.iter().any(|(file, _)| file.starts_with("http/")) {
        faults.push("no test of the routes is cited".to_owned());
    }
    let missing = names(row.here)
        .into_iter()
        .filter(|name| !has_word(&shown, name));
    faults.extend(missing.map(|name| format!("no cited test uses {name}")));
    Ok(faults)
}

#[test]
fn every_row_cites_tests_that_use_what_it_names() -> TestResult {
    let guide = std::fs::read_to_string(super::root().join("docs/from-typescript.md"))?;
    let rows = rows(&guide)?;
    assert!(rows.len() >= 20, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let faults = faults(&row)?;
        wrong.extend(
            faults
                .into_iter()
                .map(|fault| format!("{fault}: {}", row.text)),
        );
    }
    assert_eq!(wrong, [""; 0], "\n{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn a_row_that_cites_a_test_of_something_else_is_noticed() -> TestResult {
    let resolve = "| `resolve` | `.resolve(&id, \"maria\", None)`; `DeadLetterError::AlreadyResolved`; 409 | ";
    let file = "`engine/dead_letters.rs`";
    let of = |cited: &str| -> TestResult<Vec<String>> {
        faults(&rows(&format!("{resolve}{cited} |"))?[0])
    };
    let list = of(&format!("{file}: `the_list_is_newest_first_and_bounded`"))?;
    assert_eq!(
        list,
        ["409", "AlreadyResolved", "resolve"].map(|name| format!("no cited test uses {name}"))
    );
    assert_eq!(
        of(&format!("{file}: `resolving_is_one_shot`"))?,
        ["no cited test uses 409"]
    );
    let gone = of(&format!("{file}: `it_is_gone`"))?;
    assert!(
        gone.contains(&"engine/dead_letters.rs has no test it_is_gone".to_owned()),
        "{gone:?}"
    );
    Ok(())
}

#[test]
fn a_row_names_calls_variants_and_constants() {
    let of = |cell: &str| names(cell).into_iter().collect::<Vec<_>>();
    assert_eq!(
        of("`Dispatcher::<Revenue>::builder(pool).tenant(…).build()`; the producer"),
        ["build", "builder", "tenant"]
    );
    assert_eq!(
        of("`PublishError::{UnknownEventType, PayloadInvalid}`"),
        ["PayloadInvalid", "UnknownEventType"]
    );
    assert_eq!(
        of("the bundled `REGISTRY`; `.jitter(0.3)`; 409"),
        ["409", "REGISTRY", "jitter"]
    );
    assert_eq!(of("`GET /api/dispatcher/v1/dlq/{id}`"), [""; 0]);
}

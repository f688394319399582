//! Operators and functions in `public` that stand in the way of those of Postgres: none of them runs.
//!
//! Where an expression has no exactly fitting operator or function in `pg_catalog`, Postgres takes one that fits
//! better from any schema of the search path. A role that may create objects there could so run code as each role
//! that publishes, consumes or migrates (CVE-2018-1058).

mod statements;
mod work;

use std::collections::BTreeSet;
use std::path::Path;

use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Executor, PgPool};

const CREATE: &str = include_str!("create.sql");

/// Creates them, for each name that our SQL uses.
pub(crate) async fn create(pool: &PgPool) -> TestResult {
    let mut names = BTreeSet::new();
    for folder in [MIGRATIONS, STATEMENTS, PARTS] {
        for (_, text) in files(folder)? {
            names_in(&text, &mut names);
        }
    }
    let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let create = CREATE.replace("{names}", &format!("{{{}}}", names.join(",")));
    pool.execute(AssertSqlSafe(create)).await?;
    Ok(())
}

pub(crate) const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
pub(crate) const STATEMENTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../dispatcher-runtime/src/postgres/sql"
);
/// What several statements share.
const PARTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../dispatcher-runtime/src/postgres/sql/parts"
);

/// The SQL files of a folder, by name, without their comments.
pub(crate) fn files(folder: &str) -> TestResult<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in Path::new(folder).read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "sql") {
            let text = std::fs::read_to_string(&path)?;
            let lines = text
                .lines()
                .map(|line| line.split("--").next().unwrap_or(line));
            let name = path.file_stem().ok_or("a file has a name")?;
            let name = name.to_string_lossy().into_owned();
            files.push((name, lines.collect::<Vec<_>>().join("\n")));
        }
    }
    files.sort();
    assert!(files.len() > 3, "{folder} has {} files", files.len());
    Ok(files)
}

/// A statement as an unqualified name finds its tables, with the parts that it shares with others.
pub(crate) fn filled_in(text: &str) -> TestResult<String> {
    let whole = files(PARTS)?
        .iter()
        .fold(text.to_owned(), |text, (name, part)| {
            text.replace(&format!("{{{name}}}"), part.trim_end())
        });
    Ok(whole.replace("{family}", "").replace("{at_most}", "1024"))
}

/// The words before a parenthesis, and the runs of characters that can be operators.
fn names_in(text: &str, names: &mut BTreeSet<String>) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for before in text.split('(') {
        let before = before.trim_end();
        let start = before.rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
        names.insert(before[start..].to_owned());
    }
    let is_operator = |c: char| "+-*/<>=~!@#%^&|".contains(c);
    for run in text.split(|c| !is_operator(c)) {
        names.insert(run.to_owned());
    }
    // What IN, BETWEEN and NULLIF stand for.
    names.extend(["=", "<>", "<=", ">="].map(str::to_owned));
    names.remove("");
}

/// How often one of them ran; no rollback takes that back.
pub(crate) async fn calls(pool: &PgPool) -> TestResult<i64> {
    let calls = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.shadow_calls";
    Ok(sqlx::query_scalar(calls).fetch_one(pool).await?)
}

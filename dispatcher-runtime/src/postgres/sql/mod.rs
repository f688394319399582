//! Statements from the files of this folder, written for one table family.
//!
//! A file says `{family}` where the schema's name goes, and the name of one of `PARTS` where the text of that part goes, which
//! several statements share. Each side of the runtime declares the set that it sends with `statements!`, in a file
//! `statements.rs` of its own. The texts are made once for a `Dispatcher` or `Consumer` and then shared, so sqlx prepares each
//! once for a connection. A file that is missing does not compile.

use std::fmt;
use std::sync::Arc;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query;

use crate::postgres::family::Family;

/// What several statements share: how they name it, and its text.
const PARTS: [(&str, &str); 4] = [
    (
        "{selected_letters}",
        include_str!("parts/selected_letters.sql"),
    ),
    (
        "{redrivable_letter}",
        include_str!("parts/redrivable_letter.sql"),
    ),
    ("{reread_letter}", include_str!("parts/reread_letter.sql")),
    ("{left_out}", include_str!("parts/left_out.sql")),
];

/// One statement. What it is made of are our own files and a schema name that [`Family`] has
/// checked and quoted.
#[derive(Clone)]
pub(crate) struct Statement(pub(crate) Arc<str>);

/// Without the text: a consumer has some hundred lines of it.
impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Statement(…)")
    }
}

impl Statement {
    pub(crate) fn new(template: &str, family: &Family) -> Self {
        let prefix = family
            .quoted_schema()
            .map(|schema| format!("{schema}."))
            .unwrap_or_default();
        let whole = PARTS
            .iter()
            .fold(template.to_owned(), |text, (name, part)| {
                text.replace(name, part.trim_end())
            });
        let text = whole.replace("{family}", &prefix);
        Self(text.into())
    }

    /// A statement that is planned for its parameters each time: those that say "not by this" then cost nothing. For what
    /// operators ask now and then.
    #[cfg(feature = "consume")]
    pub(crate) fn query_once(&self) -> Query<'static, Postgres, PgArguments> {
        self.query().persistent(false)
    }

    pub(crate) fn query(&self) -> Query<'static, Postgres, PgArguments> {
        sqlx::query(AssertSqlSafe(Arc::clone(&self.0)))
    }
}

/// Declares sets of statements; each field is named for its file.
macro_rules! statements {
    ($($(#[$docs:meta])* $visibility:vis struct $name:ident { $($statement:ident),+ $(,)? })+) => {$(
        $(#[$docs])*
        #[derive(Clone, Debug)]
        $visibility struct $name { $(pub(crate) $statement: $crate::postgres::sql::Statement),+ }

        impl $name {
            $visibility fn new(family: &$crate::postgres::family::Family) -> Self {
                Self { $($statement: $crate::postgres::sql::Statement::new(
                    include_str!(concat!(
                        env!("CARGO_MANIFEST_DIR"), "/src/postgres/sql/", stringify!($statement), ".sql"
                    )),
                    family,
                )),+ }
            }
        }
    )+};
}
pub(crate) use statements;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_in_braces_is_that_of_a_part() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/postgres/sql");
        let mut statements = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "sql") {
                continue;
            }
            statements += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            let statement = Statement::new(&text, &Family::new("acme").unwrap());
            let mut left = statement.0.split('{').skip(1);
            let name = left.find_map(|rest| {
                let (name, _) = rest.split_once('}')?;
                let is_name = |it: &u8| it.is_ascii_lowercase() || *it == b'_';
                // `{at_most}` is given where `read_events` is sent.
                let is_name = !name.is_empty() && name.bytes().all(|it| is_name(&it));
                (is_name && name != "at_most").then_some(name)
            });
            assert_eq!(name, None, "{}", path.display());
        }
        assert!(statements > 100, "{statements}");
    }
}

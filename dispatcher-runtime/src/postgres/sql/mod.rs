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

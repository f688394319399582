//! The statements of the test kit.

use crate::postgres::sql::statements;

statements! {
    /// What the test kit asks.
    pub(crate) struct KitStatements { list_kit_databases, list_published }
}

//! A table family: the tables of one dispatcher, in one Postgres schema.
//!
//! A name is checked and quoted once, here, because it becomes part of SQL text. A name that cannot be
//! one of a schema is a [`ConfigError`], before anything is sent.

use crate::postgres::error::ConfigError;

/// The Postgres schema that holds a table family; the connection's search path by default.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Family {
    schema: Option<String>,
}

impl Family {
    pub(crate) fn new(schema: &str) -> Result<Self, ConfigError> {
        // NAMEDATALEN: Postgres cuts longer names, so two schemas could become one. The name also
        // stands inside SQL literals, so quotes are refused and not escaped twice.
        if schema.is_empty()
            || schema.len() > 63
            || schema.contains(['\'', '"', '\\'])
            || schema.contains(char::is_control)
            // Postgres keeps these for itself, and takes `$user` in a search path for the role's name.
            || schema.starts_with("pg_")
            || schema == "$user"
        {
            return Err(ConfigError::Invalid {
                setting: "schema",
                value: schema.to_owned(),
                expected: "the name of a Postgres schema: 1 to 63 bytes long, without quotes and backslashes, not `$user`, and not beginning with `pg_`",
            });
        }
        Ok(Self {
            schema: Some(schema.to_owned()),
        })
    }

    #[cfg(feature = "http")]
    pub(crate) fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    pub(crate) fn quoted_schema(&self) -> Option<String> {
        self.schema.as_ref().map(|schema| format!("\"{schema}\""))
    }

    /// The name of a table or function of this family, as SQL writes it.
    pub(crate) fn qualify(&self, name: &str) -> String {
        match self.quoted_schema() {
            Some(schema) => format!("{schema}.{name}"),
            None => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_name_is_quoted() {
        assert_eq!(
            Family::default().qualify("dispatcher_event"),
            "dispatcher_event"
        );
        assert_eq!(
            Family::new("swim-north").unwrap().qualify("t"),
            "\"swim-north\".t"
        );
        assert!(Family::new("").is_err());
        for refused in [
            "a\"b",
            "a'b",
            "a\\b",
            "a\nb",
            "$user",
            "pg_north",
            &"n".repeat(64),
        ] {
            assert!(Family::new(refused).is_err(), "{refused}");
        }
    }
}

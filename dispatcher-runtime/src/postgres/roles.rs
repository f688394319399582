//! The roles of a table family, as a script of SQL.
//!
//! The text is that of the files in `roles/`; here the names are checked that go into it. They stand inside
//! literals as well as where identifiers do, so what is not a plain word is refused before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::registry::{LoadedRegistry, Registry, Status};
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;

/// The roles of one table family, for a database where a service may do no more than it has to.
///
/// The script creates these roles, none of which may log in, gives them what they need and takes everything else
/// from `PUBLIC`. Grant them to the roles that your services connect as:
///
/// | role | what it may do |
/// |---|---|
/// | `dispatcher_migrator` | owns the tables, and migrates them |
/// | `dispatcher_producer_revenue` | publishes the event types of that domain, as that domain; sees no payload |
/// | `dispatcher_consumer_coaching` | reads the log, and writes the rows of that consumer |
/// | `dispatcher_operator` | reads everything, resolves and redrives dead letters, pauses, moves, renames and removes subscriptions |
/// | `dispatcher_retention` | sweeps: deletes events, dedup rows and dead letters |
/// | `dispatcher_eraser` | reads everything that quotes payloads, and erases it ([`Erasure`](https://docs.rs/dispatcher-runtime/latest/dispatcher_runtime/struct.Erasure.html)) |
/// | `dispatcher_relay` | reads the log, and keeps how far a relay is |
/// | `dispatcher_mirror` | inserts what a stream has into the log, marked with the stream, and keeps how far a mirror is; sees no payload |
///
/// Run it after [`migrate`](crate::migrate()), and again after each migration and each change of the contracts, as a
/// superuser or as the owner of the tables with `CREATEROLE` and `CREATE` on the database. It may be run any number of times. Of a domain that is
/// gone it leaves the role, without rights.
///
/// ```
/// use acme_contracts::REGISTRY;
/// use dispatcher_runtime::Roles;
///
/// let script = Roles::new("dispatcher").registry(&REGISTRY).to_sql()?;
/// assert!(script.contains("dispatcher_producer_revenue"));
/// assert!(script.contains("dispatcher_consumer_coaching"));
/// # Ok::<(), dispatcher_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Roles {
    schema: String,
    prefix: String,
    /// Event types, by the domain that publishes them.
    producers: BTreeMap<String, BTreeSet<String>>,
    consumers: BTreeSet<String>,
    blockers: Blockers,
}

/// What operators may do about transactions that hold readers back. It reaches beyond the dispatcher.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Blockers {
    /// See the process, the role and the application.
    #[default]
    Named,
    /// Also what its session does, and since when.
    Seen,
    /// Also end it.
    Ended,
}

impl Roles {
    /// For the tables in this Postgres schema. A schema of their own is best: only these roles can then refer to them.
    pub fn new(schema: &str) -> Self {
        Self {
            schema: schema.to_owned(),
            prefix: "dispatcher".to_owned(),
            producers: BTreeMap::new(),
            consumers: BTreeSet::new(),
            blockers: Blockers::default(),
        }
    }

    /// What the names of the roles begin with. Defaults to `dispatcher`. Roles belong to the server and not to a
    /// database, so table families of one server whose rights differ need prefixes that differ.
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// All producers and consumers of these contracts. Retired event types are left out, because they may not be published.
    pub fn registry(mut self, registry: &Registry) -> Self {
        for event in registry.events() {
            if event.status != Status::Retired {
                self = self.producer(event.producer, [event.event_type]);
                for consumer in event.consumers {
                    self = self.consumer(consumer);
                }
            }
        }
        self
    }

    /// The same, of contracts that were read from a directory.
    pub fn loaded_registry(mut self, registry: &LoadedRegistry) -> Self {
        for event in registry.events() {
            if event.status != Status::Retired {
                self = self.producer(&event.producer, [event.event_type.as_str()]);
                for consumer in &event.consumers {
                    self = self.consumer(consumer);
                }
            }
        }
        self
    }

    /// A domain that publishes these event types, beside those that were named before.
    pub fn producer<'a>(
        mut self,
        domain: &str,
        event_types: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let owned = self.producers.entry(domain.to_owned()).or_default();
        owned.extend(event_types.into_iter().map(str::to_owned));
        self
    }

    /// A domain that handles events.
    pub fn consumer(mut self, domain: &str) -> Self {
        self.consumers.insert(domain.to_owned());
        self
    }

    /// Operators also see what the session of a transaction does that holds readers back, and since when. The script grants
    /// them `pg_read_all_stats`, with which they see the statements of **every** session of the server, so it does not
    /// by default. Only a superuser, or a role that may grant it, can run the script then.
    ///
    /// A script without it takes nothing back that an earlier one has granted.
    pub fn sees_blockers(mut self) -> Self {
        self.blockers = self.blockers.max(Blockers::Seen);
        self
    }

    /// Operators also see and end such a transaction. The script grants them `pg_read_all_stats` and `pg_signal_backend`,
    /// with which they can end **every** session of the server that is not a superuser's, so it does not by default.
    /// Otherwise as [`sees_blockers`](Self::sees_blockers).
    pub fn ends_blockers(mut self) -> Self {
        self.blockers = Blockers::Ended;
        self
    }

    /// The script: one transaction, for `psql` or [`sqlx::raw_sql`].
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] for a schema, prefix, domain or event type that cannot be one, and for a role whose
    /// name would be longer than the 63 bytes that Postgres keeps.
    pub fn to_sql(&self) -> Result<String, ConfigError> {
        let family = Family::new(&self.schema)?;
        // format() of Postgres would read it.
        if self.schema.contains('%') {
            return Err(invalid("schema", &self.schema, "a name without a %"));
        }
        if !is_word(&self.prefix) {
            return Err(invalid("prefix", &self.prefix, WORD));
        }
        let schema = family.quoted_schema().unwrap_or_default();
        let fixed = [("{schema}", schema.as_str()), ("{prefix}", &self.prefix)];
        let roles = self.names()?;
        let list: Vec<_> = roles.iter().map(|role| format!("'{role}'")).collect();
        let schema_rights = match self.schema.as_str() {
            "public" => include_str!("roles/shared_schema.sql"),
            _ => include_str!("roles/own_schema.sql"),
        };
        let [migrator, operator, retention, eraser, relay, mirror] =
            FIXED.map(|role| format!("{}_{role}", self.prefix));
        let blockers = match self.blockers {
            Blockers::Named => include_str!("roles/blockers_named.sql"),
            Blockers::Seen => include_str!("roles/blockers_seen.sql"),
            Blockers::Ended => include_str!("roles/blockers_ended.sql"),
        };
        let mut script = include_str!("roles/family.sql")
            .replace("{schema_rights}", schema_rights)
            .replace("{blockers}", blockers)
            .replace("{roles}", &list.join(", "))
            .replace("{migrator}", &migrator)
            .replace("{operator}", &operator)
            .replace("{retention}", &retention)
            .replace("{eraser}", &eraser)
            .replace("{relay}", &relay)
            .replace("{mirror}", &mirror);
        for (domain, event_types) in &self.producers {
            script += &self.producer_script(domain, event_types)?;
        }
        for domain in &self.consumers {
            let role = format!("{}_consumer_{domain}", self.prefix);
            script += &include_str!("roles/consumer.sql")
                .replace("{domain}", domain)
                .replace("{role}", &role);
        }
        script += "\nCOMMIT;\n";
        Ok(fixed
            .iter()
            .fold(script, |script, (name, value)| script.replace(name, value)))
    }

    fn producer_script(
        &self,
        domain: &str,
        event_types: &BTreeSet<String>,
    ) -> Result<String, ConfigError> {
        for event_type in event_types {
            if !event_type.split('.').all(is_word) {
                let expected = "words in lower case with dots between them, such as credit.locked";
                return Err(invalid("event type", event_type, expected));
            }
        }
        let types: Vec<_> = event_types.iter().map(|it| format!("'{it}'")).collect();
        let types = if types.is_empty() {
            "NULL".to_owned()
        } else {
            types.join(", ")
        };
        Ok(include_str!("roles/producer.sql")
            .replace("{event_types}", &types)
            .replace("{domain}", domain)
            .replace("{role}", &format!("{}_producer_{domain}", self.prefix)))
    }

    /// The names of all roles.
    fn names(&self) -> Result<Vec<String>, ConfigError> {
        let mut names: Vec<_> = FIXED.map(|role| format!("{}_{role}", self.prefix)).into();
        let producers = self.producers.keys().map(|domain| ("producer", domain));
        let consumers = self.consumers.iter().map(|domain| ("consumer", domain));
        for (kind, domain) in producers.chain(consumers) {
            if !is_word(domain) {
                return Err(invalid("domain", domain, WORD));
            }
            names.push(format!("{}_{kind}_{domain}", self.prefix));
        }
        match names.iter().find(|name| name.len() > 63) {
            Some(name) => Err(invalid("role", name, "no longer than 63 bytes")),
            None => Ok(names),
        }
    }
}

/// The roles that every table family has.
const FIXED: [&str; 6] = [
    "migrator",
    "operator",
    "retention",
    "eraser",
    "relay",
    "mirror",
];

const WORD: &str = "one word of lower-case letters, digits and _, which begins with a letter";

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn invalid(setting: &'static str, value: &str, expected: &'static str) -> ConfigError {
    ConfigError::Invalid {
        setting,
        value: value.to_owned(),
        expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(roles: &Roles) -> String {
        roles.to_sql().unwrap_err().to_string()
    }

    #[test]
    fn nothing_that_is_not_a_plain_name_becomes_part_of_the_script() {
        let roles = || Roles::new("swim-north");
        for (roles, names) in [
            (Roles::new("a\"b"), "schema"),
            (Roles::new("100%"), "schema"),
            (roles().prefix("Our Roles"), "prefix"),
            (roles().consumer("o'neill"), "domain"),
            (roles().producer("revenue; DROP", []), "domain"),
            (
                roles().producer("revenue", ["credit.') OR true"]),
                "event type",
            ),
            (roles().prefix(&"a".repeat(60)), "role"),
        ] {
            let refusal = refusal(&roles);
            let expected = format!("the setting `{names}` is `");
            assert!(refusal.starts_with(&expected), "{refusal}");
        }
    }

    #[test]
    fn every_place_of_the_script_is_filled_in() {
        let script = Roles::new("swim-north")
            .producer("revenue", ["credit.locked", "credit.released"])
            .producer("growth", [])
            .consumer("coaching");
        let script = script.to_sql().unwrap();
        let left: Vec<_> = script.lines().filter(|line| line.contains('{')).collect();
        assert_eq!(left, [""; 0]);
        assert!(script.contains("event_type IN ('credit.locked', 'credit.released')"));
        assert!(script.contains("ALTER SCHEMA \"swim-north\" OWNER"));
    }
}

//! End-to-end and fault tests of the engine, each on a database of its own.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod another_log;
mod bind;
mod cause;
mod clocks;
mod company;
mod connections;
mod consume;
mod crash;
mod dead_letters;
mod dropped;
mod envelope;
mod envelope_in_sql;
mod faults;
mod gap;
mod gap_broken;
mod held;
mod horizon;
mod hostile;
mod hostile_log;
mod hostile_roles;
mod lease;
mod listen;
mod loaded_registry;
mod migrations;
mod not_only_rust;
mod operate;
mod own_transaction;
mod plans;
mod pooler;
mod publish;
mod publish_alone;
mod restore;
mod retention;
mod rolling;
mod several_event_types;
mod shared_savepoint;
mod stop;
mod subscriptions;
mod support;
mod time_limits;
mod transaction_pooler;
mod unlucky;

//! The commands on a database, run as a user runs them, against a Postgres.

#[cfg(unix)]
mod dev;
mod errors;
mod examples;
mod generated;
mod hostile;
mod moving_out;
mod nats;
mod new_user;
mod outputs;
mod published;
mod runbook;
mod scene;
mod scrub;
mod served;
mod streams;
#[cfg(unix)]
mod terminal;
mod transfers;
mod world;

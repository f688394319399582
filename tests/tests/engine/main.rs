//! End-to-end and fault tests of the engine, each on a database of its own.

mod consume;
mod crash;
mod dead_letters;
mod faults;
mod gap;
mod hostile;
mod migrations;
mod publish;
mod support;

//! A run of writers and replicas under faults, with a ledger that has to balance afterwards:
//! `cargo run --release -p dispatcher-chaos -- --seed 1 --events 5000 [--json]`.
//!
//! It ends with 0 only if the ledger balances, and with 2 if it does not understand its arguments.
//! CONTRIBUTING.md says how to read its report.

use std::process::ExitCode;

fn main() -> ExitCode {
    dispatcher_chaos::main(std::env::args().skip(1))
}

//! A run of relays and mirrors under faults, with a ledger that has to balance afterwards:
//! `cargo run --release -p dispatcher-nats-chaos -- --seed 1 --events 5000 [--replicas 3]`.
//!
//! It ends with 0 only if the ledger balances, with 2 if it does not understand its arguments, and with 0 and a message
//! where the machine has no nats-server. CONTRIBUTING.md says how to read its report.

use std::process::ExitCode;

fn main() -> ExitCode {
    dispatcher_nats_chaos::main(std::env::args().skip(1))
}

//! The benchmarks of the engine, each compared with the same work in raw SQL:
//! `cargo run --release -p dispatcher-bench -- [--only NAME[,NAME]] [--quick] [--write]`.
//!
//! It starts a Postgres of its own. docs/benchmarks/README.md says what is compared and how to read it.

use std::alloc::System;
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Allocations are measured too. Both sides pay for the counting.
#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    dispatcher_bench::main(std::env::args().skip(1))
}

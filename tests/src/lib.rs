//! What the tests, the quick start and the benchmarks of Dispatcher share.

pub mod bench;
pub mod chaos;
pub mod codegen_bench;
pub mod conformance;
pub mod fixtures;
pub mod log;
pub mod pooler;
pub mod postgres;

/// The code blocks of README.md, compiled as doc tests. Those of the guides are run: tests/guides.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

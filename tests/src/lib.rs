//! What the tests, the quick start and the benchmarks of Dispatcher share.

pub mod fixtures;
pub mod postgres;

/// The code blocks of README.md, compiled as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// Those of docs/observability.md.
#[cfg(doctest)]
#[doc = include_str!("../../docs/observability.md")]
pub struct Observability;

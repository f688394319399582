//! What the tests, the quick start and the benchmarks of Dispatcher share.

pub mod conformance;
pub mod fixtures;
pub mod postgres;

/// The code blocks of README.md and the guides, compiled as doc tests.
#[cfg(doctest)]
pub mod guides {
    #[doc = include_str!("../../README.md")]
    pub struct Readme;

    #[doc = include_str!("../../docs/cut-over.md")]
    pub struct CutOver;

    #[doc = include_str!("../../docs/event-or-action.md")]
    pub struct EventOrAction;

    #[doc = include_str!("../../docs/observability.md")]
    pub struct Observability;
}

//! The sections: what `--only` names, and what docs/benchmarks has markers for.
//!
//! A section is a module with `pub(super) async fn run(bench: &Bench) -> Result<Section, Error>`,
//! and a line in [`ALL`].

mod codec;
mod consume;
mod day;
mod end_to_end;
mod fan_out;
mod kept;
mod latency;
mod lifecycle;
pub(super) mod memory;
mod mirror;
mod peers;
mod publish;
mod relay;
mod trips;
mod wake;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::{Bench, Error, Section};

type Run = for<'a> fn(&'a Bench) -> LocalBoxFuture<'a, Result<Section, Error>>;

/// In the order in which they run.
pub(super) const ALL: &[(&str, Run)] = &[
    ("publish", |bench| publish::run(bench).boxed_local()),
    ("consume", |bench| consume::run(bench).boxed_local()),
    ("wake", |bench| wake::run(bench).boxed_local()),
    ("latency", |bench| latency::run(bench).boxed_local()),
    ("lifecycle", |bench| lifecycle::run(bench).boxed_local()),
    ("codec", |bench| codec::run(bench).boxed_local()),
    ("trips", |bench| trips::run(bench).boxed_local()),
    ("kept", |bench| kept::run(bench).boxed_local()),
    ("day", |bench| day::run(bench).boxed_local()),
    ("memory", |bench| memory::run(bench).boxed_local()),
    ("peers", |bench| peers::run(bench).boxed_local()),
    ("relay", |bench| relay::run(bench).boxed_local()),
    ("mirror", |bench| mirror::run(bench).boxed_local()),
    ("end-to-end", |bench| end_to_end::run(bench).boxed_local()),
    ("fan-out", |bench| fan_out::run(bench).boxed_local()),
];

/// Their names, for messages.
pub(super) fn names() -> String {
    let names: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

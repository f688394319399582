//! Hostile payloads: what a refusal costs grows with the payload and not with what the schema makes of it.
//!
//! Memory is what the allocator hands out in total, so it bounds the steps too: a step that allocates
//! nothing is a call of a validator that was compiled before. Nothing is timed.

mod allocations;
mod contracts;
mod directories;
mod generated;
mod hostile_folders;
mod patterns;
mod recursive_unions;
mod reference_contracts;
mod sizes;
mod unknown_drafts;

/// Counts what is allocated.
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

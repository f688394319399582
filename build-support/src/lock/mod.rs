//! `contracts.lock`: what has been published, so that no build changes it in place.
//!
//! The file has a line for each version of each event type:
//!
//! ```text
//! # What has been published. `dispatcher contracts lock` writes this file; commit it.
//! format 1
//! credit.expired 1 retired
//! credit.locked 1 upcast 58b0c6…
//! ```
//!
//! A published version has its level and the [`Digest`] of its schema. What is retired, or is no longer in the registry
//! (`removed`), keeps its line, because its number is never used again. A line for each version, in order, lets git
//! merge two branches that publish different versions.
//!
//! A file that cannot be read stops the build. A directory without one is not checked.

mod digest;
mod entry;
mod file;
pub(crate) mod shape;
mod violation;

pub use digest::Digest;
pub use entry::{Entry, Lock, Outdated};
pub use file::LOCK_FILE;
pub use violation::{Broken, Violation};

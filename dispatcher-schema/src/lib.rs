//! What the generator (`dispatcher-build-support`) and the runtime (`dispatcher-runtime`) both know
//! of contracts, written once.
//!
//! It owns the vocabulary of JSON Schema and the form of the registry. It does no I/O and holds no
//! state: both sides read values and documents themselves and ask here what they mean. What the
//! two sides must agree on is here, so that a schema that the build accepts means the same at run
//! time.
//!
//! This crate is internal to Dispatcher: its interface may change with any release.

#![warn(clippy::too_many_lines)]

pub mod address;
pub mod draft;
pub mod envelope;
pub mod formats;
pub mod inexact;
pub mod metaschemas;
pub mod one_resource;
pub mod path;
pub mod pointer;
pub mod refusal;
pub mod registry;
pub mod subschemas;
pub mod vocabulary;
pub mod words;

pub use draft::Draft;
pub use vocabulary::{Keyword, Role, Shape};

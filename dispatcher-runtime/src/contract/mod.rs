//! What generated code is made of: payloads, the gate, the registry. No database, no features.
//!
//! Everything else stands on this folder, and it stands on none of the others.

pub(crate) mod dead_letter_reason;
pub(crate) mod envelope;
pub(crate) mod exact;
pub(crate) mod gate;
pub(crate) mod id;
#[cfg(feature = "schemars")]
pub(crate) mod json_schema;
pub(crate) mod payload;
pub(crate) mod position;
pub(crate) mod registry;
pub(crate) mod value;

//! What generated code is made of: payloads, the gate, the registry. No database, no features.
//!
//! Everything else stands on this folder, and it stands on none of the others.

pub(crate) mod bounded_text;
pub(crate) mod cloudevents;
pub(crate) mod dead_letter_reason;
pub(crate) mod decode_error;
pub(crate) mod envelope;
#[cfg(test)]
pub(crate) mod error_chain;
pub(crate) mod event_type;
pub(crate) mod exact;
pub(crate) mod gate;
mod generated_by;
pub(crate) mod id;
#[cfg(feature = "schemars")]
pub(crate) mod json_schema;
#[cfg(not(feature = "schemars"))]
mod no_json_schema;
pub(crate) mod payload;
pub(crate) mod permission;
pub(crate) mod position;
pub(crate) mod registry;
pub(crate) mod traceparent;
pub(crate) mod upcast;
pub(crate) mod value;

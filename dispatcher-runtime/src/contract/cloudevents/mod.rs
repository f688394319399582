//! CloudEvents 1.0: an event as other systems send and receive it, in both content modes.
//!
//! A [`CloudEvent`] is a set of attributes and JSON data. `mapping` turns an envelope into one and back, `structured`
//! and `binary` write and read the two modes, and `rules` has what the specification demands of attributes. No HTTP
//! client or server is involved: headers are pairs of texts.
//!
//! Every failure is a [`CloudEventError`] that names the attribute. Nothing is repaired in silence, except that a
//! `traceparent` which is not a trace context counts as none, as it does everywhere else.

mod binary;
mod cloud_event;
mod error;
mod mapping;
mod parts;
mod rules;
mod structured;

#[cfg(feature = "transfer")]
pub(crate) use binary::{decoded, encoded};
pub use cloud_event::CloudEvent;
pub use error::CloudEventError;

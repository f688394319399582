//! CloudEvents: an envelope that is written and read again is the same, the official SDK agrees about both content
//! modes, and what is refused names its attribute.

mod generated;
mod refused;
mod round_trip;
mod sdk;

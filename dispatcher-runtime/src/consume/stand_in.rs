//! What takes the place of types whose macro reported a fault, so that the fault is the only error.

use serde_json::Value;

use crate::contract::decode_error::DecodeError;
use crate::contract::event_type::{EventType, Sealed};
use crate::contract::payload::Domain;
use crate::contract::permission::{Carries, ConsumedBy, HeldBy};
use crate::contract::registry::{EventContract, Registry};

/// The event type of a handler whose own is not known. Every consumer may subscribe to it, and
/// every payload is its own.
#[derive(Debug)]
pub enum UnknownEventType {}

impl Sealed for UnknownEventType {}

impl EventType for UnknownEventType {
    type Payload = ();
    const NAME: &'static str = "";
    const PRODUCER: &'static str = "";
    const CONSUMERS: &'static [&'static str] = &[];
    const SUBJECT: Option<&'static str> = None;
    const CURRENT_VERSION: u32 = 0;

    fn descriptor() -> &'static EventContract {
        unreachable!("code that mentions it does not compile")
    }

    fn registry() -> &'static Registry {
        unreachable!("code that mentions it does not compile")
    }
}

impl<D: Domain> ConsumedBy<D> for UnknownEventType {}

impl<P> Carries<P> for UnknownEventType {
    fn decode(_: u32, _: Value) -> Result<P, DecodeError> {
        unreachable!("code that mentions it does not compile")
    }
}

/// The variants of an enum whose own are not known: there is one for every payload.
#[derive(Debug)]
pub enum AnyVariant {}

impl<P> HeldBy<AnyVariant> for P {}

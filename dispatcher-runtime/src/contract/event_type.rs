//! Event types at compile time: the markers that generated code implements.
//!
//! What the registry says holds at compile time only while nothing but generated code implements
//! these traits: [`Sealed`] keeps it so.

use crate::contract::registry::{EventContract, Registry};

/// What keeps traits for generated code to generated code.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot implement a trait of generated code",
    label = "not generated from a contract",
    note = "event types, and the rules of who publishes and who handles them, come from event-types-registry.json; handlers come from `#[subscribe]`"
)]
pub trait Sealed {}

/// The marker of an event type: `credit_locked::EventType`.
///
/// Generated for each event type of the registry; a payload names it as
/// [`Payload::EventType`](crate::Payload::EventType). It is the bound for code that works with any
/// event type and needs no payload of it:
///
/// ```
/// use acme_contracts::credit_locked;
/// use dispatcher_runtime::EventType;
///
/// fn queue_name<E: EventType>() -> String {
///     format!("{}-{}", E::PRODUCER, E::NAME)
/// }
///
/// assert_eq!(queue_name::<credit_locked::EventType>(), "revenue-credit.locked");
/// ```
///
/// The trait is sealed: only generated code implements it.
pub trait EventType: Sealed + Send + Sync + 'static {
    /// The payload that a handler takes: that of the upcoming version, if one is announced, or else of the current
    /// one. Nothing can be a payload of a retired event type.
    type Payload;
    /// Its name, such as `credit.locked`.
    const NAME: &'static str;
    /// The one domain that publishes it.
    const PRODUCER: &'static str;
    /// The domains that handle it.
    const CONSUMERS: &'static [&'static str];
    /// JSON pointer to the field of the payload that is the event's subject.
    const SUBJECT: Option<&'static str>;
    /// The version that producers publish: the highest active one.
    const CURRENT_VERSION: u32;

    /// What the registry says about it.
    fn descriptor() -> &'static EventContract;

    /// The contracts that it was generated from.
    fn registry() -> &'static Registry;
}

/// The event types of a handler: the marker of one, or a handler of several, which is their list.
///
/// The trait is sealed: only generated code and `#[subscribe]` implement it.
pub trait EventTypes: Sealed + Send + Sync + 'static {
    /// Their names, such as `credit.locked`.
    const NAMES: &'static [&'static str];

    /// The contracts that they were generated from.
    fn registry() -> &'static Registry;
}

impl<E: EventType> EventTypes for E {
    const NAMES: &'static [&'static str] = &[E::NAME];

    fn registry() -> &'static Registry {
        <E as EventType>::registry()
    }
}

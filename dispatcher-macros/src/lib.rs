//! The macros of dispatcher-runtime, which exports them: use them from there.
//!
//! Entry points only. Each macro works on `proc_macro2` tokens in a folder of its own; a fault is
//! pushed to `faults` and never ends the work, so that all are reported at once. Whatever happens,
//! the user's item is emitted again.
//!
//! | feature | what it adds | default |
//! |---|---|---|
//! | `contracts` | `contracts!`, which brings dispatcher-build-support | |

#![warn(clippy::too_many_lines)]

#[cfg(feature = "contracts")]
mod contracts;
mod event_union;
mod faults;
mod place;
mod runtime;
mod subscribe;

use proc_macro::TokenStream;

/// Turns an async function into a handler: `#[subscribe(credit_locked)]`.
///
/// The event type is a path to its generated module. Without one, `#[subscribe]`, the payload of the
/// function's `EventEnvelope` says which event type it is.
///
/// The function takes the event first, `EventEnvelope<CreditLocked>`, and then, in any order, any
/// of these:
///
/// * `&mut DeliveryTx`, the transaction of the delivery: what is written through it is applied once.
///   A handler that does not take it runs while no transaction is open, and is called at least once.
/// * `State<App>`, a clone of the application's state, or a piece of it that implements `FromRef`,
///   such as `State<PgPool>`. A handler may take several pieces.
/// * `Delivery`, facts about the delivery such as the attempt.
///
/// It returns `Result<(), E>`, where `E` is `HandlerError` or converts into one. An error is retried,
/// unless it is a `HandlerError` that says otherwise.
///
/// # The name of the subscription
///
/// The function becomes a value that `.subscribe(hold_slot)` takes, and its name is the name of the
/// subscription. That name is the subscription's identity: its cursor, its dedup rows and its dead
/// letters are stored under it. If you rename the function, the consumer starts a new subscription at
/// the beginning of the log and handles every event again, and the old one stays behind. Set the name
/// to keep it:
///
/// ```text
/// #[subscribe(credit_locked, name = "hold_slot")]
/// async fn reserve_the_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
/// ```
///
/// A name has 1 to 63 characters, which are ASCII letters, digits, `_` and `-`, and it does not start
/// with `-`. Defaults to the function's name.
///
/// # Versions
///
/// A handler takes one version of its event type, and receives the events of every live version. It is the version that
/// the registry calls upcoming, if there is one, and otherwise the current one; events of older versions are upcast to
/// it (`Upcast`, `TryUpcast`). A handler that takes another version does not compile.
///
/// A handler that has to see each event as it was published, such as an audit, takes `AnyVersion` of the event type's
/// module, an enum of the live versions. Nothing is upcast for it. The module has it as long as there are several live
/// versions, and `#[subscribe]` has to name the event type:
///
/// ```text
/// #[subscribe(order_paid)]
/// async fn audit(event: EventEnvelope<order_paid::AnyVersion>) -> Result<(), HandlerError> {
///     match event.payload {
///         order_paid::AnyVersion::V1(paid) => …,
///         order_paid::AnyVersion::V2(paid) => …,
///     }
/// }
/// ```
///
/// # Several event types
///
/// `#[subscribe(credit_locked, credit_released)]` makes one subscription to both, with one cursor:
/// their events come in their common order, the order of positions; with concurrency or partitions,
/// in that order for each subject. An event that waits for its retry holds back the later events of
/// its subject, of either type. The handler takes an enum of the payloads that derives
/// [`EventUnion`](derive@EventUnion).
///
/// The cursor says how far all of them have been read. An event type that is added to a subscription
/// later is handled from there on; under another name the subscription starts at the beginning of
/// the log with all of them.
///
/// # Options
///
/// * `name = "…"`: the name of the subscription.
/// * `crate = "…"`: the path of dispatcher-runtime, where the dependency is renamed or re-exported,
///   such as `crate = "acme::runtime"`. Defaults to `::dispatcher_runtime`.
#[proc_macro_attribute]
pub fn subscribe(attribute: TokenStream, item: TokenStream) -> TokenStream {
    subscribe::subscribe(attribute.into(), item.into()).into()
}

/// Makes an enum of payloads something that a handler of several event types can take.
///
/// Each variant holds the payload of one event type, in the version that a handler of it would take;
/// other versions are upcast, as for a handler of one event type. `#[subscribe]` has to list the event
/// types of exactly these payloads: one that is on one side only does not compile.
///
/// # Options
///
/// `#[event_union(crate = "acme::runtime")]` on the enum is the path of dispatcher-runtime, where the
/// dependency is renamed or re-exported. Defaults to `::dispatcher_runtime`.
#[proc_macro_derive(EventUnion, attributes(event_union))]
pub fn event_union(item: TokenStream) -> TokenStream {
    event_union::event_union(item.into()).into()
}

/// Turns a contracts directory into types: `contracts!("contracts")`.
///
/// The directory is relative to the package. The macro does what a build script with
/// `Contracts::new("contracts").generate_or_exit()` and `include_contracts!()` do, without the build
/// script. Cargo compiles the crate again when a contract file changes. A new file counts once the
/// registry or another contract names it, which changes that one.
///
/// # Options
///
/// `contracts!("contracts", crate = "acme::runtime")` sets the path of dispatcher-runtime, where the
/// dependency is renamed or re-exported. The path has to resolve in every module, so start it with a
/// dependency's name or with `crate`. Defaults to `::dispatcher_runtime`.
///
/// `contracts!("contracts", newtypes = true)` makes each constrained string, integer and number a struct,
/// so that the crate can implement other crates' traits for it. Defaults to `false`: they are names for
/// `Refined`.
#[cfg(feature = "contracts")]
#[proc_macro]
pub fn contracts(input: TokenStream) -> TokenStream {
    contracts::contracts(input.into()).into()
}

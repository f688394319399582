//! The macros of dispatcher-runtime, which exports them, under features of its own: use them from there.
//!
//! Entry points only. `#[subscribe]` goes from `attribute` and `signature` to `expansion`,
//! `#[derive(EventUnion)]` from `event_union` to its own;
//! each of them works on `proc_macro2` tokens, and a fault is pushed to `faults` and never ends
//! the work, so that all are shown at once. Whatever happens, the user's item is emitted again.
//!
//! | feature | what it adds | default |
//! |---|---|---|
//! | `contracts` | `contracts!`, which brings dispatcher-build-support | |

mod attribute;
#[cfg(feature = "contracts")]
mod contracts;
mod event_union;
mod expansion;
mod faults;
mod signature;
mod subscribe;

use proc_macro::TokenStream;

/// Makes a handler of an async function: `#[subscribe(credit_locked)]`.
///
/// The event type is a path to its generated module. The function takes the event first,
/// `EventEnvelope<CreditLocked>`, and then, in any order and each if it wants it:
///
/// * `&mut DeliveryTx`, the transaction of the delivery: what is written through it is applied once.
///   A handler that does not take it runs while no transaction is open, and is called at least once,
/// * `State<App>`, a clone of the application's state,
/// * `Delivery`, facts about the delivery such as the attempt.
///
/// It returns `Result<(), E>`, where `E` is `HandlerError` or an error that becomes one. An error is
/// retried; `HandlerError` has the other ways.
///
/// The function's name becomes the handler, for `.subscribe(hold_slot)`, and the name of the
/// subscription, to which the cursor belongs. `#[subscribe(credit_locked, name = "hold-slot")]`
/// gives the subscription another name, so that the function can be renamed without starting at the
/// beginning of the log.
///
/// # Several event types
///
/// `#[subscribe(credit_locked, credit_released)]` makes one subscription of both, with one cursor:
/// their events come in their common order, the order of positions; with concurrency or partitions,
/// in that order for each subject. An event that waits for its retry holds back the later events of
/// its subject, whichever of the types they are of. The handler takes an enum of the payloads, under
/// [`EventUnion`](derive@EventUnion).
///
/// The cursor says how far all of them have been read. An event type that is added to a subscription
/// later is handled from there on; under another name the subscription begins at the beginning of
/// the log, with all of them.
#[proc_macro_attribute]
pub fn subscribe(attribute: TokenStream, item: TokenStream) -> TokenStream {
    subscribe::subscribe(attribute.into(), item.into()).into()
}

/// Makes the payloads of several event types one, for a handler of them all.
///
/// Each variant of the enum holds the payload of one event type, in its current version; an older
/// one is made current by its `Upcast`, as for a handler of one event type. `#[subscribe]` has to
/// name the event types of exactly these payloads: one that stands on one side only does not compile.
#[proc_macro_derive(EventUnion)]
pub fn event_union(item: TokenStream) -> TokenStream {
    event_union::event_union(item.into()).into()
}

/// Turns a contracts directory into types: `contracts!("contracts")`, the directory relative to the
/// package.
///
/// It is what a build script with `Contracts::new("contracts").generate_or_exit()` and
/// `include_contracts!()` do, without the build script. Cargo compiles the crate again when a
/// contract file changes. A file that is added counts once the registry or another contract names
/// it, which is a change of that one.
#[cfg(feature = "contracts")]
#[proc_macro]
pub fn contracts(directory: TokenStream) -> TokenStream {
    contracts::contracts(directory.into()).into()
}

//! Events between services that share a set of contracts, through Postgres.
//!
//! The contracts (a registry of event types and a JSON Schema for every payload) become Rust types
//! in a crate of their own; see [`include_contracts!`] and [`contracts!`]. Against those types the
//! compiler checks who may publish what ([`Dispatcher`]) and who handles it ([`subscribe`],
//! [`Consumer`]).
//!
//! | word | what it is |
//! |---|---|
//! | [`Dispatcher`] | publishes the events of one domain, in the caller's transaction or its own |
//! | [`subscribe`] | makes a handler of an async function |
//! | [`Consumer`] | runs the handlers of one domain |
//! | [`EventEnvelope`] | an event as a handler gets it |
//! | [`DeliveryTx`] | the delivery's transaction: what is written through it is applied once |
//! | [`State`], [`Delivery`] | the application's state; facts about the delivery |
//! | [`HandlerError`] | retry, retry later, or give up |
//! | [`Registry`], [`LoadedRegistry`] | the contracts at run time: bundled, and read from a directory |
//! | [`observe`] | metrics: counters and latencies, for any vendor |
//! | [`DeadLetters`] | what was given up on; over HTTP with the feature `http` |
//!
//! # What is promised
//!
//! An event that was committed reaches every subscription of its type at least once, in the order
//! of positions; what a handler writes through its [`DeliveryTx`] is applied once, because it
//! commits together with the dedup row and the cursor. What a handler does elsewhere happens at
//! least once: the event id is the key that makes it idempotent. A payload that breaks its schema is
//! neither published nor handed to a handler.
//!
//! The tables come from [`migrate`]. Postgres 14 or later; consumers need the primary.

// Generated code and expansions name this crate by its own name, in its tests and examples too.
extern crate self as dispatcher_runtime;

mod config;
mod consumer;
mod dead_letter;
mod delivery;
mod envelope;
mod error;
mod event;
mod exact;
mod gate;
mod handler;
#[cfg(feature = "http")]
pub mod http;
mod id;
mod migrate;
pub mod observe;
mod payload;
mod publish;
mod registry;
mod retry;
mod sql;
mod subscription;
mod value;
mod wake;
mod worker;

#[doc(hidden)]
pub mod private;

pub use consumer::{Consumer, ConsumerBuilder, RunningConsumer};
pub use dead_letter::{DeadLetter, DeadLetterFilter, DeadLetters, Reason};
pub use dispatcher_macros::contracts;
/// ```
/// use acme_contracts::credit_locked::{self, CreditLocked};
/// use dispatcher_runtime::{DeliveryTx, EventEnvelope, HandlerError, State, subscribe};
///
/// #[derive(Clone)]
/// struct App {
///     most_credits: i64,
/// }
///
/// #[subscribe(credit_locked)]
/// async fn hold_slot(
///     event: EventEnvelope<CreditLocked>,
///     tx: &mut DeliveryTx,
///     State(app): State<App>,
/// ) -> Result<(), HandlerError> {
///     if event.payload.locked_credits.get() > app.most_credits {
///         return Err(HandlerError::permanent("more than a lesson can cost"));
///     }
///     sqlx::query("INSERT INTO slot (lesson_id) VALUES ($1)")
///         .bind(event.payload.lesson_id.as_str())
///         .execute(&mut **tx)
///         .await?;
///     Ok(())
/// }
/// ```
pub use dispatcher_macros::subscribe;
pub use envelope::EventEnvelope;
pub use error::{
    ConfigError, DatabaseError, DeadLetterError, HandlerError, MigrateError, PublishError,
    StartError,
};
pub use gate::{GatedPayload, PayloadReport, PayloadSchema, Violation};
pub use handler::{Delivery, DeliveryTx, Handler, State};
pub use id::{DeadLetterId, EventId, IdError, TenantId};
pub use migrate::{migrate, migrate_schema};
pub use payload::{DecodeError, Domain, Payload, Upcast};
pub use publish::{Dispatcher, DispatcherBuilder, Publish, PublishAll, Published};
pub use registry::{
    Difference, EventDescriptor, LoadedEvent, LoadedRegistry, LoadedVersion, Registry,
    RegistryError, Status, VersionDescriptor,
};
/// The version of the `time` crate that the interface speaks of.
pub use time;
pub use value::{Date, DateTime, Integer, Number, ValueError};

/// Includes what the build script of the crate made of its contracts.
///
/// The build script is `dispatcher_build_support::Contracts::new("contracts").generate_or_exit();`.
/// Without a build script, write `dispatcher_runtime::contracts!("contracts");` instead.
#[macro_export]
macro_rules! include_contracts {
    () => {
        ::core::include!(::core::concat!(
            ::core::env!("OUT_DIR"),
            "/dispatcher_contracts.rs"
        ));
    };
}

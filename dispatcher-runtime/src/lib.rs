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
//! | [`EventUnion`] | one enum for the payloads of several event types, whose handler keeps their order |
//! | [`Consumer`] | runs the handlers of one domain |
//! | [`EventEnvelope`] | an event as a handler gets it |
//! | [`DeliveryTx`] | the delivery's transaction: what is written through it is applied once |
//! | [`State`], [`Delivery`] | the application's state; facts about the delivery |
//! | [`HandlerError`] | retry, retry later, or give up |
//! | [`Registry`], [`LoadedRegistry`] | the contracts at run time: bundled, and read from a directory |
//! | [`observe`] | metrics: counters and latencies, for any vendor |
//! | [`DeadLetters`], [`Subscriptions`], [`EventLog`] | what an operator reads and changes; together an [`Operator`], over HTTP with the feature `http` |
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
//!
//! # Features
//!
//! | feature | what it adds | default |
//! |---|---|---|
//! | `publish` | [`Dispatcher`] | yes |
//! | `consume` | [`Consumer`], [`subscribe`], [`DeadLetters`] | yes |
//! | `contracts-macro` | [`contracts!`]; a crate with a build script can do without | yes |
//! | `postgres` | [`migrate`]; comes with `publish` and `consume` | yes |
//! | `http` | `http::router`: the operator's routes as an axum router; brings `consume` | |
//! | `testing` | `testing::TestKit`, for tests; brings `publish` and `consume` | |
//! | `metrics` | `observe::MetricsObserver`, for the `metrics` facade | |
//! | `schemars` | `schemars::JsonSchema` for generated types: the contract's own schema | |
//! | `opentelemetry` | `observe::OpenTelemetryObserver`, and traces from producer to consumer | |
//!
//! A service that only publishes takes `default-features = false, features = ["publish"]`. Without
//! any feature the crate is what generated types are made of (payloads, gate, registry), so a crate
//! of contracts compiles without sqlx.

// Until each side's items stand with it.
#![cfg_attr(
    not(all(feature = "publish", feature = "consume")),
    allow(dead_code, unused_imports)
)]

// Generated code and expansions name this crate by its own name, in its tests and examples too.
extern crate self as dispatcher_runtime;

mod contract;

#[cfg(feature = "consume")]
mod consume;
#[cfg(feature = "consume")]
mod log;
#[cfg(feature = "postgres")]
pub mod observe;
#[cfg(feature = "consume")]
mod operate;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "publish")]
mod publish;
#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
pub mod private;

pub use contract::envelope::EventEnvelope;
pub use contract::gate::{GatedPayload, InvalidPayload, PayloadSchema, Violation};
pub use contract::id::{DeadLetterId, EventId, IdError, TenantId};
pub use contract::payload::{DecodeError, Domain, Payload, Upcast};
pub use contract::position::Position;
pub use contract::registry::{
    Difference, EventContract, LoadedEvent, LoadedRegistry, LoadedVersion, Registry, RegistryError,
    Status, VersionContract,
};
pub use contract::value::{Date, DateTime, Deferred, Integer, Number, Refined, ValueError};
/// The version of the `time` crate that the interface speaks of.
pub use time;

#[cfg(feature = "postgres")]
pub use postgres::error::{ConfigError, DatabaseError, MigrateError};
#[cfg(feature = "postgres")]
pub use postgres::migrate::{migrate, migrate_schema};

#[cfg(feature = "publish")]
pub use publish::{Dispatcher, DispatcherBuilder, Publish, PublishAll, PublishError, Published};

#[cfg(feature = "consume")]
pub use consume::handler::{Delivery, DeliveryTx, Handler, State};
#[cfg(feature = "consume")]
pub use consume::{
    Consumer, ConsumerBuilder, HandlerError, RetryPolicy, RunError, RunningConsumer, StartError,
    SubscriptionOptions,
};
pub use contract::dead_letter_reason::DeadLetterReason;
/// ```
/// use acme_contracts::credit_locked::{self, CreditLocked};
/// use acme_contracts::credit_released::{self, CreditReleased};
/// use dispatcher_runtime::{DeliveryTx, EventEnvelope, EventUnion, HandlerError, subscribe};
///
/// /// What happened to the credits of a reservation.
/// #[derive(EventUnion)]
/// enum CreditEvent {
///     Locked(CreditLocked),
///     Released(CreditReleased),
/// }
///
/// #[subscribe(credit_locked, credit_released)]
/// async fn credit_board(
///     event: EventEnvelope<CreditEvent>,
///     tx: &mut DeliveryTx,
/// ) -> Result<(), HandlerError> {
///     let (reservation, held) = match event.payload {
///         CreditEvent::Locked(locked) => (locked.credit_reservation_id, true),
///         CreditEvent::Released(released) => (released.credit_reservation_id, false),
///     };
///     sqlx::query("UPDATE board SET held = $2 WHERE reservation_id = $1")
///         .bind(reservation)
///         .bind(held)
///         .execute(&mut **tx)
///         .await?;
///     Ok(())
/// }
/// ```
#[cfg(feature = "consume")]
pub use dispatcher_macros::EventUnion;
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
#[cfg(feature = "consume")]
pub use dispatcher_macros::subscribe;
#[cfg(feature = "consume")]
pub use log::{Blocker, EventLog, Horizon, StartFrom};
#[cfg(feature = "consume")]
pub use operate::dead_letter::{
    DeadLetter, DeadLetterError, DeadLetterFilter, DeadLetters, FailedAttempt,
};
#[cfg(feature = "http")]
pub use operate::http;
#[cfg(feature = "consume")]
pub use operate::operator::Operator;
#[cfg(feature = "consume")]
pub use operate::retention::{Retention, SlowestSubscription, Swept};
#[cfg(feature = "consume")]
pub use operate::subscriptions::{Rewound, SubscriptionError, SubscriptionProgress, Subscriptions};

#[cfg(feature = "contracts-macro")]
pub use dispatcher_macros::contracts;

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

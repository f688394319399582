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
//! | [`subscribe`] | turns an async function into a handler |
//! | [`EventUnion`] | an enum of the payloads of several event types, for a handler that keeps their order |
//! | [`Consumer`] | runs the handlers of one domain |
//! | [`EventEnvelope`] | an event as a handler gets it |
//! | [`DeliveryTx`] | the delivery's transaction: what is written through it is applied once |
//! | [`State`], [`Delivery`] | the application's state, or a piece of it ([`FromRef`]); facts about the delivery |
//! | [`HandlerError`] | retry, retry later, or give up |
//! | [`CloudEvent`] | an event in the form of CloudEvents 1.0, for other systems |
//! | [`Upcast`], [`TryUpcast`] | make the next version of a payload, so that handlers take one version |
//! | [`Registry`], [`LoadedRegistry`] | the contracts at run time: bundled, and read from a directory |
//! | [`observe`] | metrics: counters and latencies, for any vendor |
//! | [`DeadLetters`], [`Subscriptions`], [`EventLog`] | what an operator reads and changes; together an [`Operator`], over HTTP with the feature `http` |
//!
//! # What is promised
//!
//! An event that was committed reaches every subscription of its type at least once, in the order
//! of positions; what a handler writes through its [`DeliveryTx`] is applied once, because it
//! commits together with the dedup row and the cursor. What a handler does elsewhere happens at
//! least once: the event id is the key that makes it idempotent. A payload or an envelope that breaks
//! its schema is neither published nor handed to a handler, and neither is an event of another domain
//! than the one that the registry names as its producer.
//!
//! The tables come from [`migrate`], which may also run in a task of its own. Postgres 14 or later;
//! consumers need the primary.
//!
//! ```no_run
//! # #[cfg(feature = "postgres")]
//! # async fn example(pool: sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
//! tokio::spawn(async move { dispatcher_runtime::migrate(&pool).await }).await??;
//! # Ok(()) }
//! ```
//!
//! # Bounds
//!
//! Code that works with any payload, event type or handler names what it asks for: [`PublishedBy`] a
//! domain, [`ConsumedBy`] a domain, [`EventType`]. Generated code implements these traits as the
//! registry says, and nothing else does.
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
//! | `tls` | `sslmode=require` and `verify-full`: TLS to Postgres, by rustls | |
//! | `metrics` | `observe::MetricsObserver`, for the `metrics` facade | |
//! | `schemars` | `schemars::JsonSchema` for generated types: the contract's own schema | |
//! | `chrono`, `jiff` | conversions of [`Date`] and [`DateTime`] from and into their types | |
//! | `opentelemetry` | `observe::OpenTelemetryObserver`, and traces from producer to consumer | |
//!
//! A service that only publishes takes `default-features = false, features = ["publish"]`. Without
//! any feature the crate is what generated types are made of (payloads, gate, registry), so a crate
//! of contracts compiles without sqlx.
//!
//! # Other crates in the interface
//!
//! Types of these crates appear in signatures, and are re-exported so that a program can name the same
//! version: [`time`], [`uuid`], and with the feature `postgres` `sqlx` 0.9 (its pool, connection and
//! errors); behind features `axum` 0.8, `chrono` 0.4, `jiff` 1, `metrics` 0.24, `opentelemetry` 0.33 and
//! `schemars` 1. A new major version of one of them is a new major version of this crate, because a pool
//! of another sqlx is another type: take both updates together, and this crate says in its changelog
//! which version it moved to.
//!
//! The feature `time` of sqlx is on, because events carry times. Where a service also turns on `chrono`,
//! `sqlx::query!` infers `time` types for its columns; the setting `date-time = "chrono"` under
//! `[macros.preferred-crates]` in the service's `sqlx.toml`, with the feature `sqlx-toml` of sqlx, makes it
//! infer those of chrono.

#![warn(clippy::too_many_lines)]
// docs.rs shows which feature each item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

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
#[cfg(feature = "transfer")]
#[doc(hidden)]
pub mod transfer;

#[doc(hidden)]
pub mod private;

pub use contract::cloudevents::{CloudEvent, CloudEventError};
pub use contract::dead_letter_reason::DeadLetterReason;
pub use contract::decode_error::DecodeError;
pub use contract::envelope::EventEnvelope;
pub use contract::event_type::{EventType, EventTypes};
pub use contract::gate::{InvalidPayload, PayloadSchema, Violation};
pub use contract::id::{DeadLetterId, EventId, IdError, RedriveId, TenantId};
pub use contract::payload::{Domain, Payload};
pub use contract::permission::{ConsumedBy, PublishedBy};
pub use contract::position::Position;
pub use contract::registry::{
    Difference, EventContract, LoadedEvent, LoadedRegistry, LoadedVersion, ReadAs, ReadAsProof,
    Registry, RegistryError, RegistryFault, Status, VersionContract,
};
pub use contract::upcast::{TryUpcast, Upcast};
pub use contract::value::{Date, DateTime, Deferred, Integer, Number, Refined, ValueError};
/// The version of the crate `sqlx` that appears in this interface: a pool or transaction of another major
/// version is another type.
#[cfg(feature = "postgres")]
pub use sqlx;
/// The version of the crate `time` that appears in this interface.
pub use time;
/// The version of the crate `uuid` that appears in this interface.
pub use uuid;

#[cfg(any(feature = "publish", feature = "consume"))]
pub use postgres::catalog::{CatalogDifference, ContractsCatalog};
#[cfg(feature = "postgres")]
pub use postgres::error::{ConfigError, DatabaseError, MigrateError};
#[cfg(feature = "postgres")]
pub use postgres::migrate::{migrate, migrate_schema};
#[cfg(feature = "postgres")]
pub use postgres::roles::Roles;

#[cfg(feature = "publish")]
pub use publish::{
    BorrowPayload, BorrowPublished, Dispatcher, DispatcherBuilder, Publish, PublishAll,
    PublishError, Published,
};

#[cfg(feature = "consume")]
pub use consume::delivery::{Delivery, DeliveryTx};
#[cfg(feature = "consume")]
pub use consume::from_ref::FromRef;
#[cfg(feature = "consume")]
pub use consume::handler::{Handler, State};
#[cfg(feature = "consume")]
pub use consume::{
    Consumer, ConsumerBuilder, ErasedEvents, HandlerError, RetryPolicy, RunError, RunningConsumer,
    StartError, StopReport, SubscriptionOptions, shutdown_signal,
};
#[cfg(feature = "consume")]
pub use contract::gate::PayloadField;
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
pub use operate::actor::{Actor, ActorError};
#[cfg(feature = "consume")]
pub use operate::audit::{AuditEntry, AuditError, AuditLog, AuditPage};
#[cfg(feature = "consume")]
pub use operate::contract_detail::{ContractDetail, ContractDifference, VersionPayload};
#[cfg(feature = "consume")]
pub use operate::contracts::{KnownContract, KnownContracts, KnownVersion};
#[cfg(feature = "consume")]
pub use operate::count::Count;
#[cfg(feature = "consume")]
pub use operate::dead_letter::{
    DeadLetter, DeadLetterError, DeadLetterFilter, DeadLetterGroup, DeadLetterPage,
    DeadLetterState, DeadLetterSummary, DeadLetters, FailedAttempt, HourCount,
};
#[cfg(feature = "consume")]
pub use operate::doctor::{Finding, FindingLevel};
#[cfg(feature = "consume")]
pub use operate::erasure::{Erased, Erasure, ErasureError};
#[cfg(feature = "consume")]
pub use operate::events::{
    Causation, CausedEvent, DeliveryState, EventDelivery, EventDetail, EventFault, EventFilter,
    EventPage, EventSummary, Events, EventsError, RefusedEvent, Searched,
};
#[cfg(feature = "consume")]
pub use operate::graph::{EventFlow, FlowSubscription};
#[cfg(feature = "consume")]
pub use operate::history::{SubscriptionFlow, SubscriptionHistory, Trend};
#[cfg(feature = "http")]
pub use operate::http;
#[cfg(feature = "consume")]
pub use operate::operator::Operator;
#[cfg(feature = "consume")]
pub use operate::overview::{Overview, Problem, ProblemKind, Retained};
#[cfg(feature = "consume")]
pub use operate::payload_fault::PayloadFault;
#[cfg(feature = "consume")]
pub use operate::redrive::{
    Redrive, RedriveError, RedriveItem, RedriveOptions, RedrivePage, RedrivePart, RedrivePreview,
    RedriveState, Redrives,
};
#[cfg(feature = "consume")]
pub use operate::retention::{LogRetention, SlowestSubscription, Swept};
#[cfg(feature = "consume")]
pub use operate::sample::Sample;
#[cfg(feature = "consume")]
pub use operate::subscriptions::{
    AwaitedVersion, FailingWith, HeldSubject, PartitionProgress, Pause, Rewound,
    SubscriptionDetail, SubscriptionError, SubscriptionProgress, SubscriptionState, Subscriptions,
};
#[cfg(feature = "consume")]
pub use operate::transfers::{
    TransferActError, TransferDirection, TransferProgress, TransferState, Transfers,
};

/// ```
/// dispatcher_runtime::contracts!("../contracts");
///
/// # fn main() -> Result<(), dispatcher_runtime::DecodeError> {
/// let payload = serde_json::json!({ "person_id": "per_1" });
/// assert!(Event::decode("credit.locked", 1, payload).is_err());
/// # Ok(()) }
/// ```
#[cfg(feature = "contracts-macro")]
pub use dispatcher_macros::contracts;

/// Includes the types that the crate's build script generated from its contracts.
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

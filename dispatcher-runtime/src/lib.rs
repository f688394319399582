//! placeholder root

// Generated code and expansions name this crate by its own name, in its tests and examples too.
extern crate self as dispatcher_runtime;

mod config;
mod consumer;
mod dead_letter;
mod delivery;
mod envelope;
mod error;
mod event;
mod gate;
mod handler;
mod id;
mod migrate;
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
pub use envelope::EventEnvelope;
pub use error::{
    ConfigError, DatabaseError, DeadLetterError, HandlerError, MigrateError, PublishError, StartError,
};
pub use gate::{GatedPayload, PayloadReport, PayloadSchema, Violation};
pub use handler::{Delivery, DeliveryTx, Handler, State};
pub use id::{DeadLetterId, EventId, IdError, TenantId};
pub use migrate::{migrate, migrate_schema};
pub use payload::{DecodeError, Domain, Payload, Upcast};
pub use publish::{Dispatcher, DispatcherBuilder, Publish, PublishAll, Published};
pub use registry::{EventDescriptor, Registry, Status, VersionDescriptor};
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
pub use value::{Date, DateTime, ValueError};

/// Includes what the build script of the crate made of its contracts.
///
/// The build script is `dispatcher_build_support::Contracts::new("contracts").generate_or_exit();`.
/// Without a build script, write `dispatcher_runtime::contracts!("contracts");` instead.
#[macro_export]
macro_rules! include_contracts {
    () => {
        ::core::include!(::core::concat!(::core::env!("OUT_DIR"), "/dispatcher_contracts.rs"));
    };
}

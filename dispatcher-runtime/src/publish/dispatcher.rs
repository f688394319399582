//! The producer's handle.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sqlx::PgPool;

use super::borrow_payload::BorrowPublished;
use super::builder::DispatcherBuilder;
use super::draft::Draft;
#[cfg(feature = "testing")]
use super::marked::Marked;
use super::pending::{Publish, PublishAll};
use super::statements::PublishStatements;
use crate::contract::id::TenantId;
use crate::contract::payload::{Domain, Payload};
use crate::contract::registry::LoadedRegistry;
use crate::observe::Observers;

/// Publishes the events of the domain `D`.
///
/// The compiler checks what it may publish: only payload types of event types whose producer, according to
/// the registry, is `D`. It is one `Arc`, so a clone is cheap: keep one in the application's state and
/// clone it where it is needed.
///
/// ```no_run
/// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
/// # async fn example(pool: sqlx::PgPool, event: CreditLocked) -> Result<(), Box<dyn std::error::Error>> {
/// use dispatcher_runtime::Dispatcher;
///
/// let dispatcher = Dispatcher::<Revenue>::builder(pool.clone())
///     .tenant("tnt_swim_north")
///     .build()?;
///
/// let mut tx = pool.begin().await?;
/// sqlx::query("UPDATE reservation SET state = 'locked'").execute(&mut *tx).await?;
/// dispatcher.publish(event).within(&mut tx).await?;
/// tx.commit().await?;
/// # Ok(()) }
/// ```
pub struct Dispatcher<D> {
    pub(super) shared: Arc<Shared>,
    domain: PhantomData<fn() -> D>,
}

/// What all clones of a dispatcher have in common.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) pool: PgPool,
    pub(super) tenant: TenantId,
    pub(super) statements: Arc<PublishStatements>,
    pub(super) registry: Option<Arc<LoadedRegistry>>,
    pub(super) observers: Observers,
    pub(super) idle_in_transaction_timeout: Option<Duration>,
    pub(super) max_payload_bytes: u32,
    /// What it has published, where the test kit asks.
    #[cfg(feature = "testing")]
    pub(super) marked: Option<Marked>,
}

impl<D> Clone for Dispatcher<D> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            domain: PhantomData,
        }
    }
}

impl<D> fmt::Debug for Dispatcher<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher")
            .field("tenant", &self.shared.tenant)
            .finish_non_exhaustive()
    }
}

impl<D> Dispatcher<D> {
    pub(super) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
            domain: PhantomData,
        }
    }

    /// A dispatcher that differs from this one in the tenant of its events only: for a service that
    /// knows the tenant when a request arrives. It costs one allocation and opens no connection.
    ///
    /// ```no_run
    /// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Dispatcher, PublishError, TenantId};
    /// # async fn example(dispatcher: Dispatcher<Revenue>, tenant_id: TenantId, event: CreditLocked) -> Result<(), PublishError> {
    /// let dispatcher = dispatcher.for_tenant(tenant_id);
    /// dispatcher.publish(event).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn for_tenant(&self, tenant_id: TenantId) -> Self {
        Self::new(Shared {
            tenant: tenant_id,
            ..Shared::clone(&self.shared)
        })
    }

    /// The tenant of the events, where a publish does not name another.
    #[must_use]
    pub fn tenant_id(&self) -> &TenantId {
        &self.shared.tenant
    }
}

impl<D: Domain> Dispatcher<D> {
    /// Begins the settings. Events that are not published in a transaction of the caller's use a
    /// connection of `pool`.
    pub fn builder(pool: PgPool) -> DispatcherBuilder<D> {
        DispatcherBuilder::new(pool)
    }

    /// Publishes an event: the payload, or a reference to it. Add [`within`](Publish::within) to join a
    /// transaction; awaited without it, the event is published in a transaction of its own.
    ///
    /// The payload is written to JSON and checked by this call; a refusal is returned by the future.
    ///
    /// ```no_run
    /// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
    /// # async fn example(pool: sqlx::PgPool, event: CreditLocked) -> Result<(), Box<dyn std::error::Error>> {
    /// let dispatcher = dispatcher_runtime::Dispatcher::<Revenue>::builder(pool.clone())
    ///     .tenant("tnt_swim_north")
    ///     .build()?;
    /// let mut tx = pool.begin().await?;
    /// dispatcher.publish(&event).within(&mut tx).await?;
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Cancellation
    /// See [`Publish`].
    pub fn publish<P: Payload>(&self, payload: impl BorrowPublished<D, P>) -> Publish<D> {
        Publish::new(self, P::EVENT_TYPE, Draft::typed(payload.payload()))
    }

    /// Publishes many events of one type in one statement, in their order: payloads, or references to
    /// them. All must pass the gate, or none is inserted.
    ///
    /// ```no_run
    /// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Dispatcher, PublishError};
    /// # async fn example(dispatcher: Dispatcher<Revenue>, events: Vec<CreditLocked>) -> Result<(), PublishError> {
    /// let published = dispatcher.publish_all(&events).await?;
    /// assert_eq!(published.len(), events.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Cancellation
    /// See [`PublishAll`].
    pub fn publish_all<P: Payload>(
        &self,
        payloads: impl IntoIterator<Item = impl BorrowPublished<D, P>>,
    ) -> PublishAll<D> {
        let payloads = payloads.into_iter();
        let drafts = payloads.map(|payload| Draft::typed(payload.payload()));
        PublishAll::new(self, P::EVENT_TYPE, drafts.collect())
    }

    /// Publishes an event whose type is known only at run time, for gateways. The same contracts apply:
    /// `D` must produce the event type, and the payload passes the same gate. Where a
    /// [`registry`](DispatcherBuilder::registry) was loaded, that one decides.
    ///
    /// ```no_run
    /// # use acme_contracts::Revenue;
    /// # use dispatcher_runtime::{Dispatcher, PublishError};
    /// # async fn example(dispatcher: Dispatcher<Revenue>, payload: serde_json::Value) -> Result<(), PublishError> {
    /// dispatcher.publish_untyped("credit.locked", 1, payload).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Cancellation
    /// See [`Publish`].
    pub fn publish_untyped(
        &self,
        event_type: &str,
        schema_version: u32,
        payload: Value,
    ) -> Publish<D> {
        // What a caller made up must not become the label of a metric.
        let known = D::registry()
            .event(event_type)
            .map_or("unknown", |event| event.event_type);
        let loaded = self.shared.registry.as_deref();
        Publish::new(
            self,
            known,
            Draft::untyped::<D>(loaded, event_type, schema_version, payload),
        )
    }
}

//! A partition of a subscription, under its lease: what every part of a pass stands on.
//!
//! Every statement about a partition names its consumer, its subscription and, where it writes, the fence
//! of its lease, which the server compares. So a replica whose lease went to another one finds no row and
//! writes nothing.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgPool, Postgres};

use super::clock::Clock;
use super::delivery::{BeginDelivery, DeliveryTx, Marker};
use super::lease::{Lease, Stopping};
use super::retry_policy::Retry;
use super::slots::{Slot, Slots};
use super::statements::ConsumeStatements;
use super::subscription::Subscription;
use super::time_limit::StatementLimit;
use super::versions::KnownVersions;
use crate::contract::bounded_text::error_text;
use crate::log::EventLog;
use crate::log::standstill::StandstillWatcher;
use crate::observe::Observers;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;

/// What all subscriptions of a consumer share.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) consumer: &'static str,
    /// The name of this replica.
    pub(crate) replica: String,
    pub(crate) batch_size: u32,
    /// Reading a batch stops once its payloads have reached this many bytes.
    pub(crate) batch_bytes: u64,
    pub(crate) poll_interval: Duration,
    /// Whether notifications can be relied on as far as is known, so that polls may become rare.
    pub(crate) may_back_off: bool,
    /// How long a handler may take, unless its subscription says otherwise.
    pub(crate) handler_timeout: Option<Duration>,
    /// How long the sessions of the pool let a statement take.
    pub(crate) statement_timeout: Option<Duration>,
    /// For how long a lease is good.
    pub(crate) lease: Duration,
    /// How long handlers may go on once the consumer is to stop.
    pub(crate) stop_timeout: Duration,
    pub(crate) retry: Retry,
    /// By how much of itself a delay is lengthened at random at most.
    pub(crate) jitter: f64,
    pub(crate) observers: Observers,
    /// Decides when a retry is due.
    pub(crate) clock: Clock,
    /// The windows by which it removes old rows of all consumers, if it does.
    pub(crate) retention: Option<String>,
    /// The connections that deliveries may hold.
    pub(crate) slots: Slots,
    pub(crate) statements: ConsumeStatements,
    pub(crate) log: EventLog,
    /// Whether the log is in another place than what the consumer keeps.
    pub(crate) is_remote: bool,
    pub(crate) standstill: StandstillWatcher,
    pub(crate) versions: KnownVersions,
}

/// A subscription and what its handler needs.
pub(crate) struct Bound<S> {
    pub(crate) settings: Arc<Settings>,
    pub(crate) subscription: Subscription<S>,
    pub(crate) state: Arc<S>,
    pub(crate) pool: PgPool,
}

impl<S> Bound<S> {
    pub(crate) fn handler_timeout(&self) -> Option<Duration> {
        let own = self.subscription.handler_timeout;
        own.unwrap_or(self.settings.handler_timeout)
    }

    fn statement_limit(&self) -> StatementLimit {
        StatementLimit::new(self.handler_timeout(), self.settings.statement_timeout)
    }

    pub(crate) fn retry(&self) -> &Retry {
        let own = self.subscription.retry.as_ref();
        own.unwrap_or(&self.settings.retry)
    }
}

/// One partition that this replica works on, under its lease.
pub(crate) struct Partition<S> {
    pub(crate) bound: Arc<Bound<S>>,
    pub(crate) lease: Lease,
    pub(crate) stopping: Stopping,
}

impl<S> Clone for Partition<S> {
    fn clone(&self) -> Self {
        Self {
            bound: Arc::clone(&self.bound),
            lease: self.lease.clone(),
            stopping: self.stopping.clone(),
        }
    }
}

impl<S> Partition<S> {
    pub(crate) fn settings(&self) -> &Settings {
        &self.bound.settings
    }

    pub(crate) fn subscription(&self) -> &Subscription<S> {
        &self.bound.subscription
    }

    pub(crate) fn statements(&self) -> &ConsumeStatements {
        &self.bound.settings.statements
    }

    /// With the subscription bound, which every statement begins with.
    pub(crate) fn query(&self, statement: &Statement) -> Query<'static, Postgres, PgArguments> {
        statement
            .query()
            .bind(self.settings().consumer)
            .bind(self.subscription().name)
    }

    /// With the lease bound as well.
    pub(crate) fn query_of_lease(
        &self,
        statement: &Statement,
    ) -> Query<'static, Postgres, PgArguments> {
        self.query(statement)
            .bind(self.lease.partition)
            .bind(self.lease.fence)
    }

    /// Whether the cursor is committed by another transaction than the one that reads the log, or on another server.
    ///
    /// Such a cursor goes no further than the last event: positions behind it were taken by transactions that rolled
    /// back, and the server gives them out again if it crashes before it has synced that they were taken. A commit of
    /// the transaction that read them syncs that, and an event that is visible is synced with all positions before its own.
    pub(crate) fn records_apart(&self) -> bool {
        let subscription = self.subscription();
        self.settings().is_remote || !subscription.in_transaction || subscription.concurrency > 1
    }

    /// Waits until a connection may be taken for a delivery; `None` if the worker has to stop first.
    pub(crate) async fn wait_for_slot(&self) -> Option<Slot> {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            slot = self.settings().slots.take() => Some(slot),
            () = stopping.wait() => None,
        }
    }

    /// A transaction for the consumer's own statements, also where the worker has to stop: what is done is
    /// recorded.
    pub(crate) async fn begin(&self) -> Result<DeliveryTx, sqlx::Error> {
        self.begin_in(self.settings().slots.take().await).await
    }

    /// A transaction for the consumer's own statements. Handlers may run in it too.
    pub(crate) async fn begin_in(&self, slot: Slot) -> Result<DeliveryTx, sqlx::Error> {
        let bound = &self.bound;
        DeliveryTx::begin(&bound.pool, slot, bound.statement_limit()).await
    }

    /// A transaction for the events of a batch, with the savepoint of the first.
    pub(crate) async fn begin_deliveries(&self, slot: Slot) -> Result<DeliveryTx, sqlx::Error> {
        let bound = &self.bound;
        DeliveryTx::begin_deliveries(&bound.pool, slot, bound.statement_limit()).await
    }

    /// How the transaction of one event begins; `marker` is the key of the marker of L6, or `None` where L2
    /// takes it.
    pub(crate) fn beginning(&self, marker: Option<i64>, keeps_role: bool) -> BeginDelivery {
        BeginDelivery {
            mark: self.lease.fence,
            marker: marker.map(|key| Marker {
                lock_table: Arc::clone(&self.statements().hold_cursor.0),
                key,
            }),
            keeps_role,
            limit: self.bound.statement_limit(),
        }
    }

    /// A transaction for one event.
    pub(crate) async fn begin_delivery(
        &self,
        slot: Slot,
        marker: Option<i64>,
        keeps_role: bool,
    ) -> Result<DeliveryTx, sqlx::Error> {
        let begin = self.beginning(marker, keeps_role);
        DeliveryTx::begin_delivery(&self.bound.pool, slot, &begin).await
    }

    /// Whether nothing more may be begun: it would not count any more.
    pub(crate) fn must_stop(&self) -> bool {
        self.stopping.is_set() || self.lease.validity.is_over_for(Duration::ZERO)
    }

    /// L5. If the release fails, the lease expires.
    pub(crate) async fn release(&self) {
        let release = self.query_of_lease(&self.statements().release_lease);
        let released = async {
            let mut connection = transaction::acquire(&self.bound.pool).await?;
            release.execute(&mut *connection).await
        };
        if let Err(error) = released.await {
            tracing::debug!(
                error = error_text(&error),
                "the release of a lease failed; the lease expires instead"
            );
        }
    }
}

//! Whether a replica may work on its subscriptions, decided where it starts.
//!
//! A replica whose list of event types lacks one passes over the events of that type in silence, and likewise one whose
//! list of tenants lacks one. Both are one list (`Subscription::takes`). So replicas
//! that disagree do not work at the same time (`migrations/0004_create_leases.sql`). A replica that takes more
//! voids the leases of the others here, so that nothing is passed over that is published after its start.
//! One that takes less starts, and waits (`lease/keeper.rs`), and so does one whose contracts have older versions: nothing
//! is lost by it, so no lease is void.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{PgPool, Postgres, Row, Transaction};
use uuid::Uuid;

use super::lease::partitions::LockedChange;
use super::partition::Settings;
use super::start_error::StartError;
use super::subscription::Subscription;
use crate::postgres::transaction;

/// What the names of this process's replicas begin with.
static PROCESS: LazyLock<Uuid> = LazyLock::new(Uuid::now_v7);

/// How many replicas this process has had.
static REPLICAS: AtomicU64 = AtomicU64::new(0);

/// The name of a replica of this process.
pub(super) fn new_replica() -> String {
    format!("{}.{}", *PROCESS, REPLICAS.fetch_add(1, Ordering::Relaxed))
}

/// What it begins with.
pub(super) fn process_of_replicas() -> String {
    format!("{}.", *PROCESS)
}

/// Registers this replica for a subscription.
pub(super) async fn admit<S>(
    pool: &PgPool,
    settings: &Settings,
    subscription: &Subscription<S>,
) -> Result<(), StartError> {
    let (name, takes) = (subscription.name, subscription.takes());
    let newest = settings.versions.newest_of(&subscription.event_types);
    let mut attempts = LockedChange::new(pool, settings, name);
    let refused = loop {
        let mut tx = attempts.begin().await?;
        let tried = try_admit(&mut tx, settings, name, (&takes, &newest)).await;
        if let Some(refused) = attempts.end(tx, tried).await? {
            break refused;
        }
    };
    match refused {
        None => Ok(()),
        Some(theirs) => Err(StartError::EventTypesDiffer {
            consumer: settings.consumer,
            subscription: name,
            ours: takes,
            theirs,
        }),
    }
}

/// Takes this replica off the list, so that no other one waits for it.
pub(super) async fn withdraw(pool: &PgPool, settings: &Settings) -> Result<(), sqlx::Error> {
    let leave = settings.statements.leave_replicas.query();
    let leave = leave.bind(settings.consumer).bind(&settings.replica);
    let mut connection = transaction::acquire(pool).await?;
    leave.execute(&mut *connection).await.map(drop)
}

/// Returns the list of a replica that neither holds this one's nor is held by it.
async fn try_admit(
    tx: &mut Transaction<'static, Postgres>,
    settings: &Settings,
    subscription: &'static str,
    (takes, newest_versions): (&[String], &str),
) -> Result<Option<Vec<String>>, sqlx::Error> {
    let (consumer, statements) = (settings.consumer, &settings.statements);
    let read = statements.read_replicas.query().bind(consumer);
    let ours: BTreeSet<_> = takes.iter().cloned().collect();
    let mut is_longest = true;
    for row in read.bind(subscription).fetch_all(&mut **tx).await? {
        let theirs: Vec<String> = row.try_get("event_types")?;
        let list = theirs.iter().cloned().collect();
        is_longest &= !ours.is_subset(&list) || ours == list;
        if row.try_get("lives")? && !ours.is_subset(&list) && !ours.is_superset(&list) {
            return Ok(Some(theirs));
        }
    }
    let join = statements.join_replicas.query().bind(consumer);
    join.bind([subscription])
        .bind(&settings.replica)
        .bind(settings.lease.as_secs_f64())
        .bind([takes.join(",")])
        .bind(settings.retention.as_deref())
        .bind([newest_versions])
        .execute(&mut **tx)
        .await?;
    if is_longest {
        let void = statements.void_leases.query().bind(consumer);
        let void = void.bind(subscription).bind(takes);
        void.execute(&mut **tx).await?;
    }
    // What one that takes more has written down stays, until this one works.
    let note = if is_longest {
        &statements.set_event_types
    } else {
        &statements.note_subscription
    };
    let note = note.query().bind(consumer).bind(subscription).bind(takes);
    note.execute(&mut **tx).await?;
    Ok(None)
}

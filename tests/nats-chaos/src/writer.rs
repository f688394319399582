//! The writers: tasks of the run that publish in transactions of their own, each until it has reached its planned end.
//!
//! A transaction whose connection is lost may be committed or not. Before it is tried again, the writer looks it up in
//! the ledger, which is written in the same transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use acme_contracts::Revenue;
use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::{Dispatcher, Payload, TenantId};
use sqlx::{Acquire as _, PgConnection, PgPool};

use super::transaction::{EventType, PlannedEvent, TENANTS, Transaction, transactions};
use super::world::World;
use super::{Error, WRITERS, pool};

/// The pause before a failed transaction is tried again. There is nothing to wait on.
const PAUSE: Duration = Duration::from_millis(50);

/// A transaction that fails this often fails for a reason that waiting does not fix.
const TRIES: u32 = 2_000;

/// What a writer is to do.
pub(super) struct Task {
    pub(super) url: String,
    pub(super) seed: u64,
    pub(super) writer: u64,
    pub(super) events: u64,
    /// Says how fast.
    pub(super) world: Arc<World>,
    /// Attempts that failed, of all writers.
    pub(super) repeated: Arc<AtomicU64>,
}

/// Carries out the list.
pub(super) async fn run(task: Task) -> Result<(), Error> {
    let pool = pool(&task.url, 2)?;
    let builder = Dispatcher::builder(pool.clone()).tenant(TENANTS[0]);
    let revenue: Dispatcher<Revenue> = builder.build().map_err(Error::harness)?;
    let mut committed = 0;
    for transaction in transactions(task.seed, task.writer, task.events) {
        let of_all = committed as f64 * WRITERS as f64;
        task.world.pace.until(of_all).await;
        let mut tries = 0;
        while let Err(error) = attempt(&pool, &revenue, &transaction, tries > 0).await {
            tries += 1;
            task.repeated.fetch_add(1, Ordering::Relaxed);
            if tries == TRIES {
                let number = transaction.number;
                return Err(Error::Harness(format!("transaction {number}: {error}")));
            }
            tokio::time::sleep(PAUSE).await;
        }
        committed += transaction.committed().len();
    }
    Ok(())
}

type Attempt<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

async fn attempt(
    pool: &PgPool,
    revenue: &Dispatcher<Revenue>,
    transaction: &Transaction,
    is_doubtful: bool,
) -> Attempt {
    if is_doubtful && is_in_the_ledger(pool, transaction).await? {
        return Ok(());
    }
    let tenant: TenantId = transaction.tenant.parse()?;
    let revenue = revenue.for_tenant(tenant);
    let mut tx = pool.begin().await?;
    let (taken_back, kept) = transaction.events.split_at(transaction.taken_back);
    if transaction.is_ordered {
        let mut subjects: Vec<_> = kept.iter().map(PlannedEvent::subject).collect();
        subjects.sort();
        subjects.dedup();
        // In one order, so that two writers never wait for each other.
        sqlx::query("SELECT FROM account WHERE subject = ANY ($1) ORDER BY subject FOR UPDATE")
            .bind(subjects)
            .execute(&mut *tx)
            .await?;
    }
    if !taken_back.is_empty() {
        let mut savepoint = tx.begin().await?;
        publish(&mut savepoint, &revenue, transaction, taken_back).await?;
        savepoint.rollback().await?;
    }
    publish(&mut tx, &revenue, transaction, kept).await?;
    tokio::time::sleep(transaction.held).await;
    if transaction.commits {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(())
}

async fn publish(
    connection: &mut PgConnection,
    revenue: &Dispatcher<Revenue>,
    transaction: &Transaction,
    events: &[PlannedEvent],
) -> Attempt {
    let payloads = events
        .iter()
        .map(|event| event.payload(transaction.event_type));
    let published = match transaction.event_type {
        EventType::Locked => {
            let payloads = payloads.map(CreditLocked::from_json);
            let payloads: Vec<_> = payloads.collect::<Result<_, _>>()?;
            revenue.publish_all(payloads).within(connection).await?
        }
        EventType::Released => {
            let payloads = payloads.map(CreditReleased::from_json);
            let payloads: Vec<_> = payloads.collect::<Result<_, _>>()?;
            revenue.publish_all(payloads).within(connection).await?
        }
    };
    let ids: Vec<_> = published.iter().map(|it| it.event_id.to_string()).collect();
    let keys: Vec<_> = events.iter().map(|event| event.key.as_str()).collect();
    let mut numbers = Vec::new();
    for event in events {
        numbers.push(match transaction.is_ordered {
            true => Some(count(connection, event).await?),
            false => None,
        });
    }
    sqlx::query(
        "INSERT INTO ledger (key, event_id, position, subject, n, kind, payload, event)
         SELECT entry.key, event.event_id, event.position, event.subject, entry.n, $4,
                sha256(convert_to(event.payload::text, 'UTF8')), digest(event)
           FROM unnest($1::text[], $2::text[], $3::bigint[]) AS entry (key, event_id, n)
           JOIN dispatcher_event AS event USING (event_id)",
    )
    .bind(keys)
    .bind(ids)
    .bind(numbers)
    .bind(transaction.kind)
    .execute(connection)
    .await?;
    Ok(())
}

/// The number of the event within its subject.
async fn count(connection: &mut PgConnection, event: &PlannedEvent) -> Result<i64, sqlx::Error> {
    let count = "UPDATE account SET events = events + 1 WHERE subject = $1 RETURNING events";
    sqlx::query_scalar(count)
        .bind(event.subject())
        .fetch_one(connection)
        .await
}

async fn is_in_the_ledger(pool: &PgPool, transaction: &Transaction) -> Result<bool, sqlx::Error> {
    let Some(event) = transaction.committed().first() else {
        return Ok(false);
    };
    let ask = "SELECT EXISTS (SELECT FROM ledger WHERE key = $1)";
    sqlx::query_scalar(ask)
        .bind(&event.key)
        .fetch_one(pool)
        .await
}

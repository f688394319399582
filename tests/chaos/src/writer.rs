//! A publishing process: `chaos writer URL SEED EVENTS WRITER FROM PACE`.
//!
//! It carries out its list of transactions from number FROM on, each until it has reached its
//! planned end, and prints `done NUMBER TRIES SETTLED` after each. A transaction whose connection
//! is lost may be committed or not, and a writer that is killed may not have reported what it has
//! done: before a transaction is tried again, the writer looks it up in the ledger, which is
//! written in the same transaction.

use std::time::Duration;

use acme_contracts::Revenue;
use acme_contracts::credit_debited::CreditDebited;
use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::{Dispatcher, Payload, PublishError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, Postgres, Transaction as Tx};

use super::event::{EventType, PlannedEvent};
use super::transaction::{End, Group, Transaction, transactions};
use super::{orders, pool};
use dispatcher_test_fixtures::TENANT;
use dispatcher_test_fixtures::chance::{For, numbers};

/// The pause before a failed transaction is tried again. There is nothing to wait on.
const PAUSE: Duration = Duration::from_millis(50);

/// A transaction that fails this often fails for a reason that waiting does not fix.
const TRIES: u32 = 1_000;

/// What a writer is to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub(super) seed: u64,
    pub(super) events: u64,
    pub(super) writer: u64,
    pub(super) from: u64,
    /// The pause between two transactions, on average.
    pub(super) pace: Duration,
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Database(#[from] sqlx::Error),
    #[error("{0}")]
    Publish(#[from] PublishError),
    #[error("{0}")]
    Payload(#[from] dispatcher_runtime::DecodeError),
    #[error("the event id of {0} is in the log already")]
    Duplicate(String),
}

impl Fault {
    /// Whether a fault of the plan can be the cause. A duplicate comes from an earlier attempt
    /// whose server process had not yet noticed that its client was gone.
    fn passes(&self) -> bool {
        matches!(
            self,
            Self::Database(_) | Self::Publish(PublishError::Database(_)) | Self::Duplicate(_)
        )
    }
}

/// Carries out the list. Reports the results on standard output.
pub(super) async fn run(options: PgConnectOptions, task: Task) {
    let mut orders = orders();
    let work = async {
        match (Writer::new(&options)).run(task).await {
            Ok(()) => println!("finished"),
            Err(fault) => println!("error {fault}"),
        }
    };
    tokio::select! {
        () = work => {}
        () = async { while orders.recv().await.is_some() {} } => {}
    }
}

struct Writer {
    pool: PgPool,
    revenue: Dispatcher<Revenue>,
}

impl Writer {
    fn new(options: &PgConnectOptions) -> Self {
        let pool = pool(options, 2);
        let revenue = Dispatcher::builder(pool.clone()).tenant(TENANT).build();
        Self {
            pool,
            revenue: revenue.expect("the settings are right"),
        }
    }

    async fn run(&self, task: Task) -> Result<(), Fault> {
        let Task {
            seed,
            events,
            writer,
            from,
            pace,
        } = task;
        let pace = u64::try_from(pace.as_micros()).unwrap_or(u64::MAX / 2);
        for transaction in transactions(seed, writer, events) {
            if transaction.number < from {
                continue;
            }
            // The transaction that the previous process was killed in may have been this one.
            let mut doubtful = transaction.number == from;
            let mut tries = 0;
            let settled = loop {
                tries += 1;
                match self.attempt(&transaction, doubtful).await {
                    Ok(settled) => break settled,
                    Err(fault) if fault.passes() && tries < TRIES => {
                        doubtful = true;
                        tokio::time::sleep(PAUSE).await;
                    }
                    Err(fault) => return Err(fault),
                }
            };
            println!("done {} {tries} {}", transaction.number, u8::from(settled));
            let mut numbers = numbers(seed, For::Writer, &[writer, transaction.number, 1]);
            tokio::time::sleep(Duration::from_micros(numbers.u64(0..=2 * pace))).await;
        }
        Ok(())
    }

    /// Whether an earlier attempt turns out to have reached the planned end.
    async fn attempt(&self, transaction: &Transaction, doubtful: bool) -> Result<bool, Fault> {
        let prepares = matches!(transaction.end, End::Prepare { .. });
        if doubtful {
            // In this order: the parent may resolve it between the two queries.
            if prepares && self.is_prepared(transaction).await? {
                self.second_phase(transaction).await?;
                return Ok(true);
            }
            if self.is_in_the_ledger(transaction).await? {
                return Ok(true);
            }
        }
        let mut tx = self.pool.begin().await?;
        if prepares {
            // Disables the wake-up for this transaction alone: PREPARE refuses a transaction that
            // has notified.
            sqlx::query("SET LOCAL session_replication_role = replica")
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("SELECT FROM account WHERE subject = ANY ($1) ORDER BY subject FOR UPDATE")
            .bind(transaction.counted_subjects())
            .execute(&mut *tx)
            .await?;
        for group in &transaction.groups {
            if group.rolled_back {
                let mut savepoint = tx.begin().await?;
                self.publish(&mut savepoint, group, transaction.kind)
                    .await?;
                savepoint.rollback().await?;
            } else {
                self.publish(&mut tx, group, transaction.kind).await?;
            }
        }
        if !transaction.held.is_zero() {
            tokio::time::sleep(transaction.held).await;
        }
        match transaction.end {
            End::Commit => tx.commit().await?,
            End::RollBack => tx.rollback().await?,
            End::Prepare { .. } => {
                let prepare = format!("PREPARE TRANSACTION '{}'", transaction.gid());
                sqlx::raw_sql(AssertSqlSafe(prepare))
                    .execute(&mut *tx)
                    .await?;
                // The transaction is over for the session, which sqlx does not know; the server
                // only warns.
                tx.rollback().await?;
                self.second_phase(transaction).await?;
            }
        }
        Ok(false)
    }

    async fn publish(
        &self,
        tx: &mut Tx<'_, Postgres>,
        group: &Group,
        kind: &str,
    ) -> Result<(), Fault> {
        let mut event_ids = Vec::new();
        if group.at_once {
            let payloads = group.events.iter().map(PlannedEvent::payload);
            let published = match group.events.first().map(|event| event.event_type) {
                None => Vec::new(),
                Some(EventType::Locked) => {
                    let all: Vec<_> = payloads
                        .map(CreditLocked::from_json)
                        .collect::<Result<_, _>>()?;
                    self.revenue.publish_all(all).within(tx).await?
                }
                Some(EventType::Released) => {
                    let all: Vec<_> = payloads
                        .map(CreditReleased::from_json)
                        .collect::<Result<_, _>>()?;
                    self.revenue.publish_all(all).within(tx).await?
                }
                Some(EventType::Debited) => {
                    let all: Vec<_> = payloads
                        .map(CreditDebited::from_json)
                        .collect::<Result<_, _>>()?;
                    self.revenue.publish_all(all).within(tx).await?
                }
            };
            event_ids.extend(published.iter().map(|it| it.event_id.as_str().to_owned()));
        } else {
            for event in &group.events {
                event_ids.push(self.publish_one(tx, event).await?);
            }
        }
        for (event, event_id) in group.events.iter().zip(event_ids) {
            enter(tx, event, &event_id, kind).await?;
        }
        Ok(())
    }

    async fn publish_one(
        &self,
        tx: &mut Tx<'_, Postgres>,
        event: &PlannedEvent,
    ) -> Result<String, Fault> {
        if event.subject.is_none() {
            let event_id = sqlx::query_scalar(
                "SELECT event_id FROM dispatcher_publish($1, $2::text::json, $3, 'revenue')",
            )
            .bind(event.event_type.name())
            .bind(event.payload().to_string())
            .bind(TENANT)
            .fetch_one(&mut **tx)
            .await?;
            return Ok(event_id);
        }
        let payload = event.payload();
        let mut publish = match event.event_type {
            EventType::Locked => self.revenue.publish(CreditLocked::from_json(payload)?),
            EventType::Released => self.revenue.publish(CreditReleased::from_json(payload)?),
            EventType::Debited => self.revenue.publish(CreditDebited::from_json(payload)?),
        };
        if event.own_id {
            publish = publish.event_id(event.event_id().parse().expect("a key is a UUID"));
        }
        let published = publish.within(tx).await?;
        if published.is_duplicate() {
            return Err(Fault::Duplicate(event.key.clone()));
        }
        Ok(published.event_id.to_string())
    }

    async fn is_in_the_ledger(&self, transaction: &Transaction) -> Result<bool, Fault> {
        let keys: Vec<_> = transaction.committed().map(|it| it.key.clone()).collect();
        let ask = "SELECT EXISTS (SELECT FROM ledger WHERE key = ANY ($1))";
        Ok(sqlx::query_scalar(ask)
            .bind(keys)
            .fetch_one(&self.pool)
            .await?)
    }

    async fn is_prepared(&self, transaction: &Transaction) -> Result<bool, Fault> {
        let ask = "SELECT EXISTS (SELECT FROM pg_prepared_xacts WHERE gid = $1)";
        Ok(sqlx::query_scalar(ask)
            .bind(transaction.gid())
            .fetch_one(&self.pool)
            .await?)
    }

    async fn second_phase(&self, transaction: &Transaction) -> Result<(), Fault> {
        // A prepared transaction that is left models a coordinator that forgot it: the parent ends
        // it.
        if transaction.end == (End::Prepare { left: false }) {
            let mut connection = self.pool.acquire().await?;
            let commits = transaction.is_committed();
            end_prepared(&mut connection, &transaction.gid(), commits).await?;
        }
        Ok(())
    }
}

/// The second phase of the prepared transaction of that name.
pub(super) async fn end_prepared(
    connection: &mut PgConnection,
    gid: &str,
    commits: bool,
) -> Result<(), sqlx::Error> {
    let verb = if commits { "COMMIT" } else { "ROLLBACK" };
    let statement = format!("{verb} PREPARED '{gid}'");
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await
        .map(drop)
}

/// The domain's write and the entry in the ledger, in the transaction of the publish.
async fn enter(
    tx: &mut Tx<'_, Postgres>,
    event: &PlannedEvent,
    event_id: &str,
    kind: &str,
) -> Result<(), sqlx::Error> {
    let n: Option<i64> = if event.counted {
        let count = "UPDATE account SET events = events + 1 WHERE subject = $1 RETURNING events";
        Some(
            sqlx::query_scalar(count)
                .bind(&event.subject)
                .fetch_one(&mut **tx)
                .await?,
        )
    } else {
        None
    };
    sqlx::query(
        "INSERT INTO ledger (event_id, key, event_type, subject, n, kind) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(event_id)
    .bind(&event.key)
    .bind(event.event_type.name())
    .bind(&event.subject)
    .bind(n)
    .bind(kind)
    .execute(&mut **tx)
    .await
    .map(drop)
}

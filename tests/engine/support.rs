//! Shared by the tests of the engine.

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeadLetter, DeadLetterFilter, DeadLetters, Delivery, DeliveryTx,
    Dispatcher, EventEnvelope, HandlerError, State, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, create_effect_table};
use dispatcher_test_launcher::{Database, Server};
use futures_util::TryStreamExt;
use sqlx::{PgPool, Row};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A migrated database with the effect table.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) pool: PgPool,
}

impl World {
    pub(crate) async fn new() -> TestResult<Self> {
        Self::on(Server::shared().await?).await
    }

    pub(crate) async fn on(server: &Server) -> TestResult<Self> {
        let database = server.create_database().await?;
        let pool = database.pool(16).await?;
        dispatcher_runtime::migrate(&pool).await?;
        create_effect_table(&pool).await?;
        Ok(Self { database, pool })
    }

    pub(crate) fn revenue(&self) -> Dispatcher<Revenue> {
        Dispatcher::builder(self.pool.clone())
            .tenant(TENANT)
            .build()
            .expect("the settings are right")
    }

    /// A consumer with quick retries, which does not poll within the time of a test.
    pub(crate) fn coaching(&self, script: &Script) -> ConsumerBuilder<Coaching, Script> {
        Consumer::<Coaching>::builder(self.pool.clone())
            .state(script.clone())
            .poll_interval(Duration::from_secs(600))
            .retry([Duration::from_millis(20); 3])
            .lease(Duration::from_secs(2))
    }

    pub(crate) async fn count(&self, query: &'static str) -> TestResult<i64> {
        Ok(sqlx::query(query).fetch_one(&self.pool).await?.try_get(0)?)
    }

    /// The credits of the effects, in the order in which they were applied.
    pub(crate) async fn effects(&self) -> TestResult<Vec<i64>> {
        let rows = sqlx::query("SELECT credits FROM effect ORDER BY seq")
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?)
    }

    pub(crate) async fn close(self) -> TestResult {
        self.pool.close().await;
        self.database.close().await?;
        Ok(())
    }
}

/// What the handler does with an event, chosen by the number of credits that it locks.
#[derive(Clone)]
pub(crate) enum Act {
    /// Fails that many times, then succeeds.
    FailTimes(u32),
    /// Always fails.
    Permanent,
    Panic,
    /// Waits until the gate of the script opens.
    Wait,
    /// Swallows a failed statement.
    SwallowSqlError,
    /// Ends the delivery's transaction.
    Commit,
    Rollback,
    /// Writes something that fails only at commit.
    BreakDeferredConstraint,
    /// Returns a database error once that says nothing about the event.
    TransientOnce,
    RetryAfter(Duration),
    /// Fails at that call, counted from 1 whatever the attempt, and asks for that delay.
    FailCall(usize, Duration),
    /// Loses its connection the first time, and begins a transaction within its delivery's.
    LoseConnectionOnce,
    /// Loses its connection each time.
    LoseConnection,
    /// Panics when what it holds is dropped, at its timeout.
    PanicWhenDropped,
    /// Begins to copy rows into a table, and stops half way.
    CopyHalfWay,
    /// Begins to copy rows out of the server, and stops after the first.
    CopyOutHalfWay,
    /// The same, and goes on with another statement, whose error it swallows.
    CopyOutAndGoOn,
    /// An error text that Postgres cannot store.
    NulError,
    /// Changes the search path of its delivery's transaction.
    SearchPath(&'static str),
    /// Gives its delivery's transaction a role that may not write the consumer's tables.
    SetRole,
    /// Sends these statements to its session.
    Session(&'static str),
    /// A query that takes ten minutes.
    SlowQuery,
    /// Returns a database error each time.
    TransientAlways,
    /// Uses another database through one of our functions; that database is down the first time.
    UnreachableOnce,
}

/// Tells the handler what to do, and records what it saw.
#[derive(Clone)]
pub(crate) struct Script {
    acts: Arc<HashMap<i64, Act>>,
    pub(crate) attempts: Arc<Mutex<Vec<(i64, u32)>>>,
    pub(crate) entered: Arc<Semaphore>,
    pub(crate) gate: Arc<Semaphore>,
}

impl Script {
    pub(crate) fn new(acts: impl IntoIterator<Item = (i64, Act)>) -> Self {
        Self {
            acts: Arc::new(acts.into_iter().collect()),
            attempts: Arc::default(),
            entered: Arc::new(Semaphore::new(0)),
            gate: Arc::new(Semaphore::new(0)),
        }
    }

    /// What a handler without a transaction does.
    pub(crate) async fn act(&self, credits: i64, attempt: u32) -> Result<(), HandlerError> {
        self.attempts.lock().unwrap().push((credits, attempt));
        self.entered.add_permits(1);
        match self.acts.get(&credits) {
            Some(Act::FailTimes(times)) if attempt <= *times => {
                Err(std::io::Error::other(format!("attempt {attempt} fails")).into())
            }
            Some(Act::Permanent) => Err(HandlerError::permanent("more than a lesson can cost")),
            Some(Act::Panic) => panic!("the handler does not know {credits}"),
            Some(Act::Wait) => {
                self.gate.acquire().await?.forget();
                Ok(())
            }
            Some(Act::TransientOnce) if self.attempts_at(credits).len() == 1 => {
                Err(sqlx::Error::PoolTimedOut.into())
            }
            Some(Act::TransientAlways) => Err(sqlx::Error::PoolTimedOut.into()),
            _ => Ok(()),
        }
    }

    /// The attempts at the event with that many credits.
    pub(crate) fn attempts_at(&self, credits: i64) -> Vec<u32> {
        let attempts = self.attempts.lock().unwrap();
        attempts
            .iter()
            .filter(|(of, _)| *of == credits)
            .map(|(_, attempt)| *attempt)
            .collect()
    }
}

/// Writes an effect, then does what the script says.
#[subscribe(credit_locked)]
pub(crate) async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    script
        .attempts
        .lock()
        .unwrap()
        .push((credits, delivery.attempt));
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, subject, credits) VALUES ($1, $2, $3, $4)",
    )
    .bind(delivery.subscription)
    .bind(event.event_id.as_str())
    .bind(&event.subject)
    .bind(credits)
    .execute(&mut **tx)
    .await?;
    script.entered.add_permits(1);
    match script.acts.get(&credits) {
        None => {}
        Some(Act::FailTimes(times)) if delivery.attempt <= *times => {
            return Err(
                std::io::Error::other(format!("attempt {} fails", delivery.attempt)).into(),
            );
        }
        Some(Act::FailTimes(_)) => {}
        Some(Act::Permanent) => return Err(HandlerError::permanent("more than a lesson can cost")),
        Some(Act::Panic) => panic!("the handler does not know {credits}"),
        Some(Act::Wait) => script.gate.acquire().await?.forget(),
        Some(Act::SwallowSqlError) => {
            let _ = sqlx::query("SELECT 1 / 0").execute(&mut **tx).await;
        }
        Some(Act::Commit) => {
            sqlx::query("COMMIT").execute(&mut **tx).await?;
        }
        Some(Act::Rollback) => {
            sqlx::query("ROLLBACK").execute(&mut **tx).await?;
        }
        Some(Act::BreakDeferredConstraint) => {
            sqlx::query("INSERT INTO deferred (parent) VALUES (42)")
                .execute(&mut **tx)
                .await?;
        }
        Some(Act::TransientOnce) if script.attempts_at(credits).len() == 1 => {
            let raise = "DO $$ BEGIN RAISE EXCEPTION 'two transactions met' USING ERRCODE = '40001'; END $$";
            sqlx::query(raise).execute(&mut **tx).await?;
        }
        Some(Act::TransientOnce) => {}
        Some(Act::RetryAfter(delay)) if delivery.attempt == 1 => {
            return Err(HandlerError::retry_after(*delay, "the pool is closed"));
        }
        Some(Act::RetryAfter(_)) => {}
        Some(Act::FailCall(call, delay)) if script.attempts_at(credits).len() == *call => {
            return Err(HandlerError::retry_after(*delay, "the pool is closed"));
        }
        Some(Act::FailCall(..)) => {}
        Some(Act::LoseConnectionOnce) if script.attempts_at(credits).len() == 1 => {
            let end = "SELECT pg_terminate_backend(pg_backend_pid())";
            let _ = sqlx::query(end).execute(&mut **tx).await;
            sqlx::Connection::begin(&mut **tx).await?.commit().await?;
        }
        Some(Act::LoseConnectionOnce) => {}
        Some(Act::LoseConnection) => {
            sqlx::query("SELECT pg_terminate_backend(pg_backend_pid())")
                .execute(&mut **tx)
                .await?;
        }
        Some(Act::PanicWhenDropped) => {
            let _held = PanicsWhenDropped;
            std::future::pending::<()>().await;
        }
        Some(Act::CopyHalfWay) => {
            let mut copy = tx.copy_in_raw("COPY effect FROM STDIN").await?;
            copy.send(&b"half a row"[..]).await?;
            drop(copy);
        }
        Some(Act::CopyOutHalfWay) => copy_one_row_out(tx).await?,
        Some(Act::CopyOutAndGoOn) => {
            copy_one_row_out(tx).await?;
            let _ = sqlx::query("SELECT true").execute(&mut **tx).await;
            return Err(HandlerError::permanent("what was copied is not enough"));
        }
        Some(Act::SearchPath(schema)) => {
            sqlx::query("SELECT set_config('search_path', $1, true)")
                .bind(*schema)
                .execute(&mut **tx)
                .await?;
        }
        Some(Act::SetRole) => {
            sqlx::query("SET LOCAL ROLE pg_monitor")
                .execute(&mut **tx)
                .await?;
        }
        Some(Act::Session(statements)) => {
            sqlx::raw_sql(*statements).execute(&mut **tx).await?;
        }
        Some(Act::SlowQuery) => {
            sqlx::query("SELECT pg_sleep(600)")
                .execute(&mut **tx)
                .await?;
        }
        Some(Act::TransientAlways) => {
            let raise =
                "DO $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END $$";
            sqlx::query(raise).execute(&mut **tx).await?;
        }
        Some(Act::UnreachableOnce) if script.attempts_at(credits).len() == 1 => {
            let nowhere = sqlx::postgres::PgPoolOptions::new()
                .acquire_timeout(Duration::from_millis(50))
                .connect_lazy("postgres://postgres@127.0.0.1:1/nowhere")?;
            dispatcher_runtime::DeadLetters::new(nowhere)
                .list(&Default::default())
                .await?;
        }
        Some(Act::UnreachableOnce) => {}
        Some(Act::NulError) => return Err(HandlerError::permanent("it says \0 here")),
    }
    Ok(())
}

/// The dead letters of a list, each with its envelope and its attempts.
pub(crate) async fn whole_letters(
    dead_letters: &DeadLetters,
    filter: &DeadLetterFilter,
) -> TestResult<Vec<DeadLetter>> {
    let mut letters = Vec::new();
    for listed in dead_letters.list(filter).await?.dead_letters {
        letters.push(dead_letters.get(&listed.dead_letter_id).await?);
    }
    Ok(letters)
}

/// A second subscription to the same event type.
#[subscribe(credit_locked)]
pub(crate) async fn credit_history(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    delivery: Delivery,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, subject, credits) VALUES ($1, $2, $3, $4)",
    )
    .bind(delivery.subscription)
    .bind(event.event_id.as_str())
    .bind(&event.subject)
    .bind(event.payload.locked_credits.get())
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// There are many more.
async fn copy_one_row_out(tx: &mut DeliveryTx) -> Result<(), HandlerError> {
    let rows = "COPY (SELECT repeat('x', 8000) FROM generate_series(1, 500)) TO STDOUT";
    let mut copy = tx.copy_out_raw(rows).await?;
    copy.try_next().await?.ok_or("nothing was copied")?;
    Ok(())
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("it must not be dropped");
    }
}

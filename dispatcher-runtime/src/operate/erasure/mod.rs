//! Erasure: payloads are replaced where the dispatcher keeps them, and the audit says by whom and why.
//!
//! It is one transaction. It replaces the payloads in the log, then locks the cursors, and then replaces what consumers
//! have kept. A consumer records what became of an event after it has locked its cursor (L3), so it comes before that
//! lock, and what it has written is found, or after it, and its statements see that the payload was erased. So
//! no handler that was called before writes an erased payload back. What fails here changes nothing.

mod error;

use std::fmt;

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

use crate::contract::gate::envelope::MAX_TEXT_BYTES;
use crate::operate::statements::ErasureStatements;
use crate::postgres::error::{ConfigError, sql_state};
use crate::postgres::family::Family;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;
pub use error::ErasureError;

/// Erases payloads from a table family: from the log, from events that wait and from dead letters. Clones share the
/// pool.
///
/// The event itself stays, with its id, its place and its envelope: it is a tombstone, whose payload is null and whose
/// `erased_at` is set. A subscription that comes to it later
/// [skips it](crate::SubscriptionOptions::erased_events), and its id cannot be published again while it is in the
/// log. Every call is written to the table `dispatcher_audit`, in its own transaction, which
/// also holds the subject or the event id that was passed.
///
/// What erasure does not reach is listed in `docs/security.md`: effects of handlers, backups, replicas, and the
/// write-ahead log, for instance. Where a consumer's tables are in another database than the log, erase in the log's
/// database first and then in the consumer's, after what it was handling has ended.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::ErasureError> {
/// use dispatcher_runtime::Erasure;
///
/// let erased = Erasure::new(pool).erase_subject("per_7", "mia", "request 4711").await?;
/// println!("{} events and {} dead letters", erased.events, erased.dead_letters);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Erasure {
    pool: PgPool,
    statements: ErasureStatements,
}

/// What was erased.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Erased {
    /// How many events of the log lost their payload.
    pub events: u64,
    /// How many waiting events lost the errors of their earlier attempts, which may quote the payload.
    pub waiting: u64,
    /// How many dead letters lost their payload and their errors.
    pub dead_letters: u64,
    /// How many events and dead letters had been erased before.
    pub erased_before: u64,
}

impl fmt::Display for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "erased {} in the log, {} waiting, {} dead letters; {} were erased before",
            self.events, self.waiting, self.dead_letters, self.erased_before
        )
    }
}

/// What is to be erased.
#[derive(Clone, Copy)]
enum Target<'a> {
    Subject(&'a str),
    Event(&'a str),
}

impl Target<'_> {
    fn subject(&self) -> Option<&str> {
        match self {
            Self::Subject(subject) => Some(subject),
            Self::Event(_) => None,
        }
    }

    fn event_id(&self) -> Option<&str> {
        match self {
            Self::Subject(_) => None,
            Self::Event(event_id) => Some(event_id),
        }
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject(subject) => write!(f, "subject {subject}"),
            Self::Event(event_id) => write!(f, "event {event_id}"),
        }
    }
}

impl Erasure {
    /// Of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            statements: ErasureStatements::new(&Family::default()),
        }
    }

    /// Of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            pool,
            statements: ErasureStatements::new(&Family::new(schema)?),
        })
    }

    /// Erases the payloads of every event with this subject, and what consumers keep of them. Events that are published
    /// later, or by a transaction that has not committed yet, are not erased: stop publishing about the subject
    /// first, or call this again.
    ///
    /// It reads the whole log, which has no index on subjects. Consumers go on meanwhile. At the end none records
    /// anything while dead letters and waiting events are looked through; where that takes longer than a lease, the lease
    /// may change hands. Calling it again erases what has come since.
    ///
    /// # Errors
    /// [`ErasureError::NotFound`]; [`ErasureError::Busy`]; [`ErasureError::Unaccountable`] if `erased_by` or `reason` is blank, longer than
    /// 1024 bytes, or has control characters; or the database failed.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of it is erased or nothing.
    pub async fn erase_subject(
        &self,
        subject: &str,
        erased_by: &str,
        reason: &str,
    ) -> Result<Erased, ErasureError> {
        self.erase(Target::Subject(subject), erased_by, reason)
            .await
    }

    /// Erases the payload of one event, and what consumers keep of it. The id is text, because the log may hold an
    /// event whose id is not valid. Calling it again changes nothing.
    ///
    /// # Errors
    /// As [`erase_subject`](Self::erase_subject).
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of it is erased or nothing.
    pub async fn erase_event(
        &self,
        event_id: &str,
        erased_by: &str,
        reason: &str,
    ) -> Result<Erased, ErasureError> {
        self.erase(Target::Event(event_id), erased_by, reason).await
    }

    async fn erase(
        &self,
        target: Target<'_>,
        erased_by: &str,
        reason: &str,
    ) -> Result<Erased, ErasureError> {
        check_account("erased_by", erased_by)?;
        check_account("reason", reason)?;
        let mut tx = transaction::begin(&self.pool).await?;
        let erased = self.erase_in(&mut tx, target).await.map_err(of_a_lock)?;
        let outcome = erased.map_or_else(|| "not found".to_owned(), |erased| erased.to_string());
        self.statements
            .insert_audit
            .query()
            .bind(erased_by)
            .bind("api")
            .bind(format!("erase {target}"))
            .bind(reason)
            .bind(&outcome)
            .bind(None::<&str>)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        let Some(erased) = erased else {
            let what = target.to_string();
            return Err(ErasureError::NotFound { what });
        };
        tracing::info!(erased_by, reason, outcome, "payloads were erased");
        Ok(erased)
    }

    /// `None` if there is nothing of it.
    async fn erase_in(
        &self,
        connection: &mut PgConnection,
        target: Target<'_>,
    ) -> Result<Option<Erased>, sqlx::Error> {
        let statements = &self.statements;
        let log = match target {
            Target::Subject(subject) => statements.erase_subject.query().bind(subject.to_owned()),
            Target::Event(event_id) => statements.erase_event.query().bind(event_id.to_owned()),
        };
        let log = Count::read(&log.fetch_one(&mut *connection).await?)?;
        let limit = statements.limit_lock_wait.query();
        limit.execute(&mut *connection).await?;
        let lock = statements.lock_cursor_table.query();
        lock.execute(&mut *connection).await?;
        let kept = |statement: &Statement| {
            let query = statement.query();
            query
                .bind(target.event_id().map(str::to_owned))
                .bind(target.subject().map(str::to_owned))
        };
        let waiting = kept(&statements.erase_waiting);
        let waiting = Count::read(&waiting.fetch_one(&mut *connection).await?)?;
        let letters = kept(&statements.erase_dead_letters);
        let letters = Count::read(&letters.fetch_one(&mut *connection).await?)?;
        let is_found = [&log, &waiting, &letters]
            .iter()
            .any(|count| count.is_found());
        Ok(is_found.then_some(Erased {
            events: log.erased,
            waiting: waiting.erased,
            dead_letters: letters.erased,
            // Of an event that waits nobody knows whether it had errors before.
            erased_before: log.before + letters.before,
        }))
    }
}

/// lock_not_available
fn of_a_lock(error: sqlx::Error) -> ErasureError {
    match sql_state(&error).as_deref() {
        Some("55P03") => ErasureError::Busy,
        _ => error.into(),
    }
}

/// What one of the statements did.
struct Count {
    erased: u64,
    /// Rows that had nothing to erase.
    before: u64,
}

impl Count {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            erased: row.try_get::<i64, _>("erased")?.unsigned_abs(),
            before: row.try_get::<i64, _>("erased_before")?.unsigned_abs(),
        })
    }

    fn is_found(&self) -> bool {
        self.erased + self.before > 0
    }
}

/// What stands in the audit has to say something, and nothing that a terminal obeys.
fn check_account(field: &'static str, text: &str) -> Result<(), ErasureError> {
    let fault = if text.trim().is_empty() {
        "empty"
    } else if text.len() > MAX_TEXT_BYTES {
        "too long"
    } else if text.contains(char::is_control) {
        "not plain text"
    } else {
        return Ok(());
    };
    Err(ErasureError::Unaccountable { field, fault })
}

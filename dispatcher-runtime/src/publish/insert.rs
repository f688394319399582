//! The insert of events that have passed the gate: in the caller's transaction, or in one of its own.
//!
//! An event id that is there already inserts nothing. Any error is one of the database; in the caller's
//! transaction it aborts that transaction, and in one of its own nothing was committed, unless the
//! connection broke while the server committed.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, Row};

use super::Dispatcher;
use super::draft::NewEvent;
use crate::postgres::error::sql_state;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;

impl<D> Dispatcher<D> {
    /// The position, or none if an event of that id was there already.
    pub(super) async fn insert_one(
        &self,
        event: &NewEvent<'_>,
        connection: &mut PgConnection,
    ) -> Result<Option<i64>, sqlx::Error> {
        self.limit_idling(connection).await?;
        self.insert(event, connection).await
    }

    async fn insert(
        &self,
        event: &NewEvent<'_>,
        connection: &mut PgConnection,
    ) -> Result<Option<i64>, sqlx::Error> {
        let insert = bind(&self.shared.statements.insert_event, event);
        let row = insert.fetch_optional(connection).await?;
        row.map(|row| row.try_get("position")).transpose()
    }

    /// The same in a transaction of its own, in one round trip: a procedure inserts and commits.
    ///
    /// Not as a statement by itself, which would do on a connection that is in no transaction. One of a
    /// pool may be in one that nobody knows of (sqlx 0.9 leaves it so when a `begin` is cancelled), and
    /// what was inserted there would never be committed. The procedure cannot commit there, and says so.
    pub(super) async fn insert_alone(
        &self,
        event: &NewEvent<'_>,
    ) -> Result<Option<i64>, sqlx::Error> {
        let mut connection = self.shared.pool.acquire().await?;
        let call = bind(&self.shared.statements.publish_alone, event);
        match call.fetch_one(&mut *connection).await {
            Ok(row) => return row.try_get("position"),
            Err(error) => match sql_state(&error).as_deref() {
                // invalid_transaction_termination, in_failed_sql_transaction
                Some("2D000" | "25P02") => transaction::roll_back(&mut *connection).await?,
                // undefined_function: the tables are older. undefined_table, invalid_schema_name: the
                // schema has another name now.
                Some("42883" | "42P01" | "3F000") => {}
                _ => return Err(error),
            },
        }
        drop(connection);
        let mut tx = transaction::begin(&self.shared.pool).await?;
        let position = self.insert(event, &mut tx).await?;
        tx.commit().await?;
        Ok(position)
    }

    /// In their order. An event of an id that was there already has no position.
    pub(super) async fn insert_many(
        &self,
        events: &[NewEvent<'_>],
        connection: &mut PgConnection,
    ) -> Result<Vec<Option<i64>>, sqlx::Error> {
        self.limit_idling(connection).await?;
        let of = || events.iter();
        let statements = &self.shared.statements;
        let rows = statements
            .insert_events
            .query()
            .bind(
                of().map(|event| event.event_id.as_str())
                    .collect::<Vec<_>>(),
            )
            .bind(of().map(|event| event.event_type).collect::<Vec<_>>())
            .bind(of().map(|event| event.schema_version).collect::<Vec<_>>())
            .bind(of().map(|event| event.occurred_at).collect::<Vec<_>>())
            .bind(of().map(|event| event.tenant_id).collect::<Vec<_>>())
            .bind(of().map(|event| event.producer).collect::<Vec<_>>())
            .bind(
                of().map(|event| event.subject.as_deref())
                    .collect::<Vec<_>>(),
            )
            .bind(of().map(|event| event.actor.as_ref()).collect::<Vec<_>>())
            .bind(of().map(|event| event.correlation_id).collect::<Vec<_>>())
            .bind(of().map(|event| event.causation_id).collect::<Vec<_>>())
            .bind(of().map(|event| event.traceparent).collect::<Vec<_>>())
            .bind(of().map(|event| event.payload.as_str()).collect::<Vec<_>>())
            .fetch_all(connection)
            .await?;
        positions(events, &rows)
    }

    /// The same in a transaction of its own.
    ///
    /// A connection of the pool may be in a transaction that nobody knows of; see
    /// [`insert_alone`](Self::insert_alone). BEGIN and COMMIT end it.
    pub(super) async fn insert_many_alone(
        &self,
        events: &[NewEvent<'_>],
    ) -> Result<Vec<Option<i64>>, sqlx::Error> {
        let mut tx = transaction::begin(&self.shared.pool).await?;
        let positions = self.insert_many(events, &mut tx).await?;
        tx.commit().await?;
        Ok(positions)
    }

    /// As [`DispatcherBuilder::idle_in_transaction_timeout`](super::DispatcherBuilder::idle_in_transaction_timeout) says.
    async fn limit_idling(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let Some(limit) = self.shared.idle_in_transaction_timeout else {
            return Ok(());
        };
        let query = self.shared.statements.limit_idling.query();
        let query = query.bind(limit.as_millis().to_string());
        query.execute(connection).await.map(drop)
    }
}

/// The rows come in the order of the events, without those that were there already.
fn positions(events: &[NewEvent<'_>], rows: &[PgRow]) -> Result<Vec<Option<i64>>, sqlx::Error> {
    let mut rows = rows.iter().peekable();
    let positions = events.iter().map(|event| {
        let Some(row) = rows.peek() else {
            return Ok(None);
        };
        if row.try_get::<&str, _>("event_id")? != event.event_id.as_str() {
            return Ok(None);
        }
        let position = row.try_get("position")?;
        rows.next();
        Ok(Some(position))
    });
    positions.collect()
}

fn bind(statement: &Statement, event: &NewEvent<'_>) -> Query<'static, Postgres, PgArguments> {
    statement
        .query()
        .bind(event.event_id.as_str())
        .bind(event.event_type)
        .bind(event.schema_version)
        .bind(event.occurred_at)
        .bind(event.tenant_id)
        .bind(event.producer)
        .bind(event.subject.as_deref())
        .bind(event.actor.as_ref())
        .bind(event.correlation_id)
        .bind(event.causation_id)
        .bind(event.traceparent)
        .bind(event.payload.as_str())
}

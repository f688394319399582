//! A publish joins anything that derefs to a connection, and takes a payload or a reference to one.

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::sqlx::pool::PoolConnection;
use dispatcher_runtime::sqlx::{PgConnection, PgPool, Postgres, Transaction};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeliveryTx, Dispatcher, EventEnvelope, HandlerError, PublishError,
    State, subscribe,
};

/// Each of the four, by `&mut` and as what was passed in.
pub(crate) async fn everywhere(
    dispatcher: &Dispatcher<Revenue>,
    event: &CreditLocked,
    mut transaction: Transaction<'_, Postgres>,
    connection: &mut PoolConnection<Postgres>,
    passed_in: &mut PgConnection,
) -> Result<(), PublishError> {
    dispatcher.publish(event).within(&mut transaction).await?;
    let as_connection: &mut PgConnection = &mut transaction;
    dispatcher.publish(event).within(as_connection).await?;
    dispatcher.publish(event).within(connection).await?;
    dispatcher.publish_all([event]).within(passed_in).await?;
    dispatcher
        .publish_all(vec![event.clone()])
        .within(passed_in)
        .await?;
    transaction.commit().await?;
    Ok(())
}

#[subscribe(credit_locked)]
async fn forward(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(revenue): State<Dispatcher<Revenue>>,
) -> Result<(), HandlerError> {
    revenue
        .publish(&event.payload)
        .caused_by(&event)
        .within(tx)
        .await?;
    revenue.publish(event.payload).within(&mut *tx).await?;
    Ok(())
}

pub(crate) fn consumer(
    pool: PgPool,
    revenue: Dispatcher<Revenue>,
) -> ConsumerBuilder<Coaching, Dispatcher<Revenue>> {
    Consumer::<Coaching>::builder(pool)
        .state(revenue)
        .subscribe(forward)
}

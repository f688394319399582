//! The handlers that are measured: they count their calls and do as little else as possible.

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    ConsumerBuilder, DeliveryTx, EventEnvelope, HandlerError, State, SubscriptionOptions, subscribe,
};

use super::progress::Progress;

/// What handling an event does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Work {
    /// In the delivery's transaction, without writing.
    Nothing,
    /// In the delivery's transaction, inserting a row.
    Write,
    /// The same, with one savepoint for a batch.
    Shared,
    /// Without a transaction: at least once.
    Outside,
}

impl Work {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no write",
            Self::Write => "a write each",
            Self::Shared => "a write each, shared savepoint",
            Self::Outside => "handler without transaction",
        }
    }
}

/// The row that [`Work::Write`] inserts, on both sides.
pub(super) const WRITE: &str = "INSERT INTO effect (event_id, credits) VALUES ($1, $2)";

type Builder = ConsumerBuilder<Coaching, Progress>;

/// One subscription.
pub(super) fn one(builder: Builder, work: Work, partitions: u16) -> Builder {
    match work {
        Work::Nothing => {
            builder.subscribe_with(nothing, SubscriptionOptions::new().partitions(partitions))
        }
        Work::Write => {
            builder.subscribe_with(write, SubscriptionOptions::new().partitions(partitions))
        }
        Work::Shared => builder.subscribe_with(
            write,
            SubscriptionOptions::new()
                .partitions(partitions)
                .share_savepoint(true),
        ),
        Work::Outside => {
            builder.subscribe_with(outside, SubscriptionOptions::new().partitions(partitions))
        }
    }
}

#[subscribe(credit_locked)]
async fn write(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(progress): State<Progress>,
) -> Result<(), HandlerError> {
    progress.called();
    sqlx::query(WRITE)
        .bind(event.event_id.as_str())
        .bind(event.payload.locked_credits.get())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[subscribe(credit_locked)]
async fn outside(
    _event: EventEnvelope<CreditLocked>,
    State(progress): State<Progress>,
) -> Result<(), HandlerError> {
    progress.called();
    Ok(())
}

#[subscribe(credit_locked)]
async fn nothing(
    _event: EventEnvelope<CreditLocked>,
    _tx: &mut DeliveryTx,
    State(progress): State<Progress>,
) -> Result<(), HandlerError> {
    progress.called();
    Ok(())
}

/// How many subscriptions [`ten`] has.
pub(super) const TEN: usize = 10;

/// Ten subscriptions to the same event type, of [`Work::Nothing`].
pub(super) fn ten(mut builder: Builder) -> Builder {
    // Each has a handler with the same body; their names tell them apart.
    macro_rules! subscribe_as {
        ($($name:tt)*) => {
            $({
                #[subscribe(credit_locked, name = $name)]
                async fn handle(
                    _event: EventEnvelope<CreditLocked>,
                    _tx: &mut DeliveryTx,
                    State(progress): State<Progress>,
                ) -> Result<(), HandlerError> {
                    progress.called();
                    Ok(())
                }
                builder = builder.subscribe(handle);
            })*
        };
    }
    subscribe_as!("1" "2" "3" "4" "5" "6" "7" "8" "9" "10");
    builder
}

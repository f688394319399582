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
    /// In a transaction of its own, without writing.
    Nothing,
    /// In a transaction of its own, inserting a row.
    Write,
    /// In the transaction of its batch, without writing.
    NothingTogether,
    /// In the transaction of its batch, inserting a row under a savepoint of its own.
    WriteTogether,
    /// The same, with one savepoint for a batch.
    OneSavepoint,
    /// Without a transaction: at least once.
    Outside,
}

impl Work {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no write",
            Self::Write => "a write each",
            Self::NothingTogether => "no write, shared transaction",
            Self::WriteTogether => "a write each, shared transaction",
            Self::OneSavepoint => "a write each, shared savepoint",
            Self::Outside => "handler without transaction",
        }
    }

    /// Whether each event inserts a row.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Write | Self::WriteTogether | Self::OneSavepoint)
    }

    /// Whether each event has a transaction of its own.
    pub(super) fn is_apart(self) -> bool {
        matches!(self, Self::Nothing | Self::Write)
    }
}

/// The row that [`Work::Write`] inserts, on both sides.
pub(super) const WRITE: &str = "INSERT INTO effect (event_id, credits) VALUES ($1, $2)";

type Builder = ConsumerBuilder<Coaching, Progress>;

/// One subscription.
pub(super) fn one(builder: Builder, work: Work, partitions: u16) -> Builder {
    let options = SubscriptionOptions::new().partitions(partitions);
    match work {
        Work::Nothing => builder.subscribe_with(nothing, options),
        Work::Write => builder.subscribe_with(write, options),
        Work::NothingTogether => builder.subscribe_with(nothing, options.share_transaction(true)),
        Work::WriteTogether => builder.subscribe_with(write, options.share_transaction(true)),
        Work::OneSavepoint => builder.subscribe_with(write, options.share_savepoint(true)),
        Work::Outside => builder.subscribe_with(outside, options),
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

/// Ten subscriptions to the same event type, of [`Work::NothingTogether`].
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
                builder = builder.subscribe_with(
                    handle,
                    SubscriptionOptions::new().share_transaction(true),
                );
            })*
        };
    }
    subscribe_as!("1" "2" "3" "4" "5" "6" "7" "8" "9" "10");
    builder
}

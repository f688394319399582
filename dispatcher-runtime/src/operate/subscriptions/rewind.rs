//! Rewinding a subscription, and what that would do.

use serde::Serialize;
use sqlx::{PgConnection, Postgres, Row, Transaction};

use super::act::SubscriptionAct;
use super::{SubscriptionError, Subscriptions};
use crate::contract::position::Position;
use crate::log::StartFrom;
use crate::operate::actor::Actor;

/// How many dedup rows are forgotten in one statement.
const BATCH: i64 = 10_000;

/// A subscription that was rewound.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rewound {
    /// Where the furthest of its partitions was.
    pub from: Position,
    /// Where it is now.
    pub to: Position,
    /// How many events it had handled in between and will handle again.
    pub forgotten: u64,
    /// How many open dead letters were resolved, because their events are read again.
    pub dead_letters: u64,
}

impl Subscriptions {
    /// Rewinds a subscription, so that it handles again what it has handled since `to`. It may run
    /// meanwhile: an event that is being handled is rolled back, and replicas go on within a third of their
    /// lease. One that is paused stays paused. The audit names the role of the session.
    ///
    /// Events since `to` that wait for their next attempt are read again with the others, in order, and their
    /// attempts count from 1. Their open dead letters are resolved, because the events are read again: one that fails again
    /// becomes another dead letter. Open stay those of event types that the subscription does not take any more, those
    /// whose event the log does not have any more or was erased, and those that hold their subject, which stays held. What the handler wrote is still there: empty a projection first, or let
    /// the handler write so that a second time does no harm.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::OfAnotherLog`];
    /// [`SubscriptionError::NotBehind`] if the subscription has not read past `to`; or the database failed.
    /// Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, the subscription may or may not have been rewound.
    pub async fn rewind(
        &self,
        consumer: &str,
        subscription: &str,
        to: StartFrom,
    ) -> Result<Rewound, SubscriptionError> {
        self.rewind_by((consumer, subscription), to, None).await
    }

    /// [`rewind`](Self::rewind), where the audit says who did it.
    ///
    /// # Errors
    /// As [`rewind`](Self::rewind); [`SubscriptionError::Actor`].
    ///
    /// # Cancellation
    /// As [`rewind`](Self::rewind).
    pub async fn rewind_as(
        &self,
        consumer: &str,
        subscription: &str,
        to: StartFrom,
        actor: Actor<'_>,
    ) -> Result<Rewound, SubscriptionError> {
        self.rewind_by((consumer, subscription), to, Some(actor))
            .await
    }

    /// What [`rewind`](Self::rewind) would do, without doing it. It reads the ids of the events in between, 10,000 at a
    /// time, and locks nothing.
    ///
    /// # Errors
    /// As [`rewind`](Self::rewind).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn preview_rewind(
        &self,
        consumer: &str,
        subscription: &str,
        to: StartFrom,
    ) -> Result<Rewound, SubscriptionError> {
        let mut log = self.log.begin().await?;
        let to = self.log.find(&mut log, to).await?;
        let read = self.statements.read_positions.query().bind(consumer);
        let cursors = read.bind(subscription).fetch_all(&self.pool).await?;
        let positions = cursors.iter().map(|cursor| cursor.try_get("position"));
        let positions: Vec<i64> = positions.collect::<Result<_, _>>()?;
        for cursor in &cursors {
            self.refuse_another_log(cursor.try_get("remote")?, (consumer, subscription))?;
        }
        let from = rewound_from(&positions, to, (consumer, subscription))?;
        let mut rewound = Rewound::new(from, to);
        let mut after = to;
        loop {
            let events = self.log.event_ids(&mut log, after, from, BATCH).await?;
            let Some((last, _)) = events.last() else {
                break;
            };
            after = *last;
            let (positions, event_ids): (Vec<_>, Vec<_>) = events.into_iter().unzip();
            let count = self.statements.count_reread.query().bind(consumer);
            let count = count.bind(subscription).bind(positions).bind(&event_ids);
            let row = count.fetch_one(&self.pool).await?;
            rewound.dead_letters += row.try_get::<i64, _>("count")?.unsigned_abs();
            let count = self.statements.count_handled.query().bind(consumer);
            let count = count.bind(subscription).bind(&event_ids);
            let row = count.fetch_one(&self.pool).await?;
            rewound.forgotten += row.try_get::<i64, _>("count")?.unsigned_abs();
        }
        log.rollback().await?;
        Ok(rewound)
    }

    async fn rewind_by(
        &self,
        (consumer, subscription): (&str, &str),
        to: StartFrom,
        actor: Option<Actor<'_>>,
    ) -> Result<Rewound, SubscriptionError> {
        let what = format!(
            "rewind subscription {consumer}/{subscription} to {}",
            told(to)
        );
        let mut act = SubscriptionAct::begin(self, actor, what).await?;
        let mut log = self.log.begin().await?;
        let rewound = self
            .rewind_in(&mut act.tx, &mut log, (consumer, subscription), to, actor)
            .await;
        log.rollback().await?;
        act.end(rewound, |rewound| {
            format!(
                "rewound from position {} to {}; {} events will be handled again; {} dead letters resolved",
                rewound.from, rewound.to, rewound.forgotten, rewound.dead_letters
            )
        })
        .await
    }

    async fn rewind_in(
        &self,
        connection: &mut PgConnection,
        log: &mut Transaction<'static, Postgres>,
        (consumer, subscription): (&str, &str),
        to: StartFrom,
        actor: Option<Actor<'_>>,
    ) -> Result<Rewound, SubscriptionError> {
        let to = self.log.find(log, to).await?;
        let name = (consumer, subscription);
        let cursors = self.lock_cursors(connection, name).await?;
        for (_, is_remote) in &cursors {
            self.refuse_another_log(*is_remote, name)?;
        }
        let positions: Vec<_> = cursors.into_iter().map(|(position, _)| position).collect();
        let from = rewound_from(&positions, to, name)?;
        // First, because it leaves letters out of their redrives.
        let forget = self.statements.forget_waiting.query().bind(consumer);
        let forget = forget.bind(subscription).bind(to);
        forget.execute(&mut *connection).await?;
        let mut rewound = Rewound::new(from, to);
        let mut after = to;
        loop {
            let events = self.log.event_ids(log, after, from, BATCH).await?;
            let Some((last, _)) = events.last() else {
                break;
            };
            after = *last;
            let (positions, event_ids): (Vec<_>, Vec<_>) = events.into_iter().unzip();
            let forget = self.statements.forget_handled.query().bind(consumer);
            let forget = forget.bind(subscription).bind(&event_ids);
            rewound.forgotten += forget.execute(&mut *connection).await?.rows_affected();
            let resolve = self.statements.resolve_reread.query().bind(consumer);
            let resolve = resolve.bind(subscription).bind(positions).bind(&event_ids);
            let resolve = resolve.bind(actor.map(|actor| actor.name));
            let resolve = resolve.bind(actor.and_then(|actor| actor.claimed));
            let resolve = resolve.bind(actor.and_then(|actor| actor.why));
            rewound.dead_letters += resolve.execute(&mut *connection).await?.rows_affected();
        }
        let rewind = self.statements.rewind_cursors.query().bind(consumer);
        let rewind = rewind.bind(subscription).bind(to);
        rewind.execute(&mut *connection).await?;
        Ok(rewound)
    }

    fn refuse_another_log(
        &self,
        is_remote: bool,
        (consumer, subscription): (&str, &str),
    ) -> Result<(), SubscriptionError> {
        if is_remote == self.is_remote {
            return Ok(());
        }
        Err(SubscriptionError::OfAnotherLog {
            consumer: consumer.to_owned(),
            subscription: subscription.to_owned(),
            reads_other_database: !self.is_remote,
        })
    }
}

impl Rewound {
    fn new(from: i64, to: i64) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            forgotten: 0,
            dead_letters: 0,
        }
    }
}

/// Where the furthest partition is, which has to be past `to`.
fn rewound_from(
    positions: &[i64],
    to: i64,
    (consumer, subscription): (&str, &str),
) -> Result<i64, SubscriptionError> {
    let Some(&from) = positions.iter().max() else {
        return Err(SubscriptionError::not_found(consumer, subscription));
    };
    if to >= from {
        return Err(SubscriptionError::NotBehind {
            consumer: consumer.to_owned(),
            subscription: subscription.to_owned(),
            position: from.into(),
            to: to.into(),
        });
    }
    Ok(from)
}

/// As the audit says it.
fn told(to: StartFrom) -> String {
    match to {
        StartFrom::Beginning => "the beginning".to_owned(),
        StartFrom::End => "the end".to_owned(),
        StartFrom::At(at) => at
            .format(&time::format_description::well_known::Rfc3339)
            .unwrap_or_else(|_| at.to_string()),
    }
}

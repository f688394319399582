//! Moving a domain out: from one database to another, with a relay and a mirror between them, and back.

mod carried;
mod killed;
mod refused;
mod slow;
mod whole;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_nats::{MoveOut, MoveStage, Side};
use dispatcher_runtime::{
    Actor, Consumer, DeliveryTx, EventEnvelope, HandlerError, RunningConsumer, State, subscribe,
};
use dispatcher_test_fixtures::TestResult;

use crate::support::{Nats, PAUSE, Running, STREAM, World};

/// From these credits on, an event is tried again in an hour; from the second number on, it is given up.
const RETRIED: i64 = 1000;
const GIVEN_UP: i64 = 2000;

/// Whether such events fail.
#[derive(Clone, Default)]
struct Slots(Arc<AtomicBool>);

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(slots): State<Slots>,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    if credits >= RETRIED && slots.0.load(Ordering::Relaxed) {
        return Err(if credits >= GIVEN_UP {
            HandlerError::permanent("no such slot")
        } else {
            "slot service: 503".into()
        });
    }
    sqlx::query("INSERT INTO effect (subscription, event_id, subject, credits) VALUES ('hold_slot', $1, $2, $3)")
        .bind(event.event_id)
        .bind(event.subject)
        .bind(credits)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A shared database and one of the domain's own, and what brings events from the first to the second.
struct Scene {
    _nats: Nats,
    shared: World,
    own: World,
    relay: Running,
    mirror: Running,
}

impl Scene {
    /// None: the test is skipped.
    async fn new() -> TestResult<Option<Self>> {
        let Some(nats) = Nats::new().await? else {
            return Ok(None);
        };
        let (shared, own) = (World::new().await?, World::new().await?);
        let relay = shared.relay(&nats);
        let mirror = own.mirror(&nats, STREAM);
        Ok(Some(Self {
            _nats: nats,
            shared,
            own,
            relay,
            mirror,
        }))
    }

    fn move_out(&self) -> MoveOut {
        let sides = [&self.shared, &self.own].map(|world| Side::new(world.pool.clone()));
        let [source, target] = sides;
        let actor = Actor::new("mia").because("its own database");
        let move_out = MoveOut::new(source, target, "coaching");
        move_out.by(actor).unwrap()
    }

    /// The consumer of a database. What its handler is to refuse, it refuses while `fails`.
    async fn consumer(&self, world: &World, fails: bool) -> TestResult<RunningConsumer> {
        let slots = Slots(Arc::new(AtomicBool::new(fails)));
        let consumer = Consumer::<Coaching>::builder(world.pool.clone())
            .state(slots)
            .lease(Duration::from_millis(500))
            .retry([Duration::from_secs(3600)])
            .subscribe(hold_slot);
        Ok(consumer.start().await?)
    }

    /// Waits until the mirror has as many events as the shared log.
    async fn mirrored(&self) -> TestResult {
        let events = self.shared.log().await?.len();
        while self.own.log().await?.len() < events {
            tokio::time::sleep(PAUSE).await;
        }
        // The row of a relay follows what it has sent; what is missing in the target is judged by the row.
        let lagging = "SELECT count(*) FROM dispatcher_transfer WHERE direction = 'relay'
                          AND position < (SELECT max(position) FROM dispatcher_event WHERE origin IS NULL)";
        while self.shared.count(lagging).await? > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Every event took effect once over both databases, and those of a person in their order.
    async fn assert_once_in_order(&self, credits: std::ops::Range<u32>) -> TestResult {
        for person in 0..4 {
            let mut effects = self.shared.effects_of(person).await?;
            effects.extend(self.own.effects_of(person).await?);
            let expected = credits.clone().filter(|it| it % 4 == person);
            let expected: Vec<_> = expected.map(i64::from).collect();
            assert_eq!(effects, expected, "person {person}");
        }
        Ok(())
    }

    async fn close(self) -> TestResult {
        self.mirror.stop().await?;
        self.relay.stop().await?;
        self.own.close().await?;
        self.shared.close().await
    }
}

/// Waits until a subscription has read its log. Events that wait for another attempt may be left.
async fn has_read(world: &World) -> TestResult {
    let left = "SELECT (SELECT max(position) FROM dispatcher_event) - min(position) FROM dispatcher_cursor";
    while world.count(left).await? > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn caught_up(consumer: &RunningConsumer) -> TestResult {
    Ok(consumer.wait_caught_up().await?)
}

fn says(outcome: Result<impl std::fmt::Debug, dispatcher_nats::MoveError>, text: &str) {
    let error = outcome.map_err(|error| error.to_string());
    match error {
        Err(error) if error.contains(text) => {}
        other => panic!("expected {text:?}, not {other:?}"),
    }
}

async fn stage(move_out: &MoveOut) -> TestResult<Option<MoveStage>> {
    Ok(move_out.plan().await?.stage)
}

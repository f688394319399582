//! What an upcast returns passes the gate of its version, or no handler sees it.

use std::time::Duration;

use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetterReason, DeadLetters, EventEnvelope, EventUnion,
    HandlerError, State, subscribe,
};
use dispatcher_test_fixtures::TestResult;
use serde_json::json;
use tokio::sync::mpsc;

use super::after::Office;
use super::after::parcel_lost::{self, ParcelLost};
use super::after::parcel_sent::{self, ParcelSent};
use super::publish;
use crate::support::{World, whole_letters};

type Handled = mpsc::UnboundedSender<String>;

#[subscribe]
async fn file_parcel(
    event: EventEnvelope<ParcelSent>,
    State(handled): State<Handled>,
) -> Result<(), HandlerError> {
    handled.send(event.payload.parcel_id)?;
    Ok(())
}

#[derive(EventUnion)]
enum ParcelEvent {
    Sent(ParcelSent),
    Lost(ParcelLost),
}

#[subscribe(parcel_sent, parcel_lost)]
async fn watch_parcels(
    event: EventEnvelope<ParcelEvent>,
    State(handled): State<Handled>,
) -> Result<(), HandlerError> {
    handled.send(match event.payload {
        ParcelEvent::Sent(sent) => sent.parcel_id,
        ParcelEvent::Lost(lost) => lost.parcel_id,
    })?;
    Ok(())
}

const REFUSED: &str = "the upcast of parcel.sent from version 1 to version 2 made a payload that is not valid: \
     the payload: \"courier\" is a required property [required] (schema parcels/parcel-sent-v2.json)";

/// It reached the handlers, which believed that it was what its type says.
#[tokio::test]
async fn what_an_upcast_made_wrong_is_a_dead_letter_that_names_the_upcast() -> TestResult {
    let world = World::new().await?;
    let (handled, mut handles) = mpsc::unbounded_channel();
    let office = Consumer::<Office>::builder(world.pool.clone())
        .state(handled)
        .subscribe(file_parcel)
        .subscribe(watch_parcels)
        .poll_interval(Duration::from_millis(50));
    let office = office.start().await?;
    let express = json!({ "parcel_id": "express", "express": true });
    publish(&world.pool, "parcel.sent", 1, Some("express"), express).await?;
    let plain = json!({ "parcel_id": "plain" });
    publish(&world.pool, "parcel.sent", 1, Some("plain"), plain).await?;
    office.wait_caught_up().await?;
    for _ in 0..2 {
        assert_eq!(handles.recv().await.as_deref(), Some("plain"));
    }
    let dead_letters = DeadLetters::new(world.pool.clone());
    let letters = whole_letters(&dead_letters, &DeadLetterFilter::default()).await?;
    assert_eq!(letters.len(), 2);
    for letter in letters {
        assert_eq!(letter.reason, DeadLetterReason::Invalid);
        assert_eq!(letter.error, REFUSED);
        let unreadable = letter.event::<ParcelSent>().unwrap_err().to_string();
        assert!(unreadable.ends_with(REFUSED), "{unreadable}");
    }
    office.stop().await;
    world.close().await
}

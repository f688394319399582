//! A company whose envelope schema demands more than the reference one: each actor is a system or a user,
//! each event belongs to something, and each trace is sampled.

use std::time::Duration;

use dispatcher_runtime::{
    Consumer, DeadLetter, DeadLetterFilter, DeadLetterReason, DeadLetters, Dispatcher,
    EventEnvelope, EventUnion, HandlerError, LoadedRegistry, PublishError, State, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, PgPool};
use tokio::sync::mpsc;

use self::contracts::parcel_lost::{self, ParcelLost};
use self::contracts::parcel_sent::{self, ParcelSent};
use self::contracts::{Depot, Office, REGISTRY};
use crate::support::{World, whole_letters};

mod contracts {
    dispatcher_runtime::contracts!("company/contracts");
}

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/company/contracts");

#[derive(EventUnion)]
enum ParcelEvent {
    Sent(ParcelSent),
    Lost(ParcelLost),
}

type Handled = mpsc::UnboundedSender<(String, Option<String>)>;

#[subscribe(parcel_sent)]
async fn file_parcel(
    event: EventEnvelope<ParcelSent>,
    State(handled): State<Handled>,
) -> Result<(), HandlerError> {
    handled.send((event.payload.parcel_id, event.traceparent))?;
    Ok(())
}

#[subscribe(parcel_sent, parcel_lost)]
async fn watch_parcels(
    event: EventEnvelope<ParcelEvent>,
    State(handled): State<Handled>,
) -> Result<(), HandlerError> {
    let parcel_id = match event.payload {
        ParcelEvent::Sent(sent) => sent.parcel_id,
        ParcelEvent::Lost(lost) => lost.parcel_id,
    };
    handled.send((parcel_id, event.traceparent))?;
    Ok(())
}

fn depot(pool: &PgPool) -> TestResult<Dispatcher<Depot>> {
    Ok(Dispatcher::builder(pool.clone()).tenant(TENANT).build()?)
}

fn sent(parcel_id: &str) -> ParcelSent {
    ParcelSent {
        parcel_id: parcel_id.to_owned(),
    }
}

fn report(outcome: Result<impl std::fmt::Debug, PublishError>) -> Vec<String> {
    let error = outcome.unwrap_err();
    let PublishError::EnvelopeInvalid { report, .. } = error else {
        panic!("{error}")
    };
    let violations = report.violations().iter();
    violations
        .map(|one| format!("{} {}", one.instance_path, one.keyword))
        .collect()
}

#[test]
fn the_registry_has_the_companys_schema() {
    let text = REGISTRY.envelope_schema().text().unwrap();
    assert!(text.contains("^(system|user):"));
    let reference = acme_contracts::REGISTRY.envelope_schema();
    assert_eq!(reference.path(), REGISTRY.envelope_schema().path());
}

#[tokio::test]
async fn what_the_company_demands_is_demanded_of_each_publish() -> TestResult {
    let world = World::new().await?;
    let depot = depot(&world.pool)?;
    assert_eq!(
        report(depot.publish(sent("p1")).actor("mia").await),
        ["/actor pattern", "/correlation_id type"]
    );
    let many = depot.publish_all([sent("p1")]);
    assert_eq!(report(many.await), ["/correlation_id type"]);
    let payload = json!({ "parcel_id": "p1" });
    let untyped = depot.publish_untyped("parcel.sent", 1, payload);
    assert_eq!(report(untyped.await), ["/correlation_id type"]);
    // What the reference schema refuses is refused as before.
    let nobody = depot.publish(sent("p1")).subject("").correlation_id("c");
    assert_eq!(report(nobody.await), ["/subject minLength"]);
    depot
        .publish(sent("p1"))
        .actor("user:mia")
        .correlation_id("order-1")
        .await?;
    world.close().await
}

/// The payload is valid, and a valid payload is never refused: it is about nobody.
#[tokio::test]
async fn an_empty_subject_in_a_payload_is_none() -> TestResult {
    let world = World::new().await?;
    let depot = depot(&world.pool)?;
    depot.publish(sent("")).correlation_id("order-1").await?;
    let without = "SELECT count(*) FROM dispatcher_event WHERE subject IS NULL";
    assert_eq!(world.count(without).await?, 1);
    world.close().await
}

#[tokio::test]
async fn an_untyped_publish_meets_the_envelope_of_the_loaded_contracts() -> TestResult {
    let world = World::new().await?;
    let directory = tempfile::tempdir()?;
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap())?;
        std::fs::write(path, text)
    };
    let text = |path: &str| std::fs::read_to_string(format!("{DIRECTORY}/{path}"));
    let registry = "event-types-registry.json";
    let envelope = "event-envelope/schema/envelope-v1.json";
    write(registry, &text(registry)?)?;
    write("parcels/parcel-v1.json", &text("parcels/parcel-v1.json")?)?;
    let untyped = async |correlation_id: &str| {
        let depot = Dispatcher::<Depot>::builder(world.pool.clone())
            .tenant(TENANT)
            .registry(LoadedRegistry::from_dir(directory.path())?)
            .build()?;
        let publish = depot.publish_untyped("parcel.sent", 1, json!({ "parcel_id": "p1" }));
        let outcome = publish.correlation_id(correlation_id).await;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(outcome)
    };
    // Without one of its own the reference schema holds.
    untyped("anything").await??;
    let mut stricter: serde_json::Value = serde_json::from_str(&text(envelope)?)?;
    stricter["properties"]["correlation_id"]["pattern"] = json!("^order-");
    write(envelope, &stricter.to_string())?;
    let refused = untyped("anything").await?;
    assert_eq!(report(refused), ["/correlation_id pattern"]);
    untyped("order-1").await??;

    for (from, to, expected) in [
        (
            "\"tenant_id\": {",
            "\"tenantid\": {",
            "at `/properties/tenantid`: an envelope has no field \"tenantid\"; did you mean",
        ),
        (
            "\"^(system|user)",
            "\"^(system|user",
            "the schema of the envelope, cannot be used: ",
        ),
        ("{", "{{", "is not valid JSON"),
    ] {
        write(envelope, &text(envelope)?.replacen(from, to, 1))?;
        let error = LoadedRegistry::from_dir(directory.path()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains(envelope) && error.contains(expected),
            "{error}"
        );
    }
    world.close().await
}

/// SQL knows the reference schema only.
#[tokio::test]
async fn a_row_that_breaks_the_companys_schema_is_a_dead_letter_of_each_subscription() -> TestResult
{
    let world = World::new().await?;
    let (sender, mut handled) = mpsc::unbounded_channel();
    let sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    for (parcel, more) in [
        (
            "p1",
            "actor => 'mia', correlation_id => 'order-1'".to_owned(),
        ),
        ("p2", "actor => 'user:mia'".to_owned()),
        (
            "p3",
            format!("correlation_id => 'order-3', traceparent => '{sampled}'"),
        ),
        // The registry names the depot, and handlers of one event type and of several know it.
        (
            "p5",
            "correlation_id => 'order-5', producer => 'office'".to_owned(),
        ),
        // A trace is no reason to lose an event.
        (
            "p4",
            format!("correlation_id => 'order-4', traceparent => '{unsampled}'"),
        ),
    ] {
        let producer = if more.contains("producer") {
            ""
        } else {
            ", producer => 'depot'"
        };
        let call = format!(
            "SELECT dispatcher_publish('parcel.sent', '{{\"parcel_id\": \"{parcel}\"}}', 'tnt_a', {more}{producer})"
        );
        world.pool.execute(AssertSqlSafe(call)).await?;
    }
    let consumer = Consumer::<Office>::builder(world.pool.clone())
        .state(sender)
        .poll_interval(Duration::from_secs(600))
        .subscribe(file_parcel)
        .subscribe(watch_parcels)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let mut seen = Vec::new();
    while let Ok(one) = handled.try_recv() {
        seen.push(one);
    }
    seen.sort();
    let p3 = ("p3".to_owned(), Some(sampled.to_owned()));
    let p4 = ("p4".to_owned(), Some(unsampled.to_owned()));
    assert_eq!(seen, [p3.clone(), p3, p4.clone(), p4]);

    let letters = DeadLetters::new(world.pool.clone());
    let dead = whole_letters(&letters, &DeadLetterFilter::default()).await?;
    assert_eq!(dead.len(), 6);
    for letter in &dead {
        assert_eq!(letter.reason, DeadLetterReason::Invalid);
        let envelope: serde_json::Value = serde_json::from_str(letter.envelope.get())?;
        let expected = match envelope["payload"]["parcel_id"].as_str() {
            Some("p1") => {
                "the envelope is invalid: /actor: a string of 3 characters does not match"
            }
            Some("p5") => {
                "the envelope is invalid: `office` published parcel.sent, and the registry names `depot`"
            }
            _ => "the envelope is invalid: /correlation_id: null is not of type \"string\"",
        };
        assert!(letter.error.starts_with(expected), "{}", letter.error);
        assert_eq!(unreadable(letter), letter.error);
    }
    world.close().await
}

/// The event of a dead letter passes the same gate.
fn unreadable(letter: &DeadLetter) -> String {
    let error = letter.event::<ParcelSent>().unwrap_err().to_string();
    let (_, problem) = error.split_once("cannot be read: ").unwrap();
    problem.to_owned()
}

//! What is published while an event is handled names that event as its cause.

use acme_contracts::Revenue;
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::{
    DeliveryTx, Dispatcher, EventEnvelope, EventId, HandlerError, PublishError, State, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, person_id, release};
use serde_json::json;

use crate::support::World;

const CAUSE: &str = "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e";
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[derive(Clone)]
struct App {
    revenue: Dispatcher<Revenue>,
}

/// Actor, which tells the publishes apart, correlation, causation and trace.
type Row = (String, Option<String>, Option<String>, Option<String>);

fn row(actor: &str, correlation_id: Option<&str>, causation_id: Option<&str>) -> Row {
    let trace = causation_id.map(|_| TRACE.to_owned());
    let [correlation_id, causation_id] =
        [correlation_id, causation_id].map(|id| id.map(str::to_owned));
    (actor.to_owned(), correlation_id, causation_id, trace)
}

impl App {
    fn released(&self) -> impl Fn(&'static str) -> dispatcher_runtime::Publish<Revenue> {
        move |actor| self.revenue.publish(release(1, 1)).actor(actor)
    }
}

async fn deep(app: &App, actor: &'static str) -> Result<(), PublishError> {
    app.released()(actor).await?;
    Ok(())
}

#[subscribe(credit_locked)]
async fn within_its_transaction(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
) -> Result<(), HandlerError> {
    let released = app.released();
    released("a within").within(tx).await?;
    released("b alone").await?;
    deep(&app, "c deep").await?;
    app.revenue
        .publish_untyped("credit.released", 1, serde_json::to_value(release(1, 1))?)
        .actor("d untyped")
        .within(tx)
        .await?;
    app.revenue
        .publish_all([release(1, 1)])
        .actor("e many")
        .await?;
    released("f own correlation").correlation_id("mine").await?;
    released("g own causation").causation_id("cmd_1").await?;
    released("h without").without_cause().await?;
    released("i named").caused_by(&event).await?;
    released("j named and without")
        .caused_by(&event)
        .without_cause()
        .await?;
    // A publish is made here, wherever it runs; what a task makes has no cause.
    tokio::spawn(released("k made here").into_future()).await??;
    let spawned = app.clone();
    tokio::spawn(async move { deep(&spawned, "l spawned").await }).await??;
    Ok(())
}

#[subscribe(credit_locked)]
async fn without_a_transaction(
    _event: EventEnvelope<CreditLocked>,
    State(app): State<App>,
) -> Result<(), HandlerError> {
    deep(&app, "m no transaction").await?;
    Ok(())
}

/// Handles one event that belongs to `correlation_id`, and returns what was published meanwhile.
async fn published(world: &World, correlation_id: Option<&str>) -> TestResult<Vec<Row>> {
    let app = App {
        revenue: world.revenue(),
    };
    let mut cause = app.revenue.publish_untyped(
        "credit.locked",
        1,
        dispatcher_test_fixtures::lock_json(1, 1),
    );
    if let Some(correlation_id) = correlation_id {
        cause = cause.correlation_id(correlation_id);
    }
    cause.event_id(CAUSE.parse()?).traceparent(TRACE).await?;
    let consumer =
        dispatcher_runtime::Consumer::<acme_contracts::Coaching>::builder(world.pool.clone())
            .state(app)
            .subscribe(within_its_transaction)
            .subscribe(without_a_transaction)
            .start()
            .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let rows = "SELECT actor, correlation_id, causation_id, traceparent FROM dispatcher_event \
                WHERE event_id <> $1 ORDER BY actor COLLATE \"C\"";
    Ok(sqlx::query_as(rows)
        .bind(CAUSE)
        .fetch_all(&world.pool)
        .await?)
}

#[tokio::test]
async fn what_a_handler_publishes_has_the_event_as_its_cause_unless_it_says_otherwise() -> TestResult
{
    let world = World::new().await?;
    let rows = published(&world, Some("booking-7")).await?;
    let follows = |actor| row(actor, Some("booking-7"), Some(CAUSE));
    assert_eq!(
        rows,
        [
            follows("a within"),
            follows("b alone"),
            follows("c deep"),
            follows("d untyped"),
            follows("e many"),
            row("f own correlation", Some("mine"), Some(CAUSE)),
            row("g own causation", Some("booking-7"), Some("cmd_1")),
            row("h without", None, None),
            follows("i named"),
            row("j named and without", None, None),
            follows("k made here"),
            row("l spawned", None, None),
            follows("m no transaction"),
        ]
    );
    world.close().await
}

#[tokio::test]
async fn an_event_that_belongs_to_nothing_is_the_beginning_of_what_follows_from_it() -> TestResult {
    let world = World::new().await?;
    let rows = published(&world, None).await?;
    assert_eq!(rows[0], row("a within", Some(CAUSE), Some(CAUSE)));
    assert_eq!(rows[12], row("m no transaction", Some(CAUSE), Some(CAUSE)));
    world.close().await
}

#[tokio::test]
async fn outside_of_handlers_an_event_has_no_cause() -> TestResult {
    let world = World::new().await?;
    world.revenue().publish(release(1, 1)).await?;
    let none = "SELECT count(*) FROM dispatcher_event WHERE correlation_id IS NULL AND causation_id IS NULL";
    assert_eq!(world.count(none).await?, 1);
    world.close().await
}

/// An envelope is written as the contract says, whatever offset its time has.
#[test]
fn an_envelope_is_written_as_the_contract_says() -> TestResult {
    use dispatcher_runtime::time::UtcOffset;
    let mut event: EventEnvelope<CreditReleased> =
        EventEnvelope::new("tnt_swim_north".parse()?, release(1, 1));
    event.occurred_at = event.occurred_at.to_offset(UtcOffset::from_hms(2, 0, 0)?);
    let schema = acme_contracts::REGISTRY.envelope_schema();
    assert_eq!(schema.validate(&serde_json::to_value(&event)?), Ok(()));
    assert!(schema.validate(&json!({})).is_err());
    Ok(())
}

/// Subject, actor, correlation, causation and trace.
type Options = [Option<String>; 5];

async fn options(world: &World, event_id: &EventId) -> TestResult<Options> {
    let row = "SELECT ARRAY[subject, actor, correlation_id, causation_id, traceparent] \
               FROM dispatcher_event WHERE event_id = $1";
    let options: Vec<Option<String>> = sqlx::query_scalar(row)
        .bind(event_id)
        .fetch_one(&world.pool)
        .await?;
    Ok(options.try_into().map_err(|_| "five columns")?)
}

fn some(values: [&str; 5]) -> Options {
    values.map(|value| Some(value.to_owned()))
}

#[tokio::test]
async fn each_option_of_a_publish_is_in_its_row_and_a_cause_hands_on_what_belongs_to_it()
-> TestResult {
    let world = World::new().await?;
    let revenue = world.revenue();
    let published = revenue
        .publish(release(1, 1))
        .subject("per_other")
        .actor("person:mia")
        .correlation_id("booking-7")
        .causation_id("cmd_1")
        .traceparent(TRACE)
        .await?;
    let expected = some(["per_other", "person:mia", "booking-7", "cmd_1", TRACE]);
    assert_eq!(options(&world, &published.event_id).await?, expected);

    let mut cause = EventEnvelope::new(TENANT.parse()?, lock(2, 2));
    cause.correlation_id = Some("booking-8".to_owned());
    cause.traceparent = Some(TRACE.to_owned());
    let published = revenue.publish(release(1, 1)).caused_by(&cause).await?;
    let person = person_id(1);
    let expected = some([
        &person,
        "system:revenue",
        "booking-8",
        cause.event_id.as_str(),
        TRACE,
    ]);
    assert_eq!(options(&world, &published.event_id).await?, expected);

    // What belongs to nothing is the beginning: its own id is what follows from it belongs to.
    cause.correlation_id = None;
    cause.traceparent = None;
    let published = revenue.publish(release(1, 1)).caused_by(&cause).await?;
    let [_, _, correlation_id, causation_id, traceparent] =
        options(&world, &published.event_id).await?;
    let id = Some(cause.event_id.as_str().to_owned());
    assert_eq!((correlation_id, causation_id), (id.clone(), id));
    assert_eq!(traceparent, None);
    world.close().await
}

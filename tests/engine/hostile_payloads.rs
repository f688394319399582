//! A sample of the hostile payloads of each reference contract through Postgres: from Rust, and through
//! `dispatcher_publish`, which cannot check a contract. Whatever lands in the log is handled or a dead letter, as
//! the generated types judge it, and the subscription goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use acme_contracts::{
    Coaching, Identity, REGISTRY, Revenue, Scheduling, coach_availability_changed, coach_certified,
    credit_debited, credit_locked, credit_released, lead_captured, lesson_cancelled,
    lesson_completed, lesson_rescheduled, lesson_scheduled, order_paid, person_merged,
    person_registered, refund_issued, tenant_provisioned,
};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetterReason, DeadLetters, Dispatcher, Domain, EventEnvelope,
    EventUnion, HandlerError, PublishError, State, subscribe,
};
use dispatcher_test_fixtures::hostile::{self, Hostile};
use dispatcher_test_fixtures::versions::{Version, versions};
use dispatcher_test_fixtures::{TENANT, TestResult};
use serde_json::Value;

use crate::support::World;

/// The ids of the events that were handled.
#[derive(Clone, Default)]
struct Handled(Arc<Mutex<BTreeSet<String>>>);

impl Handled {
    fn add<P>(&self, event: &EventEnvelope<P>) {
        let mut handled = self.0.lock().expect("no handler panics");
        handled.insert(event.event_id.to_string());
    }
}

#[derive(EventUnion)]
#[expect(deprecated, reason = "a deprecated event type is handled as well")]
enum OfCoaching {
    Locked(credit_locked::CreditLocked),
    Released(credit_released::CreditReleased),
    Debited(credit_debited::CreditDebited),
    Scheduled(lesson_scheduled::LessonScheduled),
    Rescheduled(lesson_rescheduled::LessonRescheduled),
    Cancelled(lesson_cancelled::LessonCancelled),
    Completed(lesson_completed::LessonCompleted),
    Registered(person_registered::PersonRegistered),
    Merged(person_merged::PersonMerged),
    Provisioned(tenant_provisioned::TenantProvisioned),
}

#[derive(EventUnion)]
enum OfScheduling {
    Paid(order_paid::OrderPaid),
    Refunded(refund_issued::RefundIssued),
    Available(coach_availability_changed::CoachAvailabilityChanged),
    Certified(coach_certified::CoachCertified),
}

#[subscribe(
    credit_locked,
    credit_released,
    credit_debited,
    lesson_scheduled,
    lesson_rescheduled,
    lesson_cancelled,
    lesson_completed,
    person_registered,
    person_merged,
    tenant_provisioned
)]
async fn coach(
    event: EventEnvelope<OfCoaching>,
    State(handled): State<Handled>,
) -> Result<(), HandlerError> {
    handled.add(&event);
    Ok(())
}

#[subscribe(order_paid, refund_issued, coach_availability_changed, coach_certified)]
async fn schedule(
    event: EventEnvelope<OfScheduling>,
    State(handled): State<Handled>,
) -> Result<(), HandlerError> {
    handled.add(&event);
    Ok(())
}

#[subscribe(lead_captured)]
async fn identify(
    event: EventEnvelope<lead_captured::LeadCaptured>,
    State(handled): State<Handled>,
) -> Result<(), HandlerError> {
    handled.add(&event);
    Ok(())
}

/// A sample of the corpus that is about as large for each version, and different for each.
fn sample(versions: &[Version]) -> Vec<(&Version, Hostile)> {
    const OF_EACH: usize = 40;
    let corpus = hostile::corpus();
    let mut sample = Vec::new();
    for (offset, version) in versions.iter().enumerate() {
        let of_version = corpus.iter().filter(|it| {
            it.event_type == version.event_type && it.schema_version == version.schema_version
        });
        let of_version: Vec<_> = of_version.collect();
        let step = of_version.len() / OF_EACH;
        let some = of_version.into_iter().skip(offset % step).step_by(step);
        sample.extend(some.map(|hostile| (version, hostile.clone())));
    }
    sample
}

/// What `dispatcher_publish` returns: the id, or the text of the error.
async fn publish_in_sql(world: &World, version: &Version, text: &str) -> Result<String, String> {
    let producer = REGISTRY
        .event(version.event_type)
        .expect("it is there")
        .producer;
    let call =
        "SELECT event_id FROM dispatcher_publish($1, $2::text::json, $3, $4, schema_version => $5)";
    sqlx::query_scalar(call)
        .bind(version.event_type)
        .bind(text)
        .bind(TENANT)
        .bind(producer)
        .bind(i32::try_from(version.schema_version).expect("it is small"))
        .fetch_one(&world.pool)
        .await
        .map_err(|error| error.to_string())
}

async fn consume(world: &World) -> TestResult<BTreeSet<String>> {
    async fn until_caught_up<D: Domain>(
        builder: dispatcher_runtime::ConsumerBuilder<D, Handled>,
    ) -> TestResult {
        let consumer = builder.start().await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;
        Ok(())
    }
    let handled = Handled::default();
    let pool = || world.pool.clone();
    let coaching = Consumer::<Coaching>::builder(pool()).state(handled.clone());
    until_caught_up(coaching.subscribe(coach)).await?;
    let scheduling = Consumer::<Scheduling>::builder(pool()).state(handled.clone());
    until_caught_up(scheduling.subscribe(schedule)).await?;
    let identity = Consumer::<Identity>::builder(pool()).state(handled.clone());
    until_caught_up(identity.subscribe(identify)).await?;
    let handled = handled.0.lock().expect("no handler panics");
    Ok(handled.clone())
}

#[tokio::test]
async fn what_sql_lets_into_the_log_is_handled_or_a_dead_letter_as_the_types_judge_it() -> TestResult
{
    let world = World::new().await?;
    let versions = versions();
    let mut expected = BTreeMap::new();
    let mut refused = 0;
    for (version, hostile) in sample(&versions) {
        let is_accepted = (version.read)(&hostile.text).is_ok();
        match publish_in_sql(&world, version, &hostile.text).await {
            Ok(id) => drop(expected.insert(id, (is_accepted, hostile.name))),
            Err(error) => {
                assert!(
                    !is_accepted,
                    "SQL refuses what Rust accepts: {}: {error}",
                    hostile.name
                );
                assert!(error.len() < 1024, "{}", error.len());
                refused += 1;
            }
        }
    }
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        i64::try_from(expected.len())?,
        "what was refused left nothing"
    );
    let handled = consume(&world).await?;
    let mut filter = DeadLetterFilter::default().limit(1000);
    let mut dead = Vec::new();
    loop {
        let page = DeadLetters::new(world.pool.clone()).list(&filter).await?;
        dead.extend(page.dead_letters);
        match page.next {
            Some(next) => filter = DeadLetterFilter::default().limit(1000).next(next),
            None => break,
        }
    }
    let dead: BTreeMap<_, _> = dead.iter().map(|it| (it.event_id.as_str(), it)).collect();
    for (id, (is_accepted, name)) in &expected {
        assert_eq!(handled.contains(id), *is_accepted, "{name}");
        let letter = dead.get(id.as_str());
        assert_eq!(letter.is_none(), *is_accepted, "{name}");
        if let Some(letter) = letter {
            assert_eq!(
                letter.reason,
                DeadLetterReason::Invalid,
                "{name}: {}",
                letter.error
            );
            assert!(
                letter.error.len() <= 17 * 1024,
                "{name}: {}",
                letter.error.len()
            );
        }
    }
    assert!(
        refused > 100 && handled.len() > 20 && dead.len() > 100,
        "{refused} {} {}",
        handled.len(),
        dead.len()
    );
    world.close().await
}

/// The same verdict as that of the types, and nothing is in the log that was refused.
#[tokio::test]
async fn publishing_from_rust_refuses_what_the_types_refuse() -> TestResult {
    let world = World::new().await?;
    let versions = versions();
    let dispatcher = Dispatcher::<Revenue>::builder(world.pool.clone())
        .tenant(TENANT)
        .build()?;
    let (mut accepted, mut refused) = (0, 0);
    for (version, hostile) in sample(&versions) {
        let event = REGISTRY.event(version.event_type).expect("it is there");
        let payload: Option<Value> = serde_json::from_str(&hostile.text).ok();
        let (Some(payload), true) = (payload, event.producer == Revenue::NAME) else {
            continue;
        };
        // A number that the parser changed is another number for both.
        let is_accepted = (version.read)(&payload.to_string()).is_ok();
        let outcome = dispatcher
            .publish_untyped(version.event_type, version.schema_version, payload)
            .await;
        match outcome {
            Ok(_) => {
                assert!(is_accepted, "{}", hostile.name);
                accepted += 1;
            }
            Err(error) => {
                assert!(!is_accepted, "{}: {error}", hostile.name);
                assert!(
                    matches!(error, PublishError::PayloadInvalid { .. }),
                    "{error}"
                );
                assert!(error.to_string().len() <= 17 * 1024);
                refused += 1;
            }
        }
    }
    assert!(accepted > 5 && refused > 50, "{accepted} {refused}");
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        accepted
    );
    world.close().await
}

/// Text that is not UTF-8 does not get into a database whose encoding is UTF-8, however it is sent.
#[tokio::test]
async fn bytes_that_are_not_utf_8_are_refused_by_sql() -> TestResult {
    let world = World::new().await?;
    for bytes in [
        b"\"\xff\"".as_slice(),
        b"\"\xed\xa0\x80\"",
        b"\"\xc0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
    ] {
        let call = "SELECT * FROM dispatcher_publish('credit.locked', convert_from($1, 'UTF8')::json, $2, 'revenue')";
        let sent = sqlx::query(call)
            .bind(bytes)
            .bind(TENANT)
            .execute(&world.pool)
            .await;
        let error = sent.expect_err("it is refused").to_string();
        assert!(error.contains("invalid byte sequence"), "{error}");
    }
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        0
    );
    world.close().await
}

/// Postgres takes any bytes for text there, and gives them to programs that take them for UTF-8.
#[tokio::test]
async fn a_database_without_an_encoding_is_refused() -> TestResult {
    let world = World::new().await?;
    let name = format!("{}_bytes", world.database.name());
    let create = format!(
        "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(create))
        .execute(&world.pool)
        .await?;
    let options = world.database.options().clone().database(&name);
    let pool = sqlx::PgPool::connect_with(options).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let insert = "SELECT dispatcher_publish('credit.locked',
        ('{\"a\": \"' || convert_from('\\xff', 'SQL_ASCII') || '\"}')::json, 'tnt_swim_north', 'revenue')";
    sqlx::raw_sql(insert).execute(&pool).await?;
    let handled = Handled::default();
    let started = Consumer::<Coaching>::builder(pool.clone())
        .state(handled)
        .subscribe(coach)
        .start()
        .await;
    // It started, and read the same row without end.
    let error = started.err().ok_or("it is refused")?.to_string();
    assert!(error.contains("server_encoding"), "{error}");
    pool.close().await;
    let drop = format!("DROP DATABASE {name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(drop))
        .execute(&world.pool)
        .await?;
    world.close().await
}

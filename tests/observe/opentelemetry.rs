//! OpenTelemetry: the metrics of the adapter, and one trace from publish to handle.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatcher_runtime::observe::OpenTelemetryObserver;
use dispatcher_runtime::{EventEnvelope, EventId};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::SpanData;
use tracing::Instrument;

use crate::support::{FAILS_ONCE, HOPELESS, PUBLISHES, Recorder, SPANS, World};

#[tokio::test]
async fn an_export_while_events_flow_holds_every_metric_with_its_labels() -> TestResult {
    let world = World::new().await?;
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(exporter.clone()).build())
        .build();
    let meter = provider.meter("dispatcher");
    let told = Recorder::new();
    let consumer = || {
        world
            .coaching()
            .observer(OpenTelemetryObserver::new(&meter))
            .observer(Arc::clone(&told))
    };
    let revenue = world.revenue();
    let revenue = revenue.observer(OpenTelemetryObserver::new(&meter));
    let revenue = revenue.build()?;
    let mut running = consumer().start().await?;
    for credits in [1, 2, FAILS_ONCE, HOPELESS] {
        revenue.publish(lock(credits, credits)).await?;
    }
    told.ended(4).await?;
    running.stop().await;
    sqlx::query("DELETE FROM dispatcher_cursor")
        .execute(&world.pool)
        .await?;
    running = consumer().start().await?;
    revenue.publish(lock(9, 3)).await?;
    // The other events were handled before, and one of them is already a dead letter.
    told.ended(1).await?;
    world.publish_newer_version().await?;
    told.ended(1).await?;
    let last = told.take().pop();
    assert_eq!(
        last.as_deref(),
        Some("credit.locked coaching waits for version 99")
    );

    provider.force_flush()?;
    let exported = exporter.get_finished_metrics()?;
    let points = points(exported.last().expect("something was exported"));
    let by = "consumer=coaching event_type=credit.locked";
    let on = "subscription=hold_slot";
    for (point, count) in [
        (
            "dispatcher.publish.count event_type=credit.locked outcome=published".to_owned(),
            5,
        ),
        (
            format!("dispatcher.consume.count {by} outcome=handled {on}"),
            4,
        ),
        (
            format!("dispatcher.consume.count {by} outcome=retried {on}"),
            1,
        ),
        (
            format!("dispatcher.consume.count {by} outcome=dead_lettered {on}"),
            1,
        ),
        (
            format!("dispatcher.dedup_hit.count {by} outcome=skipped {on}"),
            4,
        ),
        (
            format!("dispatcher.dead_letter.count {by} outcome=permanent {on}"),
            1,
        ),
        (
            format!("dispatcher.awaited_version.count {by} outcome=waits {on}"),
            1,
        ),
        (
            format!("dispatcher.handler_latency_ms {by} outcome=handled {on}"),
            4,
        ),
        (
            format!("dispatcher.end_to_end_latency_ms {by} outcome=handled {on}"),
            4,
        ),
        (
            format!("dispatcher.end_to_end_latency_since_insert_ms {by} outcome=handled {on}"),
            4,
        ),
    ] {
        assert_eq!(points.get(&point), Some(&count), "{point} in {points:#?}");
    }
    running.stop().await;
    world.close().await
}

/// The name and labels of each point, with its count.
fn points(exported: &ResourceMetrics) -> BTreeMap<String, u64> {
    let mut points = BTreeMap::new();
    let metrics = exported
        .scope_metrics()
        .flat_map(|scope| scope.metrics())
        .collect::<Vec<_>>();
    for metric in metrics {
        let mut put = |labels: Vec<String>, count| {
            let mut labels = labels;
            labels.sort();
            points.insert(format!("{} {}", metric.name(), labels.join(" ")), count);
        };
        let label = |label: &opentelemetry::KeyValue| format!("{}={}", label.key, label.value);
        match metric.data() {
            AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
                .data_points()
                .for_each(|point| put(point.attributes().map(label).collect(), point.value())),
            AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
                .data_points()
                .for_each(|point| put(point.attributes().map(label).collect(), point.count())),
            other => panic!("{} is {other:?}", metric.name()),
        }
    }
    points
}

/// The spans of that name that belong to the event, in the order in which they ended.
fn spans(name: &str, event_id: &EventId) -> TestResult<Vec<SpanData>> {
    let mut spans = SPANS.get_finished_spans()?;
    let id = Some(event_id.as_str());
    spans.retain(|span| {
        span.name == name && attribute(span, "messaging.message.id").as_deref() == id
    });
    Ok(spans)
}

fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|it| it.key.as_str() == key)?;
    Some(found.value.to_string())
}

#[tokio::test]
async fn one_trace_spans_publish_and_every_handle() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching().start().await?;
    let revenue = world.revenue().build()?;
    let published = revenue
        .publish(lock(1, FAILS_ONCE))
        .correlation_id("booking-7")
        .into_future()
        .instrument(tracing::info_span!("book lesson"))
        .await?;
    let id = published.event_id;
    consumer.wait_caught_up().await?;
    consumer.stop().await;

    let (publish, handle) = (
        spans("publish credit.locked", &id)?,
        spans("handle credit.locked", &id)?,
    );
    assert_eq!((publish.len(), handle.len()), (1, 2), "it is tried twice");
    let publish = &publish[0];
    let producer = &publish.span_context;
    let finished = SPANS.get_finished_spans()?;
    let find = |found: &dyn Fn(&SpanData) -> bool| finished.iter().find(|span| found(span));
    let root = find(&|span| span.span_context.span_id() == publish.parent_span_id);
    let root = root.expect("the caller's span is its parent");
    assert_eq!(root.name, "book lesson");
    assert_eq!(root.span_context.trace_id(), producer.trace_id());
    for handle in &handle {
        assert_eq!(handle.span_context.trace_id(), producer.trace_id());
        assert_eq!(handle.parent_span_id, producer.span_id());
        assert!(handle.parent_span_is_remote);
        assert!(is_linked(handle, publish));
    }
    let receive = find(&|span| span.name == "receive credit.locked" && is_linked(span, publish));
    let receive = receive.expect("the read is linked to what it read");

    assert_eq!(publish.span_kind, SpanKind::Producer);
    assert_eq!(receive.span_kind, SpanKind::Client);
    assert_eq!(handle[0].span_kind, SpanKind::Consumer);
    assert!(matches!(handle[0].status, Status::Error { .. }));
    assert_eq!(
        attribute(&handle[0], "error.type").as_deref(),
        Some("retry")
    );
    assert_eq!(handle[1].status, Status::Unset);
    for (span, key, value) in [
        (publish, "messaging.system", "dispatcher"),
        (publish, "messaging.operation.name", "publish"),
        (publish, "messaging.operation.type", "send"),
        (publish, "messaging.destination.name", "credit.locked"),
        (receive, "messaging.operation.type", "receive"),
        (receive, "messaging.batch.message_count", "1"),
        (&handle[1], "messaging.operation.type", "process"),
        (&handle[1], "messaging.destination.name", "credit.locked"),
        (&handle[1], "messaging.consumer.group.name", "coaching"),
        (
            &handle[1],
            "messaging.destination.subscription.name",
            "hold_slot",
        ),
        (&handle[1], "messaging.message.conversation_id", "booking-7"),
        (&handle[1], "dispatcher.attempt", "2"),
    ] {
        assert_eq!(attribute(span, key).as_deref(), Some(value), "{key}");
    }
    // tracing-opentelemetry exports a number that is unsigned as text.
    for (span, key, number) in [
        (receive, "messaging.batch.message_count", 1),
        (&handle[1], "dispatcher.attempt", 2),
    ] {
        let found = span.attributes.iter().find(|it| it.key.as_str() == key);
        let value = found.map(|it| &it.value);
        assert_eq!(value, Some(&opentelemetry::Value::I64(number)), "{key}");
    }
    world.close().await
}

#[tokio::test]
async fn a_trace_context_that_is_given_goes_on_unchanged() -> TestResult {
    let world = World::new().await?;
    let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let revenue = world.revenue().build()?;
    let publish = revenue.publish(lock(1, 1)).traceparent(given);
    let id = publish.await?.event_id;
    let stored: String = sqlx::query_scalar("SELECT traceparent FROM dispatcher_event")
        .fetch_one(&world.pool)
        .await?;
    assert_eq!(stored, given);
    let consumer = world.coaching().start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    for name in ["publish credit.locked", "handle credit.locked"] {
        let spans = spans(name, &id)?;
        let trace = spans[0].span_context.trace_id().to_string();
        assert_eq!(trace, "4bf92f3577b34da6a3ce929d0e0e4736", "{name}");
        assert_eq!(spans[0].parent_span_id.to_string(), "00f067aa0ba902b7");
    }
    world.close().await
}

/// The new event has a span of its own: what handles it hangs off that, and not off the first publish.
#[tokio::test]
async fn an_event_that_another_caused_is_published_in_its_trace_by_a_span_of_its_own() -> TestResult
{
    let world = World::new().await?;
    let revenue = world.revenue().build()?;
    let mut cause = EventEnvelope::new(TENANT.parse()?, lock(1, 1));
    cause.traceparent = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
    // Whatever span is current: the caller has named the cause.
    let published = revenue
        .publish(lock(1, 2))
        .caused_by(&cause)
        .into_future()
        .instrument(tracing::info_span!("nightly job"))
        .await?;
    let id = published.event_id;
    let consumer = world.coaching().start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let publish = &spans("publish credit.locked", &id)?[0];
    let handle = &spans("handle credit.locked", &id)?[0];
    assert_eq!(publish.parent_span_id.to_string(), "00f067aa0ba902b7");
    for span in [publish, handle] {
        let trace = span.span_context.trace_id().to_string();
        assert_eq!(trace, "4bf92f3577b34da6a3ce929d0e0e4736");
    }
    assert_eq!(handle.parent_span_id, publish.span_context.span_id());
    assert!(is_linked(handle, publish));
    world.close().await
}

/// Without `caused_by`: the handler's own span is the parent.
#[tokio::test]
async fn what_a_handler_publishes_is_a_child_of_its_handle_span() -> TestResult {
    let world = World::new().await?;
    let revenue = world.revenue().build()?;
    let locked = revenue.publish(lock(1, PUBLISHES)).await?.event_id;
    let consumer = world.publishing(revenue).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let follows: String = sqlx::query_scalar(
        "SELECT event_id FROM dispatcher_event WHERE event_type = 'credit.released'",
    )
    .fetch_one(&world.pool)
    .await?;
    let first = &spans("publish credit.locked", &locked)?[0];
    let handle = &spans("handle credit.locked", &locked)?[0];
    let second = &spans("publish credit.released", &follows.parse()?)?[0];
    assert_eq!(handle.parent_span_id, first.span_context.span_id());
    assert_eq!(second.parent_span_id, handle.span_context.span_id());
    assert_eq!(
        second.span_context.trace_id(),
        first.span_context.trace_id()
    );
    let stored: String = sqlx::query_scalar(
        "SELECT traceparent FROM dispatcher_event WHERE event_type = 'credit.released'",
    )
    .fetch_one(&world.pool)
    .await?;
    assert!(stored.contains(&second.span_context.span_id().to_string()));
    world.close().await
}

/// The contract's version 00 is what is stored; a span follows it all the same.
#[tokio::test]
async fn a_trace_context_of_a_higher_version_is_followed_by_its_prefix() -> TestResult {
    let world = World::new().await?;
    let revenue = world.revenue().build()?;
    let id = revenue.publish(lock(1, 1)).await?.event_id;
    let higher = "UPDATE dispatcher_event \
                  SET traceparent = '01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more'";
    sqlx::query(higher).execute(&world.pool).await?;
    let consumer = world.coaching().start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let handle = &spans("handle credit.locked", &id)?[0];
    assert_eq!(handle.parent_span_id.to_string(), "00f067aa0ba902b7");
    world.close().await
}

#[tokio::test]
async fn a_malformed_trace_context_of_another_program_stops_nothing() -> TestResult {
    let world = World::new().await?;
    let revenue = world.revenue().build()?;
    let id = revenue.publish(lock(1, 1)).await?.event_id;
    let malformed = "UPDATE dispatcher_event SET traceparent = '00-zz'";
    sqlx::query(malformed).execute(&world.pool).await?;
    let consumer = world.coaching().start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let handle = spans("handle credit.locked", &id)?;
    assert_eq!((handle.len(), handle[0].links.len()), (1, 0));
    world.close().await
}

fn is_linked(span: &SpanData, to: &SpanData) -> bool {
    span.links
        .iter()
        .any(|link| link.span_context.span_id() == to.span_context.span_id())
}

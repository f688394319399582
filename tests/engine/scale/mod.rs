//! What operators list at 10,000,000 events and 100,000 open dead letters: how the server executes each statement.
//!
//! The calls are those of the routes and the command, and the plans are those of the statements that they really send: the
//! server writes each one with its plan and its time into its log, which is read here. A statement that scans the log fails
//! the test. Times are printed and not asserted.
//!
//! It takes some minutes and 6 GB of disk, so it is run by name: CONTRIBUTING.md, "Plans at scale".

mod fill;
mod report;

use std::time::Duration;

use dispatcher_runtime::time::{self, OffsetDateTime};
use dispatcher_runtime::{
    DeadLetterFilter, DeadLetterReason, DeadLetterState, EventFilter, Operator,
};
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::{Cluster, Settings};
use sqlx::postgres::PgPoolOptions;

use report::Report;

/// How many events, unless `DISPATCHER_SCALE` says so.
const EVENTS: i64 = 10_000_000;

/// How often each call is made: Postgres plans a statement for its values five times, and then may keep a plan.
const ROUNDS: usize = 7;

#[tokio::test]
#[ignore = "makes 10,000,000 events"]
async fn no_statement_of_an_operator_scans_the_log() -> TestResult {
    let events = match std::env::var("DISPATCHER_SCALE") {
        Ok(events) => events.parse()?,
        Err(_) => EVENTS,
    };
    let settings = Settings::default()
        .set("shared_buffers", "1GB")
        .set("max_wal_size", "4GB")
        .set("wal_level", "minimal")
        .set("max_wal_senders", "0");
    let cluster = Cluster::start_with(settings).await?;
    let database = cluster.server().create_database().await?;
    let pool = database.pool(4).await?;
    dispatcher_runtime::migrate(&pool).await?;
    fill::fill(&pool, events).await?;
    pool.close().await;
    let explained = [
        ("session_preload_libraries", "auto_explain"),
        ("auto_explain.log_min_duration", "0"),
        ("auto_explain.log_analyze", "on"),
        ("auto_explain.log_timing", "off"),
        ("auto_explain.log_format", "text"),
    ];
    let options = database.options().clone().options(explained);
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let mut report = Report::new(cluster.folder().join("log"));
    measure(&Operator::new(pool.clone()), events, &mut report).await?;
    pool.close().await;
    println!("{report}");
    let scans = report.scans();
    assert!(scans.is_empty(), "{}", scans.join("\n\n"));
    Ok(())
}

/// Makes a call some times, and has the report read what the server did.
macro_rules! calls {
    ($report:ident: $($name:literal => $call:expr;)+) => {$(
        for _ in 0..ROUNDS {
            $report.begin()?;
            $call.await?;
            $report.end($name)?;
        }
    )+};
}

async fn measure(operator: &Operator, events: i64, report: &mut Report) -> TestResult {
    let found = operator.events();
    let any = || EventFilter::default().look_for(Duration::ZERO);
    let middle = fill::inserted_at(events / 2);
    let id = fill::event_id(events / 2);
    calls! { report:
        "one event by its id" => found.get(&id);
        "events: the newest" => found.search(&any());
        "events: of a type" => found.search(&any().event_type("type.3"));
        "events: of a rare subject, a window" => found.search(&any().subject("per_rare"));
        "events: of a tenant" => found.search(&any().tenant("tnt_7".parse()?));
        "events: at a time" => found.search(&any().to(middle).from(middle - time::Duration::hours(1)));
        "causes and effects of an event, a window" => found.causation(&id, Duration::ZERO);
        "causes and effects of an event, a second" => found.causation(&id, Duration::from_secs(1));
        "events: tail" => found.tail(Some((events - 1000).into()), &any());
        "audit" => operator.audit().list(50, None);
        "overview" => operator.overview();
        "subscriptions" => operator.subscriptions().list(None);
        "one subscription" => operator.subscriptions().get("coaching", "slot_1");
        "redrives" => operator.redrives().list(50, None);
    }
    let token = operator.audit().list(50, None).await?.next;
    let letters = operator.dead_letters();
    let all = DeadLetterFilter::default;
    let page = letters.list(&all()).await?;
    let next = page.next.ok_or("one page of dead letters")?;
    let letter = &page.dead_letters[0].dead_letter_id;
    let groups = letters.groups(&all()).await?;
    let group = groups.first().ok_or("no groups")?.group.clone();
    let day = OffsetDateTime::now_utc() - time::Duration::days(1);
    calls! { report:
        "audit: a later page" => operator.audit().list(50, token.as_deref());
        "dead letters: open" => letters.list(&all());
        "dead letters: a later page" => letters.list(&all().next(&next));
        "dead letters: all" => letters.list(&all().include_resolved(true));
        "dead letters: resolved" => letters.list(&all().state(DeadLetterState::Resolved));
        "dead letters: of a consumer" => letters.list(&all().consumer("growth"));
        "dead letters: of a subscription" => letters.list(&all().consumer("coaching").subscription("slot_1"));
        "dead letters: of a type" => letters.list(&all().event_type("type.3"));
        "dead letters: of a rare type" => letters.list(&all().event_type("type.none"));
        "dead letters: of a reason" => letters.list(&all().reason(DeadLetterReason::Crashed));
        "dead letters: of a group" => letters.list(&all().group(&group));
        "dead letters: of a subject" => letters.list(&all().subject("per_77"));
        "dead letters: of a tenant" => letters.list(&all().tenants(["tnt_7".parse()?]));
        "dead letters: of a time" => letters.list(&all().from(day));
        "dead letters: number" => letters.count(&all());
        "dead letters: number of a type" => letters.count(&all().event_type("type.3"));
        "dead letters: one" => letters.get(letter);
        "groups" => letters.groups(&all());
        "groups of a consumer" => letters.groups(&all().consumer("growth"));
        "preview of a group" => operator.redrives().preview(&all().group(&group), None);
    }
    Ok(())
}

//! The plans of the statements that run all the time: none may cost more as more is kept.
//!
//! Each is planned as the server plans it at first, for its parameters, and after a few executions,
//! for any parameters, over tables that have grown. A scan of a whole table, or a sort of the log,
//! fails the test and shows the plan.

use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::{AssertSqlSafe, Executor, Row};

use crate::shadows::filled_in;
use crate::support::{Script, World, hold_slot};

/// A statement of the runtime, the types of its parameters, and values for them.
struct Planned {
    name: &'static str,
    text: &'static str,
    types: &'static str,
    values: &'static str,
}

macro_rules! planned {
    ($($name:literal ($types:literal) = $values:literal;)+) => {
        &[$(Planned {
            name: $name,
            text: include_str!(concat!("../../dispatcher-runtime/src/postgres/sql/", $name, ".sql")),
            types: $types,
            values: $values,
        }),+]
    };
}

const STATEMENTS: &[Planned] = planned! {
    "read_lease" ("text, text, integer, bigint, timestamptz, boolean") = "'coaching', 'hold_slot', 0, 1, now(), true";
    "read_events" ("text[], bigint, bigint, bigint, integer, integer, bigint, text[], bigint, bigint") = "'{credit.locked}', 10000, 20000, 50, 1, 0, 8388608, NULL, 1048576, 536870912";
    "read_events_at" ("bigint[], bigint, bigint, bigint") = "'{1,2,3}', 8388608, 1048576, 536870912";
    "read_outbound_end" ("bigint, bigint") = "10000, 20000";
    "read_outbound" ("bigint, bigint, bigint, bigint, bigint") = "10000, 20000, 1000, 4194304, 1048576";
    "record_relayed" ("text, bigint, text, text, bigint, bigint, bigint, text") = "'north', 1, '$relay', 'then', 1, 1, 1, 'evt_a'";
    "record_mirrored" ("text, bigint, bigint, float8, text, bigint, bigint, text, bigint, timestamptz") = "'north', 1, 0, 10, 'then', 1, 1, 'evt_a', 0, now()";
    "list_transfers" ("text, text") = "NULL, NULL";
    "hold_transfer" ("text, bigint") = "'north', 1";
    "read_last_event" ("bigint") = "20000";
    "read_ends" ("") = "";
    "read_marks" ("text, text, bigint[], text[], text[], bigint") = "'coaching', 'hold_slot', '{1}', '{evt_a}', '{per_a}', 20000";
    "read_due_retries" ("text, text, timestamptz, bigint, integer, integer") = "'coaching', 'hold_slot', now(), 50, 1, 0";
    "read_followers" ("text, text, text[], bigint[], bigint") = "'coaching', 'hold_slot', '{per_a}', '{1}', 50";
    "next_retry" ("text, text, integer, integer") = "'coaching', 'hold_slot', 1, 0";
    "list_awaited" ("text, text, bigint") = "'coaching', 'hold_slot', 100";
    "release_awaited" ("text, text, integer, bigint, text, integer, bigint, timestamptz, integer") = "'coaching', 'hold_slot', 0, 1, 'credit.locked', 2, 1000, now(), 1";
    "release_followers" ("text, text, timestamptz, text[]") = "'coaching', 'hold_slot', now(), '{per_a}'";
    "remove_retries" ("text, text, bigint[]") = "'coaching', 'hold_slot', '{1}'";
    "confirm_lease" ("text, text, integer, bigint, bigint, bigint, timestamptz, float8, bigint, text, timestamptz, timestamptz, text[]") = "'coaching', 'hold_slot', 0, 1, 1, 2, now(), 30, NULL, NULL, NULL, now(), '{evt_new}'";
    "confirm_delivery" ("text, text, integer, bigint, bigint, bigint, timestamptz, float8, bigint, text, timestamptz, timestamptz, text") = "'coaching', 'hold_slot', 0, 1, 1, 2, now(), 30, NULL, NULL, NULL, now(), 'evt_new'";
    "confirm_lane" ("text, text, integer, bigint, timestamptz, text[], boolean") = "'coaching', 'hold_slot', 0, 1, now(), '{evt_new}', false";
    "get_dead_letter" ("text, text[]") = "'dlq_a', NULL";
    "list_active" ("bigint, timestamptz, text, bigint, integer") = "50, now(), 'dlq_5', 1048576, 1000";
    "list_active_of" ("bigint, timestamptz, text, bigint, integer, text") = "50, now(), 'dlq_5', 1048576, 1000, 'coaching'";
    "list_active_within" ("bigint, timestamptz, text, bigint, integer, text[]") = "50, now(), 'dlq_5', 1048576, 1000, '{tnt_a}'";
    "list_active_of_within" ("bigint, timestamptz, text, bigint, integer, text, text[]") = "50, NULL, NULL, 1048576, 1000, 'coaching', '{tnt_a}'";
    "list_all" ("bigint, timestamptz, text, bigint, integer") = "50, now(), 'dlq_5', 1048576, 1000";
    "list_all_of" ("bigint, timestamptz, text, bigint, integer, text") = "50, now(), 'dlq_5', 1048576, 1000, 'coaching'";
    "list_all_within" ("bigint, timestamptz, text, bigint, integer, text[]") = "50, now(), 'dlq_5', 1048576, 1000, '{tnt_a}'";
    "list_all_of_within" ("bigint, timestamptz, text, bigint, integer, text, text[]") = "50, NULL, NULL, 1048576, 1000, 'coaching', '{tnt_a}'";
    "read_groups" ("bigint, text, text, text, text, text, text, bigint, integer") = "101, NULL, NULL, NULL, NULL, NULL, NULL, 50, 1000";
    "hand_over" ("text, text, integer, bigint, bigint, integer, boolean, timestamptz") = "'coaching', 'hold_slot', 0, 1, 50, 1, true, now()";
    "read_redriven" ("text[], text[], bigint") = "'{dlq_1}', '{dlq_1}', 8388608";
    "settle_redriven" ("text, text, text[], text[], text[], text[], text[], integer[], text[], text[], text[], boolean[], integer[]") = "'coaching', 'hold_slot', '{rdr_a}', '{dlq_1}', '{handled}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{rdr_a}', '{true}', '{0}'";
    "sweep_redrives" ("timestamptz, bigint") = "now() - interval '1 year', 5000";
    "sweep_events" ("timestamptz, bigint, bigint") = "now() - interval '1 year', 20000, 5000";
    "is_held" ("timestamptz, bigint") = "now() - interval '1 year', 10000";
    "sweep_handled" ("timestamptz, bigint") = "now() - interval '1 year', 5000";
    "sweep_dead_letters" ("timestamptz, bigint") = "now() - interval '1 year', 5000";
    "find_position" ("timestamptz, bigint") = "now() - interval '1 year', 20000";
    "read_next_event" ("bigint") = "10000";
    "count_lag" ("bigint, bigint, text[], text[], bigint[], bigint") = "0, 20000, '{credit.released}', NULL, '{10,20}', 10001";
    "list_subscriptions" ("text, text") = "NULL, NULL";
    "list_partitions" ("text, text") = "'coaching', 'hold_slot'";
    "list_failing" ("text, text") = "'coaching', 'hold_slot'";
    "list_held_subjects" ("text, text, bigint") = "'coaching', 'hold_slot', 100";
    "list_samples" ("text, text") = "'coaching', 'hold_slot'";
    "list_recent_samples" ("") = "";
    "list_group_hours" ("text[], bigint") = "'{c4ca4238a0b92382,c81e728d9d4c2f63}', 101";
    "count_open_letters" ("") = "";
    "count_handled" ("text, text, text[]") = "'coaching', 'hold_slot', '{evt_1,evt_2}'";
    "count_reread" ("text, text, bigint[], text[]") = "'coaching', 'hold_slot', '{1,2}', '{evt_1,evt_2}'";
    "resolve_reread" ("text, text, bigint[], text[], text, text, text") = "'coaching', 'hold_slot', '{1,2}', '{evt_1,evt_2}', NULL, NULL, NULL";
    "sweep_samples" ("") = "";
    "read_sampled" ("text") = "'coaching'";
    "search_events" ("bigint, bigint, text, text, text[], timestamptz, timestamptz, bigint") = "0, 20000, 'credit.locked', 'per_1', '{tnt_a}', now() - interval '1 year', now(), 50";
    "search_effects" ("bigint, bigint, text[], text, text[], bigint") = "0, 20000, '{evt_1,evt_2}', 'cor_1', '{tnt_a}', 201";
    "tail_events" ("bigint, bigint, text, text, text[], timestamptz, timestamptz, bigint") = "19000, 20000, 'credit.locked', NULL, NULL, NULL, NULL, 50";
    "find_event" ("text, text[]") = "'evt_1', NULL";
    "list_deliveries" ("text, bigint, text, text, text, boolean, text[]") = "'evt_1', 1, 'credit.locked', 'per_1', 'tnt_a', false, NULL";
    "list_audit" ("timestamptz, text, bigint") = "NULL, NULL, 51";
    "examine_event_types" ("") = "";
    "read_event_ids" ("bigint, bigint, bigint") = "10000, 20000, 1000";
};

/// What counts or reads all rows of a subscription, for which a scan of a small table may be right: an index serves them.
const OF_A_SUBSCRIPTION: [&str; 6] = [
    "list_subscriptions",
    "list_failing",
    "list_held_subjects",
    "list_recent_samples",
    "count_open_letters",
    "read_sampled",
];

/// Tables that grow with the amount of kept data.
const KEPT: [&str; 6] = [
    "dispatcher_event",
    "dispatcher_dedup",
    "dispatcher_retry",
    "dispatcher_dead_letter",
    "dispatcher_sample",
    "dispatcher_redrive_item",
];

async fn grown() -> TestResult<World> {
    let world = World::new().await?;
    world.revenue().publish(lock(1, 1)).await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, payload)
             SELECT 'evt_' || n, 'credit.locked', 1, now(), 'tnt_a', 'revenue', 'per_' || n % 1000, 'system:a', '{}'
               FROM generate_series(1, 20000) AS n;
             INSERT INTO dispatcher_dedup (consumer, subscription, event_id, handled_at)
             SELECT 'coaching', 'hold_slot', 'evt_' || n, now() FROM generate_series(1, 20000) AS n;
             INSERT INTO dispatcher_retry (consumer, subscription, position, log_position, event_id, subject, attempts, due_at, failures)
             SELECT 'coaching', 'hold_slot', position, position, event_id, subject, 0, CASE WHEN position % 10 = 0 THEN now() END, '[]'
               FROM dispatcher_event WHERE position > 1 ORDER BY position LIMIT 15000;
             UPDATE dispatcher_retry SET awaited_event_type = 'credit.locked', awaited_version = 2 + position % 7
              WHERE due_at IS NULL AND position % 3 = 0;
             INSERT INTO dispatcher_dead_letter (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, tenant_id, envelope, reason, error, attempts, failures, created_at, resolved_at, resolved_by, fingerprint)
             SELECT 'dlq_' || n, CASE WHEN n % 3 = 0 THEN 'growth' ELSE 'coaching' END, 'hold_slot', n, 'evt_' || n, 'credit.locked', 1, 'tnt_' || n % 1000, '{}', 'permanent', 'no', 1, '[]', now(),
                    CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 2 = 0 THEN 'mia' END, left(md5((n % 120)::text), 16)
               FROM generate_series(1, 20000) AS n;
             UPDATE dispatcher_retry SET dead_letter_id = 'dlq_1'
              WHERE due_at IS NULL AND awaited_version IS NULL AND position % 100 = 1;
             INSERT INTO dispatcher_sample (consumer, subscription, sampled_at, position, lag_at_least, waiting, open_dead_letters)
             SELECT 'coaching', 'slot_' || s, now() - n * interval '1 minute', n, false, 0, 0
               FROM generate_series(1, 1440) AS n, generate_series(1, 20) AS s;
             INSERT INTO dispatcher_redrive (redrive_id, started_by, selection, per_second, total, queued, waiting, handled, failed, left_out)
             VALUES ('rdr_a', 'mia', 'all', 50, 20000, 20000, 0, 0, 0, 0);
             INSERT INTO dispatcher_redrive_item (redrive_id, dead_letter_id, consumer, subscription, position, event_id, subject)
             SELECT 'rdr_a', 'dlq_' || n, 'coaching', 'hold_slot', n, 'evt_' || n, 'per_' || n % 1000 FROM generate_series(1, 20000) AS n",
        )
        .await?;
    // On its own: it cannot run in a transaction.
    world
        .pool
        .execute("VACUUM ANALYZE dispatcher_event, dispatcher_dedup, dispatcher_retry, dispatcher_dead_letter, dispatcher_sample, dispatcher_redrive, dispatcher_redrive_item")
        .await?;
    Ok(world)
}

#[tokio::test]
async fn nothing_that_runs_all_the_time_scans_or_sorts_what_is_kept() -> TestResult {
    let world = grown().await?;
    // Of a few thousand dead letters the server rightly sorts a page: so it sees a million, which are not there.
    world
        .pool
        .execute(
            "ALTER TABLE dispatcher_dead_letter SET (autovacuum_enabled = off);
             UPDATE pg_class SET reltuples = reltuples * 50 WHERE relname LIKE 'dispatcher\\_dead\\_letter%'",
        )
        .await?;
    let mut faults = Vec::new();
    for mode in ["force_generic_plan", "force_custom_plan"] {
        faults.extend(faults_of_plans(&world, mode).await?);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    world.close().await
}

async fn faults_of_plans(world: &World, mode: &str) -> TestResult<Vec<String>> {
    let mut connection = world.pool.acquire().await?;
    let set = format!("SET plan_cache_mode = {mode}; DEALLOCATE ALL");
    connection.execute(AssertSqlSafe(set)).await?;
    let mut faults = Vec::new();
    for Planned {
        name,
        text,
        types,
        values,
    } in STATEMENTS
    {
        let text = filled_in(text)?;
        let types = match *types {
            "" => String::new(),
            types => format!(" ({types})"),
        };
        let prepare = format!("PREPARE {name}{types} AS {text}");
        connection.execute(AssertSqlSafe(prepare)).await?;
        let values = match *values {
            "" => String::new(),
            values => format!(" ({values})"),
        };
        let scan = if OF_A_SUBSCRIPTION.contains(name) {
            "SET enable_seqscan = off"
        } else {
            "SET enable_seqscan = on"
        };
        connection.execute(scan).await?;
        let explain = AssertSqlSafe(format!("EXPLAIN (COSTS off) EXECUTE {name}{values}"));
        let rows = sqlx::raw_sql(explain).fetch_all(&mut *connection).await?;
        let plan: Vec<String> = rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?;
        let scans = plan.iter().any(|line| {
            let table = line.split("Seq Scan on ").nth(1);
            let table = table.and_then(|rest| rest.split(' ').next());
            table.is_some_and(|table| KEPT.contains(&table))
        });
        // The log comes in order from its index, and so do dead letters; of several tenants, a page of each is merged.
        let merges = usize::from(name.ends_with("_within"));
        let is_page = name.starts_with("list_a");
        let sorts = (name.starts_with("read_event") || *name == "read_outbound" || is_page)
            && plan.iter().filter(|line| line.contains("Sort Key")).count() > merges;
        // The newest of one consumer or tenant may come after a million newer ones of another.
        let filters = is_page
            && plan.iter().any(|line| {
                let is_filter = line.contains("Filter: ");
                is_filter && (line.contains("consumer") || line.contains("tenant_id"))
            });
        if scans || sorts || filters {
            faults.push(format!("{name}, {mode}:\n{}", plan.join("\n")));
        }
    }
    connection.close().await?;
    Ok(faults)
}

/// A statement that runs for every batch or page is planned once for each connection: the planner
/// must not conclude that known values make for a better plan, as it does for a few of many rows.
#[tokio::test]
async fn a_plan_is_kept_however_large_the_log() -> TestResult {
    let world = grown().await?;
    let mut connection = world.pool.acquire().await?;
    for table in KEPT {
        // Autovacuum would count them again.
        let alter = format!("ALTER TABLE {table} SET (autovacuum_enabled = off)");
        connection.execute(AssertSqlSafe(alter)).await?;
    }
    // So the planner sees a hundred million rows that were never inserted.
    connection
        .execute(
            "UPDATE pg_class SET reltuples = reltuples * 5000 WHERE relname LIKE 'dispatcher\\_%'",
        )
        .await?;
    // The next events of a consumer that keeps up: with known values, their plan looks cheap.
    let keeps_up = "'{credit.locked}', 19990, 20000, 50, 1, 0, 8388608, NULL, 1048576, 536870912";
    let mut faults = Vec::new();
    for name in [
        "read_lease",
        "read_events",
        "read_marks",
        "confirm_lease",
        "confirm_lane",
        "list_active",
        "list_active_of",
        "list_all",
        "list_all_of",
    ] {
        let planned = STATEMENTS.iter().find(|it| it.name == name).ok_or(name)?;
        let values = match name {
            "read_events" => keeps_up,
            _ => planned.values,
        };
        let (types, text) = (planned.types, filled_in(planned.text)?);
        let prepare = format!("PREPARE {name} ({types}) AS {text}");
        connection.execute(AssertSqlSafe(prepare)).await?;
        for _ in 0..8 {
            let explain = format!("EXPLAIN (COSTS off) EXECUTE {name} ({values})");
            connection.execute(AssertSqlSafe(explain)).await?;
        }
        let plans = sqlx::query(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = $1",
        );
        let plans = plans.bind(name).fetch_one(&mut *connection).await?;
        let (kept, made): (i64, i64) = (plans.try_get(0)?, plans.try_get(1)?);
        if kept == 0 {
            faults.push(format!("{name} was planned anew {made} times"));
        }
        // Above a cost of a thousand Postgres considers starting processes, above a hundred
        // thousand compiling.
        let explain = format!("EXPLAIN EXECUTE {name} ({values})");
        let plan = sqlx::raw_sql(AssertSqlSafe(explain));
        let plan: String = plan.fetch_one(&mut *connection).await?.try_get(0)?;
        let cost = plan
            .split("..")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        let cost: f64 = cost.ok_or("no cost")?.parse()?;
        if cost > 1000.0 {
            faults.push(format!("{name} seems to cost {cost}"));
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
    drop(connection);
    world.close().await
}

/// Shows that the test can fail.
#[tokio::test]
async fn a_statement_that_scans_the_log_is_noticed() -> TestResult {
    let world = grown().await?;
    let plan: Vec<String> = sqlx::query_scalar(
        "EXPLAIN (COSTS off) SELECT event_id FROM dispatcher_event WHERE subject = 'per_1'",
    )
    .fetch_all(&world.pool)
    .await?;
    assert!(plan[0].contains("Seq Scan on dispatcher_event"), "{plan:?}");
    world.close().await
}

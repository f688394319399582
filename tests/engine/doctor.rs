//! What the doctor finds: each finding is provoked, and gone when what provoked it is.

use std::time::Duration;

use acme_contracts::REGISTRY;
use dispatcher_runtime::{ContractsCatalog, Finding, FindingLevel, Operator};
use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::{Cluster, Server, Shutdown};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};

use crate::support::{Script, World, hold_slot};
use crate::transaction_pooler::Pooler;

use FindingLevel::{Error, Good, Warning};

/// The findings of a topic, or a text that says which there are.
fn of<'a>(findings: &'a [Finding], topic: &str) -> TestResult<Vec<&'a Finding>> {
    let found: Vec<_> = findings.iter().filter(|it| it.topic == topic).collect();
    if found.is_empty() {
        return Err(format!("nothing about {topic}: {findings:#?}").into());
    }
    Ok(found)
}

fn level_of(findings: &[Finding], topic: &str) -> TestResult<FindingLevel> {
    let levels = of(findings, topic)?.into_iter().map(|it| it.level);
    Ok(levels.max().unwrap_or(Good))
}

async fn healthy() -> TestResult<World> {
    let world = World::new().await?;
    ContractsCatalog::new(world.pool.clone())
        .push(&REGISTRY)
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    Ok(world)
}

#[tokio::test]
async fn a_database_in_order_has_no_errors_and_says_what_was_looked_at() -> TestResult {
    let world = healthy().await?;
    let findings = Operator::new(world.pool.clone())
        .registry(&REGISTRY)
        .examine()
        .await;
    let errors: Vec<_> = findings.iter().filter(|it| it.level == Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    for topic in [
        "server version",
        "encoding",
        "standby",
        "clock",
        "autovacuum",
        "track_activities",
        "max_locks_per_transaction",
        "connections",
        "time limits",
        "notifications",
        "pg_read_all_stats",
        "pooler",
        "migrations",
        "trigger dispatcher_event_floor",
        "trigger dispatcher_event_notify",
        "sequence cache",
        "sequence of positions",
        "privileges",
        "tables",
        "transactions",
        "subscriptions",
        "contracts",
    ] {
        assert_eq!(
            level_of(&findings, topic)?,
            Good,
            "{:#?}",
            of(&findings, topic)?
        );
    }
    // A test server does not write through; durability is looked at all the same.
    of(&findings, "fsync")?;
    of(&findings, "synchronous_commit")?;
    for finding in &findings {
        assert_eq!(
            finding.remedy.is_some(),
            finding.level != Good,
            "{finding:?}"
        );
        let text = format!(
            "{} {}",
            finding.text,
            finding.remedy.as_deref().unwrap_or_default()
        );
        assert!(!text.contains("could not be looked at"), "{text}");
    }
    world.close().await
}

/// What breaks a database, the topic under which it is found, how bad it is, part of the text, and what mends it.
const FAULTS: &[(&str, &str, FindingLevel, &str, &str)] = &[
    (
        "ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_floor",
        "trigger dispatcher_event_floor", Error, "would skip events",
        "ALTER TABLE dispatcher_event ENABLE ALWAYS TRIGGER dispatcher_event_floor",
    ),
    (
        "ALTER TABLE dispatcher_event ENABLE TRIGGER dispatcher_event_floor",
        "trigger dispatcher_event_floor", Error, "not ENABLE ALWAYS",
        "ALTER TABLE dispatcher_event ENABLE ALWAYS TRIGGER dispatcher_event_floor",
    ),
    (
        "ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify",
        "trigger dispatcher_event_notify", Warning, "at their next poll",
        "ALTER TABLE dispatcher_event ENABLE TRIGGER dispatcher_event_notify",
    ),
    (
        "ALTER TABLE dispatcher_event ALTER COLUMN position SET CACHE 10",
        "sequence cache", Error, "10: consumers would skip events",
        "ALTER TABLE dispatcher_event ALTER COLUMN position SET CACHE 1",
    ),
    (
        "SELECT setval('dispatcher_event_position_seq', 1, false)",
        "sequence of positions", Error, "the log has an event at 1",
        "SELECT setval('public.dispatcher_event_position_seq', 1)",
    ),
    (
        "SELECT setval('dispatcher_event_position_seq', 200000000000000)",
        "sequence of positions", Warning, "200000000000000 of 281474976710656",
        "SELECT setval('dispatcher_event_position_seq', 1)",
    ),
    (
        "ALTER TABLE dispatcher_retry SET (autovacuum_enabled = off)",
        "tables", Warning, "autovacuum is switched off for dispatcher_retry",
        "ALTER TABLE dispatcher_retry RESET (autovacuum_enabled)",
    ),
    (
        "INSERT INTO dispatcher_reader VALUES ('growth', 'campaigns', 7, now() - interval '2 days')",
        "readers in other databases", Warning, "growth/campaigns has been silent since",
        "DELETE FROM dispatcher_reader",
    ),
    (
        "UPDATE dispatcher_contract_version SET status = 'deprecated' WHERE event_type = 'credit.locked'",
        "contracts", Warning, "credit.locked: the version 1 is active in the program and deprecated in the database",
        "UPDATE dispatcher_contract_version SET status = 'active' WHERE event_type = 'credit.locked'",
    ),
    (
        "INSERT INTO dispatcher_contract (event_type, producer, contract, description, status, newest_version)
         VALUES ('parcel.sent', 'depot', '', '', 'active', 1);
         INSERT INTO dispatcher_contract_version (event_type, schema_version, status, schema_path)
         VALUES ('parcel.sent', 1, 'active', 'nowhere.json')",
        "contracts", Error, "the schema of version 1 of parcel.sent in the database cannot be used",
        "DELETE FROM dispatcher_contract WHERE event_type = 'parcel.sent'",
    ),
    (
        "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
         VALUES ('evt_a', 'credit.lokced', 3, now(), 'tnt_a', 'revenue', 'a', '{}')",
        "contracts", Warning, "1 are of credit.lokced v3, which neither",
        "DELETE FROM dispatcher_event WHERE event_id = 'evt_a'",
    ),
    (
        "DELETE FROM dispatcher_migration WHERE version = (SELECT max(version) FROM dispatcher_migration)",
        "migrations", Error, "1 of this program are not applied",
        "",
    ),
];

#[tokio::test]
async fn each_fault_of_the_tables_is_found_with_what_mends_it() -> TestResult {
    let world = healthy().await?;
    for (fault, topic, level, text, mend) in FAULTS {
        world.pool.execute(*fault).await?;
        // One that has read no contracts yet.
        let operator = Operator::new(world.pool.clone()).registry(&REGISTRY);
        let findings = operator.examine().await;
        let found = of(&findings, topic)?.into_iter();
        let found = found.max_by_key(|it| it.level).ok_or("nothing")?;
        assert_eq!(found.level, *level, "{fault}: {found:?}");
        let texts: Vec<_> = of(&findings, topic)?
            .into_iter()
            .map(|it| &*it.text)
            .collect();
        assert!(
            texts.iter().any(|it| it.contains(text)),
            "{fault}: {texts:?}"
        );
        assert!(found.remedy.is_some());
        if !mend.is_empty() {
            world.pool.execute(*mend).await?;
            let findings = operator.examine().await;
            let is_gone = findings
                .iter()
                .all(|it| it.topic != *topic || it.level == Good);
            assert!(is_gone, "{mend}: {findings:#?}");
        }
    }
    world.close().await
}

#[tokio::test]
async fn a_subscription_that_no_replica_runs_or_that_is_paused_is_found() -> TestResult {
    let world = healthy().await?;
    let running = world
        .coaching(&Script::new([]))
        .subscribe(hold_slot)
        .start()
        .await?;
    running.wait_caught_up().await?;
    let operator = Operator::new(world.pool.clone());
    let findings = operator.examine().await;
    assert_eq!(of(&findings, "subscriptions")?[0].text, "1 run");
    running.stop().await;
    let findings = operator.examine().await;
    assert_eq!(level_of(&findings, "subscriptions")?, Warning);
    let remedy = of(&findings, "subscriptions")?[0].remedy.clone();
    assert!(remedy.is_some_and(|remedy| remedy.contains("coaching/hold_slot")));
    let pause = "UPDATE dispatcher_subscription SET paused_at = now(), paused_by = 'mia'";
    world.pool.execute(pause).await?;
    let findings = operator.examine().await;
    let text = &of(&findings, "subscriptions")?[0].text;
    assert!(text.contains("paused"), "{text}");
    world.close().await
}

/// With these settings in each session.
async fn with_settings(world: &World, settings: &[(&str, &str)]) -> TestResult<PgPool> {
    let options = world.database.options().clone();
    let options = options.options(settings.iter().copied());
    Ok(PgPoolOptions::new()
        .max_connections(2)
        .connect_with(options)
        .await?)
}

#[tokio::test]
async fn settings_that_cost_something_are_found() -> TestResult {
    let world = healthy().await?;
    for (setting, value, topic, text) in [
        (
            "synchronous_commit",
            "off",
            "synchronous_commit",
            "may lose events",
        ),
        (
            "track_activities",
            "off",
            "track_activities",
            "cannot be named",
        ),
        (
            "track_counts",
            "off",
            "track_counts",
            "does not know what to do",
        ),
        (
            "statement_timeout",
            "999",
            "time limits",
            "too short for a batch",
        ),
    ] {
        let pool = with_settings(&world, &[(setting, value)]).await?;
        let findings = Operator::new(pool.clone()).examine().await;
        assert_eq!(level_of(&findings, topic)?, Warning);
        let found = &of(&findings, topic)?[0].text;
        assert!(found.contains(text), "{found}");
        pool.close().await;
    }
    world.close().await
}

/// What a role may not see is said, and hides nothing of the rest.
#[tokio::test]
async fn a_role_without_rights_learns_what_it_lacks() -> TestResult {
    let world = healthy().await?;
    let grant = "GRANT SELECT ON dispatcher_migration TO pg_read_all_settings";
    world.pool.execute(grant).await?;
    let pool = with_settings(&world, &[("role", "pg_read_all_settings")]).await?;
    let findings = Operator::new(pool.clone()).examine().await;
    assert_eq!(level_of(&findings, "pg_read_all_stats")?, Warning);
    assert_eq!(level_of(&findings, "server version")?, Good);
    let rights = of(&findings, "privileges")?;
    let [consume, operate, publish] = rights[..] else {
        return Err(format!("{rights:#?}").into());
    };
    assert_eq!(
        (consume.level, operate.level, publish.level),
        (Good, Warning, Good)
    );
    assert!(
        publish.text.contains("INSERT ON dispatcher_event"),
        "{publish:?}"
    );
    assert!(
        operate.text.contains("UPDATE ON dispatcher_dead_letter"),
        "{operate:?}"
    );
    assert!(
        consume.text.contains("EXECUTE ON dispatcher_event_horizon")
            || consume.text.contains("INSERT ON dispatcher_cursor"),
        "{consume:?}"
    );
    let contracts = &of(&findings, "contracts")?[0];
    assert!(
        contracts.text.starts_with("it could not be looked at: "),
        "{contracts:?}"
    );
    pool.close().await;
    world.close().await
}

#[tokio::test]
async fn a_database_without_tables_or_a_server_that_is_not_there_is_an_error() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(2).await?;
    let findings = Operator::new(pool.clone()).examine().await;
    let last = findings.last().ok_or("nothing")?;
    assert_eq!((last.topic, last.level), ("migrations", Error));
    assert_eq!(last.remedy.as_deref(), Some("dispatcher migrate"));
    pool.close().await;
    database.close().await?;
    let nowhere = PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(50))
        .connect_lazy("postgres://postgres@127.0.0.1:1/nowhere")?;
    let findings = Operator::new(nowhere).examine().await;
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].topic, findings[0].level),
        ("connection", Error)
    );
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_too_old_is_an_error() -> TestResult {
    let world = healthy().await?;
    for (version, level) in [("130022", Error), ("180001", Good), ("190000", Warning)] {
        let pretend = format!(
            "SET allow_system_table_mods = on;
             CREATE OR REPLACE FUNCTION pg_catalog.current_setting(text) RETURNS text LANGUAGE sql STABLE AS
             $$ SELECT CASE $1 WHEN 'server_version_num' THEN '{version}'
                               ELSE pg_catalog.current_setting($1, false) END $$"
        );
        world.pool.execute(sqlx::AssertSqlSafe(pretend)).await?;
        // New sessions: plans that call a function of Postgres itself are kept when it is replaced.
        let pool = with_settings(&world, &[]).await?;
        let findings = Operator::new(pool.clone()).examine().await;
        assert_eq!(level_of(&findings, "server version")?, level);
        pool.close().await;
    }
    world.close().await
}

#[tokio::test]
async fn a_transaction_pooler_and_a_standby_are_found() -> TestResult {
    let mut cluster = Cluster::start().await?;
    let world = World::on(&cluster.server()).await?;
    let server: PgConnectOptions = cluster.url("postgres").parse()?;
    let pooler = Pooler::open(server.get_port()).await?;
    let options = world.database.options().clone();
    let options = options.host("127.0.0.1").port(pooler.port());
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .connect_with(options)
        .await?;
    let findings = Operator::new(pool.clone()).examine().await;
    assert_eq!(level_of(&findings, "pooler")?, Warning);
    pool.close().await;
    let url = world.database.url().to_owned();
    world.pool.close().await;
    cluster.stop(Shutdown::Fast).await?;
    std::fs::write(cluster.folder().join("data/standby.signal"), "")?;
    cluster.restart().await?;
    let pool = PgPool::connect(&url).await?;
    let findings = Operator::new(pool.clone()).examine().await;
    assert_eq!(level_of(&findings, "standby")?, Error);
    pool.close().await;
    Ok(())
}

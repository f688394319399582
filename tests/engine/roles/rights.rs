//! Every table and function of the schema, and what each role may do with it. A new one without a line here fails.

use std::collections::BTreeSet;

use acme_contracts::REGISTRY;
use dispatcher_runtime::{LoadedRegistry, Roles};
use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Executor};

use super::{Company, SCHEMA};

/// Role, object, rights. What is not listed is refused.
const ALLOWED: &str = "
consumer_coaching dispatcher_contract SELECT
consumer_coaching dispatcher_contract_consumer SELECT
consumer_coaching dispatcher_contract_document SELECT
consumer_coaching dispatcher_contract_read_as SELECT
consumer_coaching dispatcher_contract_version SELECT
consumer_coaching dispatcher_cursor DELETE INSERT SELECT UPDATE
consumer_coaching dispatcher_dead_letter INSERT SELECT UPDATE(reason error attempts failures resolved_at resolved_by claimed_by resolution_note fingerprint redrive_id)
consumer_coaching dispatcher_dedup DELETE INSERT SELECT
consumer_coaching dispatcher_event SELECT
consumer_coaching dispatcher_event_horizon EXECUTE
consumer_coaching dispatcher_event_position_seq SELECT
consumer_coaching dispatcher_fence USAGE
consumer_coaching dispatcher_hides_rows EXECUTE
consumer_coaching dispatcher_migration SELECT
consumer_coaching dispatcher_needs_program EXECUTE
consumer_coaching dispatcher_partition EXECUTE
consumer_coaching dispatcher_reader INSERT SELECT UPDATE
consumer_coaching dispatcher_redrive SELECT UPDATE(next_at queued waiting handled failed left_out failed_in_a_row ended_at)
consumer_coaching dispatcher_redrive_item SELECT UPDATE(outcome settled_at)
consumer_coaching dispatcher_replica DELETE INSERT SELECT UPDATE
consumer_coaching dispatcher_retry DELETE INSERT SELECT UPDATE
consumer_coaching dispatcher_sample DELETE INSERT SELECT
consumer_coaching dispatcher_stop_failing_redrive EXECUTE
consumer_coaching dispatcher_subscription INSERT(consumer subscription event_types updated_at) SELECT UPDATE(event_types updated_at)
consumer_coaching dispatcher_transfer SELECT
eraser dispatcher_audit INSERT(who way what why outcome claimed_by) SELECT
eraser dispatcher_check_row EXECUTE
eraser dispatcher_cursor UPDATE
eraser dispatcher_dead_letter SELECT UPDATE(envelope error failures erased_at)
eraser dispatcher_event SELECT UPDATE(payload erased_at)
eraser dispatcher_max_payload_bytes EXECUTE
eraser dispatcher_retry SELECT UPDATE(failures)
mirror dispatcher_check_row EXECUTE
mirror dispatcher_contract SELECT
mirror dispatcher_contract_consumer SELECT
mirror dispatcher_contract_document SELECT
mirror dispatcher_contract_read_as SELECT
mirror dispatcher_contract_version SELECT
mirror dispatcher_event INSERT(event_id event_type schema_version occurred_at tenant_id producer subject actor correlation_id causation_id traceparent payload erased_at origin) SELECT(event_id)
mirror dispatcher_event_position_seq SELECT
mirror dispatcher_fence USAGE
mirror dispatcher_max_payload_bytes EXECUTE
mirror dispatcher_migration SELECT
mirror dispatcher_needs_program EXECUTE
mirror dispatcher_subscription SELECT
mirror dispatcher_transfer INSERT SELECT UPDATE
operator dispatcher_audit INSERT(who way what why outcome claimed_by) SELECT
operator dispatcher_contract SELECT
operator dispatcher_contract_consumer SELECT
operator dispatcher_contract_document SELECT
operator dispatcher_contract_read_as SELECT
operator dispatcher_contract_version SELECT
operator dispatcher_cursor DELETE SELECT UPDATE
operator dispatcher_dead_letter SELECT UPDATE
operator dispatcher_dedup DELETE SELECT UPDATE
operator dispatcher_event SELECT
operator dispatcher_event_horizon EXECUTE
operator dispatcher_event_position_seq SELECT
operator dispatcher_fence USAGE
operator dispatcher_hides_rows EXECUTE
operator dispatcher_migration SELECT
operator dispatcher_needs_program EXECUTE
operator dispatcher_partition EXECUTE
operator dispatcher_reader DELETE SELECT
operator dispatcher_redrive INSERT SELECT UPDATE
operator dispatcher_redrive_item INSERT SELECT UPDATE
operator dispatcher_replica DELETE SELECT
operator dispatcher_retry DELETE SELECT UPDATE
operator dispatcher_sample DELETE INSERT SELECT UPDATE
operator dispatcher_subscription DELETE INSERT SELECT UPDATE
operator dispatcher_transfer DELETE SELECT
producer_revenue dispatcher_check_contract EXECUTE
producer_revenue dispatcher_check_envelope EXECUTE
producer_revenue dispatcher_check_row EXECUTE
producer_revenue dispatcher_event INSERT(event_id event_type schema_version occurred_at tenant_id producer subject actor correlation_id causation_id traceparent payload) SELECT(position event_id)
producer_revenue dispatcher_event_position_seq SELECT
producer_revenue dispatcher_generate_event_id EXECUTE
producer_revenue dispatcher_max_payload_bytes EXECUTE
producer_revenue dispatcher_migration SELECT
producer_revenue dispatcher_needs_program EXECUTE
producer_revenue dispatcher_publish EXECUTE
producer_revenue dispatcher_publish_alone EXECUTE
producer_revenue dispatcher_read_traceparent EXECUTE
relay dispatcher_contract SELECT
relay dispatcher_event SELECT
relay dispatcher_event_horizon EXECUTE
relay dispatcher_event_position_seq SELECT
relay dispatcher_fence USAGE
relay dispatcher_migration SELECT
relay dispatcher_needs_program EXECUTE
relay dispatcher_partition EXECUTE
relay dispatcher_reader INSERT SELECT UPDATE
relay dispatcher_subscription SELECT
relay dispatcher_transfer INSERT SELECT UPDATE
retention dispatcher_cursor SELECT
retention dispatcher_dead_letter DELETE SELECT
retention dispatcher_dedup DELETE SELECT
retention dispatcher_event DELETE SELECT
retention dispatcher_reader SELECT
retention dispatcher_redrive DELETE SELECT
retention dispatcher_retry SELECT
";

/// Functions that only the owner needs. Everything else is in at least one line above.
const FOR_THE_OWNER: [&str; 7] = [
    "dispatcher_closest_event_type",
    "dispatcher_edit_distance",
    "dispatcher_event_floor",
    "dispatcher_event_notify",
    "dispatcher_push_contracts",
    "dispatcher_refuse_contract",
    "dispatcher_status_rank",
];

const RIGHTS: &str = "
    WITH object AS (
        SELECT oid, relname::text AS name, relkind::text AS kind
          FROM pg_class WHERE relnamespace = '\"swim-north\"'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
         UNION ALL
        SELECT oid, proname::text, 'f' FROM pg_proc WHERE pronamespace = '\"swim-north\"'::regnamespace
    ), given AS (
        SELECT object.name, object.kind, wanted.name AS right,
               CASE kind WHEN 'f' THEN CASE wanted.name WHEN 'EXECUTE' THEN has_function_privilege($1, object.oid, 'EXECUTE') END
                         WHEN 'S' THEN CASE WHEN wanted.name IN ('USAGE', 'SELECT', 'UPDATE') THEN has_sequence_privilege($1, object.oid, wanted.name) END
                         ELSE CASE WHEN wanted.name NOT IN ('USAGE', 'EXECUTE') THEN has_table_privilege($1, object.oid, wanted.name) END
               END AS whole,
               (SELECT string_agg(attname, ' ' ORDER BY attnum)
                  FROM pg_attribute
                 WHERE attrelid = object.oid AND attnum > 0 AND kind NOT IN ('f', 'S')
                   AND CASE WHEN wanted.name IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                            THEN has_column_privilege($1, object.oid, attnum, wanted.name) END) AS columns
          FROM object, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'USAGE', 'EXECUTE']) AS wanted (name)
    )
    SELECT name || coalesce(' ' || string_agg(CASE WHEN whole THEN given.right ELSE given.right || '(' || columns || ')' END, ' ' ORDER BY given.right)
                            FILTER (WHERE whole OR columns IS NOT NULL), '')
      FROM given
     GROUP BY name";

#[tokio::test]
async fn each_role_may_do_what_is_listed_and_nothing_else() -> TestResult {
    let company = Company::new().await?;
    // It changes nothing where it was run before.
    company.apply().await?;
    let listed: BTreeSet<String> = ALLOWED.trim().lines().map(str::to_owned).collect();
    let mut found = BTreeSet::new();
    let mut objects = BTreeSet::new();
    for role in [
        "producer_revenue",
        "consumer_coaching",
        "operator",
        "retention",
        "eraser",
        "relay",
        "mirror",
    ] {
        let rights = sqlx::query_scalar::<_, String>(RIGHTS).bind(company.role(role));
        for line in rights.fetch_all(&company.world.pool).await? {
            let object = line.split(' ').next().unwrap_or_default();
            objects.insert(object.to_owned());
            if object != line {
                found.insert(format!("{role} {line}"));
            }
        }
    }
    let missing: Vec<_> = listed.difference(&found).collect();
    let more: Vec<_> = found.difference(&listed).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing: {missing:#?}\nmore: {more:#?}"
    );
    for object in &objects {
        let is_listed = listed
            .iter()
            .any(|line| line.split(' ').nth(1) == Some(object));
        let is_the_owners = FOR_THE_OWNER.contains(&object.as_str());
        assert!(is_listed != is_the_owners, "{object} is in one list");
    }
    assert!(objects.len() > 20, "{objects:?}");
    company.close().await
}

#[tokio::test]
async fn the_roles_of_domains_that_are_gone_may_do_nothing() -> TestResult {
    let company = Company::new().await?;
    let roles = Roles::new(SCHEMA).prefix(&company.prefix);
    let script = roles.producer("revenue", ["credit.locked"]).to_sql()?;
    company.world.pool.execute(AssertSqlSafe(script)).await?;
    for name in ["consumer_coaching", "producer_scheduling"] {
        may_do_nothing(&company, name).await?;
    }
    let policies = "SELECT count(*) FROM pg_policy WHERE polname ~ '_(coaching|scheduling)$'";
    assert_eq!(company.world.count(policies).await?, 0);
    company.close().await
}

#[tokio::test]
async fn contracts_that_are_loaded_have_the_same_roles() -> TestResult {
    let contracts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts");
    let loaded = LoadedRegistry::from_dir(contracts)?;
    assert_eq!(
        Roles::new(SCHEMA).loaded_registry(&loaded).to_sql()?,
        Roles::new(SCHEMA).registry(&REGISTRY).to_sql()?
    );
    Ok(())
}

async fn may_do_nothing(company: &Company, name: &str) -> TestResult {
    let rights = sqlx::query_scalar::<_, String>(RIGHTS).bind(company.role(name));
    let rights: Vec<_> = rights.fetch_all(&company.world.pool).await?;
    assert!(rights.iter().all(|line| !line.contains(' ')), "{rights:?}");
    let usage = "SELECT has_schema_privilege($1, 'swim-north', 'USAGE, CREATE')";
    let usage = sqlx::query_scalar::<_, bool>(usage).bind(company.role(name));
    assert!(!usage.fetch_one(&company.world.pool).await?, "{name}");
    Ok(())
}

#[tokio::test]
async fn whoever_has_none_of_the_roles_may_do_nothing() -> TestResult {
    let company = Company::new().await?;
    let pool = company.service("stranger", &[]).await?;
    may_do_nothing(&company, "stranger").await?;
    pool.close().await;
    company.close().await
}

//! What statements and migrations resolve to, as Postgres itself notes it: for an expression that it stores it
//! records each operator and function that is not its own.

use std::collections::BTreeMap;

use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Executor, PgPool, Row};

use super::{STATEMENTS, create, files, filled_in};
use crate::support::World;

/// Objects of ours that depend on a shadow.
const CAUGHT: &str = "
    WITH shadow AS (
        SELECT 'pg_catalog.pg_operator'::regclass::oid AS class, oid
          FROM pg_catalog.pg_operator WHERE oprnamespace = 'public'::regnamespace::oid
         UNION ALL
        SELECT 'pg_catalog.pg_proc'::regclass::oid, oid
          FROM pg_catalog.pg_proc
         WHERE pronamespace = 'public'::regnamespace::oid AND proname::text !~ '^(dispatcher|statement)_'
    )
    SELECT DISTINCT pg_catalog.pg_describe_object(classid, objid, objsubid) || ' calls '
                 || pg_catalog.pg_describe_object(refclassid, refobjid, 0) AS call
      FROM pg_catalog.pg_depend
      JOIN shadow ON refclassid = shadow.class AND refobjid = shadow.oid
     WHERE classid <> 'pg_catalog.pg_operator'::regclass::oid
     ORDER BY call";

async fn caught(pool: &PgPool) -> TestResult<Vec<String>> {
    let mut tx = pool.begin().await?;
    tx.execute("SET LOCAL search_path = pg_catalog").await?;
    Ok(sqlx::query_scalar(CAUGHT).fetch_all(&mut *tx).await?)
}

/// The types of the parameters of each statement, found while nothing is in its way.
async fn parameters(pool: &PgPool) -> TestResult<BTreeMap<String, String>> {
    let mut connection = pool.acquire().await?;
    let mut parameters = BTreeMap::new();
    for (name, text) in files(STATEMENTS)? {
        let text = filled_in(&text)?;
        // Neither can be part of a function, and neither holds an expression.
        if ["LOCK ", "CALL "]
            .iter()
            .any(|verb| text.trim_start().starts_with(verb))
        {
            continue;
        }
        let prepare = format!("PREPARE {name} AS {text}");
        connection.execute(AssertSqlSafe(prepare)).await?;
        let types = "SELECT array_to_string(parameter_types, ', ') FROM pg_prepared_statements WHERE name = $1";
        let types = sqlx::query_scalar(types).bind(&name);
        let types: String = types.fetch_one(&mut *connection).await?;
        parameters.insert(name, types);
    }
    connection.close().await?;
    Ok(parameters)
}

#[tokio::test]
async fn no_statement_calls_what_stands_in_public() -> TestResult {
    let world = World::new().await?;
    let parameters = parameters(&world.pool).await?;
    create(&world.pool).await?;
    let mut faults = Vec::new();
    let mut asked = 0;
    for (name, text) in files(STATEMENTS)? {
        let Some(types) = parameters.get(&name) else {
            continue;
        };
        let text = filled_in(&text)?;
        let store = format!(
            "CREATE FUNCTION public.statement_{name}({types}) RETURNS void LANGUAGE sql BEGIN ATOMIC {text}; END"
        );
        if let Err(error) = world.pool.execute(AssertSqlSafe(store)).await {
            faults.push(format!("{name}: {error}"));
        }
        asked += 1;
    }
    assert!(asked > 60, "{asked} statements were asked");
    faults.extend(caught(&world.pool).await?);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // Shows that it would be noticed.
    let careless = "CREATE FUNCTION public.statement_careless(text[]) RETURNS void LANGUAGE sql
                    BEGIN ATOMIC SELECT 1 | count(*) FROM unnest($1); END";
    world.pool.execute(careless).await?;
    let caught = caught(&world.pool).await?;
    assert_eq!(caught.len(), 2, "{caught:?}");
    world.close().await
}

#[tokio::test]
async fn no_migration_keeps_what_stands_in_public() -> TestResult {
    let world = World::new().await?;
    world
        .pool
        .execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await?;
    create(&world.pool).await?;
    dispatcher_runtime::migrate(&world.pool).await?;
    dispatcher_runtime::migrate_schema(&world.pool, "swim-north").await?;
    let caught = caught(&world.pool).await?;
    assert!(caught.is_empty(), "{}", caught.join("\n"));
    assert_eq!(super::calls(&world.pool).await?, 0);
    world.close().await
}

/// A body that is parsed when it runs sees the caller's search path. (The procedure cannot fix its own, because it
/// commits. The functions of the constraint qualify every name, because fixing the path costs each insert more than
/// they do. The tests of `work.rs` call all three.)
#[tokio::test]
async fn every_function_fixes_its_search_path_or_is_parsed_when_it_is_created() -> TestResult {
    let world = World::new().await?;
    let functions = sqlx::query(
        "SELECT proname::text AS name, prosqlbody IS NOT NULL AS is_parsed, coalesce(proconfig::text, '') AS config
           FROM pg_proc WHERE proname LIKE 'dispatcher\\_%' ORDER BY proname",
    );
    let mut faults = Vec::new();
    let functions = functions.fetch_all(&world.pool).await?;
    assert!(functions.len() > 8, "{} functions", functions.len());
    for function in functions {
        let name: String = function.try_get("name")?;
        let config: String = function.try_get("config")?;
        let is_fixed = config.contains("search_path=pg_catalog, pg_temp");
        let is_qualified = [
            "dispatcher_check_row",
            "dispatcher_max_payload_bytes",
            "dispatcher_publish_alone",
        ]
        .contains(&name.as_str());
        if !is_fixed && !function.try_get("is_parsed")? && !is_qualified {
            faults.push(name);
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
    world.close().await
}

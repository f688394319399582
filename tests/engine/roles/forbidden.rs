//! What each role tries and may not.

use dispatcher_runtime::Erasure;
use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Executor, PgPool};

use super::Company;

const DENIED: &str = "permission denied";
const NOT_ITS_ROW: &str = "new row violates row-level security policy";

/// Each of these statements fails, and says so.
async fn refused(pool: &PgPool, statements: &[(&str, &str)]) -> TestResult {
    for (statement, expected) in statements {
        let path = "SET LOCAL search_path = 'swim-north'";
        let mut tx = pool.begin().await?;
        tx.execute(path).await?;
        match tx.execute(AssertSqlSafe(statement.to_string())).await {
            Ok(done) => panic!("{statement} did {} rows", done.rows_affected()),
            Err(error) => assert!(error.to_string().contains(expected), "{statement}: {error}"),
        }
    }
    Ok(())
}

/// Each of these statements finds no row that it may change.
async fn without_effect(pool: &PgPool, statements: &[String]) -> TestResult {
    for statement in statements {
        let mut tx = pool.begin().await?;
        tx.execute("SET LOCAL search_path = 'swim-north'").await?;
        let done = tx.execute(AssertSqlSafe(statement.clone())).await?;
        assert_eq!(done.rows_affected(), 0, "{statement}");
    }
    Ok(())
}

#[tokio::test]
async fn a_producer_publishes_its_own_events_only_and_chooses_no_position() -> TestResult {
    let company = Company::new().await?;
    let pool = company.service("shop", &["producer_revenue"]).await?;
    let insert = |columns: &str, more: &str, event_type: &str, producer: &str, values: &str| {
        format!(
            "INSERT INTO dispatcher_event ({columns}event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload) {more}
             VALUES ({values}'evt_1', '{event_type}', 1, now(), 'tnt_a', '{producer}', 'system:a', '{{}}')"
        )
    };
    let other_type = insert("", "", "lesson.scheduled", "revenue", "");
    let other_producer = insert("", "", "credit.locked", "scheduling", "");
    let position = insert(
        "position, ",
        "OVERRIDING SYSTEM VALUE",
        "credit.locked",
        "revenue",
        "7, ",
    );
    let inserted_at = insert("inserted_at, ", "", "credit.locked", "revenue", "now(), ");
    refused(
        &pool,
        &[
            (&other_type, NOT_ITS_ROW),
            (&other_producer, NOT_ITS_ROW),
            (&position, DENIED),
            (&inserted_at, DENIED),
            (
                "SELECT dispatcher_publish('lesson.scheduled', '{}', 'tnt_a', 'scheduling')",
                NOT_ITS_ROW,
            ),
            ("SELECT payload FROM dispatcher_event", DENIED),
            ("UPDATE dispatcher_event SET producer = 'revenue'", DENIED),
            ("DELETE FROM dispatcher_event", DENIED),
            ("TRUNCATE dispatcher_event", DENIED),
            ("SELECT dispatcher_push_contracts('[]')", DENIED),
            ("SELECT FROM dispatcher_contract", DENIED),
            (
                "SELECT setval('dispatcher_event_position_seq', 100)",
                DENIED,
            ),
            ("SELECT nextval('dispatcher_event_position_seq')", DENIED),
            (
                "INSERT INTO dispatcher_reader VALUES ('x', 'y', 0, now())",
                DENIED,
            ),
            ("SELECT * FROM dispatcher_dead_letter", DENIED),
            (
                "CREATE FUNCTION f() RETURNS integer LANGUAGE sql RETURN 1",
                DENIED,
            ),
        ],
    )
    .await?;
    let own =
        insert("", "", "credit.locked", "revenue", "").replace("INTO ", "INTO \"swim-north\".");
    pool.execute(AssertSqlSafe(own)).await?;
    pool.close().await;
    company.close().await
}

/// A row of each table that belongs to a consumer.
const ROWS: [(&str, &str); 7] = [
    ("cursor", "(consumer, subscription, updated_at) VALUES ($, 'rank', now())"),
    ("replica", "(consumer, subscription, replica, expires_at, event_types) VALUES ($, 'rank', 'r', now(), '{}')"),
    ("subscription", "(consumer, subscription, event_types, updated_at) VALUES ($, 'rank', '{}', now())"),
    ("dedup", "(consumer, subscription, event_id, handled_at) VALUES ($, 'rank', 'evt_1', now())"),
    ("retry", "(consumer, subscription, position, attempts, due_at, failures, event_id) VALUES ($, 'rank', 7, 0, now(), '[]', 'evt_1')"),
    ("dead_letter", "(dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, tenant_id, envelope, reason, error, attempts, failures, created_at)
      VALUES ('dlq_' || $, $, 'rank', 7, 'evt_1', 'credit.locked', 1, 'tnt_a', '{}', 'permanent', 'no', 1, '[]', now())"),
    ("reader", "(consumer, subscription, position, updated_at) VALUES ($, 'rank', 0, now())"),
];

#[tokio::test]
async fn a_consumer_writes_no_row_of_another() -> TestResult {
    let company = Company::new().await?;
    let pool = company.service("coach", &["consumer_coaching"]).await?;
    let row = |table: &str, values: &str, consumer: &str| {
        let values = values.replace('$', &format!("'{consumer}'"));
        format!("INSERT INTO \"swim-north\".dispatcher_{table} {values}")
    };
    for (table, values) in ROWS {
        let theirs = row(table, values, "growth");
        refused(&pool, &[(&theirs, NOT_ITS_ROW)]).await?;
        company.world.pool.execute(AssertSqlSafe(theirs)).await?;
        let own = row(table, values, "coaching");
        pool.execute(AssertSqlSafe(own)).await?;
    }
    for table in ["cursor", "replica", "retry"] {
        let of_theirs = [
            format!(
                "UPDATE dispatcher_{table} SET consumer = 'coaching', subscription = 'mine' WHERE consumer = 'growth'"
            ),
            format!("DELETE FROM dispatcher_{table} WHERE consumer = 'growth'"),
        ];
        without_effect(&pool, &of_theirs).await?;
        let given_away =
            format!("UPDATE dispatcher_{table} SET consumer = 'growth', subscription = 'other'");
        refused(&pool, &[(&given_away, NOT_ITS_ROW)]).await?;
    }
    for table in ["subscription", "reader"] {
        let of_theirs =
            format!("UPDATE dispatcher_{table} SET updated_at = now() WHERE consumer = 'growth'");
        without_effect(&pool, &[of_theirs]).await?;
    }
    let of_theirs = [
        "DELETE FROM dispatcher_dedup WHERE consumer = 'growth'".to_owned(),
        "UPDATE dispatcher_dead_letter SET error = 'mine' WHERE consumer = 'growth'".to_owned(),
    ];
    without_effect(&pool, &of_theirs).await?;
    refused(
        &pool,
        &[
            ("DELETE FROM dispatcher_reader", DENIED),
            ("UPDATE dispatcher_dead_letter SET envelope = '{}'", DENIED),
            ("DELETE FROM dispatcher_dead_letter", DENIED),
            ("INSERT INTO dispatcher_redrive DEFAULT VALUES", DENIED),
            ("UPDATE dispatcher_redrive SET started_by = 'me'", DENIED),
            (
                "INSERT INTO dispatcher_event (event_id) VALUES ('evt_1')",
                DENIED,
            ),
            ("DELETE FROM dispatcher_event", DENIED),
            (
                "SELECT dispatcher_publish('credit.locked', '{}', 'tnt_a', 'revenue')",
                DENIED,
            ),
            ("SELECT setval('dispatcher_fence', 1)", DENIED),
        ],
    )
    .await?;
    pool.close().await;
    company.close().await
}

#[tokio::test]
async fn neither_an_operator_nor_retention_publishes_or_forges() -> TestResult {
    let company = Company::new().await?;
    let operator = company.service("desk", &["operator"]).await?;
    let sweeper = company.service("broom", &["retention"]).await?;
    let both = [
        (
            "INSERT INTO dispatcher_event (event_id) VALUES ('evt_1')",
            DENIED,
        ),
        ("UPDATE dispatcher_event SET payload = '{}'", DENIED),
        (
            "INSERT INTO dispatcher_dead_letter (dead_letter_id) VALUES ('dlq_1')",
            DENIED,
        ),
        (
            "INSERT INTO dispatcher_cursor (consumer) VALUES ('x')",
            DENIED,
        ),
        (
            "INSERT INTO dispatcher_reader VALUES ('x', 'y', 0, now())",
            DENIED,
        ),
        ("DROP TABLE dispatcher_retry", "must be owner"),
        (
            "ALTER TABLE dispatcher_event DISABLE ROW LEVEL SECURITY",
            "must be owner",
        ),
    ];
    refused(&operator, &both).await?;
    refused(&sweeper, &both).await?;
    refused(
        &operator,
        &[
            ("DELETE FROM dispatcher_event", DENIED),
            ("DELETE FROM dispatcher_dead_letter", DENIED),
            ("UPDATE dispatcher_audit SET who = 'x'", DENIED),
            ("DELETE FROM dispatcher_audit", DENIED),
        ],
    )
    .await?;
    refused(
        &sweeper,
        &[
            ("UPDATE dispatcher_cursor SET position = 9", DENIED),
            (
                "UPDATE dispatcher_dead_letter SET resolved_by = 'x'",
                DENIED,
            ),
        ],
    )
    .await?;
    operator.close().await;
    sweeper.close().await;
    company.close().await
}

#[tokio::test]
async fn an_eraser_only_erases_and_cannot_change_the_audit() -> TestResult {
    let company = Company::new().await?;
    let publish =
        "SELECT \"swim-north\".dispatcher_publish('credit.locked', '{}', 'tnt_a', 'revenue')";
    company.world.pool.execute(publish).await?;
    let row = ROWS[0].1.replace('$', "'coaching'");
    let cursor = format!("INSERT INTO \"swim-north\".dispatcher_cursor {row}");
    company.world.pool.execute(AssertSqlSafe(cursor)).await?;
    let pool = company.service("privacy", &["eraser"]).await?;
    let event = "SELECT event_id FROM \"swim-north\".dispatcher_event";
    let event: String = sqlx::query_scalar(event).fetch_one(&pool).await?;
    let erasure = Erasure::in_schema(pool.clone(), super::SCHEMA)?;
    let erased = erasure.erase_event(&event, "mia", "request 4711").await?;
    assert_eq!(erased.events, 1);
    refused(
        &pool,
        &[
            ("UPDATE dispatcher_event SET payload = '{}', erased_at = NULL", NOT_ITS_ROW),
            ("UPDATE dispatcher_event SET subject = 'per_1'", DENIED),
            ("DELETE FROM dispatcher_event", DENIED),
            ("UPDATE dispatcher_dead_letter SET resolved_by = 'me'", DENIED),
            ("UPDATE dispatcher_retry SET due_at = NULL", DENIED),
            ("UPDATE dispatcher_audit SET who = 'tom'", DENIED),
            ("DELETE FROM dispatcher_audit", DENIED),
            (
                "INSERT INTO dispatcher_audit (acted_at, who, way, what, why, outcome) VALUES (now(), 'tom', 'a', 'b', 'c', 'd')",
                DENIED,
            ),
        ],
    )
    .await?;
    without_effect(
        &pool,
        &["UPDATE dispatcher_cursor SET position = 0".to_owned()],
    )
    .await?;
    pool.close().await;
    company.close().await
}

/// What they say decides what others may publish, and how others read it.
#[tokio::test]
async fn only_the_migrator_changes_the_contracts_in_the_database() -> TestResult {
    let company = Company::new().await?;
    let roles = [
        "consumer_coaching",
        "operator",
        "retention",
        "producer_revenue",
    ];
    for (number, role) in roles.iter().enumerate() {
        let pool = company
            .service(&format!("service_{number}"), &[role])
            .await?;
        let tables = [
            "contract",
            "contract_consumer",
            "contract_version",
            "contract_document",
            "contract_read_as",
        ];
        for table in tables {
            let delete = format!("DELETE FROM dispatcher_{table}");
            let insert = format!("INSERT INTO dispatcher_{table} DEFAULT VALUES");
            refused(&pool, &[(&delete, DENIED), (&insert, DENIED)]).await?;
        }
        let push = "SELECT dispatcher_push_contracts('[]')";
        refused(&pool, &[(push, DENIED)]).await?;
        pool.close().await;
    }
    company.close().await
}

//! The SQL of README.md and of the guides is executed on a migrated database, the PromQL names what the
//! adapters export, and the log lines that operators look up are those that are logged.

use std::path::Path;

use dispatcher_test_fixtures::TestResult;
use dispatcher_test_fixtures::metrics::{Metric, documented};
use dispatcher_test_launcher::Server;
use sqlx::{AssertSqlSafe, PgPool, Row};

/// With what a statement in a sentence begins.
const VERBS: [&str; 4] = ["SELECT ", "UPDATE ", "DELETE FROM ", "ALTER TABLE "];

/// The contents of the code blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    let blocks = text.split(&start).skip(1);
    blocks
        .filter_map(|block| block.split("```").next())
        .collect()
}

/// The statements of a document: in blocks, and in sentences where nothing is left out but values.
fn statements(text: &str) -> Vec<String> {
    let mut found: Vec<_> = blocks(text, "sql").into_iter().map(str::to_owned).collect();
    let prose: String = text.split("```").step_by(2).collect();
    let spans = prose.split('`').skip(1).step_by(2);
    let spans = spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "));
    found.extend(spans.filter(|span| VERBS.iter().any(|verb| span.starts_with(verb))));
    // `…` stands for a value, or for a name, and then there is nothing to execute.
    found.retain(|sql| !sql.replace("{…}", "").replace("per_…", "").contains('…'));
    found.iter().map(|sql| sql.replace('…', "")).collect()
}

/// The roles that the guides give rights to, as the script of roles and an administrator make them.
const ROLES: &str = "
    CREATE ROLE dispatcher_producer_revenue;
    CREATE ROLE dispatcher_consumer_revenue;
    CREATE ROLE revenue_service LOGIN;";

/// Executes statements in a transaction of their own, which is rolled back. Returns how many rows there were.
async fn execute(pool: &PgPool, sql: &str) -> TestResult<usize> {
    let mut tx = pool.begin().await?;
    sqlx::raw_sql(ROLES).execute(&mut *tx).await?;
    let database: String = sqlx::query_scalar("SELECT current_database()::text")
        .fetch_one(&mut *tx)
        .await?;
    let sql = sql.replace("DATABASE company", &format!("DATABASE {database}"));
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.as_str()))
        .fetch_all(&mut *tx)
        .await
        .map_err(|error| format!("{error}\nin\n{sql}"))?;
    tx.rollback().await?;
    Ok(rows.len())
}

#[tokio::test]
async fn every_statement_of_the_guides_runs_on_a_migrated_database() -> TestResult {
    let root = super::root();
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(2).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let mut executed = 0;
    for document in guides(&root)? {
        for sql in statements(&std::fs::read_to_string(&document)?) {
            execute(&pool, &sql)
                .await
                .map_err(|error| format!("{}: {error}", document.display()))?;
            executed += 1;
        }
    }
    assert!(executed >= 4, "{executed} statements");
    pool.close().await;
    database.close().await?;
    Ok(())
}

fn guides(root: &Path) -> TestResult<Vec<std::path::PathBuf>> {
    let mut guides = vec![root.join("README.md"), root.join("contracts/README.md")];
    for guide in std::fs::read_dir(root.join("docs"))? {
        let guide = guide?.path();
        if guide.extension().is_some_and(|it| it == "md") {
            guides.push(guide);
        }
    }
    Ok(guides)
}

/// The statement of README.md for other languages publishes an event, and reports it.
#[tokio::test]
async fn the_publish_in_sql_of_the_readme_is_an_event() -> TestResult {
    let readme = std::fs::read_to_string(super::root().join("README.md"))?;
    let statements = statements(&readme);
    let mut publishes = statements
        .iter()
        .filter(|it| it.contains("dispatcher_publish"));
    let sql = publishes
        .next()
        .ok_or("README.md publishes nothing in SQL")?;
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(2).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .fetch_all(&pool)
        .await?;
    assert_eq!(rows.len(), 1, "{sql}");
    let stored = sqlx::query("SELECT event_type, producer, tenant_id FROM dispatcher_event")
        .fetch_one(&pool)
        .await?;
    let stored: [String; 3] = [stored.try_get(0)?, stored.try_get(1)?, stored.try_get(2)?];
    assert_eq!(stored, ["credit.locked", "revenue", "tnt_swim_north"]);
    pool.close().await;
    database.close().await?;
    Ok(())
}

/// The move of a cursor that keeps dedup rows names one subscription, and moves that one alone.
#[tokio::test]
async fn the_statement_that_sets_a_cursor_back_touches_no_other() -> TestResult {
    let guide = std::fs::read_to_string(super::root().join("docs/operations.md"))?;
    let mut blocks = blocks(&guide, "sql").into_iter();
    let set_back = blocks.find(|sql| sql.starts_with("UPDATE dispatcher_cursor"));
    let set_back = set_back.ok_or("docs/operations.md sets no cursor back")?;
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(2).await?;
    dispatcher_runtime::migrate(&pool).await?;
    for subscription in ["credit_history", "hold_slot"] {
        sqlx::query(
            "INSERT INTO dispatcher_cursor (consumer, subscription, position, updated_at)
             VALUES ('coaching', $1, 7, now())",
        )
        .bind(subscription)
        .execute(&pool)
        .await?;
    }
    sqlx::raw_sql(AssertSqlSafe(set_back))
        .execute(&pool)
        .await?;
    let positions = "SELECT position FROM dispatcher_cursor ORDER BY subscription";
    let positions: Vec<i64> = sqlx::query_scalar(positions).fetch_all(&pool).await?;
    assert_eq!(positions, [0, 7]);
    pool.close().await;
    database.close().await?;
    Ok(())
}

/// The queries of docs/observability.md, without their comments.
fn queries(guide: &str) -> Vec<&str> {
    let (_, section) = guide.split_once("Useful queries").unwrap_or_default();
    let block = blocks(section, "text")
        .into_iter()
        .next()
        .unwrap_or_default();
    block
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
}

/// What a query names that the documented metrics do not have.
fn unknown(query: &str, metrics: &[Metric]) -> Vec<String> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let words = query.split(|it| !is_name(it));
    let named: Vec<_> = words
        .filter(|word| word.starts_with("dispatcher_"))
        .collect();
    let mut faults = Vec::new();
    let mut of_query = Vec::new();
    for name in named {
        match metrics
            .iter()
            .find(|it| it.series().iter().any(|one| one == name))
        {
            Some(metric) => of_query.push(metric),
            None => faults.push(format!("no metric {name}")),
        }
    }
    let groups = query.split("by (").skip(1);
    let groups = groups.filter_map(|rest| rest.split(')').next());
    for label in groups.flat_map(|group| group.split(", ")) {
        let has = |metric: &&Metric| {
            let is_bucket = label == "le" && metric.kind == "histogram";
            is_bucket || metric.labels.contains(label)
        };
        if !of_query.iter().all(has) {
            faults.push(format!("no label {label}"));
        }
    }
    let selectors = query
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    for selector in selectors {
        let (label, value) = selector.split_once('=').unwrap_or((selector, ""));
        let value = value.trim_matches('"');
        let has = |metric: &&&Metric| label == "outcome" && metric.outcomes.contains(value);
        if !of_query.iter().any(|metric| has(&metric)) {
            faults.push(format!("no {label} {value}"));
        }
    }
    faults
}

/// tests/observe compares the table of the guide with what the adapters export.
#[test]
fn the_queries_of_the_guide_name_documented_metrics_labels_and_outcomes() -> TestResult {
    let guide = std::fs::read_to_string(super::root().join("docs/observability.md"))?;
    let (queries, metrics) = (queries(&guide), documented());
    assert!(queries.len() >= 5, "{queries:?}");
    for query in queries {
        assert!(query.contains("dispatcher_"), "{query}");
        assert_eq!(unknown(query, &metrics), [""; 0], "{query}");
    }
    Ok(())
}

#[test]
fn a_query_that_names_what_is_not_exported_is_noticed() {
    let metrics = documented();
    for (query, expected) in [
        (
            "rate(dispatcher_publish_total[5m])",
            "no metric dispatcher_publish_total",
        ),
        (
            "sum by (consumer) (rate(dispatcher_publish_count[5m]))",
            "no label consumer",
        ),
        ("sum by (le) (dispatcher_consume_count)", "no label le"),
        (
            "dispatcher_consume_count{outcome=\"failed\"}",
            "no outcome failed",
        ),
        ("dispatcher_consume_count{topic=\"a\"}", "no topic a"),
    ] {
        assert_eq!(unknown(query, &metrics), [expected], "{query}");
    }
}

/// The text of each Rust file below a folder, with the lines of a literal joined.
fn sources(folder: &Path) -> TestResult<String> {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            text.push_str(&sources(&path)?);
        } else if path.extension().is_some_and(|it| it == "rs") {
            for line in std::fs::read_to_string(path)?.lines() {
                match line.trim_start().strip_suffix('\\') {
                    Some(continued) => text.push_str(continued),
                    None => text.push_str(&format!("{}\n", line.trim_start())),
                }
            }
        }
    }
    Ok(text)
}

#[test]
fn the_log_lines_of_the_operations_guide_are_logged() -> TestResult {
    let root = super::root();
    let guide = std::fs::read_to_string(root.join("docs/operations.md"))?;
    let source = sources(&root.join("dispatcher-runtime/src"))?;
    let quoted = guide.lines().filter_map(|line| line.strip_prefix("| \""));
    let quoted: Vec<_> = quoted.filter_map(|line| line.split('"').next()).collect();
    assert!(quoted.len() >= 5, "{quoted:?}");
    for line in quoted {
        for part in line.split('…') {
            let part = part.trim_matches([' ', ',']);
            assert!(source.contains(part), "nothing logs: {part}");
        }
    }
    Ok(())
}

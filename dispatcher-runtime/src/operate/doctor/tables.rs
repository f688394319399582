//! The tables: migrations, triggers, the sequence, what the role may do, and sizes.

use sqlx::Row;
use time::OffsetDateTime;

use super::Finding;
use crate::operate::operator::Operator;
use crate::postgres::{migrate, transaction};

/// The last position for which the log is made.
const LAST_POSITION: i64 = 1 << 48;

/// At how many transactions since the last freeze a table is named; Postgres stops at two thousand million.
const OLD_AGE: i64 = 1_200_000_000;

/// How many dead rows are worth a word.
const MANY_DEAD: i64 = 100_000;

pub(super) async fn look_at_migrations(operator: &Operator) -> Finding {
    const TOPIC: &str = "migrations";
    let pending = async {
        let mut connection = transaction::acquire(&operator.pool).await?;
        migrate::pending(&mut connection, &operator.family).await
    };
    match pending.await {
        Ok(0) => Finding::good(TOPIC, "all that this program has are applied"),
        Ok(missing) => Finding::error(
            TOPIC,
            format!("{missing} of this program are not applied"),
            "dispatcher migrate",
        ),
        Err(error) => Finding::error(
            TOPIC,
            error.to_string(),
            "use a program of the version that the tables have, or migrate them with the newest one",
        ),
    }
}

/// What keeps the log gap-safe.
pub(super) async fn look_at_log(operator: &Operator) -> Result<Vec<Finding>, sqlx::Error> {
    let row = operator.log().probe().await?;
    let event = operator.family.qualify("dispatcher_event");
    let alter = |what: &str| format!("ALTER TABLE {event} {what}");
    let mut findings = Vec::new();
    findings.push(if row.try_get("floor")? {
        Finding::good("trigger dispatcher_event_floor", "in place")
    } else {
        Finding::error(
            "trigger dispatcher_event_floor",
            "missing or not ENABLE ALWAYS: consumers would skip events, and refuse to start",
            alter("ENABLE ALWAYS TRIGGER dispatcher_event_floor"),
        )
    });
    findings.push(if row.try_get("notifies")? {
        Finding::good("trigger dispatcher_event_notify", "in place")
    } else {
        Finding::warning(
            "trigger dispatcher_event_notify",
            "missing or disabled: consumers find events at their next poll only",
            alter("ENABLE TRIGGER dispatcher_event_notify"),
        )
    });
    let cache: i64 = row.try_get("cache")?;
    findings.push(if cache == 1 {
        Finding::good("sequence cache", "1")
    } else {
        Finding::error(
            "sequence cache",
            format!("{cache}: consumers would skip events, and refuse to start"),
            alter("ALTER COLUMN position SET CACHE 1"),
        )
    });
    if let Some(tables) = row.try_get::<Option<String>, _>("replicated")? {
        findings.push(Finding::error(
            "replication",
            format!("a subscription of logical replication fills {tables}, where consumers would skip events"),
            "connect to the primary, or drop the subscription",
        ));
    }
    if let Some(tables) = row.try_get::<Option<String>, _>("secured")? {
        findings.push(Finding::error(
            "row-level security",
            format!("a policy may hide rows of {tables} from this role"),
            "CREATE POLICY … FOR SELECT USING (true), or ALTER ROLE … BYPASSRLS",
        ));
    }
    findings.push(look_at_sequence(operator).await?);
    Ok(findings)
}

async fn look_at_sequence(operator: &Operator) -> Result<Finding, sqlx::Error> {
    const TOPIC: &str = "sequence of positions";
    let mut tx = operator.log().begin().await?;
    let ends = operator.log().statements.read_ends.query();
    let ends = ends.fetch_one(&mut *tx).await?;
    tx.rollback().await?;
    let last_position: i64 = ends.try_get("last_position")?;
    let last_event: i64 = ends.try_get("last_event")?;
    let sequence: String = ends.try_get("sequence")?;
    Ok(if last_event > last_position {
        Finding::error(
            TOPIC,
            format!(
                "it is at {last_position}, and the log has an event at {last_event}: rows were restored without it"
            ),
            format!(
                "SELECT setval('{}', {last_event})",
                sequence.replace('\'', "''")
            ),
        )
    } else if last_position > LAST_POSITION / 2 {
        Finding::warning(
            TOPIC,
            format!("{last_position} of {LAST_POSITION} positions are used"),
            "find out what uses positions without publishing, such as transactions that are rolled back all the time",
        )
    } else {
        Finding::good(
            TOPIC,
            format!("{last_position} of {LAST_POSITION} positions are used"),
        )
    })
}

/// What the role may do. A role need not do everything.
pub(super) async fn look_at_rights(operator: &Operator) -> Result<Vec<Finding>, sqlx::Error> {
    let mut connection = transaction::acquire(&operator.pool).await?;
    let examine = operator.doctor.examine_rights.query();
    let rows = examine.fetch_all(&mut *connection).await?;
    let mut findings = Vec::new();
    for row in rows {
        let task: String = row.try_get("task")?;
        let missing: Option<String> = row.try_get("missing")?;
        findings.push(match (missing, task.as_str()) {
            (None, task) => Finding::good("privileges", format!("this role may {task}")),
            (Some(missing), "operate") => Finding::warning(
                "privileges",
                format!("this role may not operate: it lacks {missing}"),
                "grant it the operator's role, which `dispatcher roles` prints",
            ),
            (Some(missing), task) => Finding::good(
                "privileges",
                format!("this role may not {task}: it lacks {missing}"),
            ),
        });
    }
    Ok(findings)
}

pub(super) async fn look_at_sizes(operator: &Operator) -> Result<Vec<Finding>, sqlx::Error> {
    const TOPIC: &str = "tables";
    let mut connection = transaction::acquire(&operator.pool).await?;
    let examine = operator.doctor.examine_tables.query();
    let rows = examine.fetch_all(&mut *connection).await?;
    let mut findings = Vec::new();
    let mut total = 0_i64;
    for row in &rows {
        let name: String = row.try_get("name")?;
        let (live, dead): (i64, i64) = (row.try_get("live")?, row.try_get("dead")?);
        let age: i64 = row.try_get("age")?;
        total = total.saturating_add(row.try_get("bytes")?);
        let table = operator.family.qualify(&name);
        let vacuum = format!("VACUUM {table}");
        if row.try_get("is_never_vacuumed")? {
            let reset = format!("ALTER TABLE {table} RESET (autovacuum_enabled)");
            let text = format!("autovacuum is switched off for {name}");
            findings.push(Finding::warning(TOPIC, text, reset));
        }
        if dead > MANY_DEAD && dead > live / 2 {
            let text = format!(
                "{name} has {dead} dead rows and {live} live ones: vacuum does not keep up"
            );
            findings.push(Finding::warning(TOPIC, text, vacuum.clone()));
        }
        if age > OLD_AGE {
            let text = format!(
                "{name} was not frozen for {age} transactions; the server stops at 2,000,000,000"
            );
            findings.push(Finding::warning(TOPIC, text, vacuum));
        }
    }
    let largest = rows.first().map(|row| row.try_get::<String, _>("name"));
    let largest = largest.transpose()?.unwrap_or_default();
    let text = format!("{} MiB with indexes; the largest is {largest}", total >> 20);
    findings.push(Finding::good(TOPIC, text));
    Ok(findings)
}

/// Consumers in other databases for which events are kept.
pub(super) async fn look_at_readers(operator: &Operator) -> Result<Vec<Finding>, sqlx::Error> {
    let mut connection = transaction::acquire(&operator.pool).await?;
    let examine = operator.doctor.examine_readers.query();
    let rows = examine.fetch_all(&mut *connection).await?;
    let mut findings = Vec::new();
    for row in rows {
        let consumer: String = row.try_get("consumer")?;
        let subscription: String = row.try_get("subscription")?;
        let position: i64 = row.try_get("position")?;
        let updated_at: OffsetDateTime = row.try_get("updated_at")?;
        findings.push(Finding::warning(
            "readers in other databases",
            format!(
                "{consumer}/{subscription} has been silent since {updated_at}, and events after position {position} are \
                 kept for it"
            ),
            "start it again; or, if it is gone, delete its row of dispatcher_reader",
        ));
    }
    Ok(findings)
}

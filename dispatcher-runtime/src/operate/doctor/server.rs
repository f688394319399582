//! The server, its settings, and what stands between it and this program.

use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::Finding;
use crate::operate::operator::Operator;
use crate::postgres::{session, transaction};

/// How far the clocks of server and program may be apart.
const CLOCKS: time::Duration = time::Duration::seconds(5);

/// How old a transaction may be, in seconds.
const OLD: f64 = 3600.0;

/// How long to wait for a second connection of the pool.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn look(operator: &Operator) -> Result<Vec<Finding>, sqlx::Error> {
    let mut connection = transaction::acquire(&operator.pool).await?;
    let before = OffsetDateTime::now_utc();
    let examine = operator.doctor.examine_server.query();
    let row = examine.fetch_one(&mut *connection).await?;
    let after = OffsetDateTime::now_utc();
    let mut findings = vec![
        version(&row)?,
        encoding(&row)?,
        standby(&row)?,
        clock(&row, before, after)?,
    ];
    findings.extend(durability(&row)?);
    findings.extend(vacuum(&row)?);
    findings.push(locks(&row)?);
    findings.push(connections(&row, operator)?);
    findings.push(limits(&row)?);
    findings.push(notifications(&row)?);
    findings.push(activity_rights(&row)?);
    Ok(findings)
}

fn version(row: &PgRow) -> Result<Finding, sqlx::Error> {
    const TOPIC: &str = "server version";
    let text: String = row.try_get("version_text")?;
    Ok(match row.try_get::<i32, _>("version")? {
        ..140_000 => Finding::error(TOPIC, text, "upgrade to Postgres 14 or later"),
        140_000..190_000 => Finding::good(TOPIC, text),
        _ => Finding::warning(
            TOPIC,
            format!("{text}, with which this version was not tested"),
            "look for a newer version of the dispatcher",
        ),
    })
}

fn encoding(row: &PgRow) -> Result<Finding, sqlx::Error> {
    let encoding: String = row.try_get("encoding")?;
    Ok(match encoding.as_str() {
        "UTF8" => Finding::good("encoding", encoding),
        "SQL_ASCII" => Finding::error(
            "encoding",
            "SQL_ASCII accepts bytes that are not text, and consumers refuse it",
            "create the database with ENCODING 'UTF8' TEMPLATE template0",
        ),
        _ => Finding::warning(
            "encoding",
            format!("{encoding} cannot hold every character of a payload"),
            "create the database with ENCODING 'UTF8' TEMPLATE template0",
        ),
    })
}

fn standby(row: &PgRow) -> Result<Finding, sqlx::Error> {
    Ok(if row.try_get("standby")? {
        Finding::error(
            "standby",
            "this is a standby, where nothing can be published or consumed",
            "connect to the primary",
        )
    } else {
        Finding::good("standby", "this is the primary")
    })
}

fn clock(
    row: &PgRow,
    before: OffsetDateTime,
    after: OffsetDateTime,
) -> Result<Finding, sqlx::Error> {
    let now: OffsetDateTime = row.try_get("now")?;
    let off = if now < before {
        before - now
    } else if now > after {
        now - after
    } else {
        time::Duration::ZERO
    };
    let text = format!(
        "the server's differs from this program's by {:.1} s",
        off.as_seconds_f64()
    );
    Ok(if off > CLOCKS {
        Finding::warning(
            "clock",
            format!(
                "{text}; occurred_at is of the publishers' clocks, and leases are of the server's"
            ),
            "synchronise both with NTP",
        )
    } else {
        Finding::good("clock", text)
    })
}

/// What a crash of the server would lose.
fn durability(row: &PgRow) -> Result<Vec<Finding>, sqlx::Error> {
    let settings = [
        (
            "fsync",
            "off",
            "a crash of the machine may corrupt the database",
        ),
        (
            "full_page_writes",
            "off",
            "a crash of the machine may corrupt the database",
        ),
        (
            "synchronous_commit",
            "off",
            "a crash of the server may lose events that were published",
        ),
    ];
    let mut findings = Vec::new();
    for (setting, bad, consequence) in settings {
        let value: String = row.try_get(setting)?;
        findings.push(if value == bad {
            Finding::warning(
                setting,
                format!("{value}: {consequence}"),
                format!("ALTER SYSTEM SET {setting} = on; SELECT pg_reload_conf()"),
            )
        } else {
            Finding::good(setting, value)
        });
    }
    Ok(findings)
}

fn vacuum(row: &PgRow) -> Result<Vec<Finding>, sqlx::Error> {
    let settings = [
        (
            "autovacuum",
            "rows that were deleted or changed are never cleared away",
        ),
        ("track_counts", "autovacuum does not know what to do"),
        (
            "track_activities",
            "which transaction holds consumers back cannot be named",
        ),
    ];
    let mut findings = Vec::new();
    for (setting, consequence) in settings {
        let value: String = row.try_get(setting)?;
        findings.push(if value == "off" {
            Finding::warning(
                setting,
                format!("off: {consequence}"),
                format!("ALTER SYSTEM SET {setting} = on; SELECT pg_reload_conf()"),
            )
        } else {
            Finding::good(setting, value)
        });
    }
    Ok(findings)
}

fn locks(row: &PgRow) -> Result<Finding, sqlx::Error> {
    const TOPIC: &str = "max_locks_per_transaction";
    let locks: i32 = row.try_get("max_locks")?;
    Ok(if locks < 64 {
        Finding::warning(
            TOPIC,
            format!(
                "{locks}: each transaction and savepoint that publishes takes a lock, and all share the room for them"
            ),
            "ALTER SYSTEM SET max_locks_per_transaction = 64, and start the server again",
        )
    } else {
        Finding::good(TOPIC, locks.to_string())
    })
}

fn connections(row: &PgRow, operator: &Operator) -> Result<Finding, sqlx::Error> {
    let most: i32 = row.try_get("max_connections")?;
    let reserved: i32 = row.try_get("reserved_connections")?;
    let used: i64 = row.try_get("connections")?;
    let room = i64::from(most - reserved);
    let pool = i64::from(operator.pool.options().get_max_connections());
    let text = format!("{used} of {room} are in use; the pool of this program may open {pool}");
    Ok(if used * 10 >= room * 8 {
        Finding::warning(
            "connections",
            text,
            "lower the pools of the programs, put a session pooler in between, or raise max_connections",
        )
    } else {
        Finding::good("connections", text)
    })
}

/// Limits of time. None is needed: programs of this crate limit their own transactions.
fn limits(row: &PgRow) -> Result<Finding, sqlx::Error> {
    let idle: i64 = row.try_get("idle_limit")?;
    let statement: i64 = row.try_get("statement_limit")?;
    let shown = |limit: i64| match limit {
        0 => "none".to_owned(),
        limit => format!("{limit} ms"),
    };
    let text = format!(
        "idle_in_transaction_session_timeout: {}; statement_timeout: {}",
        shown(idle),
        shown(statement)
    );
    Ok(if statement > 0 && statement < 1000 {
        Finding::warning(
            "time limits",
            format!("{text}, which is too short for a batch of events"),
            "ALTER ROLE … SET statement_timeout = '30s' for the consumers' roles",
        )
    } else if idle == 0 {
        let hint = "a program in another language that publishes and hangs in its transaction holds all consumers \
                    back until it ends";
        Finding::good("time limits", format!("{text}; {hint}"))
    } else {
        Finding::good("time limits", text)
    })
}

fn notifications(row: &PgRow) -> Result<Finding, sqlx::Error> {
    const TOPIC: &str = "notifications";
    let usage: f64 = row.try_get("queue_usage")?;
    let text = format!("{:.0} % of the server's queue is in use", usage * 100.0);
    let remedy = "end the session that listens and is in a transaction for long: it keeps the queue from being emptied";
    Ok(if usage >= 0.5 {
        let silent = format!("{text}: writers no longer notify, and consumers poll");
        Finding::error(TOPIC, silent, remedy)
    } else if usage >= 0.1 {
        Finding::warning(TOPIC, text, remedy)
    } else {
        Finding::good(TOPIC, text)
    })
}

fn activity_rights(row: &PgRow) -> Result<Finding, sqlx::Error> {
    const TOPIC: &str = "pg_read_all_stats";
    let role: String = row.try_get("role")?;
    Ok(if row.try_get("sees_activity")? {
        Finding::good(
            TOPIC,
            format!("the role {role} sees the transactions of others"),
        )
    } else {
        Finding::warning(
            TOPIC,
            format!(
                "the role {role} does not see what transactions of others do, nor how old they are"
            ),
            format!(
                "GRANT pg_read_all_stats TO \"{}\"",
                role.replace('"', "\"\"")
            ),
        )
    })
}

/// The oldest transaction: it keeps vacuum from clearing away what was deleted since.
pub(super) async fn look_at_activity(operator: &Operator) -> Result<Vec<Finding>, sqlx::Error> {
    const TOPIC: &str = "transactions";
    let mut connection = transaction::acquire(&operator.pool).await?;
    let examine = operator.doctor.examine_activity.query();
    let Some(row) = examine.fetch_optional(&mut *connection).await? else {
        return Ok(vec![Finding::good(TOPIC, "none is open")]);
    };
    let age: f64 = row.try_get("age")?;
    if age < OLD {
        let text = format!("the oldest is open for {age:.0} s");
        return Ok(vec![Finding::good(TOPIC, text)]);
    }
    let prepared: Option<String> = row.try_get("prepared")?;
    let pid: Option<i32> = row.try_get("pid")?;
    let (what, remedy) = match (prepared, pid) {
        (Some(prepared), _) => (
            format!("the prepared transaction {prepared:?}"),
            format!(
                "COMMIT PREPARED '{0}' or ROLLBACK PREPARED '{0}'",
                prepared.replace('\'', "''")
            ),
        ),
        (None, pid) => {
            let pid = pid.unwrap_or_default();
            let application: Option<String> = row.try_get("application")?;
            let what = format!(
                "the transaction of process {pid} ({})",
                application.unwrap_or_default()
            );
            (what, format!("SELECT pg_terminate_backend({pid})"))
        }
    };
    let text = format!(
        "{what} is open for {:.0} minutes, and vacuum clears nothing away that was deleted since",
        age / 60.0
    );
    Ok(vec![Finding::warning(TOPIC, text, remedy)])
}

pub(super) async fn look_for_pooler(operator: &Operator) -> Result<Vec<Finding>, sqlx::Error> {
    let mut connection = transaction::acquire(&operator.pool).await?;
    let is_pooled = session::is_pooled(&mut *connection, &operator.pool, PATIENCE).await?;
    Ok(vec![if is_pooled {
        Finding::warning(
            "pooler",
            "connections go through a transaction pooler, where LISTEN does not work: consumers poll",
            "give the consumers session connections",
        )
    } else if operator.pool.options().get_max_connections() < 2 {
        Finding::good("pooler", "with a single connection, none can be recognised")
    } else {
        Finding::good("pooler", "connections keep their sessions")
    }])
}

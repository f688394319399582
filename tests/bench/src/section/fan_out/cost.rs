//! What a Postgres has spent so far, as the operating system and its own counters say.

use std::fs;

use sqlx::{PgPool, Row};

use crate::Error;

/// How many of the kernel's ticks are a second; the same on every Linux that is in use.
const TICKS: f64 = 100.0;

/// The fields of `/proc/PID/stat` behind the name, which may hold spaces.
const PARENT: usize = 1;
const TIMES: std::ops::Range<usize> = 11..13;
const TIMES_WITH_ENDED_CHILDREN: std::ops::Range<usize> = 11..15;

/// The Postgres that is measured.
pub(super) struct Producer {
    pool: PgPool,
    postmaster: u32,
}

/// So far, or for each event.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    microseconds: f64,
    wal_bytes: f64,
    transactions: f64,
}

impl Producer {
    pub(super) async fn of(pool: &PgPool) -> Result<Self, Error> {
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(pool)
            .await?;
        let stat = stat(pid.unsigned_abs()).ok_or_else(no_times)?;
        Ok(Self {
            pool: pool.clone(),
            postmaster: stat.get(PARENT).copied().ok_or_else(no_times)? as u32,
        })
    }

    pub(super) async fn cost(&self) -> Result<Cost, Error> {
        // Sessions report their counters late, unless they are told to.
        let mut connections = Vec::new();
        while let Some(connection) = self.pool.try_acquire() {
            connections.push(connection);
        }
        for connection in &mut connections {
            sqlx::query("SELECT pg_stat_force_next_flush()")
                .execute(&mut **connection)
                .await?;
        }
        drop(connections);
        let read = "SELECT (pg_current_wal_lsn() - '0/0')::float8 AS wal_bytes,
                           (SELECT (xact_commit + xact_rollback)::float8
                              FROM pg_stat_database WHERE datname = current_database()) AS transactions";
        let row = sqlx::query(read).fetch_one(&self.pool).await?;
        Ok(Cost {
            microseconds: self.microseconds()?,
            wal_bytes: row.try_get("wal_bytes")?,
            transactions: row.try_get("transactions")?,
        })
    }

    /// Of the postmaster, of its processes, and of those that have ended.
    fn microseconds(&self) -> Result<f64, Error> {
        let sum = |stat: &[u64], fields| {
            let times: &[u64] = stat.get(fields).unwrap_or_default();
            times.iter().sum::<u64>()
        };
        let own = stat(self.postmaster).ok_or_else(no_times)?;
        let mut ticks = sum(&own, TIMES_WITH_ENDED_CHILDREN);
        let processes = fs::read_dir("/proc").map_err(Error::os("list /proc"))?;
        for process in processes.flatten() {
            let name = process.file_name();
            let pid = name.to_str().and_then(|name| name.parse().ok());
            if let Some(stat) = pid.and_then(stat)
                && stat.get(PARENT).copied() == Some(self.postmaster.into())
            {
                ticks += sum(&stat, TIMES);
            }
        }
        Ok(ticks as f64 / TICKS * 1_000_000.0)
    }
}

impl Cost {
    /// For each of these events, since then.
    pub(super) fn since(&self, before: &Self, events: usize) -> Self {
        let each = |now: f64, then: f64| (now - then) / events as f64;
        Self {
            microseconds: each(self.microseconds, before.microseconds),
            wal_bytes: each(self.wal_bytes, before.wal_bytes),
            transactions: each(self.transactions, before.transactions),
        }
    }

    pub(super) fn figures(&self) -> [f64; 3] {
        [self.microseconds, self.wal_bytes, self.transactions]
    }
}

/// The numbers behind the name of a process. None: it has ended, or the system has no `/proc`.
fn stat(pid: u32) -> Option<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    // What is no number, such as the state, counts as 0.
    let numbers = fields.split(' ').map(|field| field.parse().unwrap_or(0));
    Some(numbers.collect())
}

fn no_times() -> Error {
    Error::Figure("the times of processes are read from /proc, which only Linux has".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_parent_of_this_process_is_where_it_is_read() {
        let stat = stat(std::process::id()).unwrap();
        assert_eq!(stat[PARENT], u64::from(std::os::unix::process::parent_id()));
        assert!(stat.len() > TIMES_WITH_ENDED_CHILDREN.end);
    }
}

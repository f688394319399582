//! What a Postgres has spent so far, as the operating system and its own counters say.

use std::collections::HashMap;
use std::fs;

use sqlx::{PgPool, Row};

use crate::Error;

/// The field of `/proc/PID/stat` behind the name, which may hold spaces.
const PARENT: usize = 1;

/// The Postgres that is measured.
pub(super) struct Producer {
    pool: PgPool,
    postmaster: u32,
}

/// What was spent so far.
#[derive(Debug)]
pub(super) struct Spent {
    /// How many nanoseconds each process had on a processor.
    nanoseconds: HashMap<u32, u64>,
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

    pub(super) async fn spent(&self) -> Result<Spent, Error> {
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
        Ok(Spent {
            nanoseconds: self.nanoseconds()?,
            wal_bytes: row.try_get("wal_bytes")?,
            transactions: row.try_get("transactions")?,
        })
    }

    /// Of the postmaster and of its processes.
    fn nanoseconds(&self) -> Result<HashMap<u32, u64>, Error> {
        let mut found = HashMap::new();
        let processes = fs::read_dir("/proc").map_err(Error::os("list /proc"))?;
        for process in processes.flatten() {
            let name = process.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let parent = stat(pid).and_then(|stat| stat.get(PARENT).copied());
            if (pid == self.postmaster || parent == Some(self.postmaster.into()))
                && let Some(time) = time(pid)
            {
                found.insert(pid, time);
            }
        }
        Ok(found)
    }
}

impl Spent {
    /// Microseconds on a processor, bytes of the write-ahead log and transactions for each of these events, since then.
    /// Processes that have ended meanwhile, such as those of autovacuum, do not count.
    pub(super) fn since(&self, before: &Self, events: usize) -> [f64; 3] {
        let nanoseconds = self.nanoseconds.iter();
        let nanoseconds: u64 = nanoseconds
            .map(|(pid, now)| now - before.nanoseconds.get(pid).copied().unwrap_or(0).min(*now))
            .sum();
        [
            nanoseconds as f64 / 1000.0,
            self.wal_bytes - before.wal_bytes,
            self.transactions - before.transactions,
        ]
        .map(|spent| spent / events as f64)
    }
}

/// How many nanoseconds a process had on a processor.
fn time(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    text.split(' ').next()?.parse().ok()
}

/// The numbers behind the name of a process. None: it has ended, or the system has no `/proc`.
fn stat(pid: u32) -> Option<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    // A field that is not a number, such as the state, counts as 0.
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
        let before = time(std::process::id()).unwrap();
        assert!(before > 0);
    }
}

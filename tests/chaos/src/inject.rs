//! Carries out the plan of faults, and ends the transactions that writers left prepared.
//!
//! Faults of processes overlap each other and those of Postgres, as in production; only faults that
//! are carried out are counted. At the end every connection is open, and every process and Postgres
//! run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Row};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::balance::Imbalance;
use super::deployment::Site;
use super::plan::{Fault, Planned};
use super::process::Process;
use super::transaction::gid_commits;
use super::writer::end_prepared;
use super::{Error, reach};
use dispatcher_test_launcher::{Cluster, Silence};

/// How often each kind of fault was injected.
pub(super) type Injected = BTreeMap<&'static str, u64>;

/// Injects one fault after another. Returns how many there were, and what went wrong in deployments.
pub(super) async fn inject(
    plan: Vec<Planned>,
    cluster: &mut Cluster,
    processes: &[Arc<Process>],
    site: &Arc<Site>,
) -> Result<(Injected, Vec<Imbalance>), Error> {
    let mut injected = Injected::new();
    let mut found = Vec::new();
    let mut lasting = JoinSet::new();
    let mut next = tokio::time::Instant::now();
    for Planned { after, fault } in plan {
        next += after;
        tokio::time::sleep_until(next).await;
        let kind = fault.kind();
        match fault {
            Fault::Terminate { draws } => {
                *injected.entry(kind).or_default() += terminate(&site.admin, &draws).await;
            }
            Fault::Restart { how, down } => {
                cluster.stop(how).await?;
                tokio::time::sleep(down).await;
                cluster.restart().await?;
                *injected.entry(kind).or_default() += 1;
            }
            Fault::Kill(process)
            | Fault::Pause {
                replica: process, ..
            }
            | Fault::Cut { process, .. }
            | Fault::Silence { process, .. }
            | Fault::LoseAnswers { process, .. }
            | Fault::SetClock {
                replica: process, ..
            }
            | Fault::StopUnheard { replica: process } => {
                let process = Arc::clone(&processes[process]);
                lasting.spawn(async move {
                    let happened = befall(&process, fault).await;
                    (kind, happened.map(|it| (it, None)).map_err(Error::from))
                });
            }
            Fault::Redrive {
                per_second,
                stops_after,
            } => {
                let site = Arc::clone(site);
                lasting.spawn(async move {
                    let redriven = site.redrive(per_second, stops_after).await;
                    (kind, redriven.map(|()| (true, None)))
                });
            }
            Fault::PauseSubscription {
                draw,
                lasting: time,
            } => {
                let site = Arc::clone(site);
                lasting.spawn(async move {
                    let paused = site.pause_subscription(draw, time).await;
                    (kind, paused.map(|wrong| (true, wrong)))
                });
            }
            Fault::Roll { ends } => {
                let site = Arc::clone(site);
                lasting.spawn(async move { (kind, site.roll(ends).await.map(|()| (true, None))) });
            }
            Fault::Rename { ends } => {
                let site = Arc::clone(site);
                lasting.spawn(async move { (kind, site.rename(ends).await.map(|it| (true, it))) });
            }
        }
    }
    while let Some(result) = lasting.join_next().await {
        let (kind, happened) = result.map_err(|error| Error::Harness(error.to_string()))?;
        let (happened, wrong) = happened?;
        *injected.entry(kind).or_default() += u64::from(happened);
        found.extend(wrong);
    }
    processes.iter().for_each(|process| process.proxy.restore());
    Ok((injected, found))
}

/// One fault of one process; false if the process has already finished.
async fn befall(process: &Process, fault: Fault) -> std::io::Result<bool> {
    match fault {
        Fault::Kill(_) => return process.kill().await,
        Fault::Pause { lasting, .. } => return process.pause(lasting).await,
        Fault::Cut { lasting, .. } => {
            process.proxy.cut();
            tokio::time::sleep(lasting).await;
            process.proxy.restore();
        }
        Fault::Silence {
            lasting, then_cut, ..
        } => {
            process.proxy.silence(Silence::All);
            tokio::time::sleep(lasting).await;
            if then_cut {
                process.proxy.cut();
            }
            process.proxy.restore();
        }
        Fault::LoseAnswers { lasting, .. } => {
            process.proxy.silence(Silence::AnswersFrom("COMMIT"));
            tokio::time::sleep(lasting).await;
            process.proxy.cut();
            process.proxy.restore();
        }
        Fault::SetClock { end, by, .. } => return process.set_clock(end, by).await,
        Fault::StopUnheard { .. } => return process.stop_unheard().await,
        Fault::Terminate { .. }
        | Fault::Redrive { .. }
        | Fault::PauseSubscription { .. }
        | Fault::Restart { .. }
        | Fault::Roll { .. }
        | Fault::Rename { .. } => return Ok(false),
    }
    Ok(!process.said.borrow().finished)
}

/// Terminates connections of the processes; returns how many. The server may be down just now.
async fn terminate(admin: &PgPool, draws: &[u64]) -> u64 {
    let list = "SELECT pid FROM pg_stat_activity
                 WHERE backend_type = 'client backend' AND application_name LIKE 'chaos %'
                 ORDER BY application_name, pid";
    let Ok(pids) = sqlx::query_scalar::<_, i32>(list).fetch_all(admin).await else {
        return 0;
    };
    let mut ended = 0;
    for draw in draws {
        let Some(pid) = pids.get((draw % pids.len().max(1) as u64) as usize) else {
            break;
        };
        let terminate = sqlx::query_scalar::<_, bool>("SELECT pg_terminate_backend($1)").bind(pid);
        ended += u64::from(terminate.fetch_one(admin).await.unwrap_or(false));
    }
    ended
}

/// Ends prepared transactions that have been left for a second, until told to stop; returns how
/// many.
pub(super) async fn end_what_is_left(admin: &PgPool, mut stop: watch::Receiver<bool>) -> u64 {
    let mut ended = 0;
    let mut ticks = tokio::time::interval(Duration::from_millis(300));
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return ended,
            _ = ticks.tick() => {}
        }
        // The server may be down, or a writer was faster: the next look shows what is left.
        ended += resolve(admin, "1 second").await.unwrap_or_default().ended;
    }
}

/// Ends all prepared transactions.
pub(super) async fn end_all(admin: &PgPool) -> Result<u64, Error> {
    let mut ended = 0;
    loop {
        let resolved = reach(async || resolve(admin, "0 seconds").await).await?;
        ended += resolved.ended;
        if resolved.found == 0 {
            return Ok(ended);
        }
    }
}

#[derive(Default)]
struct Resolved {
    found: usize,
    ended: u64,
}

async fn resolve(admin: &PgPool, age: &str) -> Result<Resolved, sqlx::Error> {
    let list = "SELECT gid FROM pg_prepared_xacts
                 WHERE database = current_database() AND prepared <= clock_timestamp() - $1::interval";
    let rows = sqlx::query(list).bind(age).fetch_all(admin).await?;
    let mut ended = 0;
    for row in &rows {
        let gid: String = row.try_get("gid")?;
        if let Some(commits) = gid_commits(&gid) {
            let mut connection = admin.acquire().await?;
            ended += u64::from(end_prepared(&mut connection, &gid, commits).await.is_ok());
        }
    }
    Ok(Resolved {
        found: rows.len(),
        ended,
    })
}

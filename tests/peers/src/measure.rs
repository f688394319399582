//! The jobs, which are the same for every peer, and their figures.
//!
//! Nothing here knows a peer. All times are taken in this process, and every figure is a rate or a
//! time of one round.

mod backlog;
mod idle;
mod publishing;

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::peer::{Load, Peer};

/// One job that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// One event at a time, alone and within the caller's transaction.
    Publish,
    /// 100 events with one call.
    Bulk,
    /// Working through a backlog.
    Drain,
    /// How long it takes on an idle system until a handler is called.
    Wake,
}

impl Job {
    const ALL: [(&str, Self); 4] = [
        ("publish", Self::Publish),
        ("bulk", Self::Bulk),
        ("drain", Self::Drain),
        ("wake", Self::Wake),
    ];

    /// The job of that name.
    ///
    /// # Errors
    ///
    /// If no job has that name.
    pub(crate) fn named(name: &str) -> Result<Self> {
        match Self::ALL.iter().find(|(known, _)| *known == name) {
            Some((_, job)) => Ok(*job),
            None => bail!("there is no job {name:?}; --job takes {}", Self::names()),
        }
    }

    /// The names of all jobs.
    pub(crate) fn names() -> String {
        Self::ALL.map(|(name, _)| name).join(", ")
    }
}

/// What to measure, where, and how often.
pub(crate) struct Measurement {
    pub(crate) url: String,
    pub(crate) job: Job,
    pub(crate) rounds: u32,
    /// Shorter rounds, to check that everything works.
    pub(crate) quick: bool,
}

/// One line of output: a case and its value in each round.
#[derive(Serialize)]
struct Figure<'a> {
    case: &'a str,
    unit: &'static str,
    values: &'a [f64],
}

/// The figures of a run, by case.
#[derive(Default)]
struct Figures(BTreeMap<&'static str, (&'static str, Vec<f64>)>);

impl Figures {
    fn push(&mut self, case: &'static str, unit: &'static str, value: f64) {
        let (_, values) = self.0.entry(case).or_insert((unit, Vec::new()));
        values.push(value);
    }

    fn print(&self) -> Result<()> {
        for (case, (unit, values)) in &self.0 {
            println!("{}", serde_json::to_string(&Figure { case, unit, values })?);
        }
        Ok(())
    }
}

/// Measures the peer and prints its figures.
///
/// # Errors
///
/// If the database cannot be used, the peer fails, or effects are missing or were applied twice.
pub(crate) async fn run<P: Peer>(measurement: &Measurement) -> Result<()> {
    // Only for creating and reading the table of effects; the peer has a pool of its own.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect(&measurement.url)
        .await?;
    create_effect_table(&pool).await?;
    let load = match measurement.job {
        Job::Publish | Job::Bulk | Job::Drain => Load::Backlog,
        Job::Wake => Load::Idle,
    };
    let peer = P::open(&measurement.url, load).await?;
    let mut figures = Figures::default();
    for _ in 0..measurement.rounds {
        match measurement.job {
            Job::Publish => publishing::one_by_one(&peer, measurement.quick, &mut figures).await?,
            Job::Bulk => publishing::in_bulk(&peer, measurement.quick, &mut figures).await?,
            Job::Drain => backlog::drain(&peer, &pool, measurement.quick, &mut figures).await?,
            Job::Wake => idle::wake(&peer, measurement.quick, &mut figures).await?,
        }
    }
    figures.print()
}

async fn create_effect_table(pool: &PgPool) -> Result<()> {
    let sql = "CREATE TABLE effect (event_id text NOT NULL, credits bigint NOT NULL)";
    sqlx::query(sql).execute(pool).await?;
    Ok(())
}

//! What a peer has to implement to be measured, and the list of peers.
//!
//! Each peer implements it through its own public API. Its module says which of its settings were
//! chosen and why.

mod apalis;
mod graphile_worker;
mod obix;
mod river;
mod underway;

use std::time::Instant;

use anyhow::Result;
use tokio::sync::mpsc::UnboundedSender;

use crate::event::CreditLocked;
use crate::measure::{self, Measurement};

/// The peers, as `--peer` names them: by the names of their crates.
pub(crate) const NAMES: [&str; 5] = [
    "apalis-postgres",
    "graphile_worker",
    "obix",
    "riverqueue",
    "underway",
];

/// Connections of each peer's pool: room for 16 tasks that publish and for what the peer itself needs.
pub(crate) const CONNECTIONS: u32 = 20;

/// How the table of effects is written to. One row for each handled event.
const EFFECT: &str = "INSERT INTO effect (event_id, credits) VALUES ($1, $2)";

/// A queue or a log on Postgres.
pub(crate) trait Peer: Clone + Send + Sync + 'static {
    /// Works as long as it is held.
    type Worker;

    /// Connects and creates the peer's tables.
    fn open(url: &str, load: Load) -> impl Future<Output = Result<Self>>;

    /// Opens what another process would open, if the peer delivers within a process by other means
    /// than between processes.
    fn elsewhere(&self) -> impl Future<Output = Result<Option<Self>>> {
        async { Ok(None) }
    }

    /// Enqueues one event by itself; it is committed when this returns.
    fn publish(&self, event: CreditLocked) -> impl Future<Output = Result<()>> + Send;

    /// `BEGIN`, enqueues one event in that transaction, `COMMIT`.
    fn publish_within(&self, event: CreditLocked) -> impl Future<Output = Result<()>> + Send;

    /// Enqueues all of them with one call, in one transaction.
    fn publish_all(&self, events: Vec<CreditLocked>) -> impl Future<Output = Result<()>> + Send;

    /// Starts working existing and new events.
    fn start(&self, handler: Handler) -> impl Future<Output = Result<Self::Worker>>;

    /// Whether the database says that everything enqueued was worked.
    fn settled(&self, worker: &Self::Worker) -> impl Future<Output = Result<bool>>;

    /// Stops the worker, waiting for what is in flight.
    fn stop(&self, worker: Self::Worker) -> impl Future<Output = Result<()>>;
}

/// The load that the peer will meet, for peers whose documentation advises different settings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// As much as it can take: throughput counts.
    Backlog,
    /// Nothing most of the time: latency counts.
    Idle,
}

/// What a peer's handler does with each event.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    /// Whether it inserts a row into `effect`.
    pub(crate) writes: bool,
    /// Receives each call when it begins.
    pub(crate) calls: UnboundedSender<Instant>,
}

impl Handler {
    /// Reports that the handler was called.
    fn called(&self) {
        // Nothing receives once the measurement has ended.
        let _ = self.calls.send(Instant::now());
    }
}

/// Runs a measurement of the peer of that name.
///
/// # Errors
///
/// If no peer has that name, or it fails.
pub(crate) async fn measure(name: &str, measurement: &Measurement) -> Result<()> {
    match name {
        "apalis-postgres" => measure::run::<apalis::Apalis>(measurement).await,
        "graphile_worker" => measure::run::<graphile_worker::GraphileWorker>(measurement).await,
        "obix" => measure::run::<obix::Obix>(measurement).await,
        "riverqueue" => measure::run::<river::River>(measurement).await,
        "underway" => measure::run::<underway::Underway>(measurement).await,
        other => anyhow::bail!(
            "there is no peer {other:?}; --peer takes {}",
            NAMES.join(", ")
        ),
    }
}

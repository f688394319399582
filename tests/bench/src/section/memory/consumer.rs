//! The consumer whose memory is measured: `bench memory-consumer CASE URL EVENTS`.
//!
//! It handles that many events, stops, and prints its peak resident memory in bytes.

use std::fs;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::lead_captured::{self, LeadCaptured};
use acme_contracts::{Coaching, Identity};
use dispatcher_runtime::{
    Consumer, Delivery, DeliveryTx, EventEnvelope, HandlerError, StartFrom, State,
    SubscriptionOptions, subscribe,
};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::Semaphore;

use super::super::super::Error;
use super::case::Case;

/// The word that starts this process.
pub(in super::super::super) const COMMAND: &str = "memory-consumer";

/// How long an idle consumer runs, so that it does everything that it does while nothing happens.
const IDLE: Duration = Duration::from_secs(2);

/// How long the events may take before something must be wrong.
const LIMIT: Duration = Duration::from_secs(300);

/// The process: the words after [`COMMAND`].
pub(in super::super::super) fn main(arguments: &[String]) -> ExitCode {
    let understood = || {
        let [case, url, events] = arguments else {
            return None;
        };
        Some((
            Case::of_name(case)?,
            PgConnectOptions::from_str(url).ok()?,
            events.parse().ok()?,
        ))
    };
    let Some((case, options, events)) = understood() else {
        eprintln!("error: `{COMMAND}` is how the benchmark starts its own process");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Runtime::new().map_err(Error::os("start the tasks' threads"));
    let peak = runtime.and_then(|runtime| runtime.block_on(consume(case, options, events)));
    match peak {
        Ok(bytes) => {
            println!("{bytes}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One permit for each event that was handled.
#[derive(Clone, Debug)]
struct Handled {
    events: Arc<Semaphore>,
    fails_once: bool,
}

impl Handled {
    fn add(&self, delivery: &Delivery) -> Result<(), HandlerError> {
        if self.fails_once && delivery.attempt == 1 {
            return Err(HandlerError::retry("not the first time"));
        }
        self.events.add_permits(1);
        Ok(())
    }
}

async fn consume(case: Case, options: PgConnectOptions, events: u32) -> Result<u64, Error> {
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .connect_with(options)
        .await?;
    let handled = Handled {
        events: Arc::new(Semaphore::new(0)),
        fails_once: case == Case::Retried,
    };
    let leads = |pool: &PgPool| {
        Consumer::<Identity>::builder(pool.clone())
            .state(handled.clone())
            .retry([Duration::from_millis(20)])
    };
    let running = match case {
        Case::Idle | Case::Small => {
            let credits = Consumer::<Coaching>::builder(pool.clone()).state(handled.clone());
            let options = match case {
                Case::Idle => SubscriptionOptions::new().start_from(StartFrom::End),
                _ => SubscriptionOptions::new(),
            };
            let credits = credits.subscribe_with(hold_slot, options);
            credits.start().await?
        }
        Case::Large | Case::Retried => leads(&pool).subscribe(remember).start().await?,
        Case::Partitions => {
            let leads =
                leads(&pool).subscribe_with(remember, SubscriptionOptions::new().partitions(4));
            leads.start().await?
        }
        Case::Subscriptions => {
            let leads = leads(&pool).subscribe(remember).subscribe(greet);
            leads.subscribe(call).subscribe(count).start().await?
        }
    };
    let all = match case {
        Case::Subscriptions => events * 4,
        _ => events,
    };
    if case == Case::Idle {
        tokio::time::sleep(IDLE).await;
    }
    let done = tokio::time::timeout(LIMIT, handled.events.acquire_many(all)).await;
    if !matches!(done, Ok(Ok(_))) {
        return Err(Error::Figure(format!(
            "{} of {all} events were handled within {LIMIT:?}",
            handled.events.available_permits()
        )));
    }
    running.stop().await;
    peak()
}

/// The peak of this process, as Linux reports it.
fn peak() -> Result<u64, Error> {
    let path = "/proc/self/status";
    let status =
        fs::read_to_string(path).map_err(Error::os("read /proc/self/status, which Linux has"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes =
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kibibytes.map(|kibibytes| kibibytes * 1024).ok_or_else(|| {
        Error::Figure(format!(
            "{path} has no line `VmHWM: … kB`: the section memory needs Linux"
        ))
    })
}

#[subscribe(credit_locked)]
async fn hold_slot(
    _event: EventEnvelope<CreditLocked>,
    _tx: &mut DeliveryTx,
    State(handled): State<Handled>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    handled.add(&delivery)
}

#[subscribe(lead_captured)]
async fn remember(
    _event: EventEnvelope<LeadCaptured>,
    State(handled): State<Handled>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    handled.add(&delivery)
}

#[subscribe(lead_captured)]
async fn greet(
    _event: EventEnvelope<LeadCaptured>,
    State(handled): State<Handled>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    handled.add(&delivery)
}

#[subscribe(lead_captured)]
async fn call(
    _event: EventEnvelope<LeadCaptured>,
    State(handled): State<Handled>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    handled.add(&delivery)
}

#[subscribe(lead_captured)]
async fn count(
    _event: EventEnvelope<LeadCaptured>,
    State(handled): State<Handled>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    handled.add(&delivery)
}

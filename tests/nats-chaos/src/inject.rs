//! Carries out the plan of faults.
//!
//! Faults overlap each other, as in production, except for stores that are set back: the relay refuses a stream whose
//! lost messages have left the log, so these come when all other faults have ended. At the end every path is open, and
//! every process and server runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dispatcher_test_launcher::{Proxy, Silence};
use tokio::task::JoinSet;

use super::Error;
use super::plan::{Fault, Planned};
use super::process::Process;
use super::set_back::set_back;
use super::world::World;

/// How often each kind of fault was injected.
#[derive(Debug, Default)]
pub(super) struct Injected {
    pub(super) kinds: BTreeMap<&'static str, u64>,
    /// How many confirmed messages the stream has lost each time.
    pub(super) lost: Vec<i64>,
}

/// In how many steps the writers may go on between two faults.
const STEPS: u32 = 10;

/// Injects one fault after another.
pub(super) async fn inject(
    plan: Vec<Planned>,
    world: &Arc<World>,
    messages: i64,
) -> Result<Injected, Error> {
    let mut injected = Injected::default();
    let mut lasting = JoinSet::new();
    for Planned { after, fault } in plan {
        for _ in 0..STEPS {
            tokio::time::sleep(after / STEPS).await;
            world.pace.pass(1.0 / f64::from(STEPS));
        }
        world.trace.line("begins", format_args!("{fault:?}"));
        *injected.kinds.entry(fault.kind()).or_default() += 1;
        let of = match fault {
            Fault::SetBack => None,
            Fault::SetBackOne { server } => Some(server),
            _ => {
                let world = Arc::clone(world);
                lasting.spawn(async move {
                    let said = format!("{fault:?}");
                    let over = befall(&world, fault).await;
                    world.trace.line("is over", said);
                    over
                });
                continue;
            }
        };
        until_over(&mut lasting).await?;
        injected.lost.extend(set_back(world, of, messages).await?);
        world.trace.line("is over", "setting back");
    }
    until_over(&mut lasting).await?;
    Ok(injected)
}

async fn until_over(lasting: &mut JoinSet<Result<(), Error>>) -> Result<(), Error> {
    while let Some(ended) = lasting.join_next().await {
        ended.map_err(Error::harness)??;
    }
    Ok(())
}

async fn befall(world: &World, fault: Fault) -> Result<(), Error> {
    match fault {
        Fault::Kill { role, number } => world.process(role, number).kill().await?,
        Fault::Pause {
            role,
            number,
            lasting,
        } => world.process(role, number).pause(lasting).await?,
        Fault::Cut {
            role,
            number,
            lasting,
        } => {
            let process = world.process(role, number);
            process.nats.iter().for_each(Proxy::cut);
            tokio::time::sleep(lasting).await;
            process.restore();
        }
        Fault::Silence {
            role,
            number,
            lasting,
            then_cut,
        } => {
            let process = world.process(role, number);
            silence(&process, &process.nats, Silence::All, lasting, then_cut).await;
        }
        Fault::LoseConfirmations { number, lasting } => {
            let process = world.process(super::role::Role::Relay, number);
            let silenced = Silence::AnswersFrom("Nats-Batch-Commit");
            silence(&process, &process.nats, silenced, lasting, true).await;
        }
        Fault::LoseCommits { number, lasting } => {
            let process = world.process(super::role::Role::Mirror, number);
            let path = std::slice::from_ref(&process.postgres);
            silence(
                &process,
                path,
                Silence::AnswersFrom("COMMIT"),
                lasting,
                true,
            )
            .await;
        }
        Fault::KillPostgres { database, down } => {
            let mut cluster = world.database(database).lock().await;
            cluster.kill_9()?;
            tokio::time::sleep(down).await;
            cluster.restart().await?;
        }
        _ => return befall_nats(world, fault).await,
    }
    Ok(())
}

async fn silence(
    process: &Process,
    paths: &[Proxy],
    silenced: Silence,
    lasting: Duration,
    then_cut: bool,
) {
    paths.iter().for_each(|path| path.silence(silenced));
    tokio::time::sleep(lasting).await;
    if then_cut {
        paths.iter().for_each(Proxy::cut);
    }
    process.restore();
}

async fn befall_nats(world: &World, fault: Fault) -> Result<(), Error> {
    match fault {
        Fault::Full { lasting } => {
            if let Some(info) = world.stream().await {
                let room = i64::try_from(info.state.bytes).unwrap_or(i64::MAX);
                world
                    .configure(|config| config.max_bytes = room.saturating_add(4_096))
                    .await?;
                tokio::time::sleep(lasting).await;
                world.configure(|config| config.max_bytes = -1).await?;
            }
        }
        Fault::KillServer { server, down } => {
            let number = world.number(server).await;
            world.nats.lock().await.servers[number].kill_9()?;
            tokio::time::sleep(down).await;
            world.nats.lock().await.servers[number].restart().await?;
        }
        Fault::PauseServer { server, lasting } => {
            let number = world.number(server).await;
            world.nats.lock().await.servers[number].pause()?;
            tokio::time::sleep(lasting).await;
            world.nats.lock().await.servers[number].resume()?;
        }
        Fault::Outage { down } => {
            for number in 0..world.replicas {
                world.nats.lock().await.servers[number].kill_9()?;
            }
            tokio::time::sleep(down).await;
            for number in 0..world.replicas {
                world.nats.lock().await.servers[number].restart().await?;
            }
        }
        Fault::Isolate {
            server,
            lasting,
            is_silent,
        } => {
            let number = world.number(server).await;
            let isolate = async |is_silent| {
                let nats = world.nats.lock().await;
                if is_silent {
                    nats.silence(number);
                } else {
                    nats.isolate(number);
                }
            };
            isolate(is_silent).await;
            tokio::time::sleep(lasting).await;
            if is_silent {
                // What was held back is lost, as when the other side has given the connection up.
                isolate(false).await;
            }
            world.nats.lock().await.join(number);
        }
        _ => {}
    }
    Ok(())
}

//! Stores that are set back: what a power failure does to servers that had not synced what they had confirmed.
//!
//! The servers are killed, their stores copied, and started again; when the stream has so many messages more, they are
//! killed, and start with the copies. Then the stream has to come to be as long as it was.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Error;
use super::world::{PAUSE, World};

/// How long the stream may take to have that many messages more.
const LIMIT: Duration = Duration::from_secs(20);

/// How long it may take to have them again.
const HEALS_WITHIN: Duration = Duration::from_secs(180);

/// Sets the stores of all servers back, or that of one. How many messages the stream had lost then, at least; None if
/// nothing was lost.
pub(super) async fn set_back(
    world: &Arc<World>,
    of: Option<usize>,
    messages: i64,
) -> Result<Option<i64>, Error> {
    if world.has_written.load(Ordering::Relaxed) {
        return Ok(None); // Nothing more comes that could be lost.
    }
    world.keeps.send_replace(true);
    let lost = set_back_and_heal(world, of, messages).await;
    world.keeps.send_replace(false);
    lost
}

async fn set_back_and_heal(
    world: &Arc<World>,
    of: Option<usize>,
    messages: i64,
) -> Result<Option<i64>, Error> {
    let stores = world.stores().await;
    let numbers: Vec<_> = (0..stores.len())
        .filter(|number| of.is_none_or(|of| of == *number))
        .collect();
    kill(world, &numbers).await?;
    for number in &numbers {
        let (store, copied) = &stores[*number];
        copy(store, copied)?;
    }
    restart(world, &numbers).await?;
    let kept = last(world).await?;
    world.pace.ask(messages as f64 * 1.1);
    _ = until(world, kept + messages, LIMIT).await;
    let before = last(world).await?;
    let line = format!("{of:?} from sequence {before} to {kept}");
    world.trace.line("sets back", line);

    kill(world, &numbers).await?;
    for number in &numbers {
        let (store, copied) = &stores[*number];
        fs::remove_dir_all(store)?;
        fs::rename(copied, store)?;
    }
    restart(world, &numbers).await?;
    if until(world, before, HEALS_WITHIN).await.is_none() {
        return Err(Error::Harness(format!(
            "the stream was set back from {before} to {kept}, and is not as long again within {HEALS_WITHIN:?}"
        )));
    }
    // One that is set back alone has lost nothing; the others still have it.
    Ok(of.is_none().then_some(before - kept))
}

async fn kill(world: &World, numbers: &[usize]) -> Result<(), Error> {
    for number in numbers {
        world.nats.lock().await.servers[*number].kill_9()?;
    }
    Ok(())
}

async fn restart(world: &World, numbers: &[usize]) -> Result<(), Error> {
    for number in numbers {
        world.nats.lock().await.servers[*number].restart().await?;
    }
    Ok(())
}

async fn last(world: &World) -> Result<i64, Error> {
    let info = world.until_ready().await?;
    Ok(i64::try_from(info.state.last_sequence).unwrap_or(i64::MAX))
}

/// None: it does not come so far in time.
async fn until(world: &World, sequence: i64, limit: Duration) -> Option<()> {
    let reached = async {
        while last(world).await.is_ok_and(|last| last < sequence) {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(limit, reached).await.ok()
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

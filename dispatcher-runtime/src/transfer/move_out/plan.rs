//! What a move would do, and what is in its way.

use serde::Serialize;
use sqlx::Row;

use super::MoveOut;
use super::error::MoveError;
use super::legs::{self, Wires};
use super::side::{Moving, Open, Subscription};
use super::stage::MoveStage;
use crate::postgres::transaction;

/// Where a move is, and what is in its way.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct MovePlan {
    /// The domain.
    pub consumer: String,
    /// The database that it leaves: `database.schema@cluster`.
    pub source: String,
    /// The database that it goes to.
    pub target: String,
    /// Where the move is. `None`: the source has no subscription of the domain.
    pub stage: Option<MoveStage>,
    /// What is moved.
    pub subscriptions: Vec<MovingSubscription>,
    /// The stream that brings events from the source to the target.
    pub wire: Option<Wire>,
    /// What is in the way, and what to do. Empty: the next step is allowed.
    pub problems: Vec<String>,
    /// What should be known, and stops nothing.
    pub notes: Vec<String>,
}

/// A subscription that is moved, as the source has it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct MovingSubscription {
    /// Its name.
    pub subscription: String,
    /// How far it is moved.
    pub stage: MoveStage,
    /// How many leases are in force in the source.
    pub holders: u64,
    /// How many events wait.
    pub waiting: u64,
    /// How many dead letters are open.
    pub dead_letters: u64,
}

/// The stream between the two, and how far it is.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Wire {
    /// The stream.
    pub stream: String,
    /// The position of the source's log up to which its relay has sent.
    pub relayed_to: i64,
    /// The last sequence that the relay has sent.
    pub relayed: i64,
    /// The last sequence that the mirror has brought.
    pub mirrored: i64,
}

impl MovePlan {
    pub(super) fn refuse(&self) -> Result<(), MoveError> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(MoveError::refused(self.problems.clone()))
        }
    }
}

pub(super) async fn plan(act: &MoveOut, moving: &Moving) -> Result<MovePlan, MoveError> {
    let wires = Wires::read(moving).await?;
    let mut problems = Vec::new();
    let is_over = moving.least() >= Some(MoveStage::Carried);
    if moving.least().is_none() {
        problems = moving.not_started(&act.consumer);
    } else if !is_over {
        problems = in_the_way(moving, &wires).await?;
    }
    let mut notes = wires.notes();
    if wires.backward().is_none() && !is_over {
        notes.push(format!(
            "events that {} publishes in the target are for other domains there only: run a relay there, and a mirror where \
             they are handled",
            act.consumer
        ));
    }
    let subscriptions = moving.staged().map(|(mine, stage)| MovingSubscription {
        subscription: mine.name.clone(),
        stage,
        holders: count(mine.holders),
        waiting: count(mine.waiting),
        dead_letters: count(mine.dead_letters),
    });
    Ok(MovePlan {
        consumer: act.consumer.clone(),
        source: moving.source.identity.clone(),
        target: moving.target.identity.clone(),
        stage: moving.least(),
        subscriptions: subscriptions.collect(),
        wire: wires.forward().map(|(relay, mirror)| Wire {
            stream: relay.stream.clone(),
            relayed_to: relay.position,
            relayed: relay.sequence,
            mirrored: mirror.sequence,
        }),
        problems,
        notes,
    })
}

async fn in_the_way(moving: &Moving, wires: &Wires) -> Result<Vec<String>, MoveError> {
    let types = all_types(&moving.here);
    let mut problems = legs::problems(moving, wires, types.clone()).await?;
    if moving.source.migration != moving.target.migration {
        problems.push(
            "the tables of the two are not of the same version: run `dispatcher migrate` on both, with the newer program"
                .to_owned(),
        );
    }
    for mine in &moving.here {
        if mine.redriving > 0 {
            problems.push(redriving(mine));
        }
        if mine.is_remote {
            problems.push(format!(
                "{} reads the log of another database (`events_from`), whose positions are not those of the source: let it \
                 read a log beside it first",
                mine.name
            ));
        }
    }
    problems.extend(other_contracts(moving, types.unwrap_or_default()).await?);
    Ok(problems)
}

/// The event types of all; `None` where one has not said which it takes.
fn all_types(subscriptions: &[Subscription]) -> Option<Vec<String>> {
    let types = subscriptions.iter().map(Subscription::types);
    let mut types = types.collect::<Option<Vec<_>>>()?.concat();
    types.sort();
    types.dedup();
    Some(types)
}

pub(super) fn redriving(mine: &Subscription) -> String {
    format!(
        "{} dead letters of {} are being redriven: wait until the redrive has ended, or stop it",
        mine.redriving, mine.name
    )
}

/// Versions that the target lacks or has otherwise. Where one of the two has no contracts, nothing depends on them there.
async fn other_contracts(moving: &Moving, types: Vec<String>) -> Result<Vec<String>, MoveError> {
    let source = digests(&moving.source).await?;
    let target = digests(&moving.target).await?;
    if source.is_empty() || target.is_empty() {
        return Ok(Vec::new());
    }
    let moved = source.iter().filter(|(name, ..)| types.contains(name));
    let other = moved.filter(|one| !target.contains(one));
    let other: Vec<_> = other
        .map(|(name, version, _)| format!("{name} v{version}"))
        .collect();
    if other.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![format!(
        "the target has no contracts of {}, or others: push those of the domain there (`dispatcher contracts push`)",
        other.join(", ")
    )])
}

async fn digests(side: &Open) -> Result<Vec<(String, i32, Option<String>)>, MoveError> {
    let mut connection = transaction::acquire(&side.pool).await?;
    let digest = side.statements.digest_contracts.query();
    let rows = digest.fetch_all(&mut *connection).await?;
    let rows = rows.iter().map(|row| {
        let version = row.try_get("schema_version")?;
        Ok((row.try_get("event_type")?, version, row.try_get("digest")?))
    });
    Ok(rows.collect::<Result<_, sqlx::Error>>()?)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

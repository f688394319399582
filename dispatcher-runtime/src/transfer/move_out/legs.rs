//! What brings events from one database to the other, and whether it has brought what was handled.
//!
//! A source has events of three kinds: its own, which its relay sends and a mirror of the target brings; those that came from
//! the target, which are there already; and those of other streams, of which both have a mirror.

use std::collections::BTreeSet;

use sqlx::Row;

use super::error::MoveError;
use super::side::{Moving, Open};
use crate::postgres::transaction;

const RELAY: &str = "relay";
const MIRROR: &str = "mirror";

/// A relay or a mirror, as its row has it.
pub(super) struct Leg {
    direction: String,
    pub(super) stream: String,
    stream_created_at: Option<String>,
    pub(super) sequence: i64,
    pub(super) position: i64,
    waits_for: Option<String>,
    is_running: bool,
}

/// The relays and mirrors of both databases. The source is read first.
pub(super) struct Wires {
    /// The last position of the source, before its relays and mirrors were read.
    pub(super) last: i64,
    source: Vec<Leg>,
    target: Vec<Leg>,
}

impl Wires {
    pub(super) async fn read(moving: &Moving) -> Result<Self, MoveError> {
        let mut log = moving.source.log.begin().await?;
        let (last, _) = moving.source.log.horizon_in(&mut log).await?;
        log.rollback().await?;
        Ok(Self {
            last,
            source: list(&moving.source).await?,
            target: list(&moving.target).await?,
        })
    }

    /// Reads what has changed. Once the relay has sent what was read, the source stays as it was then: what the relay
    /// sends later need not be in the target.
    pub(super) async fn look_again(&mut self, moving: &Moving, read: i64) -> Result<(), MoveError> {
        let has_sent = self
            .forward()
            .is_some_and(|(relay, _)| relay.position >= read);
        if has_sent {
            self.target = list(&moving.target).await?;
        } else {
            *self = Self::read(moving).await?;
        }
        Ok(())
    }

    /// The relay of the source, and the mirror of the target that reads its stream.
    pub(super) fn forward(&self) -> Option<(&Leg, &Leg)> {
        let mut relays = of(&self.source, RELAY);
        relays.find_map(|relay| Some((relay, mirror_of(&self.target, relay)?)))
    }

    /// The mirror of the source that reads the stream of the target's relay.
    pub(super) fn backward(&self) -> Option<&Leg> {
        let mut relays = of(&self.target, RELAY);
        relays.find_map(|relay| mirror_of(&self.source, relay))
    }

    /// The streams of which both have a mirror.
    pub(super) fn shared(&self) -> impl Iterator<Item = (&Leg, &Leg)> {
        let mirrors = of(&self.source, MIRROR);
        mirrors.filter_map(|mine| Some((mine, mirror_of(&self.target, mine)?)))
    }

    /// What has not been brought of what the source has handled, up to a position.
    pub(super) fn behind(&self, read: i64) -> Option<String> {
        if let Some((relay, mirror)) = self.forward() {
            let stream = &relay.stream;
            if relay.position < read {
                return Some(format!(
                    "the relay has sent the log up to position {} to the stream {stream:?}, and the domain has read up to {read}",
                    relay.position
                ));
            }
            if mirror.sequence < relay.sequence {
                return Some(lagging(mirror, relay.sequence));
            }
        }
        let mut shared = self.shared();
        let lag = shared.find(|(mine, theirs)| theirs.sequence < mine.sequence);
        lag.map(|(mine, theirs)| lagging(theirs, mine.sequence))
    }

    /// What is missing between the two, for events of these origins.
    fn missing(&self, origins: &BTreeSet<String>) -> Vec<String> {
        let from_target: Vec<_> = of(&self.target, RELAY).map(|it| &it.stream).collect();
        let mut problems = Vec::new();
        for origin in origins {
            if origin.is_empty() && self.forward().is_none() {
                problems.push(self.without_forward());
            }
            let is_brought = origin.is_empty()
                || from_target.contains(&origin)
                || self.shared().any(|(mine, _)| mine.stream == *origin);
            if !is_brought {
                problems.push(format!(
                    "the domain handles events of the stream {origin:?}, and the target has no mirror of it: run one, with \
                     the event types of the domain"
                ));
            }
        }
        if problems.is_empty() && self.forward().is_none() && self.backward().is_none() {
            problems.push(self.without_forward());
        }
        problems
    }

    fn without_forward(&self) -> String {
        let relay = of(&self.source, RELAY).next();
        match relay {
            None => "no relay sends the events of the source to a stream: run one there".to_owned(),
            Some(relay) => format!(
                "no mirror of the target reads the stream {:?} of the source's relay: run one there, with the event types of \
                 the domain",
                relay.stream
            ),
        }
    }

    /// Those that no process works on, and those that wait.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (place, all) in [("source", &self.source), ("target", &self.target)] {
            for one in all {
                let name = format!(
                    "the {} of the stream {:?} at the {place}",
                    one.direction, one.stream
                );
                match &one.waits_for {
                    Some(reason) => notes.push(format!("{name} waits: {reason}")),
                    None if !one.is_running => notes.push(format!("{name} is not running")),
                    None => {}
                }
            }
        }
        notes
    }
}

/// What is in the way of the move, as far as relays and mirrors go.
pub(super) async fn problems(
    moving: &Moving,
    wires: &Wires,
    types: Option<Vec<String>>,
) -> Result<Vec<String>, MoveError> {
    let mut connection = transaction::acquire(&moving.source.pool).await?;
    let list = moving.source.statements.list_origins.query().bind(types);
    let rows = list.fetch_all(&mut *connection).await?;
    let origins = rows.iter().map(|row| row.try_get("origin"));
    let origins = origins.collect::<Result<BTreeSet<String>, _>>()?;
    Ok(wires.missing(&origins))
}

async fn list(side: &Open) -> Result<Vec<Leg>, MoveError> {
    let mut connection = transaction::acquire(&side.pool).await?;
    let list = side.statements.list_wires.query();
    let rows = list.fetch_all(&mut *connection).await?;
    let rows = rows.iter().map(|row| {
        Ok(Leg {
            direction: row.try_get("direction")?,
            stream: row.try_get("stream")?,
            stream_created_at: row.try_get("stream_created_at")?,
            sequence: row.try_get("sequence")?,
            position: row.try_get("position")?,
            waits_for: row.try_get("waits_for")?,
            is_running: row.try_get("is_running")?,
        })
    });
    Ok(rows.collect::<Result<_, sqlx::Error>>()?)
}

fn of<'a>(all: &'a [Leg], direction: &'static str) -> impl Iterator<Item = &'a Leg> {
    all.iter().filter(move |one| one.direction == direction)
}

/// The mirror of the same stream: of that name, and made at that time.
fn mirror_of<'a>(all: &'a [Leg], one: &Leg) -> Option<&'a Leg> {
    of(all, MIRROR).find(|mirror| {
        mirror.stream == one.stream && mirror.stream_created_at == one.stream_created_at
    })
}

fn lagging(mirror: &Leg, sequence: i64) -> String {
    format!(
        "the mirror of the stream {:?} is at sequence {}, and {sequence} is needed",
        mirror.stream, mirror.sequence
    )
}

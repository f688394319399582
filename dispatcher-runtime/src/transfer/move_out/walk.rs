//! Where a subscription goes on in another log: the first event there that it has not handled, and what it has beyond that.

use std::collections::{HashMap, HashSet};

use sqlx::{PgConnection, Row};
use time::OffsetDateTime;

use super::error::MoveError;
use super::legs::Wires;
use super::side::{Moving, Subscription};
use crate::log::Anchor;

/// How many ids are asked for at once, as the statements have it.
const BATCH: usize = 1000;

/// How many missing events a problem names.
const NAMED: usize = 3;

/// The cursors of a subscription in the target.
#[derive(Default)]
pub(super) struct NewCursor {
    pub(super) position: i64,
    pub(super) began_at: i64,
    pub(super) anchor: Option<Anchor>,
}

/// Both logs, read by one move.
pub(super) struct Walk<'a> {
    pub(super) moving: &'a Moving,
    pub(super) consumer: &'a str,
    pub(super) source: &'a mut PgConnection,
    pub(super) target: &'a mut PgConnection,
    /// Every event that the source has handled is in the target up to here.
    pub(super) horizon: i64,
    pub(super) reach: Reach,
}

/// What the target cannot be missing, and what it has that the source never had.
pub(super) struct Reach {
    /// The source's own events up to here are in the target.
    own: i64,
    /// And those of other streams up to here.
    others: i64,
    /// By origin: up to this position of the target, the source has had its events. `''`: those of the target itself.
    seen: HashMap<String, i64>,
}

/// An event in a log.
struct Placed {
    position: i64,
    event_id: String,
    origin: Option<String>,
}

impl Reach {
    pub(super) async fn read(
        moving: &Moving,
        wires: &Wires,
        (source, target): (&mut PgConnection, &mut PgConnection),
    ) -> Result<Self, MoveError> {
        let mut seen = HashMap::new();
        let own = match wires.forward() {
            Some((relay, _)) => {
                seen.insert(relay.stream.clone(), i64::MAX);
                relay.position.min(wires.last)
            }
            None => 0,
        };
        let backward = wires.backward().map(|it| (String::new(), &it.stream));
        let shared = wires.shared();
        let shared = shared.map(|(mine, _)| (mine.stream.clone(), &mine.stream));
        for (origin, stream) in backward.into_iter().chain(shared) {
            let read = moving.source.statements.read_transfer.query();
            let read = read.bind("mirror").bind(&**stream);
            let row = read.fetch_optional(&mut *source).await?;
            let anchor: Option<String> = match row {
                Some(row) => row.try_get("anchor_event_id")?,
                None => None,
            };
            let ids: Vec<_> = anchor.into_iter().collect();
            let found = positions(moving, &mut *target, &ids).await?;
            seen.insert(origin, found.into_values().next().unwrap_or(0));
        }
        Ok(Self {
            own,
            others: wires.last,
            seen,
        })
    }

    /// Whether the target has to have an event of the source.
    fn has(&self, event: &Placed) -> bool {
        match &event.origin {
            None => event.position <= self.own,
            Some(_) => event.position <= self.others,
        }
    }

    /// Whether the source has had an event of the target that it does not have now.
    fn had(&self, event: &Placed) -> bool {
        let origin = event.origin.as_deref().unwrap_or("");
        self.seen
            .get(origin)
            .is_some_and(|until| event.position <= *until)
    }
}

impl Walk<'_> {
    /// The cursor of a subscription. What the target had recorded of events that are to be handled is removed.
    pub(super) async fn cursor(&mut self, mine: &Subscription) -> Result<NewCursor, MoveError> {
        let first = self.first_unread(mine).await?;
        let unseen = self.first_unseen(mine).await?;
        let firsts = first.into_iter().chain(unseen);
        let position = firsts.map(|first| first - 1).min().unwrap_or(self.horizon);
        let position = position.min(self.horizon).max(0);
        let anchor = self
            .moving
            .target
            .log
            .last_event(&mut *self.target, position)
            .await?;
        Ok(NewCursor {
            position,
            began_at: self.began_at(mine, position).await?,
            anchor,
        })
    }

    /// Where the first event is that the source has not read.
    async fn first_unread(&mut self, mine: &Subscription) -> Result<Option<i64>, MoveError> {
        let types = mine.types();
        let mut after = mine.cursors().into_iter().min().unwrap_or(0);
        let (mut first, mut missing) = (None::<i64>, Vec::new());
        // What is published later comes behind the horizon of the target.
        let until = self.last_of_source().await?;
        loop {
            let read = self.moving.source.statements.read_unread.query();
            let read = read.bind(types.clone()).bind(after).bind(mine.cursors());
            let events = placed(&read.fetch_all(&mut *self.source).await?)?;
            let ids: Vec<_> = events.iter().map(|event| event.event_id.clone()).collect();
            let found = positions(self.moving, &mut *self.target, &ids).await?;
            first = first.into_iter().chain(found.values().copied()).min();
            if types.is_some() {
                let absent = events.iter().filter(|it| !found.contains_key(&it.event_id));
                missing.extend(
                    absent
                        .filter(|it| self.reach.has(it))
                        .map(|it| it.event_id.clone()),
                );
            }
            self.forget(&mine.name, found.into_keys().collect()).await?;
            match events.last() {
                Some(last) if events.len() == BATCH && last.position < until => {
                    after = last.position;
                }
                _ => break,
            }
        }
        refuse_missing(&missing, "has not handled yet")?;
        Ok(first)
    }

    async fn last_of_source(&mut self) -> Result<i64, MoveError> {
        let horizon = self.moving.source.log.horizon_in(&mut *self.source).await?;
        Ok(horizon.0)
    }

    /// A rewind in the source, after an earlier move, has events handled again.
    async fn forget(&mut self, name: &str, ids: Vec<String>) -> Result<(), MoveError> {
        let forget = self.moving.target.statements.forget_handled.query();
        let forget = forget.bind(self.consumer.to_owned()).bind(name);
        forget.bind(ids).execute(&mut *self.target).await?;
        Ok(())
    }

    /// Where the first event is that the source cannot have had.
    async fn first_unseen(&mut self, mine: &Subscription) -> Result<Option<i64>, MoveError> {
        let (origins, until): (Vec<_>, Vec<_>) = self.reach.seen.clone().into_iter().unzip();
        let find = self.moving.target.statements.find_unseen.query();
        let find = find.bind(mine.types()).bind(self.horizon);
        let row = find
            .bind(origins)
            .bind(until)
            .fetch_one(&mut *self.target)
            .await?;
        Ok(row.try_get("position")?)
    }

    /// Where the subscription began, as its list of deliveries has it.
    async fn began_at(&mut self, mine: &Subscription, position: i64) -> Result<i64, MoveError> {
        if mine.began_at == 0 {
            return Ok(0);
        }
        let log = &self.moving.source.log;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let next = log
            .event_ids(&mut *self.source, mine.began_at, i64::MAX, limit)
            .await?;
        let ids: Vec<_> = next.into_iter().map(|(_, id)| id).collect();
        let found = positions(self.moving, &mut *self.target, &ids).await?;
        let first = found.into_values().min();
        Ok(first.map_or(position, |first| (first - 1).clamp(0, position)))
    }

    /// Writes down which events beyond the cursor the source has handled.
    pub(super) async fn record_handled(
        &mut self,
        mine: &Subscription,
        cursor: i64,
    ) -> Result<(), MoveError> {
        let mut after = cursor;
        loop {
            let read = self.moving.target.statements.read_beyond.query();
            let read = read.bind(mine.types()).bind(after).bind(self.horizon);
            let events = placed(&read.fetch_all(&mut *self.target).await?)?;
            self.record_of(mine, &events).await?;
            match events.last() {
                Some(last) if events.len() == BATCH => after = last.position,
                _ => return Ok(()),
            }
        }
    }

    async fn record_of(&mut self, mine: &Subscription, events: &[Placed]) -> Result<(), MoveError> {
        let ids: Vec<_> = events.iter().map(|event| event.event_id.clone()).collect();
        let fates = self.moving.source.statements.read_fates.query();
        let fates = fates.bind(self.consumer.to_owned()).bind(&*mine.name);
        let rows = fates.bind(&ids).bind(mine.cursors());
        let rows = rows.fetch_all(&mut *self.source).await?;
        let (mut handled, mut times) = (Vec::new(), Vec::new());
        let mut known = HashSet::new();
        for row in &rows {
            let id: String = row.try_get("event_id")?;
            let at: Option<OffsetDateTime> = row.try_get("handled_at")?;
            let is_done = at.is_some() || row.try_get("is_read")?;
            if is_done && !row.try_get::<bool, _>("is_waiting")? {
                handled.push(id.clone());
                times.push(at);
            }
            known.insert(id);
        }
        let gone = events.iter().filter(|it| !known.contains(&it.event_id));
        for event in gone.filter(|it| self.reach.had(it)) {
            handled.push(event.event_id.clone());
            times.push(None);
        }
        let insert = self.moving.target.statements.insert_handled.query();
        let insert = insert.bind(self.consumer.to_owned()).bind(&*mine.name);
        insert
            .bind(handled)
            .bind(times)
            .execute(&mut *self.target)
            .await?;
        Ok(())
    }
}

/// Where events of these ids are in the target.
pub(super) async fn positions(
    moving: &Moving,
    target: &mut PgConnection,
    ids: &[String],
) -> Result<HashMap<String, i64>, MoveError> {
    let find = moving.target.statements.find_positions.query().bind(ids);
    let rows = find.fetch_all(target).await?;
    let found = rows
        .iter()
        .map(|row| Ok((row.try_get("event_id")?, row.try_get("position")?)));
    Ok(found.collect::<Result<_, sqlx::Error>>()?)
}

pub(super) fn refuse_missing(missing: &[String], what: &str) -> Result<(), MoveError> {
    if missing.is_empty() {
        return Ok(());
    }
    let named: Vec<_> = missing.iter().take(NAMED).map(String::as_str).collect();
    Err(MoveError::refused(vec![format!(
        "{} events that the domain {what} are not in the log of the target, such as {}: the mirror does not take their type, \
         or the stream or the log had removed them. Have the source handle them first (go back), or give the mirror the types",
        missing.len(),
        named.join(", ")
    )]))
}

fn placed(rows: &[sqlx::postgres::PgRow]) -> Result<Vec<Placed>, sqlx::Error> {
    let rows = rows.iter().map(|row| {
        Ok(Placed {
            position: row.try_get("position")?,
            event_id: row.try_get("event_id")?,
            origin: row.try_get("origin")?,
        })
    });
    rows.collect()
}

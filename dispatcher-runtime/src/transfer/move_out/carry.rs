//! O3: what the subscriptions have in the source, written into the target in one transaction.
//!
//! The rows of the source are locked until it has committed, so that no operator ends the pause meanwhile.

use sqlx::{PgConnection, Row};

use super::MoveOut;
use super::error::MoveError;
use super::legs::Wires;
use super::side::{Moving, Subscription, columns};
use super::stage::{MoveStage, Step};
use super::walk::{Reach, Walk, positions, refuse_missing};

/// How many bytes of dead letters are carried at once, and how many letters.
const LETTERS: (i64, usize) = (8 << 20, 200);

/// O3.
pub(super) async fn carry(act: &MoveOut, moving: &Moving, wires: &Wires) -> Result<(), MoveError> {
    let consumer = &*act.consumer;
    let mut source = moving.source.begin().await?;
    moving.source.lock(&mut source, consumer).await?;
    let mut target = moving.target.begin().await?;
    moving.target.lock(&mut target, consumer).await?;
    let here = moving.source.subscriptions(&mut source, consumer).await?;
    let there = moving.target.subscriptions(&mut target, consumer).await?;
    let mut pairs = Vec::new();
    for mine in &here {
        let theirs = there.iter().find(|theirs| theirs.name == mine.name);
        if let (Some(MoveStage::Paused), Some(theirs)) = (moving.stage(Some(mine), theirs)?, theirs)
        {
            pairs.push((mine, theirs));
        }
    }
    if pairs.is_empty() {
        // Another operator was faster.
        return Ok(());
    }
    refuse_busy(&pairs)?;
    let (horizon, reach) = look(moving, wires, &pairs, (&mut source, &mut target)).await?;
    let mut walk = Walk {
        moving,
        consumer,
        source: &mut source,
        target: &mut target,
        horizon,
        reach,
    };
    for (mine, theirs) in &pairs {
        carry_one(&mut walk, mine, theirs).await?;
    }
    let outcome = format!("carried: {} subscriptions", pairs.len());
    act.audit(&mut target, moving, &moving.target, Step::Carry, &outcome)
        .await?;
    target.commit().await?;
    source.rollback().await?;
    Ok(())
}

fn refuse_busy(pairs: &[(&Subscription, &Subscription)]) -> Result<(), MoveError> {
    let mut problems = Vec::new();
    for (mine, theirs) in pairs {
        for (place, one) in [("source", mine), ("target", theirs)] {
            if one.holders > 0 {
                problems.push(format!(
                    "{} leases on {} are in force at the {place} although it is paused: stop its consumers there",
                    one.holders, one.name
                ));
            }
            if one.redriving > 0 {
                problems.push(super::plan::redriving(one));
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(MoveError::refused(problems))
    }
}

/// How far the target is known to have everything. The horizon is read after the wires.
async fn look(
    moving: &Moving,
    wires: &Wires,
    pairs: &[(&Subscription, &Subscription)],
    (source, target): (&mut PgConnection, &mut PgConnection),
) -> Result<(i64, Reach), MoveError> {
    let read = pairs
        .iter()
        .flat_map(|(mine, _)| mine.positions.iter().copied());
    // The pause may have been lifted and set again since it was waited for.
    let read = read.max().unwrap_or(0);
    // A relay goes no further than the last event, and a cursor may.
    let last = moving.source.log.last_event(&mut *source, read).await?;
    if let Some(problem) = wires.behind(last.map_or(0, |last| last.position)) {
        return Err(MoveError::refused(vec![problem]));
    }
    let (_, horizon) = moving.target.log.horizon_in(&mut *target).await?;
    let reach = Reach::read(moving, wires, (source, target)).await?;
    Ok((horizon, reach))
}

async fn carry_one(
    walk: &mut Walk<'_>,
    mine: &Subscription,
    theirs: &Subscription,
) -> Result<(), MoveError> {
    let (target, consumer) = (&walk.moving.target, walk.consumer);
    let cursor = walk.cursor(mine).await?;
    target
        .clear(&mut *walk.target, consumer, &mine.name)
        .await?;
    // As many as its replicas here have registered.
    target
        .set_cursors(&mut *walk.target, consumer, theirs, &cursor)
        .await?;
    letters(walk, mine).await?;
    waiting(walk, mine).await?;
    walk.record_handled(mine, cursor.position).await?;
    let former = mine.former_pause(&target.identity);
    let pause = columns(former.as_ref());
    target
        .mark(&mut *walk.target, (consumer, theirs), pause)
        .await
}

/// Events that wait, at their positions in the target. All of them have to be there.
async fn waiting(walk: &mut Walk<'_>, mine: &Subscription) -> Result<(), MoveError> {
    let mut after = i64::MIN;
    loop {
        let read = walk.moving.source.statements.read_moving_retries.query();
        let read = read.bind(walk.consumer.to_owned()).bind(&*mine.name);
        let rows = read.bind(after).fetch_all(&mut *walk.source).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.try_get("position")?;
        let mut ids = Vec::with_capacity(rows.len());
        let mut values = Vec::with_capacity(rows.len());
        for row in &rows {
            ids.push(row.try_get::<String, _>("event_id")?);
            values.push(row.try_get::<&str, _>("waiting")?);
        }
        let found = positions(walk.moving, &mut *walk.target, &ids).await?;
        let missing: Vec<_> = ids
            .iter()
            .filter(|id| !found.contains_key(*id))
            .cloned()
            .collect();
        refuse_missing(&missing, "has waiting for another attempt")?;
        let (ids, places): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let insert = walk.moving.target.statements.insert_moved_retries.query();
        let insert = insert.bind(format!("[{}]", values.join(",")));
        insert
            .bind(ids)
            .bind(places)
            .execute(&mut *walk.target)
            .await?;
    }
}

/// Open dead letters. The event of one may be in neither log any more: then its position is below every other.
async fn letters(walk: &mut Walk<'_>, mine: &Subscription) -> Result<(), MoveError> {
    let list = walk.moving.source.statements.list_moving_letters.query();
    let list = list.bind(walk.consumer.to_owned()).bind(&*mine.name);
    let mut letters = Vec::new();
    for row in list.fetch_all(&mut *walk.source).await? {
        let bytes: i32 = row.try_get("bytes")?;
        letters.push((
            row.try_get("dead_letter_id")?,
            row.try_get("event_id")?,
            bytes,
        ));
    }
    let mut below = lowest(walk, mine).await? - i64::try_from(letters.len()).unwrap_or(0);
    let mut rest: &[(String, String, i32)] = &letters;
    while !rest.is_empty() {
        let (batch, left) = rest.split_at(batch_of(rest));
        rest = left;
        let event_ids: Vec<_> = batch
            .iter()
            .map(|(_, event_id, _)| event_id.clone())
            .collect();
        let found = positions(walk.moving, &mut *walk.target, &event_ids).await?;
        let mut places = Vec::with_capacity(batch.len());
        for event_id in &event_ids {
            below += 1;
            places.push(found.get(event_id).copied().unwrap_or(below - 1));
        }
        let ids: Vec<_> = batch.iter().map(|(id, _, _)| id.clone()).collect();
        let read = walk.moving.source.statements.read_moving_letters.query();
        let row = read.bind(&ids).fetch_one(&mut *walk.source).await?;
        let insert = walk.moving.target.statements.insert_moved_letters.query();
        let insert = insert.bind(row.try_get::<String, _>("letters")?);
        insert
            .bind(ids)
            .bind(places)
            .execute(&mut *walk.target)
            .await?;
    }
    Ok(())
}

async fn lowest(walk: &mut Walk<'_>, mine: &Subscription) -> Result<i64, MoveError> {
    let lowest = walk.moving.target.statements.lowest_letter.query();
    let lowest = lowest.bind(walk.consumer.to_owned()).bind(&*mine.name);
    let row = lowest.fetch_one(&mut *walk.target).await?;
    Ok(row.try_get::<i64, _>("position")?.min(0))
}

fn batch_of(letters: &[(String, String, i32)]) -> usize {
    let mut bytes = 0;
    let sizes = letters.iter().map(|(_, _, size)| {
        bytes += i64::from(*size);
        bytes
    });
    let fitting = sizes
        .take(LETTERS.1)
        .take_while(|bytes| *bytes <= LETTERS.0)
        .count();
    fitting.max(1)
}

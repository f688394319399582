//! Redrives: dead letters whose events are handled again, by the consumers. The steps are those of
//! `migrations/0009_create_redrives.sql`.

mod acts;
mod filters;
mod killed;
mod pace;
mod raced;
mod run;

use dispatcher_runtime::{
    Actor, DeadLetterFilter, DeadLetterState, DeadLetterSummary, DeadLetters, Redrive,
    RedriveOptions, Redrives,
};
use dispatcher_test_fixtures::{TestResult, lock};

use crate::support::{Act, Script, World, hold_slot};

/// A database with this many dead letters of `hold_slot`, of as many subjects.
async fn world_with_letters(count: u32, subjects: u32) -> TestResult<World> {
    let world = World::new().await?;
    fill(&world, count, subjects).await?;
    Ok(world)
}

async fn fill(world: &World, count: u32, subjects: u32) -> TestResult {
    let script = Script::new((1..=i64::from(count)).map(|credits| (credits, Act::Permanent)));
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let events = (1..=count).map(|credits| lock(credits % subjects, credits));
    world.revenue().publish_all(events).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    Ok(())
}

/// As quick as the consumer can.
fn quick() -> RedriveOptions {
    RedriveOptions::default().per_second(100_000.0)
}

async fn start(world: &World, filter: &DeadLetterFilter) -> TestResult<Redrive> {
    let actor = Actor::new("mia").because("the slots are back");
    let redrives = Redrives::new(world.pool.clone());
    Ok(redrives.start(filter, &quick(), None, actor).await?)
}

/// The letters that are not resolved, the oldest event first.
async fn unresolved(world: &World) -> TestResult<Vec<DeadLetterSummary>> {
    let letters = DeadLetters::new(world.pool.clone());
    let page = letters
        .list(&DeadLetterFilter::default().limit(1000))
        .await?;
    let mut found = page.dead_letters;
    found.sort_by_key(|letter| letter.position);
    Ok(found)
}

async fn states(world: &World) -> TestResult<Vec<DeadLetterState>> {
    let found = unresolved(world).await?;
    Ok(found.into_iter().map(|letter| letter.state).collect())
}

/// Queued, waiting, handled, failed, left out: as the redrive says, and as its members do.
async fn numbers(world: &World, redrive: &Redrive) -> TestResult<[u64; 5]> {
    // In one snapshot.
    let row: (Vec<i64>, Vec<i64>) = sqlx::query_as(
        "SELECT ARRAY[queued, waiting, handled, failed, left_out],
                ARRAY(SELECT count(item.outcome)
                        FROM unnest(ARRAY['queued', 'waiting', 'handled', 'failed', 'left_out'])
                             WITH ORDINALITY AS state (name, place)
                        LEFT JOIN dispatcher_redrive_item AS item
                               ON item.outcome = state.name AND item.redrive_id = redrive.redrive_id
                       GROUP BY place ORDER BY place)
           FROM dispatcher_redrive AS redrive WHERE redrive_id = $1",
    )
    .bind(redrive.redrive_id.as_str())
    .fetch_one(&world.pool)
    .await?;
    let (said, counted) = row;
    assert_eq!(
        counted, said,
        "the numbers of the redrive are those of its members"
    );
    let said: Vec<_> = said.into_iter().map(i64::unsigned_abs).collect();
    Ok(said.try_into().map_err(|_| "five numbers")?)
}

/// No letter is redriving without a member that is open, no event waits for a letter without one, and each open member has a
/// letter that is redriving.
async fn assert_consistent(world: &World) -> TestResult {
    for fault in [
        "SELECT count(*) FROM dispatcher_dead_letter AS letter
          WHERE letter.resolved_at IS NULL AND letter.redrive_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM dispatcher_redrive_item AS item
                             WHERE item.redrive_id = letter.redrive_id AND item.dead_letter_id = letter.dead_letter_id
                               AND item.outcome IN ('queued', 'waiting'))",
        "SELECT count(*) FROM dispatcher_redrive_item AS item
          WHERE item.outcome IN ('queued', 'waiting')
            AND NOT EXISTS (SELECT FROM dispatcher_dead_letter AS letter
                             WHERE letter.dead_letter_id = item.dead_letter_id AND letter.redrive_id = item.redrive_id
                               AND letter.resolved_at IS NULL)",
        "SELECT count(*)
           FROM (SELECT redrive_id, redriven_letter_id, position FROM dispatcher_retry WHERE redriven_letter_id IS NOT NULL) AS row
           FULL JOIN (SELECT redrive_id, dead_letter_id, position FROM dispatcher_redrive_item WHERE outcome = 'waiting') AS item
             ON item.redrive_id = row.redrive_id AND item.dead_letter_id = row.redriven_letter_id
            AND item.position = row.position
          WHERE item.redrive_id IS NULL OR row.redrive_id IS NULL",
    ] {
        assert_eq!(world.count(fault).await?, 0, "{fault}");
    }
    Ok(())
}

/// The same without a consumer that handles each: for many.
async fn stored_letters(world: &World, count: u32, subjects: u32) -> TestResult {
    let events = (1..=count).map(|credits| lock(credits % subjects, credits));
    world.revenue().publish_all(events).await?;
    // It has read them all, and given them up.
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    consumer.start().await?.stop().await;
    let mut tx = world.pool.begin().await?;
    for statement in [
        "TRUNCATE effect, dispatcher_dedup",
        "UPDATE dispatcher_cursor SET position = (SELECT max(position) FROM dispatcher_event)",
        "INSERT INTO dispatcher_dedup (consumer, subscription, event_id, handled_at)
         SELECT 'coaching', 'hold_slot', event_id, now() FROM dispatcher_event",
        "INSERT INTO dispatcher_dead_letter
                (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, tenant_id, subject,
                 envelope, reason, error, attempts, failures, created_at, fingerprint)
         SELECT 'dlq_' || gen_random_uuid(), 'coaching', 'hold_slot', position, event_id, event_type, schema_version, tenant_id,
                subject, json_build_object('occurred_at', to_char(occurred_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
                    'tenant_id', tenant_id, 'producer', producer, 'actor', actor, 'payload', payload)::text,
                'permanent', 'no slot', 1, '[]', now() + position * interval '1 ms', '0123456789abcdef'
           FROM dispatcher_event",
    ] {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

//! Which letters a filter selects, in lists, numbers, groups, redrives and resolutions alike.

use dispatcher_runtime::{Actor, DeadLetterError, DeadLetterFilter, DeadLetterState, DeadLetters};
use dispatcher_test_fixtures::TestResult;
use sqlx::Executor;

use super::{start, unresolved, world_with_letters};
use crate::support::World;

/// Ten letters: those of 1 to 4 fail with one error, those of 5 to 10 with another; 10 is of another subscription.
async fn world() -> TestResult<(World, DeadLetters)> {
    let world = world_with_letters(10, 5).await?;
    world
        .pool
        .execute(
            "UPDATE dispatcher_dead_letter SET error = 'no slot ' || position, fingerprint = NULL WHERE position <= 4;
             UPDATE dispatcher_dead_letter SET subscription = 'history', reason = 'invalid', fingerprint = NULL
              WHERE position = 10",
        )
        .await?;
    // A start groups what has no fingerprint.
    super::fill(&world, 0, 1).await?;
    while world
        .count("SELECT count(*) FROM dispatcher_dead_letter WHERE fingerprint IS NULL")
        .await?
        > 0
    {
        tokio::task::yield_now().await;
    }
    let letters = DeadLetters::new(world.pool.clone());
    Ok((world, letters))
}

async fn positions(letters: &DeadLetters, filter: &DeadLetterFilter) -> TestResult<Vec<u64>> {
    let mut found = letters.list(filter).await?.dead_letters;
    found.sort_by_key(|letter| letter.position);
    let positions: Vec<u64> = found
        .iter()
        .map(|letter| letter.position.get().unsigned_abs())
        .collect();
    let count = letters.count(filter).await?;
    assert_eq!(
        count.count,
        positions.len() as u64,
        "the number is that of the list"
    );
    Ok(positions)
}

#[tokio::test]
async fn each_filter_selects_what_it_says() -> TestResult {
    let (world, letters) = world().await?;
    let all = unresolved(&world).await?;
    let of = DeadLetterFilter::default;
    let groups = letters.groups(&of()).await?;
    let sizes: Vec<_> = groups.iter().map(|group| group.count.count).collect();
    assert_eq!(sizes, [5, 4, 1]);
    let slots = &groups[1];
    assert_eq!(slots.error, "no slot 4");
    assert_eq!(
        (slots.first_seen, slots.last_seen),
        (all[0].created_at, all[3].created_at)
    );
    let subject = all[0].subject.clone().ok_or("a subject")?;
    let (first, third) = (all[0].created_at, all[2].created_at);
    letters.resolve(&all[8].dead_letter_id, "mia", None).await?;
    letters.redrive(&all[7].dead_letter_id, "mia", None).await?;
    for (filter, expected) in [
        (of(), vec![1, 2, 3, 4, 5, 6, 7, 8, 10]),
        (of().subscription("history"), vec![10]),
        (of().subscription("hold_slot").consumer("growth"), vec![]),
        (of().event_type("credit.unlocked"), vec![]),
        (
            of().event_type("credit.locked").subscription("history"),
            vec![10],
        ),
        (of().reason(all[9].reason), vec![10]),
        (of().group(slots.group.clone()), vec![1, 2, 3, 4]),
        (
            of().group(slots.group[..6].to_uppercase()),
            vec![1, 2, 3, 4],
        ),
        (of().group("zz"), vec![]),
        (of().subject(subject.clone()), vec![1, 6]),
        (
            of().state(DeadLetterState::Open),
            vec![1, 2, 3, 4, 5, 6, 7, 10],
        ),
        (of().state(DeadLetterState::Redriving), vec![8]),
        (of().state(DeadLetterState::Resolved), vec![9]),
        (of().include_resolved(true).subject("nobody"), vec![]),
        (
            of().from(third).state(DeadLetterState::Open),
            vec![3, 4, 5, 6, 7, 10],
        ),
        (of().from(first).to(third), vec![1, 2]),
        (of().tenants([]).group(slots.group.clone()), vec![]),
    ] {
        assert_eq!(positions(&letters, &filter).await?, expected, "{filter:?}");
    }
    // By each letter where a group is split.
    let split = letters.groups(&of().from(first).to(third)).await?;
    assert_eq!((split.len(), split[0].count.count), (1, 2));
    assert_eq!(split[0].group, slots.group);
    world.close().await
}

#[tokio::test]
async fn pages_of_a_narrow_list_follow_each_other_and_their_tokens_are_bound_to_it() -> TestResult {
    let (world, letters) = world().await?;
    let filter = DeadLetterFilter::default()
        .subscription("hold_slot")
        .limit(4);
    let first = letters.list(&filter).await?;
    let token = first.next.ok_or("a second page")?;
    let second = letters.list(&filter.clone().next(&token)).await?;
    let third = second.next.ok_or("a third page")?;
    let third = letters.list(&filter.clone().next(third)).await?;
    let found = [first.dead_letters, second.dead_letters, third.dead_letters].concat();
    let positions: Vec<_> = found.iter().map(|letter| letter.position.get()).collect();
    assert_eq!(positions, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert!(third.next.is_none());
    let other = DeadLetterFilter::default()
        .subscription("history")
        .next(&token);
    assert!(matches!(
        letters.list(&other).await,
        Err(DeadLetterError::InvalidToken)
    ));
    world.close().await
}

#[tokio::test]
async fn many_are_resolved_at_once_if_they_are_those_that_were_seen() -> TestResult {
    let (world, letters) = world().await?;
    let filter = DeadLetterFilter::default().subscription("hold_slot");
    let changed = letters
        .resolve_all(&filter, Some(8), Actor::new("jo"))
        .await;
    assert!(matches!(
        changed,
        Err(DeadLetterError::Changed {
            expected: 8,
            found: 9,
            ..
        })
    ));
    let actor = Actor::new("mia").because("refunded by hand");
    assert_eq!(letters.resolve_all(&filter, Some(9), actor).await?, 9);
    let left = unresolved(&world).await?;
    assert_eq!(left.len(), 1);
    let audit = "SELECT count(*) FROM dispatcher_audit WHERE who = 'mia' AND what = 'resolve subscription hold_slot'
                    AND outcome = 'resolved 9 dead letters' AND why = 'refunded by hand'";
    assert_eq!(world.count(audit).await?, 1);
    world.close().await
}

#[tokio::test]
async fn a_redrive_takes_what_the_filter_selects_and_says_so() -> TestResult {
    let (world, letters) = world().await?;
    let group = letters
        .groups(&DeadLetterFilter::default())
        .await?
        .remove(1)
        .group;
    let filter = DeadLetterFilter::default()
        .consumer("coaching")
        .group(&group);
    let redrive = start(&world, &filter).await?;
    assert_eq!(redrive.total, 4);
    assert_eq!(
        redrive.selection,
        format!("consumer coaching, group {group}")
    );
    assert_eq!(
        positions(
            &letters,
            &DeadLetterFilter::default().state(DeadLetterState::Redriving)
        )
        .await?,
        [1, 2, 3, 4]
    );
    world.close().await
}

//! Pages of dead letters, dead letters of tenants, and what operators may write into them.

use std::collections::BTreeSet;

use dispatcher_runtime::{
    DeadLetterError, DeadLetterFilter, DeadLetterState, DeadLetterSummary, DeadLetters, TenantId,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::Executor;

use crate::support::{Act, Script, World, hold_slot, whole_letters};

const SOUTH: &str = "tnt_swim_south";

/// Dead letters of two tenants: of the events with an odd number, and of those with an even one.
async fn of_two_tenants(count: u32) -> TestResult<(World, DeadLetters)> {
    let world = World::new().await?;
    let script = Script::new((1..=i64::from(count)).map(|credits| (credits, Act::Permanent)));
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let (north, south) = (world.revenue(), world.revenue().for_tenant(SOUTH.parse()?));
    for number in 1..=count {
        let producer = if number % 2 == 1 { &north } else { &south };
        producer.publish(lock(number, number)).await?;
    }
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead_letters = DeadLetters::new(world.pool.clone());
    Ok((world, dead_letters))
}

fn positions<'a>(letters: impl IntoIterator<Item = &'a DeadLetterSummary>) -> Vec<i64> {
    let letters = letters.into_iter();
    letters.map(|letter| letter.position.get()).collect()
}

#[tokio::test]
async fn a_page_says_where_the_next_one_begins_although_letters_come_and_go() -> TestResult {
    let (world, dead_letters) = of_two_tenants(6).await?;
    let filter = DeadLetterFilter::default().limit(2);
    let first = dead_letters.list(&filter).await?;
    assert_eq!(positions(&first.dead_letters), [6, 5]);
    let next = first.next.ok_or("there are more")?;
    // The one at which the page ended goes, and a newer one comes.
    let last = &first.dead_letters[1].dead_letter_id;
    dead_letters.resolve(last, "mia", None).await?;
    world
        .pool
        .execute("UPDATE dispatcher_dead_letter SET created_at = now() + interval '1 h' WHERE position = 1")
        .await?;
    let second = dead_letters.list(&filter.clone().next(&next)).await?;
    assert_eq!(positions(&second.dead_letters), [4, 3]);
    let next = second.next.ok_or("there are more")?;
    let third = dead_letters.list(&filter.next(next)).await?;
    assert_eq!(
        (positions(&third.dead_letters), third.next),
        (vec![2], None)
    );
    world.close().await
}

#[tokio::test]
async fn a_page_that_is_exactly_full_is_the_last() -> TestResult {
    let (world, dead_letters) = of_two_tenants(2).await?;
    let page = dead_letters
        .list(&DeadLetterFilter::default().limit(2))
        .await?;
    assert_eq!((page.dead_letters.len(), page.next), (2, None));
    world.close().await
}

/// A list that ends at a number of bytes must not make a redrive end there.
#[tokio::test]
async fn many_are_redriven_over_several_pages() -> TestResult {
    let (world, dead_letters) = of_two_tenants(8).await?;
    world
        .pool
        .execute("UPDATE dispatcher_dead_letter SET subject = repeat('s', 300000) || position")
        .await?;
    let filter = DeadLetterFilter::default().limit(7);
    let page = dead_letters.list(&filter).await?;
    assert!(page.dead_letters.len() < 7 && page.next.is_some());
    let redriven = dead_letters.redrive_all(&filter, "mia", None).await?;
    assert_eq!(positions(&redriven), [2, 3, 4, 5, 6, 7, 8]);
    world.close().await
}

#[tokio::test]
async fn dead_letters_may_be_bound_to_tenants() -> TestResult {
    let (world, all) = of_two_tenants(6).await?;
    let (ours, theirs): (TenantId, TenantId) = (TENANT.parse()?, SOUTH.parse()?);
    let north = all.for_tenants([ours.clone()]);
    let filter = DeadLetterFilter::default();
    let listed = north.list(&filter).await?.dead_letters;
    assert_eq!(positions(&listed), [5, 3, 1]);
    assert!(listed.iter().all(|letter| letter.tenant_id == TENANT));
    let both = filter.clone().tenants([ours.clone(), theirs.clone()]);
    assert_eq!(
        positions(&all.list(&both).await?.dead_letters),
        [6, 5, 4, 3, 2, 1]
    );
    assert_eq!(positions(&north.list(&both).await?.dead_letters), [5, 3, 1]);
    // Narrower, never wider; of no tenant there are none.
    for none in [
        north.for_tenants([theirs.clone()]).list(&filter).await?,
        all.for_tenants([]).list(&filter).await?,
        north
            .list(&filter.clone().tenants([theirs.clone()]))
            .await?,
        all.list(&filter.clone().tenants([])).await?,
    ] {
        assert_eq!((none.dead_letters.len(), none.next), (0, None));
    }
    let south = all.list(&filter.clone().tenants([theirs])).await?;
    let id = &south.dead_letters[0].dead_letter_id;
    for error in [
        north.get(id).await.unwrap_err(),
        north.resolve(id, "mia", None).await.unwrap_err(),
        north.redrive(id, "mia", None).await.unwrap_err(),
    ] {
        assert!(matches!(error, DeadLetterError::NotFound(_)), "{error}");
    }
    let redriven = north.redrive_all(&filter, "mia", None).await?;
    assert_eq!(positions(&redriven), [1, 3, 5]);
    let open = filter.clone().state(DeadLetterState::Open);
    let left = whole_letters(&all, &open).await?;
    let tenants: BTreeSet<_> = left
        .iter()
        .map(|letter| letter.tenant_id.as_str())
        .collect();
    assert_eq!((left.len(), tenants), (3, BTreeSet::from([SOUTH])));
    world.close().await
}

#[tokio::test]
async fn operators_texts_that_cannot_be_shown_are_refused() -> TestResult {
    let (world, dead_letters) = of_two_tenants(1).await?;
    let listed = dead_letters.list(&DeadLetterFilter::default()).await?;
    let id = &listed.dead_letters[0].dead_letter_id;
    let (long_name, long_note) = ("m".repeat(1025), "n".repeat(16 * 1024 + 1));
    for (name, note, expected) in [
        (
            "mia\nadmin",
            None,
            "the operator's name contains the control character U+000A: leave it out",
        ),
        (
            "mia\u{202e}",
            None,
            "the operator's name contains the control character U+202E: leave it out",
        ),
        (
            "mia",
            Some("\u{1b}[2J"),
            "the operator's note contains the control character U+001B: leave it out",
        ),
        (
            &long_name,
            None,
            "the operator's name has 1025 bytes: shorten it to 1024 at most",
        ),
        (
            "mia",
            Some(&long_note),
            "the operator's note has 16385 bytes: shorten it to 16384 at most",
        ),
    ] {
        for error in [
            dead_letters.resolve(id, name, note).await.unwrap_err(),
            dead_letters.redrive(id, name, note).await.unwrap_err(),
        ] {
            assert_eq!(error.to_string(), expected);
        }
    }
    dead_letters
        .resolve(id, "Mía O'Neil", Some("5 € zurück"))
        .await?;
    world.close().await
}

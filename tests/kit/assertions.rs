//! The messages of the kit's failed assertions.

use acme_contracts::Revenue;
use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::{Dispatcher, EventId};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, person_id};
use serde_json::to_string;

use crate::support::{Failing, fail_at_one, kit, message, release};

#[tokio::test]
async fn an_assertion_about_events_lists_what_was_published() -> TestResult {
    let kit = kit().await?.start().await?;
    let locked = async || kit.published::<CreditLocked>().await;
    let released = async || kit.published::<CreditReleased>().await;
    let found = locked().await?;
    assert_eq!(
        message(|| found.expect_one()),
        "expected one credit.locked v1, found none, and nothing else either"
    );

    let service = Dispatcher::<Revenue>::builder(kit.pool().clone())
        .tenant(TENANT)
        .build()?;
    let (first, second) = (EventId::generate(), EventId::generate());
    service.publish(lock(1, 1)).event_id(first.clone()).await?;
    service.publish(lock(2, 2)).event_id(second.clone()).await?;
    let line = |id: &EventId, number: u32| -> TestResult<String> {
        Ok(format!(
            "\n  credit.locked v1 {id} about {}: {}",
            person_id(number),
            sorted(&to_string(&lock(number, number))?)?
        ))
    };
    let lines = line(&first, 1)? + &line(&second, 2)?;

    let found = locked().await?;
    assert_eq!(
        message(|| found.expect_none()),
        format!("expected no credit.locked v1, found 2:{lines}")
    );
    let found = locked().await?;
    assert_eq!(
        message(|| found.expect_one()),
        format!("expected one credit.locked v1, found 2:{lines}")
    );
    let found = locked().await?;
    assert_eq!(
        message(|| found.one_where(|event| event.payload.locked_credits.get() > 2)),
        format!("expected one credit.locked v1 like that, found 0 among 2:{lines}")
    );
    let found = locked().await?;
    assert_eq!(
        message(|| found.one_where(|event| event.payload.locked_credits.get() > 0)),
        format!("expected one credit.locked v1 like that, found 2 among 2:{lines}")
    );
    let found = locked().await?;
    assert_eq!(
        message(|| found.any_where(|event| event.payload.locked_credits.get() > 2)),
        format!("expected a credit.locked v1 like that, found none among 2:{lines}")
    );
    let found = released().await?;
    assert_eq!(
        message(|| found.expect_one()),
        format!("expected one credit.released v1, found none, but there is:{lines}")
    );

    // An assertion that holds prints nothing and returns the event.
    let any = locked().await?;
    let any = any.any_where(|event| event.payload.locked_credits.get() > 0);
    assert_eq!(any.event_id, first);
    let one = locked().await?;
    let one = one.one_where(|event| event.payload.locked_credits.get() > 1);
    assert_eq!(one.event_id, second);
    service.publish(release(1, 1)).await?;
    released().await?.expect_one();
    kit.close().await?;
    Ok(())
}

/// As the dispatcher writes a payload: through a JSON value, whose keys are sorted.
fn sorted(json: &str) -> TestResult<String> {
    Ok(serde_json::from_str::<serde_json::Value>(json)?.to_string())
}

#[tokio::test]
async fn an_assertion_about_dead_letters_lists_each_with_its_error() -> TestResult {
    let kit = kit().await?.state(Failing::times(9)).subscribe(fail_at_one);
    let kit = kit.start().await?;
    let found = kit.dead_letters().await?;
    assert_eq!(
        message(|| found.expect_one()),
        "expected one dead letter of coaching, found none"
    );
    let mut lines = String::new();
    for person in 1..=2 {
        let published = kit.publish(lock(person, 1)).await?;
        lines += &format!(
            "\n  credit.locked v1 {} about {}: given up by fail_at_one at attempt 4 (retries_exhausted): attempt 4 fails",
            published.event_id,
            person_id(person)
        );
    }
    kit.wait_caught_up().await?;
    let found = kit.dead_letters().await?;
    assert_eq!(
        message(|| found.expect_none()),
        format!("expected no dead letter of coaching, found 2:{lines}")
    );
    let found = kit.dead_letters().await?;
    assert_eq!(
        message(|| found.expect_one()),
        format!("expected one dead letter of coaching, found 2:{lines}")
    );
    let subjects: Vec<_> = kit.dead_letters().await?.into_iter().collect();
    assert_eq!(subjects[1].subject, Some(person_id(2)));
    kit.close().await?;
    Ok(())
}

/// The panic's location is the line of the test.
#[tokio::test]
async fn the_place_of_a_failed_assertion_is_the_tests_own() -> TestResult {
    let kit = kit().await?.start().await?;
    let found = kit.dead_letters().await?;
    let place = std::sync::Arc::new(std::sync::Mutex::new(None));
    let seen = std::sync::Arc::clone(&place);
    let before = std::panic::take_hook();
    let this_thread = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == this_thread {
            *seen.lock().unwrap() = panic.location().map(|place| place.file().to_owned());
        }
    }));
    message(|| found.expect_one());
    std::panic::set_hook(before);
    assert_eq!(place.lock().unwrap().as_deref(), Some(file!()));
    kit.close().await?;
    Ok(())
}

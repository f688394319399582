//! The code of docs/testing.md, run.

use std::error::Error;
use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::CreditReleased;
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::testing::{self, TestKit};
use dispatcher_runtime::{Delivery, DeliveryTx, Dispatcher, EventEnvelope, HandlerError, Payload};
use dispatcher_runtime::{State, subscribe};
use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::Server;
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    most_credits: i64,
}

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
) -> Result<(), HandlerError> {
    if event.payload.locked_credits.get() > app.most_credits {
        return Err(HandlerError::permanent("more than a lesson can cost"));
    }
    sqlx::query("INSERT INTO slot (lesson_id) VALUES ($1)")
        .bind(event.payload.lesson_id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn create_tables(pool: PgPool) -> Result<(), Box<dyn Error + Send + Sync>> {
    sqlx::query("CREATE TABLE slot (lesson_id text PRIMARY KEY)")
        .execute(&pool)
        .await?;
    Ok(())
}

async fn slots_held(kit: &TestKit<Coaching>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) FROM slot")
        .fetch_one(kit.pool())
        .await
}

mod with_everything {
    use super::*;

    #[tokio::test]
    async fn a_lock_holds_the_slot() -> TestResult {
        let kit = TestKit::<Coaching>::builder()
            .server(Server::shared().await?.url())
            .prepare(create_tables)
            .state(App { most_credits: 100 })
            .subscribe(hold_slot)
            .start()
            .await?;

        kit.publish(lock(1, 6)).await?;
        kit.wait_caught_up().await?;

        assert_eq!(slots_held(&kit).await?, 1);
        kit.dead_letters().await?.expect_none();
        Ok(())
    }

    #[tokio::test]
    async fn too_many_credits_become_a_dead_letter() -> TestResult {
        let kit = TestKit::<Coaching>::builder()
            .server(Server::shared().await?.url())
            .prepare(create_tables)
            .state(App { most_credits: 100 })
            .subscribe(hold_slot)
            .start()
            .await?;

        kit.publish(lock(1, 101)).await?;
        kit.wait_caught_up().await?;

        let letter = kit.dead_letters().await?.expect_one();
        assert_eq!(letter.error, "more than a lesson can cost");
        assert_eq!(slots_held(&kit).await?, 0);
        Ok(())
    }
}

#[subscribe(credit_locked)]
async fn tell_the_gate(
    event: EventEnvelope<CreditLocked>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    if delivery.attempt < 3 {
        return Err(HandlerError::retry(format!(
            "the gate does not answer about {}",
            event.payload.lesson_id
        )));
    }
    Ok(())
}

mod time_that_stands_still {
    use super::*;

    #[tokio::test]
    async fn the_gate_is_told_again() -> TestResult {
        let kit = TestKit::<Coaching>::builder()
            .server(Server::shared().await?.url())
            .subscribe(tell_the_gate)
            .configure(|consumer| consumer.retry([Duration::from_secs(60); 2]))
            .start()
            .await?;
        let start = kit.now();

        kit.publish(lock(1, 6)).await?;
        kit.idle().await?; // the first attempt has failed, and nothing else happens

        kit.advance(Duration::from_secs(60));
        kit.idle().await?; // the second has

        kit.wait_caught_up().await?; // the clock has moved to the third
        assert_eq!(kit.now() - start, Duration::from_secs(120));
        kit.dead_letters().await?.expect_none();
        Ok(())
    }
}

/// The code under test: a service that publishes.
async fn cancel_lesson(
    revenue: &Dispatcher<Revenue>,
    locks: &[CreditLocked],
) -> Result<(), Box<dyn Error + Send + Sync>> {
    for lock in locks {
        let mut release = serde_json::to_value(lock)?;
        let credits = release["locked_credits"].take();
        let at = release["locked_at"].take();
        let fields = release.as_object_mut().ok_or("a payload is an object")?;
        fields.retain(|name, _| !name.starts_with("locked_"));
        fields.insert("released_credits".into(), credits);
        fields.insert("released_at".into(), at);
        fields.insert("reason".into(), "lesson_cancelled".into());
        revenue.publish(CreditReleased::from_json(release)?).await?;
    }
    Ok(())
}

mod what_was_published {
    use super::*;

    #[tokio::test]
    async fn a_cancelled_lesson_gives_each_lock_back() -> TestResult {
        let kit = TestKit::<Revenue>::builder()
            .server(Server::shared().await?.url())
            .start()
            .await?;
        let revenue = Dispatcher::<Revenue>::builder(kit.pool().clone())
            .tenant("tnt_swim_north")
            .build()?;

        cancel_lesson(&revenue, &[lock(1, 6), lock(2, 8)]).await?;

        let released = kit.published::<CreditReleased>().await?;
        assert_eq!(released.len(), 2);
        let eight = released.one_where(|event| event.payload.released_credits.get() == 8);
        assert_eq!(eight.payload.person_id, lock(2, 8).person_id);
        kit.published::<CreditLocked>().await?.expect_none();
        Ok(())
    }
}

mod one_handler {
    use super::*;

    #[tokio::test]
    async fn the_gate_is_told_at_the_third_attempt() -> TestResult {
        let second = testing::event(lock(1, 6)).attempt(2);
        let error = testing::deliver(tell_the_gate, (), second)
            .await
            .unwrap_err();
        assert!(!error.is_permanent());

        let third = testing::event(lock(1, 6)).attempt(3).actor("person:mia");
        testing::deliver(tell_the_gate, (), third).await?;
        Ok(())
    }

    #[tokio::test]
    async fn a_slot_is_held_through_the_deliverys_transaction() -> TestResult {
        let database = Server::shared().await?.create_database().await?;
        let pool = database.pool(1).await?;
        create_tables(pool.clone()).await?;
        let app = App { most_credits: 100 };

        testing::deliver_within(&pool, hold_slot, app.clone(), lock(1, 6)).await?;

        let slots: i64 = sqlx::query_scalar("SELECT count(*) FROM slot")
            .fetch_one(&pool)
            .await?;
        assert_eq!(slots, 1);
        pool.close().await;
        database.close().await?;
        Ok(())
    }
}

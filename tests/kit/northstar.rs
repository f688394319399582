//! The tests that users write, as short as they write them: with the server of `DATABASE_URL`. This
//! process may have none, or another, so it runs these tests in a process of its own.

use std::error::Error;
use std::process::{Command, Output};

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::testing::TestKit;
use dispatcher_runtime::{DeliveryTx, EventEnvelope, HandlerError, State, subscribe};
use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::Server;
use sqlx::PgPool;

#[derive(Clone, Default)]
struct App {
    slots: Slots,
}

#[derive(Clone, Default)]
struct Slots;

impl Slots {
    async fn hold(&self, tx: &mut DeliveryTx, lesson_id: &str) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO slot (lesson_id) VALUES ($1)")
            .bind(lesson_id)
            .execute(&mut **tx)
            .await
            .map(drop)
    }
}

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
) -> Result<(), HandlerError> {
    app.slots.hold(tx, event.payload.lesson_id.as_str()).await?;
    Ok(())
}

async fn create_slots(pool: PgPool) -> Result<(), Box<dyn Error + Send + Sync>> {
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

#[tokio::test]
#[ignore = "run by the tests below, which say what DATABASE_URL is"]
async fn a_lock_holds_the_slot() -> TestResult {
    let kit = TestKit::<Coaching>::builder()
        .prepare(create_slots)
        .state(App::default())
        .subscribe(hold_slot)
        .start()
        .await?; // a database of its own
    kit.publish(lock(1, 6)).await?;
    kit.wait_caught_up().await?; // no sleeps
    assert_eq!(slots_held(&kit).await?, 1);
    kit.dead_letters().await?.expect_none();
    Ok(())
}

fn run_it(with: impl FnOnce(&mut Command) -> &mut Command) -> std::io::Result<Output> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([
        "--ignored",
        "--exact",
        "northstar::a_lock_holds_the_slot",
        "--nocapture",
    ]);
    with(&mut command).output()
}

#[tokio::test]
async fn it_passes_on_the_server_of_database_url() -> TestResult {
    let url = Server::shared().await?.url().to_owned();
    let output = run_it(|command| command.env("DATABASE_URL", url))?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
    Ok(())
}

#[test]
fn without_a_server_it_says_what_to_do() -> TestResult {
    let output = run_it(|command| command.env_remove("DATABASE_URL"))?;
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        said.contains(
            "Missing { setting: \"DATABASE_URL\", remedy: \"set it to a Postgres server on which tests may create \
             databases, such as postgres://postgres@localhost/postgres, or call `.server(url)` or `.pool(pool)` on \
             the test kit\" }"
        ),
        "{said}"
    );
    Ok(())
}

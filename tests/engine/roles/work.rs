//! The roles suffice: services that have nothing else publish, consume, operate, sweep and migrate.

use std::time::Duration;

use acme_contracts::{Coaching, REGISTRY, Revenue};
use dispatcher_runtime::{
    Actor, Consumer, ConsumerBuilder, DeadLetterFilter, DeadLetters, Dispatcher, EventLog,
    LogRetention, Operator, RedriveOptions, RedriveState, Roles, StartFrom, Subscriptions,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::{AssertSqlSafe, Executor, PgPool};

use super::{Company, SCHEMA};
use crate::support::{Act, Script, hold_slot};

fn coaching(pool: &PgPool, script: &Script) -> ConsumerBuilder<Coaching, Script> {
    Consumer::<Coaching>::builder(pool.clone())
        .schema(SCHEMA)
        .state(script.clone())
        .poll_interval(Duration::from_secs(600))
        .retry([Duration::from_millis(20); 3])
        .subscribe(hold_slot)
}

fn revenue(pool: &PgPool) -> TestResult<Dispatcher<Revenue>> {
    let revenue = Dispatcher::builder(pool.clone()).tenant(TENANT);
    Ok(revenue.schema(SCHEMA).build()?)
}

#[tokio::test]
async fn services_with_these_roles_publish_consume_operate_sweep_and_migrate() -> TestResult {
    let company = Company::new().await?;
    let shop = company.service("shop", &["producer_revenue"]).await?;
    let coach = company.service("coach", &["consumer_coaching"]).await?;
    let desk = company.service("desk", &["operator"]).await?;
    let broom = company.service("broom", &["retention"]).await?;
    let revenue = revenue(&shop)?;
    for pool in [&shop, &coach] {
        dispatcher_runtime::migrate_schema(pool, SCHEMA).await?; // looks, and has nothing to do
    }

    revenue.publish(lock(1, 1)).await?;
    let mut tx = shop.begin().await?;
    revenue.publish(lock(2, 2)).within(&mut tx).await?;
    tx.commit().await?;
    revenue.publish_all([lock(3, 3), lock(4, 4)]).await?;
    let script = Script::new([(2, Act::FailTimes(1)), (3, Act::Permanent)]);
    let consumer = coaching(&coach, &script).start().await?;
    consumer.wait_caught_up().await?;
    assert_eq!(company.world.effects().await?, [1, 4, 2]);

    let letters = DeadLetters::in_schema(desk.clone(), SCHEMA)?;
    let listed = letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    letters
        .redrive(&listed[0].dead_letter_id, "mia", None)
        .await?;
    consumer.wait_caught_up().await?;
    let listed = letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    letters
        .resolve(&listed[0].dead_letter_id, "mia", None)
        .await?;
    consumer.stop().await;
    let subscriptions = Subscriptions::in_schema(desk.clone(), SCHEMA)?;
    assert_eq!(subscriptions.list(None).await?.len(), 1);
    subscriptions
        .rewind("coaching", "hold_slot", StartFrom::Beginning)
        .await?;
    subscriptions
        .rename("coaching", "hold_slot", "keep_slot")
        .await?;
    subscriptions.remove("coaching", "keep_slot").await?;
    EventLog::in_schema(desk.clone(), SCHEMA)?.horizon().await?;

    let window = Duration::from_millis(1);
    let retention = LogRetention::default()
        .events(window)
        .dedup(window)
        .resolved_dead_letters(window);
    let swept = EventLog::in_schema(broom.clone(), SCHEMA)?
        .sweep(&retention)
        .await?;
    // The event that failed again has the dead letter that it had before.
    let swept = (swept.events, swept.dead_letters, swept.redrives);
    assert_eq!(swept, (4, 1, 1));
    for pool in [shop, coach, desk, broom] {
        pool.close().await;
    }
    company.close().await
}

/// What an operator looks at and does beside single dead letters, and that the consumer's role suffices to do its part.
#[tokio::test]
async fn an_operator_with_its_role_looks_pauses_and_redrives_many() -> TestResult {
    let company = Company::new().await?;
    let shop = company.service("shop", &["producer_revenue"]).await?;
    let coach = company.service("coach", &["consumer_coaching"]).await?;
    let desk = company.service("desk", &["operator"]).await?;
    let revenue = revenue(&shop)?;
    let script = Script::new([(1, Act::Permanent), (2, Act::Permanent)]);
    let consumer = coaching(&coach, &script).start().await?;
    revenue.publish_all([lock(1, 1), lock(2, 2)]).await?;
    consumer.wait_caught_up().await?;

    let operator = Operator::in_schema(desk.clone(), SCHEMA)?;
    let mia = Actor::new("mia").because("a test of her rights");
    assert_eq!(operator.overview().await?.open_dead_letters.count, 2);
    assert_eq!(operator.sample().await?, 1);
    let samples = operator.samples("coaching", "hold_slot").await?;
    assert_eq!(samples.len(), 1);
    let subscriptions = operator.subscriptions();
    subscriptions.pause("coaching", "hold_slot", mia).await?;
    let pause = subscriptions.resume("coaching", "hold_slot", mia).await?;
    assert_eq!(pause.map(|it| it.paused_by).as_deref(), Some("mia"));

    let (all, options) = (DeadLetterFilter::default(), RedriveOptions::default());
    let redrives = operator.redrives();
    assert_eq!(redrives.preview(&all, None).await?.total, 2);
    let started = redrives.start(&all, &options, None, mia).await?;
    let ended = loop {
        let redrive = redrives.get(&started.redrive_id).await?;
        if redrive.state != RedriveState::Running {
            break redrive;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((ended.state, ended.failed), (RedriveState::Done, 2));
    consumer.stop().await;
    let started = redrives.start(&all, &options, None, mia).await?;
    let stopped = redrives.stop(&started.redrive_id, mia).await?;
    assert_eq!(
        (stopped.state, stopped.left_out),
        (RedriveState::Stopped, 2)
    );
    let acts = "SELECT count(*) FROM \"swim-north\".dispatcher_audit WHERE who = 'mia'";
    assert_eq!(company.world.count(acts).await?, 5);
    for pool in [shop, coach, desk] {
        pool.close().await;
    }
    company.close().await
}

/// The rows that another consumer's replica would write are refused at its start, and not in the middle of its work.
#[tokio::test]
async fn a_consumer_with_the_role_of_another_does_not_start() -> TestResult {
    let company = Company::new().await?;
    let growth = company.service("lead", &["consumer_growth"]).await?;
    let error = coaching(&growth, &Script::new([]))
        .start()
        .await
        .unwrap_err();
    let error = error.to_string();
    assert!(error.contains("row-level security policy"), "{error}");
    growth.close().await;
    company.close().await
}

/// What a role that is no superuser has made is given to the migrator, and the migrator goes on from there.
#[tokio::test]
async fn neither_migrating_nor_the_script_needs_a_superuser() -> TestResult {
    let company = Company::new().await?;
    let owner = company.service("owner", &[]).await?;
    let role = company.role("owner");
    let database = company.world.database.name();
    let prepare =
        format!("ALTER ROLE {role} CREATEROLE; GRANT CREATE ON DATABASE {database} TO {role}");
    company.world.pool.execute(AssertSqlSafe(prepare)).await?;
    dispatcher_runtime::migrate_schema(&owner, "swim-south").await?;
    let prefix = company.role("s");
    let roles = Roles::new("swim-south").prefix(&prefix);
    let script = roles.registry(&REGISTRY).to_sql()?;
    for _ in 0..2 {
        owner.execute(AssertSqlSafe(script.clone())).await?;
    }
    let options = company.world.database.options().clone();
    let options = options.options([("role", format!("{prefix}_migrator"))]);
    let migrator = sqlx::PgPool::connect_with(options).await?;
    let lose = "DELETE FROM \"swim-south\".dispatcher_migration";
    company.world.pool.execute(lose).await?;
    let error = dispatcher_runtime::migrate_schema(&migrator, "swim-south").await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("already exists"),
        "its rights suffice: {error}"
    );
    let create = format!("CREATE SCHEMA \"swim-east\" AUTHORIZATION {prefix}_migrator");
    company.world.pool.execute(AssertSqlSafe(create)).await?;
    dispatcher_runtime::migrate_schema(&migrator, "swim-east").await?;
    migrator.close().await;
    owner.close().await;
    company.close().await
}

/// A service of two domains has both roles; policies add up.
#[tokio::test]
async fn a_service_may_have_several_of_the_roles() -> TestResult {
    let company = Company::new().await?;
    let roles = ["producer_revenue", "consumer_coaching", "consumer_growth"];
    let pool = company.service("monolith", &roles).await?;
    revenue(&pool)?.publish(lock(1, 1)).await?;
    let consumer = coaching(&pool, &Script::new([])).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(company.world.effects().await?, [1]);
    pool.close().await;
    company.close().await
}

/// A policy of the company's own, beside ours, which takes rows from readers.
#[tokio::test]
async fn a_policy_that_hides_events_is_still_refused() -> TestResult {
    let company = Company::new().await?;
    let pool = company.service("coach", &["consumer_coaching"]).await?;
    let script = Script::new([]);
    coaching(&pool, &script).start().await?.stop().await;
    let hide = "CREATE POLICY of_ours ON \"swim-north\".dispatcher_event AS RESTRICTIVE FOR SELECT USING (tenant_id = 'tnt_a')";
    company.world.pool.execute(hide).await?;
    let error = coaching(&pool, &script)
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("row-level security"), "{error}");
    let only = "DROP POLICY of_ours ON \"swim-north\".dispatcher_event;
                DROP POLICY dispatcher_read ON \"swim-north\".dispatcher_event;
                CREATE POLICY of_ours ON \"swim-north\".dispatcher_event FOR SELECT USING (tenant_id = 'tnt_a')";
    company.world.pool.execute(only).await?;
    let error = coaching(&pool, &script)
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("row-level security"), "{error}");
    company.apply().await?;
    coaching(&pool, &script).start().await?.stop().await;
    pool.close().await;
    company.close().await
}

/// In a schema with other objects every role keeps USAGE; the rest is the same.
#[tokio::test]
async fn the_script_suits_tables_in_public() -> TestResult {
    let company = Company::new().await?;
    let roles = Roles::new("public").prefix(&company.prefix);
    let script = roles.registry(&REGISTRY).to_sql()?;
    company.world.pool.execute(AssertSqlSafe(script)).await?;
    let shop = company.service("shop", &["producer_revenue"]).await?;
    let revenue = Dispatcher::<Revenue>::builder(shop.clone()).tenant(TENANT);
    revenue.build()?.publish(lock(1, 1)).await?;
    let forged = "SELECT dispatcher_publish('credit.locked', '{}', 'tnt_a', 'scheduling')";
    assert!(shop.execute(forged).await.is_err());
    shop.close().await;
    company.close().await
}

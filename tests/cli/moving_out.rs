//! Every command of docs/moving-out.md runs, in its order, while a domain works in both databases.

use std::path::Path;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{
    Consumer, DeliveryTx, Dispatcher, EventEnvelope, HandlerError, RunningConsumer, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, create_effect_table, lock};
use dispatcher_test_launcher::NatsServer;

use crate::examples::words;
use crate::nats::Process;
use crate::world::World;

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> Result<(), HandlerError> {
    sqlx::query("INSERT INTO effect (subscription, event_id, subject, credits) VALUES ('hold_slot', $1, $2, $3)")
        .bind(event.event_id)
        .bind(event.subject)
        .bind(event.payload.locked_credits.get())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn coaching(world: &World) -> TestResult<RunningConsumer> {
    let consumer = Consumer::<Coaching>::builder(world.pool.clone()).subscribe(hold_slot);
    Ok(consumer.start().await?)
}

async fn publish(world: &World, credits: std::ops::Range<u32>) -> TestResult {
    let revenue = Dispatcher::<Revenue>::builder(world.pool.clone()).tenant(TENANT);
    let payloads: Vec<_> = credits.map(|credits| lock(1, credits)).collect();
    revenue.build()?.publish_all(payloads).await?;
    Ok(())
}

async fn effects(world: &World) -> TestResult<Vec<i64>> {
    let select = "SELECT credits FROM effect ORDER BY seq";
    Ok(sqlx::query_scalar(select).fetch_all(&world.pool).await?)
}

/// The commands in the blocks of the guide.
fn commands() -> TestResult<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("docs/moving-out.md"))?;
    let mut is_shell = false;
    let lines = text.lines().filter(|line| {
        if line.starts_with("```") {
            is_shell = *line == "```sh";
        }
        is_shell && line.starts_with("dispatcher ")
    });
    Ok(lines.map(str::to_owned).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_guide_move_a_domain_out_and_back() -> TestResult {
    let Some(nats) = NatsServer::start_or_skip("").await? else {
        return Ok(());
    };
    let (shared, own) = (World::new().await?, World::empty().await?);
    crate::examples::copy_contracts(&shared.folder.path().join("contracts"))?;
    for world in [&shared, &own] {
        create_effect_table(&world.pool).await?;
    }
    let before = coaching(&shared).await?;
    publish(&shared, 1..11).await?;
    before.wait_caught_up().await?;
    let mut services = Vec::new();
    let mut after = None;
    let mut said = Vec::new();
    for command in commands()? {
        let command = command.replace("$MOVE_TO_URL", own.database.url());
        let arguments = words(&command);
        if let ["relay" | "mirror", ..] = arguments[..] {
            services.push(Process::start(&shared, &nats, &arguments, "the ").await?);
            continue;
        }
        let mut ready = shared.command(&arguments);
        ready.env("NATS_URL", nats.url());
        ready.env("MOVE_TO_URL", own.database.url());
        let output = ready.output().await?;
        let text = String::from_utf8(output.stdout)?;
        assert!(
            output.status.success(),
            "{command}\n{text}\n{}",
            String::from_utf8(output.stderr)?
        );
        if let ["move-out", step, ..] = arguments[..] {
            said.push(text.lines().next().unwrap_or_default().to_owned());
            match step {
                "start" => after = Some(coaching(&own).await?),
                "switch" => {
                    publish(&shared, 11..21).await?;
                    while effects(&own).await?.len() < 10 {
                        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                    }
                }
                _ => {}
            }
        }
    }
    publish(&shared, 21..31).await?;
    before.wait_caught_up().await?;
    assert_eq!(effects(&own).await?, (11..21).collect::<Vec<_>>());
    let expected = (1..11).chain(21..31).collect::<Vec<_>>();
    assert_eq!(effects(&shared).await?, expected);
    assert_eq!(
        said,
        [
            "coaching: works in the source; the move has not started",
            "coaching: works in the source; the target waits",
            "coaching: paused in both; the switch was interrupted",
            "coaching: works in the target",
            "coaching: works in the target",
            "coaching: works in the source; the move has not started",
            "coaching: works in the source; the move has not started",
        ]
    );
    after.ok_or("it was not deployed")?.stop().await;
    before.stop().await;
    for service in services {
        assert_eq!(service.terminate().await?, Some(0));
    }
    Ok(())
}

/// What is in the way ends with 1, and says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_not_possible_says_why() -> TestResult {
    let (shared, own) = (World::new().await?, World::new().await?);
    let run = async |arguments: &[&str]| {
        let mut command = shared.command(arguments);
        command.env("MOVE_TO_URL", own.database.url());
        crate::world::ended(command).await
    };
    let none = run(&["move-out", "plan", "--consumer", "coaching"]).await?;
    assert_eq!(none.code, Some(1), "{none:?}");
    assert!(
        none.stdout
            .contains("coaching has no subscription in the source"),
        "{none:?}"
    );
    create_effect_table(&shared.pool).await?;
    coaching(&shared).await?.stop().await;
    let refused = run(&["move-out", "start", "--consumer", "coaching"]).await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused
            .stderr
            .contains("no relay sends the events of the source"),
        "{refused:?}"
    );
    let unnamed = shared
        .run(&["move-out", "plan", "--consumer", "coaching"])
        .await?;
    assert_eq!(unnamed.code, Some(2), "{unnamed:?}");
    assert!(unnamed.stderr.contains("--to postgres://"), "{unnamed:?}");
    Ok(())
}

/// A role that may operate may not move: it is refused in each act, before anything is changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_does_not_own_the_tables_is_refused_with_the_name_of_the_owner() -> TestResult {
    let (shared, own) = (World::new().await?, World::new().await?);
    create_effect_table(&shared.pool).await?;
    coaching(&shared).await?.stop().await;
    let role = format!("desk_{}", shared.database.name());
    for world in [&shared, &own] {
        let grant = format!(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD 'desk'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
             GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(grant))
            .execute(&world.pool)
            .await?;
    }
    let options = |world: &World| {
        world
            .database
            .options()
            .clone()
            .username(&role)
            .password("desk")
    };
    let owner: String = sqlx::query_scalar("SELECT current_user::text")
        .fetch_one(&shared.pool)
        .await?;
    for step in ["plan", "start", "pause", "switch", "back"] {
        let mut command = shared.command(&["move-out", step, "--consumer", "coaching"]);
        let source = sqlx::ConnectOptions::to_url_lossy(&options(&shared)).to_string();
        let target = sqlx::ConnectOptions::to_url_lossy(&options(&own)).to_string();
        command
            .env("DATABASE_URL", source)
            .env("MOVE_TO_URL", target);
        let refused = crate::world::ended(command).await?;
        assert_eq!(refused.code, Some(1), "{step}: {refused:?}");
        let said = refused
            .stderr
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for side in ["source", "target"] {
            let says = format!("the role \"{role}\" does not own the tables of the {side}, ");
            assert!(said.contains(&says), "{step}: {said}");
        }
        assert!(
            said.contains(&format!("connect there as their owner, \"{owner}\"")),
            "{said}"
        );
    }
    let paused = "SELECT count(*) FROM dispatcher_subscription WHERE paused_at IS NOT NULL";
    for world in [&shared, &own] {
        let paused: i64 = sqlx::query_scalar(paused).fetch_one(&world.pool).await?;
        assert_eq!(paused, 0);
        let drop = format!("DROP OWNED BY {role}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(drop))
            .execute(&world.pool)
            .await?;
    }
    let drop = format!("DROP ROLE {role}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(drop))
        .execute(&shared.pool)
        .await?;
    Ok(())
}

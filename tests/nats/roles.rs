//! The roles of `Roles` suffice for a relay and a mirror, and allow neither more.

use dispatcher_runtime::{Actor, Roles, TransferDirection, Transfers};
use dispatcher_test_fixtures::TestResult;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Executor, PgPool};

use crate::support::{Nats, STREAM, World, mirror, relay};

/// A database whose roles begin with its name, because they belong to the server.
struct Guarded {
    world: World,
    prefix: String,
}

impl Guarded {
    async fn new() -> TestResult<Self> {
        let world = World::new().await?;
        let name = world.database.name();
        let prefix = format!("t{}", name.trim_start_matches("dispatcher_test"));
        let script = Roles::new("public").prefix(&prefix).to_sql()?;
        world.pool.execute(AssertSqlSafe(script)).await?;
        Ok(Self { world, prefix })
    }

    /// The same database for a process that has only this role.
    async fn of(&self, role: &str) -> TestResult<PgPool> {
        let service = format!("{}_service_{role}", self.prefix);
        let create = format!(
            "CREATE ROLE {service} LOGIN PASSWORD 'service'; GRANT {}_{role} TO {service}",
            self.prefix
        );
        self.world.pool.execute(AssertSqlSafe(create)).await?;
        let options = self.world.database.options().clone();
        let options = options.username(&service).password("service");
        let pool = PgPoolOptions::new().max_connections(8);
        Ok(pool.connect_with(options).await?)
    }

    async fn close(self) -> TestResult {
        let drop = format!(
            "DO $$ DECLARE name text; BEGIN
               FOR name IN SELECT rolname FROM pg_roles WHERE starts_with(rolname, '{}_') LOOP
                 EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER; DROP OWNED BY %I; DROP ROLE %I', name, name, name);
               END LOOP; END $$",
            self.prefix
        );
        self.world.pool.execute(AssertSqlSafe(drop)).await?;
        self.world.close().await
    }
}

async fn is_refused(pool: &PgPool, statement: &'static str) -> TestResult {
    match sqlx::query(statement).execute(pool).await {
        // insufficient_privilege, also of a policy.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => Ok(()),
        other => Err(format!("{statement}: {other:?}").into()),
    }
}

#[tokio::test]
async fn a_relay_and_a_mirror_work_with_their_roles_alone() -> TestResult {
    let Some(nats) = Nats::new().await? else {
        return Ok(());
    };
    let (north, south) = (Guarded::new().await?, Guarded::new().await?);
    north.world.publish(1..31).await?;
    let as_relay = north.of("relay").await?;
    let as_mirror = south.of("mirror").await?;
    let relaying = relay(&as_relay, &nats);
    let mirroring = mirror(&as_mirror, &nats, STREAM);
    mirroring.until(|seen| seen.sequence == 30).await?;
    north.world.publish(31..41).await?;
    mirroring.until(|seen| seen.sequence == 40).await?;
    relaying.stop().await?;
    mirroring.stop().await?;
    let ids = |log: Vec<(String, i64)>| log.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(south.world.log().await?), ids(north.world.log().await?));

    for statement in [
        "SELECT dispatcher_publish('credit.locked', '{}', 'tnt_a', 'revenue')",
        "DELETE FROM dispatcher_event",
        "UPDATE dispatcher_event SET payload = '{}'",
        "INSERT INTO dispatcher_transfer (direction, stream, updated_at) VALUES ('mirror', 'x', now())",
        "INSERT INTO dispatcher_reader (consumer, subscription, position, updated_at) VALUES ('coaching', 'x', 0, now())",
        "DELETE FROM dispatcher_transfer",
    ] {
        is_refused(&as_relay, statement).await?;
    }
    for statement in [
        "SELECT payload FROM dispatcher_event",
        "DELETE FROM dispatcher_event",
        "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
         VALUES ('evt_a', 'credit.locked', 1, now(), 'tnt_a', 'revenue', 'a', '{}')",
        "INSERT INTO dispatcher_transfer (direction, stream, updated_at) VALUES ('relay', 'x', now())",
        "DELETE FROM dispatcher_transfer",
    ] {
        is_refused(&as_mirror, statement).await?;
    }
    let desk = south.of("operator").await?;
    let transfers = Transfers::new(desk.clone());
    assert_eq!(transfers.list().await?.len(), 1);
    let direction = TransferDirection::Mirror;
    transfers
        .remove_as(direction, STREAM, Actor::new("mia"))
        .await?;
    assert!(transfers.list().await?.is_empty());
    for pool in [as_relay, as_mirror, desk] {
        pool.close().await;
    }
    north.close().await?;
    south.close().await
}

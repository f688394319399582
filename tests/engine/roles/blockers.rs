//! What an operator sees of a transaction that holds readers back, and whether it can end it.

use acme_contracts::Revenue;
use dispatcher_runtime::{Dispatcher, EventLog, Roles};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::{AssertSqlSafe, Executor, PgPool};

use super::{Company, SCHEMA};

/// What the script of these roles allows.
struct Allowed {
    sees: bool,
    ends: bool,
}

/// A producer's transaction stays open; the operator looks at it, and tries to end it.
async fn with(roles: impl FnOnce(Roles) -> Roles, allowed: Allowed) -> TestResult {
    let company = Company::new().await?;
    let roles = roles(company.roles());
    // Twice: it may be run any number of times.
    for _ in 0..2 {
        let script = AssertSqlSafe(roles.to_sql()?);
        company.world.pool.execute(script).await?;
    }
    let shop = company.service("shop", &["producer_revenue"]).await?;
    let desk = company.service("desk", &["operator"]).await?;
    let revenue = Dispatcher::<Revenue>::builder(shop.clone()).tenant(TENANT);
    let revenue = revenue.schema(SCHEMA).build()?;
    let mut open = shop.begin().await?;
    revenue.publish(lock(1, 1)).within(&mut open).await?;

    let horizon = EventLog::in_schema(desk.clone(), SCHEMA)?.horizon().await?;
    let blocker = horizon.blocker.ok_or("nothing holds readers back")?;
    assert_eq!(blocker.role, Some(company.role("shop")));
    let pid = blocker.pid.ok_or("it has no process")?;
    let state = blocker.state.as_deref();
    let seen = allowed.sees.then_some("idle in transaction");
    assert_eq!(state, seen);
    assert_eq!(!blocker.age.is_zero(), allowed.sees);
    match end(&desk, pid).await {
        Ok(ended) => assert!(ended && allowed.ends),
        Err(error) => {
            let insufficient_privilege = error.as_database_error().and_then(|it| it.code());
            assert_eq!(insufficient_privilege.as_deref(), Some("42501"), "{error}");
            assert!(!allowed.ends);
        }
    }
    drop(open);
    desk.close().await;
    shop.close().await;
    company.close().await
}

async fn end(pool: &PgPool, pid: i32) -> sqlx::Result<bool> {
    let end = sqlx::query_scalar("SELECT pg_terminate_backend($1)").bind(pid);
    end.fetch_one(pool).await
}

#[tokio::test]
async fn an_operator_sees_whose_transaction_it_is() -> TestResult {
    let allowed = Allowed {
        sees: false,
        ends: false,
    };
    with(|roles| roles, allowed).await
}

#[tokio::test]
async fn an_operator_that_sees_blockers_cannot_end_them() -> TestResult {
    let allowed = Allowed {
        sees: true,
        ends: false,
    };
    with(Roles::sees_blockers, allowed).await
}

#[tokio::test]
async fn an_operator_that_ends_blockers_sees_them_too() -> TestResult {
    let allowed = Allowed {
        sees: true,
        ends: true,
    };
    with(Roles::ends_blockers, allowed).await
}

/// Whatever the order: the wider right counts.
#[test]
fn seeing_takes_nothing_from_ending() -> TestResult {
    let both = Roles::new(SCHEMA).ends_blockers().sees_blockers();
    assert_eq!(both.to_sql()?, Roles::new(SCHEMA).ends_blockers().to_sql()?);
    Ok(())
}

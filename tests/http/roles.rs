//! What each route does where its connections have one of the roles of the script.

use acme_contracts::REGISTRY;
use dispatcher_runtime::Roles;
use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Executor};

use crate::client::exchange;
use crate::support::{GOOD, JSON, LIST, Service, serve};

/// The status of each route: list, one, resolve, redrive. What a role may not do is an error of the service, because it
/// was started with the wrong role; the client learns nothing else.
const ROUTES: &[(&str, [u16; 4])] = &[
    ("operator", [200, 200, 200, 200]),
    ("migrator", [200, 200, 200, 200]),
    ("retention", [200, 200, 500, 500]),
    ("eraser", [200, 200, 500, 500]),
    // It takes the events of redrives from there, where retention has removed them from the log.
    ("consumer_coaching", [200, 200, 500, 500]),
    ("producer_revenue", [500, 500, 500, 500]),
];

#[tokio::test]
async fn each_route_does_with_each_role_what_is_listed() -> TestResult {
    let service = Service::with_dead_letters(4).await?;
    let prefix = format!(
        "r{}",
        service.database().trim_start_matches("dispatcher_test")
    );
    let roles = Roles::new("public").prefix(&prefix).registry(&REGISTRY);
    service.pool.execute(AssertSqlSafe(roles.to_sql()?)).await?;
    let mut found = Vec::new();
    let mut open = service.ids().await?.into_iter();
    for (role, expected) in ROUTES {
        let pool = service.pool_of(&format!("{prefix}_{role}")).await?;
        let (address, server) = serve(pool.clone()).await?;
        // Those that succeed end a dead letter.
        let mut id = || match expected[2] {
            200 => open.next().ok_or("too few dead letters"),
            _ => Ok("dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e".to_owned()),
        };
        let (first, second) = (id()?, id()?);
        let known = service.ids().await?.remove(0);
        let mut statuses = Vec::new();
        for (method, path) in [
            ("GET", LIST.to_owned()),
            ("GET", format!("{LIST}/{known}")),
            ("POST", format!("{LIST}/{first}/resolve")),
            ("POST", format!("{LIST}/{second}/redrive")),
        ] {
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: service\r\n{GOOD}{JSON}Content-Length: 2\r\n\r\n{{}}"
            );
            let answer = exchange(address, request.as_bytes()).await?;
            assert!(!answer.detail().contains("permission denied"), "{answer:?}");
            statuses.push(answer.status);
        }
        found.push((*role, statuses));
        server.abort();
        pool.close().await;
    }
    let expected: Vec<_> = ROUTES
        .iter()
        .map(|(role, statuses)| (*role, statuses.to_vec()))
        .collect();
    assert_eq!(found, expected);
    let drop = format!(
        "DO $$ DECLARE name text; BEGIN
           FOR name IN SELECT rolname FROM pg_roles WHERE starts_with(rolname, '{prefix}_') LOOP
             EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER; DROP OWNED BY %I; DROP ROLE %I', name, name, name);
           END LOOP; END $$"
    );
    service.pool.execute(AssertSqlSafe(drop)).await?;
    service.close().await
}

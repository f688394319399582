//! The list of what operators did.

use dispatcher_runtime::{AuditLog, Operator};
use dispatcher_test_fixtures::TestResult;
use sqlx::Executor;

use crate::support::World;

/// Nine entries, of which three have the same time.
async fn world() -> TestResult<World> {
    let world = World::new().await?;
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_audit (acted_at, who, way, what, why, outcome, claimed_by)
             SELECT '2026-11-29 08:00Z'::timestamptz + interval '1 microsecond' * (n / 3), 'mia', 'cli', 'act ' || n, 'because', 'done',
                    CASE WHEN n = 1 THEN 'noah' END
               FROM generate_series(1, 9) AS n",
        )
        .await?;
    Ok(world)
}

#[tokio::test]
async fn every_entry_is_on_one_page_the_newest_first() -> TestResult {
    let world = world().await?;
    let operator = Operator::new(world.pool.clone());
    for limit in [1, 2, 3, 4, 9, 10, 1000] {
        let (mut seen, mut next, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = operator.audit().list(limit, next.as_deref()).await?;
            assert!(page.entries.len() <= usize::from(limit));
            seen.extend(page.entries);
            pages += 1;
            // What is done meanwhile moves nothing.
            let act = "INSERT INTO dispatcher_audit (who, way, what, why, outcome) VALUES ('noah', 'api', 'new', '', 'done')";
            world.pool.execute(act).await?;
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(pages, 9_usize.div_ceil(limit.into()), "{limit}");
        assert!(seen.is_sorted_by(|a, b| a.acted_at >= b.acted_at));
        let mut what: Vec<_> = seen.iter().map(|entry| entry.what.as_str()).collect();
        what.sort_unstable();
        let all: Vec<_> = (1..=9).map(|n| format!("act {n}")).collect();
        assert_eq!(what, all);
        let clear = "DELETE FROM dispatcher_audit WHERE what = 'new'";
        world.pool.execute(clear).await?;
    }
    world.close().await
}

#[tokio::test]
async fn an_entry_says_who_how_what_why_and_what_came_of_it() -> TestResult {
    let world = world().await?;
    let page = AuditLog::new(world.pool.clone()).list(1000, None).await?;
    let last = page.entries.last().ok_or("no entries")?;
    assert!(page.next.is_none());
    let mut last = serde_json::to_value(last)?;
    let id = last["audit_id"].take();
    assert_eq!(id.as_str().map(str::len), Some(36));
    if last["what"] == "act 2" {
        // It has the same time as the first.
        last["what"] = "act 1".into();
        last["claimed_by"] = "noah".into();
    }
    assert_eq!(
        last,
        serde_json::json!({
            "audit_id": null, "acted_at": "2026-11-29T08:00:00Z", "who": "mia", "claimed_by": "noah", "way": "cli",
            "what": "act 1", "why": "because", "outcome": "done",
        })
    );
    world.close().await
}

#[tokio::test]
async fn a_token_or_a_limit_that_is_not_allowed_is_refused() -> TestResult {
    let world = world().await?;
    let audit = AuditLog::new(world.pool.clone());
    for limit in [0, 1001, u16::MAX] {
        let error = audit.list(limit, None).await.unwrap_err().to_string();
        let expected = format!("the setting `limit` is `{limit}`; it has to be from 1 to 1000");
        assert_eq!(error, expected);
    }
    let token = audit.list(2, None).await?.next.ok_or("no token")?;
    let altered = format!("0{token}");
    for token in ["", "-", "a.b-c", "7", "é-é", &altered, &token[1..]] {
        let error = audit.list(2, Some(token)).await.unwrap_err().to_string();
        let expected = format!(
            "the setting `next` is `{token}`; it has to be the token of a page of the audit"
        );
        assert_eq!(error, expected);
    }
    world.close().await
}

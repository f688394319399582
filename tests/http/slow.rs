//! Reads that take too long, and what of the service's connections they take.

use dispatcher_test_fixtures::TestResult;
use sqlx::Executor;

use crate::support::{GOOD, JSON, LIST, NOBODY, Service};

#[tokio::test]
async fn a_read_that_the_database_does_not_answer_in_time_is_a_503() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let mut holder = service.pool.begin().await?;
    holder
        .execute("LOCK TABLE dispatcher_dead_letter IN ACCESS EXCLUSIVE MODE")
        .await?;
    for path in [
        LIST.to_owned(),
        format!("{LIST}/groups"),
        format!("{LIST}/{NOBODY}"),
    ] {
        let answer = service.get(&path).await?;
        answer.assert_refused(503);
        assert!(
            answer
                .detail()
                .starts_with("the database did not answer in time: narrow the filter"),
            "{answer:?}"
        );
    }
    holder.rollback().await?;
    assert_eq!(service.get(LIST).await?.status, 200);
    service.close().await
}

/// More reads than there are connections for them, none of which is answered.
#[tokio::test]
async fn reads_that_wait_do_not_keep_an_operator_from_acting() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let mut holder = service.pool.begin().await?;
    holder
        .execute("LOCK TABLE dispatcher_audit IN ACCESS EXCLUSIVE MODE")
        .await?;
    let read = || service.send("GET", "/api/dispatcher/v1/audit", crate::support::ROOT, b"");
    let act = async {
        holder.rollback().await?;
        let path = format!("{LIST}/{id}/resolve");
        service
            .send("POST", &path, &format!("{GOOD}{JSON}"), b"{}")
            .await
    };
    let (one, two, three, four, five, acted) =
        tokio::join!(read(), read(), read(), read(), read(), act);
    assert_eq!(acted?.status, 200);
    for answer in [one, two, three, four, five] {
        assert!(matches!(answer?.status, 200 | 503));
    }
    service.close().await
}

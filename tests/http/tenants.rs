//! What a session sees and touches that is bound to tenants.

use dispatcher_test_fixtures::TestResult;
use sqlx::Row;

use crate::client::Answer;
use crate::support::{JSON, LIST, NOBODY, Service};

async fn send(service: &Service, session: &str, method: &str, path: &str) -> TestResult<Answer> {
    let headers = format!("Authorization: Bearer {session}\r\n{JSON}");
    let body: &[u8] = if method == "POST" { b"{}" } else { b"" };
    service.send(method, path, &headers, body).await
}

fn ids(answer: &Answer) -> Vec<&str> {
    let listed = answer.body["dead_letters"].as_array().unwrap();
    let ids = listed.iter().map(|one| one["dead_letter_id"].as_str());
    ids.map(Option::unwrap).collect()
}

/// Four letters; the second and the fourth are of another tenant.
async fn of_two_tenants() -> TestResult<(Service, Vec<String>)> {
    let service = Service::with_dead_letters(4).await?;
    let ids = service.ids().await?;
    sqlx::query("UPDATE dispatcher_dead_letter SET tenant_id = 'tnt_swim_south' WHERE dead_letter_id = ANY ($1)")
        .bind(vec![ids[1].clone(), ids[3].clone()])
        .execute(&service.pool)
        .await?;
    Ok((service, ids))
}

#[tokio::test]
async fn a_bound_session_lists_the_letters_of_its_tenants() -> TestResult {
    let (service, all) = of_two_tenants().await?;
    let (ours, theirs) = ([all[0].as_str(), &all[2]], [all[1].as_str(), &all[3]]);
    for (session, query, expected) in [
        (
            "good",
            "",
            &all.iter().map(String::as_str).collect::<Vec<_>>()[..],
        ),
        ("good", "?tenant=tnt_swim_south", &theirs),
        ("north", "", &ours),
        ("north", "?consumer=coaching&include_resolved=true", &ours),
        ("north", "?consumer=coaching", &ours),
        ("north", "?include_resolved=true", &ours),
        ("north", "?consumer=growth", &[]),
        ("north", "?tenant=tnt_swim_north", &ours),
        ("north", "?tenant=tnt_swim_south", &[]),
        ("nobody", "", &[]),
    ] {
        let answer = send(&service, session, "GET", &format!("{LIST}{query}")).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(ids(&answer), expected, "{session} {query}");
        assert!(answer.body["next"].is_null());
    }
    // Its pages are of its own letters, and the token of another session's list is none of its own.
    let first = send(&service, "north", "GET", &format!("{LIST}?limit=1")).await?;
    assert_eq!(ids(&first), ours[..1]);
    let next = first.body["next"].as_str().ok_or("there are more")?;
    let path = format!("{LIST}?limit=1&next={next}");
    let second = send(&service, "north", "GET", &path).await?;
    assert_eq!(ids(&second), ours[1..]);
    assert!(second.body["next"].is_null());
    assert_eq!(send(&service, "good", "GET", &path).await?.status, 400);
    service.close().await
}

#[tokio::test]
async fn the_letters_of_other_tenants_do_not_exist_for_a_bound_session() -> TestResult {
    let (service, all) = of_two_tenants().await?;
    for (session, id) in [("north", &all[1]), ("nobody", &all[0])] {
        for (method, act) in [("GET", ""), ("POST", "/resolve"), ("POST", "/redrive")] {
            let answer = send(&service, session, method, &format!("{LIST}/{id}{act}")).await?;
            answer.assert_problem(404, &format!("there is no dead letter {id}"));
            let unknown = format!("{LIST}/{NOBODY}{act}");
            let unknown = send(&service, session, method, &unknown).await?;
            unknown.assert_problem(404, &format!("there is no dead letter {NOBODY}"));
        }
    }
    let resolved = "SELECT count(*) FROM dispatcher_dead_letter WHERE resolved_at IS NOT NULL";
    let resolved = sqlx::query(resolved).fetch_one(&service.pool).await?;
    assert_eq!(resolved.try_get::<i64, _>(0)?, 0);
    // A letter that is resolved says no more to it.
    let path = format!("{LIST}/{}/resolve", all[1]);
    assert_eq!(send(&service, "good", "POST", &path).await?.status, 200);
    assert_eq!(send(&service, "north", "POST", &path).await?.status, 404);
    for (id, act) in [(&all[0], "resolve"), (&all[2], "redrive")] {
        let answer = send(&service, "north", "POST", &format!("{LIST}/{id}/{act}")).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["tenant_id"], "tnt_swim_north");
    }
    service.close().await
}

#[tokio::test]
async fn a_session_whose_name_cannot_be_recorded_ends_nothing() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let path = format!("{LIST}/{}/resolve", service.ids().await?.remove(0));
    assert_eq!(send(&service, "nameless", "POST", &path).await?.status, 500);
    assert_eq!(send(&service, "good", "POST", &path).await?.status, 200);
    service.close().await
}

//! Contracts: fields, examples, and what the program and the database say differently.

use dispatcher_runtime::ContractsCatalog;
use dispatcher_test_fixtures::TestResult;
use sqlx::Executor;

use super::acts::ask;
use crate::support::{GOOD, Service};

#[tokio::test]
async fn a_contract_tells_fields_and_an_example() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let page = ask(&service, "contract?type=person.registered").await?;
    let rows: Vec<_> = page.all("tr").iter().map(|row| row.text.clone()).collect();
    let row = |field: &str| {
        let mut rows = rows.iter();
        rows.find(|row| row.starts_with(field))
            .cloned()
            .unwrap_or_default()
    };
    assert!(row("/email").contains("sensitive"), "{rows:?}");
    assert!(row("/person_id").contains("required"), "{rows:?}");
    assert!(!row("/person_id").contains("sensitive"), "{rows:?}");
    assert!(row("/roles/*").contains("string"), "{rows:?}");
    assert!(page.content().contains("Example"), "{}", page.content());
    let route = service
        .get("/api/dispatcher/v1/contracts/person.registered")
        .await?
        .body;
    let fields = route["payloads"][0]["fields"]
        .as_array()
        .ok_or("no fields")?;
    let email = fields.iter().find(|field| field["pointer"] == "/email");
    assert_eq!(email.ok_or("no email")?["is_sensitive"], true);
    assert!(route["payloads"][0]["example"].is_object(), "{route}");
    service.close().await
}

#[tokio::test]
async fn what_differs_between_program_and_database_is_told() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let catalog = ContractsCatalog::new(service.pool.clone());
    catalog.push(&acme_contracts::REGISTRY).await?;
    let place = "contract?type=credit.locked";
    let same = ask(&service, place).await?.content();
    assert!(
        same.contains("The program and the database say the same"),
        "{same}"
    );
    for change in [
        "UPDATE dispatcher_contract SET description = '<b>another</b>' WHERE event_type = 'credit.locked'",
        "UPDATE dispatcher_contract_version SET pushed_at = now() + interval '1 second'",
        "UPDATE dispatcher_contract_document SET document = replace(document, '\"minimum\": 1,', '\"minimum\": 2,')",
    ] {
        let done = service.pool.execute(change).await;
        done.map_err(|error| format!("{change}: {error}"))?;
    }
    // The service keeps contracts for five seconds; another one has not read them yet.
    let (address, server) = crate::support::serve(service.pool.clone()).await?;
    let path = |page: &str| {
        let page = format!("{}/{page}", crate::support::PAGE);
        format!("GET {page} HTTP/1.1\r\nHost: service\r\n{GOOD}\r\n")
    };
    let get = async |page: &str| -> TestResult<String> {
        let answer = crate::client::exchange(address, path(page).as_bytes()).await?;
        let page = answer.body.as_str().ok_or("no page")?;
        Ok(super::document::Document::read(page).content())
    };
    let differs = get(place).await?;
    for text in ["<b>another</b>", "/minimum", "description"] {
        assert!(differs.contains(text), "{text} in {differs}");
    }
    let list = get("contracts").await?;
    assert!(list.contains("2 differences"), "{list}");
    server.abort();
    service.close().await
}

//! The routes as the service documents them: what the walks walk.

use dispatcher_test_fixtures::TestResult;
use serde_json::Value;

use crate::support::{NOBODY, ROOT, Service};

pub(crate) const DOCUMENT: &str = "/api/dispatcher/v1/openapi.json";

/// A route of the document.
#[derive(Clone, Debug)]
pub(crate) struct Documented {
    pub(crate) method: String,
    /// With something well formed in the place of each parameter.
    pub(crate) path: String,
    pub(crate) permission: String,
    pub(crate) has_body: bool,
    pub(crate) has_ids: bool,
    pub(crate) is_for_bound: bool,
}

pub(crate) async fn document(service: &Service) -> TestResult<Value> {
    let answer = service.send("GET", DOCUMENT, ROOT, b"").await?;
    assert_eq!(answer.status, 200, "{answer:?}");
    Ok(answer.body)
}

pub(crate) async fn routes(service: &Service) -> TestResult<Vec<Documented>> {
    let document = document(service).await?;
    let paths = document["paths"].as_object().ok_or("no paths")?;
    let mut routes = Vec::new();
    for (template, methods) in paths {
        for (method, operation) in methods.as_object().ok_or("no methods")? {
            routes.push(documented(template, method, operation));
        }
    }
    assert!(routes.len() > 20, "{} routes", routes.len());
    Ok(routes)
}

fn documented(template: &str, method: &str, operation: &Value) -> Documented {
    let mut path = template.to_owned();
    let mut has_ids = false;
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] != "path" {
            continue;
        }
        let name = parameter["name"].as_str().unwrap();
        let pattern = parameter["schema"]["pattern"].as_str().unwrap_or_default();
        let is_redrive = pattern.starts_with("^rdr_");
        has_ids |= is_redrive || pattern.starts_with("^dlq_");
        let value = if is_redrive {
            NOBODY.replace("dlq_", "rdr_")
        } else if has_ids {
            NOBODY.to_owned()
        } else {
            "something".to_owned()
        };
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    let description = operation["description"].as_str().unwrap_or_default();
    Documented {
        method: method.to_uppercase(),
        path,
        permission: operation["x-permission"].as_str().unwrap().to_owned(),
        has_body: operation.get("requestBody").is_some(),
        has_ids,
        is_for_bound: !description.contains("Not for sessions"),
    }
}

/// As RFC 3986 resolves it, below any prefix.
#[tokio::test]
async fn the_server_of_the_document_is_where_the_document_comes_from() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    let document = document(&service).await?;
    let server = document["servers"][0]["url"].as_str().ok_or("no server")?;
    for prefix in ["", "/tools/queue"] {
        let document = format!("{prefix}{DOCUMENT}");
        let mut folders: Vec<&str> = document.split('/').collect();
        folders.pop();
        for step in server.split('/') {
            assert_eq!(step, "..", "{server}");
            folders.pop();
        }
        assert_eq!(folders.join("/"), prefix, "{server}");
    }
    service.close().await
}

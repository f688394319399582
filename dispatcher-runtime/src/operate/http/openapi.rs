//! The routes as an OpenAPI 3.1 document.
//!
//! Parameters and bodies come from the table that reads them; the schemas of answers are in `schemas/`, and tests hold
//! each answer against its own.

use serde_json::{Map, Value as Json, json};

use super::kind::{Parameter, object};
use super::read::LONGEST_QUERY;
use super::route::{Body, PREFIX, Route, Scope, Verb};

/// The schemas of answers, by what they are about.
const SCHEMAS: [&str; 4] = [
    include_str!("schemas/common.json"),
    include_str!("schemas/dead_letters.json"),
    include_str!("schemas/events.json"),
    include_str!("schemas/subscriptions.json"),
];

/// What any route may refuse, and why.
const REFUSALS: [(u16, &str); 6] = [
    (
        400,
        "The request is malformed. `errors` has every fault; of many, 20 and the number of the others.",
    ),
    (401, "The request has no valid session."),
    (
        403,
        "The session lacks the permission, is bound to tenants, or may not be used from another site.",
    ),
    (414, "The query is too long."),
    (
        500,
        "The request failed; the service's log has the cause under the `instance`.",
    ),
    (
        503,
        "The database cannot be reached, or did not answer within 2 s: narrow the filter, or try again.",
    ),
];

/// The document of these routes.
pub(super) fn document(routes: &[Route]) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for route in routes {
        let path = paths
            .entry(format!("{PREFIX}{}", route.path))
            .or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation(route);
    }
    let schemas = SCHEMAS.map(|file| serde_json::from_str(file).unwrap_or_default());
    let schemas: Map<String, Json> = schemas.into_iter().flat_map(Map::into_iter).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Dispatcher",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "What operators see and do. Every route requires a session; what a session is, the service decides. \
                 Unknown and duplicate parameters and fields are refused. A query has at most {LONGEST_QUERY} bytes."
            ),
        },
        "servers": [{ "url": server(), "description": "The service that this document comes from." }],
        "security": [{ "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Or whatever the service's authenticator takes for a session, such as a cookie.",
                },
            },
        },
    })
}

/// Where the paths begin, relative to the document, because a proxy may serve both below another path. Clients take a slash
/// at the end of a server away, as they do with `/`.
fn server() -> String {
    let folders = PREFIX.matches('/').map(|_| "..");
    folders.collect::<Vec<_>>().join("/")
}

fn operation(route: &Route) -> Json {
    let places = route.places.iter().map(|it| parameter(it, "path"));
    let query = route.query.iter().map(|it| parameter(it, "query"));
    let bound = match route.scope {
        Scope::Tenants => "A session that is bound to tenants sees and touches what is theirs.",
        Scope::Unbound => "Not for sessions that are bound to tenants.",
        Scope::Any => "For every session.",
    };
    let mut operation = json!({
        "operationId": route.operation,
        "summary": route.summary,
        "description": format!("Requires the permission `{}`. {bound}", route.permission),
        "x-permission": route.permission.as_str(),
        "parameters": places.chain(query).collect::<Vec<_>>(),
        "responses": responses(route),
    });
    let schema = match route.body {
        Body::None => return operation,
        Body::Fields(fields) => object(fields),
        Body::Object(name) => reference(name),
    };
    operation["requestBody"] =
        json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    operation
}

fn parameter(parameter: &Parameter, place: &str) -> Json {
    let is_path = place == "path";
    let mut schema = parameter.kind.schema();
    if !is_path {
        // An empty value counts as absent, as forms send it.
        schema = json!({ "anyOf": [schema, { "type": "string", "maxLength": 0 }] });
    }
    let mut documented = json!({
        "name": parameter.name,
        "in": place,
        "required": is_path || parameter.is_required,
        "description": parameter.about,
        "schema": schema,
    });
    if let Some(permission) = parameter.needs {
        documented["x-permission"] = permission.as_str().into();
    }
    documented
}

fn responses(route: &Route) -> Json {
    let mut responses = Map::new();
    let answer = &route.answer;
    responses.insert(
        answer.status.to_string(),
        json!({
            "description": answer.about,
            "content": { "application/json": { "schema": reference(answer.schema) } },
        }),
    );
    let body: &[(u16, &str)] = match route.body {
        Body::None => &[],
        Body::Fields(_) | Body::Object(_) => &[
            (413, "The body is too large."),
            (415, "The body is not declared as `application/json`."),
        ],
    };
    // A path that cannot be matched is no route at all.
    let places: &[(u16, &str)] = match (route.places, route.refusals) {
        ([], _) => &[],
        (_, refusals) if refusals.iter().any(|(status, _)| *status == 404) => &[],
        _ => &[(404, "There is no such route.")],
    };
    let all = REFUSALS.iter().chain(route.refusals).chain(body);
    for (status, about) in all.chain(places) {
        let problem = json!({
            "description": about,
            "content": { "application/problem+json": { "schema": reference("Problem") } },
        });
        responses.insert(status.to_string(), problem);
    }
    Json::Object(responses)
}

fn reference(schema: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// The methods of a path, for the routes that there are.
pub(super) fn in_words(routes: &[Route]) -> String {
    let named: Vec<_> = routes.iter().map(name).collect();
    match named.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => named.concat(),
    }
}

fn name(route: &Route) -> String {
    let method: Verb = route.method;
    format!("{} {PREFIX}{}", method.as_str(), route.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::http::table::ROUTES;

    /// Whatever the document refers to.
    fn references(json: &Json, found: &mut Vec<String>) {
        match json {
            Json::Object(members) => {
                if let Some(Json::String(reference)) = members.get("$ref") {
                    found.push(reference.replace("#/components/schemas/", ""));
                }
                members.values().for_each(|value| references(value, found));
            }
            Json::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn each_schema_is_there_and_used() {
        let document = document(ROUTES);
        let mut used = Vec::new();
        references(&document, &mut used);
        used.sort();
        used.dedup();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut there: Vec<_> = schemas.keys().cloned().collect();
        there.sort();
        assert_eq!(used, there);
    }

    #[test]
    fn each_operation_has_a_name_of_its_own_and_each_parameter_a_place_in_its_path() {
        let mut names: Vec<_> = ROUTES.iter().map(|route| route.operation).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROUTES.len());
        for route in ROUTES {
            let places = route.path.split('/').filter_map(|part| {
                part.strip_prefix('{')
                    .and_then(|part| part.strip_suffix('}'))
            });
            let parameters = route.places.iter().map(|parameter| parameter.name);
            assert!(places.eq(parameters), "{}", route.path);
            assert!(!route.summary.ends_with('.'), "{}", route.summary);
        }
    }
}

//! Operators' names and notes: whose name is recorded, and which texts are refused.

use dispatcher_test_fixtures::TestResult;
use serde_json::json;

use crate::support::{GOOD, JSON, LIST, Service};

#[tokio::test]
async fn the_session_is_recorded_and_the_name_in_the_body_beside_it() -> TestResult {
    let service = Service::with_dead_letters(4).await?;
    let ids = service.ids().await?;
    let headers = format!("{GOOD}{JSON}");
    let cases = [
        ("resolve", json!({}), None),
        (
            "redrive",
            json!({ "resolved_by": "maria@example.com" }),
            None,
        ),
        ("resolve", json!({ "resolved_by": "jo" }), Some("jo")),
        ("redrive", json!({ "resolved_by": "jo" }), Some("jo")),
    ];
    for (id, (act, body, claimed)) in ids.iter().zip(cases) {
        let path = format!("{LIST}/{id}/{act}");
        let body = body.to_string();
        let answer = service
            .send("POST", &path, &headers, body.as_bytes())
            .await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        let stored = service.get(&format!("{LIST}/{id}")).await?;
        for shown in [&answer.body, &stored.body] {
            let resolved_by = match act {
                "resolve" => json!("maria@example.com"),
                // Until its event is handled.
                _ => json!(null),
            };
            assert_eq!(shown["resolved_by"], resolved_by, "{act} {body}");
            if act == "resolve" {
                assert_eq!(shown["claimed_by"], json!(claimed), "{act} {body}");
            }
        }
        let audit = sqlx::query_as::<_, (String, String, Option<String>, String)>(
            "SELECT who, way, claimed_by, outcome FROM dispatcher_audit WHERE what LIKE '%' || $1",
        );
        let audit = audit.bind(format!("dead letter {id}"));
        let (who, way, audited, outcome) = audit.fetch_one(&service.pool).await?;
        assert_eq!((who.as_str(), way.as_str()), ("maria@example.com", "http"));
        assert_eq!(audited.as_deref(), claimed);
        let expected = match act {
            "resolve" => "resolved",
            _ => "redriving 1 dead letters",
        };
        assert_eq!(outcome, expected);
    }
    service.close().await
}

#[tokio::test]
async fn control_characters_in_names_and_notes_are_refused() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    for field in ["resolved_by", "resolution_note"] {
        // Among them characters that reorder what is shown.
        for character in [
            '\0', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{2028}', '\u{202e}',
        ] {
            let mut body = json!({ "resolved_by": "maria" });
            body[field] = json!(format!("a{character}b"));
            let answer = service.resolve(&id, &body.to_string()).await?;
            assert_eq!(answer.status, 400, "{field} {character:?}: {answer:?}");
            assert!(
                answer
                    .detail()
                    .ends_with("; it has to be text without control characters"),
                "{answer:?}"
            );
        }
    }
    assert_eq!(
        service
            .resolve(&id, r#"{"resolution_note": "prix à 5 €"}"#)
            .await?
            .status,
        200
    );
    service.close().await
}

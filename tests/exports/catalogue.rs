//! The catalogue: complete, and only text where the contracts have text.

use std::collections::{BTreeMap, BTreeSet};

use dispatcher_cli::export::catalogue;
use dispatcher_test_fixtures::TestResult;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::json;

use crate::directory;

fn pages(directory: &std::path::Path) -> TestResult<BTreeMap<String, String>> {
    let pages = catalogue(&directory::catalogue(directory))?;
    Ok(pages
        .into_iter()
        .map(|page| (page.path, page.text))
        .collect())
}

#[test]
fn each_event_type_has_a_page_and_each_link_leads_to_one() -> TestResult {
    let pages = pages(&directory::reference())?;
    let registry = include_str!("../../contracts/event-types-registry.json");
    let registry: serde_json::Value = serde_json::from_str(registry)?;
    for event in registry["event_types"].as_array().ok_or("event types")? {
        let name = event["event_type"].as_str().ok_or("a name")?;
        assert!(pages.contains_key(&format!("events/{name}.html")), "{name}");
        assert!(pages.contains_key(&format!("events/{name}.md")), "{name}");
    }
    let mut count = 0;
    for (path, text) in &pages {
        let starts = if path.ends_with(".html") {
            "href=\""
        } else {
            "]("
        };
        for link in text.split(starts).skip(1) {
            let link = link.split(['"', ')']).next().unwrap_or_default();
            let target = match (path.contains('/'), link.strip_prefix("../")) {
                (true, Some(up)) => up.to_owned(),
                (true, None) => format!("events/{link}"),
                (false, _) => link.to_owned(),
            };
            assert!(pages.contains_key(&target), "{path}: {link}");
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
    Ok(())
}

#[test]
fn a_page_says_what_the_contract_says() -> TestResult {
    let pages = pages(&directory::reference())?;
    let page = &pages["events/order.paid.md"];
    for expected in [
        "Produced by revenue.",
        "Consumed by growth, scheduling.",
        "## Version 2 *active*",
        "| `lines[].quantity` | integer, 1 to 1000 | yes | How many of it were bought. |",
        "| `payment.last4` | string, matches `^[0-9]{4}$` | yes | If `method` is `card`: ",
        "### Changes from version 1 to 2",
        "* `product_code` was removed.",
        "* `total` was added, required: object.",
        "### Example of version 1\n\n```json\n{",
    ] {
        assert!(page.contains(expected), "{expected}:\n{page}");
    }
    // A field of an object that is new itself is not listed.
    assert!(!page.contains("* `total.currency` was added"));
    let retired = &pages["events/credit.expired.html"];
    assert!(retired.contains("It is retired") && !retired.contains("<pre"));
    let deprecated = &pages["events/lesson.rescheduled.html"];
    assert!(deprecated.contains("Deprecated since 2026-09-01: "));
    assert!(
        deprecated.contains(
            "Use <a href=\"../events/lesson.scheduled.html\">lesson.scheduled</a> instead."
        )
    );
    Ok(())
}

#[test]
fn changes_between_versions_are_listed() -> TestResult {
    let version = |properties: serde_json::Value, required: serde_json::Value| json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    let contracts = directory::contracts(&[(
        "a.happened",
        "shop",
        &["billing"],
        &[
            version(
                json!({ "a": { "type": "string" }, "b": { "type": "integer" }, "gone": true, "o": { "type": "object" } }),
                json!(["a"]),
            ),
            version(
                json!({ "a": { "type": "string", "description": "New words." }, "b": { "type": ["integer", "null"], "minimum": 0 },
            "o": { "type": "object", "properties": { "x": { "type": "boolean" } } } }),
                json!(["b"]),
            ),
        ],
    )])?;
    let pages = pages(contracts.path())?;
    let page = &pages["events/a.happened.md"];
    for expected in [
        "* `gone` was removed.",
        "* `a` became optional.",
        "* `a` has another description.",
        "* `b` was integer; it is integer, at least 0, or null.",
        "* `b` became required.",
        "* `o.x` was added, optional: boolean.",
        "* Version 2 does not take every payload of version 1: it refuses `{",
        "* Version 1 does not take every payload of version 2: it refuses `{",
    ] {
        assert!(page.contains(expected), "{expected}:\n{page}");
    }
    Ok(())
}

/// The tags and attributes of a page in HTML.
fn tags(html: &str) -> BTreeSet<String> {
    let parts = html.split('<').skip(1);
    let tags = parts.filter_map(|part| {
        part.split(|c: char| !(c.is_ascii_alphanumeric() || c == '!' || c == '/'))
            .next()
    });
    tags.map(str::to_owned).collect()
}

#[test]
fn hostile_texts_stay_texts_in_html() -> TestResult {
    let rare = directory::rare()?;
    let known: BTreeSet<String> = pages(&directory::reference())?
        .iter()
        .filter(|(path, _)| path.ends_with(".html") || path.ends_with(".svg"))
        .flat_map(|(_, text)| tags(text))
        .collect();
    for (path, text) in pages(rare.path())? {
        if path.ends_with(".md") {
            continue;
        }
        let unknown: Vec<_> = tags(&text).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{path}: {unknown:?}");
        assert!(
            !text.contains("<script") && !text.contains("<img"),
            "{path}"
        );
        assert!(!text.contains('\u{7}'), "{path}");
        for attribute in [
            "src=",
            "href=\"http",
            "url(http",
            "@import",
            "href=\"javascript",
        ] {
            // The hostile text has them too, between tags.
            let inside_tags = text
                .split('<')
                .skip(1)
                .filter_map(|part| part.split('>').next());
            assert!(
                !inside_tags.into_iter().any(|tag| tag.contains(attribute)),
                "{path}: {attribute}"
            );
        }
        if path.ends_with(".html") {
            assert!(
                text.contains("default-src 'none'; style-src 'unsafe-inline'"),
                "{path}"
            );
        }
    }
    Ok(())
}

#[test]
fn hostile_texts_stay_texts_in_markdown() -> TestResult {
    let rare = directory::rare()?;
    for (path, text) in pages(rare.path())? {
        if !path.ends_with(".md") {
            continue;
        }
        let mut shown = String::new();
        for event in Parser::new_ext(
            &text,
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
        ) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => {
                    return Err(format!("{path}: {html}").into());
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    let is_ours = dest_url.ends_with(".md") || dest_url.ends_with(".svg");
                    assert!(is_ours && !dest_url.contains(':'), "{path}: {dest_url}");
                }
                Event::Start(Tag::Heading { .. } | Tag::Strong) => shown.push('\n'),
                Event::Text(text) | Event::Code(text) => shown.push_str(&text),
                _ => {}
            }
        }
        assert!(
            shown
                .contains("</style></script><script>alert(1)</script> */ & \" ' | code <b> [link]"),
            "{path}: {shown}"
        );
    }
    Ok(())
}

#[test]
fn the_graph_names_each_domain_and_each_edge() -> TestResult {
    let pages = pages(&directory::reference())?;
    let graph = &pages["graph.svg"];
    for domain in [
        "coaching",
        "growth",
        "identity",
        "platform",
        "revenue",
        "scheduling",
    ] {
        assert!(graph.contains(&format!(">{domain}</text>")), "{domain}");
    }
    assert!(graph.contains(
        "<title>revenue → coaching: credit.debited, credit.locked, credit.released</title>"
    ));
    assert!(pages["index.html"].contains(graph.as_str()));
    Ok(())
}

#[test]
fn a_domain_that_hears_itself_and_one_that_hears_nothing_are_in_the_graph() -> TestResult {
    let contracts = directory::contracts(&[
        (
            "a.happened",
            "shop",
            &["shop"],
            &[json!({ "type": "object" })],
        ),
        ("b.happened", "alone", &[], &[json!({ "type": "object" })]),
    ])?;
    let graph = &pages(contracts.path())?["graph.svg"];
    assert!(
        graph.contains(">shop</text><path") && graph.contains(">alone</text></g>"),
        "{graph}"
    );
    Ok(())
}

#[test]
fn the_same_contracts_give_the_same_pages() -> TestResult {
    assert_eq!(
        pages(&directory::reference())?,
        pages(&directory::reference())?
    );
    Ok(())
}

//! What is on each page.

use dispatcher_build_support::model::{Deprecation, Event, Status, Version};

use super::block::{Block, Content, Text};
use super::changes::changes;
use super::fields::{Row, fields};
use crate::export::source::{Source, root, status_name};

/// The page with the list of all event types.
pub(super) fn index(source: &Source, title: &str) -> Content {
    let mut blocks = vec![Block::Paragraph(Text::plain(format!(
        "{} event types between {} domains.",
        source.model.events.len(),
        source.model.domains.len()
    )))];
    blocks.push(Block::Heading(2, Text::plain("Event types")));
    blocks.push(Block::Table {
        head: vec![
            "Event type",
            "Status",
            "Versions",
            "Produced by",
            "Consumed by",
            "Description",
        ],
        rows: source.model.events.iter().map(listed).collect(),
    });
    blocks.push(Block::Heading(2, Text::plain("Domains")));
    blocks.push(Block::Paragraph(Text::plain(
        "An arrow leads from the domain that produces events to one that consumes them; the number counts event types.",
    )));
    blocks.push(Block::Graph);
    for domain in &source.model.domains {
        blocks.push(Block::Heading(3, Text::plain(&domain.name)));
        blocks.push(Block::List(vec![
            with_links("Produces ", source, |event| event.producer == domain.name),
            with_links("Consumes ", source, |event| {
                event.consumers.contains(&domain.name)
            }),
        ]));
    }
    Content {
        stem: "index".to_owned(),
        title: title.to_owned(),
        blocks,
    }
}

fn stem(event: &Event) -> String {
    format!("events/{}", event.name)
}

fn listed(event: &Event) -> Vec<Text> {
    let numbers: Vec<_> = event
        .versions
        .iter()
        .map(|version| version.number.to_string())
        .collect();
    vec![
        Text::default().link(&event.name, stem(event)),
        Text::default().status(status_name(&event.status)),
        Text::plain(numbers.join(", ")),
        Text::plain(&event.producer),
        Text::plain(event.consumers.join(", ")),
        Text::prose(&event.description),
    ]
}

fn with_links(verb: &str, source: &Source, applies: impl Fn(&Event) -> bool) -> Text {
    let mut text = Text::plain(verb);
    let events = source.live_events().filter(|event| applies(event));
    for (index, event) in events.enumerate() {
        text = if index > 0 { text.and(", ") } else { text };
        text = text.link(&event.name, stem(event));
    }
    if text == Text::plain(verb) {
        text.and("nothing.")
    } else {
        text.and(".")
    }
}

/// The page of an event type.
pub(super) fn event(source: &Source, event: &Event) -> Content {
    let mut blocks = vec![
        Block::Paragraph(Text::default().link("All event types", "index")),
        Block::Paragraph(Text::prose(&event.description)),
        Block::List(facts(event)),
    ];
    if let Status::Deprecated(deprecation) = &event.status {
        blocks.push(Block::Paragraph(deprecated(source, deprecation)));
    }
    // The newest first.
    for version in event.versions.iter().rev() {
        blocks.extend(self::version(source, event, version));
    }
    Content {
        stem: stem(event),
        title: event.name.clone(),
        blocks,
    }
}

fn facts(event: &Event) -> Vec<Text> {
    let consumers = match event.consumers.as_slice() {
        [] => Text::plain("Consumed by no domain."),
        names => Text::plain(format!("Consumed by {}.", names.join(", "))),
    };
    let order = match &event.subject {
        Some(pointer) => Text::plain("Events with the same value at ")
            .code(pointer)
            .and(" keep their order."),
        None => Text::plain("It has no subject, so its events have no order among themselves."),
    };
    vec![
        Text::plain("Status: ").status(status_name(&event.status)),
        Text::plain(format!("Produced by {}.", event.producer)),
        consumers,
        order,
        Text::plain("Contract: ").code(&event.contract),
    ]
}

fn deprecated(source: &Source, deprecation: &Deprecation) -> Text {
    let since = deprecation
        .since
        .as_ref()
        .map(|since| format!(" since {since}"));
    let text = Text::plain(format!("Deprecated{}: ", since.unwrap_or_default()));
    let text = text.followed_by(Text::prose(&deprecation.reason));
    match &deprecation.replacement {
        Some(name) => match source.model.events.iter().find(|event| event.name == *name) {
            Some(event) => text.and(" Use ").link(name, stem(event)).and(" instead."),
            None => text.and(" Use ").code(name).and(" instead."),
        },
        None => text,
    }
}

fn version(source: &Source, event: &Event, version: &Version) -> Vec<Block> {
    let documents = source.documents();
    let number = version.number;
    let mut blocks = vec![Block::Heading(
        2,
        Text::plain(format!("Version {number} ")).status(status_name(&version.status)),
    )];
    if let Status::Deprecated(deprecation) = &version.status {
        blocks.push(Block::Paragraph(deprecated(source, deprecation)));
    }
    if version.status == Status::Upcoming {
        let text = "It is announced: consumers take it, and producers do not publish it yet.";
        blocks.push(Block::Paragraph(Text::plain(text)));
    }
    if !event.live_versions().any(|live| live.number == number) {
        let text =
            "It is retired: it is neither published nor handled, and its schema is not read.";
        blocks.push(Block::Paragraph(Text::plain(text)));
        return blocks;
    }
    match root(version) {
        None => {
            let text = "It has no schema: the payload is any JSON object.";
            blocks.push(Block::Paragraph(Text::plain(text)));
        }
        Some(at) => {
            if let Some(description) = documents.value(&at).get("description") {
                let description = description.as_str().unwrap_or_default();
                blocks.push(Block::Paragraph(Text::prose(description)));
            }
            blocks.push(Block::Heading(
                3,
                Text::plain(format!("Fields of version {number}")),
            ));
            blocks.push(Block::Table {
                head: vec!["Field", "Type", "Required", "Description"],
                rows: fields(documents, &at).iter().map(row).collect(),
            });
        }
    }
    let mut older = event.live_versions().filter(|older| older.number < number);
    if let Some(older) = older.next_back() {
        let title = format!("Changes from version {} to {number}", older.number);
        blocks.push(Block::Heading(3, Text::plain(title)));
        blocks.push(Block::List(changes(documents, older, version)));
    }
    blocks.push(Block::Heading(
        3,
        Text::plain(format!("Example of version {number}")),
    ));
    blocks.push(match source.examples(event, version).into_iter().next() {
        Some(example) => Block::Code(format!("{example:#}")),
        None => Block::Paragraph(Text::plain(
            "No valid example could be made; add one to samples.jsonl.",
        )),
    });
    blocks
}

fn row(row: &Row) -> Vec<Text> {
    let description = Text::prose(&row.description);
    let description = match &row.branch {
        Some((name, value)) => Text::plain("If ")
            .code(name)
            .and(" is ")
            .code(value)
            .and(": ")
            .followed_by(description),
        None => description,
    };
    vec![
        Text::of_code(&row.path),
        row.kind.clone(),
        Text::plain(if row.required { "yes" } else { "no" }),
        description,
    ]
}

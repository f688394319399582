//! `dispatcher contracts show`: one event type with its fields.

mod fields;

use clap::Args;
use dispatcher_build_support::Model;
use dispatcher_build_support::model::{Event, Status, Version};
use dispatcher_build_support::schema::Location;

use super::directory::Directory;
use super::error::Error;
use super::event;
use crate::output::Output;
use crate::wrap::wrapped;

/// The arguments of `show`.
#[derive(Args, Debug)]
pub struct Show {
    /// The event type, such as credit.locked
    #[arg(value_name = "EVENT")]
    event: String,
    #[command(flatten)]
    directory: Directory,
    /// The version whose fields are shown. Defaults to the current one
    #[arg(long, value_name = "NUMBER")]
    number: Option<u32>,
}

pub(super) fn run(arguments: &Show) -> Result<Output, Error> {
    let model = arguments.directory.contracts()?.ignore_lock().check()?;
    let event = event::find(&model, &arguments.event)?;
    let version = match arguments.number {
        None => event.current(),
        Some(number) => Some(live(event, number)?),
    };
    Ok(Output::success(shown(&model, event, version)))
}

fn live(event: &Event, number: u32) -> Result<&Version, Error> {
    let version = event
        .live_versions()
        .find(|version| version.number == number);
    version.ok_or_else(|| {
        let numbers: Vec<_> = event
            .live_versions()
            .map(|version| version.number.to_string())
            .collect();
        let there = if numbers.is_empty() {
            "none".to_owned()
        } else {
            numbers.join(", ")
        };
        Error::Call(format!(
            "{} has no live version {number}\n  help: live versions: {there}",
            event.name
        ))
    })
}

fn shown(model: &Model, event: &Event, version: Option<&Version>) -> String {
    let mut text = format!(
        "{}\n{}\n\n",
        event.name,
        wrapped(&format!("  {}", event.description), "  ")
    );
    let mut fact = |name: &str, value: &str| {
        let line = format!("  {name:<11}{value}");
        text.push_str(&format!("{}\n", wrapped(&line, &" ".repeat(13))));
    };
    fact("producer", &event.producer);
    fact(
        "consumers",
        &if event.consumers.is_empty() {
            "none".to_owned()
        } else {
            event.consumers.join(", ")
        },
    );
    fact("subject", event.subject.as_deref().unwrap_or("none"));
    fact("level", event.compatibility.as_str());
    if event.status != Status::Active {
        fact("status", &status(&event.status));
    }
    text.push_str("\nversions\n");
    for version in &event.versions {
        let by_hand = if version.upcast_by_hand {
            ", upcast by hand"
        } else {
            ""
        };
        let schema = version
            .schema
            .as_deref()
            .unwrap_or("no schema: any JSON object");
        let line = format!(
            "  v{:<3} {}{by_hand}, {schema}",
            version.number,
            status(&version.status)
        );
        text.push_str(&format!("{}\n", wrapped(&line, "       ")));
    }
    if let Some(version) = version
        && let Some(schema) = &version.schema
    {
        let root = Location::root(schema);
        text.push_str(&format!(
            "\nfields of v{}\n{}",
            version.number,
            fields::list(&model.documents, &root)
        ));
        if let Some(example) = fields::example(&model.documents, &root) {
            text.push_str(&format!("\nexample\n{example}\n"));
        }
    }
    text
}

fn status(status: &Status) -> String {
    match status {
        Status::Upcoming => "upcoming".to_owned(),
        Status::Active => "active".to_owned(),
        Status::Retired => "retired".to_owned(),
        Status::Deprecated(deprecation) => match &deprecation.replacement {
            Some(replacement) => format!(
                "deprecated, replaced by {replacement} ({})",
                deprecation.reason
            ),
            None => format!("deprecated ({})", deprecation.reason),
        },
    }
}

//! `dispatcher contracts new-version`: a copy of the newest schema, and its entry in the registry.
//!
//! The registry is edited as text, so its order and its layout stay as they are.

mod edit;

use std::fs;
use std::path::Path;

use clap::Args;
use dispatcher_build_support::changes::Revision;
use dispatcher_build_support::model::{Event, Status, Version};
use dispatcher_schema::registry::REGISTRY_FILE;

use super::directory::Directory;
use super::error::Error;
use super::event;
use crate::output::Output;

/// The arguments of `new-version`.
#[derive(Args, Debug)]
pub struct NewVersion {
    /// The event type, such as credit.locked
    #[arg(value_name = "EVENT")]
    event: String,
    #[command(flatten)]
    directory: Directory,
}

pub(super) fn run(arguments: &NewVersion) -> Result<Output, Error> {
    let revision = Revision::read(&arguments.directory.contracts()?)?;
    let root = arguments.directory.path();
    let event = event::find(&revision.model, &arguments.event)?;
    let newest = newest(event)?;
    let number = next_number(&arguments.directory, event)?;
    let from = newest.schema.as_deref();
    let to = schema_path(event, from, number);
    let schema = root.join(&to);
    if schema.exists() {
        return Err(Error::Call(format!(
            "{} exists already\n  help: add it to the registry yourself, or remove it first",
            schema.display()
        )));
    }
    let text = match from {
        Some(from) => {
            fs::read_to_string(root.join(from)).map_err(cannot("read", &root.join(from)))?
        }
        None => first_schema(event),
    };
    let registry = edit::with_version(&revision, &event.name, number, &to).ok_or_else(|| {
        Error::Call(format!(
            "cannot find the versions of {} in {REGISTRY_FILE}",
            event.name
        ))
    })?;
    if let Some(parent) = schema.parent() {
        fs::create_dir_all(parent).map_err(cannot("create", parent))?;
    }
    fs::write(&schema, text).map_err(cannot("write", &schema))?;
    let file = root.join(REGISTRY_FILE);
    fs::write(&file, registry).map_err(cannot("write", &file))?;
    Ok(Output::success(next_steps(&schema, &file, event, number)))
}

/// What was done, and what to do next.
fn next_steps(schema: &Path, registry: &Path, event: &Event, number: u32) -> String {
    let name = &event.name;
    [
        format!("wrote {}", schema.display()),
        format!(
            "added version {number} of {name} to {} as upcoming",
            registry.display()
        ),
        String::new(),
        "next:".to_owned(),
        format!(
            "  1. change {}",
            schema.file_name().unwrap_or_default().to_string_lossy()
        ),
        "  2. dispatcher contracts breaking --against main".to_owned(),
        format!("  3. dispatcher contracts upcast {name}"),
        "  4. deploy the consumers, set the version to \"active\", deploy the producer".to_owned(),
    ]
    .join("\n")
}

fn cannot<'p>(verb: &'p str, path: &'p Path) -> impl Fn(std::io::Error) -> Error + 'p {
    move |error| Error::Call(format!("cannot {verb} {}: {error}", path.display()))
}

/// The highest live version.
fn newest(event: &Event) -> Result<&Version, Error> {
    if event.status == Status::Retired {
        return Err(Error::Call(format!(
            "{} is retired\n  help: a retired name is never used again; add another event type",
            event.name
        )));
    }
    let newest = event.live_versions().next_back();
    newest.ok_or_else(|| Error::Call(format!("{} has no live version to copy", event.name)))
}

/// The number after the highest one that was ever used, as far as the registry and the lock know.
fn next_number(directory: &Directory, event: &Event) -> Result<u32, Error> {
    let listed = event.versions.iter().map(|version| version.number);
    let lock = directory.contracts()?.lock()?.unwrap_or_default();
    let locked = lock
        .iter()
        .filter(|(name, ..)| *name == event.name)
        .map(|(_, number, _)| number);
    Ok(listed.chain(locked).max().unwrap_or_default() + 1)
}

/// The path of the new schema: that of the older one with another number.
fn schema_path(event: &Event, from: Option<&str>, number: u32) -> String {
    let named = |path: &str| {
        let (stem, digits) = path.strip_suffix(".json")?.rsplit_once("-v")?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| format!("{stem}-v{number}.json"))
    };
    let file = event.name.replace(['.', '_'], "-");
    match from {
        None => format!("{}/schema/payloads/{file}-v{number}.json", event.contract),
        Some(path) => named(path).unwrap_or_else(|| {
            let stem = path.strip_suffix(".json").unwrap_or(path);
            format!("{stem}-v{number}.json")
        }),
    }
}

/// The schema of an event type that had none: any object, as before.
fn first_schema(event: &Event) -> String {
    let description = serde_json::Value::from(event.description.as_str());
    let title = &event.rust_type;
    format!(
        "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"{title}\",\n  \
         \"description\": {description},\n  \"type\": \"object\"\n}}\n"
    )
}

//! `dispatcher contracts example`: a payload that the contracts allow.

use clap::Args;
use dispatcher_runtime::KnownContracts;

use super::directory::Directory;
use super::error::Error;
use super::event;
use crate::contract_files::registry;
use crate::output::Output;

/// The arguments of `example`.
#[derive(Args, Debug)]
pub struct Example {
    /// The event type, such as credit.locked
    #[arg(value_name = "EVENT")]
    event: String,
    #[command(flatten)]
    directory: Directory,
    /// The version. Defaults to the current one
    #[arg(long, value_name = "NUMBER")]
    number: Option<u32>,
}

pub(super) fn run(arguments: &Example) -> Result<Output, Error> {
    let model = arguments.directory.contracts()?.ignore_lock().check()?;
    let event = event::find(&model, &arguments.event)?;
    let current = event.current().map(|version| version.number);
    let number = arguments.number.or(current).ok_or_else(|| {
        Error::Call(format!(
            "{} has no live version\n  help: it is retired, so nothing of it can be published",
            event.name
        ))
    })?;
    let contracts = KnownContracts::bundled(registry(&model));
    let payload = contracts.example(&event.name, number).ok_or_else(|| {
        Error::Call(format!(
            "no example of {} v{number} could be made\n  help: add one to the schema, as `\"examples\": [{{…}}]`; \
             `dispatcher contracts show {}` lists its versions and fields",
            event.name, event.name
        ))
    })?;
    Ok(Output::success(serde_json::to_string_pretty(&payload)?))
}

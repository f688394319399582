//! The event type that a command is about.

use dispatcher_build_support::Model;
use dispatcher_build_support::model::Event;
use dispatcher_schema::words::{closest, listed};

use super::error::Error;

/// The event type of this name.
///
/// # Errors
///
/// Fails if the registry does not have it.
pub(super) fn find<'m>(model: &'m Model, name: &str) -> Result<&'m Event, Error> {
    let event = model.events.iter().find(|event| event.name == name);
    event.ok_or_else(|| unknown(model, name))
}

/// The error for a name that the registry does not have.
pub(super) fn unknown(model: &Model, name: &str) -> Error {
    let names = || model.events.iter().map(|event| event.name.as_str());
    Error::Call(match closest(name, names()) {
        Some(meant) => format!("there is no event type {name:?}; did you mean {meant}?"),
        None => format!(
            "there is no event type {name:?}\n  help: there are {}",
            listed(names())
        ),
    })
}

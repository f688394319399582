//! Names of the contracts that would collide with those of the generated code itself.

use crate::diagnostic::Diagnostic;
use crate::model::Model;

/// The types that the module of an event type has besides its payload types.
const OWN: [&str; 5] = ["AnyVersion", "Carried", "Consumer", "EventType", "Producer"];

/// Whether the module of an event type needs this name for itself.
pub(super) fn is_own_name(rust_type: &str) -> bool {
    OWN.contains(&rust_type)
}

/// A fault for each name that the generated code needs for itself.
pub(in crate::render) fn reserved_names(model: &Model) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let mut fault = |message: String, help: &str| {
        faults.push(Diagnostic::new("event-types-registry.json", message).help(help));
    };
    for domain in &model.domains {
        if domain.rust_type == "Event" {
            let message = format!(
                "the domain \"{}\" would become the type `Event`, the enum of all events",
                domain.name
            );
            fault(message, "rename the domain");
        }
    }
    for event in &model.events {
        let (name, rust_type) = (&event.name, &event.rust_type);
        if event.module == "shared" {
            let message = format!(
                "the event type \"{name}\" would become the module `shared`, which holds shared definitions"
            );
            fault(
                message,
                "name it with two segments, such as \"document.shared\"",
            );
        }
        if is_own_name(rust_type) && event.live_versions().next().is_some() {
            let message = format!(
                "the event type \"{name}\" would become the type `{rust_type}`, a name that its module needs for itself"
            );
            fault(message, "name it with two segments, such as \"order.paid\"");
        }
    }
    faults
}

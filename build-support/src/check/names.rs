//! The Rust names that the names of event types and domains become.

use std::collections::{HashMap, HashSet};

use dispatcher_schema::registry::{EventEntry, Spot, is_event_type, is_segment};

use crate::diagnostic::Diagnostic;
use crate::json::Place;
use crate::registry::Source;

/// Names that cannot be a Rust identifier, not even with `r#`.
pub(super) const NEVER: [&str; 4] = ["self", "super", "crate", "Self"];

/// Types that the module of an event type defines for itself.
const OF_THE_MODULE: [&str; 5] = ["AnyVersion", "Carried", "Consumer", "EventType", "Producer"];

/// `credit_locked`
pub(super) fn module(event_type: &str) -> String {
    event_type.replace('.', "_")
}

/// `CreditLocked`
pub(crate) fn rust_type(name: &str) -> String {
    let mut rust = String::with_capacity(name.len());
    for part in name.split(['.', '_']) {
        let mut chars = part.chars();
        rust.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        rust.push_str(chars.as_str());
    }
    rust
}

/// Checks what the names of all event types and domains become.
pub(super) fn check(source: &Source, events: &[EventEntry], diagnostics: &mut Vec<Diagnostic>) {
    let mut names = Names {
        source,
        diagnostics,
        modules: HashMap::new(),
        types: HashMap::new(),
    };
    // What is not well formed, or is listed twice, the reader of the registry has reported.
    let mut seen = HashSet::new();
    for name in events.iter().filter_map(|event| event.name.as_ref()) {
        if is_event_type(&name.value) && seen.insert(&name.value) {
            names.event_type(name);
        }
    }
    let mut domains = HashMap::new();
    for event in events {
        for domain in event.producer.iter().chain(&event.consumers) {
            domains.entry(domain.value.as_str()).or_insert(domain);
        }
    }
    let mut domains: Vec<_> = domains
        .into_values()
        .filter(|name| is_segment(&name.value))
        .collect();
    domains.sort_by(|a, b| a.value.cmp(&b.value));
    names.domain_types(&domains);
}

struct Names<'a> {
    source: &'a Source,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Rust name → the event type that has it, and where.
    modules: HashMap<String, &'a Spot<String>>,
    types: HashMap<String, &'a Spot<String>>,
}

impl<'a> Names<'a> {
    fn push(&mut self, at: &str, message: String, help: String) {
        self.diagnostics
            .push(self.source.diagnostic(at, Place::Value, message).help(help));
    }

    fn event_type(&mut self, name: &'a Spot<String>) {
        let (module, rust) = (module(&name.value), rust_type(&name.value));
        let reserved = if NEVER.contains(&module.as_str()) {
            Some(format!("Rust has no module `{module}`"))
        } else if module == "shared" {
            Some(
                "the module `shared` holds the definitions that several event types share"
                    .to_owned(),
            )
        } else if OF_THE_MODULE.contains(&rust.as_str()) {
            Some(format!(
                "the type `{rust}` is what each event type's module defines for itself"
            ))
        } else {
            None
        };
        if let Some(reason) = reserved {
            let help = format!("choose a longer name, such as \"{}.happened\"", name.value);
            self.push(&name.pointer, format!("{:?}: {reason}", name.value), help);
        }
        let other = match (self.modules.get(&module), self.types.get(&rust)) {
            (Some(other), _) => Some((*other, format!("both become the module `{module}`"))),
            (None, Some(other)) => Some((*other, format!("both become the type `{rust}`"))),
            (None, None) => None,
        };
        match other {
            Some((other, what)) => {
                let place = self.source.place(&other.pointer);
                let message = format!("{:?} and {:?}: {what}", other.value, name.value);
                self.push(
                    &name.pointer,
                    message,
                    format!("rename one of them; the other is at {place}"),
                );
            }
            None => {
                self.modules.insert(module, name);
                self.types.insert(rust, name);
            }
        }
    }

    fn domain_types(&mut self, domains: &[&Spot<String>]) {
        let mut types: HashMap<String, &Spot<String>> = HashMap::new();
        for domain in domains {
            let rust = rust_type(&domain.value);
            if rust == "Self" || rust == "Event" {
                let reason = if rust == "Self" {
                    "Rust has no type `Self` to give away"
                } else {
                    "`Event` is the enum of all event types"
                };
                self.push(
                    &domain.pointer,
                    format!(
                        "the domain {:?} would become the type `{rust}`: {reason}",
                        domain.value
                    ),
                    "rename the domain".to_owned(),
                );
            } else if let Some(other) = types.insert(rust.clone(), domain) {
                let message = format!(
                    "the domains {:?} and {:?} both become the type `{rust}`",
                    other.value, domain.value
                );
                let help = format!(
                    "rename one of them; the other is at {}",
                    self.source.place(&other.pointer)
                );
                self.push(&domain.pointer, message, help);
            }
        }
    }
}

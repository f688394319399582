//! The names of event types and domains: their form, and the Rust names that come of them.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::json::Place;
use crate::registry::{RawEvent, Source, Spot};

/// Names that cannot be a Rust identifier, not even with `r#`.
const NEVER: [&str; 4] = ["self", "super", "crate", "Self"];

/// Types that the module of an event type defines for itself.
const OF_THE_MODULE: [&str; 5] = ["AnyVersion", "Carried", "Consumer", "EventType", "Producer"];

/// `credit_locked`
pub(super) fn module(event_type: &str) -> String {
    event_type.replace('.', "_")
}

/// `CreditLocked`
pub(super) fn rust_type(name: &str) -> String {
    let mut rust = String::with_capacity(name.len());
    for part in name.split(['.', '_']) {
        let mut chars = part.chars();
        rust.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        rust.push_str(chars.as_str());
    }
    rust
}

fn is_segment(segment: &str) -> bool {
    segment.starts_with(|first: char| first.is_ascii_lowercase())
        && segment
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Checks the names of all event types and domains, and of what they become.
pub(super) fn check(source: &Source, events: &[RawEvent], diagnostics: &mut Vec<Diagnostic>) {
    let mut names = Names {
        source,
        diagnostics,
        modules: HashMap::new(),
        types: HashMap::new(),
    };
    let mut first: HashMap<&str, &str> = HashMap::new();
    for event in events {
        let Some(name) = &event.name else { continue };
        if let Some(before) = first.get(name.value.as_str()) {
            let message = format!("{:?} stands twice", name.value);
            let fault = names
                .source
                .diagnostic(&name.pointer, Place::Value, message);
            let help = format!(
                "it stands first at {}; keep one of them",
                names.source.place(before)
            );
            names.diagnostics.push(fault.help(help));
            continue;
        }
        first.insert(&name.value, &name.pointer);
        names.event_type(name);
    }
    let mut domains = HashMap::new();
    for event in events {
        for domain in event.producer.iter().chain(&event.consumers) {
            names.domain_form(&event.label, domain);
            domains.entry(domain.value.as_str()).or_insert(domain);
        }
        names.consumers(event);
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
        if name.value.is_empty() || !name.value.split('.').all(is_segment) {
            let mut help = "one or more segments [a-z][a-z0-9_]*, with dots between".to_owned();
            let plain = suggestion(&name.value, true);
            if plain != name.value && plain.split('.').all(is_segment) {
                help = format!("write {plain:?}: {help}");
            }
            self.push(
                &name.pointer,
                format!("{:?} is not the name of an event type", name.value),
                help,
            );
            return;
        }
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

    fn domain_form(&mut self, label: &str, domain: &Spot<String>) {
        if !is_segment(&domain.value) {
            let mut help = "a domain is one segment [a-z][a-z0-9_]*".to_owned();
            let plain = suggestion(&domain.value, false);
            if plain != domain.value && is_segment(&plain) {
                help = format!("write {plain:?}: {help}");
            }
            let message = format!("{label}: {:?} is not the name of a domain", domain.value);
            self.push(&domain.pointer, message, help);
        }
    }

    fn consumers(&mut self, event: &RawEvent) {
        let mut first: HashMap<&str, &str> = HashMap::new();
        for consumer in &event.consumers {
            if let Some(before) = first.insert(&consumer.value, &consumer.pointer) {
                let message = format!(
                    "{}: the consumer {:?} stands twice",
                    event.label, consumer.value
                );
                let help = format!("it stands first at {}", self.source.place(before));
                self.push(&consumer.pointer, message, help);
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

/// The name in the form that is asked for, as far as that is obvious.
fn suggestion(name: &str, dots: bool) -> String {
    let mut plain = String::new();
    let mut previous = '.';
    for c in name.trim().chars() {
        let c = match c {
            '.' | ':' | '/' if dots => '.',
            c if c.is_ascii_alphanumeric() => c,
            _ => '_',
        };
        if c.is_ascii_uppercase() && (previous.is_ascii_lowercase() || previous.is_ascii_digit()) {
            plain.push('_');
        }
        plain.push(c.to_ascii_lowercase());
        previous = c;
    }
    plain
}

//! What changed for code that uses the generated types: notes, never refused.

use crate::diagnostic::Report;
use crate::generated::{Field, Generated, Type};

use super::finding::{Finding, Severity};
use super::revision::Revision;
use super::rule;

/// Notes on what code that uses the types has to follow.
///
/// # Errors
///
/// The report says why the code of one of the revisions cannot be generated.
pub fn rust_notes(old: &Revision, new: &Revision) -> Result<Vec<Finding>, Report> {
    let (before, now) = (Generated::read(&old.rust()?), Generated::read(&new.rust()?));
    let mut findings = Vec::new();
    for (path, was) in before.iter() {
        let notes = match (was, now.get(path)) {
            (_, None) => vec![(
                "rust-type-renamed",
                "the type is gone or has another name".to_owned(),
            )],
            (Type::Struct(was), Some(Type::Struct(is))) => fields(was, is),
            (Type::Enum(was), Some(Type::Enum(is))) => is
                .iter()
                .filter(|variant| !was.contains(variant))
                .map(|variant| {
                    (
                        "rust-variant-added",
                        format!("the variant `{variant}` was added"),
                    )
                })
                .collect(),
            _ => Vec::new(),
        };
        findings.extend(
            notes
                .into_iter()
                .map(|(id, says)| note((old, new), path, id, says)),
        );
    }
    Ok(findings)
}

fn fields(was: &[Field], is: &[Field]) -> Vec<(&'static str, String)> {
    let note = |field: &Field| {
        let name = &field.name;
        match was.iter().find(|before| before.name == *name) {
            None => Some(("rust-field-added", format!("the field `{name}` was added"))),
            Some(before) if before.written != field.written => Some((
                "rust-field-type",
                format!(
                    "`{name}` was `{}`, and is `{}`",
                    before.written, field.written
                ),
            )),
            Some(_) => None,
        }
    };
    is.iter().filter_map(note).collect()
}

fn note((old, new): (&Revision, &Revision), path: &str, id: &str, says: String) -> Finding {
    let module = path.split("::").next().unwrap_or_default();
    let mut events = new.model.events.iter().chain(&old.model.events);
    let event = events
        .find(|event| event.module == module)
        .map(|event| event.name.as_str());
    let pointer = event.map_or_else(
        || "/event_types".to_owned(),
        |event| new.places.event(event),
    );
    Finding {
        rule: rule::named_or_undecided(id),
        severity: Severity::Note,
        event_type: event.unwrap_or_default().to_owned(),
        versions: Vec::new(),
        title: format!("`{path}`"),
        spot: new.registry_spot(&pointer),
        says,
        example: None,
        hits: Vec::new(),
        help: String::new(),
    }
}

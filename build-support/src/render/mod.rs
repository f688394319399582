//! Model → Rust.
//!
//! ```text
//! model ─lower─▶ items ─naming─▶ named items ─items─▶ tokens ─write─▶ text
//! ```
//!
//! [`lower`] turns schemas into an intermediate representation ([`ir`]) whose types hold every
//! valid value; [`naming`] gives each item a name that is distinct in its module; [`items`] makes
//! tokens of them; [`write`] formats these and splits them into files. What is generated is a
//! function of the model alone: the same contracts give the same text.
//!
//! Each file imports only from those below it: `ir`, `docs`, `prose`, `names` and `schema_names` are the
//! ground floor, and no stage imports a later one. [`unchanged`] is the last step of naming: a type that did not change
//! between two versions is one type.

mod cycles;
mod docs;
mod ir;
mod items;
mod lower;
mod names;
mod naming;
mod prose;
mod schema_names;
mod unchanged;
mod write;

use crate::diagnostic::{Diagnostic, Report};
use crate::model::Model;

pub(crate) use self::lower::{Held, Lowered, lower};
pub(crate) use self::write::Rust;

/// The help of a fault that no change of the contracts can fix.
pub(crate) const GENERATOR_BUG: &str =
    "this is a bug in dispatcher-build-support; please report it with the contracts";

/// The code of `dispatcher_contracts.rs`.
///
/// # Errors
///
/// Names that the generated code needs for itself, and bugs of the generator.
pub(crate) fn rust(model: &Model, mut lowered: Lowered) -> Result<Rust, Report> {
    if let Some(report) = Report::new(items::reserved_names(model)) {
        return Err(report);
    }
    naming::assign(&mut lowered.program, model);
    Rust::parse(items::file(model, &lowered)).map_err(|error| {
        let message = format!("the generated code is not valid Rust: {error}");
        let diagnostic = Diagnostic::new("event-types-registry.json", message);
        diagnostic.help(GENERATOR_BUG).into()
    })
}

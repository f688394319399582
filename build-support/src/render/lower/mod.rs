//! Schemas to types and items.
//!
//! A schema is a conjunction: each of its keywords only removes values. So a type that holds what
//! *some* of the keywords allow holds every valid value, and lowering picks the keywords that make
//! the clearest type; the gate checks them all. Where no clear type comes out, the value stays JSON
//! ([`Type::Value`](super::ir::Type::Value)). Lowering itself never fails; it reports keys that
//! become one name (`member_names`).
//!
//! ```text
//! schemas ─▶ object_view ─▶ object_shape ─▶ lowering ─▶ array, choice, number, object, payload,
//! (reads the documents)                    (the recursion)   text, union, values: a kind of schema each
//! ```

mod array;
mod choice;
mod held;
mod lowering;
mod member_names;
mod number;
mod object;
mod object_shape;
mod object_view;
mod order;
mod payload;
mod schemas;
mod text;
mod union;
mod values;

use crate::diagnostic::Diagnostic;
use crate::model::Model;

use super::cycles::Cycles;
use super::ir::{Home, Program};

pub(crate) use self::held::Held;
use self::lowering::Lowering;

/// The types of a model, still without names.
pub(crate) struct Lowered {
    pub(in crate::render) program: Program,
    /// Which items are in circles.
    pub(in crate::render) cycles: Cycles,
    /// Keys that become one name, so that the contracts have to name them.
    pub(crate) faults: Vec<Diagnostic>,
    /// The keywords that these types hold.
    pub(crate) held: Held,
    /// Whether a constrained value is a struct of the generated code and not a name for `Refined`.
    pub(crate) newtypes: bool,
}

/// Every payload of the model, and whatever it refers to.
pub(crate) fn lower(model: &Model) -> Lowered {
    let mut lowering = Lowering::new(model);
    for (event_index, event) in model.events.iter().enumerate() {
        for version in event.live_versions() {
            let home = Home::Version {
                event: event_index,
                number: version.number,
            };
            lowering.payload(event, version, home);
        }
    }
    let (program, mut held, faults) = lowering.finish();
    let cycles = Cycles::of(&program);
    let items = program.items.iter().enumerate();
    let deferred = items.filter(|(id, _)| cycles.is_large(*id));
    held.defer_below(deferred.filter_map(|(_, item)| item.at.clone()));
    Lowered {
        program,
        cycles,
        faults,
        held,
        newtypes: false,
    }
}

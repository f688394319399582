//! Whether every document of one schema is also a document of another.
//!
//! [`compare`] has three answers. *Compatible* is proved (`prove`), by rules that can say nothing but "proved".
//! *Incompatible* comes with a document that the writer's gate accepts and the reader's refuses (`refute`). Where
//! neither is found, the answer is *undecided*, with the keyword, the place and the reason.
//!
//! Both parts get the schemas as [`Side`]s: the documents and the place of the root in them. The two sides may belong
//! to different sets of documents, for example to two revisions of a contracts directory.

mod prove;
mod refute;

use serde_json::Value;

use crate::schema::{Documents, Location};

/// A schema to compare: the place of its root in a set of documents.
#[derive(Clone, Debug)]
pub struct Side<'d> {
    /// The documents that references lead to.
    pub documents: &'d Documents,
    /// Where the schema stands.
    pub root: Location,
}

/// What is compared.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mode {
    /// Every document that the writer's schema accepts.
    Strict,
    /// The documents of the writer that hold only properties it declares; the reader ignores what its closed objects
    /// do not declare.
    Lenient,
}

/// The answer of [`compare`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// Proved: the reader takes what the writer may write.
    Compatible,
    /// A document shows that it does not.
    Incompatible(Counterexample),
    /// Neither was found.
    Undecided(Undecided),
}

/// A document that the writer's schema accepts and the reader's refuses. Both gates have confirmed it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Counterexample {
    /// The document, made as small as it could be.
    pub document: Value,
    /// Where in the document the reader refuses it: a JSON pointer.
    pub at: String,
    /// What the reader's gate says.
    pub refusal: String,
    /// The reader's keyword that refuses it.
    pub keyword: Location,
}

/// Why a comparison has no answer, or a proof was not found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Undecided {
    /// The keyword that could not be decided: `pattern`.
    pub keyword: String,
    /// Where it stands in the reader's schema.
    pub reader: Location,
    /// What it was compared with in the writer's schema.
    pub writer: Location,
    /// Where in a document the two meet: a JSON pointer, with `*` for any property or item.
    pub at: String,
    /// Why: "it uses a look-ahead".
    pub reason: String,
}

/// Compares what `writer` may write with what `reader` takes.
///
/// Deterministic, and bounded in time and memory: schemas that would take longer are undecided.
#[must_use]
pub fn compare(writer: &Side<'_>, reader: &Side<'_>, mode: Mode) -> Verdict {
    let obstacles = match prove::prove(writer, reader, mode) {
        prove::Outcome::Proved => return Verdict::Compatible,
        prove::Outcome::NotProved(obstacles) => obstacles,
    };
    match refute::refute(writer, reader, mode, &obstacles) {
        Some(counterexample) => Verdict::Incompatible(counterexample),
        None => Verdict::Undecided(obstacles.first),
    }
}

//! Whether every document of one schema is also a document of another.
//!
//! [`compare`] has three answers. *Compatible* is proved (`prove`), by rules that can say nothing but "proved".
//! *Incompatible* comes with a document that the writer's gate accepts and the reader's refuses (`refute`). Where
//! neither is found, the answer is *undecided*, with the keyword, the place and the reason.
//!
//! Both parts get the schemas as [`Side`]s: the documents and the place of the root in them. The two sides may belong
//! to different sets of documents, for example to two revisions of a contracts directory.

mod patterns;
mod prove;
mod refute;
pub mod sample;
mod schema;

use serde_json::Value;

use crate::panics::quietly;
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

/// What a document is to both gates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Confirmation {
    /// Whether the writer may write it.
    pub is_written: bool,
    /// Whether the reader takes it.
    pub is_read: bool,
}

/// Compares what `writer` may write with what `reader` takes.
///
/// Deterministic, and bounded in time and memory: schemas that would take longer are undecided.
#[must_use]
pub fn compare(writer: &Side<'_>, reader: &Side<'_>, mode: Mode) -> Verdict {
    compare_with_samples(writer, reader, mode, &[])
}

/// The same, with documents of the writer that a counterexample may be near to, such as those that its tests publish.
#[must_use]
pub fn compare_with_samples(
    writer: &Side<'_>,
    reader: &Side<'_>,
    mode: Mode,
    samples: &[Value],
) -> Verdict {
    with_stack(|| {
        let obstacles = match prove::prove(writer, reader, mode) {
            prove::Outcome::Proved => return Verdict::Compatible,
            prove::Outcome::NotProved(obstacles) => obstacles,
        };
        match refute::refute(writer, reader, mode, &obstacles, samples) {
            Some(counterexample) => Verdict::Incompatible(counterexample),
            None => Verdict::Undecided(obstacles.first),
        }
    })
    .unwrap_or_else(|panic| {
        Verdict::Undecided(Undecided {
            keyword: String::new(),
            reader: reader.root.clone(),
            writer: writer.root.clone(),
            at: String::new(),
            reason: format!("the comparison panicked: {panic}"),
        })
    })
}

/// Whether it is proved that `reader` takes what `writer` may write: [`compare`] without the search for a
/// counterexample, for those that do something else where there is no proof.
#[must_use]
pub fn is_proved(writer: &Side<'_>, reader: &Side<'_>, mode: Mode) -> bool {
    with_stack(|| matches!(prove::prove(writer, reader, mode), prove::Outcome::Proved))
        .unwrap_or(false)
}

/// Puts documents before the gates of both sides; see [`Confirmation`]. None where a side does not compile.
#[must_use]
pub fn confirm(
    writer: &Side<'_>,
    reader: &Side<'_>,
    mode: Mode,
    documents: &[Value],
) -> Option<Vec<Confirmation>> {
    with_stack(|| refute::confirm(writer, reader, mode, documents)).ok()?
}

/// Documents that may tell the two sides apart: made for the writer, for both and for the reader, and changed in one
/// or two places. The same seed makes the same documents.
#[must_use]
pub fn documents_near(writer: &Side<'_>, reader: &Side<'_>, count: usize, seed: u64) -> Vec<Value> {
    with_stack(|| refute::documents_near(writer, reader, count, seed)).unwrap_or_default()
}

/// Runs what recurses along schemas, on a stack that deep ones need, and catches its panics. The memory is only
/// reserved.
fn with_stack<T: Send>(run: impl FnOnce() -> T + Send) -> Result<T, String> {
    const STACK: usize = 256 * 1024 * 1024;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || quietly(run));
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err("a panic without a message".to_owned()),
            Err(error) => Err(format!("no thread can be started: {error}")),
        }
    })
}

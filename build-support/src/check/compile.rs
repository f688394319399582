//! Each payload schema, and the envelope's, through the validator that the runtime's gate uses, offline.
//!
//! # What the gate must do alike
//!
//! A schema that passes here must compile there, and mean the same. So the gate
//! * registers every document of the contracts under `contract:///<path>` in one registry, with no
//!   draft forced (`$schema` decides, absent is 2020-12; see [`Draft`](dispatcher_schema::Draft)),
//! * builds each validator with `with_registry`, `with_base_uri("contract:///<path>")`, `offline`,
//!   `should_validate_formats(true)` and `should_ignore_unknown_formats(false)`,
//! * makes one resource of the documents first, where they can be one (`one_resource`),
//! * knows the formats of [`formats`] and the metaschemas of [`metaschemas`],
//!   which `dispatcher-schema` has for both.
//!
//! What jsonschema says about a fault it says in terms of its own; the checks before this one say
//! it better, and this one is the last resort.

use std::collections::BTreeSet;

use dispatcher_schema::address::document_uri;
use dispatcher_schema::one_resource::{ADDRESS, OneResource};
use dispatcher_schema::{formats, metaschemas};
use jsonschema::Registry;
use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::json;
use crate::panics::quietly;
use crate::schema::{Documents, Location};

/// jsonschema recurses along references: deep schemas need more than a thread's usual 2 MiB. The
/// memory is only reserved.
const STACK: usize = 256 * 1024 * 1024;

/// Compiles the schemas of these documents.
pub(super) fn schemas(documents: &Documents, paths: &BTreeSet<&str>) -> Vec<Diagnostic> {
    let run = || {
        std::thread::scope(|scope| {
            let compile = || quietly(|| compile_all(documents, paths));
            let thread = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, compile);
            match thread.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(outcome)) => outcome,
                // No thread to be had; the schemas may still be shallow.
                _ => quietly(|| compile_all(documents, paths)),
            }
        })
    };
    run().unwrap_or_else(|panic| {
        let first = paths.first().map(|path| Location::root(*path));
        let message = format!("the schemas cannot be compiled: jsonschema panicked: {panic}");
        first
            .map(|at| documents.diagnostic(&at, message, None))
            .into_iter()
            .collect()
    })
}

fn compile_all(documents: &Documents, paths: &BTreeSet<&str>) -> Vec<Diagnostic> {
    // What compiles as one resource is right. What does not is compiled again, each from its own
    // file, for the place of the fault.
    if compile_as_one(documents, paths) {
        return Vec::new();
    }
    let registry = documents
        .iter()
        .map(|document| (document_uri(&document.path), &document.value))
        .chain(metaschemas(documents))
        .try_fold(Registry::new(), |registry, (address, value)| {
            registry.add(address, value)
        })
        .and_then(jsonschema::RegistryBuilder::prepare);
    let registry = match registry {
        Ok(registry) => registry,
        Err(error) => {
            let first = documents
                .iter()
                .next()
                .map(|document| Location::root(document.path.clone()));
            let message = format!("the schemas cannot be read together: {error}");
            return first
                .map(|at| documents.diagnostic(&at, message, None))
                .into_iter()
                .collect();
        }
    };
    let mut diagnostics = Vec::new();
    for path in paths {
        let root = Location::root(*path);
        let outcome = quietly(|| {
            formats::named()
                .with_registry(&registry)
                .offline()
                .with_base_uri(document_uri(path))
                .build(documents.value(&root))
                .map(drop)
        });
        let (at, message) = match outcome {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => (place(documents, &root, &error), error.to_string()),
            Err(panic) => (root, format!("jsonschema panicked: {panic}")),
        };
        let message = format!("this schema cannot be compiled: {message}");
        diagnostics.push(documents.diagnostic(&at, message, None));
    }
    diagnostics
}

/// Whether the schemas compile as parts of one resource: all at once, so that what several of them
/// use is compiled once.
fn compile_as_one(documents: &Documents, paths: &BTreeSet<&str>) -> bool {
    let addressed: Vec<_> = documents
        .iter()
        .map(|document| (document_uri(&document.path), &document.value))
        .collect();
    let addressed = addressed
        .iter()
        .map(|(address, value)| (address.as_str(), *value));
    let Some(one) = OneResource::of(addressed) else {
        return false;
    };
    let schemas: Option<Vec<_>> = paths
        .iter()
        .map(|path| one.schema(&document_uri(path), ""))
        .collect();
    let Some(schemas) = schemas else {
        return false;
    };
    let all = json!({ "$schema": one.value.get("$schema"), "anyOf": schemas });
    let build = || {
        let registry = Registry::new()
            .add(ADDRESS, &one.value)?
            .extend(metaschemas(documents))?
            .prepare()?;
        let options = formats::named().with_registry(&registry).offline();
        options
            .build(&all)
            .map(drop)
            .map_err(|error| error.to_owned())
    };
    matches!(
        quietly(build),
        Ok(Ok::<_, jsonschema::ValidationError<'static>>(()))
    )
}

/// The metaschemas that the documents refer to, with their addresses.
fn metaschemas<'v>(documents: &Documents) -> impl Iterator<Item = (String, &'v Value)> + use<'v> {
    metaschemas::referred_to(documents.iter().map(|document| &document.value))
        .into_iter()
        .map(|one| (one.address.to_owned(), one.value))
}

/// Where a compile error is, as far as jsonschema says.
fn place(
    documents: &Documents,
    root: &Location,
    error: &jsonschema::ValidationError<'_>,
) -> Location {
    let at = error
        .absolute_keyword_location()
        .and_then(|uri| documents.resolve(root, uri.as_str()).ok());
    at.unwrap_or_else(|| {
        let at = root.descend(error.schema_path().as_str());
        let mut pointer = at.pointer.as_str();
        // As deep as the path exists.
        while documents
            .get(&at.document)
            .is_some_and(|document| document.value.pointer(pointer).is_none())
        {
            pointer = json::split_last(pointer).map_or("", |(parent, _)| parent);
        }
        Location {
            document: at.document.clone(),
            pointer: pointer.to_owned(),
        }
    })
}

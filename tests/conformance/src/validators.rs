//! The verdict of the original schemas, by code other than the generated program's.
//!
//! Two validators read the files of the directory: boon, which shares nothing with the gate, and
//! jsonschema, which is the gate's own validator but here receives the files through different
//! code. Both check formats. If they differ, one of them is wrong; that is reported separately from
//! faults of the generator.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use dispatcher_schema::formats::{ANNOTATIONS, BORROWED};
// The same steps as the gate's; their result is compared with boon's.
use dispatcher_schema::one_resource::{ADDRESS, OneResource};
use serde_json::{Value, json};

use super::Directory;
use super::reach::SCHEME;

/// Deep schemas are followed recursively; the memory is reserved, not used.
const STACK: usize = 256 * 1024 * 1024;

/// The compiled schemas of a directory.
pub struct Validators {
    boon: boon::Schemas,
    schemas: BTreeMap<String, Compiled>,
}

struct Compiled {
    boon: Result<boon::SchemaIndex, String>,
    original: Result<jsonschema::Validator, String>,
}

impl Validators {
    /// Compiles these schemas, given by their paths below the directory.
    #[must_use]
    pub fn new(directory: &Directory, paths: &[&str]) -> Self {
        with_stack(|| Self::compile(directory, paths))
    }

    fn compile(directory: &Directory, paths: &[&str]) -> Self {
        let files = Arc::new(Files::of(directory));
        let mut schemas = boon::Schemas::new();
        let mut compiler = boon::Compiler::new();
        compiler.set_default_draft(boon::Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.use_loader(Box::new(Loader(Arc::clone(&files))));
        // As one resource: separate documents that form cycles would take it exponential time.
        let one = OneResource::of(addressed(&files));
        let registry = match &one {
            Some(one) => jsonschema::Registry::new().add(ADDRESS, &one.value),
            None => jsonschema::Registry::new().extend(addressed(&files)),
        };
        let registry = registry.and_then(jsonschema::RegistryBuilder::prepare);
        let compiled = paths.iter().map(|path| {
            let boon = caught(|| {
                compiler
                    .compile(&format!("{SCHEME}{path}"), &mut schemas)
                    .map_err(|error| format!("{error:#}"))
            });
            let original = caught(|| {
                let registry = registry.as_ref().map_err(ToString::to_string)?;
                let value = files.by_path.get(*path).ok_or("there is no such file")?;
                let address = format!("{SCHEME}{path}");
                let pointer = one.as_ref().and_then(|one| one.schema(&address, ""));
                options()
                    .with_registry(registry)
                    .with_base_uri(address)
                    .build(pointer.as_ref().unwrap_or(value))
                    .map_err(|error| error.to_string())
            });
            ((*path).to_owned(), Compiled { boon, original })
        });
        let compiled = compiled.collect();
        Self {
            boon: schemas,
            schemas: compiled,
        }
    }

    /// boon's verdict on a payload; without a schema any object is valid.
    ///
    /// # Errors
    /// If boon cannot say: why.
    pub fn independent(
        &self,
        schema: Option<&str>,
        value: &Value,
    ) -> Result<Result<(), String>, String> {
        let (Some(path), Ok(())) = (schema, an_object(value)) else {
            return Ok(an_object(value));
        };
        let compiled = self.schemas.get(path).ok_or("it was not compiled")?;
        let index = compiled.boon.clone()?;
        caught(|| {
            let outcome = self.boon.validate(value, index);
            Ok(outcome.map_err(|error| format!("{error}")))
        })
    }

    /// The verdict of the gate's validator on a payload, given the original file.
    ///
    /// # Errors
    /// If it cannot say: why.
    pub fn original(
        &self,
        schema: Option<&str>,
        value: &Value,
    ) -> Result<Result<(), String>, String> {
        let (Some(path), Ok(())) = (schema, an_object(value)) else {
            return Ok(an_object(value));
        };
        let compiled = self.schemas.get(path).ok_or("it was not compiled")?;
        let validator = compiled.original.as_ref().map_err(Clone::clone)?;
        caught(|| {
            Ok(validator
                .validate(value)
                .map_err(|error| format!("{}: {error}", error.instance_path())))
        })
    }
}

/// A payload is an object, whatever its schema says.
fn an_object(value: &Value) -> Result<(), String> {
    value
        .is_object()
        .then_some(())
        .ok_or_else(|| "it is not an object".to_owned())
}

/// Formats are checked, and an unknown one is an error, as in the gate.
fn options<'a>() -> jsonschema::ValidationOptions<'a> {
    let options = jsonschema::options()
        .offline()
        .should_validate_formats(true);
    let options = ANNOTATIONS.iter().fold(options, |options, name| {
        options.with_format(*name, |_: &str| true)
    });
    BORROWED.iter().fold(options, |options, name| {
        let plain = jsonschema::options()
            .should_validate_formats(true)
            .build(&json!({ "format": name }));
        match plain {
            Ok(plain) => {
                options.with_format(*name, move |text: &str| plain.is_valid(&Value::from(text)))
            }
            Err(_) => options,
        }
    })
}

/// Runs something that may panic.
fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err("it panicked".to_owned()))
}

/// Runs something that recurses deeply.
pub(super) fn with_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, run);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(value)) => value,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => panic!("no thread can be started: {error}"),
        }
    })
}

/// The files by the addresses that references use.
struct Files {
    by_path: BTreeMap<String, Value>,
    /// Path → address.
    addresses: BTreeMap<String, String>,
    /// Root `$id` without fragment → path.
    by_id: BTreeMap<String, String>,
}

impl Files {
    fn of(directory: &Directory) -> Self {
        let mut by_path = BTreeMap::new();
        let mut by_id = BTreeMap::new();
        for (path, value) in &directory.files {
            let Some(value) = value else { continue };
            if let Some(id) = value
                .get("$id")
                .or_else(|| value.get("id"))
                .and_then(Value::as_str)
            {
                let id = id.split('#').next().unwrap_or_default().to_owned();
                by_id.entry(id).or_insert_with(|| path.clone());
            }
            by_path.insert(path.clone(), value.clone());
        }
        let address = |path: &String| (path.clone(), format!("{SCHEME}{path}"));
        let addresses = by_path.keys().map(address).collect();
        Self {
            by_path,
            addresses,
            by_id,
        }
    }
}

fn addressed(files: &Files) -> impl Iterator<Item = (&str, &Value)> {
    let values = files.by_path.values();
    files.addresses.values().map(String::as_str).zip(values)
}

struct Loader(Arc<Files>);

impl boon::UrlLoader for Loader {
    fn load(&self, url: &str) -> Result<Value, Box<dyn StdError>> {
        let path = url
            .strip_prefix(SCHEME)
            .or_else(|| self.0.by_id.get(url).map(String::as_str));
        let value = path.and_then(|path| self.0.by_path.get(path));
        value
            .cloned()
            .ok_or_else(|| "no file has this address".into())
    }
}

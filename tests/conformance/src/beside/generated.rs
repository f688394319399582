//! What typify generates for a contracts directory: a module for each payload schema, and the
//! reasons for those schemas that have no module.
//!
//! Definitions that several files share are generated once if typify can generate all of them
//! together; otherwise only those that it can generate alone. If their module cannot be generated
//! or compiled, every payload gets copies.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::Value;

use super::bundle::{Bundles, ROOT, SHARED, modules};
use super::program::Program;
use super::references::Target;
use crate::{Directory, Error, Refusal};

/// Modules of generated code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Generated {
    /// Module → Rust, including the module of the shared definitions.
    pub(crate) modules: BTreeMap<String, String>,
    /// Module → the job that produced it.
    pub(crate) jobs: BTreeMap<String, Value>,
    /// Schema → why it has no module.
    pub(crate) failed: BTreeMap<String, String>,
    /// Wall seconds in the program.
    pub(crate) seconds: f64,
}

impl Generated {
    /// Runs the program on every payload schema.
    pub(crate) fn of(
        directory: &Directory,
        program: &Program,
        sharing: bool,
    ) -> Result<Self, Error> {
        let start = Instant::now();
        let bundles = Bundles::of(directory);
        let mut generated = Self::default();
        let shared = if sharing {
            generated.share(&bundles, program)?
        } else {
            BTreeSet::new()
        };
        for (path, module) in modules(directory) {
            let file = directory.files.get(path);
            if file.is_none_or(Option::is_none) {
                let reason = "the schema cannot be read".to_owned();
                generated.failed.insert(path.to_owned(), reason);
                continue;
            }
            let job = bundles.job(path, &shared);
            match program.generate(&job)? {
                Ok(rust) => generated.insert(&module, rust, job),
                Err(reason) => drop(generated.failed.insert(path.to_owned(), reason)),
            }
        }
        generated.seconds = start.elapsed().as_secs_f64();
        Ok(generated)
    }

    fn insert(&mut self, module: &str, rust: String, job: Value) {
        self.modules.insert(module.to_owned(), rust);
        self.jobs.insert(module.to_owned(), job);
    }

    /// Generates the shared definitions; returns those that have a type now.
    fn share(
        &mut self,
        bundles: &Bundles<'_>,
        program: &Program,
    ) -> Result<BTreeSet<Target>, Error> {
        let mut shared = bundles.shared().clone();
        if shared.is_empty() {
            return Ok(shared);
        }
        let mut outcome = program.generate(&bundles.shared_job(&shared))?;
        if outcome.is_err() {
            for target in bundles.shared() {
                let alone = BTreeSet::from([target.clone()]);
                if program.generate(&bundles.shared_job(&alone))?.is_err() {
                    shared.remove(target);
                }
            }
            outcome = program.generate(&bundles.shared_job(&shared))?;
        }
        Ok(match outcome {
            Ok(rust) => {
                self.insert(SHARED, rust, bundles.shared_job(&shared));
                shared
            }
            Err(_) => BTreeSet::new(),
        })
    }

    /// The event types all of whose versions have a type.
    pub(crate) fn kept(&self, directory: &Directory) -> Vec<usize> {
        let event_types = directory.event_types.iter().enumerate();
        let whole = event_types.filter(|(_, event)| {
            let mut schemas = event.versions.values().flatten();
            schemas.all(|path| !self.failed.contains_key(path))
        });
        whole.map(|(index, _)| index).collect()
    }

    /// The other event types, with the reasons.
    pub(crate) fn refusals(&self, directory: &Directory) -> Vec<Refusal> {
        let refusal = |event: &crate::EventType| {
            let reason = |path: &String| Some(format!("{path}: {}", self.failed.get(path)?));
            let reasons: Vec<_> = event
                .versions
                .values()
                .flatten()
                .filter_map(reason)
                .collect();
            (!reasons.is_empty()).then(|| Refusal {
                event_type: event.name.clone(),
                reasons,
            })
        };
        directory.event_types.iter().filter_map(refusal).collect()
    }

    /// The files of these event types below `src`: `contracts.rs`, and a file for each module.
    pub(crate) fn files(
        &self,
        directory: &Directory,
        event_types: &[usize],
    ) -> Vec<(String, String)> {
        let names = modules(directory);
        let mut used: BTreeSet<&str> = BTreeSet::new();
        if self.modules.contains_key(SHARED) {
            used.insert(SHARED);
        }
        let mut arms = String::new();
        for &index in event_types {
            let event = &directory.event_types[index];
            for (version, schema) in &event.versions {
                let rust_type = match schema.as_deref().and_then(|path| names.get(path)) {
                    Some(module) => {
                        used.insert(module);
                        format!("{module}::{ROOT}")
                    }
                    None => "serde_json::Map<String, serde_json::Value>".to_owned(),
                };
                arms.push_str(&format!(
                    "        ({:?}, {version}) => crate::side::again::<{rust_type}>(payload),\n",
                    event.name
                ));
            }
        }
        let declared = used.iter().map(|module| format!("pub mod {module};\n"));
        let root = format!(
            "{}\npub fn decode(event_type: &str, version: u32, payload: serde_json::Value) -> serde_json::Value {{\n    \
             match (event_type, version) {{\n{arms}        _ => serde_json::json!({{ \"unknown\": event_type }}),\n    }}\n}}\n",
            declared.collect::<String>()
        );
        let mut files = vec![("contracts.rs".to_owned(), root)];
        let file = |module: &str| {
            let rust = self.modules.get(module).cloned().unwrap_or_default();
            (format!("contracts/{module}.rs"), rust)
        };
        files.extend(used.into_iter().map(file));
        files
    }
}

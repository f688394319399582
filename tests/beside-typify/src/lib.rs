//! Rust from one JSON Schema document, by typify with its default settings.
//!
//! A job is a JSON object:
//!
//! * `schema`: the document. Every `$ref` in it is `#` or `#/definitions/NAME`. With a `title` the root
//!   becomes a type too.
//! * `replace`: definitions that another module already has, each with the path of that module.
//!
//! typify reports some faults as errors and panics at others; this crate passes both on unchanged.
//! The caller runs each job in a process of its own, so a panic, a stack overflow or a job that
//! does not end affects only its own document.

use std::fs;
use std::path::Path;

use heck::ToPascalCase;
use schemars::schema::RootSchema;
use serde_json::Value;
use typify::{TypeSpace, TypeSpaceSettings};

/// The alias that every module has for its root type.
pub const ROOT: &str = "PayloadOfSchema";

/// The error of a job.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The formatted Rust of one job.
///
/// # Errors
/// When the job is not a JSON Schema document, or typify refuses it.
pub fn generate(job: &Value) -> Result<String, Error> {
    let schema: RootSchema = serde_json::from_value(job["schema"].clone())?;
    let mut settings = TypeSpaceSettings::default();
    for (name, module) in job["replace"].as_object().into_iter().flatten() {
        let module = module.as_str().ok_or("a module is a path")?;
        // typify looks a definition up by the name of its type.
        let name = name.to_pascal_case();
        let path = format!("{module}::{name}");
        settings.with_replacement(name, path, std::iter::empty());
    }
    let titled = job["schema"].get("title").is_some();
    let mut types = TypeSpace::new(&settings);
    let root = types.add_root_schema(schema)?;
    let mut text = prettyplease::unparse(&syn::parse2(types.to_stream())?);
    match root {
        Some(root) => {
            let ident = types.get_type(&root)?.ident();
            let alias = syn::parse_str(&format!("pub type {ROOT} = {ident};"))?;
            text.push_str(&prettyplease::unparse(&alias));
        }
        None if titled => return Err("typify generated no type for the root".into()),
        None => {}
    }
    Ok(text)
}

/// What a build script does: a module for each `NAME.json` in `jobs`, and `all.rs` with all of them in `out`.
///
/// # Errors
/// When a file cannot be read or written, or a job fails.
pub fn generate_folder(jobs: &Path, out: &Path) -> Result<(), Error> {
    let mut all = String::new();
    for entry in fs::read_dir(jobs)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let job = serde_json::from_slice(&fs::read(&path)?)?;
        let file = out.join(format!("{name}.rs"));
        fs::write(&file, generate(&job)?)?;
        all.push_str(&format!("pub mod {name} {{ include!({file:?}); }}\n"));
    }
    Ok(fs::write(out.join("all.rs"), all)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_another_module_has_is_named_and_not_generated_again() {
        let job = json!({
            "schema": {
                "title": "Payload", "type": "object", "required": ["id"],
                "properties": { "id": { "$ref": "#/definitions/HTTPId" } },
                "definitions": { "HTTPId": { "type": "string", "pattern": "^h" } },
            },
            "replace": { "HTTPId": "super::shared" },
        });
        let rust = generate(&job).unwrap();
        assert!(rust.contains("pub id: super::shared::HttpId"), "{rust}");
        assert!(!rust.contains("pub struct HttpId"), "{rust}");
        assert!(
            rust.contains("pub type PayloadOfSchema = Payload;"),
            "{rust}"
        );
    }
}

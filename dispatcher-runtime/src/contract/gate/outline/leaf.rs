//! What a schema says about a value without another schema.

use std::sync::OnceLock;

use dispatcher_schema::formats;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;

/// Keywords without subschemas. Their validator is built at the first use.
pub(in super::super) struct Leaf {
    schema: Value,
    draft: Draft,
    /// Whether a document is of a draft before 2019-09, as [`formats::checked`] asks.
    old_drafts: bool,
    validator: OnceLock<Option<Validator>>,
}

impl Leaf {
    pub(super) fn new(schema: Value, draft: Draft, old_drafts: bool) -> Self {
        // What jsonschema does not know it reads as the newest draft, but must not be asked to.
        let draft = match draft {
            Draft::Unknown => Draft::Draft202012,
            known => known,
        };
        Self {
            schema,
            draft,
            old_drafts,
            validator: OnceLock::new(),
        }
    }

    /// Whether a value breaks none of them. Those that do not compile by themselves refuse nothing.
    pub(in super::super) fn is_valid(&self, value: &Value) -> bool {
        self.validator()
            .is_none_or(|validator| validator.is_valid(value))
    }

    /// What a keyword says, if it is there.
    #[cfg(feature = "consume")]
    pub(in super::super) fn keyword(&self, name: &str) -> Option<&Value> {
        self.schema.get(name)
    }

    /// What a value breaks: an error for each keyword, or for each name of `required`.
    pub(in super::super) fn errors<'v>(&'v self, value: &'v Value) -> Vec<ValidationError<'v>> {
        match self.validator() {
            Some(validator) if !validator.is_valid(value) => validator.iter_errors(value).collect(),
            _ => Vec::new(),
        }
    }

    fn validator(&self) -> Option<&Validator> {
        let built = self.validator.get_or_init(|| {
            formats::checked(jsonschema::options(), self.old_drafts)
                .with_draft(self.draft)
                .should_ignore_unknown_formats(false)
                .build(&self.schema)
                .ok()
        });
        built.as_ref()
    }
}

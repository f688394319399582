//! The part of a schema that one newtype stands for, checked as the gate checks the whole.

use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

/// A schema that refers to nothing. Its validator is built at first use, once.
pub(crate) struct Fragment {
    text: &'static str,
    validator: OnceLock<jsonschema::Validator>,
}

impl Fragment {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            validator: OnceLock::new(),
        }
    }

    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.validator.get_or_init(|| self.build()).is_valid(value)
    }

    fn build(&self) -> jsonschema::Validator {
        // Generation has built this same validator from this same text.
        serde_json::from_str(self.text)
            .map_err(|error| error.to_string())
            .and_then(|schema: Value| {
                dispatcher_schema::formats::checked(jsonschema::options(), false)
                    .build(&schema)
                    .map_err(|error| error.to_string())
            })
            .unwrap_or_else(|error| panic!("the schema {} does not compile: {error}", self.text))
    }
}

impl fmt::Debug for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

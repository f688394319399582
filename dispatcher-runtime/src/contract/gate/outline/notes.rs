//! What a schema says to people: it refuses nothing.

use serde_json::{Map, Value};

/// Annotations of a schema.
#[derive(Default)]
pub(in super::super) struct Notes {
    pub(in super::super) description: Option<String>,
    pub(in super::super) default: Option<Value>,
    pub(in super::super) examples: Vec<Value>,
}

impl Notes {
    pub(super) fn of(members: &Map<String, Value>) -> Self {
        let examples = members.get("examples").and_then(Value::as_array);
        Self {
            description: members
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned),
            default: members.get("default").cloned(),
            examples: examples.cloned().unwrap_or_default(),
        }
    }
}

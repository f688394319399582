//! Patterns, as the gate's validator reads them, each compiled once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Value, json};

/// The patterns that were asked for.
#[derive(Default)]
pub(super) struct Patterns {
    known: RefCell<HashMap<String, Option<Rc<Validator>>>>,
}

impl Patterns {
    /// Whether a text matches. A pattern that does not compile matches nothing.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> bool {
        let known = self.known.borrow().get(pattern).cloned();
        let validator = known.unwrap_or_else(|| {
            let built = jsonschema::validator_for(&json!({ "pattern": pattern }));
            let built = built.ok().map(Rc::new);
            self.known
                .borrow_mut()
                .insert(pattern.to_owned(), built.clone());
            built
        });
        validator.is_some_and(|validator| validator.is_valid(&Value::from(text)))
    }
}

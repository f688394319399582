//! What a CloudEvent is made of: attributes that CloudEvents allows, and data.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::CloudEventError;
use super::rules;

/// Attributes by name, and the data. Every attribute has passed [`rules::check`], and the required ones are there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    attributes: BTreeMap<String, String>,
    pub(super) data: Value,
}

impl Parts {
    /// # Errors
    /// An attribute is missing or not allowed.
    pub(super) fn of(
        attributes: BTreeMap<String, String>,
        data: Value,
    ) -> Result<Self, CloudEventError> {
        for attribute in ["specversion", "id", "source", "type"] {
            if !attributes.contains_key(attribute) {
                let reason = "each CloudEvent has one";
                return Err(CloudEventError::Missing { attribute, reason });
            }
        }
        for (name, value) in &attributes {
            rules::check(name, value)?;
        }
        Ok(Self { attributes, data })
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub(super) fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// # Errors
    /// CloudEvents does not allow the name or the value.
    pub(super) fn set(&mut self, name: String, value: String) -> Result<(), CloudEventError> {
        rules::check(&name, &value)?;
        self.attributes.insert(name, value);
        Ok(())
    }
}

//! Strings with rules.

use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::error::ValueError;
use super::fragment::Fragment;
use super::refined::{Refined, Rule};

/// What a generated string type allows.
#[derive(Debug)]
pub struct StringRule {
    name: &'static str,
    expected: &'static str,
    fragment: Fragment,
}

impl StringRule {
    /// Only what this schema allows.
    #[must_use]
    pub const fn new(name: &'static str, expected: &'static str, schema: &'static str) -> Self {
        Self {
            name,
            expected,
            fragment: Fragment::new(schema),
        }
    }

    /// Lets an allowed string through.
    ///
    /// # Errors
    /// When the schema does not allow it.
    pub fn check(&self, text: String) -> Result<String, ValueError> {
        let value = Value::String(text);
        if !self.fragment.accepts(&value) {
            return Err(ValueError::new(self.name, self.expected, value));
        }
        match value {
            Value::String(text) => Ok(text),
            other => Ok(other.to_string()),
        }
    }
}

impl<R> Refined<String, R> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.held()
    }
}

impl<R> Deref for Refined<String, R> {
    type Target = str;

    fn deref(&self) -> &str {
        self.held()
    }
}

impl<R> AsRef<str> for Refined<String, R> {
    fn as_ref(&self) -> &str {
        self.held()
    }
}

impl<R> PartialEq<str> for Refined<String, R> {
    fn eq(&self, other: &str) -> bool {
        self.held() == other
    }
}

impl<R> PartialEq<&str> for Refined<String, R> {
    fn eq(&self, other: &&str) -> bool {
        self.held() == *other
    }
}

impl<R> From<Refined<String, R>> for String {
    fn from(value: Refined<String, R>) -> Self {
        value.into_held()
    }
}

impl<R: Rule<Check = StringRule>> TryFrom<String> for Refined<String, R> {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        R::check().check(text).map(Self::new)
    }
}

impl<R: Rule<Check = StringRule>> TryFrom<&str> for Refined<String, R> {
    type Error = ValueError;

    fn try_from(text: &str) -> Result<Self, ValueError> {
        text.to_owned().try_into()
    }
}

impl<R: Rule<Check = StringRule>> FromStr for Refined<String, R> {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        text.to_owned().try_into()
    }
}

impl<'de, R: Rule<Check = StringRule>> Deserialize<'de> for Refined<String, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .try_into()
            .map_err(serde::de::Error::custom)
    }
}

crate::__bind!(
    [R: Rule<Check = StringRule>] Refined<String, R> as &str,
    |value| Ok::<_, ValueError>(value.as_str()),
    |found| Self::try_from(found)
);

//! Objects: how a generated struct is read and written.
//!
//! A payload is a `Value` when the gate has let it through, so [`Read`] takes one apart, member by
//! member, and moves what it finds. It is not a generic function, so that rustc checks and compiles it
//! once for each struct, where serde's derive has a visitor for each, compiled for each format.
//! `Deserialize` of a struct reads a `Value` first, and refuses a member that comes twice, as serde's
//! derive does.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Error, Map, Value};

use super::date::Date;
use super::date_time::DateTime;
use super::deferred::Deferred;
use super::integer::Integer;
use super::number::Number;
use super::refined::Refined;
use super::unique::Unique;

/// Reads itself from a value that it takes apart.
pub trait Read: DeserializeOwned {
    /// Reads the value.
    ///
    /// # Errors
    /// It is of another type.
    fn read(value: Value) -> Result<Self, Error> {
        serde_json::from_value(value)
    }
}

macro_rules! read_by_serde {
    ($($name:ty)*) => {$(impl Read for $name {})*};
}

read_by_serde!(bool Integer Number String DateTime Date Map<String, Value>);

impl Read for Value {
    fn read(value: Value) -> Result<Self, Error> {
        Ok(value)
    }
}

impl<T> Read for Deferred<T> {
    fn read(value: Value) -> Result<Self, Error> {
        Ok(Self::from_json(value))
    }
}

impl<T, R> Read for Refined<T, R> where Self: DeserializeOwned {}

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Result<Self, Error> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}

impl<T: Read> Read for Box<T> {
    fn read(value: Value) -> Result<Self, Error> {
        T::read(value).map(Self::new)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value) -> Result<Self, Error> {
        match value {
            Value::Array(items) => items.into_iter().map(T::read).collect(),
            // serde says what it expected.
            other => serde_json::from_value(other),
        }
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(value: Value) -> Result<Self, Error> {
        match value {
            Value::Object(members) => members
                .into_iter()
                .map(|(name, value)| Ok((name, T::read(value)?)))
                .collect(),
            other => serde_json::from_value(other),
        }
    }
}

macro_rules! read_tuples {
    ($($($item:ident)*;)*) => {$(
        impl<$($item: DeserializeOwned),*> Read for ($($item,)*) {}
    )*};
}

read_tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H;
    A B C D E F G H I; A B C D E F G H I J; A B C D E F G H I J K; A B C D E F G H I J K L;
    A B C D E F G H I J K L M; A B C D E F G H I J K L M N; A B C D E F G H I J K L M N O;
    A B C D E F G H I J K L M N O P;
}

/// An object whose members are taken one by one.
#[derive(Debug)]
pub struct Object {
    members: Map<String, Value>,
    taken: Vec<&'static str>,
}

impl Object {
    /// The object that a value is.
    ///
    /// # Errors
    /// It is none.
    pub fn new(value: Value) -> Result<Self, Error> {
        let members = match value {
            Value::Object(members) => members,
            other => serde_json::from_value(other)?,
        };
        let taken = Vec::new();
        Ok(Self { members, taken })
    }

    /// A member that has to be there; one that may be null is null where it is not.
    ///
    /// # Errors
    /// It is not there, or of another type.
    pub fn required<T: Read>(&mut self, name: &'static str) -> Result<T, Error> {
        match self.take(name) {
            Some(value) => T::read(value),
            None => T::deserialize(Missing(name)),
        }
    }

    /// A member that may be absent.
    ///
    /// # Errors
    /// It is of another type.
    pub fn optional<T: Read>(&mut self, name: &'static str) -> Result<Option<T>, Error> {
        self.take(name).map_or(Ok(None), Option::read)
    }

    /// A member that may be absent, or null, which are two things.
    ///
    /// # Errors
    /// It is of another type.
    pub fn present<T: Read>(&mut self, name: &'static str) -> Result<Option<T>, Error> {
        self.take(name).map(T::read).transpose()
    }

    /// The members that were not taken, in their order.
    #[must_use]
    pub fn rest(mut self) -> Map<String, Value> {
        if self.taken.len() == self.members.len() {
            return Map::new();
        }
        self.members
            .retain(|name, _| !self.taken.contains(&name.as_str()));
        self.members
    }

    /// Leaves the member's place, so that the others keep their order.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        let value = self.members.get_mut(name)?.take();
        self.taken.push(name);
        Some(value)
    }
}

/// What serde makes of a member that is not there: none of an option, an error of anything else.
struct Missing(&'static str);

impl<'de> Deserializer<'de> for Missing {
    type Error = Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::missing_field(self.0))
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// `Deserialize` by [`Read`].
///
/// # Errors
/// Those of both.
pub fn deserialize<'de, T: Read, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let Unique(value) = Unique::deserialize(deserializer)?;
    T::read(value).map_err(serde::de::Error::custom)
}

/// An object that is written member by member. The first error is returned at the end.
pub struct ObjectWriter<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> ObjectWriter<S> {
    /// No member yet.
    pub fn new(serializer: S) -> Self {
        Self(serializer.serialize_map(None))
    }

    /// A member.
    #[must_use]
    pub fn required<T: Serialize>(mut self, name: &'static str, value: &T) -> Self {
        if let Ok(map) = &mut self.0
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
        self
    }

    /// A member, where there is one.
    #[must_use]
    pub fn optional<T: Serialize>(self, name: &'static str, value: &Option<T>) -> Self {
        match value {
            Some(value) => self.required(name, value),
            None => self,
        }
    }

    /// A member, where there is one.
    #[must_use]
    pub fn present<T: Serialize>(self, name: &'static str, value: &Option<T>) -> Self {
        self.optional(name, value)
    }

    /// The members that the schema does not name.
    #[must_use]
    pub fn rest(mut self, members: &Map<String, Value>) -> Self {
        for (name, value) in members {
            if let Ok(map) = &mut self.0
                && let Err(error) = map.serialize_entry(name, value)
            {
                self.0 = Err(error);
            }
        }
        self
    }

    /// The object.
    ///
    /// # Errors
    /// The first error of a member.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.0?.end()
    }
}

/// Implements a generated struct: `object!(Point, { x = required "x", label = optional "label" })`,
/// and where it keeps other members `object!(Point, { … }, additional_properties)`.
///
/// `optional` reads null as absent, `present` does not.
#[doc(hidden)]
#[macro_export]
macro_rules! __object {
    ($name:ident, { $($field:ident = $how:ident $json:literal),* $(,)? } $(, $rest:ident)?) => {
        impl $crate::private::Read for $name {
            fn read(
                value: $crate::private::serde_json::Value,
            ) -> ::core::result::Result<Self, $crate::private::serde_json::Error> {
                #[allow(unused_mut)]
                let mut object = $crate::private::Object::new(value)?;
                ::core::result::Result::Ok(Self {
                    $($field: object.$how($json)?,)*
                    $($rest: object.rest(),)?
                })
            }
        }

        impl<'de> $crate::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::private::deserialize(deserializer)
            }
        }

        impl $crate::private::serde::Serialize for $name {
            fn serialize<S: $crate::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::private::ObjectWriter::new(serializer)
                    $(.$how($json, &self.$field))*
                    $(.rest(&self.$rest))?
                    .end()
            }
        }
    };
}

/// Reads generated types as serde does: `read_by_serde!(Shape)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __read_by_serde {
    ($($name:ident),* $(,)?) => {$(impl $crate::private::Read for $name {})*};
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Open {
        required: bool,
        nullable: Option<bool>,
        optional: Option<bool>,
        present: Option<Option<bool>>,
        rest: Map<String, Value>,
    }

    crate::__object!(Open, {
        required = required "required", nullable = required "nullable",
        optional = optional "optional", present = present "present",
    }, rest);

    #[test]
    fn an_object_is_read_and_written_as_serde_does() {
        let all = json!({
            "nullable": null, "optional": true, "present": null, "required": true, "z": 1, "a": { "b": [] },
        });
        let read: Open = serde_json::from_value(all.clone()).unwrap();
        assert_eq!(read.present, Some(None));
        assert_eq!(read.rest.len(), 2);
        assert_eq!(serde_json::to_value(&read).unwrap(), all);
        assert_eq!(
            serde_json::from_str::<Open>(&all.to_string()).unwrap(),
            read
        );

        let little = json!({ "required": false });
        let read: Open = serde_json::from_value(little).unwrap();
        assert_eq!(
            (read.nullable, read.optional, read.present),
            (None, None, None)
        );

        let refused = |value: Value| {
            serde_json::from_value::<Open>(value)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(refused(json!({})), "missing field `required`");
        assert!(refused(json!([])).starts_with("invalid type: sequence"));
        assert!(refused(json!({ "required": 1 })).starts_with("invalid type: integer `1`"));
    }

    #[test]
    fn a_member_that_comes_twice_is_refused() {
        let refused = |text: &str| serde_json::from_str::<Open>(text).unwrap_err().to_string();
        let text = r#"{ "required": true, "required": false }"#;
        assert!(refused(text).starts_with("duplicate field `required`"));
        let text = r#"{ "required": true, "a": [{ "b": 1, "b": 1 }] }"#;
        assert!(refused(text).starts_with("duplicate field `b`"));
        let text =
            r#"{ "required": true, "nullable": null, "a": [null, -1, 1, 1.5, "s", { "b": {} }] }"#;
        let read: Open = serde_json::from_str(text).unwrap();
        assert_eq!(
            serde_json::to_value(read).unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
    }
}

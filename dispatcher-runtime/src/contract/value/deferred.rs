//! Values that are read when they are asked for.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A part of a payload that is JSON until [`get`](Self::get) makes its type of it.
///
/// Generated types hold each other through it where sixteen or more of them refer to each other in
/// a circle. Whatever rustc asks of such a type (whether it is `Send`, how it is read), it would ask
/// of the whole circle, and it gives up beyond its recursion limit. The gate has checked the JSON
/// with the rest of the payload.
///
/// ```
/// use dispatcher_runtime::Deferred;
///
/// let node: Deferred<Vec<u8>> = Deferred::new(&vec![1, 2])?;
/// assert_eq!(node.get()?, [1, 2]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Deferred<T> {
    json: Value,
    of: PhantomData<fn() -> T>,
}

impl<T> Deferred<T> {
    /// Writes a value.
    ///
    /// # Errors
    /// JSON has no spelling of it, such as of a number that is not finite.
    pub fn new(value: &T) -> Result<Self, serde_json::Error>
    where
        T: Serialize,
    {
        serde_json::to_value(value).map(Self::from_json)
    }

    /// Reads the value.
    ///
    /// # Errors
    /// It is not what its schema says. Of a payload that a handler was given, that is a fault of the
    /// generator.
    pub fn get(&self) -> Result<T, serde_json::Error>
    where
        T: DeserializeOwned,
    {
        T::deserialize(&self.json)
    }

    /// The value as JSON.
    #[must_use]
    pub const fn as_json(&self) -> &Value {
        &self.json
    }

    pub(super) const fn from_json(json: Value) -> Self {
        Self {
            json,
            of: PhantomData,
        }
    }
}

impl<T> Clone for Deferred<T> {
    fn clone(&self) -> Self {
        Self::from_json(self.json.clone())
    }
}

impl<T> fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Deferred").field(&self.json).finish()
    }
}

impl<T> PartialEq for Deferred<T> {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl<T> Serialize for Deferred<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Deferred<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from_json)
    }
}

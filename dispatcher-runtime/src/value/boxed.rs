//! A box for types that are in a large circle.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A box whose content rustc does not look into when it asks whether a type is `Send`.
///
/// Generated types that are in a large circle (sixteen types or more that refer to each other)
/// hold each other through it: rustc would ask that of the whole circle for each of its types, and
/// give up beyond its recursion limit. It is read like the value in it.
///
/// ```
/// use dispatcher_runtime::Boxed;
///
/// let boxed = Boxed::from(String::from("node"));
/// assert_eq!(boxed.len(), 4);
/// assert_eq!(boxed.into_inner(), "node");
/// ```
pub struct Boxed<T> {
    /// Always a `T`.
    content: Box<dyn Any + Send + Sync>,
    of: PhantomData<fn() -> T>,
}

impl<T: Any + Send + Sync> Boxed<T> {
    /// Puts a value into a box.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self {
            content: Box::new(value),
            of: PhantomData,
        }
    }

    /// The value, out of its box.
    #[must_use]
    pub fn into_inner(self) -> T {
        match self.content.downcast() {
            Ok(value) => *value,
            Err(_) => unreachable!("nothing but a value of that type is ever put into the box"),
        }
    }
}

impl<T: Any> Deref for Boxed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self.content.downcast_ref() {
            Some(value) => value,
            None => unreachable!("nothing but a value of that type is ever put into the box"),
        }
    }
}

impl<T: Any + Send + Sync> From<T> for Boxed<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Any + Send + Sync + Clone> Clone for Boxed<T> {
    fn clone(&self) -> Self {
        Self::new((**self).clone())
    }
}

impl<T: Any + fmt::Debug> fmt::Debug for Boxed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Any + PartialEq> PartialEq for Boxed<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Any + Serialize> Serialize for Boxed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Any + Send + Sync + Deserialize<'de>> Deserialize<'de> for Boxed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

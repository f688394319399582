//! Values that keep a rule of the contracts.
//!
//! A generated `PersonId` is a name for `Refined<String, rules::PersonId>`. So what such a type can do
//! is written and compiled once, here and beside the rules, and generated code has only the rules.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

use crate::contract::gate::Document;

/// A value that keeps the rule `R` of the contracts: every way to make one checks it, `Deserialize`
/// included.
///
/// Contracts give it names, such as `PersonId`, so its parameters are never written. A string derefs to
/// `str`; an integer or a number is returned by `get`; each converts back into what it holds. It binds to
/// SQL as `text`, `bigint` or `double precision`.
///
/// A contracts crate that has to implement another crate's trait for such a type asks for newtypes:
/// `Contracts::new("contracts").newtypes()` in its build script, or
/// `contracts!("contracts", newtypes = true)`. Each is then a struct that derefs to its `Refined`.
///
/// ```
/// use acme_contracts::credit_locked::LockedCredits;
///
/// let credits = LockedCredits::try_from(6)?;
/// assert_eq!(credits.get(), 6);
/// let refused = LockedCredits::try_from(0_i64).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "locked_credits must be between 1 and 9007199254740991"
/// );
/// # Ok::<(), dispatcher_runtime::ValueError>(())
/// ```
pub struct Refined<T, R> {
    value: T,
    rule: PhantomData<fn() -> R>,
}

/// A rule of generated code. It is never a value.
pub trait Rule: 'static {
    /// What checks it.
    type Check: 'static;
    /// The name that the type has.
    const NAME: &'static str;
    /// The same with its module.
    const ID: &'static str;
    /// Where its schema stands: `p.json#/properties/person_id`.
    const PLACE: &'static str;

    /// The check.
    fn check() -> &'static Self::Check;

    /// The documents of its schema.
    fn documents() -> &'static [Document];
}

impl<T, R> Refined<T, R> {
    /// A value that was checked.
    pub(super) const fn new(value: T) -> Self {
        let rule = PhantomData;
        Self { value, rule }
    }

    pub(super) const fn held(&self) -> &T {
        &self.value
    }

    pub(super) fn into_held(self) -> T {
        self.value
    }
}

impl<T: Clone, R> Clone for Refined<T, R> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}

impl<T: Copy, R> Copy for Refined<T, R> {}

impl<T: fmt::Debug, R: Rule> fmt::Debug for Refined<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(R::NAME).field(&self.value).finish()
    }
}

impl<T: fmt::Display, R> fmt::Display for Refined<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq, R> PartialEq for Refined<T, R> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq, R> Eq for Refined<T, R> {}

impl<T: PartialOrd, R> PartialOrd for Refined<T, R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord, R> Ord for Refined<T, R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Hash, R> Hash for Refined<T, R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T: Serialize, R> Serialize for Refined<T, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

#[cfg(feature = "schemars")]
impl<T, R: Rule> schemars::JsonSchema for Refined<T, R> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        R::NAME.into()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        R::ID.into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        crate::contract::json_schema::json_schema(generator, R::documents(), R::PLACE)
    }
}

/// The rules of one module of generated code:
/// `rules!(DOCUMENTS, { PersonId("p.json#/…"): StringRule = StringRule::new(…), … })`.
#[doc(hidden)]
#[macro_export]
macro_rules! __rules {
    ($documents:expr, { $($name:ident($place:literal): $check:ident = $rule:expr),* $(,)? }) => {$(
        #[derive(Debug)]
        pub enum $name {}

        impl $crate::private::Rule for $name {
            type Check = $crate::private::$check;
            const NAME: &'static str = ::core::stringify!($name);
            const ID: &'static str =
                ::core::concat!(::core::module_path!(), "::", ::core::stringify!($name));
            const PLACE: &'static str = $place;

            fn check() -> &'static $crate::private::$check {
                use $crate::private::$check;
                static RULE: $check = $rule;
                &RULE
            }

            fn documents() -> &'static [$crate::private::Document] {
                $documents
            }
        }
    )*};
}

//! The value types that generated payloads are made of.
//!
//! A generated value type (`PersonId`, `LockedCredits`) can only hold what its schema allows: each
//! way in checks, `Deserialize` included, and says what was expected and what was found
//! ([`ValueError`]). Numbers are [`Integer`] and [`Number`], or newtypes of them, which hold whatever
//! a JSON number can. The formats `date-time` and `date` are [`DateTime`] and [`Date`], which give back
//! the text that they were read from.
//!
//! The macros here implement the generated types, so that what is generated stays short. They are
//! named through [`crate::private`] only.

mod bind;
#[cfg(feature = "chrono")]
mod chrono;
mod date;
mod date_time;
mod deferred;
mod error;
mod fragment;
mod held;
mod integer;
mod integer_type;
#[cfg(feature = "jiff")]
mod jiff;
mod list;
mod newtype;
mod number;
mod number_type;
mod object;
mod present;
mod refined;
mod string;
mod string_enum;
mod union;
mod unique;
mod value_enum;

pub use date::Date;
pub use date_time::DateTime;
pub use deferred::Deferred;
pub use error::ValueError;
pub use integer::Integer;
pub use integer_type::IntegerRule;
pub use list::ListRule;
pub use number::Number;
pub use number_type::NumberRule;
pub use object::{Object, ObjectWriter, Read, deserialize};
pub use present::present;
pub use refined::{Refined, Rule};
pub use string::StringRule;
pub use string_enum::unknown_variant;
pub use union::Union;
pub use value_enum::ValueEnum;

//! What generated code and macro expansions name: re-exports only, nothing is defined here.
//!
//! It is not part of the public interface. Within one minor version nothing is removed from it and
//! nothing changes its meaning, because code of another patch version may name it; see
//! `contract/generated_by.rs`.

#[cfg(feature = "consume")]
pub use futures_util::future::BoxFuture;
pub use serde;
pub use serde_json;
#[cfg(feature = "postgres")]
pub use sqlx;

#[cfg(feature = "schemars")]
pub use schemars;

#[cfg(feature = "schemars")]
pub use crate::__json_schema as json_schema;
#[cfg(not(feature = "schemars"))]
pub use crate::__no_json_schema as json_schema;
#[cfg(feature = "consume")]
pub use crate::consume::event_of::{EventOf, NamesItsEventTypes, OneEvent};
#[cfg(feature = "consume")]
pub use crate::consume::event_union::{
    EventUnion, Known, SubscribesTo, SubscribesToAll, UnionEnvelope, Variants,
};
#[cfg(feature = "consume")]
pub use crate::consume::handler::{
    Envelope, Incoming, Returned, a_handler_must_be_send, delivery_tx, refused,
};
#[cfg(feature = "consume")]
pub use crate::consume::stand_in::{AnyVariant, UnknownEventType};
pub use crate::contract::event_type::Sealed;
pub use crate::contract::gate::Document;
#[cfg(feature = "schemars")]
pub use crate::contract::json_schema::json_schema as json_schema_of;
pub use crate::contract::payload::decode;
pub use crate::contract::permission::{Carries, HeldBy};
pub use crate::contract::registry::EventContractParts;
pub use crate::contract::upcast::{carry_over, upcast};
pub use crate::contract::value::{
    IntegerRule, ListRule, NumberRule, Object, ObjectWriter, Read, Rule, StringRule, Union,
    ValueEnum, ValueError, deserialize, present, unknown_variant,
};
pub use crate::{
    __generated_by as generated_by,
    __generated_upcast_unless_x_upcast_is_by_hand as generated_upcast_unless_x_upcast_is_by_hand,
    __integer_enum as integer_enum, __list_type as list_type, __newtype as newtype,
    __object as object, __read_by_serde as read_by_serde, __rules as rules,
    __string_enum as string_enum, __union as union, __value_enum as value_enum,
};

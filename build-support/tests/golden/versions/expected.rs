::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `order.moved`, `order.paid`.
#[allow(dead_code, unreachable_pub)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Coaching;
impl ::dispatcher_runtime::private::Sealed for Coaching {}
impl ::dispatcher_runtime::Domain for Coaching {
    const NAME: &'static str = "coaching";
    fn registry() -> &'static ::dispatcher_runtime::Registry {
        &REGISTRY
    }
}
/// The domain `growth`.
///
/// Produces nothing.
///
/// Consumes `order.paid`.
#[allow(dead_code, unreachable_pub)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Growth;
impl ::dispatcher_runtime::private::Sealed for Growth {}
impl ::dispatcher_runtime::Domain for Growth {
    const NAME: &'static str = "growth";
    fn registry() -> &'static ::dispatcher_runtime::Registry {
        &REGISTRY
    }
}
/// The domain `revenue`.
///
/// Produces `order.moved`, `order.paid`.
///
/// Consumes nothing.
#[allow(dead_code, unreachable_pub)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Revenue;
impl ::dispatcher_runtime::private::Sealed for Revenue {}
impl ::dispatcher_runtime::Domain for Revenue {
    const NAME: &'static str = "revenue";
    fn registry() -> &'static ::dispatcher_runtime::Registry {
        &REGISTRY
    }
}
/// The event order.moved.
///
/// `order.moved`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod order_moved {
    #[doc(inline)]
    pub use v1::OrderMoved;
    /// Version 1, from `m1.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event order.moved.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderMoved {
            /// The property `order_id`.
            pub order_id: String,
        }
        ::dispatcher_runtime::private::object!(
            OrderMoved, { order_id = required "order_id" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderMoved = "m1.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderMoved {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "m1.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `order.moved`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::OrderMoved;
        const NAME: &'static str = "order.moved";
        const PRODUCER: &'static str = "revenue";
        const CONSUMERS: &'static [&'static str] = &["coaching"];
        const SUBJECT: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const CURRENT_VERSION: u32 = 1;
        fn descriptor() -> &'static ::dispatcher_runtime::EventContract {
            &DESCRIPTOR
        }
        fn registry() -> &'static ::dispatcher_runtime::Registry {
            &super::REGISTRY
        }
    }
    /// The event type's entry in the registry.
    pub static DESCRIPTOR: ::dispatcher_runtime::EventContract = ::dispatcher_runtime::EventContract::new(::dispatcher_runtime::private::EventContractParts {
        event_type: "order.moved",
        description: "The event order.moved.",
        contract: "golden",
        producer: "revenue",
        consumers: &["coaching"],
        status: ::dispatcher_runtime::Status::Active,
        subject: ::core::option::Option::None,
        versions: &[
            ::dispatcher_runtime::VersionContract::new(
                1,
                ::dispatcher_runtime::Status::Active,
                ::core::option::Option::Some(&v1::SCHEMA),
            ),
            ::dispatcher_runtime::VersionContract::new(
                2,
                ::dispatcher_runtime::Status::Retired,
                ::core::option::Option::None,
            ),
        ],
    });
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` does not produce `order.moved`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"order.moved\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::OrderMoved {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `order.moved`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"order.moved\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`order_moved` carries `OrderMoved`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<OrderMoved>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::OrderMoved {}
    impl<P> ::dispatcher_runtime::private::Carries<P> for EventType
    where
        P: Carried,
    {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                1 => ::dispatcher_runtime::private::decode::<P>(payload),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
}
/// The event order.paid.
///
/// `order.paid`: produced by `revenue`, consumed by `coaching`, `growth`. Its subject is at `/order_id`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod order_paid {
    #[doc(inline)]
    pub use v4::{OrderPaid, Total};
    /// Version 2, from `v2.json`. Deprecated.
    pub mod v2 {
        use ::dispatcher_runtime::private::serde;
        #[allow(rustdoc::all)]
        #[deprecated(note = "Version 3 says more than [Foo] <b>did")]
        /// The event order.paid.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderPaid {
            /// The property `order_id`.
            pub order_id: String,
        }
        ::dispatcher_runtime::private::object!(
            OrderPaid, { order_id = required "order_id" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderPaid = "v2.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderPaid {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 2;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "v2.json",
            super::super::DOCUMENTS,
        );
    }
    /// Version 3, from `v3.json`.
    pub mod v3 {
        use ::dispatcher_runtime::private::serde;
        /// The event order.paid.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderPaid {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `total`.
            pub total: Total,
        }
        ::dispatcher_runtime::private::object!(
            OrderPaid, { order_id = required "order_id", total = required "total" }
        );
        /// The type of `total` in the contracts.
        pub type Total = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Total,
        >;
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Total("v3.json#/properties/total") :
                IntegerRule = IntegerRule::new("total", "be at least 0").at_least(0), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderPaid = "v3.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderPaid {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 3;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "v3.json",
            super::super::DOCUMENTS,
        );
    }
    /// Version 4, from `v4.json`.
    pub mod v4 {
        use ::dispatcher_runtime::private::serde;
        /// The third telling.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderPaid {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `total`.
            pub total: Total,
        }
        ::dispatcher_runtime::private::object!(
            OrderPaid, { order_id = required "order_id", total = required "total" }
        );
        /// The type of `total` in the contracts.
        pub type Total = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Total,
        >;
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Total("v4.json#/properties/total") :
                IntegerRule = IntegerRule::new("total", "be at least 1").at_least(1), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderPaid = "v4.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderPaid {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 4;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "v4.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `order.paid`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v4::OrderPaid;
        const NAME: &'static str = "order.paid";
        const PRODUCER: &'static str = "revenue";
        const CONSUMERS: &'static [&'static str] = &["coaching", "growth"];
        const SUBJECT: ::core::option::Option<&'static str> = ::core::option::Option::Some(
            "/order_id",
        );
        const CURRENT_VERSION: u32 = 4;
        fn descriptor() -> &'static ::dispatcher_runtime::EventContract {
            &DESCRIPTOR
        }
        fn registry() -> &'static ::dispatcher_runtime::Registry {
            &super::REGISTRY
        }
    }
    /// The event type's entry in the registry.
    pub static DESCRIPTOR: ::dispatcher_runtime::EventContract = ::dispatcher_runtime::EventContract::new(::dispatcher_runtime::private::EventContractParts {
        event_type: "order.paid",
        description: "The event order.paid.",
        contract: "golden",
        producer: "revenue",
        consumers: &["coaching", "growth"],
        status: ::dispatcher_runtime::Status::Active,
        subject: ::core::option::Option::Some("/order_id"),
        versions: &[
            ::dispatcher_runtime::VersionContract::new(
                1,
                ::dispatcher_runtime::Status::Retired,
                ::core::option::Option::None,
            ),
            ::dispatcher_runtime::VersionContract::new(
                2,
                ::dispatcher_runtime::Status::Deprecated {
                    reason: "Version 3 says more than [Foo] <b>did",
                    replacement: ::core::option::Option::None,
                    since: ::core::option::Option::None,
                },
                ::core::option::Option::Some(&v2::SCHEMA),
            ),
            ::dispatcher_runtime::VersionContract::new(
                3,
                ::dispatcher_runtime::Status::Active,
                ::core::option::Option::Some(&v3::SCHEMA),
            ),
            ::dispatcher_runtime::VersionContract::new(
                4,
                ::dispatcher_runtime::Status::Active,
                ::core::option::Option::Some(&v4::SCHEMA),
            ),
        ],
    });
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` does not produce `order.paid`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"order.paid\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v2::OrderPaid {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v3::OrderPaid {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v4::OrderPaid {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `order.paid`",
        label = "the registry lists `coaching`, `growth`",
        note = "add the domain to \"consumers\" of \"order.paid\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>` or a `Consumer::<Growth>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl Consumer for super::Growth {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`order_paid` carries `OrderPaid`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<OrderPaid>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {
        type Current: ::dispatcher_runtime::Payload;
        fn from_current(current: Self::Current) -> Self;
    }
    impl Carried for v4::OrderPaid {
        type Current = Self;
        fn from_current(current: Self) -> Self {
            current
        }
    }
    impl<P> ::dispatcher_runtime::private::Carries<P> for EventType
    where
        P: Carried,
        P::Current: ::dispatcher_runtime::Upcast<v2::OrderPaid>,
        P::Current: ::dispatcher_runtime::Upcast<v3::OrderPaid>,
    {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                2 => {
                    ::dispatcher_runtime::private::decode::<v2::OrderPaid>(payload)
                        .and_then(::dispatcher_runtime::private::upcast)
                        .map(P::from_current)
                }
                3 => {
                    ::dispatcher_runtime::private::decode::<v3::OrderPaid>(payload)
                        .and_then(::dispatcher_runtime::private::upcast)
                        .map(P::from_current)
                }
                4 => ::dispatcher_runtime::private::decode::<P>(payload),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
    /// A payload of `order.paid`, in the version in which it was published.
    #[derive(Clone, Debug, PartialEq)]
    pub enum AnyVersion {
        /// Version 2.
        V2(v2::OrderPaid),
        /// Version 3.
        V3(v3::OrderPaid),
        /// Version 4.
        V4(v4::OrderPaid),
    }
    impl AnyVersion {
        /// The version in which it was published.
        #[must_use]
        pub fn schema_version(&self) -> u32 {
            match self {
                Self::V2(_) => 2,
                Self::V3(_) => 3,
                Self::V4(_) => 4,
            }
        }
        /// The payload as JSON.
        ///
        /// # Errors
        /// Fails if the payload holds a value that JSON cannot represent, such as a
        /// number that is not finite.
        pub fn to_json(
            &self,
        ) -> ::core::result::Result<
            ::dispatcher_runtime::private::serde_json::Value,
            ::dispatcher_runtime::private::serde_json::Error,
        > {
            match self {
                Self::V2(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
                Self::V3(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
                Self::V4(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
            }
        }
    }
    impl ::core::convert::From<v2::OrderPaid> for AnyVersion {
        fn from(payload: v2::OrderPaid) -> Self {
            Self::V2(payload)
        }
    }
    impl ::core::convert::From<v3::OrderPaid> for AnyVersion {
        fn from(payload: v3::OrderPaid) -> Self {
            Self::V3(payload)
        }
    }
    impl ::core::convert::From<v4::OrderPaid> for AnyVersion {
        fn from(payload: v4::OrderPaid) -> Self {
            Self::V4(payload)
        }
    }
    impl ::dispatcher_runtime::private::Carries<AnyVersion> for EventType {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<AnyVersion, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                2 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V2),
                3 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V3),
                4 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V4),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
}
/// Any event of the registry.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The event order.moved.
    OrderMoved(order_moved::v1::OrderMoved),
    /// The event order.paid.
    OrderPaid(order_paid::AnyVersion),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::OrderMoved(_) => "order.moved",
            Self::OrderPaid(_) => "order.paid",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::OrderMoved(_) => 1,
            Self::OrderPaid(payload) => payload.schema_version(),
        }
    }
    /// The payload as JSON.
    ///
    /// # Errors
    /// Fails if the payload holds a value that JSON cannot represent, such as a
    /// number that is not finite.
    pub fn to_json(
        &self,
    ) -> ::core::result::Result<
        ::dispatcher_runtime::private::serde_json::Value,
        ::dispatcher_runtime::private::serde_json::Error,
    > {
        match self {
            Self::OrderMoved(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::OrderPaid(payload) => payload.to_json(),
        }
    }
    /// Decodes a payload of any event type and version that is not retired.
    ///
    /// # Errors
    /// Fails if the registry has no such event type or version, or if the payload is
    /// invalid.
    #[allow(unused_variables)]
    pub fn decode(
        event_type: &str,
        schema_version: u32,
        payload: ::dispatcher_runtime::private::serde_json::Value,
    ) -> ::core::result::Result<Self, ::dispatcher_runtime::DecodeError> {
        match event_type {
            "order.moved" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            order_moved::v1::OrderMoved,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            order_moved::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "order.paid" => {
                match schema_version {
                    2 => {
                        ::dispatcher_runtime::private::decode::<
                            order_paid::v2::OrderPaid,
                        >(payload)
                            .map(Self::from)
                    }
                    3 => {
                        ::dispatcher_runtime::private::decode::<
                            order_paid::v3::OrderPaid,
                        >(payload)
                            .map(Self::from)
                    }
                    4 => {
                        ::dispatcher_runtime::private::decode::<
                            order_paid::v4::OrderPaid,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            order_paid::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            other => {
                ::core::result::Result::Err(
                    ::dispatcher_runtime::DecodeError::unknown_event_type(other),
                )
            }
        }
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_moved::v1::OrderMoved> for Event {
    fn from(payload: order_moved::v1::OrderMoved) -> Self {
        Self::OrderMoved(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_paid::v2::OrderPaid> for Event {
    fn from(payload: order_paid::v2::OrderPaid) -> Self {
        Self::OrderPaid(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_paid::v3::OrderPaid> for Event {
    fn from(payload: order_paid::v3::OrderPaid) -> Self {
        Self::OrderPaid(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_paid::v4::OrderPaid> for Event {
    fn from(payload: order_paid::v4::OrderPaid) -> Self {
        Self::OrderPaid(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_paid::AnyVersion> for Event {
    fn from(payload: order_paid::AnyVersion) -> Self {
        Self::OrderPaid(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&order_moved::DESCRIPTOR, &order_paid::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "m1.json",
        text: r#"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    }
  },
  "required": [
    "order_id"
  ],
  "additionalProperties": false
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "v2.json",
        text: r#"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    }
  },
  "required": [
    "order_id"
  ],
  "additionalProperties": false
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "v3.json",
        text: r#"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "total": {
      "type": "integer",
      "minimum": 0
    }
  },
  "required": [
    "order_id",
    "total"
  ],
  "additionalProperties": false
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "v4.json",
        text: r#"{
  "type": "object",
  "description": "The third telling.",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "total": {
      "type": "integer",
      "minimum": 1
    }
  },
  "required": [
    "order_id",
    "total"
  ],
  "additionalProperties": false
}
"#,
    },
];

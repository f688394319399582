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
/// Consumes `order.noted`, `order.paid`, `order.rated`.
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
/// Produces `order.moved`, `order.noted`, `order.paid`, `order.rated`.
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
/// The event order.noted.
///
/// `order.noted`: produced by `revenue`, consumed by `growth`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod order_noted {
    #[doc(inline)]
    pub use v3::OrderNoted;
    /// Version 1, from `n1.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event order.noted.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderNoted {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `text`.
            pub text: Option<String>,
        }
        ::dispatcher_runtime::private::object!(
            OrderNoted, { order_id = required "order_id", text = optional "text" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderNoted = "n1.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderNoted {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "n1.json",
            super::super::DOCUMENTS,
        );
    }
    /// Version 2, from `n2.json`.
    pub mod v2 {
        use ::dispatcher_runtime::private::serde;
        /// The event order.noted.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderNoted {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `text`.
            pub text: Option<String>,
            /// The property `by`.
            pub by: Option<String>,
        }
        ::dispatcher_runtime::private::object!(
            OrderNoted, { order_id = required "order_id", text = optional "text", by =
            optional "by" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderNoted = "n2.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderNoted {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 2;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "n2.json",
            super::super::DOCUMENTS,
        );
    }
    /// Version 3, from `n3.json`.
    pub mod v3 {
        use ::dispatcher_runtime::private::serde;
        /// The event order.noted.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderNoted {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `text`.
            pub text: Option<String>,
            /// The property `by`.
            pub by: Option<String>,
        }
        ::dispatcher_runtime::private::object!(
            OrderNoted, { order_id = required "order_id", text = optional "text", by =
            optional "by" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderNoted = "n3.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderNoted {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 3;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "n3.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `order.noted`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v3::OrderNoted;
        const NAME: &'static str = "order.noted";
        const PRODUCER: &'static str = "revenue";
        const CONSUMERS: &'static [&'static str] = &["growth"];
        const SUBJECT: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const CURRENT_VERSION: u32 = 3;
        fn descriptor() -> &'static ::dispatcher_runtime::EventContract {
            &DESCRIPTOR
        }
        fn registry() -> &'static ::dispatcher_runtime::Registry {
            &super::REGISTRY
        }
    }
    /// The event type's entry in the registry.
    pub static DESCRIPTOR: ::dispatcher_runtime::EventContract = ::dispatcher_runtime::EventContract::new(::dispatcher_runtime::private::EventContractParts {
        event_type: "order.noted",
        description: "The event order.noted.",
        contract: "golden",
        producer: "revenue",
        consumers: &["growth"],
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
                    ::dispatcher_runtime::Status::Active,
                    ::core::option::Option::Some(&v2::SCHEMA),
                )
                .with_read_as(
                    &[
                        ::dispatcher_runtime::ReadAs::new(
                            1,
                            ::dispatcher_runtime::ReadAsProof::Lenient,
                        ),
                    ],
                ),
            ::dispatcher_runtime::VersionContract::new(
                3,
                ::dispatcher_runtime::Status::Active,
                ::core::option::Option::Some(&v3::SCHEMA),
            ),
        ],
    });
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` does not produce `order.noted`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"order.noted\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::OrderNoted {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v2::OrderNoted {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v3::OrderNoted {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `order.noted`",
        label = "the registry lists `growth`",
        note = "add the domain to \"consumers\" of \"order.noted\" in event-types-registry.json, or subscribe from a `Consumer::<Growth>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Growth {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`order_noted` carries `OrderNoted`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<OrderNoted>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {
        type V2: ::dispatcher_runtime::Payload;
        type V3: ::dispatcher_runtime::Payload;
        fn from_handled(handled: Self::V3) -> Self;
    }
    impl Carried for v3::OrderNoted {
        type V2 = v2::OrderNoted;
        type V3 = v3::OrderNoted;
        fn from_handled(handled: Self) -> Self {
            handled
        }
    }
    impl<P> ::dispatcher_runtime::private::Carries<P> for EventType
    where
        P: Carried,
        P::V2: ::dispatcher_runtime::TryUpcast<v1::OrderNoted>,
        P::V3: ::dispatcher_runtime::TryUpcast<P::V2>,
    {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                1 => {
                    ::dispatcher_runtime::private::decode::<v1::OrderNoted>(payload)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V2>)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V3>)
                        .map(P::from_handled)
                }
                2 => {
                    ::dispatcher_runtime::private::decode::<P::V2>(payload)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V3>)
                        .map(P::from_handled)
                }
                3 => ::dispatcher_runtime::private::decode::<P>(payload),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
    /// A payload of `order.noted`, in the version in which it was published.
    ///
    /// A handler that takes `EventEnvelope<order_noted::AnyVersion>` receives each event as it was published, and nothing is upcast for it.
    #[derive(Clone, Debug, PartialEq)]
    pub enum AnyVersion {
        /// Version 1.
        V1(v1::OrderNoted),
        /// Version 2.
        V2(v2::OrderNoted),
        /// Version 3.
        V3(v3::OrderNoted),
    }
    impl AnyVersion {
        /// The version in which it was published.
        #[must_use]
        pub fn schema_version(&self) -> u32 {
            match self {
                Self::V1(_) => 1,
                Self::V2(_) => 2,
                Self::V3(_) => 3,
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
                Self::V1(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
                Self::V2(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
                Self::V3(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
            }
        }
    }
    impl ::core::convert::From<v1::OrderNoted> for AnyVersion {
        fn from(payload: v1::OrderNoted) -> Self {
            Self::V1(payload)
        }
    }
    impl ::core::convert::From<v2::OrderNoted> for AnyVersion {
        fn from(payload: v2::OrderNoted) -> Self {
            Self::V2(payload)
        }
    }
    impl ::core::convert::From<v3::OrderNoted> for AnyVersion {
        fn from(payload: v3::OrderNoted) -> Self {
            Self::V3(payload)
        }
    }
    impl ::dispatcher_runtime::private::Carries<AnyVersion> for EventType {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<AnyVersion, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                1 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V1),
                2 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V2),
                3 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V3),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
    ::dispatcher_runtime::private::generated_upcast_unless_x_upcast_is_by_hand!(
        v1::OrderNoted => v2::OrderNoted
    );
}
/// The event order.paid.
///
/// `order.paid`: produced by `revenue`, consumed by `coaching`, `growth`. Its subject is at `/order_id`. Version 5 is upcoming: handlers take `v5::OrderPaid`, and it cannot be published yet.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod order_paid {
    #[doc(inline)]
    pub use v4::{Channel, Kind, Line, Lines, Name, Note, OrderPaid, Payer, Sku, Total};
    /// Version 2, from `v2.json`. Deprecated.
    ///
    /// Version 3 says more than \[Foo\] \<b\>did
    pub mod v2 {
        use ::dispatcher_runtime::private::serde;
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
        #[doc(inline)]
        pub use super::super::order_paid::v5::{Kind, Line, Lines, Name, Payer, Sku};
        /// The event order.paid.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderPaid {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `total`.
            pub total: Total,
            /// Who paid, the second.
            pub payer: Option<Payer>,
            /// The property `lines`.
            pub lines: Option<Lines>,
            /// The property `channel`.
            pub channel: Option<Channel>,
            /// The property `note`.
            pub note: Option<Note>,
        }
        ::dispatcher_runtime::private::object!(
            OrderPaid, { order_id = required "order_id", total = required "total", payer
            = optional "payer", lines = optional "lines", channel = optional "channel",
            note = optional "note" }
        );
        /// The type of `channel` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Channel {
            /// `"desk"`.
            Desk,
            /// `"web"`.
            Web,
        }
        ::dispatcher_runtime::private::string_enum!(
            Channel, "channel", "be one of \"desk\", \"web\"", { Desk = "desk", Web =
            "web" }
        );
        /// The type of `Note` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Note {
            /// The property `by`.
            pub by: Option<Channel>,
        }
        ::dispatcher_runtime::private::object!(Note, { by = optional "by" });
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
            super::super::DOCUMENTS, { Channel = "v3.json#/properties/channel", Note =
            "v3.json#/$defs/Note", OrderPaid = "v3.json#" }
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
        #[doc(inline)]
        pub use super::super::order_paid::v5::{
            Channel, Kind, Line, Lines, Name, Note, Payer, Sku, Total,
        };
        /// The third telling.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderPaid {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `total`.
            pub total: Total,
            /// Who paid, the third telling.
            pub payer: Option<Payer>,
            /// The property `lines`.
            pub lines: Option<Lines>,
            /// The property `channel`.
            pub channel: Option<Channel>,
            /// The property `note`.
            pub note: Option<Note>,
        }
        ::dispatcher_runtime::private::object!(
            OrderPaid, { order_id = required "order_id", total = required "total", payer
            = optional "payer", lines = optional "lines", channel = optional "channel",
            note = optional "note" }
        );
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
    /// Version 5, from `v5.json`. Upcoming: consumers take it, and it cannot be published yet.
    pub mod v5 {
        use ::dispatcher_runtime::private::serde;
        /// The fourth telling.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderPaid {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `total`.
            pub total: Total,
            /// Who paid, the third telling.
            pub payer: Option<Payer>,
            /// The property `lines`.
            pub lines: Option<Lines>,
            /// The property `channel`.
            pub channel: Option<Channel>,
            /// The property `note`.
            pub note: Option<Note>,
            /// The property `paid_by`.
            pub paid_by: String,
        }
        ::dispatcher_runtime::private::object!(
            OrderPaid, { order_id = required "order_id", total = required "total", payer
            = optional "payer", lines = optional "lines", channel = optional "channel",
            note = optional "note", paid_by = required "paid_by" }
        );
        /// The type of `channel` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Channel {
            /// `"desk"`.
            Desk,
            /// `"web"`.
            Web,
            /// `"phone"`.
            Phone,
        }
        ::dispatcher_runtime::private::string_enum!(
            Channel, "channel", "be one of \"desk\", \"web\", \"phone\"", { Desk =
            "desk", Web = "web", Phone = "phone" }
        );
        /// The type of `kind` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Kind {
            /// `"person"`.
            Person,
            /// `"company"`.
            Company,
        }
        ::dispatcher_runtime::private::string_enum!(
            Kind, "kind", "be one of \"person\", \"company\"", { Person = "person",
            Company = "company" }
        );
        /// The type of `Line` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Line {
            /// The property `sku`.
            pub sku: Sku,
            /// The property `next`.
            pub next: Option<Box<Line>>,
            /// The property `via`.
            pub via: Option<String>,
        }
        ::dispatcher_runtime::private::object!(
            Line, { sku = required "sku", next = optional "next", via = optional "via" }
        );
        /// The type of `lines` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Lines(Vec<Line>);
        ::dispatcher_runtime::private::list_type!(
            Lines(Line), ListRule::new("lines", "have at least 1 item", 1, usize::MAX)
        );
        /// In the third telling.
        pub type Name = ::dispatcher_runtime::Refined<String, rules::Name>;
        /// The type of `Note` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Note {
            /// The property `by`.
            pub by: Option<Channel>,
        }
        ::dispatcher_runtime::private::object!(Note, { by = optional "by" });
        /// Who paid, the third telling.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Payer {
            /// In the third telling.
            pub name: Name,
            /// The property `kind`.
            pub kind: Option<Kind>,
        }
        ::dispatcher_runtime::private::object!(
            Payer, { name = required "name", kind = optional "kind" }
        );
        /// The type of `Sku` in the contracts.
        pub type Sku = ::dispatcher_runtime::Refined<String, rules::Sku>;
        /// The type of `total` in the contracts.
        pub type Total = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Total,
        >;
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, {
                Name("v5.json#/properties/payer/properties/name") : StringRule =
                StringRule::new("name", "be at least 1 character long",
                r#"{"minLength":1,"type":"string"}"#), Sku("v5.json#/$defs/Sku") :
                StringRule = StringRule::new("Sku", "match `^[A-Z]{3}$`",
                r#"{"pattern":"^[A-Z]{3}$","type":"string"}"#),
                Total("v5.json#/properties/total") : IntegerRule =
                IntegerRule::new("total", "be at least 1").at_least(1), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Channel = "v5.json#/properties/channel", Kind =
            "v5.json#/properties/payer/properties/kind", Line = "v5.json#/$defs/Line",
            Lines = "v5.json#/properties/lines", Note = "v5.json#/$defs/Note", OrderPaid
            = "v5.json#", Payer = "v5.json#/properties/payer" }
        );
        impl ::dispatcher_runtime::Payload for OrderPaid {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 5;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "v5.json",
            super::super::DOCUMENTS,
        );
        #[doc(hidden)]
        pub mod upcoming {
            #[diagnostic::on_unimplemented(
                message = "version 5 of `order.paid` is upcoming, and cannot be published yet",
                label = "publish version 4, `order_paid::OrderPaid`",
                note = "when every consumer that takes version 5 is deployed, write \"status\": \"active\" for it in event-types-registry.json"
            )]
            pub trait Active {}
        }
    }
    /// The marker of the event type `order.paid`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v5::OrderPaid;
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
                )
                .with_read_as(
                    &[
                        ::dispatcher_runtime::ReadAs::new(
                            2,
                            ::dispatcher_runtime::ReadAsProof::Lenient,
                        ),
                    ],
                ),
            ::dispatcher_runtime::VersionContract::new(
                    4,
                    ::dispatcher_runtime::Status::Active,
                    ::core::option::Option::Some(&v4::SCHEMA),
                )
                .with_read_as(
                    &[
                        ::dispatcher_runtime::ReadAs::new(
                            2,
                            ::dispatcher_runtime::ReadAsProof::Lenient,
                        ),
                    ],
                ),
            ::dispatcher_runtime::VersionContract::new(
                5,
                ::dispatcher_runtime::Status::Upcoming,
                ::core::option::Option::Some(&v5::SCHEMA),
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
    impl<D: Producer + v5::upcoming::Active> ::dispatcher_runtime::PublishedBy<D>
    for v5::OrderPaid {}
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
        message = "version 5 of `order.paid` is upcoming, but this handler takes `{Self}`",
        label = "write `EventEnvelope<order_paid::v5::OrderPaid>`",
        note = "handlers take version 5 before it is published, and events of older versions reach them upcast; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {
        type V3: ::dispatcher_runtime::Payload;
        type V4: ::dispatcher_runtime::Payload;
        type V5: ::dispatcher_runtime::Payload;
        fn from_handled(handled: Self::V5) -> Self;
    }
    impl Carried for v5::OrderPaid {
        type V3 = v3::OrderPaid;
        type V4 = v4::OrderPaid;
        type V5 = v5::OrderPaid;
        fn from_handled(handled: Self) -> Self {
            handled
        }
    }
    impl<P> ::dispatcher_runtime::private::Carries<P> for EventType
    where
        P: Carried,
        P::V3: ::dispatcher_runtime::TryUpcast<v2::OrderPaid>,
        P::V4: ::dispatcher_runtime::TryUpcast<P::V3>,
        P::V5: ::dispatcher_runtime::TryUpcast<P::V4>,
    {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                2 => {
                    ::dispatcher_runtime::private::decode::<v2::OrderPaid>(payload)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V3>)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V4>)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V5>)
                        .map(P::from_handled)
                }
                3 => {
                    ::dispatcher_runtime::private::decode::<P::V3>(payload)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V4>)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V5>)
                        .map(P::from_handled)
                }
                4 => {
                    ::dispatcher_runtime::private::decode::<P::V4>(payload)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V5>)
                        .map(P::from_handled)
                }
                5 => ::dispatcher_runtime::private::decode::<P>(payload),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
    /// A payload of `order.paid`, in the version in which it was published.
    ///
    /// A handler that takes `EventEnvelope<order_paid::AnyVersion>` receives each event as it was published, and nothing is upcast for it.
    #[derive(Clone, Debug, PartialEq)]
    pub enum AnyVersion {
        /// Version 2.
        V2(v2::OrderPaid),
        /// Version 3.
        V3(v3::OrderPaid),
        /// Version 4.
        V4(v4::OrderPaid),
        /// Version 5.
        V5(v5::OrderPaid),
    }
    impl AnyVersion {
        /// The version in which it was published.
        #[must_use]
        pub fn schema_version(&self) -> u32 {
            match self {
                Self::V2(_) => 2,
                Self::V3(_) => 3,
                Self::V4(_) => 4,
                Self::V5(_) => 5,
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
                Self::V5(payload) => {
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
    impl ::core::convert::From<v5::OrderPaid> for AnyVersion {
        fn from(payload: v5::OrderPaid) -> Self {
            Self::V5(payload)
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
                5 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V5),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
}
/// The event order.rated.
///
/// `order.rated`: produced by `revenue`, consumed by `growth`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod order_rated {
    #[doc(inline)]
    pub use v2::Stars;
    #[allow(rustdoc::all)]
    #[deprecated(note = "Orders are no longer rated.")]
    /// The event order.rated.
    pub type OrderRated = v2::OrderRated;
    /// Version 1, from `r1.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event order.rated.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderRated {
            /// The property `order_id`.
            pub order_id: String,
        }
        ::dispatcher_runtime::private::object!(
            OrderRated, { order_id = required "order_id" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderRated = "r1.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderRated {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "r1.json",
            super::super::DOCUMENTS,
        );
    }
    /// Version 2, from `r2.json`.
    pub mod v2 {
        use ::dispatcher_runtime::private::serde;
        #[doc(inline)]
        pub use super::super::order_rated::v3::Stars;
        /// The event order.rated.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderRated {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `stars`.
            pub stars: Stars,
        }
        ::dispatcher_runtime::private::object!(
            OrderRated, { order_id = required "order_id", stars = required "stars" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderRated = "r2.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderRated {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 2;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "r2.json",
            super::super::DOCUMENTS,
        );
    }
    /// Version 3, from `r3.json`. Deprecated.
    ///
    /// It was a mistake.
    pub mod v3 {
        use ::dispatcher_runtime::private::serde;
        /// The event order.rated.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderRated {
            /// The property `order_id`.
            pub order_id: String,
            /// The property `stars`.
            pub stars: Stars,
            /// The property `text`.
            pub text: String,
        }
        ::dispatcher_runtime::private::object!(
            OrderRated, { order_id = required "order_id", stars = required "stars", text
            = required "text" }
        );
        /// The type of `stars` in the contracts.
        pub type Stars = ::dispatcher_runtime::Refined<i64, rules::Stars>;
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Stars("r3.json#/properties/stars") :
                IntegerRule = IntegerRule::new("stars", "be between 1 and 5").range(1,
                5), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { OrderRated = "r3.json#" }
        );
        impl ::dispatcher_runtime::Payload for OrderRated {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 3;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "r3.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `order.rated`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v2::OrderRated;
        const NAME: &'static str = "order.rated";
        const PRODUCER: &'static str = "revenue";
        const CONSUMERS: &'static [&'static str] = &["growth"];
        const SUBJECT: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const CURRENT_VERSION: u32 = 2;
        fn descriptor() -> &'static ::dispatcher_runtime::EventContract {
            &DESCRIPTOR
        }
        fn registry() -> &'static ::dispatcher_runtime::Registry {
            &super::REGISTRY
        }
    }
    /// The event type's entry in the registry.
    pub static DESCRIPTOR: ::dispatcher_runtime::EventContract = ::dispatcher_runtime::EventContract::new(::dispatcher_runtime::private::EventContractParts {
        event_type: "order.rated",
        description: "The event order.rated.",
        contract: "golden",
        producer: "revenue",
        consumers: &["growth"],
        status: ::dispatcher_runtime::Status::Deprecated {
            reason: "Orders are no longer rated.",
            replacement: ::core::option::Option::None,
            since: ::core::option::Option::None,
        },
        subject: ::core::option::Option::None,
        versions: &[
            ::dispatcher_runtime::VersionContract::new(
                1,
                ::dispatcher_runtime::Status::Active,
                ::core::option::Option::Some(&v1::SCHEMA),
            ),
            ::dispatcher_runtime::VersionContract::new(
                    2,
                    ::dispatcher_runtime::Status::Active,
                    ::core::option::Option::Some(&v2::SCHEMA),
                )
                .with_read_as(
                    &[
                        ::dispatcher_runtime::ReadAs::new(
                            1,
                            ::dispatcher_runtime::ReadAsProof::Lenient,
                        ),
                    ],
                ),
            ::dispatcher_runtime::VersionContract::new(
                    3,
                    ::dispatcher_runtime::Status::Deprecated {
                        reason: "It was a mistake.",
                        replacement: ::core::option::Option::Some("v2"),
                        since: ::core::option::Option::None,
                    },
                    ::core::option::Option::Some(&v3::SCHEMA),
                )
                .with_read_as(
                    &[
                        ::dispatcher_runtime::ReadAs::new(
                            2,
                            ::dispatcher_runtime::ReadAsProof::Lenient,
                        ),
                        ::dispatcher_runtime::ReadAs::new(
                            1,
                            ::dispatcher_runtime::ReadAsProof::Lenient,
                        ),
                    ],
                ),
        ],
    });
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` does not produce `order.rated`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"order.rated\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::OrderRated {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v2::OrderRated {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v3::OrderRated {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `order.rated`",
        label = "the registry lists `growth`",
        note = "add the domain to \"consumers\" of \"order.rated\" in event-types-registry.json, or subscribe from a `Consumer::<Growth>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Growth {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`order_rated` carries `OrderRated`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<OrderRated>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {
        type V2: ::dispatcher_runtime::Payload;
        fn from_handled(handled: Self::V2) -> Self;
    }
    impl Carried for v2::OrderRated {
        type V2 = v2::OrderRated;
        fn from_handled(handled: Self) -> Self {
            handled
        }
    }
    impl<P> ::dispatcher_runtime::private::Carries<P> for EventType
    where
        P: Carried,
        P::V2: ::dispatcher_runtime::TryUpcast<v1::OrderRated>,
        P::V2: ::dispatcher_runtime::TryUpcast<v3::OrderRated>,
    {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                1 => {
                    ::dispatcher_runtime::private::decode::<v1::OrderRated>(payload)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V2>)
                        .map(P::from_handled)
                }
                3 => {
                    ::dispatcher_runtime::private::decode::<v3::OrderRated>(payload)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V2>)
                        .map(P::from_handled)
                }
                2 => ::dispatcher_runtime::private::decode::<P>(payload),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
    /// A payload of `order.rated`, in the version in which it was published.
    ///
    /// A handler that takes `EventEnvelope<order_rated::AnyVersion>` receives each event as it was published, and nothing is upcast for it.
    #[derive(Clone, Debug, PartialEq)]
    pub enum AnyVersion {
        /// Version 1.
        V1(v1::OrderRated),
        /// Version 2.
        V2(v2::OrderRated),
        /// Version 3.
        V3(v3::OrderRated),
    }
    impl AnyVersion {
        /// The version in which it was published.
        #[must_use]
        pub fn schema_version(&self) -> u32 {
            match self {
                Self::V1(_) => 1,
                Self::V2(_) => 2,
                Self::V3(_) => 3,
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
                Self::V1(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
                Self::V2(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
                Self::V3(payload) => {
                    ::dispatcher_runtime::private::serde_json::to_value(payload)
                }
            }
        }
    }
    impl ::core::convert::From<v1::OrderRated> for AnyVersion {
        fn from(payload: v1::OrderRated) -> Self {
            Self::V1(payload)
        }
    }
    impl ::core::convert::From<v2::OrderRated> for AnyVersion {
        fn from(payload: v2::OrderRated) -> Self {
            Self::V2(payload)
        }
    }
    impl ::core::convert::From<v3::OrderRated> for AnyVersion {
        fn from(payload: v3::OrderRated) -> Self {
            Self::V3(payload)
        }
    }
    impl ::dispatcher_runtime::private::Carries<AnyVersion> for EventType {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<AnyVersion, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                1 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V1),
                2 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V2),
                3 => ::dispatcher_runtime::private::decode(payload).map(AnyVersion::V3),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
    ::dispatcher_runtime::private::generated_upcast_unless_x_upcast_is_by_hand!(
        v3::OrderRated => v2::OrderRated
    );
}
/// Any event of the registry.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The event order.moved.
    OrderMoved(order_moved::v1::OrderMoved),
    /// The event order.noted.
    OrderNoted(order_noted::AnyVersion),
    /// The event order.paid.
    OrderPaid(order_paid::AnyVersion),
    /// The event order.rated.
    OrderRated(order_rated::AnyVersion),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::OrderMoved(_) => "order.moved",
            Self::OrderNoted(_) => "order.noted",
            Self::OrderPaid(_) => "order.paid",
            Self::OrderRated(_) => "order.rated",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::OrderMoved(_) => 1,
            Self::OrderNoted(payload) => payload.schema_version(),
            Self::OrderPaid(payload) => payload.schema_version(),
            Self::OrderRated(payload) => payload.schema_version(),
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
            Self::OrderNoted(payload) => payload.to_json(),
            Self::OrderPaid(payload) => payload.to_json(),
            Self::OrderRated(payload) => payload.to_json(),
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
            "order.noted" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            order_noted::v1::OrderNoted,
                        >(payload)
                            .map(Self::from)
                    }
                    2 => {
                        ::dispatcher_runtime::private::decode::<
                            order_noted::v2::OrderNoted,
                        >(payload)
                            .map(Self::from)
                    }
                    3 => {
                        ::dispatcher_runtime::private::decode::<
                            order_noted::v3::OrderNoted,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            order_noted::DESCRIPTOR.unknown_version(other),
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
                    5 => {
                        ::dispatcher_runtime::private::decode::<
                            order_paid::v5::OrderPaid,
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
            "order.rated" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            order_rated::v1::OrderRated,
                        >(payload)
                            .map(Self::from)
                    }
                    2 => {
                        ::dispatcher_runtime::private::decode::<
                            order_rated::v2::OrderRated,
                        >(payload)
                            .map(Self::from)
                    }
                    3 => {
                        ::dispatcher_runtime::private::decode::<
                            order_rated::v3::OrderRated,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            order_rated::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<order_noted::v1::OrderNoted> for Event {
    fn from(payload: order_noted::v1::OrderNoted) -> Self {
        Self::OrderNoted(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_noted::v2::OrderNoted> for Event {
    fn from(payload: order_noted::v2::OrderNoted) -> Self {
        Self::OrderNoted(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_noted::v3::OrderNoted> for Event {
    fn from(payload: order_noted::v3::OrderNoted) -> Self {
        Self::OrderNoted(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_noted::AnyVersion> for Event {
    fn from(payload: order_noted::AnyVersion) -> Self {
        Self::OrderNoted(payload)
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
impl ::core::convert::From<order_paid::v5::OrderPaid> for Event {
    fn from(payload: order_paid::v5::OrderPaid) -> Self {
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
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_rated::v1::OrderRated> for Event {
    fn from(payload: order_rated::v1::OrderRated) -> Self {
        Self::OrderRated(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_rated::v2::OrderRated> for Event {
    fn from(payload: order_rated::v2::OrderRated) -> Self {
        Self::OrderRated(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_rated::v3::OrderRated> for Event {
    fn from(payload: order_rated::v3::OrderRated) -> Self {
        Self::OrderRated(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<order_rated::AnyVersion> for Event {
    fn from(payload: order_rated::AnyVersion) -> Self {
        Self::OrderRated(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[
        &order_moved::DESCRIPTOR,
        &order_noted::DESCRIPTOR,
        &order_paid::DESCRIPTOR,
        &order_rated::DESCRIPTOR,
    ],
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
        path: "n1.json",
        text: r#"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "text": {
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
        path: "n2.json",
        text: r#"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "text": {
      "type": "string"
    },
    "by": {
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
        path: "n3.json",
        text: r#"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "text": {
      "type": "string"
    },
    "by": {
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
        path: "r1.json",
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
        path: "r2.json",
        text: r#"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "stars": {
      "type": "integer",
      "minimum": 1,
      "maximum": 5
    }
  },
  "required": [
    "order_id",
    "stars"
  ],
  "additionalProperties": false
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "r3.json",
        text: r#"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "stars": {
      "type": "integer",
      "minimum": 1,
      "maximum": 5
    },
    "text": {
      "type": "string"
    }
  },
  "required": [
    "order_id",
    "stars",
    "text"
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
        text: r##"{
  "type": "object",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "total": {
      "type": "integer",
      "minimum": 0
    },
    "payer": {
      "type": "object",
      "description": "Who paid, the second.",
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1,
          "description": "In the second."
        },
        "kind": {
          "enum": [
            "person",
            "company"
          ]
        }
      },
      "required": [
        "name"
      ],
      "additionalProperties": false
    },
    "lines": {
      "type": "array",
      "minItems": 1,
      "items": {
        "$ref": "#/$defs/Line"
      }
    },
    "channel": {
      "enum": [
        "desk",
        "web"
      ]
    },
    "note": {
      "$ref": "#/$defs/Note"
    }
  },
  "required": [
    "order_id",
    "total"
  ],
  "additionalProperties": false,
  "$defs": {
    "Line": {
      "type": "object",
      "properties": {
        "sku": {
          "$ref": "#/$defs/Sku"
        },
        "next": {
          "$ref": "#/$defs/Line"
        },
        "via": {
          "type": "string"
        }
      },
      "required": [
        "sku"
      ],
      "additionalProperties": false
    },
    "Sku": {
      "type": "string",
      "pattern": "^[A-Z]{3}$"
    },
    "Note": {
      "type": "object",
      "properties": {
        "by": {
          "$ref": "#/properties/channel"
        }
      },
      "additionalProperties": false
    }
  }
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "v4.json",
        text: r##"{
  "type": "object",
  "description": "The third telling.",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "total": {
      "type": "integer",
      "minimum": 1
    },
    "payer": {
      "type": "object",
      "description": "Who paid, the third telling.",
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1,
          "description": "In the third telling."
        },
        "kind": {
          "enum": [
            "person",
            "company"
          ]
        }
      },
      "required": [
        "name"
      ],
      "additionalProperties": false
    },
    "lines": {
      "type": "array",
      "minItems": 1,
      "items": {
        "$ref": "#/$defs/Line"
      }
    },
    "channel": {
      "enum": [
        "desk",
        "web",
        "phone"
      ]
    },
    "note": {
      "$ref": "#/$defs/Note"
    }
  },
  "required": [
    "order_id",
    "total"
  ],
  "additionalProperties": false,
  "$defs": {
    "Line": {
      "type": "object",
      "properties": {
        "sku": {
          "$ref": "#/$defs/Sku"
        },
        "next": {
          "$ref": "#/$defs/Line"
        },
        "via": {
          "type": "string"
        }
      },
      "required": [
        "sku"
      ],
      "additionalProperties": false
    },
    "Sku": {
      "type": "string",
      "pattern": "^[A-Z]{3}$"
    },
    "Note": {
      "type": "object",
      "properties": {
        "by": {
          "$ref": "#/properties/channel"
        }
      },
      "additionalProperties": false
    }
  }
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "v5.json",
        text: r##"{
  "type": "object",
  "description": "The fourth telling.",
  "properties": {
    "order_id": {
      "type": "string"
    },
    "total": {
      "type": "integer",
      "minimum": 1
    },
    "payer": {
      "type": "object",
      "description": "Who paid, the third telling.",
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1,
          "description": "In the third telling."
        },
        "kind": {
          "enum": [
            "person",
            "company"
          ]
        }
      },
      "required": [
        "name"
      ],
      "additionalProperties": false
    },
    "lines": {
      "type": "array",
      "minItems": 1,
      "items": {
        "$ref": "#/$defs/Line"
      }
    },
    "channel": {
      "enum": [
        "desk",
        "web",
        "phone"
      ]
    },
    "note": {
      "$ref": "#/$defs/Note"
    },
    "paid_by": {
      "type": "string"
    }
  },
  "required": [
    "order_id",
    "total",
    "paid_by"
  ],
  "additionalProperties": false,
  "$defs": {
    "Line": {
      "type": "object",
      "properties": {
        "sku": {
          "$ref": "#/$defs/Sku"
        },
        "next": {
          "$ref": "#/$defs/Line"
        },
        "via": {
          "type": "string"
        }
      },
      "required": [
        "sku"
      ],
      "additionalProperties": false
    },
    "Sku": {
      "type": "string",
      "pattern": "^[A-Z]{3}$"
    },
    "Note": {
      "type": "object",
      "properties": {
        "by": {
          "$ref": "#/properties/channel"
        }
      },
      "additionalProperties": false
    }
  }
}
"##,
    },
];

::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `person.copied`, `person.paid`, `person.refunded`.
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
/// The domain `revenue`.
///
/// Produces `person.copied`, `person.paid`, `person.refunded`.
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
/// Definitions that several payloads share.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod shared {
    use ::dispatcher_runtime::private::serde;
    /// The type of `copied` in the contracts.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Copied {
        /// The property `from`.
        pub from: Source,
        /// The property `copy`.
        pub copy: Option<Box<Copied>>,
    }
    ::dispatcher_runtime::private::object!(
        Copied, { from = required "from", copy = optional "copy" }
    );
    /// The type of `Currency` in the contracts.
    #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    pub enum Currency {
        /// `"EUR"`.
        Eur,
        /// `"GBP"`.
        Gbp,
    }
    ::dispatcher_runtime::private::string_enum!(
        Currency, "Currency", "be one of \"EUR\", \"GBP\"", { Eur = "EUR", Gbp = "GBP" }
    );
    /// Names a person.
    pub type IdsPersonId = ::dispatcher_runtime::Refined<String, rules::IdsPersonId>;
    /// The type of `Money` in the contracts.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Money {
        /// The property `amount`.
        pub amount: MoneyAmount,
        /// The property `currency`.
        pub currency: Currency,
    }
    ::dispatcher_runtime::private::object!(
        Money, { amount = required "amount", currency = required "currency" }
    );
    /// The type of `amount` in the contracts.
    pub type MoneyAmount = ::dispatcher_runtime::Refined<
        ::dispatcher_runtime::Integer,
        rules::MoneyAmount,
    >;
    /// The type of `PersonId` in the contracts.
    pub type OtherIdsPersonId = ::dispatcher_runtime::Refined<
        String,
        rules::OtherIdsPersonId,
    >;
    /// The type of `Source` in the contracts.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Source {
        /// The property `name`.
        pub name: SourceName,
    }
    ::dispatcher_runtime::private::object!(Source, { name = required "name" });
    /// The type of `name` in the contracts.
    pub type SourceName = ::dispatcher_runtime::Refined<String, rules::SourceName>;
    #[doc(hidden)]
    pub mod rules {
        ::dispatcher_runtime::private::rules!(
            super::super::DOCUMENTS, { IdsPersonId("common/ids.json#/$defs/PersonId") :
            StringRule = StringRule::new("PersonId", "match `^per_`",
            r#"{"pattern":"^per_","type":"string"}"#),
            MoneyAmount("common/ids.json#/$defs/Money/properties/amount") : IntegerRule =
            IntegerRule::new("amount", "be at least 0").at_least(0),
            OtherIdsPersonId("other/ids.json#/$defs/PersonId") : StringRule =
            StringRule::new("PersonId", "match `^other_`",
            r#"{"pattern":"^other_","type":"string"}"#),
            SourceName("people/copied.json#/$defs/Source/properties/name") : StringRule =
            StringRule::new("name", "be at most 9 characters long",
            r#"{"maxLength":9,"type":"string"}"#), }
        );
    }
    ::dispatcher_runtime::private::json_schema!(
        super::DOCUMENTS, { Copied = "people/copied.json#", Currency =
        "common/ids.json#/$defs/Currency", Money = "common/ids.json#/$defs/Money", Source
        = "people/copied.json#/$defs/Source" }
    );
}
/// The event person.copied.
///
/// `person.copied`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod person_copied {
    #[doc(inline)]
    pub use v2::{Copied, PersonCopied, Source, SourceName};
    /// Version 1, from `people/copied.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        #[doc(inline)]
        pub use super::super::shared::{Copied, Source, SourceName};
        /// The event person.copied.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PersonCopied {
            /// The property `from`.
            pub from: Source,
            /// The property `copy`.
            pub copy: Option<Copied>,
        }
        ::dispatcher_runtime::private::object!(
            PersonCopied, { from = required "from", copy = optional "copy" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { PersonCopied = "people/copied.json#" }
        );
        impl ::dispatcher_runtime::Payload for PersonCopied {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "people/copied.json",
            super::super::DOCUMENTS,
        );
    }
    /// Version 2, from `people/copied.json`.
    pub mod v2 {
        use ::dispatcher_runtime::private::serde;
        #[doc(inline)]
        pub use super::super::shared::{Copied, Source, SourceName};
        /// The event person.copied.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PersonCopied {
            /// The property `from`.
            pub from: Source,
            /// The property `copy`.
            pub copy: Option<Copied>,
        }
        ::dispatcher_runtime::private::object!(
            PersonCopied, { from = required "from", copy = optional "copy" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { PersonCopied = "people/copied.json#" }
        );
        impl ::dispatcher_runtime::Payload for PersonCopied {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 2;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "people/copied.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `person.copied`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v2::PersonCopied;
        const NAME: &'static str = "person.copied";
        const PRODUCER: &'static str = "revenue";
        const CONSUMERS: &'static [&'static str] = &["coaching"];
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
        event_type: "person.copied",
        description: "The event person.copied.",
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
                    ::dispatcher_runtime::Status::Active,
                    ::core::option::Option::Some(&v2::SCHEMA),
                )
                .with_read_as(
                    &[
                        ::dispatcher_runtime::ReadAs::new(
                            1,
                            ::dispatcher_runtime::ReadAsProof::Strict,
                        ),
                    ],
                ),
        ],
    });
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` does not produce `person.copied`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"person.copied\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::PersonCopied {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v2::PersonCopied {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `person.copied`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"person.copied\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`person_copied` carries `PersonCopied`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<PersonCopied>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {
        type V2: ::dispatcher_runtime::Payload;
        fn from_handled(handled: Self::V2) -> Self;
    }
    impl Carried for v2::PersonCopied {
        type V2 = v2::PersonCopied;
        fn from_handled(handled: Self) -> Self {
            handled
        }
    }
    impl<P> ::dispatcher_runtime::private::Carries<P> for EventType
    where
        P: Carried,
        P::V2: ::dispatcher_runtime::TryUpcast<v1::PersonCopied>,
    {
        fn decode(
            schema_version: u32,
            payload: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
            match schema_version {
                1 => {
                    ::dispatcher_runtime::private::decode::<v1::PersonCopied>(payload)
                        .and_then(::dispatcher_runtime::private::upcast::<_, P::V2>)
                        .map(P::from_handled)
                }
                2 => ::dispatcher_runtime::private::decode::<P>(payload),
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
    /// A payload of `person.copied`, in the version in which it was published.
    ///
    /// A handler that takes `EventEnvelope<person_copied::AnyVersion>` receives each event as it was published, and nothing is upcast for it.
    #[derive(Clone, Debug, PartialEq)]
    pub enum AnyVersion {
        /// Version 1.
        V1(v1::PersonCopied),
        /// Version 2.
        V2(v2::PersonCopied),
    }
    impl AnyVersion {
        /// The version in which it was published.
        #[must_use]
        pub fn schema_version(&self) -> u32 {
            match self {
                Self::V1(_) => 1,
                Self::V2(_) => 2,
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
            }
        }
    }
    impl ::core::convert::From<v1::PersonCopied> for AnyVersion {
        fn from(payload: v1::PersonCopied) -> Self {
            Self::V1(payload)
        }
    }
    impl ::core::convert::From<v2::PersonCopied> for AnyVersion {
        fn from(payload: v2::PersonCopied) -> Self {
            Self::V2(payload)
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
                other => ::core::result::Result::Err(DESCRIPTOR.unknown_version(other)),
            }
        }
    }
    ::dispatcher_runtime::private::generated_upcast_unless_x_upcast_is_by_hand!(
        v1::PersonCopied => v2::PersonCopied
    );
}
/// The event person.paid.
///
/// `person.paid`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod person_paid {
    #[doc(inline)]
    pub use v1::{IdsPersonId, Line, Money, MoneyAmount, PersonPaid};
    /// Version 1, from `people/paid.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        #[doc(inline)]
        pub use super::super::shared::{IdsPersonId, Money, MoneyAmount};
        /// The event person.paid.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PersonPaid {
            /// Names a person.
            pub person_id: IdsPersonId,
            /// In all.
            pub total: Money,
            /// The property `line`.
            pub line: Line,
        }
        ::dispatcher_runtime::private::object!(
            PersonPaid, { person_id = required "person_id", total = required "total",
            line = required "line" }
        );
        /// The type of `Line` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Line {
            /// The property `price`.
            pub price: Money,
        }
        ::dispatcher_runtime::private::object!(Line, { price = required "price" });
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Line = "people/paid.json#/$defs/Line", PersonPaid
            = "people/paid.json#" }
        );
        impl ::dispatcher_runtime::Payload for PersonPaid {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "people/paid.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `person.paid`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::PersonPaid;
        const NAME: &'static str = "person.paid";
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
        event_type: "person.paid",
        description: "The event person.paid.",
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
        ],
    });
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` does not produce `person.paid`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"person.paid\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::PersonPaid {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `person.paid`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"person.paid\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`person_paid` carries `PersonPaid`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<PersonPaid>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::PersonPaid {}
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
/// The event person.refunded.
///
/// `person.refunded`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod person_refunded {
    #[doc(inline)]
    pub use v1::{IdsPersonId, Line, Money, OtherIdsPersonId, PersonPaid, PersonRefunded};
    /// Version 1, from `people/refunded.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        #[doc(inline)]
        pub use super::super::shared::{IdsPersonId, OtherIdsPersonId};
        #[doc(inline)]
        pub use super::super::person_paid::v1::{Line, PersonPaid};
        /// The event person.refunded.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PersonRefunded {
            /// Names a person.
            pub person_id: IdsPersonId,
            /// The property `other`.
            pub other: Option<OtherIdsPersonId>,
            /// The property `line`.
            pub line: Option<Line>,
            /// The property `money`.
            pub money: Option<Money>,
            /// The property `original`.
            pub original: Option<PersonPaid>,
        }
        ::dispatcher_runtime::private::object!(
            PersonRefunded, { person_id = required "person_id", other = optional "other",
            line = optional "line", money = optional "money", original = optional
            "original" }
        );
        /// The type of `Money` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Money {
            /// The property `cents`.
            pub cents: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(Money, { cents = required "cents" });
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Money = "people/refunded.json#/$defs/Money",
            PersonRefunded = "people/refunded.json#" }
        );
        impl ::dispatcher_runtime::Payload for PersonRefunded {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "people/refunded.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `person.refunded`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::PersonRefunded;
        const NAME: &'static str = "person.refunded";
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
        event_type: "person.refunded",
        description: "The event person.refunded.",
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
        ],
    });
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` does not produce `person.refunded`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"person.refunded\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::PersonRefunded {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `person.refunded`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"person.refunded\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`person_refunded` carries `PersonRefunded`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<PersonRefunded>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::PersonRefunded {}
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
/// Any event of the registry.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The event person.copied.
    PersonCopied(person_copied::AnyVersion),
    /// The event person.paid.
    PersonPaid(person_paid::v1::PersonPaid),
    /// The event person.refunded.
    PersonRefunded(person_refunded::v1::PersonRefunded),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::PersonCopied(_) => "person.copied",
            Self::PersonPaid(_) => "person.paid",
            Self::PersonRefunded(_) => "person.refunded",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::PersonCopied(payload) => payload.schema_version(),
            Self::PersonPaid(_) => 1,
            Self::PersonRefunded(_) => 1,
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
            Self::PersonCopied(payload) => payload.to_json(),
            Self::PersonPaid(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::PersonRefunded(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
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
            "person.copied" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            person_copied::v1::PersonCopied,
                        >(payload)
                            .map(Self::from)
                    }
                    2 => {
                        ::dispatcher_runtime::private::decode::<
                            person_copied::v2::PersonCopied,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            person_copied::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "person.paid" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            person_paid::v1::PersonPaid,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            person_paid::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "person.refunded" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            person_refunded::v1::PersonRefunded,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            person_refunded::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<person_copied::v1::PersonCopied> for Event {
    fn from(payload: person_copied::v1::PersonCopied) -> Self {
        Self::PersonCopied(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<person_copied::v2::PersonCopied> for Event {
    fn from(payload: person_copied::v2::PersonCopied) -> Self {
        Self::PersonCopied(payload.into())
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<person_copied::AnyVersion> for Event {
    fn from(payload: person_copied::AnyVersion) -> Self {
        Self::PersonCopied(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<person_paid::v1::PersonPaid> for Event {
    fn from(payload: person_paid::v1::PersonPaid) -> Self {
        Self::PersonPaid(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<person_refunded::v1::PersonRefunded> for Event {
    fn from(payload: person_refunded::v1::PersonRefunded) -> Self {
        Self::PersonRefunded(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[
        &person_copied::DESCRIPTOR,
        &person_paid::DESCRIPTOR,
        &person_refunded::DESCRIPTOR,
    ],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "common/ids.json",
        text: r##"{
  "$defs": {
    "PersonId": {
      "type": "string",
      "pattern": "^per_",
      "description": "Names a person.",
      "examples": [
        "per_1"
      ]
    },
    "Money": {
      "type": "object",
      "properties": {
        "amount": {
          "type": "integer",
          "minimum": 0
        },
        "currency": {
          "$ref": "#/$defs/Currency"
        }
      },
      "required": [
        "amount",
        "currency"
      ],
      "additionalProperties": false
    },
    "Currency": {
      "type": "string",
      "enum": [
        "EUR",
        "GBP"
      ]
    },
    "Unused": {
      "type": "string",
      "minLength": 1
    }
  }
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "other/ids.json",
        text: r#"{
  "$defs": {
    "PersonId": {
      "type": "string",
      "pattern": "^other_"
    }
  }
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "people/copied.json",
        text: r##"{
  "type": "object",
  "$defs": {
    "Source": {
      "type": "object",
      "properties": {
        "name": {
          "type": "string",
          "maxLength": 9
        }
      },
      "required": [
        "name"
      ],
      "additionalProperties": false
    }
  },
  "properties": {
    "from": {
      "$ref": "#/$defs/Source"
    },
    "copy": {
      "$ref": "#"
    }
  },
  "required": [
    "from"
  ],
  "additionalProperties": false
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "people/paid.json",
        text: r##"{
  "type": "object",
  "$defs": {
    "Line": {
      "type": "object",
      "properties": {
        "price": {
          "$ref": "../common/ids.json#/$defs/Money"
        }
      },
      "required": [
        "price"
      ],
      "additionalProperties": false
    }
  },
  "properties": {
    "person_id": {
      "$ref": "../common/ids.json#/$defs/PersonId"
    },
    "total": {
      "$ref": "../common/ids.json#/$defs/Money",
      "description": "In all."
    },
    "line": {
      "$ref": "#/$defs/Line"
    }
  },
  "required": [
    "person_id",
    "total",
    "line"
  ],
  "additionalProperties": false
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "people/refunded.json",
        text: r##"{
  "type": "object",
  "$defs": {
    "Money": {
      "type": "object",
      "properties": {
        "cents": {
          "type": "integer"
        }
      },
      "required": [
        "cents"
      ],
      "additionalProperties": false
    }
  },
  "properties": {
    "person_id": {
      "$ref": "../common/ids.json#/$defs/PersonId"
    },
    "other": {
      "$ref": "../other/ids.json#/$defs/PersonId"
    },
    "line": {
      "$ref": "paid.json#/$defs/Line"
    },
    "money": {
      "$ref": "#/$defs/Money"
    },
    "original": {
      "$ref": "paid.json"
    }
  },
  "required": [
    "person_id"
  ],
  "additionalProperties": false
}
"##,
    },
];

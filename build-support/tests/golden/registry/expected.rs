::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `lead.lost`.
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
/// Produces `lead.captured`, `lead.lost`.
///
/// Consumes nothing.
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
/// The domain `identity`.
///
/// Produces nothing.
///
/// Consumes `lead.captured`.
#[allow(dead_code, unreachable_pub)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Identity;
impl ::dispatcher_runtime::private::Sealed for Identity {}
impl ::dispatcher_runtime::Domain for Identity {
    const NAME: &'static str = "identity";
    fn registry() -> &'static ::dispatcher_runtime::Registry {
        &REGISTRY
    }
}
/// The domain `platform`.
///
/// Produces `type`.
///
/// Consumes nothing.
#[allow(dead_code, unreachable_pub)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Platform;
impl ::dispatcher_runtime::private::Sealed for Platform {}
impl ::dispatcher_runtime::Domain for Platform {
    const NAME: &'static str = "platform";
    fn registry() -> &'static ::dispatcher_runtime::Registry {
        &REGISTRY
    }
}
/// The domain `revenue`.
///
/// Produces nothing.
///
/// Consumes `lead.captured`.
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
/// The event lead.captured.
///
/// `lead.captured`: produced by `growth`, consumed by `identity`, `revenue`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod lead_captured {
    #[doc(inline)]
    pub use v1::LeadCaptured;
    /// Version 1.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event lead.captured.
        ///
        /// It has no schema yet: any JSON object is valid.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", transparent)]
        pub struct LeadCaptured(
            /// The value.
            pub ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        );
        ::dispatcher_runtime::private::read_by_serde!(LeadCaptured);
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { LeadCaptured = "" }
        );
        impl ::dispatcher_runtime::Payload for LeadCaptured {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::any_object();
    }
    /// The marker of the event type `lead.captured`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::LeadCaptured;
        const NAME: &'static str = "lead.captured";
        const PRODUCER: &'static str = "growth";
        const CONSUMERS: &'static [&'static str] = &["identity", "revenue"];
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
        event_type: "lead.captured",
        description: "The event lead.captured.",
        contract: "golden",
        producer: "growth",
        consumers: &["identity", "revenue"],
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
        message = "`{Self}` does not produce `lead.captured`",
        label = "the registry names `growth` as its producer",
        note = "publish it from a `Dispatcher::<Growth>`, or change \"producer\" of \"lead.captured\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Growth {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::LeadCaptured {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `lead.captured`",
        label = "the registry lists `identity`, `revenue`",
        note = "add the domain to \"consumers\" of \"lead.captured\" in event-types-registry.json, or subscribe from a `Consumer::<Identity>` or a `Consumer::<Revenue>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Identity {}
    impl Consumer for super::Revenue {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`lead_captured` carries `LeadCaptured`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<LeadCaptured>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::LeadCaptured {}
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
#[doc(hidden)]
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod lead_expired {
    /// The marker of the event type `lead.expired`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = Retired;
        const NAME: &'static str = "lead.expired";
        const PRODUCER: &'static str = "growth";
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
    pub enum Retired {}
    /// The event type's entry in the registry.
    pub static DESCRIPTOR: ::dispatcher_runtime::EventContract = ::dispatcher_runtime::EventContract::new(::dispatcher_runtime::private::EventContractParts {
        event_type: "lead.expired",
        description: "The event lead.expired.",
        contract: "golden",
        producer: "growth",
        consumers: &["coaching"],
        status: ::dispatcher_runtime::Status::Retired,
        subject: ::core::option::Option::None,
        versions: &[
            ::dispatcher_runtime::VersionContract::new(
                1,
                ::dispatcher_runtime::Status::Retired,
                ::core::option::Option::None,
            ),
        ],
    });
    #[diagnostic::on_unimplemented(
        message = "`lead.expired` is retired: it can no longer be subscribed to",
        label = "the registry says \"retired\""
    )]
    pub trait Live {}
    impl<D: ::dispatcher_runtime::Domain + Live> ::dispatcher_runtime::ConsumedBy<D>
    for EventType {}
    impl<V: Live> ::dispatcher_runtime::private::HeldBy<V> for Retired {}
    impl<P: Live> ::dispatcher_runtime::private::Carries<P> for EventType {
        fn decode(
            schema_version: u32,
            _: ::dispatcher_runtime::private::serde_json::Value,
        ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
            ::core::result::Result::Err(DESCRIPTOR.unknown_version(schema_version))
        }
    }
}
/// The event lead.lost.
///
/// `lead.lost`: produced by `growth`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod lead_lost {
    #[doc(inline)]
    pub use v1::LeadLost;
    /// Version 1.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        #[allow(rustdoc::all)]
        #[deprecated(
            since = "2025-11-03",
            note = "Nobody reads it. Use `lead.captured`."
        )]
        /// The event lead.lost.
        ///
        /// It has no schema yet: any JSON object is valid.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", transparent)]
        pub struct LeadLost(
            /// The value.
            pub ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        );
        ::dispatcher_runtime::private::read_by_serde!(LeadLost);
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { LeadLost = "" }
        );
        impl ::dispatcher_runtime::Payload for LeadLost {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::any_object();
    }
    /// The marker of the event type `lead.lost`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::LeadLost;
        const NAME: &'static str = "lead.lost";
        const PRODUCER: &'static str = "growth";
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
        event_type: "lead.lost",
        description: "The event lead.lost.",
        contract: "golden",
        producer: "growth",
        consumers: &["coaching"],
        status: ::dispatcher_runtime::Status::Deprecated {
            reason: "Nobody reads it.",
            replacement: ::core::option::Option::Some("lead.captured"),
            since: ::core::option::Option::Some("2025-11-03"),
        },
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
        message = "`{Self}` does not produce `lead.lost`",
        label = "the registry names `growth` as its producer",
        note = "publish it from a `Dispatcher::<Growth>`, or change \"producer\" of \"lead.lost\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Growth {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::LeadLost {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `lead.lost`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"lead.lost\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`lead_lost` carries `LeadLost`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<LeadLost>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::LeadLost {}
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
/// The event type.
///
/// `type`: produced by `platform`, consumed by no domain.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod r#type {
    #[doc(inline)]
    pub use v1::Type;
    /// Version 1.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event type.
        ///
        /// It has no schema yet: any JSON object is valid.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", transparent)]
        pub struct Type(
            /// The value.
            pub ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        );
        ::dispatcher_runtime::private::read_by_serde!(Type);
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Type = "" }
        );
        impl ::dispatcher_runtime::Payload for Type {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::any_object();
    }
    /// The marker of the event type `type`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::Type;
        const NAME: &'static str = "type";
        const PRODUCER: &'static str = "platform";
        const CONSUMERS: &'static [&'static str] = &[];
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
        event_type: "type",
        description: "The event type.",
        contract: "golden",
        producer: "platform",
        consumers: &[],
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
        message = "`{Self}` does not produce `type`",
        label = "the registry names `platform` as its producer",
        note = "publish it from a `Dispatcher::<Platform>`, or change \"producer\" of \"type\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Platform {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::Type {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `type`",
        label = "the registry lists no consumers of it",
        note = "add the domain to \"consumers\" of \"type\" in event-types-registry.json"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`type` carries `Type`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<Type>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::Type {}
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
    /// The event lead.captured.
    LeadCaptured(lead_captured::v1::LeadCaptured),
    /// The event lead.lost.
    LeadLost(lead_lost::v1::LeadLost),
    /// The event type.
    Type(r#type::v1::Type),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::LeadCaptured(_) => "lead.captured",
            Self::LeadLost(_) => "lead.lost",
            Self::Type(_) => "type",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::LeadCaptured(_) => 1,
            Self::LeadLost(_) => 1,
            Self::Type(_) => 1,
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
            Self::LeadCaptured(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::LeadLost(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::Type(payload) => {
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
            "lead.captured" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            lead_captured::v1::LeadCaptured,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            lead_captured::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "lead.lost" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            lead_lost::v1::LeadLost,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            lead_lost::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "type" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            r#type::v1::Type,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            r#type::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<lead_captured::v1::LeadCaptured> for Event {
    fn from(payload: lead_captured::v1::LeadCaptured) -> Self {
        Self::LeadCaptured(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<lead_lost::v1::LeadLost> for Event {
    fn from(payload: lead_lost::v1::LeadLost) -> Self {
        Self::LeadLost(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<r#type::v1::Type> for Event {
    fn from(payload: r#type::v1::Type) -> Self {
        Self::Type(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[
        &lead_captured::DESCRIPTOR,
        &lead_expired::DESCRIPTOR,
        &lead_lost::DESCRIPTOR,
        &r#type::DESCRIPTOR,
    ],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[];

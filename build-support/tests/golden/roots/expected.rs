::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `root.anything`, `root.draft4`, `root.draft7`, `root.map`, `root.referred`, `root.tagged`, `root.unevaluated`, `root.untagged`, `root.untyped`.
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
/// Produces `root.anything`, `root.draft4`, `root.draft7`, `root.map`, `root.referred`, `root.tagged`, `root.unevaluated`, `root.untagged`, `root.untyped`.
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
/// The event root.anything.
///
/// `root.anything`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_anything {
    #[doc(inline)]
    pub use v1::RootAnything;
    /// Version 1, from `anything.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// Anything.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", transparent)]
        pub struct RootAnything(
            /// The value.
            pub ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        );
        ::dispatcher_runtime::private::read_by_serde!(RootAnything);
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootAnything = "anything.json#" }
        );
        impl ::dispatcher_runtime::Payload for RootAnything {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "anything.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.anything`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootAnything;
        const NAME: &'static str = "root.anything";
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
        event_type: "root.anything",
        description: "The event root.anything.",
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
        message = "`{Self}` does not produce `root.anything`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.anything\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootAnything {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.anything`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.anything\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_anything` carries `RootAnything`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootAnything>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootAnything {}
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
/// The event root.draft4.
///
/// `root.draft4`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_draft4 {
    #[doc(inline)]
    pub use v1::{F, N, RootDraft4, S};
    /// Version 1, from `draft4.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event root.draft4.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RootDraft4 {
            /// The property `n`.
            pub n: N,
            /// The property `f`.
            pub f: Option<F>,
            /// The property `s`.
            pub s: Option<S>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            RootDraft4, { n = required "n", f = optional "f", s = optional "s" },
            additional_properties
        );
        /// The type of `f` in the contracts.
        pub type F = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Number,
            rules::F,
        >;
        /// The type of `n` in the contracts.
        pub type N = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::N,
        >;
        /// The type of `s` in the contracts.
        pub type S = ::dispatcher_runtime::Refined<String, rules::S>;
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, {
                F("draft4.json#/definitions/Data/properties/f") : NumberRule =
                NumberRule::new("f", "be a number, at most 2",
                r#"{"$schema":"http://json-schema.org/draft-04/schema#","exclusiveMaximum":true,"maximum":2,"type":"number"}"#),
                N("draft4.json#/definitions/Data/properties/n") : IntegerRule =
                IntegerRule::new("n", "be at least 2").at_least(2),
                S("draft4.json#/definitions/Data/properties/s") : StringRule =
                StringRule::new("s", "match `^a` and be a valid email",
                r#"{"$schema":"http://json-schema.org/draft-04/schema#","format":"email","pattern":"^a","type":"string"}"#),
                }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootDraft4 = "draft4.json#/definitions/Data" }
        );
        impl ::dispatcher_runtime::Payload for RootDraft4 {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "draft4.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.draft4`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootDraft4;
        const NAME: &'static str = "root.draft4";
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
        event_type: "root.draft4",
        description: "The event root.draft4.",
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
        message = "`{Self}` does not produce `root.draft4`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.draft4\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootDraft4 {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.draft4`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.draft4\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_draft4` carries `RootDraft4`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootDraft4>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootDraft4 {}
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
/// The event root.draft7.
///
/// `root.draft7`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_draft7 {
    #[doc(inline)]
    pub use v1::{Id, RootDraft7, T};
    /// Version 1, from `draft7.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event root.draft7.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RootDraft7 {
            /// The property `pair`.
            pub pair: Option<(::dispatcher_runtime::Integer, String)>,
            /// The property `ref`.
            pub r#ref: Option<T>,
            /// The property `id`.
            pub id: Option<Id>,
        }
        ::dispatcher_runtime::private::object!(
            RootDraft7, { pair = optional "pair", r#ref = optional "ref", id = optional
            "id" }
        );
        /// The type of `id` in the contracts.
        pub type Id = ::dispatcher_runtime::Refined<String, rules::Id>;
        /// The type of `T` in the contracts.
        pub type T = ::dispatcher_runtime::Refined<String, rules::T>;
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Id("draft7.json#/properties/id") :
                StringRule = StringRule::new("id",
                "be at least 1 character long and be a valid uuid",
                r#"{"format":"uuid","minLength":1,"type":"string"}"#),
                T("draft7.json#/definitions/T") : StringRule = StringRule::new("T",
                "be at most 3 characters long",
                r#"{"$schema":"http://json-schema.org/draft-07/schema#","maxLength":3,"type":"string"}"#),
                }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootDraft7 = "draft7.json#" }
        );
        impl ::dispatcher_runtime::Payload for RootDraft7 {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "draft7.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.draft7`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootDraft7;
        const NAME: &'static str = "root.draft7";
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
        event_type: "root.draft7",
        description: "The event root.draft7.",
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
        message = "`{Self}` does not produce `root.draft7`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.draft7\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootDraft7 {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.draft7`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.draft7\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_draft7` carries `RootDraft7`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootDraft7>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootDraft7 {}
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
/// The event root.map.
///
/// `root.map`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_map {
    #[doc(inline)]
    pub use v1::{RootMap, RootMapValue};
    /// Version 1, from `map.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event root.map.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", transparent)]
        pub struct RootMap(
            /// The value.
            pub ::std::collections::BTreeMap<String, RootMapValue>,
        );
        ::dispatcher_runtime::private::read_by_serde!(RootMap);
        /// The type of `map` in the contracts.
        pub type RootMapValue = ::dispatcher_runtime::Refined<
            String,
            rules::RootMapValue,
        >;
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, {
                RootMapValue("map.json#/additionalProperties") : StringRule =
                StringRule::new("map", "be at least 1 character long",
                r#"{"minLength":1,"type":"string"}"#), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootMap = "map.json#" }
        );
        impl ::dispatcher_runtime::Payload for RootMap {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "map.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.map`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootMap;
        const NAME: &'static str = "root.map";
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
        event_type: "root.map",
        description: "The event root.map.",
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
        message = "`{Self}` does not produce `root.map`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.map\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootMap {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.map`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.map\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_map` carries `RootMap`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootMap>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootMap {}
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
/// The event root.referred.
///
/// `root.referred`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_referred {
    #[doc(inline)]
    pub use v1::RootReferred;
    /// Version 1, from `referred.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The real one.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RootReferred {
            /// The real one.
            pub again: Option<Box<RootReferred>>,
            /// The property `x`.
            pub x: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(
            RootReferred, { again = optional "again", x = required "x" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootReferred = "referred.json#/$defs/Real" }
        );
        impl ::dispatcher_runtime::Payload for RootReferred {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "referred.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.referred`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootReferred;
        const NAME: &'static str = "root.referred";
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
        event_type: "root.referred",
        description: "The event root.referred.",
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
        message = "`{Self}` does not produce `root.referred`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.referred\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootReferred {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.referred`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.referred\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_referred` carries `RootReferred`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootReferred>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootReferred {}
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
/// The event root.tagged.
///
/// `root.tagged`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_tagged {
    #[doc(inline)]
    pub use v1::RootTagged;
    /// Version 1, from `tagged.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event root.tagged.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", tag = "kind")]
        pub enum RootTagged {
            /// `kind` is `a`.
            #[serde(rename = "a")]
            A {
                /// The property `x`.
                x: ::dispatcher_runtime::Integer,
            },
            /// `kind` is `b`.
            #[serde(rename = "b")]
            B,
        }
        ::dispatcher_runtime::private::read_by_serde!(RootTagged);
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootTagged = "tagged.json#" }
        );
        impl ::dispatcher_runtime::Payload for RootTagged {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "tagged.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.tagged`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootTagged;
        const NAME: &'static str = "root.tagged";
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
        event_type: "root.tagged",
        description: "The event root.tagged.",
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
        message = "`{Self}` does not produce `root.tagged`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.tagged\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootTagged {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.tagged`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.tagged\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_tagged` carries `RootTagged`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootTagged>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootTagged {}
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
/// The event root.unevaluated.
///
/// `root.unevaluated`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_unevaluated {
    #[doc(inline)]
    pub use v1::RootUnevaluated;
    /// Version 1, from `unevaluated.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event root.unevaluated.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RootUnevaluated {
            /// The property `a`.
            pub a: Option<::dispatcher_runtime::Integer>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            RootUnevaluated, { a = optional "a" }, additional_properties
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootUnevaluated = "unevaluated.json#" }
        );
        impl ::dispatcher_runtime::Payload for RootUnevaluated {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "unevaluated.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.unevaluated`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootUnevaluated;
        const NAME: &'static str = "root.unevaluated";
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
        event_type: "root.unevaluated",
        description: "The event root.unevaluated.",
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
        message = "`{Self}` does not produce `root.unevaluated`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.unevaluated\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootUnevaluated {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.unevaluated`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.unevaluated\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_unevaluated` carries `RootUnevaluated`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootUnevaluated>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootUnevaluated {}
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
/// The event root.untagged.
///
/// `root.untagged`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_untagged {
    #[doc(inline)]
    pub use v1::{RootUntagged, RootUntagged1, RootUntagged2};
    /// Version 1, from `untagged.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event root.untagged.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum RootUntagged {
            /// Alternative 1 of the schema.
            Variant1(RootUntagged1),
            /// Alternative 2 of the schema.
            Variant2(RootUntagged2),
        }
        ::dispatcher_runtime::private::union!(
            RootUntagged, super::super::DOCUMENTS, { Variant1 = "untagged.json#/oneOf/0",
            Variant2 = "untagged.json#/oneOf/1" }
        );
        /// The type of `untagged` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RootUntagged1 {
            /// The property `a`.
            pub a: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(RootUntagged1, { a = required "a" });
        /// The type of `untagged` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RootUntagged2 {
            /// The property `b`.
            pub b: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(RootUntagged2, { b = required "b" });
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootUntagged = "untagged.json#", RootUntagged1 =
            "untagged.json#/oneOf/0", RootUntagged2 = "untagged.json#/oneOf/1" }
        );
        impl ::dispatcher_runtime::Payload for RootUntagged {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "untagged.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.untagged`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootUntagged;
        const NAME: &'static str = "root.untagged";
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
        event_type: "root.untagged",
        description: "The event root.untagged.",
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
        message = "`{Self}` does not produce `root.untagged`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.untagged\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootUntagged {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.untagged`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.untagged\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_untagged` carries `RootUntagged`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootUntagged>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootUntagged {}
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
/// The event root.untyped.
///
/// `root.untyped`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod root_untyped {
    #[doc(inline)]
    pub use v1::RootUntyped;
    /// Version 1, from `untyped.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event root.untyped.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RootUntyped {
            /// The property `a`.
            pub a: Option<::dispatcher_runtime::Integer>,
            /// The property `again`.
            ///
            /// Kept as JSON, since no Rust type expresses its schema.
            pub again: Option<::dispatcher_runtime::private::serde_json::Value>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            RootUntyped, { a = optional "a", again = present "again" },
            additional_properties
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { RootUntyped = "untyped.json#" }
        );
        impl ::dispatcher_runtime::Payload for RootUntyped {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "untyped.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `root.untyped`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::RootUntyped;
        const NAME: &'static str = "root.untyped";
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
        event_type: "root.untyped",
        description: "The event root.untyped.",
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
        message = "`{Self}` does not produce `root.untyped`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"root.untyped\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::RootUntyped {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `root.untyped`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"root.untyped\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`root_untyped` carries `RootUntyped`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<RootUntyped>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::RootUntyped {}
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
    /// The event root.anything.
    RootAnything(root_anything::v1::RootAnything),
    /// The event root.draft4.
    RootDraft4(root_draft4::v1::RootDraft4),
    /// The event root.draft7.
    RootDraft7(root_draft7::v1::RootDraft7),
    /// The event root.map.
    RootMap(root_map::v1::RootMap),
    /// The event root.referred.
    RootReferred(root_referred::v1::RootReferred),
    /// The event root.tagged.
    RootTagged(root_tagged::v1::RootTagged),
    /// The event root.unevaluated.
    RootUnevaluated(root_unevaluated::v1::RootUnevaluated),
    /// The event root.untagged.
    RootUntagged(root_untagged::v1::RootUntagged),
    /// The event root.untyped.
    RootUntyped(root_untyped::v1::RootUntyped),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::RootAnything(_) => "root.anything",
            Self::RootDraft4(_) => "root.draft4",
            Self::RootDraft7(_) => "root.draft7",
            Self::RootMap(_) => "root.map",
            Self::RootReferred(_) => "root.referred",
            Self::RootTagged(_) => "root.tagged",
            Self::RootUnevaluated(_) => "root.unevaluated",
            Self::RootUntagged(_) => "root.untagged",
            Self::RootUntyped(_) => "root.untyped",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::RootAnything(_) => 1,
            Self::RootDraft4(_) => 1,
            Self::RootDraft7(_) => 1,
            Self::RootMap(_) => 1,
            Self::RootReferred(_) => 1,
            Self::RootTagged(_) => 1,
            Self::RootUnevaluated(_) => 1,
            Self::RootUntagged(_) => 1,
            Self::RootUntyped(_) => 1,
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
            Self::RootAnything(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::RootDraft4(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::RootDraft7(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::RootMap(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::RootReferred(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::RootTagged(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::RootUnevaluated(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::RootUntagged(payload) => {
                ::dispatcher_runtime::private::serde_json::to_value(payload)
            }
            Self::RootUntyped(payload) => {
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
            "root.anything" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_anything::v1::RootAnything,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_anything::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "root.draft4" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_draft4::v1::RootDraft4,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_draft4::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "root.draft7" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_draft7::v1::RootDraft7,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_draft7::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "root.map" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_map::v1::RootMap,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_map::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "root.referred" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_referred::v1::RootReferred,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_referred::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "root.tagged" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_tagged::v1::RootTagged,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_tagged::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "root.unevaluated" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_unevaluated::v1::RootUnevaluated,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_unevaluated::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "root.untagged" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_untagged::v1::RootUntagged,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_untagged::DESCRIPTOR.unknown_version(other),
                        )
                    }
                }
            }
            "root.untyped" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            root_untyped::v1::RootUntyped,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            root_untyped::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<root_anything::v1::RootAnything> for Event {
    fn from(payload: root_anything::v1::RootAnything) -> Self {
        Self::RootAnything(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<root_draft4::v1::RootDraft4> for Event {
    fn from(payload: root_draft4::v1::RootDraft4) -> Self {
        Self::RootDraft4(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<root_draft7::v1::RootDraft7> for Event {
    fn from(payload: root_draft7::v1::RootDraft7) -> Self {
        Self::RootDraft7(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<root_map::v1::RootMap> for Event {
    fn from(payload: root_map::v1::RootMap) -> Self {
        Self::RootMap(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<root_referred::v1::RootReferred> for Event {
    fn from(payload: root_referred::v1::RootReferred) -> Self {
        Self::RootReferred(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<root_tagged::v1::RootTagged> for Event {
    fn from(payload: root_tagged::v1::RootTagged) -> Self {
        Self::RootTagged(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<root_unevaluated::v1::RootUnevaluated> for Event {
    fn from(payload: root_unevaluated::v1::RootUnevaluated) -> Self {
        Self::RootUnevaluated(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<root_untagged::v1::RootUntagged> for Event {
    fn from(payload: root_untagged::v1::RootUntagged) -> Self {
        Self::RootUntagged(payload)
    }
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl ::core::convert::From<root_untyped::v1::RootUntyped> for Event {
    fn from(payload: root_untyped::v1::RootUntyped) -> Self {
        Self::RootUntyped(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[
        &root_anything::DESCRIPTOR,
        &root_draft4::DESCRIPTOR,
        &root_draft7::DESCRIPTOR,
        &root_map::DESCRIPTOR,
        &root_referred::DESCRIPTOR,
        &root_tagged::DESCRIPTOR,
        &root_unevaluated::DESCRIPTOR,
        &root_untagged::DESCRIPTOR,
        &root_untyped::DESCRIPTOR,
    ],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "anything.json",
        text: r#"{
  "description": "Anything."
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "draft4.json",
        text: r##"{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "$ref": "#/definitions/Data",
  "definitions": {
    "Data": {
      "type": "object",
      "properties": {
        "n": {
          "type": "integer",
          "minimum": 1,
          "exclusiveMinimum": true
        },
        "f": {
          "type": "number",
          "maximum": 2,
          "exclusiveMaximum": true
        },
        "s": {
          "type": "string",
          "pattern": "^a",
          "format": "email"
        }
      },
      "required": [
        "n"
      ]
    }
  }
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "draft7.json",
        text: r##"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "definitions": {
    "T": {
      "type": "string",
      "maxLength": 3
    }
  },
  "properties": {
    "pair": {
      "type": "array",
      "items": [
        {
          "type": "integer"
        },
        {
          "type": "string"
        }
      ],
      "additionalItems": false,
      "minItems": 2
    },
    "ref": {
      "$ref": "#/definitions/T",
      "minLength": 100
    },
    "id": {
      "type": "string",
      "format": "uuid",
      "minLength": 1
    }
  },
  "additionalProperties": false
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "map.json",
        text: r#"{
  "type": "object",
  "additionalProperties": {
    "type": "string",
    "minLength": 1
  }
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "referred.json",
        text: r##"{
  "$ref": "#/$defs/Real",
  "$defs": {
    "Real": {
      "type": "object",
      "description": "The real one.",
      "properties": {
        "again": {
          "$ref": "#/$defs/Real"
        },
        "x": {
          "type": "integer"
        }
      },
      "required": [
        "x"
      ],
      "additionalProperties": false
    }
  }
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "tagged.json",
        text: r#"{
  "oneOf": [
    {
      "type": "object",
      "properties": {
        "kind": {
          "const": "a"
        },
        "x": {
          "type": "integer"
        }
      },
      "required": [
        "kind",
        "x"
      ],
      "additionalProperties": false
    },
    {
      "type": "object",
      "properties": {
        "kind": {
          "const": "b"
        }
      },
      "required": [
        "kind"
      ],
      "additionalProperties": false
    }
  ]
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "unevaluated.json",
        text: r#"{
  "type": "object",
  "allOf": [
    {
      "properties": {
        "a": {
          "type": "integer"
        }
      },
      "unevaluatedProperties": true
    }
  ],
  "unevaluatedProperties": false
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "untagged.json",
        text: r#"{
  "type": "object",
  "oneOf": [
    {
      "type": "object",
      "properties": {
        "a": {
          "type": "integer"
        }
      },
      "required": [
        "a"
      ],
      "additionalProperties": false
    },
    {
      "type": "object",
      "properties": {
        "b": {
          "type": "integer"
        }
      },
      "required": [
        "b"
      ],
      "additionalProperties": false
    }
  ]
}
"#,
    },
    ::dispatcher_runtime::private::Document {
        path: "untyped.json",
        text: r##"{
  "properties": {
    "a": {
      "type": "integer"
    },
    "again": {
      "$ref": "#"
    }
  }
}
"##,
    },
];

::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `payment.made`.
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
/// Produces `payment.made`.
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
/// The event payment.made.
///
/// `payment.made`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod payment_made {
    #[doc(inline)]
    pub use v1::{
        B, Composed, Constant, Huge, Level, LevelsValue, Mixed, NoneOfIt, OpenPair,
        Pair1, PaymentMade, SameName, Typed, Version,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event payment.made.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PaymentMade {
            /// How loud.
            pub level: Option<Level>,
            /// The property `mixed`.
            pub mixed: Option<Option<Mixed>>,
            /// The property `same_name`.
            pub same_name: Option<SameName>,
            /// The property `constant`.
            pub constant: Option<Constant>,
            /// The property `none_of_it`.
            pub none_of_it: Option<NoneOfIt>,
            /// The property `version`.
            pub version: Option<Version>,
            /// The property `huge`.
            pub huge: Option<Huge>,
            /// The property `nothing`.
            ///
            /// Always null.
            pub nothing: Option<::dispatcher_runtime::private::serde_json::Value>,
            /// The property `typed`.
            pub typed: Option<Typed>,
            /// The property `pair`.
            pub pair: Option<(::dispatcher_runtime::Number, Pair1)>,
            /// The property `open_pair`.
            ///
            /// Its items are kept as JSON: the first ones have schemas of their own, and more may follow.
            pub open_pair: Option<OpenPair>,
            /// The property `levels`.
            pub levels: Option<::std::collections::BTreeMap<String, LevelsValue>>,
            /// The property `composed`.
            pub composed: Option<Composed>,
        }
        ::dispatcher_runtime::private::object!(
            PaymentMade, { level = optional "level", mixed = present "mixed", same_name =
            optional "same_name", constant = optional "constant", none_of_it = optional
            "none_of_it", version = optional "version", huge = optional "huge", nothing =
            present "nothing", typed = optional "typed", pair = optional "pair",
            open_pair = optional "open_pair", levels = optional "levels", composed =
            optional "composed" }
        );
        /// The type of `b` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum B {
            /// `1`.
            N1,
            /// `"x"`.
            X,
        }
        ::dispatcher_runtime::private::value_enum!(
            B, "b", "be one of 1, \"x\"", { N1 = "1", X = r#""x""# }
        );
        /// The type of `composed` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Composed {
            /// The property `a`.
            pub a: ::dispatcher_runtime::Number,
            /// The property `b`.
            pub b: B,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Composed, { a = required "a", b = required "b" }, additional_properties
        );
        /// The type of `constant` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Constant {
            /// `{"factor":1000,"unit":"m"}`.
            Constant,
        }
        ::dispatcher_runtime::private::value_enum!(
            Constant, "constant", "be {\"factor\":1000,\"unit\":\"m\"}", { Constant =
            r#"{"factor":1000,"unit":"m"}"# }
        );
        /// The type of `huge` in the contracts.
        pub type Huge = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Number,
            rules::Huge,
        >;
        /// How loud.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Level {
            /// `-1`.
            Minus1,
            /// `0`.
            N0,
            /// `3`.
            N3,
        }
        ::dispatcher_runtime::private::integer_enum!(
            Level, "level", "be one of -1, 0, 3", { Minus1 = - 1, N0 = 0, N3 = 3 }
        );
        /// The type of `levels` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum LevelsValue {
            /// `1`.
            N1,
            /// `2`.
            N2,
            /// `3`.
            N3,
        }
        ::dispatcher_runtime::private::integer_enum!(
            LevelsValue, "levels", "be one of 1, 2, 3", { N1 = 1, N2 = 2, N3 = 3 }
        );
        /// The type of `mixed` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Mixed {
            /// `"low"`.
            Low,
            /// `1`.
            JsonN1,
            /// `2.5`.
            N2Point5,
            /// `true`.
            True,
            /// `[1,2]`.
            Variant5,
            /// `{"a":1}`.
            Variant6,
            /// `"1"`.
            Text1,
        }
        ::dispatcher_runtime::private::value_enum!(
            Mixed, "mixed", "be one of \"low\", 1, 2.5, true, [1,2], {\"a\":1}, \"1\"", {
            Low = r#""low""#, JsonN1 = "1", N2Point5 = "2.5", True = "true", Variant5 =
            "[1,2]", Variant6 = r#"{"a":1}"#, Text1 = r#""1""# }
        );
        /// The type of `none_of_it` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum NoneOfIt {
            /// `[]`.
            Constant,
        }
        ::dispatcher_runtime::private::value_enum!(
            NoneOfIt, "none_of_it", "be []", { Constant = "[]" }
        );
        /// The type of `open_pair` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OpenPair(Vec<::dispatcher_runtime::private::serde_json::Value>);
        ::dispatcher_runtime::private::list_type!(
            OpenPair(::dispatcher_runtime::private::serde_json::Value),
            ListRule::new("open_pair", "have at least 2 items", 2, usize::MAX)
        );
        /// The type of `pair` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Pair1 {
            /// `"a"`.
            A,
            /// `1`.
            N1,
        }
        ::dispatcher_runtime::private::value_enum!(
            Pair1, "pair", "be one of \"a\", 1", { A = r#""a""#, N1 = "1" }
        );
        /// The type of `same_name` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum SameName {
            /// `"true"`.
            LowerTrue,
            /// `true`.
            JsonTrue,
            /// `"True"`.
            MixedTrue,
        }
        ::dispatcher_runtime::private::value_enum!(
            SameName, "same_name", "be one of \"true\", true, \"True\"", { LowerTrue =
            r#""true""#, JsonTrue = "true", MixedTrue = r#""True""# }
        );
        /// The type of `typed` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Typed {
            /// `10`.
            N10,
            /// `20`.
            N20,
        }
        ::dispatcher_runtime::private::integer_enum!(
            Typed, "typed", "be one of 10, 20", { N10 = 10, N20 = 20 }
        );
        /// The type of `version` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Version {
            /// `2`.
            N2,
        }
        ::dispatcher_runtime::private::integer_enum!(
            Version, "version", "be 2", { N2 = 2 }
        );
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Huge("p.json#/properties/huge") :
                NumberRule = NumberRule::new("huge", "be one of 18446744073709551615, 1",
                r#"{"$schema":"http://json-schema.org/draft-07/schema#","enum":[18446744073709551615,1],"type":"number"}"#),
                }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { B =
            "p.json#/properties/composed/allOf/1/properties/b", Composed =
            "p.json#/properties/composed", Constant = "p.json#/properties/constant",
            Level = "p.json#/properties/level", LevelsValue =
            "p.json#/properties/levels/additionalProperties", Mixed =
            "p.json#/properties/mixed", NoneOfIt = "p.json#/properties/none_of_it",
            OpenPair = "p.json#/properties/open_pair", Pair1 =
            "p.json#/properties/pair/items/1", PaymentMade = "p.json#", SameName =
            "p.json#/properties/same_name", Typed = "p.json#/properties/typed", Version =
            "p.json#/properties/version" }
        );
        impl ::dispatcher_runtime::Payload for PaymentMade {
            type EventType = super::EventType;
            const SCHEMA_VERSION: u32 = 1;
            fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                &SCHEMA
            }
        }
        #[doc(hidden)]
        pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = ::dispatcher_runtime::PayloadSchema::new(
            "p.json",
            super::super::DOCUMENTS,
        );
    }
    /// The marker of the event type `payment.made`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::PaymentMade;
        const NAME: &'static str = "payment.made";
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
        event_type: "payment.made",
        description: "The event payment.made.",
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
        message = "`{Self}` does not produce `payment.made`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"payment.made\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::PaymentMade {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `payment.made`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"payment.made\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`payment_made` carries `PaymentMade`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<PaymentMade>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::PaymentMade {}
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
    /// The event payment.made.
    PaymentMade(payment_made::v1::PaymentMade),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::PaymentMade(_) => "payment.made",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::PaymentMade(_) => 1,
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
            Self::PaymentMade(payload) => {
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
            "payment.made" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            payment_made::v1::PaymentMade,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            payment_made::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<payment_made::v1::PaymentMade> for Event {
    fn from(payload: payment_made::v1::PaymentMade) -> Self {
        Self::PaymentMade(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&payment_made::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "properties": {
    "level": { "description": "How loud.", "enum": [3, -1, 0, 3] },
    "mixed": { "enum": ["low", 1, 2.5, true, null, [1, 2], { "a": 1 }, "1"] },
    "same_name": { "enum": ["true", true, "True"] },
    "constant": { "const": { "unit": "m", "factor": 1000 } },
    "none_of_it": { "const": [] },
    "version": { "const": 2 },
    "huge": { "enum": [18446744073709551615, 1] },
    "nothing": { "const": null },
    "typed": { "type": "integer", "enum": [10, 20] },
    "pair": {
      "type": "array",
      "items": [{ "type": "number" }, { "enum": ["a", 1] }],
      "additionalItems": false,
      "minItems": 2
    },
    "open_pair": {
      "type": "array",
      "items": [{ "type": "number" }, { "type": "number" }],
      "minItems": 2
    },
    "levels": {
      "type": "object",
      "propertyNames": { "pattern": "^[a-z]+$" },
      "additionalProperties": { "enum": [1, 2, 3] }
    },
    "composed": {
      "allOf": [
        { "type": "object", "properties": { "a": { "type": "number" } }, "required": ["a"] },
        { "type": "object", "properties": { "b": { "enum": [1, "x"] } } },
        { "required": ["b"] }
      ]
    }
  },
  "additionalProperties": false
}
"#,
    },
];

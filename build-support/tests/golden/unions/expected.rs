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
        Based, ByType, ByType1, Cat, Inline, Maybe, Objects, Objects1, Objects2, Overlap,
        PaymentMade, Referred, Restricted, Species, Types, Words,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event payment.made.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PaymentMade {
            /// How it was paid.
            pub inline: Option<Inline>,
            /// The property `referred`.
            pub referred: Option<Option<Referred>>,
            /// The property `based`.
            pub based: Option<Based>,
            /// A cat.
            pub alone: Option<Cat>,
            /// The property `maybe`.
            pub maybe: Option<Option<Maybe>>,
            /// The property `by_type`.
            pub by_type: Option<ByType>,
            /// The property `types`.
            pub types: Option<Option<Types>>,
            /// The property `words`.
            pub words: Option<Words>,
            /// The property `overlap`.
            pub overlap: Option<Overlap>,
            /// The property `objects`.
            pub objects: Option<Objects>,
            /// The property `restricted`.
            pub restricted: Option<Restricted>,
        }
        ::dispatcher_runtime::private::object!(
            PaymentMade, { inline = optional "inline", referred = present "referred",
            based = optional "based", alone = optional "alone", maybe = present "maybe",
            by_type = optional "by_type", types = present "types", words = optional
            "words", overlap = optional "overlap", objects = optional "objects",
            restricted = optional "restricted" }
        );
        /// The type of `based` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", tag = "what")]
        pub enum Based {
            /// `what` is `a`.
            #[serde(rename = "a")]
            A {
                /// The property `id`.
                id: String,
                /// The property `a`.
                a: ::dispatcher_runtime::Integer,
                /// Properties that the schema allows but does not name.
                #[serde(flatten)]
                additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                    String,
                    ::dispatcher_runtime::private::serde_json::Value,
                >,
            },
            /// `what` is `b`.
            #[serde(rename = "b")]
            B {
                /// The property `id`.
                id: String,
                /// A cat.
                b: Cat,
                /// Properties that the schema allows but does not name.
                #[serde(flatten)]
                additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                    String,
                    ::dispatcher_runtime::private::serde_json::Value,
                >,
            },
        }
        ::dispatcher_runtime::private::read_by_serde!(Based);
        /// The type of `by_type` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum ByType {
            /// A string.
            Text(ByType1),
            /// An integer.
            Integer(::dispatcher_runtime::Integer),
            /// An array.
            Array(Vec<::dispatcher_runtime::Integer>),
        }
        ::dispatcher_runtime::private::read_by_serde!(ByType);
        /// The type of `by_type` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum ByType1 {
            /// `"ONE"`.
            One,
            /// `"TWO"`.
            Two,
        }
        ::dispatcher_runtime::private::string_enum!(
            ByType1, "by_type", "be one of \"ONE\", \"TWO\"", { One = "ONE", Two = "TWO"
            }
        );
        /// A cat.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Cat {
            /// The property `species`.
            pub species: Species,
            /// The property `lives`.
            pub lives: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(
            Cat, { species = required "species", lives = required "lives" }
        );
        /// How it was paid.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", tag = "kind")]
        pub enum Inline {
            /// By card.
            #[serde(rename = "card")]
            Card {
                /// The property `last4`.
                last4: String,
            },
            /// `kind` is `cash`.
            #[serde(rename = "cash")]
            Cash,
            /// `kind` is `open`.
            #[serde(rename = "open")]
            Open {
                /// The property `x`.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                x: Option<::dispatcher_runtime::Integer>,
                /// Properties that the schema allows but does not name.
                #[serde(flatten)]
                additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                    String,
                    ::dispatcher_runtime::private::serde_json::Value,
                >,
            },
        }
        ::dispatcher_runtime::private::read_by_serde!(Inline);
        /// The type of `maybe` in the contracts.
        pub type Maybe = ::dispatcher_runtime::Refined<String, rules::Maybe>;
        /// The type of `objects` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Objects {
            /// Alternative 1 of the schema.
            Variant1(Objects1),
            /// Alternative 2 of the schema.
            Variant2(Objects2),
        }
        ::dispatcher_runtime::private::union!(
            Objects, super::super::DOCUMENTS, { Variant1 =
            "p.json#/properties/objects/oneOf/0", Variant2 =
            "p.json#/properties/objects/oneOf/1" }
        );
        /// The type of `objects` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Objects1 {
            /// The property `a`.
            pub a: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(Objects1, { a = required "a" });
        /// The type of `objects` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Objects2 {
            /// The property `b`.
            pub b: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(Objects2, { b = required "b" });
        /// The type of `overlap` in the contracts.
        pub type Overlap = ::dispatcher_runtime::Refined<String, rules::Overlap>;
        /// The type of `referred` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", tag = "species")]
        pub enum Referred {
            /// A cat.
            #[serde(rename = "cat")]
            Cat {
                /// The property `lives`.
                lives: ::dispatcher_runtime::Integer,
            },
            /// `species` is `dog`.
            #[serde(rename = "dog")]
            Dog {
                /// A cat.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                friend: Option<Cat>,
            },
        }
        ::dispatcher_runtime::private::read_by_serde!(Referred);
        /// The type of `restricted` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Restricted {
            /// The property `a`.
            pub a: Option<::dispatcher_runtime::Integer>,
            /// The property `b`.
            pub b: Option<::dispatcher_runtime::Integer>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Restricted, { a = optional "a", b = optional "b" }, additional_properties
        );
        /// The type of `species` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Species {
            /// `"cat"`.
            Cat,
        }
        ::dispatcher_runtime::private::string_enum!(
            Species, "species", "be \"cat\"", { Cat = "cat" }
        );
        /// The type of `types` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Types {
            /// A boolean.
            Boolean(bool),
            /// An integer.
            Integer(::dispatcher_runtime::Integer),
            /// A string.
            Text(String),
        }
        ::dispatcher_runtime::private::read_by_serde!(Types);
        /// The type of `words` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Words {
            /// Upwards.
            Up,
            /// Downwards.
            Down,
        }
        ::dispatcher_runtime::private::string_enum!(
            Words, "words", "be one of \"up\", \"down\"", { Up = "up", Down = "down" }
        );
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, {
                Maybe("p.json#/properties/maybe/oneOf/1") : StringRule =
                StringRule::new("maybe", "be at most 3 characters long",
                r#"{"maxLength":3,"type":"string"}"#),
                Overlap("p.json#/properties/overlap") : StringRule =
                StringRule::new("overlap", "match one of the alternatives of its schema",
                r#"{"anyOf":[{"minLength":2,"type":"string"},{"pattern":"^a","type":"string"}],"type":"string"}"#),
                }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Based = "p.json#/properties/based", ByType =
            "p.json#/properties/by_type", ByType1 = "p.json#/properties/by_type/oneOf/0",
            Cat = "p.json#/$defs/Cat", Inline = "p.json#/properties/inline", Objects =
            "p.json#/properties/objects", Objects1 =
            "p.json#/properties/objects/oneOf/0", Objects2 =
            "p.json#/properties/objects/oneOf/1", PaymentMade = "p.json#", Referred =
            "p.json#/properties/referred", Restricted = "p.json#/properties/restricted",
            Species = "p.json#/$defs/Cat/properties/species", Types =
            "p.json#/properties/types", Words = "p.json#/properties/words" }
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
        text: r##"{
  "type": "object",
  "$defs": {
    "Cat": {
      "type": "object",
      "description": "A cat.",
      "properties": {
        "species": {
          "const": "cat"
        },
        "lives": {
          "type": "integer"
        }
      },
      "required": [
        "species",
        "lives"
      ],
      "additionalProperties": false
    },
    "Dog": {
      "type": "object",
      "properties": {
        "species": {
          "const": "dog"
        },
        "friend": {
          "$ref": "#/$defs/Cat"
        }
      },
      "required": [
        "species"
      ],
      "additionalProperties": false
    }
  },
  "properties": {
    "inline": {
      "description": "How it was paid.",
      "oneOf": [
        {
          "type": "object",
          "description": "By card.",
          "properties": {
            "kind": {
              "const": "card"
            },
            "last4": {
              "type": "string"
            }
          },
          "required": [
            "kind",
            "last4"
          ],
          "additionalProperties": false
        },
        {
          "type": "object",
          "properties": {
            "kind": {
              "enum": [
                "cash"
              ]
            }
          },
          "required": [
            "kind"
          ],
          "additionalProperties": false
        },
        {
          "type": "object",
          "properties": {
            "kind": {
              "const": "open"
            },
            "x": {
              "type": "integer"
            }
          },
          "required": [
            "kind"
          ]
        }
      ]
    },
    "referred": {
      "anyOf": [
        {
          "$ref": "#/$defs/Cat"
        },
        {
          "$ref": "#/$defs/Dog"
        },
        {
          "type": "null"
        }
      ]
    },
    "based": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string"
        },
        "what": {
          "type": "string"
        }
      },
      "required": [
        "id",
        "what"
      ],
      "oneOf": [
        {
          "properties": {
            "what": {
              "const": "a"
            },
            "a": {
              "type": "integer"
            }
          },
          "required": [
            "a"
          ]
        },
        {
          "properties": {
            "what": {
              "const": "b"
            },
            "b": {
              "$ref": "#/$defs/Cat"
            }
          },
          "required": [
            "b"
          ]
        }
      ]
    },
    "alone": {
      "$ref": "#/$defs/Cat"
    },
    "maybe": {
      "oneOf": [
        {
          "type": "null"
        },
        {
          "type": "string",
          "maxLength": 3
        }
      ]
    },
    "by_type": {
      "oneOf": [
        {
          "type": "string",
          "enum": [
            "ONE",
            "TWO"
          ]
        },
        {
          "type": "integer"
        },
        {
          "type": "array",
          "items": {
            "type": "integer"
          }
        }
      ]
    },
    "types": {
      "type": [
        "string",
        "integer",
        "boolean",
        "null"
      ]
    },
    "words": {
      "oneOf": [
        {
          "const": "up",
          "description": "Upwards."
        },
        {
          "const": "down",
          "description": "Downwards."
        }
      ]
    },
    "overlap": {
      "anyOf": [
        {
          "type": "string",
          "minLength": 2
        },
        {
          "type": "string",
          "pattern": "^a"
        }
      ]
    },
    "objects": {
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
    },
    "restricted": {
      "type": "object",
      "properties": {
        "a": {
          "type": "integer"
        },
        "b": {
          "type": "integer"
        }
      },
      "anyOf": [
        {
          "required": [
            "a"
          ]
        },
        {
          "required": [
            "b"
          ]
        }
      ]
    }
  },
  "additionalProperties": false
}
"##,
    },
];

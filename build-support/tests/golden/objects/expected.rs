::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `thing.made`.
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
/// Produces `thing.made`.
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
/// The event thing.made.
///
/// `thing.made`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod thing_made {
    #[doc(inline)]
    pub use v1::{
        Base, Conditional, Extended, Id, MapValue, Mixed, NullableObject, Pair1, RowTag,
        RowsItem, Sealed, Tags, ThingMade, Unsealed,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event thing.made.
        #[derive(Clone, Debug, PartialEq)]
        pub struct ThingMade {
            /// The property `map`.
            pub map: Option<::std::collections::BTreeMap<String, MapValue>>,
            /// The property `any`.
            pub any: Option<
                ::dispatcher_runtime::private::serde_json::Map<
                    String,
                    ::dispatcher_runtime::private::serde_json::Value,
                >,
            >,
            /// The property `none`.
            pub none: Option<
                ::dispatcher_runtime::private::serde_json::Map<
                    String,
                    ::dispatcher_runtime::private::serde_json::Value,
                >,
            >,
            /// The property `patterned`.
            pub patterned: Option<::std::collections::BTreeMap<String, String>>,
            /// The property `mixed`.
            pub mixed: Option<Mixed>,
            /// The property `extended`.
            pub extended: Option<Extended>,
            /// The property `sealed`.
            pub sealed: Option<Sealed>,
            /// The property `unsealed`.
            pub unsealed: Option<Unsealed>,
            /// The base, with a note.
            pub noted: Option<Base>,
            /// The property `narrowed`.
            pub narrowed: Option<String>,
            /// The property `nullable_object`.
            pub nullable_object: Option<Option<NullableObject>>,
            /// The property `untyped`.
            ///
            /// Kept as JSON, since no Rust type expresses its schema.
            pub untyped: Option<::dispatcher_runtime::private::serde_json::Value>,
            /// The property `free`.
            ///
            /// Any JSON value is valid here.
            pub free: Option<::dispatcher_runtime::private::serde_json::Value>,
            /// The property `pair`.
            pub pair: Option<(::dispatcher_runtime::Integer, Pair1)>,
            /// The property `head`.
            ///
            /// Its items are kept as JSON: the first ones have schemas of their own, and more may follow.
            pub head: Option<Vec<::dispatcher_runtime::private::serde_json::Value>>,
            /// The property `rows`.
            pub rows: Option<Vec<RowsItem>>,
            /// The property `conditional`.
            pub conditional: Option<Conditional>,
            /// The property `required_only`.
            pub required_only: Option<
                ::dispatcher_runtime::private::serde_json::Map<
                    String,
                    ::dispatcher_runtime::private::serde_json::Value,
                >,
            >,
        }
        ::dispatcher_runtime::private::object!(
            ThingMade, { map = optional "map", any = optional "any", none = optional
            "none", patterned = optional "patterned", mixed = optional "mixed", extended
            = optional "extended", sealed = optional "sealed", unsealed = optional
            "unsealed", noted = optional "noted", narrowed = optional "narrowed",
            nullable_object = present "nullable_object", untyped = present "untyped",
            free = present "free", pair = optional "pair", head = optional "head", rows =
            optional "rows", conditional = optional "conditional", required_only =
            optional "required_only" }
        );
        /// What all have.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Base {
            /// The property `id`.
            pub id: Id,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Base, { id = required "id" }, additional_properties
        );
        /// The type of `conditional` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Conditional {
            /// The property `kind`.
            pub kind: Option<String>,
            /// The property `size`.
            pub size: Option<::dispatcher_runtime::Integer>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Conditional, { kind = optional "kind", size = optional "size" },
            additional_properties
        );
        /// The type of `extended` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Extended {
            /// The property `id`.
            pub id: Id,
            /// The property `more`.
            pub more: bool,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Extended, { id = required "id", more = required "more" },
            additional_properties
        );
        /// The type of `id` in the contracts.
        pub type Id = ::dispatcher_runtime::Refined<String, rules::Id>;
        /// The type of `map` in the contracts.
        pub type MapValue = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::MapValue,
        >;
        /// The type of `mixed` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Mixed {
            /// The property `a`.
            pub a: Option<::dispatcher_runtime::Integer>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Mixed, { a = optional "a" }, additional_properties
        );
        /// The type of `nullable_object` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct NullableObject {
            /// The property `a`.
            pub a: Option<::dispatcher_runtime::Integer>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            NullableObject, { a = optional "a" }, additional_properties
        );
        /// The type of `pair` in the contracts.
        pub type Pair1 = ::dispatcher_runtime::Refined<String, rules::Pair1>;
        /// Row Tag
        #[derive(Clone, Debug, PartialEq)]
        pub struct RowTag {
            /// The property `t`.
            pub t: String,
        }
        ::dispatcher_runtime::private::object!(RowTag, { t = required "t" });
        /// The type of `rows` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RowsItem {
            /// The property `x`.
            pub x: ::dispatcher_runtime::Number,
            /// The property `tags`.
            pub tags: Tags,
        }
        ::dispatcher_runtime::private::object!(
            RowsItem, { x = required "x", tags = required "tags" }
        );
        /// The type of `sealed` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Sealed {
            /// The property `id`.
            pub id: Id,
            /// The property `extra`.
            pub extra: Option<::dispatcher_runtime::Integer>,
        }
        ::dispatcher_runtime::private::object!(
            Sealed, { id = required "id", extra = optional "extra" }
        );
        /// The type of `tags` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Tags(Vec<RowTag>);
        ::dispatcher_runtime::private::list_type!(
            Tags(RowTag), ListRule::new("tags", "have no duplicate items", 0, usize::MAX)
            .unique()
        );
        /// The type of `unsealed` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Unsealed {
            /// The property `a`.
            pub a: Option<::dispatcher_runtime::Integer>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Unsealed, { a = optional "a" }, additional_properties
        );
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Id("p.json#/$defs/Base/properties/id")
                : StringRule = StringRule::new("id", "be at least 1 character long",
                r#"{"minLength":1,"type":"string"}"#),
                MapValue("p.json#/properties/map/additionalProperties") : IntegerRule =
                IntegerRule::new("map", "be at least 1").at_least(1),
                Pair1("p.json#/properties/pair/prefixItems/1") : StringRule =
                StringRule::new("pair", "be at least 1 character long",
                r#"{"minLength":1,"type":"string"}"#), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Base = "p.json#/$defs/Base", Conditional =
            "p.json#/properties/conditional", Extended = "p.json#/properties/extended",
            Mixed = "p.json#/properties/mixed", NullableObject =
            "p.json#/properties/nullable_object", RowTag =
            "p.json#/properties/rows/items/properties/tags/items", RowsItem =
            "p.json#/properties/rows/items", Sealed = "p.json#/properties/sealed", Tags =
            "p.json#/properties/rows/items/properties/tags", ThingMade = "p.json#",
            Unsealed = "p.json#/properties/unsealed" }
        );
        impl ::dispatcher_runtime::Payload for ThingMade {
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
    /// The marker of the event type `thing.made`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::ThingMade;
        const NAME: &'static str = "thing.made";
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
        event_type: "thing.made",
        description: "The event thing.made.",
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
        message = "`{Self}` does not produce `thing.made`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"thing.made\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::ThingMade {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `thing.made`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"thing.made\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`thing_made` carries `ThingMade`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<ThingMade>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::ThingMade {}
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
    /// The event thing.made.
    ThingMade(thing_made::v1::ThingMade),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::ThingMade(_) => "thing.made",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::ThingMade(_) => 1,
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
            Self::ThingMade(payload) => {
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
            "thing.made" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            thing_made::v1::ThingMade,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            thing_made::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<thing_made::v1::ThingMade> for Event {
    fn from(payload: thing_made::v1::ThingMade) -> Self {
        Self::ThingMade(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&thing_made::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r##"{
  "type": "object",
  "$defs": {
    "Base": {
      "type": "object",
      "description": "What all have.",
      "properties": {
        "id": {
          "type": "string",
          "minLength": 1
        }
      },
      "required": [
        "id"
      ]
    }
  },
  "properties": {
    "map": {
      "type": "object",
      "additionalProperties": {
        "type": "integer",
        "minimum": 1
      }
    },
    "any": {
      "type": "object"
    },
    "none": {
      "type": "object",
      "additionalProperties": false
    },
    "patterned": {
      "type": "object",
      "patternProperties": {
        "^x-": {
          "type": "string"
        }
      },
      "additionalProperties": false
    },
    "mixed": {
      "type": "object",
      "properties": {
        "a": {
          "type": "integer"
        }
      },
      "patternProperties": {
        "^x-": {
          "type": "string"
        }
      },
      "additionalProperties": false
    },
    "extended": {
      "allOf": [
        {
          "$ref": "#/$defs/Base"
        },
        {
          "type": "object",
          "properties": {
            "more": {
              "type": "boolean"
            }
          },
          "required": [
            "more"
          ]
        }
      ]
    },
    "sealed": {
      "$ref": "#/$defs/Base",
      "properties": {
        "extra": {
          "type": "integer"
        }
      },
      "unevaluatedProperties": false
    },
    "unsealed": {
      "type": "object",
      "properties": {
        "a": {
          "type": "integer"
        }
      },
      "additionalProperties": true,
      "unevaluatedProperties": false
    },
    "noted": {
      "allOf": [
        {
          "$ref": "#/$defs/Base"
        }
      ],
      "description": "The base, with a note."
    },
    "narrowed": {
      "allOf": [
        {
          "type": "string"
        },
        {
          "minLength": 2
        }
      ]
    },
    "nullable_object": {
      "type": [
        "object",
        "null"
      ],
      "properties": {
        "a": {
          "type": "integer"
        }
      }
    },
    "untyped": {
      "properties": {
        "a": {
          "type": "integer"
        }
      }
    },
    "forbidden": false,
    "free": true,
    "pair": {
      "type": "array",
      "prefixItems": [
        {
          "type": "integer"
        },
        {
          "type": "string",
          "minLength": 1
        }
      ],
      "items": false,
      "minItems": 2
    },
    "head": {
      "type": "array",
      "prefixItems": [
        {
          "type": "integer"
        }
      ],
      "items": {
        "type": "string"
      }
    },
    "rows": {
      "type": "array",
      "items": {
        "type": "object",
        "properties": {
          "x": {
            "type": "number"
          },
          "tags": {
            "type": "array",
            "items": {
              "type": "object",
              "title": "Row Tag",
              "properties": {
                "t": {
                  "type": "string"
                }
              },
              "required": [
                "t"
              ],
              "additionalProperties": false
            },
            "uniqueItems": true
          }
        },
        "required": [
          "x",
          "tags"
        ],
        "additionalProperties": false
      }
    },
    "conditional": {
      "type": "object",
      "properties": {
        "kind": {
          "type": "string"
        },
        "size": {
          "type": "integer"
        }
      },
      "if": {
        "properties": {
          "kind": {
            "const": "big"
          }
        }
      },
      "then": {
        "required": [
          "size"
        ]
      }
    },
    "required_only": {
      "type": "object",
      "required": [
        "x"
      ]
    }
  },
  "additionalProperties": false
}
"##,
    },
];

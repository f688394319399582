::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `gen`.
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
/// Produces `gen`.
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
/// The event gen.
///
/// `gen`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod r#gen {
    #[doc(inline)]
    pub use v1::{
        D, Gen, Integer, IntegerRule, L, ListRule, M, Number, NumberRule, String,
        StringRule, Union, Union1, Union2, ValueEnum, ValueError, Vec,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event gen.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Gen {
            /// The property `gen`.
            pub r#gen: ::dispatcher_runtime::Integer,
            /// The property `a`.
            pub a: Option<String>,
            /// The property `b`.
            pub b: Option<StringRule>,
            /// The property `c`.
            pub c: Option<Vec>,
            /// The property `d`.
            pub d: Option<ListRule>,
            /// The property `e`.
            pub e: Option<Integer>,
            /// The property `f`.
            pub f: Option<IntegerRule>,
            /// The property `g`.
            pub g: Option<Number>,
            /// The property `h`.
            pub h: Option<NumberRule>,
            /// The property `i`.
            pub i: Option<ValueError>,
            /// The property `j`.
            pub j: Option<ValueEnum>,
            /// The property `k`.
            pub k: Option<Union>,
            /// The property `l`.
            pub l: Option<L>,
            /// The property `m`.
            pub m: Option<M>,
        }
        ::dispatcher_runtime::private::object!(
            Gen, { r#gen = required "gen", a = optional "a", b = optional "b", c =
            optional "c", d = optional "d", e = optional "e", f = optional "f", g =
            optional "g", h = optional "h", i = optional "i", j = optional "j", k =
            optional "k", l = optional "l", m = optional "m" }
        );
        /// The type of `D` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct D {
            /// The property `x`.
            pub x: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(D, { x = required "x" });
        /// The type of `Integer` in the contracts.
        pub type Integer = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Integer,
        >;
        /// The type of `IntegerRule` in the contracts.
        pub type IntegerRule = ::dispatcher_runtime::Refined<i64, rules::IntegerRule>;
        /// The type of `l` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum L {
            /// `"a-l-l"`.
            ALLValue,
            /// `1`.
            N1,
        }
        ::dispatcher_runtime::private::value_enum!(
            L, "l", "be one of \"a-l-l\", 1", { ALLValue = r#""a-l-l""#, N1 = "1" }
        );
        /// The type of `ListRule` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct ListRule(::std::vec::Vec<D>);
        ::dispatcher_runtime::private::list_type!(
            ListRule(D), ListRule::new("ListRule", "have at least 1 item", 1, usize::MAX)
        );
        /// The type of `m` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum M {
            /// `"a-l-l"`.
            ALLValue,
            /// `"b"`.
            B,
        }
        ::dispatcher_runtime::private::string_enum!(
            M, "m", "be one of \"a-l-l\", \"b\"", { ALLValue = "a-l-l", B = "b" }
        );
        /// The type of `Number` in the contracts.
        pub type Number = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Number,
            rules::Number,
        >;
        /// The type of `NumberRule` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum NumberRule {
            /// `1`.
            N1,
            /// `2`.
            N2,
        }
        ::dispatcher_runtime::private::integer_enum!(
            NumberRule, "NumberRule", "be one of 1, 2", { N1 = 1, N2 = 2 }
        );
        /// The type of `String` in the contracts.
        pub type String = ::dispatcher_runtime::Refined<
            ::std::string::String,
            rules::String,
        >;
        /// The type of `StringRule` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum StringRule {
            /// `"a"`.
            A,
            /// `"b"`.
            B,
        }
        ::dispatcher_runtime::private::string_enum!(
            StringRule, "StringRule", "be one of \"a\", \"b\"", { A = "a", B = "b" }
        );
        /// The type of `Union` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Union {
            /// Alternative 1 of the schema.
            Variant1(Union1),
            /// Alternative 2 of the schema.
            Variant2(Union2),
        }
        ::dispatcher_runtime::private::union!(
            Union, super::super::DOCUMENTS, { Variant1 = "p.json#/$defs/Union/anyOf/0",
            Variant2 = "p.json#/$defs/Union/anyOf/1" }
        );
        /// The type of `Union` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Union1 {
            /// The property `a`.
            pub a: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(Union1, { a = required "a" });
        /// The type of `Union` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Union2 {
            /// The property `b`.
            pub b: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(Union2, { b = required "b" });
        /// The type of `ValueEnum` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum ValueEnum {
            /// `1`.
            N1,
            /// `"a"`.
            A,
        }
        ::dispatcher_runtime::private::value_enum!(
            ValueEnum, "ValueEnum", "be one of 1, \"a\"", { N1 = "1", A = r#""a""# }
        );
        /// The type of `ValueError` in the contracts.
        pub type ValueError = ::dispatcher_runtime::Refined<
            ::std::string::String,
            rules::ValueError,
        >;
        /// The type of `Vec` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Vec(::std::vec::Vec<String>);
        ::dispatcher_runtime::private::list_type!(
            Vec(String), ListRule::new("Vec", "have at least 1 item", 1, usize::MAX)
        );
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Integer("p.json#/$defs/Integer") :
                IntegerRule = IntegerRule::new("Integer", "be at least 1").at_least(1),
                IntegerRule("p.json#/$defs/IntegerRule") : IntegerRule =
                IntegerRule::new("IntegerRule", "be between 1 and 9").range(1, 9),
                Number("p.json#/$defs/Number") : NumberRule = NumberRule::new("Number",
                "be a number, at least 0.5", r#"{"minimum":0.5,"type":"number"}"#),
                String("p.json#/$defs/String") : StringRule = StringRule::new("String",
                "be at least 1 character long", r#"{"minLength":1,"type":"string"}"#),
                ValueError("p.json#/$defs/ValueError") : StringRule =
                StringRule::new("ValueError", "be at most 3 characters long",
                r#"{"maxLength":3,"type":"string"}"#), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { D = "p.json#/$defs/D", Gen = "p.json#", L =
            "p.json#/properties/l", ListRule = "p.json#/$defs/ListRule", M =
            "p.json#/properties/m", NumberRule = "p.json#/$defs/NumberRule", StringRule =
            "p.json#/$defs/StringRule", Union = "p.json#/$defs/Union", Union1 =
            "p.json#/$defs/Union/anyOf/0", Union2 = "p.json#/$defs/Union/anyOf/1",
            ValueEnum = "p.json#/$defs/ValueEnum", Vec = "p.json#/$defs/Vec" }
        );
        impl ::dispatcher_runtime::Payload for Gen {
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
    /// The marker of the event type `gen`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::Gen;
        const NAME: &'static str = "gen";
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
        event_type: "gen",
        description: "The event gen.",
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
        message = "`{Self}` does not produce `gen`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"gen\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::Gen {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `gen`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"gen\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`gen` carries `Gen`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<Gen>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::Gen {}
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
    /// The event gen.
    Gen(r#gen::v1::Gen),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Gen(_) => "gen",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::Gen(_) => 1,
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
            Self::Gen(payload) => {
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
            "gen" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<r#gen::v1::Gen>(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            r#gen::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<r#gen::v1::Gen> for Event {
    fn from(payload: r#gen::v1::Gen) -> Self {
        Self::Gen(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&r#gen::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r##"{
  "type": "object",
  "$defs": {
    "String": {
      "type": "string",
      "minLength": 1
    },
    "StringRule": {
      "enum": [
        "a",
        "b"
      ]
    },
    "Vec": {
      "type": "array",
      "items": {
        "$ref": "#/$defs/String"
      },
      "minItems": 1
    },
    "D": {
      "type": "object",
      "properties": {
        "x": {
          "type": "integer"
        }
      },
      "required": [
        "x"
      ],
      "additionalProperties": false
    },
    "ListRule": {
      "type": "array",
      "items": {
        "$ref": "#/$defs/D"
      },
      "minItems": 1
    },
    "Integer": {
      "type": "integer",
      "minimum": 1
    },
    "IntegerRule": {
      "type": "integer",
      "minimum": 1,
      "maximum": 9
    },
    "Number": {
      "type": "number",
      "minimum": 0.5
    },
    "NumberRule": {
      "enum": [
        1,
        2
      ]
    },
    "ValueError": {
      "type": "string",
      "maxLength": 3
    },
    "ValueEnum": {
      "enum": [
        1,
        "a"
      ]
    },
    "Union": {
      "anyOf": [
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
  },
  "properties": {
    "gen": {
      "type": "integer"
    },
    "a": {
      "$ref": "#/$defs/String"
    },
    "b": {
      "$ref": "#/$defs/StringRule"
    },
    "c": {
      "$ref": "#/$defs/Vec"
    },
    "d": {
      "$ref": "#/$defs/ListRule"
    },
    "e": {
      "$ref": "#/$defs/Integer"
    },
    "f": {
      "$ref": "#/$defs/IntegerRule"
    },
    "g": {
      "$ref": "#/$defs/Number"
    },
    "h": {
      "$ref": "#/$defs/NumberRule"
    },
    "i": {
      "$ref": "#/$defs/ValueError"
    },
    "j": {
      "$ref": "#/$defs/ValueEnum"
    },
    "k": {
      "$ref": "#/$defs/Union"
    },
    "l": {
      "enum": [
        "a-l-l",
        1
      ]
    },
    "m": {
      "enum": [
        "a-l-l",
        "b"
      ]
    }
  },
  "required": [
    "gen"
  ],
  "additionalProperties": false
}
"##,
    },
];

::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `tree.grown`.
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
/// Produces `tree.grown`.
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
/// The event tree.grown.
///
/// `tree.grown`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod tree_grown {
    #[doc(inline)]
    pub use v1::{A, B, Expression, Json, Maybe, Nested, Node, TreeGrown};
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event tree.grown.
        #[derive(Clone, Debug, PartialEq)]
        pub struct TreeGrown {
            /// The property `tree`.
            pub tree: Option<Node>,
            /// The property `list`.
            pub list: Option<Nested>,
            /// The property `parent`.
            pub parent: Option<Box<TreeGrown>>,
            /// The property `a`.
            pub a: Option<A>,
            /// The property `maybe`.
            pub maybe: Option<Option<Maybe>>,
            /// The property `union`.
            pub union: Option<Expression>,
            /// The property `json`.
            pub json: Option<Json>,
        }
        ::dispatcher_runtime::private::object!(
            TreeGrown, { tree = optional "tree", list = optional "list", parent =
            optional "parent", a = optional "a", maybe = present "maybe", union =
            optional "union", json = optional "json" }
        );
        /// The type of `A` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct A {
            /// The property `b`.
            pub b: Option<Box<B>>,
        }
        ::dispatcher_runtime::private::object!(A, { b = optional "b" });
        /// The type of `B` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct B {
            /// The property `a`.
            pub a: Option<Option<Box<A>>>,
        }
        ::dispatcher_runtime::private::object!(B, { a = present "a" });
        /// The type of `Expression` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", tag = "op")]
        pub enum Expression {
            /// `op` is `not`.
            #[serde(rename = "not")]
            Not {
                /// The property `of`.
                of: Box<Expression>,
            },
            /// `op` is `and`.
            #[serde(rename = "and")]
            And {
                /// The property `all`.
                all: Vec<Box<Expression>>,
            },
        }
        ::dispatcher_runtime::private::read_by_serde!(Expression);
        /// The type of `Json` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Json {
            /// A string.
            Text(String),
            /// An array.
            Array(Vec<Json>),
            /// An object.
            Object(::std::collections::BTreeMap<String, Json>),
        }
        ::dispatcher_runtime::private::read_by_serde!(Json);
        /// The type of `Maybe` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Maybe {
            /// The property `next`.
            pub next: Option<Option<Box<Maybe>>>,
        }
        ::dispatcher_runtime::private::object!(Maybe, { next = present "next" });
        /// The type of `Nested` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", transparent)]
        pub struct Nested(
            /// The value.
            pub Vec<Nested>,
        );
        ::dispatcher_runtime::private::read_by_serde!(Nested);
        /// The type of `Node` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node {
            /// The property `children`.
            pub children: Option<Vec<Box<Node>>>,
            /// The property `left`.
            pub left: Option<Box<Node>>,
            /// The property `by_name`.
            pub by_name: Option<::std::collections::BTreeMap<String, Box<Node>>>,
        }
        ::dispatcher_runtime::private::object!(
            Node, { children = optional "children", left = optional "left", by_name =
            optional "by_name" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { A = "p.json#/$defs/A", B = "p.json#/$defs/B",
            Expression = "p.json#/$defs/Expression", Json = "p.json#/$defs/Json", Maybe =
            "p.json#/$defs/Maybe/anyOf/0", Nested = "p.json#/$defs/Nested", Node =
            "p.json#/$defs/Node", TreeGrown = "p.json#" }
        );
        impl ::dispatcher_runtime::Payload for TreeGrown {
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
    /// The marker of the event type `tree.grown`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::TreeGrown;
        const NAME: &'static str = "tree.grown";
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
        event_type: "tree.grown",
        description: "The event tree.grown.",
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
        message = "`{Self}` does not produce `tree.grown`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"tree.grown\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::TreeGrown {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `tree.grown`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"tree.grown\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`tree_grown` carries `TreeGrown`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<TreeGrown>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::TreeGrown {}
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
    /// The event tree.grown.
    TreeGrown(tree_grown::v1::TreeGrown),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::TreeGrown(_) => "tree.grown",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::TreeGrown(_) => 1,
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
            Self::TreeGrown(payload) => {
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
            "tree.grown" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            tree_grown::v1::TreeGrown,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            tree_grown::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<tree_grown::v1::TreeGrown> for Event {
    fn from(payload: tree_grown::v1::TreeGrown) -> Self {
        Self::TreeGrown(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&tree_grown::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r##"{
  "type": "object",
  "$defs": {
    "Node": {
      "type": "object",
      "properties": {
        "children": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/Node"
          }
        },
        "left": {
          "$ref": "#/$defs/Node"
        },
        "by_name": {
          "type": "object",
          "additionalProperties": {
            "$ref": "#/$defs/Node"
          }
        }
      },
      "additionalProperties": false
    },
    "Nested": {
      "type": "array",
      "items": {
        "$ref": "#/$defs/Nested"
      }
    },
    "A": {
      "type": "object",
      "properties": {
        "b": {
          "$ref": "#/$defs/B"
        }
      },
      "additionalProperties": false
    },
    "B": {
      "type": "object",
      "properties": {
        "a": {
          "anyOf": [
            {
              "$ref": "#/$defs/A"
            },
            {
              "type": "null"
            }
          ]
        }
      },
      "additionalProperties": false
    },
    "Maybe": {
      "anyOf": [
        {
          "type": "object",
          "properties": {
            "next": {
              "$ref": "#/$defs/Maybe"
            }
          },
          "additionalProperties": false
        },
        {
          "type": "null"
        }
      ]
    },
    "Json": {
      "oneOf": [
        {
          "type": "string"
        },
        {
          "type": "array",
          "items": {
            "$ref": "#/$defs/Json"
          }
        },
        {
          "type": "object",
          "additionalProperties": {
            "$ref": "#/$defs/Json"
          }
        }
      ]
    },
    "Expression": {
      "oneOf": [
        {
          "type": "object",
          "properties": {
            "op": {
              "const": "not"
            },
            "of": {
              "$ref": "#/$defs/Expression"
            }
          },
          "required": [
            "op",
            "of"
          ],
          "additionalProperties": false
        },
        {
          "type": "object",
          "properties": {
            "op": {
              "const": "and"
            },
            "all": {
              "type": "array",
              "items": {
                "$ref": "#/$defs/Expression"
              }
            }
          },
          "required": [
            "op",
            "all"
          ],
          "additionalProperties": false
        }
      ]
    }
  },
  "properties": {
    "tree": {
      "$ref": "#/$defs/Node"
    },
    "list": {
      "$ref": "#/$defs/Nested"
    },
    "parent": {
      "$ref": "#"
    },
    "a": {
      "$ref": "#/$defs/A"
    },
    "maybe": {
      "$ref": "#/$defs/Maybe"
    },
    "union": {
      "$ref": "#/$defs/Expression"
    },
    "json": {
      "$ref": "#/$defs/Json"
    }
  },
  "additionalProperties": false
}
"##,
    },
];

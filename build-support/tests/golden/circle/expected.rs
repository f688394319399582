::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `circle.drawn`.
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
/// Produces `circle.drawn`.
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
/// A circle was drawn.
///
/// `circle.drawn`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod circle_drawn {
    #[doc(inline)]
    pub use v1::{
        CircleDrawn, Id, Node0, Node1, Node10, Node11, Node12, Node13, Node14, Node15,
        Node2, Node3, Node4, Node5, Node6, Node7, Node8, Node9,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// Its nodes are read when they are asked for, because there are sixteen of them in one circle.
        #[derive(Clone, Debug, PartialEq)]
        pub struct CircleDrawn {
            /// The property `first`.
            pub first: Node0,
        }
        ::dispatcher_runtime::private::object!(
            CircleDrawn, { first = required "first" }
        );
        /// The type of `id` in the contracts.
        pub type Id = ::dispatcher_runtime::Refined<i64, rules::Id>;
        /// The type of `Node0` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node0 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node1>>,
            /// The property `list`.
            pub list: Option<Vec<::dispatcher_runtime::Deferred<Node5>>>,
        }
        ::dispatcher_runtime::private::object!(
            Node0, { id = required "id", next = optional "next", list = optional "list" }
        );
        /// The type of `Node1` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node1 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node2>>,
        }
        ::dispatcher_runtime::private::object!(
            Node1, { id = required "id", next = optional "next" }
        );
        /// The type of `Node10` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node10 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node11>>,
        }
        ::dispatcher_runtime::private::object!(
            Node10, { id = required "id", next = optional "next" }
        );
        /// The type of `Node11` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node11 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node12>>,
        }
        ::dispatcher_runtime::private::object!(
            Node11, { id = required "id", next = optional "next" }
        );
        /// The type of `Node12` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node12 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node13>>,
        }
        ::dispatcher_runtime::private::object!(
            Node12, { id = required "id", next = optional "next" }
        );
        /// The type of `Node13` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node13 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node14>>,
        }
        ::dispatcher_runtime::private::object!(
            Node13, { id = required "id", next = optional "next" }
        );
        /// The type of `Node14` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node14 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node15>>,
        }
        ::dispatcher_runtime::private::object!(
            Node14, { id = required "id", next = optional "next" }
        );
        /// The type of `Node15` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node15 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node0>>,
        }
        ::dispatcher_runtime::private::object!(
            Node15, { id = required "id", next = optional "next" }
        );
        /// The type of `Node2` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node2 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node3>>,
        }
        ::dispatcher_runtime::private::object!(
            Node2, { id = required "id", next = optional "next" }
        );
        /// The type of `Node3` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node3 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node4>>,
        }
        ::dispatcher_runtime::private::object!(
            Node3, { id = required "id", next = optional "next" }
        );
        /// The type of `Node4` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node4 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node5>>,
        }
        ::dispatcher_runtime::private::object!(
            Node4, { id = required "id", next = optional "next" }
        );
        /// The type of `Node5` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node5 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node6>>,
        }
        ::dispatcher_runtime::private::object!(
            Node5, { id = required "id", next = optional "next" }
        );
        /// The type of `Node6` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node6 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node7>>,
        }
        ::dispatcher_runtime::private::object!(
            Node6, { id = required "id", next = optional "next" }
        );
        /// The type of `Node7` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node7 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node8>>,
        }
        ::dispatcher_runtime::private::object!(
            Node7, { id = required "id", next = optional "next" }
        );
        /// The type of `Node8` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node8 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node9>>,
        }
        ::dispatcher_runtime::private::object!(
            Node8, { id = required "id", next = optional "next" }
        );
        /// The type of `Node9` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Node9 {
            /// The property `id`.
            pub id: Id,
            /// The property `next`.
            pub next: Option<::dispatcher_runtime::Deferred<Node10>>,
        }
        ::dispatcher_runtime::private::object!(
            Node9, { id = required "id", next = optional "next" }
        );
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Id("p.json#/$defs/Node0/properties/id")
                : IntegerRule = IntegerRule::new("id", "be between 0 and 999").range(0,
                999), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { CircleDrawn = "p.json#", Node0 =
            "p.json#/$defs/Node0", Node1 = "p.json#/$defs/Node1", Node10 =
            "p.json#/$defs/Node10", Node11 = "p.json#/$defs/Node11", Node12 =
            "p.json#/$defs/Node12", Node13 = "p.json#/$defs/Node13", Node14 =
            "p.json#/$defs/Node14", Node15 = "p.json#/$defs/Node15", Node2 =
            "p.json#/$defs/Node2", Node3 = "p.json#/$defs/Node3", Node4 =
            "p.json#/$defs/Node4", Node5 = "p.json#/$defs/Node5", Node6 =
            "p.json#/$defs/Node6", Node7 = "p.json#/$defs/Node7", Node8 =
            "p.json#/$defs/Node8", Node9 = "p.json#/$defs/Node9" }
        );
        impl ::dispatcher_runtime::Payload for CircleDrawn {
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
    /// The marker of the event type `circle.drawn`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::CircleDrawn;
        const NAME: &'static str = "circle.drawn";
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
        event_type: "circle.drawn",
        description: "A circle was drawn.",
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
        message = "`{Self}` does not produce `circle.drawn`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"circle.drawn\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::CircleDrawn {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `circle.drawn`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"circle.drawn\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`circle_drawn` carries `CircleDrawn`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<CircleDrawn>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::CircleDrawn {}
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
    /// A circle was drawn.
    CircleDrawn(circle_drawn::v1::CircleDrawn),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::CircleDrawn(_) => "circle.drawn",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::CircleDrawn(_) => 1,
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
            Self::CircleDrawn(payload) => {
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
            "circle.drawn" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            circle_drawn::v1::CircleDrawn,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            circle_drawn::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<circle_drawn::v1::CircleDrawn> for Event {
    fn from(payload: circle_drawn::v1::CircleDrawn) -> Self {
        Self::CircleDrawn(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&circle_drawn::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "description": "Its nodes are read when they are asked for, because there are sixteen of them in one circle.",
  "type": "object",
  "required": [
    "first"
  ],
  "additionalProperties": false,
  "properties": {
    "first": {
      "$ref": "#/$defs/Node0"
    }
  },
  "$defs": {
    "Node0": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node1"
        },
        "list": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/Node5"
          }
        }
      }
    },
    "Node1": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node2"
        }
      }
    },
    "Node2": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node3"
        }
      }
    },
    "Node3": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node4"
        }
      }
    },
    "Node4": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node5"
        }
      }
    },
    "Node5": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node6"
        }
      }
    },
    "Node6": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node7"
        }
      }
    },
    "Node7": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node8"
        }
      }
    },
    "Node8": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node9"
        }
      }
    },
    "Node9": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node10"
        }
      }
    },
    "Node10": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node11"
        }
      }
    },
    "Node11": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node12"
        }
      }
    },
    "Node12": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node13"
        }
      }
    },
    "Node13": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node14"
        }
      }
    },
    "Node14": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node15"
        }
      }
    },
    "Node15": {
      "type": "object",
      "required": [
        "id"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "integer",
          "minimum": 0,
          "maximum": 999
        },
        "next": {
          "$ref": "#/$defs/Node0"
        }
      }
    }
  }
}
"##,
    },
];

::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `order.named`.
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
/// Produces `order.named`.
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
/// The event order.named.
///
/// `order.named`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod order_named {
    #[doc(inline)]
    pub use v1::{
        Amount, Box, Either, End, Flag, Grade, Inner, InnerAmount, InnerGrade, Option,
        Order, OrderNamed, Result, Scalars, Start, String, Tagged, Texts,
        UnderscoreBirthDate, Vec,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event order.named.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OrderNamed {
            /// The property `foo-bar`.
            pub foo_dash_bar: ::dispatcher_runtime::Integer,
            /// The property `foo_bar`.
            pub foo_bar: ::dispatcher_runtime::Integer,
            /// The property `fooBar`.
            pub foo_hump_bar: ::core::option::Option<::std::string::String>,
            /// The property `birthDate`.
            pub birth_date: ::core::option::Option<::std::string::String>,
            /// The property `_birthDate`.
            pub underscore_birth_date: ::core::option::Option<UnderscoreBirthDate>,
            /// The property `type_`.
            pub type_underscore: ::core::option::Option<::std::string::String>,
            /// The property `-1`.
            pub minus_1: ::core::option::Option<::dispatcher_runtime::Integer>,
            /// The property `+1`.
            pub u2b_1: ::core::option::Option<::dispatcher_runtime::Integer>,
            /// The property `order`.
            pub order: ::core::option::Option<Order>,
            /// The property `flag`.
            pub flag: ::core::option::Option<::core::option::Option<Flag>>,
            /// The property `either`.
            pub either: ::core::option::Option<Either>,
            /// The property `tagged`.
            pub tagged: ::core::option::Option<Tagged>,
            /// The property `texts`.
            pub texts: ::core::option::Option<Texts>,
            /// The property `scalars`.
            pub scalars: ::core::option::Option<Scalars>,
            /// The property `type`.
            pub r#type: ::core::option::Option<::std::string::String>,
            /// The property `self`.
            pub self_: ::core::option::Option<::std::string::String>,
            /// The property `Self`.
            pub self_type: ::core::option::Option<::std::string::String>,
            /// The property `""`.
            pub empty: ::core::option::Option<::std::string::String>,
            /// The property `1st`.
            pub n1st: ::core::option::Option<::dispatcher_runtime::Integer>,
            /// The property `$ref`.
            pub u24_ref: ::core::option::Option<::std::string::String>,
            /// The property `日本`.
            pub u65e5_u672c: ::core::option::Option<::std::string::String>,
            /// The property `@id`.
            pub u40_id: ::core::option::Option<::std::string::String>,
            /// The property `HTTPServer`.
            pub http_server: ::core::option::Option<::dispatcher_runtime::Integer>,
            /// The property `option`.
            pub option: ::core::option::Option<Option>,
            /// The property `string`.
            pub string: ::core::option::Option<String>,
            /// The property `vec`.
            pub vec: ::core::option::Option<::std::vec::Vec<::std::string::String>>,
            /// The property `result`.
            pub result: ::core::option::Option<Result>,
            /// The property `grade`.
            pub grade: ::core::option::Option<Grade>,
            /// The property `box`.
            pub r#box: ::core::option::Option<Box>,
            /// The property `amount`.
            pub amount: ::core::option::Option<Amount>,
            /// The property `inner`.
            pub inner: ::core::option::Option<Inner>,
            /// The property `quoted"\`.
            pub quoted_u22_u5c: ::core::option::Option<::std::string::String>,
        }
        ::dispatcher_runtime::private::object!(
            OrderNamed, { foo_dash_bar = required "foo-bar", foo_bar = required
            "foo_bar", foo_hump_bar = optional "fooBar", birth_date = optional
            "birthDate", underscore_birth_date = optional "_birthDate", type_underscore =
            optional "type_", minus_1 = optional "-1", u2b_1 = optional "+1", order =
            optional "order", flag = present "flag", either = optional "either", tagged =
            optional "tagged", texts = optional "texts", scalars = optional "scalars",
            r#type = optional "type", self_ = optional "self", self_type = optional
            "Self", empty = optional "", n1st = optional "1st", u24_ref = optional
            "$ref", u65e5_u672c = optional "日本", u40_id = optional "@id", http_server
            = optional "HTTPServer", option = optional "option", string = optional
            "string", vec = optional "vec", result = optional "result", grade = optional
            "grade", r#box = optional "box", amount = optional "amount", inner = optional
            "inner", quoted_u22_u5c = optional "quoted\"\\" }
        );
        /// The type of `amount` in the contracts.
        pub type Amount = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Amount,
        >;
        /// The type of `Box` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Box {
            /// The property `next`.
            pub next: ::core::option::Option<::std::boxed::Box<Box>>,
        }
        ::dispatcher_runtime::private::object!(Box, { next = optional "next" });
        /// The type of `either` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Either {
            /// Alternative 1 of the schema.
            Start(Start),
            /// Alternative 2 of the schema.
            End(End),
        }
        ::dispatcher_runtime::private::union!(
            Either, super::super::DOCUMENTS, { Start =
            "p.json#/properties/either/oneOf/0", End =
            "p.json#/properties/either/oneOf/1" }
        );
        /// The type of `either` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct End {
            /// The property `to`.
            pub to: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(End, { to = required "to" });
        /// The type of `flag` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Flag {
            /// `true`.
            JsonTrue,
            /// `"true"`.
            LowerTrue,
            /// `1`.
            JsonN1,
            /// `"1"`.
            Text1,
            /// `-1`.
            JsonMinus1,
            /// `"-1"`.
            TextMinus1,
        }
        ::dispatcher_runtime::private::value_enum!(
            Flag, "flag", "be one of true, \"true\", 1, \"1\", -1, \"-1\"", { JsonTrue =
            "true", LowerTrue = r#""true""#, JsonN1 = "1", Text1 = r#""1""#, JsonMinus1 =
            "-1", TextMinus1 = r#""-1""# }
        );
        /// The type of `grade` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Grade {
            /// `"a"`.
            LowerA,
            /// `"A"`.
            UpperA,
            /// `"1"`.
            N1,
            /// `"+"`.
            U2b,
            /// `"-"`.
            U2d,
            /// `"self"`.
            LowerSelf,
            /// `"Self"`.
            MixedSelf,
            /// `"日"`.
            U65e5,
        }
        ::dispatcher_runtime::private::string_enum!(
            Grade, "grade",
            "be one of \"a\", \"A\", \"1\", \"+\", \"-\", \"self\", \"Self\", \"日\"", {
            LowerA = "a", UpperA = "A", N1 = "1", U2b = "+", U2d = "-", LowerSelf =
            "self", MixedSelf = "Self", U65e5 = "日" }
        );
        /// The type of `inner` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Inner {
            /// The property `amount`.
            pub amount: InnerAmount,
            /// The property `grade`.
            pub grade: InnerGrade,
        }
        ::dispatcher_runtime::private::object!(
            Inner, { amount = required "amount", grade = required "grade" }
        );
        /// The type of `amount` in the contracts.
        pub type InnerAmount = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::InnerAmount,
        >;
        /// The type of `grade` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum InnerGrade {
            /// `"a"`.
            A,
        }
        ::dispatcher_runtime::private::string_enum!(
            InnerGrade, "grade", "be \"a\"", { A = "a" }
        );
        /// The type of `option` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Option {
            /// The property `some`.
            pub some: ::std::string::String,
        }
        ::dispatcher_runtime::private::object!(Option, { some = required "some" });
        /// The type of `order` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Order {
            /// `"asc"`.
            LowerAsc,
            /// `"ASC"`.
            UpperAsc,
            /// `"in-progress"`.
            LowerInDashProgress,
            /// `"in_progress"`.
            LowerInUnderscoreProgress,
            /// `"pinned"`.
            Pinned,
            /// `"PINNED"`.
            UpperPinned,
        }
        ::dispatcher_runtime::private::string_enum!(
            Order, "order",
            "be one of \"asc\", \"ASC\", \"in-progress\", \"in_progress\", \"pinned\", \"PINNED\"",
            { LowerAsc = "asc", UpperAsc = "ASC", LowerInDashProgress = "in-progress",
            LowerInUnderscoreProgress = "in_progress", Pinned = "pinned", UpperPinned =
            "PINNED" }
        );
        /// The type of `result` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Result {
            /// `"Ok"`.
            MixedOk,
            /// `"ok"`.
            LowerOk,
            /// `"Err"`.
            Err,
            /// `""`.
            Empty,
        }
        ::dispatcher_runtime::private::string_enum!(
            Result, "result", "be one of \"Ok\", \"ok\", \"Err\", \"\"", { MixedOk =
            "Ok", LowerOk = "ok", Err = "Err", Empty = "" }
        );
        /// The type of `scalars` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Scalars {
            /// A string.
            Name(::std::string::String),
            /// An integer.
            Integer(::dispatcher_runtime::Integer),
        }
        ::dispatcher_runtime::private::read_by_serde!(Scalars);
        /// The type of `either` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Start {
            /// The property `from`.
            pub from: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(Start, { from = required "from" });
        /// The type of `string` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct String {
            /// The property `a`.
            pub a: Vec,
        }
        ::dispatcher_runtime::private::object!(String, { a = required "a" });
        /// The type of `tagged` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", tag = "kind")]
        pub enum Tagged {
            /// `kind` is `a`.
            #[serde(rename = "a")]
            Plain,
            /// `kind` is `A`.
            A,
        }
        ::dispatcher_runtime::private::read_by_serde!(Tagged);
        /// The type of `texts` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Texts {
            /// It is open.
            Open,
            /// It is not.
            Closed,
        }
        ::dispatcher_runtime::private::string_enum!(
            Texts, "texts", "be one of \"open\", \"shut\"", { Open = "open", Closed =
            "shut" }
        );
        /// The type of `_birthDate` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct UnderscoreBirthDate {
            /// The property `id`.
            pub id: ::std::string::String,
        }
        ::dispatcher_runtime::private::object!(
            UnderscoreBirthDate, { id = required "id" }
        );
        /// The type of `Vec` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Vec {
            /// The property `x`.
            pub x: ::dispatcher_runtime::Integer,
        }
        ::dispatcher_runtime::private::object!(Vec, { x = required "x" });
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Amount("p.json#/properties/amount") :
                IntegerRule = IntegerRule::new("amount", "be at least 1").at_least(1),
                InnerAmount("p.json#/properties/inner/properties/amount") : IntegerRule =
                IntegerRule::new("amount", "be at least 2").at_least(2), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Box = "p.json#/$defs/Box", Either =
            "p.json#/properties/either", End = "p.json#/properties/either/oneOf/1", Flag
            = "p.json#/properties/flag", Grade = "p.json#/properties/grade", Inner =
            "p.json#/properties/inner", InnerGrade =
            "p.json#/properties/inner/properties/grade", Option =
            "p.json#/properties/option", Order = "p.json#/properties/order", OrderNamed =
            "p.json#", Result = "p.json#/properties/result", Scalars =
            "p.json#/properties/scalars", Start = "p.json#/properties/either/oneOf/0",
            String = "p.json#/properties/string", Tagged = "p.json#/properties/tagged",
            Texts = "p.json#/properties/texts", UnderscoreBirthDate =
            "p.json#/properties/_birthDate", Vec = "p.json#/$defs/Vec" }
        );
        impl ::dispatcher_runtime::Payload for OrderNamed {
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
    /// The marker of the event type `order.named`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::OrderNamed;
        const NAME: &'static str = "order.named";
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
        event_type: "order.named",
        description: "The event order.named.",
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
        message = "`{Self}` does not produce `order.named`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"order.named\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::OrderNamed {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `order.named`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"order.named\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`order_named` carries `OrderNamed`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<OrderNamed>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::OrderNamed {}
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
    /// The event order.named.
    OrderNamed(order_named::v1::OrderNamed),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::OrderNamed(_) => "order.named",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::OrderNamed(_) => 1,
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
            Self::OrderNamed(payload) => {
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
            "order.named" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            order_named::v1::OrderNamed,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            order_named::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<order_named::v1::OrderNamed> for Event {
    fn from(payload: order_named::v1::OrderNamed) -> Self {
        Self::OrderNamed(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&order_named::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r##"{
  "type": "object",
  "$defs": {
    "Box": {
      "type": "object",
      "properties": {
        "next": {
          "$ref": "#/$defs/Box"
        }
      },
      "additionalProperties": false
    },
    "Vec": {
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
    "Serialize": {
      "type": "string"
    },
    "Clone": {
      "type": "object",
      "properties": {
        "clone": {
          "type": "integer"
        }
      },
      "required": [
        "clone"
      ],
      "additionalProperties": false
    },
    "some_thing": {
      "type": "object",
      "properties": {
        "u": {
          "type": "integer"
        }
      },
      "required": [
        "u"
      ],
      "additionalProperties": false
    }
  },
  "properties": {
    "foo-bar": {
      "type": "integer",
      "x-rust-name": "foo_dash_bar"
    },
    "foo_bar": {
      "type": "integer"
    },
    "fooBar": {
      "type": "string",
      "x-rust-name": "foo_hump_bar"
    },
    "birthDate": {
      "type": "string"
    },
    "_birthDate": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string"
        }
      },
      "required": [
        "id"
      ],
      "additionalProperties": false
    },
    "type_": {
      "type": "string"
    },
    "-1": {
      "type": "integer"
    },
    "+1": {
      "type": "integer"
    },
    "order": {
      "type": "string",
      "enum": [
        "asc",
        "ASC",
        "in-progress",
        "in_progress",
        "pinned",
        "PINNED"
      ],
      "x-rust-variants": {
        "pinned": "Pinned"
      }
    },
    "flag": {
      "enum": [
        true,
        "true",
        1,
        "1",
        -1,
        "-1",
        null
      ]
    },
    "either": {
      "oneOf": [
        {
          "x-rust-name": "Start",
          "type": "object",
          "properties": {
            "from": {
              "type": "integer"
            }
          },
          "required": [
            "from"
          ],
          "additionalProperties": false
        },
        {
          "x-rust-name": "End",
          "type": "object",
          "properties": {
            "to": {
              "type": "integer"
            }
          },
          "required": [
            "to"
          ],
          "additionalProperties": false
        }
      ]
    },
    "tagged": {
      "oneOf": [
        {
          "x-rust-name": "Plain",
          "type": "object",
          "properties": {
            "kind": {
              "const": "a"
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
              "const": "A"
            }
          },
          "required": [
            "kind"
          ],
          "additionalProperties": false
        }
      ]
    },
    "texts": {
      "oneOf": [
        {
          "const": "open",
          "description": "It is open."
        },
        {
          "const": "shut",
          "description": "It is not.",
          "x-rust-name": "Closed"
        }
      ]
    },
    "scalars": {
      "oneOf": [
        {
          "type": "string",
          "x-rust-name": "Name"
        },
        {
          "type": "integer"
        }
      ]
    },
    "type": {
      "type": "string"
    },
    "self": {
      "type": "string"
    },
    "Self": {
      "type": "string",
      "x-rust-name": "self_type"
    },
    "": {
      "type": "string"
    },
    "1st": {
      "type": "integer"
    },
    "$ref": {
      "type": "string"
    },
    "日本": {
      "type": "string"
    },
    "@id": {
      "type": "string"
    },
    "HTTPServer": {
      "type": "integer"
    },
    "option": {
      "type": "object",
      "properties": {
        "some": {
          "type": "string"
        }
      },
      "required": [
        "some"
      ],
      "additionalProperties": false
    },
    "string": {
      "type": "object",
      "properties": {
        "a": {
          "$ref": "#/$defs/Vec"
        }
      },
      "required": [
        "a"
      ],
      "additionalProperties": false
    },
    "vec": {
      "type": "array",
      "items": {
        "type": "string"
      }
    },
    "result": {
      "type": "string",
      "enum": [
        "Ok",
        "ok",
        "Err",
        ""
      ]
    },
    "grade": {
      "type": "string",
      "enum": [
        "a",
        "A",
        "1",
        "+",
        "-",
        "self",
        "Self",
        "日"
      ]
    },
    "box": {
      "$ref": "#/$defs/Box"
    },
    "amount": {
      "type": "integer",
      "minimum": 1
    },
    "inner": {
      "type": "object",
      "properties": {
        "amount": {
          "type": "integer",
          "minimum": 2
        },
        "grade": {
          "type": "string",
          "enum": [
            "a"
          ]
        }
      },
      "required": [
        "amount",
        "grade"
      ],
      "additionalProperties": false
    },
    "quoted\"\\": {
      "type": "string"
    }
  },
  "required": [
    "foo-bar",
    "foo_bar"
  ],
  "additionalProperties": false
}
"##,
    },
];

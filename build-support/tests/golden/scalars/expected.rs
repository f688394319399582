::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `value.measured`.
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
/// Produces `value.measured`.
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
/// The event value.measured.
///
/// `value.measured`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod value_measured {
    #[doc(inline)]
    pub use v1::{
        Above, AtUtc, Below, Code, Even, Half, Huge, Id, Letters, Link, LockedCredits,
        Mail, Odd, Percent, Seven, Share, Short, Tall, Thirds, Time, ValueMeasured, Vast,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event value.measured.
        #[derive(Clone, Debug, PartialEq)]
        pub struct ValueMeasured {
            /// The property `locked_credits`.
            pub locked_credits: Option<LockedCredits>,
            /// The property `percent`.
            pub percent: Option<Percent>,
            /// The property `below`.
            pub below: Option<Below>,
            /// The property `above`.
            pub above: Option<Above>,
            /// The property `huge`.
            pub huge: Option<Huge>,
            /// The property `odd`.
            pub odd: Option<Odd>,
            /// The property `even`.
            pub even: Option<Even>,
            /// The property `seven`.
            pub seven: Option<Seven>,
            /// The property `plain`.
            pub plain: Option<::dispatcher_runtime::Integer>,
            /// The property `tall`.
            pub tall: Option<Tall>,
            /// The property `vast`.
            pub vast: Option<Vast>,
            /// The property `thirds`.
            pub thirds: Option<Thirds>,
            /// The property `ratio`.
            pub ratio: Option<::dispatcher_runtime::Number>,
            /// The property `share`.
            pub share: Option<Share>,
            /// The property `half`.
            pub half: Option<Half>,
            /// The property `yes`.
            pub yes: Option<bool>,
            /// The property `code`.
            pub code: Option<Code>,
            /// The property `short`.
            pub short: Option<Short>,
            /// The property `letters`.
            pub letters: Option<Letters>,
            /// The property `id`.
            pub id: Option<Id>,
            /// The property `mail`.
            pub mail: Option<Mail>,
            /// The property `link`.
            pub link: Option<Link>,
            /// The property `on`.
            pub on: Option<::dispatcher_runtime::Date>,
            /// The property `at`.
            pub at: Option<::dispatcher_runtime::DateTime>,
            /// The property `at_utc`.
            pub at_utc: Option<AtUtc>,
            /// The property `time`.
            pub time: Option<Time>,
        }
        ::dispatcher_runtime::private::object!(
            ValueMeasured, { locked_credits = optional "locked_credits", percent =
            optional "percent", below = optional "below", above = optional "above", huge
            = optional "huge", odd = optional "odd", even = optional "even", seven =
            optional "seven", plain = optional "plain", tall = optional "tall", vast =
            optional "vast", thirds = optional "thirds", ratio = optional "ratio", share
            = optional "share", half = optional "half", yes = optional "yes", code =
            optional "code", short = optional "short", letters = optional "letters", id =
            optional "id", mail = optional "mail", link = optional "link", on = optional
            "on", at = optional "at", at_utc = optional "at_utc", time = optional "time"
            }
        );
        /// The type of `above` in the contracts.
        pub type Above = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Above,
        >;
        /// The type of `at_utc` in the contracts.
        pub type AtUtc = ::dispatcher_runtime::Refined<String, rules::AtUtc>;
        /// The type of `below` in the contracts.
        pub type Below = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Below,
        >;
        /// The type of `code` in the contracts.
        pub type Code = ::dispatcher_runtime::Refined<String, rules::Code>;
        /// The type of `even` in the contracts.
        pub type Even = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Even,
        >;
        /// The type of `half` in the contracts.
        pub type Half = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Number,
            rules::Half,
        >;
        /// The type of `huge` in the contracts.
        pub type Huge = ::dispatcher_runtime::Refined<u64, rules::Huge>;
        /// The type of `id` in the contracts.
        pub type Id = ::dispatcher_runtime::Refined<String, rules::Id>;
        /// The type of `letters` in the contracts.
        pub type Letters = ::dispatcher_runtime::Refined<String, rules::Letters>;
        /// The type of `link` in the contracts.
        pub type Link = ::dispatcher_runtime::Refined<String, rules::Link>;
        /// The type of `locked_credits` in the contracts.
        pub type LockedCredits = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::LockedCredits,
        >;
        /// The type of `mail` in the contracts.
        pub type Mail = ::dispatcher_runtime::Refined<String, rules::Mail>;
        /// The type of `odd` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Odd {
            /// `1`.
            N1,
            /// `3`.
            N3,
            /// `5`.
            N5,
        }
        ::dispatcher_runtime::private::integer_enum!(
            Odd, "odd", "be one of 1, 3, 5", { N1 = 1, N3 = 3, N5 = 5 }
        );
        /// The type of `percent` in the contracts.
        pub type Percent = ::dispatcher_runtime::Refined<i64, rules::Percent>;
        /// The type of `seven` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Seven {
            /// `7`.
            N7,
        }
        ::dispatcher_runtime::private::integer_enum!(Seven, "seven", "be 7", { N7 = 7 });
        /// The type of `share` in the contracts.
        pub type Share = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Number,
            rules::Share,
        >;
        /// The type of `short` in the contracts.
        pub type Short = ::dispatcher_runtime::Refined<String, rules::Short>;
        /// The type of `tall` in the contracts.
        pub type Tall = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Tall,
        >;
        /// The type of `thirds` in the contracts.
        pub type Thirds = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Thirds,
        >;
        /// The type of `time` in the contracts.
        pub type Time = ::dispatcher_runtime::Refined<String, rules::Time>;
        /// The type of `vast` in the contracts.
        pub type Vast = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::Vast,
        >;
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, { Above("p.json#/properties/above") :
                IntegerRule = IntegerRule::new("above", "be at least 11").at_least(11),
                AtUtc("p.json#/properties/at_utc") : StringRule =
                StringRule::new("at_utc", "match `Z$` and be a valid date-time",
                r#"{"format":"date-time","pattern":"Z$","type":"string"}"#),
                Below("p.json#/properties/below") : IntegerRule =
                IntegerRule::new("below", "be at most 10").at_most(10),
                Code("p.json#/properties/code") : StringRule = StringRule::new("code",
                "be 3 characters long",
                r#"{"maxLength":3,"minLength":3,"type":"string"}"#),
                Even("p.json#/properties/even") : IntegerRule =
                IntegerRule::of_schema("even", "be an integer, a multiple of 2.5",
                r#"{"multipleOf":2.5,"type":"integer"}"#),
                Half("p.json#/properties/half") : NumberRule = NumberRule::new("half",
                "be one of 0.5, 1.5", r#"{"enum":[0.5,1.5],"type":"number"}"#),
                Huge("p.json#/properties/huge") : IntegerRule = IntegerRule::new("huge",
                "be between 0 and 18446744073709551615").range(0, 18446744073709551615),
                Id("p.json#/properties/id") : StringRule = StringRule::new("id",
                "be a valid uuid", r#"{"format":"uuid","type":"string"}"#),
                Letters("p.json#/properties/letters") : StringRule =
                StringRule::new("letters", "match `^\\p{L}+$`",
                r#"{"pattern":"^\\p{L}+$","type":"string"}"#),
                Link("p.json#/properties/link") : StringRule = StringRule::new("link",
                "be a valid uri", r#"{"format":"uri","type":"string"}"#),
                LockedCredits("p.json#/properties/locked_credits") : IntegerRule =
                IntegerRule::new("locked_credits", "be at least 1").at_least(1),
                Mail("p.json#/properties/mail") : StringRule = StringRule::new("mail",
                "be at most 20 characters long and be a valid email",
                r#"{"format":"email","maxLength":20,"type":"string"}"#),
                Percent("p.json#/properties/percent") : IntegerRule =
                IntegerRule::new("percent",
                "be between 0 and 100 and be a multiple of 5").range(0, 100)
                .multiple_of(5), Share("p.json#/properties/share") : NumberRule =
                NumberRule::new("share", "be a number, at least 0, at most 1",
                r#"{"maximum":1,"minimum":0,"type":"number"}"#),
                Short("p.json#/properties/short") : StringRule = StringRule::new("short",
                "be at most 1 character long", r#"{"maxLength":1,"type":"string"}"#),
                Tall("p.json#/properties/tall") : IntegerRule = IntegerRule::new("tall",
                "be between 0 and 100000000000000000000").range(0,
                100000000000000000000), Thirds("p.json#/properties/thirds") : IntegerRule
                = IntegerRule::of_schema("thirds", "be an integer, a multiple of 3",
                r#"{"multipleOf":3,"type":"integer"}"#), Time("p.json#/properties/time")
                : StringRule = StringRule::new("time", "be a valid time",
                r#"{"format":"time","type":"string"}"#), Vast("p.json#/properties/vast")
                : IntegerRule = IntegerRule::of_schema("vast",
                "be an integer, at least -1e+300",
                r#"{"minimum":-1e+300,"type":"integer"}"#), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Odd = "p.json#/properties/odd", Seven =
            "p.json#/properties/seven", ValueMeasured = "p.json#" }
        );
        impl ::dispatcher_runtime::Payload for ValueMeasured {
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
    /// The marker of the event type `value.measured`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::ValueMeasured;
        const NAME: &'static str = "value.measured";
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
        event_type: "value.measured",
        description: "The event value.measured.",
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
        message = "`{Self}` does not produce `value.measured`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"value.measured\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::ValueMeasured {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `value.measured`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"value.measured\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`value_measured` carries `ValueMeasured`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<ValueMeasured>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::ValueMeasured {}
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
    /// The event value.measured.
    ValueMeasured(value_measured::v1::ValueMeasured),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::ValueMeasured(_) => "value.measured",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::ValueMeasured(_) => 1,
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
            Self::ValueMeasured(payload) => {
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
            "value.measured" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            value_measured::v1::ValueMeasured,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            value_measured::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<value_measured::v1::ValueMeasured> for Event {
    fn from(payload: value_measured::v1::ValueMeasured) -> Self {
        Self::ValueMeasured(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&value_measured::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r#"{
  "type": "object",
  "properties": {
    "locked_credits": {
      "type": "integer",
      "minimum": 1
    },
    "percent": {
      "type": "integer",
      "minimum": 0,
      "maximum": 100,
      "multipleOf": 5
    },
    "below": {
      "type": "integer",
      "exclusiveMaximum": 10.5
    },
    "above": {
      "type": "integer",
      "exclusiveMinimum": 10
    },
    "huge": {
      "type": "integer",
      "minimum": 0,
      "maximum": 18446744073709551615
    },
    "odd": {
      "type": "integer",
      "enum": [
        1,
        3,
        5
      ]
    },
    "even": {
      "type": "integer",
      "multipleOf": 2.5
    },
    "seven": {
      "const": 7
    },
    "plain": {
      "type": "integer"
    },
    "tall": {
      "type": "integer",
      "minimum": 0,
      "maximum": 100000000000000000000
    },
    "vast": {
      "type": "integer",
      "minimum": -1e300
    },
    "thirds": {
      "type": "integer",
      "multipleOf": 3
    },
    "ratio": {
      "type": "number"
    },
    "share": {
      "type": "number",
      "minimum": 0,
      "maximum": 1
    },
    "half": {
      "enum": [
        0.5,
        1.5
      ]
    },
    "yes": {
      "const": true
    },
    "code": {
      "type": "string",
      "minLength": 3,
      "maxLength": 3
    },
    "short": {
      "type": "string",
      "maxLength": 1
    },
    "letters": {
      "type": "string",
      "pattern": "^\\p{L}+$"
    },
    "id": {
      "type": "string",
      "format": "uuid"
    },
    "mail": {
      "type": "string",
      "format": "email",
      "maxLength": 20
    },
    "link": {
      "type": "string",
      "format": "uri"
    },
    "on": {
      "type": "string",
      "format": "date"
    },
    "at": {
      "type": "string",
      "format": "date-time"
    },
    "at_utc": {
      "type": "string",
      "format": "date-time",
      "pattern": "Z$"
    },
    "time": {
      "type": "string",
      "format": "time"
    }
  },
  "additionalProperties": false
}
"#,
    },
];

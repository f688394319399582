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
/// Definitions that several payloads share.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod shared {
    use ::dispatcher_runtime::private::serde;
    /// With or without the tax.
    #[derive(Clone, Debug, PartialEq, serde::Serialize)]
    #[serde(crate = "serde", untagged)]
    pub enum Amount {
        /// Net
        Net(Net),
        /// The alternative `Gross` of the schema.
        Gross(Gross),
    }
    ::dispatcher_runtime::private::union!(
        Amount, super::DOCUMENTS, { Net = "common.json#/$defs/Amount/anyOf/0", Gross =
        "common.json#/$defs/Amount/anyOf/1" }
    );
    /// The type of `Gross` in the contracts.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Gross {
        /// The property `gross`.
        pub gross: ::dispatcher_runtime::Number,
        /// Properties that the schema allows but does not name.
        pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
            String,
            ::dispatcher_runtime::private::serde_json::Value,
        >,
    }
    ::dispatcher_runtime::private::object!(
        Gross, { gross = required "gross" }, additional_properties
    );
    /// Net
    #[derive(Clone, Debug, PartialEq)]
    pub struct Net {
        /// The property `net`.
        pub net: ::dispatcher_runtime::Number,
        /// The property `id`.
        pub id: Option<NetId>,
        /// Properties that the schema allows but does not name.
        pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
            String,
            ::dispatcher_runtime::private::serde_json::Value,
        >,
    }
    ::dispatcher_runtime::private::object!(
        Net, { net = required "net", id = optional "id" }, additional_properties
    );
    /// The type of `id` in the contracts.
    pub type NetId = ::dispatcher_runtime::Refined<String, rules::NetId>;
    #[doc(hidden)]
    pub mod rules {
        ::dispatcher_runtime::private::rules!(
            super::super::DOCUMENTS, {
            NetId("common.json#/$defs/Amount/anyOf/0/properties/id") : StringRule =
            StringRule::new("id", "be a valid uuid",
            r#"{"format":"uuid","type":"string"}"#), }
        );
    }
    ::dispatcher_runtime::private::json_schema!(
        super::DOCUMENTS, { Amount = "common.json#/$defs/Amount", Gross =
        "common.json#/definitions/Gross", Net = "common.json#/$defs/Amount/anyOf/0" }
    );
}
/// The event payment.made.
///
/// `payment.made`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod payment_made {
    #[doc(inline)]
    pub use v1::{
        Account, AddressesItem, Amount, B, Based, Card, ClosedFirst, Group, Mixed,
        Mixed2, Net, NetId, NothingKnown, OddU7eNameU25U5eUfc, OddU7eNameU25U5eUfc1,
        OddU7eNameU25U5eUfc2, OddU7eNameU25U5eUfcX, Party, PaymentMade, Person, PersonId,
        Referred, TeamId, Typed, Typed1, Typed2, Whose, X,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        #[doc(inline)]
        pub use super::super::shared::{Amount, Net, NetId};
        /// The event payment.made.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PaymentMade {
            /// Overlapping and referred to; an account is a card too.
            pub referred: Option<Referred>,
            /// The property `closed_first`.
            pub closed_first: Option<Option<ClosedFirst>>,
            /// With or without the tax.
            pub amount: Option<Amount>,
            /// Party
            pub party: Option<Party>,
            /// The property `whose`.
            pub whose: Option<Whose>,
            /// The property `typed`.
            pub typed: Option<Typed>,
            /// The property `based`.
            pub based: Option<Based>,
            /// The property `mixed`.
            pub mixed: Option<Mixed>,
            /// The property `addresses`.
            pub addresses: Option<Vec<AddressesItem>>,
            /// The property `odd/~name %^ü`.
            pub odd_u7e_name_u25_u5e_ufc: Option<OddU7eNameU25U5eUfc>,
            /// The property `nothing_known`.
            pub nothing_known: Option<NothingKnown>,
        }
        ::dispatcher_runtime::private::object!(
            PaymentMade, { referred = optional "referred", closed_first = present
            "closed_first", amount = optional "amount", party = optional "party", whose =
            optional "whose", typed = optional "typed", based = optional "based", mixed =
            optional "mixed", addresses = optional "addresses", odd_u7e_name_u25_u5e_ufc
            = optional "odd/~name %^ü", nothing_known = present "nothing_known" }
        );
        /// The type of `Account` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Account {
            /// The property `number`.
            pub number: String,
            /// The property `bank`.
            pub bank: String,
            /// Party
            pub owner: Option<Party>,
        }
        ::dispatcher_runtime::private::object!(
            Account, { number = required "number", bank = required "bank", owner =
            optional "owner" }
        );
        /// The type of `addresses` in the contracts.
        pub type AddressesItem = ::dispatcher_runtime::Refined<
            String,
            rules::AddressesItem,
        >;
        /// The type of `b` in the contracts.
        pub type B = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Integer,
            rules::B,
        >;
        /// The type of `based` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Based {
            /// The property `id`.
            pub id: String,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Based, { id = required "id" }, additional_properties
        );
        /// A card.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Card {
            /// The property `number`.
            pub number: String,
            /// The property `expires`.
            pub expires: Option<::dispatcher_runtime::Date>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Card, { number = required "number", expires = optional "expires" },
            additional_properties
        );
        /// The type of `closed_first` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum ClosedFirst {
            /// The alternative `Account` of the schema.
            Account(Account),
            /// A card.
            Card(Card),
        }
        ::dispatcher_runtime::private::union!(
            ClosedFirst, super::super::DOCUMENTS, { Account =
            "p.json#/properties/closed_first/anyOf/0", Card =
            "p.json#/properties/closed_first/anyOf/1" }
        );
        /// Group
        #[derive(Clone, Debug, PartialEq)]
        pub struct Group {
            /// The property `members`.
            pub members: Vec<Box<Party>>,
            /// Party
            pub led_by: Option<Box<Party>>,
        }
        ::dispatcher_runtime::private::object!(
            Group, { members = required "members", led_by = optional "led_by" }
        );
        /// The type of `mixed` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Mixed {
            /// Alternative 1 of the schema.
            Integer(::dispatcher_runtime::Integer),
            /// Alternative 2 of the schema.
            Variant2(Mixed2),
            /// Alternative 3 of the schema.
            Variant3(Vec<String>),
            /// Alternative 4 of the schema.
            Variant4(Vec<bool>),
            /// A card.
            Card(Card),
        }
        ::dispatcher_runtime::private::union!(
            Mixed, super::super::DOCUMENTS, { Integer =
            "p.json#/properties/mixed/anyOf/0", Variant2 =
            "p.json#/properties/mixed/anyOf/1", Variant3 =
            "p.json#/properties/mixed/anyOf/2", Variant4 =
            "p.json#/properties/mixed/anyOf/3", Card = "p.json#/properties/mixed/anyOf/4"
            }
        );
        /// The type of `mixed` in the contracts.
        pub type Mixed2 = ::dispatcher_runtime::Refined<
            ::dispatcher_runtime::Number,
            rules::Mixed2,
        >;
        /// The type of `nothing_known` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", transparent)]
        pub struct NothingKnown(
            /// The value as JSON, since no Rust type expresses its schema.
            pub ::dispatcher_runtime::private::serde_json::Value,
        );
        ::dispatcher_runtime::private::read_by_serde!(NothingKnown);
        /// The type of `odd/~name %^ü` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum OddU7eNameU25U5eUfc {
            /// Alternative 1 of the schema.
            Variant1(OddU7eNameU25U5eUfc1),
            /// Alternative 2 of the schema.
            Variant2(OddU7eNameU25U5eUfc2),
        }
        ::dispatcher_runtime::private::union!(
            OddU7eNameU25U5eUfc, super::super::DOCUMENTS, { Variant1 =
            "p.json#/properties/odd~1~0name %^ü/oneOf/0", Variant2 =
            "p.json#/properties/odd~1~0name %^ü/oneOf/1" }
        );
        /// The type of `odd/~name %^ü` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OddU7eNameU25U5eUfc1 {
            /// The property `x`.
            pub x: X,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            OddU7eNameU25U5eUfc1, { x = required "x" }, additional_properties
        );
        /// The type of `odd/~name %^ü` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OddU7eNameU25U5eUfc2 {
            /// The property `x`.
            pub x: OddU7eNameU25U5eUfcX,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            OddU7eNameU25U5eUfc2, { x = required "x" }, additional_properties
        );
        /// The type of `x` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum OddU7eNameU25U5eUfcX {
            /// `2`.
            N2,
        }
        ::dispatcher_runtime::private::integer_enum!(
            OddU7eNameU25U5eUfcX, "x", "be 2", { N2 = 2 }
        );
        /// Party
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Party {
            /// Person
            Person(Person),
            /// Group
            Group(Box<Group>),
        }
        ::dispatcher_runtime::private::union!(
            Party, super::super::DOCUMENTS, { Person = "p.json#/$defs/Party/oneOf/0",
            Group = "p.json#/$defs/Party/oneOf/1" }
        );
        /// Person
        #[derive(Clone, Debug, PartialEq)]
        pub struct Person {
            /// The property `name`.
            pub name: String,
        }
        ::dispatcher_runtime::private::object!(Person, { name = required "name" });
        /// The type of `PersonId` in the contracts.
        pub type PersonId = ::dispatcher_runtime::Refined<String, rules::PersonId>;
        /// Overlapping and referred to; an account is a card too.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Referred {
            /// A card.
            Card(Card),
            /// The alternative `Account` of the schema.
            Account(Account),
        }
        ::dispatcher_runtime::private::union!(
            Referred, super::super::DOCUMENTS, { Card =
            "p.json#/properties/referred/anyOf/0", Account =
            "p.json#/properties/referred/anyOf/1" }
        );
        /// The type of `TeamId` in the contracts.
        pub type TeamId = ::dispatcher_runtime::Refined<String, rules::TeamId>;
        /// The type of `typed` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Typed {
            /// Alternative 1 of the schema.
            Variant1(Typed1),
            /// Alternative 2 of the schema.
            Variant2(Typed2),
        }
        ::dispatcher_runtime::private::union!(
            Typed, super::super::DOCUMENTS, { Variant1 =
            "p.json#/properties/typed/oneOf/0", Variant2 =
            "p.json#/properties/typed/oneOf/1" }
        );
        /// The type of `typed` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Typed1 {
            /// The property `a`.
            pub a: ::dispatcher_runtime::Integer,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Typed1, { a = required "a" }, additional_properties
        );
        /// The type of `typed` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Typed2 {
            /// The property `b`.
            pub b: B,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            Typed2, { b = required "b" }, additional_properties
        );
        /// The type of `whose` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum Whose {
            /// The alternative `PersonId` of the schema.
            PersonId(PersonId),
            /// The alternative `TeamId` of the schema.
            TeamId(TeamId),
        }
        ::dispatcher_runtime::private::union!(
            Whose, super::super::DOCUMENTS, { PersonId =
            "p.json#/properties/whose/oneOf/0", TeamId =
            "p.json#/properties/whose/oneOf/1" }
        );
        /// The type of `x` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum X {
            /// `1`.
            N1,
        }
        ::dispatcher_runtime::private::integer_enum!(X, "x", "be 1", { N1 = 1 });
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, {
                AddressesItem("p.json#/properties/addresses/items") : StringRule =
                StringRule::new("addresses",
                "match one of the alternatives of its schema",
                r#"{"anyOf":[{"format":"ipv4","type":"string"},{"format":"ipv6","type":"string"}],"type":"string"}"#),
                B("p.json#/properties/typed/oneOf/1/properties/b") : IntegerRule =
                IntegerRule::new("b", "be at least 0").at_least(0),
                Mixed2("p.json#/properties/mixed/anyOf/1") : NumberRule =
                NumberRule::new("mixed", "be a number, at most 1",
                r#"{"maximum":1,"type":"number"}"#), PersonId("p.json#/$defs/PersonId") :
                StringRule = StringRule::new("PersonId", "match `^per_`",
                r#"{"pattern":"^per_","type":"string"}"#), TeamId("p.json#/$defs/TeamId")
                : StringRule = StringRule::new("TeamId", "match `^team_`",
                r#"{"pattern":"^team_","type":"string"}"#), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Account = "p.json#/$defs/Account", Based =
            "p.json#/properties/based", Card = "p.json#/$defs/Card", ClosedFirst =
            "p.json#/properties/closed_first", Group = "p.json#/$defs/Party/oneOf/1",
            Mixed = "p.json#/properties/mixed", NothingKnown =
            "p.json#/properties/nothing_known", OddU7eNameU25U5eUfc =
            "p.json#/properties/odd~1~0name %^ü", OddU7eNameU25U5eUfc1 =
            "p.json#/properties/odd~1~0name %^ü/oneOf/0", OddU7eNameU25U5eUfc2 =
            "p.json#/properties/odd~1~0name %^ü/oneOf/1", OddU7eNameU25U5eUfcX =
            "p.json#/properties/odd~1~0name %^ü/oneOf/1/properties/x", Party =
            "p.json#/$defs/Party", PaymentMade = "p.json#", Person =
            "p.json#/$defs/Party/oneOf/0", Referred = "p.json#/properties/referred",
            Typed = "p.json#/properties/typed", Typed1 =
            "p.json#/properties/typed/oneOf/0", Typed2 =
            "p.json#/properties/typed/oneOf/1", Whose = "p.json#/properties/whose", X =
            "p.json#/properties/odd~1~0name %^ü/oneOf/0/properties/x" }
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
        path: "common.json",
        text: r##"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "definitions": {
    "Gross": {
      "type": "object",
      "properties": { "gross": { "type": "number" } },
      "required": ["gross"]
    }
  },
  "$defs": {
    "Amount": {
      "description": "With or without the tax.",
      "anyOf": [
        {
          "title": "Net",
          "type": "object",
          "properties": { "net": { "type": "number" }, "id": { "type": "string", "format": "uuid" } },
          "required": ["net"]
        },
        { "$ref": "#/definitions/Gross" }
      ]
    }
  }
}
"##,
    },
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r##"{
  "type": "object",
  "$defs": {
    "Card": {
      "type": "object",
      "description": "A card.",
      "properties": {
        "number": { "type": "string" },
        "expires": { "type": "string", "format": "date" }
      },
      "required": ["number"]
    },
    "Account": {
      "type": "object",
      "properties": {
        "number": { "type": "string" },
        "bank": { "type": "string" },
        "owner": { "$ref": "#/$defs/Party" }
      },
      "required": ["number", "bank"],
      "additionalProperties": false
    },
    "Party": {
      "title": "Party",
      "oneOf": [
        {
          "title": "Person",
          "type": "object",
          "properties": { "name": { "type": "string" } },
          "required": ["name"],
          "additionalProperties": false
        },
        {
          "title": "Group",
          "type": "object",
          "properties": {
            "members": { "type": "array", "items": { "$ref": "#/$defs/Party" } },
            "led_by": { "$ref": "#/$defs/Party" }
          },
          "required": ["members"],
          "additionalProperties": false
        }
      ]
    },
    "PersonId": { "type": "string", "pattern": "^per_" },
    "TeamId": { "type": "string", "pattern": "^team_" }
  },
  "properties": {
    "referred": {
      "description": "Overlapping and referred to; an account is a card too.",
      "anyOf": [{ "$ref": "#/$defs/Card" }, { "$ref": "#/$defs/Account" }]
    },
    "closed_first": {
      "anyOf": [{ "$ref": "#/$defs/Account" }, { "$ref": "#/$defs/Card" }, { "type": "null" }]
    },
    "amount": { "$ref": "common.json#/$defs/Amount" },
    "party": { "$ref": "#/$defs/Party" },
    "whose": { "oneOf": [{ "$ref": "#/$defs/PersonId" }, { "$ref": "#/$defs/TeamId" }] },
    "typed": {
      "type": "object",
      "maxProperties": 2,
      "oneOf": [
        { "properties": { "a": { "type": "integer" } }, "required": ["a"] },
        { "properties": { "b": { "type": "integer", "minimum": 0 } }, "required": ["b"] }
      ]
    },
    "based": {
      "type": "object",
      "properties": { "id": { "type": "string" } },
      "required": ["id"],
      "oneOf": [
        { "properties": { "a": { "type": "integer" } }, "required": ["a"] },
        { "properties": { "b": { "type": "integer" } }, "required": ["b"] }
      ]
    },
    "mixed": {
      "anyOf": [
        { "type": "integer" },
        { "type": "number", "maximum": 1 },
        { "type": "array", "items": { "type": "string" } },
        { "type": "array", "items": { "type": "boolean" } },
        { "$ref": "#/$defs/Card" }
      ]
    },
    "addresses": {
      "type": "array",
      "items": {
        "anyOf": [
          { "type": "string", "format": "ipv4" },
          { "type": "string", "format": "ipv6" }
        ]
      }
    },
    "odd/~name %^ü": {
      "oneOf": [
        { "type": "object", "properties": { "x": { "const": 1 } }, "required": ["x"] },
        { "type": "object", "properties": { "x": { "const": 2 } }, "required": ["x"] }
      ]
    },
    "nothing_known": { "anyOf": [{ "required": ["a"] }, { "minLength": 2 }] }
  },
  "additionalProperties": false
}
"##,
    },
];

::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `lists.made`.
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
/// Produces `lists.made`.
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
/// Lists were made.
///
/// `lists.made`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod lists_made {
    #[doc(inline)]
    pub use v1::{
        Anything, Exactly, ExactlyItem, Lines, LinesItem, ListsMade, Matrix, MatrixItem,
        Maybe, MaybeItem, OneOrMore, OneOrMore2, Tags, TagsItem, Tree,
    };
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// Lists were made.
        #[derive(Clone, Debug, PartialEq)]
        pub struct ListsMade {
            /// What was bought.
            pub lines: Lines,
            /// The property `plain`.
            pub plain: Option<Vec<String>>,
            /// The property `none_or_more`.
            pub none_or_more: Option<Vec<bool>>,
            /// The property `exactly`.
            pub exactly: Option<Exactly>,
            /// The property `matrix`.
            pub matrix: Option<Matrix>,
            /// The property `maybe`.
            pub maybe: Option<Option<Maybe>>,
            /// The property `anything`.
            ///
            /// Its items may be any JSON value.
            pub anything: Option<Anything>,
            /// The property `tree`.
            pub tree: Option<Tree>,
            /// The property `one_or_more`.
            pub one_or_more: Option<OneOrMore>,
        }
        ::dispatcher_runtime::private::object!(
            ListsMade, { lines = required "lines", plain = optional "plain", none_or_more
            = optional "none_or_more", exactly = optional "exactly", matrix = optional
            "matrix", maybe = present "maybe", anything = optional "anything", tree =
            optional "tree", one_or_more = optional "one_or_more" }
        );
        /// The type of `anything` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Anything(Vec<::dispatcher_runtime::private::serde_json::Value>);
        ::dispatcher_runtime::private::list_type!(
            Anything(::dispatcher_runtime::private::serde_json::Value),
            ListRule::new("anything", "have no duplicate items", 0, usize::MAX).unique()
        );
        /// The type of `exactly` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Exactly(Vec<ExactlyItem>);
        ::dispatcher_runtime::private::list_type!(
            Exactly(ExactlyItem), ListRule::new("exactly", "have 2 items", 2, 2)
        );
        /// The type of `exactly` in the contracts.
        pub type ExactlyItem = ::dispatcher_runtime::Refined<i64, rules::ExactlyItem>;
        /// What was bought.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Lines(Vec<LinesItem>);
        ::dispatcher_runtime::private::list_type!(
            Lines(LinesItem), ListRule::new("lines", "have 1 to 3 items", 1, 3)
        );
        /// The type of `lines` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct LinesItem {
            /// The property `code`.
            pub code: String,
            /// Each once.
            pub tags: Option<Tags>,
        }
        ::dispatcher_runtime::private::object!(
            LinesItem, { code = required "code", tags = optional "tags" }
        );
        /// The type of `matrix` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Matrix(Vec<MatrixItem>);
        ::dispatcher_runtime::private::list_type!(
            Matrix(MatrixItem), ListRule::new("matrix", "have at least 1 item", 1,
            usize::MAX)
        );
        /// The type of `matrix` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct MatrixItem(Vec<::dispatcher_runtime::Number>);
        ::dispatcher_runtime::private::list_type!(
            MatrixItem(::dispatcher_runtime::Number), ListRule::new("matrix",
            "have at most 2 items", 0, 2)
        );
        /// The type of `maybe` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Maybe(Vec<MaybeItem>);
        ::dispatcher_runtime::private::list_type!(
            Maybe(MaybeItem), ListRule::new("maybe", "have no duplicate items", 0,
            usize::MAX).unique()
        );
        /// The type of `maybe` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum MaybeItem {
            /// `"a"`.
            A,
            /// `"b"`.
            B,
            /// `"c"`.
            C,
        }
        ::dispatcher_runtime::private::string_enum!(
            MaybeItem, "maybe", "be one of \"a\", \"b\", \"c\"", { A = "a", B = "b", C =
            "c" }
        );
        /// The type of `one_or_more` in the contracts.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum OneOrMore {
            /// A string.
            Text(String),
            /// An array.
            Array(OneOrMore2),
        }
        ::dispatcher_runtime::private::read_by_serde!(OneOrMore);
        /// The type of `one_or_more` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct OneOrMore2(Vec<String>);
        ::dispatcher_runtime::private::list_type!(
            OneOrMore2(String), ListRule::new("one_or_more", "have at least 2 items", 2,
            usize::MAX)
        );
        /// Each once.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Tags(Vec<TagsItem>);
        ::dispatcher_runtime::private::list_type!(
            Tags(TagsItem), ListRule::new("Tags", "have no duplicate items", 0,
            usize::MAX).unique()
        );
        /// The type of `Tags` in the contracts.
        pub type TagsItem = ::dispatcher_runtime::Refined<String, rules::TagsItem>;
        /// The type of `Tree` in the contracts.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Tree(Vec<Tree>);
        ::dispatcher_runtime::private::list_type!(
            Tree(Tree), ListRule::new("Tree", "have at most 2 items", 0, 2)
        );
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(
                super::super::super::DOCUMENTS, {
                ExactlyItem("p.json#/properties/exactly/items") : IntegerRule =
                IntegerRule::new("exactly", "be between 0 and 9").range(0, 9),
                TagsItem("p.json#/$defs/Tags/items") : StringRule =
                StringRule::new("Tags", "be at least 1 character long",
                r#"{"minLength":1,"type":"string"}"#), }
            );
        }
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { Anything = "p.json#/properties/anything", Exactly
            = "p.json#/properties/exactly", Lines = "p.json#/properties/lines", LinesItem
            = "p.json#/properties/lines/items", ListsMade = "p.json#", Matrix =
            "p.json#/properties/matrix", MatrixItem = "p.json#/properties/matrix/items",
            Maybe = "p.json#/properties/maybe", MaybeItem =
            "p.json#/properties/maybe/items", OneOrMore =
            "p.json#/properties/one_or_more", OneOrMore2 =
            "p.json#/properties/one_or_more/oneOf/1", Tags = "p.json#/$defs/Tags", Tree =
            "p.json#/$defs/Tree" }
        );
        impl ::dispatcher_runtime::Payload for ListsMade {
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
    /// The marker of the event type `lists.made`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::ListsMade;
        const NAME: &'static str = "lists.made";
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
        event_type: "lists.made",
        description: "Lists were made.",
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
        message = "`{Self}` does not produce `lists.made`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"lists.made\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::ListsMade {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `lists.made`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"lists.made\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`lists_made` carries `ListsMade`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<ListsMade>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::ListsMade {}
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
    /// Lists were made.
    ListsMade(lists_made::v1::ListsMade),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::ListsMade(_) => "lists.made",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::ListsMade(_) => 1,
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
            Self::ListsMade(payload) => {
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
            "lists.made" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            lists_made::v1::ListsMade,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            lists_made::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<lists_made::v1::ListsMade> for Event {
    fn from(payload: lists_made::v1::ListsMade) -> Self {
        Self::ListsMade(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&lists_made::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["lines"],
  "properties": {
    "lines": {
      "description": "What was bought.",
      "type": "array",
      "minItems": 1,
      "maxItems": 3,
      "items": { "type": "object", "required": ["code"], "additionalProperties": false,
        "properties": { "code": { "type": "string" }, "tags": { "$ref": "#/$defs/Tags" } } }
    },
    "plain": { "type": "array", "items": { "type": "string" } },
    "none_or_more": { "type": "array", "minItems": 0, "items": { "type": "boolean" } },
    "exactly": { "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": "integer", "minimum": 0, "maximum": 9 } },
    "matrix": { "type": "array", "minItems": 1, "items": { "type": "array", "maxItems": 2, "items": { "type": "number" } } },
    "maybe": { "type": ["array", "null"], "uniqueItems": true, "items": { "enum": ["a", "b", "c"] } },
    "anything": { "type": "array", "uniqueItems": true },
    "tree": { "$ref": "#/$defs/Tree" },
    "one_or_more": { "oneOf": [{ "type": "string" }, { "type": "array", "minItems": 2, "items": { "type": "string" } }] }
  },
  "$defs": {
    "Tags": { "description": "Each once.", "type": "array", "uniqueItems": true, "items": { "type": "string", "minLength": 1 } },
    "Tree": { "type": "array", "maxItems": 2, "items": { "$ref": "#/$defs/Tree" } }
  }
}
"##,
    },
];

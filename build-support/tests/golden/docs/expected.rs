::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `doc.written`.
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
/// Produces `doc.written`.
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
/// See \[Foo\], \<b\>bold\</b\> and <https://example.com/a_b>.
///
/// `doc.written`: produced by `revenue`, consumed by `coaching`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod doc_written {
    #[doc(inline)]
    pub use v1::{DocWritten, E, TickU60};
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// Docs of <https://example.com>, \[`Nope`\], \&amp; \&c.
        ///
        /// - list
        /// - indented
        ///   \| a \| b \|
        #[derive(Clone, Debug, PartialEq)]
        pub struct DocWritten {
            /// fn main() { panic!() }
            ///
            /// let x = 1;
            /// and `code[0]`, ``two ` ticks``, one \` tick, a\\b, * star, # hash
            pub a: Option<String>,
            /// evil  text
            /// next */ line
            pub b: Option<String>,
            /// The title \<stands\> in
            pub c: Option<String>,
            /// The property `d`.
            pub d: Option<String>,
            /// One of:
            /// - fn main() {}
            /// - fn tab() {}
            /// - \`\`\`rust
            ///   let x = 1;
            /// - \- nested
            ///   lazy
            ///
            /// 1. \~\~\~
            /// 2. \[Foo\]
            ///
            /// A year:
            /// 2024\. Then
            /// \---
            /// at the end
            pub list: Option<String>,
            /// \| a \| b \|
            /// \|---\|---\|
            /// \| 1 \| 2 \|
            ///
            /// note\[^1\]
            ///
            /// \[^1\]: the note
            ///
            /// \[Foo\]: <https://example.com>
            ///
            /// \~\~gone\~\~ \&lt;b\&gt;
            pub table: Option<String>,
            /// The property `hidden`.
            pub hid_u200b_den_u202e: Option<String>,
            /// The property `` tick` ``.
            pub tick_u60: Option<TickU60>,
            /// \[link\](<https://example.com>) {Self} {0}
            ///
            /// If it is absent, the contract's default is `"a\"b"`.
            pub e: Option<E>,
        }
        ::dispatcher_runtime::private::object!(
            DocWritten, { a = optional "a", b = optional "b", c = optional "c", d =
            optional "d", list = optional "list", table = optional "table",
            hid_u200b_den_u202e = optional "hid\u{200b}den\u{202e}", tick_u60 = optional
            "tick`", e = optional "e" }
        );
        /// \[link\](<https://example.com>) {Self} {0}
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum E {
            /// `"a\"b"`.
            AU22B,
            /// `"]["`.
            U5dU5b,
        }
        ::dispatcher_runtime::private::string_enum!(
            E, "e", "be one of \"a\\\"b\", \"][\"", { AU22B = "a\"b", U5dU5b = "][" }
        );
        /// The type of `` tick` `` in the contracts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum TickU60 {
            /// ````"``` a"````.
            U60U60U60A,
            /// `"\u{2066}b"`.
            U2066B,
        }
        ::dispatcher_runtime::private::string_enum!(
            TickU60, "tick`", "be one of \"``` a\", \"\\u{2066}b\"", { U60U60U60A =
            "``` a", U2066B = "\u{2066}b" }
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { DocWritten = "p.json#", E =
            "p.json#/properties/e", TickU60 = "p.json#/properties/tick`" }
        );
        impl ::dispatcher_runtime::Payload for DocWritten {
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
    /// The marker of the event type `doc.written`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::DocWritten;
        const NAME: &'static str = "doc.written";
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
        event_type: "doc.written",
        description: "See [Foo], <b>bold</b> and https://example.com/a_b.",
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
        message = "`{Self}` does not produce `doc.written`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"doc.written\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::DocWritten {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `doc.written`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"doc.written\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`doc_written` carries `DocWritten`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<DocWritten>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::DocWritten {}
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
    /// See \[Foo\], \<b\>bold\</b\> and <https://example.com/a_b>.
    DocWritten(doc_written::v1::DocWritten),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::DocWritten(_) => "doc.written",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::DocWritten(_) => 1,
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
            Self::DocWritten(payload) => {
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
            "doc.written" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            doc_written::v1::DocWritten,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            doc_written::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<doc_written::v1::DocWritten> for Event {
    fn from(payload: doc_written::v1::DocWritten) -> Self {
        Self::DocWritten(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&doc_written::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: "{\n  \"type\": \"object\",\n  \"title\": \"A [title]\",\n  \"description\": \"Docs of https://example.com, [`Nope`], &amp; &c.\\n\\n- list\\n    - indented\\n| a | b |\",\n  \"properties\": {\n    \"a\": {\n      \"type\": \"string\",\n      \"description\": \"    fn main() { panic!() }\\n\\n```\\nlet x = 1;\\n```\\nand `code[0]`, ``two ` ticks``, one ` tick, a\\\\b, * star, # hash\"\n    },\n    \"b\": {\n      \"type\": \"string\",\n      \"description\": \"evil \u{202e} text\\r\\nnext */ line\",\n      \"title\": \"B\"\n    },\n    \"c\": {\n      \"type\": \"string\",\n      \"title\": \"The title <stands> in\"\n    },\n    \"d\": {\n      \"type\": \"string\"\n    },\n    \"list\": {\n      \"type\": \"string\",\n      \"description\": \"One of:\\n-      fn main() {}\\n-\\tfn tab() {}\\n- ```rust\\n  let x = 1;\\n  ```\\n- - nested\\nlazy\\n\\n1. ~~~\\n2. [Foo]\\n\\nA year:\\n2024. Then\\n---\\nat the end\"\n    },\n    \"table\": {\n      \"type\": \"string\",\n      \"description\": \"| a | b |\\n|---|---|\\n| 1 | 2 |\\n\\nnote[^1]\\n\\n[^1]: the note\\n\\n[Foo]: https://example.com\\n\\n~~gone~~ &lt;b&gt;\"\n    },\n    \"hid\\u200bden\\u202e\": {\n      \"type\": \"string\"\n    },\n    \"tick`\": {\n      \"type\": \"string\",\n      \"enum\": [\"``` a\", \"\\u2066b\"]\n    },\n    \"e\": {\n      \"type\": \"string\",\n      \"enum\": [\n        \"a\\\"b\",\n        \"][\"\n      ],\n      \"default\": \"a\\\"b\",\n      \"description\": \"[link](https://example.com) {Self} {0}\"\n    }\n  },\n  \"additionalProperties\": false\n}\n",
    },
];

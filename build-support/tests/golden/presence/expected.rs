::dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.1");
/// The domain `coaching`.
///
/// Produces nothing.
///
/// Consumes `person.changed`.
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
/// Produces `person.changed`.
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
/// The event person.changed.
///
/// `person.changed`: produced by `revenue`, consumed by `coaching`. Its subject is at `/person_id`.
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
pub mod person_changed {
    #[doc(inline)]
    pub use v1::PersonChanged;
    /// Version 1, from `p.json`.
    pub mod v1 {
        use ::dispatcher_runtime::private::serde;
        /// The event person.changed.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PersonChanged {
            /// The property `person_id`.
            pub person_id: String,
            /// May be absent.
            ///
            /// If it is absent, the contract's default is `"nobody"`.
            pub nickname: Option<String>,
            /// Is there, and may be null.
            pub phone: Option<String>,
            /// May be absent, may be null.
            pub email: Option<Option<String>>,
            /// Any value, or none.
            ///
            /// Any JSON value is valid here.
            pub anything: Option<::dispatcher_runtime::private::serde_json::Value>,
            /// Any value.
            ///
            /// Any JSON value is valid here.
            pub always: ::dispatcher_runtime::private::serde_json::Value,
            /// The property `old`.
            #[deprecated]
            pub old: Option<::dispatcher_runtime::Integer>,
            /// The property `tags`.
            pub tags: Vec<String>,
            /// The property `labels`.
            pub labels: ::std::collections::BTreeMap<
                String,
                ::dispatcher_runtime::Integer,
            >,
            /// The property `additional_properties`.
            pub additional_properties_: Option<bool>,
            /// Properties that the schema allows but does not name.
            pub additional_properties: ::dispatcher_runtime::private::serde_json::Map<
                String,
                ::dispatcher_runtime::private::serde_json::Value,
            >,
        }
        ::dispatcher_runtime::private::object!(
            PersonChanged, { person_id = required "person_id", nickname = optional
            "nickname", phone = required "phone", email = present "email", anything =
            present "anything", always = required "always", old = optional "old", tags =
            required "tags", labels = required "labels", additional_properties_ =
            optional "additional_properties" }, additional_properties
        );
        ::dispatcher_runtime::private::json_schema!(
            super::super::DOCUMENTS, { PersonChanged = "p.json#" }
        );
        impl ::dispatcher_runtime::Payload for PersonChanged {
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
    /// The marker of the event type `person.changed`.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub struct EventType;
    impl ::dispatcher_runtime::private::Sealed for EventType {}
    impl ::dispatcher_runtime::EventType for EventType {
        type Payload = v1::PersonChanged;
        const NAME: &'static str = "person.changed";
        const PRODUCER: &'static str = "revenue";
        const CONSUMERS: &'static [&'static str] = &["coaching"];
        const SUBJECT: ::core::option::Option<&'static str> = ::core::option::Option::Some(
            "/person_id",
        );
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
        event_type: "person.changed",
        description: "The event person.changed.",
        contract: "golden",
        producer: "revenue",
        consumers: &["coaching"],
        status: ::dispatcher_runtime::Status::Active,
        subject: ::core::option::Option::Some("/person_id"),
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
        message = "`{Self}` does not produce `person.changed`",
        label = "the registry names `revenue` as its producer",
        note = "publish it from a `Dispatcher::<Revenue>`, or change \"producer\" of \"person.changed\" in event-types-registry.json"
    )]
    pub trait Producer: ::dispatcher_runtime::Domain {}
    impl Producer for super::Revenue {}
    impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for v1::PersonChanged {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a consumer of `person.changed`",
        label = "the registry lists `coaching`",
        note = "add the domain to \"consumers\" of \"person.changed\" in event-types-registry.json, or subscribe from a `Consumer::<Coaching>`"
    )]
    pub trait Consumer: ::dispatcher_runtime::Domain {}
    impl Consumer for super::Coaching {}
    impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`person_changed` carries `PersonChanged`, but this handler takes `{Self}`",
        label = "write `EventEnvelope<PersonChanged>`",
        note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types of all its variants"
    )]
    pub trait Carried: ::dispatcher_runtime::Payload {}
    impl Carried for v1::PersonChanged {}
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
    /// The event person.changed.
    PersonChanged(person_changed::v1::PersonChanged),
}
#[allow(clippy::all, clippy::nursery, clippy::pedantic)]
#[allow(deprecated, unreachable_pub, unused)]
impl Event {
    /// The event type, such as `credit.locked`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::PersonChanged(_) => "person.changed",
        }
    }
    /// The schema version of the payload.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        match self {
            Self::PersonChanged(_) => 1,
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
            Self::PersonChanged(payload) => {
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
            "person.changed" => {
                match schema_version {
                    1 => {
                        ::dispatcher_runtime::private::decode::<
                            person_changed::v1::PersonChanged,
                        >(payload)
                            .map(Self::from)
                    }
                    other => {
                        ::core::result::Result::Err(
                            person_changed::DESCRIPTOR.unknown_version(other),
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
impl ::core::convert::From<person_changed::v1::PersonChanged> for Event {
    fn from(payload: person_changed::v1::PersonChanged) -> Self {
        Self::PersonChanged(payload)
    }
}
/// Every event type of the contracts.
#[allow(dead_code, unreachable_pub)]
pub static REGISTRY: ::dispatcher_runtime::Registry = ::dispatcher_runtime::Registry::new(
    &[&person_changed::DESCRIPTOR],
    DOCUMENTS,
);
static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[
    ::dispatcher_runtime::private::Document {
        path: "p.json",
        text: r#"{
  "type": "object",
  "properties": {
    "person_id": {
      "type": "string"
    },
    "nickname": {
      "type": "string",
      "description": "May be absent.",
      "default": "nobody"
    },
    "phone": {
      "type": [
        "string",
        "null"
      ],
      "description": "Is there, and may be null."
    },
    "email": {
      "type": [
        "string",
        "null"
      ],
      "description": "May be absent, may be null."
    },
    "anything": {
      "description": "Any value, or none."
    },
    "always": {
      "description": "Any value."
    },
    "old": {
      "type": "integer",
      "deprecated": true
    },
    "tags": {
      "type": "array",
      "items": {
        "type": "string"
      }
    },
    "labels": {
      "type": "object",
      "additionalProperties": {
        "type": "integer"
      }
    },
    "additional_properties": {
      "type": "boolean"
    }
  },
  "required": [
    "person_id",
    "phone",
    "tags",
    "labels",
    "always"
  ]
}
"#,
    },
];

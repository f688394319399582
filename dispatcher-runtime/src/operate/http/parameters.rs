//! The parameters and fields that routes share, each once.

use super::access::Permission;
use super::kind::{Kind, Parameter};

const REASONS: &[&str] = &[
    "retries_exhausted",
    "permanent",
    "invalid",
    "crashed",
    "unknown_version",
];

pub(super) const CONSUMER: Parameter = Parameter::new(
    "consumer",
    Kind::Name("the name of a consuming domain"),
    "The consuming domain.",
);
pub(super) const SUBSCRIPTION: Parameter = Parameter::new(
    "subscription",
    Kind::Name("the name of a subscription"),
    "The subscription.",
);
pub(super) const NAME: Parameter = Parameter::new(
    "name",
    Kind::Name("the name of a subscription"),
    "The subscription.",
);
pub(super) const EVENT_TYPE: Parameter = Parameter::new(
    "event_type",
    Kind::Name("the name of an event type"),
    "The type of the event.",
);
pub(super) const TYPE: Parameter = Parameter::new(
    "type",
    Kind::Name("the name of an event type"),
    "The event type.",
);
pub(super) const REASON: Parameter = Parameter::new(
    "reason",
    Kind::Choice(REASONS),
    "Why the subscription gave up.",
);
pub(super) const GROUP: Parameter = Parameter::new(
    "group",
    Kind::Group,
    "The group, or the first digits of some: dead letters of one subscription and event type that failed alike.",
);
pub(super) const SUBJECT: Parameter = Parameter::new(
    "subject",
    Kind::Name("the subject of an event"),
    "Whom or what the event is about.",
);
pub(super) const TENANT: Parameter =
    Parameter::new("tenant", Kind::Tenant, "The tenant of the event.");
pub(super) const STATE: Parameter = Parameter::new(
    "state",
    Kind::Choice(&["open", "redriving", "resolved"]),
    "What the dead letter is.",
);
pub(super) const FROM: Parameter =
    Parameter::new("from", Kind::Time, "Written at this time or later.");
pub(super) const TO: Parameter = Parameter::new("to", Kind::Time, "Written before this time.");
pub(super) const INCLUDE_RESOLVED: Parameter = Parameter::new(
    "include_resolved",
    Kind::Flag,
    "Whether to list resolved dead letters too. Defaults to `false`.",
);
pub(super) const LIMIT: Parameter = Parameter::new(
    "limit",
    Kind::Limit,
    "How many to list at most. Defaults to 50.",
);
pub(super) const NEXT: Parameter = Parameter::new(
    "next",
    Kind::Token,
    "The token of the next page, with the same parameters as before; only `limit` may change.",
);
pub(super) const REVEAL: Parameter = Parameter::new(
    "reveal",
    Kind::Flag,
    "Whether to show values that the contracts mark as sensitive. It needs the permission `reveal`, and is in the \
     audit. Defaults to `false`.",
)
.needs(Permission::Reveal);

pub(super) const CAUSATION: Parameter = Parameter::new(
    "causation",
    Kind::Flag,
    "Whether to look for what caused the event, and for about a second at most for what it caused. Defaults to `false`.",
);
pub(super) const DEAD_LETTER: Parameter =
    Parameter::new("id", Kind::DeadLetter, "The dead letter.");
pub(super) const REDRIVE: Parameter = Parameter::new("id", Kind::Redrive, "The redrive.");
pub(super) const EVENT: Parameter = Parameter::new(
    "id",
    Kind::Name("the id of an event"),
    "The event, by the id that it was stored with.",
);

pub(super) const RESOLVED_BY: Parameter = Parameter::new(
    "resolved_by",
    Kind::Operator,
    "Another name of the operator. The session's is recorded, and this one beside it.",
);
pub(super) const RESOLUTION_NOTE: Parameter = Parameter::new(
    "resolution_note",
    Kind::Note,
    "Why, in the operator's words.",
);
pub(super) const WHY: Parameter =
    Parameter::new("why", Kind::Note, "Why, in the operator's words.");

/// What selects dead letters, whatever is done to them.
pub(super) const SELECTION: &[&Parameter] = &[
    &CONSUMER,
    &SUBSCRIPTION,
    &EVENT_TYPE,
    &REASON,
    &GROUP,
    &SUBJECT,
    &TENANT,
    &FROM,
    &TO,
];

/// Which open dead letters an act on many selects.
pub(super) const FILTER: Parameter = Parameter::new(
    "filter",
    Kind::Fields(SELECTION),
    "Which open dead letters. An empty filter is refused: send `all` in its place.",
);
pub(super) const ALL: Parameter = Parameter::new(
    "all",
    Kind::Flag,
    "`true` in the place of a filter: every open dead letter that the session may see.",
);
pub(super) const EXPECTED: Parameter = Parameter::new(
    "expected",
    Kind::Number,
    "How many the preview has shown. If the number has changed, nothing is done (409).",
)
.required();
pub(super) const PER_SECOND: Parameter = Parameter::new(
    "per_second",
    Kind::Rate,
    "How many events are handed to consumers in a second at most. Defaults to 50.",
);
pub(super) const FORCED: Parameter = Parameter::new(
    "forced",
    Kind::Flag,
    "Whether events are redriven that the gate would refuse again. Defaults to `false`.",
);
pub(super) const PREVIEW: Parameter = Parameter::new(
    "preview",
    Kind::Flag,
    "Whether only to say what would be done. Defaults to `false`.",
);
pub(super) const REWIND_TO: Parameter = Parameter::new(
    "to",
    Kind::Start,
    "`beginning`, or the time from which events are handled again.",
)
.required();

/// What only pages take.
#[cfg(feature = "page")]
mod of_pages {
    use super::super::kind::{Kind, Parameter};

    /// As `REWIND_TO`, but the page asks for it where it is missing.
    pub(in crate::operate::http) const REWOUND_TO: Parameter = Parameter::new(
        "to",
        Kind::Start,
        "`beginning`, or the time from which events are handled again.",
    );
    pub(in crate::operate::http) const AROUND: Parameter = Parameter::new(
        "around",
        Kind::Name("the name of a domain"),
        "The domain whose flows are shown. Defaults to all.",
    );
    pub(in crate::operate::http) const VERSION: Parameter =
        Parameter::new("version", Kind::Number, "The version of the event type.");
    pub(in crate::operate::http) const PUBLISHED_TENANT: Parameter = Parameter::new(
        "tenant_id",
        Kind::Name("the id of a tenant"),
        "The tenant of the event.",
    )
    .required();
    pub(in crate::operate::http) const PAYLOAD: Parameter = Parameter::new(
        "payload",
        Kind::Name("a JSON object"),
        "The payload of the event.",
    )
    .required();
    pub(in crate::operate::http) const CONFIRMED: Parameter = Parameter::new(
        "confirmed",
        Kind::Flag,
        "Whether what would be published was shown. Defaults to `false`: then it is shown.",
    );
}
#[cfg(feature = "page")]
pub(super) use of_pages::{AROUND, CONFIRMED, PAYLOAD, PUBLISHED_TENANT, REWOUND_TO, VERSION};

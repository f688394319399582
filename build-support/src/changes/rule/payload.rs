//! Rules about payload schemas that do not come in threes.

use super::{About, Rule};

/// Those about properties and objects.
pub(super) static BEFORE_FAMILIES: &[Rule] = &[
    Rule {
        id: "property-added",
        about: About::Payload,
        short: "an optional property was added",
        means: "The new version has a property that the older one does not have, and that may be absent. Old data stays valid, and consumers of the older version leave the property out.",
        example: "\"properties\": {} → {\"note\": {\"type\": \"string\"}}",
        remedy: "Nothing has to be done. In a published version it is not allowed, because consumers that were built before refuse the property: add a version.",
    },
    Rule {
        id: "property-removed",
        about: About::Payload,
        short: "a property was removed",
        means: "The new version no longer has a property. If it was required, a consumer of the older version cannot read new data without it.",
        example: "\"properties\": {\"note\": {}} → {}",
        remedy: "Deploy the consumers before the producer. Where the level protects older consumers, keep sending the property.",
    },
    Rule {
        id: "property-required",
        about: About::Payload,
        short: "a property is required that was not",
        means: "The new version asks for a property that the older one may leave out. Events of the older version, which are still in the log or come from producers that are not deployed yet, lack it. A \"default\" does not fill it in.",
        example: "\"required\": [\"lesson_id\"] → [\"lesson_id\", \"reason\"]",
        remedy: "Make the property optional, or write an upcast that finds a value for it: `dispatcher contracts upcast EVENT`.",
    },
    Rule {
        id: "property-optional",
        about: About::Payload,
        short: "a property may be absent that was required",
        means: "The new version may leave out a property that consumers of the older one rely on.",
        example: "\"required\": [\"lesson_id\", \"reason\"] → [\"lesson_id\"]",
        remedy: "Deploy the consumers before the producer. Where the level protects older consumers, keep the property required.",
    },
    Rule {
        id: "object-opened",
        about: About::Payload,
        short: "an object may have other properties",
        means: "An object takes properties that it does not declare. Writers send what they declare, so this alone breaks no data.",
        example: "\"additionalProperties\": false → true",
        remedy: "Nothing has to be done. Prefer closed objects: in an open one a misspelt property passes.",
    },
    Rule {
        id: "object-closed",
        about: About::Payload,
        short: "an object no longer takes other properties",
        means: "An object refuses properties that it does not declare, or asks for a form of theirs. Properties that were declared nowhere are taken out before old data is read.",
        example: "\"additionalProperties\": true → false",
        remedy: "Declare the properties that producers send.",
    },
];

/// The rule for what could not be decided.
pub(super) static UNDECIDED: Rule = Rule {
    id: "undecided",
    about: About::Payload,
    short: "it is not known whether the versions fit",
    means: "The comparison found neither a proof that one version takes the data of the other, nor a payload that shows the opposite. It names the keyword, the place and the reason.",
    example: "two patterns with look-ahead",
    remedy: "Write the keyword in a form that can be compared. If you know that nothing breaks, add a waiver to contracts-waivers.json.",
};

/// Those about alternatives and schemas as a whole.
pub(super) static AFTER_FAMILIES: &[Rule] = &[
    Rule {
        id: "branch-added",
        about: About::Payload,
        short: "an alternative was added",
        means: "A `oneOf` or `anyOf` has an alternative that the older version does not have. A consumer of the older version refuses a payload that uses it.",
        example: "\"oneOf\": [Card] → [Card, Cash]",
        remedy: "Deploy the consumers before the producer.",
    },
    Rule {
        id: "branch-removed",
        about: About::Payload,
        short: "an alternative was removed",
        means: "A `oneOf` or `anyOf` lacks an alternative of the older version. Old payloads that use it are not valid in the new version.",
        example: "\"oneOf\": [Card, Cash] → [Card]",
        remedy: "Keep the alternative, or write an upcast: `dispatcher contracts upcast EVENT`.",
    },
    Rule {
        id: "branch-overlaps",
        about: About::Payload,
        short: "two alternatives of a oneOf accept the same value",
        means: "A `oneOf` accepts what exactly one alternative accepts. A new alternative accepts values of an older one too, so these are no longer valid.",
        example: "\"oneOf\": [{\"type\": \"string\"}] → [{\"type\": \"string\"}, {\"maxLength\": 9}]",
        remedy: "Give each alternative a required property with a `const` of its own.",
    },
    Rule {
        id: "nothing-valid",
        about: About::Payload,
        short: "no payload is valid",
        means: "The new version contradicts itself, so that no payload can be published.",
        example: "\"minimum\": 10, \"maximum\": 1 of a required property",
        remedy: "Correct the schema.",
    },
];

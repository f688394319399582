//! Rules that come in threes: more is allowed, less is allowed, or something else is.

use super::{About, Rule};

/// A rule for each direction in which a set of values can change.
macro_rules! family {
    ($name:literal, $subject:literal, $keywords:literal, $widened:literal, $narrowed:literal, $changed:literal) => {
        [
            Rule {
                id: concat!($name, "-widened"),
                about: About::Payload,
                short: concat!($subject, ": more is allowed"),
                means: concat!(
                    "More is allowed for ", $subject, " (", $keywords, "). Old data stays valid. A consumer that was \
                     built with the older version may refuse new data."
                ),
                example: $widened,
                remedy: "Deploy the consumers before the producer. Where the level protects older consumers, keep the \
                         old rule.",
            },
            Rule {
                id: concat!($name, "-narrowed"),
                about: About::Payload,
                short: concat!($subject, ": less is allowed"),
                means: concat!(
                    "Less is allowed for ", $subject, " (", $keywords, "). Events of the older version, which are \
                     still in the log or come from producers that are not deployed yet, may not be valid in the new one."
                ),
                example: $narrowed,
                remedy: "Keep the old rule, or write an upcast that makes a valid value of each old one: `dispatcher \
                         contracts upcast EVENT`.",
            },
            Rule {
                id: concat!($name, "-changed"),
                about: About::Payload,
                short: concat!($subject, ": something else is allowed"),
                means: concat!(
                    "Something else is allowed for ", $subject, " (", $keywords, "). Neither of the two versions is \
                     known to take everything that the other one does."
                ),
                example: $changed,
                remedy: "Keep the old rule, or add a property with the new one beside the old property. Or write an \
                         upcast, and deploy the consumers before the producer.",
            },
        ]
    };
}

/// Every family, with the rules in the order widened, narrowed, changed.
#[rustfmt::skip] // A table reads best with one entry after the other.
pub(super) static FAMILIES: [[Rule; 3]; 12] = [
    family!("type", "the JSON type of a value", "`type`",
        "\"type\": \"integer\" → [\"integer\", \"null\"]", "\"type\": [\"string\", \"null\"] → \"string\"",
        "\"type\": \"string\" → \"integer\""),
    family!("values", "the values that are listed", "`enum` and `const`",
        "\"enum\": [\"card\"] → [\"card\", \"cash\"]", "\"enum\": [\"card\", \"cash\"] → [\"card\"]",
        "\"const\": \"eur\" → \"const\": \"EUR\""),
    family!("bound", "the range of a number", "`minimum`, `maximum`, their exclusive forms and `multipleOf`",
        "\"maximum\": 10 → 20", "\"minimum\": 0 → 1",
        "\"multipleOf\": 2 → 3"),
    family!("length", "the length of a string", "`minLength` and `maxLength`",
        "\"maxLength\": 40 → 80", "\"maxLength\": 80 → 40",
        "\"maxLength\" and \"minLength\" both moved up"),
    family!("count", "how many items or properties there are", "`minItems`, `maxItems`, `minProperties`, `maxProperties` and `uniqueItems`",
        "\"maxItems\": 10 → 100", "\"minItems\": 0 → 1",
        "\"uniqueItems\" in one schema, written differently in the other"),
    family!("pattern", "the form of a string", "`pattern`",
        "\"pattern\": \"^les_\" → no pattern", "no pattern → \"pattern\": \"^les_\"",
        "\"pattern\": \"^les_\" → \"^lesson_\""),
    family!("format", "the format of a string", "`format`, and in drafts 6 and 7 `contentEncoding` and `contentMediaType`",
        "\"format\": \"uuid\" → no format", "no format → \"format\": \"email\"",
        "\"format\": \"date\" → \"date-time\""),
    family!("items", "the items of an array", "`items`, `prefixItems`, `additionalItems` and `unevaluatedItems`",
        "\"items\": {\"type\": \"string\"} → no items", "no items → \"items\": {\"type\": \"string\"}",
        "two schemas in \"prefixItems\" → three"),
    family!("contains", "what an array has to contain", "`contains`, `minContains` and `maxContains`",
        "\"contains\": {\"const\": 1} → no contains", "no contains → \"contains\": {\"const\": 1}",
        "\"minContains\": 1 → 2 and \"maxContains\": 2 → 4"),
    family!("condition", "a condition", "`if`, `then`, `else`, `not`, and a `oneOf` or `anyOf` as a whole",
        "\"not\": {\"required\": [\"a\"]} → no not", "no if → \"if\": …, \"then\": …",
        "another schema under \"then\""),
    family!("dependency", "what follows from a property", "`dependentRequired`, `dependentSchemas` and `dependencies`",
        "\"dependentRequired\": {\"a\": [\"b\"]} → {}", "\"dependentRequired\": {} → {\"a\": [\"b\"]}",
        "\"dependentRequired\": {\"a\": [\"b\"]} → {\"a\": [\"c\"]}"),
    family!("names", "the names of properties", "`propertyNames` and `patternProperties`",
        "\"propertyNames\": {\"maxLength\": 9} → none", "no propertyNames → {\"maxLength\": 9}",
        "a pattern in \"patternProperties\" was added"),
];

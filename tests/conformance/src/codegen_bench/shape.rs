//! Made-up event types, of the size of the reference contracts: about eight fields, with shared
//! ids, an enum, a nested object, a list, and, in every third, a tagged union.
//!
//! Each shape gives the contract and the plain Rust that it is compared with. The same seed gives
//! the same shapes.

use fastrand::Rng;

/// Ids that the event types share.
pub(super) const IDS: [(&str, &str); 8] = [
    ("PersonId", "per"),
    ("OrderId", "ord"),
    ("LessonId", "les"),
    ("CoachId", "coa"),
    ("VenueId", "ven"),
    ("RefundId", "rfd"),
    ("TenantId", "tnt"),
    ("ReservationId", "crr"),
];

const SUBJECTS: [&str; 6] = ["order", "lesson", "credit", "person", "coach", "venue"];
const HAPPENINGS: [&str; 6] = ["opened", "changed", "locked", "paid", "moved", "closed"];
const WORDS: [&str; 8] = [
    "open",
    "closed",
    "half_open",
    "cancelled",
    "expired",
    "attended",
    "refunded",
    "moved",
];

/// An event type and its payload.
pub(super) struct EventShape {
    /// `order.paid_17`
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
}

/// A property of a payload.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) kind: Kind,
}

/// What a property is.
pub(super) enum Kind {
    /// One of [`IDS`].
    Id(usize),
    Count {
        maximum: u32,
    },
    Choice(Vec<&'static str>),
    Text {
        longest: u32,
    },
    Instant,
    /// An object of its own: a code and a count.
    Nested {
        maximum: u32,
    },
    /// A list of objects: an id and a count.
    Lines {
        id: usize,
        maximum: u32,
    },
    /// Three objects that the constant `method` distinguishes.
    Tagged {
        longest: u32,
    },
}

impl EventShape {
    /// `order_paid_17`
    pub(super) fn module(&self) -> String {
        self.name.replace('.', "_")
    }

    /// `OrderPaid17`
    pub(super) fn rust_type(&self) -> String {
        camel(&self.name)
    }

    /// One more property: the change between two measurements.
    pub(super) fn grow(&mut self, step: usize) {
        self.fields.push(Field {
            name: format!("remark_{step}"),
            required: false,
            kind: Kind::Text { longest: 200 },
        });
    }
}

/// `half_open` → `HalfOpen`
pub(super) fn camel(name: &str) -> String {
    name.split(['.', '_'])
        .flat_map(|part| {
            let mut chars = part.chars();
            chars
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(chars)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// That many shapes.
pub(super) fn draw(count: usize, seed: u64) -> Vec<EventShape> {
    let mut dice = Rng::with_seed(seed);
    (0..count).map(|index| event(index, &mut dice)).collect()
}

fn event(index: usize, dice: &mut Rng) -> EventShape {
    let subject = SUBJECTS[dice.usize(..SUBJECTS.len())];
    let happening = HAPPENINGS[dice.usize(..HAPPENINGS.len())];
    let mut fields = Vec::new();
    let mut add = |name: &str, required: bool, kind: Kind| {
        fields.push(Field {
            name: name.to_owned(),
            required,
            kind,
        });
    };
    add("person_id", true, Kind::Id(0));
    let first = dice.usize(1..IDS.len());
    add("about_id", true, Kind::Id(first));
    if dice.bool() {
        add("caused_by_id", false, Kind::Id(dice.usize(1..IDS.len())));
    }
    add(
        "credits",
        true,
        Kind::Count {
            maximum: dice.u32(1..100_000),
        },
    );
    let from = dice.usize(..WORDS.len() - 4);
    let words = WORDS[from..from + dice.usize(2..5)].to_vec();
    add("state", true, Kind::Choice(words));
    add(
        "place",
        true,
        Kind::Nested {
            maximum: dice.u32(1..1000),
        },
    );
    add(
        "lines",
        dice.bool(),
        Kind::Lines {
            id: dice.usize(..IDS.len()),
            maximum: dice.u32(1..1000),
        },
    );
    if index.is_multiple_of(3) {
        add(
            "payment",
            dice.bool(),
            Kind::Tagged {
                longest: dice.u32(1..200),
            },
        );
    }
    add(
        "note",
        false,
        Kind::Text {
            longest: dice.u32(1..500),
        },
    );
    add("occurred_on", true, Kind::Instant);
    EventShape {
        name: format!("{subject}.{happening}_{index}"),
        fields,
    }
}

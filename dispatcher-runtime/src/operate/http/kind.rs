//! The kinds of parameters and fields: what each accepts, as text and as JSON, and what the OpenAPI document says of it.

use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::access::Permission;
use crate::contract::id::{DeadLetterId, RedriveId, TenantId};
use crate::log::StartFrom;
use crate::operate::actor::{LONGEST_NAME, control_character};

/// A parameter of a path or a query, or a field of a body.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// What it means, for the OpenAPI document.
    pub(super) about: &'static str,
    /// Whether the request is refused without it.
    pub(super) is_required: bool,
    /// What the session must be allowed to do in order to send it as `true`.
    pub(super) needs: Option<Permission>,
}

impl Parameter {
    pub(super) const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            kind,
            about,
            is_required: false,
            needs: None,
        }
    }

    pub(super) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(super) const fn needs(mut self, permission: Permission) -> Self {
        self.needs = Some(permission);
        self
    }
}

/// What a parameter or field accepts.
#[derive(Debug)]
pub(super) enum Kind {
    /// Text that names something; the words say what.
    Name(&'static str),
    /// Text that is recorded and shown to others.
    Note,
    /// The name that a client gives of its operator.
    Operator,
    Tenant,
    DeadLetter,
    Redrive,
    /// The first digits of a group of dead letters, or all.
    Group,
    Flag,
    Limit,
    /// How many.
    Number,
    /// How many in a second.
    Rate,
    /// The token of a page.
    Token,
    Time,
    /// Where a subscription is rewound to.
    Start,
    Choice(&'static [&'static str]),
    /// An object.
    Fields(&'static [&'static Parameter]),
}

/// What a parameter or field was given.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Tenant(TenantId),
    DeadLetter(DeadLetterId),
    Redrive(RedriveId),
    Flag(bool),
    Number(u64),
    Rate(f64),
    Time(OffsetDateTime),
    Start(StartFrom),
    Fields(Values),
}

/// What the parameters or fields of a request were given, by name.
#[derive(Debug, Default)]
pub(super) struct Values(pub(super) Vec<(&'static str, Value)>);

macro_rules! getters {
    ($($name:ident: $variant:ident => $type:ty),+ $(,)?) => {$(
        pub(super) fn $name(&self, parameter: &Parameter) -> Option<&$type> {
            match self.get(parameter)? {
                Value::$variant(value) => Some(value),
                _ => None,
            }
        }
    )+};
}

impl Values {
    getters! {
        tenant: Tenant => TenantId, dead_letter: DeadLetter => DeadLetterId, redrive: Redrive => RedriveId,
        number: Number => u64, rate: Rate => f64, time: Time => OffsetDateTime, start: Start => StartFrom,
        fields: Fields => Values,
    }

    pub(super) fn text(&self, parameter: &Parameter) -> Option<&str> {
        match self.get(parameter)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it was given as `true`.
    pub(super) fn is_set(&self, parameter: &Parameter) -> bool {
        matches!(self.get(parameter), Some(Value::Flag(true)))
    }

    pub(super) fn get(&self, parameter: &Parameter) -> Option<&Value> {
        let given = self.0.iter().find(|(name, _)| *name == parameter.name)?;
        Some(&given.1)
    }
}

impl Kind {
    /// What it accepts, after "it has to be".
    pub(super) fn allowed(&self) -> String {
        match self {
            Self::Name(what) => (*what).to_owned(),
            Self::Note => "a string or null".to_owned(),
            Self::Operator => "a string that names the operator".to_owned(),
            Self::Tenant => "`tnt_` followed by letters, digits, `_` or `-`".to_owned(),
            Self::DeadLetter => "`dlq_` and a UUID in lower case".to_owned(),
            Self::Redrive => "`rdr_` and a UUID in lower case".to_owned(),
            Self::Group => "1 to 64 hexadecimal digits in lower case".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Limit => "a whole number from 1 to 1000".to_owned(),
            Self::Number => "a whole number from 0 to 9007199254740991".to_owned(),
            Self::Rate => "a number from 0.001 to 10000".to_owned(),
            Self::Token => "the token of a page".to_owned(),
            Self::Time => "a time of RFC 3339, such as `2026-11-30T08:00:00Z`".to_owned(),
            Self::Start => {
                "`beginning`, or a time of RFC 3339, such as `2026-11-30T08:00:00Z`".to_owned()
            }
            Self::Choice(values) => format!("one of `{}`", values.join("`, `")),
            Self::Fields(_) => "a JSON object".to_owned(),
        }
    }

    /// Of a path or a query.
    ///
    /// # Errors
    /// What is accepted.
    pub(super) fn read_text(&self, text: &str) -> Result<Value, String> {
        // What decoding makes of bytes that are not UTF-8.
        if text.contains('\u{FFFD}') {
            return Err(self.allowed());
        }
        self.read(text)
    }

    fn read(&self, text: &str) -> Result<Value, String> {
        let value = match self {
            Self::Note | Self::Operator if control_character(text).is_some() => {
                return Err("text without control characters".to_owned());
            }
            // Postgres stores none.
            _ if text.contains('\0') => None,
            // In a query an empty value is absent; in a body it names nothing.
            Self::Name(_) | Self::Token => (!text.is_empty()).then(|| Value::Text(text.to_owned())),
            Self::Note => Some(Value::Text(text.to_owned())),
            Self::Operator if text.len() > LONGEST_NAME => {
                return Err(format!("at most {LONGEST_NAME} bytes long"));
            }
            Self::Operator => {
                let named = !text.trim().is_empty();
                named.then(|| Value::Text(text.to_owned()))
            }
            Self::Tenant => text.parse().ok().map(Value::Tenant),
            Self::DeadLetter => text.parse().ok().map(Value::DeadLetter),
            Self::Redrive => text.parse().ok().map(Value::Redrive),
            Self::Group => is_group(text).then(|| Value::Text(text.to_owned())),
            Self::Flag => text.parse().ok().map(Value::Flag),
            Self::Limit => {
                let limit = whole(text).filter(|limit| (1..=1000).contains(limit));
                limit.map(Value::Number)
            }
            Self::Number => whole(text).map(Value::Number),
            Self::Rate => text.parse().ok().filter(is_rate).map(Value::Rate),
            Self::Time => time(text).map(Value::Time),
            Self::Start => match text {
                "beginning" => Some(Value::Start(StartFrom::Beginning)),
                text => time(text).map(|at| Value::Start(StartFrom::At(at))),
            },
            Self::Choice(values) => values.contains(&text).then(|| Value::Text(text.to_owned())),
            Self::Fields(_) => None,
        };
        value.ok_or_else(|| self.allowed())
    }

    /// Of a body; not of an object, whose fields are read one by one.
    ///
    /// # Errors
    /// What is accepted.
    pub(super) fn read_json(&self, json: &Json) -> Result<Value, String> {
        let value = match (self, json) {
            (Self::Flag | Self::Limit | Self::Number | Self::Rate, Json::String(_)) => None,
            (_, Json::String(text)) => return self.read(text),
            (Self::Flag, Json::Bool(flag)) => Some(Value::Flag(*flag)),
            (Self::Limit | Self::Number, Json::Number(number)) => {
                let text = number.to_string();
                return self.read(&text);
            }
            (Self::Rate, Json::Number(number)) => number.as_f64().filter(is_rate).map(Value::Rate),
            _ => None,
        };
        value.ok_or_else(|| self.allowed())
    }

    /// Its schema in the OpenAPI document.
    pub(super) fn schema(&self) -> Json {
        match self {
            Self::Name(_) => json!({ "type": "string", "pattern": r"^[^\u0000\uFFFD]+$" }),
            Self::Token => json!({ "type": "string" }),
            Self::Note => json!({ "type": "string", "pattern": TEXT }),
            Self::Operator => {
                json!({ "type": "string", "maxLength": LONGEST_NAME, "pattern": TEXT })
            }
            Self::Tenant => json!({ "type": "string", "pattern": "^tnt_[A-Za-z0-9_-]+$" }),
            Self::DeadLetter => json!({ "type": "string", "pattern": format!("^dlq_{UUID}$") }),
            Self::Redrive => json!({ "type": "string", "pattern": format!("^rdr_{UUID}$") }),
            Self::Group => json!({ "type": "string", "pattern": "^[0-9a-f]{1,64}$" }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Limit => json!({ "type": "integer", "minimum": 1, "maximum": 1000 }),
            Self::Number => json!({ "type": "integer", "minimum": 0, "maximum": LARGEST }),
            Self::Rate => json!({ "type": "number", "minimum": 0.001, "maximum": 10000 }),
            Self::Time => json!({ "type": "string", "format": "date-time" }),
            Self::Start => json!({ "anyOf": [{ "const": "beginning" }, Self::Time.schema()] }),
            Self::Choice(values) => json!({ "enum": values }),
            Self::Fields(fields) => object(fields),
        }
    }
}

/// The largest whole number that a double holds, and every program that reads JSON.
const LARGEST: u64 = (1 << 53) - 1;
/// What [`control_character`] lets through.
const TEXT: &str = r"^[^\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]*$";
const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/// The schema of an object of these fields.
pub(super) fn object(fields: &[&Parameter]) -> Json {
    let mut properties = serde_json::Map::new();
    for field in fields {
        let mut schema = field.kind.schema();
        // A field that is null counts as absent.
        if !field.is_required {
            schema = json!({ "anyOf": [schema, { "type": "null" }] });
        }
        schema["description"] = field.about.into();
        properties.insert(field.name.to_owned(), schema);
    }
    let required = fields.iter().filter(|field| field.is_required);
    let required: Vec<_> = required.map(|field| field.name).collect();
    json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    })
}

fn whole(text: &str) -> Option<u64> {
    // `parse` alone takes a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| digits && *number <= LARGEST)
}

fn is_rate(rate: &f64) -> bool {
    (0.001..=10_000.0).contains(rate)
}

fn is_group(text: &str) -> bool {
    let digits = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    digits && (1..=64).contains(&text.len())
}

/// Postgres holds more than these years.
fn time(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

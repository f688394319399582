//! Binary mode: the data is the body, and the attributes are headers, as the HTTP protocol binding writes them.

use std::collections::BTreeMap;

use super::error::CloudEventError;
use super::parts::Parts;
use super::rules::fault;
use super::structured;

/// What the header of an attribute begins with.
const PREFIX: &str = "ce-";

const CONTENT_TYPE: &str = "content-type";

pub(super) fn write(event: &Parts) -> (Vec<(String, String)>, Vec<u8>) {
    let headers = event.attributes().map(|(name, value)| match name {
        "datacontenttype" => (CONTENT_TYPE.to_owned(), value.to_owned()),
        _ => (format!("{PREFIX}{name}"), encoded(value)),
    });
    // A JSON value can always be written.
    let body = serde_json::to_vec(&event.data).unwrap_or_default();
    (headers.collect(), body)
}

pub(super) fn read<N: AsRef<str>, V: AsRef<str>>(
    headers: impl IntoIterator<Item = (N, V)>,
    body: &[u8],
) -> Result<Parts, CloudEventError> {
    let mut attributes = BTreeMap::new();
    for (header, value) in headers {
        let header = header.as_ref().to_ascii_lowercase();
        let value = value.as_ref().trim_matches([' ', '\t']);
        let (name, value) = match header.strip_prefix(PREFIX) {
            Some("datacontenttype") => {
                let message = "it is the header `content-type`, without `ce-`";
                return Err(fault("datacontenttype", message));
            }
            Some(name) => (name.to_owned(), decoded(name, value)?),
            None if header == CONTENT_TYPE => ("datacontenttype".to_owned(), media_type(value)?),
            None => continue,
        };
        if attributes.insert(name.clone(), value).is_some() {
            return Err(fault(&name, "there are two headers for it"));
        }
    }
    let text = std::str::from_utf8(body).map_err(|_| CloudEventError::Data {
        message: "the body is not UTF-8, which JSON is written in".to_owned(),
    })?;
    Parts::of(attributes, structured::json(text)?)
}

/// The type of the data; a message in structured mode is another thing.
fn media_type(value: &str) -> Result<String, CloudEventError> {
    if value
        .to_ascii_lowercase()
        .starts_with("application/cloudevents")
    {
        let message = format!(
            "{value:?} is not binary mode: read one event with `from_structured`, and a batch event by event"
        );
        return Err(fault("datacontenttype", message));
    }
    Ok(value.to_owned())
}

/// A value as a header has it: what is not printable ASCII, a space, `"` and `%` are percent-encoded.
pub(crate) fn encoded(value: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, 0x21..=0x7E if byte != b'"' && byte != b'%');
    if value.bytes().all(is_plain) {
        return value.to_owned();
    }
    let mut header = String::with_capacity(value.len() + 16);
    for byte in value.bytes() {
        if is_plain(byte) {
            header.push(byte.into());
        } else {
            header.push_str(&format!("%{byte:02X}"));
        }
    }
    header
}

/// The value that a header stands for: without quotes, and without percent-encoding.
pub(crate) fn decoded(name: &str, header: &str) -> Result<String, CloudEventError> {
    if !header.starts_with('"') && !header.contains('%') {
        return Ok(header.to_owned());
    }
    let mut bytes = Vec::with_capacity(header.len());
    let quoted = header
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let text = match quoted {
        Some(quoted) => unescaped(quoted),
        None => header.to_owned(),
    };
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = rest
            .get(..2)
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let message = "a % in its header has no two hexadecimal digits after it";
        bytes.push(byte.ok_or_else(|| fault(name, message))?);
        rest = rest.get(2..).unwrap_or_default();
    }
    String::from_utf8(bytes).map_err(|_| fault(name, "its header is not percent-encoded UTF-8"))
}

/// A quoted string of HTTP without its backslashes.
fn unescaped(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

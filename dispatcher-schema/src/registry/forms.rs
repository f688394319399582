//! The texts of a registry that lead to files and fields: a contract's folder, a schema's path, a
//! subject.

use super::Spot;
use super::reader::Reader;
use crate::path::check_path;
use crate::pointer::{self, Place};

/// Whether a contract has the name of a folder in the contracts directory.
pub(super) fn is_folder(reader: &mut Reader<'_>, label: &str, contract: &Spot<String>) -> bool {
    let name = &contract.value;
    if !name.contains('/') && check_path(name).is_ok() {
        return true;
    }
    let message = format!("the contract {name:?} is not the name of a folder");
    let help =
        "a contract is one folder of the contracts directory: letters, digits and - . _ ~ + @ =";
    let pointer = &contract.pointer;
    reader.push(
        pointer,
        Place::Value,
        label,
        &message,
        Some(help.to_owned()),
    );
    false
}

/// Whether a schema's path has the form of one.
pub(super) fn is_path(reader: &mut Reader<'_>, label: &str, spot: &Spot<String>) -> bool {
    let Err(wrong) = check_path(&spot.value) else {
        return true;
    };
    let message = format!(
        "payload_schema {:?} is not a path: {}",
        spot.value, wrong.message
    );
    reader.push(&spot.pointer, Place::Value, label, &message, wrong.help);
    false
}

/// Whether a subject is a JSON pointer.
pub(super) fn is_subject(reader: &mut Reader<'_>, label: &str, subject: &Spot<String>) -> bool {
    if pointer::is_pointer(&subject.value) {
        return true;
    }
    let message = format!("subject {:?} is not a JSON pointer", subject.value);
    let plain = format!(
        "/{}",
        subject
            .value
            .trim_start_matches(['/', '#', '$', '.'])
            .replace('.', "/")
    );
    let help = if pointer::is_pointer(&plain) {
        format!("write {plain:?}")
    } else {
        "a subject is a slash and a property's name; write ~ as ~0 and / as ~1".to_owned()
    };
    reader.push(&subject.pointer, Place::Value, label, &message, Some(help));
    false
}

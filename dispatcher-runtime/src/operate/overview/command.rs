//! Names in commands that are made to be copied: a shell, or Postgres, takes each as one word.

use crate::operate::actor::control_character;

/// A name as a word of a shell. Any text may be a name; one with control characters is written with `$'…'`.
pub(super) fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain) {
        return name.to_owned();
    }
    if control_character(name).is_none() {
        return format!("'{}'", name.replace('\'', r"'\''"));
    }
    let mut word = "$'".to_owned();
    for character in name.chars() {
        let mut text = [0; 4];
        let text = character.encode_utf8(&mut text);
        match character {
            '\'' | '\\' => word.extend(['\\', character]),
            _ if control_character(text).is_some() => {
                word.push_str(&format!("\\U{:08X}", u32::from(character)));
            }
            _ => word.push(character),
        }
    }
    word.push('\'');
    word
}

/// A name as a literal of Postgres.
pub(super) fn sql_literal(name: &str) -> String {
    let literal = name.replace('\'', "''");
    if literal.contains('\\') {
        return format!("E'{}'", literal.replace('\\', r"\\"));
    }
    format!("'{literal}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word() {
        for (name, word) in [
            ("coaching/hold_slot", "coaching/hold_slot"),
            ("", "''"),
            ("-rf/x", "'-rf/x'"),
            ("a/b; rm -rf ~", "'a/b; rm -rf ~'"),
            ("a/it's", r"'a/it'\''s'"),
            ("a/\n'b\u{202E}", r"$'a/\U0000000A\'b\U0000202E'"),
        ] {
            assert_eq!(quoted(name), word);
        }
        assert_eq!(sql_literal("it's"), "'it''s'");
        assert_eq!(sql_literal(r"a\'b"), r"E'a\\''b'");
    }
}

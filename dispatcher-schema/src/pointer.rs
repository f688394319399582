//! JSON pointers (RFC 6901): how they are made, taken apart and recognised.
//!
//! A pointer is text here, because schemas and diagnostics hold them as text. `~` and `/` inside of
//! a key are escaped by [`join`] and unescaped by whatever gives a key back; nothing here fails.

/// What of a pointer's target a diagnostic points at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The value.
    Value,
    /// The key that holds it; the value where it stands in an array.
    Key,
}

/// `pointer` with one more token.
#[must_use]
pub fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", escape(key))
}

/// A key as a token of a pointer.
#[must_use]
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A token of a pointer as the key that it means.
#[must_use]
pub fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// Whether `text` is a JSON pointer to something below the root.
#[must_use]
pub fn is_pointer(text: &str) -> bool {
    text.starts_with('/')
        && text
            .split('~')
            .skip(1)
            .all(|rest| rest.starts_with(['0', '1']))
}

/// The pointer of the parent and the last key; none for the root.
#[must_use]
pub fn split_last(pointer: &str) -> Option<(&str, String)> {
    pointer
        .rsplit_once('/')
        .map(|(parent, token)| (parent, unescape(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_escaped_and_comes_back() {
        let pointer = join("/a", "b/c~1");
        assert_eq!(pointer, "/a/b~1c~01");
        assert_eq!(split_last(&pointer), Some(("/a", "b/c~1".to_owned())));
        assert_eq!(split_last(""), None);
    }

    #[test]
    fn a_pointer_has_one_form() {
        for right in ["/", "/a", "/a~0b/~1"] {
            assert!(is_pointer(right), "{right}");
        }
        for wrong in ["", "a", "/~", "/~2", "#/a"] {
            assert!(!is_pointer(wrong), "{wrong}");
        }
    }
}

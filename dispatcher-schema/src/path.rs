//! Paths of contract files.
//!
//! A path is relative to the contracts directory and made of characters that are the same in a file
//! system and in a URI, so that a file has one spelling everywhere and no path leaves the directory.

/// What is wrong with a path.
#[derive(Debug)]
#[non_exhaustive]
pub struct PathFault {
    /// In a sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Whether a path has the form that contracts use.
///
/// # Errors
/// What is wrong with it.
pub fn check_path(path: &str) -> Result<(), PathFault> {
    let fault = |message: &str, help: Option<String>| {
        Err(PathFault {
            message: message.to_owned(),
            help,
        })
    };
    if path.is_empty() {
        return fault("the path is empty", None);
    }
    if path.starts_with('/') || path.contains(':') {
        return fault("a path is relative to the contracts directory", None);
    }
    if path.contains('\\') {
        return fault(
            "a path uses / between its parts",
            Some(format!("write {:?}", path.replace('\\', "/"))),
        );
    }
    if path.split('/').any(|part| part == "..") {
        return fault("a path cannot contain ..", None);
    }
    if path.split('/').any(|part| part.is_empty() || part == ".") {
        let plain: Vec<_> = path
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        return fault(
            "a path cannot contain empty parts or .",
            Some(format!("write {:?}", plain.join("/"))),
        );
    }
    if !path
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/-._~+@=".contains(c))
    {
        return fault(
            "file names of contracts consist of letters, digits and - . _ ~ + @ =",
            Some(
                "rename the file: other characters are spelled differently in a $ref and on disk"
                    .to_owned(),
            ),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_spelling() {
        for right in ["a.json", "a-b/c_d/e.v1.json", "~a/+b@c=d"] {
            assert!(check_path(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "/a",
            "a//b",
            "./a",
            "a/..",
            "..",
            "a\\b",
            "C:/a",
            "a b",
            "\u{fc}.json",
            "a%20b",
            "a?b",
            "a#b",
        ] {
            assert!(check_path(wrong).is_err(), "{wrong}");
        }
    }
}

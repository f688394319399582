//! BENCHMARKS.md: a section that was run replaces its text, and nothing else is touched.
//!
//! Each is written as soon as it is measured, so that one that fails does not cost what came before it.

use std::path::{Path, PathBuf};

use super::Error;

/// The document, at the root of the repository.
pub(super) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../BENCHMARKS.md")
}

/// Writes the text of a section between its markers.
pub(super) fn write(path: &Path, section: &str, text: &str) -> Result<(), Error> {
    let document = replace(&read(path)?, section, text);
    let document = document.ok_or_else(|| no_markers(path, section))?;
    std::fs::write(path, document).map_err(Error::os("write BENCHMARKS.md"))
}

/// Whether there is a place for each of these sections: asked before an hour is spent on them.
pub(super) fn has_markers(
    path: &Path,
    sections: impl Iterator<Item = String>,
) -> Result<(), Error> {
    let document = read(path)?;
    for section in sections {
        replace(&document, &section, "").ok_or_else(|| no_markers(path, &section))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(Error::os("read BENCHMARKS.md"))
}

fn no_markers(path: &Path, section: &str) -> Error {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let section = section.to_owned();
    Error::NoMarkers { path, section }
}

/// The document with another text between the markers of a section; `None` where they are missing.
fn replace(document: &str, section: &str, text: &str) -> Option<String> {
    let (begin, end) = (
        format!("<!-- bench:{section} -->"),
        format!("<!-- /bench:{section} -->"),
    );
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{text}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "head\n\n<!-- bench:a -->\nold a\n<!-- /bench:a -->\nbetween\n\
                            <!-- bench:b -->\n<!-- /bench:b -->\nfoot\n";

    #[test]
    fn only_the_section_is_replaced_and_again() {
        let once = replace(DOCUMENT, "a", "new a").unwrap();
        assert_eq!(once, DOCUMENT.replace("old a", "new a"));
        assert_eq!(replace(&once, "a", "old a").unwrap(), DOCUMENT);
        let b = replace(DOCUMENT, "b", "| b |").unwrap();
        assert!(b.contains("<!-- bench:b -->\n| b |\n<!-- /bench:b -->\nfoot\n"));
        assert!(b.contains("old a"));
    }

    #[test]
    fn a_section_without_a_place_is_refused() {
        for document in [
            "",
            "<!-- bench:c -->",
            "<!-- /bench:c -->\n<!-- bench:c -->",
        ] {
            assert_eq!(replace(document, "c", "text"), None);
        }
        let path = Path::new("BENCHMARKS.md");
        assert_eq!(
            no_markers(path, "c").to_string(),
            "\"BENCHMARKS.md\" has no lines `<!-- bench:c -->` and, after it, `<!-- /bench:c -->`: \
             add both where the section is to stand, and run again"
        );
    }
}

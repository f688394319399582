//! The links of every Markdown file: the target of a relative link exists, including its heading.
//!
//! Links to files of this repository at its host, which a package's README needs, are looked up in
//! the checkout. Other hosts are not contacted: a test needs no network.

use std::path::{Path, PathBuf};

use dispatcher_test_fixtures::TestResult;

/// A file of this repository, as a package's README names it.
const HOST: &str = "https://github.com/dispatcher-rs/dispatcher/blob/main/";

#[test]
fn every_link_between_the_documents_resolves() -> TestResult {
    let root = super::root();
    let (mut checked, mut faults) = (0, Vec::new());
    for document in documents(&root)? {
        let text = prose(&std::fs::read_to_string(&document)?);
        for link in links(&text) {
            let Some((path, anchor)) = local(&root, &document, link) else {
                continue;
            };
            checked += 1;
            if let Some(fault) = fault(&path, anchor)? {
                let document = document.strip_prefix(&root)?.display();
                faults.push(format!("{document}: ({link}) {fault}"));
            }
        }
    }
    assert!(checked >= 50, "{checked} links");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    Ok(())
}

/// Every Markdown file of the repository, except in build output and hidden folders.
fn documents(folder: &Path) -> TestResult<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            let shown = !name.starts_with('.') || name == ".github";
            if shown && name != "target" {
                found.extend(documents(&path)?);
            }
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    Ok(found)
}

/// The text without code blocks and code spans.
fn prose(text: &str) -> String {
    let mut in_block = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    prose
}

/// The text in the parentheses of `[text](link)`.
fn links(prose: &str) -> impl Iterator<Item = &str> {
    let links = prose.split("](").skip(1);
    links.filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// The file and the heading of a link to this repository; `None` for others.
fn local<'a>(root: &Path, document: &Path, link: &'a str) -> Option<(PathBuf, &'a str)> {
    let (folder, link) = match link.strip_prefix(HOST) {
        Some(path) => (root, path),
        None if link.contains("://") || link.starts_with("mailto:") => return None,
        None => (document.parent()?, link),
    };
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    match path {
        "" => Some((document.to_owned(), anchor)),
        _ => Some((folder.join(path), anchor)),
    }
}

/// What is wrong with a link.
fn fault(path: &Path, anchor: &str) -> TestResult<Option<&'static str>> {
    if !path.exists() {
        return Ok(Some("names no file"));
    }
    if anchor.is_empty() || path.extension().is_none_or(|it| it != "md") {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path)?;
    Ok((!anchors(&text).contains(&anchor.to_owned())).then_some("names no heading of that file"))
}

/// The headings of a document, as links spell them.
fn anchors(text: &str) -> Vec<String> {
    let mut in_block = false;
    let mut anchors: Vec<String> = Vec::new();
    for line in text.lines() {
        in_block ^= line.starts_with("```");
        let title = line.trim_start_matches('#');
        if in_block || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let anchor: String = title
            .trim()
            .to_lowercase()
            .chars()
            .filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'))
            .map(|it| if it == ' ' { '-' } else { it })
            .collect();
        // The second heading of the same name gets `-1`.
        let repeated = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(repeated);
        anchors.extend(free.into_iter().find(|it| !anchors.contains(it)));
    }
    anchors
}

#[test]
fn headings_are_named_as_the_host_names_them() {
    let text =
        "# One `event`, 4 tasks: fast disk\n```sh\n# no heading\n```\n## Why?\n## Why?\n#none\n";
    assert_eq!(
        anchors(text),
        ["one-event-4-tasks-fast-disk", "why", "why-1"]
    );
}

#[test]
fn links_in_code_are_left_alone() {
    let text = "a [b](c.md#d), `[e](f)`\n```text\n[g](h)\n```\n[i](https://example.org)";
    let text = prose(text);
    let found: Vec<_> = links(&text).collect();
    assert_eq!(found, ["c.md#d", "https://example.org"]);
    let (root, document) = (Path::new("/r"), Path::new("/r/docs/a.md"));
    let hosted = format!("{HOST}x.md");
    let local = |link| local(root, document, link);
    assert_eq!(local("c.md#d"), Some(("/r/docs/c.md".into(), "d")));
    assert_eq!(local("#d"), Some(("/r/docs/a.md".into(), "d")));
    assert_eq!(local(&hosted), Some(("/r/x.md".into(), "")));
    assert_eq!(local("https://example.org"), None);
}

//! `docs/findings.md` is the table of rules that `explain` and SARIF show.

use std::path::Path;

use dispatcher_build_support::changes::rule::{self, About};

/// `UPDATE_EXPECT=1` rewrites it.
#[test]
fn the_documentation_has_every_rule() {
    let mut text = "# Findings\n\n\
        What `dispatcher contracts diff` and `breaking` report. The level of an event type (`x-compatibility`) decides whether a\n\
        finding about a payload is an error, a warning or a note; [the command's README](../dispatcher-cli/README.md) says how\n\
        to accept one. `dispatcher contracts explain RULE` shows the same.\n"
        .to_owned();
    for (about, title) in [
        (About::Payload, "Payload schemas"),
        (About::Registry, "The registry"),
        (About::Rust, "Generated Rust code"),
        (About::Waivers, "Waivers"),
    ] {
        text.push_str(&format!("\n## {title}\n"));
        for rule in rule::all().filter(|rule| rule.about == about) {
            text.push_str(&format!(
                "\n### {}\n\n{}. {}\n\n* For example: {}\n* {}\n",
                rule.id,
                capitalised(rule.short),
                rule.means,
                code(rule.example),
                rule.remedy
            ));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/findings.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &text).expect("writable");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text);
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

/// An example that is a piece of JSON, as code.
fn code(example: &str) -> String {
    if example.contains('"') || example.contains('{') {
        format!("`{example}`")
    } else {
        example.to_owned()
    }
}

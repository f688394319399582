//! What a Markdown parser finds in the texts, with the extensions that rustdoc turns on.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

use super::{code, markdown};

/// What rustdoc must not find, described; nothing if the text is harmless.
fn found(markdown: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    // With a link callback, `[Foo]` is a link as it is for rustdoc.
    let link =
        |link: pulldown_cmark::BrokenLink<'_>| Some((link.reference.to_string().into(), "".into()));
    let parser = Parser::new_with_broken_link_callback(markdown, options, Some(link));
    let mut items = 0_i32;
    let mut found = Vec::new();
    for event in parser {
        let harmless = match &event {
            Event::Text(_) | Event::Code(_) | Event::SoftBreak => true,
            Event::Start(Tag::Item) => {
                items += 1;
                items == 1
            }
            Event::End(pulldown_cmark::TagEnd::Item) => {
                items -= 1;
                true
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => *link_type == LinkType::Autolink && dest_url.starts_with("http"),
            Event::Start(Tag::Paragraph | Tag::List(_) | Tag::Emphasis | Tag::Strong)
            | Event::End(_) => true,
            _ => false,
        };
        if !harmless {
            found.push(format!("{event:?}"));
        }
    }
    found
}

/// Every text that begins or ends something in Markdown.
const HOSTILE: [&str; 62] = [
    "text",
    "fn main() {}",
    "# heading",
    "####### seven",
    "#",
    "=",
    "===",
    "---",
    "- - -",
    "***",
    "* * *",
    "___",
    "+",
    "-",
    "*",
    "_",
    "1.",
    "1)",
    "1. one",
    "2. two",
    "10. ten",
    "1234567890. long",
    "- item",
    "* item",
    "+ item",
    "- [ ] task",
    "- [x] task",
    "[x]",
    "> quote",
    ">",
    "```",
    "```rust",
    "``` rust x",
    "~~~",
    "~~~rust",
    "~~~~ text `a`",
    "`",
    "``",
    "`code`",
    "`` a ` b ``",
    "``` x ```",
    "`a``b`",
    "\\`a`",
    "`a\\`",
    "<b>bold</b>",
    "<!-- comment",
    "<script>",
    "<https://a.example>",
    "https://a.example/b_(c)*",
    "[Foo]",
    "[foo]: https://a.example",
    "[a](b)",
    "![a](b)",
    "[^1]",
    "[^1]: note",
    "| a | b |",
    "|-|-|",
    ":-:",
    "a | b",
    "~~gone~~",
    "&lt;b&gt;",
    "&#96;&#96;&#96;",
];

const INDENTS: [&str; 8] = [
    "",
    " ",
    "   ",
    "    ",
    "      ",
    "\t",
    " \t",
    "\u{a0}\u{a0}\u{a0}\u{a0}",
];

const PREFIXES: [&str; 15] = [
    "", "a\n", "a\n\n", "- ", "-\t", "-      ", "* ", "1. ", "1.\t\t", "2) ", "> ", "- a\n",
    "- a\n\n", "| a |\n", "`\n",
];

const SUFFIXES: [&str; 9] = [
    "", "\n", "\ntext", "\n\ntext", "\n---", "\n===", "\n|-|", "`", "\\",
];

#[test]
fn the_parser_would_find_them() {
    for text in [
        "-      fn main() {}",
        "-\tfn\n\n\t\tmain()",
        "1. a\n\n   ~~~\n   b",
        "# a",
        "a\n-",
        "---",
        "> a",
        "<b>",
        "[Foo]",
        "[a]: b\n\n[a]",
        "a[^1]\n\n[^1]: note",
        "| a |\n|-|",
        "- [ ] a",
        "~~a~~",
        "- - a",
        "![a](b)",
        "a\\\nb",
    ] {
        assert!(!found(text).is_empty(), "{text:?}");
    }
}

#[test]
fn nothing_but_paragraphs_lists_emphasis_and_code_spans_comes_out() {
    let mut wrong = Vec::new();
    for prefix in PREFIXES {
        for indent in INDENTS {
            for text in HOSTILE {
                for suffix in SUFFIXES {
                    let text = format!("{prefix}{indent}{text}{suffix}");
                    let written = markdown(&text);
                    let found = found(&written);
                    if !found.is_empty() {
                        wrong.push(format!("{text:?} → {written:?}: {found:?}"));
                    }
                }
            }
        }
    }
    let count = wrong.len();
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{count} texts:\n{}", wrong.join("\n"));
}

#[test]
fn two_hostile_lines_do_not_make_a_third_thing() {
    for first in HOSTILE {
        for second in HOSTILE {
            for between in [
                "\n", "\n\n", "\n    ", "\n\t- ", " ", "\r", "\r\n", "\u{2028}",
            ] {
                let text = format!("{first}{between}{second}");
                let written = markdown(&text);
                let found = found(&written);
                assert!(found.is_empty(), "{text:?} → {written:?}: {found:?}");
            }
        }
    }
}

/// The words survive: nothing that a reader would miss is dropped but fences.
#[test]
fn what_is_written_reads_like_the_text() {
    let shown = |text: &str| -> String {
        let written = markdown(text);
        let events = Parser::new(&written);
        let shown: Vec<_> = events
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.to_string()),
                _ => None,
            })
            .collect();
        shown.concat()
    };
    for text in [
        "fn main() {}",
        "# heading",
        "[Foo]",
        "[a](b)",
        "![a](b)",
        "<b>bold</b>",
        "| a | b |",
        "[^1]: note",
        "&lt;b&gt;",
        "~~gone~~",
        "a\\b",
        "2024. A year",
        "===",
        "> quote",
        "https://a.example/b_(c",
        "- - -",
        "``a`",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn a_code_span_holds_any_text() {
    for text in HOSTILE.into_iter().chain([
        "", " ", "`a", "a`", " a ", "``` a", "\n", "a\nb", "\u{202e}",
    ]) {
        let sentence = format!("{} is one.", code(text));
        let events: Vec<_> = Parser::new(&sentence).collect();
        let spans = events
            .iter()
            .filter(|event| matches!(event, Event::Code(_)));
        assert_eq!(spans.count(), 1, "{text:?} → {sentence:?}");
        assert!(found(&sentence).is_empty(), "{text:?} → {sentence:?}");
    }
}

#[test]
fn nobody_sees_a_character_that_is_left_out() {
    let hidden = "a\u{200b}\u{ad}\u{2060}\u{202e}\u{2066}\u{feff}\u{e0041}\u{0}\u{7}b";
    assert_eq!(markdown(hidden), "ab");
    assert_eq!(code(hidden), "`ab`");
    // Persian, and an emoji of a family.
    assert_eq!(
        markdown("می\u{200c}شود 👩\u{200d}👦"),
        "می\u{200c}شود 👩\u{200d}👦"
    );
}

#[test]
fn ordinary_texts_stay_as_they_are() {
    for text in [
        "The lesson's id, `les_…`, or *none* of **these**.",
        "One of:\n\n- `a`: the first\n- `b`: the second,\n  on two lines\n\nand more.",
        "1. one\n2. two",
        "snake_case_name & Co. (a - b) 100 % #1",
    ] {
        assert_eq!(markdown(text), text);
    }
    for (text, expected) in [
        ("see [Foo] and <b>", "see \\[Foo\\] and \\<b\\>"),
        (
            "at https://example.com/a_b.",
            "at <https://example.com/a_b>.",
        ),
        ("    fn main() {}", "fn main() {}"),
        ("a\n```\nb\n```", "a\nb"),
        ("-     fn main() {}", "- fn main() {}"),
        ("- - nested", "- \\- nested"),
        ("- a\nlazy", "- a\n  lazy"),
    ] {
        assert_eq!(markdown(text), expected);
    }
}

/// Every text of up to six parts that mean something to Markdown, after other text and at a line's start.
#[test]
fn no_text_ends_its_code_span() {
    const PARTS: [&str; 6] = ["`", "``", "<b>", " ", "\\", "a"];
    let mut texts = vec![String::new()];
    for _ in 0..6 {
        let longer = texts
            .iter()
            .flat_map(|text| PARTS.map(|part| format!("{text}{part}")));
        texts = longer.collect();
        for text in &texts {
            let span = code(text);
            for sentence in [
                format!("{span}."),
                format!("The default is {span}, or {}.", code("``<i>")),
            ] {
                assert!(found(&sentence).is_empty(), "{text:?} → {sentence:?}");
            }
        }
    }
}

/// A description that begins a code span, and a default that would end it.
#[test]
fn no_description_begins_what_a_default_ends() {
    use crate::render::docs::Docs;
    for opening in ["`", "``", "```", "a `", "a ``", "- ``", "\\``"] {
        for default in ["``", "`` <b>", "`<b>`", "``` <b>", "a\n\n<b>"] {
            let schema = serde_json::json!({ "description": opening, "default": default });
            let docs = Docs::of_schema(schema.as_object().unwrap());
            let docs = docs.with_default(schema.as_object().unwrap());
            let lines = docs.tokens().to_string();
            let lines = lines.split("doc = \"").skip(1);
            let lines = lines.filter_map(|line| line.rsplit_once('"'));
            let text: Vec<_> = lines
                .map(|(line, _)| line.trim().replace("\\\\", "\\").replace("\\\"", "\""))
                .collect();
            let text = text.join("\n");
            assert!(found(&text).is_empty(), "{text:?}");
        }
    }
}

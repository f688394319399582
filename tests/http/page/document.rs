//! A page, read as a browser's tokenizer reads it, and what would have to be mended in it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, EndTag, NullCharacterToken, ParseError, StartTag, Tag, TagToken,
    Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "meta"];

/// An element.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// The names of the elements around it.
    pub(crate) around: Vec<String>,
    /// The text in it and in the elements in it.
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) elements: Vec<Element>,
    open: Vec<usize>,
    faults: Vec<String>,
}

struct Sink(RefCell<Document>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut document = self.0.borrow_mut();
        match token {
            TagToken(tag) if tag.kind == StartTag => document.start(&tag),
            TagToken(tag) if tag.kind == EndTag => document.end(&tag),
            CharacterTokens(text) => document.text(&text),
            NullCharacterToken => document.faults.push("a NUL".to_owned()),
            ParseError(error) => document.faults.push(format!("line {line}: {error}")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Document {
    /// # Panics
    /// A browser would have to mend it, or it has what no page may have.
    #[track_caller]
    pub(crate) fn read(page: &str) -> Self {
        let options = TokenizerOpts {
            exact_errors: true,
            ..TokenizerOpts::default()
        };
        let tokenizer = Tokenizer::new(Sink(RefCell::default()), options);
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(page));
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        let mut document = tokenizer.sink.0.into_inner();
        for left in std::mem::take(&mut document.open) {
            let name = &document.elements[left].name;
            document.faults.push(format!("{name} is not closed"));
        }
        document.check();
        assert!(
            document.faults.is_empty(),
            "{:?} in {page}",
            document.faults
        );
        document
    }

    fn start(&mut self, tag: &Tag) {
        let name = tag.name.to_string();
        let attributes = tag.attrs.iter();
        let attributes = attributes.map(|it| (it.name.local.to_string(), it.value.to_string()));
        let around = self.open.iter();
        let around = around.map(|it| self.elements[*it].name.clone()).collect();
        let element = Element {
            name: name.clone(),
            attributes: attributes.collect(),
            around,
            text: String::new(),
        };
        self.elements.push(element);
        if !VOID.contains(&name.as_str()) {
            self.open.push(self.elements.len() - 1);
        }
    }

    fn end(&mut self, tag: &Tag) {
        let open = self.open.pop().map(|open| &self.elements[open].name);
        if open.is_none_or(|open| **open != *tag.name) {
            let fault = format!("{} ends in {open:?}", tag.name);
            self.faults.push(fault);
        }
    }

    fn text(&mut self, text: &str) {
        for open in &self.open {
            self.elements[*open].text.push_str(text);
        }
    }

    /// What holds for every page.
    fn check(&mut self) {
        let mut faults = Vec::new();
        for (name, expected) in [
            ("html", 1),
            ("title", 1),
            ("main", 1),
            ("h1", 1),
            ("header", 1),
        ] {
            let found = self.all(name).len();
            // A drawing has a title of its own.
            let found = if name == "title" { found.min(1) } else { found };
            if found != expected {
                faults.push(format!("{found} of {name}"));
            }
        }
        if self.all("html")[0].get("lang") != Some("en") {
            faults.push("no language".to_owned());
        }
        let mut ids = Vec::new();
        for element in &self.elements {
            let inside = |name: &str| element.around.iter().any(|around| around == name);
            match element.name.as_str() {
                "script" => {
                    let source = element.get("src").unwrap_or_default();
                    let is_module = element.get("type") == Some("module") && inside("head");
                    if !is_module
                        || !source.starts_with("refresh.js?v=")
                        || !element.text.is_empty()
                    {
                        faults.push("a script that is not the module of the page".to_owned());
                    }
                }
                "style" | "img" | "iframe" | "object" | "base" | "embed" => {
                    faults.push(format!("{} is not allowed", element.name));
                }
                "th" if element.get("scope").is_none() => {
                    faults.push("a th without scope".to_owned())
                }
                "input" if element.get("type") != Some("hidden") && !inside("label") => {
                    faults.push("an input without a label".to_owned());
                }
                "textarea" if !inside("label") => {
                    faults.push("a textarea without a label".to_owned());
                }
                "select" if !inside("label") => faults.push("a select without a label".to_owned()),
                "table" if !inside("div") => faults.push("a table that does not scroll".to_owned()),
                "div"
                    if element.get("class") == Some("table")
                        && (element.get("tabindex") != Some("0")
                            || element.get("role") != Some("region")
                            || element.get("aria-label").is_none_or(str::is_empty)) =>
                {
                    faults.push("a table that does not scroll by keyboard".to_owned());
                }
                _ => {}
            }
            for (name, _) in &element.attributes {
                if name == "style" || name.starts_with("on") {
                    faults.push(format!("an attribute {name}"));
                }
            }
            if let Some(id) = element.get("id") {
                if ids.contains(&id) {
                    faults.push(format!("the id {id} is there twice"));
                }
                ids.push(id);
            }
        }
        for element in &self.elements {
            let named = element.get("aria-labelledby");
            if named.is_some_and(|id| !ids.contains(&id)) {
                faults.push(format!("{named:?} does not exist"));
            }
        }
        self.faults.extend(faults);
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&Element> {
        let elements = self.elements.iter();
        elements.filter(|element| element.name == name).collect()
    }

    /// The text of the page's title.
    pub(crate) fn title(&self) -> &str {
        &self.all("title")[0].text
    }

    /// The text of its content, with single spaces.
    pub(crate) fn content(&self) -> String {
        let text = self.all("main")[0].text.split_whitespace();
        text.collect::<Vec<_>>().join(" ")
    }

    /// Where its links and forms lead.
    pub(crate) fn links(&self) -> Vec<&str> {
        let links = self.all("a").into_iter();
        links.filter_map(|link| link.get("href")).collect()
    }

    /// The first link whose text contains this.
    #[track_caller]
    pub(crate) fn link(&self, text: &str) -> &str {
        let links = self.all("a").into_iter();
        let mut links = links.filter(|link| link.text.contains(text));
        links
            .next()
            .and_then(|link| link.get("href"))
            .unwrap_or_else(|| panic!("no link {text} in {:?}", self.links()))
    }

    /// The address of the form that acts, and its fields as they are sent.
    #[track_caller]
    pub(crate) fn act(&self) -> (&str, String) {
        let is_act = |it: &Element| it.name == "form" && it.get("class") == Some("act");
        let at = self.elements.iter().position(is_act);
        let at = at.expect("no form that acts");
        let form = &self.elements[at];
        let mut body = form_urlencoded::Serializer::new(String::new());
        let inside = self.elements[at + 1..].iter();
        for field in inside.take_while(|it| it.around.iter().any(|around| around == "form")) {
            let Some(name) = field.get("name") else {
                continue;
            };
            match field.name.as_str() {
                "input" if field.get("type") != Some("checkbox") => {
                    body.append_pair(name, field.get("value").unwrap_or_default());
                }
                "textarea" => {
                    let text = field.text.strip_prefix('\n').unwrap_or(&field.text);
                    body.append_pair(name, text);
                }
                _ => {}
            }
        }
        (form.get("action").unwrap(), body.finish())
    }
}

//! The paths that a source text names: `use` trees are expanded; comments and strings are skipped.

/// A path such as `crate::log::EventLog`, and the line of its last part.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    /// The name under which a `use` declares it; `None` for a path in the middle of code.
    pub(crate) declared_as: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Token {
    text: String,
    line: usize,
}

/// Every path of a text that begins with `crate`, `super`, `self` or, in a `use`, with a child module.
pub(crate) fn paths(text: &str, children: &[String]) -> Vec<Path> {
    let tokens = tokens(text);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_use = tokens[at].text == "use";
        let start = if is_use { at + 1 } else { at };
        let Some(first) = tokens.get(start) else {
            break;
        };
        let before = start
            .checked_sub(1)
            .map(|before| tokens[before].text.as_str());
        let is_continued = matches!(before, Some("::" | "$"));
        // `pub(in crate::render)` names a module and imports nothing.
        let is_visibility = before == Some("in") && start >= 2 && tokens[start - 2].text == "(";
        let is_root = matches!(first.text.as_str(), "crate" | "super" | "self");
        let is_path = tokens.get(start + 1).is_some_and(|next| next.text == "::");
        let begins = is_path
            && !is_continued
            && !is_visibility
            && (is_root || (is_use && children.contains(&first.text)));
        at = if begins {
            tree(&tokens, start, &[], is_use, &mut paths)
        } else {
            at + 1
        };
    }
    paths
}

/// The modules that a text declares in files of their own.
pub(crate) fn children(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let declarations = tokens.windows(3);
    declarations
        .filter(|three| three[0].text == "mod" && three[2].text == ";")
        .map(|three| three[1].text.clone())
        .collect()
}

/// One path or tree; returns where it ends.
fn tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    is_use: bool,
    paths: &mut Vec<Path>,
) -> usize {
    let mut segments = prefix.to_vec();
    let mut line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                if tokens[at].text == "," {
                    at += 1;
                } else {
                    let end = tree(tokens, at, &segments, is_use, paths);
                    at = end.max(at + 1);
                }
            }
            return at + 1;
        }
        line = token.line;
        segments.push(token.text.clone());
        at += 1;
        let continues = tokens.get(at).is_some_and(|token| token.text == "::");
        // `::<` begins generic arguments.
        if !continues || tokens.get(at + 1).is_some_and(|token| token.text == "<") {
            break;
        }
        at += 1;
    }
    if segments.last().is_some_and(|last| last == "self") && segments.len() > 1 {
        segments.pop();
    }
    let mut declared_as = segments.last().cloned();
    if is_use && tokens.get(at).is_some_and(|token| token.text == "as") {
        declared_as = tokens.get(at + 1).map(|token| token.text.clone());
        at += 2;
    }
    if tokens.get(at).is_some_and(|token| token.text == "!") {
        return at; // An exported macro can only be named through the crate's root.
    }
    paths.push(Path {
        segments,
        line,
        declared_as: declared_as.filter(|_| is_use),
    });
    at
}

/// Words, `::` and other characters, without comments, strings and `#[cfg(test)]` modules.
fn tokens(text: &str) -> Vec<Token> {
    let code = code(text);
    let mut tokens: Vec<Token> = Vec::new();
    let mut line = 1;
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        let mut word = character.to_string();
        if character == '\n' {
            line += 1;
        }
        if character.is_whitespace() {
            continue;
        }
        if is_word(character) {
            while let Some(next) = characters.next_if(|next| is_word(*next)) {
                word.push(next);
            }
        } else if character == ':' && characters.next_if_eq(&':').is_some() {
            word.push(':');
        }
        tokens.push(Token { text: word, line });
    }
    let test = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    let tests = tokens
        .windows(test.len())
        .position(|window| window.iter().map(|token| token.text.as_str()).eq(test));
    // Test modules are at the end of their files.
    tokens.truncate(tests.unwrap_or(tokens.len()));
    tokens
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The text with blanks in place of comments and string contents. Line numbers do not change.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            string_length(rest)
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if rest.starts_with("'\"'") {
            3
        } else if rest.starts_with("'\\\"'") {
            4
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        let newlines = rest[..length].matches('\n').count();
        code.push(' ');
        code.extend(std::iter::repeat_n('\n', newlines));
        rest = &rest[length..];
    }
    code
}

fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

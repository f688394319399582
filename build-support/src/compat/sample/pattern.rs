//! Strings that match a regular expression, for the constructs that contracts use: anchors,
//! literals, classes, groups, alternatives and counts. Look-arounds and word boundaries are passed over, so
//! that a string may not match; the caller asks the validator.

use fastrand::Rng;

/// The most repetitions of an open-ended count.
const REPEATED: usize = 4;

/// A string that matches; `None` if the pattern contains an unsupported construct.
#[must_use]
pub fn sample(pattern: &str, dice: &mut Rng) -> Option<String> {
    let mut sampler = Sampler {
        rest: pattern.chars().collect::<Vec<_>>().into_iter().peekable(),
        dice,
    };
    let node = sampler.alternatives()?;
    if sampler.rest.peek().is_some() {
        return None;
    }
    let mut text = String::new();
    write(&node, sampler.dice, &mut text);
    Some(text)
}

enum Node {
    One(Vec<char>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Repeat(Box<Node>, usize, usize),
}

struct Sampler<'d> {
    rest: std::iter::Peekable<std::vec::IntoIter<char>>,
    dice: &'d mut Rng,
}

impl Sampler<'_> {
    fn alternatives(&mut self) -> Option<Node> {
        let mut branches = vec![self.sequence()?];
        while self.rest.next_if_eq(&'|').is_some() {
            branches.push(self.sequence()?);
        }
        Some(Node::Any(branches))
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(&next) = self.rest.peek() {
            if next == '|' || next == ')' {
                break;
            }
            self.rest.next();
            let node = match next {
                '^' | '$' => continue,
                '(' => {
                    let is_part = self.group_prefix()?;
                    let node = self.alternatives()?;
                    self.rest.next_if_eq(&')')?;
                    if !is_part {
                        continue;
                    }
                    node
                }
                '[' => Node::One(self.class()?),
                '.' => Node::One(vec!['x', '7', ' ']),
                '\\' if self
                    .rest
                    .next_if(|next| matches!(next, 'b' | 'B'))
                    .is_some() =>
                {
                    continue;
                }
                '\\' => Node::One(self.escaped()?),
                literal => Node::One(vec![literal]),
            };
            nodes.push(self.counted(node)?);
        }
        Some(Node::All(nodes))
    }

    /// What follows the parenthesis of a group; whether the group is a part of the string.
    fn group_prefix(&mut self) -> Option<bool> {
        if self.rest.next_if_eq(&'?').is_none() {
            return Some(true);
        }
        match self.rest.next()? {
            ':' => Some(true),
            '=' | '!' => Some(false),
            '<' => match self.rest.next()? {
                '=' | '!' => Some(false),
                _ => {
                    while self.rest.next()? != '>' {}
                    Some(true)
                }
            },
            _ => None,
        }
    }

    fn counted(&mut self, node: Node) -> Option<Node> {
        let (least, most) = match self.rest.peek() {
            Some('*') => (0, REPEATED),
            Some('+') => (1, REPEATED),
            Some('?') => (0, 1),
            Some('{') => {
                self.rest.next();
                let mut text = String::new();
                while let Some(next) = self.rest.next_if(|next| *next != '}') {
                    text.push(next);
                }
                self.rest.peek()?;
                match text.split_once(',') {
                    None => (text.parse().ok()?, text.parse().ok()?),
                    Some((least, "")) => {
                        (least.parse().ok()?, least.parse::<usize>().ok()? + REPEATED)
                    }
                    Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
                }
            }
            _ => return Some(node),
        };
        self.rest.next();
        self.rest.next_if_eq(&'?');
        Some(Node::Repeat(Box::new(node), least, most))
    }

    fn class(&mut self) -> Option<Vec<char>> {
        let mut chars: Vec<char> = Vec::new();
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        loop {
            match self.rest.next()? {
                ']' => break,
                '\\' => chars.extend(self.escaped()?),
                '-' if !chars.is_empty() && self.rest.peek().is_some_and(|next| *next != ']') => {
                    let (from, to) = (chars.pop()?, self.rest.next()?);
                    chars.extend(from..=to);
                }
                literal => chars.push(literal),
            }
        }
        if is_negated {
            chars = others(&chars);
        }
        (!chars.is_empty()).then_some(chars)
    }

    fn escaped(&mut self) -> Option<Vec<char>> {
        let digits = || ('0'..='9').collect::<Vec<_>>();
        let words = || ('a'..='z').chain(['_', '0']).collect::<Vec<_>>();
        Some(match self.rest.next()? {
            'd' => digits(),
            'D' => others(&digits()),
            'w' => words(),
            'W' => vec![' ', '-', 'é'],
            's' => vec![' '],
            'S' => vec!['x', '7', '-'],
            't' => vec!['\t'],
            'n' => vec!['\n'],
            'r' => vec!['\r'],
            'f' => vec!['\u{c}'],
            'v' => vec!['\u{b}'],
            '0' => vec!['\0'],
            'c' => {
                let letter = self.rest.next()?;
                vec![char::from_u32(u32::from(letter) % 32)?]
            }
            'x' => vec![self.hexadecimal(2)?],
            'u' if self.rest.next_if_eq(&'{').is_some() => {
                let mut code = 0;
                while let Some(digit) = self.rest.next().filter(|next| *next != '}') {
                    code = code * 16 + digit.to_digit(16)?;
                }
                vec![char::from_u32(code)?]
            }
            'u' => vec![self.hexadecimal(4)?],
            'p' => {
                self.rest.next_if_eq(&'{')?;
                while self.rest.next()? != '}' {}
                vec!['a', 'A', '7', 'é', ' ']
            }
            other if other.is_ascii_alphanumeric() => return None,
            literal => vec![literal],
        })
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<char> {
        let mut code = 0;
        for _ in 0..digits {
            code = code * 16 + self.rest.next()?.to_digit(16)?;
        }
        char::from_u32(code)
    }
}

/// Some characters that are not among these.
fn others(chars: &[char]) -> Vec<char> {
    let some = ['x', 'A', '7', ' ', '-', '_', 'é', '\n', '水'];
    some.into_iter()
        .filter(|one| !chars.contains(one))
        .collect()
}

fn write(node: &Node, dice: &mut Rng, text: &mut String) {
    match node {
        Node::One(chars) => text.push(chars[dice.usize(..chars.len())]),
        Node::All(nodes) => nodes.iter().for_each(|node| write(node, dice, text)),
        Node::Any(branches) => write(&branches[dice.usize(..branches.len())], dice, text),
        Node::Repeat(node, least, most) => {
            for _ in 0..dice.usize(*least..=(*most).max(*least)) {
                write(node, dice, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_match_their_pattern() {
        let patterns = [
            "^per_[0-9a-f]{8}-[0-9a-f]{4}$",
            "^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*$",
            "^([01][0-9]|2[0-3]):[0-5][0-9]$",
            "^\\+[1-9][0-9]{6,14}$",
            "^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$",
            "^[^a-z]\\D(?<year>\\d{4}?)\\u0041\\x41\\cC$",
        ];
        let mut dice = Rng::with_seed(7);
        for pattern in patterns {
            let validator =
                jsonschema::validator_for(&serde_json::json!({ "pattern": pattern })).unwrap();
            for _ in 0..50 {
                let text = sample(pattern, &mut dice).unwrap();
                assert!(
                    validator.is_valid(&text.clone().into()),
                    "{pattern}: {text:?}"
                );
            }
        }
        assert_eq!(sample("(?(a)b)", &mut dice), None);
    }
}

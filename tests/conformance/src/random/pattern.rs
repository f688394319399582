//! Strings that match a regular expression, for the constructs that contracts use: anchors,
//! literals, classes, groups, alternatives and counts.

use fastrand::Rng;

/// The most repetitions of an open-ended count.
const REPEATED: usize = 4;

/// A string that matches; `None` if the pattern contains an unsupported construct.
pub(super) fn sample(pattern: &str, dice: &mut Rng) -> Option<String> {
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
                    // `(?:` is a group too; everything else that begins with a question mark is
                    // unsupported.
                    if self.rest.next_if_eq(&'?').is_some() {
                        self.rest.next_if_eq(&':')?;
                    }
                    let node = self.alternatives()?;
                    self.rest.next_if_eq(&')')?;
                    node
                }
                '[' => Node::One(self.class()?),
                '.' => Node::One(vec!['x', '7', ' ']),
                '\\' => Node::One(self.escaped()?),
                literal => Node::One(vec![literal]),
            };
            nodes.push(self.counted(node)?);
        }
        Some(Node::All(nodes))
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
        Some(Node::Repeat(Box::new(node), least, most))
    }

    fn class(&mut self) -> Option<Vec<char>> {
        let mut chars: Vec<char> = Vec::new();
        loop {
            match self.rest.next()? {
                ']' => break,
                // A negated class is unsupported.
                '^' if chars.is_empty() => return None,
                '\\' => chars.extend(self.escaped()?),
                '-' if !chars.is_empty() && self.rest.peek().is_some_and(|next| *next != ']') => {
                    let (from, to) = (chars.pop()?, self.rest.next()?);
                    chars.extend(from..=to);
                }
                literal => chars.push(literal),
            }
        }
        (!chars.is_empty()).then_some(chars)
    }

    fn escaped(&mut self) -> Option<Vec<char>> {
        Some(match self.rest.next()? {
            'd' => ('0'..='9').collect(),
            'w' => ('a'..='z').chain(['_', '0']).collect(),
            's' => vec![' '],
            other if other.is_ascii_alphanumeric() => return None,
            literal => vec![literal],
        })
    }
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
        assert_eq!(sample("(?=a)", &mut dice), None);
        assert_eq!(sample("[^a]", &mut dice), None);
    }
}

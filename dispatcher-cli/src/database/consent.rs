//! The question before an act on many. It names the database, the role and the number, and the number has to be typed,
//! because it shows that the operator has read it.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;

use super::{Failure, Place};
use crate::screen::{guarded, number};

/// Whether to ask, and whether to act at all.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Consent {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// What is asked.
pub(crate) struct Question<'a> {
    /// What is going to be done, with the number: `Redrive 344 dead letters`.
    pub(crate) act: &'a str,
    /// What has to be typed.
    pub(crate) answer: &'a str,
}

impl Consent {
    /// Whether nothing is to be done.
    pub(crate) fn is_dry_run(self) -> bool {
        self.dry_run
    }

    /// Asks on standard error, unless `--yes` was given.
    ///
    /// # Errors
    /// The answer is another, or there is no terminal to ask.
    pub(crate) fn ask(self, question: &Question<'_>, place: &Place) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Failure::Usage(format!(
                "{} in the {place} as the role \"{}\" needs your consent, and there is no terminal to ask for it\n  \
                 help: add `--yes`, or `--dry-run` to see what would be done",
                lower(question.act),
                place.role
            )));
        }
        ask(question, place, &mut io::stdin().lock(), &mut io::stderr())
    }
}

/// As the number is shown, or without separators.
fn ask(
    question: &Question<'_>,
    place: &Place,
    answers: &mut impl BufRead,
    questions: &mut impl Write,
) -> Result<(), Failure> {
    let text = guarded(&format!(
        "{} in the {place} as the role \"{}\"? Type {} to go on: ",
        question.act, place.role, question.answer
    ));
    let mut answer = String::new();
    let asked = questions
        .write_all(text.as_bytes())
        .and_then(|()| questions.flush())
        .and_then(|()| answers.read_line(&mut answer));
    let answer = answer.trim();
    let is_number = || answer.parse().map(number).as_deref() == Ok(question.answer);
    if asked.is_ok() && (answer == question.answer || is_number()) {
        return Ok(());
    }
    Err(Failure::No("nothing was changed".to_owned()))
}

fn lower(act: &str) -> String {
    let mut characters = act.chars();
    let first = characters.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(answer: &str) -> (bool, String) {
        let place = Place {
            server: "localhost:5432".to_owned(),
            database: "acme".to_owned(),
            role: "mia".to_owned(),
            schema: None,
        };
        let question = Question {
            act: "Redrive 1,204 dead letters",
            answer: "1,204",
        };
        let mut asked = Vec::new();
        let answer = ask(&question, &place, &mut answer.as_bytes(), &mut asked);
        (answer.is_ok(), String::from_utf8(asked).unwrap())
    }

    #[test]
    fn the_number_has_to_be_typed() {
        assert_eq!(
            typed("1204\n"),
            (
                true,
                "Redrive 1,204 dead letters in the database \"acme\" at localhost:5432 as the role \"mia\"? \
                 Type 1,204 to go on: "
                    .to_owned()
            )
        );
        assert!(typed(" 1,204 \n").0);
        for other in ["", "\n", "y\n", "yes\n", "1205\n", "-1204\n"] {
            assert!(!typed(other).0, "{other:?}");
        }
    }
}

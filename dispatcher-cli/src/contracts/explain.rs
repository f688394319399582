//! `dispatcher contracts explain`: what a rule means.

use clap::Args;
use dispatcher_build_support::changes::rule::{self, About, Rule};
use dispatcher_schema::words::closest;

use super::error::Error;
use crate::output::Output;
use crate::wrap::wrapped;

/// The arguments of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// The id of a rule, such as property-required. Without it, all rules are listed
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

pub(super) fn run(arguments: &Explain) -> Result<Output, Error> {
    let Some(id) = &arguments.rule else {
        return Ok(Output::success(list()));
    };
    match rule::named(id) {
        Some(rule) => Ok(Output::success(explained(rule))),
        None => Err(Error::Call(
            match closest(id, rule::all().map(|rule| rule.id)) {
                Some(meant) => format!("there is no rule {id:?}; did you mean {meant}?"),
                None => format!(
                    "there is no rule {id:?}\n  help: `dispatcher contracts explain` lists them"
                ),
            },
        )),
    }
}

fn explained(rule: &Rule) -> String {
    let part = |head: &str, text: &str| wrapped(&format!("  {head}: {text}"), "    ");
    [
        format!("{}: {}", rule.id, rule.short),
        String::new(),
        wrapped(rule.means, ""),
        String::new(),
        part("example", rule.example),
        part("remedy", rule.remedy),
    ]
    .join("\n")
}

fn list() -> String {
    let mut text = String::new();
    for (about, title) in [
        (About::Payload, "Payload schemas"),
        (About::Registry, "The registry"),
        (About::Rust, "Generated Rust code (notes)"),
        (About::Waivers, "Waivers"),
    ] {
        text.push_str(&format!("{title}\n"));
        for rule in rule::all().filter(|rule| rule.about == about) {
            text.push_str(&format!(
                "{}\n",
                wrapped(&format!("  {:31}{}", rule.id, rule.short), &" ".repeat(33))
            ));
        }
        text.push('\n');
    }
    text + "`dispatcher contracts explain RULE` says what a rule means, with an example and\na remedy."
}

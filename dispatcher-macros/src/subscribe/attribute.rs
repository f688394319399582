//! The arguments of the attribute: `#[subscribe(credit_locked, name = "hold_slot")]`.
//!
//! An argument that is not understood is skipped up to the next comma, so that the others are read.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, LitStr, Path, Token, token};

use super::name;
use crate::faults::{Faults, spelt};
use crate::runtime::Runtime;

/// The attribute, as far as it could be understood.
#[derive(Debug, Default)]
pub(crate) struct Attribute {
    /// The modules of the event types. Without any, the payload says which event type it is.
    pub(crate) event_types: Vec<Path>,
    /// The name of the subscription, where it is not the function's.
    pub(crate) name: Option<LitStr>,
    /// How the expansion names the runtime.
    pub(crate) runtime: Runtime,
}

impl Attribute {
    /// The generated types of the payloads, to be written in messages: `CreditLocked`.
    pub(crate) fn payloads(&self) -> Vec<String> {
        let modules = self
            .event_types
            .iter()
            .filter_map(|path| path.segments.last());
        modules
            .map(|module| pascal_case(&module.ident.unraw().to_string()))
            .collect()
    }
}

enum Argument {
    EventType(Path),
    /// `credit.locked`, or the same in quotes.
    Dotted(TokenStream, String),
    Option(Ident, Option<Expr>),
}

pub(crate) fn parse(tokens: TokenStream, faults: &mut Faults) -> Attribute {
    let mut attribute = Attribute::default();
    // This takes every token, and says itself what it does not understand.
    let arguments = (|input: ParseStream<'_>| arguments(input, faults)).parse2(tokens);
    for argument in arguments.unwrap_or_default() {
        match argument {
            Argument::EventType(path) => event_type(&mut attribute, path, faults),
            Argument::Dotted(tokens, text) => dotted(&tokens, &text, faults),
            Argument::Option(key, value) => option(&mut attribute, &key, value, faults),
        }
    }
    attribute
}

fn arguments(input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<Vec<Argument>> {
    let mut arguments = Vec::new();
    while !input.is_empty() {
        match argument(input) {
            Ok(argument) => {
                arguments.push(argument);
                // Parentheses were taken for the value of an option, which is reported as such.
                if !input.is_empty() && !input.peek(Token![,]) && !input.peek(token::Paren) {
                    faults.push(input.error("expected a comma before this"));
                }
            }
            Err(error) => faults.push(error),
        }
        // What is left of a faulty argument has been reported with it.
        while !input.is_empty() && !input.peek(Token![,]) {
            input.parse::<TokenTree>()?;
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(arguments)
}

fn argument(input: ParseStream<'_>) -> syn::Result<Argument> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        return Ok(Argument::Dotted(quote!(#text), text.value()));
    }
    // `crate` is a key here, and a keyword elsewhere.
    if input.peek(syn::Ident::peek_any) && input.peek2(Token![=]) {
        let key = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        return Ok(Argument::Option(key, input.parse().ok()));
    }
    if input.peek(syn::Ident::peek_any) && input.peek2(token::Paren) {
        return Ok(Argument::Option(input.call(Ident::parse_any)?, None));
    }
    let Ok(path) = input.call(Path::parse_mod_style) else {
        return Err(input.error(
            "expected the path of an event type's module, such as `#[subscribe(credit_locked)]`",
        ));
    };
    if !input.peek(Token![.]) {
        return Ok(Argument::EventType(path));
    }
    let mut tokens = quote!(#path);
    while !input.is_empty() && !input.peek(Token![,]) {
        let tree: TokenTree = input.parse()?;
        tokens.extend([tree]);
    }
    let text = tokens.to_string().replace(' ', "");
    Ok(Argument::Dotted(tokens, text))
}

fn event_type(attribute: &mut Attribute, path: Path, faults: &mut Faults) {
    let names_a_type = path.segments.last().is_some_and(|segment| {
        segment
            .ident
            .unraw()
            .to_string()
            .starts_with(char::is_uppercase)
    });
    if names_a_type {
        faults.at(
            &path,
            format!(
                "`{}` is a type, and an event type is named by its module: write `#[subscribe({})]`",
                spelt(&path),
                module_of(&path)
            ),
        );
        return;
    }
    let spelling = spelt(&path);
    if attribute
        .event_types
        .iter()
        .any(|other| spelt(other) == spelling)
    {
        faults.at(
            &path,
            format!("duplicate event type `{spelling}`: remove one of them"),
        );
        return;
    }
    attribute.event_types.push(path);
}

/// `credit_locked` for `credit_locked::CreditLocked`, and also for a lone `CreditLocked`.
fn module_of(path: &Path) -> String {
    let mut segments: Vec<_> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let last = segments.pop().unwrap_or_default();
    match segments.last() {
        Some(_) => segments.join("::"),
        None => snake_case(&last),
    }
}

fn dotted(tokens: &TokenStream, text: &str, faults: &mut Faults) {
    let module = text.trim().replace('.', "_");
    let module = match syn::parse_str::<Ident>(&module) {
        Ok(module) => module.to_string(),
        Err(_) => "credit_locked".to_owned(),
    };
    faults.at(
        tokens,
        format!("an event type is named by its module: write `#[subscribe({module})]`"),
    );
}

fn option(attribute: &mut Attribute, key: &Ident, value: Option<Expr>, faults: &mut Faults) {
    if key == "crate" {
        attribute.runtime.set(key, value, faults);
    } else if key != "name" {
        unknown(key, faults);
    } else if attribute.name.is_some() {
        faults.at(key, "duplicate option `name`: remove one of them");
    } else {
        attribute.name = name::option(key, value, faults);
    }
}

fn unknown(key: &Ident, faults: &mut Faults) {
    let written = key.to_string();
    let close = ["name", "crate"]
        .into_iter()
        .find(|known| strsim::damerau_levenshtein(&written, known) <= 2);
    let help = match close {
        Some(known) => format!("; did you mean `{known}`?"),
        None => ": the options are `name = \"…\"`, the name of the subscription, and `crate = \"…\"`, the path of dispatcher-runtime"
            .to_owned(),
    };
    faults.at(key, format!("unknown option `{written}`{help}"));
}

/// `CreditLocked` for `credit_locked`.
fn pascal_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut characters = word.chars();
            characters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(characters)
        })
        .collect()
}

/// `credit_locked` for `CreditLocked`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (place, character) in name.char_indices() {
        if character.is_uppercase() && place > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

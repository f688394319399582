//! What stands in the parentheses: `#[subscribe(credit_locked, name = "hold-slot")]`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token, token};

use crate::faults::{Faults, spelt};

/// The attribute, as far as it could be understood.
#[derive(Debug, Default)]
pub(crate) struct Attribute {
    /// The modules of the event types: one at least, or there is a fault.
    pub(crate) event_types: Vec<Path>,
    /// The name of the subscription, where it is not the function's.
    pub(crate) name: Option<LitStr>,
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
    if attribute.event_types.is_empty() && faults.none() {
        faults.push(syn::Error::new(
            Span::call_site(),
            "which event type? Name its module: `#[subscribe(credit_locked)]`",
        ));
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
                    faults.push(input.error("write a comma before this"));
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
    if input.peek(syn::Ident) && input.peek2(Token![=]) {
        let key = input.parse()?;
        input.parse::<Token![=]>()?;
        return Ok(Argument::Option(key, input.parse().ok()));
    }
    if input.peek(syn::Ident) && input.peek2(token::Paren) {
        return Ok(Argument::Option(input.parse()?, None));
    }
    let Ok(path) = input.call(Path::parse_mod_style) else {
        return Err(input.error(
            "this is no event type: write the path of its module, `#[subscribe(credit_locked)]`",
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
                "this names a type, and the event type is its module: write `#[subscribe({})]`",
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
            format!("`{spelling}` stands here twice: remove one of them"),
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
    if key != "name" {
        let close = strsim::damerau_levenshtein(&key.to_string(), "name") <= 2;
        let help = if close {
            "; did you mean `name`?"
        } else {
            ": there is only `name = \"hold-slot\"`, for the subscription"
        };
        faults.at(key, format!("unknown option `{key}`{help}"));
        return;
    }
    let Some(Expr::Lit(ExprLit {
        lit: Lit::Str(name),
        ..
    })) = value
    else {
        match value {
            Some(value) => faults.at(
                value,
                "the name of a subscription is a string: `name = \"hold-slot\"`",
            ),
            None => faults.at(
                key,
                "write the name of the subscription as `name = \"hold-slot\"`",
            ),
        }
        return;
    };
    if attribute.name.is_some() {
        faults.at(
            key,
            "the subscription has a name already: remove one of them",
        );
    } else if name.value().trim().is_empty() || name.value().contains('\0') {
        faults.at(
            &name,
            "the name of a subscription cannot be empty: `name = \"hold-slot\"`",
        );
    } else {
        attribute.name = Some(name);
    }
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

//! Generated code under another path of the runtime.
//!
//! The generator writes `::dispatcher_runtime` only where it names the runtime: in paths, and in the
//! strings that serde reads as paths.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use quote::ToTokens;

use crate::faults::spelt;
use crate::runtime::Runtime;

const NAME: &str = "dispatcher_runtime";
/// What a string starts with that serde reads as a path into the runtime.
const IN_A_STRING: &str = "::dispatcher_runtime::private::";

/// `code`, with the given path wherever it names the runtime.
pub(super) fn renamed(code: TokenStream, runtime: &Runtime) -> TokenStream {
    let mut renamed: Vec<TokenTree> = Vec::new();
    for token in code {
        match token {
            TokenTree::Ident(name) if name == NAME && follows_colons(&renamed) => {
                renamed.truncate(renamed.len() - 2);
                renamed.extend(runtime.to_token_stream());
            }
            TokenTree::Group(group) => {
                let mut inner =
                    Group::new(group.delimiter(), self::renamed(group.stream(), runtime));
                inner.set_span(group.span());
                renamed.push(inner.into());
            }
            TokenTree::Literal(literal) => renamed.push(in_literal(literal, runtime).into()),
            other => renamed.push(other),
        }
    }
    renamed.into_iter().collect()
}

fn follows_colons(tokens: &[TokenTree]) -> bool {
    let colon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    tokens.len() >= 2 && tokens.iter().rev().take(2).all(colon)
}

fn in_literal(literal: Literal, runtime: &Runtime) -> Literal {
    let text = literal.to_string();
    let path = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match path.and_then(|path| path.strip_prefix(IN_A_STRING)) {
        Some(rest) => Literal::string(&format!("{}::private::{rest}", spelt(runtime))),
        None => literal,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use quote::quote;
    use syn::Ident;

    use super::renamed;
    use crate::faults::Faults;
    use crate::runtime::Runtime;

    #[test]
    fn paths_and_serdes_strings_are_renamed_and_nothing_else() {
        let mut runtime = Runtime::default();
        let key = Ident::new("key", Span::call_site());
        let path = syn::parse_quote!("acme::runtime");
        runtime.set(&key, Some(path), &mut Faults::default());
        let code = quote! {
            #[doc = "names ::dispatcher_runtime::private::present"]
            pub struct Locked {
                #[serde(deserialize_with = "::dispatcher_runtime::private::present")]
                at: Option<::dispatcher_runtime::DateTime>,
            }
            impl ::dispatcher_runtime::Payload for Locked {}
            mod dispatcher_runtime {}
        };
        let expected = quote! {
            #[doc = "names ::dispatcher_runtime::private::present"]
            pub struct Locked {
                #[serde(deserialize_with = "acme::runtime::private::present")]
                at: Option<acme::runtime::DateTime>,
            }
            impl acme::runtime::Payload for Locked {}
            mod dispatcher_runtime {}
        };
        assert_eq!(renamed(code, &runtime).to_string(), expected.to_string());
    }
}

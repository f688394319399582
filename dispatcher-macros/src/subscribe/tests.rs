//! Without a compiler: what is written. What rustc says of it is in `tests/ui` of the workspace.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{ItemFn, parse_quote};

use super::subscribe;

/// Expands the attribute that stands on the function.
fn expand(mut function: ItemFn) -> TokenStream {
    let place = function
        .attrs
        .iter()
        .position(|attribute| attribute.path().is_ident("subscribe"))
        .expect("an attribute");
    let attribute = function.attrs.remove(place);
    let arguments = attribute
        .meta
        .require_list()
        .map(|list| list.tokens.clone())
        .unwrap_or_default();
    subscribe(arguments, function.into_token_stream())
}

/// `UPDATE_EXPECT=1 cargo test -p dispatcher-macros` writes what is expanded now.
#[test]
fn a_handler_becomes_what_is_expected() {
    expand_golden("subscribe");
}

#[test]
fn a_handler_of_several_event_types_becomes_what_is_expected() {
    expand_golden("subscribe_several");
}

#[test]
fn a_handler_whose_payload_names_the_event_type_becomes_what_is_expected() {
    expand_golden("subscribe_by_payload");
}

fn expand_golden(case: &str) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(case);
    let input = std::fs::read_to_string(golden.join("input.rs")).expect("the input");
    let expanded = expand(syn::parse_str(&input).expect("a function"));
    let file = syn::parse2(expanded).expect("Rust");
    let text = prettyplease::unparse(&file);
    let expected = golden.join("expected.rs");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&expected, &text).expect("the expected text");
    }
    assert_eq!(
        text,
        std::fs::read_to_string(expected).unwrap_or_default(),
        "UPDATE_EXPECT=1 writes what it is now"
    );
}

#[test]
fn a_handler_without_state_is_one_for_every_state() {
    let expanded = expand(parse_quote! {
        #[subscribe(credit_locked)]
        async fn r#async(event: Locked) -> Handled { todo!() }
    })
    .to_string();
    assert!(expanded.contains("dispatcher_runtime :: Handler < __State > for r#async"));
    assert!(expanded.contains(r#"const NAME : & 'static str = "async""#));
}

#[test]
fn where_the_payload_is_called_otherwise_its_module_is_suggested() {
    let written = |attribute: syn::Attribute| {
        expand(parse_quote! {
            #attribute
            async fn hold_slot(event: EventEnvelope<v1::CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
        })
        .to_string()
    };
    let suggestion = "mod __did_you_mean { mod credit_locked { } }";
    assert!(written(parse_quote!(#[subscribe(credit_lockd)])).contains(suggestion));
    assert!(!written(parse_quote!(#[subscribe(credit_locked)])).contains(suggestion));
    assert!(!written(parse_quote!(#[subscribe(acme::credit_lockd)])).contains(suggestion));
}

#[test]
fn whatever_is_wrong_the_function_is_emitted_again() {
    let faulty: [ItemFn; 6] = [
        parse_quote!(
            #[subscribe(name = "")]
            async fn handler(event: E) -> R {
                body
            }
        ),
        parse_quote!(
            #[subscribe("credit.locked")]
            async fn handler(event: E) -> R {
                body
            }
        ),
        parse_quote!(
            #[subscribe(credit_locked, credit_released, credit_locked)]
            async fn handler(event: E) -> R {
                body
            }
        ),
        parse_quote!(
            #[subscribe(credit_locked, retries = 3)]
            async fn handler(event: E) -> R {
                body
            }
        ),
        parse_quote!(
            #[subscribe(credit_locked)]
            fn handler<T>(tx: DeliveryTx) {
                body
            }
        ),
        parse_quote!(
            #[subscribe(credit_locked)]
            async fn handler(&self, event: E) -> R {
                body
            }
        ),
    ];
    for function in faulty {
        let signature = function.sig.to_token_stream().to_string();
        let expanded = expand(function).to_string();
        assert!(expanded.contains("compile_error !"), "{expanded}");
        assert!(
            expanded.contains(&format!("{signature} {{ body }}")),
            "{expanded}"
        );
    }
}

#[test]
fn what_is_no_function_is_emitted_again() {
    let expanded = subscribe(
        parse_quote!(credit_locked),
        parse_quote!(
            pub struct Handler;
        ),
    )
    .to_string();
    assert!(expanded.contains("compile_error !"), "{expanded}");
    assert!(expanded.ends_with("pub struct Handler ;"), "{expanded}");
}

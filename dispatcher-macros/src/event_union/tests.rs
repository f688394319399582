//! Without a compiler: what is written. What rustc says of it is in `tests/ui` of the workspace.

use std::path::Path;

use quote::quote;

use super::event_union;

/// `UPDATE_EXPECT=1 cargo test -p dispatcher-macros` writes what is expanded now.
#[test]
fn an_enum_becomes_what_is_expected() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/event_union");
    let input = std::fs::read_to_string(golden.join("input.rs")).expect("the input");
    let expanded = event_union(input.parse().expect("tokens"));
    let text = prettyplease::unparse(&syn::parse2(expanded).expect("Rust"));
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

/// A handler that takes it is to hear of the enum's own faults, and of nothing that they cause.
#[test]
fn whatever_is_wrong_a_handler_can_take_it() {
    let faulty = [
        quote!(
            enum CreditEvent {}
        ),
        quote!(
            enum CreditEvent {
                Locked(CreditLocked),
            }
        ),
        quote!(
            enum CreditEvent {
                Locked,
                Released(CreditReleased),
            }
        ),
        quote!(
            enum CreditEvent {
                Locked(CreditLocked),
                Again(CreditLocked),
            }
        ),
        quote!(
            struct CreditEvent {
                locked: CreditLocked,
            }
        ),
        quote!(union CreditEvent { locked: CreditLocked }),
    ];
    for item in faulty {
        let expanded = event_union(item).to_string();
        assert!(expanded.contains("compile_error !"), "{expanded}");
        assert!(
            expanded.contains("private :: EventUnion for CreditEvent"),
            "{expanded}"
        );
    }
    let generic = event_union(quote! {
        enum CreditEvent<'a, T: Clone> where T: Send { Locked(&'a T), Released(CreditReleased) }
    })
    .to_string();
    assert!(
        generic.contains(
            "impl < 'a , T : Clone > :: dispatcher_runtime :: private :: EventUnion for \
             CreditEvent < 'a , T > where T : Send"
        ),
        "{generic}"
    );
}

#[test]
fn all_faults_are_told_at_once() {
    let expanded = event_union(quote! {
        enum CreditEvent<T> {
            Nothing,
            Empty(),
            Named { locked: CreditLocked },
            Both(CreditLocked, CreditReleased),
            Locked(CreditLocked),
            Again(CreditLocked),
        }
    })
    .to_string();
    assert_eq!(expanded.matches("compile_error !").count(), 6, "{expanded}");
}

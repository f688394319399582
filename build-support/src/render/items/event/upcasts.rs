//! Upcasts that follow from the schemas: where it is proved that a version takes the payloads of the one before it.
//!
//! Where `"x-upcast": "by-hand"` is in the version, or there is no proof, nothing is generated, and the compiler asks for
//! the upcast. A proof that was found once may be lost when a schema changes; then the compiler asks for it again.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Event, Model};
use crate::render::names::ident;

use crate::proofs::proof;

/// The upcasts of an event type that need not be written. The macro's name says what to do where one is written all the
/// same: rustc shows it beside the two implementations that meet.
pub(super) fn generated(model: &Model, event: &Event) -> TokenStream {
    let payload = ident(&event.rust_type);
    let steps = event.upcasts().into_iter();
    let generated =
        steps.filter(|(from, to)| !to.upcast_by_hand && proof(model, from, to).is_some());
    let upcasts = generated.map(|(from, to)| {
        let [from, to] = [from, to].map(|version| format_ident!("v{}", version.number));
        quote! {
            ::dispatcher_runtime::private::generated_upcast_unless_x_upcast_is_by_hand!(
                #from::#payload => #to::#payload
            );
        }
    });
    quote!(#(#upcasts)*)
}

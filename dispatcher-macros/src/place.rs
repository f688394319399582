//! Where rustc reports a fault in what a macro wrote.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The expression `written` at the place of `place`, so that rustc reports what it has against the one
/// at the other. rustc takes the place of an expression from its first and its last token.
pub(crate) fn over(place: &impl ToTokens, written: TokenStream) -> TokenStream {
    let spans: Vec<_> = place
        .to_token_stream()
        .into_iter()
        .map(|token| token.span())
        .collect();
    let (Some(&first), Some(&last)) = (spans.first(), spans.last()) else {
        return written;
    };
    let mut tokens: Vec<_> = written.into_iter().collect();
    if let Some(token) = tokens.first_mut() {
        token.set_span(first);
    }
    if let Some(token) = tokens.last_mut() {
        token.set_span(last);
    }
    tokens.into_iter().collect()
}

//! `contracts!("contracts")`: the types of a contracts directory, without a build script.
//!
//! A macro cannot ask cargo to watch a directory. It can make rustc read a file, and rustc tells
//! cargo of every file that it read: hence an `include_bytes!` for each contract.

use std::path::Path;

use dispatcher_build_support::{Contracts, Rendered};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;

const USAGE: &str =
    "name the contracts directory, relative to the package: `contracts!(\"contracts\")`";

pub(crate) fn contracts(input: TokenStream) -> TokenStream {
    let directory = match syn::parse2::<LitStr>(input.clone()) {
        Ok(directory) => directory,
        Err(_) if input.is_empty() => {
            return syn::Error::new(Span::call_site(), USAGE).to_compile_error();
        }
        Err(_) => return syn::Error::new_spanned(input, USAGE).to_compile_error(),
    };
    match Contracts::new(directory.value()).render() {
        Ok(rendered) => tokens(&rendered, &directory),
        Err(report) => {
            let message = format!(
                "no types were made from {:?}\n\n{report}",
                directory.value()
            );
            syn::Error::new(directory.span(), message).to_compile_error()
        }
    }
}

fn tokens(rendered: &Rendered, directory: &LitStr) -> TokenStream {
    let Ok(rust) = rendered.rust.parse::<TokenStream>() else {
        let message = "the generated code is not Rust: this is a fault of dispatcher-build-support, please report it";
        return syn::Error::new(directory.span(), message).to_compile_error();
    };
    let inputs = rendered.inputs.iter().map(|input| absolute(input));
    quote! {
        #(const _: &[u8] = ::core::include_bytes!(#inputs);)*
        #rust
    }
}

/// `include_bytes!` takes a relative path as relative to the source file.
fn absolute(input: &Path) -> String {
    std::path::absolute(input)
        .unwrap_or_else(|_| input.to_owned())
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::contracts;

    #[test]
    fn every_file_that_was_read_is_watched() {
        let expanded = contracts(quote::quote!("../contracts")).to_string();
        for read in [
            "event-types-registry.json",
            "payloads/credit-locked-v1.json",
            "common/ids.json",
        ] {
            let watched = expanded.split("include_bytes !").skip(1).any(|file| {
                let file = file.split(';').next().unwrap_or_default();
                file.contains(read) && file.starts_with(" (\"/")
            });
            assert!(watched, "{read} is not watched");
        }
        assert!(expanded.contains("pub mod credit_locked {"));
    }

    #[test]
    fn faults_are_reported_whole() {
        let case = "../build-support/tests/diagnostics/registry-unknown-key";
        let directory = format!("{case}/contracts");
        let expanded = contracts(quote::quote!(#directory)).to_string();
        let error = syn::parse_str::<syn::ItemMacro>(&expanded).expect("one compile_error!");
        assert!(
            error
                .mac
                .path
                .segments
                .last()
                .is_some_and(|segment| segment.ident == "compile_error")
        );
        let message: syn::LitStr = error.mac.parse_body().expect("a message");
        let report = std::fs::read_to_string(format!("{case}/expected.txt")).expect("the report");
        let report = report
            .trim_end()
            .replace("error: contracts/", &format!("error: {directory}/"));
        assert_eq!(
            message.value(),
            format!("no types were made from {directory:?}\n\n{report}")
        );
    }

    #[test]
    fn a_directory_has_to_be_named() {
        for input in [
            quote::quote!(),
            quote::quote!(contracts),
            quote::quote!("a", "b"),
        ] {
            let expanded = contracts(input).to_string();
            assert!(
                expanded.contains("name the contracts directory, relative to the package"),
                "{expanded}"
            );
        }
    }
}

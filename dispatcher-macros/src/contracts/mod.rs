//! `contracts!("contracts")`: the types of a contracts directory, without a build script.
//!
//! A macro cannot ask cargo to watch a directory. It can make rustc read a file, and rustc tells
//! cargo of every file that it read: hence an `include_bytes!` for each contract.

mod input;
mod rename;

use std::path::Path;

use dispatcher_build_support::Rendered;
use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::faults::Faults;
use crate::runtime::Runtime;

pub(crate) fn contracts(input: TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    let Some(request) = input::read(input, &mut faults) else {
        return quote!(#faults);
    };
    let (directory, runtime) = (request.directory, request.runtime);
    match request.contracts.render() {
        Ok(rendered) if faults.none() => tokens(&rendered, &directory, &runtime),
        Ok(_) => quote!(#faults),
        Err(report) => {
            let message = format!(
                "no types were generated from {:?}\n\n{report}",
                directory.value()
            );
            faults.at(&directory, message);
            quote!(#faults)
        }
    }
}

fn tokens(rendered: &Rendered, directory: &LitStr, runtime: &Runtime) -> TokenStream {
    let Ok(mut rust) = rendered.rust.parse::<TokenStream>() else {
        let message = "the generated code is not valid Rust: this is a bug in dispatcher-build-support, please report it";
        return syn::Error::new(directory.span(), message).to_compile_error();
    };
    if runtime.is_given() {
        rust = rename::renamed(rust, runtime);
    }
    let inputs = rendered.inputs.iter().map(|input| absolute(input));
    quote! {
        #(const _: &[u8] = ::core::include_bytes!(#inputs);)*
        #rust
    }
}

/// `include_bytes!` resolves a relative path against the source file.
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
    fn constrained_values_are_newtypes_where_that_is_asked_for() {
        let with = |newtypes: bool| {
            contracts(quote::quote!("../contracts", newtypes = #newtypes)).to_string()
        };
        assert!(with(true).contains("pub struct LockedCredits ("));
        assert!(with(false).contains("pub type LockedCredits ="));
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
            format!("no types were generated from {directory:?}\n\n{report}")
        );
    }

    #[test]
    fn a_directory_has_to_be_named() {
        for input in [
            quote::quote!(),
            quote::quote!(contracts),
            quote::quote!("a", "b"),
            quote::quote!(crate = "acme::runtime"),
        ] {
            let expanded = contracts(input).to_string();
            assert!(
                expanded.contains("expected the contracts directory, relative to the package"),
                "{expanded}"
            );
        }
    }
}

//! What a handler takes and returns, as it is written.
//!
//! A macro sees no types, so this recognises the words `DeliveryTx`, `State` and `Delivery` as the
//! last segment of a path. The envelope is whatever comes first and is none of them, so that an
//! alias of it works; rustc finds out whether it is one.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    FnArg, GenericArgument, Generics, ItemFn, PathArguments, PathSegment, ReturnType, Safety, Type,
    TypeImplTrait,
};

use super::attribute::Attribute;
use crate::faults::{Faults, spelt};

/// The signature of a handler that has no fault.
pub(crate) struct Signature {
    /// `EventEnvelope<CreditLocked>`, or an alias of it.
    pub(crate) envelope: Type,
    /// The other arguments, in their order.
    pub(crate) arguments: Vec<Argument>,
    /// `Result<(), HandlerError>`, or an alias of it.
    pub(crate) returned: Type,
}

pub(crate) enum Argument {
    Tx,
    /// With the state's type.
    State(Box<Type>),
    Delivery,
}

impl Argument {
    /// What may be taken once: a state may come in several pieces.
    fn spelling(&self) -> String {
        match self {
            Self::Tx => "&mut DeliveryTx".to_owned(),
            Self::State(piece) => format!("State<{}>", spelt(piece)),
            Self::Delivery => "Delivery".to_owned(),
        }
    }
}

impl Signature {
    /// Whether the handler takes its delivery's transaction.
    pub(crate) fn takes_tx(&self) -> bool {
        self.arguments
            .iter()
            .any(|argument| matches!(argument, Argument::Tx))
    }

    /// The pieces of the application's state that the handler takes.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &Type> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::State(piece) => Some(piece.as_ref()),
            _ => None,
        })
    }
}

/// The signature, if there is enough of it; what is wrong with it goes into `faults`.
pub(crate) fn read(
    function: &ItemFn,
    attribute: &Attribute,
    faults: &mut Faults,
) -> Option<Signature> {
    modifiers(function, faults);
    let returned = returned(function, faults);
    let (envelope, arguments) = arguments(function, attribute, faults);
    Some(Signature {
        envelope: envelope?,
        arguments,
        returned: returned?,
    })
}

fn modifiers(function: &ItemFn, faults: &mut Faults) {
    let sig = &function.sig;
    let name = &sig.ident;
    if sig.asyncness.is_none() {
        faults.at(
            sig.fn_token,
            format!("a handler is an async function: write `async fn {name}`"),
        );
    }
    if let Some(constness) = &sig.constness {
        faults.at(constness, "a handler cannot be `const`: remove it");
    }
    match &sig.safety {
        Safety::Unsafe(token) => faults.at(token, "a handler cannot be `unsafe`: remove it"),
        Safety::Safe(token) => faults.at(token, "a handler is always safe: remove `safe`"),
        Safety::Default => {}
    }
    if let Some(abi) = &sig.abi {
        faults.at(abi, "a handler cannot be `extern`: remove it");
    }
    if let Some(variadic) = &sig.variadic {
        faults.at(variadic, "a handler cannot be variadic: remove `...`");
    }
    generics(&sig.generics, faults);
    let again = function.attrs.iter().filter(|other| is_subscribe(other));
    for attribute in again {
        faults.at(
            attribute,
            "duplicate `#[subscribe]`: list all event types in one attribute, or write a second function",
        );
    }
}

fn generics(generics: &Generics, faults: &mut Faults) {
    if !generics.params.is_empty() {
        faults.at(
            generics,
            "a handler cannot be generic, because the consumer could not choose the parameters: name the types",
        );
    }
    if let Some(clause) = &generics.where_clause {
        faults.at(
            clause,
            "a handler has no type parameters to constrain: remove the `where` clause",
        );
    }
}

/// Whether it is this attribute again.
pub(crate) fn is_subscribe(attribute: &syn::Attribute) -> bool {
    let name = attribute.path().segments.last();
    name.is_some_and(|name| name.ident == "subscribe")
}

fn returned(function: &ItemFn, faults: &mut Faults) -> Option<Type> {
    let ReturnType::Type(_, returned) = &function.sig.output else {
        faults.at(
            &function.sig.ident,
            "a handler returns whether it succeeded: add `-> Result<(), HandlerError>`",
        );
        return None;
    };
    Some((**returned).clone())
}

/// Refuses `impl Trait`, which would be a generic parameter by another name.
fn named(written: &Type, instead: &str, faults: &mut Faults) {
    struct Unnamed(Option<Span>);
    impl Visit<'_> for Unnamed {
        fn visit_type_impl_trait(&mut self, found: &TypeImplTrait) {
            self.0.get_or_insert(found.span());
            visit::visit_type_impl_trait(self, found);
        }
    }
    let mut unnamed = Unnamed(None);
    unnamed.visit_type(written);
    if let Some(span) = unnamed.0 {
        faults.push(syn::Error::new(
            span,
            format!("a handler cannot take `impl Trait`: {instead}"),
        ));
    }
}

/// Refuses the payload of one event type where the attribute names several.
fn one_of_several(envelope: &Type, payloads: &[String], faults: &mut Faults) {
    let Some(taken) = payload_hint(envelope).filter(|taken| payloads.contains(taken)) else {
        return;
    };
    if let [_, _, ..] = payloads {
        let variants: Vec<_> = payloads
            .iter()
            .map(|payload| format!("{payload}({payload})"))
            .collect();
        faults.at(
            envelope,
            format!(
                "this handler subscribes to several event types and takes only `{taken}`: \
                 write `#[derive(EventUnion)] enum Event {{ {} }}` and take `EventEnvelope<Event>`",
                variants.join(", ")
            ),
        );
    }
}

fn arguments(
    function: &ItemFn,
    attribute: &Attribute,
    faults: &mut Faults,
) -> (Option<Type>, Vec<Argument>) {
    let payloads = attribute.payloads();
    let expected = match payloads.as_slice() {
        [payload] => format!("EventEnvelope<{payload}>"),
        _ => "EventEnvelope<…>".to_owned(),
    };
    let mut types = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        FnArg::Receiver(_) => None,
    });
    let mut envelope = types
        .clone()
        .next()
        .filter(|first| recognised(first).is_none());
    if let Some(first) = envelope {
        types.next();
        check_envelope(first, &expected, &payloads, faults);
    }
    let mut arguments: Vec<Argument> = Vec::new();
    for written in types {
        if last_segment(written).is_some_and(|segment| segment.ident == "EventEnvelope") {
            let message = match envelope {
                Some(_) => "a handler takes one event: remove this argument",
                None => "the event comes first: make this the first argument",
            };
            faults.at(written, message);
            // Otherwise it would be reported as missing, too.
            envelope = Some(written);
        } else if let Some(argument) = argument(written, faults) {
            let spelling = argument.spelling();
            if arguments.iter().any(|other| other.spelling() == spelling) {
                faults.at(
                    written,
                    format!("duplicate argument `{spelling}`: remove one of them"),
                );
            }
            arguments.push(argument);
        }
    }
    if envelope.is_none() {
        faults.at(
            &function.sig.ident,
            format!("a handler takes the event: make `event: {expected}` the first argument"),
        );
    }
    (envelope.cloned(), arguments)
}

fn check_envelope(written: &Type, expected: &str, payloads: &[String], faults: &mut Faults) {
    if let Type::Reference(_) = written {
        faults.at(
            written,
            format!("a handler takes the event by value: write `{expected}`, without `&`"),
        );
    }
    named(written, &format!("write `{expected}`"), faults);
    one_of_several(written, payloads, faults);
}

/// The last segment of a type that is a path, behind references.
fn last_segment(written: &Type) -> Option<&PathSegment> {
    match written {
        Type::Path(path) => path.path.segments.last(),
        Type::Reference(reference) => last_segment(&reference.elem),
        Type::Paren(inner) => last_segment(&inner.elem),
        Type::Group(inner) => last_segment(&inner.elem),
        _ => None,
    }
}

/// An argument other than the event, with its segment.
fn recognised(written: &Type) -> Option<&PathSegment> {
    last_segment(written).filter(|segment| {
        segment.ident == "DeliveryTx" || segment.ident == "State" || segment.ident == "Delivery"
    })
}

fn argument(written: &Type, faults: &mut Faults) -> Option<Argument> {
    let Some(segment) = recognised(written) else {
        faults.at(
            written,
            format!(
                "a handler cannot take `{}`: after the event it takes `&mut DeliveryTx`, `State<T>` or `Delivery`; \
                 put anything else into the application's state",
                spelt(written)
            ),
        );
        return None;
    };
    let (reference, bare) = match written {
        Type::Reference(reference) => (Some(reference), &*reference.elem),
        other => (None, other),
    };
    if segment.ident == "DeliveryTx" {
        if !reference.is_some_and(|it| it.mutability.is_some() && it.lifetime.is_none()) {
            faults.at(
                written,
                "a handler borrows the transaction: write `&mut DeliveryTx`",
            );
        }
        return Some(Argument::Tx);
    }
    if reference.is_some() {
        let bare = spelt(bare);
        faults.at(
            written,
            format!("a handler takes this by value: write `{bare}`"),
        );
    }
    if segment.ident == "Delivery" {
        return Some(Argument::Delivery);
    }
    let Some(state) = generic(segment) else {
        faults.at(
            written,
            "`State` needs the type of the state: write `State<App>`",
        );
        return None;
    };
    named(state, "name the type of the state", faults);
    Some(Argument::State(Box::new(state.clone())))
}

/// `App` of `State<App>`.
fn generic(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(generics) = &segment.arguments else {
        return None;
    };
    match generics.args.first() {
        Some(GenericArgument::Type(state)) if generics.args.len() == 1 => Some(state),
        _ => None,
    }
}

/// The payload's type as it is written in `EventEnvelope<CreditLocked>`: a hint, no more.
pub(crate) fn payload_hint(envelope: &Type) -> Option<String> {
    let payload = generic(last_segment(envelope)?)?;
    last_segment(payload).map(|segment| segment.ident.to_string())
}

//! What a handler takes and returns, told from how it is written.
//!
//! A macro sees no types, so this recognises the words `DeliveryTx`, `State` and `Delivery`, as the
//! last segment of a path. The envelope is whatever comes first and is none of them, so that an
//! alias of it works; rustc finds out whether it is one.

use std::mem::discriminant;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    FnArg, GenericArgument, ItemFn, PathArguments, PathSegment, ReturnType, Safety, Type,
    TypeImplTrait,
};

use crate::attribute::Attribute;
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
    /// How it is written.
    fn spelling(&self) -> &'static str {
        match self {
            Self::Tx => "&mut DeliveryTx",
            Self::State(_) => "State<T>",
            Self::Delivery => "Delivery",
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

    /// The state's type, where the handler takes it.
    pub(crate) fn state(&self) -> Option<&Type> {
        self.arguments.iter().find_map(|argument| match argument {
            Argument::State(state) => Some(state.as_ref()),
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
            format!("a handler is async: write `async fn {name}`"),
        );
    }
    if let Some(constness) = &sig.constness {
        faults.at(
            constness,
            "a handler is called while the program runs: remove `const`",
        );
    }
    match &sig.safety {
        Safety::Unsafe(token) => {
            faults.at(token, "a handler is called by safe code: remove `unsafe`")
        }
        Safety::Safe(token) => faults.at(token, "a handler is safe in any case: remove `safe`"),
        Safety::Default => {}
    }
    if let Some(abi) = &sig.abi {
        faults.at(abi, "a handler is called from Rust: remove `extern`");
    }
    if let Some(variadic) = &sig.variadic {
        faults.at(variadic, "a handler takes what it names: remove `...`");
    }
    if !sig.generics.params.is_empty() {
        faults.at(
            &sig.generics,
            "a handler is registered as it is, and nobody could say what its parameters stand for: remove them and name the types",
        );
    }
    if let Some(clause) = &sig.generics.where_clause {
        faults.at(
            clause,
            "a handler has no parameters to say anything about: remove the `where` clause",
        );
    }
    for attribute in function
        .attrs
        .iter()
        .filter(|attribute| is_subscribe(attribute))
    {
        faults.at(
            attribute,
            "a handler has one `#[subscribe]`: name the event types of both in one, or write another function for this one",
        );
    }
}

/// Whether it is this very attribute, once more.
pub(crate) fn is_subscribe(attribute: &syn::Attribute) -> bool {
    let name = attribute.path().segments.last();
    name.is_some_and(|name| name.ident == "subscribe")
}

fn returned(function: &ItemFn, faults: &mut Faults) -> Option<Type> {
    let ReturnType::Type(_, returned) = &function.sig.output else {
        faults.at(
            &function.sig.ident,
            "a handler says whether it has handled the event: let it return `Result<(), HandlerError>`",
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
            format!("a handler names its types, and `impl` names none: {instead}"),
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
                "this takes `{taken}` only. A handler of several event types takes an enum of their payloads: \
                 write `#[derive(EventUnion)] enum Event {{ {} }}`, and take `EventEnvelope<Event>`",
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
    let envelope_of = match payloads.as_slice() {
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
        if let Type::Reference(_) = first {
            faults.at(
                first,
                format!("the event is the handler's own: write `{envelope_of}`, without `&`"),
            );
        }
        named(first, &format!("write `{envelope_of}`"), faults);
        one_of_several(first, &payloads, faults);
    }
    let mut arguments: Vec<Argument> = Vec::new();
    for written in types {
        if last_segment(written).is_some_and(|segment| segment.ident == "EventEnvelope") {
            let message = match envelope {
                Some(_) => "a handler takes one event: remove this one",
                None => "the event comes first: make this the first argument",
            };
            faults.at(written, message);
            // Otherwise it would be said to be missing, too.
            envelope = Some(written);
        } else if let Some(argument) = argument(written, faults) {
            if arguments
                .iter()
                .any(|other| discriminant(other) == discriminant(&argument))
            {
                let spelling = argument.spelling();
                faults.at(
                    written,
                    format!("`{spelling}` is taken twice: remove one of them"),
                );
            }
            arguments.push(argument);
        }
    }
    if envelope.is_none() {
        faults.at(
            &function.sig.ident,
            format!("a handler takes the event: make `event: {envelope_of}` the first argument"),
        );
    }
    (envelope.cloned(), arguments)
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
                "a handler cannot take `{}`. After the event it can take `&mut DeliveryTx`, `State<T>` and `Delivery`; \
                 put what else it needs into the state",
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
                "the transaction is lent to the handler: write `&mut DeliveryTx`",
            );
        }
        return Some(Argument::Tx);
    }
    if reference.is_some() {
        let bare = spelt(bare);
        faults.at(
            written,
            format!("a handler takes it by value: write `{bare}`"),
        );
    }
    if segment.ident == "Delivery" {
        return Some(Argument::Delivery);
    }
    let Some(state) = generic(segment) else {
        faults.at(written, "say which state: `State<App>`");
        return None;
    };
    named(state, "write the type of the state", faults);
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

//! What a route is: one value that reads its requests, guards it and documents it.

use std::sync::Arc;

use axum::routing::MethodFilter;

use super::access::Permission;
use super::context::{Answering, Asked, Context};
use super::kind::Parameter;

/// Where all routes are.
pub(super) const PREFIX: &str = "/api/dispatcher/v1";

/// A route.
pub(super) struct Route {
    pub(super) method: Verb,
    /// Below [`PREFIX`].
    pub(super) path: &'static str,
    /// Its name in the OpenAPI document.
    pub(super) operation: &'static str,
    /// What it does, as a sentence.
    pub(super) summary: &'static str,
    /// What a session must be allowed to do.
    pub(super) permission: Permission,
    pub(super) scope: Scope,
    /// The parameters of its path, in the path's order.
    pub(super) places: &'static [&'static Parameter],
    /// Those of its query.
    pub(super) query: &'static [&'static Parameter],
    pub(super) body: Body,
    pub(super) answer: Answer,
    /// What may be refused beside what every route refuses: statuses and reasons.
    pub(super) refusals: &'static [(u16, &'static str)],
    pub(super) handler: fn(Arc<Context>, Asked) -> Answering,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verb {
    Get,
    Post,
    Delete,
}

impl Verb {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    pub(super) fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

/// Which sessions a route is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scope {
    /// Each: one that is bound to tenants sees what is theirs.
    Tenants,
    /// Those that are bound to no tenant, because it is about what belongs to all.
    Unbound,
    /// Each: it is about no tenant.
    Any,
}

/// What a route reads of a body.
#[derive(Clone, Copy)]
pub(super) enum Body {
    None,
    /// A JSON object of these fields.
    Fields(&'static [&'static Parameter]),
    /// A JSON object that is described by the schema of that name.
    Object(&'static str),
}

impl Body {
    /// How large it may be, in bytes.
    pub(super) fn most_bytes(self) -> usize {
        match self {
            Self::None => 0,
            Self::Fields(_) => 16 * 1024,
            Self::Object(_) => 1024 * 1024,
        }
    }
}

/// What a route answers if all went well.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The name of its schema.
    pub(super) schema: &'static str,
    pub(super) about: &'static str,
}

/// A 200.
pub(super) const fn ok(schema: &'static str, about: &'static str) -> Answer {
    Answer {
        status: 200,
        schema,
        about,
    }
}

/// A 201.
pub(super) const fn created(schema: &'static str, about: &'static str) -> Answer {
    Answer {
        status: 201,
        schema,
        about,
    }
}

//! The session of a request, and the guard that finds it before anything else of the request is read.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::access::{Access, Permission};
use super::authenticator::{AuthError, Authenticator};
use super::csrf;
use super::problem::Problem;
use crate::contract::id::TenantId;
use crate::operate::dead_letter::DeadLetters;
use crate::operate::events::Events;
use crate::operate::redrive::Redrives;

/// The session: who it is, what it may do, and of which tenants.
#[derive(Clone)]
pub(super) struct Caller {
    name: Arc<str>,
    access: Access,
    tenants: Option<Arc<BTreeSet<TenantId>>>,
}

impl Caller {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_bound(&self) -> bool {
        self.tenants.is_some()
    }

    /// Whether it has a permission: for what is shown. Routes [require](Self::require) theirs.
    #[cfg(feature = "page")]
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.access.allows(permission)
    }

    /// # Errors
    /// A 403 that names what is missing.
    pub(super) fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.access.allows(permission) {
            return Ok(());
        }
        let detail = format!("this session lacks the permission `{permission}`");
        Err(Problem::new(StatusCode::FORBIDDEN, detail).with("permission", permission.as_str()))
    }

    /// The dead letters of its tenants.
    pub(super) fn dead_letters(&self, all: &DeadLetters) -> DeadLetters {
        match &self.tenants {
            Some(tenants) => all.for_tenants(tenants.iter().cloned()),
            None => all.clone(),
        }
    }

    /// The events of its tenants.
    pub(super) fn events(&self, all: &Events) -> Events {
        match &self.tenants {
            Some(tenants) => all.for_tenants(tenants.iter().cloned()),
            None => all.clone(),
        }
    }

    /// The redrives of its tenants.
    pub(super) fn redrives(&self, all: &Redrives) -> Redrives {
        match &self.tenants {
            Some(tenants) => all.for_tenants(tenants.iter().cloned()),
            None => all.clone(),
        }
    }
}

/// Lets a request through if it has a session, and another site has not made a browser send it.
pub(super) async fn guard<A: Authenticator>(
    State(authenticator): State<Arc<A>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let session = match authenticator.authenticate(&parts).await {
        Ok(session) => session,
        Err(error) => return refuse(authenticator.as_ref(), &error).into_response(),
    };
    if authenticator.is_ambient(&parts) && !csrf::is_allowed(&parts) {
        return Problem::new(StatusCode::FORBIDDEN, csrf::CROSS_SITE).into_response();
    }
    let tenants = authenticator.tenants(&session);
    let caller = Caller {
        name: session.to_string().into(),
        access: authenticator.access(&session),
        tenants: tenants.map(|tenants| Arc::new(tenants.into_iter().collect())),
    };
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(caller);
    next.run(request).await
}

fn refuse<A: Authenticator>(authenticator: &A, error: &AuthError) -> Problem {
    match error {
        AuthError::NoSession => Problem::new(StatusCode::UNAUTHORIZED, error.to_string())
            .header(header::WWW_AUTHENTICATE, authenticator.challenge()),
        AuthError::Forbidden => Problem::new(StatusCode::FORBIDDEN, error.to_string()),
        AuthError::Unavailable(source) => Problem::unavailable(source.as_ref()),
    }
}

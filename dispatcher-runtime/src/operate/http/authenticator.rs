//! Who may use the routes: the service's authenticator decides, for each request and before anything else.
//!
//! Whatever an authenticator does not grant is refused. If it panics, the connection is closed without an
//! answer.

use std::error::Error;
use std::fmt;

use axum::http::HeaderValue;
use axum::http::request::Parts;

use super::access::Access;
use super::csrf;
use crate::contract::id::TenantId;

/// Finds the session of a request. [`authenticator_fn`] makes an authenticator from a closure.
///
/// ```
/// use axum::http::request::Parts;
/// use dispatcher_runtime::http::{AuthError, Authenticator};
///
/// struct Behind {
///     proxy_secret: String,
/// }
///
/// impl Authenticator for Behind {
///     type Session = String;
///
///     async fn authenticate(&self, request: &Parts) -> Result<String, AuthError> {
///         let header = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
///         if header("x-proxy-secret") != Some(self.proxy_secret.as_str()) {
///             return Err(AuthError::NoSession);
///         }
///         header("x-operator").map(str::to_owned).ok_or(AuthError::NoSession)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide who may use the operator's routes",
    label = "not an authenticator",
    note = "every route requires a session: implement `dispatcher_runtime::http::Authenticator`, \
            or make one from a closure with `dispatcher_runtime::http::authenticator_fn`"
)]
pub trait Authenticator: Send + Sync + 'static {
    /// Who sent the request. Its `Display` text is recorded and logged with what the session does: make it the name of the
    /// person. Where it is blank or has a control character, the session can resolve and redrive nothing.
    type Session: fmt::Display + Send;

    /// The session of a request, from its headers, or from what the service's middleware has put into its
    /// extensions.
    ///
    /// # Errors
    /// [`AuthError`]: there is no session, it may not use these routes, or sessions cannot be checked.
    ///
    /// # Cancellation
    /// The future is dropped when the client goes away.
    fn authenticate(
        &self,
        request: &Parts,
    ) -> impl Future<Output = Result<Self::Session, AuthError>> + Send;

    /// The tenants to which a session is bound: it sees and touches only events, dead letters and redrives of these, and
    /// the ids of others answer 404. Of no tenant, it has none. What belongs to all tenants, such as subscriptions and the
    /// audit, is not for it (403). Defaults to `None`: every tenant.
    fn tenants(&self, session: &Self::Session) -> Option<Vec<TenantId>> {
        let _ = session;
        None
    }

    /// The same authenticator, with sessions that are bound to tenants; see [`tenants`](Self::tenants).
    ///
    /// ```
    /// use dispatcher_runtime::TenantId;
    /// use dispatcher_runtime::http::{Authenticator, authenticator_fn};
    ///
    /// let north: TenantId = "tnt_swim_north".parse()?;
    /// let sessions = authenticator_fn(|_| async { Ok("mia".to_owned()) })
    ///     .with_tenants(move |_session| Some(vec![north.clone()]));
    /// # drop(sessions);
    /// # Ok::<(), dispatcher_runtime::IdError>(())
    /// ```
    fn with_tenants<F>(self, tenants: F) -> impl Authenticator<Session = Self::Session>
    where
        Self: Sized,
        F: Fn(&Self::Session) -> Option<Vec<TenantId>> + Send + Sync + 'static,
    {
        WithTenants {
            authenticator: self,
            tenants,
        }
    }

    /// What a session may do. Defaults to [`Access::OPERATOR`].
    fn access(&self, session: &Self::Session) -> Access {
        let _ = session;
        Access::OPERATOR
    }

    /// The same authenticator, with another [`access`](Self::access).
    ///
    /// ```
    /// use dispatcher_runtime::http::{Access, Authenticator, Permission, authenticator_fn};
    ///
    /// let sessions = authenticator_fn(|_| async { Ok("mia".to_owned()) }).with_access(|session| {
    ///     match session.as_str() {
    ///         "mia" => Access::ADMIN.with(Permission::Reveal),
    ///         _ => Access::VIEWER,
    ///     }
    /// });
    /// # drop(sessions);
    /// ```
    fn with_access<F>(self, access: F) -> impl Authenticator<Session = Self::Session>
    where
        Self: Sized,
        F: Fn(&Self::Session) -> Access + Send + Sync + 'static,
    {
        WithAccess {
            authenticator: self,
            access,
        }
    }

    /// Whether a browser may have added what proves the session by itself, as it does with cookies. A request that
    /// changes something then has to come from a page of the service; see [`http`](crate::http). Defaults to `true`,
    /// unless the request has `Authorization: Bearer` and no cookie. Return `true` for every request behind a proxy that
    /// turns a cookie into a bearer token.
    fn is_ambient(&self, request: &Parts) -> bool {
        !csrf::is_by_bearer(request)
    }

    /// The value of the header `WWW-Authenticate` of a 401. Defaults to `Bearer`.
    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static("Bearer")
    }
}

/// Why a request has no session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The request has no session, or one that is forged, expired or unknown: 401.
    #[error("this route requires a session, and the request has no valid one")]
    NoSession,
    /// The session may not use these routes: 403.
    #[error("this session does not allow viewing or resolving dead letters")]
    Forbidden,
    /// Sessions cannot be checked at the moment: 503. The source is logged and not shown.
    #[error("sessions cannot be checked at the moment")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl AuthError {
    /// [`Unavailable`](Self::Unavailable), because of this error.
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Makes an authenticator from a closure, which receives the head of the request: method, URI, headers and
/// extensions.
pub fn authenticator_fn<F, Answer, Session>(closure: F) -> impl Authenticator<Session = Session>
where
    F: Fn(Parts) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Session, AuthError>> + Send + 'static,
    Session: fmt::Display + Send + 'static,
{
    FromFn(closure)
}

struct FromFn<F>(F);

impl<F, Answer, Session> Authenticator for FromFn<F>
where
    F: Fn(Parts) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Session, AuthError>> + Send + 'static,
    Session: fmt::Display + Send + 'static,
{
    type Session = Session;

    // Its own copy of the head: no bound of a closure can say that its future borrows and is `Send`.
    fn authenticate(
        &self,
        request: &Parts,
    ) -> impl Future<Output = Result<Session, AuthError>> + Send {
        self.0(request.clone())
    }
}

struct WithTenants<A, F> {
    authenticator: A,
    tenants: F,
}

impl<A, F> Authenticator for WithTenants<A, F>
where
    A: Authenticator,
    F: Fn(&A::Session) -> Option<Vec<TenantId>> + Send + Sync + 'static,
{
    type Session = A::Session;

    fn authenticate(
        &self,
        request: &Parts,
    ) -> impl Future<Output = Result<A::Session, AuthError>> + Send {
        self.authenticator.authenticate(request)
    }

    fn tenants(&self, session: &A::Session) -> Option<Vec<TenantId>> {
        (self.tenants)(session)
    }

    fn access(&self, session: &A::Session) -> Access {
        self.authenticator.access(session)
    }

    fn is_ambient(&self, request: &Parts) -> bool {
        self.authenticator.is_ambient(request)
    }

    fn challenge(&self) -> HeaderValue {
        self.authenticator.challenge()
    }
}

struct WithAccess<A, F> {
    authenticator: A,
    access: F,
}

impl<A, F> Authenticator for WithAccess<A, F>
where
    A: Authenticator,
    F: Fn(&A::Session) -> Access + Send + Sync + 'static,
{
    type Session = A::Session;

    fn authenticate(
        &self,
        request: &Parts,
    ) -> impl Future<Output = Result<A::Session, AuthError>> + Send {
        self.authenticator.authenticate(request)
    }

    fn tenants(&self, session: &A::Session) -> Option<Vec<TenantId>> {
        self.authenticator.tenants(session)
    }

    fn access(&self, session: &A::Session) -> Access {
        (self.access)(session)
    }

    fn is_ambient(&self, request: &Parts) -> bool {
        self.authenticator.is_ambient(request)
    }

    fn challenge(&self) -> HeaderValue {
        self.authenticator.challenge()
    }
}

//! Sessions of `dispatcher serve`: one token, in a header or in the form of the page.
//!
//! The token is compared in one place, by [`BearerTokens`]. The form signs a cookie with a key that is made at the start, so
//! its sessions end with the program.

use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, header};
use dispatcher_runtime::http::{Access, AuthError, Authenticator, BearerTokens, SignIn};
use uuid::Uuid;

use crate::database::Failure;

/// Sessions by a token.
pub(crate) struct Sessions {
    tokens: BearerTokens,
    sign_in: SignIn,
    access: Access,
}

impl Sessions {
    /// Those of that token: a program that sends it is `name`, and a person is who signs in with it.
    pub(crate) fn new(name: &str, token: &str, access: Access) -> Result<Self, Failure> {
        let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
        let tokens = BearerTokens::new()
            .and_then(|tokens| tokens.token(name, token, access))
            .map_err(|error| usage(&error))?;
        let of_form = tokens.clone();
        let key = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        let sign_in = SignIn::new(&key, move |_name, password| {
            let tokens = of_form.clone();
            async move { is_token(&tokens, &password).await }
        })
        .map_err(|error| usage(&error))?;
        Ok(Self {
            tokens,
            sign_in,
            access,
        })
    }

    /// The form.
    pub(crate) fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }
}

/// Whether a password is the token.
pub(crate) async fn is_token(tokens: &BearerTokens, password: &str) -> Result<bool, AuthError> {
    let Ok(header) = HeaderValue::from_str(&format!("Bearer {password}")) else {
        return Ok(false);
    };
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.headers.insert(header::AUTHORIZATION, header);
    match tokens.authenticate(&parts).await {
        Ok(_) => Ok(true),
        Err(AuthError::NoSession) => Ok(false),
        Err(error) => Err(error),
    }
}

impl Authenticator for Sessions {
    type Session = String;

    async fn authenticate(&self, request: &Parts) -> Result<String, AuthError> {
        if request.headers.contains_key(header::AUTHORIZATION) {
            let session = self.tokens.authenticate(request).await?;
            return Ok(session.to_string());
        }
        let session = self.sign_in.authenticate(request).await?;
        Ok(session.to_string())
    }

    fn access(&self, _session: &String) -> Access {
        self.access
    }
}

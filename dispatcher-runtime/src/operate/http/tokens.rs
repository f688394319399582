//! Sessions by bearer tokens, for programs and for a page that only its starter opens.
//!
//! Tokens are not kept: what is compared are their HMACs under a random key, so the time that a comparison takes tells
//! nothing about a token.

use std::fmt;
use std::sync::Arc;

use axum::http::header;
use axum::http::request::Parts;

use super::access::Access;
use super::authenticator::{AuthError, Authenticator};
use super::mac::Key;
use crate::contract::id::TenantId;
use crate::operate::actor::{LONGEST_NAME, control_character};

/// An authenticator whose sessions are proved by `Authorization: Bearer <token>`.
///
/// ```
/// use dispatcher_runtime::http::{Access, BearerTokens};
///
/// # fn tokens(ci: &str, on_call: &str) -> Result<BearerTokens, dispatcher_runtime::http::TokenError> {
/// let sessions = BearerTokens::new()?
///     .token("ci", ci, Access::VIEWER)?
///     .token("on call", on_call, Access::ADMIN)?;
/// # Ok(sessions) }
/// # tokens("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210").unwrap();
/// ```
///
/// [`with_tenants`](Authenticator::with_tenants) binds sessions to tenants by their [name](TokenSession::name).
#[derive(Clone, Debug)]
pub struct BearerTokens {
    key: Key,
    known: Vec<Known>,
}

#[derive(Clone, Debug)]
struct Known {
    signature: [u8; 32],
    session: TokenSession,
}

/// The session of a token. Its text is its name.
#[derive(Clone, Debug)]
pub struct TokenSession {
    name: Arc<str>,
    access: Access,
}

impl TokenSession {
    /// The name that the token was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for TokenSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

/// A token cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The name would be recorded, and cannot be: use one that is neither blank nor has control characters.
    #[error(
        "the name of a token is blank, has a control character, or is longer than 1024 bytes: name who has the token"
    )]
    Name,
    /// The token can be guessed, or no header can have it: use 32 random characters or more.
    #[error(
        "the token of `{0}` has fewer than 16 characters, or others than the letters, digits and `-._~+/=` of a bearer \
         token: use at least 32 random ones, such as those that `openssl rand -hex 32` prints"
    )]
    Token(String),
    /// Two names have the same token, so nothing could tell who acts: give each its own.
    #[error("`{0}` has the same token as another name: give each its own")]
    Duplicate(String),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes for a key")]
    NoRandomness,
}

impl BearerTokens {
    /// Without a token: every request is refused.
    ///
    /// # Errors
    /// [`TokenError::NoRandomness`].
    pub fn new() -> Result<Self, TokenError> {
        Ok(Self {
            key: Key::random().ok_or(TokenError::NoRandomness)?,
            known: Vec::new(),
        })
    }

    /// With one more token, of this name, which may do this. To replace a token without interruption, give the name two.
    ///
    /// # Errors
    /// [`TokenError`] says what is wrong with the name or the token.
    pub fn token(mut self, name: &str, token: &str, access: Access) -> Result<Self, TokenError> {
        if name.trim().is_empty() || name.len() > LONGEST_NAME || control_character(name).is_some()
        {
            return Err(TokenError::Name);
        }
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if token.len() < 16 || !token.bytes().all(is_token) {
            return Err(TokenError::Token(name.to_owned()));
        }
        let signature = self.key.sign(token.as_bytes());
        if self.known.iter().any(|known| known.signature == signature) {
            return Err(TokenError::Duplicate(name.to_owned()));
        }
        let session = TokenSession {
            name: name.into(),
            access,
        };
        self.known.push(Known { signature, session });
        Ok(self)
    }

    fn find(&self, request: &Parts) -> Option<TokenSession> {
        let mut values = request.headers.get_all(header::AUTHORIZATION).iter();
        let (value, None) = (values.next()?, values.next()) else {
            return None;
        };
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let signature = self.key.sign(token.trim_start().as_bytes());
        let mut known = self.known.iter();
        let found = known.find(|known| known.signature == signature)?;
        Some(found.session.clone())
    }
}

impl Authenticator for BearerTokens {
    type Session = TokenSession;

    async fn authenticate(&self, request: &Parts) -> Result<TokenSession, AuthError> {
        self.find(request).ok_or(AuthError::NoSession)
    }

    fn tenants(&self, _session: &TokenSession) -> Option<Vec<TenantId>> {
        None
    }

    fn access(&self, session: &TokenSession) -> Access {
        session.access
    }

    /// No browser adds a bearer token by itself.
    fn is_ambient(&self, _request: &Parts) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn found(tokens: &BearerTokens, headers: &[&str]) -> Option<String> {
        let mut request = Request::builder();
        for value in headers {
            request = request.header(header::AUTHORIZATION, *value);
        }
        let request = request.body(()).unwrap().into_parts().0;
        tokens.find(&request).map(|session| session.to_string())
    }

    #[test]
    fn a_token_is_found_by_its_whole_text_alone() -> Result<(), TokenError> {
        let other = "fedcba9876543210fedcba9876543210";
        let tokens = BearerTokens::new()?
            .token("mia", TOKEN, Access::ADMIN)?
            .token("jo", other, Access::VIEWER)?;
        let mia = format!("Bearer {TOKEN}");
        assert_eq!(found(&tokens, &[&mia]).as_deref(), Some("mia"));
        let jo = format!("bearer  {other}");
        assert_eq!(found(&tokens, &[&jo]).as_deref(), Some("jo"));
        for headers in [
            &[][..],
            &["Bearer"],
            &["Bearer "],
            &[TOKEN],
            &["Basic 0123456789abcdef0123456789abcdef"],
            &["Bearer 0123456789abcdef0123456789abcde"],
            &["Bearer 0123456789abcdef0123456789abcdef0"],
            &["Bearer 0123456789ABCDEF0123456789ABCDEF"],
            &[&mia, &jo],
        ] {
            assert_eq!(found(&tokens, headers), None, "{headers:?}");
        }
        assert!(!format!("{tokens:?}").contains(TOKEN));
        Ok(())
    }

    #[test]
    fn a_token_that_can_be_guessed_or_tells_nobody_apart_is_refused() -> Result<(), TokenError> {
        let tokens = BearerTokens::new()?.token("mia", TOKEN, Access::ADMIN)?;
        for (name, token, refused) in [
            (" ", "another-token-of-32-characters-00", TokenError::Name),
            (
                "a\nb",
                "another-token-of-32-characters-00",
                TokenError::Name,
            ),
            ("jo", "short", TokenError::Token("jo".to_owned())),
            ("jo", "", TokenError::Token("jo".to_owned())),
            (
                "jo",
                "with spaces with spaces with spaces",
                TokenError::Token("jo".to_owned()),
            ),
            ("jo", TOKEN, TokenError::Duplicate("jo".to_owned())),
        ] {
            let given = tokens.clone().token(name, token, Access::VIEWER);
            assert_eq!(given.err(), Some(refused), "{name:?} {token:?}");
        }
        Ok(())
    }
}

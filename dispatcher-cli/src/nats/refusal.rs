//! What a refusal of NATS means, and what to do about it.

use dispatcher_nats::async_nats::{ConnectError, ConnectErrorKind};

#[cfg(any(feature = "tls", feature = "nats-credentials"))]
use crate::database::Failure;
use crate::screen::plain;

/// How the command has asked to be let in.
pub(super) enum Login {
    /// By what the URL has: a user and a password, a token, or nothing.
    Url,
    /// By a file of credentials.
    #[cfg(feature = "nats-credentials")]
    File {
        path: String,
        /// When they have expired, if they have.
        expired_at: Option<String>,
    },
}

/// Why there is no connection to the servers of these addresses.
pub(super) fn explained(error: &ConnectError, shown: &str, login: &Login) -> String {
    let said = plain(&error.to_string());
    if is_of_tls(error) {
        return of_tls(&said, shown);
    }
    match error.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
            let (what, help) = of_login(login);
            format!("NATS at {shown} refuses {what}: {said}\n  help: {help}")
        }
        ConnectErrorKind::Dns => {
            format!("the name of NATS at {shown} is not known: {said}\n  help: correct the address")
        }
        _ => format!(
            "NATS at {shown} does not answer: {said}\n  help: check the address, that the server is up, and that it \
             accepts connections from here"
        ),
    }
}

/// Errors of TLS are hidden in errors of reading and writing. The last is the answer of a server that does not speak it.
fn is_of_tls(error: &ConnectError) -> bool {
    let text = error.to_string();
    let words = [
        "certificate",
        "TLS",
        "tls",
        "Handshake",
        "InvalidContentType",
    ];
    error.kind() == ConnectErrorKind::Tls || words.iter().any(|word| text.contains(word))
}

fn of_tls(said: &str, shown: &str) -> String {
    let help = if cfg!(feature = "tls") {
        "name the certificate of its authority with `--nats-ca FILE`, and the server by a name that its own certificate has; a server \
         without TLS is not reached by tls://"
    } else {
        "install the command with `--features tls`"
    };
    format!("the connection to NATS at {shown} cannot be encrypted: {said}\n  help: {help}")
}

fn of_login(login: &Login) -> (String, String) {
    match login {
        #[cfg(feature = "nats-credentials")]
        Login::File {
            path,
            expired_at: Some(at),
        } => (
            format!("the credentials in {path}, which expired at {at}"),
            "have new ones made for the user".to_owned(),
        ),
        #[cfg(feature = "nats-credentials")]
        Login::File { path, .. } => (
            format!("the credentials in {path}"),
            "they have to be of a user of an account that this server knows, and not revoked"
                .to_owned(),
        ),
        Login::Url => {
            let file = if cfg!(feature = "nats-credentials") {
                "with `--nats-credentials FILE`"
            } else {
                "with `--nats-credentials FILE`, which a command has that was installed with `--features nats-credentials`"
            };
            (
                "the connection".to_owned(),
                format!(
                    "give a user and a password in the URL, as nats://user:password@host:4222, or a file {file}"
                ),
            )
        }
    }
}

/// A file that was named and cannot be used.
#[cfg(any(feature = "tls", feature = "nats-credentials"))]
pub(super) fn unusable(what: &str, path: &std::path::Path, error: &std::io::Error) -> Failure {
    let option = match what {
        "certificate" => "`--nats-ca`",
        _ => "`--nats-credentials`",
    };
    let path = path.display();
    Failure::Usage(format!(
        "the {what} in {path} cannot be used: {error}\n  help: correct the file that {option} names"
    ))
}

/// A refusal of one request, with what to do.
pub(super) fn with_help(text: &str) -> String {
    let said = plain(text);
    let lowercase = text.to_lowercase();
    if lowercase.contains("permissions violation") {
        format!("{said}; the user needs this permission: docs/scale.md lists all of them")
    } else if lowercase.contains("expired") {
        format!("{said}; have new credentials made, and start the command again with them")
    } else {
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_request_says_what_the_user_needs() {
        let text = "Permissions Violation for Publish to \"$JS.API.STREAM.INFO.north\"";
        let line = with_help(text);
        assert!(line.starts_with(text), "{line}");
        assert!(line.contains("docs/scale.md"), "{line}");
        assert!(with_help("User Authentication Expired").contains("new credentials"));
        assert_eq!(with_help("Slow Consumer"), "Slow Consumer");
    }
}

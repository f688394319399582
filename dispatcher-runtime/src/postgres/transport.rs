//! Whether what goes to the server can be read on its way.
//!
//! sqlx's default, `sslmode=prefer`, goes on in the clear where TLS cannot be had: because the server has
//! none, or because sqlx was built without it. Neither says a word, so Dispatcher does, once for each pool
//! that it is given. What is meant can be said: `disable` is let be, and so is what stays on this machine.

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// `pg_stat_ssl` shows each role its own session.
const IS_ENCRYPTED: &str = "SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()";

/// Logs that the connections of this pool are not encrypted, where that may surprise.
pub(crate) async fn warn_if_clear(pool: &PgPool) -> Result<(), sqlx::Error> {
    let options = pool.connect_options();
    if !may_surprise(&options) {
        return Ok(());
    }
    let is_encrypted: Option<bool> = sqlx::query_scalar(IS_ENCRYPTED)
        .fetch_optional(pool)
        .await?;
    if is_encrypted == Some(false) {
        tracing::warn!(
            host = options.get_host(),
            "the connection to Postgres is not encrypted, and `sslmode=prefer` does not ask for it: write \
             `sslmode=require` or `verify-full`, with the feature `tls` of dispatcher-runtime; or `sslmode=disable` \
             if this network may read the events"
        );
    }
    Ok(())
}

/// Encryption was neither asked for nor declined, and the server is another machine.
fn may_surprise(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    matches!(options.get_ssl_mode(), PgSslMode::Prefer | PgSslMode::Allow) && !is_here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_said_and_leaves_this_machine_may_surprise() {
        for (url, expected) in [
            ("postgres://db.example.com/app", true),
            ("postgres://10.0.0.7/app?sslmode=prefer", true),
            ("postgres://10.0.0.7/app?sslmode=allow", true),
            ("postgres://10.0.0.7/app?sslmode=disable", false),
            ("postgres://10.0.0.7/app?sslmode=require", false),
            ("postgres://localhost/app", false),
            ("postgres://127.0.0.3/app", false),
            ("postgres://[::1]/app", false),
            ("postgres:///app?host=/run/postgresql", false),
        ] {
            let options: PgConnectOptions = url.parse().unwrap();
            assert_eq!(may_surprise(&options), expected, "{url}");
        }
    }
}

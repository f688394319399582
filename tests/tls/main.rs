//! Encryption on the way to the server, and the warning where there is none.

use std::process::Command;
use std::str::FromStr;

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, subscribe};
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_fixtures::log::Log;
use dispatcher_test_launcher::{Cluster, Settings};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{Executor, PgPool};

#[subscribe(credit_locked)]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

/// An address of this machine that does not look like one.
const ELSEWHERE: &str = "0.0.0.0";

async fn connect(cluster: &Cluster, host: &str, mode: PgSslMode) -> TestResult<PgPool> {
    let options = PgConnectOptions::from_str(&cluster.url("postgres"))?
        .host(host)
        .ssl_mode(mode);
    Ok(PgPoolOptions::new()
        .max_connections(6)
        .connect_with(options)
        .await?)
}

/// What is logged while the tables are made and a consumer starts.
async fn warnings(pool: &PgPool) -> TestResult<usize> {
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    dispatcher_runtime::migrate(pool).await?;
    let consumer = Consumer::<Coaching>::builder(pool.clone());
    let consumer = consumer.subscribe(hold_slot).start().await?;
    consumer.stop().await;
    drop(guard);
    Ok(log.text().matches("is not encrypted").count())
}

/// Gives the server a certificate of its own; false where there is no openssl to make it with.
async fn encrypt(pool: &PgPool) -> TestResult<bool> {
    let folder = std::env::temp_dir().join(format!("dispatcher-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (key, certificate) = (folder.join("key"), folder.join("certificate"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        eprintln!("skipped: `apt-get install openssl` provides what makes a certificate");
        return Ok(false);
    }
    for (text, name) in [(&key, "server.key"), (&certificate, "server.crt")] {
        let text = std::fs::read_to_string(text)?;
        // As the server's own user, in its data folder, readable by nobody else.
        let write = format!(
            "COPY (SELECT unnest(string_to_array($text${text}$text$, E'\\n'))) TO PROGRAM 'umask 077; cat > {name}'"
        );
        pool.execute(sqlx::AssertSqlSafe(write)).await?;
    }
    std::fs::remove_dir_all(&folder)?;
    if let Err(error) = pool.execute("ALTER SYSTEM SET ssl = on").await {
        eprintln!("skipped: this server has no TLS: {error}");
        return Ok(false);
    }
    pool.execute("SELECT pg_reload_conf()").await?;
    Ok(true)
}

#[tokio::test]
async fn what_goes_over_a_network_in_the_clear_is_warned_of_and_tls_can_be_required() -> TestResult
{
    let cluster = Cluster::start_with(Settings::default()).await?;
    let admin = connect(&cluster, "127.0.0.1", PgSslMode::Prefer).await?;
    assert_eq!(warnings(&admin).await?, 0, "on this machine");
    let clear = connect(&cluster, ELSEWHERE, PgSslMode::Prefer).await?;
    assert_eq!(warnings(&clear).await?, 2, "by `migrate`, and by the start");
    let declined = connect(&cluster, ELSEWHERE, PgSslMode::Disable).await?;
    assert_eq!(warnings(&declined).await?, 0, "it was said");
    let refused = connect(&cluster, ELSEWHERE, PgSslMode::Require).await;
    assert!(refused.is_err(), "the server has no TLS yet");

    if encrypt(&admin).await? {
        for mode in [PgSslMode::Require, PgSslMode::Prefer] {
            let encrypted = loop {
                // The server answers the reload in its own time.
                match connect(&cluster, ELSEWHERE, mode).await {
                    Ok(pool) => break pool,
                    Err(_) => tokio::task::yield_now().await,
                }
            };
            assert_eq!(warnings(&encrypted).await?, 0, "{mode:?}");
            let is_encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
            let is_encrypted: bool = sqlx::query_scalar(is_encrypted)
                .fetch_one(&encrypted)
                .await?;
            assert!(is_encrypted, "{mode:?}");
        }
    }
    Ok(())
}

//! A server that asks for TLS, with a certificate of an authority that no system knows.

use std::path::Path;
use std::process::Command;

use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::NatsServer;

use crate::command::{World, events_travel};

/// An authority, and a key of the server with its certificate for this machine; false where there is no openssl.
fn make_certificates(folder: &Path) -> TestResult<bool> {
    std::fs::write(
        folder.join("names"),
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
    )?;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for line in [
        format!("req -x509 {key} -days 2 -subj /CN=authority -keyout ca.key -out ca.crt"),
        format!("req -x509 {key} -days 2 -subj /CN=other -keyout other.key -out other.crt"),
        format!("req {key} -subj /CN=localhost -keyout server.key -out server.csr"),
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt".to_owned(),
    ] {
        let made = Command::new("openssl").args(line.split(' ')).current_dir(folder).output();
        match made {
            Ok(made) if made.status.success() => {}
            Ok(made) => return Err(format!("{line}: {}", String::from_utf8_lossy(&made.stderr)).into()),
            Err(_) => {
                eprintln!("skipped: `apt-get install openssl` provides what makes a certificate");
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn server(folder: &Path) -> TestResult<Option<NatsServer>> {
    if !make_certificates(folder)? {
        return Ok(None);
    }
    let at = folder.display();
    let settings =
        format!("tls {{\n cert_file: \"{at}/server.crt\"\n key_file: \"{at}/server.key\"\n}}\n");
    Ok(NatsServer::start_or_skip(&settings).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_travel_encrypted() -> TestResult {
    let folder = tempfile::tempdir()?;
    let Some(nats) = server(folder.path()).await? else {
        return Ok(());
    };
    let authority = folder.path().join("ca.crt");
    let authority = authority.to_str().unwrap();
    let (address, by_name) = (nats.url(), format!("tls://localhost:{}", nats.port()));
    let first = ["--nats-url", &address, "--nats-ca", authority];
    let second = ["--nats-url", &by_name, "--nats-ca", authority];
    events_travel([&first, &second, &first]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_says_what_to_do() -> TestResult {
    let folder = tempfile::tempdir()?;
    let Some(nats) = server(folder.path()).await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let url = nats.url();
    let plan = ["nats", "plan", "--stream", "north", "--nats-url", &url];
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (other, key, missing) = (path("other.crt"), path("names"), path("none.crt"));
    for (access, code, says) in [
        (&[][..], 3, "`--nats-ca FILE`"),
        (&["--nats-ca", &other], 3, "`--nats-ca FILE`"),
        (&["--nats-ca", &key], 3, "`--nats-ca FILE`"),
        (&["--nats-ca", &missing], 2, "`--nats-ca` names"),
    ] {
        let (ended, text) = world.run(&plan, access).await?;
        assert_eq!(ended, Some(code), "{access:?}: {text}");
        assert!(text.contains(says), "{access:?}: {text}");
        assert!(
            code == 2 || text.contains("cannot be encrypted: "),
            "{access:?}: {text}"
        );
    }
    Ok(())
}

/// A server without TLS, of which the address asks for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_encrypt_is_refused_where_the_address_asks_for_it() -> TestResult {
    let Some(nats) = NatsServer::start_or_skip("").await? else {
        return Ok(());
    };
    let world = World::new().await?;
    let url = format!("tls://localhost:{}", nats.port());
    let plan = ["nats", "plan", "--stream", "north", "--nats-url", &url];
    let (code, text) = world.run(&plan, &[]).await?;
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("cannot be encrypted"), "{text}");
    Ok(())
}

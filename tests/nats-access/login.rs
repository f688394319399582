//! A server with an operator, accounts and users, who have files of credentials.

use std::path::Path;

use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::NatsServer;

use crate::command::{World, events_travel};
use crate::jwt::Authority;

/// The subjects that docs/scale.md lists for a process.
fn listed(process: &str) -> TestResult<Vec<String>> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scale.md");
    let guide = std::fs::read_to_string(guide)?;
    let row = guide
        .lines()
        .find_map(|line| line.strip_prefix(&format!("| {process} |")))
        .ok_or_else(|| format!("docs/scale.md has no row for {process}"))?;
    let subjects = row.split('`').skip(1).step_by(2);
    Ok(subjects
        .map(|it| {
            it.replace("STREAM_NAME", "north")
                .replace("PREFIX", "north")
        })
        .collect())
}

fn file(folder: &Path, name: &str, text: &str) -> TestResult<String> {
    let path = folder.join(name);
    std::fs::write(&path, text)?;
    Ok(path.to_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn users_with_exactly_the_listed_permissions_suffice() -> TestResult {
    let authority = Authority::new();
    let Some(nats) = NatsServer::start_or_skip(&authority.settings()?).await? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let mut access = Vec::new();
    for process in [
        "`dispatcher nats apply`",
        "`dispatcher relay`",
        "`dispatcher mirror`",
    ] {
        let user = Authority::user(&authority.account, &listed(process)?)?;
        access.push(file(
            folder.path(),
            &format!("{}.creds", access.len()),
            &user,
        )?);
    }
    let url = nats.url();
    let access: Vec<_> = access
        .iter()
        .map(|file| ["--nats-url", &url, "--nats-credentials", file])
        .collect();
    events_travel([&access[0], &access[1], &access[2]]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_says_what_to_do() -> TestResult {
    let authority = Authority::new();
    let Some(nats) = NatsServer::start_or_skip(&authority.settings()?).await? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let world = World::new().await?;
    let other = Authority::new();
    let nothing = ["north.>".to_owned()];
    let url = nats.url();
    let plan = ["nats", "plan", "--stream", "north", "--nats-url", &url];
    let (code, text) = world.run(&plan, &[]).await?;
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("refuses the connection: authorization violation"),
        "{text}"
    );
    assert!(text.contains("`--nats-credentials FILE`"), "{text}");
    for (name, credentials, code, says) in [
        (
            "stranger",
            Authority::user(&other.account, &[])?,
            3,
            &["they have to be of a user of an account that this server knows"][..],
        ),
        (
            "expired",
            Authority::expired_user(&authority.account)?,
            3,
            &["expired at 2023-11-14 22:13:20", "have new ones made"],
        ),
        (
            "no credentials",
            "nothing".to_owned(),
            2,
            &["cannot be used: ", "`--nats-credentials` names"],
        ),
        (
            "not permitted",
            Authority::user(&authority.account, &nothing)?,
            3,
            &[
                "NATS refuses: ",
                "$JS.API.STREAM.INFO.north",
                "the user needs this permission: docs/scale.md lists all of them",
            ],
        ),
        (
            "no JetStream",
            Authority::user(&authority.poor, &[])?,
            3,
            &[
                "JetStream not enabled for account",
                "help: enable JetStream for the account",
            ],
        ),
    ] {
        let file = file(folder.path(), name, &credentials)?;
        let (ended, text) = world.run(&plan, &["--nats-credentials", &file]).await?;
        assert_eq!(ended, Some(code), "{name}: {text}");
        for part in says {
            assert!(text.contains(part), "{name}: {part}: {text}");
        }
        // Never what is secret.
        assert!(!text.contains("SU"), "{name}: {text}");
    }
    let (code, text) = world
        .run(&plan, &["--nats-credentials", "/nowhere"])
        .await?;
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("the credentials in /nowhere cannot be used"),
        "{text}"
    );
    Ok(())
}

/// A relay whose user may not ask for the stream goes on trying, and says once why.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_may_not_read_the_stream_says_what_is_missing() -> TestResult {
    let authority = Authority::new();
    let Some(nats) = NatsServer::start_or_skip(&authority.settings()?).await? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let user = Authority::user(&authority.account, &["north.>".to_owned()])?;
    let file = file(folder.path(), "user.creds", &user)?;
    let world = World::new().await?;
    let url = nats.url();
    let relay = ["relay", "--stream", "north", "--nats-url", &url];
    let mut relay = world.start(&relay, &["--nats-credentials", &file])?;
    let line = relay.until("NATS refuses: ").await?;
    assert!(line.contains("the user needs this permission"), "{line}");
    Ok(())
}

//! What goes wrong says where, what, and what to do; and its exit code says whether the database was asked.

use dispatcher_test_fixtures::TestResult;
use sqlx::AssertSqlSafe;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::scrub::golden;
use crate::world::{Ran, World, ended};

/// Runs a command against another address.
async fn at(world: &World, url: &str, arguments: &[&str]) -> TestResult<Ran> {
    let mut command = world.command(arguments);
    command.env("DATABASE_URL", url);
    ended(command).await
}

#[tokio::test]
async fn a_database_that_is_not_named_or_not_there() -> TestResult {
    let world = World::empty().await?;
    let mut command = world.command(&["overview"]);
    command.env_remove("DATABASE_URL");
    let unnamed = ended(command).await?;
    assert_eq!(unnamed.code, Some(2));
    golden("error-unnamed.txt", &unnamed.stderr);

    let invalid = at(&world, "postgres://mia:s3cret@:port", &["overview"]).await?;
    assert_eq!(invalid.code, Some(2));
    assert!(!invalid.stderr.contains("s3cret"), "{}", invalid.stderr);

    let free = TcpListener::bind("127.0.0.1:0").await?;
    let port = free.local_addr()?.port();
    drop(free);
    let url = format!("postgres://mia:s3cret@127.0.0.1:{port}/acme");
    let refused = at(&world, &url, &["overview"]).await?;
    assert_eq!(refused.code, Some(3));
    golden(
        "error-refused.txt",
        &refused.stderr.replace(&port.to_string(), "5432"),
    );

    let url = world
        .database
        .url()
        .replace(world.database.name(), "not_there");
    let missing = at(&world, &url, &["overview"]).await?;
    assert_eq!(missing.code, Some(3));
    assert!(
        missing.stderr.contains("has no database \"not_there\""),
        "{}",
        missing.stderr
    );
    Ok(())
}

/// A server that refuses every password.
#[tokio::test]
async fn a_password_that_is_wrong() -> TestResult {
    let world = World::empty().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let server = tokio::spawn(async move {
        // TLS is asked for first, where the command can do it.
        loop {
            let (mut client, _) = listener.accept().await?;
            let mut message = [0; 1024];
            let read = client.read(&mut message).await?;
            if message.get(4..8) == Some(&80_877_103_u32.to_be_bytes()) && read == 8 {
                client.write_all(b"N").await?;
                let _ = client.read(&mut message).await?;
            }
            let fields =
                b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"mia\"\0\0";
            let length = u32::try_from(fields.len() + 4).unwrap_or_default();
            client.write_all(b"E").await?;
            client.write_all(&length.to_be_bytes()).await?;
            client.write_all(fields).await?;
            client.shutdown().await?;
        }
        #[allow(unreachable_code, reason = "the type of the task")]
        Ok::<_, std::io::Error>(())
    });
    let url = format!("postgres://mia:s3cret@127.0.0.1:{port}/acme");
    let refused = at(&world, &url, &["overview"]).await?;
    server.abort();
    assert_eq!(refused.code, Some(3));
    golden(
        "error-password.txt",
        &refused.stderr.replace(&port.to_string(), "5432"),
    );
    Ok(())
}

#[tokio::test]
async fn tables_that_are_missing_or_of_another_version() -> TestResult {
    let world = World::empty().await?;
    let missing = world.run(&["subscriptions", "list"]).await?;
    assert_eq!(missing.code, Some(3));
    assert!(
        missing
            .stderr
            .contains("create them with `dispatcher migrate`"),
        "{}",
        missing.stderr
    );

    let migrated = world.run(&["migrate"]).await?.good();
    assert!(migrated.stdout.contains("has the tables of this version"));
    assert_eq!(
        world.run(&["migrate"]).await?.good().stdout,
        migrated.stdout
    );
    world
        .run(&["migrate", "--schema", "swim-north"])
        .await?
        .good();
    world
        .run(&["subscriptions", "list", "--schema", "swim-north"])
        .await?
        .good();
    let elsewhere = world
        .run(&["subscriptions", "list", "--schema", "swim-south"])
        .await?;
    assert_eq!(elsewhere.code, Some(3));
    let says = elsewhere.stderr.split_whitespace().collect::<Vec<_>>();
    assert!(
        says.join(" ").contains("schema \"swim-south\", at"),
        "{says:?}"
    );

    sqlx::raw_sql("ALTER TABLE dispatcher_cursor RENAME COLUMN position TO place")
        .execute(&world.pool)
        .await?;
    let other = world.run(&["subscriptions", "list"]).await?;
    assert_eq!(other.code, Some(3));
    assert!(
        other
            .stderr
            .contains("are of another version than this command"),
        "{}",
        other.stderr
    );
    Ok(())
}

#[tokio::test]
async fn a_role_without_rights_is_told_which_grant_it_needs() -> TestResult {
    let world = World::new().await?;
    let role = format!("guest_{}", world.database.name());
    let create = format!("CREATE ROLE \"{role}\" LOGIN PASSWORD 'guest'");
    sqlx::raw_sql(AssertSqlSafe(create))
        .execute(&world.pool)
        .await?;
    let options = world.database.options();
    let url = format!(
        "postgres://{role}:guest@{}:{}/{}",
        options.get_host(),
        options.get_port(),
        world.database.name()
    );
    let refused = at(&world, &url, &["dlq", "list"]).await;
    let drop_role = format!("DROP ROLE \"{role}\"");
    sqlx::raw_sql(AssertSqlSafe(drop_role))
        .execute(&world.pool)
        .await?;
    let refused = refused?;
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    let says = refused
        .stderr
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        says.contains(&format!("the role \"{role}\" may not do this"))
            && says.contains(&format!("`GRANT dispatcher_operator TO \"{role}\"`")),
        "{says}"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_and_what_is_malformed() -> TestResult {
    let world = World::new().await?;
    let id = "0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e";
    let (event, letter, redrive) = (
        format!("evt_{id}"),
        format!("dlq_{id}"),
        format!("rdr_{id}"),
    );
    for arguments in [
        &["dlq", "show", &letter][..],
        &["dlq", "resolve", &letter],
        &["dlq", "redrive", &letter],
        &["redrives", "show", &redrive],
        &["redrives", "watch", &redrive],
        &["redrives", "stop", &redrive],
        &["events", "show", &event],
        &["subscriptions", "show", "coaching/hold_slot"],
        &["subscriptions", "pause", "coaching/hold_slot"],
    ] {
        let ran = world.run(arguments).await?;
        assert_eq!(ran.code, Some(1), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
    for (arguments, says) in [
        (
            &["dlq", "show", "dlq_1"][..],
            "`dlq_` followed by a UUID in lower case",
        ),
        (
            &["redrives", "watch", "1"],
            "`rdr_` followed by a UUID in lower case",
        ),
        (
            &["subscriptions", "show", "coaching"],
            "such as coaching/hold_slot",
        ),
        (
            &["subscriptions", "list", "--max-lag", "soon"],
            "such as 60s",
        ),
        (
            &["dlq", "list", "--from", "yesterday"],
            "such as 2026-11-29T08:00:00Z",
        ),
        (&["dlq", "list", "--limit", "0"], "from 1 to 1000"),
        (&["dlq", "list", "--reason", "bored"], "retries_exhausted"),
        (&["dlq", "resolve"], "no dead letters were selected"),
        (&["redrives", "start"], "no dead letters were selected"),
        (
            &["dlq", "resolve", &letter, "--all"],
            "contradict each other",
        ),
        (
            &["redrives", "start", "--all", "--per-second", "0"],
            "above 0",
        ),
        (&["events", "publish", "missing.jsonl"], "missing.jsonl"),
        (&["look"], "unrecognized subcommand 'look'"),
    ] {
        let ran = world.run(arguments).await?;
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
        let text = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(says), "{arguments:?}: {}", ran.stderr);
    }
    Ok(())
}

//! `dispatcher relay`, `dispatcher mirror` and `dispatcher nats`, with a NATS server of their own.

use dispatcher_runtime::Dispatcher;
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use dispatcher_test_launcher::NatsServer;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr};

use crate::served::get;
use crate::world::{Ran, World};

async fn run(world: &World, nats: &NatsServer, arguments: &[&str]) -> TestResult<Ran> {
    let mut command = world.command(arguments);
    let output = command.env("NATS_URL", nats.url()).output().await?;
    Ok(Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout)?,
        stderr: String::from_utf8(output.stderr)?,
    })
}

/// A relay or a mirror, which has begun.
struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Process {
    async fn start(
        world: &World,
        nats: &NatsServer,
        arguments: &[&str],
        first: &str,
    ) -> TestResult<Self> {
        let mut command = world.command(arguments);
        let mut child = command.env("NATS_URL", nats.url()).spawn()?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let mut process = Self {
            lines: BufReader::new(stderr).lines(),
            child,
        };
        process.until(first).await?;
        Ok(process)
    }

    /// The next line of its log that begins with this.
    async fn until(&mut self, text: &str) -> TestResult<String> {
        let mut seen = Vec::new();
        while let Some(line) = self.lines.next_line().await? {
            if line.contains(text) {
                return Ok(line);
            }
            seen.push(line);
        }
        Err(format!("it has ended, and never said {text:?}: {seen:#?}").into())
    }

    /// Ends it as a supervisor does, and returns its exit code.
    async fn terminate(mut self) -> TestResult<Option<i32>> {
        let id = self.child.id().ok_or("it has ended")?.to_string();
        let kill = std::process::Command::new("kill").arg(id).status()?;
        assert!(kill.success());
        self.until("ended; the lease is released").await?;
        Ok(self.child.wait().await?.code())
    }
}

async fn publish(world: &World, credits: std::ops::Range<u32>) -> TestResult {
    let revenue = Dispatcher::<acme_contracts::Revenue>::builder(world.pool.clone());
    let revenue = revenue.tenant(TENANT).build()?;
    let locks: Vec<_> = credits.map(|credits| lock(credits % 4, credits)).collect();
    revenue.publish_all(locks).await?;
    Ok(())
}

async fn until_logged(world: &World, events: i64) -> TestResult {
    let count = "SELECT count(*) FROM dispatcher_event";
    while sqlx::query_scalar::<_, i64>(count)
        .fetch_one(&world.pool)
        .await?
        < events
    {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_from_one_database_to_another_and_the_comparison_says_so() -> TestResult {
    let Some(nats) = NatsServer::start_or_skip("").await? else {
        return Ok(());
    };
    let (north, south) = (World::new().await?, World::new().await?);
    crate::examples::copy_contracts(&south.folder.path().join("contracts"))?;
    let applied = run(&north, &nats, &["nats", "apply", "--stream", "north"]).await?;
    assert_eq!(applied.code, Some(0), "{applied:?}");

    publish(&north, 1..11).await?;
    let mut relay = Process::start(
        &north,
        &nats,
        &["relay", "--stream", "north"],
        "relaying the",
    )
    .await?;
    let warned = relay.until("the stream has one replica").await?;
    assert!(warned.contains(" WARN "), "{warned}");
    let mirror = [
        "mirror",
        "--stream",
        "north",
        "--consumer",
        "coaching",
        "--contracts",
        "contracts",
    ];
    let mirror = Process::start(&south, &nats, &mirror, "mirroring ").await?;
    publish(&north, 11..21).await?;
    until_logged(&south, 20).await?;
    let verify = ["nats", "verify", "--stream", "north"];
    let same = run(&north, &nats, &verify).await?;
    assert_eq!(
        (same.code, same.stdout.as_str()),
        (
            Some(0),
            "stream north: 20 events of the log and of the stream are the same\n"
        ),
        "{same:?}"
    );
    assert_eq!(relay.terminate().await?, Some(0));
    assert_eq!(mirror.terminate().await?, Some(0));

    sqlx::raw_sql("UPDATE dispatcher_event SET payload = '{}' WHERE position = 7")
        .execute(&north.pool)
        .await?;
    let differs = run(&north, &nats, &verify).await?;
    assert_eq!(differs.code, Some(1), "{differs:?}");
    assert!(
        differs.stdout.starts_with(
            "stream north: 1 difference; 19 events the same\n  position 7, sequence 7,"
        ),
        "{differs:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_the_difference_and_what_would_weaken_a_stream_is_refused() -> TestResult {
    let Some(nats) = NatsServer::start_or_skip("").await? else {
        return Ok(());
    };
    let world = World::empty().await?;
    let plan = ["nats", "plan", "--stream", "north=acme.north"];
    let missing = run(&world, &nats, &plan).await?;
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(
        missing.stdout.starts_with(
            "\
stream north: would be made
  SETTING       FOUND  WANTED
+ subjects      –      acme.north.>
"
        ),
        "{}",
        missing.stdout
    );
    let longest = missing.stdout.lines().map(|it| it.chars().count()).max();
    assert!(longest.is_some_and(|it| it <= 80), "{}", missing.stdout);
    let apply = [
        "nats",
        "apply",
        "--stream",
        "north=acme.north",
        "--max-age",
        "30d",
    ];
    let made = run(&world, &nats, &apply).await?;
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.stdout.starts_with("stream north: is made\n"));
    let same = run(&world, &nats, &plan).await?;
    assert_eq!(same.code, Some(0), "{same:?}");
    assert!(
        same.stdout.starts_with("stream north: as it has to be\n"),
        "{same:?}"
    );

    let shorter = [&apply[..5], &["1d"]].concat();
    let refused = run(&world, &nats, &shorter).await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("nothing was changed")
            && refused.stderr.contains("nats stream edit"),
        "{refused:?}"
    );
    let shorter = [&["nats", "plan"], &shorter[2..], &["--json"]].concat();
    let json = run(&world, &nats, &shorter).await?;
    assert_eq!(json.code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&json.stdout)?;
    let difference = &json["streams"][0]["differences"][0];
    assert_eq!(difference["setting"], "max_age");
    assert_eq!(difference["change"], "weakens");
    assert_eq!(json["is_applied"], false);
    Ok(())
}

#[tokio::test]
async fn what_is_missing_is_said_with_its_exit_code() -> TestResult {
    let world = World::new().await?;
    let ran = async |arguments: &[&str], url: Option<&str>| {
        let mut command = world.command(arguments);
        command.env_remove("NATS_URL");
        if let Some(url) = url {
            command.env("NATS_URL", url);
        }
        let output = command.output().await?;
        let stderr = String::from_utf8(output.stderr)?;
        TestResult::Ok((output.status.code(), stderr))
    };
    let (code, text) = ran(&["relay", "--stream", "north"], None).await?;
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.starts_with("error: no NATS server was named\n"),
        "{text}"
    );
    // Nothing listens on port 1.
    let secret = "nats://user:secret@127.0.0.1:1";
    let (code, text) = ran(&["relay", "--stream", "north"], Some(secret)).await?;
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("NATS at 127.0.0.1:1 does not answer"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    let (code, text) = ran(&["nats", "plan"], Some(secret)).await?;
    assert_eq!(code, Some(2), "{text}");
    let (code, text) = ran(&["mirror", "--stream", "north"], Some(secret)).await?;
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("no domain has subscriptions in the"),
        "{text}"
    );
    let mirror = ["mirror", "--stream", "north", "--consumer", "nobody"];
    let (code, text) = ran(&mirror, Some(secret)).await?;
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("the contracts bind no event type to nobody"),
        "{text}"
    );
    Ok(())
}

/// A relay that belongs to another log ends with 1, and says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_another_log_ends_the_relay_with_1() -> TestResult {
    let Some(nats) = NatsServer::start_or_skip("").await? else {
        return Ok(());
    };
    let (north, south) = (World::new().await?, World::new().await?);
    let arguments = ["relay", "--stream", "north"];
    let missing = run(&north, &nats, &["nats", "apply", "--stream", "north"]).await?;
    assert_eq!(missing.code, Some(0), "{missing:?}");
    publish(&north, 1..4).await?;
    let with_health = [&arguments[..], &["--health", "127.0.0.1:0"]].concat();
    let mut relay = Process::start(&north, &nats, &with_health, "relaying the").await?;
    let health = relay.until("health on http://").await?;
    let (_, address) = health.split_once("http://").ok_or("no address")?;
    assert_eq!(get(address, "/health/ready", None).await?.0, 200);
    let relayed = "SELECT sequence FROM dispatcher_transfer";
    while sqlx::query_scalar::<_, i64>(relayed)
        .fetch_optional(&north.pool)
        .await?
        .is_none_or(|sequence| sequence < 3)
    {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(relay.terminate().await?, Some(0));
    publish(&south, 1..2).await?;
    let refused = run(&south, &nats, &arguments).await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused
            .stderr
            .contains("error: the stream \"north\" does not belong to what was read or written"),
        "{refused:?}"
    );
    Ok(())
}

//! `dispatcher dev`: whole sessions, and what is refused.

mod session;

use std::path::{Path, PathBuf};
use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{Consumer, Dispatcher, EventEnvelope, HandlerError, subscribe};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, lock_json};
use tokio::net::TcpListener;

use crate::world::ended;
use session::{Dev, dispatcher, folder, programs, runs};

/// What never comes fails the test instead of holding it up.
const PATIENCE: Duration = Duration::from_secs(120);

const POISON: u32 = 1000;

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    match event.payload.locked_credits.get() {
        credits if credits == i64::from(POISON) => Err(HandlerError::permanent("too much")),
        13 => Err(HandlerError::retry("slot service: 503\nand more")),
        _ => Ok(()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_sees_what_becomes_of_events() -> TestResult {
    let folder = folder()?;
    let mut dev = Dev::start(folder.path()).await?;
    assert!(dev.said.contains("loaded from contracts"), "{}", dev.said);
    let ignore = std::fs::read_to_string(folder.path().join(".dispatcher/.gitignore"))?;
    assert!(ignore.ends_with("\n*\n"), "{ignore}");

    let publish = ["events", "publish", "--yes", "--example", "credit.locked"];
    dev.run(&publish).await?.good();
    dev.happens(&["published", "credit.locked  per_"]).await?;
    dev.happens(&["waits", "credit.locked  no subscription takes it yet"])
        .await?;

    let pool = dev.pool().await?;
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .subscribe(hold_slot)
        .retry([Duration::from_secs(3600)])
        .start()
        .await?;
    dev.run(&publish).await?.good();
    dev.happens(&["handled", "coaching/hold_slot  after "])
        .await?;

    let revenue = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant(TENANT)
        .build()?;
    revenue.publish(lock(1, 13)).await?;
    dev.happens(&[
        "failed",
        "coaching/hold_slot",
        "attempt 1: slot service: 503",
    ])
    .await?;
    revenue.publish(lock(2, POISON)).await?;
    dev.happens(&["dead", "coaching/hold_slot", "too much"])
        .await?;
    // What is stored may be hostile.
    sqlx::query(
        "SELECT dispatcher_publish('credit.locked', $1::json, 'tnt_swim_north', 'revenue', $2)",
    )
    .bind(lock_json(3, 1).to_string())
    .bind("per_\u{1b}[2J")
    .execute(&pool)
    .await?;
    dev.happens(&["published", "per_\\u{1b}[2J"]).await?;
    consumer.stop().await;
    pool.close().await;

    dev.end("-TERM").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_is_kept_until_a_fresh_start() -> TestResult {
    let folder = folder()?;
    let dev = Dev::start(folder.path()).await?;
    let publish = ["events", "publish", "--yes", "--example", "credit.locked"];
    dev.run(&publish).await?.good();
    let url = dev.url.clone();
    dev.end("-TERM").await?;
    let dev = Dev::start(folder.path()).await?;
    assert_eq!(dev.url, url, "the address stays the same");
    let kept = "goes on with the data of the last run";
    assert!(one_line(&dev.said).contains(kept), "{}", dev.said);
    let found = dev
        .run(&["events", "find", "--json"])
        .await?
        .good()
        .json()?;
    assert_eq!(found["events"].as_array().map(Vec::len), Some(1));
    dev.end("-INT").await?;
    let fresh = Dev::start_with(folder.path(), &["--fresh"]).await?;
    let found = fresh.run(&["events", "find"]).await?.good();
    assert!(
        found.stdout.starts_with("no event found"),
        "{}",
        found.stdout
    );
    fresh.end("-TERM").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_for_the_one_who_reads_the_terminal() -> TestResult {
    let folder = folder()?;
    let dev = Dev::start(folder.path()).await?;
    let answer = dev.ask("GET /overview", "").await?;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.contains("href=\"sign-in\""), "{answer}");
    let answer = dev.ask("GET /open/0123456789abcdef", "").await?;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(!answer.contains("set-cookie"), "{answer}");

    let cookie = dev.sign_in().await?;
    let answer = dev.ask("GET /overview", &cookie).await?;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("<title>development: Overview"), "{answer}");
    assert!(answer.contains("mia"), "{answer}");

    // A name of another site that leads to this machine, with everything that a browser would send.
    for host in [
        "evil.example",
        "evil.example:7070",
        "127.0.0.1:1",
        "127.0.0.1",
    ] {
        let headers = format!("Host: {host}\r\n{cookie}");
        let answer = dev.ask("GET /overview", &headers).await?;
        assert!(answer.starts_with("HTTP/1.1 421 "), "{host}: {answer}");
    }
    // Another site that sends a form here.
    let pause = "POST /api/dispatcher/v1/subscriptions/coaching/hold_slot/pause";
    for (site, status) in [
        ("cross-site", "403"),
        ("same-site", "403"),
        ("same-origin", "415"),
    ] {
        let headers = format!("{cookie}Sec-Fetch-Site: {site}\r\nContent-Length: 0\r\n");
        let answer = dev.ask(pause, &headers).await?;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{site}: {answer}"
        );
    }
    let out = "POST /sign-in/out";
    let headers = format!("{cookie}Sec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n");
    let answer = dev.ask(out, &headers).await?;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    let headers = headers.replace("cross-site", "same-origin");
    let answer = dev.ask(out, &headers).await?;
    assert!(answer.contains("Max-Age=0"), "{answer}");
    dev.end("-TERM").await
}

#[tokio::test(flavor = "multi_thread")]
async fn contracts_with_faults_are_reported_until_they_are_mended() -> TestResult {
    let folder = folder()?;
    let mut dev = Dev::start(folder.path()).await?;
    let cookie = dev.sign_in().await?;
    let registry = folder.path().join("contracts/event-types-registry.json");
    let good = std::fs::read_to_string(&registry)?;
    std::fs::write(&registry, format!("{good}{{"))?;
    dev.note("the contracts loaded last stay in use").await?;
    dev.note("error: contracts/event-types-registry.json:")
        .await?;
    dev.note("1 fault in the contracts").await?;
    let page = dev.ask("GET /contracts", &cookie).await?;
    assert!(
        page.contains("The contracts in contracts have faults"),
        "{page}"
    );
    assert!(page.contains("event-types-registry.json:"), "{page}");
    let publish = ["events", "publish", "--yes", "--example", "credit.locked"];
    dev.run(&publish).await?.good();

    std::fs::write(&registry, &good)?;
    dev.note("loaded from contracts").await?;
    let page = dev.ask("GET /contracts", &cookie).await?;
    assert!(!page.contains("have faults"), "{page}");

    // A schema that was loaded before is edited: the gate follows.
    let schema = find_file(&folder.path().join("contracts"), "credit-locked-v1.json")?;
    let text = std::fs::read_to_string(&schema)?;
    let mut value: serde_json::Value = serde_json::from_str(&text)?;
    value["properties"]["locked_credits"]["minimum"] = 7.into();
    std::fs::write(&schema, value.to_string())?;
    dev.note("loaded from contracts").await?;
    let event = serde_json::json!({
        "event_type": "credit.locked",
        "schema_version": 1,
        "tenant_id": TENANT,
        "payload": lock_json(1, 6),
    });
    std::fs::write(folder.path().join("events.jsonl"), event.to_string())?;
    let tried = dev
        .run(&["events", "publish", "events.jsonl", "--dry-run"])
        .await?;
    assert_eq!(tried.code, Some(1), "{}", tried.stdout);
    assert!(tried.stdout.contains("line 1: "), "{}", tried.stdout);
    assert!(
        tried.stdout.contains("refuses 1 of 1 event"),
        "{}",
        tried.stdout
    );
    dev.end("-TERM").await
}

/// From no contracts to the first example, by what it says.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_contracts_is_told_how_to_write_them() -> TestResult {
    let folder = folder()?;
    let contracts = folder.path().join("contracts");
    std::fs::remove_dir_all(&contracts)?;
    std::fs::create_dir(&contracts)?;
    let mut dev = Dev::start(folder.path()).await?;
    assert!(dev.said.contains("does not exist"), "{}", dev.said);
    let registry = contracts.join("event-types-registry.json");
    std::fs::write(&registry, r#"{"registry_version": 1, "event_types": []}"#)?;
    dev.note("0 event types of 0 domains loaded").await?;
    dev.note("shows the two files of a first event type")
        .await?;
    // They are those of the help.
    let help = dev.run(&["dev", "--help"]).await?.good().stdout;
    let documents: Vec<String> = help
        .split("\n  {")
        .skip(1)
        .filter_map(|text| text.split("\n\n").next()?.split("\nand ").next())
        .map(|text| format!("{{{text}"))
        .collect();
    assert_eq!(documents.len(), 2, "{help}");
    std::fs::create_dir(contracts.join("shipping"))?;
    let schema = contracts.join("shipping/parcel-shipped-v1.json");
    std::fs::write(schema, &documents[1])?;
    std::fs::write(&registry, &documents[0])?;
    dev.note("1 event type of 2 domains loaded").await?;
    dev.note("dispatcher events publish --yes --example parcel.shipped")
        .await?;
    let publish = ["events", "publish", "--yes", "--example", "parcel.shipped"];
    dev.run(&publish).await?.good();
    dev.happens(&["published", "parcel.shipped"]).await?;
    dev.end("-TERM").await
}

fn find_file(folder: &Path, name: &str) -> TestResult<PathBuf> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Ok(found) = find_file(&path, name) {
                return Ok(found);
            }
        } else if path.file_name().is_some_and(|it| it == name) {
            return Ok(path);
        }
    }
    Err(format!("no {name} in {}", folder.display()).into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_leaves_no_server_and_the_next_goes_on() -> TestResult {
    let folder = folder()?;
    let mut dev = Dev::start(folder.path()).await?;
    let (server, url) = (dev.server()?, dev.url.clone());
    assert!(runs(server));
    let second = ended(dispatcher(
        folder.path(),
        &["dev", "--listen", "127.0.0.1:0"],
    ))
    .await?;
    assert_eq!(second.code, Some(1), "{}", second.stderr);
    let process = dev.child.id().ok_or("it ended")?;
    let says = format!("another `dispatcher dev` (process {process})");
    assert!(
        one_line(&second.stderr).contains(&says),
        "{}",
        second.stderr
    );
    assert!(runs(server), "the second one left the first alone");

    dev.signal("-KILL").await?;
    dev.child.wait().await?;
    // Its server may still be ending: the next one waits for it.
    let next = Dev::start(folder.path()).await?;
    assert_eq!(next.url, url);
    assert!(!runs(server));
    let last = next.server()?;
    next.signal("-KILL").await?;
    let mut next = next;
    next.child.wait().await?;
    let gone = async {
        while runs(last) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_refused_with_what_to_do() -> TestResult {
    programs().await?;
    let folder = folder()?;
    let taken = TcpListener::bind("127.0.0.1:0").await?;
    let address = taken.local_addr()?.to_string();
    let port = taken.local_addr()?.port().to_string();
    std::fs::write(folder.path().join("file"), "")?;
    std::fs::create_dir_all(folder.path().join("other/postgres/data"))?;
    let marked = folder.path().join("newer");
    std::fs::create_dir_all(marked.join("postgres/data"))?;
    std::fs::write(
        marked.join(".gitignore"),
        "# Made by `dispatcher dev`. Everything in this folder can be removed.\n*\n",
    )?;
    std::fs::write(marked.join("postgres/data/PG_VERSION"), "99\n")?;
    let free = ["--listen", "127.0.0.1:0"];
    for (arguments, says) in [
        (
            &["--listen", &address][..],
            "take a free port with `--listen 127.0.0.1:0`",
        ),
        (&["--listen", "0.0.0.0:0"], "is not a loopback address"),
        (&["--postgres-port", &port], "is in use"),
        (&["--data", "file/below"], "cannot keep data in file/below"),
        (
            &["--data", "other"],
            "has files, and not those of `dispatcher dev`",
        ),
        (
            &["--data", "newer"],
            "is of Postgres 99, and no Postgres 99 was found",
        ),
        (
            &["--database-url", "postgres://db.example/a"],
            "add `--yes` if it is meant",
        ),
    ] {
        let arguments = match arguments {
            ["--listen", ..] => [&["dev"], arguments].concat(),
            _ => [&["dev"][..], &free, arguments].concat(),
        };
        let ran = ended(dispatcher(folder.path(), &arguments)).await?;
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
        let text = one_line(&ran.stderr);
        assert!(text.contains(says), "{arguments:?}: {}", ran.stderr);
    }
    let mut command = dispatcher(folder.path(), &["dev", "--listen", "127.0.0.1:0"]);
    command.env("POSTGRES_BIN", folder.path().join("nowhere"));
    command.env_remove("DISPATCHER_POSTGRES");
    let ran = ended(command).await?;
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let text = one_line(&ran.stderr);
    assert!(
        text.contains("set it to the folder that holds `postgres`"),
        "{text}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_there_gets_tables_and_keeps_its_contracts() -> TestResult {
    let world = crate::world::World::empty().await?;
    let folder = folder()?;
    let url = world.database.url();
    let mut dev = Dev::start_with(folder.path(), &["--database-url", url]).await?;
    assert_eq!(dev.url, "", "it is known already");
    assert!(!folder.path().join(".dispatcher").exists());
    dev.url = url.to_owned();
    let pushed = dev.run(&["contracts", "pushed"]).await?.good();
    assert!(pushed.stdout.contains("credit.locked"), "{}", pushed.stdout);
    dev.signal("-TERM").await?;
    assert_eq!(dev.child.wait().await?.code(), Some(0));
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

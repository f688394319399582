//! A contract changes, as docs/evolution.md tells it: two services, their builds, and what they do with each other's
//! events meanwhile.

use std::path::PathBuf;
use std::process::{Command, Output};

use dispatcher_test_launcher::Server;

use crate::outside::Outside;
use crate::service::Service;
use crate::{TestResult, cargo, target, workspace};

const REGISTRY: &str = "contracts/event-types-registry.json";
const SCHEMA: &str = "contracts/credit-ledger/credit-locked-v2.json";
const PRODUCER: &str = "revenue/src/main.rs";
const CONSUMER: &str = "coaching/src/main.rs";

fn git(outside: &Outside, arguments: &[&str]) -> TestResult {
    let output = Command::new("git")
        .args(["-c", "user.name=Mia", "-c", "user.email=mia@swim.example"])
        .args(arguments)
        .current_dir(&outside.folder)
        .output()?;
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    Ok(())
}

/// `dispatcher contracts …`.
fn contracts(outside: &Outside, arguments: &[&str]) -> TestResult<Output> {
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    Ok(Command::new(target().join(profile).join("dispatcher"))
        .arg("contracts")
        .args(arguments)
        .current_dir(&outside.folder)
        .output()?)
}

fn text(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    text
}

/// Builds a service, and keeps its program under another name: a release.
fn release(outside: &Outside, service: &str, name: &str) -> TestResult<PathBuf> {
    let output = outside.cargo(&["build", "-p", service])?;
    assert!(output.status.success(), "{}", text(&output));
    let program = outside.folder.join(name);
    std::fs::copy(outside.target().join("debug").join(service), &program)?;
    Ok(program)
}

/// What the compiler says of a service that does not build.
fn refused(outside: &Outside, service: &str) -> TestResult<String> {
    let output = outside.cargo(&["build", "-p", service])?;
    assert!(!output.status.success(), "{service} builds");
    Ok(text(&output))
}

/// The blocks of code and text of docs/evolution.md that nothing has said yet.
struct Guide(Vec<Vec<String>>);

impl Guide {
    fn read() -> TestResult<Self> {
        let guide = std::fs::read_to_string(workspace().join("docs/evolution.md"))?;
        let blocks = guide.split("```").skip(1).step_by(2);
        let told = blocks.filter(|block| block.starts_with("text") || block.starts_with("rust"));
        let lines = |block: &str| block.lines().skip(1).map(str::to_owned).collect();
        Ok(Self(told.map(lines).collect()))
    }

    /// A text in which the lines of a block stand, one after the other.
    fn shows(&mut self, said: &str) {
        let before = self.0.len();
        self.0.retain(|block| {
            let mut said = said.lines();
            !block
                .iter()
                .all(|line| said.any(|it| it.trim_end() == line))
        });
        assert!(
            self.0.len() < before,
            "the guide does not quote this:\n{said}"
        );
    }

    fn has_shown_all(&self) {
        assert!(self.0.is_empty(), "nothing says this: {:#?}", self.0);
    }
}

fn publish(program: &PathBuf, url: &str, person: &str) -> TestResult {
    let output = Command::new(program).args([url, person]).output()?;
    assert!(output.status.success(), "{}", text(&output));
    Ok(())
}

/// One test, because every step builds on the one before it.
#[tokio::test]
async fn a_required_field_is_added_and_no_event_is_lost() -> TestResult {
    let built = cargo("build").args(["-p", "dispatcher-cli"]).output()?;
    assert!(built.status.success(), "{}", text(&built));
    let outside = Outside::new("evolving", "evolving").await?;
    git(&outside, &["init", "-q"])?;
    let locked = contracts(&outside, &["lock", "contracts"])?;
    assert!(locked.status.success(), "{}", text(&locked));
    git(&outside, &["add", "contracts"])?;
    git(&outside, &["commit", "-q", "-m", "Version 1"])?;

    // Version 1 is at work.
    let old_revenue = release(&outside, "revenue", "revenue-1")?;
    let old_coaching = release(&outside, "coaching", "coaching-1")?;
    let database = Server::shared().await?.create_database().await?;
    let url = database.url();
    let mut old = Service::start(&old_coaching, url)?;
    publish(&old_revenue, url, "ann")?;
    old.says("handled ann, version 1")?;
    let pushed = contracts(&outside, &["push", "contracts", "--database", url])?;
    assert_eq!(text(&pushed), "pushed 1 event type\n");
    let nowhere = "postgres://mia:secret@127.0.0.1:1/none";
    let refused_to = contracts(&outside, &["push", "contracts", "--database", nowhere])?;
    let said = text(&refused_to);
    assert_eq!(refused_to.status.code(), Some(2), "{said}");
    assert!(
        said.starts_with("error: no server answers at 127.0.0.1:1: "),
        "{said}"
    );
    assert!(!said.contains("secret"), "{said}");

    // Version 2 has another required field. The command says what that breaks, and whom.
    let new = contracts(&outside, &["new-version", "credit.locked", "contracts"])?;
    assert!(new.status.success(), "{}", text(&new));
    outside.edit(
        SCHEMA,
        "\"properties\": {",
        "\"properties\": {\n    \"reason\": { \"type\": \"string\", \"minLength\": 1 },",
    )?;
    outside.edit(
        SCHEMA,
        "\"locked_credits\"]",
        "\"locked_credits\", \"reason\"]",
    )?;
    let breaking = contracts(&outside, &["breaking", "contracts", "--against", "HEAD"])?;
    assert_eq!(breaking.status.code(), Some(1), "{}", text(&breaking));
    let mut guide = Guide::read()?;
    guide.shows(&text(&breaking));

    // The consumer does not build: its handler has to take version 2, and it has an upcast to write.
    guide.shows(&refused(&outside, "coaching")?);
    outside.edit(
        CONSUMER,
        "EventEnvelope<credit_locked::CreditLocked>",
        "EventEnvelope<credit_locked::v2::CreditLocked>",
    )?;
    guide.shows(&refused(&outside, "coaching")?);

    // The producer is deployed first, against the advice. Nothing becomes a dead letter.
    outside.edit(
        REGISTRY,
        "\"status\": \"upcoming\"",
        "\"status\": \"active\"",
    )?;
    outside.edit(
        PRODUCER,
        "locked_credits: 2.try_into()?,",
        "locked_credits: 2.try_into()?,\n        reason: \"lesson\".parse()?,",
    )?;
    let new_revenue = release(&outside, "revenue", "revenue-2")?;
    publish(&new_revenue, url, "bea")?;
    publish(&old_revenue, url, "cal")?;
    old.says("handled cal, version 1")?;
    let waiting = "waiting: [\"credit.locked of version 2\"], dead letters: 0";
    old.comes_to_say(waiting)?;
    guide.shows(waiting);

    // With the upcast the consumer builds, takes over while the old one still runs, and handles both versions.
    let upcast = contracts(
        &outside,
        &["upcast", "credit.locked", "contracts", "--append", CONSUMER],
    )?;
    assert!(upcast.status.success(), "{}", text(&upcast));
    let written = std::fs::read_to_string(outside.folder.join(CONSUMER))?;
    // The code of the guide, as the tests of the guides find it.
    let shown = std::fs::read_to_string(outside.folder.join("upcast.rs"))?;
    assert!(written.ends_with(&shown), "{written}");
    guide.shows(&written);
    let todo = written
        .lines()
        .find(|line| line.contains("reason: todo!("))
        .ok_or_else(|| written.clone())?;
    outside.edit(
        CONSUMER,
        todo,
        "            reason: \"unknown\".parse().unwrap(),",
    )?;
    let with_upcast = ["--against", "HEAD", "--upcasts", "coaching/src"];
    let breaking = contracts(
        &outside,
        &[&["breaking", "contracts"], &with_upcast[..]].concat(),
    )?;
    assert!(breaking.status.success(), "{}", text(&breaking));
    let new_coaching = release(&outside, "coaching", "coaching-2")?;
    let new = Service::start(&new_coaching, url)?;
    new.says("handled bea, version 2")?;
    publish(&old_revenue, url, "dan")?;
    new.says("handled dan, version 1")?;
    publish(&new_revenue, url, "eve")?;
    new.says("handled eve, version 2")?;
    old.stop()?;

    // Version 1 is retired, and the upcast goes with it.
    outside.edit(
        REGISTRY,
        "\"status\": \"active\",\n          \"payload_schema\": \"credit-ledger/credit-locked-v1.json\"",
        "\"status\": \"retired\"",
    )?;
    guide.shows(&refused(&outside, "coaching")?);
    let written = std::fs::read_to_string(outside.folder.join(CONSUMER))?;
    let (_, upcast) = written
        .split_once("\n/// How a payload of version 1")
        .ok_or("no upcast")?;
    outside.edit(
        CONSUMER,
        &format!("\n/// How a payload of version 1{upcast}"),
        "",
    )?;
    let newest = release(&outside, "coaching", "coaching-3")?;
    new.stop()?;
    let mut newest = Service::start(&newest, url)?;
    publish(&new_revenue, url, "fay")?;
    newest.says("handled fay, version 2")?;
    newest.comes_to_say("waiting: [], dead letters: 0")?;
    newest.stop()?;
    guide.has_shown_all();
    database.close().await?;
    Ok(())
}

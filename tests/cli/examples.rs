//! Every command has examples in its help, and each of them runs.

use std::path::Path;

use acme_contracts::REGISTRY;
use dispatcher_runtime::ContractsCatalog;
use dispatcher_test_fixtures::{TENANT, TestResult, lock_json};
use serde_json::json;

use crate::scene::Scene;

/// A command that has no subcommands.
pub(crate) struct Leaf {
    /// `dispatcher subscriptions list`, in words.
    pub(crate) path: Vec<String>,
    /// The lines of its help that begin with two blanks and `dispatcher`.
    pub(crate) examples: Vec<String>,
}

/// Every command that has no subcommands.
pub(crate) fn leaves() -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let root = dispatcher_cli::command();
    let mut commands = vec![(vec!["dispatcher".to_owned()], &root)];
    while let Some((path, command)) = commands.pop() {
        for subcommand in command.get_subcommands() {
            let mut path = path.clone();
            path.push(subcommand.get_name().to_owned());
            commands.push((path, subcommand));
        }
        if command.get_subcommands().next().is_none() {
            let help = command.get_after_help().map(ToString::to_string);
            let examples = help.unwrap_or_default();
            let examples = examples
                .lines()
                .filter_map(|line| line.strip_prefix("  "))
                .filter(|line| line.starts_with("dispatcher "));
            leaves.push(Leaf {
                examples: examples.map(str::to_owned).collect(),
                path,
            });
        }
    }
    leaves
}

#[test]
fn each_command_has_an_example_of_itself() {
    let leaves = leaves();
    assert!(leaves.len() > 40, "{}", leaves.len());
    for leaf in leaves {
        let path = leaf.path.join(" ");
        assert!(!leaf.examples.is_empty(), "{path}");
        for example in leaf.examples {
            assert!(example.starts_with(&path), "{path}: {example}");
        }
    }
}

/// No line of help is longer than a terminal, an example is on one line, and each option says what it does.
#[test]
fn help_fits_a_terminal() {
    let mut root = dispatcher_cli::command();
    root.build();
    let mut commands = vec![root];
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands().cloned());
        for option in command.get_arguments() {
            let id = option.get_id();
            assert!(option.get_help().is_some(), "{}: {id}", command.get_name());
        }
        let help = command.clone().render_long_help().to_string();
        for line in help.lines() {
            let is_usage = line.starts_with("Usage: ");
            assert!(is_usage || line.chars().count() <= 80, "{line}\n{help}");
        }
        let after = command.get_after_help().map(ToString::to_string);
        let after = after.unwrap_or_default();
        for example in after.lines().filter(|it| it.starts_with("  dispatcher ")) {
            assert!(help.lines().any(|line| line == example), "{example}");
        }
    }
}

/// What an example needs that another one takes away.
async fn prepared() -> TestResult<Scene> {
    let scene = Scene::new().await?;
    let folder = scene.world.folder.path();
    copy_contracts(&folder.join("contracts"))?;
    let event = json!({
        "event_type": "credit.locked",
        "schema_version": 1,
        "tenant_id": TENANT,
        "payload": lock_json(5, 5),
    });
    std::fs::write(folder.join("events.jsonl"), format!("{event}\n"))?;
    dispatcher_runtime::migrate_schema(&scene.world.pool, "dispatcher").await?;
    ContractsCatalog::in_schema(scene.world.pool.clone(), "dispatcher")?
        .push(&REGISTRY)
        .await?;
    Ok(scene)
}

/// Copies the reference contracts into a folder.
pub(crate) fn copy_contracts(to: &Path) -> std::io::Result<()> {
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts"),
        to,
    )
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let is_contract = ["json", "lock"]
            .iter()
            .any(|it| path.extension() == Some(it.as_ref()));
        if path.is_dir() && !["src", "tests", "target"].iter().any(|it| name == *it) {
            copy(&path, &to.join(name))?;
        } else if is_contract {
            std::fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn git(folder: &Path, arguments: &[&str]) -> TestResult {
    let status = std::process::Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@acme.example"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()?;
    assert!(status.status.success(), "git {arguments:?}");
    Ok(())
}

/// Examples that work until they are interrupted, or need NATS, and have tests of their own (`served.rs`, `nats.rs`).
const ENDLESS: [&str; 4] = [
    "dispatcher serve",
    "dispatcher relay",
    "dispatcher mirror",
    "dispatcher nats",
];

/// The relays and mirrors that the help shows.
const TRANSFERS: [(&str, &str, &str); 3] = [
    ("relay/north", "relay", "north"),
    ("relay/former", "relay", "former"),
    ("mirror/north", "mirror", "north"),
];

/// The ids that the help shows.
const SHOWN: &str = "0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e";

#[tokio::test(flavor = "multi_thread")]
async fn each_example_runs() -> TestResult {
    let scene = prepared().await?;
    let world = &scene.world;
    let folder = world.folder.path();
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "."],
        &["commit", "--quiet", "-m", "contracts"],
    ] {
        git(folder, arguments)?;
    }
    let mut leaves = leaves();
    // Acts come after what looks, and what removes comes last.
    leaves.sort_by_key(|leaf| rank(leaf.path.last().map_or("", String::as_str)));
    for leaf in leaves {
        for example in leaf.examples {
            if ENDLESS.iter().any(|it| example.starts_with(it)) {
                continue;
            }
            let arranged = arranged(&example, &scene).await?;
            let ran = world
                .run_with(&words(&arranged), &input(&example, folder)?)
                .await?;
            assert_eq!(
                ran.code,
                Some(0),
                "{arranged}\n{}\n{}",
                ran.stdout,
                ran.stderr
            );
        }
    }
    scene.stop().await;
    Ok(())
}

fn rank(command: &str) -> u8 {
    match command {
        "resolve" | "redrive" | "start" => 1,
        "new-version" | "upcast" => 2,
        "rename" => 3,
        "remove" | "rewind" => 4,
        _ => 0,
    }
}

/// What a shell would do with `< events.jsonl`.
fn input(example: &str, folder: &Path) -> TestResult<String> {
    Ok(match example.split_once(" < ") {
        Some((_, file)) => std::fs::read_to_string(folder.join(file))?,
        None => String::new(),
    })
}

/// The words of a shell's line, after the name of the program. Single quotation marks keep blanks.
pub(crate) fn words(line: &str) -> Vec<&str> {
    let line = line.split(" < ").next().unwrap_or_default();
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part);
        } else {
            words.extend(part.split_whitespace());
        }
    }
    words.remove(0);
    words
}

/// The example with the ids of this database; what it needs is made where a former example has used it up.
pub(crate) async fn arranged(example: &str, scene: &Scene) -> TestResult<String> {
    let world = &scene.world;
    if example.contains("former_handler") {
        let exists =
            "SELECT EXISTS (SELECT FROM dispatcher_cursor WHERE subscription = 'former_handler')";
        if !sqlx::query_scalar::<_, bool>(exists)
            .fetch_one(&world.pool)
            .await?
        {
            scene.with_former_handler().await?;
        }
    }
    for (name, direction, stream) in TRANSFERS {
        if example.contains(name) {
            crate::transfers::insert(&world.pool, direction, stream).await?;
        }
    }
    let is_of_letters = example.contains("dlq_") || example.contains("--group");
    let is_start = example.contains("redrives start") || example.contains("dlq re");
    if is_of_letters || is_start {
        scene.with_open_letter().await?;
    }
    let mut example = example.to_owned();
    if example.contains("7f3a") {
        let groups = world.json(&["dlq", "groups"]).await?;
        let group = groups["groups"][0]["group"].as_str().ok_or("no group")?;
        example = example.replace("7f3a", &group[..8]);
    }
    if example.contains("--subscription coaching/credit_history") && is_start {
        example = example.replace("coaching/credit_history", "coaching/hold_slot");
    }
    for (prefix, id) in [
        ("dlq_", scene.open_letter().await?),
        ("evt_", Some(scene.poison().await?)),
    ] {
        if let Some(id) = id {
            example = example.replace(&format!("{prefix}{SHOWN}"), &id);
        }
    }
    if example.contains("rdr_") {
        let subject = scene.with_open_letter().await?;
        // One that is to be stopped is not done before.
        let pace = if example.contains("stop") {
            scene.with_open_letter().await?;
            ["--all", "--per-second", "0.001"]
        } else {
            ["--subject", &subject, "--force"]
        };
        let start = ["redrives", "start", "--yes", "--detach"];
        let started = world.json(&[&start[..], &pace].concat()).await?;
        let id = started["redrive_id"].as_str().ok_or("no redrive")?;
        example = example.replace(&format!("rdr_{SHOWN}"), id);
    }
    Ok(example)
}

/// The words of the example of `publish -` are those that a shell would pass on.
#[test]
fn a_line_is_split_as_a_shell_does() {
    assert_eq!(
        words("dispatcher dlq resolve --why 'refunded by hand' --yes < a.jsonl"),
        ["dlq", "resolve", "--why", "refunded by hand", "--yes"]
    );
}

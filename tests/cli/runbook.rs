//! Every command that the runbook and the operations guide show runs, in their order, on a database in which something
//! is wrong with each subscription.

use std::path::Path;

use dispatcher_test_fixtures::TestResult;

use crate::examples::{arranged, leaves, words};
use crate::scene::Scene;

const GUIDES: [&str; 2] = ["docs/runbook.md", "docs/operations.md"];

/// A section of a guide, and the commands in its blocks.
struct Entry {
    heading: String,
    commands: Vec<String>,
}

/// The sections of a guide that show commands.
fn entries(guide: &str) -> TestResult<Vec<Entry>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join(guide))?;
    let mut entries = vec![Entry {
        heading: guide.to_owned(),
        commands: Vec::new(),
    }];
    let mut is_shell = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_shell = line == "```sh";
        } else if let Some(heading) = line.strip_prefix("## ") {
            entries.push(Entry {
                heading: heading.to_owned(),
                commands: Vec::new(),
            });
        } else if is_shell && line.starts_with("dispatcher ") {
            let last = entries.last_mut().ok_or("no section")?;
            last.commands.push(line.to_owned());
        }
    }
    entries.retain(|entry| !entry.commands.is_empty());
    Ok(entries)
}

/// Each section begins with a database of its own, because a reader begins there too.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_runbook_and_of_the_operations_guide_runs() -> TestResult {
    let (mut ran, mut faults) = (0, Vec::new());
    for guide in GUIDES {
        for entry in entries(guide)? {
            let scene = Scene::new().await?;
            for command in &entry.commands {
                let arranged = arranged(command, &scene).await?;
                let done = scene.world.run(&words(&arranged)).await?;
                if done.code != Some(0) {
                    let heading = &entry.heading;
                    faults.push(format!("{guide}, {heading}: {arranged}\n{done:#?}"));
                }
                ran += 1;
            }
            scene.stop().await;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(ran > 30, "{ran} commands");
    Ok(())
}

/// Documents whose sentences name commands.
const NAMING: [&str; 4] = [
    "docs/runbook.md",
    "docs/operations.md",
    "docs/cli.md",
    "dispatcher-cli/README.md",
];

/// docs/cli.md has a row for each command on a database.
#[test]
fn each_command_is_in_the_documentation() -> TestResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("docs/cli.md"))?;
    let rows: String = text.lines().filter(|it| it.starts_with("| `")).collect();
    for leaf in leaves() {
        let path = leaf.path.join(" ");
        let is_of_contracts = path.starts_with("dispatcher contracts");
        assert!(
            is_of_contracts || rows.contains(&format!("`{path}`")),
            "{path}"
        );
    }
    Ok(())
}

/// A command in the middle of a sentence is one that the program has.
#[test]
fn every_command_that_a_sentence_names_exists() -> TestResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut named = 0;
    for guide in NAMING {
        let text = std::fs::read_to_string(root.join(guide))?;
        let prose: String = text.split("```").step_by(2).collect();
        for span in prose.split('`').skip(1).step_by(2) {
            let span = span.split_whitespace().collect::<Vec<_>>();
            let ["dispatcher", path @ ..] = span.as_slice() else {
                continue;
            };
            let mut command = &dispatcher_cli::command();
            for word in path.iter().take_while(|it| !it.starts_with('-')) {
                if !command.has_subcommands() {
                    break;
                }
                let found = command.find_subcommand(word);
                command = found.ok_or_else(|| format!("{guide}: no command {}", span.join(" ")))?;
            }
            named += 1;
        }
    }
    assert!(named > 5, "{named} commands");
    Ok(())
}

/// The alerts of docs/monitoring say what to type: each of these commands exists, with these options.
#[test]
fn every_command_that_an_alert_names_is_accepted() -> TestResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/monitoring");
    let mut named = 0;
    for scheme in ["metrics", "opentelemetry"] {
        let rules = std::fs::read_to_string(root.join(scheme).join("prometheus-rules.yaml"))?;
        let descriptions = rules
            .lines()
            .filter_map(|line| line.trim().strip_prefix("description: "));
        for description in descriptions {
            let text = description
                .replace("{{ $labels.consumer }}", "coaching")
                .replace("{{ $labels.subscription }}", "hold_slot")
                .replace("{{ $labels.direction }}", "relay")
                .replace("{{ $labels.stream }}", "north");
            for command in text.split("dispatcher ").skip(1) {
                let command = command.split([',', '"', ';']).next().unwrap_or_default();
                let command = command.split(". ").next().unwrap_or_default();
                let command = command.trim_end_matches('.').trim();
                let line = std::iter::once("dispatcher").chain(command.split(' '));
                let matched = dispatcher_cli::command().try_get_matches_from(line);
                matched.map_err(|error| format!("dispatcher {command}: {error}"))?;
                named += 1;
            }
        }
    }
    assert!(named >= 18, "{named} commands");
    Ok(())
}

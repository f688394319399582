//! Completions and manual pages, which are made from the command line itself.

use dispatcher_test_fixtures::TestResult;

use crate::examples::leaves;
use crate::world::World;

#[tokio::test]
async fn each_shell_has_completions() -> TestResult {
    let world = World::empty().await?;
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = world.run(&["completions", shell]).await?.good().stdout;
        for word in ["subscriptions", "max-lag", "give-up"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn each_command_has_a_manual_page() -> TestResult {
    let world = World::empty().await?;
    world.run(&["man", "--output", "man1"]).await?.good();
    let folder = world.folder.path().join("man1");
    for leaf in leaves() {
        let page = folder.join(format!("{}.1", leaf.path.join("-")));
        let text =
            std::fs::read_to_string(&page).map_err(|it| format!("{}: {it}", page.display()))?;
        assert!(
            text.contains(".SH SYNOPSIS") && text.contains("Examples:"),
            "{text}"
        );
    }
    let page = world.run(&["man", "subscriptions", "list"]).await?.good();
    assert_eq!(
        page.stdout,
        std::fs::read_to_string(folder.join("dispatcher-subscriptions-list.1"))?
    );
    assert_eq!(
        world.run(&["man", "subscriptions", "look"]).await?.code,
        Some(2)
    );
    Ok(())
}

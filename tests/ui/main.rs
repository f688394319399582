//! What rustc says about right and wrong code with `#[subscribe]` and the generated types.
//!
//! Each file of `fail` is a fault, and the `.stderr` beside it is the output of rustc 1.95; another
//! rustc words things differently, and its messages are not compared. To accept changed messages,
//! read them and run `TRYBUILD=overwrite cargo test -p dispatcher-ui-tests`.
//!
//! The files of `pass` are modules of this test: they compile under `deny(warnings)` and pedantic
//! clippy with the rest of the package, without a second build of all dependencies.

use std::process::Command;

use dispatcher_runtime::Dispatcher;
use sqlx::PgPool;

type TestResult = Result<(), Box<dyn std::error::Error>>;

#[path = "pass/all-arguments.rs"]
mod all_arguments;
#[path = "pass/deprecated-event-type.rs"]
mod deprecated_event_type;
#[path = "pass/errors-of-all-kinds.rs"]
mod errors_of_all_kinds;
#[path = "pass/facade.rs"]
mod facade;
#[path = "pass/minimal.rs"]
mod minimal;
#[path = "pass/named-bounds.rs"]
mod named_bounds;
#[path = "pass/other-spellings.rs"]
mod other_spellings;
#[path = "pass/pieces-of-state.rs"]
mod pieces_of_state;
#[path = "pass/publish-within.rs"]
mod publish_within;
#[path = "pass/several-event-types.rs"]
mod several_event_types;
#[path = "pass/versions.rs"]
mod versions;

#[test]
fn faults_are_told() -> TestResult {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output()?.stdout;
    if !version.starts_with(b"rustc 1.95.") {
        let version = String::from_utf8_lossy(&version);
        eprintln!("skipped: the messages are those of rustc 1.95, and this is {version}");
        return Ok(());
    }
    trybuild::TestCases::new().compile_fail("fail/*.rs");
    Ok(())
}

/// Compiling it is the test: a publish joins each kind of connection, and publishes the current version.
const _: () = {
    let _ = publish_within::everywhere;
    let _ = versions::book;
};

#[tokio::test]
async fn handlers_are_registered_under_their_names() -> TestResult {
    let pool = PgPool::connect_lazy("postgres://localhost/nowhere")?;
    let names = [
        format!("{:?}", minimal::consumer(pool.clone())),
        format!("{:?}", all_arguments::consumer(pool.clone())),
        format!("{:?}", other_spellings::consumer(pool.clone())),
        format!("{:?}", deprecated_event_type::consumer(pool.clone())),
        format!(
            "{:?}",
            publish_within::consumer(
                pool.clone(),
                Dispatcher::builder(pool.clone())
                    .tenant("tnt_north")
                    .build()?
            )
        ),
        format!("{:?}", several_event_types::coaching(pool.clone())),
        format!("{:?}", several_event_types::growth(pool.clone())),
        format!("{:?}", named_bounds::consumer(pool.clone())),
        format!("{:?}", pieces_of_state::consumer(pool.clone())),
        format!("{:?}", pieces_of_state::of_the_piece(pool.clone())),
        format!("{:?}", facade::consumer(pool.clone())),
        format!("{:?}", facade::own_consumer(pool.clone())),
        format!("{:?}", versions::coaching(pool.clone())),
        format!("{:?}", versions::growth(pool.clone())),
        format!("{:?}", errors_of_all_kinds::consumer(pool)),
    ];
    assert_eq!(
        names,
        [
            r#"ConsumerBuilder { subscriptions: ["hold_slot"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["hold-slot"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["aliased", "by_path", "async", "local", "event", "incoming", "error"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["move_slot"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["forward"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["credit_board", "credit-log", "local", "move_slot"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["takings"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["hold_slot"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["one", "several"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["one"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["hold_slot", "credit_board"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["of_own_contracts"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["timetable", "rooms", "accounts", "lessons"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["audit"], .. }"#,
            r#"ConsumerBuilder { subscriptions: ["boxed", "text", "mixed"], .. }"#,
        ]
    );
    Ok(())
}

//! `dispatcher transfers`, and what the overview says of relays and mirrors.

use dispatcher_test_fixtures::TestResult;
use sqlx::PgPool;

use crate::world::World;

/// The row that a relay or a mirror makes, if there is none.
pub(crate) async fn insert(pool: &PgPool, direction: &str, stream: &str) -> TestResult {
    let insert =
        "INSERT INTO dispatcher_transfer (direction, stream, sequence, position, updated_at)
                  VALUES ($1, $2, 1204, 0, '2026-11-29 08:00:00Z') ON CONFLICT DO NOTHING";
    let insert = sqlx::query(insert).bind(direction).bind(stream);
    insert.execute(pool).await?;
    Ok(())
}

#[tokio::test]
async fn relays_and_mirrors_are_listed_and_shown_with_what_they_wait_for() -> TestResult {
    let world = World::new().await?;
    let none = world.run(&["transfers", "list"]).await?.good();
    assert_eq!(
        none.stdout,
        "no relays and no mirrors: none has been started on these tables yet\n"
    );
    insert(&world.pool, "relay", "north").await?;
    insert(&world.pool, "mirror", "south").await?;
    sqlx::raw_sql(
        "UPDATE dispatcher_transfer SET holder = '17-me', expires_at = 'infinity', pending = 0,
                waits_for = 'the stream \"south\" is full', waits_since = '2026-11-29 08:00:00Z'
          WHERE direction = 'mirror'",
    )
    .execute(&world.pool)
    .await?;
    let list = world.run(&["transfers", "list"]).await?.good();
    assert_eq!(
        list.stdout,
        "\
TRANSFER      BEHIND  OLDEST  SEQUENCE  STATE
mirror/south       0       –     1,204  stuck: \"the stream \"south\" is full\"
relay/north        0       –     1,204  no process works on it
"
    );
    let show = world.run(&["transfers", "show", "mirror/south"]).await?;
    assert_eq!(
        show.good().stdout,
        "\
mirror/south
  state     stuck
  waits for the stream \"south\" is full
  since     2026-11-29 08:00:00.000
  holder    17-me
  behind    0 messages
  oldest    –
  sequence  1,204
  stream    created at a time that is not known yet
  moved     2026-11-29 08:00:00.000
"
    );
    let overview = world.run(&["overview"]).await?.good().stdout;
    for line in [
        "  STUCK mirror/south for ",
        "    it does not go on: the stream \"south\" is full; 0 messages",
        "  STUCK relay/north",
        "    no process works on it; 0 positions of the log are not sent",
        "    dispatcher transfers show relay/north",
        "relay/north        0       –     1,204  no process works on it",
    ] {
        assert!(
            overview.lines().any(|it| it.starts_with(line)),
            "{line}\n{overview}"
        );
    }
    let json = world.json(&["transfers", "list"]).await?;
    assert_eq!(json["transfers"][0]["state"], "stuck");
    assert_eq!(json["transfers"][1]["state"], "no_holder");
    Ok(())
}

#[tokio::test]
async fn one_without_a_process_is_removed_and_one_with_a_process_is_not() -> TestResult {
    let world = World::new().await?;
    insert(&world.pool, "relay", "north").await?;
    let remove = ["transfers", "remove", "relay/north", "--yes"];
    let hold = "UPDATE dispatcher_transfer SET holder = '17-me', expires_at = 'infinity'";
    sqlx::raw_sql(hold).execute(&world.pool).await?;
    let refused = world.run(&remove).await?;
    assert_eq!(refused.code, Some(1));
    assert!(
        refused
            .stderr
            .starts_with("error: the process 17-me works on relay/north: stop it first"),
        "{refused:?}"
    );
    let free = "UPDATE dispatcher_transfer SET holder = NULL";
    sqlx::raw_sql(free).execute(&world.pool).await?;
    let removed = world.run(&remove).await?.good();
    assert_eq!(removed.stdout, "relay/north is removed, at sequence 1204\n");
    let again = world.run(&remove).await?;
    assert_eq!(again.code, Some(1));
    assert!(
        again
            .stderr
            .starts_with("error: there is no relay/north in the"),
        "{again:?}"
    );
    Ok(())
}

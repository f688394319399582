//! Stopping a consumer: what is begun is finished, within a deadline.

use std::time::Duration;

use acme_contracts::Coaching;
use dispatcher_runtime::Consumer;
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::postgres::PgPoolOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::support::{Act, Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

/// `stop` waited for it, for ever.
#[tokio::test]
async fn a_handler_that_hangs_is_cancelled_at_the_deadline_and_its_lease_is_released() -> TestResult
{
    let world = World::new().await?;
    let script = Script::new([(2, Act::Wait)]);
    let consumer = world
        .coaching(&script)
        // The next consumer would wait for it, if it were not released.
        .lease(Duration::from_secs(600))
        .stop_timeout(Duration::from_millis(200))
        .subscribe(hold_slot)
        .start()
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire_many(2));
    entered.await??.forget();
    let report = tokio::time::timeout(PATIENCE, consumer.stop()).await?;
    assert_eq!(report.cancelled, ["hold_slot"]);
    assert!(!report.is_clean());

    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    assert!(consumer.stop().await.is_clean());
    assert_eq!(world.effects().await?, [1, 2]);
    assert_eq!(
        script.attempts_at(2),
        [1],
        "the cancelled attempt does not count"
    );
    world.close().await
}

/// The session that has listened goes back to the service's pool, whose next user must not receive
/// notifications that nobody asked for.
#[tokio::test]
async fn a_consumer_that_stopped_leaves_no_session_that_listens() -> TestResult {
    let world = World::new().await?;
    let pool = world.database.pool(5).await?;
    let script = Script::new([]);
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .state(script.clone())
        .poll_interval(Duration::from_secs(600))
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    // The notification of the second shows that it listened.
    world.revenue().publish(lock(2, 2)).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire_many(2));
    entered.await??.forget();
    consumer.stop().await;

    // All that the pool has: a session is not given out again before it has stopped to listen.
    let mut all = Vec::new();
    for _ in 0..5 {
        let mut connection = tokio::time::timeout(PATIENCE, pool.acquire()).await??;
        let channels: Vec<String> = sqlx::query_scalar("SELECT pg_listening_channels()")
            .fetch_all(&mut *connection)
            .await?;
        assert_eq!(channels, [""; 0]);
        all.push(connection);
    }
    drop(all);
    pool.close().await;
    world.close().await
}

/// `run_until` and `wait` held a lock where they wait, and could not be spawned.
#[tokio::test]
async fn what_a_consumer_is_awaited_for_can_be_spawned() -> TestResult {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot);
    let running = is_send(consumer.start()).await?;
    is_send(running.ready()).await?;
    is_send(running.wait_caught_up()).await?;
    drop(is_send(running.wait()));
    is_send(running.stop()).await;
    let consumer = world.coaching(&script).subscribe(hold_slot);
    is_send(consumer.run_until(async {})).await?;
    world.close().await
}

#[tokio::test]
async fn run_until_lets_the_handler_finish_once_its_future_resolves() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let (resolve, resolved) = tokio::sync::oneshot::channel::<()>();
    let consumer = world.coaching(&script).subscribe(hold_slot);
    let running = tokio::spawn(consumer.run_until(resolved));
    world.revenue().publish(lock(1, 1)).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
    entered.await??.forget();
    resolve.send(()).map_err(|()| "it has ended by itself")?;
    script.gate.add_permits(1);
    tokio::time::timeout(PATIENCE, running).await???;
    assert_eq!(world.effects().await?, [1]);
    let leases = "SELECT count(*) FROM dispatcher_cursor WHERE holder IS NOT NULL";
    assert_eq!(world.count(leases).await?, 0);
    world.close().await
}

#[tokio::test]
async fn a_handler_that_is_done_in_time_is_waited_for() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
    entered.await??.forget();
    let stopping = tokio::spawn(consumer.stop());
    script.gate.add_permits(1);
    assert!(tokio::time::timeout(PATIENCE, stopping).await??.is_clean());
    assert_eq!(world.effects().await?, [1]);
    world.close().await
}

/// A network that delivers nothing any more, and closes nothing.
async fn stalling_proxy(server: u16) -> TestResult<(u16, watch::Sender<bool>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let (stall, stalled) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
                continue;
            };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(pass_on(from_client, to_server, stalled.clone()));
            tokio::spawn(pass_on(from_server, to_client, stalled.clone()));
        }
    });
    Ok((port, stall))
}

async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut stalled: watch::Receiver<bool>,
) {
    let mut bytes = [0; 8192];
    loop {
        tokio::select! {
            biased;
            () = async { drop(stalled.wait_for(|stalled| *stalled).await) } => {
                return std::future::pending().await;
            }
            read = from.read(&mut bytes) => match read {
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    if to.write_all(&bytes[..length]).await.is_err() {
                        return;
                    }
                }
            },
        }
    }
}

#[tokio::test]
async fn a_consumer_stops_though_the_network_is_dead() -> TestResult {
    let world = World::new().await?;
    let (port, stall) = stalling_proxy(world.database.options().get_port()).await?;
    let options = world
        .database
        .options()
        .clone()
        .host("127.0.0.1")
        .port(port);
    let pool = PgPoolOptions::new().max_connections(4);
    let pool = pool.connect_with(options).await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = Consumer::<Coaching>::builder(pool)
        .state(script.clone())
        .stop_timeout(Duration::from_millis(200))
        .lease(Duration::from_millis(600))
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
    entered.await??.forget();
    stall.send_replace(true);
    // The handler succeeds, and its record cannot be written.
    script.gate.add_permits(1);
    tokio::time::timeout(PATIENCE, consumer.stop()).await?;
    world.database.close().await?;
    Ok(())
}

//! The launcher, against what must never happen: data lost over a kill, a server or a folder left
//! behind, a database dropped that the launcher did not make.
//!
//! Some tests need a process that they can kill, or one with its own environment. They start this
//! test program again to run one of the parts in [`a_part_of_another_test`].

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use dispatcher_test_launcher::{Cluster, Server, Settings, Shutdown};
use sqlx::{Connection, PgConnection};

const PART: &str = "LAUNCHER_PART";

/// Waits for something that the operating system does not signal.
fn becomes(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts this program again, to run one part.
fn part(name: &str, environment: &[(&str, &str)]) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_part_of_another_test", "--nocapture"])
        .env(PART, name)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

/// The next line that a part prints for its test.
fn said(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(
            output.read_line(&mut line).unwrap(),
            0,
            "the part ended early"
        );
        if let Some((_, said)) = line.split_once("part says ") {
            return said.trim_end().to_owned();
        }
    }
}

async fn query<T>(url: &str, sql: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    let mut connection = PgConnection::connect(url).await.unwrap();
    let value = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
    connection.close().await.unwrap();
    value.unwrap()
}

/// Waits until neither a process nor a folder is left.
fn leaves_nothing(folder: &Path, pid: u32) {
    becomes("the folder is removed", || !folder.exists());
    becomes("the server is gone", || !runs(pid));
}

fn runs(pid: u32) -> bool {
    // A server that has not been waited for yet still has its number, and no command line.
    match std::fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(command) => !command.is_empty(),
        Err(_) if Path::new("/proc/self").exists() => false,
        Err(_) => {
            let ps = Command::new("ps").args(["-p", &pid.to_string()]).output();
            ps.unwrap().status.success()
        }
    }
}

#[tokio::test]
async fn a_cluster_answers_and_is_removed() {
    let settings = Settings::default().set("max_prepared_transactions", "20");
    let cluster = Cluster::start_with(settings).await.unwrap();
    println!("{} in {:?}", cluster.source(), cluster.started_in());

    let url = cluster.url("postgres");
    let prepared: String = query(&url, "SELECT current_setting('max_prepared_transactions')").await;
    assert_eq!(prepared, "20");
    let fsync: String = query(&url, "SELECT current_setting('fsync')").await;
    assert_eq!(fsync, "off");
    let port: i32 = query(&url, "SELECT current_setting('port')::int").await;
    assert!(
        port < 32_768,
        "{port} may be taken by an outgoing connection"
    );

    let (folder, pid) = (cluster.folder().to_owned(), cluster.pid().unwrap());
    assert!(runs(pid));
    drop(cluster);
    assert!(!folder.exists());
    assert!(!runs(pid));
}

#[tokio::test]
async fn a_killed_server_keeps_what_was_committed() {
    let mut cluster = Cluster::start().await.unwrap();
    let url = cluster.url("postgres");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE kept AS SELECT 42 AS answer")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut open = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN; UPDATE kept SET answer = 0")
        .execute(&mut open)
        .await
        .unwrap();

    cluster.kill_9().unwrap();
    assert_eq!(cluster.pid(), None);
    PgConnection::connect(&url).await.unwrap_err();

    cluster.restart().await.unwrap();
    println!("again in {:?}", cluster.started_in());
    assert_eq!(query::<i32>(&url, "SELECT answer FROM kept").await, 42);

    for how in [Shutdown::Fast, Shutdown::Immediate] {
        cluster.stop(how).await.unwrap();
        PgConnection::connect(&url).await.unwrap_err();
        cluster.restart().await.unwrap();
        assert_eq!(query::<i32>(&url, "SELECT answer FROM kept").await, 42);
    }
    cluster.restart().await.unwrap(); // a running server
    assert_eq!(query::<i32>(&url, "SELECT answer FROM kept").await, 42);

    let folder = cluster.folder().to_owned();
    cluster.kill_9().unwrap();
    drop(cluster);
    assert!(!folder.exists());
}

#[tokio::test]
async fn two_clusters_run_at_once() {
    let (one, other) = tokio::join!(Cluster::start(), Cluster::start());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_ne!(one.folder(), other.folder());
    for cluster in [one, other] {
        let data: String = query(&cluster.url("postgres"), "SHOW data_directory").await;
        assert_eq!(Path::new(&data), cluster.folder().join("data"));
    }
}

#[tokio::test]
async fn a_bad_setting_shows_the_log() {
    let settings = Settings::default().set("max_connections", "many");
    let error = Cluster::start_with(settings).await.unwrap_err().to_string();
    assert!(error.contains("ended with exit status: 1"), "{error}");
    assert!(
        error.contains("invalid value for parameter \"max_connections\": \"many\""),
        "{error}"
    );
}

#[test]
fn a_killed_parent_leaves_nothing() {
    let (mut parent, mut output) = part("private", &[("DATABASE_URL", "")]);
    let folder = PathBuf::from(said(&mut output));
    let pid = said(&mut output).parse().unwrap();
    assert!(folder.exists() && runs(pid));
    parent.kill().unwrap();
    parent.wait().unwrap();
    leaves_nothing(&folder, pid);
}

#[test]
fn a_parent_killed_while_initdb_runs_leaves_nothing() {
    // With a cache of its own, which holds no data folder yet.
    let cache = std::env::temp_dir().join(format!("dispatcher-launcher-{}", std::process::id()));
    let cache_home = cache.to_str().unwrap();
    let (mut parent, output) = part(
        "private",
        &[("DATABASE_URL", ""), ("XDG_CACHE_HOME", cache_home)],
    );
    let mine = format!("dispatcher-postgres-{}-", parent.id());
    let folder = || {
        let mut temporary = std::env::temp_dir().read_dir().unwrap().flatten();
        temporary.find(|it| it.file_name().to_string_lossy().starts_with(&mine))
    };
    becomes("initdb has begun", || {
        folder().is_some_and(|it| it.path().join("data/base").exists())
    });
    parent.kill().unwrap();
    parent.wait().unwrap();
    drop(output);
    becomes("the folder is removed", || folder().is_none());
    std::fs::remove_dir_all(&cache).unwrap();
}

#[test]
fn an_ended_parent_leaves_nothing_of_its_shared_server() {
    let (mut parent, mut output) = part("shared", &[("DATABASE_URL", "")]);
    let folder = PathBuf::from(said(&mut output));
    let pid = said(&mut output).parse().unwrap();
    drop(parent.stdin.take());
    assert!(parent.wait().unwrap().success());
    leaves_nothing(&folder, pid);
}

#[tokio::test]
async fn on_a_server_of_others_only_own_databases_are_dropped() {
    const NAMES: &str = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database \
                         WHERE datname <> 'postgres' AND NOT datistemplate";
    let cluster = Cluster::start().await.unwrap();
    let url = cluster.url("postgres");
    let mut admin = PgConnection::connect(&url).await.unwrap();
    for sql in [
        "CREATE DATABASE dispatcher_test",
        "CREATE DATABASE dispatcher_test_mine",
        "CREATE DATABASE precious",
        "CREATE DATABASE dispatcher_test_00000000_1_1_00000000", // on another host
    ] {
        sqlx::raw_sql(sql).execute(&mut admin).await.unwrap();
    }
    let others: String = query(&url, NAMES).await;

    let environment = [("DATABASE_URL", url.as_str()), ("DISPATCHER_POSTGRES", "")];
    let (mut parent, mut output) = part("database", &environment);
    let source = said(&mut output);
    assert!(
        source.ends_with(&format!("at DATABASE_URL (127.0.0.1:{})", port(&url))),
        "{source}"
    );
    let killed = said(&mut output);
    assert_eq!(
        query::<String>(&killed, "SELECT current_database()::text").await,
        name(&killed)
    );
    let with_one: String = query(&url, NAMES).await;
    assert_eq!(
        with_one.split(' ').count(),
        others.split(' ').count() + 1,
        "{with_one}"
    );
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert_eq!(
        query::<String>(&url, NAMES).await,
        with_one,
        "no process was left to drop it"
    );

    // A leftover with an open connection stays.
    let looks = PgConnection::connect(&killed).await.unwrap();
    let server = Server::at(&url).await.unwrap();
    assert_eq!(query::<String>(&url, NAMES).await, with_one);
    looks.close().await.unwrap();
    becomes_unused(&url).await;

    drop(Server::at(&url).await.unwrap());
    assert_eq!(query::<String>(&url, NAMES).await, others);

    let closed = server.create_database().await.unwrap();
    let dropped = server.create_database().await.unwrap();
    assert_ne!(closed.name(), dropped.name());
    let pool = closed.pool(2).await.unwrap();
    sqlx::raw_sql("CREATE TABLE t ()")
        .execute(&pool)
        .await
        .unwrap();
    closed.close().await.unwrap(); // with the pool still open
    drop(dropped);
    assert_eq!(query::<String>(&url, NAMES).await, others);
}

/// A session ends a moment after its client has disconnected.
async fn becomes_unused(url: &str) {
    const SESSIONS: &str =
        "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'dispatcher_test%'";
    let began = Instant::now();
    while query::<i64>(url, SESSIONS).await > 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "a session stays");
    }
}

fn port(url: &str) -> &str {
    let (_, rest) = url.rsplit_once(':').unwrap();
    rest.split('/').next().unwrap()
}

fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

#[test]
fn what_cannot_be_used_is_named() {
    for (environment, expected) in [
        (
            ("POSTGRES_BIN", "/no/such/folder"),
            "POSTGRES_BIN is \"/no/such/folder\", which cannot be used: No such file or directory",
        ),
        (
            ("DISPATCHER_POSTGRES", "docker"),
            "DISPATCHER_POSTGRES is \"docker\": set it to `system` or `bundled`, or unset it",
        ),
        (
            ("DATABASE_URL", "mysql://127.0.0.1"),
            "no usable Postgres at DATABASE_URL (a malformed URL): it must begin with postgres://",
        ),
        (
            ("DATABASE_URL", "postgres://user:secret@127.0.0.1:1/none"),
            "no usable Postgres at DATABASE_URL (127.0.0.1:1): error communicating with database: \
             Connection refused",
        ),
    ] {
        let mut variables = vec![("DATABASE_URL", ""), ("DISPATCHER_POSTGRES", "system")];
        variables.push(environment);
        if environment.0 == "DATABASE_URL" {
            variables.push(("DISPATCHER_POSTGRES", ""));
        }
        let (mut parent, mut output) = part("error", &variables);
        let error = said(&mut output);
        assert!(error.starts_with(expected), "{error}");
        assert!(parent.wait().unwrap().success());
    }
}

/// Does nothing by itself: the other tests start it, in a process of its own.
#[tokio::test]
async fn a_part_of_another_test() {
    let say = |what: &dyn std::fmt::Display| println!("part says {what}");
    match std::env::var(PART).unwrap_or_default().as_str() {
        "private" => {
            let cluster = Cluster::start().await.unwrap();
            say(&cluster.folder().display());
            say(&cluster.pid().unwrap());
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
        "shared" => {
            let database = Server::shared()
                .await
                .unwrap()
                .create_database()
                .await
                .unwrap();
            let folder: String = query(database.url(), "SHOW data_directory").await;
            say(&Path::new(&folder).parent().unwrap().display());
            let lock = std::fs::read_to_string(Path::new(&folder).join("postmaster.pid")).unwrap();
            say(&lock.lines().next().unwrap());
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
        "database" => {
            let server = Server::shared().await.unwrap();
            say(&server.source());
            let database = server.create_database().await.unwrap();
            say(&database.url());
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
        "error" => say(&Server::shared().await.unwrap_err()),
        _ => (),
    }
}

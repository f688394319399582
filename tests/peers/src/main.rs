//! Drives another queue or log on Postgres through the jobs that docs/benchmarks/peers.md compares,
//! and prints one line of JSON for each figure. Dispatcher's benchmark program starts it; it can
//! also be run by hand:
//!
//! ```sh
//! cargo run --release -- --database-url URL --peer riverqueue --job drain --rounds 3
//! ```
//!
//! The database has to be empty: the peer creates its tables, and works everything that it finds.

mod arguments;
mod event;
mod measure;
mod peer;

use std::process::ExitCode;

use arguments::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("peers: {error}");
            return ExitCode::from(2);
        }
    };
    match peer::measure(&arguments.peer, &arguments.measurement).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{} failed: {error:#}", arguments.peer);
            ExitCode::FAILURE
        }
    }
}

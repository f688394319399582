//! `dispatcher nats verify`.

use clap::Args;
use dispatcher_nats::{Disagreement, Verification, verify};

use super::server::Server;
use crate::database::Connection;
use crate::output::{End, Output};
use crate::screen::{block, number, plain, plural};

/// The arguments of `verify`.
#[derive(Args, Debug)]
#[command(after_help = "\
It reads both from their beginning, and changes nothing. It ends with 1 if they differ.

Examples:
  dispatcher nats verify --stream north
  dispatcher nats verify --stream north --json")]
pub(crate) struct Verify {
    /// The stream of this log
    #[arg(long, value_name = "NAME")]
    stream: String,
    /// How many events are read at once
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1000))]
    window: u32,
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Verify) -> Output {
    arguments.connection.run(async |session| {
        let client = arguments.server.connect("nats verify").await?;
        let schema = arguments.connection.schema();
        let pool = session.pool.clone();
        let stream = &arguments.stream;
        let found = verify(pool, schema, &client, stream, arguments.window).await?;
        let end = match found.disagreements {
            0 => End::Success,
            _ => End::Findings,
        };
        Ok(session.answer(&found, || text(&found))?.ending(end))
    })
}

fn text(found: &Verification) -> String {
    let stream = plain(&found.stream);
    let mut text = match found.disagreements {
        0 => block(
            0,
            &format!(
                "stream {stream}: {} of the log and of the stream are the same",
                plural(found.equal, "event")
            ),
        ),
        count => block(
            0,
            &format!(
                "stream {stream}: {}; {} the same",
                plural(count, "difference"),
                plural(found.equal, "event")
            ),
        ),
    };
    for one in &found.described {
        text += &block(2, &described(one));
    }
    let described = u64::try_from(found.described.len()).unwrap_or(u64::MAX);
    if found.disagreements > described {
        let more = number(found.disagreements - described);
        text += &block(2, &format!("and {more} more"));
    }
    let notes = [
        (found.not_sent, "not sent yet"),
        (
            found.older_than_log,
            "not compared: the log does not have them any more",
        ),
        (
            found.erased_since,
            "erased in the log since; the stream has their payloads",
        ),
    ];
    for (count, note) in notes.into_iter().filter(|(count, _)| *count > 0) {
        text += &block(2, &format!("{}: {note}", plural(count, "event")));
    }
    text
}

fn described(one: &Disagreement) -> String {
    let position = one.position.map(|it| format!("position {it}"));
    let sequence = one.sequence.map(|it| format!("sequence {it}"));
    let id = one.event_id.as_deref().map(plain);
    let places: Vec<_> = [position, sequence, id].into_iter().flatten().collect();
    format!("{}: {}", places.join(", "), plain(&one.text))
}

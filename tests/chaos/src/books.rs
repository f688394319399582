//! The contents of the tables at the end of a run.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt;
use sqlx::{PgPool, Row};

use super::manner::known_as;

/// An event that was committed, as its writer entered it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) event_type: String,
    pub(super) subject: Option<String>,
    pub(super) n: Option<i64>,
    pub(super) kind: String,
}

/// An effect, or a call outside.
#[derive(Clone, Debug)]
pub(super) struct Effect {
    pub(super) subscription: String,
    pub(super) event_id: String,
    pub(super) attempt: u32,
    /// The redrive that had it handled again.
    pub(super) redrive: Option<String>,
}

/// An event that was given up on.
#[derive(Clone, Debug)]
pub(super) struct Dead {
    pub(super) subscription: String,
    pub(super) event_id: String,
    pub(super) errors: Vec<String>,
    /// It is with a redrive.
    pub(super) is_redriving: bool,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    /// By event id.
    pub(super) ledger: HashMap<String, Entry>,
    /// The positions of the log, by event id.
    pub(super) log: HashMap<String, i64>,
    /// In the order in which they were written.
    pub(super) effects: Vec<Effect>,
    pub(super) outside: Vec<Effect>,
    pub(super) dead: Vec<Dead>,
    /// Events that were dead letters until they were redriven, by subscription: they come after later ones.
    pub(super) redriven: HashSet<(String, String)>,
    /// Events that still wait to be tried again, by subscription.
    pub(super) waiting: Vec<(String, i64)>,
    /// Events that the growing subscription had not handled before it read them again.
    pub(super) passed_over: HashSet<String>,
    /// How version 1 has moved the cursor of the growing subscription.
    pub(super) moves: Vec<Move>,
    pub(super) redrives: Vec<RedriveEntry>,
    pub(super) members: Vec<Member>,
    /// Subscriptions that are paused.
    pub(super) paused: Vec<String>,
}

/// A redrive, as it says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct RedriveEntry {
    pub(super) id: String,
    pub(super) total: i64,
    /// How many members have each of the [`OUTCOMES`].
    pub(super) numbers: [i64; 5],
    pub(super) has_ended: bool,
}

/// What may become of a member of a redrive.
pub(super) const OUTCOMES: [&str; 5] = ["queued", "waiting", "handled", "failed", "left_out"];

/// A dead letter of a redrive.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) redrive: String,
    pub(super) subscription: String,
    pub(super) event_id: String,
    pub(super) outcome: String,
    /// Its letter is resolved, by this redrive.
    pub(super) is_resolved: bool,
}

/// Version 1 has read on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    /// Behind this position.
    pub(super) from: i64,
    /// Up to this one.
    pub(super) to: i64,
    /// A replica of version 2 worked at that time.
    pub(super) is_forbidden: bool,
}

impl Books {
    pub(super) async fn read(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let mut books = Self::default();
        let mut rows = sqlx::query("SELECT * FROM ledger").fetch(pool);
        while let Some(row) = rows.try_next().await? {
            let entry = Entry {
                key: row.try_get("key")?,
                event_type: row.try_get("event_type")?,
                subject: row.try_get("subject")?,
                n: row.try_get("n")?,
                kind: row.try_get("kind")?,
            };
            books.ledger.insert(row.try_get("event_id")?, entry);
        }
        let mut rows = sqlx::query("SELECT event_id, position FROM dispatcher_event").fetch(pool);
        while let Some(row) = rows.try_next().await? {
            books
                .log
                .insert(row.try_get("event_id")?, row.try_get("position")?);
        }
        books.effects = effects(pool, "SELECT * FROM effect ORDER BY seq").await?;
        books.outside = effects(pool, "SELECT * FROM outside ORDER BY seq").await?;
        let dead = "SELECT subscription, event_id,
                           ARRAY(SELECT json_array_elements(failures) ->> 'error') AS errors,
                           redrive_id IS NOT NULL AS is_redriving
                      FROM dispatcher_dead_letter WHERE resolved_at IS NULL ORDER BY position";
        for row in sqlx::query(dead).fetch_all(pool).await? {
            books.dead.push(Dead {
                subscription: known_as(row.try_get("subscription")?).to_owned(),
                event_id: row.try_get("event_id")?,
                errors: row.try_get("errors")?,
                is_redriving: row.try_get("is_redriving")?,
            });
        }
        let redriven = "SELECT subscription, event_id FROM dispatcher_dead_letter WHERE resolved_at IS NOT NULL";
        let redriven: Vec<(String, String)> = sqlx::query_as(redriven).fetch_all(pool).await?;
        let redriven = redriven.into_iter();
        books.redriven = redriven
            .map(|(subscription, event_id)| (known_as(&subscription).to_owned(), event_id))
            .collect();
        let waiting = "SELECT subscription, position FROM dispatcher_retry ORDER BY position";
        books.waiting = sqlx::query_as(waiting).fetch_all(pool).await?;
        let passed_over = "SELECT event_id FROM passed_over";
        let passed_over = sqlx::query_scalar(passed_over).fetch_all(pool).await?;
        books.passed_over = passed_over.into_iter().collect();
        let moves = "SELECT from_position, to_position,
                            EXISTS (SELECT FROM term WHERE move.at BETWEEN term.began AND term.ended)
                       FROM move WHERE version = 'chaos replica 1' ORDER BY from_position";
        let mut moves = sqlx::query_as(moves).fetch(pool);
        while let Some((from, to, is_forbidden)) = moves.try_next().await? {
            books.moves.push(Move {
                from,
                to,
                is_forbidden,
            });
        }
        books.redrives = redrives(pool).await?;
        books.members = members(pool).await?;
        let paused = "SELECT subscription FROM dispatcher_subscription WHERE paused_at IS NOT NULL";
        books.paused = sqlx::query_scalar(paused).fetch_all(pool).await?;
        Ok(books)
    }
}

async fn redrives(pool: &PgPool) -> Result<Vec<RedriveEntry>, sqlx::Error> {
    let redrives =
        sqlx::query("SELECT *, ended_at IS NOT NULL AS has_ended FROM dispatcher_redrive");
    let rows = redrives.fetch_all(pool).await?;
    let mut redrives = Vec::new();
    for row in &rows {
        let mut numbers = [0; OUTCOMES.len()];
        for (number, outcome) in numbers.iter_mut().zip(OUTCOMES) {
            *number = row.try_get(outcome)?;
        }
        redrives.push(RedriveEntry {
            id: row.try_get("redrive_id")?,
            total: row.try_get("total")?,
            numbers,
            has_ended: row.try_get("has_ended")?,
        });
    }
    Ok(redrives)
}

async fn members(pool: &PgPool) -> Result<Vec<Member>, sqlx::Error> {
    let members = sqlx::query(
        "SELECT item.*, letter.resolved_at IS NOT NULL AND letter.redrive_id = item.redrive_id AS is_resolved
           FROM dispatcher_redrive_item AS item JOIN dispatcher_dead_letter AS letter USING (dead_letter_id)",
    );
    let rows = members.fetch_all(pool).await?;
    let members = rows.iter().map(|row| {
        Ok(Member {
            redrive: row.try_get("redrive_id")?,
            subscription: known_as(row.try_get("subscription")?).to_owned(),
            event_id: row.try_get("event_id")?,
            outcome: row.try_get("outcome")?,
            is_resolved: row.try_get("is_resolved")?,
        })
    });
    members.collect()
}

async fn effects(pool: &PgPool, statement: &'static str) -> Result<Vec<Effect>, sqlx::Error> {
    let mut effects = Vec::new();
    let mut rows = sqlx::query(statement).fetch(pool);
    while let Some(row) = rows.try_next().await? {
        let attempt: i32 = row.try_get("attempt")?;
        effects.push(Effect {
            subscription: known_as(row.try_get("subscription")?).to_owned(),
            event_id: row.try_get("event_id")?,
            attempt: attempt.unsigned_abs(),
            redrive: row.try_get("redrive_id")?,
        });
    }
    Ok(effects)
}

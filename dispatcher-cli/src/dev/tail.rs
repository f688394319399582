//! What happens: a line for each event, and one for each thing that becomes of it in a subscription.
//!
//! A dead letter is followed too, because it may be redriven. The end of the log is followed as `dispatcher events tail`
//! follows it. The last [`MOST`] events that have no end yet are asked about, a few at a time, so that a burst of events does
//! not keep the database busy; a line says when one is no longer followed.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use dispatcher_runtime::{
    DeliveryState, EventDelivery, EventDetail, EventFilter, EventSummary, EventsError,
    KnownContracts, Position,
};
use time::OffsetDateTime;

use crate::database::{Failure, Session};
use crate::output::colour;
use crate::screen::{Colour, happened, name, number, plain, seconds};

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(250);

/// How many events are followed at most.
const MOST: usize = 100;

/// How many of them are asked about each time.
const ASKED: usize = 10;

const PUBLISHED: (&str, Colour) = ("published", Colour::Cyan);
const HANDLED: (&str, Colour) = ("handled", Colour::Green);
const FAILED: (&str, Colour) = ("failed", Colour::Yellow);
const DEAD: (&str, Colour) = ("dead", Colour::Red);
const RESOLVED: (&str, Colour) = ("resolved", Colour::Green);
const WAITS: (&str, Colour) = ("waits", Colour::Yellow);

/// Where the log ends. What is published after that is told.
///
/// # Errors
/// The database failed.
pub(super) async fn end(session: &Session) -> Result<Position, Failure> {
    let tail = session.operator.events();
    let (_, end) = tail.tail(None, &EventFilter::default()).await?;
    Ok(end)
}

/// Prints what happens after a position, until the database fails or the reader has gone.
///
/// # Errors
/// As said.
pub(super) async fn follow(session: &Session, mut after: Position) -> Result<(), Failure> {
    let events = session.operator.events();
    let filter = EventFilter::default().limit(1000);
    let mut tail = Tail {
        session,
        followed: VecDeque::new(),
        forgotten: 0,
        is_coloured: colour(),
    };
    loop {
        let (news, next) = events.tail(Some(after), &filter).await?;
        let has_moved = next != after;
        after = next;
        let contracts = session.contracts().await?;
        tail.tell(news, &contracts)?;
        tail.ask().await?;
        if !has_moved {
            tail.own_up()?;
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

struct Tail<'s> {
    session: &'s Session,
    followed: VecDeque<Followed>,
    /// How many events are no longer followed, and that was not said yet.
    forgotten: u64,
    is_coloured: bool,
}

/// An event that has no end yet in each subscription.
struct Followed {
    event: EventSummary,
    /// What was said last of each subscription; of the empty name if there is none.
    said: BTreeMap<String, Said>,
}

/// What was said of a delivery.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Said {
    Nothing,
    Handled,
    Failed(u32),
    Dead,
    Resolved,
    Waits(String),
}

impl Tail<'_> {
    fn line(
        &self,
        at: OffsetDateTime,
        word: (&'static str, Colour),
        text: &str,
    ) -> Result<(), Failure> {
        let (hour, minute, second) = at.to_offset(time::UtcOffset::UTC).to_hms();
        let at = format!("{hour:02}:{minute:02}:{second:02}");
        Ok(happened(&at, word, text, self.is_coloured)?)
    }

    /// Tells of new events.
    fn tell(&mut self, news: Vec<EventSummary>, contracts: &KnownContracts) -> Result<(), Failure> {
        for event in news {
            let event = if contracts.is_empty() {
                event
            } else {
                event.masked(contracts)
            };
            self.line(event.inserted_at, PUBLISHED, &what(&event))?;
            self.followed.push_back(Followed {
                event,
                said: BTreeMap::new(),
            });
            if self.followed.len() > MOST {
                self.followed.pop_front();
                self.forgotten += 1;
            }
        }
        Ok(())
    }

    /// Says how many events are no longer followed.
    fn own_up(&mut self) -> Result<(), Failure> {
        let forgotten = std::mem::take(&mut self.forgotten);
        if forgotten == 0 {
            return Ok(());
        }
        let text = format!(
            "only the last {MOST} events are followed: {} are not",
            number(forgotten)
        );
        self.line(OffsetDateTime::now_utc(), WAITS, &text)
    }

    /// Asks about some events, and tells what became of them.
    async fn ask(&mut self) -> Result<(), Failure> {
        for _ in 0..ASKED.min(self.followed.len()) {
            let Some(mut followed) = self.followed.pop_front() else {
                break;
            };
            let found = self.session.operator.events();
            match found.get(&followed.event.event_id).await {
                Ok(detail) => {
                    let is_over = self.became(&mut followed, &detail)?;
                    if !is_over {
                        self.followed.push_back(followed);
                    }
                }
                // Retention has removed it.
                Err(EventsError::NotFound(_) | EventsError::Removed { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Tells what has changed. Returns whether nothing more will become of it.
    fn became(&self, followed: &mut Followed, detail: &EventDetail) -> Result<bool, Failure> {
        let event = &followed.event;
        if detail.deliveries.is_empty() {
            let waits = Said::Waits("no subscription takes it yet".to_owned());
            if followed.said.get("") != Some(&waits) {
                let text = format!("{}  no subscription takes it yet", plain(&event.event_type));
                self.line(OffsetDateTime::now_utc(), WAITS, &text)?;
                followed.said.insert(String::new(), waits);
            }
            return Ok(false);
        }
        let mut is_over = true;
        for delivery in &detail.deliveries {
            let subscription = name(&delivery.consumer, &delivery.subscription);
            let before = followed.said.get(&subscription);
            let said = said(delivery, before);
            is_over &= matches!(said, Said::Handled | Said::Resolved)
                || matches!(
                    delivery.state,
                    DeliveryState::Passed | DeliveryState::BeforeStart { .. }
                );
            if before != Some(&said) {
                self.say(event, delivery, &subscription, &said)?;
                followed.said.insert(subscription, said);
            }
        }
        Ok(is_over)
    }

    fn say(
        &self,
        event: &EventSummary,
        delivery: &EventDelivery,
        subscription: &str,
        said: &Said,
    ) -> Result<(), Failure> {
        let now = OffsetDateTime::now_utc();
        let what = what(event);
        match (said, &delivery.state) {
            (Said::Handled, DeliveryState::Handled { handled_at, .. }) => {
                let after = seconds((*handled_at - event.inserted_at).as_seconds_f64());
                let text = format!("{subscription}  after {after}  {what}");
                self.line(*handled_at, HANDLED, &text)
            }
            (Said::Failed(attempt), DeliveryState::Waiting { error, .. }) => {
                let error = first_line(error.as_deref().unwrap_or("it failed"));
                let text = format!("{subscription}  attempt {attempt}: {error}  {what}");
                self.line(now, FAILED, &text)
            }
            (Said::Resolved, _) => {
                let text = format!("{subscription}  an operator gave up on it  {what}");
                self.line(now, RESOLVED, &text)
            }
            (Said::Dead, DeliveryState::DeadLetter { error, .. }) => {
                let text = format!("{subscription}  {}  {what}", first_line(error));
                self.line(now, DEAD, &text)
            }
            (Said::Waits(why), _) => {
                self.line(now, WAITS, &format!("{subscription}  {why}  {what}"))
            }
            _ => Ok(()),
        }
    }
}

/// Type and subject.
fn what(event: &EventSummary) -> String {
    let subject = event.subject.as_deref().unwrap_or_default();
    format!("{}  {}", plain(&event.event_type), plain(subject))
}

fn first_line(error: &str) -> String {
    plain(error.lines().next().unwrap_or_default())
}

/// What there is to say of a delivery, after what was said before. That nothing reads it yet is said the second time it is
/// so, because a moment after the publish it is so of every event.
fn said(delivery: &EventDelivery, before: Option<&Said>) -> Said {
    match &delivery.state {
        DeliveryState::Handled { .. } => Said::Handled,
        // It waits for the attempt after the one that failed.
        DeliveryState::Waiting { attempt, .. } if *attempt > 1 => Said::Failed(attempt - 1),
        DeliveryState::DeadLetter { letter, .. } => match letter.as_str() {
            "redriving" => Said::Waits("redriven".to_owned()),
            "resolved" => Said::Resolved,
            _ => Said::Dead,
        },
        DeliveryState::Behind { .. } => {
            Said::Waits("held: an earlier event of its subject failed".to_owned())
        }
        DeliveryState::AwaitsVersion => Said::Waits(
            "no program knows its version: build and start the consumer again".to_owned(),
        ),
        DeliveryState::Paused { paused_by, .. } => {
            Said::Waits(format!("paused by {}", plain(paused_by)))
        }
        DeliveryState::NotRead {
            has_holder: false, ..
        } if before.is_some() => Said::Waits("no replica runs it".to_owned()),
        _ => before.cloned().unwrap_or(Said::Nothing),
    }
}

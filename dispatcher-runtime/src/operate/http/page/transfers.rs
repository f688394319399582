//! Relays and mirrors, on the overview.

use maud::{Markup, html};

use super::region::scrolling;
use super::snapshot::Seen;
use super::text::shown;
use super::time::Clocks;
use crate::operate::transfers::{TransferDirection, TransferProgress, TransferState};

/// How far each is. Nothing where there are none, because most databases have none.
pub(super) fn section(seen: &Seen) -> Markup {
    let transfers = &seen.overview.transfers;
    let rows = html! {
        thead { tr {
            @for title in ["Name", "State", "Behind", "Oldest", "Sequence", "Holder", "Waits for"] {
                th scope="col" { (title) }
            }
        } }
        tbody { @for one in transfers { (row(one, seen.clocks())) } }
    };
    html! {
        @if !transfers.is_empty() {
            section #region-transfers aria-labelledby="transfers" {
                h2 #transfers { "Relays and mirrors" }
                (scrolling("Every relay and mirror", &rows))
            }
        }
    }
}

fn row(one: &TransferProgress, clocks: Clocks) -> Markup {
    let behind = match one.direction {
        TransferDirection::Relay => Some((one.positions_behind, "positions")),
        TransferDirection::Mirror => one.messages_behind.map(|count| (count, "messages")),
    };
    html! { tr {
        th scope="row" { (shown(&one.name())) }
        td { (state(one.state)) }
        td.number {
            @if let Some((count, things)) = behind { (count) " " (things) }
            @else { span.none { "unknown" } }
        }
        td.number { (clocks.age(one.behind_since)) }
        td.number { (one.sequence) }
        td { @if let Some(holder) = &one.holder { (shown(holder)) } @else { span.none { "none" } } }
        td { @if let Some(reason) = &one.waits_for { (shown(reason)) } }
    } }
}

fn state(state: TransferState) -> Markup {
    let (class, word) = match state {
        TransferState::Stuck => ("fails", "stuck"),
        TransferState::NoHolder => ("fails", "no holder"),
        TransferState::Behind => ("fails", "behind"),
        TransferState::Running => ("works", "running"),
    };
    html! { span.state.(class) { (word) } }
}

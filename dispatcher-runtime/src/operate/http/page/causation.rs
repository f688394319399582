//! What caused an event and what it caused, as a tree, and how far that was looked for.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::text::shown;
use super::time::at;
use super::visit::{Query, link};
use crate::operate::events::{Causation, CausedEvent, EventDetail, EventSummary};
use crate::operate::http::parameters::CAUSATION;

/// How deep the tree is nested; below that, effects are listed beside each other.
const DEEPEST: usize = 12;

pub(super) fn causation(detail: &EventDetail, query: &Query) -> Markup {
    let Some(causation) = &detail.causation else {
        return html! {};
    };
    let tree = Tree::of(&detail.event, causation);
    // The module of the page keeps it, because looking for it reads much of the log.
    html! {
        section #region-causation aria-labelledby="causation" data-kept {
            h2 #causation { "Causes and effects" }
            @if let Some(cause) = &causation.unknown_cause {
                p { "Caused by " (shown(cause)) ", which is no event of this log." }
            }
            (from_the_first(&causation.causes, &tree))
            @if !tree.others.is_empty() {
                p { "Later events of the same correlation, whose causes are not among these:" }
                ul.tree { @for other in &tree.others { li { (event(&other.event)) } } }
            }
            p.note { (how_far(causation, query)) }
        }
    }
}

/// The causes, each around what it caused, the first one outermost.
fn from_the_first(causes: &[EventSummary], tree: &Tree<'_>) -> Markup {
    let around = |inner: Markup, cause: &EventSummary| {
        html! { ul.tree { li { (event(cause)) (inner) } } }
    };
    let own = html! { ul.tree { li {
        strong { (named(tree.root)) } " (this event)" (tree.below(&tree.root.event_id, 0))
    } } };
    causes.iter().fold(own, around)
}

/// Effects by what caused them.
struct Tree<'c> {
    root: &'c EventSummary,
    effects: BTreeMap<&'c str, Vec<&'c CausedEvent>>,
    /// Those whose cause is not in the tree.
    others: Vec<&'c CausedEvent>,
}

impl<'c> Tree<'c> {
    fn of(root: &'c EventSummary, causation: &'c Causation) -> Self {
        let mut tree = Self {
            root,
            effects: BTreeMap::new(),
            others: Vec::new(),
        };
        // A cause comes before its effects, so a circle is cut where it begins.
        let mut known = vec![root.event_id.as_str()];
        for effect in &causation.effects {
            match effect
                .causation_id
                .as_deref()
                .filter(|id| known.contains(id))
            {
                Some(cause) => {
                    known.push(&effect.event.event_id);
                    tree.effects.entry(cause).or_default().push(effect);
                }
                None => tree.others.push(effect),
            }
        }
        tree
    }

    fn below(&self, id: &str, depth: usize) -> Markup {
        let Some(effects) = self.effects.get(id) else {
            return html! {};
        };
        let is_deepest = depth == DEEPEST;
        html! {
            ul.tree { @for effect in effects { li {
                (event(&effect.event))
                @if is_deepest && self.effects.contains_key(effect.event.event_id.as_str()) {
                    " (its effects are on its page)"
                }
                @if !is_deepest { (self.below(&effect.event.event_id, depth + 1)) }
            } } }
        }
    }
}

fn event(event: &EventSummary) -> Markup {
    html! {
        a href=(link("event", &[("id", &event.event_id)])) { (named(event)) }
        " " (at(event.inserted_at))
    }
}

fn named(event: &EventSummary) -> Markup {
    html! { (shown(&event.event_type)) " " (shown(&event.event_id)) }
}

fn how_far(causation: &Causation, query: &Query) -> Markup {
    let searched = &causation.searched;
    html! {
        "Effects were looked for when this page was opened, from position " (searched.from) " to " (searched.to)
        @if searched.is_complete { ", the end of the log." }
        @else {
            "; there is more to look at. "
            @if query.get(CAUSATION.name).is_empty() {
                a href=(query.with(CAUSATION.name, "true").link("event")) rel="nofollow" { "Look further" }
                " (for a second)"
            }
        }
    }
}

//! The pages. One table reads requests, guards them and dispatches them.

use super::events::SEARCH;
use super::letters::OF_LIST;
use super::route::PageRoute;
use super::{
    audit, contract, contracts, event, events, letter, letters, many, overview, publish, redrives,
    rewind, steer, subscription,
};
use crate::operate::http::access::Permission::{Publish, Read, Redrive, Resolve, Steer};
use crate::operate::http::kind::Parameter;
use crate::operate::http::parameters::{
    ALL, AROUND, CAUSATION, CONFIRMED, CONSUMER, DEAD_LETTER, EVENT, EXPECTED, FORCED, LIMIT, NAME,
    NEXT, PAYLOAD, PER_SECOND, PUBLISHED_TENANT, REDRIVE, RESOLUTION_NOTE, REVEAL, REWOUND_TO,
    SELECTION, TYPE, VERSION, WHY,
};
use crate::operate::http::route::Scope::{Tenants, Unbound};
use crate::operate::http::route::Verb::{Get, Post};

/// Which part of a list.
const PART: &[&Parameter] = &[&LIMIT, &NEXT];

/// Every page, and every act of one.
pub(super) static PAGES: &[PageRoute] = &[
    PageRoute {
        method: Get,
        path: "overview",
        summary: "What is late and why, how events flow, and every subscription",
        permission: Read,
        scope: Unbound,
        places: &[],
        query: &[&[&AROUND]],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(overview::show(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "subscription",
        summary: "A subscription with its partitions and what it is held by",
        permission: Read,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(subscription::show(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "pause-subscription",
        summary: "Asks before a subscription is paused",
        permission: Steer,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(steer::ask_pause(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "pause-subscription",
        summary: "Pauses a subscription",
        permission: Steer,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[],
        selects: false,
        form: &[&WHY],
        handler: |shared, visit| Box::pin(steer::pause(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "resume-subscription",
        summary: "Asks before a subscription is resumed",
        permission: Steer,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(steer::ask_resume(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "resume-subscription",
        summary: "Resumes a subscription",
        permission: Steer,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[],
        selects: false,
        form: &[&WHY],
        handler: |shared, visit| Box::pin(steer::resume(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "rewind-subscription",
        summary: "Shows what rewinding a subscription would do",
        permission: Steer,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[&[&REWOUND_TO]],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(rewind::ask(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "rewind-subscription",
        summary: "Rewinds a subscription",
        permission: Steer,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[&[&REWOUND_TO]],
        selects: false,
        form: &[&WHY],
        handler: |shared, visit| Box::pin(rewind::rewind(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "remove-subscription",
        summary: "Asks before a subscription is removed",
        permission: Steer,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(steer::ask_remove(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "remove-subscription",
        summary: "Removes a subscription that no replica runs any more",
        permission: Steer,
        scope: Unbound,
        places: &[&CONSUMER, &NAME],
        query: &[],
        selects: false,
        form: &[&WHY],
        handler: |shared, visit| Box::pin(steer::remove(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "events",
        summary: "Looks for events, the newest first",
        permission: Read,
        scope: Tenants,
        places: &[],
        query: &[SEARCH, PART],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(events::list(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "event",
        summary: "An event, its causes and effects, and what became of it in each subscription",
        permission: Read,
        scope: Tenants,
        places: &[&EVENT],
        query: &[&[&REVEAL, &CAUSATION]],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(event::show(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "publish-event",
        summary: "Asks for an event: its type, and a payload that begins with an example",
        permission: Publish,
        scope: Unbound,
        places: &[],
        query: &[&[&TYPE, &VERSION]],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(publish::ask(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "publish-event",
        summary: "Shows what would be published, and what the contracts refuse; publishes what was confirmed",
        permission: Publish,
        scope: Unbound,
        places: &[],
        query: &[&[&TYPE, &VERSION]],
        selects: false,
        form: &[&PUBLISHED_TENANT, &PAYLOAD, &CONFIRMED, &WHY],
        handler: |shared, visit| Box::pin(publish::check_or_publish(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "letters",
        summary: "Groups of open dead letters, and a list",
        permission: Read,
        scope: Tenants,
        places: &[],
        query: &[SELECTION, OF_LIST, PART],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(letters::list(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "resolve-letters",
        summary: "Counts the dead letters that would be resolved",
        permission: Resolve,
        scope: Tenants,
        places: &[],
        query: &[SELECTION, &[&ALL]],
        selects: true,
        form: &[],
        handler: |shared, visit| Box::pin(many::ask_resolve(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "resolve-letters",
        summary: "Resolves the dead letters that a filter selects",
        permission: Resolve,
        scope: Tenants,
        places: &[],
        query: &[SELECTION, &[&ALL]],
        selects: true,
        form: &[&EXPECTED, &WHY],
        handler: |shared, visit| Box::pin(many::resolve(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "redrive-letters",
        summary: "Shows what a redrive would do",
        permission: Redrive,
        scope: Tenants,
        places: &[],
        query: &[SELECTION, &[&ALL]],
        selects: true,
        form: &[],
        handler: |shared, visit| Box::pin(many::ask_redrive(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "redrive-letters",
        summary: "Starts a redrive of the dead letters that a filter selects",
        permission: Redrive,
        scope: Tenants,
        places: &[],
        query: &[SELECTION, &[&ALL]],
        selects: true,
        form: &[&EXPECTED, &PER_SECOND, &FORCED, &WHY],
        handler: |shared, visit| Box::pin(many::redrive(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "letter",
        summary: "A dead letter with its envelope and its attempts",
        permission: Read,
        scope: Tenants,
        places: &[&DEAD_LETTER],
        query: &[SELECTION, OF_LIST, &[&REVEAL]],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(letter::show(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "resolve-letter",
        summary: "Asks before a dead letter is resolved",
        permission: Resolve,
        scope: Tenants,
        places: &[&DEAD_LETTER],
        query: &[SELECTION, OF_LIST, &[&REVEAL]],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(letter::ask_resolve(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "resolve-letter",
        summary: "Resolves a dead letter",
        permission: Resolve,
        scope: Tenants,
        places: &[&DEAD_LETTER],
        query: &[SELECTION, OF_LIST, &[&REVEAL]],
        selects: false,
        form: &[&RESOLUTION_NOTE],
        handler: |shared, visit| Box::pin(letter::resolve(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "redrive-letter",
        summary: "Asks before the event of a dead letter is handled again",
        permission: Redrive,
        scope: Tenants,
        places: &[&DEAD_LETTER],
        query: &[SELECTION, OF_LIST, &[&REVEAL]],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(letter::ask_redrive(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "redrive-letter",
        summary: "Has the event of a dead letter handled again",
        permission: Redrive,
        scope: Tenants,
        places: &[&DEAD_LETTER],
        query: &[SELECTION, OF_LIST, &[&REVEAL]],
        selects: false,
        form: &[&RESOLUTION_NOTE],
        handler: |shared, visit| Box::pin(letter::redrive(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "redrives",
        summary: "Redrives, the newest first",
        permission: Read,
        scope: Tenants,
        places: &[],
        query: &[PART],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(redrives::list(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "redrive",
        summary: "A redrive with its progress",
        permission: Read,
        scope: Tenants,
        places: &[&REDRIVE],
        query: &[],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(redrives::one(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "stop-redrive",
        summary: "Asks before a redrive is stopped",
        permission: Redrive,
        scope: Tenants,
        places: &[&REDRIVE],
        query: &[],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(redrives::ask_stop(shared, visit)),
    },
    PageRoute {
        method: Post,
        path: "stop-redrive",
        summary: "Stops a redrive",
        permission: Redrive,
        scope: Tenants,
        places: &[&REDRIVE],
        query: &[],
        selects: false,
        form: &[&WHY],
        handler: |shared, visit| Box::pin(redrives::stop(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "contracts",
        summary: "The contracts that the service knows",
        permission: Read,
        scope: Unbound,
        places: &[],
        query: &[],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(contracts::list(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "contract",
        summary: "The contract of an event type: fields, examples, schemas, and what differs from the database",
        permission: Read,
        scope: Unbound,
        places: &[&TYPE],
        query: &[],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(contract::show(shared, visit)),
    },
    PageRoute {
        method: Get,
        path: "audit",
        summary: "What operators did, the newest first",
        permission: Read,
        scope: Unbound,
        places: &[],
        query: &[PART],
        selects: false,
        form: &[],
        handler: |shared, visit| Box::pin(audit::list(shared, visit)),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::http::route::Verb;

    #[test]
    fn the_documentation_lists_each_page_as_it_is() {
        let documentation = include_str!("mod.rs");
        let rows = documentation
            .lines()
            .filter(|line| line.starts_with("//! | `"));
        let expected = PAGES.iter().map(|page| {
            let sessions = if page.scope == Unbound {
                "unbound"
            } else {
                "all"
            };
            format!(
                "//! | `{} {}` | `{}` | {sessions} | {} |",
                page.method.as_str(),
                page.path,
                page.permission,
                page.summary
            )
        });
        let (rows, expected): (Vec<_>, Vec<_>) =
            (rows.map(str::to_owned).collect(), expected.collect());
        assert_eq!(rows, expected);
    }

    #[test]
    fn what_acts_has_a_form_and_asks_with_the_same_query() {
        for act in PAGES.iter().filter(|page| page.method == Verb::Post) {
            assert!(!act.form.is_empty(), "{}", act.path);
            let mut asking = PAGES.iter().filter(|page| page.method == Verb::Get);
            let asking = asking.find(|page| page.path == act.path);
            let names = |parameters: &[&Parameter]| -> Vec<_> {
                parameters.iter().map(|parameter| parameter.name).collect()
            };
            let asking = asking.map(|page| {
                (
                    page.permission,
                    page.scope,
                    names(page.places),
                    names(&page.query.concat()),
                )
            });
            let expected = (
                act.permission,
                act.scope,
                names(act.places),
                names(&act.query.concat()),
            );
            assert_eq!(asking, Some(expected), "{}", act.path);
        }
    }
}

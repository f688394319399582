//! What a redrive would do, in a sentence.

use dispatcher_runtime::RedrivePreview;

use crate::screen::{block, name, number, plain, plural, quoted, time};

/// What the gate says about the dead letters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gate {
    /// No contracts are known, so it was not asked.
    NotAsked,
    /// What it would refuse again is left out.
    Heeded,
    /// What it would refuse again is redriven all the same.
    Overruled,
}

/// `3 dead letters of 2 subjects, oldest 2026-11-29 08:02:11.123; the gate accepts all of them.`
pub(super) fn sentence(preview: &RedrivePreview, gate: Gate) -> String {
    let mut text = format!(
        "{} of {}",
        plural(preview.total, "dead letter"),
        plural(preview.subjects, "subject")
    );
    if let Some(oldest) = preview.oldest {
        text += &format!(", oldest {}", time(oldest));
    }
    text += &match (gate, preview.refused) {
        (Gate::NotAsked, _) => {
            "; no contracts are known, so the gate was not asked (name a directory with `--contracts`)"
                .to_owned()
        }
        (_, 0) if preview.total == 1 => "; the gate accepts it".to_owned(),
        (_, 0) => "; the gate accepts all of them".to_owned(),
        (Gate::Heeded, refused) => format!(
            "; the gate would refuse {} again, which {} left out (`--force` redrives them all the same)",
            number(refused),
            if refused == 1 { "is" } else { "are" }
        ),
        (Gate::Overruled, refused) => {
            format!("; the gate would refuse {} of them again", number(refused))
        }
    };
    if preview.impossible > 0 {
        text += &format!(
            "; {} cannot be redriven, because the payload was erased or the subscription removed, and {} left out",
            number(preview.impossible),
            if preview.impossible == 1 { "is" } else { "are" }
        );
    }
    text + "."
}

/// How many of each subscription and event type, and the first of them.
pub(super) fn parts_and_samples(preview: &RedrivePreview) -> String {
    let mut text = String::new();
    for part in &preview.parts {
        text += &block(
            2,
            &format!(
                "{} of {}, {}",
                number(part.dead_letters),
                name(&part.consumer, &part.subscription),
                plain(&part.event_type)
            ),
        );
    }
    for sample in &preview.samples {
        text += &block(
            2,
            &format!("{}: {}", sample.dead_letter_id, quoted(&sample.error)),
        );
    }
    text
}

//! Contracts whose payloads change: a version without an upcast, one that is announced, and one that is on its way out.
//!
//! What is deprecated here is upcast without a warning.

#![deny(warnings)]

use dispatcher_runtime::{TryUpcast, Upcast};

dispatcher_runtime::contracts!("contracts");

impl Upcast<lesson_booked::v1::LessonBooked> for lesson_booked::v2::LessonBooked {
    fn upcast(old: lesson_booked::v1::LessonBooked) -> Self {
        assert!(!old.lesson_id.is_empty(), "a lesson has an id");
        Self {
            lesson_id: old.lesson_id,
            room: "not known".to_owned(),
        }
    }
}

/// Most lessons of version 1 were paid by card.
impl Upcast<lesson_paid::v1::LessonPaid> for lesson_paid::v2::LessonPaid {
    fn upcast(old: lesson_paid::v1::LessonPaid) -> Self {
        Self {
            lesson_id: old.lesson_id,
            credits: old.credits,
            paid_by: lesson_paid::v2::PaidBy::Card,
        }
    }
}

impl TryUpcast<lesson_rated::v1::LessonRated> for lesson_rated::v2::LessonRated {
    type Error = &'static str;

    fn try_upcast(_: lesson_rated::v1::LessonRated) -> Result<Self, Self::Error> {
        Err("version 1 does not say who rated it")
    }
}

/// Version 1 has the coach in front of the note.
impl TryUpcast<lesson_noted::v1::LessonNoted> for lesson_noted::v2::LessonNoted {
    type Error = Anonymous;

    fn try_upcast(old: lesson_noted::v1::LessonNoted) -> Result<Self, Anonymous> {
        let (coach, note) = old.note.split_once(": ").ok_or(Anonymous)?;
        Ok(Self {
            lesson_id: old.lesson_id,
            note: note.to_owned(),
            coach: coach.to_owned(),
        })
    }
}

/// A note of version 1 does not say whose it is.
#[derive(Debug)]
pub struct Anonymous;

impl std::fmt::Display for Anonymous {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the note names no coach")
    }
}

impl std::error::Error for Anonymous {}

/// Version 3 refuses a note without a text, which its type can hold.
impl Upcast<lesson_noted::v2::LessonNoted> for lesson_noted::v3::LessonNoted {
    fn upcast(old: lesson_noted::v2::LessonNoted) -> Self {
        Self {
            lesson_id: old.lesson_id,
            note: old.note,
            coach: old.coach,
            public: false,
        }
    }
}

/// The schemas are equal, and the meaning is not.
impl Upcast<lesson_missed::v1::LessonMissed> for lesson_missed::v2::LessonMissed {
    fn upcast(old: lesson_missed::v1::LessonMissed) -> Self {
        let hours = old.notice.get() / 60;
        Self {
            lesson_id: old.lesson_id,
            notice: hours.try_into().expect("fewer hours than minutes"),
        }
    }
}

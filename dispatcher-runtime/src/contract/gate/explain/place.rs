//! Where a walk is in the payload.

use std::fmt;

use dispatcher_schema::pointer;

/// The way from the payload to a value inside.
#[derive(Debug, Default)]
pub(in super::super) struct Place<'a> {
    segments: Vec<Segment<'a>>,
}

/// A step into an object or an array.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(super) fn push(&mut self, segment: Segment<'a>) {
        self.segments.push(segment);
    }

    pub(super) fn pop(&mut self) {
        self.segments.pop();
    }

    pub(in super::super) fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }
}

/// A JSON pointer.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            match segment {
                Segment::Key(key) => write!(f, "/{}", pointer::escape(key))?,
                Segment::Index(index) => write!(f, "/{index}")?,
            }
        }
        Ok(())
    }
}

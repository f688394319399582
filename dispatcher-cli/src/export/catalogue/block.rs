//! What a page is made of, whichever format it is written in.

/// A page.
#[derive(Clone, Debug)]
pub(super) struct Content {
    /// Its path without the extension: `events/credit.locked`.
    pub(super) stem: String,
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub(super) enum Block {
    /// A heading of level 2 or 3.
    Heading(u8, Text),
    Paragraph(Text),
    List(Vec<Text>),
    /// A table; the first column names its row.
    Table {
        head: Vec<&'static str>,
        rows: Vec<Vec<Text>>,
    },
    /// JSON.
    Code(String),
    /// The graph of the domains.
    Graph,
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text(pub(super) Vec<Piece>);

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Plain(String),
    Code(String),
    /// A link to another page: its text, and the stem of the page.
    Link(String, String),
    /// A status: `active`.
    Status(&'static str),
}

impl Text {
    /// A text that is shown as it is.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self(vec![Piece::Plain(text.into())])
    }

    pub(super) fn of_code(text: impl Into<String>) -> Self {
        Self(vec![Piece::Code(text.into())])
    }

    /// A text of the contracts, in which code stands between backticks.
    pub(super) fn prose(text: &str) -> Self {
        let parts: Vec<_> = text.split('`').collect();
        // An even number of parts means a backtick without a partner.
        if parts.len().is_multiple_of(2) {
            return Self::plain(text);
        }
        let piece = |(index, part): (usize, &str)| match index % 2 {
            0 => Piece::Plain(part.to_owned()),
            _ => Piece::Code(part.to_owned()),
        };
        let pieces = parts.into_iter().enumerate().map(piece);
        Self(
            pieces
                .filter(|piece| *piece != Piece::Plain(String::new()))
                .collect(),
        )
    }

    pub(super) fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Plain(text.into()));
        self
    }

    pub(super) fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Code(text.into()));
        self
    }

    pub(super) fn link(mut self, text: impl Into<String>, stem: impl Into<String>) -> Self {
        self.0.push(Piece::Link(text.into(), stem.into()));
        self
    }

    pub(super) fn status(mut self, status: &'static str) -> Self {
        self.0.push(Piece::Status(status));
        self
    }

    /// Both texts, one after the other.
    pub(super) fn followed_by(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

//! Names of relays and mirrors on the command line: `relay/north`.

use std::fmt;
use std::str::FromStr;

use dispatcher_runtime::{TransferDirection, TransferProgress};

use crate::database::{Failure, Session};
use crate::screen::plain;

/// The name of a relay or a mirror.
#[derive(Clone, Debug)]
pub(super) struct TransferName {
    pub(super) direction: TransferDirection,
    pub(super) stream: String,
}

impl FromStr for TransferName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (direction, stream) = text.split_once('/').unwrap_or_default();
        let direction = match direction {
            "relay" => Some(TransferDirection::Relay),
            "mirror" => Some(TransferDirection::Mirror),
            _ => None,
        };
        match direction {
            Some(direction) if !stream.is_empty() => Ok(Self {
                direction,
                stream: stream.to_owned(),
            }),
            _ => Err("write relay or mirror and the stream, such as relay/north".to_owned()),
        }
    }
}

impl fmt::Display for TransferName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.direction.as_str(), plain(&self.stream))
    }
}

/// The relay or mirror of that name.
///
/// # Errors
/// There is none, or the database failed.
pub(super) async fn find(
    wanted: &TransferName,
    session: &Session,
) -> Result<TransferProgress, Failure> {
    let transfers = session.operator.transfers();
    let found = transfers.get(wanted.direction, &wanted.stream).await?;
    found.ok_or_else(|| {
        Failure::No(format!(
            "there is no {wanted} in the {}\n  help: `dispatcher transfers list` shows which there are",
            session.place
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_direction_and_a_stream() {
        let name: TransferName = "mirror/north".parse().unwrap();
        assert_eq!(name.direction, TransferDirection::Mirror);
        assert_eq!(name.to_string(), "mirror/north");
        for wrong in ["", "north", "relay", "relay/", "copy/north", "/north"] {
            assert!(wrong.parse::<TransferName>().is_err(), "{wrong}");
        }
    }
}

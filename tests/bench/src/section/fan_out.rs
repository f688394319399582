use crate::{Bench, Error, Section};
pub(super) async fn run(_: &Bench) -> Result<Section, Error> { Err(Error::Figure(String::new())) }

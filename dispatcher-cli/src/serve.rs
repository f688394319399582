//! `dispatcher serve`.
use crate::output::Output;
use clap::Args;
/// The arguments of `serve`.
#[derive(Args, Debug)]
pub(crate) struct Serve {}
pub(crate) fn run(_: &Serve) -> Output {
    Output::success("")
}

//! Programs that a checkout of Dispatcher has put into the user's cache: the quick start on a machine without Postgres,
//! and the script `tests/launcher/fetch-postgres`. Nothing is fetched here.

use std::{fs, path::Path};

use crate::{
    account::RunAs,
    cache,
    search::{Fallback, Programs, Refusal, examine},
};

/// The newest of these programs.
pub(crate) const FETCHED: Fallback = Fallback {
    place: "the user's cache",
    find,
};

fn find(run_as: &RunAs, major: Option<u32>) -> Result<Programs, Refusal> {
    let mut refused = None;
    for root in cache::roots(run_as) {
        let entries = fs::read_dir(root).into_iter().flatten().flatten();
        let mut folders: Vec<_> = entries.map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders.iter().rev() {
            match candidate(folder, run_as).map(|it| it.and_then(|it| it.of_major(major))) {
                None => {}
                Some(Ok(programs)) => return Ok(programs),
                Some(Err(why)) => {
                    refused.get_or_insert(Refusal::Other(format!("{}: {why}", folder.display())));
                }
            }
        }
    }
    Err(refused.unwrap_or_else(|| Refusal::Other("no postgres there".to_owned())))
}

fn candidate(folder: &Path, run_as: &RunAs) -> Option<Result<Programs, Refusal>> {
    let name = folder.file_name()?.to_str()?;
    if name.starts_with("liboliphaunt-") {
        return Some(Programs::merged(folder, "the user's cache").with_version(run_as));
    }
    let bin = folder.join("native/bin");
    bin.join("postgres")
        .is_file()
        .then(|| examine(&bin, run_as))
}

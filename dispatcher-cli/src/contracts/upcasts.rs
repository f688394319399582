//! Finds the Rust sources that may have upcasts: those of the package that the contracts are in.

use std::fs;
use std::path::Path;

use dispatcher_build_support::changes::Upcasts;

/// More files than that are not looked at.
const MOST_FILES: usize = 20_000;

/// The upcasts that are written in the package around the contracts directory, or in the folder that is named instead.
pub(super) fn find(contracts: &Path, folder: Option<&Path>) -> Upcasts {
    let mut upcasts = Upcasts::default();
    let package = contracts
        .ancestors()
        .find(|folder| folder.join("Cargo.toml").is_file());
    let sources = folder
        .map(Path::to_owned)
        .or_else(|| package.map(|package| package.join("src")));
    let mut open: Vec<_> = sources.into_iter().collect();
    let mut files = 0;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, kind) = (entry.path(), entry.file_type());
            // A link to a folder is not followed: it may lead in a circle.
            if kind.is_ok_and(|kind| kind.is_dir()) {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && files < MOST_FILES
            {
                files += 1;
                upcasts.read(&fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    upcasts
}

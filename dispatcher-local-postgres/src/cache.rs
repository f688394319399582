//! What takes time to make and is the same for every cluster: server programs that have to be
//! copied before they can run, and the data folder that `initdb` makes. Deleting the cache costs
//! only time.
//!
//! A folder in the cache is complete or absent: it is filled beside its place and renamed into it,
//! so two processes may do the same work at once, and the one that finishes second discards its
//! copy. No other user can have written into it; a cache that others can write to is not used,
//! because programs are run from it.

use std::{
    env, fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::{account::RunAs, random::random};

/// The folder `name` of the cache, if it exists.
pub(crate) fn find(name: &str, run_as: &RunAs) -> Option<PathBuf> {
    let whole = root(run_as).ok()?.join(name);
    whole.is_dir().then_some(whole)
}

/// A value that changes if another `program` takes its place at the same path.
pub(crate) fn stamp(program: &Path) -> io::Result<String> {
    let it = fs::metadata(program)?;
    Ok(format!("{:x}-{:x}-{:x}", it.ino(), it.mtime(), it.len()))
}

/// The folder `name` of the cache, filled by `fill` if it does not exist yet.
///
/// # Errors
/// `fill` failed, or there is no folder for a cache.
pub fn folder(
    name: &str,
    run_as: &RunAs,
    fill: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let root = root(run_as)?;
    let whole = root.join(name);
    if whole.is_dir() {
        return Ok(whole);
    }
    let partial = root.join(format!(".{name}.{}.{:x}", std::process::id(), random()));
    let filled = fs::create_dir(&partial)
        .and_then(|()| fill(&partial))
        .and_then(|()| fs::rename(&partial, &whole));
    if let Err(error) = filled {
        _ = fs::remove_dir_all(&partial);
        if !whole.is_dir() {
            return Err(error);
        }
    }
    Ok(whole)
}

/// Who may use a copy, whatever the umask says.
#[derive(Clone, Copy, Debug)]
pub enum For<'a> {
    /// All users may read it, and only this user may write to it.
    Everybody,
    /// Only the server's account may use it.
    Server(&'a RunAs),
}

impl For<'_> {
    fn settle(self, path: &Path, for_everybody: u32, for_server: u32) -> io::Result<()> {
        let mode = match self {
            Self::Everybody => for_everybody,
            Self::Server(run_as) => run_as.give(path).map(|()| for_server)?,
        };
        fs::set_permissions(path, PermissionsExt::from_mode(mode))
    }
}

/// Copies the files of the folder `from` into `to`, which may already exist and hold other files.
///
/// # Errors
/// The operating system refuses it.
pub fn copy(from: &Path, to: &Path, whose: For<'_>) -> io::Result<()> {
    make(to)?;
    whose.settle(to, 0o755, 0o700)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target, whose)?;
        } else if source.is_file() {
            fs::copy(&source, &target)?;
            let runs = fs::metadata(&source)?.permissions().mode() & 0o111 != 0;
            whose.settle(&target, if runs { 0o755 } else { 0o644 }, 0o600)?;
        }
    }
    Ok(())
}

/// The total size of all files below `folder`.
pub(crate) fn size(folder: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        sum += if metadata.is_dir() {
            size(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(sum)
}

fn make(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The folders that may hold a cache, the first one first.
fn candidates(run_as: &RunAs) -> impl Iterator<Item = PathBuf> {
    const NAME: &str = "dispatcher-postgres";
    let own = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .map(|caches| caches.join(NAME));
    let candidates = [
        own, // `nobody` cannot reach it below /root
        run_as.other().map(|_| Path::new("/var/cache").join(NAME)),
        Some(env::temp_dir().join(format!("{NAME}-cache-{}", run_as.own_uid()))),
        Some(Path::new("/tmp").join(format!("{NAME}-cache-{}", run_as.own_uid()))),
    ];
    candidates.into_iter().flatten()
}

/// The caches that are there, and that only this user can have written to.
pub(crate) fn roots(run_as: &RunAs) -> Vec<PathBuf> {
    candidates(run_as)
        .filter(|candidate| run_as.alone_writes(candidate))
        .collect()
}

fn root(run_as: &RunAs) -> io::Result<PathBuf> {
    for candidate in candidates(run_as) {
        let made = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(&candidate);
        if made.is_ok() && run_as.may_enter(&candidate) && run_as.alone_writes(&candidate) {
            return Ok(candidate);
        }
    }
    Err(io::Error::other(
        "no cache folder that only this user can write to; set XDG_CACHE_HOME to one",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_could_not_be_filled_is_not_there() {
        let run_as = RunAs::find().unwrap();
        let name = format!("test-{:x}", random());
        let mut partial = PathBuf::new();
        let error = folder(&name, &run_as, |folder| {
            partial = folder.to_owned();
            fs::write(folder.join("half"), "")?;
            Err(io::Error::other("no space left"))
        });
        assert_eq!(error.unwrap_err().to_string(), "no space left");
        assert!(!partial.exists());
        assert!(!partial.with_file_name(&name).exists());
    }

    #[test]
    fn the_second_of_two_takes_what_the_first_has_made() {
        let run_as = RunAs::find().unwrap();
        let name = format!("test-{:x}", random());
        let second = folder(&name, &run_as, |folder_of_second| {
            folder(&name, &run_as, |it| fs::write(it.join("by"), "first"))?;
            fs::write(folder_of_second.join("by"), "second")
        });
        let made = second.unwrap();
        assert_eq!(fs::read_to_string(made.join("by")).unwrap(), "first");
        fs::remove_dir_all(made).unwrap();
    }
}

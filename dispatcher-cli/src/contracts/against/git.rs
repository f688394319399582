//! The contracts of a revision of git, in a folder of their own. The checkout and the index are not touched.
//!
//! git runs in the contracts directory, so a worktree, a subdirectory and a bare `GIT_DIR` work as they do elsewhere.
//! `ls-tree` lists the files of that directory with relative paths, and one `cat-file --batch` reads them.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Component, Path};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::contracts::error::Error;

/// A file of the revision.
struct Blob {
    object: String,
    path: String,
    is_link: bool,
}

/// Writes the contracts of a revision into a new folder.
pub(super) fn checkout(directory: &Path, reference: &str) -> Result<TempDir, Error> {
    if !directory.is_dir() {
        return Err(Error::Call(format!(
            "there is no directory {}",
            directory.display()
        )));
    }
    let commit = commit(directory, reference)?;
    let blobs = list(directory, reference, &commit)?;
    let folder = tempfile::tempdir()?;
    write(directory, &blobs, folder.path())?;
    Ok(folder)
}

fn git(directory: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(directory).stdin(Stdio::null());
    git
}

/// What git prints, if it succeeds.
fn output(command: &mut Command) -> Result<Result<Vec<u8>, String>, Error> {
    let output = command.output().map_err(not_run)?;
    Ok(if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    })
}

fn not_run(error: io::Error) -> Error {
    let help = "install git, or compare with a directory: `--against DIRECTORY`";
    match error.kind() {
        io::ErrorKind::NotFound => Error::Call(format!("git is not installed\n  help: {help}")),
        _ => Error::Call(format!("cannot run git: {error}\n  help: {help}")),
    }
}

fn commit(directory: &Path, reference: &str) -> Result<String, Error> {
    let name = format!("{reference}^{{commit}}");
    let found = output(git(directory).args([
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &name,
    ]))?;
    if let Ok(commit) = found {
        return Ok(String::from_utf8_lossy(&commit).trim().to_owned());
    }
    // Why it failed: where this is no repository, every command does.
    if let Err(reason) = output(git(directory).args(["rev-parse", "--git-dir"]))? {
        let shown = directory.display();
        let first = reason.lines().next().unwrap_or_default().to_owned();
        return Err(Error::Call(format!(
            "{reference:?} is not a directory, and {shown} is not in a git repository ({first})\n  \
             help: `--against` takes a git ref, a directory with contracts, or the word lock"
        )));
    }
    Err(Error::Call(format!(
        "there is no directory and no git ref {reference:?}\n  help: list the refs with `git branch --all`; a shallow \
         clone has to fetch a ref first: `git fetch origin {reference}`"
    )))
}

fn list(directory: &Path, reference: &str, commit: &str) -> Result<Vec<Blob>, Error> {
    let listed = output(git(directory).args(["ls-tree", "-r", "-z", commit]))?;
    let listed = listed.map_err(|reason| Error::Call(format!("git ls-tree failed: {reason}")))?;
    let blobs: Vec<_> = listed.split(|byte| *byte == 0).filter_map(blob).collect();
    if blobs.is_empty() {
        let shown = directory.display();
        return Err(Error::Call(format!(
            "{reference} has no directory {shown}\n  help: compare with a revision that has it"
        )));
    }
    Ok(blobs)
}

/// `mode type object<TAB>path`. A path that is not UTF-8 is no contract; a submodule has no files here.
fn blob(entry: &[u8]) -> Option<Blob> {
    let (head, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
    let mut words = head.split(' ');
    let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
    let is_below = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    (kind == "blob" && is_below).then(|| Blob {
        object: object.to_owned(),
        path: path.to_owned(),
        is_link: mode == "120000",
    })
}

/// Reads the files in one go: git answers each name with a header line, the content and a line break.
fn write(directory: &Path, blobs: &[Blob], folder: &Path) -> Result<(), Error> {
    let mut child = git(directory)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(not_run)?;
    let broken = || Error::Call("git cat-file ended early".to_owned());
    let mut requests = child.stdin.take().ok_or_else(broken)?;
    let mut answers = BufReader::new(child.stdout.take().ok_or_else(broken)?);
    let result = blobs.iter().try_for_each(|blob| {
        writeln!(requests, "{}", blob.object)?;
        let mut header = String::new();
        answers.read_line(&mut header)?;
        let size: u64 = header
            .trim()
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse().ok())
            .ok_or_else(broken)?;
        let mut content = Vec::new();
        answers.by_ref().take(size).read_to_end(&mut content)?;
        let mut line_break = [0];
        answers.read_exact(&mut line_break)?;
        place(blob, &content, folder)
    });
    drop(requests);
    child.wait()?;
    result
}

fn place(blob: &Blob, content: &[u8], folder: &Path) -> Result<(), Error> {
    let path = folder.join(&blob.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    // What reads the contracts refuses a link that leaves the folder.
    #[cfg(unix)]
    if blob.is_link {
        let target = String::from_utf8_lossy(content).into_owned();
        std::os::unix::fs::symlink(target, path)?;
        return Ok(());
    }
    fs::write(path, content)?;
    Ok(())
}

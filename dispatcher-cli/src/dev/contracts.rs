//! The contracts directory of `dispatcher dev`: looked at once a second, and loaded when a file has changed.
//!
//! Contracts with faults are reported as `dispatcher contracts check` reports them, in the terminal and on the page, and
//! those that were loaded last stay in use. In a database of its own the contracts are replaced, because there a schema is
//! edited that no program has published with yet; elsewhere they are pushed, which takes nothing back.
//!
//! What describes loaded contracts stays in memory until the process ends, so each change takes some more.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use dispatcher_build_support::{Contracts, Model, Report};
use dispatcher_runtime::ContractsCatalog;
use dispatcher_runtime::http::Notice;
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::contract_files::registry;
use crate::contracts::checked;
use crate::database::Failure;
use crate::screen::{note, plain, plural};

/// How often to look.
pub(super) const INTERVAL: Duration = Duration::from_secs(1);

/// How long files have to stay as they are.
const SETTLE: Duration = Duration::from_millis(100);

/// How many lines of a report the page shows.
const LINES: usize = 12;

/// The files that may be contracts, with what changes when they are written.
type Seen = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Loads the contracts of a directory.
pub(super) struct Loader {
    directory: PathBuf,
    /// As it was given.
    shown: String,
    catalog: ContractsCatalog,
    /// Whether to replace what is there.
    replaces: bool,
    notice: Notice,
    seen: Option<Seen>,
    has_loaded: bool,
}

impl Loader {
    pub(super) fn new(
        directory: &Path,
        pool: &PgPool,
        replaces: bool,
        notice: &Notice,
    ) -> Result<Self, Failure> {
        let shown = directory.to_string_lossy().replace('\\', "/");
        Ok(Self {
            directory: std::path::absolute(directory)
                .map_err(|error| Failure::Usage(format!("{shown}: {error}")))?,
            shown: shown.trim_end_matches('/').to_owned(),
            catalog: ContractsCatalog::new(pool.clone()),
            replaces,
            notice: notice.clone(),
            seen: None,
            has_loaded: false,
        })
    }

    /// Looks whether files have changed, and loads them then. Returns the name of an event type that was loaded.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn look(&mut self) -> Result<Option<String>, Failure> {
        let mut seen = self.files().await?;
        if self.seen.as_ref() == Some(&seen) {
            return Ok(None);
        }
        // Several files may be written one after the other, as a checkout does.
        while self.seen.as_ref() != Some(&seen) {
            self.seen = Some(seen);
            tokio::time::sleep(SETTLE).await;
            seen = self.files().await?;
        }
        let contracts = Contracts::new(self.directory.clone()).shown_as(self.shown.clone());
        match blocking(move || checked(&contracts)).await? {
            Ok(model) => self.load(&model).await,
            Err(report) => {
                self.refuse(&report);
                Ok(None)
            }
        }
    }

    async fn files(&self) -> Result<Seen, Failure> {
        let directory = self.directory.clone();
        blocking(move || {
            let mut seen = Vec::new();
            walk(&directory, &mut seen);
            seen.sort();
            seen
        })
        .await
    }

    async fn load(&mut self, model: &Model) -> Result<Option<String>, Failure> {
        let registry = registry(model);
        if self.replaces {
            self.catalog.replace(registry).await?;
        } else {
            self.catalog.push(registry).await?;
            for difference in self.catalog.differences(registry).await? {
                note(&format!(
                    "{} contracts  the database still differs: {difference}",
                    clock()
                ));
            }
        }
        self.notice.clear();
        self.has_loaded = true;
        note(&format!(
            "{} contracts  {} of {} loaded from {}",
            clock(),
            plural(count(model.events.len()), "event type"),
            plural(count(model.domains.len()), "domain"),
            plain(&self.shown)
        ));
        if model.events.is_empty() {
            note("  help: `dispatcher dev --help` shows the two files of a first event type");
        }
        let live = model.events.iter();
        let mut live = live.filter(|event| event.live_versions().next().is_some());
        Ok(live.next().map(|event| event.name.clone()))
    }

    fn refuse(&self, report: &Report) {
        let report = report.to_string();
        let stays = if self.has_loaded {
            "the contracts loaded last stay in use until this is mended"
        } else {
            "no contracts are loaded until this is mended"
        };
        note(&format!("{} contracts  {stays}:\n{report}", clock()));
        let lines: Vec<_> = report.lines().take(LINES).collect();
        let more = match report.lines().count().saturating_sub(LINES) {
            0 => String::new(),
            more => format!("\n… {more} more lines in the terminal"),
        };
        self.notice.set(format!(
            "The contracts in {} have faults; {stays}.\n{}{more}",
            self.shown,
            lines.join("\n")
        ));
    }
}

/// The time of now, in UTC.
pub(super) fn clock() -> String {
    let (hour, minute, second) = OffsetDateTime::now_utc().to_hms();
    format!("{hour:02}:{minute:02}:{second:02}")
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::NotAsked(format!("the contracts could not be read: {error}")))
}

/// The JSON files and the lock below a folder, without what is hidden and what builds leave. What cannot be read is
/// reported by the check.
fn walk(folder: &Path, seen: &mut Seen) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if name.starts_with('.') || name == "target" || name == "node_modules" {
            continue;
        }
        if metadata.is_dir() {
            walk(&path, seen);
        } else if [".json", ".jsonl", ".lock"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            seen.push((path, metadata.modified().ok(), metadata.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_contracts_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["a/schema", "target/debug", ".git", "src"] {
            std::fs::create_dir_all(root.join(path)).unwrap();
        }
        for file in [
            "registry.json",
            "a/schema/x.json",
            "target/debug/x.json",
            ".git/x.json",
            "src/lib.rs",
            "contracts.lock",
        ] {
            std::fs::write(root.join(file), "1").unwrap();
        }
        let mut seen = Vec::new();
        walk(root, &mut seen);
        let mut names: Vec<_> = seen
            .iter()
            .map(|(path, ..)| path.strip_prefix(root).unwrap().to_str().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["a/schema/x.json", "contracts.lock", "registry.json"]
        );
    }
}

//! The four crates that are compiled: contracts with a build script, as users have it, a crate with
//! handlers, and the same two by hand.
//!
//! The crates for each number of event types have their own names and a workspace of their own, and
//! all of them share a target folder, so the dependencies are compiled once. The profile is cargo's
//! default for `dev`, incremental as users have it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::{self, Cost};
use super::shape::EventShape;
use super::{handlers, plain, schema};
use crate::{Error, cargo_program, locked_versions, put, set_up};

const BUILD: &str = "//! Generates the types.\n\nfn main() {\n    \
                     dispatcher_build_support::Contracts::new(\"contracts\").generate_or_exit();\n}\n";
const CONTRACTS: &str = "//! The contracts.\n\ndispatcher_runtime::include_contracts!();\n";
const SQLX: &str = "sqlx = { version = \"0.9\", default-features = false, features = \
                    [\"json\", \"migrate\", \"postgres\", \"runtime-tokio\", \"time\"] }\n";

/// One of the crates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Crate {
    /// Types from contracts.
    Contracts,
    /// Handlers for them.
    Handlers,
    /// Structs by hand.
    Plain,
    /// Functions that handle them.
    PlainHandlers,
}

impl Crate {
    const ALL: [Self; 4] = [
        Self::Contracts,
        Self::Handlers,
        Self::Plain,
        Self::PlainHandlers,
    ];
}

/// A workspace with the four crates.
pub(super) struct Workspace {
    folder: PathBuf,
    target: PathBuf,
    events: Vec<EventShape>,
    step: usize,
}

impl Workspace {
    /// Writes the crates for these event types below `all`.
    pub(super) fn new(all: &Path, events: Vec<EventShape>) -> Result<Self, Error> {
        let folder = all.join(format!("types-{}", events.len()));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Error::file(&folder))?;
        }
        let workspace = Self {
            target: all.join("target"),
            folder,
            events,
            step: 0,
        };
        workspace.write()?;
        Ok(workspace)
    }

    fn write(&self) -> Result<(), Error> {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let path = |name: &str| ours.join(name).to_string_lossy().replace('\\', "/");
        let runtime = format!(
            "dispatcher-runtime = {{ path = \"{}\", default-features = false, features = [\"consume\"] }}\n",
            path("dispatcher-runtime")
        );
        let build = format!(
            "\n[build-dependencies]\ndispatcher-build-support = {{ path = \"{}\" }}\n",
            path("build-support")
        );
        let serde = "serde = { version = \"1\", features = [\"derive\"] }\n";
        let own = |which: Crate| {
            let name = self.name(which);
            format!("{name} = {{ path = \"../{name}\" }}\n")
        };
        let manifests = [
            (Crate::Contracts, format!("{runtime}{build}")),
            (
                Crate::Handlers,
                format!("{}{runtime}{SQLX}", own(Crate::Contracts)),
            ),
            (Crate::Plain, serde.to_owned()),
            (
                Crate::PlainHandlers,
                format!("{}serde_json = \"1\"\n{SQLX}", own(Crate::Plain)),
            ),
        ];
        let mut members = String::new();
        for (which, dependencies) in manifests {
            let name = self.name(which);
            members.push_str(&format!("{name:?}, "));
            let manifest = format!(
                "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
                 [dependencies]\n{dependencies}"
            );
            self.put(which, "Cargo.toml", &manifest)?;
        }
        let root = format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n");
        put(&self.folder.join("Cargo.toml"), &root)?;
        put(&self.folder.join("Cargo.lock"), &locked_versions()?)?;
        self.put(Crate::Contracts, "build.rs", BUILD)?;
        self.put(Crate::Contracts, "src/lib.rs", CONTRACTS)?;
        for (path, text) in schema::files(&self.events) {
            self.put(Crate::Contracts, &format!("contracts/{path}"), &text)?;
        }
        for (path, text) in plain::files(&self.events) {
            self.put(Crate::Plain, &path, &text)?;
        }
        self.write_handlers()
    }

    fn write_handlers(&self) -> Result<(), Error> {
        let text = |which: Crate| self.name(which).replace('-', "_");
        let handlers = handlers::subscribing(&text(Crate::Contracts), &self.events, self.step);
        let by_hand = handlers::plain(&text(Crate::Plain), &self.events, self.step);
        self.put(Crate::Handlers, "src/lib.rs", &handlers)?;
        self.put(Crate::PlainHandlers, "src/lib.rs", &by_hand)
    }

    /// The contracts directory.
    pub(super) fn contracts(&self) -> PathBuf {
        self.folder
            .join(self.name(Crate::Contracts))
            .join("contracts")
    }

    /// Adds a property to the payload of one event type, in the schema and by hand.
    pub(super) fn change_a_schema(&mut self) -> Result<(), Error> {
        self.step += 1;
        let Some(first) = self.events.first_mut() else {
            return Ok(());
        };
        first.grow(self.step);
        if let Some(first) = self.events.first() {
            let (path, text) = schema::file(first);
            self.put(Crate::Contracts, &format!("contracts/{path}"), &text)?;
            let (path, text) = plain::file(first);
            self.put(Crate::Plain, &path, &text)?;
        }
        Ok(())
    }

    /// Changes the statement of one handler of each kind.
    pub(super) fn change_a_handler(&mut self) -> Result<(), Error> {
        self.step += 1;
        self.write_handlers()
    }

    /// Checks everything, so that the next check has only its own change to do. One after the
    /// other, as they are timed: together they would share features, and so be compiled
    /// differently.
    pub(super) fn settle(&self) -> Result<(), Error> {
        for which in Crate::ALL {
            self.check(which)?;
        }
        Ok(())
    }

    /// Clears what was compiled of one crate, its build script included.
    pub(super) fn forget(&self, which: Crate) -> Result<(), Error> {
        self.cargo(&["clean", "-p", &self.name(which)]).map(drop)
    }

    /// `cargo check` of one crate and what it depends on.
    pub(super) fn check(&self, which: Crate) -> Result<Cost, Error> {
        self.cargo(&["check", "-p", &self.name(which)])
    }

    /// Lines and bytes of the code by hand.
    pub(super) fn by_hand(&self) -> (usize, usize) {
        plain::files(&self.events)
            .iter()
            .fold((0, 0), |(lines, bytes), (_, text)| {
                (lines + text.lines().count(), bytes + text.len())
            })
    }

    fn cargo(&self, arguments: &[&str]) -> Result<Cost, Error> {
        let mut command: Command = measure::metered(&cargo_program());
        command.args(arguments).arg("--quiet");
        set_up(&mut command, &self.folder, &self.target);
        // As cargo does it for users, whatever is set here.
        command.env_remove("CARGO_INCREMENTAL");
        measure::run(&mut command)
    }

    fn put(&self, which: Crate, path: &str, text: &str) -> Result<(), Error> {
        put(&self.folder.join(self.name(which)).join(path), text)
    }

    fn name(&self, which: Crate) -> String {
        let kind = match which {
            Crate::Contracts => "contracts",
            Crate::Handlers => "handlers",
            Crate::Plain => "plain",
            Crate::PlainHandlers => "plain-handlers",
        };
        format!("bench-{kind}-{}", self.events.len())
    }
}
